#include "detect/watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "detect/engine.h"

enum { LITERAL_SHORT = 3 };

uint64_t watch_now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * UINT64_C(1000000000) + (uint64_t)t.tv_nsec;
}

void watch_note(struct watched *w, const char *stopped_by, uint64_t ns)
{
    w->tried++;
    w->held += stopped_by == NULL;
    w->ns += ns;
    for (unsigned i = 0; stopped_by && i < WATCH_STOPS_MAX; i++) {
        if (w->stops[i].by && w->stops[i].by != stopped_by)
            continue;
        w->stops[i].by = stopped_by;
        w->stops[i].times++;
        return;
    }
}

int detect_watch(struct detect *d)
{
    struct watched *fresh = calloc(d->rules->count + 1, sizeof(*fresh));
    if (fresh == NULL)
        return -ENOMEM;
    free(d->watch);
    d->watch = fresh;
    return 0;
}

/* ---- telling ---- */

static void add_stops(struct watched *sum, const struct watched *more)
{
    for (unsigned i = 0; i < WATCH_STOPS_MAX && more->stops[i].by; i++) {
        for (unsigned k = 0; k < WATCH_STOPS_MAX; k++) {
            if (sum->stops[k].by && sum->stops[k].by != more->stops[i].by)
                continue;
            sum->stops[k].by = more->stops[i].by;
            sum->stops[k].times += more->stops[i].times;
            break;
        }
    }
}

static struct watched sum_of(const struct detect *const all[], size_t count, uint32_t rule)
{
    struct watched sum = { .tried = 0 };
    for (size_t i = 0; i < count; i++) {
        if (all[i]->watch == NULL || all[i]->rules != all[0]->rules)
            continue;
        const struct watched *w = &all[i]->watch[rule];
        sum.tried += w->tried;
        sum.held += w->held;
        sum.ns += w->ns;
        add_stops(&sum, w);
    }
    return sum;
}

void detect_watched(const struct detect *const all[], size_t count, void (*row)(void *ctx, const struct detect_watched *w), void *ctx)
{
    for (uint32_t n = 0; count && n < all[0]->rules->count; n++) {
        const struct rule *r = all[0]->rules->at[n];
        struct watched sum = sum_of(all, count, n);
        const struct watch_stop *most = &sum.stops[0];
        for (unsigned i = 1; i < WATCH_STOPS_MAX; i++)
            most = sum.stops[i].times > most->times ? &sum.stops[i] : most;
        struct detect_watched w = { .rule = &r->alert, .file = r->file, .line = r->line, .tried = sum.tried, .held = sum.held,
                                    .ns = sum.ns, .stopped_by = most->by, .stopped = most->times,
                                    .literal = r->fast ? r->fast->text : NULL };
        row(ctx, &w);
    }
}

/* ---- rules that cost more than they must ---- */

static bool has_kind(const struct rule *r, enum step_kind kind)
{
    for (const struct section *s = r->sections; s; s = s->next) {
        for (const struct step *t = s->first; t; t = t->next) {
            if (t->kind == kind)
                return true;
        }
    }
    return false;
}

static bool names_little(const struct rule *r)
{
    return r->sport->any && r->dport->any && r->src->any && r->dest->any && r->checks == NULL;
}

static const char *lint(const struct rule *r)
{
    bool packets = r->kind != RULE_RECORD && r->kind != RULE_ONCE && r->events == EVENTS_NONE;
    if (packets && r->fast == NULL && has_kind(r, STEP_PCRE))
        return "its regular expression runs on every packet, since no content goes before it";
    if (packets && r->fast == NULL && r->sections && r->sport->any && r->dport->any)
        return "no content that could be looked for first, and no port: it is tried on every packet";
    if (packets && r->sections == NULL && names_little(r) && !r->app)
        return "too broad: any packet from anybody to anybody";
    if (r->kind == RULE_ONCE && names_little(r) && !r->app && !r->noalert)
        return "too broad: it is told of every flow from anybody to anybody";
    if (r->kind == RULE_RECORD && r->fast == NULL && has_kind(r, STEP_PCRE) && r->checks == NULL)
        return "its regular expression runs on every message, since no content goes before it";
    if (packets && r->fast && r->fast->content.len < LITERAL_SHORT && !(r->fast->content.flags & CONTENT_DEPTH))
        return "its longest content is shorter than 3 bytes and may stand anywhere: nearly every packet has it";
    return NULL;
}

void rules_lint(const struct rules *r, void (*row)(void *ctx, const struct rules_refusal *warning), void *ctx)
{
    for (uint32_t i = 0; i < r->count; i++) {
        const struct rule *rule = r->at[i];
        struct rules_refusal warning = { .file = rule->file, .line = rule->line, .column = 1, .why = lint(rule) };
        if (warning.why)
            row(ctx, &warning);
    }
}
