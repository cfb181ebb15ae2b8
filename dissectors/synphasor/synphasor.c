/* Frames of C37.118: a common head, a CRC at the end, and the dialogue of commands and what they ask for.
 *
 *   0      1             2      4        6     10        14              size - 2
 *   +------+-------------+------+--------+-----+---------+ - - - - - - - +-------+
 *   | 0xaa | type, vers. | size | idcode | SOC | FRACSEC | body          | CRC   |
 *   +------+-------------+------+--------+-----+---------+ - - - - - - - +-------+
 */
#include "dissectors/synphasor/synphasor.h"

#include "dissectors/synphasor/fields.h"

enum {
    SYNC = 0xaa, HEAD = 14, CRC = 2, SIZE_MIN = HEAD + CRC, VERSION_MAX = 3,
    FRACTION_BITS = 0xffffff, QUALITY_BITS = 0x0f, LEAP_BITS = 0x70
};

struct frame {
    uint8_t  type, version;
    uint16_t size, idcode;
    uint32_t soc, fraction;
    bool     sound;             /* the CRC is right */
    struct cursor body;
};

struct synphasor_state {
    uint64_t transactions;
    uint64_t asked, asked_us;       /* transaction of the command that waits for a header or configuration */
    uint8_t  wants;                 /* enum synphasor_type it asked for, plus one; 0: nothing */
    bool     searching[2], seen;
    struct synphasor_shape shape;
};

/* Annex B: CRC-CCITT, x^16 + x^12 + x^5 + 1, begun with ones: what four shifts make of each half octet. */
static uint16_t crc_of(const uint8_t *bytes, size_t n)
{
    static const uint16_t steps[16] = {
        0x0000, 0x1021, 0x2042, 0x3063, 0x4084, 0x50a5, 0x60c6, 0x70e7, 0x8108, 0x9129, 0xa14a, 0xb16b, 0xc18c, 0xd1ad, 0xe1ce, 0xf1ef
    };
    uint16_t crc = 0xffff;
    for (size_t i = 0; i < n; i++) {
        crc = (uint16_t)(crc << 4 ^ steps[crc >> 12 ^ bytes[i] >> 4]);
        crc = (uint16_t)(crc << 4 ^ steps[crc >> 12 ^ (bytes[i] & 0xf)]);
    }
    return crc;
}

enum look { NONE, SHORT, WHOLE };

/* The frame at `c`. SHORT: as far as it is here it could be one, and f->size is good when the head is. */
static enum look frame_read(struct cursor *c, struct frame *f)
{
    const uint8_t *at = c->at;
    int sync = cursor_peek(c, 0), second = cursor_peek(c, 1);
    *f = (struct frame){ .type = 0 };
    if ((sync >= 0 && sync != SYNC) || (second >= 0 && (second & 0x80 || (second & 0xf) < 1 || (second & 0xf) > VERSION_MAX)))
        return NONE;
    cursor_skip(c, 2);
    f->type = (uint8_t)(second >> 4 & 7);
    f->version = (uint8_t)(second & 0xf);
    f->size = cursor_be16(c);
    if (c->status != CURSOR_OK)
        return SHORT;
    if (f->size < SIZE_MIN || f->type >= SYN_TYPES)
        return NONE;
    f->idcode = cursor_be16(c);
    f->soc = cursor_be32(c);
    f->fraction = cursor_be32(c);
    f->body = cursor_sub(c, f->size - (size_t)SIZE_MIN);
    uint16_t crc = cursor_be16(c);
    if (c->status != CURSOR_OK)
        return SHORT;
    f->sound = crc == crc_of(at, f->size - (size_t)CRC);
    return WHOLE;
}

static enum probe synphasor_probe(const struct conversation *conv, struct cursor c)
{
    struct frame f;
    (void)conv;
    switch (frame_read(&c, &f)) {
    case NONE:  return PROBE_NO;
    case SHORT: return PROBE_MORE;
    default:    return f.sound ? PROBE_YES : PROBE_NO;
    }
}

/* --- records ------------------------------------------------------------------------------------------------------- */

static enum access access_of(const struct frame *f, uint16_t command)
{
    if (f->type != SYN_COMMAND_FRAME)
        return f->type == SYN_HEADER ? ACCESS_IDENTIFY : f->type == SYN_DATA ? ACCESS_REPORT : ACCESS_BROWSE;
    switch (command) {
    case SYN_DATA_OFF:    return ACCESS_STOP;
    case SYN_DATA_ON:     return ACCESS_SUBSCRIBE;
    case SYN_SEND_HEADER: return ACCESS_IDENTIFY;
    case SYN_SEND_CONFIG_1: case SYN_SEND_CONFIG_2: case SYN_SEND_CONFIG_3: return ACCESS_BROWSE;
    default:              return ACCESS_OTHER;
    }
}

static void head_say(struct record *r, const struct frame *f, uint32_t time_base)
{
    uint32_t fraction = f->fraction & FRACTION_BITS;
    uint64_t us = time_base > 0 && fraction < time_base ? fraction * UINT64_C(1000000) / time_base : 0;
    record_uint(r, SYN_TYPE, f->type);
    record_uint(r, SYN_VERSION, f->version);
    record_uint(r, SYN_SIZE, f->size);
    record_uint(r, SYN_IDCODE, f->idcode);
    record_uint(r, SYN_TIME, f->soc * UINT64_C(1000000) + us);
    record_uint(r, SYN_FRACTION, fraction);
    record_uint(r, SYN_TIME_QUALITY, f->fraction >> 24 & QUALITY_BITS);
    if (f->fraction >> 24 & LEAP_BITS)
        record_uint(r, SYN_LEAP, f->fraction >> 28 & 7u);
}

static uint8_t wanted_by(uint16_t command)
{
    switch (command) {
    case SYN_SEND_HEADER:   return SYN_HEADER + 1;
    case SYN_SEND_CONFIG_1: return SYN_CONFIG_1 + 1;
    case SYN_SEND_CONFIG_2: return SYN_CONFIG_2 + 1;
    case SYN_SEND_CONFIG_3: return SYN_CONFIG_3 + 1;
    default:                return 0;
    }
}

static uint16_t command_read(struct conversation *conv, struct record *r, const struct frame *f)
{
    struct synphasor_state *s = conv->state;
    struct cursor c = f->body;
    uint16_t command = cursor_be16(&c);
    if (c.status != CURSOR_OK) {
        record_anomaly(r, SYN_BAD_LENGTH);
        return 0;
    }
    record_uint(r, SYN_COMMAND, command);
    if (c.left > 0)
        record_bytes(r, SYN_EXTENDED, c.at, c.left);
    if (command == 0 || command == 7 || (command > SYN_EXTENDED_FRAME && command < 0x100))     /* table 15: reserved */
        record_anomaly(r, SYN_UNKNOWN_COMMAND);
    if (wanted_by(command) != 0) {
        s->wants = wanted_by(command);
        s->asked = r->transaction;
        s->asked_us = conv->now_us;
    }
    return command;
}

/* Whether this is what the last command asked for. */
static bool answers(struct conversation *conv, struct record *r, const struct frame *f)
{
    struct synphasor_state *s = conv->state;
    if (s->wants != f->type + 1)
        return false;
    r->transaction = s->asked;
    r->answer = true;
    s->wants = 0;
    return true;
}

static void body_read(struct conversation *conv, struct record *r, const struct frame *f)
{
    struct synphasor_state *s = conv->state;
    bool whole = true;
    switch (f->type) {
    case SYN_DATA:
        if (s->shape.count == 0 || s->shape.idcode != f->idcode)
            break;
        if (!synphasor_data_read(r, f->body, &s->shape))
            record_anomaly(r, SYN_SHAPE_UNKNOWN);
        break;
    case SYN_HEADER:
        record_bytes(r, SYN_TEXT, f->body.at, f->body.left);
        break;
    case SYN_CONFIG_2: case SYN_CONFIG_3:       /* of what is sent; configuration 1 tells what could be */
        s->shape.idcode = f->idcode;
        whole = synphasor_config_read(r, f->body, f->type == SYN_CONFIG_3, &s->shape);
        break;
    case SYN_CONFIG_1: {
        struct synphasor_shape able = { .idcode = f->idcode };
        whole = synphasor_config_read(r, f->body, false, &able);
        break;
    }
    default: break;
    }
    if (!whole) {
        s->shape.count = 0;
        record_anomaly(r, SYN_BAD_LENGTH);
    }
}

static void frame_tell(struct conversation *conv, const struct frame *f)
{
    struct synphasor_state *s = conv->state;
    struct record *r = conversation_record(conv, &synphasor_schema);
    uint16_t command = 0;
    bool known = s->shape.idcode == f->idcode && s->shape.count > 0;
    bool answered = f->sound && answers(conv, r, f);
    if (!answered)
        r->transaction = s->transactions++;
    head_say(r, f, known ? s->shape.time_base : 0);
    if (!f->sound)
        record_anomaly(r, SYN_BAD_CRC);
    else if (f->type == SYN_COMMAND_FRAME)
        command = command_read(conv, r, f);
    else
        body_read(conv, r, f);
    record_uint(r, SYN_ACCESS, access_of(f, command));
    if (answered && conv->now_us >= s->asked_us)
        record_uint(r, SYN_RESPONSE_TIME, conv->now_us - s->asked_us);
    conversation_emit(conv, r);
}

/* --- staying in step ------------------------------------------------------------------------------------------------ */

/* To the next frame whose CRC is right, or to where one may still begin. */
static enum dissect search(struct conversation *conv, struct cursor *in)
{
    struct synphasor_state *s = conv->state;
    size_t before = in->left;
    for (; in->left > 0; cursor_skip(in, 1)) {
        struct cursor c = *in;
        struct frame f;
        enum look look = frame_read(&c, &f);
        if (look == NONE || (look == WHOLE && !f.sound))
            continue;
        s->searching[conv->dir] = look == SHORT;
        conv->need = look == SHORT && f.size > 0 ? f.size : 0;
        break;
    }
    return in->left < before ? DISSECT_PDU : DISSECT_MORE;
}

static enum dissect out_of_step(struct conversation *conv, struct cursor *in)
{
    struct synphasor_state *s = conv->state;
    if (!s->seen)
        return DISSECT_LOST;
    struct record *r = conversation_record(conv, &synphasor_schema);
    r->transaction = s->transactions++;
    record_anomaly(r, SYN_OUT_OF_STEP);
    conversation_emit(conv, r);
    s->searching[conv->dir] = true;
    cursor_skip(in, 1);
    return DISSECT_PDU;
}

static enum dissect synphasor_pdu(struct conversation *conv, struct cursor *in)
{
    struct synphasor_state *s = conv->state;
    if (s->searching[conv->dir]) {
        enum dissect verdict = search(conv, in);
        if (s->searching[conv->dir] || verdict == DISSECT_PDU)
            return verdict;
    }
    struct cursor c = *in;
    struct frame f;
    switch (frame_read(&c, &f)) {
    case NONE:
        return out_of_step(conv, in);
    case SHORT:
        conv->need = f.size >= SIZE_MIN ? f.size : SIZE_MIN;
        return DISSECT_MORE;
    default:
        break;
    }
    s->seen |= f.sound;
    frame_tell(conv, &f);
    if (f.sound) {
        *in = c;
    } else {                    /* its length is worth no more than the rest of it */
        s->searching[conv->dir] = true;
        cursor_skip(in, 1);
    }
    return DISSECT_PDU;
}

static bool synphasor_gap(struct conversation *conv, size_t missing)
{
    struct synphasor_state *s = conv->state;
    (void)missing;
    s->searching[conv->dir] = true;
    return true;
}

const struct dissector dissector_synphasor = {
    .schema = &synphasor_schema,
    .device = "ied",
    .source = "IEEE C37.118.2-2011, IEEE C37.118-2005",
    .over = OVER_TCP | OVER_UDP,
    .ports = { 4712, 4713 },
    .state_size = sizeof(struct synphasor_state),
    .pdu_max = UINT16_MAX,
    .probe = synphasor_probe,
    .pdu = synphasor_pdu,
    .gap = synphasor_gap,
};
