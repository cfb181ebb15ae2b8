#include "archive/chain.h"

#include <stdio.h>
#include <string.h>

#include "common/hash.h"

void chain_begin(struct chain_head *h, const char *month)
{
    static const char purpose[] = "fengsui chain";
    snprintf(h->month, sizeof h->month, "%s", month);
    h->seq = 0;
    const struct hash_part parts[] = { { purpose, sizeof purpose - 1 }, { h->month, strlen(h->month) } };
    hash_parts(HASH_SM3, parts, 2, h->link);
}

/* Link, number and region stand side by side, since each piece more that is handed to the digest costs. */
void chain_add(struct chain_head *h, const char *region, const char *json, size_t len)
{
    enum { NUMBERS = 10, REGION_MAX = 64 };
    uint8_t head[CHAIN_LINK + NUMBERS + REGION_MAX], next[HASH_MAX];
    size_t region_len = region != NULL ? strnlen(region, REGION_MAX) : 0;
    h->seq++;
    memcpy(head, h->link, CHAIN_LINK);
    for (int i = 0; i < 8; i++)
        head[CHAIN_LINK + i] = (uint8_t)(h->seq >> (56 - 8 * i));
    head[CHAIN_LINK + 8] = (uint8_t)(region_len >> 8);
    head[CHAIN_LINK + 9] = (uint8_t)region_len;
    if (region_len > 0)
        memcpy(head + CHAIN_LINK + NUMBERS, region, region_len);
    const struct hash_part parts[] = { { head, CHAIN_LINK + NUMBERS + region_len }, { json, len } };
    hash_parts(HASH_SM3, parts, 2, next);
    memcpy(h->link, next, CHAIN_LINK);
}
