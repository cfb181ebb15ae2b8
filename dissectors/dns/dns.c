#include "dissectors/dns/dns.h"

#include <arpa/inet.h>
#include <math.h>
#include <string.h>

#include "dissectors/dns/message.h"

/*   0     2       4      6      8      10     12
 *   +-----+-------+------+------+------+------+-----------+---------+-------------+-------------
 *   | id  | flags | QD   | AN   | NS   | AR   | questions | answers | authorities | additionals
 *   +-----+-------+------+------+------+------+-----------+---------+-------------+-------------
 */
enum {
    HEADER = 12,
    FLAG_QR = 1 << 15, FLAG_AA = 1 << 10, FLAG_TC = 1 << 9, FLAG_RD = 1 << 8, FLAG_RA = 1 << 7, FLAG_Z = 1 << 6,
    FLAG_AD = 1 << 5, FLAG_CD = 1 << 4,
    OPCODE_QUERY = 0, OPCODE_NOTIFY = 4, OPCODE_UPDATE = 5, OPCODE_LAST = 6,
    CLASS_MASK = 0x7fff,            /* RFC 6762: the top bit says cache flush in answers, unicast wanted in questions */
    QUESTION_MIN = 5, RECORD_MIN = 11, LABEL_MAX = 63,
    PORT_DNS = 53, PORT_NETBIOS = 137, PORT_MDNS = 5353, PORT_LLMNR = 5355,
    SCRATCH = 32 * 1024,
    OUTSTANDING = 15
};

struct header {
    uint16_t id, flags;
    uint16_t questions, answers, authorities, additionals;
};

struct outstanding {
    uint64_t at_us;
    uint32_t transaction;
    uint16_t id;
    uint16_t used;
};

struct dns_state {
    uint32_t requests;              /* seen so far: the next transaction's number */
    uint8_t  next;                  /* the place in `waiting` to use next */
    bool     spoken;                /* a message was seen */
    bool     forgot;                /* a request was pushed out of `waiting` unanswered */
    bool     reversed;              /* the first one was a response: who we call client is the server */
    struct outstanding waiting[OUTSTANDING];
};

static struct header header_read(struct cursor *c)
{
    struct header h;
    h.id = cursor_be16(c);
    h.flags = cursor_be16(c);
    h.questions = cursor_be16(c);
    h.answers = cursor_be16(c);
    h.authorities = cursor_be16(c);
    h.additionals = cursor_be16(c);
    return h;
}

static uint8_t header_opcode(const struct header *h)
{
    return h->flags >> 11 & 0xf;
}

/* --- questions --------------------------------------------------------------------------------------------- */

/* H = log2 n - (1/n) sum of k log2 k over the octets' counts k; most are 1, which costs nothing. */
static double entropy(const uint8_t *bytes, size_t n)
{
    uint8_t counts[256] = { 0 };
    double sum = 0;
    if (n == 0)
        return 0;
    for (size_t i = 0; i < n; i++)
        counts[bytes[i]]++;
    for (size_t i = 0; i < sizeof counts; i++)
        if (counts[i] > 1)
            sum += counts[i] * log2(counts[i]);
    return log2((double)n) - sum / (double)n;
}

static void add_first_question(struct dns_message *m, const struct dns_name *name, const uint8_t *kept, uint16_t rrtype,
                               uint16_t class, bool request)
{
    struct record *r = m->r;
    record_bytes(r, DNS_RRNAME, kept, name->len);
    record_uint(r, DNS_RRTYPE, rrtype);
    record_uint(r, DNS_CLASS, class);
    if (!request)
        return;
    record_uint(r, DNS_QUERY_LENGTH, name->len);
    record_uint(r, DNS_QUERY_LABELS, name->labels);
    record_uint(r, DNS_QUERY_LABEL_MAX, name->label_max);
    record_real(r, DNS_QUERY_ENTROPY, entropy(name->text, name->len));
}

static bool add_question(struct dns_message *m, struct cursor *c, const struct header *h, bool first)
{
    struct dns_name name;
    bool request = (h->flags & FLAG_QR) == 0;
    if (!dns_name(m, c, &name))
        return false;
    uint16_t rrtype = cursor_be16(c), class = cursor_be16(c) & CLASS_MASK;
    const uint8_t *kept = dns_keep(m, name.text, name.len);
    if (c->status != CURSOR_OK)
        return false;
    if (kept == NULL)
        return true;
    if (first)
        add_first_question(m, &name, kept, rrtype, class, request);
    record_bytes(m->r, DNS_QUESTION, kept, name.len);
    if (request)
        record_bytes(m->r, DNS_QUERY, kept, name.len);
    if (h->questions > 1) {
        record_item(m->r, DNS_QUERIES);
        record_bytes(m->r, DNS_QUERIES_RRNAME, kept, name.len);
        record_uint(m->r, DNS_QUERIES_RRTYPE, rrtype);
        record_uint(m->r, DNS_QUERIES_CLASS, class);
    }
    return true;
}

static bool add_questions(struct dns_message *m, struct cursor *c, const struct header *h)
{
    for (unsigned i = 0; i < h->questions; i++)
        if (!add_question(m, c, h, i == 0))
            return false;
    return true;
}

/* --- resource records ------------------------------------------------------------------------------------------ */

/* RFC 7871 section 6: family, prefix lengths, as many octets of the address as the prefix has. */
static void add_client_subnet(struct dns_message *m, struct cursor *option)
{
    uint8_t address[16] = { 0 };
    char shown[INET6_ADDRSTRLEN], out[INET6_ADDRSTRLEN + 8];
    struct text t = text_over(out, sizeof out);
    uint16_t family = cursor_be16(option);
    uint8_t prefix = cursor_u8(option);
    cursor_skip(option, 1);
    size_t n = option->left;
    const uint8_t *bytes = cursor_bytes(option, n);
    if (bytes == NULL || n > sizeof address || (family != 1 && family != 2))
        return;
    memcpy(address, bytes, n);
    if (inet_ntop(family == 1 ? AF_INET : AF_INET6, address, shown, sizeof shown) == NULL)
        return;
    text_fmt(&t, "%s/%u", shown, prefix);
    dns_add_text(m, DNS_EDNS_CLIENT_SUBNET, t.at, t.len);
}

/* RFC 6891 section 6.1: in OPT the class is a size and the TTL holds the upper rcode, the version and flags. */
static bool add_opt(struct dns_message *m, uint16_t size, uint32_t ttl, struct cursor *data, uint16_t *rcode)
{
    enum { OPTION_CLIENT_SUBNET = 8 };
    *rcode |= (uint16_t)(ttl >> 24 << 4);
    record_uint(m->r, DNS_EDNS_VERSION, ttl >> 16 & 0xff);
    record_uint(m->r, DNS_EDNS_UDP_SIZE, size);
    record_uint(m->r, DNS_EDNS_DO, ttl >> 15 & 1);
    while (data->left > 0) {
        uint16_t code = cursor_be16(data);
        struct cursor option = cursor_sub(data, cursor_be16(data));
        if (data->status != CURSOR_OK)
            return false;
        record_uint(m->r, DNS_EDNS_OPTION, code);
        if (code == OPTION_CLIENT_SUBNET)
            add_client_subnet(m, &option);
    }
    return true;
}

static bool add_rr(struct dns_message *m, struct cursor *c, unsigned list, uint16_t *rcode)
{
    struct dns_name name;
    if (!dns_name(m, c, &name))
        return false;
    uint16_t rrtype = cursor_be16(c), class = cursor_be16(c);
    uint32_t ttl = cursor_be32(c);
    struct cursor data = cursor_sub(c, cursor_be16(c));
    if (c->status != CURSOR_OK)
        return false;
    if (rrtype == TYPE_OPT)
        return add_opt(m, class, ttl, &data, rcode);
    record_item(m->r, (uint16_t)list);
    dns_add_text(m, list + RR_RRNAME, name.text, name.len);
    record_uint(m->r, (uint16_t)(list + RR_RRTYPE), rrtype);
    record_uint(m->r, (uint16_t)(list + RR_CLASS), class & CLASS_MASK);
    record_uint(m->r, (uint16_t)(list + RR_TTL), ttl);
    return dns_rdata(m, list, rrtype, data);
}

static bool add_section(struct dns_message *m, struct cursor *c, unsigned list, unsigned count, uint16_t *rcode)
{
    for (unsigned i = 0; i < count; i++)
        if (!add_rr(m, c, list, rcode))
            return false;
    return true;
}

static bool names_something(uint64_t rrtype)
{
    return rrtype == TYPE_CNAME || rrtype == TYPE_PTR || rrtype == TYPE_MX || rrtype == TYPE_NS || rrtype == TYPE_SOA;
}

/* All names of a response once more as one field, for rules that ask where a name occurs at all. */
static void add_response_names(struct record *r)
{
    uint64_t rrtype = 0;
    for (size_t i = 0, count = r->count; i < count; i++) {
        const struct value *v = &r->values[i];
        unsigned row = v->row >= DNS_ANSWERS ? (v->row - (unsigned)DNS_ANSWERS) % RR_COUNT : RR_LIST;
        if (row == RR_RRTYPE)
            rrtype = v->uint;
        if (v->row == DNS_QUESTION || row == RR_RRNAME || (row == RR_RDATA && names_something(rrtype)))
            record_bytes(r, DNS_RESPONSE_NAME, v->bytes, v->len);
    }
}

/* The sections in their order; one that cannot be read ends the reading, as all behind it has lost its place. */
static void add_sections(struct dns_message *m, struct cursor *c, const struct header *h, uint16_t *rcode)
{
    if (!add_questions(m, c, h) || !add_section(m, c, DNS_ANSWERS, h->answers, rcode))
        record_anomaly(m->r, DNS_MALFORMED_DATA);
    else if (!add_section(m, c, DNS_AUTHORITIES, h->authorities, rcode))
        record_anomaly(m->r, DNS_INVALID_AUTHORITIES);
    else if (!add_section(m, c, DNS_ADDITIONALS, h->additionals, rcode))
        record_anomaly(m->r, DNS_INVALID_ADDITIONALS);
    else if (c->left > 0)
        record_anomaly(m->r, DNS_TRAILING_DATA);
    if (h->flags & FLAG_QR)
        add_response_names(m->r);
}

/* --- one message ------------------------------------------------------------------------------------------------ */

static void add_header(struct dns_message *m, const struct header *h)
{
    static const char digits[] = "0123456789abcdef";
    struct record *r = m->r;
    bool response = h->flags & FLAG_QR;
    const char word[4] = { digits[h->flags >> 12], digits[h->flags >> 8 & 15], digits[h->flags >> 4 & 15],
                           digits[h->flags & 15] };
    record_bytes(r, DNS_TYPE, response ? "answer" : "query", response ? 6 : 5);
    record_uint(r, DNS_ID, h->id);
    record_uint(r, DNS_OPCODE, header_opcode(h));
    dns_add_text(m, DNS_FLAGS, word, sizeof word);
    record_uint(r, DNS_QR, response);
    record_uint(r, DNS_AA, (h->flags & FLAG_AA) != 0);
    record_uint(r, DNS_TC, (h->flags & FLAG_TC) != 0);
    record_uint(r, DNS_RD, (h->flags & FLAG_RD) != 0);
    record_uint(r, DNS_RA, (h->flags & FLAG_RA) != 0);
    record_uint(r, DNS_AD, (h->flags & FLAG_AD) != 0);
    record_uint(r, DNS_CD, (h->flags & FLAG_CD) != 0);
    record_uint(r, DNS_QUESTION_COUNT, h->questions);
    record_uint(r, DNS_ANSWER_COUNT, h->answers);
    record_uint(r, DNS_AUTHORITY_COUNT, h->authorities);
    record_uint(r, DNS_ADDITIONAL_COUNT, h->additionals);
    if (h->flags & FLAG_Z)
        record_anomaly(r, DNS_Z_FLAG_SET);
    if (header_opcode(h) > OPCODE_LAST)
        record_anomaly(r, DNS_INVALID_OPCODE);
}

static void request_note(struct dns_state *s, uint16_t id, uint64_t now_us)
{
    s->forgot |= s->waiting[s->next].used;
    s->waiting[s->next] = (struct outstanding){ now_us, s->requests++, id, true };
    s->next = (uint8_t)((s->next + 1) % OUTSTANDING);
}

/* The newest request with this id, as ids come round again. */
static struct outstanding *request_find(struct dns_state *s, uint16_t id)
{
    for (unsigned i = 1; i <= OUTSTANDING; i++) {
        struct outstanding *o = &s->waiting[(s->next + OUTSTANDING - i) % OUTSTANDING];
        if (o->used && o->id == id)
            return o;
    }
    return NULL;
}

/* Gives the record its transaction, and says who speaks out of turn. mDNS answers unasked, by design. */
static void pair(struct conversation *conv, struct record *r, const struct header *h)
{
    struct dns_state *s = conv->state;
    bool response = h->flags & FLAG_QR, resolver = r->schema == &dns_schema;
    bool from_client = (conv->dir == FROM_CLIENT) != s->reversed;
    if (resolver && response == from_client)
        record_anomaly(r, response ? DNS_NOT_REQUEST : DNS_NOT_RESPONSE);
    r->transaction = s->requests;
    if (!response) {
        request_note(s, h->id, conv->now_us);
    } else {
        struct outstanding *o = request_find(s, h->id);
        if (o != NULL) {
            r->transaction = o->transaction;
            o->used = false;
            if (conv->now_us >= o->at_us)
                record_uint(r, DNS_RTT, conv->now_us - o->at_us);
        } else if (resolver && !s->forgot && !s->reversed && !conv->midstream) {
            record_anomaly(r, DNS_UNSOLICITED_RESPONSE);
        }
    }
}

static void message(struct conversation *conv, const struct schema *schema, struct cursor c)
{
    _Alignas(ARENA_ALIGN) uint8_t block[SCRATCH];
    struct dns_message m = { c, conversation_record(conv, schema), arena_over(block, sizeof block) };
    struct dns_state *s = conv->state;
    struct header h = header_read(&c);
    uint16_t rcode = h.flags & 0xf;
    if (!s->spoken)
        s->reversed = h.flags & FLAG_QR && conv->dir == FROM_CLIENT;
    s->spoken = true;
    add_header(&m, &h);
    pair(conv, m.r, &h);
    add_sections(&m, &c, &h, &rcode);
    if (h.flags & FLAG_QR)
        record_uint(m.r, DNS_RCODE, rcode);
    m.r->incomplete = c.status == CURSOR_SHORT;
    conversation_emit(conv, m.r);
}

static enum dissect datagram(struct conversation *conv, const struct schema *schema, struct cursor *in)
{
    if (in->left < HEADER)
        return DISSECT_MORE;
    message(conv, schema, *in);
    cursor_skip(in, in->left);
    return DISSECT_PDU;
}

/* RFC 1035 section 4.2.2: each message behind its length. A length of zero carries none and is passed over. */
static enum dissect segment(struct conversation *conv, const struct schema *schema, struct cursor *in)
{
    struct cursor c = *in;
    uint16_t length = cursor_be16(&c);
    struct cursor inside = cursor_sub(&c, length);
    if (c.status != CURSOR_OK) {
        conv->need = in->left < 2 ? 2 : 2 + (size_t)length;
        return DISSECT_MORE;
    }
    if (length > 0 && length < HEADER)
        return DISSECT_LOST;
    if (length > 0)
        message(conv, schema, inside);
    *in = c;
    return DISSECT_PDU;
}

/* --- is it ours? ------------------------------------------------------------------------------------------------- */

static bool class_known(uint16_t class)
{
    class &= CLASS_MASK;
    return class == 1 || class == 3 || class == 4 || class == 254 || class == 255;
}

/* Assigned and in use: RFC 6895 section 3.1, up to HTTPS; SPF to EUI64; the questions' own; URI to AMTRELAY. */
static bool rrtype_known(uint16_t rrtype)
{
    return (rrtype >= 1 && rrtype <= 65) || (rrtype >= 99 && rrtype <= 109) || (rrtype >= 249 && rrtype <= 260);
}

/* Reads the first question by itself: its name must end and be short, and stand before a type and a class that exist.
 * There is nothing yet that a pointer could point to. MORE: the bytes end before it does. */
static enum probe probe_question(struct cursor c)
{
    size_t total = 0;
    for (;;) {
        uint8_t n = cursor_u8(&c);
        total += (size_t)n + 1;
        if (n > LABEL_MAX || total > DNS_NAME_MAX)
            return PROBE_NO;
        if (n == 0)
            break;
        cursor_skip(&c, n);
    }
    uint16_t rrtype = cursor_be16(&c), class = cursor_be16(&c);
    if (c.status != CURSOR_OK)
        return PROBE_MORE;
    return rrtype_known(rrtype) && class_known(class) ? PROBE_YES : PROBE_NO;
}

static bool counts_fit(const struct header *h, size_t whole)
{
    size_t records = (size_t)h->answers + h->authorities + h->additionals;
    size_t least = HEADER + QUESTION_MIN * (size_t)h->questions + RECORD_MIN * records;
    if (h->questions + records == 0)            /* a bare refusal; a request would ask something */
        return whole == HEADER && h->flags & FLAG_QR;
    return least <= whole;
}

/* One question in a message without oddities is certain. Messages with oddities are ours only on our port. */
static enum probe probe_message(struct cursor c, size_t whole, bool on_port)
{
    struct header h = header_read(&c);
    uint8_t opcode = header_opcode(&h);
    if (c.status != CURSOR_OK || !counts_fit(&h, whole))
        return PROBE_NO;
    bool response = h.flags & FLAG_QR;
    bool plain = h.questions == 1 && (h.flags & FLAG_Z) == 0
              && (opcode == OPCODE_QUERY || opcode == OPCODE_NOTIFY || opcode == OPCODE_UPDATE)
              && (response || opcode != OPCODE_QUERY || h.answers == 0);
    enum probe question = plain ? probe_question(c) : PROBE_NO;
    if (question == PROBE_YES || (question == PROBE_MORE && c.left + HEADER < whole))
        return question;
    return on_port ? PROBE_MAYBE : PROBE_NO;
}

static enum probe probe_either(const struct conversation *conv, struct cursor c, uint16_t port)
{
    bool on_port = conv->server_port == port;
    if (conv->over != OVER_TCP)
        return c.left < HEADER ? PROBE_NO : probe_message(c, c.left, on_port);
    uint16_t length = cursor_be16(&c);
    if (c.status == CURSOR_OK && length < HEADER)
        return PROBE_NO;
    return c.left < HEADER ? PROBE_MORE : probe_message(c, length, on_port);
}

/* NetBIOS names (RFC 1002) borrow the format on port 137 and are another protocol; so are the local ones. */
static enum probe dns_probe(const struct conversation *conv, struct cursor c)
{
    if (conv->over != OVER_TCP
        && (conv->server_port == PORT_NETBIOS || conv->server_port == PORT_MDNS || conv->server_port == PORT_LLMNR))
        return PROBE_NO;
    return probe_either(conv, c, PORT_DNS);
}

static enum probe mdns_probe(const struct conversation *conv, struct cursor c)
{
    return conv->server_port == PORT_MDNS ? probe_either(conv, c, PORT_MDNS) : PROBE_NO;
}

static enum probe llmnr_probe(const struct conversation *conv, struct cursor c)
{
    return conv->server_port == PORT_LLMNR ? probe_either(conv, c, PORT_LLMNR) : PROBE_NO;
}

static enum dissect dns_pdu(struct conversation *conv, struct cursor *in)
{
    return conv->over == OVER_TCP ? segment(conv, &dns_schema, in) : datagram(conv, &dns_schema, in);
}

static enum dissect mdns_pdu(struct conversation *conv, struct cursor *in)
{
    return datagram(conv, &mdns_schema, in);
}

static enum dissect llmnr_pdu(struct conversation *conv, struct cursor *in)
{
    return conv->over == OVER_TCP ? segment(conv, &llmnr_schema, in) : datagram(conv, &llmnr_schema, in);
}

const struct dissector dissector_dns = {
    .schema = &dns_schema,
    .source = "RFC 1035, 3596, 6891, 9460",
    .over = OVER_UDP | OVER_TCP,
    .ports = { PORT_DNS },
    .ndpi = "DNS",
    .state_size = sizeof(struct dns_state),
    .pdu_max = 2 + 65535,
    .probe = dns_probe,
    .pdu = dns_pdu,
};

const struct dissector dissector_mdns = {
    .schema = &mdns_schema,
    .source = "RFC 6762",
    .over = OVER_UDP,
    .ports = { PORT_MDNS },
    .ndpi = "MDNS",
    .state_size = sizeof(struct dns_state),
    .probe = mdns_probe,
    .pdu = mdns_pdu,
};

const struct dissector dissector_llmnr = {
    .schema = &llmnr_schema,
    .source = "RFC 4795",
    .over = OVER_UDP | OVER_TCP,
    .ports = { PORT_LLMNR },
    .ndpi = "LLMNR",
    .state_size = sizeof(struct dns_state),
    .pdu_max = 2 + 65535,
    .probe = llmnr_probe,
    .pdu = llmnr_pdu,
};
