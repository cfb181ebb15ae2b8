#include "dissectors/snmp/snmp.h"

#include "common/addr.h"
#include "common/text.h"
#include "dissectors/framing/ber.h"

enum snmp_row {
    SNMP_VERSION, SNMP_COMMUNITY, SNMP_USM, SNMP_MESSAGE_ID, SNMP_SECURITY_MODEL, SNMP_AUTHENTICATED, SNMP_ENCRYPTED, SNMP_REPORTABLE,
    SNMP_ENGINE_ID, SNMP_ENGINE_BOOTS, SNMP_ENGINE_TIME, SNMP_CONTEXT_NAME, SNMP_PDU_TYPE, SNMP_REQUEST_ID, SNMP_ERROR, SNMP_ERROR_INDEX,
    SNMP_NON_REPEATERS, SNMP_MAX_REPETITIONS, SNMP_TRAP_OID, SNMP_TRAP_ADDRESS, SNMP_TRAP_TYPE, SNMP_SPECIFIC_TRAP, SNMP_VARS,
    SNMP_VARIABLES, SNMP_VARIABLE_OID, SNMP_VARIABLE_NUMBER, SNMP_VARIABLE_TEXT, SNMP_VARIABLE_VALUE_OID, SNMP_ROW_COUNT
};

enum snmp_anomaly { SNMP_MALFORMED_DATA, SNMP_UNKNOWN_SECURITY_MODEL, SNMP_VERSION_MISMATCH, SNMP_ANOMALY_COUNT };

enum { PDU_TAG = 0xa0, PDU_GET_BULK = 5, PDU_TRAP_V1 = 4, PDU_LAST = 8, USM = 3, FLAG_AUTH = 1, FLAG_PRIVATE = 2, FLAG_REPORT = 4 };
enum { TAG_ADDRESS = 0x40, TAG_COUNTER64 = 0x46, VARIABLES_MAX = 256, TEXT_ROOM = 8192 };

static const struct field_name pdus[] = {
    { 0, "get_request" }, { 1, "get_next_request" }, { 2, "response" }, { 3, "set_request" }, { 4, "trap_v1" }, { 5, "get_bulk_request" },
    { 6, "inform_request" }, { 7, "trap_v2" }, { 8, "report" }, { 0, NULL }
};

static const struct field_name errors[] = {         /* RFC 3416 section 3 */
    { 0, "no_error" }, { 1, "too_big" }, { 2, "no_such_name" }, { 3, "bad_value" }, { 4, "read_only" }, { 5, "gen_err" }, { 6, "no_access" },
    { 7, "wrong_type" }, { 8, "wrong_length" }, { 9, "wrong_encoding" }, { 10, "wrong_value" }, { 11, "no_creation" },
    { 12, "inconsistent_value" }, { 13, "resource_unavailable" }, { 14, "commit_failed" }, { 15, "undo_failed" },
    { 16, "authorization_error" }, { 17, "not_writable" }, { 18, "inconsistent_name" }, { 0, NULL }
};

static const struct field_name traps[] = {          /* RFC 1157 section 4.1.6 */
    { 0, "cold_start" }, { 1, "warm_start" }, { 2, "link_down" }, { 3, "link_up" }, { 4, "authentication_failure" },
    { 5, "egp_neighbor_loss" }, { 6, "enterprise_specific" }, { 0, NULL }
};

#define UINT(title, text) { .name = title, .type = FIELD_UINT, .about = text }
#define FLAG(title, text) { .name = title, .type = FIELD_FLAG, .about = text }
#define TEXT(title, text) { .name = title, .type = FIELD_TEXT, .about = text }
#define NAMED(title, table, text) { .name = title, .type = FIELD_UINT, .flags = FIELD_NAMED, .names = table, .about = text }
#define IN_VARIABLE .in = SNMP_VARIABLES + 1

static const struct field fields[] = {
    [SNMP_VERSION] = UINT("version", "Version: 1, 2 (2c) or 3."),
    [SNMP_COMMUNITY] = TEXT("community", "Community: the password of versions 1 and 2c."),
    [SNMP_USM] = TEXT("usm", "User of the user-based security model."),
    [SNMP_MESSAGE_ID] = UINT("message_id", "Version 3: message id."),
    [SNMP_SECURITY_MODEL] = UINT("security_model", "Version 3: security model; 3 is the user-based one."),
    [SNMP_AUTHENTICATED] = FLAG("authenticated", "Version 3: the message is authenticated."),
    [SNMP_ENCRYPTED] = FLAG("encrypted", "Version 3: the PDU is encrypted."),
    [SNMP_REPORTABLE] = FLAG("reportable", "Version 3: errors are to be reported."),
    [SNMP_ENGINE_ID] = { .name = "engine_id", .type = FIELD_BYTES, .about = "Version 3: the authoritative engine." },
    [SNMP_ENGINE_BOOTS] = UINT("engine_boots", "Version 3: how often it has started."),
    [SNMP_ENGINE_TIME] = { .name = "engine_time", .type = FIELD_UINT, .unit = "s", .about = "Version 3: how long it has been running." },
    [SNMP_CONTEXT_NAME] = TEXT("context_name", "Version 3: context."),
    [SNMP_PDU_TYPE] = NAMED("pdu_type", pdus, "What is asked or answered."),
    [SNMP_REQUEST_ID] = { .name = "request_id", .type = FIELD_INT, .about = "Pairs a response with its request." },
    [SNMP_ERROR] = NAMED("error", errors, "Error status."),
    [SNMP_ERROR_INDEX] = UINT("error_index", "Which variable is at fault."),
    [SNMP_NON_REPEATERS] = UINT("non_repeaters", "GetBulk: variables asked for once."),
    [SNMP_MAX_REPETITIONS] = UINT("max_repetitions", "GetBulk: how often the others."),
    [SNMP_TRAP_OID] = TEXT("trap_oid", "Trap of version 1: who sends it."),
    [SNMP_TRAP_ADDRESS] = { .name = "trap_address", .type = FIELD_ADDR, .about = "Trap of version 1: the agent's address." },
    [SNMP_TRAP_TYPE] = NAMED("trap_type", traps, "Trap of version 1: what happened."),
    [SNMP_SPECIFIC_TRAP] = UINT("specific_trap", "Trap of version 1: what happened, as the enterprise numbers it."),
    [SNMP_VARS] = { .name = "vars", .type = FIELD_TEXT, .flags = FIELD_MANY, .about = "Object identifiers of the variables." },
    [SNMP_VARIABLES] = { .name = "variables", .type = FIELD_LIST, .about = "Variables with a value." },
    [SNMP_VARIABLE_OID] = { .name = "oid", .type = FIELD_TEXT, IN_VARIABLE, .about = "Object identifier." },
    [SNMP_VARIABLE_NUMBER] = { .name = "number", .type = FIELD_INT, IN_VARIABLE, .about = "Its value, if a number." },
    [SNMP_VARIABLE_TEXT] = { .name = "text", .type = FIELD_TEXT, IN_VARIABLE, .about = "Its value, if octets." },
    [SNMP_VARIABLE_VALUE_OID] = { .name = "value_oid", .type = FIELD_TEXT, IN_VARIABLE, .about = "Its value, if an object identifier." },
};

static const struct anomaly anomalies[] = {
    [SNMP_MALFORMED_DATA]         = { "malformed_data", "A message that is no SNMP, or not whole." },
    [SNMP_UNKNOWN_SECURITY_MODEL] = { "unknown_security_model", "A security model other than the user-based one." },
    [SNMP_VERSION_MISMATCH]       = { "version_mismatch", "Another version than the flow began with." },
};

_Static_assert(sizeof fields / sizeof fields[0] == SNMP_ROW_COUNT, "a row for each field");

static const struct schema snmp_schema = { "snmp", fields, SNMP_ROW_COUNT, anomalies, SNMP_ANOMALY_COUNT };

struct snmp_state {
    uint64_t messages;
    uint8_t  version;           /* of the flow's first message; 0: none yet */
};

struct reading {
    struct record *r;
    struct addr    agent;
    struct text    oids;        /* lives as long as the record */
};

/* --- values ---------------------------------------------------------------------------------------------------------- */

static int64_t number_of(struct cursor c)
{
    uint64_t n = cursor_peek(&c, 0) > 0x7f ? UINT64_MAX : 0;
    for (unsigned i = 0; c.left > 0 && i < 9; i++)
        n = n << 8 | cursor_u8(&c);
    return (int64_t)n;
}

static bool take_number(struct cursor *c, int64_t *out)
{
    struct ber e;
    if (!ber_take(c, BER_INTEGER, &e) || e.value.left == 0 || e.value.left > 8)
        return false;
    *out = number_of(e.value);
    return true;
}

/* A number that cannot be negative. */
static bool add_number(struct reading *m, uint16_t row, struct cursor *c)
{
    int64_t n;
    if (!take_number(c, &n) || n < 0)
        return false;
    record_uint(m->r, row, (uint64_t)n);
    return true;
}

static bool add_octets(struct reading *m, uint16_t row, struct cursor *c)
{
    struct ber e;
    if (!ber_take(c, BER_OCTET_STRING, &e))
        return false;
    record_bytes(m->r, row, e.value.at, e.value.left);
    return true;
}

static struct text oid_of(struct reading *m, struct cursor value)
{
    size_t at = m->oids.len;
    ber_oid_text(value, &m->oids);
    return (struct text){ .at = m->oids.at + at, .len = m->oids.len - at };
}

/* --- PDUs, RFC 3416 section 3 ---------------------------------------------------------------------------------------- */

static void add_variable(struct reading *m, const struct ber *name, const struct ber *value)
{
    struct text oid = oid_of(m, name->value);
    record_bytes(m->r, SNMP_VARS, oid.at, oid.len);
    if (value->tag == BER_NULL || (value->tag & BER_CONTEXT))   /* asked for, or not there */
        return;
    record_item(m->r, SNMP_VARIABLES);
    record_bytes(m->r, SNMP_VARIABLE_OID, oid.at, oid.len);
    if (value->tag == BER_INTEGER || (value->tag > TAG_ADDRESS && value->tag <= TAG_COUNTER64 && value->tag != 0x44)) {
        record_int(m->r, SNMP_VARIABLE_NUMBER, number_of(value->value));
    } else if (value->tag == BER_OID) {
        struct text to = oid_of(m, value->value);
        record_bytes(m->r, SNMP_VARIABLE_VALUE_OID, to.at, to.len);
    } else {
        record_bytes(m->r, SNMP_VARIABLE_TEXT, value->value.at, value->value.left);
    }
}

static bool variables_read(struct reading *m, struct cursor *c)
{
    struct ber list, pair, name, value;
    if (!ber_take(c, BER_SEQUENCE, &list))
        return false;
    for (unsigned i = 0; i < VARIABLES_MAX && list.value.left > 0; i++) {
        if (!ber_take(&list.value, BER_SEQUENCE, &pair) || !ber_take(&pair.value, BER_OID, &name) || !ber_next(&pair.value, &value))
            return false;
        add_variable(m, &name, &value);
    }
    m->r->cut |= list.value.left > 0;
    return true;
}

static bool trap_read(struct reading *m, struct cursor *c)
{
    struct ber e;
    if (!ber_take(c, BER_OID, &e))
        return false;
    struct text oid = oid_of(m, e.value);
    record_bytes(m->r, SNMP_TRAP_OID, oid.at, oid.len);
    if (!ber_take(c, TAG_ADDRESS, &e) || e.value.left != 4)
        return false;
    m->agent = addr_v4(e.value.at);
    record_addr(m->r, SNMP_TRAP_ADDRESS, &m->agent);
    return add_number(m, SNMP_TRAP_TYPE, c) && add_number(m, SNMP_SPECIFIC_TRAP, c) && ber_next(c, &e) && variables_read(m, c);
}

static bool pdu_read(struct reading *m, struct cursor *c)
{
    struct ber pdu;
    int64_t id;
    if (!ber_next(c, &pdu) || pdu.tag < PDU_TAG || pdu.tag > PDU_TAG + PDU_LAST)
        return false;
    uint32_t type = pdu.tag - PDU_TAG;
    bool bulk = type == PDU_GET_BULK;
    record_uint(m->r, SNMP_PDU_TYPE, type);
    if (type == PDU_TRAP_V1)
        return trap_read(m, &pdu.value);
    if (!take_number(&pdu.value, &id))
        return false;
    record_int(m->r, SNMP_REQUEST_ID, id);
    return add_number(m, bulk ? SNMP_NON_REPEATERS : SNMP_ERROR, &pdu.value)
           && add_number(m, bulk ? SNMP_MAX_REPETITIONS : SNMP_ERROR_INDEX, &pdu.value) && variables_read(m, &pdu.value);
}

/* --- version 3, RFC 3412 section 6 and RFC 3414 section 2.4 ------------------------------------------------------------ */

static bool usm_read(struct reading *m, struct cursor c)
{
    struct ber e;
    return ber_take(&c, BER_SEQUENCE, &e) && add_octets(m, SNMP_ENGINE_ID, &e.value) && add_number(m, SNMP_ENGINE_BOOTS, &e.value)
           && add_number(m, SNMP_ENGINE_TIME, &e.value) && add_octets(m, SNMP_USM, &e.value);
}

static bool scoped_read(struct reading *m, struct cursor *c)
{
    struct ber e, engine;
    return ber_take(c, BER_SEQUENCE, &e) && ber_take(&e.value, BER_OCTET_STRING, &engine) && add_octets(m, SNMP_CONTEXT_NAME, &e.value)
           && pdu_read(m, &e.value);
}

static bool v3_read(struct reading *m, struct cursor *c)
{
    struct ber head, e, security;
    int64_t size, model;
    if (!ber_take(c, BER_SEQUENCE, &head) || !add_number(m, SNMP_MESSAGE_ID, &head.value) || !take_number(&head.value, &size)
        || !ber_take(&head.value, BER_OCTET_STRING, &e) || e.value.left != 1 || !take_number(&head.value, &model))
        return false;
    uint8_t flags = cursor_u8(&e.value);
    record_uint(m->r, SNMP_SECURITY_MODEL, (uint64_t)model);
    record_uint(m->r, SNMP_AUTHENTICATED, (flags & FLAG_AUTH) != 0);
    record_uint(m->r, SNMP_ENCRYPTED, (flags & FLAG_PRIVATE) != 0);
    record_uint(m->r, SNMP_REPORTABLE, (flags & FLAG_REPORT) != 0);
    if (!ber_take(c, BER_OCTET_STRING, &security))
        return false;
    if (model != USM)
        record_anomaly(m->r, SNMP_UNKNOWN_SECURITY_MODEL);
    else if (!usm_read(m, security.value))
        return false;
    return flags & FLAG_PRIVATE ? ber_take(c, BER_OCTET_STRING, &e) : scoped_read(m, c);
}

/* --- messages ---------------------------------------------------------------------------------------------------------- */

/* The version as it is called (1, 2, 3), or 0; the cursor then stands behind it. */
static uint8_t version_take(struct cursor *c)
{
    int64_t n;
    if (!take_number(c, &n) || (n != 0 && n != 1 && n != 3))
        return 0;
    return n == 3 ? 3 : (uint8_t)(n + 1);
}

static bool message_read(struct reading *m, struct snmp_state *s, struct cursor *c)
{
    struct ber e;
    if (!ber_take(c, BER_SEQUENCE, &e))
        return false;
    uint8_t version = version_take(&e.value);
    if (version == 0)
        return false;
    record_uint(m->r, SNMP_VERSION, version);
    if (s->version != 0 && s->version != version)
        record_anomaly(m->r, SNMP_VERSION_MISMATCH);
    s->version = s->version != 0 ? s->version : version;
    if (version == 3)
        return v3_read(m, &e.value);
    return add_octets(m, SNMP_COMMUNITY, &e.value) && pdu_read(m, &e.value);
}

static enum dissect snmp_pdu(struct conversation *conv, struct cursor *in)
{
    struct snmp_state *s = conv->state;
    char room[TEXT_ROOM];
    struct reading m = { .r = conversation_record(conv, &snmp_schema), .oids = text_over(room, sizeof room) };
    struct cursor c = *in;
    m.r->transaction = s->messages++;
    if (!message_read(&m, s, &c))
        record_anomaly(m.r, SNMP_MALFORMED_DATA);
    m.r->cut |= m.oids.cut;
    conversation_emit(conv, m.r);
    cursor_skip(in, in->left);
    return DISSECT_PDU;
}

/* A sequence that fills the datagram, a version, and what must follow it. */
static enum probe snmp_probe(const struct conversation *conv, struct cursor c)
{
    struct ber message, e;
    (void)conv;
    if (!ber_take(&c, BER_SEQUENCE, &message) || c.left > 0)
        return PROBE_NO;
    uint8_t version = version_take(&message.value);
    if (version == 3)
        return ber_take(&message.value, BER_SEQUENCE, &e) && ber_take(&message.value, BER_OCTET_STRING, &e) ? PROBE_YES : PROBE_NO;
    bool fits = version != 0 && ber_take(&message.value, BER_OCTET_STRING, &e) && ber_next(&message.value, &e);
    return fits && e.tag >= PDU_TAG && e.tag <= PDU_TAG + PDU_LAST && message.value.left == 0 ? PROBE_YES : PROBE_NO;
}

const struct dissector dissector_snmp = {
    .schema = &snmp_schema,
    .source = "RFC 1157, RFC 3416, RFC 3412, RFC 3414",
    .over = OVER_UDP,
    .ports = { 161, 162 },
    .ndpi = "SNMP",
    .state_size = sizeof(struct snmp_state),
    .probe = snmp_probe,
    .pdu = snmp_pdu,
};
