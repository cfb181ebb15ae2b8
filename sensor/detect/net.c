#include "detect/net.h"

#include <errno.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "common/text.h"

enum { SET_DEPTH_MAX = 16, PORT_MOST = 65535 };
static const wide V4_MOST = 0xffffffffu;

struct set {                    /* addresses: v4 and v6; ports: the first part only */
    struct spans part[2];
};

struct grown {                  /* spans being collected, before they are sorted */
    struct span *at;
    size_t       count, cap;
};

struct reader;
typedef bool (*leaf_reader)(struct reader *r, struct slice item, struct set *out);

struct reader {
    struct nets  *nets;
    leaf_reader   leaf;
    const char   *thing;        /* "an address", "a port": for sentences */
    wide          most[2];
    struct slice  rest;
    unsigned      depth;
    const char   *var;          /* inside of this variable's text, or NULL */
    const char   *var_at;       /* where the rule names it */
    const char   *wrong;        /* where reading failed */
    struct fault *fault;
};

static bool wrong(struct reader *r, struct slice at, const char *what)
{
    char found[72] = "";
    r->wrong = r->var ? r->var_at : at.at;
    if (at.len > 0)
        snprintf(found, sizeof(found), " `%.*s`", (int)(at.len > 60 ? 60 : at.len), at.at);
    fault_set(r->fault, -EINVAL, "%s%s%s%s%s", r->var ? "variable " : "", r->var ? r->var : "", r->var ? ": " : "", what, found);
    return false;
}

static struct set set_not(struct reader *r, struct set s)
{
    struct pile *p = r->nets->pile;
    return (struct set){ { spans_not(p, s.part[0], r->most[0]), spans_not(p, s.part[1], r->most[1]) } };
}

static struct set set_all(struct reader *r)
{
    return (struct set){ { spans_all(r->nets->pile, r->most[0]), spans_all(r->nets->pile, r->most[1]) } };
}

static void grow(struct grown *g, struct spans s)
{
    for (size_t i = 0; i < s.count; i++) {
        g->at = array_room(g->at, g->count, &g->cap, sizeof(*g->at));
        g->at[g->count++] = s.at[i];
    }
}

static bool addr_of_slice(struct slice s, struct addr *out)
{
    char text[ADDR_TEXT_MAX + 1];
    if (s.len == 0 || s.len >= sizeof(text))
        return false;
    memcpy(text, s.at, s.len);
    text[s.len] = '\0';
    return addr_parse(text, out) == 0;
}

static void span_add(struct reader *r, const struct addr *low, wide lo, wide hi, struct set *out)
{
    out->part[low->version == 6] = spans_one(r->nets->pile, lo, hi);
}

static bool prefix_leaf(struct reader *r, struct slice item, struct slice bits, struct set *out)
{
    struct addr a;
    uint64_t n;
    if (!addr_of_slice(item, &a))
        return wrong(r, item, "not an address:");
    unsigned width = a.version == 6 ? 128 : 32;
    struct addr mask;
    if (width == 32 && addr_of_slice(bits, &mask) && mask.version == 4) {
        uint32_t m = (uint32_t)wide_of_addr(&mask);
        if ((~m & (~m + 1u)) != 0)
            return wrong(r, bits, "not a netmask:");
        n = (unsigned)__builtin_popcount(m);
    } else if (!slice_unsigned(bits, &n) || n > width) {
        return wrong(r, bits, "not a prefix length:");
    }
    wide host = n == width ? 0 : n == 0 ? r->most[width == 128] : (((wide)1 << (width - n)) - 1);
    wide lo = wide_of_addr(&a) & ~host;
    span_add(r, &a, lo, lo | host, out);
    return true;
}

static bool address_leaf(struct reader *r, struct slice item, struct set *out)
{
    struct slice rest = item, first;
    struct addr low, high;
    if (memchr(item.at, '/', item.len)) {
        (void)slice_cut(&rest, '/', &first);
        return prefix_leaf(r, first, slice_trim(rest), out);
    }
    (void)slice_cut(&rest, '-', &first);
    if (!addr_of_slice(first, &low))
        return wrong(r, item, "not an address:");
    high = low;
    if (rest.at != item.at + item.len && (!addr_of_slice(slice_trim(rest), &high) || high.version != low.version))
        return wrong(r, item, "not a range of addresses:");
    if (wide_of_addr(&low) > wide_of_addr(&high))
        return wrong(r, item, "the range runs backwards:");
    span_add(r, &low, wide_of_addr(&low), wide_of_addr(&high), out);
    return true;
}

static bool port_leaf(struct reader *r, struct slice item, struct set *out)
{
    struct slice rest = item, first;
    uint64_t low = 0, high = PORT_MOST;
    bool range = memchr(item.at, ':', item.len) != NULL;
    (void)slice_cut(&rest, ':', &first);
    rest = slice_trim(rest);
    if ((!range || first.len) && (!slice_unsigned(first, &low) || low > PORT_MOST))
        return wrong(r, item, "not a port:");
    if (!range)
        high = low;
    else if (rest.len && (!slice_unsigned(rest, &high) || high > PORT_MOST))
        return wrong(r, item, "not a range of ports:");
    if (low > high)
        return wrong(r, item, "the range runs backwards:");
    out->part[0] = spans_one(r->nets->pile, low, high);
    return true;
}

static bool read_set(struct reader *r, struct set *out);

static bool read_variable(struct reader *r, struct slice name, struct set *out)
{
    struct slice bare = { name.at + 1, name.len - 1 };
    const char *text = table_find(&r->nets->vars, bare.at, bare.len);
    if (text == NULL)
        return wrong(r, name, "variable not defined:");
    if (r->depth >= SET_DEPTH_MAX)
        return wrong(r, name, "variables nested too deep:");
    struct reader inner = *r;
    inner.rest = slice_of(text);
    inner.depth++;
    inner.var_at = r->var ? r->var_at : name.at;
    inner.var = pile_intern(r->nets->pile, bare.at, bare.len);
    bool ok = read_set(&inner, out);
    if (ok && slice_trim(inner.rest).len)
        ok = wrong(&inner, inner.rest, "something is left over:");
    r->wrong = inner.wrong;
    return ok;
}

struct list {                   /* a bracket being read */
    struct grown with[2], without[2];
    bool         positive;      /* some member is not negated */
};

static void skip(struct reader *r)
{
    r->rest.at++;
    r->rest.len--;
}

static bool read_member(struct reader *r, struct list *l)
{
    struct set item = { { { NULL, 0 }, { NULL, 0 } } };
    r->rest = slice_trim(r->rest);
    bool negated = r->rest.len && r->rest.at[0] == '!';
    if (negated)
        skip(r);
    if (!read_set(r, &item))
        return false;
    l->positive |= !negated;
    for (unsigned i = 0; i < 2; i++)
        grow(negated ? &l->without[i] : &l->with[i], item.part[i]);
    return true;
}

/* A comma: 1, the bracket's end: 0, anything else: -1. */
static int read_separator(struct reader *r)
{
    r->rest = slice_trim(r->rest);
    if (r->rest.len == 0 || (r->rest.at[0] != ',' && r->rest.at[0] != ']')) {
        wrong(r, r->rest, "expected a comma or `]` at");
        return -1;
    }
    bool more = r->rest.at[0] == ',';
    skip(r);
    return more;
}

static void list_sum(struct reader *r, struct list *l, struct set *out)
{
    struct pile *p = r->nets->pile;
    for (unsigned i = 0; i < 2; i++) {
        struct spans with = l->positive ? spans_of(p, l->with[i].at, l->with[i].count) : spans_all(p, r->most[i]);
        out->part[i] = spans_minus(p, with, spans_of(p, l->without[i].at, l->without[i].count), r->most[i]);
    }
}

static void list_free(struct list *l)
{
    for (unsigned i = 0; i < 2; i++) {
        free(l->with[i].at);
        free(l->without[i].at);
    }
}

static bool read_list(struct reader *r, struct set *out)
{
    struct list l = { .positive = false };
    if (r->depth >= SET_DEPTH_MAX)
        return wrong(r, r->rest, "lists nested too deep:");
    r->depth++;
    int more = 1;
    while (more > 0)
        more = read_member(r, &l) ? read_separator(r) : -1;
    r->depth--;
    if (more == 0)
        list_sum(r, &l, out);
    list_free(&l);
    return more == 0;
}

static bool read_negated(struct reader *r, struct set *out)
{
    if (r->depth >= SET_DEPTH_MAX)
        return wrong(r, r->rest, "nested too deep:");
    skip(r);
    r->depth++;
    bool ok = read_set(r, out);
    r->depth--;
    *out = ok ? set_not(r, *out) : *out;
    return ok;
}

/* One member: a list, a variable, `any` or a leaf, with or without a `!`. */
static bool read_set(struct reader *r, struct set *out)
{
    r->rest = slice_trim(r->rest);
    if (r->rest.len && r->rest.at[0] == '!')
        return read_negated(r, out);
    if (r->rest.len && r->rest.at[0] == '[') {
        skip(r);
        return read_list(r, out);
    }
    size_t n = 0;
    while (n < r->rest.len && r->rest.at[n] != ',' && r->rest.at[n] != ']')
        n++;
    struct slice item = slice_trim((struct slice){ r->rest.at, n });
    r->rest.at += n;
    r->rest.len -= n;
    if (item.len && item.at[0] == '$')
        return read_variable(r, item, out);
    if (slice_is_fold(item, "any")) {
        *out = set_all(r);
        return true;
    }
    if (item.len == 0)
        return wrong(r, item, r->thing);
    return r->leaf(r, item, out);
}

static bool read_whole(struct reader *r, struct slice text, struct set *out)
{
    r->rest = text;
    if (!read_set(r, out))
        return false;
    if (slice_trim(r->rest).len)
        return wrong(r, r->rest, "something is left over:");
    bool holds_port = r->most[0] == PORT_MOST;
    if (out->part[0].count == 0 && (holds_port || out->part[1].count == 0))
        return wrong(r, text, "nothing is left of this set:");
    return true;
}

const struct netset *nets_addresses(struct nets *n, struct slice text, const char **at, struct fault *f)
{
    struct netset *s = table_find(&n->netsets, text.at, text.len);
    if (s)
        return s;
    struct reader r = { .nets = n, .leaf = address_leaf, .thing = "an address is missing",
                        .most = { V4_MOST, WIDE_MAX }, .fault = f, .wrong = text.at };
    struct set set = { { { NULL, 0 }, { NULL, 0 } } };
    if (!read_whole(&r, text, &set)) {
        *at = r.wrong;
        return NULL;
    }
    s = pile_take(n->pile, sizeof(*s));
    s->v4 = set.part[0];
    s->v6 = set.part[1];
    s->any = spans_are_all(s->v4, V4_MOST) && spans_are_all(s->v6, WIDE_MAX);
    table_put(&n->netsets, pile_intern(n->pile, text.at, text.len), text.len, s);
    return s;
}

const struct portset *nets_ports(struct nets *n, struct slice text, const char **at, struct fault *f)
{
    struct portset *s = table_find(&n->portsets, text.at, text.len);
    if (s)
        return s;
    struct reader r = { .nets = n, .leaf = port_leaf, .thing = "a port is missing",
                        .most = { PORT_MOST, 0 }, .fault = f, .wrong = text.at };
    struct set set = { { { NULL, 0 }, { NULL, 0 } } };
    if (!read_whole(&r, text, &set)) {
        *at = r.wrong;
        return NULL;
    }
    s = pile_take(n->pile, sizeof(*s));
    s->ports = set.part[0];
    s->any = spans_are_all(s->ports, PORT_MOST);
    table_put(&n->portsets, pile_intern(n->pile, text.at, text.len), text.len, s);
    return s;
}

int nets_var(struct nets *n, const char *assignment, struct fault *f)
{
    const char *equals = strchr(assignment, '=');
    if (equals == NULL || equals == assignment)
        return fault_set(f, -EINVAL, "rule variable `%s`: expected NAME=value", assignment);
    struct slice name = slice_trim((struct slice){ assignment, (size_t)(equals - assignment) });
    struct slice value = slice_trim(slice_of(equals + 1));
    table_put(&n->vars, pile_intern(n->pile, name.at, name.len), name.len, pile_copy(n->pile, value.at, value.len));
    return 0;
}

void nets_free(struct nets *n)
{
    table_free(&n->vars);
    table_free(&n->netsets);
    table_free(&n->portsets);
}
