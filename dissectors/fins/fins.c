/* FINS: the header, one small reader per command that names a target, and FINS/TCP around it.
 *
 *   FINS/TCP   "FINS" | length (4) | command (4) | error (4) | frame, or node addresses
 *   FINS       ICF | 0 | gateways | destination net, node, unit | source net, node, unit | SID | command (2) | [end code (2)] | data
 */
#include "dissectors/fins/fins.h"

#include <string.h>

#include "dissectors/fins/fields.h"
#include "dissectors/framing/asked.h"

enum {
    TCP_HEADER = 16, TCP_LENGTH_MIN = 8, TCP_LENGTH_MAX = 4096, TCP_FRAME_SEND = 2,
    HEADER = 12, ICF_RESPONSE = 0x40, ICF_NO_RESPONSE = 0x01, ICF_RESERVED = 0x3e, GATEWAYS_MAX = 7,
    END_OK = 0, END_FLAGS = 0x80c0,     /* relay error, fatal and non-fatal errors of the CPU unit */
    VALUES_MAX = 64, ITEMS_MAX = 64, AREA_WORD = 0x80, TEXT = 20, FILE_NAME = 12
};

struct fins_state {
    struct asked asked;
    bool         searching[2];
};

struct fins {
    uint8_t       icf, gateways, address[6], service;
    uint16_t      command, end;
    bool          answer;
    struct cursor data;
};

static const char magic[] = "FINS";

static bool frame_read(struct cursor *c, struct fins *f)
{
    f->icf = cursor_u8(c);
    uint8_t reserved = cursor_u8(c);
    f->gateways = cursor_u8(c);
    for (unsigned i = 0; i < sizeof f->address; i++)
        f->address[i] = cursor_u8(c);
    f->service = cursor_u8(c);
    f->command = cursor_be16(c);
    f->answer = (f->icf & ICF_RESPONSE) != 0;
    f->end = f->answer ? cursor_be16(c) : 0;
    f->data = *c;
    return c->status == CURSOR_OK && (f->icf & ICF_RESERVED) == 0 && reserved == 0 && f->gateways <= GATEWAYS_MAX;
}

static bool command_known(uint16_t command)
{
    for (const struct field_name *n = fins_command_names; n->name != NULL; n++)
        if (n->value == command)
            return true;
    return false;
}

/* Requests of fixed form: their data's length, or -1. A write's begins with what it counts. */
static int request_length(const struct fins *f)
{
    struct cursor c = f->data;
    switch (f->command) {
    case FINS_MEMORY_READ: case FINS_PARAMETER_READ: return 6;
    case FINS_MEMORY_FILL:          return 8;
    case FINS_MEMORY_TRANSFER:      return 10;
    case FINS_CONTROLLER_STATUS: case FINS_CLOCK_READ: return 0;
    case FINS_CLOCK_WRITE:          return 7;
    case FINS_CONTROLLER_DATA:      return 1;
    case FINS_MEMORY_WRITE: {
        uint8_t area = cursor_u8(&c);
        cursor_skip(&c, 3);
        return 6 + cursor_be16(&c) * (area >= AREA_WORD ? 2 : 1);
    }
    default: return -1;
    }
}

static enum probe frame_probe(struct cursor c)
{
    struct fins f;
    if (!frame_read(&c, &f) || !command_known(f.command) || f.data.left > 2048)
        return PROBE_NO;
    if (f.gateways != 2 && f.gateways != GATEWAYS_MAX && f.gateways != 0)
        return PROBE_NO;
    return !f.answer && f.icf >= 0x80 && request_length(&f) == (int)f.data.left ? PROBE_YES : PROBE_MAYBE;
}

/* Length, command and error of FINS/TCP; false: not all of them are here. */
static bool tcp_read(struct cursor *c, uint32_t *length, uint32_t *command, uint32_t *error)
{
    const uint8_t *word = cursor_bytes(c, 4);
    *length = cursor_be32(c);
    *command = cursor_be32(c);
    *error = cursor_be32(c);
    return c->status == CURSOR_OK && memcmp(word, magic, 4) == 0;
}

static enum probe fins_probe(const struct conversation *conv, struct cursor c)
{
    uint32_t length, command, error;
    if (conv->over == OVER_UDP)
        return frame_probe(c);
    size_t n = c.left < 4 ? c.left : 4;
    if (memcmp(c.at, magic, n) != 0)
        return PROBE_NO;
    if (c.left < TCP_HEADER)
        return PROBE_MORE;
    bool possible = tcp_read(&c, &length, &command, &error) && length >= TCP_LENGTH_MIN && length <= TCP_LENGTH_MAX && command <= 6;
    return possible ? PROBE_YES : PROBE_NO;
}

static enum access access_of(uint16_t command)
{
    static const struct { uint16_t command; uint8_t access; } one[] = {
        { 0x0101, ACCESS_READ }, { 0x0102, ACCESS_WRITE }, { 0x0103, ACCESS_WRITE }, { 0x0104, ACCESS_READ }, { 0x0105, ACCESS_WRITE },
        { 0x0201, ACCESS_DIAGNOSE }, { 0x0202, ACCESS_CONFIGURE }, { 0x0203, ACCESS_CONFIGURE }, { 0x0220, ACCESS_DIAGNOSE },
        { 0x0221, ACCESS_CONFIGURE }, { 0x0304, ACCESS_CONFIGURE }, { 0x0305, ACCESS_CONFIGURE }, { 0x0306, ACCESS_UPLOAD },
        { 0x0307, ACCESS_PROGRAM }, { 0x0308, ACCESS_PROGRAM }, { 0x0401, ACCESS_CONTROL }, { 0x0402, ACCESS_STOP },
        { 0x0403, ACCESS_RESTART }, { 0x0701, ACCESS_DIAGNOSE }, { 0x0702, ACCESS_SET_TIME }, { 0x2101, ACCESS_CONTROL },
        { 0x2102, ACCESS_DIAGNOSE }, { 0x2103, ACCESS_CONFIGURE }, { 0x220c, ACCESS_PROGRAM }, { 0x220b, ACCESS_CONFIGURE },
        { 0x220a, ACCESS_WRITE }, { 0x2301, ACCESS_CONTROL }, { 0x2302, ACCESS_CONTROL }, { 0x230a, ACCESS_READ },
        { 0x2601, ACCESS_CONFIGURE }, { 0x2602, ACCESS_CONFIGURE }, { 0x2603, ACCESS_IDENTIFY },
    };
    static const uint8_t family[] = { [0x05] = ACCESS_IDENTIFY, [0x06] = ACCESS_DIAGNOSE, [0x08] = ACCESS_DIAGNOSE,
                                      [0x09] = ACCESS_DIAGNOSE, [0x0c] = ACCESS_SESSION, [0x22] = ACCESS_FILE };
    for (size_t i = 0; i < sizeof one / sizeof one[0]; i++)
        if (one[i].command == command)
            return one[i].access;
    return command >> 8 < (int)sizeof family ? family[command >> 8] : ACCESS_OTHER;
}

static void values_record(struct record *r, struct cursor c, bool words)
{
    if (c.left == 0)
        return;
    record_bytes(r, FINS_DATA, c.at, c.left);
    for (unsigned i = 0; i < VALUES_MAX && c.left >= (words ? 2u : 1u); i++)
        record_uint(r, FINS_VALUE, words ? cursor_be16(&c) : cursor_u8(&c));
}

static void place_record(struct record *r, struct cursor *c)
{
    uint8_t area = cursor_u8(c);
    uint16_t address = cursor_be16(c);
    uint8_t bit = cursor_u8(c);
    if (c->status != CURSOR_OK)
        return;
    record_uint(r, FINS_AREA, area);
    record_uint(r, FINS_ADDRESS, address);
    if (area < AREA_WORD)
        record_uint(r, FINS_BIT, bit);
}

/* Area, address, bit, count: what reads and writes begin with; kept for the answer. */
static bool memory_record(struct record *r, struct cursor *c, uint32_t what[ASKED_WHAT])
{
    uint8_t area = (uint8_t)cursor_peek(c, 0);
    struct cursor again = *c;
    cursor_skip(&again, 1);
    uint16_t address = cursor_be16(&again);
    place_record(r, c);
    uint16_t count = cursor_be16(c);
    if (c->status == CURSOR_OK)
        record_uint(r, FINS_COUNT, count);
    what[0] = area;
    what[1] = address;
    what[2] = count;
    return area >= AREA_WORD;
}

static void transfer_record(struct record *r, struct cursor *c)
{
    place_record(r, c);
    uint8_t area = cursor_u8(c);
    uint16_t address = cursor_be16(c);
    cursor_skip(c, 1);
    uint16_t count = cursor_be16(c);
    if (c->status != CURSOR_OK)
        return;
    record_uint(r, FINS_COUNT, count);
    record_uint(r, FINS_TO_AREA, area);
    record_uint(r, FINS_TO_ADDRESS, address);
}

static void forced_record(struct record *r, struct cursor *c)
{
    unsigned count = cursor_be16(c);
    record_uint(r, FINS_COUNT, count);
    for (unsigned i = 0; i < count && i < ITEMS_MAX && c->left >= 6; i++) {
        record_uint(r, FINS_FORCE, cursor_be16(c));
        place_record(r, c);
    }
}

static unsigned decimal(uint8_t bcd)
{
    return (bcd >> 4) * 10u + (bcd & 0x0f);
}

/* Days since 1970 of a date of the Gregorian calendar. */
static uint64_t days(unsigned year, unsigned month, unsigned day)
{
    unsigned y = month <= 2 ? year - 1 : year, m = month <= 2 ? month + 9 : month - 3;
    return 365ull * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

static void clock_record(struct record *r, struct cursor *c)
{
    unsigned part[6];
    for (unsigned i = 0; i < 6; i++)
        part[i] = decimal(cursor_u8(c));
    if (c->status != CURSOR_OK || part[1] < 1 || part[1] > 12 || part[2] < 1 || part[2] > 31 || part[3] > 23 || part[4] > 59)
        return;
    unsigned year = part[0] + (part[0] < 70 ? 2000u : 1900u);
    uint64_t seconds = days(year, part[1], part[2]) * 86400 + part[3] * 3600u + part[4] * 60u + part[5];
    record_uint(r, FINS_CLOCK, seconds * 1000000);
    cursor_skip(c, c->left);            /* the day of the week */
}

static void parameter_record(struct record *r, struct cursor *c)
{
    uint16_t area = cursor_be16(c), address = cursor_be16(c), count = cursor_be16(c);
    if (c->status != CURSOR_OK)
        return;
    record_uint(r, FINS_PARAMETER_AREA, area);
    record_uint(r, FINS_ADDRESS, address);
    record_uint(r, FINS_COUNT, count & 0x7fff);
}

static void program_record(struct record *r, struct cursor *c, bool places)
{
    if (c->left < 2)
        return;
    record_uint(r, FINS_PROGRAM, cursor_be16(c));
    if (!places)
        return;
    uint32_t address = cursor_be32(c);
    uint16_t count = cursor_be16(c);
    if (c->status != CURSOR_OK)
        return;
    record_uint(r, FINS_ADDRESS, address);
    record_uint(r, FINS_COUNT, count & 0x7fff);
}

static void rest_record(struct record *r, const struct cursor *c)
{
    if (c->left > 0)
        record_bytes(r, FINS_DATA, c->at, c->left);
}

static void request_body(struct record *r, const struct fins *f, uint32_t what[ASKED_WHAT])
{
    struct cursor c = f->data;
    bool words;
    switch (f->command) {
    case FINS_MEMORY_READ: case FINS_MEMORY_WRITE: case FINS_MEMORY_FILL:
        words = memory_record(r, &c, what);
        values_record(r, c, words);
        return;
    case FINS_MEMORY_MULTIPLE:
        for (unsigned i = 0; i < ITEMS_MAX && c.left >= 4; i++)
            place_record(r, &c);
        break;
    case FINS_MEMORY_TRANSFER:  transfer_record(r, &c); break;
    case FINS_PARAMETER_READ: case FINS_PARAMETER_WRITE: case FINS_PARAMETER_CLEAR: parameter_record(r, &c); break;
    case FINS_PROGRAM_READ: case FINS_PROGRAM_WRITE: program_record(r, &c, true); break;
    case FINS_PROGRAM_CLEAR: case FINS_STOP: program_record(r, &c, false); break;
    case FINS_RUN:
        program_record(r, &c, false);
        if (c.left > 0)
            record_uint(r, FINS_MODE, cursor_u8(&c));
        break;
    case FINS_CLOCK_WRITE: clock_record(r, &c); break;
    case FINS_FORCED:      forced_record(r, &c); break;
    default: break;
    }
    rest_record(r, &c);
    if (c.status != CURSOR_OK)
        record_anomaly(r, FINS_INVALID_LENGTH);
}

static void text_record(struct record *r, uint16_t row, struct cursor *c)
{
    const uint8_t *at = cursor_bytes(c, TEXT);
    size_t n = at != NULL ? strnlen((const char *)at, TEXT) : 0;
    while (n > 0 && at[n - 1] == ' ')
        n--;
    if (n > 0)
        record_bytes(r, row, at, n);
}

static void status_record(struct record *r, struct cursor *c)
{
    uint8_t status = cursor_u8(c), mode = cursor_u8(c);
    uint16_t fatal = cursor_be16(c), other = cursor_be16(c);
    if (c->status != CURSOR_OK)
        return;
    record_uint(r, FINS_STATUS, status);
    record_uint(r, FINS_MODE, mode);
    record_uint(r, FINS_FATAL_ERROR, fatal);
    record_uint(r, FINS_NON_FATAL_ERROR, other);
}

static void asked_again(struct record *r, const struct asked_one *q)
{
    record_uint(r, FINS_AREA, q->what[0]);
    record_uint(r, FINS_ADDRESS, q->what[1]);
    record_uint(r, FINS_COUNT, q->what[2]);
}

static void answer_body(struct record *r, const struct fins *f, const struct asked_one *q)
{
    struct cursor c = f->data;
    if (q != NULL && f->command >= FINS_MEMORY_READ && f->command <= FINS_MEMORY_FILL)
        asked_again(r, q);
    if (f->command == FINS_MEMORY_READ) {
        values_record(r, c, q != NULL && q->what[0] >= AREA_WORD && q->what[2] * 2 == c.left);
        return;
    }
    if (f->command == FINS_CONTROLLER_DATA && c.left >= 2 * TEXT && cursor_peek(&c, 0) >= ' ') {
        text_record(r, FINS_MODEL, &c);
        text_record(r, FINS_VERSION, &c);
    } else if (f->command == FINS_CONTROLLER_STATUS)
        status_record(r, &c);
    else if (f->command == FINS_CLOCK_READ)
        clock_record(r, &c);
    rest_record(r, &c);
}

static void header_record(struct record *r, const struct fins *f)
{
    record_uint(r, FINS_ICF, f->icf);
    record_uint(r, FINS_TYPE, f->answer);
    if (f->icf & ICF_NO_RESPONSE)
        record_uint(r, FINS_NO_RESPONSE, 1);
    record_uint(r, FINS_GATEWAYS, f->gateways);
    for (unsigned i = 0; i < sizeof f->address; i++)
        record_uint(r, (uint16_t)(FINS_DEST_NETWORK + i), f->address[i]);
    record_uint(r, FINS_SERVICE_ID, f->service);
    record_uint(r, FINS_COMMAND, f->command);
    record_uint(r, FINS_ACCESS, access_of(f->command));
}

static void answer_record(struct conversation *conv, struct record *r, const struct fins *f, uint64_t key)
{
    struct fins_state *s = conv->state;
    struct asked_one q;
    bool known = asked_take(&s->asked, conv, key, &q);
    record_uint(r, FINS_END_CODE, f->end & (uint16_t)~END_FLAGS);
    if (f->end & 0x8000)
        record_uint(r, FINS_RELAY_ERROR, 1);
    r->refused = (f->end & (uint16_t)~END_FLAGS) != END_OK;
    answer_body(r, f, known ? &q : NULL);
    asked_answer(r, conv, &q, known, FINS_RESPONSE_TIME);
    if (!known && !s->asked.blind)
        record_anomaly(r, FINS_UNSOLICITED_RESPONSE);
}

static void frame_tell(struct conversation *conv, struct record *r, const struct fins *f)
{
    struct fins_state *s = conv->state;
    uint64_t key = (uint64_t)f->service << 16 | f->command;
    header_record(r, f);
    if (!command_known(f->command))
        record_anomaly(r, FINS_UNKNOWN_COMMAND);
    if (f->answer)
        answer_record(conv, r, f, key);
    else {
        struct asked_one *q = asked_put(&s->asked, conv, key);
        r->transaction = q->transaction;
        request_body(r, f, q->what);
    }
}

static void nodes_record(struct record *r, uint32_t command, struct cursor body)
{
    if (command > 1 || body.left < 4)
        return;
    record_uint(r, FINS_ACCESS, ACCESS_SESSION);
    record_uint(r, FINS_CLIENT_NODE, cursor_be32(&body));
    if (command == 1 && body.left >= 4)
        record_uint(r, FINS_SERVER_NODE, cursor_be32(&body));
}

static enum dissect tcp_pdu(struct conversation *conv, struct cursor *in)
{
    struct fins_state *s = conv->state;
    struct cursor c = *in;
    uint32_t length, command, error;
    struct fins f;
    if (in->left < TCP_HEADER) {
        conv->need = TCP_HEADER;
        return DISSECT_MORE;
    }
    if (!tcp_read(&c, &length, &command, &error) || length < TCP_LENGTH_MIN || length > TCP_LENGTH_MAX)
        return DISSECT_LOST;
    struct cursor body = cursor_sub(&c, length - TCP_LENGTH_MIN);
    if (c.status != CURSOR_OK) {
        conv->need = length + 8;
        return DISSECT_MORE;
    }
    struct record *r = conversation_record(conv, &fins_schema);
    record_uint(r, FINS_TCP_COMMAND, command);
    record_uint(r, FINS_TCP_ERROR, error);
    r->refused = error != 0;
    if (command == TCP_FRAME_SEND && frame_read(&body, &f))
        frame_tell(conv, r, &f);
    else {
        r->transaction = s->asked.transactions++;
        nodes_record(r, command, body);
        if (command == TCP_FRAME_SEND)
            record_anomaly(r, FINS_INVALID_HEADER);
    }
    conversation_emit(conv, r);
    *in = c;
    return DISSECT_PDU;
}

static enum dissect udp_pdu(struct conversation *conv, struct cursor *in)
{
    struct fins_state *s = conv->state;
    struct fins f;
    struct record *r = conversation_record(conv, &fins_schema);
    struct cursor c = *in;
    if (frame_read(&c, &f))
        frame_tell(conv, r, &f);
    else {
        r->transaction = s->asked.transactions++;
        record_anomaly(r, FINS_INVALID_HEADER);
    }
    conversation_emit(conv, r);
    cursor_skip(in, in->left);
    return DISSECT_PDU;
}

/* After a gap: the next "FINS". */
static enum dissect search(struct conversation *conv, struct cursor *in)
{
    struct fins_state *s = conv->state;
    const uint8_t *at = memmem(in->at, in->left, magic, 4);
    size_t skip = at != NULL ? (size_t)(at - in->at) : in->left > 3 ? in->left - 3 : 0;
    s->searching[conv->dir] = at == NULL;
    cursor_skip(in, skip);
    return skip > 0 ? DISSECT_PDU : DISSECT_MORE;
}

static enum dissect fins_pdu(struct conversation *conv, struct cursor *in)
{
    struct fins_state *s = conv->state;
    s->asked.blind |= conv->midstream || conv->over == OVER_UDP;
    if (conv->over == OVER_UDP)
        return udp_pdu(conv, in);
    if (s->searching[conv->dir]) {
        enum dissect verdict = search(conv, in);
        if (s->searching[conv->dir] || verdict == DISSECT_PDU)
            return verdict;
    }
    return tcp_pdu(conv, in);
}

static bool fins_gap(struct conversation *conv, size_t missing)
{
    struct fins_state *s = conv->state;
    (void)missing;
    s->searching[conv->dir] = s->asked.blind = true;
    return true;
}

const struct dissector dissector_fins = {
    .schema = &fins_schema,
    .device = "plc",
    .source = "OMRON W342 (FINS commands), W421 (FINS/TCP)",
    .over = OVER_TCP | OVER_UDP,
    .ports = { 9600 },
    .state_size = sizeof(struct fins_state),
    .pdu_max = TCP_LENGTH_MAX + 8,
    .probe = fins_probe,
    .pdu = fins_pdu,
    .gap = fins_gap,
};
