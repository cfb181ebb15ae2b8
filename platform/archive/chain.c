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

void chain_add(struct chain_head *h, const char *region, const char *json, size_t len)
{
    uint8_t head[10];
    size_t region_len = region != NULL ? strnlen(region, UINT16_MAX) : 0;
    h->seq++;
    for (int i = 0; i < 8; i++)
        head[i] = (uint8_t)(h->seq >> (56 - 8 * i));
    head[8] = (uint8_t)(region_len >> 8);
    head[9] = (uint8_t)region_len;
    const struct hash_part parts[] = { { h->link, CHAIN_LINK }, { head, sizeof head },
                                       { region != NULL ? region : "", region_len }, { json, len } };
    uint8_t next[HASH_MAX];
    hash_parts(HASH_SM3, parts, 4, next);
    memcpy(h->link, next, CHAIN_LINK);
}
