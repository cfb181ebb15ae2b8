#include "dissectors/dnp3/dnp3.h"

#include "common/buffer.h"
#include "dissectors/dnp3/dialogue.h"
#include "dissectors/dnp3/fields.h"

enum { TRANSPORT_FIN = 0x80, TRANSPORT_FIR = 0x40, TRANSPORT_SEQUENCE = 0x3f };
enum { RESET_USER_PROCESS = 1, NOT_ACKNOWLEDGED = 1 };
enum { IIN_REFUSALS = 0x0017 };     /* no such function, object unknown, parameter error, already executing */

struct side {
    struct buffer    fragment;  /* application octets of the segments so far */
    struct dnp3_link link;      /* of the first segment */
    uint16_t         frames;    /* so far */
    uint8_t          sequence;  /* of the segment that must come next */
    bool             open;      /* a first segment was there, the last not yet */
    bool             searching; /* out of step: for the next header whose CRC is right */
    bool             sound;     /* there was such a header */
};

struct dnp3_state {
    struct side          side[2];
    struct dnp3_dialogue dialogue;
};

/* --- records ------------------------------------------------------------------------------------------------------- */

static void say_link(struct record *r, const struct dnp3_link *l, unsigned frames)
{
    record_uint(r, DNP3_SRC, l->src);
    record_uint(r, DNP3_DST, l->dst);
    if (l->dst >= DNP3_BROADCAST_FIRST)
        record_uint(r, DNP3_BROADCAST, true);
    record_item(r, DNP3_CONTROL);
    record_uint(r, DNP3_CONTROL_DIR, l->control >> 7);
    record_uint(r, DNP3_CONTROL_PRI, l->control >> 6 & 1u);
    record_uint(r, DNP3_CONTROL_FCB, l->control >> 5 & 1u);
    record_uint(r, DNP3_CONTROL_FCV, l->control >> 4 & 1u);
    record_uint(r, DNP3_CONTROL_FUNCTION, l->control & DNP3_LINK_FUNCTION);
    record_uint(r, DNP3_FRAMES, frames);
}

/* A frame of its own: no user data, or nothing that can be read as such. */
static void tell_link(struct conversation *conv, const struct dnp3_link *l, uint64_t anomalies)
{
    struct dnp3_state *s = conv->state;
    struct record *r = conversation_record(conv, &dnp3_schema);
    uint8_t function = l->control & DNP3_LINK_FUNCTION;
    bool primary = l->control & DNP3_PRI;
    r->transaction = s->dialogue.fragments++;
    r->anomalies = anomalies;
    r->answer = !primary && !(l->control & DNP3_DIR);       /* a master acknowledges too, and is no device for it */
    r->refused = !primary && function == NOT_ACKNOWLEDGED;
    record_uint(r, DNP3_TYPE, DNP3_LINK);
    record_uint(r, DNP3_ACCESS, primary && function == RESET_USER_PROCESS ? ACCESS_RESTART : ACCESS_SESSION);
    say_link(r, l, l->sound && l->length >= DNP3_LENGTH_MIN);
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

static enum dnp3_type type_of(uint8_t function)
{
    if (function == DNP3_ANSWER_UNSOLICITED)
        return DNP3_UNSOLICITED;
    return function == DNP3_ANSWER || function == DNP3_ANSWER_AUTHENTICATE ? DNP3_RESPONSE : DNP3_REQUEST;
}

static enum access access_of(uint8_t function)
{
    static const uint8_t by_function[] = {
        [DNP3_CONFIRM] = ACCESS_SESSION, [DNP3_READ] = ACCESS_READ, [DNP3_WRITE] = ACCESS_WRITE, [DNP3_SELECT] = ACCESS_CONTROL,
        [DNP3_OPERATE] = ACCESS_CONTROL, [DNP3_DIRECT_OPERATE] = ACCESS_CONTROL, [DNP3_DIRECT_OPERATE_NR] = ACCESS_CONTROL,
        [7] = ACCESS_READ, [8] = ACCESS_READ, [9] = ACCESS_WRITE, [10] = ACCESS_WRITE, [11] = ACCESS_READ, [12] = ACCESS_READ,
        [DNP3_COLD_RESTART] = ACCESS_RESTART, [DNP3_WARM_RESTART] = ACCESS_RESTART, [DNP3_INITIALIZE_DATA] = ACCESS_CONFIGURE,
        [DNP3_INITIALIZE_APPLICATION] = ACCESS_STOP, [DNP3_START_APPLICATION] = ACCESS_CONTROL, [DNP3_STOP_APPLICATION] = ACCESS_STOP,
        [DNP3_SAVE_CONFIGURATION] = ACCESS_CONFIGURE, [DNP3_ENABLE_UNSOLICITED] = ACCESS_SUBSCRIBE,
        [DNP3_DISABLE_UNSOLICITED] = ACCESS_SUBSCRIBE, [DNP3_ASSIGN_CLASS] = ACCESS_CONFIGURE, [DNP3_DELAY_MEASURE] = ACCESS_DIAGNOSE,
        [DNP3_RECORD_CURRENT_TIME] = ACCESS_SET_TIME, [DNP3_OPEN_FILE] = ACCESS_FILE, [DNP3_CLOSE_FILE] = ACCESS_FILE,
        [DNP3_DELETE_FILE] = ACCESS_FILE, [DNP3_GET_FILE_INFO] = ACCESS_BROWSE, [DNP3_AUTHENTICATE_FILE] = ACCESS_AUTHENTICATE,
        [DNP3_ABORT_FILE] = ACCESS_FILE, [DNP3_ACTIVATE_CONFIGURATION] = ACCESS_CONFIGURE,
        [DNP3_AUTHENTICATE_REQUEST] = ACCESS_AUTHENTICATE, [DNP3_AUTHENTICATE_ERROR] = ACCESS_AUTHENTICATE,
    };
    if (function <= DNP3_FUNCTION_LAST)
        return by_function[function];
    return function == DNP3_ANSWER_AUTHENTICATE ? ACCESS_AUTHENTICATE
           : function == DNP3_ANSWER || function == DNP3_ANSWER_UNSOLICITED ? ACCESS_REPORT : ACCESS_OTHER;
}

static void say_application(struct dnp3_walk *w, uint8_t control, struct cursor objects)
{
    struct record *r = w->record;
    record_item(r, DNP3_APPLICATION);
    record_item(r, DNP3_AC);
    record_uint(r, DNP3_AC_FIR, control >> 7);
    record_uint(r, DNP3_AC_FIN, control >> 6 & 1u);
    record_uint(r, DNP3_AC_CON, control >> 5 & 1u);
    record_uint(r, DNP3_AC_UNS, control >> 4 & 1u);
    record_uint(r, DNP3_AC_SEQUENCE, control & 0x0fu);
    record_uint(r, DNP3_FUNCTION_CODE, w->function);
    bool complete = dnp3_objects_read(w, objects);
    if (r->incomplete)
        r->anomalies &= ~bit(DNP3_MALFORMED);       /* the objects end where the segments do */
    record_uint(r, DNP3_COMPLETE, complete);
    say_objects_again(r);
}

static void say_told(const struct dnp3_walk *w)
{
    for (unsigned i = 0; i < w->told_count; i++)
        record_bytes(w->record, w->told[i].row, w->told[i].bytes, w->told[i].len);
}

static struct dnp3_fragment fragment_of(const struct conversation *conv, const struct dnp3_link *l, uint8_t control, uint8_t function,
                                        struct cursor objects)
{
    return (struct dnp3_fragment){ .link = l, .type = type_of(function), .function = function, .sequence = control & 0x0f,
        .final = control >> 6 & 1, .confirm = control >> 5 & 1, .unsolicited = control >> 4 & 1, .objects = objects, .now_us = conv->now_us };
}

/* What only the whole fragment tells: pairs, refusals, and the access, which the objects may make more of. */
static void say_pairs(struct dnp3_state *s, struct dnp3_walk *w, struct dnp3_fragment *f, uint16_t iin)
{
    struct record *r = w->record;
    const struct dnp3_open *asked = dnp3_dialogue_begin(&s->dialogue, r, f);
    f->access = (uint8_t)(w->access != ACCESS_OTHER ? w->access : access_of(f->function));
    if (f->type == DNP3_RESPONSE && asked != NULL)
        f->access = asked->access;
    record_uint(r, DNP3_ACCESS, f->access);
    r->answer = f->type == DNP3_RESPONSE;
    r->refused = w->refused || (f->type == DNP3_RESPONSE && (iin & IIN_REFUSALS));
    dnp3_dialogue_end(&s->dialogue, r, f, asked);
}

/* IEEE 1815 4.2.2: control, function, in answers the internal indications, objects. */
static void fragment_read(struct conversation *conv, const struct dnp3_link *l, struct cursor c, unsigned frames, bool whole)
{
    struct dnp3_state *s = conv->state;
    struct record *r = conversation_record(conv, &dnp3_schema);
    const uint8_t *bytes = c.at;
    size_t n = c.left;
    uint8_t control = cursor_u8(&c), function = cursor_u8(&c);
    struct dnp3_walk w = { .record = r, .function = function };
    enum dnp3_type type = type_of(function);
    uint16_t iin = type == DNP3_REQUEST ? 0 : cursor_be16(&c);
    s->dialogue.blind |= conv->midstream;
    r->incomplete = !whole;
    record_uint(r, DNP3_TYPE, type);
    say_link(r, l, frames);
    record_bytes(r, DNP3_DATA, bytes, n);
    if (type != DNP3_REQUEST && c.status == CURSOR_OK)
        record_uint(r, DNP3_IIN_BITS, iin);
    if (c.status != CURSOR_OK) {
        record_anomaly(r, DNP3_MALFORMED);
        r->transaction = s->dialogue.fragments++;
        conversation_emit(conv, r);
        return;
    }
    if (function > DNP3_FUNCTION_LAST && (function < DNP3_ANSWER || function > DNP3_ANSWER_AUTHENTICATE))
        record_anomaly(r, DNP3_UNKNOWN_FUNCTION);
    if (((l->control & DNP3_DIR) != 0) != (type == DNP3_REQUEST))
        record_anomaly(r, DNP3_WRONG_DIRECTION);
    struct dnp3_fragment f = fragment_of(conv, l, control, function, c);
    say_application(&w, control, c);
    say_pairs(s, &w, &f, iin);
    say_told(&w);
    if (type != DNP3_REQUEST)
        say_indicators(r, iin);
    conversation_emit(conv, r);
}

/* --- transport function, clause 8 ------------------------------------------------------------------------------------ */

/* Gives the memory back; segments whose last never came are told as far as they go. */
static void fragment_drop(struct conversation *conv, struct side *side)
{
    struct buffer held = side->fragment;
    bool open = side->open;
    side->fragment = (struct buffer){ .at = NULL };
    side->open = false;
    if (open && held.len > 0) {
        struct cursor c = cursor_over(held.at, held.len);
        c.at_end = CURSOR_BAD;
        fragment_read(conv, &side->link, c, side->frames, false);
    }
    buffer_free(&held, conv->store, conv->account);
}

static void segment_keep(struct conversation *conv, const struct dnp3_link *l, const uint8_t *bytes, size_t n)
{
    struct side *side = &((struct dnp3_state *)conv->state)->side[conv->dir];
    if (buffer_add(&side->fragment, conv->store, conv->account, bytes, n, DNP3_FRAGMENT_MAX) == n) {
        side->frames++;
        return;
    }
    fragment_drop(conv, side);
    tell_link(conv, l, bit(DNP3_TOO_LONG_REASSEMBLY));
}

static void fragment_whole(struct conversation *conv, struct side *side)
{
    struct cursor c = cursor_over(side->fragment.at, side->fragment.len);
    c.at_end = CURSOR_BAD;
    side->open = false;
    fragment_read(conv, &side->link, c, side->frames, true);
    fragment_drop(conv, side);
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
        struct cursor c = cursor_over(bytes + 1, n - 1);
        c.at_end = CURSOR_BAD;
        fragment_read(conv, l, c, 1, true);
        return;
    }
    if (first) {
        side->link = *l;
        side->frames = 0;
    }
    side->open = true;
    segment_keep(conv, l, bytes + 1, n - 1);
    if (last && side->open)
        fragment_whole(conv, side);
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
        tell_link(conv, l, dnp3_link_known(l->control) ? 0 : bit(DNP3_UNKNOWN_LINK_FUNCTION));
    else if (!dnp3_user_read(user, bytes, &n))
        tell_link(conv, l, bit(DNP3_BAD_TRANSPORT_CRC));
    else if (segment_too_small(bytes, n))
        tell_link(conv, l, bit(DNP3_LEN_TOO_SMALL));
    else
        segment_read(conv, l, bytes, n);
}

/* After a gap or noise: to the next header whose CRC is right, or to where one may still begin. */
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

static bool dnp3_seen(const struct dnp3_state *s)
{
    return s->side[FROM_CLIENT].sound || s->side[FROM_SERVER].sound;
}

/* Octets that do not even have addresses. */
static void tell_noise(struct conversation *conv)
{
    struct dnp3_state *s = conv->state;
    struct record *r = conversation_record(conv, &dnp3_schema);
    r->transaction = s->dialogue.fragments++;
    record_uint(r, DNP3_TYPE, DNP3_LINK);
    record_anomaly(r, DNP3_OUT_OF_STEP);
    conversation_emit(conv, r);
}

/* What is no frame. 9.2.4: a receiver goes on to the next start octets, and so does whoever hides behind a broken header. */
static enum dissect out_of_step(struct conversation *conv, const struct dnp3_link *l, enum dnp3_anomaly why, struct cursor *in)
{
    struct dnp3_state *s = conv->state;
    if (why == DNP3_OUT_OF_STEP)
        tell_noise(conv);
    else
        tell_link(conv, l, bit(why));
    if (!dnp3_seen(s) && why != DNP3_BAD_LINK_CRC)
        return DISSECT_LOST;
    s->side[conv->dir].searching = true;
    cursor_skip(in, 1);
    return DISSECT_PDU;
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
    if (start == DNP3_NO_START && !dnp3_seen(conv->state))
        return DISSECT_LOST;
    conv->need = DNP3_LINK_HEADER;
    if (start == DNP3_SHORT)
        return DISSECT_MORE;
    if (start == DNP3_NO_START)
        return out_of_step(conv, &l, DNP3_OUT_OF_STEP, in);
    if (!l.sound || l.length < DNP3_LENGTH_MIN)
        return out_of_step(conv, &l, l.length < DNP3_LENGTH_MIN ? DNP3_LEN_TOO_SMALL : DNP3_BAD_LINK_CRC, in);
    conv->need = DNP3_LINK_HEADER + dnp3_user_octets(&l);
    struct cursor user = cursor_sub(&c, dnp3_user_octets(&l));
    if (c.status != CURSOR_OK)
        return DISSECT_MORE;
    side->sound = true;
    frame_read(conv, &l, user);
    *in = c;
    return DISSECT_PDU;
}

static bool dnp3_gap(struct conversation *conv, size_t missing)
{
    struct dnp3_state *s = conv->state;
    (void)missing;
    s->dialogue.blind = true;
    fragment_drop(conv, &s->side[conv->dir]);
    s->side[conv->dir].searching = true;
    return true;
}

static void dnp3_end(struct conversation *conv)
{
    struct dnp3_state *s = conv->state;
    for (unsigned i = 0; i < 2; i++) {
        conv->dir = i;
        fragment_drop(conv, &s->side[i]);
    }
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
