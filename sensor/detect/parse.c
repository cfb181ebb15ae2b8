#include "detect/parse.h"

#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "detect/fields.h"
#include "detect/keywords.h"
#include "detect/ruleset.h"

enum { STEPS_MAX = 256, NAME_MAX_LEN = 160 };

bool parse_wrong(struct parser *p, const char *at, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char why[sizeof(p->fault->why)];
    vsnprintf(why, sizeof(why), fmt, args);
    va_end(args);
    bool inside = (uintptr_t)at >= (uintptr_t)p->text.at && (uintptr_t)at <= (uintptr_t)p->text.at + p->text.len;
    p->at = inside ? at : p->option->value.at;
    fault_set(p->fault, -EINVAL, "%s", why);
    return false;
}

/* What a header's protocol stands for; anything else is a dissector's name. */
static const struct protocol {
    const char *name;
    uint8_t     transports, ip_version;
    uint16_t    flow;
    bool        packet, any;
} protocols[] = {
    { "ip",         OVER_ALL,      0, 0, false, false },
    { "ip4",        OVER_ALL,      4, 0, false, false },
    { "ipv4",       OVER_ALL,      4, 0, false, false },
    { "ip6",        OVER_ALL,      6, 0, false, false },
    { "ipv6",       OVER_ALL,      6, 0, false, false },
    { "pkthdr",     OVER_ALL,      0, 0, true,  true },
    { "tcp",        OVER_ANY_TCP,  0, 0, false, false },
    { "tcp4",       OVER_ANY_TCP,  4, 0, false, false },
    { "tcp6",       OVER_ANY_TCP,  6, 0, false, false },
    { "tcp-pkt",    OVER_ANY_TCP,  0, 0, true,  false },
    { "tcp-stream", OVER_ANY_TCP,  0, FLOW_ONLY_STREAM, false, false },
    { "udp",        OVER_ANY_UDP,  0, 0, false, false },
    { "udp4",       OVER_ANY_UDP,  4, 0, false, false },
    { "udp6",       OVER_ANY_UDP,  6, 0, false, false },
    { "icmp",       OVER_ANY_ICMP, 0, 0, false, false },
    { "icmp4",      OVER_ANY_ICMP, 4, 0, false, false },
    { "icmpv4",     OVER_ANY_ICMP, 4, 0, false, false },
    { "icmp6",      OVER_ANY_ICMP, 6, 0, false, false },
    { "icmpv6",     OVER_ANY_ICMP, 6, 0, false, false },
    { "sctp",       OVER_ANY_SCTP, 0, 0, false, false }
};

static const char *const actions[] = { [ACTION_PASS] = "pass", [ACTION_DROP] = "drop", [ACTION_REJECT] = "reject",
                                       [ACTION_ALERT] = "alert" };

/* The option as it stands in the rule. */
static const char *option_text(const struct parser *p)
{
    const struct option *o = p->option;
    const char *end = o->has_value ? o->value.at + o->value.len : o->name.at + o->name.len;
    if (!p->rules->keeps_texts || end < o->name.at || end > p->text.at + p->text.len)
        return NULL;
    return pile_intern(p->pile, o->name.at, (size_t)(end - o->name.at));
}

struct check *parse_check(struct parser *p, check_fn holds)
{
    struct check *c = pile_take(p->pile, sizeof(*c));
    c->text = option_text(p);
    c->holds = holds;
    *p->rule->checks_end = c;
    p->rule->checks_end = &c->next;
    return c;
}

void parse_effect_add(struct parser *p, struct effect *e)
{
    *p->rule->effects_end = e;
    p->rule->effects_end = &e->next;
}

struct effect *parse_effect(struct parser *p, effect_fn apply)
{
    struct effect *e = pile_take(p->pile, sizeof(*e));
    e->apply = apply;
    parse_effect_add(p, e);
    return e;
}

void parse_rank(struct parser *p, bool sets)
{
    static const uint8_t after[2][4] = { { 1, 1, 2, 2 }, { 0, 1, 1, 0 } };      /* [sets][rank so far] */
    p->rule->bits_rank = after[sets][p->rule->bits_rank];
}

struct section *parse_section(struct parser *p, const struct sticky *s, bool fresh)
{
    for (struct section *have = p->rule->sections; have && !fresh; have = have->next) {
        if (have->sticky == s)
            return have;
    }
    struct section *fresh_one = pile_take(p->pile, sizeof(*fresh_one));
    fresh_one->sticky = s;
    *p->rule->sections_end = fresh_one;
    p->rule->sections_end = &fresh_one->next;
    return fresh_one;
}

bool parse_use_transforms(struct parser *p)
{
    if (p->transform_count && p->sticky) {
        p->sticky = fields_transformed(p, p->sticky, p->transforms, p->transform_count);
        p->transform_count = 0;
    }
    return p->sticky == NULL || fields_narrow(p, p->sticky->schemas, p->sticky->source == STICKY_FIELD);
}

/* A buffer with many values that is named again begins a new one. */
struct section *parse_current_section(struct parser *p)
{
    const struct sticky *s = p->sticky ? p->sticky : fields_payload(p->rules);
    bool fresh = p->fresh && s->many;
    p->fresh = false;
    if (!fresh && p->last_section && p->last_section->sticky == s)
        return p->last_section;
    return parse_section(p, s, fresh);
}

struct step *parse_step(struct parser *p, enum step_kind kind)
{
    if (++p->step_count > STEPS_MAX) {
        parse_wrong(p, p->option->name.at, "more than %d contents and tests in one rule", STEPS_MAX);
        return NULL;
    }
    if (!parse_use_transforms(p))
        return NULL;
    struct step *s = pile_take(p->pile, sizeof(*s));
    s->kind = (uint8_t)kind;
    s->text = option_text(p);
    s->place = (uint16_t)p->step_count;
    p->last = s;
    if (p->in_base64) {
        struct step **end = &p->base64->inside;
        while (*end)
            end = &(*end)->next;
        *end = s;
        p->fresh = false;
        return s;
    }
    struct section *section = parse_current_section(p);
    if (section->absent == ABSENT_ONLY) {
        parse_wrong(p, p->option->name.at, "a buffer that is absent has no bytes: `absent:or_else` if it may also be there");
        return NULL;
    }
    p->last_section = section;
    *(section->last ? &section->last->next : &section->first) = s;
    section->last = s;
    return s;
}

int parse_variable(const struct parser *p, struct slice name)
{
    for (unsigned i = 0; i < p->variable_count; i++) {
        if (slice_is(name, p->variables[i]))
            return (int)i;
    }
    return -1;
}

bool parse_quoted(struct parser *p, struct slice *value, bool *negated)
{
    struct slice s = slice_trim(*value);
    bool no = s.len && s.at[0] == '!';
    if (no && negated == NULL)
        return parse_wrong(p, s.at, "`!` means nothing here");
    if (no)
        s = slice_trim((struct slice){ s.at + 1, s.len - 1 });
    if (negated)
        *negated = no;
    if (s.len < 2 || s.at[0] != '"' || s.at[s.len - 1] != '"')
        return parse_wrong(p, s.at, "expected text in double quotes");
    *value = (struct slice){ s.at + 1, s.len - 2 };
    return true;
}

/* The next word of the header; blanks inside of brackets belong to it. */
static bool header_word(struct slice *rest, struct slice *out)
{
    *rest = slice_trim(*rest);
    size_t n = 0, depth = 0;
    while (n < rest->len && (depth || !memchr(" \t\r\n(", rest->at[n], 5))) {
        depth += rest->at[n] == '[';
        depth -= rest->at[n] == ']' && depth;
        n++;
    }
    *out = (struct slice){ rest->at, n };
    rest->at += n;
    rest->len -= n;
    return n > 0;
}

static bool read_action(struct parser *p, struct slice word)
{
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        if (slice_is(word, actions[i])) {
            p->rule->action = (uint8_t)i;
            p->rule->alert.action = actions[i];
            return true;
        }
    }
    if (slice_is(word, "rejectsrc") || slice_is(word, "rejectdst") || slice_is(word, "rejectboth")) {
        p->rule->action = ACTION_REJECT;
        p->rule->alert.action = "reject";
        return true;
    }
    return parse_wrong(p, word.at, "unknown action `%.*s`: expected alert, pass, drop or reject", (int)word.len, word.at);
}

static bool read_protocol(struct parser *p, struct slice word)
{
    struct rule *r = p->rule;
    r->schemas = SCHEMAS_ALL;
    for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
        const struct protocol *known = &protocols[i];
        if (!slice_is(word, known->name))
            continue;
        r->transports = known->transports;
        r->ip_version = known->ip_version;
        r->flow = known->flow;
        r->needs_packet = known->packet;
        r->any_packet = known->any;
        return true;
    }
    r->transports = OVER_ALL;
    r->app = true;
    r->schemas = fields_family(p->rules, word);
    const char *why = r->schemas ? NULL : protocol_refusal(word);
    if (why)
        return parse_wrong(p, word.at, "protocol `%.*s`: %s", (int)word.len, word.at, why);
    if (r->schemas == 0)
        return parse_wrong(p, word.at, "unknown protocol `%.*s`", (int)word.len, word.at);
    return true;
}

static bool read_addresses(struct parser *p, struct slice word, const struct netset **out)
{
    struct fault f;
    const char *at = word.at;
    *out = nets_addresses(p->nets, word, &at, &f);
    return *out || parse_wrong(p, at, "%s", f.why);
}

static bool read_ports(struct parser *p, struct slice word, const struct portset **out)
{
    struct fault f;
    const char *at = word.at;
    *out = nets_ports(p->nets, word, &at, &f);
    return *out || parse_wrong(p, at, "%s", f.why);
}

static bool read_arrow(struct parser *p, struct slice word)
{
    p->rule->both_ways = slice_is(word, "<>");
    if (!p->rule->both_ways && !slice_is(word, "->"))
        return parse_wrong(p, word.at, "expected `->` or `<>`, found `%.*s`", (int)word.len, word.at);
    return true;
}

static bool read_header(struct parser *p, struct slice *rest)
{
    static const char *const parts[] = { "an action", "a protocol", "source addresses", "source ports", "`->`",
                                         "destination addresses", "destination ports" };
    struct slice words[7];
    for (unsigned i = 0; i < 7; i++) {
        if (!header_word(rest, &words[i]))
            return parse_wrong(p, rest->at, "the rule ends where %s should stand", parts[i]);
    }
    struct rule *r = p->rule;
    return read_action(p, words[0]) && read_protocol(p, words[1]) && read_addresses(p, words[2], &r->src) &&
           read_ports(p, words[3], &r->sport) && read_arrow(p, words[4]) && read_addresses(p, words[5], &r->dest) &&
           read_ports(p, words[6], &r->dport);
}

static bool unknown(struct parser *p, struct slice name)
{
    const char *why = keyword_refusal(name);
    if (why)
        return parse_wrong(p, name.at, "keyword `%.*s`: %s", (int)name.len, name.at, why);
    if (name.len == 0)
        return parse_wrong(p, name.at, "an option without a name");
    return parse_wrong(p, name.at, "unknown keyword `%.*s`", (int)(name.len > 60 ? 60 : name.len), name.at);
}

/* Also by Suricata's old spelling: tls_sni for tls.sni, file_data for file.data. */
static const struct field_word *field_named(const struct rules *r, char *name, size_t n)
{
    const struct field_word *w = table_find(&r->fields, name, n);
    char *line = w == NULL ? memchr(name, '_', n) : NULL;
    if (line == NULL)
        return w;
    *line = '.';
    w = table_find(&r->fields, name, n);
    *line = '_';
    return w;
}

static bool read_option(struct parser *p, const struct option *o)
{
    char name[NAME_MAX_LEN];
    size_t n = o->name.len < sizeof(name) ? o->name.len : 0;
    for (size_t i = 0; i < n; i++)
        name[i] = (char)tolower((unsigned char)o->name.at[i]);
    const struct keyword *k = table_find(&p->rules->keywords, name, n);
    if (k == NULL) {
        const struct field_word *w = field_named(p->rules, name, n);
        return w ? fields_option(p, w, o) : unknown(p, o->name);
    }
    if (k->value == VALUE_NONE && o->has_value)
        return parse_wrong(p, o->value.at, "`%s` takes no value", k->name);
    if (k->value == VALUE_NEEDED && (!o->has_value || o->value.len == 0))
        return parse_wrong(p, o->name.at, "`%s` needs a value", k->name);
    return k->parse(p, o->value);
}

static bool read_options(struct parser *p, struct slice text)
{
    text = slice_trim(text);
    if (text.len == 0 || text.at[0] != '(')
        return parse_wrong(p, text.at, "expected `(` after the header");
    if (text.at[text.len - 1] != ')')
        return parse_wrong(p, text.at + text.len, "expected `)` at the end of the rule");
    struct slice rest = { text.at + 1, text.len - 2 };
    int more;
    while ((more = slice_option(&rest, &p->current)) > 0) {
        if (!read_option(p, &p->current))
            return false;
    }
    return more == 0 || parse_wrong(p, rest.at + rest.len, "expected `;` after the last option");
}

static bool has_steps_on_payload(const struct rule *r, const struct sticky *payload)
{
    for (const struct section *s = r->sections; s; s = s->next) {
        if (s->sticky == payload)
            return true;
    }
    return false;
}

/* Depth and offset bind a content to a packet's beginning as well as to the stream's (as SigValidate in Suricata). */
static bool has_anchored_content(const struct rule *r, const struct sticky *payload)
{
    for (const struct section *s = r->sections; s; s = s->next) {
        for (const struct step *t = s->sticky == payload ? s->first : NULL; t; t = t->next) {
            if (t->kind == STEP_CONTENT && (t->content.flags & (CONTENT_DEPTH | CONTENT_OFFSET)))
                return true;
        }
    }
    return false;
}

static bool only_addresses(const struct rule *r)
{
    for (const struct check *c = r->checks; c; c = c->next) {
        if (!c->of_addresses)
            return false;
    }
    return !r->app && !r->any_packet && !r->needs_packet && r->flow == 0 && r->sections == NULL &&
           r->sport->any && r->dport->any;
}

static enum rule_kind kind_of(const struct parser *p, const struct rule *r)
{
    if (r->kind == RULE_RECORD)
        return RULE_RECORD;
    const struct sticky *payload = fields_payload(p->rules);
    if (only_addresses(r))
        return RULE_ONCE;
    if (!(r->transports & OVER_ANY_TCP) || r->needs_packet || (r->flow & FLOW_NO_STREAM) || !has_steps_on_payload(r, payload))
        return RULE_PACKET;
    if (r->flow & FLOW_ONLY_STREAM)
        return RULE_STREAM;
    return has_anchored_content(r, payload) ? RULE_BOTH : RULE_STREAM;
}

/* Digests and serial numbers are written in either case, and mean the same. */
static void fold_hexadecimal(struct parser *p, const struct section *s)
{
    static const char *const folded[] = { "tls.cert_fingerprint", "tls.fingerprint", "tls.cert_serial", "ja3.hash", "ja3s.hash" };
    bool fold = false;
    for (size_t i = 0; i < sizeof(folded) / sizeof(folded[0]); i++) {
        const struct field_word *w = fields_word(p->rules, folded[i]);
        fold |= w && w->sticky == s->sticky;
    }
    for (struct step *t = fold ? s->first : NULL; t; t = t->next) {
        if (t->kind == STEP_CONTENT)
            content_fold(p, &t->content);
    }
}

/* What may be absent has something else asked of it, which nothing looks for first. */
static bool absences_hold(struct parser *p, struct slice text)
{
    for (const struct section *s = p->rule->sections; s; s = s->next) {
        if (s->absent == ABSENT_OR_ELSE && s->first == NULL)
            return parse_wrong(p, text.at, "`absent:or_else` needs something that is held against `%s` when it is there", s->sticky->name);
        for (const struct step *t = s->absent ? s->first : NULL; t; t = t->next) {
            if (t->kind == STEP_CONTENT && (t->content.flags & CONTENT_FAST))
                return parse_wrong(p, text.at, "`fast_pattern` cannot stand on a buffer that may be absent");
        }
    }
    return true;
}

static bool finish(struct parser *p, struct slice text)
{
    struct rule *r = p->rule;
    for (const struct section *s = r->sections; s; s = s->next)
        fold_hexadecimal(p, s);
    if (r->alert.sid == 0)
        return parse_wrong(p, text.at, "the rule has no sid");
    if (p->transform_count)
        return parse_wrong(p, p->option->name.at, "a transform without a content after it");
    if (p->fresh)
        return parse_wrong(p, p->sticky_at.at, "nothing is held against the buffer `%.*s`", (int)p->sticky_at.len, p->sticky_at.at);
    if (p->in_base64 && p->base64->inside == NULL)
        return parse_wrong(p, p->option->name.at, "nothing is held against `base64_data`");
    if ((r->flow & FLOW_TO_SERVER) && (r->flow & FLOW_TO_CLIENT))
        return parse_wrong(p, text.at, "the rule looks to the server and to the client at once");
    if (r->needs_packet && (r->flow & FLOW_ONLY_STREAM))
        return parse_wrong(p, text.at, "the rule asks for single packets and for streams only");
    r->kind = (uint8_t)kind_of(p, r);
    return absences_hold(p, text);
}

bool parse_rule(struct parser *p, struct slice text)
{
    struct rule *r = p->rule;
    r->checks_end = &r->checks;
    r->sections_end = &r->sections;
    r->effects_end = &r->effects;
    r->bits_rank = 3;
    r->alert = (struct alert_rule){ .gid = ALERT_GID_RULES, .msg = "", .classtype = "", .category = "" };
    p->text = text;
    p->current = (struct option){ .name = { text.at, 0 }, .value = { text.at, 0 } };
    p->option = &p->current;
    struct slice rest = text;
    if (!read_header(p, &rest))
        return false;
    if (!read_options(p, rest) || !finish(p, text))
        return false;
    if (r->alert.severity == 0)
        r->alert.severity = 3;
    return true;
}
