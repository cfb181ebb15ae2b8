/* rules - reading rule files into a rule set: every bad rule is named and left out, the rest load. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/hash.h"
#include "detect/datasets.h"
#include "detect/fields.h"
#include "detect/keywords.h"
#include "detect/limits.h"
#include "detect/pcre.h"
#include "detect/reputation.h"
#include "detect/ruleset.h"

enum { RULE_FILE_MAX = 512 * 1024 * 1024 };

/* As in Suricata's own settings, on which public rules rely. */
static const char *const default_vars[] = {
    "HOME_NET=[192.168.0.0/16,10.0.0.0/8,172.16.0.0/12]", "EXTERNAL_NET=!$HOME_NET", "HTTP_SERVERS=$HOME_NET",
    "SMTP_SERVERS=$HOME_NET", "SQL_SERVERS=$HOME_NET", "DNS_SERVERS=$HOME_NET", "TELNET_SERVERS=$HOME_NET",
    "AIM_SERVERS=$EXTERNAL_NET", "DC_SERVERS=$HOME_NET", "DNP3_SERVER=$HOME_NET", "DNP3_CLIENT=$HOME_NET",
    "MODBUS_CLIENT=$HOME_NET", "MODBUS_SERVER=$HOME_NET", "ENIP_CLIENT=$HOME_NET", "ENIP_SERVER=$HOME_NET",
    "HTTP_PORTS=80", "SHELLCODE_PORTS=!80", "ORACLE_PORTS=1521", "SSH_PORTS=22", "DNP3_PORTS=20000", "MODBUS_PORTS=502",
    "FILE_DATA_PORTS=[$HTTP_PORTS,110,143]", "FTP_PORTS=21", "GENEVE_PORTS=6081", "VXLAN_PORTS=4789", "TEREDO_PORTS=3544"
};

struct loader {
    struct rules        *rules;
    struct nets          nets;
    struct rules_report *report;
    size_t               cap;       /* of rules->at */
};

/* ---- files ---- */

static char *file_text(const char *path, size_t *len, struct fault *f)
{
    FILE *in = fopen(path, "re");
    if (in == NULL) {
        fault_set(f, -errno, "%s: %s", path, strerror(errno));
        return NULL;
    }
    char *text = NULL;
    size_t used = 0, cap = 0, got = 1;
    while (got && used < RULE_FILE_MAX) {
        if (used + 1 >= cap) {
            cap = cap ? cap * 2 : 256 * 1024;
            char *more = realloc(text, cap);
            if (more == NULL)
                abort();
            text = more;
        }
        got = fread(text + used, 1, cap - used - 1, in);
        used += got;
    }
    if (ferror(in) || used >= RULE_FILE_MAX) {
        fault_set(f, ferror(in) ? -EIO : -EFBIG, "%s: %s", path, ferror(in) ? "cannot be read" : "larger than 512 MiB");
        free(text);
        text = NULL;
    }
    fclose(in);
    *len = used;
    return text;
}

/* ---- classification.config ---- */

/* config classification: trojan-activity,A Network Trojan was detected,1 */
static bool read_class(struct rules *r, struct slice line)
{
    struct slice name, category;
    uint64_t priority;
    if (!slice_begins(line, "config classification:"))
        return false;
    line.at += strlen("config classification:");
    line.len -= strlen("config classification:");
    if (!slice_cut(&line, ',', &name) || !slice_cut(&line, ',', &category) || !slice_unsigned(slice_trim(line), &priority) ||
        priority == 0 || priority > 255)
        return false;
    struct classtype *c = pile_take(r->pile, sizeof(*c));
    c->name = pile_intern(r->pile, name.at, name.len);
    c->category = pile_intern(r->pile, category.at, category.len);
    c->priority = (uint8_t)priority;
    table_put(&r->classtypes, c->name, name.len, c);
    return true;
}

static void refuse(struct loader *l, const char *file, const struct rule_line *line, const char *at, const char *why)
{
    struct rules_refusal r = { .file = file, .why = why };
    rule_line_place(line, at, &r.line, &r.column);
    l->report->refused++;
    if (l->report->refusal)
        l->report->refusal(l->report->ctx, &r);
}

static int read_classification(struct loader *l, const char *path, struct fault *f)
{
    size_t len;
    char *text = file_text(path, &len, f);
    if (text == NULL)
        return f->code;
    struct rule_text lines = rule_text_over(text, len);
    struct rule_line line;
    while (rule_text_next(&lines, &line)) {
        if (!read_class(l->rules, line.text))
            refuse(l, path, &line, line.text.at, "expected config classification: name,description,priority");
    }
    free(text);
    return 0;
}

/* ---- rules ---- */

static void keep(struct loader *l, struct rule *rule)
{
    struct rules *r = l->rules;
    r->at = array_room(r->at, r->count, &l->cap, sizeof(*r->at));
    rule->index = r->count;
    r->at[r->count++] = rule;
}

struct sid_key { uint32_t gid, sid; };

/* Of two rules with one sid the newer revision stays; equal ones are a mistake that is named. */
static bool take_place(struct loader *l, struct rule *rule, char why[200])
{
    struct rules *r = l->rules;
    struct sid_key key = { rule->alert.gid, rule->alert.sid };
    struct rule *have = table_find(&r->sids, &key, sizeof(key));
    if (have == NULL) {
        struct sid_key *kept = pile_take(r->pile, sizeof(*kept));
        *kept = key;
        table_put(&r->sids, kept, sizeof(*kept), rule);
        keep(l, rule);
        return true;
    }
    if (rule->alert.rev <= have->alert.rev) {
        snprintf(why, 200, "sid %u with rev %u is already at %s:%u with rev %u", key.sid, rule->alert.rev, have->file, have->line,
                 have->alert.rev);
        return false;
    }
    rule->index = have->index;
    *have = *rule;              /* in the old one's place; the table goes on pointing to it */
    l->report->replaced++;
    return true;
}

static void read_rule(struct loader *l, const char *file, const struct rule_line *line)
{
    struct fault f = { .code = 0, .why = "" };
    struct rule *rule = pile_take(l->rules->pile, sizeof(*rule));
    struct parser p = { .rules = l->rules, .pile = l->rules->pile, .nets = &l->nets, .rule = rule, .at = line->text.at, .fault = &f };
    char why[200];
    rule->file = file;
    rule->line = line->line;
    if (!parse_rule(&p, line->text))
        refuse(l, file, line, p.at, f.why);
    else if (!take_place(l, rule, why))
        refuse(l, file, line, line->text.at, why);
    else
        l->report->loaded++;
}

static void read_text(struct loader *l, const char *file, char *text, size_t len)
{
    struct rule_text lines = rule_text_over(text, len);
    struct rule_line line;
    const char *name = pile_intern(l->rules->pile, file, strlen(file));
    while (rule_text_next(&lines, &line))
        read_rule(l, name, &line);
    l->report->files++;
}

static int read_file(struct loader *l, const char *path, struct fault *f)
{
    size_t len;
    char *text = file_text(path, &len, f);
    if (text == NULL)
        return f->code;
    read_text(l, path, text, len);
    free(text);
    return 0;
}

/* A file of lines that `take` understands; a wrong one is refused and the others hold. */
static int read_lines(struct loader *l, const char *path, bool (*take)(struct parser *p, struct slice line), struct fault *f)
{
    size_t len;
    char *text = file_text(path, &len, f);
    if (text == NULL)
        return f->code;
    struct rule_text lines = rule_text_over(text, len);
    struct rule_line line;
    while (rule_text_next(&lines, &line)) {
        struct fault wrong = { .code = 0, .why = "" };
        struct parser p = { .rules = l->rules, .pile = l->rules->pile, .nets = &l->nets, .text = line.text, .at = line.text.at,
                            .current = { .name = line.text, .value = line.text }, .fault = &wrong };
        p.option = &p.current;
        if (!take(&p, line.text))
            refuse(l, path, &line, p.at, wrong.why);
    }
    free(text);
    return 0;
}

static int read_reputation(struct loader *l, const struct rules_source *src, struct fault *f)
{
    int rc = src->categories ? read_lines(l, src->categories, reputation_category, f) : 0;
    for (size_t i = 0; i < src->rating_count && rc == 0; i++)
        rc = read_lines(l, src->ratings[i], reputation_rating, f);
    reputation_seal(l->rules->reputation);
    return rc;
}

static int read_all(struct loader *l, const struct rules_source *src, struct fault *f)
{
    int rc = 0;
    for (size_t i = 0; i < sizeof(default_vars) / sizeof(default_vars[0]) && rc == 0; i++)
        rc = nets_var(&l->nets, default_vars[i], f);
    for (size_t i = 0; i < src->var_count && rc == 0; i++)
        rc = nets_var(&l->nets, src->vars[i], f);
    if (rc == 0 && src->classification)
        rc = read_classification(l, src->classification, f);
    if (rc == 0)
        rc = read_reputation(l, src, f);
    for (size_t i = 0; i < src->file_count && rc == 0; i++)
        rc = read_file(l, src->files[i], f);
    if (rc == 0 && src->text) {
        char *copy = malloc(src->text_len + 1);
        if (copy == NULL)
            return fault_set(f, -ENOMEM, "no memory for rules");
        memcpy(copy, src->text, src->text_len);
        read_text(l, "text", copy, src->text_len);
        free(copy);
    }
    if (rc == 0 && src->limits)
        rc = read_lines(l, src->limits, limits_line, f);
    return rc;
}

static void register_keywords(struct rules *r)
{
    for (size_t t = 0; t < keyword_table_count; t++) {
        for (const struct keyword *k = keyword_tables[t]; k->name; k++)
            table_put(&r->keywords, k->name, strlen(k->name), (void *)(uintptr_t)k);
    }
}

static int adopt_source(struct rules *r, const struct rules_source *src, struct fault *f)
{
    if (src->schema_count > SCHEMAS_MAX)
        return fault_set(f, -E2BIG, "%zu dissectors: at most %d can have rules", src->schema_count, SCHEMAS_MAX);
    r->generation = hash_key_random().k0;       /* so that a flow's memory knows whose numbers it holds */
    memcpy(r->schemas, src->schemas, src->schema_count * sizeof(r->schemas[0]));
    r->schema_count = src->schema_count;
    r->keeps_texts = src->keep_texts;
    r->decode_events = src->decode_events;
    r->stream_events = src->stream_events;
    r->app_events = src->app_events;
    register_keywords(r);
    fields_register(r);
    return 0;
}

static void loading_free(struct rules *r)
{
    table_free(&r->keywords);
    table_free(&r->fields);
    table_free(&r->classtypes);
    table_free(&r->sids);
}

int rules_load(const struct rules_source *src, struct rules_report *report, struct rules **out, struct fault *f)
{
    struct rules *r = calloc(1, sizeof(*r));
    if (r == NULL)
        return fault_set(f, -ENOMEM, "no memory for rules");
    struct rules_report unheard = { .files = 0 };
    struct loader l = { .rules = r, .report = report ? report : &unheard };
    r->pile = l.nets.pile = pile_new();
    int rc = adopt_source(r, src, f);
    if (rc == 0)
        rc = read_all(&l, src, f);
    if (rc == 0)
        rc = rules_compile(r, src->cache_dir, l.report, f);
    loading_free(r);
    nets_free(&l.nets);
    if (rc) {
        rules_free(r);
        r = NULL;
    }
    *out = r;
    return rc;
}

void rules_free(struct rules *r)
{
    if (r == NULL)
        return;
    regex_free(r->regexes);
    datasets_free(r->datasets);
    reputation_free(r->reputation);
    for (size_t i = 0; i < r->prefilter_count; i++)
        prefilter_free(r->prefilters[i]);
    free(r->prefilters);
    free(r->at);
    pile_free(r->pile);
    free(r);
}

size_t rules_count(const struct rules *r)
{
    return r->count;
}

size_t rules_bytes(const struct rules *r)
{
    size_t n = pile_bytes(r->pile) + r->count * sizeof(*r->at);
    for (size_t i = 0; i < r->prefilter_count; i++)
        n += prefilter_bytes(r->prefilters[i]);
    for (const struct regex *x = r->regexes; x; x = x->next) {
        size_t size = 0;
        (void)pcre2_pattern_info(x->code, PCRE2_INFO_SIZE, &size);
        n += size;
    }
    return n;
}

size_t rules_paths(const struct rules *r, const char *out[], size_t most)
{
    size_t n = 0;
    for (const struct dataset *d = r->datasets; d && n < most; d = d->next) {
        if (d->path)
            out[n++] = d->path;
    }
    return n;
}

const struct rules_needs *rules_needs(const struct rules *r)
{
    return &r->needs;
}

/* ---- the list of keywords ---- */

static void list_aliases(const struct field *f, void (*row)(void *ctx, const char *name, const char *about), void *ctx)
{
    struct slice rest = slice_of(f->aliases ? f->aliases : ""), one;
    while (slice_word(&rest, &one)) {
        char name[128];
        snprintf(name, sizeof(name), "%.*s", (int)one.len, one.at);
        row(ctx, name, f->about ? f->about : "");
    }
}

static void list_schema(const struct schema *s, void (*row)(void *ctx, const char *name, const char *about), void *ctx)
{
    for (uint16_t i = 0; i < s->count; i++) {
        const struct field *f = &s->fields[i];
        char name[256];
        if (f->type == FIELD_LIST)
            continue;
        if (f->in)
            snprintf(name, sizeof(name), "%s.%s.%s", s->name, s->fields[f->in - 1].name, f->name);
        else
            snprintf(name, sizeof(name), "%s.%s", s->name, f->name);
        row(ctx, name, f->about ? f->about : "");
        list_aliases(f, row, ctx);
    }
}

void rules_keywords(const struct schema *const *schemas, size_t count,
                    void (*row)(void *ctx, const char *name, const char *about), void *ctx)
{
    for (size_t t = 0; t < keyword_table_count; t++) {
        for (const struct keyword *k = keyword_tables[t]; k->name; k++)
            row(ctx, k->name, k->about);
    }
    for (size_t i = 0; i < count; i++)
        list_schema(schemas[i], row, ctx);
}
