#include "dissectors/ntp/ntp.h"

#include <string.h>

#include "common/addr.h"

enum ntp_row {
    NTP_VERSION, NTP_MODE, NTP_LEAP, NTP_STRATUM, NTP_POLL, NTP_PRECISION, NTP_ROOT_DELAY, NTP_ROOT_DISPERSION, NTP_REFID, NTP_REFERENCE_ID,
    NTP_REFERENCE_TIME, NTP_ORIGIN_TIME, NTP_RECEIVE_TIME, NTP_TRANSMIT_TIME, NTP_EXTENSIONS, NTP_KEY_ID,
    NTP_RESPONSE, NTP_MORE, NTP_ERROR, NTP_OPCODE, NTP_SEQUENCE, NTP_STATUS, NTP_ASSOCIATION, NTP_IMPLEMENTATION, NTP_REQUEST_CODE,
    NTP_ITEMS, NTP_ITEM_SIZE, NTP_DATA, NTP_ROW_COUNT
};

enum ntp_anomaly { NTP_MALFORMED_DATA, NTP_PRIVATE_REQUEST, NTP_MONLIST, NTP_KISS_OF_DEATH, NTP_ANOMALY_COUNT };

enum { MODE_CLIENT = 3, MODE_SERVER = 4, MODE_CONTROL = 6, MODE_PRIVATE = 7 };
enum { HEADER = 48, CONTROL_HEADER = 12, PRIVATE_HEADER = 8, STRATUM_UNSYNCHRONISED = 16, MAC_MAX = 24, MON_GETLIST = 20, MON_GETLIST_1 = 42 };

static const struct field_name modes[] = {
    { 0, "reserved" }, { 1, "symmetric_active" }, { 2, "symmetric_passive" }, { 3, "client" }, { 4, "server" }, { 5, "broadcast" },
    { 6, "control" }, { 7, "private" }, { 0, NULL }
};

static const struct field_name opcodes[] = {        /* RFC 9327 table 1 */
    { 1, "read_status" }, { 2, "read_variables" }, { 3, "write_variables" }, { 4, "read_clock_variables" }, { 5, "write_clock_variables" },
    { 6, "set_trap" }, { 7, "trap_response" }, { 8, "configure" }, { 9, "export_configuration" }, { 10, "read_mru_list" },
    { 11, "read_ordered_list" }, { 12, "request_nonce" }, { 31, "unset_trap" }, { 0, NULL }
};

static const struct field_name requests[] = {       /* ntp_request.h */
    { 0, "peer_list" }, { 1, "peer_list_sum" }, { 2, "peer_info" }, { 3, "peer_stats" }, { 4, "sys_info" }, { 5, "sys_stats" }, { 6, "io_stats" },
    { 7, "mem_stats" }, { 8, "loop_info" }, { 9, "timer_stats" }, { 10, "config" }, { 11, "unconfig" }, { 12, "set_sys_flag" },
    { 13, "clr_sys_flag" }, { 16, "get_restrict" }, { 17, "resaddflags" }, { 18, "ressubflags" }, { 19, "unrestrict" }, { 20, "mon_getlist" },
    { 21, "reset_stats" }, { 22, "reset_peer" }, { 23, "reread_keys" }, { 26, "trustkey" }, { 27, "untrustkey" }, { 28, "authinfo" },
    { 29, "traps" }, { 30, "add_trap" }, { 31, "clr_trap" }, { 32, "request_key" }, { 33, "control_key" }, { 34, "get_ctlstats" },
    { 36, "get_clockinfo" }, { 38, "get_kernel" }, { 42, "mon_getlist_1" }, { 0, NULL }
};

#define UINT(title, text) { .name = title, .type = FIELD_UINT, .about = text }
#define TIME(title, text) { .name = title, .type = FIELD_TIME, .about = text }

static const struct field fields[] = {
    [NTP_VERSION] = UINT("version", "Version."),
    [NTP_MODE] = { .name = "mode", .type = FIELD_UINT, .flags = FIELD_NAMED, .names = modes, .about = "Who speaks, or what about." },
    [NTP_LEAP] = UINT("leap", "Leap indicator; 3 is a clock that is not synchronised."),
    [NTP_STRATUM] = UINT("stratum", "Distance from a reference clock; 0 is a refusal, 16 not synchronised."),
    [NTP_POLL] = { .name = "poll", .type = FIELD_INT, .about = "Longest interval between messages, as a power of two of seconds." },
    [NTP_PRECISION] = { .name = "precision", .type = FIELD_INT, .about = "Precision of the clock, as a power of two of seconds." },
    [NTP_ROOT_DELAY] = { .name = "root_delay", .type = FIELD_REAL, .unit = "s", .about = "Way to the reference clock and back." },
    [NTP_ROOT_DISPERSION] = { .name = "root_dispersion", .type = FIELD_REAL, .unit = "s", .about = "Error against the reference clock." },
    [NTP_REFERENCE_ID] = { .name = "reference_id", .type = FIELD_BYTES, .flags = FIELD_HIDDEN, .about = "The same as its four octets." },
    [NTP_REFID] = { .name = "refid", .type = FIELD_TEXT, .about = "Reference clock by its code, or server by its address." },
    [NTP_REFERENCE_TIME] = TIME("reference_time", "When the clock was last set."),
    [NTP_ORIGIN_TIME] = TIME("origin_time", "When the request left."),
    [NTP_RECEIVE_TIME] = TIME("receive_time", "When it came."),
    [NTP_TRANSMIT_TIME] = TIME("transmit_time", "When this message left."),
    [NTP_EXTENSIONS] = { .name = "extensions", .type = FIELD_UINT, .flags = FIELD_MANY, .about = "Types of the extension fields (RFC 7822)." },
    [NTP_KEY_ID] = UINT("key_id", "Key of the authentication code."),
    [NTP_RESPONSE] = { .name = "response", .type = FIELD_FLAG, .about = "Control, private: an answer." },
    [NTP_MORE] = { .name = "more", .type = FIELD_FLAG, .about = "Control, private: more messages follow." },
    [NTP_ERROR] = UINT("error", "Control, private: error; 0 is none."),
    [NTP_OPCODE] = { .name = "opcode", .type = FIELD_UINT, .flags = FIELD_NAMED, .names = opcodes, .about = "Control: what is asked." },
    [NTP_SEQUENCE] = UINT("sequence", "Control, private: number of the message."),
    [NTP_STATUS] = UINT("status", "Control: status."),
    [NTP_ASSOCIATION] = UINT("association_id", "Control: association."),
    [NTP_IMPLEMENTATION] = UINT("implementation", "Private: implementation; 2 and 3 are ntpd."),
    [NTP_REQUEST_CODE] = { .name = "request_code", .type = FIELD_UINT, .flags = FIELD_NAMED, .names = requests, .about = "Private: what is asked." },
    [NTP_ITEMS] = UINT("items", "Private: items that follow."),
    [NTP_ITEM_SIZE] = { .name = "item_size", .type = FIELD_UINT, .unit = "bytes", .about = "Private: size of each." },
    [NTP_DATA] = { .name = "data", .type = FIELD_TEXT, .about = "Control: variables; private: items." },
};

static const struct anomaly anomalies[] = {
    [NTP_MALFORMED_DATA]  = { "malformed_data", "A message too short for what it says, or with extensions that do not fit." },
    [NTP_PRIVATE_REQUEST] = { "private_request", "A private message: nobody but ntpdc sends one." },
    [NTP_MONLIST]         = { "monlist", "The list of clients is asked for or given: the amplification of CVE-2013-5211." },
    [NTP_KISS_OF_DEATH]   = { "kiss_of_death", "The server refuses (RFC 5905 section 7.4)." },
};

_Static_assert(sizeof fields / sizeof fields[0] == NTP_ROW_COUNT, "a row for each field");

static const struct schema ntp_schema = { "ntp", fields, NTP_ROW_COUNT, anomalies, NTP_ANOMALY_COUNT };

struct ntp_state { uint64_t messages; };

/* Seconds since 1900 and a fraction. What is below 1970 belongs to the era that begins in 2036 (RFC 5905 section 6). */
static void add_time(struct record *r, uint16_t row, uint64_t stamp)
{
    enum { EPOCH_1970 = 2208988800u };
    uint64_t seconds = stamp >> 32, micro = (stamp & UINT32_MAX) * 1000000 >> 32;
    if (stamp == 0)
        return;
    seconds += seconds < EPOCH_1970 ? (UINT64_C(1) << 32) - EPOCH_1970 : -(uint64_t)EPOCH_1970;
    record_uint(r, row, seconds * 1000000 + micro);
}

static void add_refid(struct record *r, const uint8_t *four, uint8_t stratum, char room[ADDR_TEXT_MAX])
{
    struct addr a = addr_v4(four);
    size_t n = 4;
    if (stratum > 1) {
        record_bytes(r, NTP_REFID, room, addr_text(&a, room));
        return;
    }
    while (n > 0 && four[n - 1] == 0)
        n--;
    record_bytes(r, NTP_REFID, four, n);
}

/* RFC 7822 section 7.5: what is at most 24 octets long is an authentication code. */
static bool extensions_read(struct record *r, struct cursor c)
{
    while (c.left > MAC_MAX) {
        uint16_t type = cursor_be16(&c), length = cursor_be16(&c);
        if (length < 16 || length % 4 != 0)
            return false;
        cursor_skip(&c, length - (size_t)4);
        if (c.status != CURSOR_OK)
            return false;
        record_uint(r, NTP_EXTENSIONS, type);
    }
    if (c.left >= 4)
        record_uint(r, NTP_KEY_ID, cursor_be32(&c));
    return c.left % 4 == 0;
}

static bool time_read(struct record *r, struct cursor c, uint8_t mode, char room[ADDR_TEXT_MAX])
{
    uint8_t leap = cursor_u8(&c) >> 6, stratum = cursor_u8(&c);
    record_uint(r, NTP_LEAP, leap);
    record_uint(r, NTP_STRATUM, stratum);
    record_int(r, NTP_POLL, (int8_t)cursor_u8(&c));
    record_int(r, NTP_PRECISION, (int8_t)cursor_u8(&c));
    record_real(r, NTP_ROOT_DELAY, cursor_be32(&c) / 65536.0);
    record_real(r, NTP_ROOT_DISPERSION, cursor_be32(&c) / 65536.0);
    const uint8_t *refid = cursor_bytes(&c, 4);
    if (refid == NULL)
        return false;
    add_refid(r, refid, stratum, room);
    record_bytes(r, NTP_REFERENCE_ID, refid, 4);
    for (uint16_t row = NTP_REFERENCE_TIME; row <= NTP_TRANSMIT_TIME; row++)
        add_time(r, row, cursor_be64(&c));
    if (mode == MODE_SERVER && stratum == 0)
        record_anomaly(r, NTP_KISS_OF_DEATH);
    return c.status == CURSOR_OK && extensions_read(r, c);
}

static bool control_read(struct record *r, struct cursor c)
{
    cursor_skip(&c, 1);
    uint8_t bits = cursor_u8(&c);
    record_uint(r, NTP_RESPONSE, bits >> 7);
    record_uint(r, NTP_ERROR, bits >> 6 & 1u);
    record_uint(r, NTP_MORE, bits >> 5 & 1u);
    record_uint(r, NTP_OPCODE, bits & 0x1fu);
    record_uint(r, NTP_SEQUENCE, cursor_be16(&c));
    record_uint(r, NTP_STATUS, cursor_be16(&c));
    record_uint(r, NTP_ASSOCIATION, cursor_be16(&c));
    cursor_skip(&c, 2);                 /* offset */
    struct cursor data = cursor_sub(&c, cursor_be16(&c));
    if (c.status == CURSOR_OK && data.left > 0)
        record_bytes(r, NTP_DATA, data.at, data.left);
    return c.status == CURSOR_OK;
}

static bool private_read(struct record *r, struct cursor c)
{
    uint8_t first = cursor_u8(&c);
    record_uint(r, NTP_RESPONSE, first >> 7);
    record_uint(r, NTP_MORE, first >> 6 & 1u);
    record_uint(r, NTP_SEQUENCE, cursor_u8(&c) & 0x7fu);
    record_uint(r, NTP_IMPLEMENTATION, cursor_u8(&c));
    uint8_t code = cursor_u8(&c);
    record_uint(r, NTP_REQUEST_CODE, code);
    uint16_t items = cursor_be16(&c), size = cursor_be16(&c);
    record_uint(r, NTP_ERROR, items >> 12);
    record_uint(r, NTP_ITEMS, items & 0xfffu);
    record_uint(r, NTP_ITEM_SIZE, size & 0xfffu);
    record_anomaly(r, NTP_PRIVATE_REQUEST);
    if (code == MON_GETLIST || code == MON_GETLIST_1)
        record_anomaly(r, NTP_MONLIST);
    if (c.status == CURSOR_OK && c.left > 0)
        record_bytes(r, NTP_DATA, c.at, c.left);
    return c.status == CURSOR_OK;
}

static enum dissect ntp_pdu(struct conversation *conv, struct cursor *in)
{
    struct ntp_state *s = conv->state;
    struct cursor c = *in;
    char room[ADDR_TEXT_MAX];
    struct record *r = conversation_record(conv, &ntp_schema);
    r->transaction = s->messages++;
    int first = cursor_peek(&c, 0);
    uint8_t mode = (uint8_t)(first & 7), version = (uint8_t)(first >> 3 & 7);
    if (first < 0)
        return DISSECT_MORE;
    record_uint(r, NTP_VERSION, version);
    record_uint(r, NTP_MODE, mode);
    c.at_end = CURSOR_BAD;
    bool sound = mode == MODE_CONTROL ? control_read(r, c) : mode == MODE_PRIVATE ? private_read(r, c) : time_read(r, c, mode, room);
    if (!sound)
        record_anomaly(r, NTP_MALFORMED_DATA);
    conversation_emit(conv, r);
    cursor_skip(in, in->left);
    return DISSECT_PDU;
}

/* The form and whose turn it is; never enough without the port or nDPI, or the other side's answer. */
static enum probe ntp_probe(const struct conversation *conv, struct cursor c)
{
    size_t here = c.left;
    uint8_t first = cursor_u8(&c), second = cursor_u8(&c), mode = first & 7, version = first >> 3 & 7;
    if (c.status != CURSOR_OK || version < 1 || version > 4 || mode == 0)
        return PROBE_NO;
    if (mode == MODE_CONTROL) {
        cursor_skip(&c, 8);
        uint16_t count = cursor_be16(&c);
        bool answer = second >> 7;
        return c.status == CURSOR_OK && answer == (conv->dir == FROM_SERVER) && count <= c.left ? PROBE_MAYBE : PROBE_NO;
    }
    if (mode == MODE_PRIVATE)
        return here >= PRIVATE_HEADER && (first >> 7) == (conv->dir == FROM_SERVER) ? PROBE_MAYBE : PROBE_NO;
    bool turn = conv->dir == FROM_CLIENT ? mode != MODE_SERVER : mode == MODE_SERVER || mode <= 2;
    return here >= HEADER && here % 4 == 0 && second <= STRATUM_UNSYNCHRONISED && turn ? PROBE_MAYBE : PROBE_NO;
}

const struct dissector dissector_ntp = {
    .schema = &ntp_schema,
    .source = "RFC 5905, RFC 9327",
    .over = OVER_UDP,
    .ports = { 123 },
    .ndpi = "NTP",
    .state_size = sizeof(struct ntp_state),
    .probe = ntp_probe,
    .pdu = ntp_pdu,
};
