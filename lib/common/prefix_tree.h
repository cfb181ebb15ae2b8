/* prefix_tree - prefixes that come and go, each with a value: the longest that holds an address, and who overlaps with whom.
 *
 * How        a binary tree of the prefixes' bits in which only places with a value or a fork have a node (Morrison's PATRICIA, 1968):
 *            every walk is as long as the prefix at most, whatever is in it. For a table that is built once see addr.h.
 * Ownership  values are the caller's and never NULL.
 * Threads    one owner.
 */
#ifndef COMMON_PREFIX_TREE_H
#define COMMON_PREFIX_TREE_H

#include "common/addr.h"

struct prefix_tree;
struct prefix_tree *prefix_tree_new(void);      /* NULL: no memory */
void prefix_tree_free(struct prefix_tree *t);

/* Over the value of the same prefix. 0 or -ENOMEM: then nothing has changed. */
int   prefix_tree_put(struct prefix_tree *t, const struct prefix *p, void *value);
void *prefix_tree_get(const struct prefix_tree *t, const struct prefix *p);     /* of exactly this prefix, or NULL */
void *prefix_tree_remove(struct prefix_tree *t, const struct prefix *p);        /* its value, or NULL */
void *prefix_tree_find(const struct prefix_tree *t, const struct addr *a);      /* longest match, or NULL */

/* Every one that holds `p`, widest first, and then every one that it holds; not itself. Until each() gives false; false then. */
bool prefix_tree_overlaps(const struct prefix_tree *t, const struct prefix *p, bool (*each)(void *ctx, const struct prefix *other, void *value),
                          void *ctx);
size_t prefix_tree_count(const struct prefix_tree *t);

#endif
