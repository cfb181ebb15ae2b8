/* The rules of a run: which files, read whole or not at all, read again on HUP with the policy, and told about at the end. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dissect/frames.h"
#include "dissectors/dissector.h"
#include "sensor.h"

enum { LAST_WORDS = 512 };      /* of an answer: room for its last line */

struct listener {               /* whoever asked for the rules, beside standard error */
    struct text *say;           /* NULL: nobody */
    uint64_t     left_out;
};

static void refusal(void *ctx, const struct rules_refusal *r)
{
    struct listener *l = ctx;
    fprintf(stderr, "%s:%u:%u: %s\n", r->file, r->line, r->column, r->why);
    if (l->say == NULL)
        return;
    size_t needed = strlen(r->file) + strlen(r->why) + LAST_WORDS;
    if (l->left_out == 0 && l->say->cap - l->say->len > needed)
        text_fmt(l->say, "%s:%u:%u: %s\n", r->file, r->line, r->column, r->why);
    else
        l->left_out++;
}

/* A folder stands for the *.rules in it and below, sorted by name. */
static int rule_files(const char *path, struct source_list *out, struct fault *f)
{
    struct stat st;
    struct source_list all;
    if (stat(path, &st) < 0)
        return fault_set(f, -errno, "%s: %s", path, strerror(errno));
    int rc = source_list(path, true, &all, f);
    for (size_t i = 0; i < all.count && rc == 0; i++) {
        size_t len = strlen(all.paths[i]);
        bool wanted = !S_ISDIR(st.st_mode) || (len > 6 && strcmp(all.paths[i] + len - 6, ".rules") == 0);
        char **grown = wanted ? realloc(out->paths, (out->count + 1) * sizeof *grown) : NULL;
        if (grown != NULL) {
            out->paths = grown;
            out->paths[out->count] = strdup(all.paths[i]);
            rc = out->paths[out->count++] != NULL ? 0 : fault_set(f, -ENOMEM, "%s: no memory", path);
        } else if (wanted) {
            rc = fault_set(f, -ENOMEM, "%s: no memory", path);
        }
    }
    source_list_free(&all);
    return rc;
}

static int rule_list(const struct sensor *s, struct source_list *out, struct fault *f)
{
    const struct setting_list *set = &s->config.sensor.rules;
    int rc = 0;
    if (s->rules_only != NULL)
        return rule_files(s->rules_only, out, f);
    for (size_t i = 0; i < set->count && rc == 0; i++)
        rc = rule_files(set->items[i], out, f);
    for (size_t i = 0; i < s->rules_more_count && rc == 0; i++)
        rc = rule_files(s->rules_more[i], out, f);
    return rc;
}

int ruleset_read(struct sensor *s, struct text *say, struct rules **out, struct rules_report *report, struct fault *f)
{
    struct listener asked = { say, 0 };
    const struct sensor_settings *set = &s->config.sensor;
    const struct schema *schemas[DISSECTORS_MAX + 1];
    size_t schema_count = dissector_schemas(schemas);
    struct source_list files = { 0 };
    schemas[schema_count++] = &frame_schema;
    int rc = rule_list(s, &files, f);
    struct rules_source src = {
        .files = (const char *const *)files.paths, .file_count = files.count,
        .vars = (const char *const *)set->vars.items, .var_count = set->vars.count,
        .limits = text_or_null(set->rules_limits), .classification = text_or_null(set->classification), .cache_dir = text_or_null(set->rules_cache),
        .schemas = schemas, .schema_count = schema_count,
        .categories = text_or_null(set->categories),
        .ratings = (const char *const *)set->ratings.items, .rating_count = set->ratings.count, .keep_texts = s->explains, .decode_events = decode_event_names, .stream_events = stream_event_names,
        .app_events = dissect_event_names,
    };
    *report = (struct rules_report){ .refusal = refusal, .ctx = &asked };
    if (rc == 0)
        rc = rules_load(&src, report, out, f);
    if (asked.left_out > 0)
        text_fmt(say, "and %" PRIu64 " more refusals\n", asked.left_out);
    report->ctx = NULL;
    source_list_free(&files);
    return rc;
}

/* Waits until a worker uses its new rules. One that has ended looks for them no more, but closes flows by them. */
static bool rules_taken(struct worker *w)
{
    while (atomic_load_explicit(&w->next_rules, memory_order_acquire) != NULL && !w->ended)
        usleep(1000);
    worker_rules(w);
    return atomic_load_explicit(&w->next_rules, memory_order_acquire) == NULL;
}

static void print_explained(void *ctx, const struct detect_watched *w)
{
    (void)ctx;
    printf("%s:%u: sid %u: ", w->file, w->line, w->rule->sid);
    if (w->held > 0)
        printf("held %" PRIu64 " times\n", w->held);
    else if (w->tried > 0)
        printf("tried %" PRIu64 " times, stopped %" PRIu64 " times by %s\n", w->tried, w->stopped, w->stopped_by);
    else if (w->literal != NULL)
        printf("not tried: never saw %s\n", w->literal);
    else
        printf("not tried: nothing of its protocol, ports or addresses\n");
}

static int by_cost(const void *a, const void *b)
{
    const struct detect_watched *x = a, *y = b;
    return x->ns < y->ns ? 1 : x->ns > y->ns ? -1 : 0;
}

struct costs { struct detect_watched *at; size_t count; };

static void collect_cost(void *ctx, const struct detect_watched *w)
{
    struct costs *all = ctx;
    if (w->tried > 0)
        all->at[all->count++] = *w;
}

static void print_profile(const struct detect *const watching[], size_t count, size_t rules)
{
    struct costs all = { calloc(rules + 1, sizeof *all.at), 0 };
    if (all.at == NULL)
        return;
    detect_watched(watching, count, collect_cost, &all);
    qsort(all.at, all.count, sizeof *all.at, by_cost);
    printf("%10s %12s %12s %12s %10s  %s\n", "sid", "tried", "held", "us", "ns each", "where");
    for (size_t i = 0; i < all.count; i++) {
        const struct detect_watched *w = &all.at[i];
        printf("%10u %12" PRIu64 " %12" PRIu64 " %12" PRIu64 " %10" PRIu64 "  %s:%u\n", w->rule->sid, w->tried, w->held,
               w->ns / 1000, w->ns / w->tried, w->file, w->line);
    }
    free(all.at);
}

/* What --explain and --profile-rules ask for, when all packets are through. */
void ruleset_explain(const struct sensor *s)
{
    const struct detect *watching[WORKERS_MAX];
    for (size_t i = 0; i < s->worker_count; i++)
        watching[i] = s->workers[i]->detect;
    if (s->explains)
        detect_watched(watching, s->worker_count, print_explained, NULL);
    if (s->profiles)
        print_profile(watching, s->worker_count, rules_count(s->rules));
}

void ruleset_warning(void *ctx, const struct rules_refusal *r)
{
    (void)ctx;
    printf("%s:%u:%u: %s\n", r->file, r->line, r->column, r->why);
}

/* The new rules whole, or the old ones on. */
int ruleset_reload(struct sensor *s, struct text *say, struct fault *f)
{
    struct rules *fresh;
    struct rules_report report;
    int rc = ruleset_read(s, say, &fresh, &report, f);
    if (rc < 0) {
        log_error("rules not read again, the old ones stay: %s", f->why);
        return rc;
    }
    for (size_t i = 0; i < s->worker_count; i++)
        atomic_store_explicit(&s->workers[i]->next_rules, fresh, memory_order_release);
    bool let_go = true;         /* the old set is freed when the last worker has let go of it */
    for (size_t i = 0; i < s->worker_count; i++)
        let_go &= rules_taken(s->workers[i]);
    if (let_go)
        rules_free(s->rules);
    s->rules = fresh;
    s->reloads++;
    log_info("%zu rules in force, %" PRIu64 " refused", rules_count(fresh), report.refused);
    if (say != NULL)
        text_fmt(say, "ok: %zu rules in force, %" PRIu64 " refused\n", rules_count(fresh), report.refused);
    return 0;
}

/* Waits until a worker uses its new policy; one that has ended looks for it no more. */
static void policy_taken(struct worker *w)
{
    while (atomic_load_explicit(&w->next_policy, memory_order_acquire) != NULL && !w->ended)
        usleep(1000);
    worker_policy(w);
}

int policy_reload(struct sensor *s, struct text *say, struct fault *f)
{
    struct policy *fresh, *old = s->policy;
    if (old == NULL)
        return 0;
    if ((fresh = policy_load(s->config.sensor.policy, f)) == NULL) {
        log_error("policy not read again, the old one stays: %s", f->why);
        return f->code;
    }
    policy_carry(fresh, old);
    for (size_t i = 0; i < s->worker_count; i++)
        atomic_store_explicit(&s->workers[i]->next_policy, fresh, memory_order_release);
    for (size_t i = 0; i < s->worker_count; i++)
        policy_taken(s->workers[i]);
    for (size_t i = 0; i < INTERFACES_MAX; i++)
        s->plans[i].policy = fresh;
    s->policy = fresh;
    policy_free(old);
    log_info("policy of %zu entries in force", fresh->count);
    if (say != NULL)
        text_fmt(say, "policy of %zu entries in force\n", fresh->count);
    return 0;
}

/* What could not be read is said last, as the caller looks there. */
void sensor_reload(struct sensor *s, struct text *say)
{
    struct fault policy = { 0 }, rules = { 0 };
    int policy_rc = policy_reload(s, say, &policy), rules_rc = ruleset_reload(s, say, &rules);
    if (say != NULL && rules_rc < 0)
        text_fmt(say, "error: the old rules stay: %s\n", rules.why);
    if (say != NULL && policy_rc < 0)
        text_fmt(say, "error: the old policy stays: %s\n", policy.why);
}

static void say_status(const struct sensor *s, struct text *say)
{
    struct stats_summary n = stats_summary(s->workers, s->worker_count);
    text_fmt(say, "ok: %zu rules in force, read again %" PRIu64 " times; %" PRIu64 " packets, %" PRIu64 " flows, %" PRIu64
             " alerts, %" PRIu64 " packets dropped by the kernel\n", rules_count(s->rules), s->reloads, n.packets, n.flows, n.alerts,
             n.dropped);
}

void ruleset_answer(void *ctx, const char *line, struct text *say)
{
    struct sensor *s = ctx;
    if (strcmp(line, "status") == 0)
        say_status(s, say);
    else if (strcmp(line, "reload") != 0)
        text_fmt(say, "error: expected reload or status, not \"%.100s\"\n", line);
    else
        sensor_reload(s, say);
}
