#include "common/blocks.h"

#include <stdint.h>
#include <stdlib.h>

struct block {
    struct block *next;
    size_t used, room;
    _Alignas(BLOCKS_ALIGN) unsigned char bytes[];
};

static void free_all(struct block *one)
{
    while (one != NULL) {
        struct block *next = one->next;
        free(one);
        one = next;
    }
}

/* A spare one, if it is large enough. */
static struct block *block_for(struct blocks *b, size_t n)
{
    struct block *one = b->spare;
    if (one != NULL && one->room >= n) {
        b->spare = one->next;
    } else {
        size_t room = n > BLOCK_SIZE ? n : BLOCK_SIZE;
        one = malloc(sizeof *one + room);
        if (one == NULL)
            return NULL;
        one->room = room;
    }
    one->used = 0;
    one->next = b->full;
    b->full = one;
    return one;
}

void *blocks_take(struct blocks *b, size_t n)
{
    struct block *one = b->full;
    if (n > SIZE_MAX / 2)
        return NULL;
    n = (n + BLOCKS_ALIGN - 1) / BLOCKS_ALIGN * BLOCKS_ALIGN;
    if (one == NULL || n > one->room - one->used)
        one = block_for(b, n);
    if (one == NULL)
        return NULL;
    one->used += n;
    return one->bytes + one->used - n;
}

void blocks_empty(struct blocks *b)
{
    if (b->full == NULL)
        return;                 /* nothing was needed: that says nothing about the next time */
    free_all(b->spare);
    b->spare = b->full;
    b->full = NULL;
}

void blocks_free(struct blocks *b)
{
    free_all(b->spare);
    free_all(b->full);
    *b = (struct blocks){ 0 };
}
