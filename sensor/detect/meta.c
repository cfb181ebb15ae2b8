/* meta - keywords that say what a rule is, and change nothing about what it matches. */
#include "detect/keywords.h"
#include "detect/ruleset.h"

enum { PAIRS_MAX = 64, MSG_MAX = 1024 };

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

static bool parse_requires(struct parser *p, struct slice value)
{
    return parse_wrong(p, value.at, "keyword `requires`: not supported yet");
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
    { "prefilter", VALUE_NONE,     parse_hint,      "A hint about speed; our groups choose by themselves." },
    { "bypass",    VALUE_NONE,     parse_hint,      "A hint about speed; a flow is followed all the same." },
    { "tag",       VALUE_NEEDED,   parse_tag,       "Keep later packets: evidence does so around every alert." },
    { "requires",  VALUE_NEEDED,   parse_requires,  "Conditions on the engine's version." },
    { .name = NULL }
};
