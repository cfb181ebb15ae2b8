/* Frames, and one small reader per command that names a target.
 *
 *   3E        50 00 | network | PC | module I/O (2) | drop | length (2) | timer (2) | command (2) | subcommand (2) | data
 *   answer    d0 00 | ...                                | length (2) | end code (2) | data
 *   4E        54 00 | serial (2) | 0 (2) | as 3E from the network on             answer d4 00
 *   MELSOFT   57 01 | sequence | ... network at 9, PC 10, module 11 | ... length at 19 (2) | header type | .. | header size | ..
 *             | command (2, big-endian) | reference (2) | ...                     answer d7, status at 4 of the header
 *   discovery 5a 00 00 kind, answer da 00 00 kind ...                              all else little-endian
 */
#include "dissectors/melsec/melsec.h"

#include <string.h>

#include "dissectors/framing/asked.h"
#include "dissectors/melsec/fields.h"
#include "dissectors/melsec/frame1e.h"

enum {
    MARK_3E = 0x50, MARK_4E = 0x54, MARK_MELSOFT = 0x57, MARK_DISCOVERY = 0x5a, MARK_ANSWER = 0x80,
    ROUTE = 5, MODULE_MIN = 0x03d0, MODULE_MAX = 0x03ff, DROP_MAX = 0x1f, LENGTH_MAX = 16384,
    MELSOFT_HEADER = 21, MELSOFT_ROUTE = 9, MELSOFT_LENGTH = 19, MELSOFT_ASKS = 0x1c, MELSOFT_ANSWERS = 0x9c, MELSOFT_STATUS = 4,
    HEAD_3E = 9, HEAD_4E = 13, DISCOVERY_MAX = 64,
    VALUES_MAX = 64, DEVICES_MAX = 64, MODEL = 16, BINARY_MAX = 16384
};

struct melsec_state {
    struct asked asked;
};

struct frame {
    enum melsec_frame form;
    bool              answer, ascii;
    uint8_t           network, station, drop;
    uint16_t          module, length, timer, command, subcommand, end, serial;
    struct cursor     data;
};

static const struct melsec_command_entry accesses[] = {
    { 0x0101, ACCESS_IDENTIFY }, { 0x0121, ACCESS_IDENTIFY }, { 0x0131, ACCESS_AUTHENTICATE }, { 0x0132, ACCESS_AUTHENTICATE },
    { 0x01a0, ACCESS_AUTHENTICATE }, { 0x0133, ACCESS_DIAGNOSE }, { 0x0134, ACCESS_DIAGNOSE }, { 0x0150, ACCESS_DIAGNOSE },
    { 0x0401, ACCESS_READ }, { 0x0403, ACCESS_READ }, { 0x0406, ACCESS_READ }, { 0x0410, ACCESS_READ }, { 0x0411, ACCESS_READ },
    { 0x041e, ACCESS_READ }, { 0x0601, ACCESS_READ }, { 0x0613, ACCESS_READ }, { 0x0619, ACCESS_DIAGNOSE }, { 0x0801, ACCESS_SUBSCRIBE },
    { 0x0802, ACCESS_READ }, { 0x0b2a, ACCESS_DIAGNOSE }, { 0x1001, ACCESS_CONTROL }, { 0x1002, ACCESS_STOP }, { 0x1003, ACCESS_STOP },
    { 0x1005, ACCESS_WRITE }, { 0x1006, ACCESS_RESTART }, { 0x1120, ACCESS_CONFIGURE }, { 0x1133, ACCESS_CONFIGURE },
    { 0x1401, ACCESS_WRITE }, { 0x1402, ACCESS_WRITE }, { 0x1406, ACCESS_WRITE }, { 0x1410, ACCESS_WRITE }, { 0x141e, ACCESS_WRITE },
    { 0x1601, ACCESS_WRITE }, { 0x1613, ACCESS_WRITE }, { 0x1617, ACCESS_CONTROL }, { 0x1630, ACCESS_AUTHENTICATE },
    { 0x1631, ACCESS_AUTHENTICATE }, { 0x1810, ACCESS_BROWSE }, { 0x1811, ACCESS_BROWSE }, { 0x1820, ACCESS_FILE }, { 0x1822, ACCESS_FILE },
    { 0x1824, ACCESS_FILE }, { 0x1825, ACCESS_FILE }, { 0x1826, ACCESS_FILE }, { 0x1827, ACCESS_FILE }, { 0x1828, ACCESS_UPLOAD },
    { 0x1829, ACCESS_PROGRAM }, { 0x182a, ACCESS_FILE }, { 0x1859, ACCESS_BROWSE }, { 0x185f, ACCESS_BROWSE }, { 0x1867, ACCESS_FILE },
    { 0x1868, ACCESS_UPLOAD }, { 0x1869, ACCESS_PROGRAM }, { 0x186a, ACCESS_FILE }, { 0x187e, ACCESS_FILE }, { 0x2101, ACCESS_REPORT },
};

static const struct melsec_command_entry *command_find(uint16_t command)
{
    for (size_t i = 0; i < sizeof accesses / sizeof accesses[0]; i++)
        if (accesses[i].code == command)
            return &accesses[i];
    return NULL;
}

static enum access access_of(uint16_t command)
{
    const struct melsec_command_entry *e = command_find(command);
    return e != NULL ? e->access : ACCESS_OTHER;
}

static bool route_read(struct cursor *c, struct frame *f)
{
    f->network = cursor_u8(c);
    f->station = cursor_u8(c);
    f->module = cursor_le16(c);
    f->drop = cursor_u8(c);
    f->length = cursor_le16(c);
    return f->module >= MODULE_MIN && f->module <= MODULE_MAX && f->drop <= DROP_MAX && f->length >= 2 && f->length <= LENGTH_MAX;
}

static bool slmp_body(struct cursor *c, struct frame *f)
{
    struct cursor body = cursor_sub(c, f->length);
    if (f->answer)
        f->end = cursor_le16(&body);
    else {
        f->timer = cursor_le16(&body);
        f->command = cursor_le16(&body);
        f->subcommand = cursor_le16(&body);
    }
    f->data = body;
    return body.status == CURSOR_OK;
}

/* The header's size field counts from itself to the command. */
static bool melsoft_body(struct cursor *c, struct frame *f)
{
    struct cursor body = cursor_sub(c, f->length), head = body;
    uint8_t kind = cursor_u8(&head);
    cursor_skip(&head, 1);
    size_t size = cursor_u8(&head);
    struct cursor status = body;
    cursor_skip(&status, MELSOFT_STATUS);
    f->end = f->answer ? cursor_le16(&status) : 0;
    cursor_skip(&body, size + 2);
    f->command = cursor_be16(&body);
    f->serial = cursor_le16(&body);
    f->data = body;
    return body.status == CURSOR_OK && kind == (f->answer ? MELSOFT_ANSWERS : MELSOFT_ASKS);
}

static bool melsoft_read(struct cursor *c, struct frame *f)
{
    struct cursor head = cursor_sub(c, MELSOFT_HEADER);
    struct cursor length = head;
    cursor_skip(&head, MELSOFT_ROUTE);
    f->network = cursor_u8(&head);
    f->station = cursor_u8(&head);
    f->module = cursor_le16(&head);
    cursor_skip(&length, MELSOFT_LENGTH);
    f->length = cursor_le16(&length);
    return length.status == CURSOR_OK && f->length >= 28 && f->length <= LENGTH_MAX;
}

/* What the first bytes say: how long the whole is. 0: not all of the head is here. Negative: this is none. */
static int frame_size(struct cursor c)
{
    struct frame f = { .form = MELSEC_3E };
    uint8_t mark = (uint8_t)cursor_peek(&c, 0) & 0x7f;
    int second = cursor_peek(&c, 1);
    if (mark == MARK_MELSOFT) {
        if (c.left < MELSOFT_HEADER)
            return 0;
        return melsoft_read(&c, &f) ? MELSOFT_HEADER + f.length : -1;
    }
    if ((mark != MARK_3E && mark != MARK_4E) || (c.left > 1 && second != 0))
        return -1;
    size_t head = mark == MARK_3E ? HEAD_3E : HEAD_4E;
    if (c.left < head)
        return 0;
    cursor_skip(&c, head - ROUTE - 2);
    return route_read(&c, &f) ? (int)head + f.length : -1;
}

/* A whole frame. */
static bool frame_read(struct cursor c, struct frame *f)
{
    uint8_t mark = (uint8_t)cursor_peek(&c, 0);
    *f = (struct frame){ .answer = (mark & MARK_ANSWER) != 0 };
    if ((mark & 0x7f) == MARK_MELSOFT) {
        f->form = MELSEC_MELSOFT;
        return melsoft_read(&c, f) && melsoft_body(&c, f);
    }
    f->form = (mark & 0x7f) == MARK_3E ? MELSEC_3E : MELSEC_4E;
    cursor_skip(&c, 2);
    if (f->form == MELSEC_4E) {
        f->serial = cursor_le16(&c);
        cursor_skip(&c, 2);
    }
    return route_read(&c, f) && slmp_body(&c, f);
}

static bool is_discovery(const struct cursor *c)
{
    int mark = cursor_peek(c, 0);
    return (mark == MARK_DISCOVERY ? c->left == 4 : mark == (MARK_DISCOVERY | MARK_ANSWER) && c->left > 4 && c->left <= DISCOVERY_MAX)
           && cursor_peek(c, 1) == 0 && cursor_peek(c, 2) == 0;
}

/* Text that reads as a frame; an answer alone is less sure. */
static enum probe ascii_probe(const struct conversation *conv, struct cursor c)
{
    uint8_t binary[BINARY_MAX];
    struct frame f;
    int size = melsec_ascii_size(c);
    bool more = conv->over == OVER_TCP && (size == 0 || (size > 0 && c.left < (size_t)size));
    if (more || size < 0 || c.left < (size_t)size || (conv->over == OVER_UDP && (size_t)size != c.left))
        return more ? PROBE_MORE : PROBE_NO;
    size_t n = size > 0 ? melsec_ascii_binary(c, 0, false, binary, sizeof binary) : 0;
    if (n == 0 || !frame_read(cursor_over(binary, n), &f))
        return PROBE_NO;
    return f.answer || command_find(f.command) == NULL ? PROBE_MAYBE : PROBE_YES;
}

static bool is_ascii(const struct cursor *c)
{
    return cursor_peek(c, 0) == '5' || cursor_peek(c, 0) == 'D';
}

static enum probe melsec_probe(const struct conversation *conv, struct cursor c)
{
    struct frame f;
    if (conv->over == OVER_UDP && is_discovery(&c))
        return PROBE_MAYBE;
    if (is_ascii(&c))
        return ascii_probe(conv, c);
    if (melsec_1e_begins(cursor_peek(&c, 0)))
        return melsec_1e_certain(c) ? PROBE_YES : PROBE_NO;
    int size = frame_size(c);
    if (size == 0)
        return conv->over == OVER_UDP ? PROBE_NO : PROBE_MORE;
    if (size < 0 || (conv->over == OVER_UDP && (size_t)size != c.left))
        return PROBE_NO;
    if (c.left < (size_t)size)
        return PROBE_MORE;
    if (!frame_read(c, &f))
        return PROBE_NO;
    if (f.form == MELSEC_MELSOFT)
        return PROBE_YES;
    if (f.answer)
        return f.module == MODULE_MAX && f.station == 0xff ? PROBE_YES : PROBE_MAYBE;
    return command_find(f.command) != NULL ? PROBE_YES : PROBE_NO;
}

static void values_record(struct record *r, struct cursor c, bool bits, unsigned points)
{
    if (c.left == 0)
        return;
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

/* Device number and code: 24 and 8 bits, or with the iQ-R subcommands 32 and 16. */
static bool device_record(struct record *r, struct cursor *c, uint16_t subcommand, uint32_t what[ASKED_WHAT])
{
    bool wide = (subcommand & 2) != 0;
    uint32_t number = wide ? cursor_le32(c) : cursor_le24(c);
    uint16_t code = wide ? cursor_le16(c) : cursor_u8(c);
    if (c->status != CURSOR_OK)
        return false;
    record_uint(r, MELSEC_DEVICE, code);
    record_uint(r, MELSEC_ADDRESS, number);
    what[0] = code;
    what[1] = number;
    return true;
}

static void batch_record(struct record *r, const struct frame *f, uint32_t what[ASKED_WHAT])
{
    struct cursor c = f->data;
    bool sound = device_record(r, &c, f->subcommand, what);
    unsigned points = cursor_le16(&c);
    if (!sound || c.status != CURSOR_OK) {
        record_anomaly(r, MELSEC_INVALID_LENGTH);
        return;
    }
    record_uint(r, MELSEC_POINTS, points);
    what[2] = points;
    what[3] |= (f->subcommand & 1u) << 16;
    if (f->command == MELSEC_WRITE)
        values_record(r, c, f->subcommand & 1, points);
}

/* Numbers of words and double words, or of bits; then each device, when written with its value. */
static void random_record(struct record *r, const struct frame *f, uint32_t what[ASKED_WHAT])
{
    struct cursor c = f->data;
    bool bits = f->subcommand & 1, write = f->command == MELSEC_WRITE_RANDOM;
    unsigned words = cursor_u8(&c), doubles = bits ? 0 : cursor_u8(&c);
    for (unsigned i = 0; i < words + doubles && i < DEVICES_MAX; i++) {
        if (!device_record(r, &c, f->subcommand, what))
            break;
        if (write)
            record_uint(r, MELSEC_VALUE, bits ? cursor_u8(&c) : i < words ? cursor_le16(&c) : cursor_le32(&c));
    }
    if (c.status != CURSOR_OK)
        record_anomaly(r, MELSEC_INVALID_LENGTH);
}

static void rest_record(struct record *r, const struct cursor *c)
{
    if (c->left > 0)
        record_bytes(r, MELSEC_DATA, c->at, c->left);
}

static void text_record(struct record *r, uint16_t row, struct cursor c, size_t most)
{
    size_t n = strnlen((const char *)c.at, c.left < most ? c.left : most);
    while (n > 0 && c.at[n - 1] == ' ')
        n--;
    if (n > 0)
        record_bytes(r, row, c.at, n);
}

static void slmp_request(struct record *r, const struct frame *f, uint32_t what[ASKED_WHAT])
{
    struct cursor c = f->data;
    switch (f->command) {
    case MELSEC_READ: case MELSEC_WRITE:               batch_record(r, f, what); break;
    case MELSEC_READ_RANDOM: case MELSEC_WRITE_RANDOM: random_record(r, f, what); break;
    case MELSEC_RUN: case MELSEC_STOP: case MELSEC_PAUSE:
        if (c.left >= 2)
            record_uint(r, MELSEC_MODE, cursor_le16(&c));
        break;
    default: rest_record(r, &c); break;
    }
}

static void slmp_answer(struct record *r, const struct frame *f, const struct asked_one *q)
{
    uint16_t command = (uint16_t)q->what[3];
    record_uint(r, MELSEC_COMMAND, command);
    record_uint(r, MELSEC_ACCESS, access_of(command));
    if (command == MELSEC_READ || command == MELSEC_WRITE) {
        record_uint(r, MELSEC_DEVICE, q->what[0]);
        record_uint(r, MELSEC_ADDRESS, q->what[1]);
        record_uint(r, MELSEC_POINTS, q->what[2]);
    }
    struct cursor c = f->data;
    if (command == MELSEC_READ && f->end == 0)
        values_record(r, c, q->what[3] >> 16 & 1, q->what[2]);
    else if (command == MELSEC_TYPE_NAME && f->end == 0 && c.left >= MODEL + 2) {
        text_record(r, MELSEC_MODEL, c, MODEL);
        cursor_skip(&c, MODEL);
        record_uint(r, MELSEC_MODEL_CODE, cursor_le16(&c));
    } else
        rest_record(r, &c);
}

static void header_record(struct record *r, const struct frame *f)
{
    record_uint(r, MELSEC_FRAME, !f->ascii ? f->form : f->form == MELSEC_3E ? MELSEC_3E_ASCII : MELSEC_4E_ASCII);
    record_uint(r, MELSEC_TYPE, f->answer);
    if (f->form != MELSEC_3E)
        record_uint(r, MELSEC_SERIAL, f->serial);
    record_uint(r, MELSEC_NETWORK, f->network);
    record_uint(r, MELSEC_STATION, f->station);
    record_uint(r, MELSEC_MODULE, f->module);
    record_uint(r, MELSEC_DROP, f->drop);
    record_uint(r, MELSEC_LENGTH, f->length);
}

static void command_record(struct record *r, const struct frame *f)
{
    record_uint(r, MELSEC_COMMAND, f->command);
    if (f->form != MELSEC_MELSOFT)
        record_uint(r, MELSEC_SUBCOMMAND, f->subcommand);
    record_uint(r, MELSEC_ACCESS, access_of(f->command));
    if (f->form != MELSEC_MELSOFT && command_find(f->command) == NULL)
        record_anomaly(r, MELSEC_UNKNOWN_COMMAND);
}

/* 3E has nothing to tie an answer to its request by, and one is asked at a time. */
static uint64_t key_of(const struct frame *f)
{
    return f->form == MELSEC_3E ? 0 : f->form == MELSEC_4E ? 0x10000u | f->serial : (uint64_t)f->command << 32 | f->serial;
}

static void request_tell(struct conversation *conv, struct record *r, const struct frame *f)
{
    struct melsec_state *s = conv->state;
    struct asked_one *q = asked_put(&s->asked, conv, key_of(f));
    r->transaction = q->transaction;
    q->what[3] = f->command;
    command_record(r, f);
    if (f->form == MELSEC_MELSOFT)
        rest_record(r, &f->data);
    else {
        record_uint(r, MELSEC_TIMER, f->timer);
        slmp_request(r, f, q->what);
    }
}

static void answer_tell(struct conversation *conv, struct record *r, const struct frame *f)
{
    struct melsec_state *s = conv->state;
    struct asked_one q;
    struct cursor c = f->data;
    bool known = asked_take(&s->asked, conv, key_of(f), &q);
    record_uint(r, MELSEC_END_CODE, f->end);
    r->refused = f->end != 0;
    if (f->form == MELSEC_MELSOFT) {
        command_record(r, f);
        cursor_skip(&c, 2);
        if (f->command == MELSEC_OPEN_INITIAL && f->end == 0 && c.status == CURSOR_OK)
            text_record(r, MELSEC_MODEL, c, MODEL);
        rest_record(r, &f->data);
    } else if (known)
        slmp_answer(r, f, &q);
    else
        rest_record(r, &f->data);
    asked_answer(r, conv, &q, known, MELSEC_RESPONSE_TIME);
    if (!known && !s->asked.blind)
        record_anomaly(r, MELSEC_UNSOLICITED_RESPONSE);
}

static void discovery_tell(struct conversation *conv, struct cursor *in)
{
    struct melsec_state *s = conv->state;
    struct record *r = conversation_record(conv, &melsec_schema);
    struct asked_one q;
    bool answer = (cursor_peek(in, 0) & MARK_ANSWER) != 0;
    uint64_t key = 0x20000u | (unsigned)cursor_peek(in, 3);
    record_uint(r, MELSEC_FRAME, MELSEC_DISCOVERY);
    record_uint(r, MELSEC_TYPE, answer);
    record_uint(r, MELSEC_ACCESS, ACCESS_IDENTIFY);
    record_bytes(r, MELSEC_DATA, in->at, in->left);
    if (answer) {
        bool known = asked_take(&s->asked, conv, key, &q);
        asked_answer(r, conv, &q, known, MELSEC_RESPONSE_TIME);
    } else
        r->transaction = asked_put(&s->asked, conv, key)->transaction;
    conversation_emit(conv, r);
    cursor_skip(in, in->left);
}

static void frame_tell(struct conversation *conv, const struct frame *f)
{
    struct record *r = conversation_record(conv, &melsec_schema);
    header_record(r, f);
    if (f->answer)
        answer_tell(conv, r, f);
    else
        request_tell(conv, r, f);
    conversation_emit(conv, r);
}

/* What an answer in ASCII code says depends on what was asked. Its key needs the serial number of a 4E frame only, which is text too. */
static const struct asked_one *ascii_asked(const struct conversation *conv, struct cursor c)
{
    const struct melsec_state *s = conv->state;
    uint8_t binary[BINARY_MAX];
    struct frame f;
    size_t n = melsec_ascii_binary(c, 0, false, binary, sizeof binary);
    return n > 0 && frame_read(cursor_over(binary, n), &f) && f.answer ? asked_waiting(&s->asked, conv, key_of(&f)) : NULL;
}

static enum dissect ascii_pdu(struct conversation *conv, struct cursor *in)
{
    uint8_t binary[BINARY_MAX];
    struct frame f;
    int size = melsec_ascii_size(*in);
    if (size < 0)
        return DISSECT_LOST;
    if (size == 0 || in->left < (size_t)size) {
        conv->need = (size_t)size;
        return DISSECT_MORE;
    }
    struct cursor c = cursor_sub(in, (size_t)size);
    const struct asked_one *q = ascii_asked(conv, c);
    uint32_t what = q != NULL ? q->what[3] : 0;
    size_t n = melsec_ascii_binary(c, (uint16_t)what, (what >> 16 & 1) != 0, binary, sizeof binary);
    if (n == 0 || !frame_read(cursor_over(binary, n), &f))
        return DISSECT_LOST;
    f.ascii = true;
    frame_tell(conv, &f);
    return DISSECT_PDU;
}

static enum dissect melsec_pdu(struct conversation *conv, struct cursor *in)
{
    struct melsec_state *s = conv->state;
    struct frame f;
    s->asked.blind |= conv->midstream || conv->over == OVER_UDP;
    if (conv->over == OVER_UDP && is_discovery(in)) {
        discovery_tell(conv, in);
        return DISSECT_PDU;
    }
    if (is_ascii(in))
        return ascii_pdu(conv, in);
    if (melsec_1e_begins(cursor_peek(in, 0)))
        return melsec_1e_pdu(conv, &s->asked, in);
    int size = frame_size(*in);
    if (size < 0)
        return DISSECT_LOST;
    if (size == 0 || in->left < (size_t)size) {
        conv->need = (size_t)size;
        return DISSECT_MORE;
    }
    if (!frame_read(*in, &f))
        return DISSECT_LOST;
    frame_tell(conv, &f);
    cursor_skip(in, (size_t)size);
    return DISSECT_PDU;
}

const struct dissector dissector_melsec = {
    .schema = &melsec_schema,
    .device = "plc",
    .source = "Mitsubishi Electric SH-080008 (MC protocol), SH-080956 (SLMP)",
    .over = OVER_TCP | OVER_UDP,
    .ports = { 5007, 5006, 5002, 5560, 5562, 5001 },
    .state_size = sizeof(struct melsec_state),
    .pdu_max = LENGTH_MAX + MELSOFT_HEADER,
    .probe = melsec_probe,
    .pdu = melsec_pdu,
};
