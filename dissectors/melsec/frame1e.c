/*   request   command | PC | timer (2) | device number (4) | device (2) | points | 0 | values       read, write
 *             command | PC | timer (2) | points | 0 | device number (4), device (2), value ...       write at random
 *   answer    80 + command | 0, data      or 5b, code, 0
 */
#include "dissectors/melsec/frame1e.h"

#include "dissectors/melsec/fields.h"

enum {
    ANSWER = 0x80, OWN_STATION = 0xff, HEAD = 4, PLACE = 12, TIMER_MAX = 0x4000, NUMBER_MAX = 0xffffff, FAILED = 0x5b, KEY = 0x1e0000,
    VALUES_MAX = 64, POINTS_ALL = 256
};

/* Devices by their letters, as the other frames number them. */
static const struct { uint16_t letters; uint8_t code; } devices[] = {
    { 0x4420, 0xa8 }, { 0x5220, 0xaf }, { 0x544e, 0xc2 }, { 0x5453, 0xc1 }, { 0x5443, 0xc0 }, { 0x434e, 0xc5 }, { 0x4353, 0xc4 },
    { 0x4343, 0xc3 }, { 0x5820, 0x9c }, { 0x5920, 0x9d }, { 0x4d20, 0x90 }, { 0x5320, 0x98 }, { 0x4220, 0xa0 }, { 0x5720, 0xb4 },
    { 0x4620, 0x93 }, { 0x4c20, 0x92 },
};

struct place {
    uint32_t number;
    uint16_t letters;
    unsigned points;
};

static uint8_t device_of(uint16_t letters)
{
    for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++)
        if (devices[i].letters == letters)
            return devices[i].code;
    return 0;
}

bool melsec_1e_begins(int first)
{
    int command = first & ~ANSWER;
    return first >= 0 && (command <= MELSEC_1E_TEST_WORDS || (command >= MELSEC_1E_RUN && command <= MELSEC_1E_LOOP_BACK));
}

static bool has_place(uint8_t command)
{
    return command <= MELSEC_1E_WRITE_WORDS;
}

static bool of_bits(uint8_t command)
{
    return command == MELSEC_1E_READ_BITS || command == MELSEC_1E_WRITE_BITS;
}

static bool reads(uint8_t command)
{
    return command <= MELSEC_1E_READ_WORDS;
}

static size_t values_size(uint8_t command, unsigned points)
{
    return of_bits(command) ? (points + 1u) / 2 : points * 2u;
}

static enum access access_of(uint8_t command)
{
    switch (command) {
    case MELSEC_1E_READ_BITS: case MELSEC_1E_READ_WORDS: return ACCESS_READ;
    case MELSEC_1E_RUN:   return ACCESS_CONTROL;
    case MELSEC_1E_STOP:  return ACCESS_STOP;
    case MELSEC_1E_MODEL: return ACCESS_IDENTIFY;
    case MELSEC_1E_LOOP_BACK: return ACCESS_DIAGNOSE;
    default: return ACCESS_WRITE;
    }
}

/* How many: 0 stands for 256. */
static unsigned points_of(uint8_t octet)
{
    return octet == 0 ? POINTS_ALL : octet;
}

/* 0: too little is here to say. */
static size_t request_size(struct cursor c)
{
    uint8_t command = (uint8_t)cursor_peek(&c, 0);
    size_t count_at = has_place(command) ? PLACE - 2 : HEAD;
    if (c.left < HEAD || (command <= MELSEC_1E_TEST_WORDS && c.left <= count_at))
        return 0;
    if (command == MELSEC_1E_LOOP_BACK)
        return c.left > HEAD ? HEAD + 1 + (size_t)cursor_peek(&c, HEAD) : 0;
    if (command > MELSEC_1E_TEST_WORDS)
        return HEAD;
    unsigned points = points_of((uint8_t)cursor_peek(&c, count_at));
    if (has_place(command))
        return PLACE + (reads(command) ? 0 : values_size(command, points));
    return HEAD + 2 + (size_t)points * (command == MELSEC_1E_TEST_BITS ? 7 : 8);
}

/* Of an answer whose request was not seen all that is here belongs to it. */
static size_t answer_size(struct cursor c, const struct asked_one *q)
{
    int end = cursor_peek(&c, 1);
    uint8_t command = (uint8_t)cursor_peek(&c, 0) & (ANSWER - 1);
    if (end < 0)
        return 0;
    if (end == FAILED)
        return 4;
    if (end != 0)
        return 2;
    if (q == NULL)
        return c.left;
    if (reads(command))
        return 2 + values_size(command, q->what[2]);
    if (command == MELSEC_1E_LOOP_BACK)
        return c.left > 2 ? 3 + (size_t)cursor_peek(&c, 2) : 0;
    return command == MELSEC_1E_MODEL ? 4 : 2;
}

static struct place place_read(struct cursor *c)
{
    struct place p = { .number = cursor_le32(c) };
    p.letters = cursor_le16(c);
    p.points = points_of(cursor_u8(c));
    return p;
}

bool melsec_1e_certain(struct cursor c)
{
    size_t size = request_size(c), here = c.left;
    uint8_t command = cursor_u8(&c), station = cursor_u8(&c);
    uint16_t timer = cursor_le16(&c);
    if (!has_place(command) || size == 0 || size != here || station != OWN_STATION || timer >= TIMER_MAX)
        return false;
    struct place p = place_read(&c);
    return cursor_u8(&c) == 0 && p.number <= NUMBER_MAX && device_of(p.letters) != 0;
}

static void values_record(struct record *r, struct cursor c, bool bits, unsigned points)
{
    if (c.left > 0)
        record_bytes(r, MELSEC_DATA, c.at, c.left);
    for (unsigned i = 0; i < points && i < VALUES_MAX && c.left >= (bits ? 1u : 2u); i++) {
        if (!bits)
            record_uint(r, MELSEC_VALUE, cursor_le16(&c));
        else if (i % 2 == 0)
            record_uint(r, MELSEC_VALUE, (unsigned)cursor_peek(&c, 0) >> 4);
        else
            record_uint(r, MELSEC_VALUE, cursor_u8(&c) & 0x0fu);
    }
}

static void device_record(struct record *r, uint32_t device, uint32_t number)
{
    record_uint(r, MELSEC_DEVICE, device);
    record_uint(r, MELSEC_ADDRESS, number);
}

static void random_record(struct record *r, struct cursor *c, uint8_t command)
{
    unsigned points = points_of(cursor_u8(c));
    cursor_skip(c, 1);
    for (unsigned i = 0; i < points && c->left > 0; i++) {
        uint32_t number = cursor_le32(c);
        device_record(r, device_of(cursor_le16(c)), number);
        record_uint(r, MELSEC_VALUE, command == MELSEC_1E_TEST_BITS ? cursor_u8(c) : cursor_le16(c));
    }
}

static void request_record(struct record *r, struct cursor c, uint8_t command, struct asked_one *q)
{
    if (has_place(command)) {
        struct place p = place_read(&c);
        cursor_skip(&c, 1);
        q->what[0] = device_of(p.letters);
        q->what[1] = p.number;
        q->what[2] = p.points;
        device_record(r, q->what[0], q->what[1]);
        record_uint(r, MELSEC_POINTS, p.points);
        values_record(r, c, of_bits(command), p.points);
    } else if (command == MELSEC_1E_TEST_BITS || command == MELSEC_1E_TEST_WORDS)
        random_record(r, &c, command);
    else if (c.left > 0)
        record_bytes(r, MELSEC_DATA, c.at, c.left);
}

static void answer_record(struct record *r, struct cursor c, uint8_t command, const struct asked_one *q, bool known)
{
    uint8_t end = cursor_u8(&c);
    record_uint(r, MELSEC_END_CODE, end == FAILED && c.left > 0 ? cursor_u8(&c) : end);
    r->refused = end != 0;
    if (known && has_place(command)) {
        device_record(r, q->what[0], q->what[1]);
        record_uint(r, MELSEC_POINTS, q->what[2]);
    }
    if (end == 0 && command == MELSEC_1E_MODEL && c.left > 0)
        record_uint(r, MELSEC_MODEL_CODE, cursor_u8(&c));
    else if (end == 0)
        values_record(r, c, of_bits(command), known && reads(command) ? q->what[2] : 0);
}

static void frame_tell(struct conversation *conv, struct asked *asked, struct cursor c)
{
    struct record *r = conversation_record(conv, &melsec_schema);
    uint8_t first = cursor_u8(&c), command = first & (ANSWER - 1);
    bool answer = (first & ANSWER) != 0;
    record_uint(r, MELSEC_FRAME, MELSEC_1E);
    record_uint(r, MELSEC_TYPE, answer);
    record_uint(r, MELSEC_COMMAND, command);
    record_uint(r, MELSEC_ACCESS, access_of(command));
    if (answer) {
        struct asked_one q;
        bool known = asked_take(asked, conv, KEY | command, &q);
        answer_record(r, c, command, &q, known);
        asked_answer(r, conv, &q, known, MELSEC_RESPONSE_TIME);
        if (!known && !asked->blind)
            record_anomaly(r, MELSEC_UNSOLICITED_RESPONSE);
    } else {
        struct asked_one *q = asked_put(asked, conv, KEY | command);
        r->transaction = q->transaction;
        record_uint(r, MELSEC_STATION, cursor_u8(&c));
        record_uint(r, MELSEC_TIMER, cursor_le16(&c));
        request_record(r, c, command, q);
    }
    conversation_emit(conv, r);
}

enum dissect melsec_1e_pdu(struct conversation *conv, struct asked *asked, struct cursor *in)
{
    uint8_t first = (uint8_t)cursor_peek(in, 0);
    bool answer = (first & ANSWER) != 0;
    size_t size = answer ? answer_size(*in, asked_waiting(asked, conv, KEY | (first & (ANSWER - 1)))) : request_size(*in);
    if (size == 0 || in->left < size) {
        conv->need = size;
        return DISSECT_MORE;
    }
    frame_tell(conv, asked, cursor_sub(in, size));
    return DISSECT_PDU;
}
