/* blocks - memory that grows by blocks and is given back all at once: what one answer of a server needs, or one transaction.
 *
 * Ownership  owns its blocks. What was taken is good until blocks_empty() or blocks_free(); nothing goes by itself.
 * Memory     emptied, it keeps as many blocks as it just needed, for the next time, and frees the others.
 * Errors     blocks_take() gives NULL without memory.
 * Threads    one owner.
 */
#ifndef COMMON_BLOCKS_H
#define COMMON_BLOCKS_H

#include <stddef.h>

struct block;
struct blocks {                 /* all zero: empty */
    struct block *full;         /* the one that is being filled first */
    struct block *spare;
};

enum { BLOCKS_ALIGN = 16, BLOCK_SIZE = 256 * 1024 };

void *blocks_take(struct blocks *b, size_t n);      /* aligned to BLOCKS_ALIGN */
void  blocks_empty(struct blocks *b);
void  blocks_free(struct blocks *b);

#endif
