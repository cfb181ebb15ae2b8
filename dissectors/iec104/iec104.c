/* IEC 60870-5-104: the APCI, the three formats, sequence numbers, commands and what answers them, and the way back into step.
 *
 *   0      1        2 ... 5           6         7            8       9      10 11    12
 *   +------+--------+-----------------+---------+------------+-------+------+--------+---------------------
 *   | 0x68 | length | control field   | type id | SQ, number | cause | orig | common | information objects
 *   +------+--------+-----------------+---------+------------+-------+------+--------+---------------------
 *                     `------------------------- length octets, 4 to 253 --------------------------------'
 *
 *   I  NS << 1 | 0, NR << 1      S  1, 0, NR << 1      U  one function bit and 3, 0, 0, 0
 *
 * Where an APDU should begin and does not, that is said once, and the stream is read on from the next start octet with
 * a length that can be: the receivers we know do the same or hang up. After a gap the start octet alone proves too little:
 * then only an APDU whose control field and objects are exactly right is believed.
 */
#include "dissectors/iec104/iec104.h"
#include "dissectors/iec104/pair.h"

enum {
    START = 0x68,
    HEADER = 2,                 /* start octet and length */
    CONTROL = 4,
    LENGTH_MAX = 253,
    APDU_MAX = HEADER + LENGTH_MAX,
    SEQUENCE_MASK = 0x7fff, SEQUENCE_HALF = 0x4000,
    NOISE_MAX = 4096            /* octets without an APDU before we believe that this is something else */
};

enum { STARTDT_ACT = 1, STARTDT_CON = 2, STOPDT_ACT = 4, STOPDT_CON = 8, TESTFR_ACT = 16, TESTFR_CON = 32 };

struct side {
    uint16_t next;              /* N(S) that comes next, when known */
    uint16_t acknowledged;      /* N(R) last sent, when has_acknowledged */
    bool     known, has_acknowledged;
    bool     searching;         /* out of step after a gap */
    unsigned noise;             /* octets skipped in step, in a row */
};

struct iec104_state {
    struct side         sides[2];
    struct iec104_pairs pairs;
    bool                begun;
    bool                stopped;    /* data transfer is known not to be started */
};

struct apdu {
    uint8_t            length;
    uint8_t            control[CONTROL];
    enum iec104_format format;
    struct cursor      body;            /* behind the control field */
};

/* The APDU at `c`; false: not all of it is here. Start octet and length were looked at before. */
static bool apdu_read(struct cursor *c, struct apdu *a)
{
    *a = (struct apdu){ .length = (uint8_t)(cursor_peek(c, 1) & 0xff) };
    cursor_skip(c, HEADER);
    struct cursor rest = cursor_sub(c, a->length);
    for (unsigned i = 0; i < CONTROL; i++)
        a->control[i] = cursor_u8(&rest);
    a->format = (a->control[0] & 1) == 0 ? IEC104_I : (a->control[0] & 2) == 0 ? IEC104_S : IEC104_U;
    a->body = rest;
    return c->status == CURSOR_OK;
}

static bool length_possible(int length)
{
    return length >= CONTROL && length <= LENGTH_MAX;
}

static bool one_function(unsigned function)
{
    return function != 0 && (function & (function - 1)) == 0;
}

static bool control_possible(const struct apdu *a)
{
    const uint8_t *c = a->control;
    switch (a->format) {
    case IEC104_I: return (c[2] & 1) == 0;
    case IEC104_S: return c[0] == 1 && c[1] == 0 && (c[2] & 1) == 0;
    case IEC104_U: return one_function((unsigned)c[0] >> 2) && c[1] == 0 && c[2] == 0 && c[3] == 0;
    }
    return false;
}

/* Whether this is surely an APDU, judged by its form alone. */
static bool apdu_convinces(const struct apdu *a)
{
    struct iec104_asdu asdu;
    struct cursor body = a->body;
    if (!control_possible(a))
        return false;
    if (a->format != IEC104_I)
        return a->length == CONTROL;
    return iec104_asdu_read(&body, &asdu) && iec104_asdu_fits(&asdu);
}

static enum probe iec104_probe(const struct conversation *conv, struct cursor c)
{
    struct apdu a;
    if (conv->midstream && c.left > 0 && c.at[0] != START)
        cursor_skip(&c, 1);             /* the garbage octet of a keep-alive, RFC 1122 section 4.2.3.6 */
    if (c.left < HEADER)
        return c.left == 0 || c.at[0] == START ? PROBE_MORE : PROBE_NO;
    if (c.at[0] != START || !length_possible(c.at[1]))
        return PROBE_NO;
    if (!apdu_read(&c, &a))
        return PROBE_MORE;
    if (c.left > 0 && c.at[0] != START)
        return PROBE_NO;
    if (apdu_convinces(&a))
        return PROBE_YES;
    bool known = a.format != IEC104_I || iec104_type((uint8_t)(cursor_peek(&a.body, 0) & 0xff))->known;
    return control_possible(&a) && known ? PROBE_MAYBE : PROBE_NO;
}

static unsigned sequence(const uint8_t *two)
{
    return (two[0] >> 1 | (unsigned)two[1] << 7) & SEQUENCE_MASK;
}

/* N(R) of this side must lie between what it acknowledged before and what the other side has sent. */
static void acknowledgement_read(struct iec104_state *s, enum direction dir, const struct apdu *a, struct record *r)
{
    struct side *side = &s->sides[dir], *other = &s->sides[!dir];
    unsigned nr = sequence(&a->control[2]);
    record_uint(r, IEC104_RECEIVE_SEQUENCE, nr);
    unsigned ahead = (nr - other->next) & SEQUENCE_MASK, forward = (nr - side->acknowledged) & SEQUENCE_MASK;
    if ((other->known && ahead != 0 && ahead < SEQUENCE_HALF) || (side->has_acknowledged && forward >= SEQUENCE_HALF))
        record_anomaly(r, IEC104_RECEIVE_SEQUENCE_WRONG);
    side->acknowledged = (uint16_t)nr;
    side->has_acknowledged = true;
}

static void number_read(struct iec104_state *s, enum direction dir, const struct apdu *a, struct record *r)
{
    struct side *side = &s->sides[dir];
    unsigned ns = sequence(&a->control[0]);
    record_uint(r, IEC104_SEND_SEQUENCE, ns);
    if (side->known && ns != side->next)
        record_anomaly(r, IEC104_SEND_SEQUENCE_WRONG);
    side->next = (ns + 1) & SEQUENCE_MASK;
    side->known = true;
}

static void identifier_record(struct record *r, const struct iec104_telegram *t, size_t here)
{
    const struct iec104_asdu *a = &t->asdu;
    if (here > 0) {
        record_uint(r, IEC104_TYPE_ID, t->type);
        record_uint(r, IEC104_ACCESS, a->type->access);
    }
    if (here > 1) {
        record_uint(r, IEC104_SQ, a->sq);
        record_uint(r, IEC104_NUMBER_OF_OBJECTS, a->count);
    }
    if (here > 2) {
        r->answer = iec104_answers(t);
        r->refused = r->answer && iec104_refused(a);
        record_uint(r, IEC104_CAUSE, a->cause);
        record_uint(r, IEC104_NEGATIVE, a->negative);
        record_uint(r, IEC104_TEST, a->test);
    }
    if (here > 3)
        record_uint(r, IEC104_ORIGINATOR_ADDRESS, a->originator);
    if (here > 5)
        record_uint(r, IEC104_COMMON_ADDRESS, a->common_address);
}

static void information_read(struct conversation *conv, const struct apdu *a, struct record *r)
{
    struct iec104_state *s = conv->state;
    struct cursor body = a->body;
    struct iec104_telegram t = { .type = (uint8_t)(cursor_peek(&body, 0) & 0xff) };
    number_read(s, conv->dir, a, r);
    acknowledgement_read(s, conv->dir, a, r);
    if (s->stopped)
        record_anomaly(r, IEC104_NOT_STARTED);
    bool whole = iec104_asdu_read(&body, &t.asdu);
    identifier_record(r, &t, a->body.left);
    if (!whole) {
        record_anomaly(r, IEC104_INVALID_LENGTH);
        r->transaction = s->pairs.transactions++;
        return;
    }
    iec104_pair(&s->pairs, &t, r, conv->now_us);
    iec104_objects_read(&t.asdu, r);
}

static void supervisory_read(struct conversation *conv, const struct apdu *a, struct record *r)
{
    record_uint(r, IEC104_ACCESS, ACCESS_SESSION);
    acknowledgement_read(conv->state, conv->dir, a, r);
}

static void unnumbered_read(struct iec104_state *s, const struct apdu *a, struct record *r)
{
    unsigned function = a->control[0] >> 2;
    record_uint(r, IEC104_U_FUNCTION, function);
    record_uint(r, IEC104_ACCESS, function == STOPDT_ACT ? ACCESS_STOP : ACCESS_SESSION);
    if (function == STARTDT_ACT || function == STOPDT_ACT)
        record_uint(r, IEC104_STATION, IEC104_CONTROLLING);
    if (function == STARTDT_CON || function == STOPDT_CON)
        record_uint(r, IEC104_STATION, IEC104_CONTROLLED);
    if (function == STARTDT_ACT || function == STARTDT_CON)
        s->stopped = false;
    if (function == STOPDT_CON)
        s->stopped = true;
}

static void apdu_record(struct conversation *conv, const struct apdu *a)
{
    struct iec104_state *s = conv->state;
    struct record *r = conversation_record(conv, &iec104_schema);
    record_uint(r, IEC104_APCI_TYPE, a->format);
    record_uint(r, IEC104_LENGTH, a->length);
    if (a->format == IEC104_I)
        information_read(conv, a, r);
    else {
        r->transaction = s->pairs.transactions++;
        if (a->length != CONTROL)
            record_anomaly(r, IEC104_INVALID_LENGTH);
        if (a->format == IEC104_S)
            supervisory_read(conv, a, r);
        else
            unnumbered_read(s, a, r);
    }
    if (!control_possible(a))
        record_anomaly(r, IEC104_INVALID_CONTROL);
    conversation_emit(conv, r);
}

/* No APDU begins here: said once per run of such octets, which is skipped up to the next start octet. */
static enum dissect noise_skip(struct conversation *conv, struct cursor *in)
{
    struct iec104_state *s = conv->state;
    struct side *side = &s->sides[conv->dir];
    if (side->noise == 0) {
        struct record *r = conversation_record(conv, &iec104_schema);
        r->transaction = s->pairs.transactions++;
        record_anomaly(r, in->at[0] == START ? IEC104_INVALID_LENGTH : IEC104_INVALID_START);
        conversation_emit(conv, r);
    }
    do {
        cursor_skip(in, 1);
        side->noise++;
    } while (in->left > 0 && in->at[0] != START && side->noise < NOISE_MAX);
    return side->noise < NOISE_MAX ? DISSECT_PDU : DISSECT_LOST;
}

/* After a gap: drops what cannot be the beginning of an APDU, and what is older than the longest one. */
static bool step_found(struct side *side, struct cursor *in)
{
    for (struct cursor at = *in; at.left >= HEADER + CONTROL; cursor_skip(&at, 1)) {
        struct cursor c = at;
        struct apdu a;
        if (at.at[0] != START || !length_possible(at.at[1]) || !apdu_read(&c, &a) || !apdu_convinces(&a))
            continue;
        *in = at;
        side->searching = false;
        return true;
    }
    if (in->left > APDU_MAX)
        cursor_skip(in, in->left - APDU_MAX);
    return false;
}

/* Where a connection's beginning was seen, both sides count from 0 and nothing is started. Else the first octets may be the
 * middle of an APDU or a keep-alive's. */
static void begin(struct conversation *conv)
{
    struct iec104_state *s = conv->state;
    s->pairs.blind |= conv->midstream;
    if (s->begun)
        return;
    s->begun = true;
    s->stopped = !s->pairs.blind;
    s->sides[FROM_CLIENT].known = s->sides[FROM_SERVER].known = !s->pairs.blind;
    s->sides[FROM_CLIENT].searching = s->sides[FROM_SERVER].searching = s->pairs.blind;
}

static enum dissect iec104_pdu(struct conversation *conv, struct cursor *in)
{
    struct iec104_state *s = conv->state;
    struct side *side = &s->sides[conv->dir];
    size_t before = in->left;
    begin(conv);
    if (side->searching && (!step_found(side, in) || in->left < before))
        return in->left < before ? DISSECT_PDU : DISSECT_MORE;
    if (in->left > 0 && (in->at[0] != START || (in->left > 1 && !length_possible(in->at[1]))))
        return noise_skip(conv, in);
    struct cursor c = *in;              /* commit only when a whole APDU is here */
    struct apdu a;
    if (!apdu_read(&c, &a)) {
        conv->need = in->left < HEADER ? HEADER : (size_t)HEADER + a.length;
        return DISSECT_MORE;
    }
    side->noise = 0;
    apdu_record(conv, &a);
    *in = c;
    return DISSECT_PDU;
}

static bool iec104_gap(struct conversation *conv, size_t missing)
{
    struct iec104_state *s = conv->state;
    struct side *side = &s->sides[conv->dir];
    (void)missing;
    begin(conv);
    side->searching = true;
    side->known = side->has_acknowledged = false;
    s->stopped = false;
    s->pairs.blind = true;
    return true;
}

const struct dissector dissector_iec104 = {
    .schema = &iec104_schema,
    .device = "rtu",
    .source = "IEC 60870-5-104:2006, IEC 60870-5-101:2003",
    .over = OVER_TCP,
    .ports = { 2404 },
    .ndpi = "IEC60870",
    .state_size = sizeof(struct iec104_state),
    .pdu_max = APDU_MAX,
    .probe = iec104_probe,
    .pdu = iec104_pdu,
    .gap = iec104_gap,
};
