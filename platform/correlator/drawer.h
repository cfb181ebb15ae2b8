/* drawer - texts by name, the newest so many of each region: answers to commands, and what has left the desk.
 *
 * Order      in which they were put in, by a number that goes into the kept text: clocks decide only about age.
 * Limits     `most` texts a region and `keep_us` of age (0: any). What goes for that is told by left(), so that it leaves
 *            Redis in the same transaction.
 * Restart    what keep() was given comes back by drawer_restore() in any order.
 * Ownership  copies everything.
 * Threads    one owner.
 */
#ifndef CORRELATOR_DRAWER_H
#define CORRELATOR_DRAWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct drawer_owner {
    void (*keep)(void *ctx, const char *region, const char *name, const char *kept, size_t len);
    void (*left)(void *ctx, const char *region, const char *name);
    void *ctx;
};

struct drawer;
struct drawer *drawer_new(size_t most, uint64_t keep_us);       /* NULL: no memory */
void drawer_free(struct drawer *d);
void drawer_clear(struct drawer *d);

/* Over one of the same name. False: memory is out, and nothing has changed. */
bool drawer_put(struct drawer *d, const char *region, const char *name, const char *text, size_t len, uint64_t now_us,
                const struct drawer_owner *o);
const char *drawer_find(const struct drawer *d, const char *region, const char *name);  /* NUL-terminated, or NULL */
bool drawer_remove(struct drawer *d, const char *region, const char *name);     /* without left(); false: not there */

/* "<number> <time> <region> <text>". False: it is not of that form, or memory is out. */
bool drawer_restore(struct drawer *d, const char *name, const char *kept, size_t len);

size_t   drawer_count(const struct drawer *d);
uint64_t drawer_forgotten(const struct drawer *d);      /* left for want of room or of age */

#endif
