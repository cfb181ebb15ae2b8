#include "detect/reputation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detect/keywords.h"
#include "detect/match.h"
#include "detect/numbers.h"
#include "detect/ruleset.h"

struct reputation {             /* one category */
    struct reputation *next;
    const char        *name;
    uint64_t           id;
    struct addr_table *ratings; /* prefix -> its rating plus one */
};

void reputation_free(struct reputation *first)
{
    for (; first; first = first->next)
        addr_table_free(first->ratings);    /* the rest lies in the pile */
}

void reputation_seal(struct reputation *first)
{
    for (; first; first = first->next)
        addr_table_seal(first->ratings);
}

/* ---- the files ---- */

static struct reputation *category_by_id(const struct rules *r, uint64_t id)
{
    struct reputation *c = r->reputation;
    while (c && c->id != id)
        c = c->next;
    return c;
}

static struct reputation *category_by_name(const struct rules *r, struct slice name)
{
    struct reputation *c = r->reputation;
    while (c && !slice_is(name, c->name))
        c = c->next;
    return c;
}

bool reputation_category(struct parser *p, struct slice line)
{
    struct slice id, name;
    uint64_t n;
    (void)slice_cut(&line, ',', &id);
    if (!slice_unsigned(id, &n) || n == 0 || n > CATEGORIES_MAX)
        return parse_wrong(p, id.at, "expected a category's number from 1 to %d, found `%.*s`", CATEGORIES_MAX, (int)id.len, id.at);
    if (!slice_cut(&line, ',', &name) || name.len == 0)
        return parse_wrong(p, id.at, "expected number,name,description");
    if (category_by_id(p->rules, n) || category_by_name(p->rules, name))
        return parse_wrong(p, id.at, "category %llu `%.*s` is there already", (unsigned long long)n, (int)name.len, name.at);
    struct reputation *c = pile_take(p->pile, sizeof(*c));
    *c = (struct reputation){ .next = p->rules->reputation, .name = pile_intern(p->pile, name.at, name.len), .id = n,
                              .ratings = addr_table_new() };
    if (c->ratings == NULL)
        abort();
    p->rules->reputation = c;
    return true;
}

static bool read_prefix(struct slice s, struct prefix *out)
{
    char text[ADDR_TEXT_MAX + 8];
    if (s.len == 0 || s.len >= sizeof(text))
        return false;
    memcpy(text, s.at, s.len);
    text[s.len] = '\0';
    return prefix_parse(text, out) == 0;
}

bool reputation_rating(struct parser *p, struct slice line)
{
    struct slice whom, id, rest = line;
    struct prefix prefix;
    uint64_t n, rating;
    (void)slice_cut(&rest, ',', &whom);
    if (!read_prefix(whom, &prefix))
        return parse_wrong(p, whom.at, "expected an address or a prefix, found `%.*s`", (int)whom.len, whom.at);
    if (!slice_cut(&rest, ',', &id) || !slice_unsigned(id, &n))
        return parse_wrong(p, line.at, "expected address,category,rating");
    struct reputation *c = category_by_id(p->rules, n);
    if (c == NULL)
        return parse_wrong(p, id.at, "no category has the number %.*s", (int)id.len, id.at);
    rest = slice_trim(rest);
    if (!slice_unsigned(rest, &rating) || rating > RATING_MAX)
        return parse_wrong(p, rest.at, "expected a rating from 0 to %d, found `%.*s`", RATING_MAX, (int)rest.len, rest.at);
    if (addr_table_add(c->ratings, &prefix, (void *)(uintptr_t)(rating + 1)) < 0)
        abort();
    return true;
}

/* ---- the keyword ---- */

enum { SIDE_SRC, SIDE_DEST, SIDE_ANY, SIDE_BOTH };

static bool rated(const struct endpoint *e, const struct check *c)
{
    const struct reputation *category = c->data;
    uintptr_t found = e ? (uintptr_t)addr_table_find(category->ratings, &e->addr) : 0;
    return found ? spans_hold(&c->spans, found - 1) : c->negated;
}

static bool iprep_holds(const struct match *m, const struct check *c)
{
    if (m->src == NULL || m->dest == NULL)
        return false;
    switch (c->which) {
    case SIDE_SRC:  return rated(m->src, c);
    case SIDE_DEST: return rated(m->dest, c);
    case SIDE_BOTH: return rated(m->src, c) && rated(m->dest, c);
    default:        return rated(m->src, c) || rated(m->dest, c);
    }
}

static bool read_side(struct parser *p, struct slice s, uint8_t *out)
{
    static const struct { const char *word; uint8_t side; } words[] = {
        { "src", SIDE_SRC }, { "dst", SIDE_DEST }, { "any", SIDE_ANY }, { "both", SIDE_BOTH }
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (slice_is_fold(s, words[i].word)) {
            *out = words[i].side;
            return true;
        }
    }
    return parse_wrong(p, s.at, "expected src, dst, any or both, found `%.*s`", (int)s.len, s.at);
}

/* ">,30" as well as ">30"; isset for any rating, isnotset for none. */
static bool read_rating(struct parser *p, struct slice s, struct check *c)
{
    const struct number_style style = { .most = RATING_MAX };
    char text[32];
    c->negated = slice_is_fold(s, "isnotset");
    if (c->negated)
        return true;
    if (slice_is_fold(s, "isset")) {
        c->spans = spans_all(p->pile, RATING_MAX);
        return true;
    }
    struct slice rest = s, op;
    (void)slice_cut(&rest, ',', &op);
    rest = slice_trim(rest);
    if (rest.len == 0)
        return numbers_parse(p, s, &style, &c->spans);
    if (op.len > 2 || rest.len > 8 || strspn(op.at, "<>=!") < op.len)
        return parse_wrong(p, op.at, "expected < > = <= >= and a rating, or isset, found `%.*s`", (int)s.len, s.at);
    int n = snprintf(text, sizeof(text), "%.*s%.*s", (int)op.len, op.at, (int)rest.len, rest.at);
    return numbers_parse(p, (struct slice){ text, (size_t)n }, &style, &c->spans);
}

static bool parse_iprep(struct parser *p, struct slice value)
{
    struct slice rest = value, side, name;
    (void)slice_cut(&rest, ',', &side);
    if (!slice_cut(&rest, ',', &name) || slice_trim(rest).len == 0)
        return parse_wrong(p, value.at, "expected iprep:side,category,operator,rating");
    struct check *c = parse_check(p, iprep_holds);
    if (!read_side(p, side, &c->which))
        return false;
    c->data = category_by_name(p->rules, name);
    if (c->data == NULL)
        return parse_wrong(p, name.at, "no category `%.*s`: rules.reputation_categories names the file that has them", (int)name.len,
                           name.at);
    c->of_addresses = true;
    return read_rating(p, slice_trim(rest), c);
}

const struct keyword reputation_keywords[] = {
    { "iprep", VALUE_NEEDED, parse_iprep, "Rating of an address in a category: src, dst, any or both; the category; < > = and a number, or isset." },
    { .name = NULL }
};
