/* pile - memory that a rule set is made of: only ever added to, given back all at once.
 *
 * Ownership  everything taken belongs to the pile. Equal texts are kept once, so 36,000 rules that say
 *            "trojan-activity" share one copy, and interned texts may be compared by address.
 * Limits     none of its own; a rule file decides. Used while loading, never on the packet road.
 * Errors     memory that the system refuses ends the program, as nothing can be loaded without it.
 */
#ifndef DETECT_PILE_H
#define DETECT_PILE_H

#include <stddef.h>

struct pile;
struct pile *pile_new(void);
void pile_free(struct pile *p);             /* NULL is harmless */

void *pile_take(struct pile *p, size_t n);  /* zeroed, aligned for anything */
void *pile_copy(struct pile *p, const void *bytes, size_t n);               /* with a NUL behind */
const char *pile_intern(struct pile *p, const void *bytes, size_t n);       /* the one copy, NUL behind */
size_t pile_bytes(const struct pile *p);    /* taken from the system */

/* Doubles an array of things while it is full; `*cap` counts things. For builders outside the pile. */
void *array_room(void *array, size_t count, size_t *cap, size_t size);

#endif
