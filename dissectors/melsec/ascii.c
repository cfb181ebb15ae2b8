/* 3E and 4E frames in ASCII code: the same frame with each number as hexadecimal text, its highest digit first, and devices by their
 * letters. They are turned into the binary frame, so that there is one reader for both.
 *
 *   5000 | network 2 | PC 2 | module 4 | drop 2 | length 4, of what follows | timer 4 | command 4 | subcommand 4 | data
 *   D000 | ...                                                             | end code 4 | data
 *   5400 serial 4 0000 ...                                                   answer D400
 *   device   D*000100     iQ-R: D***00000100
 */
#include <string.h>

#include "dissectors/melsec/fields.h"

enum {
    MARK = 4, SERIAL = 8, ROUTE = 10, LENGTH = 4, HEAD = MARK + ROUTE + LENGTH, LENGTH_MIN = 4, LENGTH_MAX = 16384, WIDE = 2, BITS = 1,
    MODEL_TEXT = 16
};

struct binary {
    uint8_t *at;
    size_t   len, room;
    bool     bad;
};

static void put(struct binary *b, uint32_t n, unsigned octets)
{
    if (b->room - b->len < octets) {
        b->bad = true;
        return;
    }
    for (unsigned i = 0; i < octets; i++)
        b->at[b->len++] = (uint8_t)(n >> 8 * i);
}

static void put_text(struct binary *b, struct cursor *c, size_t n)
{
    const uint8_t *text = cursor_bytes(c, n);
    for (size_t i = 0; text != NULL && i < n; i++)
        put(b, text[i], 1);
}

static int digit_of(uint8_t c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Digits to `base`; what is none sets CURSOR_BAD. Devices' numbers may be filled up with blanks. */
static uint32_t number(struct cursor *c, unsigned digits, unsigned base)
{
    const uint8_t *text = cursor_bytes(c, digits);
    uint32_t n = 0;
    for (unsigned i = 0; text != NULL && i < digits; i++) {
        int digit = text[i] == ' ' ? 0 : digit_of(text[i]);
        if (digit < 0 || digit >= (int)base)
            c->status = CURSOR_BAD;
        n = n * base + (digit < 0 ? 0 : (unsigned)digit);
    }
    return n;
}

static uint32_t hex(struct cursor *c, unsigned digits)
{
    return number(c, digits, 16);
}

static const struct { char name[3]; uint8_t code, base; } devices[] = {
    { "M*", 0x90, 10 }, { "SM", 0x91, 10 }, { "L*", 0x92, 10 }, { "F*", 0x93, 10 }, { "V*", 0x94, 10 }, { "S*", 0x98, 10 }, { "X*", 0x9c, 16 },
    { "Y*", 0x9d, 16 }, { "B*", 0xa0, 16 }, { "SB", 0xa1, 16 }, { "DX", 0xa2, 16 }, { "DY", 0xa3, 16 }, { "D*", 0xa8, 10 }, { "SD", 0xa9, 10 },
    { "R*", 0xaf, 10 }, { "ZR", 0xb0, 16 }, { "W*", 0xb4, 16 }, { "SW", 0xb5, 16 }, { "TC", 0xc0, 10 }, { "TS", 0xc1, 10 }, { "TN", 0xc2, 10 },
    { "CC", 0xc3, 10 }, { "CS", 0xc4, 10 }, { "CN", 0xc5, 10 }, { "SC", 0xc6, 10 }, { "SS", 0xc7, 10 }, { "SN", 0xc8, 10 }, { "Z*", 0xcc, 10 },
};

/* A device nobody has is code 0. */
static void device(struct binary *b, struct cursor *c, uint16_t subcommand)
{
    bool wide = (subcommand & WIDE) != 0;
    const uint8_t *name = cursor_bytes(c, wide ? 4 : 2);
    unsigned i = 0;
    while (name != NULL && i < sizeof devices / sizeof devices[0] && memcmp(devices[i].name, name, 2) != 0)
        i++;
    bool known = name != NULL && i < sizeof devices / sizeof devices[0];
    put(b, number(c, wide ? 8 : 6, known ? devices[i].base : 16), wide ? 4 : 3);
    put(b, known ? devices[i].code : 0, wide ? 2 : 1);
}

static void words(struct binary *b, struct cursor *c)
{
    while (c->left >= 4 && c->status == CURSOR_OK && !b->bad)
        put(b, hex(c, 4), 2);
}

/* A digit each; two in an octet, the first one in the upper half. */
static void bits(struct binary *b, struct cursor *c)
{
    while (c->left > 0 && c->status == CURSOR_OK && !b->bad) {
        uint32_t first = hex(c, 1);
        put(b, first << 4 | (c->left > 0 ? hex(c, 1) : 0), 1);
    }
}

static void batch(struct binary *b, struct cursor *c, uint16_t command, uint16_t subcommand)
{
    device(b, c, subcommand);
    put(b, hex(c, 4), 2);
    if (command == MELSEC_WRITE && (subcommand & BITS) != 0)
        bits(b, c);
    else if (command == MELSEC_WRITE)
        words(b, c);
}

static void random_access(struct binary *b, struct cursor *c, uint16_t command, uint16_t subcommand)
{
    bool of_bits = (subcommand & BITS) != 0, writes = command == MELSEC_WRITE_RANDOM;
    uint32_t single = hex(c, 2), twice = of_bits ? 0 : hex(c, 2);
    put(b, single, 1);
    if (!of_bits)
        put(b, twice, 1);
    for (uint32_t i = 0; i < single + twice && c->status == CURSOR_OK && !b->bad; i++) {
        device(b, c, subcommand);
        if (writes && of_bits)
            put(b, hex(c, 2), 1);
        else if (writes)
            put(b, hex(c, i < single ? 4 : 8), i < single ? 2 : 4);
    }
}

static void request_data(struct binary *b, struct cursor *c)
{
    put(b, hex(c, 4), 2);
    uint16_t command = (uint16_t)hex(c, 4), subcommand = (uint16_t)hex(c, 4);
    put(b, command, 2);
    put(b, subcommand, 2);
    switch (command) {
    case MELSEC_READ: case MELSEC_WRITE:               batch(b, c, command, subcommand); break;
    case MELSEC_READ_RANDOM: case MELSEC_WRITE_RANDOM: random_access(b, c, command, subcommand); break;
    case MELSEC_RUN: case MELSEC_STOP: case MELSEC_PAUSE: words(b, c); break;
    default: break;
    }
    put_text(b, c, c->left);
}

static void answer_data(struct binary *b, struct cursor *c, uint16_t command, bool of_bits)
{
    uint32_t end = hex(c, 4);
    put(b, end, 2);
    if (end == 0 && command == MELSEC_READ)
        of_bits ? bits(b, c) : words(b, c);
    else if (end == 0 && command == MELSEC_TYPE_NAME) {
        put_text(b, c, MODEL_TEXT);
        put(b, hex(c, 4), 2);
    }
    put_text(b, c, c->left);
}

static bool mark_read(struct cursor *c, bool *answer, bool *serial)
{
    const uint8_t *mark = cursor_bytes(c, MARK);
    if (mark == NULL || (mark[0] != '5' && mark[0] != 'D') || (mark[1] != '0' && mark[1] != '4') || mark[2] != '0' || mark[3] != '0')
        return false;
    *answer = mark[0] == 'D';
    *serial = mark[1] == '4';
    return true;
}

int melsec_ascii_size(struct cursor c)
{
    bool answer, serial;
    if (c.left < MARK)
        return cursor_peek(&c, 0) == '5' || cursor_peek(&c, 0) == 'D' ? 0 : -1;
    if (!mark_read(&c, &answer, &serial))
        return -1;
    size_t more = serial ? SERIAL : 0;
    if (c.left < more + ROUTE + LENGTH)
        return 0;
    cursor_skip(&c, more + ROUTE);
    uint32_t length = hex(&c, LENGTH);
    return c.status == CURSOR_OK && length >= LENGTH_MIN && length <= LENGTH_MAX ? (int)(HEAD + more + length) : -1;
}

size_t melsec_ascii_binary(struct cursor c, uint16_t answers, bool of_bits, uint8_t *out, size_t room)
{
    struct binary b = { .at = out, .room = room };
    bool answer, serial;
    if (!mark_read(&c, &answer, &serial))
        return 0;
    put(&b, (answer ? 0xd0u : 0x50u) + (serial ? 4u : 0u), 2);
    if (serial) {
        put(&b, hex(&c, 4), 2);
        put(&b, hex(&c, 4), 2);
    }
    put(&b, hex(&c, 2), 1);
    put(&b, hex(&c, 2), 1);
    put(&b, hex(&c, 4), 2);
    put(&b, hex(&c, 2), 1);
    struct cursor body = cursor_sub(&c, hex(&c, LENGTH));
    size_t length_at = b.len;
    put(&b, 0, 2);
    if (answer)
        answer_data(&b, &body, answers, of_bits);
    else
        request_data(&b, &body);
    if (b.bad || c.status != CURSOR_OK || body.status != CURSOR_OK)
        return 0;
    size_t length = b.len - length_at - 2;
    out[length_at] = (uint8_t)length;
    out[length_at + 1] = (uint8_t)(length >> 8);
    return b.len;
}
