/*   header f1..fe | station | (address, data) ... | CRC (2, little-endian) | f6
 *
 * What is f0 and above between header and f6 is written as f0 and its low half; some leave the CRC as it is. Acknowledgements have no
 * CRC, polls may have none. */
#include "dissectors/genisys/genisys.h"

#include "dissectors/framing/asked.h"
#include "events/access.h"

enum {
    ESCAPE = 0xf0, ACKNOWLEDGE = 0xf1, INDICATIONS, CHECKBACK, END = 0xf6, COMMON_CONTROLS = 0xf9, ACKNOWLEDGE_AND_POLL, POLL, CONTROLS, RECALL,
    EXECUTE, BODY_MAX = 600, MODE = 0xe0, POINTS_MAX = 256
};

enum row {
    ROW_HEADER, ROW_ACCESS, ROW_STATION, ROW_POINTS, ROW_ADDRESS, ROW_DATA, ROW_MODE, ROW_CRC, ROW_CRC_CALCULATED, ROW_RESPONSE_TIME, ROWS
};
enum { ANOMALY_CRC, ANOMALY_UNDEFINED, ANOMALY_LENGTH, ANOMALY_DIRECTION, ANOMALY_BARE, ANOMALIES };

static const struct field_name header_names[] = {
    { ACKNOWLEDGE, "acknowledge_client" }, { INDICATIONS, "indication_data" }, { CHECKBACK, "control_data_checkback" },
    { COMMON_CONTROLS, "common_control_data" }, { ACKNOWLEDGE_AND_POLL, "acknowledge_indication_and_poll" }, { POLL, "poll" },
    { CONTROLS, "control_data" }, { RECALL, "recall_header" }, { EXECUTE, "execute_controls" }, { 0, NULL }
};

static const struct field fields[] = {
    [ROW_HEADER]   = { .name = "header", .means = MEANS_FUNCTION, .names = header_names, .about = "Kind of message." },
    [ROW_ACCESS]   = { ACCESS_FIELD },
    [ROW_STATION]  = { .name = "server", .means = MEANS_UNIT, .about = "Address of the location; 0 for all of them." },
    [ROW_POINTS]   = { .name = "payload", .type = FIELD_LIST, .about = "Octets of controls or indications." },
    [ROW_ADDRESS]  = { .name = "address", .means = MEANS_TARGET, .in = ROW_POINTS + 1, .about = "Which octet of controls or indications." },
    [ROW_DATA]     = { .name = "data", .means = MEANS_VALUE, .in = ROW_POINTS + 1, .about = "Its eight bits." },
    [ROW_MODE]     = { .name = "mode", .about = "The location's mode, in the place of address 224." },
    [ROW_CRC]      = { .name = "crc_transmitted", .about = "CRC that the message carries." },
    [ROW_CRC_CALCULATED] = { .name = "crc_calculated", .about = "CRC-16 of its octets." },
    [ROW_RESPONSE_TIME] = { .name = "response_time", .unit = "us", .about = "Packet time from the office's message to this one." },
};

static const struct anomaly anomalies[] = {
    [ANOMALY_CRC]       = { "crc_mismatch", "The CRC is not that of the octets." },
    [ANOMALY_UNDEFINED] = { "undefined_header", "A kind of message that is not defined." },
    [ANOMALY_LENGTH]    = { "invalid_length", "An address without its data, or no CRC where one must be." },
    [ANOMALY_BARE]      = { "unescaped", "An octet of f1 or more that is not escaped." },
    [ANOMALY_DIRECTION] = { "wrong_direction", "A location's kind of message from the side of the office, or the other way round." },
};

static const struct schema genisys_schema = {
    .name = "genisys", .fields = fields, .count = ROWS, .anomalies = anomalies, .anomaly_count = ANOMALIES
};

struct genisys_state {
    struct asked asked;
};

/* A message without its escapes. */
struct message {
    uint8_t header;
    uint8_t body[BODY_MAX];
    size_t  len;
    size_t  bare;       /* where the first octet stands that should have been escaped; .len: none */
};

static bool of_location(uint8_t header)
{
    return header <= CHECKBACK;
}

/* CRC-16: x^16 + x^15 + x^2 + 1, the low bit first, from 0. */
static uint16_t crc_of(const struct message *m, size_t len)
{
    uint16_t crc = 0;
    for (size_t i = 0; i <= len; i++) {
        crc ^= i == 0 ? m->header : m->body[i - 1];
        for (unsigned bit = 0; bit < 8; bit++)
            crc = (uint16_t)(crc >> 1 ^ ((crc & 1) != 0 ? 0xa001 : 0));
    }
    return crc;
}

enum read { READ_WHOLE, READ_SHORT, READ_BAD };

/* Takes a message up to its end. */
static enum read message_read(struct cursor *c, struct message *m)
{
    bool escaped = false;
    m->len = 0;
    m->bare = BODY_MAX;
    m->header = cursor_u8(c);
    if (c->status != CURSOR_OK)
        return READ_SHORT;
    if (m->header < ACKNOWLEDGE || m->header > EXECUTE || m->header == END)
        return READ_BAD;
    while (m->len < BODY_MAX) {
        uint8_t b = cursor_u8(c);
        if (c->status != CURSOR_OK)
            return READ_SHORT;
        if (b == END)
            return m->len > 0 ? READ_WHOLE : READ_BAD;
        if (escaped && b <= 0x0f)
            m->body[m->len - 1] = (uint8_t)(ESCAPE | b);
        else
            m->body[m->len++] = b;
        escaped = !escaped && b == ESCAPE;
        if (b > ESCAPE && m->bare == BODY_MAX)
            m->bare = m->len - 1;
    }
    return READ_BAD;
}

static bool has_crc(const struct message *m)
{
    return m->header != ACKNOWLEDGE && !(m->header == POLL && m->len < 3);
}

/* Nothing but the form tells it: both sides must have it, whole messages of their own kinds and even lengths. */
static enum probe genisys_probe(const struct conversation *conv, struct cursor c)
{
    struct message m;
    size_t here = c.left;
    enum read read = message_read(&c, &m);
    if (read == READ_SHORT)
        return conv->over == OVER_TCP && here < BODY_MAX ? PROBE_MORE : PROBE_NO;
    if (read == READ_BAD || of_location(m.header) != (conv->dir == FROM_SERVER) || (m.header > CHECKBACK && m.header < COMMON_CONTROLS))
        return PROBE_NO;
    size_t fixed = 1u + (has_crc(&m) ? 2u : 0u);
    if (m.len < fixed || (m.len - fixed) % 2 != 0 || m.bare + 2 < m.len)
        return PROBE_NO;
    bool bare = m.header == ACKNOWLEDGE || m.header == POLL || m.header == RECALL || m.header == ACKNOWLEDGE_AND_POLL;
    return bare && m.len != fixed ? PROBE_NO : PROBE_MAYBE;
}

static enum access access_of(uint8_t header)
{
    switch (header) {
    case COMMON_CONTROLS: case CONTROLS: case EXECUTE: case CHECKBACK: return ACCESS_CONTROL;
    case ACKNOWLEDGE_AND_POLL: case POLL: case RECALL: case INDICATIONS: return ACCESS_READ;
    case ACKNOWLEDGE: return ACCESS_SESSION;
    default: return ACCESS_OTHER;
    }
}

static void points_record(struct record *r, const struct message *m, size_t len)
{
    size_t i = 1;
    for (unsigned n = 0; i + 1 < len && n < POINTS_MAX; i += 2, n++) {
        if (m->body[i] == MODE) {
            record_uint(r, ROW_MODE, m->body[i + 1]);
            continue;
        }
        record_item(r, ROW_POINTS);
        record_uint(r, ROW_ADDRESS, m->body[i]);
        record_uint(r, ROW_DATA, m->body[i + 1]);
    }
    if (i < len)
        record_anomaly(r, ANOMALY_LENGTH);
}

static void crc_record(struct record *r, const struct message *m)
{
    if (m->len < 3) {
        record_anomaly(r, ANOMALY_LENGTH);
        return;
    }
    uint16_t sent = (uint16_t)(m->body[m->len - 2] | m->body[m->len - 1] << 8), counted = crc_of(m, m->len - 2);
    record_uint(r, ROW_CRC, sent);
    record_uint(r, ROW_CRC_CALCULATED, counted);
    if (sent != counted)
        record_anomaly(r, ANOMALY_CRC);
}

static void message_tell(struct conversation *conv, const struct message *m)
{
    struct genisys_state *s = conv->state;
    struct record *r = conversation_record(conv, &genisys_schema);
    uint8_t station = m->body[0];
    record_uint(r, ROW_HEADER, m->header);
    record_uint(r, ROW_ACCESS, access_of(m->header));
    record_uint(r, ROW_STATION, station);
    points_record(r, m, has_crc(m) && m->len >= 3 ? m->len - 2 : m->len);
    if (has_crc(m))
        crc_record(r, m);
    if (m->bare < m->len)
        record_anomaly(r, ANOMALY_BARE);
    if (m->header > CHECKBACK && m->header < COMMON_CONTROLS)
        record_anomaly(r, ANOMALY_UNDEFINED);
    else if (of_location(m->header) != (conv->dir == FROM_SERVER) && !s->asked.blind)
        record_anomaly(r, ANOMALY_DIRECTION);
    if (of_location(m->header)) {
        struct asked_one q;
        bool known = asked_take(&s->asked, conv, station, &q);
        asked_answer(r, conv, &q, known, ROW_RESPONSE_TIME);
    } else {
        r->transaction = asked_put(&s->asked, conv, station)->transaction;
    }
    conversation_emit(conv, r);
}

/* What is no message is passed over up to the next octet that can begin one. */
static enum dissect pass_over(struct cursor *in)
{
    do
        cursor_skip(in, 1);
    while (in->left > 0 && (in->at[0] < ACKNOWLEDGE || in->at[0] == END || in->at[0] > EXECUTE));
    return DISSECT_PDU;
}

static enum dissect genisys_pdu(struct conversation *conv, struct cursor *in)
{
    struct genisys_state *s = conv->state;
    struct message m;
    struct cursor c = *in;
    s->asked.blind |= conv->midstream;
    switch (message_read(&c, &m)) {
    case READ_SHORT: return DISSECT_MORE;
    case READ_BAD:   return pass_over(in);
    default:         break;
    }
    message_tell(conv, &m);
    *in = c;
    return DISSECT_PDU;
}

static bool genisys_gap(struct conversation *conv, size_t missing)
{
    struct genisys_state *s = conv->state;
    (void)missing;
    s->asked.blind = true;
    return true;
}

const struct dissector dissector_genisys = {
    .schema = &genisys_schema,
    .device = "rtu",
    .source = "Union Switch & Signal GENISYS, as ICSNPP describes it",
    .over = OVER_TCP | OVER_UDP,
    .ports = { 10001 },
    .client_first = true,
    .state_size = sizeof(struct genisys_state),
    .pdu_max = 2 * BODY_MAX,
    .probe = genisys_probe,
    .pdu = genisys_pdu,
    .gap = genisys_gap,
};
