/* KNXnet/IP: a header of six octets, a service, and for tunnels and routing one cEMI frame. Over UDP a datagram, over TCP a stream. */
#include "dissectors/knx/knx.h"
#include "dissectors/knx/fields.h"

enum {
    HEADER = 6, HEADER_MARK = 0x0610, MESSAGE_MAX = 1024, OPEN_MAX = 8,
    SEARCH_REQUEST = 0x0201, SEARCH_RESPONSE, DESCRIPTION_REQUEST, DESCRIPTION_RESPONSE, CONNECT_REQUEST, CONNECT_RESPONSE,
    CONNECTION_STATE_REQUEST, CONNECTION_STATE_RESPONSE, DISCONNECT_REQUEST, DISCONNECT_RESPONSE, SEARCH_REQUEST_EXTENDED,
    SEARCH_RESPONSE_EXTENDED,
    CONFIGURATION_REQUEST = 0x0310, CONFIGURATION_ACK, TUNNELING_REQUEST = 0x0420, TUNNELING_ACK, FEATURE_GET, FEATURE_RESPONSE,
    FEATURE_SET, FEATURE_INFO,
    ROUTING_INDICATION = 0x0530, ROUTING_LOST, ROUTING_BUSY, ROUTING_SYSTEM_BROADCAST,
    REMOTE_DIAGNOSTIC_REQUEST = 0x0740, REMOTE_DIAGNOSTIC_RESPONSE, REMOTE_CONFIGURATION, REMOTE_RESET,
    SECURE_WRAPPER = 0x0950, SESSION_REQUEST, SESSION_RESPONSE, SESSION_AUTHENTICATE, SESSION_STATUS, TIMER_NOTIFY,
    HPAI = 8, DEVICE_INFO = 1, NAME_SIZE = 30, DESCRIPTIONS_MAX = 16
};

struct knx_state {
    uint64_t transactions;
    struct { uint64_t transaction, sent_us; uint16_t service; uint8_t dir, sequence; bool waiting; } open[OPEN_MAX];
    unsigned next;
};

/* Services, what they do, what stands before the cEMI frame (-1: none), and which one they answer. */
static const struct service {
    uint16_t id;
    uint8_t  access;
    int8_t   frame_at;
    uint16_t answers;
} services[] = {
    { SEARCH_REQUEST, ACCESS_IDENTIFY, -1, 0 }, { SEARCH_RESPONSE, ACCESS_IDENTIFY, -1, SEARCH_REQUEST },
    { DESCRIPTION_REQUEST, ACCESS_IDENTIFY, -1, 0 }, { DESCRIPTION_RESPONSE, ACCESS_IDENTIFY, -1, DESCRIPTION_REQUEST },
    { CONNECT_REQUEST, ACCESS_SESSION, -1, 0 }, { CONNECT_RESPONSE, ACCESS_SESSION, -1, CONNECT_REQUEST },
    { CONNECTION_STATE_REQUEST, ACCESS_SESSION, -1, 0 }, { CONNECTION_STATE_RESPONSE, ACCESS_SESSION, -1, CONNECTION_STATE_REQUEST },
    { DISCONNECT_REQUEST, ACCESS_SESSION, -1, 0 }, { DISCONNECT_RESPONSE, ACCESS_SESSION, -1, DISCONNECT_REQUEST },
    { SEARCH_REQUEST_EXTENDED, ACCESS_IDENTIFY, -1, 0 }, { SEARCH_RESPONSE_EXTENDED, ACCESS_IDENTIFY, -1, SEARCH_REQUEST_EXTENDED },
    { CONFIGURATION_REQUEST, ACCESS_OTHER, 4, 0 }, { CONFIGURATION_ACK, ACCESS_SESSION, -1, CONFIGURATION_REQUEST },
    { TUNNELING_REQUEST, ACCESS_OTHER, 4, 0 }, { TUNNELING_ACK, ACCESS_SESSION, -1, TUNNELING_REQUEST },
    { FEATURE_GET, ACCESS_READ, -1, 0 }, { FEATURE_RESPONSE, ACCESS_READ, -1, FEATURE_GET }, { FEATURE_SET, ACCESS_CONFIGURE, -1, 0 },
    { FEATURE_INFO, ACCESS_REPORT, -1, 0 }, { ROUTING_INDICATION, ACCESS_OTHER, 0, 0 }, { ROUTING_LOST, ACCESS_DIAGNOSE, -1, 0 },
    { ROUTING_BUSY, ACCESS_DIAGNOSE, -1, 0 }, { ROUTING_SYSTEM_BROADCAST, ACCESS_OTHER, 0, 0 },
    { REMOTE_DIAGNOSTIC_REQUEST, ACCESS_DIAGNOSE, -1, 0 }, { REMOTE_DIAGNOSTIC_RESPONSE, ACCESS_DIAGNOSE, -1, REMOTE_DIAGNOSTIC_REQUEST },
    { REMOTE_CONFIGURATION, ACCESS_CONFIGURE, -1, 0 }, { REMOTE_RESET, ACCESS_RESTART, -1, 0 }, { SECURE_WRAPPER, ACCESS_TUNNEL, -1, 0 },
    { SESSION_REQUEST, ACCESS_AUTHENTICATE, -1, 0 }, { SESSION_RESPONSE, ACCESS_AUTHENTICATE, -1, SESSION_REQUEST },
    { SESSION_AUTHENTICATE, ACCESS_AUTHENTICATE, -1, 0 }, { SESSION_STATUS, ACCESS_SESSION, -1, SESSION_AUTHENTICATE },
    { TIMER_NOTIFY, ACCESS_SESSION, -1, 0 },
};

static const struct service *service_of(uint16_t id)
{
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++)
        if (services[i].id == id)
            return &services[i];
    return NULL;
}

static enum probe knx_probe(const struct conversation *conv, struct cursor c)
{
    size_t here = c.left;
    uint16_t mark = cursor_be16(&c), service = cursor_be16(&c), length = cursor_be16(&c);
    if (c.status != CURSOR_OK)
        return conv->over == OVER_TCP && (here < 2 || mark == HEADER_MARK) ? PROBE_MORE : PROBE_NO;
    if (mark != HEADER_MARK || service_of(service) == NULL || length < HEADER || length > MESSAGE_MAX)
        return PROBE_NO;
    return conv->over == OVER_TCP || length == here ? PROBE_YES : PROBE_MAYBE;
}

/* ---- cEMI ---- */

/* The application layer's services, each with the bits that tell it: four, or all ten (03/03/07, table 1). */
static const struct { uint16_t code, mask; uint8_t access; } apcis[] = {
    { 0x000, 0x3c0, ACCESS_READ }, { 0x040, 0x3c0, ACCESS_REPORT }, { 0x080, 0x3c0, ACCESS_WRITE }, { 0x0c0, 0x3c0, ACCESS_CONFIGURE },
    { 0x100, 0x3c0, ACCESS_IDENTIFY }, { 0x140, 0x3c0, ACCESS_IDENTIFY }, { 0x180, 0x3c0, ACCESS_READ }, { 0x200, 0x3c0, ACCESS_UPLOAD },
    { 0x240, 0x3c0, ACCESS_UPLOAD }, { 0x280, 0x3c0, ACCESS_PROGRAM }, { 0x300, 0x3c0, ACCESS_IDENTIFY }, { 0x340, 0x3c0, ACCESS_IDENTIFY },
    { 0x380, 0x3c0, ACCESS_RESTART }, { 0x1cc, 0x3ff, ACCESS_READ }, { 0x1cd, 0x3ff, ACCESS_READ }, { 0x1ce, 0x3ff, ACCESS_CONFIGURE },
    { 0x1d0, 0x3ff, ACCESS_CONFIGURE }, { 0x1fb, 0x3ff, ACCESS_PROGRAM }, { 0x1fd, 0x3ff, ACCESS_UPLOAD }, { 0x1fe, 0x3ff, ACCESS_UPLOAD },
    { 0x2c0, 0x3ff, ACCESS_UPLOAD }, { 0x2c1, 0x3ff, ACCESS_UPLOAD }, { 0x2c2, 0x3ff, ACCESS_PROGRAM }, { 0x2c7, 0x3ff, ACCESS_CONTROL },
    { 0x2c8, 0x3ff, ACCESS_READ }, { 0x2c9, 0x3ff, ACCESS_READ }, { 0x3c3, 0x3ff, ACCESS_CONFIGURE }, { 0x3ca, 0x3ff, ACCESS_PROGRAM },
    { 0x3cf, 0x3ff, ACCESS_CONFIGURE }, { 0x3d0, 0x3ff, ACCESS_PROGRAM }, { 0x3d1, 0x3ff, ACCESS_AUTHENTICATE }, { 0x3d2, 0x3ff, ACCESS_AUTHENTICATE },
    { 0x3d3, 0x3ff, ACCESS_CONFIGURE }, { 0x3d4, 0x3ff, ACCESS_CONFIGURE }, { 0x3d5, 0x3ff, ACCESS_READ }, { 0x3d6, 0x3ff, ACCESS_READ },
    { 0x3d7, 0x3ff, ACCESS_CONFIGURE }, { 0x3d8, 0x3ff, ACCESS_READ }, { 0x3d9, 0x3ff, ACCESS_READ }, { 0x3dc, 0x3ff, ACCESS_IDENTIFY },
    { 0x3dd, 0x3ff, ACCESS_IDENTIFY }, { 0x3de, 0x3ff, ACCESS_CONFIGURE }, { 0x3e4, 0x3ff, ACCESS_CONFIGURE }, { 0x3e5, 0x3ff, ACCESS_CONFIGURE },
};

static enum access apci_access(uint16_t full, uint16_t *code)
{
    *code = full;
    for (size_t i = 0; i < sizeof apcis / sizeof apcis[0]; i++) {
        if ((full & apcis[i].mask) != apcis[i].code)
            continue;
        *code = apcis[i].code;
        return apcis[i].access;
    }
    return ACCESS_OTHER;
}

/* What some services say behind their code: memory, properties, and the short values of groups. */
static void apdu_data(struct record *r, uint16_t code, uint16_t full, struct cursor c)
{
    enum { GROUP_RESPONSE = 0x040, GROUP_WRITE = 0x080, MEMORY_READ = 0x200, MEMORY_WRITE = 0x280, PROPERTY_FIRST = 0x3d5, PROPERTY_LAST = 0x3d7 };
    if ((code == GROUP_RESPONSE || code == GROUP_WRITE) && c.left == 0)
        record_uint(r, KNX_VALUE, full & 0x3f);
    else if ((code == GROUP_RESPONSE || code == GROUP_WRITE) && c.left <= 4) {
        uint64_t n = 0;
        for (struct cursor at = c; at.left > 0;)
            n = n << 8 | cursor_u8(&at);
        record_uint(r, KNX_VALUE, n);
    }
    if (code >= MEMORY_READ && code <= MEMORY_WRITE && c.left >= 2)
        record_uint(r, KNX_MEMORY_ADDRESS, cursor_be16(&c));
    if (code >= PROPERTY_FIRST && code <= PROPERTY_LAST && c.left >= 4) {
        record_uint(r, KNX_OBJECT_INDEX, cursor_u8(&c));
        record_uint(r, KNX_PROPERTY, cursor_u8(&c));
        cursor_skip(&c, 2);
    }
    if (c.left > 0)
        record_bytes(r, KNX_DATA, c.at, c.left);
}

/* Length, then transport and application control; what is only transport control has no application code. */
static enum access tpdu_read(struct record *r, struct cursor *c)
{
    enum { TPCI_CONTROL = 0x80 };
    uint8_t length = cursor_u8(c), first = cursor_u8(c);
    uint16_t code;
    if (length == 0 || first & TPCI_CONTROL)
        return ACCESS_SESSION;
    uint16_t full = (uint16_t)((first & 3) << 8 | cursor_u8(c));
    struct cursor data = cursor_sub(c, length - (size_t)1 < c->left ? length - (size_t)1 : c->left);
    enum access access = apci_access(full, &code);
    record_uint(r, KNX_APCI, code);
    apdu_data(r, code, full, data);
    if (c->status != CURSOR_OK || data.left < length - (size_t)1)
        record_anomaly(r, KNX_INVALID_FRAME);
    return access;
}

static enum access link_data_read(struct record *r, struct cursor *c)
{
    cursor_skip(c, cursor_u8(c));       /* additional information */
    cursor_skip(c, 1);
    uint8_t control = cursor_u8(c);
    uint16_t source = cursor_be16(c), destination = cursor_be16(c);
    record_uint(r, KNX_SOURCE, source);
    record_uint(r, KNX_DESTINATION, destination);
    record_uint(r, KNX_GROUP, control >> 7);
    return tpdu_read(r, c);
}

static enum access property_service(struct record *r, struct cursor *c, enum access access)
{
    record_uint(r, KNX_OBJECT_TYPE, cursor_be16(c));
    record_uint(r, KNX_OBJECT_INSTANCE, cursor_u8(c));
    record_uint(r, KNX_PROPERTY, cursor_u8(c));
    cursor_skip(c, 2);
    if (c->left > 0)
        record_bytes(r, KNX_DATA, c->at, c->left);
    return access;
}

static enum access frame_read(struct record *r, struct cursor c)
{
    enum { TRANSPORT_HEADER = 6 };
    enum access access = ACCESS_OTHER;
    uint8_t code = cursor_u8(&c);
    record_uint(r, KNX_MESSAGE_CODE, code);
    switch (code) {
    case 0x11: case 0x29: case 0x2e:                    /* L_Data.req, .ind, .con */
        access = link_data_read(r, &c);
        break;
    case 0x41: case 0x89: case 0x4a: case 0x94:         /* T_Data connected and individual */
        cursor_skip(&c, cursor_u8(&c));
        cursor_skip(&c, TRANSPORT_HEADER);
        access = tpdu_read(r, &c);
        break;
    case 0xfc: case 0xfb: case 0xf7:                    /* M_PropRead, M_PropInfo */
        access = property_service(r, &c, code == 0xf7 ? ACCESS_REPORT : ACCESS_READ);
        break;
    case 0xf6: case 0xf5: case 0xf8: case 0xf9: case 0xfa:  /* M_PropWrite, M_FuncProp */
        access = property_service(r, &c, ACCESS_CONFIGURE);
        break;
    case 0xf1: case 0xf0:                               /* M_Reset */
        access = ACCESS_RESTART;
        break;
    default:
        if (c.left > 0)
            record_bytes(r, KNX_DATA, c.at, c.left);
    }
    if (c.status != CURSOR_OK)
        record_anomaly(r, KNX_INVALID_FRAME);
    return access;
}

/* ---- KNXnet/IP ---- */

static void device_info(struct record *r, struct cursor c)
{
    record_uint(r, KNX_MEDIUM, cursor_u8(&c));
    cursor_skip(&c, 1);
    record_uint(r, KNX_DEVICE_ADDRESS, cursor_be16(&c));
    record_uint(r, KNX_PROJECT, cursor_be16(&c));
    const uint8_t *serial = cursor_bytes(&c, 6);
    cursor_skip(&c, 4);
    const uint8_t *mac = cursor_bytes(&c, 6), *name = cursor_bytes(&c, NAME_SIZE);
    size_t n = 0;
    if (name == NULL)
        return;
    while (n < NAME_SIZE && name[n] != 0)
        n++;
    record_bytes(r, KNX_SERIAL, serial, 6);
    record_bytes(r, KNX_MAC, mac, 6);
    record_bytes(r, KNX_NAME, name, n);
}

static void descriptions(struct record *r, struct cursor c)
{
    for (unsigned i = 0; i < DESCRIPTIONS_MAX && c.left >= 2; i++) {
        uint8_t length = cursor_u8(&c), type = cursor_u8(&c);
        struct cursor body = cursor_sub(&c, length < 2 ? 0 : length - (size_t)2);
        if (type == DEVICE_INFO)
            device_info(r, body);
        if (length < 2)
            return;
    }
}

static void body_read(struct record *r, uint16_t service, struct cursor c)
{
    switch (service) {
    case SEARCH_RESPONSE: case SEARCH_RESPONSE_EXTENDED:
        cursor_skip(&c, HPAI);
        descriptions(r, c);
        break;
    case DESCRIPTION_RESPONSE:
        descriptions(r, c);
        break;
    case CONNECT_REQUEST:
        cursor_skip(&c, 2 * HPAI + 1);
        record_uint(r, KNX_CONNECTION_TYPE, cursor_u8(&c));
        break;
    case CONNECT_RESPONSE: case CONNECTION_STATE_RESPONSE: case DISCONNECT_RESPONSE:
        record_uint(r, KNX_CHANNEL, cursor_u8(&c));
        r->refused = cursor_peek(&c, 0) > 0;
        record_uint(r, KNX_STATUS, cursor_u8(&c));
        break;
    case CONNECTION_STATE_REQUEST: case DISCONNECT_REQUEST:
        record_uint(r, KNX_CHANNEL, cursor_u8(&c));
        break;
    case CONFIGURATION_ACK: case TUNNELING_ACK: case CONFIGURATION_REQUEST: case TUNNELING_REQUEST:
    case FEATURE_GET: case FEATURE_SET: case FEATURE_RESPONSE: case FEATURE_INFO:
        cursor_skip(&c, 1);
        record_uint(r, KNX_CHANNEL, cursor_u8(&c));
        record_uint(r, KNX_SEQUENCE, cursor_u8(&c));
        if (service == CONFIGURATION_ACK || service == TUNNELING_ACK) {
            r->refused = cursor_peek(&c, 0) > 0;
            record_uint(r, KNX_STATUS, cursor_u8(&c));
        }
        break;
    case SECURE_WRAPPER: case TIMER_NOTIFY: {
        if (service == SECURE_WRAPPER)
            record_uint(r, KNX_SESSION, cursor_be16(&c));
        uint64_t high = cursor_be16(&c);
        record_uint(r, KNX_SECURE_SEQUENCE, high << 32 | cursor_be32(&c));
        const uint8_t *serial = cursor_bytes(&c, 6);
        if (serial != NULL)
            record_bytes(r, KNX_SECURE_SERIAL, serial, 6);
        break;
    }
    case SESSION_RESPONSE:
        record_uint(r, KNX_SESSION, cursor_be16(&c));
        break;
    case SESSION_STATUS:
        r->refused = cursor_peek(&c, 0) > 0;
        record_uint(r, KNX_STATUS, cursor_u8(&c));
        break;
    default:
        break;
    }
    if (c.status != CURSOR_OK)
        record_anomaly(r, KNX_INVALID_LENGTH);
}

static void pair(struct conversation *conv, const struct service *s, uint8_t sequence, struct record *r)
{
    struct knx_state *st = conv->state;
    r->answer = s->answers != 0;
    for (unsigned i = 0; i < OPEN_MAX && s->answers != 0; i++) {
        if (!st->open[i].waiting || st->open[i].service != s->answers || st->open[i].dir == (uint8_t)conv->dir || st->open[i].sequence != sequence)
            continue;
        st->open[i].waiting = false;
        r->transaction = st->open[i].transaction;
        if (conv->now_us >= st->open[i].sent_us)
            record_uint(r, KNX_RESPONSE_TIME, conv->now_us - st->open[i].sent_us);
        return;
    }
    r->transaction = st->transactions++;
    if (s->answers != 0)
        return;
    st->open[st->next].transaction = r->transaction;
    st->open[st->next].sent_us = conv->now_us;
    st->open[st->next].service = s->id;
    st->open[st->next].dir = (uint8_t)conv->dir;
    st->open[st->next].sequence = sequence;
    st->open[st->next].waiting = true;
    st->next = (st->next + 1) % OPEN_MAX;
}

static void message_read(struct conversation *conv, uint16_t id, uint16_t length, bool odd, struct cursor body)
{
    static const struct service unknown = { 0, ACCESS_OTHER, -1, 0 };
    struct record *r = conversation_record(conv, &knx_schema);
    const struct service *s = service_of(id);
    enum access access;
    if (s == NULL) {
        record_anomaly(r, KNX_UNKNOWN_SERVICE);
        s = &unknown;
    }
    if (odd)
        record_anomaly(r, KNX_INVALID_LENGTH);
    record_uint(r, KNX_SERVICE, id);
    record_uint(r, KNX_LENGTH, length);
    body_read(r, id, body);
    access = (enum access)s->access;
    const struct value *sequence = record_find(r, KNX_SEQUENCE);
    pair(conv, s, sequence != NULL ? (uint8_t)sequence->uint : 0, r);
    if (s->frame_at >= 0 && body.left > (size_t)s->frame_at) {
        cursor_skip(&body, (size_t)s->frame_at);
        access = frame_read(r, body);
    }
    record_uint(r, KNX_ACCESS, access);
    conversation_emit(conv, r);
}

static enum dissect knx_pdu(struct conversation *conv, struct cursor *in)
{
    struct cursor c = *in;
    uint16_t mark = cursor_be16(&c), service = cursor_be16(&c), length = cursor_be16(&c);
    bool datagram = conv->over == OVER_UDP;
    if (c.status != CURSOR_OK) {
        conv->need = HEADER;
        return DISSECT_MORE;
    }
    if (mark != HEADER_MARK || (!datagram && (length < HEADER || length > MESSAGE_MAX)))
        return DISSECT_LOST;
    bool odd = datagram && length != in->left;
    struct cursor body = cursor_sub(&c, odd ? c.left : length - (size_t)HEADER);
    if (c.status != CURSOR_OK) {
        conv->need = length;
        return DISSECT_MORE;
    }
    message_read(conv, service, length, odd, body);
    *in = c;
    return DISSECT_PDU;
}

const struct dissector dissector_knx = {
    .schema = &knx_schema,
    .device = "device",
    .source = "ISO 22510, KNX 03/06/03, KNX 03/03/07",
    .over = OVER_UDP | OVER_TCP,
    .ports = { 3671 },
    .state_size = sizeof(struct knx_state),
    .pdu_max = MESSAGE_MAX,
    .probe = knx_probe,
    .pdu = knx_pdu,
};
