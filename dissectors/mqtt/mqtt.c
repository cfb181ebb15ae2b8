#include "dissectors/mqtt/mqtt.h"

#include <string.h>

#include "common/buffer.h"
#include "dissectors/mqtt/fields.h"
#include "dissectors/mqtt/sparkplug.h"

enum { PORT = 1883, PROBE_PACKETS_MAX = 16, HEADER_MAX = 5, CONNECT_NAMED = 9, KEY_CONNECT = 0x10000 };

/* An exchange that waits for its answer: its packets as they came, to be read once more when it is whole. */
struct exchange {
    struct exchange *next;
    struct buffer    packets;
    uint64_t         transaction;
    uint64_t         anomalies;
    uint32_t         key;           /* packet identifier, or KEY_CONNECT */
    enum direction   dir;           /* of whoever began */
};

struct mqtt_state {
    struct exchange *first, **last; /* the oldest first */
    uint64_t         transactions;
    uint32_t         open;
    uint32_t         skip[2];       /* octets of an overlong packet still to pass over */
    uint8_t          version;       /* 0: no CONNECT yet */
    bool             connected;
    bool             blind;         /* something was missed: what is missing is no anomaly */
    bool             searching[2];  /* after a hole: for the next packet */
    bool             resumed[2];    /* it was found; whether rightly, the packets will show */
    bool             broken;        /* a malformed packet: nothing after it is believed */
};

/* A packet just heard. */
struct heard {
    struct mqtt_header header;
    struct mqtt_said   said;
    struct cursor      body;
    const uint8_t     *at;          /* with its header */
    size_t             len;
};

/* --- records ------------------------------------------------------------------------------------------------------ */

static struct record *record_new(struct conversation *conv, uint64_t transaction)
{
    struct mqtt_state *s = conv->state;
    struct record *r = conversation_record(conv, &mqtt_schema);
    r->transaction = transaction;
    if (s->version != 0)
        record_uint(r, MQTT_VERSION, s->version);
    return r;
}

static struct cursor text_of(const struct record *r, uint16_t row)
{
    const struct value *v = record_find(r, row);
    return v != NULL ? cursor_over(v->bytes, v->len) : cursor_over(NULL, 0);
}

/* What a plant's message says, the will too; a server passes on what others say. */
static void sparkplug_add(struct conversation *conv, struct record *r, const struct heard *h)
{
    enum access a = ACCESS_OTHER;
    if (h->header.type == MQTT_PUBLISH)
        a = sparkplug_message_read(conv, r, text_of(r, MQTT_TOPIC), text_of(r, MQTT_MESSAGE), r->dir == FROM_CLIENT);
    else if (h->header.type == MQTT_CONNECT
             && sparkplug_message_read(conv, r, text_of(r, MQTT_WILL_TOPIC), text_of(r, MQTT_WILL_MESSAGE), true) != ACCESS_OTHER)
        a = ACCESS_SESSION;
    else if (h->header.type == MQTT_SUBSCRIBE && sparkplug_filter(text_of(r, MQTT_TOPICS_TOPIC)))
        a = ACCESS_SUBSCRIBE;
    if (a != ACCESS_OTHER)
        record_uint(r, MQTT_ACCESS, a);
}

static void packet_add(struct conversation *conv, struct record *r, const struct heard *h)
{
    struct mqtt_state *s = conv->state;
    struct mqtt_said unused;
    if (!mqtt_packet_read(r, &h->header, h->body, s->version, &unused))
        record_anomaly(r, MQTT_MALFORMED_TRAFFIC);
    if (!mqtt_flags_fit(&h->header))
        record_anomaly(r, h->header.type == MQTT_PUBLISH ? MQTT_INVALID_QOS_LEVEL : MQTT_INVALID_FLAGS);
    sparkplug_add(conv, r, h);
}

/* A packet that is an exchange of its own. */
static void tell_alone(struct conversation *conv, const struct heard *h, uint64_t anomalies)
{
    struct mqtt_state *s = conv->state;
    struct record *r = record_new(conv, s->transactions++);
    packet_add(conv, r, h);
    r->anomalies |= anomalies;
    conversation_emit(conv, r);
}

/* The next kept packet. False: there is none. */
static bool kept_next(struct cursor *c, struct heard *h)
{
    if (c->left == 0 || mqtt_header_read(c, &h->header) != MQTT_FIXED_WHOLE)
        return false;
    size_t here = h->header.remaining < MQTT_WHOLE_MAX ? h->header.remaining : MQTT_WHOLE_MAX;
    h->body = cursor_sub(c, here);
    return c->status == CURSOR_OK;
}

static void tell_exchange(struct conversation *conv, const struct exchange *e, bool answered)
{
    struct heard h;
    struct record *r = record_new(conv, e->transaction);
    r->dir = e->dir;
    r->anomalies = e->anomalies;
    r->incomplete = !answered;
    for (struct cursor c = cursor_over(e->packets.at, e->packets.len); kept_next(&c, &h);)
        packet_add(conv, r, &h);
    conversation_emit(conv, r);
}

/* --- exchanges ----------------------------------------------------------------------------------------------------- */

static void exchange_drop(struct conversation *conv, struct exchange **at)
{
    struct mqtt_state *s = conv->state;
    struct exchange *e = *at;
    *at = e->next;
    if (e->next == NULL)
        s->last = at;
    s->open--;
    buffer_free(&e->packets, conv->store, conv->account);
    store_give(conv->store, conv->account, e, sizeof *e);
}

/* Kept whole or not at all. */
static bool packet_keep(struct conversation *conv, struct exchange *e, const struct heard *h)
{
    enum { ROOM = HEADER_MAX + MQTT_WHOLE_MAX + 4096 };
    size_t before = e->packets.len;
    size_t n = buffer_add(&e->packets, conv->store, conv->account, h->at, h->len, ROOM);
    if (n < h->len)
        e->packets.len = (uint32_t)before;
    return n == h->len;
}

static bool exchange_begin(struct conversation *conv, uint32_t key, const struct heard *h, uint64_t anomalies)
{
    struct mqtt_state *s = conv->state;
    struct exchange *e = store_take(conv->store, conv->account, sizeof *e);
    if (e == NULL)
        return false;
    *e = (struct exchange){ .key = key, .dir = conv->dir, .anomalies = anomalies };
    if (!packet_keep(conv, e, h)) {
        buffer_free(&e->packets, conv->store, conv->account);
        store_give(conv->store, conv->account, e, sizeof *e);
        return false;
    }
    e->transaction = s->transactions++;
    if (s->last == NULL)
        s->last = &s->first;
    *s->last = e;
    s->last = &e->next;
    s->open++;
    return true;
}

static void begin(struct conversation *conv, uint32_t key, const struct heard *h, uint64_t anomalies)
{
    struct mqtt_state *s = conv->state;
    if (s->open == MQTT_OPEN_MAX) {
        s->first->anomalies |= UINT64_C(1) << MQTT_TOO_MANY_TRANSACTIONS;
        tell_exchange(conv, s->first, false);
        exchange_drop(conv, &s->first);
    }
    if (!exchange_begin(conv, key, h, anomalies))
        tell_alone(conv, h, anomalies);
}

static struct exchange **exchange_of(struct mqtt_state *s, uint32_t key)
{
    struct exchange **at = &s->first;
    while (*at != NULL && (*at)->key != key)
        at = &(*at)->next;
    return *at != NULL ? at : NULL;
}

static uint64_t anomaly_bit(enum mqtt_anomaly anomaly)
{
    return UINT64_C(1) << anomaly;
}

static uint64_t unintroduced(const struct mqtt_state *s)
{
    return s->connected || s->blind ? 0 : anomaly_bit(MQTT_UNINTRODUCED_MESSAGE);
}

/* A packet that belongs to an exchange, and ends it unless more must follow. */
static void go_on(struct conversation *conv, uint32_t key, const struct heard *h, bool last, uint64_t otherwise)
{
    struct mqtt_state *s = conv->state;
    struct exchange **at = exchange_of(s, key);
    if (at == NULL) {
        tell_alone(conv, h, s->blind ? 0 : otherwise);
        return;
    }
    if (!packet_keep(conv, *at, h) || last) {
        tell_exchange(conv, *at, last);
        exchange_drop(conv, at);
    }
}

static void connack_heard(struct conversation *conv, const struct heard *h)
{
    struct mqtt_state *s = conv->state;
    bool asked = exchange_of(s, KEY_CONNECT) != NULL;
    go_on(conv, KEY_CONNECT, h, true, anomaly_bit(MQTT_MISSING_CONNECT));
    s->connected |= asked;
}

static void packet_heard(struct conversation *conv, const struct heard *h)
{
    struct mqtt_state *s = conv->state;
    uint64_t early = unintroduced(s);
    bool answered = h->header.qos == 1 || h->header.qos == 2;
    switch ((enum mqtt_type)h->header.type) {
    case MQTT_CONNECT:
        begin(conv, KEY_CONNECT, h, s->connected ? anomaly_bit(MQTT_DOUBLE_CONNECT) : 0);
        break;
    case MQTT_CONNACK:
        connack_heard(conv, h);
        break;
    case MQTT_PUBLISH:
    case MQTT_SUBSCRIBE:
    case MQTT_UNSUBSCRIBE:
        if (answered)
            begin(conv, h->said.id, h, early);
        else
            tell_alone(conv, h, early);
        break;
    case MQTT_PUBREC:
    case MQTT_PUBREL:
        go_on(conv, h->said.id, h, false, early | anomaly_bit(MQTT_MISSING_PUBLISH));
        break;
    case MQTT_PUBACK:
    case MQTT_PUBCOMP:
        go_on(conv, h->said.id, h, true, early | anomaly_bit(MQTT_MISSING_PUBLISH));
        break;
    case MQTT_SUBACK:
        go_on(conv, h->said.id, h, true, early | anomaly_bit(MQTT_MISSING_SUBSCRIBE));
        break;
    case MQTT_UNSUBACK:
        go_on(conv, h->said.id, h, true, early | anomaly_bit(MQTT_MISSING_UNSUBSCRIBE));
        break;
    case MQTT_RESERVED:
        tell_alone(conv, h, anomaly_bit(MQTT_UNASSIGNED_MSG_TYPE));
        break;
    default:
        tell_alone(conv, h, early);
        break;
    }
}

/* --- what a packet looks like from outside ------------------------------------------------------------------------- */

/* Packets whose body has one length only, or nearly; in version 5 properties may follow. */
static bool length_fits(const struct mqtt_header *h)
{
    switch ((enum mqtt_type)h->type) {
    case MQTT_CONNECT:     return h->remaining >= 12;
    case MQTT_CONNACK:
    case MQTT_PUBACK:
    case MQTT_PUBREC:
    case MQTT_PUBREL:
    case MQTT_PUBCOMP:
    case MQTT_UNSUBACK:
    case MQTT_PUBLISH:     return h->remaining >= 2;
    case MQTT_SUBACK:      return h->remaining >= 3;
    case MQTT_SUBSCRIBE:   return h->remaining >= 6;
    case MQTT_UNSUBSCRIBE: return h->remaining >= 5;
    case MQTT_PINGREQ:
    case MQTT_PINGRESP:    return h->remaining == 0;
    case MQTT_AUTH:
    case MQTT_DISCONNECT:  return h->remaining <= 4096;
    default:               return false;
    }
}

/* A topic behind its length (3.3.2.1), as people write them. */
static bool has_topic(struct cursor body)
{
    uint16_t length = cursor_be16(&body);
    const uint8_t *topic = cursor_bytes(&body, length);
    for (uint16_t i = 0; topic != NULL && i < length; i++)
        if (topic[i] < ' ' || topic[i] == 0x7f || topic[i] == '+' || topic[i] == '#')
            return false;
    return topic != NULL && length > 0;
}

/* Packets that fill the piece to its last byte, one of them more than a ping. */
static enum probe fills(struct cursor c)
{
    bool told = false;
    for (unsigned i = 0; i < PROBE_PACKETS_MAX && c.left > 0; i++) {
        struct mqtt_header h;
        if (mqtt_header_read(&c, &h) != MQTT_FIXED_WHOLE || !mqtt_flags_fit(&h) || !length_fits(&h) || h.remaining > c.left)
            return PROBE_NO;
        struct cursor body = cursor_sub(&c, h.remaining);
        if (h.type == MQTT_PUBLISH && !has_topic(body))
            return PROBE_NO;
        told |= h.remaining > 0;
    }
    return told && c.left == 0 ? PROBE_MAYBE : PROBE_NO;
}

/* --- stream -------------------------------------------------------------------------------------------------------- */

/* Whether the packet is sound. The record it is read into is thrown away: its exchange may not be whole yet. */
static bool sound(struct conversation *conv, struct heard *h)
{
    struct mqtt_state *s = conv->state;
    struct record *r = conversation_record(conv, &mqtt_schema);
    if (!mqtt_packet_read(r, &h->header, h->body, s->version, &h->said))
        return false;
    if (h->header.type == MQTT_CONNECT)
        s->version = h->said.version;
    return true;
}

/* It was no packet's beginning after all: the search goes on behind its first octet. */
static enum dissect search_again(struct conversation *conv, struct cursor *in)
{
    struct mqtt_state *s = conv->state;
    s->searching[conv->dir] = true;
    s->resumed[conv->dir] = false;
    cursor_skip(in, 1);
    return DISSECT_PDU;
}

static enum dissect header_bad(struct conversation *conv, struct cursor *in)
{
    struct mqtt_state *s = conv->state;
    if (s->resumed[conv->dir])
        return search_again(conv, in);
    struct record *r = record_new(conv, s->transactions++);
    record_anomaly(r, MQTT_MALFORMED_TRAFFIC);
    conversation_emit(conv, r);
    return DISSECT_LOST;
}

static enum dissect skip_rest(struct mqtt_state *s, enum direction dir, struct cursor *in)
{
    size_t n = in->left < s->skip[dir] ? in->left : s->skip[dir];
    cursor_skip(in, n);
    s->skip[dir] -= (uint32_t)n;
    return DISSECT_PDU;
}

/* A message whose topic is here and readable, though perhaps not all of it is. */
static bool begins_message(struct cursor c)
{
    struct mqtt_header h;
    return mqtt_header_read(&c, &h) == MQTT_FIXED_WHOLE && h.type == MQTT_PUBLISH && mqtt_flags_fit(&h) && length_fits(&h)
           && h.remaining <= MQTT_WHOLE_MAX && has_topic(c);
}

/* Behind a hole: packets that fill the rest of what is here, or a message at its very beginning, as senders begin packets with
 * segments mostly. Otherwise all of it is passed over. */
static enum dissect search(struct conversation *conv, struct cursor *in)
{
    struct mqtt_state *s = conv->state;
    struct cursor c = *in;
    bool found = begins_message(c);
    while (!found && c.left > 0) {
        found = fills(c) == PROBE_MAYBE && (c.left == in->left || begins_message(c));
        cursor_skip(&c, found ? 0 : 1);
    }
    s->searching[conv->dir] = !found;
    s->resumed[conv->dir] = found;
    bool moved = c.left < in->left;
    *in = c;
    return moved ? DISSECT_PDU : DISSECT_MORE;
}

static enum dissect mqtt_pdu(struct conversation *conv, struct cursor *in)
{
    struct mqtt_state *s = conv->state;
    struct heard h = { .at = in->at };
    struct cursor c = *in;
    if (s->broken)
        return DISSECT_LOST;
    if (s->skip[conv->dir] > 0)
        return skip_rest(s, conv->dir, in);
    if (s->searching[conv->dir]) {
        enum dissect verdict = search(conv, in);
        if (verdict == DISSECT_PDU || s->searching[conv->dir])
            return verdict;
    }
    enum mqtt_fixed fixed = mqtt_header_read(&c, &h.header);
    if (fixed == MQTT_FIXED_BAD)
        return header_bad(conv, in);
    if (fixed == MQTT_FIXED_SHORT)
        return DISSECT_MORE;
    size_t here = h.header.remaining < MQTT_WHOLE_MAX ? h.header.remaining : MQTT_WHOLE_MAX;
    if (c.left < here) {
        conv->need = in->left - c.left + here;
        return DISSECT_MORE;
    }
    h.body = cursor_sub(&c, here);
    h.len = in->left - c.left;
    h.body.at_end = CURSOR_BAD;
    s->skip[conv->dir] = h.header.remaining - (uint32_t)here;
    if (sound(conv, &h)) {
        packet_heard(conv, &h);
    } else if (s->resumed[conv->dir]) {
        s->skip[conv->dir] = 0;
        return search_again(conv, in);
    } else {
        tell_alone(conv, &h, 0);
        s->broken = true;
    }
    *in = c;
    return DISSECT_PDU;
}

/* Nothing in the stream marks a packet's beginning: behind a hole packets are looked for (search()). */
static bool mqtt_gap(struct conversation *conv, size_t missing)
{
    struct mqtt_state *s = conv->state;
    s->blind = true;
    s->searching[conv->dir] |= missing > s->skip[conv->dir];
    s->skip[conv->dir] -= missing < s->skip[conv->dir] ? (uint32_t)missing : s->skip[conv->dir];
    return true;
}

static void mqtt_end(struct conversation *conv)
{
    struct mqtt_state *s = conv->state;
    while (s->first != NULL) {
        tell_exchange(conv, s->first, false);
        exchange_drop(conv, &s->first);
    }
}

/* --- probe --------------------------------------------------------------------------------------------------------- */

/* 3.1.2.1: the name, then a level that was ever given out. */
static bool names_itself(struct cursor c)
{
    static const struct { const char *name; uint8_t len, low, high; } names[] = { { "MQTT", 4, 4, 5 }, { "MQIsdp", 6, 3, 3 } };
    uint16_t n = cursor_be16(&c);
    const uint8_t *name = n <= 6 ? cursor_bytes(&c, n) : NULL;
    uint8_t level = cursor_u8(&c) & 0x7f;       /* bit 7 marks a bridge */
    if (name == NULL || c.status != CURSOR_OK)
        return false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (n == names[i].len && memcmp(name, names[i].name, n) == 0)
            return level >= names[i].low && level <= names[i].high;
    return false;
}

/* Nothing else is as sure as CONNECT. On the port what follows in the same piece must begin a packet too. */
static enum probe mqtt_probe(const struct conversation *conv, struct cursor c)
{
    struct mqtt_header h, next;
    struct cursor all = c;
    enum mqtt_fixed fixed = mqtt_header_read(&c, &h);
    if (fixed == MQTT_FIXED_BAD)
        return PROBE_NO;
    if (fixed == MQTT_FIXED_SHORT)
        return PROBE_MORE;
    if (!mqtt_flags_fit(&h) || !length_fits(&h))
        return PROBE_NO;
    if (h.type == MQTT_CONNECT && c.left < CONNECT_NAMED)
        return PROBE_MORE;
    if (h.type == MQTT_CONNECT)
        return conv->dir == FROM_CLIENT && names_itself(c) ? PROBE_YES : PROBE_NO;
    if (conv->server_port != PORT)
        return fills(all);
    if (c.left <= h.remaining)
        return PROBE_MAYBE;
    cursor_skip(&c, h.remaining);
    fixed = mqtt_header_read(&c, &next);
    return fixed == MQTT_FIXED_BAD || (fixed == MQTT_FIXED_WHOLE && !mqtt_flags_fit(&next)) ? PROBE_NO : PROBE_MAYBE;
}

const struct dissector dissector_mqtt = {
    .schema = &mqtt_schema,
    .source = "OASIS MQTT 5.0, 3.1.1; MQTT V3.1",
    .over = OVER_TCP,
    .client_first = true,
    .ports = { PORT },
    .ndpi = "MQTT",
    .state_size = sizeof(struct mqtt_state),
    .pdu_max = HEADER_MAX + MQTT_WHOLE_MAX,
    .probe = mqtt_probe,
    .pdu = mqtt_pdu,
    .gap = mqtt_gap,
    .end = mqtt_end,
};
