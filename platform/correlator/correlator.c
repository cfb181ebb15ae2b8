#include "correlator/correlator.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "correlator/meta.h"

#define ROW(member, kind, sentence) { #member, kind, offsetof(struct correlator_counts, member), sentence }
static const struct metric rows[] = {
    ROW(alerts, METRIC_COUNTER, "Alerts taken in."),
    ROW(metas, METRIC_COUNTER, "Meta-alerts begun."),
    ROW(incidents, METRIC_COUNTER, "Incidents begun."),
    ROW(open, METRIC_GAUGE, "Incidents in memory."),
    ROW(let_go, METRIC_COUNTER, "Incidents let go from memory because they were quiet or too many."),
    ROW(forgotten, METRIC_COUNTER, "Meta-alerts forgotten because there were too many."),
    ROW(no_memory, METRIC_COUNTER, "Times memory was out."),
};
const struct metrics_room correlator_metrics = { "correlator", rows, sizeof rows / sizeof rows[0] };

enum { GONE_MAX = 64 };

struct correlator {
    struct correlator_settings settings;
    struct taxonomy           *names;
    struct meta_table         *metas;
    struct incident_case      *cases;       /* newest change first */
    struct incident_case      *gone[GONE_MAX];
    size_t                     gone_count;
    uint64_t                   newest_us;   /* latest alert */
    struct correlator_counts   counts;
};

struct correlator *correlator_new(const struct correlator_settings *s, struct fault *f)
{
    struct correlator *c = calloc(1, sizeof *c);
    if (c == NULL) {
        fault_set(f, -ENOMEM, "no memory for the correlator");
        return NULL;
    }
    c->settings = *s;
    if ((c->names = taxonomy_load(s->taxonomy != NULL ? s->taxonomy : "", f)) == NULL) {
        free(c);
        return NULL;
    }
    if ((c->metas = meta_table_new(s->meta_max, s->meta_gap_us)) == NULL) {
        fault_set(f, -ENOMEM, "no memory for %llu meta-alerts", (unsigned long long)s->meta_max);
        correlator_free(c);
        return NULL;
    }
    return c;
}

void correlator_clear(struct correlator *c)
{
    while (c->cases != NULL) {
        struct incident_case *next = c->cases->next;
        case_free(c->cases);
        c->cases = next;
    }
    while (c->gone_count > 0)
        case_free(c->gone[--c->gone_count]);
    c->counts.open = 0;
    meta_table_clear(c->metas);
}

void correlator_free(struct correlator *c)
{
    if (c == NULL)
        return;
    if (c->metas != NULL)
        correlator_clear(c);
    meta_table_free(c->metas);
    taxonomy_free(c->names);
    free(c);
}

const struct correlator_counts *correlator_counts(struct correlator *c)
{
    c->counts.forgotten = meta_forgotten(c->metas);
    return &c->counts;
}

static void case_unlink(struct correlator *c, struct incident_case *k)
{
    struct incident_case **at = &c->cases;
    while (*at != k)
        at = &(*at)->next;
    *at = k->next;
}

static void case_front(struct correlator *c, struct incident_case *k)
{
    k->next = c->cases;
    c->cases = k;
}

static struct incident_case *case_by_id(const struct correlator *c, const char *id)
{
    struct incident_case *k = *id ? c->cases : NULL;
    while (k != NULL && strcmp(k->incident.id, id) != 0)
        k = k->next;
    return k;
}

/* I-430100-20261121-7k3m9qd2: the region, the day of its first alert, and forty bits of that alert's digest. It needs
 * no counter that a restart could forget, and a replay gives the same ids. Digits as Crockford's base 32 has them:
 * none can be taken for another on the telephone. */
static void new_id(const struct alert_view *a, char out[40])
{
    static const char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
    char day[9], tail[9] = "";
    uint8_t digest[HASH_MAX];
    time_t second = (time_t)(a->time_us / 1000000);
    struct tm tm;
    localtime_r(&second, &tm);
    strftime(day, sizeof day, "%Y%m%d", &tm);
    hash_digest(HASH_SM3, a->id, strlen(a->id), digest);
    for (int i = 0; i < 8; i++)
        tail[i] = digits[digest[i] & 31];
    snprintf(out, 40, "I-%.12s-%s-%s", a->region, day, tail);
}

static struct incident_case *case_begin(struct correlator *c, const struct alert_view *a, uint64_t now_us)
{
    char id[40];
    new_id(a, id);
    struct incident_case *k = case_new(id, a, now_us);
    if (k == NULL)
        return NULL;
    case_front(c, k);
    c->counts.incidents++;
    c->counts.open++;
    return k;
}

/* A repeat of a meta-alert stays where the first one went; a new one looks for a story to join, or begins one. */
int correlator_alert(struct correlator *c, const struct alert_view *a, uint64_t now_us)
{
    bool fresh;
    struct join_reason words;
    struct parties p = case_parties(a);
    struct meta *m = meta_take(c->metas, a, &fresh);
    struct incident_case *k = case_by_id(c, m->incident);
    bool known = k != NULL;
    c->counts.alerts++;
    c->counts.metas += fresh;
    if (a->time_us > c->newest_us)
        c->newest_us = a->time_us;
    if (k == NULL)
        k = join_find(c->cases, a, &p, &c->settings.join, &words);
    if (k == NULL) {
        join_first(a, &p, &words);
        k = case_begin(c, a, now_us);
    }
    struct incident_join why = { a->time_us, words.en, words.zh };
    if (k == NULL || !case_add(k, a, &p, c->names, known ? NULL : &why)) {
        c->counts.no_memory++;
        return -ENOMEM;
    }
    snprintf(m->incident, sizeof m->incident, "%s", k->incident.id);
    if (c->cases != k) {
        case_unlink(c, k);
        case_front(c, k);
    }
    return 0;
}

/* Quiet ones and, when there are too many, the ones that changed longest ago: the list's tail. */
static void let_go(struct correlator *c)
{
    struct incident_case **at = &c->cases;
    for (size_t kept = 0; *at != NULL; ) {
        struct incident_case *k = *at;
        bool quiet = k->incident.last_us + c->settings.quiet_us < c->newest_us;
        if (k->dirty || (!quiet && kept < c->settings.case_max) || c->gone_count == GONE_MAX) {
            kept++;
            at = &k->next;
            continue;
        }
        *at = k->next;
        c->gone[c->gone_count++] = k;
        c->counts.open--;
        c->counts.let_go++;
    }
}

void correlator_changes(struct correlator *c, void (*changed)(void *ctx, const struct incident *i),
                        void (*gone)(void *ctx, const char *region, const char *id), void *ctx)
{
    for (struct incident_case *k = c->cases; k != NULL; k = k->next) {
        if (!k->dirty)
            continue;
        k->incident.version++;
        changed(ctx, &k->incident);
        case_published(k);
    }
    let_go(c);
    while (c->gone_count > 0) {
        struct incident_case *k = c->gone[--c->gone_count];
        gone(ctx, k->incident.region, k->incident.id);
        case_free(k);
    }
}

int correlator_restore(struct correlator *c, const struct incident *saved)
{
    struct incident_case *k = case_restore(saved);
    if (k == NULL)
        return -ENOMEM;
    struct incident_case **at = &c->cases;      /* where it stood: the latest first */
    while (*at != NULL && (*at)->incident.last_us > saved->last_us)
        at = &(*at)->next;
    k->next = *at;
    *at = k;
    c->counts.open++;
    if (saved->last_us > c->newest_us)
        c->newest_us = saved->last_us;
    return 0;
}
