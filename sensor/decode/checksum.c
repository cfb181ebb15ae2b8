#include "decode/checksum.h"

#include <string.h>

/* One's complement sums may be taken in wide words in any byte order and folded at the end (RFC 1071
 * section 2): four bytes at a time into 64 bits, which cannot overflow below 16 GB. */
static uint64_t sum(uint64_t start, const uint8_t *bytes, size_t n)
{
    uint64_t total = start;
    uint32_t word;
    for (; n >= sizeof word; n -= sizeof word, bytes += sizeof word) {
        memcpy(&word, bytes, sizeof word);
        total += word;
    }
    if (n > 0) {
        word = 0;
        memcpy(&word, bytes, n);
        total += word;
    }
    return total;
}

static bool all_ones(uint64_t total)
{
    while (total >> 16 != 0)
        total = (total & 0xffff) + (total >> 16);
    return total == 0xffff;
}

bool checksum_plain(const uint8_t *bytes, size_t n)
{
    return all_ones(sum(0, bytes, n));
}

bool checksum_pseudo(const struct packet *p, uint8_t proto, const uint8_t *bytes, size_t n)
{
    const uint8_t tail[8] = { (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n, 0, 0, 0, proto };
    uint64_t total = sum(0, tail, sizeof tail);
    total = sum(total, p->src.bytes, sizeof p->src.bytes);      /* the twelve zeros before an IPv4 address add nothing */
    total = sum(total, p->dst.bytes, sizeof p->dst.bytes);
    return all_ones(sum(total, bytes, n));
}

static bool transport_right(const struct packet *p, size_t n)
{
    enum { ICMP = 1, UDP = 17 };
    if (p->proto == UDP && p->ip_version == 4 && p->transport[6] == 0 && p->transport[7] == 0)
        return true;
    return p->proto == ICMP ? checksum_plain(p->transport, n) : checksum_pseudo(p, p->proto, p->transport, n);
}

unsigned checksum_of_packet(const struct packet *p)
{
    enum { ICMP = 1, TCP = 6, UDP = 17, ICMP6 = 58 };
    unsigned state = 0;
    if (p->ip_version == 4 && p->ip != NULL)
        state |= checksum_plain(p->ip, p->ip_header_len) ? CHECKSUM_IP_RIGHT : CHECKSUM_IP_WRONG;
    bool has = p->proto == ICMP || p->proto == TCP || p->proto == UDP || p->proto == ICMP6;
    if (!has || p->transport == NULL || p->truncated || p->payload_len < p->payload_claimed)
        return state;
    size_t n = (size_t)(p->payload - p->transport) + p->payload_len;
    return state | (transport_right(p, n) ? CHECKSUM_RIGHT : CHECKSUM_WRONG);
}
