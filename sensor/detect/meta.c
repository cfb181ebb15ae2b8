/* meta - keywords that say what a rule is, and change nothing about what it matches. */
#include <string.h>

#include "detect/keywords.h"
#include "detect/ruleset.h"

enum { PAIRS_MAX = 64, MSG_MAX = 1024, LANGUAGE_VERSION = 7 << 16 | 0 << 8 | 10 };

/* \; \" \\ \: stand for the character itself. */
static const char *unescaped(struct parser *p, struct slice s)
{
    char out[MSG_MAX];
    size_t n = 0;
    for (size_t i = 0; i < s.len && n < sizeof(out); i++) {
        if (s.at[i] == '\\' && i + 1 < s.len)
            i++;
        out[n++] = s.at[i];
    }
    return pile_intern(p->pile, out, n);
}

static bool parse_msg(struct parser *p, struct slice value)
{
    if (!parse_quoted(p, &value, NULL))
        return false;
    p->rule->alert.msg = unescaped(p, value);
    return true;
}

static bool positive(struct parser *p, struct slice value, uint32_t most, uint32_t *out)
{
    uint64_t n;
    if (!slice_unsigned(value, &n) || n > most)
        return parse_wrong(p, value.at, "expected a number up to %u, found `%.*s`", most, (int)value.len, value.at);
    *out = (uint32_t)n;
    return true;
}

static bool parse_sid(struct parser *p, struct slice value)
{
    if (!positive(p, value, UINT32_MAX, &p->rule->alert.sid))
        return false;
    return p->rule->alert.sid || parse_wrong(p, value.at, "a sid of 0");
}

static bool parse_rev(struct parser *p, struct slice value)
{
    return positive(p, value, UINT32_MAX, &p->rule->alert.rev);
}

static bool parse_gid(struct parser *p, struct slice value)
{
    return positive(p, value, UINT32_MAX, &p->rule->alert.gid);
}

static bool parse_priority(struct parser *p, struct slice value)
{
    uint32_t n = 0;
    if (!positive(p, value, 255, &n))
        return false;
    if (n == 0)
        return parse_wrong(p, value.at, "a priority of 0: 1 is the highest");
    p->rule->alert.severity = (uint8_t)n;
    return true;
}

/* An unknown class costs the rule its category, not its life, as in Suricata. */
static bool parse_classtype(struct parser *p, struct slice value)
{
    const struct classtype *c = table_find(&p->rules->classtypes, value.at, value.len);
    struct alert_rule *a = &p->rule->alert;
    a->classtype = pile_intern(p->pile, value.at, value.len);
    if (c) {
        a->category = c->category;
        a->severity = a->severity ? a->severity : c->priority;
    }
    return true;
}

static bool parse_reference(struct parser *p, struct slice value)
{
    struct slice system;
    if (!slice_cut(&value, ',', &system) || system.len == 0 || slice_trim(value).len == 0)
        return parse_wrong(p, p->option->value.at, "expected reference:type,text");
    return true;
}

static bool parse_target(struct parser *p, struct slice value)
{
    if (!slice_is(value, "src_ip") && !slice_is(value, "dest_ip"))
        return parse_wrong(p, value.at, "expected src_ip or dest_ip, found `%.*s`", (int)value.len, value.at);
    return true;
}

static size_t read_pairs(struct parser *p, struct slice value, struct alert_pair pairs[PAIRS_MAX])
{
    size_t count = 0;
    struct slice item, key;
    while (count < PAIRS_MAX && slice_cut(&value, ',', &item)) {
        if (!slice_word(&item, &key))
            continue;
        pairs[count].key = pile_intern(p->pile, key.at, key.len);
        pairs[count].value = pile_intern(p->pile, item.at, item.len);
        count++;
    }
    return count;
}

static bool parse_metadata(struct parser *p, struct slice value)
{
    struct alert_pair fresh[PAIRS_MAX];
    struct alert_rule *a = &p->rule->alert;
    size_t count = read_pairs(p, value, fresh);
    struct alert_pair *all = pile_take(p->pile, (a->metadata_count + count + 1) * sizeof(*all));
    for (size_t i = 0; i < a->metadata_count; i++)
        all[i] = a->metadata[i];
    for (size_t i = 0; i < count; i++)
        all[a->metadata_count + i] = fresh[i];
    a->metadata = all;
    a->metadata_count += count;
    return true;
}

static bool parse_noalert(struct parser *p, struct slice value)
{
    (void)value;
    p->rule->noalert = true;
    return true;
}

/* A pass rule that is told all the same. */
static bool parse_alert(struct parser *p, struct slice value)
{
    (void)value;
    p->rule->tells = true;
    return true;
}

static bool parse_hint(struct parser *p, struct slice value)
{
    (void)p;
    (void)value;
    return true;
}

/* What Suricata does with later packets of a tagged flow, evidence does for every alert. */
static bool parse_tag(struct parser *p, struct slice value)
{
    struct slice whom;
    (void)slice_cut(&value, ',', &whom);
    return slice_is(whom, "session") || slice_is(whom, "host") ||
           parse_wrong(p, whom.at, "expected session or host, found `%.*s`", (int)whom.len, whom.at);
}

/* 7.0.10 and 7.0 and 7: three numbers, missing ones 0; the word behind a dash is left out. */
static bool read_version(struct slice s, uint32_t *out)
{
    const char *dash = s.len ? memchr(s.at, '-', s.len) : NULL;
    struct slice rest = { s.at, dash ? (size_t)(dash - s.at) : s.len }, part;
    unsigned parts = 0;
    uint64_t n;
    *out = 0;
    for (; slice_cut(&rest, '.', &part); parts++) {
        if (parts == 3 || !slice_unsigned(part, &n) || n > 255)
            return false;
        *out |= (uint32_t)n << (16 - 8 * parts);
    }
    return parts > 0;
}

/* ">= 7.0.3 < 8": all must hold. 1: they do, 0: not, -1: not to be read. */
static int version_holds(struct slice all)
{
    struct slice word;
    int holds = 1;
    while (slice_word(&all, &word)) {
        size_t n = strspn(word.at, "<>=");
        n = n < word.len ? n : word.len;
        struct slice op = { word.at, n }, number = { word.at + n, word.len - n };
        uint32_t version;
        if ((number.len == 0 && !slice_word(&all, &number)) || !read_version(number, &version))
            return -1;
        bool below = slice_begins(op, "<"), with = op.len == 2 && op.at[1] == '=';
        if (op.len == 0 || op.len > 2 || op.at[0] == '=' || (op.len == 2 && !with))
            return -1;
        holds &= (with && LANGUAGE_VERSION == version) || (below ? LANGUAGE_VERSION < version : LANGUAGE_VERSION > version);
    }
    return holds;
}

static bool require_version(struct parser *p, struct slice value)
{
    struct slice rest = value, one;
    bool any = false;
    while (slice_cut(&rest, '|', &one)) {
        int holds = version_holds(one);
        if (holds < 0)
            return parse_wrong(p, one.at, "expected an operator and a version, found `%.*s`", (int)one.len, one.at);
        any |= holds > 0;
    }
    return any || parse_wrong(p, value.at, "the rule is for version %.*s, and this is the language of 7.0.10", (int)value.len, value.at);
}

static bool require_keyword(struct parser *p, struct slice name)
{
    return table_find(&p->rules->keywords, name.at, name.len) || table_find(&p->rules->fields, name.at, name.len) ||
           parse_wrong(p, name.at, "the rule needs the keyword `%.*s`, which is not there", (int)name.len, name.at);
}

static bool require_feature(struct parser *p, struct slice name)
{
    static const char *const have[] = { "geoip", "hyperscan", "ja3", "ja4", "pcre_jit", "nss" };
    for (size_t i = 0; i < sizeof(have) / sizeof(have[0]); i++) {
        if (slice_is_fold(name, have[i]))
            return true;
    }
    return parse_wrong(p, name.at, "the rule needs the feature `%.*s`, which is not there", (int)name.len, name.at);
}

/* requires: feature geoip, version >= 7.0.3, keyword ja4; a rule whose conditions do not hold is refused, and says so. */
static bool parse_requires(struct parser *p, struct slice value)
{
    struct slice item, what;
    while (slice_cut(&value, ',', &item)) {
        (void)slice_word(&item, &what);
        bool known = slice_is(what, "feature") || slice_is(what, "version") || slice_is(what, "keyword");
        if (!known || item.len == 0)
            return parse_wrong(p, what.at, "expected feature, version or keyword, found `%.*s`", (int)what.len, what.at);
        if (what.at[0] == 'v' ? !require_version(p, item) : what.at[0] == 'k' ? !require_keyword(p, item) : !require_feature(p, item))
            return false;
    }
    return true;
}

const struct keyword meta_keywords[] = {
    { "msg",       VALUE_NEEDED,   parse_msg,       "The sentence that an alert of this rule shows." },
    { "sid",       VALUE_NEEDED,   parse_sid,       "The rule's number; with gid it is unique." },
    { "rev",       VALUE_NEEDED,   parse_rev,       "The rule's revision; of two with one sid the higher is used." },
    { "gid",       VALUE_NEEDED,   parse_gid,       "The group that the sid belongs to; 1 when not said." },
    { "classtype", VALUE_NEEDED,   parse_classtype, "A class of classification.config, which gives category and priority." },
    { "priority",  VALUE_NEEDED,   parse_priority,  "Severity from 1, the highest; goes before the class's." },
    { "reference", VALUE_NEEDED,   parse_reference, "Where to read about it: type,text." },
    { "metadata",  VALUE_NEEDED,   parse_metadata,  "Pairs of key and value that go into the alert." },
    { "target",    VALUE_NEEDED,   parse_target,    "Which end is attacked: src_ip or dest_ip." },
    { "noalert",   VALUE_NONE,     parse_noalert,   "A match has its effects but is not told." },
    { "alert",     VALUE_NONE,     parse_alert,     "A pass rule's match is told too; other rules do so anyway." },
    { "prefilter", VALUE_NONE,     parse_hint,      "A hint about speed; our groups choose by themselves." },
    { "bypass",    VALUE_NONE,     parse_hint,      "A hint about speed; a flow is followed all the same." },
    { "tag",       VALUE_NEEDED,   parse_tag,       "Keep later packets: evidence does so around every alert." },
    { "requires",  VALUE_NEEDED,   parse_requires,  "What the rule needs: feature, version, keyword; Suricata 7.0.10 is what we speak." },
    { .name = NULL }
};
