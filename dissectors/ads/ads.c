/* AMS packets, ADS commands in them, and discovery.
 *
 *   TCP   0 (2) | length (4) | target net id (6), port (2) | source net id, port | command (2) | flags (2) | length (4) | error (4)
 *         | invoke id (4) | data                                                                            all little-endian
 *   UDP   03 66 14 71 | invoke id (4) | service (4) | net id (6), port (2) | number of tags (4) | tag (2), length (2), bytes | ...
 */
#include "dissectors/ads/ads.h"

#include <string.h>

#include "dissectors/ads/fields.h"
#include "dissectors/framing/asked.h"

enum {
    TCP_HEADER = 6, HEADER = 32, LENGTH_MAX = 4 * 1024 * 1024, PDU_MAX = 128 * 1024,
    FLAG_RESPONSE = 1, FLAG_ADS = 4, FLAGS_KNOWN = 0x017f, COMMAND_MAX = 9,
    PORT_SYSTEM = 10000, NET_ID = 6, NET_ID_TEXT = 24, NAME = 16,
    SERVICE_RESPONSE = 0x80, SERVICE_IDENTIFY = 1, SERVICE_ADD_ROUTE = 6, TAGS_MAX = 16, UDP_HEADER = 24,
    TAG_STATUS = 1, TAG_PASSWORD, TAG_VERSION, TAG_OS, TAG_HOST, TAG_NET_ID = 7, TAG_ROUTE = 12, TAG_USER = 13,
    STATE_RESET = 2, STATE_STOP = 6, STATE_SHUTDOWN = 12, STATE_CONFIG = 15, STATE_RECONFIG = 16
};

static const uint8_t udp_magic[] = { 0x03, 0x66, 0x14, 0x71 };

struct ads_state {
    struct asked asked;
    bool         searching[2];
};

struct ams {
    const uint8_t *target, *source;
    uint16_t       target_port, source_port, command, flags;
    uint32_t       length, error, invoke;
    bool           answer;
    struct cursor  data;
};

/* What is told, with the text that its record borrows. */
struct told {
    struct conversation *conv;
    struct record       *r;
    char                 ids[3][NET_ID_TEXT], version[16];
};

static bool ams_read(struct cursor *c, struct ams *a)
{
    a->target = cursor_bytes(c, NET_ID);
    a->target_port = cursor_le16(c);
    a->source = cursor_bytes(c, NET_ID);
    a->source_port = cursor_le16(c);
    a->command = cursor_le16(c);
    a->flags = cursor_le16(c);
    a->length = cursor_le32(c);
    a->error = cursor_le32(c);
    a->invoke = cursor_le32(c);
    a->answer = (a->flags & FLAG_RESPONSE) != 0;
    return c->status == CURSOR_OK;
}

static bool ams_possible(const struct ams *a, uint32_t length)
{
    return (a->flags & FLAG_ADS) != 0 && (a->flags & ~FLAGS_KNOWN) == 0 && length == HEADER + a->length && a->command <= COMMAND_MAX;
}

/* The TCP header and the AMS header behind it: whether both are here and agree. */
static enum probe stream_probe(struct cursor c)
{
    struct ams a;
    uint16_t reserved = cursor_le16(&c);
    uint32_t length = cursor_le32(&c);
    if (c.status != CURSOR_OK)
        return reserved == 0 ? PROBE_MORE : PROBE_NO;
    if (reserved != 0 || length < HEADER || length > LENGTH_MAX)
        return PROBE_NO;
    if (!ams_read(&c, &a))
        return PROBE_MORE;
    return ams_possible(&a, length) ? PROBE_YES : PROBE_NO;
}

static enum probe ads_probe(const struct conversation *conv, struct cursor c)
{
    if (conv->over == OVER_TCP)
        return stream_probe(c);
    return c.left >= UDP_HEADER - 4 && memcmp(c.at, udp_magic, sizeof udp_magic) == 0 ? PROBE_YES : PROBE_NO;
}

static void net_id(struct told *t, uint16_t row, unsigned slot, const uint8_t *id)
{
    struct text out = text_over(t->ids[slot], NET_ID_TEXT);
    for (unsigned i = 0; i < NET_ID; i++) {
        if (i > 0)
            text_char(&out, '.');
        text_uint(&out, id[i]);
    }
    record_bytes(t->r, row, out.at, out.len);
}

static void version(struct told *t, struct cursor *c)
{
    uint8_t major = cursor_u8(c), minor = cursor_u8(c);
    uint16_t build = cursor_le16(c);
    if (c->status != CURSOR_OK)
        return;
    struct text out = text_over(t->version, sizeof t->version);
    text_uint(&out, major);
    text_char(&out, '.');
    text_uint(&out, minor);
    text_char(&out, '.');
    text_uint(&out, build);
    record_bytes(t->r, ADS_VERSION, out.at, out.len);
}

static void text_record(struct record *r, uint16_t row, const uint8_t *at, size_t n)
{
    n = strnlen((const char *)at, n);
    if (n > 0)
        record_bytes(r, row, at, n);
}

static void data_record(struct record *r, struct cursor c)
{
    if (c.left == 0)
        return;
    record_bytes(r, ADS_DATA, c.at, c.left);
    if (c.left == 1 || c.left == 2 || c.left == 4 || c.left == 8)
        record_uint(r, ADS_VALUE, c.left == 1 ? cursor_u8(&c) : c.left == 2 ? cursor_le16(&c) : c.left == 4 ? cursor_le32(&c)
                                                                                                      : cursor_le64(&c));
}

static bool names_symbol(uint32_t group)
{
    return group == ADS_HANDLE_BY_NAME || group == ADS_VALUE_BY_NAME || group == ADS_INFO_BY_NAME || group == ADS_INFO_BY_NAME_EX;
}

/* The system service (port 10000) has files, the registry and processes as index groups. */
static enum access system_access(uint32_t group, enum access access)
{
    if (group >= 100 && group < 200)
        return ACCESS_FILE;
    if (group == 500)
        return ACCESS_CONTROL;          /* starts a process */
    return group == 200 || group >= 800 ? (access == ACCESS_READ ? ACCESS_DIAGNOSE : ACCESS_CONFIGURE) : access;
}

static enum access group_access(const struct ams *a, uint32_t group, enum access access)
{
    uint16_t port = a->answer ? a->source_port : a->target_port;
    if (port == PORT_SYSTEM)
        return system_access(group, access);
    if (group == ADS_RELEASE_HANDLE)
        return ACCESS_SESSION;
    if (names_symbol(group) || (group >= ADS_SYMBOL_TABLE && group <= 0xf00f && group != ADS_VALUE_BY_HANDLE))
        return group == ADS_VALUE_BY_NAME ? access : ACCESS_BROWSE;
    return group == ADS_SUM_READ ? ACCESS_READ : access;
}

static enum access control_access(uint16_t state)
{
    if (state == STATE_RESET)
        return ACCESS_RESTART;
    return state == STATE_STOP || state == STATE_SHUTDOWN || state == STATE_CONFIG || state == STATE_RECONFIG ? ACCESS_STOP : ACCESS_CONTROL;
}

static enum access place_record(struct told *t, const struct ams *a, struct cursor *c, uint32_t what[ASKED_WHAT], enum access access)
{
    uint32_t group = cursor_le32(c), offset = cursor_le32(c);
    if (c->status != CURSOR_OK)
        return access;
    record_uint(t->r, ADS_GROUP, group);
    record_uint(t->r, ADS_OFFSET, offset);
    what[0] = group;
    what[1] = offset;
    return group_access(a, group, access);
}

static enum access write_request(struct told *t, const struct ams *a, struct cursor *c, uint32_t what[ASKED_WHAT])
{
    bool both = a->command == ADS_READ_WRITE;
    enum access access = place_record(t, a, c, what, ACCESS_WRITE);
    if (both)
        record_uint(t->r, ADS_READ_LENGTH, cursor_le32(c));
    record_uint(t->r, ADS_WRITE_LENGTH, cursor_le32(c));
    if (c->status == CURSOR_OK && both && names_symbol(what[0]))
        text_record(t->r, ADS_SYMBOL, c->at, c->left);
    else if (c->status == CURSOR_OK)
        data_record(t->r, *c);
    return access;
}

static enum access control_request(struct told *t, struct cursor *c)
{
    uint16_t state = cursor_le16(c), device = cursor_le16(c);
    cursor_skip(c, 4);
    if (c->status != CURSOR_OK)
        return ACCESS_CONTROL;
    record_uint(t->r, ADS_STATE, state);
    record_uint(t->r, ADS_DEVICE_STATE, device);
    data_record(t->r, *c);
    return control_access(state);
}

static enum access subscribe_request(struct told *t, const struct ams *a, struct cursor *c, uint32_t what[ASKED_WHAT])
{
    (void)place_record(t, a, c, what, ACCESS_SUBSCRIBE);
    record_uint(t->r, ADS_READ_LENGTH, cursor_le32(c));
    cursor_skip(c, 8);                  /* transmission mode, longest delay */
    uint32_t cycle = cursor_le32(c);
    if (c->status == CURSOR_OK)
        record_uint(t->r, ADS_CYCLE, cycle);
    return ACCESS_SUBSCRIBE;
}

static enum access request_body(struct told *t, const struct ams *a, uint32_t what[ASKED_WHAT])
{
    struct cursor c = a->data;
    enum access access = ACCESS_OTHER;
    switch (a->command) {
    case ADS_READ_DEVICE_INFO: access = ACCESS_IDENTIFY; break;
    case ADS_READ_STATE:       access = ACCESS_DIAGNOSE; break;
    case ADS_READ:
        access = place_record(t, a, &c, what, ACCESS_READ);
        record_uint(t->r, ADS_READ_LENGTH, cursor_le32(&c));
        break;
    case ADS_WRITE: case ADS_READ_WRITE: access = write_request(t, a, &c, what); break;
    case ADS_WRITE_CONTROL:    access = control_request(t, &c); what[2] = access; break;
    case ADS_ADD_NOTIFICATION: access = subscribe_request(t, a, &c, what); break;
    case ADS_DELETE_NOTIFICATION:
        access = ACCESS_SUBSCRIBE;
        record_uint(t->r, ADS_HANDLE, cursor_le32(&c));
        break;
    case ADS_NOTIFICATION:
        access = ACCESS_REPORT;
        cursor_skip(&c, 4);
        record_uint(t->r, ADS_STAMPS, cursor_le32(&c));
        data_record(t->r, c);
        break;
    default: data_record(t->r, c); break;
    }
    if (c.status != CURSOR_OK)
        record_anomaly(t->r, ADS_INVALID_LENGTH);
    what[3] = access;
    return access;
}

static void device_info(struct told *t, struct cursor *c)
{
    version(t, c);
    const uint8_t *name = cursor_bytes(c, NAME);
    if (name != NULL)
        text_record(t->r, ADS_DEVICE_NAME, name, NAME);
}

static void answer_body(struct told *t, const struct ams *a)
{
    struct cursor c = a->data;
    if (c.left < 4)
        return;
    uint32_t result = cursor_le32(&c);
    record_uint(t->r, ADS_RESULT, result);
    t->r->refused = t->r->refused || result != 0;
    if (a->command == ADS_READ_DEVICE_INFO)
        device_info(t, &c);
    else if (a->command == ADS_READ_STATE && c.left >= 4) {
        record_uint(t->r, ADS_STATE, cursor_le16(&c));
        record_uint(t->r, ADS_DEVICE_STATE, cursor_le16(&c));
    } else if (a->command == ADS_ADD_NOTIFICATION && c.left >= 4)
        record_uint(t->r, ADS_HANDLE, cursor_le32(&c));
    else if ((a->command == ADS_READ || a->command == ADS_READ_WRITE) && c.left >= 4) {
        cursor_skip(&c, 4);
        data_record(t->r, c);
    }
}

static bool has_place(uint16_t command)
{
    return command == ADS_READ || command == ADS_WRITE || command == ADS_READ_WRITE || command == ADS_ADD_NOTIFICATION;
}

static void answer_record(struct told *t, const struct ams *a, uint64_t key)
{
    struct ads_state *s = t->conv->state;
    struct asked_one q;
    bool known = asked_take(&s->asked, t->conv, key, &q);
    if (known)
        record_uint(t->r, ADS_ACCESS, q.what[3]);
    if (known && has_place(a->command)) {
        record_uint(t->r, ADS_GROUP, q.what[0]);
        record_uint(t->r, ADS_OFFSET, q.what[1]);
    }
    t->r->refused = a->error != 0;
    answer_body(t, a);
    asked_answer(t->r, t->conv, &q, known, ADS_RESPONSE_TIME);
    if (!known && !s->asked.blind)
        record_anomaly(t->r, ADS_UNSOLICITED_RESPONSE);
}

static void header_record(struct told *t, const struct ams *a)
{
    net_id(t, ADS_TARGET, 0, a->target);
    record_uint(t->r, ADS_TARGET_PORT, a->target_port);
    net_id(t, ADS_SOURCE, 1, a->source);
    record_uint(t->r, ADS_SOURCE_PORT, a->source_port);
    record_uint(t->r, ADS_COMMAND, a->command);
    record_uint(t->r, ADS_TYPE, a->answer);
    record_uint(t->r, ADS_FLAGS, a->flags);
    record_uint(t->r, ADS_LENGTH, a->length);
    record_uint(t->r, ADS_INVOKE_ID, a->invoke);
    record_uint(t->r, ADS_ERROR, a->error);
}

static void ams_tell(struct conversation *conv, const struct ams *a)
{
    struct ads_state *s = conv->state;
    struct told t = { .conv = conv, .r = conversation_record(conv, &ads_schema) };
    uint64_t key = (uint64_t)a->invoke << 16 | a->command;
    header_record(&t, a);
    if (a->command == 0 || a->command > COMMAND_MAX)
        record_anomaly(t.r, ADS_UNKNOWN_COMMAND);
    if (a->answer)
        answer_record(&t, a, key);
    else {
        struct asked_one *q = asked_put(&s->asked, conv, key);
        q->waiting = a->command != ADS_NOTIFICATION;
        t.r->transaction = q->transaction;
        record_uint(t.r, ADS_ACCESS, request_body(&t, a, q->what));
    }
    conversation_emit(conv, t.r);
}

static enum dissect stream_pdu(struct conversation *conv, struct cursor *in)
{
    struct cursor c = *in;
    struct ams a;
    uint16_t reserved = cursor_le16(&c);
    uint32_t length = cursor_le32(&c);
    if (c.status != CURSOR_OK) {
        conv->need = TCP_HEADER;
        return DISSECT_MORE;
    }
    if (length > PDU_MAX - TCP_HEADER || length < HEADER || reserved != 0)
        return DISSECT_LOST;
    struct cursor packet = cursor_sub(&c, length);
    if (c.status != CURSOR_OK) {
        conv->need = (size_t)TCP_HEADER + length;
        return DISSECT_MORE;
    }
    if (!ams_read(&packet, &a) || a.length > packet.left)
        return DISSECT_LOST;
    a.data = cursor_sub(&packet, a.length);
    ams_tell(conv, &a);
    *in = c;
    return DISSECT_PDU;
}

static void tag_record(struct told *t, uint16_t tag, struct cursor c)
{
    switch (tag) {
    case TAG_STATUS:   record_uint(t->r, ADS_RESULT, cursor_le32(&c)); break;
    case TAG_PASSWORD: record_uint(t->r, ADS_PASSWORD_SENT, 1); break;
    case TAG_VERSION:  version(t, &c); break;
    case TAG_HOST:     text_record(t->r, ADS_HOST_NAME, c.at, c.left); break;
    case TAG_ROUTE:    text_record(t->r, ADS_ROUTE, c.at, c.left); break;
    case TAG_USER:     text_record(t->r, ADS_USER, c.at, c.left); break;
    case TAG_NET_ID:
        if (c.left >= NET_ID)
            net_id(t, ADS_NET_ID, 2, c.at);
        break;
    default: break;
    }
}

static void service_record(struct told *t, uint32_t service, uint32_t invoke)
{
    struct ads_state *s = t->conv->state;
    uint64_t key = (uint64_t)invoke << 32 | (service & 0xffff) | 0x10000;
    bool answer = service >> 24 == SERVICE_RESPONSE;
    uint16_t kind = (uint16_t)service;
    record_uint(t->r, ADS_SERVICE, kind);
    record_uint(t->r, ADS_TYPE, answer);
    record_uint(t->r, ADS_INVOKE_ID, invoke);
    record_uint(t->r, ADS_ACCESS, kind == SERVICE_IDENTIFY ? ACCESS_IDENTIFY : kind == SERVICE_ADD_ROUTE ? ACCESS_CONFIGURE : ACCESS_OTHER);
    struct asked_one q;
    if (answer)
        asked_answer(t->r, t->conv, &q, asked_take(&s->asked, t->conv, key, &q), ADS_RESPONSE_TIME);
    else
        t->r->transaction = asked_put(&s->asked, t->conv, key)->transaction;
}

static enum dissect datagram(struct conversation *conv, struct cursor *in)
{
    struct cursor c = *in;
    struct told t = { .conv = conv, .r = conversation_record(conv, &ads_schema) };
    cursor_skip(&c, sizeof udp_magic);
    uint32_t invoke = cursor_le32(&c), service = cursor_le32(&c);
    const uint8_t *id = cursor_bytes(&c, NET_ID);
    uint16_t port = cursor_le16(&c);
    unsigned tags = c.left >= 4 ? cursor_le32(&c) : 0;
    if (c.status != CURSOR_OK) {
        record_anomaly(t.r, ADS_INVALID_HEADER);
    } else {
        net_id(&t, ADS_SOURCE, 1, id);
        record_uint(t.r, ADS_SOURCE_PORT, port);
        service_record(&t, service, invoke);
        for (unsigned i = 0; i < tags && i < TAGS_MAX && c.left >= 4; i++) {
            uint16_t tag = cursor_le16(&c);
            struct cursor bytes = cursor_sub(&c, cursor_le16(&c));
            if (c.status == CURSOR_OK)
                tag_record(&t, tag, bytes);
        }
        const struct value *result = record_find(t.r, ADS_RESULT);
        t.r->refused = result != NULL && result->uint != 0;
        if (c.status != CURSOR_OK)
            record_anomaly(t.r, ADS_INVALID_LENGTH);
    }
    conversation_emit(conv, t.r);
    cursor_skip(in, in->left);
    return DISSECT_PDU;
}

/* After a gap: the next place where both headers agree. */
static enum dissect search(struct conversation *conv, struct cursor *in)
{
    struct ads_state *s = conv->state;
    struct cursor at = *in;
    enum probe found = PROBE_NO;
    while (at.left >= TCP_HEADER + HEADER && (found = stream_probe(at)) != PROBE_YES)
        cursor_skip(&at, 1);
    s->searching[conv->dir] = found != PROBE_YES;
    bool moved = at.left < in->left;
    *in = at;
    return moved ? DISSECT_PDU : DISSECT_MORE;
}

static enum dissect ads_pdu(struct conversation *conv, struct cursor *in)
{
    struct ads_state *s = conv->state;
    s->asked.blind |= conv->midstream || conv->over == OVER_UDP;
    if (conv->over == OVER_UDP)
        return datagram(conv, in);
    if (s->searching[conv->dir]) {
        enum dissect verdict = search(conv, in);
        if (s->searching[conv->dir] || verdict == DISSECT_PDU)
            return verdict;
    }
    return stream_pdu(conv, in);
}

static bool ads_gap(struct conversation *conv, size_t missing)
{
    struct ads_state *s = conv->state;
    (void)missing;
    s->searching[conv->dir] = s->asked.blind = true;
    return true;
}

const struct dissector dissector_ads = {
    .schema = &ads_schema,
    .device = "plc",
    .source = "Beckhoff TwinCAT ADS/AMS specification",
    .over = OVER_TCP | OVER_UDP,
    .ports = { 48898, 48899 },
    .state_size = sizeof(struct ads_state),
    .pdu_max = PDU_MAX,
    .probe = ads_probe,
    .pdu = ads_pdu,
    .gap = ads_gap,
};
