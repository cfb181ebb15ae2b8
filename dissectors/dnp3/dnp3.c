#include "dissectors/dnp3/dnp3.h"

#include "common/buffer.h"
#include "dissectors/dnp3/fields.h"

enum { TRANSPORT_FIN = 0x80, TRANSPORT_FIR = 0x40, TRANSPORT_SEQUENCE = 0x3f, FLOOD = 500 };
enum { CONFIRM = 0, FIRST_ANSWER = 129, UNSOLICITED = 130, LAST_ANSWER = 131 };

struct side {
    struct buffer fragment;     /* application octets of the segments so far */
    uint8_t       sequence;     /* of the segment that must come next */
    bool          open;         /* a first segment was there, the last not yet */
    bool          searching;    /* after a gap: for the next header whose CRC is right */
};

struct dnp3_state {
    struct side side[2];
    uint64_t    fragments;
    uint32_t    unanswered;
};

/* --- records ------------------------------------------------------------------------------------------------------- */

static void say_link(struct record *r, const struct dnp3_link *l)
{
    record_uint(r, DNP3_SRC, l->src);
    record_uint(r, DNP3_DST, l->dst);
    record_item(r, DNP3_CONTROL);
    record_uint(r, DNP3_CONTROL_DIR, l->control >> 7);
    record_uint(r, DNP3_CONTROL_PRI, l->control >> 6 & 1u);
    record_uint(r, DNP3_CONTROL_FCB, l->control >> 5 & 1u);
    record_uint(r, DNP3_CONTROL_FCV, l->control >> 4 & 1u);
    record_uint(r, DNP3_CONTROL_FUNCTION, l->control & 0x0fu);
}

/* A frame of its own: no user data, or nothing that can be read as such. */
static void tell_link(struct conversation *conv, const struct dnp3_link *l, uint64_t anomalies)
{
    struct dnp3_state *s = conv->state;
    struct record *r = conversation_record(conv, &dnp3_schema);
    r->transaction = s->fragments++;
    r->anomalies = anomalies;
    record_uint(r, DNP3_TYPE, DNP3_LINK);
    say_link(r, l);
    conversation_emit(conv, r);
}

static uint64_t bit(enum dnp3_anomaly anomaly)
{
    return UINT64_C(1) << anomaly;
}

static void say_indicators(struct record *r, uint16_t iin)
{
    record_item(r, DNP3_IIN);
    for (unsigned i = 0; i < 16; i++)
        if (iin >> (15 - i) & 1)
            record_uint(r, DNP3_INDICATORS, 0x8000u >> i);
}

/* For the keyword dnp3_obj: what stands among the objects, again. */
static void say_objects_again(struct record *r)
{
    size_t count = r->count;
    for (size_t i = 0; i + 1 < count; i++)
        if (r->values[i].row == DNP3_OBJECT_GROUP)
            record_uint(r, DNP3_OBJECT, r->values[i].uint << 8 | r->values[i + 1].uint);
}

static void say_application(struct record *r, uint8_t control, uint8_t function, struct cursor objects)
{
    record_item(r, DNP3_APPLICATION);
    record_item(r, DNP3_AC);
    record_uint(r, DNP3_AC_FIR, control >> 7);
    record_uint(r, DNP3_AC_FIN, control >> 6 & 1u);
    record_uint(r, DNP3_AC_CON, control >> 5 & 1u);
    record_uint(r, DNP3_AC_UNS, control >> 4 & 1u);
    record_uint(r, DNP3_AC_SEQUENCE, control & 0x0fu);
    record_uint(r, DNP3_FUNCTION_CODE, function);
    bool complete = dnp3_objects_read(r, function, objects);
    record_uint(r, DNP3_COMPLETE, complete);
}

static enum dnp3_type type_of(uint8_t function)
{
    if (function == UNSOLICITED)
        return DNP3_UNSOLICITED;
    return function >= FIRST_ANSWER && function <= LAST_ANSWER ? DNP3_RESPONSE : DNP3_REQUEST;
}

/* IEEE 1815 4.2.2: control, function, in answers the internal indications, objects. */
static void fragment_read(struct conversation *conv, const struct dnp3_link *l, const uint8_t *bytes, size_t n, uint64_t anomalies)
{
    struct dnp3_state *s = conv->state;
    struct record *r = conversation_record(conv, &dnp3_schema);
    struct cursor c = cursor_over(bytes, n);
    c.at_end = CURSOR_BAD;
    uint8_t control = cursor_u8(&c), function = cursor_u8(&c);
    enum dnp3_type type = type_of(function);
    uint16_t iin = type == DNP3_REQUEST ? 0 : cursor_be16(&c);
    r->transaction = s->fragments++;
    r->anomalies = anomalies;
    record_uint(r, DNP3_TYPE, type);
    say_link(r, l);
    record_bytes(r, DNP3_DATA, bytes, n);
    s->unanswered = type == DNP3_REQUEST && function != CONFIRM ? s->unanswered + 1 : type == DNP3_RESPONSE ? 0 : s->unanswered;
    if (s->unanswered == FLOOD)
        record_anomaly(r, DNP3_FLOODED);
    if (c.status != CURSOR_OK) {
        record_anomaly(r, DNP3_MALFORMED);
    } else {
        if (type != DNP3_REQUEST)
            record_uint(r, DNP3_IIN_BITS, iin);
        say_application(r, control, function, c);
        say_objects_again(r);
        if (type != DNP3_REQUEST)
            say_indicators(r, iin);
    }
    conversation_emit(conv, r);
}

/* --- transport function, clause 8 ------------------------------------------------------------------------------------ */

static void fragment_drop(struct conversation *conv, struct side *side)
{
    buffer_free(&side->fragment, conv->store, conv->account);
    side->open = false;
}

static void segment_keep(struct conversation *conv, const struct dnp3_link *l, const uint8_t *bytes, size_t n)
{
    struct side *side = &((struct dnp3_state *)conv->state)->side[conv->dir];
    if (buffer_add(&side->fragment, conv->store, conv->account, bytes, n, DNP3_FRAGMENT_MAX) == n)
        return;
    fragment_drop(conv, side);
    tell_link(conv, l, bit(DNP3_TOO_LONG_REASSEMBLY));
}

static void segment_read(struct conversation *conv, const struct dnp3_link *l, const uint8_t *bytes, size_t n)
{
    struct side *side = &((struct dnp3_state *)conv->state)->side[conv->dir];
    uint8_t transport = bytes[0], sequence = transport & TRANSPORT_SEQUENCE;
    bool first = transport & TRANSPORT_FIR, last = transport & TRANSPORT_FIN;
    if (first && side->open)
        fragment_drop(conv, side);          /* 8.2.1: a new first segment ends what was open */
    if (!first && (!side->open || sequence != side->sequence)) {
        fragment_drop(conv, side);
        tell_link(conv, l, bit(DNP3_TRANSPORT_SEQUENCE));
        return;
    }
    side->sequence = (sequence + 1) & TRANSPORT_SEQUENCE;
    if (first && last) {
        fragment_read(conv, l, bytes + 1, n - 1, 0);
        return;
    }
    side->open = true;
    segment_keep(conv, l, bytes + 1, n - 1);
    if (last && side->open) {
        fragment_read(conv, l, side->fragment.at, side->fragment.len, 0);
        fragment_drop(conv, side);
    }
}

/* --- frames ---------------------------------------------------------------------------------------------------------- */

/* A transport octet and something behind it; in a first segment the application header. */
static bool segment_too_small(const uint8_t *bytes, size_t n)
{
    enum { APPLICATION_HEADER = 2 };
    return n < 2 || ((bytes[0] & TRANSPORT_FIR) && n < 1 + APPLICATION_HEADER);
}

static void frame_read(struct conversation *conv, const struct dnp3_link *l, struct cursor user)
{
    uint8_t bytes[DNP3_USER_MAX];
    size_t n;
    if (!dnp3_link_carries(l->control))
        tell_link(conv, l, 0);
    else if (!dnp3_user_read(user, bytes, &n))
        tell_link(conv, l, bit(DNP3_BAD_TRANSPORT_CRC));
    else if (segment_too_small(bytes, n))
        tell_link(conv, l, bit(DNP3_LEN_TOO_SMALL));
    else
        segment_read(conv, l, bytes, n);
}

/* After a gap: to the next header whose CRC is right, or to where one may still begin. */
static enum dissect search(struct conversation *conv, struct cursor *in)
{
    struct side *side = &((struct dnp3_state *)conv->state)->side[conv->dir];
    size_t before = in->left;
    while (in->left > 0 && side->searching) {
        struct cursor c = *in;
        struct dnp3_link l;
        enum dnp3_start start = dnp3_link_read(&c, &l);
        if (start == DNP3_SHORT)
            break;
        if (start == DNP3_START && l.sound && l.length >= DNP3_LENGTH_MIN)
            side->searching = false;
        else
            cursor_skip(in, 1);
    }
    return in->left < before ? DISSECT_PDU : DISSECT_MORE;
}

static enum dissect dnp3_pdu(struct conversation *conv, struct cursor *in)
{
    struct side *side = &((struct dnp3_state *)conv->state)->side[conv->dir];
    if (side->searching) {
        enum dissect verdict = search(conv, in);
        if (side->searching || verdict == DISSECT_PDU)
            return verdict;
    }
    struct cursor c = *in;
    struct dnp3_link l;
    enum dnp3_start start = dnp3_link_read(&c, &l);
    if (start == DNP3_NO_START)
        return DISSECT_LOST;
    conv->need = DNP3_LINK_HEADER;
    if (start == DNP3_SHORT)
        return DISSECT_MORE;
    if (!l.sound || l.length < DNP3_LENGTH_MIN) {
        tell_link(conv, &l, bit(l.sound ? DNP3_LEN_TOO_SMALL : DNP3_BAD_LINK_CRC));
        return DISSECT_LOST;
    }
    conv->need = DNP3_LINK_HEADER + dnp3_user_octets(&l);
    struct cursor user = cursor_sub(&c, dnp3_user_octets(&l));
    if (c.status != CURSOR_OK)
        return DISSECT_MORE;
    frame_read(conv, &l, user);
    *in = c;
    return DISSECT_PDU;
}

static bool dnp3_gap(struct conversation *conv, size_t missing)
{
    struct side *side = &((struct dnp3_state *)conv->state)->side[conv->dir];
    (void)missing;
    fragment_drop(conv, side);
    side->searching = true;
    return true;
}

static void dnp3_end(struct conversation *conv)
{
    struct dnp3_state *s = conv->state;
    fragment_drop(conv, &s->side[FROM_CLIENT]);
    fragment_drop(conv, &s->side[FROM_SERVER]);
}

/* The two start octets and a header's CRC: nothing else looks like this. */
static enum probe dnp3_probe(const struct conversation *conv, struct cursor c)
{
    struct dnp3_link l;
    (void)conv;
    switch (dnp3_link_read(&c, &l)) {
    case DNP3_NO_START: return PROBE_NO;
    case DNP3_SHORT:    return PROBE_MORE;
    default:            return l.sound && l.length >= DNP3_LENGTH_MIN ? PROBE_YES : l.length >= DNP3_LENGTH_MIN ? PROBE_MAYBE : PROBE_NO;
    }
}

const struct dissector dissector_dnp3 = {
    .schema = &dnp3_schema,
    .device = "rtu",
    .source = "IEEE 1815-2012",
    .over = OVER_TCP | OVER_UDP,
    .ports = { 20000 },
    .ndpi = "DNP3",
    .state_size = sizeof(struct dnp3_state),
    .pdu_max = DNP3_FRAME_MAX,
    .probe = dnp3_probe,
    .pdu = dnp3_pdu,
    .gap = dnp3_gap,
    .end = dnp3_end,
};
