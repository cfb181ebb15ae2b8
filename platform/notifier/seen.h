/* seen - what each target was told last of each thing, so that nobody is told the same twice.
 *
 * Limits     a fixed number of entries, taken at start; when they are used up the one told longest ago is forgotten and
 *            counted: what changes again after that is told as if it were new.
 * Threads    the caller's lock.
 */
#ifndef NOTIFIER_SEEN_H
#define NOTIFIER_SEEN_H

#include "notifier/target.h"

enum { SEEN_KEY_MAX = 128 };

struct seen_entry {
    char     key[SEEN_KEY_MAX];     /* "target|thing"; "" free */
    char     region[20], stand[STAND_MAX];
    uint64_t version, told_us;
    uint32_t next;                  /* in its bucket; place + 1, 0 none */
};

struct seen;
struct seen *seen_new(uint32_t entries);                        /* NULL: no memory */
void seen_free(struct seen *s);
struct seen_entry *seen_find(struct seen *s, const char *key);  /* NULL: never told */

/* The key's entry, a new one when there was none. *forgotten gets a copy of what had to go for it, its key "" when nothing had. */
struct seen_entry *seen_take(struct seen *s, const char *key, struct seen_entry *forgotten);
void seen_forget_region(struct seen *s, const char *region);

#endif
