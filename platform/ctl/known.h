/* known - what is registered already, and what the lines before have added: by region and name.
 *
 * Ownership  the table owns its entries; they stay until known_free(). Fields are kept as text: of a hundred thousand assets they are
 *            some forty megabytes.
 * Threads    one owner.
 */
#ifndef CTL_KNOWN_H
#define CTL_KNOWN_H

#include "ctl/import.h"

struct known {
    struct known *next;
    char    *region, *name;     /* of its stream; its name, or whatever it is found by */
    char     id[MATTER_ID_MAX]; /* "": a line of the file begins it */
    uint64_t version;
    const char *state;          /* the kind's word */
    unsigned line;              /* of the file that says something of it; 0: none yet */
    char    *fields;            /* JSON */
};

struct known_table;
struct known_table *known_new(void);            /* NULL: no memory */
void known_free(struct known_table *t);

struct known *known_find(const struct known_table *t, const char *region, const char *name);

/* The same in the region and in those above it: 430100, 430000. */
struct known *known_find_up(const struct known_table *t, const char *region, const char *name);

/* The same wherever it is; NULL also when it is in two regions. */
struct known *known_find_any(const struct known_table *t, const char *name);

/* A matter, which is taken over, or a line's own (`m` NULL). NULL: no memory. */
struct known *known_put(struct known_table *t, const char *region, const char *name, struct matter *m);

json_t *known_fields(const struct known *k);    /* new reference */
bool known_say(struct known *k, const json_t *fields);  /* what they are from now on */

#endif
