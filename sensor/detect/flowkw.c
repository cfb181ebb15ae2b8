/* flowkw - flow, flowbits, flowint, stream_size: what the flow remembers and how it stands. */
#include <stdio.h>
#include <string.h>

#include "detect/keywords.h"
#include "detect/match.h"
#include "detect/memory.h"
#include "detect/numbers.h"
#include "detect/ruleset.h"

/* ---- flow ---- */

static bool parse_flow(struct parser *p, struct slice value)
{
    static const struct { const char *word; uint16_t flag; } words[] = {
        { "established", FLOW_IS_ESTABLISHED }, { "not_established", FLOW_NOT_ESTABLISHED }, { "stateless", FLOW_STATELESS },
        { "to_server", FLOW_TO_SERVER }, { "from_client", FLOW_TO_SERVER }, { "to_client", FLOW_TO_CLIENT },
        { "from_server", FLOW_TO_CLIENT }, { "only_stream", FLOW_ONLY_STREAM }, { "no_stream", FLOW_NO_STREAM },
        { "only_frag", FLOW_ONLY_FRAGMENT }, { "no_frag", FLOW_NO_FRAGMENT }
    };
    struct slice item;
    while (slice_cut(&value, ',', &item)) {
        size_t i = 0, n = sizeof(words) / sizeof(words[0]);
        while (i < n && !slice_is_fold(item, words[i].word))
            i++;
        if (i == n)
            return parse_wrong(p, item.at, "unknown `%.*s` in `flow`", (int)item.len, item.at);
        p->rule->flow |= words[i].flag;
    }
    uint16_t f = p->rule->flow;
    if ((f & FLOW_IS_ESTABLISHED) && (f & FLOW_NOT_ESTABLISHED))
        return parse_wrong(p, p->option->value.at, "a flow cannot be established and not_established");
    if ((f & FLOW_ONLY_STREAM) && (f & FLOW_NO_STREAM))
        return parse_wrong(p, p->option->value.at, "only_stream and no_stream leave nothing");
    if ((f & FLOW_ONLY_FRAGMENT) && (f & FLOW_NO_FRAGMENT))
        return parse_wrong(p, p->option->value.at, "only_frag and no_frag leave nothing");
    return true;
}

/* ---- flowbits ---- */

struct bit_list {
    size_t   count;
    uint32_t at[];
};

static bool bits_set(const struct match *m, const struct check *c)
{
    const struct bit_list *list = c->data;
    const struct detect_memory *memory = match_memory(m);
    bool any = false;
    for (size_t i = 0; memory && i < list->count; i++)
        any |= memory_bit(memory, list->at[i]);
    return any != c->negated;
}

static void bit_set(const struct match *m, const struct effect *e)
{
    match_refused(m, memory_bit_set(match_memory_made(m), m->s, e->bit));
}

static void bit_unset(const struct match *m, const struct effect *e)
{
    memory_bit_unset(match_memory(m), e->bit);
}

static void bit_toggle(const struct match *m, const struct effect *e)
{
    struct detect_memory *memory = match_memory(m);
    if (memory && memory_bit(memory, e->bit))
        memory_bit_unset(memory, e->bit);
    else
        bit_set(m, e);
}

static bool good_name(struct parser *p, struct slice name)
{
    if (name.len == 0)
        return parse_wrong(p, name.at, "a name is missing");
    for (size_t i = 0; i < name.len; i++) {
        if (strchr(" \t\",", name.at[i]))
            return parse_wrong(p, name.at + i, "`%.*s` is not a name", (int)name.len, name.at);
    }
    return true;
}

/* "a|b": any of them. */
static bool read_names(struct parser *p, struct slice names, struct check *c)
{
    size_t most = 1;
    for (size_t i = 0; i < names.len; i++)
        most += names.at[i] == '|';
    struct bit_list *list = pile_take(p->pile, sizeof(*list) + most * sizeof(list->at[0]));
    struct slice one;
    while (slice_cut(&names, '|', &one)) {
        if (!good_name(p, one))
            return false;
        list->at[list->count++] = memory_name(one.at, one.len);
    }
    c->data = list;
    return list->count > 0;
}

static bool parse_flowbits(struct parser *p, struct slice value)
{
    static const struct { const char *word; effect_fn apply; } words[] = {
        { "set", bit_set }, { "unset", bit_unset }, { "toggle", bit_toggle }
    };
    struct slice word;
    (void)slice_cut(&value, ',', &word);
    value = slice_trim(value);
    if (slice_is(word, "noalert")) {
        p->rule->noalert = true;
        return value.len == 0 || parse_wrong(p, value.at, "`flowbits:noalert` takes no name");
    }
    if (!good_name(p, value))
        return false;
    if (slice_is(word, "isset") || slice_is(word, "isnotset")) {
        struct check *c = parse_check(p, bits_set);
        c->negated = slice_is(word, "isnotset");
        parse_rank(p, false);
        return read_names(p, value, c);
    }
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (!slice_is(word, words[i].word))
            continue;
        if (memchr(value.at, '|', value.len))
            return parse_wrong(p, value.at, "`flowbits:%s` takes one name", words[i].word);
        parse_effect(p, words[i].apply)->bit = memory_name(value.at, value.len);
        parse_rank(p, true);
        return true;
    }
    return parse_wrong(p, word.at, "unknown `%.*s` in `flowbits`", (int)word.len, word.at);
}

/* ---- flowint ---- */

struct int_test {
    uint32_t bit, other;
    uint32_t value;
    bool     by_name;
    char     op;            /* < > = ! l g, or i(sset) n(otset) */
};

static bool int_holds(const struct match *m, const struct check *c)
{
    const struct int_test *t = c->data;
    const struct detect_memory *memory = match_memory(m);
    uint32_t have = 0, want = t->value;
    bool is_set = memory && memory_int(memory, t->bit, &have);
    if (t->op == 'i' || t->op == 'n')
        return is_set == (t->op == 'i');
    if (!is_set || (t->by_name && !memory_int(memory, t->other, &want)))
        return false;
    switch (t->op) {
    case '<': return have < want;
    case '>': return have > want;
    case 'l': return have <= want;
    case 'g': return have >= want;
    case '!': return have != want;
    default:  return have == want;
    }
}

struct int_change {
    struct effect effect;
    uint32_t      other;
    bool          by_name;
    char          op;           /* = + - */
};

static void int_apply(const struct match *m, const struct effect *e)
{
    const struct int_change *change = (const struct int_change *)e;
    struct detect_memory *memory = match_memory_made(m);
    uint32_t have = 0, amount = e->amount;
    if (memory == NULL || (change->by_name && !memory_int(memory, change->other, &amount)))
        return;
    bool is_set = memory_int(memory, e->bit, &have);
    if (!is_set && change->op == '-')
        return;
    uint32_t now = change->op == '=' ? amount : change->op == '+' ? have + amount : have - amount;
    match_refused(m, memory_int_set(memory, m->s, e->bit, now));
}

static bool int_change(struct parser *p, uint32_t bit, char op, struct slice value)
{
    struct int_change *c = pile_take(p->pile, sizeof(*c));
    uint64_t n = 0;
    c->by_name = !slice_unsigned(value, &n);
    c->op = op;
    c->effect = (struct effect){ .apply = int_apply, .bit = bit, .amount = (uint32_t)n };
    if (c->by_name && !good_name(p, value))
        return false;
    c->other = c->by_name ? memory_name(value.at, value.len) : 0;
    if (n > UINT32_MAX)
        return parse_wrong(p, value.at, "above %u", UINT32_MAX);
    parse_effect_add(p, &c->effect);
    parse_rank(p, true);
    return true;
}

static bool int_test(struct parser *p, uint32_t bit, char op, struct slice value)
{
    struct int_test *t = pile_take(p->pile, sizeof(*t));
    uint64_t n = 0;
    t->bit = bit;
    t->op = op;
    if (op != 'i' && op != 'n') {
        t->by_name = !slice_unsigned(value, &n);
        if (t->by_name && !good_name(p, value))
            return false;
        t->other = t->by_name ? memory_name(value.at, value.len) : 0;
        t->value = (uint32_t)n;
    }
    parse_check(p, int_holds)->data = t;
    parse_rank(p, false);
    return true;
}

static bool parse_flowint(struct parser *p, struct slice value)
{
    static const struct { const char *word; char op; bool test; } words[] = {
        { "+", '+', false }, { "-", '-', false }, { "=", '=', false }, { "<", '<', true }, { ">", '>', true },
        { "<=", 'l', true }, { ">=", 'g', true }, { "==", '=', true }, { "!=", '!', true }, { "isset", 'i', true },
        { "notset", 'n', true }, { "isnotset", 'n', true }
    };
    struct slice name, word;
    (void)slice_cut(&value, ',', &name);
    if (!good_name(p, name) || !slice_cut(&value, ',', &word))
        return parse_wrong(p, name.at, "expected flowint:name,operation,value");
    value = slice_trim(value);
    uint32_t bit = memory_name(name.at, name.len);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (slice_is(word, words[i].word))
            return words[i].test ? int_test(p, bit, words[i].op, value) : int_change(p, bit, words[i].op, value);
    }
    return parse_wrong(p, word.at, "unknown operation `%.*s` in `flowint`", (int)word.len, word.at);
}

/* ---- stream_size ---- */

enum { SIZE_CLIENT, SIZE_SERVER, SIZE_BOTH, SIZE_EITHER };

static bool stream_size_holds(const struct match *m, const struct check *c)
{
    const struct subject *s = m->s;
    if (s->memory == NULL || s->proto != IPPROTO_TCP)
        return false;
    bool client = spans_hold(&c->spans, s->stream_seen[FROM_CLIENT]), server = spans_hold(&c->spans, s->stream_seen[FROM_SERVER]);
    switch (c->which) {
    case SIZE_CLIENT: return client;
    case SIZE_SERVER: return server;
    case SIZE_BOTH:   return client && server;
    default:          return client || server;
    }
}

static bool parse_stream_size(struct parser *p, struct slice value)
{
    static const char *const ends[] = { "client", "server", "both", "either" };
    struct slice end, op;
    (void)slice_cut(&value, ',', &end);
    if (!slice_cut(&value, ',', &op))
        return parse_wrong(p, end.at, "expected stream_size:end,operator,number");
    struct check *c = parse_check(p, stream_size_holds);
    while (c->which < 4 && !slice_is(end, ends[c->which]))
        c->which++;
    if (c->which == 4)
        return parse_wrong(p, end.at, "expected client, server, both or either, found `%.*s`", (int)end.len, end.at);
    char text[64];
    value = slice_trim(value);
    uint64_t n;
    if (!slice_unsigned(value, &n) || n > UINT32_MAX)
        return parse_wrong(p, value.at, "expected a number of bytes, found `%.*s`", (int)value.len, value.at);
    static const char *const known[] = { "<", ">", "=", "!=", "<=", ">=" };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (!slice_is(op, known[i]))
            continue;
        int len = snprintf(text, sizeof(text), "%s%llu", known[i], (unsigned long long)n);
        const struct number_style style = { .most = UINT64_MAX };
        return numbers_parse(p, (struct slice){ text, (size_t)len }, &style, &c->spans) ||
               parse_wrong(p, op.at, "this comparison can never hold");
    }
    return parse_wrong(p, op.at, "unknown operator `%.*s`", (int)op.len, op.at);
}

const struct keyword flow_keywords[] = {
    { "flow",     VALUE_NEEDED, parse_flow,     "Direction and state: established, to_server, only_stream and so on." },
    { "flowbits", VALUE_NEEDED, parse_flowbits, "Sets, clears and tests marks on the flow; a|b tests any." },
    { "flowint",  VALUE_NEEDED, parse_flowint,  "Counts and compares numbers kept on the flow." },
    { "stream_size", VALUE_NEEDED, parse_stream_size, "Bytes of the stream so far: end,operator,number." },
    { .name = NULL }
};
