/* store - variable-sized memory for flows, taken once at start and never beyond its ceiling.
 *
 * Shape      blocks of 64 bytes to 128 KiB, in powers of two, each class with a free list, all
 *            from one region that is reserved at start and touched only as it is used.
 * Accounts   every block is charged to an account (one per flow), which has a ceiling of its own,
 *            so that one greedy flow cannot starve the others.
 * Errors     NULL when the account or the region is full; both are counted. Nothing aborts.
 * Threads    one store per worker; no locks.
 */
#ifndef COMMON_STORE_H
#define COMMON_STORE_H

#include <stddef.h>
#include <stdint.h>

enum { STORE_BLOCK_MIN = 64, STORE_BLOCK_MAX = 128 * 1024 };

struct account {
    uint32_t used;          /* bytes charged, whole blocks */
    uint32_t most;          /* ceiling, bytes */
};

struct store_counts {
    uint64_t used;          /* bytes in blocks that are out */
    uint64_t peak;
    uint64_t account_full;  /* requests refused by their account */
    uint64_t store_full;    /* requests refused because the region is used up */
};

struct store;
struct store *store_new(size_t bytes_max);      /* NULL: no memory */
void store_free(struct store *s);

/* A zeroed block of at least n bytes, or NULL. n above STORE_BLOCK_MAX is refused. */
void *store_take(struct store *s, struct account *a, size_t n);

/* Gives a block back; n is what was asked for. NULL is harmless. */
void store_give(struct store *s, struct account *a, void *block, size_t n);

/* A larger block with the old contents, or NULL (the old block then stays as it was). The
 * added bytes are zero. Within the block's class nothing moves. */
void *store_grow(struct store *s, struct account *a, void *block, size_t n, size_t larger);

const struct store_counts *store_counts(const struct store *s);

#endif
