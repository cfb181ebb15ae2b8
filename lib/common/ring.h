/* ring - records of any length from one thread to another, without a lock.
 *
 *     | len | bytes, padded to 8 | len | bytes | ... free ... | (skip) |
 *         ^ tail: the reader                     ^ head: the writer
 *
 * Shape      a record lies in one piece; one that would wrap is preceded by a skip mark to the end.
 * Ownership  ring_claim() lends the writer room until ring_commit(); ring_peek() lends the reader the
 *            oldest record until ring_pop().
 * Limits     the size is rounded up to a power of two and taken at once. A record may be at most a
 *            quarter of it, so that a wrap never makes the ring look full for ever.
 * Errors     NULL when it is full or empty; the caller counts.
 * Threads    one writer, one reader. ring_used() from either.
 */
#ifndef COMMON_RING_H
#define COMMON_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring;

struct ring *ring_new(size_t bytes);            /* NULL: no memory; at least 4 KiB */
void ring_free(struct ring *r);

/* Writer: room for n bytes, or NULL. Nothing is seen by the reader before ring_commit(). */
void *ring_claim(struct ring *r, size_t n);
void  ring_commit(struct ring *r);

/* Reader: the oldest record, or NULL. The same one again until ring_pop(). */
const void *ring_peek(struct ring *r, size_t *n);
void        ring_pop(struct ring *r);

size_t ring_used(const struct ring *r);         /* bytes, with headers and padding */
size_t ring_record_max(const struct ring *r);   /* longest record that can ever fit */

#endif
