/* BACnet: the virtual link, the network layer, the application layer's header; requests and what answers them, segments joined.
 *
 *   BACnet/IP      81 function length ...     NPDU      01 control [DNET DLEN DADR] [SNET SLEN SADR] [hops]
 *   BACnet/IPv6    82 function length ...               network message, or APDU
 *   Ethernet       82 82 03 (LLC)             APDU      type, flags, invoke id, service choice, parameters
 *   MS/TP          55 ff type to from length
 *
 * One datagram is one record. On Ethernet and MS/TP a worker has one state for all stations, so that nothing is paired or
 * joined there.
 */
#include "dissectors/bacnet/bacnet.h"

#include "common/buffer.h"
#include "dissectors/bacnet/service.h"

enum {
    BVLL_IP4 = 0x81, BVLL_IP6 = 0x82, LLC_BACNET = 0x8282, LLC_UI = 0x03, MSTP_PREAMBLE = 0x55ff,
    BVLC_HEADER = 4, FUNCTION_LAST = 0x0c,
    NPDU_VERSION = 1, CONTROL_MESSAGE = 0x80, CONTROL_RESERVED = 0x50, CONTROL_DESTINATION = 0x20, CONTROL_SOURCE = 0x08,
    CONTROL_REPLY = 0x04, VENDOR_MESSAGES = 0x80, MESSAGE_LAST = 0x13,
    PDU_SEGMENTED = 0x08, PDU_MORE = 0x04,
    OPEN_MAX = 16,              /* requests that may wait for an answer */
    SEGMENTS_BYTES_MAX = 65536, /* of one message in segments */
    NETWORKS_MAX = 256, ENTRIES_MAX = 160
};

enum { BVLC_RESULT, BVLC_WRITE_BDT, BVLC_READ_BDT, BVLC_READ_BDT_ACK, BVLC_FORWARDED, BVLC_REGISTER, BVLC_READ_FDT, BVLC_READ_FDT_ACK,
       BVLC_DELETE_FDT, BVLC_DISTRIBUTE, BVLC_UNICAST, BVLC_BROADCAST, BVLC_SECURE };

struct open_request {
    uint64_t            transaction, sent_us;
    uint32_t            peer;           /* hash of who was asked beyond a router; 0: the neighbour itself */
    struct bacnet_asked asked;
    uint8_t             invoke, service;
    uint8_t             dir;
    bool                used;
};

struct segments {
    struct buffer bytes;
    uint8_t       invoke, type, next;
    bool          active;
};

struct bacnet_state {
    uint64_t            transactions;
    struct open_request open[OPEN_MAX];
    unsigned            next;           /* in open: the oldest, to be overwritten next */
    bool                asked[2];       /* that side has sent a request in this flow */
    struct segments     segments[2];
    uint64_t            link_transaction;   /* of the link's last request: its results have no number */
    uint8_t             link_access;
    bool                link_asked;
};

struct apdu {
    uint8_t type, flags, invoke, service, reason;
    uint8_t sequence, window;
    bool    segmented, more;
};

struct npdu {
    uint32_t from, to;          /* hashes of SNET/SADR and DNET/DADR; 0: none */
};

/* What each function does to the broadcast management device; NPDUs have their own word. */
static const uint8_t bvlc_access[] = {
    [BVLC_RESULT] = ACCESS_SESSION, [BVLC_WRITE_BDT] = ACCESS_CONFIGURE, [BVLC_READ_BDT] = ACCESS_DIAGNOSE,
    [BVLC_READ_BDT_ACK] = ACCESS_DIAGNOSE, [BVLC_REGISTER] = ACCESS_SESSION, [BVLC_READ_FDT] = ACCESS_DIAGNOSE,
    [BVLC_READ_FDT_ACK] = ACCESS_DIAGNOSE, [BVLC_DELETE_FDT] = ACCESS_CONFIGURE, [BVLC_SECURE] = ACCESS_OTHER,
};

static const uint8_t message_access[] = {
    ACCESS_BROWSE, ACCESS_BROWSE, ACCESS_BROWSE, ACCESS_REPORT, ACCESS_REPORT, ACCESS_REPORT, ACCESS_CONFIGURE, ACCESS_CONFIGURE,
    ACCESS_SESSION, ACCESS_SESSION, ACCESS_AUTHENTICATE, ACCESS_AUTHENTICATE, ACCESS_AUTHENTICATE, ACCESS_AUTHENTICATE,
    ACCESS_AUTHENTICATE, ACCESS_AUTHENTICATE, ACCESS_AUTHENTICATE, ACCESS_AUTHENTICATE, ACCESS_BROWSE, ACCESS_BROWSE,
};

/* ---- recognising ---- */

static bool apdu_plausible(struct cursor c)
{
    uint8_t first = cursor_u8(&c), type = first >> 4;
    switch (type) {
    case BACNET_CONFIRMED_REQUEST:
        cursor_skip(&c, first & PDU_SEGMENTED ? 4 : 2);
        return bacnet_service_known(true, cursor_u8(&c)) && c.status == CURSOR_OK && (first & 1) == 0;
    case BACNET_UNCONFIRMED_REQUEST:
        return first == 0x10 && bacnet_service_known(false, cursor_u8(&c)) && c.status == CURSOR_OK;
    case BACNET_COMPLEX_ACK:
        cursor_skip(&c, first & PDU_SEGMENTED ? 3 : 1);
        return bacnet_service_known(true, cursor_u8(&c)) && c.status == CURSOR_OK && (first & 3) == 0;
    case BACNET_SIMPLE_ACK:
    case BACNET_ERROR:
        cursor_skip(&c, 1);
        return bacnet_service_known(true, cursor_u8(&c)) && c.status == CURSOR_OK && (first & 0xf) == 0;
    case BACNET_SEGMENT_ACK:
        return c.left == 3;
    case BACNET_REJECT:
    case BACNET_ABORT:
        return c.left == 2;
    default:
        return false;
    }
}

/* DNET DLEN DADR or SNET SLEN SADR. */
static struct cursor address_skip(struct cursor *c)
{
    struct cursor at = *c;
    cursor_skip(c, 2);
    cursor_skip(c, cursor_u8(c));
    return at;
}

static bool npdu_plausible(struct cursor c)
{
    uint8_t version = cursor_u8(&c), control = cursor_u8(&c);
    if (version != NPDU_VERSION || control & CONTROL_RESERVED)
        return false;
    if (control & CONTROL_DESTINATION)
        (void)address_skip(&c);
    if (control & CONTROL_SOURCE)
        (void)address_skip(&c);
    if (control & CONTROL_DESTINATION)
        cursor_skip(&c, 1);
    if (c.status != CURSOR_OK)
        return false;
    if (control & CONTROL_MESSAGE)
        return cursor_peek(&c, 0) >= VENDOR_MESSAGES || (cursor_peek(&c, 0) >= 0 && cursor_peek(&c, 0) <= MESSAGE_LAST);
    return apdu_plausible(c);
}

/* Whether a virtual link message has the length that its function asks for, and a plausible NPDU where it carries one. */
static bool bvlc_plausible(uint8_t function, struct cursor body)
{
    switch (function) {
    case BVLC_RESULT:
    case BVLC_REGISTER:     return body.left == 2;
    case BVLC_READ_BDT:
    case BVLC_READ_FDT:     return body.left == 0;
    case BVLC_WRITE_BDT:
    case BVLC_READ_BDT_ACK:
    case BVLC_READ_FDT_ACK: return body.left % 10 == 0;
    case BVLC_DELETE_FDT:   return body.left == 6;
    case BVLC_FORWARDED:    cursor_skip(&body, 6); return npdu_plausible(body);
    case BVLC_DISTRIBUTE:
    case BVLC_UNICAST:
    case BVLC_BROADCAST:    return npdu_plausible(body);
    default:                return function == BVLC_SECURE;
    }
}

/* Octets before the NPDU of a BACnet/IPv6 function, or of the whole body when it has none (annex U.2). */
static const struct { uint8_t octets; bool npdu; } ip6_forms[] = {
    { 5, false }, { 6, true }, { 3, true }, { 6, false }, { 24, false }, { 6, false }, { 3, false }, { 6, false }, { 21, true },
    { 5, false }, { 21, false }, { 0, false }, { 3, true },
};

static bool bvlc6_plausible(uint8_t function, struct cursor body)
{
    if (function == 0x0b || function > FUNCTION_LAST)
        return false;
    if (!ip6_forms[function].npdu)
        return body.left == ip6_forms[function].octets;
    cursor_skip(&body, ip6_forms[function].octets);
    return npdu_plausible(body);
}

static enum probe bacnet_probe(const struct conversation *conv, struct cursor c)
{
    size_t here = c.left;
    uint8_t type = cursor_u8(&c), function = cursor_u8(&c);
    uint16_t length = cursor_be16(&c);
    (void)conv;
    if (c.status != CURSOR_OK || function > FUNCTION_LAST || (type != BVLL_IP4 && type != BVLL_IP6))
        return PROBE_NO;
    if (length < BVLC_HEADER || length > here)
        return PROBE_NO;
    bool exact = length == here;
    c = cursor_sub(&c, length - BVLC_HEADER);
    if (type == BVLL_IP4 ? bvlc_plausible(function, c) : bvlc6_plausible(function, c))
        return exact && function != BVLC_SECURE ? PROBE_YES : PROBE_MAYBE;
    return exact ? PROBE_MAYBE : PROBE_NO;
}

/* ---- requests and answers ---- */

static uint32_t peer_hash(struct cursor at)
{
    uint32_t h = 2166136261u;
    uint16_t network = cursor_be16(&at);
    struct cursor octets = cursor_sub(&at, cursor_u8(&at));
    h = (h ^ network) * 16777619u;
    while (octets.left > 0)
        h = (h ^ cursor_u8(&octets)) * 16777619u;
    return h;
}

/* The newest request that this answers. */
static struct open_request *answered(struct conversation *conv, const struct npdu *n, const struct apdu *a)
{
    struct bacnet_state *s = conv->state;
    for (unsigned i = 0; i < OPEN_MAX && conv->over != OVER_ETHERNET; i++) {
        struct open_request *q = &s->open[(s->next + OPEN_MAX - 1 - i) % OPEN_MAX];
        if (q->used && q->dir != conv->dir && q->invoke == a->invoke && (q->peer == n->from || n->from == 0 || q->peer == 0))
            return q;
    }
    return NULL;
}

static void request_remember(struct conversation *conv, const struct npdu *n, const struct apdu *a, const struct bacnet_asked *said,
                             const struct record *r)
{
    struct bacnet_state *s = conv->state;
    if (conv->over == OVER_ETHERNET)
        return;
    s->open[s->next] = (struct open_request){ .transaction = r->transaction, .sent_us = conv->now_us, .peer = n->to, .asked = *said,
        .invoke = a->invoke, .service = a->service, .dir = (uint8_t)conv->dir, .used = true };
    s->next = (s->next + 1) % OPEN_MAX;
    s->asked[conv->dir] = true;
}

static void segments_drop(struct conversation *conv, struct segments *g)
{
    buffer_free(&g->bytes, conv->store, conv->account);
    g->active = false;
}

/* Adds a segment; true: the message is whole and stands in `whole` until the next call. */
static bool segment_take(struct conversation *conv, const struct apdu *a, struct cursor part, struct record *r, struct cursor *whole)
{
    struct segments *g = &((struct bacnet_state *)conv->state)->segments[conv->dir];
    if (conv->over == OVER_ETHERNET)
        return false;
    if (a->sequence == 0) {
        segments_drop(conv, g);
        *g = (struct segments){ .invoke = a->invoke, .type = a->type, .active = true };
    }
    bool ours = g->active && g->invoke == a->invoke && g->type == a->type;
    if (ours && a->sequence == (uint8_t)(g->next - 1) && a->sequence != g->next && g->bytes.len > 0)
        return false;       /* sent again */
    if (!ours || a->sequence != g->next) {
        record_anomaly(r, BACNET_SEGMENT_MISSING);
        segments_drop(conv, g);
        return false;
    }
    g->next++;
    if (buffer_add(&g->bytes, conv->store, conv->account, part.at, part.left, SEGMENTS_BYTES_MAX) < part.left)
        r->incomplete = true;
    *whole = cursor_over(g->bytes.at, g->bytes.len);
    whole->at_end = CURSOR_BAD;
    return !a->more;
}

/* ---- the application layer ---- */

static bool apdu_read(struct cursor *c, struct apdu *a)
{
    uint8_t first = cursor_u8(c);
    *a = (struct apdu){ .type = first >> 4, .flags = first & 0xf };
    bool segmentable = a->type == BACNET_CONFIRMED_REQUEST || a->type == BACNET_COMPLEX_ACK;
    if (a->type == BACNET_CONFIRMED_REQUEST)
        a->reason = cursor_u8(c);       /* most segments and octets that are taken */
    if (a->type != BACNET_UNCONFIRMED_REQUEST)
        a->invoke = cursor_u8(c);
    a->segmented = segmentable && first & PDU_SEGMENTED;
    a->more = a->segmented && first & PDU_MORE;
    if (a->segmented || a->type == BACNET_SEGMENT_ACK) {
        a->sequence = cursor_u8(c);
        a->window = cursor_u8(c);
    }
    if (a->type == BACNET_REJECT || a->type == BACNET_ABORT)
        a->reason = cursor_u8(c);
    else if (a->type != BACNET_SEGMENT_ACK)
        a->service = cursor_u8(c);
    return c->status == CURSOR_OK && a->type <= BACNET_ABORT;
}

static void apdu_record(struct record *r, const struct apdu *a)
{
    record_uint(r, BACNET_PDU_TYPE, a->type);
    if (a->type == BACNET_UNCONFIRMED_REQUEST)
        record_uint(r, BACNET_UNCONFIRMED_SERVICE, a->service);
    else
        record_uint(r, BACNET_INVOKE_ID, a->invoke);
    if (a->type == BACNET_CONFIRMED_REQUEST || a->type == BACNET_SIMPLE_ACK || a->type == BACNET_COMPLEX_ACK || a->type == BACNET_ERROR)
        record_uint(r, BACNET_SERVICE, a->service);
    if (a->segmented || a->type == BACNET_SEGMENT_ACK) {
        record_uint(r, BACNET_SEGMENT, a->sequence);
        record_uint(r, BACNET_WINDOW, a->window);
    }
    if (a->segmented)
        record_uint(r, BACNET_MORE_FOLLOWS, a->more);
    if (a->type == BACNET_SEGMENT_ACK)
        record_uint(r, BACNET_NEGATIVE_ACK, a->flags >> 1 & 1);
    if (a->type == BACNET_SEGMENT_ACK || a->type == BACNET_ABORT)
        record_uint(r, BACNET_FROM_SERVER, a->flags & 1);
    if (a->type == BACNET_REJECT || a->type == BACNET_ABORT)
        record_uint(r, a->type == BACNET_REJECT ? BACNET_REJECT_REASON : BACNET_ABORT_REASON, a->reason);
}

/* The parameters that can be read now: the whole message's, once its last segment is here. */
static bool parameters(struct conversation *conv, const struct apdu *a, struct cursor *c, struct record *r)
{
    struct cursor whole;
    if (!a->segmented)
        return true;
    if (!segment_take(conv, a, *c, r, &whole))
        return false;
    *c = whole;
    return true;
}

static void request_read(struct conversation *conv, const struct npdu *n, const struct apdu *a, struct cursor c, struct record *r)
{
    struct bacnet_asked said = { .access = (uint8_t)bacnet_service_access(true, a->service) };
    if (parameters(conv, a, &c, r))
        bacnet_service_read(true, a->service, BACNET_PART_REQUEST, &c, r, &said);
    record_uint(r, BACNET_ACCESS, said.access);
    if (!a->more)
        request_remember(conv, n, a, &said, r);
}

/* An answer that names the service it answers. */
static bool names_service(const struct apdu *a)
{
    return a->type == BACNET_SIMPLE_ACK || a->type == BACNET_COMPLEX_ACK || a->type == BACNET_ERROR;
}

/* What the answer says of its request, and what it leaves to be known: there the request's own figures are repeated. */
static void answer_completed(const struct apdu *a, const struct open_request *q, struct record *r)
{
    if (q != NULL && !names_service(a))
        record_uint(r, BACNET_SERVICE, q->service);
    if (q != NULL && record_find(r, BACNET_OBJECTS) == NULL)
        bacnet_asked_record(r, &q->asked);
    record_uint(r, BACNET_ACCESS, q != NULL ? q->asked.access : names_service(a) ? bacnet_service_access(true, a->service) : ACCESS_OTHER);
}

static void answer_paired(struct conversation *conv, const struct apdu *a, const struct open_request *q, struct record *r)
{
    struct bacnet_state *s = conv->state;
    r->transaction = q != NULL ? q->transaction : s->transactions++;
    if (q == NULL) {
        if (s->asked[!conv->dir] && a->type != BACNET_ABORT)
            record_anomaly(r, BACNET_UNSOLICITED_RESPONSE);
        return;
    }
    if (conv->now_us >= q->sent_us)
        record_uint(r, BACNET_RESPONSE_TIME, conv->now_us - q->sent_us);
    if (names_service(a) && q->service != a->service)
        record_anomaly(r, BACNET_SERVICE_MISMATCH);
}

static void answer_read(struct conversation *conv, const struct npdu *n, const struct apdu *a, struct cursor c, struct record *r)
{
    const struct open_request *q = answered(conv, n, a);
    enum bacnet_part part = a->type == BACNET_ERROR ? BACNET_PART_ERROR : BACNET_PART_ACK;
    struct bacnet_asked said = { 0 };
    r->answer = true;
    r->refused = a->type == BACNET_ERROR || a->type == BACNET_REJECT || a->type == BACNET_ABORT;
    if ((a->type == BACNET_COMPLEX_ACK || a->type == BACNET_ERROR) && parameters(conv, a, &c, r))
        bacnet_service_read(true, a->service, part, &c, r, &said);
    answer_completed(a, q, r);
    answer_paired(conv, a, q, r);
}

static void unconfirmed_read(const struct apdu *a, struct cursor c, struct record *r)
{
    enum { I_AM, I_HAVE, YOU_ARE = 14 };
    struct bacnet_asked said = { 0 };
    bacnet_service_read(false, a->service, BACNET_PART_REQUEST, &c, r, &said);
    record_uint(r, BACNET_ACCESS, said.access);
    r->answer = a->service == I_AM || a->service == I_HAVE || a->service == YOU_ARE;
}

static void apdu_take(struct conversation *conv, const struct npdu *n, struct cursor c, struct record *r)
{
    struct bacnet_state *s = conv->state;
    struct apdu a;
    if (!apdu_read(&c, &a)) {
        record_anomaly(r, a.type > BACNET_ABORT ? BACNET_INVALID_PDU_TYPE : BACNET_INVALID_LENGTH);
        r->transaction = s->transactions++;
        return;
    }
    apdu_record(r, &a);
    if (a.type == BACNET_CONFIRMED_REQUEST || a.type == BACNET_UNCONFIRMED_REQUEST)
        r->transaction = s->transactions++;
    if (a.type == BACNET_CONFIRMED_REQUEST)
        request_read(conv, n, &a, c, r);
    else if (a.type == BACNET_UNCONFIRMED_REQUEST)
        unconfirmed_read(&a, c, r);
    else
        answer_read(conv, n, &a, c, r);
}

/* ---- the network layer ---- */

static uint32_t address_record(struct record *r, struct cursor *c, uint16_t network_row, uint16_t address_row)
{
    struct cursor at = *c;
    uint16_t network = cursor_be16(c);
    struct cursor octets = cursor_sub(c, cursor_u8(c));
    record_uint(r, network_row, network);
    if (octets.left > 0)
        record_bytes(r, address_row, octets.at, octets.left);
    return octets.left > 0 ? peer_hash(at) : 0;
}

static void networks_read(struct record *r, struct cursor *c)
{
    for (unsigned i = 0; i < NETWORKS_MAX && c->left >= 2; i++)
        record_uint(r, BACNET_NETWORKS, cursor_be16(c));
}

/* Initialize-Routing-Table and its acknowledgement: number of ports, then network, port, length, port information. */
static void routing_read(struct record *r, struct cursor *c)
{
    unsigned ports = cursor_u8(c);
    for (unsigned i = 0; i < ports && c->left >= 4; i++) {
        record_uint(r, BACNET_NETWORKS, cursor_be16(c));
        cursor_skip(c, 1);
        cursor_skip(c, cursor_u8(c));
    }
}

static void message_read(struct record *r, struct cursor *c)
{
    enum { WHO_IS, I_AM, COULD_BE, REJECT, BUSY, AVAILABLE, INITIALIZE, INITIALIZE_ACK, ESTABLISH, DISCONNECT, NETWORK_NUMBER_IS = 0x13 };
    uint8_t type = cursor_u8(c);
    record_uint(r, BACNET_NETWORK_MESSAGE, type);
    if (type >= VENDOR_MESSAGES)
        record_uint(r, BACNET_NETWORK_VENDOR, cursor_be16(c));
    else if (type == REJECT)
        record_uint(r, BACNET_NETWORK_REJECT, cursor_u8(c));
    if (type == INITIALIZE || type == INITIALIZE_ACK)
        routing_read(r, c);
    else if (type <= DISCONNECT || type == NETWORK_NUMBER_IS)
        networks_read(r, c);
    record_uint(r, BACNET_ACCESS, type < sizeof message_access ? message_access[type] : ACCESS_OTHER);
    r->answer = type == I_AM || type == REJECT || type == INITIALIZE_ACK || type == NETWORK_NUMBER_IS;
    r->refused = type == REJECT;
    if (c->left > 0 && c->status == CURSOR_OK && type > DISCONNECT && type != NETWORK_NUMBER_IS)
        record_bytes(r, BACNET_DATA, c->at, c->left);
}

static void npdu_take(struct conversation *conv, struct cursor c, struct record *r)
{
    struct bacnet_state *s = conv->state;
    struct npdu n = { 0, 0 };
    uint8_t version = cursor_u8(&c), control = cursor_u8(&c);
    record_uint(r, BACNET_NETWORK_PRIORITY, control & 3);
    record_uint(r, BACNET_EXPECTING_REPLY, control >> 2 & 1);
    if (control & CONTROL_DESTINATION)
        n.to = address_record(r, &c, BACNET_DESTINATION_NETWORK, BACNET_DESTINATION_ADDRESS);
    if (control & CONTROL_SOURCE)
        n.from = address_record(r, &c, BACNET_SOURCE_NETWORK, BACNET_SOURCE_ADDRESS);
    if (control & CONTROL_DESTINATION)
        record_uint(r, BACNET_HOP_COUNT, cursor_u8(&c));
    if (version != NPDU_VERSION || control & CONTROL_RESERVED || c.status != CURSOR_OK)
        record_anomaly(r, BACNET_INVALID_NPDU);
    if (version != NPDU_VERSION || c.status != CURSOR_OK) {
        r->transaction = s->transactions++;
        return;
    }
    if ((control & CONTROL_MESSAGE) == 0) {
        apdu_take(conv, &n, c, r);
        return;
    }
    r->transaction = s->transactions++;
    message_read(r, &c);
    if (c.status != CURSOR_OK)
        record_anomaly(r, BACNET_INVALID_LENGTH);
}

/* ---- the virtual link ---- */

/* Addresses that a record borrows until it has been emitted. */
struct link {
    struct addr from;
    struct addr entries[ENTRIES_MAX];
};

static const struct addr *address4(struct cursor *c, struct addr *a)
{
    const uint8_t *four = cursor_bytes(c, 4);
    if (four != NULL)
        *a = addr_v4(four);
    return a;
}

/* Broadcast distribution table: address, port, mask. Foreign device table: address, port, time to live, time remaining. */
static void entries_read(struct record *r, struct cursor *c, bool foreign, struct link *l)
{
    for (unsigned i = 0; i < ENTRIES_MAX && c->left >= 10; i++) {
        record_item(r, BACNET_ENTRIES);
        record_addr(r, BACNET_ENTRY_ADDRESS, address4(c, &l->entries[i]));
        record_uint(r, BACNET_ENTRY_PORT, cursor_be16(c));
        if (foreign) {
            record_uint(r, BACNET_ENTRY_TIME_TO_LIVE, cursor_be16(c));
            record_uint(r, BACNET_ENTRY_REMAINING, cursor_be16(c));
        } else
            record_bytes(r, BACNET_ENTRY_MASK, cursor_bytes(c, 4), 4);
    }
}

static void from_record(struct record *r, const struct addr *a, uint16_t port)
{
    record_addr(r, BACNET_FORWARDED_FROM, a);
    record_uint(r, BACNET_FORWARDED_PORT, port);
}

/* A function without an NPDU, or what stands before it. */
static void function4_read(struct record *r, uint8_t function, struct cursor *c, struct link *l)
{
    switch (function) {
    case BVLC_RESULT:
        r->refused = cursor_peek(c, 0) > 0 || cursor_peek(c, 1) > 0;
        record_uint(r, BACNET_RESULT_CODE, cursor_be16(c));
        break;
    case BVLC_REGISTER:
        record_uint(r, BACNET_TIME_TO_LIVE, cursor_be16(c));
        break;
    case BVLC_WRITE_BDT:
    case BVLC_READ_BDT_ACK:
        entries_read(r, c, false, l);
        break;
    case BVLC_READ_FDT_ACK:
        entries_read(r, c, true, l);
        break;
    case BVLC_FORWARDED:
    case BVLC_DELETE_FDT:
        (void)address4(c, &l->from);
        from_record(r, &l->from, cursor_be16(c));
        break;
    default:
        break;
    }
}

static void address6_read(struct record *r, struct cursor *c, struct link *l)
{
    const uint8_t *sixteen = cursor_bytes(c, 16);
    uint16_t port = cursor_be16(c);
    if (c->status != CURSOR_OK)
        return;
    l->from = addr_v6(sixteen);
    from_record(r, &l->from, port);
}

static void vmac_read(struct record *r, struct cursor *c, uint16_t row)
{
    const uint8_t *three = cursor_bytes(c, 3);
    if (three != NULL)
        record_bytes(r, row, three, 3);
}

static void function6_read(struct record *r, uint8_t function, struct cursor *c, struct link *l)
{
    enum { RESULT, UNICAST, BROADCAST, RESOLUTION, FORWARDED_RESOLUTION, RESOLUTION_ACK, VIRTUAL, VIRTUAL_ACK, FORWARDED, REGISTER, DELETE_FDT };
    if (function >= sizeof ip6_forms / sizeof *ip6_forms || ip6_forms[function].octets == 0)
        return;
    vmac_read(r, c, BACNET_SOURCE_VMAC);
    if (function == UNICAST || (function >= RESOLUTION && function <= RESOLUTION_ACK) || function == VIRTUAL_ACK)
        vmac_read(r, c, BACNET_DESTINATION_VMAC);
    if (function == FORWARDED_RESOLUTION || function == FORWARDED || function == DELETE_FDT)
        address6_read(r, c, l);
    if (function == RESULT) {
        r->refused = cursor_peek(c, 0) > 0 || cursor_peek(c, 1) > 0;
        record_uint(r, BACNET_RESULT_CODE, cursor_be16(c));
    } else if (function == REGISTER)
        record_uint(r, BACNET_TIME_TO_LIVE, cursor_be16(c));
}

static bool carries_npdu(uint8_t type, uint8_t function)
{
    if (type == BVLL_IP6)
        return function <= FUNCTION_LAST && ip6_forms[function].npdu;
    return function == BVLC_FORWARDED || (function >= BVLC_DISTRIBUTE && function <= BVLC_BROADCAST);
}

/* Requests of the link and what answers them: the last one, as results name none. */
static void link_pair(struct bacnet_state *s, struct record *r, uint8_t access)
{
    if (r->answer && s->link_asked) {
        r->transaction = s->link_transaction;
        record_uint(r, BACNET_ACCESS, s->link_access);
        return;
    }
    r->transaction = s->transactions++;
    record_uint(r, BACNET_ACCESS, access);
    if (r->answer)
        return;
    s->link_asked = true;
    s->link_transaction = r->transaction;
    s->link_access = access;
}

/* A message of the link itself. */
static void link_finish(struct conversation *conv, uint8_t type, uint8_t function, struct record *r)
{
    static const uint8_t access6[] = { ACCESS_SESSION, 0, 0, ACCESS_BROWSE, ACCESS_BROWSE, ACCESS_BROWSE, ACCESS_BROWSE, ACCESS_BROWSE, 0,
                                       ACCESS_SESSION, ACCESS_CONFIGURE, ACCESS_OTHER, 0 };
    if (type == BVLL_IP6) {
        r->answer = function == 0 || function == 5 || function == 7;
        link_pair(conv->state, r, function < sizeof access6 ? access6[function] : (uint8_t)ACCESS_OTHER);
        return;
    }
    r->answer = function == BVLC_RESULT || function == BVLC_READ_BDT_ACK || function == BVLC_READ_FDT_ACK;
    link_pair(conv->state, r, function < sizeof bvlc_access ? bvlc_access[function] : (uint8_t)ACCESS_OTHER);
}

static enum dissect datagram_read(struct conversation *conv, struct cursor *in)
{
    struct link l;
    size_t here = in->left;
    struct cursor c = *in;
    uint8_t type = cursor_u8(&c), function = cursor_u8(&c);
    uint16_t length = cursor_be16(&c);
    if (c.status != CURSOR_OK)
        return DISSECT_MORE;
    struct record *r = conversation_record(conv, &bacnet_schema);
    bool sane = length >= BVLC_HEADER && length <= here;
    struct cursor body = cursor_sub(&c, sane ? length - (size_t)BVLC_HEADER : c.left);
    record_uint(r, type == BVLL_IP6 ? BACNET_BVLC6_FUNCTION : BACNET_BVLC_FUNCTION, function);
    record_uint(r, BACNET_LENGTH, length);
    if (length != here || (type != BVLL_IP4 && type != BVLL_IP6))
        record_anomaly(r, BACNET_INVALID_LENGTH);
    if (type == BVLL_IP6)
        function6_read(r, function, &body, &l);
    else
        function4_read(r, function, &body, &l);
    if (body.status != CURSOR_OK)
        record_anomaly(r, BACNET_INVALID_LENGTH);
    if (carries_npdu(type, function))
        npdu_take(conv, body, r);
    else
        link_finish(conv, type, function, r);
    conversation_emit(conv, r);
    cursor_skip(in, here);
    return DISSECT_PDU;
}

/* Clause 7: an 802.2 frame, both SAPs BACnet's, unnumbered information. */
static enum dissect llc_read(struct conversation *conv, struct cursor c)
{
    struct record *r = conversation_record(conv, &bacnet_schema);
    cursor_skip(&c, 2);
    if (cursor_u8(&c) != LLC_UI)
        return DISSECT_LOST;
    npdu_take(conv, c, r);
    conversation_emit(conv, r);
    return DISSECT_PDU;
}

/* Clause 9: preamble, type, destination, source, length, header CRC; tokens and polls are no messages. */
static enum dissect mstp_read(struct conversation *conv, struct cursor c)
{
    enum { PREAMBLE = 2, DATA_EXPECTING_REPLY = 5, DATA_NOT_EXPECTING_REPLY = 6 };
    cursor_skip(&c, PREAMBLE);
    uint8_t type = cursor_u8(&c), destination = cursor_u8(&c), source = cursor_u8(&c);
    uint16_t length = cursor_be16(&c);
    cursor_skip(&c, 1);
    if (c.status != CURSOR_OK)
        return DISSECT_MORE;
    if (type != DATA_EXPECTING_REPLY && type != DATA_NOT_EXPECTING_REPLY)
        return DISSECT_PDU;
    struct record *r = conversation_record(conv, &bacnet_schema);
    record_uint(r, BACNET_SOURCE_STATION, source);
    record_uint(r, BACNET_DESTINATION_STATION, destination);
    npdu_take(conv, cursor_sub(&c, length), r);
    conversation_emit(conv, r);
    return DISSECT_PDU;
}

static enum dissect frame_read(struct conversation *conv, struct cursor *in)
{
    struct cursor c = *in;
    uint16_t first = cursor_be16(&c);
    enum dissect verdict = first == LLC_BACNET ? llc_read(conv, *in) : first == MSTP_PREAMBLE ? mstp_read(conv, *in) : DISSECT_LOST;
    if (verdict == DISSECT_PDU)
        cursor_skip(in, in->left);
    return verdict;
}

static enum dissect bacnet_pdu(struct conversation *conv, struct cursor *in)
{
    return conv->over == OVER_ETHERNET ? frame_read(conv, in) : datagram_read(conv, in);
}

static void bacnet_end(struct conversation *conv)
{
    struct bacnet_state *s = conv->state;
    segments_drop(conv, &s->segments[FROM_CLIENT]);
    segments_drop(conv, &s->segments[FROM_SERVER]);
}

const struct dissector dissector_bacnet = {
    .schema = &bacnet_schema,
    .device = "device",
    .source = "ANSI/ASHRAE 135-2020, clauses 6, 7, 20, 21, annexes J and U",
    .over = OVER_UDP | OVER_ETHERNET,
    .ports = { 47808 },
    .ethertypes = { LLC_BACNET },
    .state_size = sizeof(struct bacnet_state),
    .probe = bacnet_probe,
    .pdu = bacnet_pdu,
    .end = bacnet_end,
};
