#include "ctl/score.h"

#include <stdlib.h>
#include <string.h>

#include "events/kind.h"
#include "events/load.h"
#include "events/matter.h"

static const uint64_t SECOND_US = UINT64_C(1000000);

/* ---- what came of an inject ---- */

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t seen_at(const struct facts *f, const struct sight *s)
{
    uint64_t from_us = s->inject->capture_us != 0 ? s->inject->injected_us : s->alert_us;
    return later(from_us, f->incidents[s->incident].detected_us);
}

static uint64_t took(const struct sight *s, uint64_t seen_us)
{
    uint64_t in_capture = s->inject->capture_us != 0 ? s->alert_us - s->inject->capture_us : 0;
    return later(seen_us - s->inject->injected_us, in_capture);
}

/* When somebody first took an incident up: at the earliest when the inject was seen. 0: nobody did. */
static uint64_t taken_up(const struct facts *f, const struct handled *h, uint64_t seen_us)
{
    size_t n;
    json_t *entry;
    json_array_foreach(h->history, n, entry)
        if (kind_among("triage|confirm|false_positive|benign|handle", event_text_of(entry, "command")) && due_at(entry, "at") <= f->as_of_us)
            return later(due_at(entry, "at"), seen_us);
    return 0;
}

struct course { uint64_t contained_us, resolved_us; bool confirmed, misjudged; };

/* Since when it has been contained and closed without a break, and how it stands judged. What lies before the inject was seen
 * contained something else. */
static struct course course_of(const struct facts *f, const struct handled *h, uint64_t seen_us)
{
    struct course c = { 0 };
    size_t n;
    json_t *entry;
    json_array_foreach(h->history, n, entry) {
        const char *from = event_text_of(entry, "from"), *to = event_text_of(entry, "to");
        uint64_t at_us = due_at(entry, "at");
        if (at_us > f->as_of_us || strcmp(from, to) == 0)
            continue;
        if (!kind_among("contained|closed", to))
            c.contained_us = 0;
        else if (c.contained_us == 0 && at_us >= seen_us)
            c.contained_us = at_us;
        c.resolved_us = strcmp(to, "closed") == 0 && at_us >= seen_us ? at_us : 0;
        c.confirmed |= strcmp(to, "confirmed") == 0;
        c.misjudged = kind_among("false_positive|benign", to) || (c.misjudged && strcmp(to, "closed") == 0);
    }
    return c;
}

static void first_seen(struct came *c, const struct handled *h, const struct sight *s, uint64_t seen_us)
{
    if (c->seen && (seen_us > c->seen_us || (seen_us == c->seen_us && strcmp(h->id, c->incident) >= 0)))
        return;
    c->seen = true;
    c->incident = h->id;
    c->alert = s->alert;
    c->seen_us = seen_us;
    c->detect_us = took(s, seen_us);
}

static void first_taken_up(struct came *c, uint64_t at_us)
{
    if (at_us != 0 && (c->acknowledged_us == 0 || at_us < c->acknowledged_us))
        c->acknowledged_us = at_us;
}

/* The last of several, and none when one of them is not. */
static void last_of(uint64_t *all_us, bool *open, uint64_t one_us)
{
    *open |= one_us == 0;
    *all_us = *open ? 0 : later(*all_us, one_us);
}

static struct came came_of(const struct facts *f, const struct inject *i)
{
    struct came c = { .inject = i, .incident = "", .alert = "" };
    bool uncontained = false, unresolved = false;
    for (size_t n = 0; n < f->sight_count; n++) {
        const struct sight *s = &f->sights[n];
        const struct handled *h = &f->incidents[s->incident], *whole = facts_whole(f, h);
        uint64_t seen_us = s->inject == i ? seen_at(f, s) : UINT64_MAX;
        if (seen_us > f->as_of_us)
            continue;
        struct course k = course_of(f, whole, seen_us);
        c.incident_count++;
        first_seen(&c, h, s, seen_us);
        first_taken_up(&c, taken_up(f, h, seen_us));
        first_taken_up(&c, taken_up(f, whole, seen_us));
        c.confirmed |= k.confirmed;
        c.misjudged |= k.misjudged;
        if (!k.misjudged) {
            last_of(&c.contained_us, &uncontained, k.contained_us);
            last_of(&c.resolved_us, &unresolved, k.resolved_us);
        }
    }
    return c;
}

/* ---- verdicts ---- */

static bool was_injected(const struct facts *f, const struct inject *i)
{
    return i->injected_us != 0 && i->injected_us <= f->as_of_us;
}

static enum verdict yes(bool met)
{
    return met ? MET : MISSED;
}

/* Done in its time; what is not done counts once its time is over. */
static enum verdict in_time(const struct facts *f, uint64_t from_us, uint64_t within_us, uint64_t done_us)
{
    if (within_us == 0)
        return OUT;
    if (done_us == 0)
        return from_us + within_us > f->as_of_us ? OUT : MISSED;
    return yes(done_us <= from_us + within_us);
}

static enum verdict contained_in_time(const struct facts *f, const struct came *c)
{
    const struct inject *i = c->inject;
    if (i->outcome == OUTCOME_BLOCKED)
        return i->within_us[CONTAIN_WITHIN] != 0 ? MET : OUT;
    return in_time(f, i->injected_us, i->within_us[CONTAIN_WITHIN], c->contained_us);
}

static enum verdict of_inject(const struct facts *f, const struct came *c, enum counted what)
{
    const struct inject *i = c->inject;
    if (!was_injected(f, i))
        return OUT;
    switch (what) {
    case DETECTED:             return yes(c->seen);
    case DETECTED_IN_TIME:     return in_time(f, i->injected_us, i->within_us[DETECT_WITHIN], c->seen ? i->injected_us + c->detect_us : 0);
    case BLOCKED:              return yes(i->outcome == OUTCOME_BLOCKED);
    case CONTAINED_IN_TIME:    return contained_in_time(f, c);
    case JUDGED:               return c->seen ? yes(c->confirmed && !c->misjudged) : OUT;
    case ACKNOWLEDGED_IN_TIME: return c->seen ? in_time(f, c->seen_us, i->within_us[ACKNOWLEDGE_WITHIN], c->acknowledged_us) : OUT;
    case RESOLVED_IN_TIME:     return c->seen ? in_time(f, c->seen_us, i->within_us[RESOLVE_WITHIN], c->resolved_us) : OUT;
    case DETECT_MEAN:
    case DETECT_MEDIAN:        return c->seen ? MET : OUT;
    case ACKNOWLEDGE_MEAN:     return c->seen && c->acknowledged_us != 0 ? MET : OUT;
    case RESOLVE_MEAN:         return c->seen && c->resolved_us != 0 ? MET : OUT;
    default:                   return OUT;
    }
}

static enum verdict of_notice(const struct noted *n, enum counted what)
{
    bool done = what == SIGNED_IN_TIME ? n->signed_us != 0 : n->answered_us != 0;
    bool late = what == SIGNED_IN_TIME ? n->sign_late : n->answer_late;
    return late ? MISSED : done ? MET : OUT;
}

static uint64_t seconds_of(const struct came *c, enum counted what)
{
    uint64_t us = what == ACKNOWLEDGE_MEAN ? c->acknowledged_us - c->seen_us : what == RESOLVE_MEAN ? c->resolved_us - c->seen_us : c->detect_us;
    return (us + SECOND_US / 2) / SECOND_US;
}

/* ---- figures ---- */

bool figure_of_notices(const struct figure *g)
{
    return g->measure->counted == SIGNED_IN_TIME || g->measure->counted == FEEDBACK_IN_TIME;
}

size_t figure_subjects(const struct score *s, const struct figure *g)
{
    return figure_of_notices(g) ? s->facts->notice_count : s->facts->inject_count;
}

const char *figure_subject(const struct score *s, const struct figure *g, size_t n)
{
    return figure_of_notices(g) ? s->facts->notices[n].id : s->facts->injects[n].name;
}

static int by_size(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* The mean, or the middle one (of two the mean), rounded. */
static uint64_t middle(uint64_t *seconds, size_t count, bool median)
{
    uint64_t sum = 0;
    qsort(seconds, count, sizeof *seconds, by_size);
    if (median)
        return (seconds[(count - 1) / 2] + seconds[count / 2] + 1) / 2;
    for (size_t n = 0; n < count; n++)
        sum += seconds[n];
    return (sum + count / 2) / count;
}

static void measure_time(const struct score *s, struct figure *g)
{
    uint64_t seconds[DRILL_INJECTS_MAX];
    size_t count = 0;
    for (size_t n = 0; n < s->facts->inject_count; n++)
        if (g->verdicts[n] == MET)
            seconds[count++] = seconds_of(&s->came[n], g->measure->counted);
    if (count > 0)
        g->value = middle(seconds, count, g->measure->counted == DETECT_MEDIAN);
    g->points = g->value <= g->measure->target ? POINTS_FULL : g->measure->target * POINTS_FULL / g->value;
}

static void measure_share(struct figure *g)
{
    g->value = g->of > 0 ? (g->met * 1000 + g->of / 2) / g->of : 0;
    g->points = g->of > 0 ? g->met * 1000 * POINTS_FULL / (g->of * g->measure->target) : 0;
    g->points = g->points < POINTS_FULL ? g->points : POINTS_FULL;
}

static void measure(const struct score *s, const struct measure *m, struct figure *g)
{
    *g = (struct figure){ .measure = m };
    for (size_t n = 0; n < figure_subjects(s, g); n++) {
        g->verdicts[n] = figure_of_notices(g) ? of_notice(&s->facts->notices[n], m->counted) : of_inject(s->facts, &s->came[n], m->counted);
        g->met += g->verdicts[n] == MET;
        g->of += g->verdicts[n] != OUT;
    }
    g->has = g->of > 0;
    if (score_counted[m->counted].unit == SHARE)
        measure_share(g);
    else
        measure_time(s, g);
}

static void sum_up(struct score *s, enum ability a)
{
    uint64_t points = 0, weight = 0;
    for (size_t n = 0; n < s->table->count; n++) {
        const struct figure *g = &s->figures[n];
        if (g->measure->ability != a || !g->has)
            continue;
        points += g->points * g->measure->weight;
        weight += g->measure->weight;
    }
    s->has[a] = weight > 0;
    s->points[a] = weight > 0 ? (points + weight / 2) / weight : 0;
}

static size_t count_beside(const struct facts *f)
{
    size_t n = 0;
    for (size_t i = 0; i < f->incident_count; i++) {
        bool seen = f->incidents[i].detected_us < f->started_us || f->incidents[i].detected_us > f->as_of_us || *f->incidents[i].merged_into != '\0';
        for (size_t k = 0; k < f->sight_count && !seen; k++)
            seen = f->sights[k].incident == i || facts_whole(f, &f->incidents[f->sights[k].incident]) == &f->incidents[i];
        n += !seen;
    }
    return n;
}

void score_compute(const struct facts *f, const struct score_table *t, struct score *out)
{
    *out = (struct score){ .facts = f, .table = t };
    for (size_t n = 0; n < f->inject_count; n++) {
        out->came[n] = came_of(f, &f->injects[n]);
        out->injected += was_injected(f, &f->injects[n]);
    }
    for (size_t n = 0; n < t->count; n++)
        measure(out, &t->rows[n], &out->figures[n]);
    for (int a = 0; a < ABILITIES; a++)
        sum_up(out, (enum ability)a);
    out->beside = count_beside(f);
}
