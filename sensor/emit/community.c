#include "emit/community.h"

#include <netinet/in.h>

#include "common/hash.h"

static void put_address(struct text *t, const struct addr *a)
{
    text_bytes(t, a->version == 4 ? a->bytes + 12 : a->bytes, a->version == 4 ? 4 : 16);
}

static void put_16(struct text *t, uint16_t n)
{
    text_char(t, (char)(n >> 8));
    text_char(t, (char)(n & 0xff));
}

void community_id(const struct endpoint *a, const struct endpoint *b, uint8_t proto, char out[COMMUNITY_ID_MAX])
{
    uint8_t digest[HASH_MAX];
    char tuple[2 + 32 + 2 + 4];
    struct text t = text_over(tuple, sizeof tuple), id = text_over(out, COMMUNITY_ID_MAX);
    uint16_t port_a = a->port, port_b = b->port;
    bool icmp = proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6;
    if (icmp) {
        port_a = proto == IPPROTO_ICMP ? 8 : 128;       /* echo request, echo reply */
        port_b = proto == IPPROTO_ICMP ? 0 : 129;
    }
    int order = addr_compare(&a->addr, &b->addr);
    bool swap = order > 0 || (order == 0 && port_a > port_b);
    put_16(&t, 0);
    put_address(&t, swap ? &b->addr : &a->addr);
    put_address(&t, swap ? &a->addr : &b->addr);
    text_char(&t, (char)proto);
    text_char(&t, 0);
    if (icmp || proto == IPPROTO_TCP || proto == IPPROTO_UDP || proto == IPPROTO_SCTP) {
        put_16(&t, swap ? port_b : port_a);
        put_16(&t, swap ? port_a : port_b);
    }
    text_lit(&id, "1:");
    text_base64(&id, digest, hash_digest(HASH_SHA1, tuple, t.len, digest));
    text_end(&id);
}
