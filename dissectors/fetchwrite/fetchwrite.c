/* Sixteen octets, and data:
 *
 *   request   "S5" 16 | 1 3 operation | 3 8 area DB | address (2) | length (2) | ff 2 | data of WRITE
 *   answer    "S5" 16 | 1 3 operation | f 3 error   | ff 7 and five unused           | data of FETCH
 */
#include "dissectors/fetchwrite/fetchwrite.h"

#include <string.h>

#include "dissectors/framing/asked.h"
#include "events/access.h"

enum {
    HEADER = 16, SIGNS = 8, WRITE = 3, WRITE_ANSWER, FETCH, FETCH_ANSWER, AREA_DB = 1, AREA_COUNTERS = 6, AREA_TIMERS, AREA_SYSTEM, AREA_ABSOLUTE,
    AREA_DX, VALUES_MAX = 64
};

enum row {
    ROW_OPERATION, ROW_ACCESS, ROW_AREA, ROW_DB, ROW_ADDRESS, ROW_LENGTH, ROW_ERROR, ROW_VALUE, ROW_DATA, ROW_RESPONSE_TIME, ROWS
};
enum { ANOMALY_UNKNOWN_AREA, ANOMALY_UNSOLICITED, ANOMALY_LENGTH_IN_OCTETS, ANOMALIES };

static const struct field_name operation_names[] = {
    { WRITE, "write" }, { WRITE_ANSWER, "write_response" }, { FETCH, "fetch" }, { FETCH_ANSWER, "fetch_response" }, { 0, NULL }
};
static const struct field_name area_names[] = {
    { 1, "db" }, { 2, "flags" }, { 3, "inputs" }, { 4, "outputs" }, { 5, "peripherals" }, { 6, "counters" }, { 7, "timers" }, { 8, "system_data" },
    { 9, "absolute" }, { 10, "dx" }, { 16, "db_external" }, { 17, "peripherals_external" }, { 0, NULL }
};

static const struct field fields[] = {
    [ROW_OPERATION] = { .name = "operation", .means = MEANS_FUNCTION, .names = operation_names, .about = "What is asked or answered." },
    [ROW_ACCESS]    = { ACCESS_FIELD },
    [ROW_AREA]      = { .name = "area", .means = MEANS_TARGET, .names = area_names, .about = "Memory area (ORG identifier); the answer repeats it." },
    [ROW_DB]        = { .name = "db", .means = MEANS_TARGET, .about = "Data block; of db and dx only." },
    [ROW_ADDRESS]   = { .name = "address", .means = MEANS_TARGET, .about = "First word or octet, as the area counts." },
    [ROW_LENGTH]    = { .name = "length", .means = MEANS_EXTENT, .about = "How many words (data blocks, counters, timers) or octets (all else)." },
    [ROW_ERROR]     = { .name = "error", .about = "Error number; 0 is none." },
    [ROW_VALUE]     = { .name = "value", .means = MEANS_VALUE, .flags = FIELD_MANY, .about = "What is read or written, words or octets as the area counts, at most 64." },
    [ROW_DATA]      = { .name = "data", .type = FIELD_BYTES, .about = "What is read or written, as octets." },
    [ROW_RESPONSE_TIME] = { .name = "response_time", .unit = "us", .about = "Packet time from the request to this answer." },
};

static const struct anomaly anomalies[] = {
    [ANOMALY_UNKNOWN_AREA]     = { "unknown_area", "An area that the services do not have." },
    [ANOMALY_UNSOLICITED]      = { "unsolicited_response", "An answer that no request asked for." },
    [ANOMALY_LENGTH_IN_OCTETS] = { "length_in_octets", "The sender counts octets where the service counts words." },
};

static const struct schema fetchwrite_schema = {
    .name = "fetchwrite", .fields = fields, .count = ROWS, .anomalies = anomalies, .anomaly_count = ANOMALIES
};

struct fetchwrite_state {
    struct asked asked;
    bool         searching[2];
};


/* `here` octets of a header's first ones fit. */
static bool signs_fit(const uint8_t *at, size_t here)
{
    static const uint8_t signs[] = { 'S', '5', HEADER, 1, 3 };
    if (memcmp(at, signs, here < sizeof signs ? here : sizeof signs) != 0)
        return false;
    if (here > 5 && (at[5] < WRITE || at[5] > FETCH_ANSWER))
        return false;
    bool answer = here > 5 && (at[5] == WRITE_ANSWER || at[5] == FETCH_ANSWER);
    return here < SIGNS || (answer ? (at[6] == 0x0f || at[6] == 0x03) : at[6] == 0x03 && at[7] == 0x08);
}

static enum probe fetchwrite_probe(const struct conversation *conv, struct cursor c)
{
    (void)conv;
    if (!signs_fit(c.at, c.left))
        return PROBE_NO;
    return c.left < SIGNS ? PROBE_MORE : PROBE_YES;
}

static bool counts_words(uint32_t area)
{
    return area == AREA_DB || (area >= AREA_COUNTERS && area <= AREA_DX);
}

static bool has_db(uint32_t area)
{
    return area == AREA_DB || area == AREA_DX;
}

/* How much data follows: words by the service's rule. Some senders count octets all the same: then the next header stands where
 * those end. False: it is not all here. */
static bool data_take(struct cursor *c, uint32_t area, uint32_t length, struct cursor *data, bool *octets)
{
    size_t want = counts_words(area) ? (size_t)length * 2 : length;
    *octets = want != length && c->left >= length + SIGNS && signs_fit(c->at + length, SIGNS);
    if (*octets)
        want = length;
    if (c->left < want)
        return false;
    *data = cursor_sub(c, want);
    return true;
}

static void data_record(struct record *r, struct cursor data, uint32_t area)
{
    bool words = counts_words(area);
    if (data.left == 0)
        return;
    struct cursor c = data;
    for (unsigned i = 0; i < VALUES_MAX && c.left >= (words ? 2u : 1u); i++)
        record_uint(r, ROW_VALUE, words ? cursor_be16(&c) : cursor_u8(&c));
    record_bytes(r, ROW_DATA, data.at, data.left);
}

static void target_record(struct record *r, const uint32_t what[ASKED_WHAT])
{
    uint32_t area = what[0] >> 8;
    record_uint(r, ROW_AREA, area);
    if (has_db(area))
        record_uint(r, ROW_DB, what[0] & 0xff);
    record_uint(r, ROW_ADDRESS, what[1]);
    record_uint(r, ROW_LENGTH, what[2]);
}

static enum access access_of(uint8_t operation)
{
    return operation == WRITE || operation == WRITE_ANSWER ? ACCESS_WRITE : ACCESS_READ;
}

static struct record *record_new(struct conversation *conv, uint8_t operation)
{
    struct record *r = conversation_record(conv, &fetchwrite_schema);
    record_uint(r, ROW_OPERATION, operation);
    record_uint(r, ROW_ACCESS, access_of(operation));
    return r;
}

static bool request_read(struct conversation *conv, struct cursor *c, uint8_t operation)
{
    struct fetchwrite_state *s = conv->state;
    struct cursor data = cursor_over(NULL, 0);
    bool octets = false;
    uint32_t area = cursor_u8(c), db = cursor_u8(c), address = cursor_be16(c), length = cursor_be16(c);
    cursor_skip(c, 2);
    if (operation == WRITE && !data_take(c, area, length, &data, &octets))
        return false;
    struct record *r = record_new(conv, operation);
    struct asked_one *q = asked_put(&s->asked, conv, operation);
    q->what[0] = area << 8 | db;
    q->what[1] = address;
    q->what[2] = length;
    r->transaction = q->transaction;
    target_record(r, q->what);
    data_record(r, data, area);
    if (field_name_of(&fields[ROW_AREA], area) == NULL)
        record_anomaly(r, ANOMALY_UNKNOWN_AREA);
    if (octets)
        record_anomaly(r, ANOMALY_LENGTH_IN_OCTETS);
    conversation_emit(conv, r);
    return true;
}

/* An answer to nobody's request does not say how long it is: up to the next header, or all that is here. */
static void rest_take(struct cursor *c, struct cursor *data)
{
    size_t n = 0;
    while (n < c->left && !signs_fit(c->at + n, c->left - n < SIGNS ? c->left - n : SIGNS))
        n++;
    *data = cursor_sub(c, n);
}

static bool answer_read(struct conversation *conv, struct cursor *c, uint8_t operation)
{
    struct fetchwrite_state *s = conv->state;
    struct cursor data = cursor_over(NULL, 0);
    struct asked_one q = { 0 };
    bool octets = false;
    uint8_t error = cursor_u8(c), asked = operation - 1;
    cursor_skip(c, HEADER - SIGNS - 1);
    const struct asked_one *one = asked_waiting(&s->asked, conv, asked);
    if (operation == FETCH_ANSWER && error == 0 && one == NULL)
        rest_take(c, &data);
    else if (operation == FETCH_ANSWER && error == 0 && !data_take(c, one->what[0] >> 8, one->what[2], &data, &octets))
        return false;
    bool known = asked_take(&s->asked, conv, asked, &q);
    struct record *r = record_new(conv, operation);
    if (known)
        target_record(r, q.what);
    record_uint(r, ROW_ERROR, error);
    data_record(r, data, known ? q.what[0] >> 8 : 0);
    r->refused = error != 0;
    asked_answer(r, conv, &q, known, ROW_RESPONSE_TIME);
    if (!known && !s->asked.blind)
        record_anomaly(r, ANOMALY_UNSOLICITED);
    if (octets)
        record_anomaly(r, ANOMALY_LENGTH_IN_OCTETS);
    conversation_emit(conv, r);
    return true;
}

/* After a gap, or amid data whose length nobody knew: the next octets that can begin a header. */
static enum dissect search(struct conversation *conv, struct cursor *in)
{
    struct fetchwrite_state *s = conv->state;
    struct cursor c = *in;
    while (c.left > 0 && !signs_fit(c.at, c.left < SIGNS ? c.left : SIGNS))
        cursor_skip(&c, 1);
    s->searching[conv->dir] = c.left < SIGNS;
    bool moved = c.left < in->left;
    *in = c;
    conv->need = moved ? 0 : SIGNS;
    return moved ? DISSECT_PDU : DISSECT_MORE;
}

static enum dissect fetchwrite_pdu(struct conversation *conv, struct cursor *in)
{
    struct fetchwrite_state *s = conv->state;
    s->asked.blind |= conv->midstream;
    if (s->searching[conv->dir]) {
        enum dissect verdict = search(conv, in);
        if (verdict == DISSECT_PDU || s->searching[conv->dir])
            return verdict;
    }
    if (!signs_fit(in->at, in->left < SIGNS ? in->left : SIGNS)) {
        s->searching[conv->dir] = s->asked.blind;
        return s->asked.blind ? search(conv, in) : DISSECT_LOST;
    }
    if (in->left < HEADER) {
        conv->need = HEADER;
        return DISSECT_MORE;
    }
    struct cursor c = *in;
    uint8_t operation = in->at[5];
    cursor_skip(&c, SIGNS);
    bool taken = operation == WRITE || operation == FETCH ? request_read(conv, &c, operation) : answer_read(conv, &c, operation);
    if (!taken)
        return DISSECT_MORE;
    *in = c;
    return DISSECT_PDU;
}

static bool fetchwrite_gap(struct conversation *conv, size_t missing)
{
    struct fetchwrite_state *s = conv->state;
    (void)missing;
    s->searching[conv->dir] = s->asked.blind = true;
    return true;
}

const struct dissector dissector_fetchwrite = {
    .schema = &fetchwrite_schema,
    .device = "plc",
    .source = "Siemens SIMATIC NET, S7-CPs for Industrial Ethernet, FETCH and WRITE services",
    .over = OVER_TCP,
    .ports = { 2000, 2001, 2002 },
    .client_first = true,
    .state_size = sizeof(struct fetchwrite_state),
    .pdu_max = HEADER + 2 * 65536,
    .probe = fetchwrite_probe,
    .pdu = fetchwrite_pdu,
    .gap = fetchwrite_gap,
};
