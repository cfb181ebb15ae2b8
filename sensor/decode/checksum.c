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
