#include "common/prefix_tree.h"

#include <errno.h>
#include <stdlib.h>

struct node {
    struct prefix prefix;
    void         *value;        /* NULL: a fork only, which has two children */
    struct node  *child[2];     /* by the first bit behind the prefix */
};

struct prefix_tree {
    struct node *roots[2];      /* versions 4 and 6 */
    size_t       count;
};

struct prefix_tree *prefix_tree_new(void)
{
    return calloc(1, sizeof(struct prefix_tree));
}

/* No deeper than a prefix has bits. */
static void nodes_free(struct node *n)
{
    if (n == NULL)
        return;
    nodes_free(n->child[0]);
    nodes_free(n->child[1]);
    free(n);
}

void prefix_tree_free(struct prefix_tree *t)
{
    if (t == NULL)
        return;
    nodes_free(t->roots[0]);
    nodes_free(t->roots[1]);
    free(t);
}

size_t prefix_tree_count(const struct prefix_tree *t)
{
    return t->count;
}

/* ---- bits ---- */

static unsigned begins_at(const struct addr *a)
{
    return a->version == 4 ? 96 : 0;
}

static unsigned bit_of(const struct addr *a, unsigned n)
{
    n += begins_at(a);
    return a->bytes[n / 8] >> (7 - n % 8) & 1;
}

static unsigned in_common(const struct addr *a, const struct addr *b, unsigned most)
{
    unsigned n = 0;
    while (n < most && bit_of(a, n) == bit_of(b, n))
        n++;
    return n;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Whether everything below the node lies in the prefix, or the other way round. */
static bool holds(const struct prefix *wide, const struct prefix *narrow)
{
    return wide->bits <= narrow->bits && in_common(&wide->addr, &narrow->addr, wide->bits) == wide->bits;
}

static struct node **root_of(struct prefix_tree *t, const struct addr *a)
{
    return &t->roots[a->version == 6];
}

static struct node *first_of(const struct prefix_tree *t, const struct addr *a)
{
    return t->roots[a->version == 6];
}

/* ---- in and out ---- */

static struct node *node_new(const struct prefix *p, unsigned bits, void *value)
{
    struct node *n = calloc(1, sizeof *n);
    if (n == NULL)
        return NULL;
    n->prefix.bits = (uint8_t)bits;
    n->prefix.addr.version = p->addr.version;
    n->value = value;
    for (unsigned i = 0; i < bits; i++) {
        unsigned at = begins_at(&p->addr) + i;
        n->prefix.addr.bytes[at / 8] |= (uint8_t)(p->addr.bytes[at / 8] & (0x80 >> at % 8));
    }
    return n;
}

/* Puts a leaf where `n` is, with `n` below or beside it. */
static int split(struct node **at, struct node *n, unsigned common, const struct prefix *p, void *value)
{
    struct node *leaf = node_new(p, p->bits, value), *fork = leaf;
    if (leaf != NULL && common < p->bits && (fork = node_new(p, common, NULL)) != NULL)
        fork->child[bit_of(&p->addr, common)] = leaf;
    if (fork == NULL) {
        free(leaf);
        return -ENOMEM;
    }
    if (n != NULL)
        fork->child[bit_of(&n->prefix.addr, common)] = n;
    *at = fork;
    return 0;
}

int prefix_tree_put(struct prefix_tree *t, const struct prefix *p, void *value)
{
    struct node **at = root_of(t, &p->addr), *n;
    unsigned common = p->bits;
    while ((n = *at) != NULL) {
        common = in_common(&n->prefix.addr, &p->addr, least(n->prefix.bits, p->bits));
        if (common < n->prefix.bits || common == p->bits)
            break;
        at = &n->child[bit_of(&p->addr, common)];
        common = p->bits;
    }
    if (n != NULL && common == n->prefix.bits && common == p->bits) {
        t->count += n->value == NULL;
        n->value = value;
        return 0;
    }
    int rc = split(at, n, common, p, value);
    t->count += rc == 0;
    return rc;
}

void *prefix_tree_get(const struct prefix_tree *t, const struct prefix *p)
{
    const struct node *n = first_of(t, &p->addr);
    while (n != NULL && n->prefix.bits < p->bits && holds(&n->prefix, p))
        n = n->child[bit_of(&p->addr, n->prefix.bits)];
    return n != NULL && n->prefix.bits == p->bits && holds(&n->prefix, p) ? n->value : NULL;
}

/* A place without a value has two children, or it goes. */
static void tidy(struct node **at)
{
    struct node *n = *at;
    if (n->value != NULL || (n->child[0] != NULL && n->child[1] != NULL))
        return;
    *at = n->child[n->child[0] == NULL];
    free(n);
}

void *prefix_tree_remove(struct prefix_tree *t, const struct prefix *p)
{
    struct node **at = root_of(t, &p->addr), **above = NULL;
    while (*at != NULL && (*at)->prefix.bits < p->bits && holds(&(*at)->prefix, p)) {
        above = at;
        at = &(*at)->child[bit_of(&p->addr, (*at)->prefix.bits)];
    }
    struct node *n = *at;
    if (n == NULL || n->prefix.bits != p->bits || !holds(&n->prefix, p) || n->value == NULL)
        return NULL;
    void *value = n->value;
    n->value = NULL;
    tidy(at);
    if (above != NULL)
        tidy(above);
    t->count--;
    return value;
}

/* ---- asking ---- */

void *prefix_tree_find(const struct prefix_tree *t, const struct addr *a)
{
    void *best = NULL;
    const struct prefix all = { *a, a->version == 4 ? 32 : 128 };
    const struct node *n = first_of(t, a);
    while (n != NULL && holds(&n->prefix, &all)) {
        best = n->value != NULL ? n->value : best;
        n = n->prefix.bits < all.bits ? n->child[bit_of(a, n->prefix.bits)] : NULL;
    }
    return best;
}

struct asking {
    const struct prefix *itself;
    bool (*each)(void *ctx, const struct prefix *other, void *value);
    void *ctx;
};

static bool all_below(const struct node *n, const struct asking *a)
{
    if (n == NULL)
        return true;
    if (n->value != NULL && n->prefix.bits != a->itself->bits && !a->each(a->ctx, &n->prefix, n->value))
        return false;
    return all_below(n->child[0], a) && all_below(n->child[1], a);
}

bool prefix_tree_overlaps(const struct prefix_tree *t, const struct prefix *p, bool (*each)(void *ctx, const struct prefix *other, void *value),
                          void *ctx)
{
    const struct asking a = { p, each, ctx };
    const struct node *n = first_of(t, &p->addr);
    while (n != NULL && n->prefix.bits < p->bits && holds(&n->prefix, p)) {
        if (n->value != NULL && !each(ctx, &n->prefix, n->value))
            return false;
        n = n->child[bit_of(&p->addr, n->prefix.bits)];
    }
    return n == NULL || !holds(p, &n->prefix) || all_below(n, &a);
}
