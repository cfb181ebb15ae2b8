#include "correlator/meta.h"

#include <stdlib.h>
#include <string.h>

enum { RHYTHM_FROM = 4, RHYTHM_TIMES = 20 };    /* alerts that make a rhythm; its steps that may be missing */

struct meta_table {
    struct meta_settings settings;
    struct index        *metas;
    uint64_t             begun;
};

struct meta_table *meta_table_new(const struct meta_settings *s)
{
    struct meta_table *t = calloc(1, sizeof *t);
    if (t == NULL)
        return NULL;
    t->settings = *s;
    if ((t->metas = index_new(s->most, sizeof(struct meta))) != NULL)
        return t;
    free(t);
    return NULL;
}

void meta_table_free(struct meta_table *t)
{
    if (t == NULL)
        return;
    index_free(t->metas);
    free(t);
}

void meta_table_clear(struct meta_table *t)
{
    index_clear(t->metas);
}

uint64_t meta_begun(const struct meta_table *t)
{
    return t->begun;
}

uint64_t meta_forgotten(const struct meta_table *t)
{
    return index_forgotten(t->metas);
}

static uint64_t gap_of(const struct meta_table *t, const struct rule_here *r)
{
    if (r->burst < RHYTHM_FROM)
        return t->settings.gap_us;
    uint64_t gap = RHYTHM_TIMES * (r->burst_last_us - r->burst_first_us) / (r->burst - 1);
    if (gap < t->settings.echo_us)
        gap = t->settings.echo_us;
    return gap < t->settings.gap_us ? gap : t->settings.gap_us;
}

/* Within the gap on either side: alerts of several sensors come a little out of order. */
static struct meta *repeat(struct meta_table *t, const struct sight *s)
{
    const struct rule_here *r = s->here;
    uint64_t gap = gap_of(t, r);
    if (r->burst == 0 || s->time_us > r->burst_last_us + gap || s->time_us + gap < r->burst_first_us)
        return NULL;
    return index_find(t->metas, r->meta);
}

static struct meta *echo(struct meta_table *t, const struct sight *s)
{
    if (s->usual || s->nameless || s->other != NULL)
        return NULL;
    for (size_t i = SCENE_BURSTS; i-- > 0;) {
        uint64_t number = s->host->bursts[i];
        struct meta *m = number != 0 ? index_find(t->metas, number) : NULL;
        if (m != NULL && !m->usual && s->time_us <= m->last_us + t->settings.echo_us
            && s->time_us + t->settings.echo_us >= m->last_us)
            return m;
    }
    return NULL;
}

static struct meta *begin(struct meta_table *t, const struct sight *s)
{
    struct meta *m = index_take(t->metas, ++t->begun, NULL);
    m->first_us = m->last_us = s->time_us;
    m->usual = s->usual;
    return m;
}

static struct meta *sweep(struct meta_table *t, struct sight *s)
{
    struct meta *m = s->around->sweep_meta != 0 ? index_find(t->metas, s->around->sweep_meta) : NULL;
    if (m != NULL)
        return m;
    m = begin(t, s);
    m->sweep = true;
    s->around->sweep_meta = m->ix.key;
    return m;
}

static void burst_begin(struct sight *s, const struct meta *m)
{
    struct rule_here *r = s->here;
    uint64_t *bursts = s->host->bursts;
    r->meta = m->ix.key;
    r->burst = 0;
    r->burst_first_us = r->burst_last_us = s->time_us;
    if (m->sweep || bursts[SCENE_BURSTS - 1] == m->ix.key)
        return;
    memmove(bursts, bursts + 1, (SCENE_BURSTS - 1) * sizeof *bursts);
    bursts[SCENE_BURSTS - 1] = m->ix.key;
}

struct meta *meta_take(struct meta_table *t, struct scene *scene, struct sight *s, bool *step)
{
    struct meta *m = repeat(t, s);
    *step = m == NULL;
    if (m == NULL) {
        scene_sweep(scene, s);
        if (s->swept && s->other == NULL)
            m = sweep(t, s);
        if (m == NULL)
            m = echo(t, s);
        if (m == NULL)
            m = begin(t, s);
        burst_begin(s, m);
    }
    s->here->burst++;
    if (s->time_us > s->here->burst_last_us)
        s->here->burst_last_us = s->time_us;
    if (s->time_us < s->here->burst_first_us)
        s->here->burst_first_us = s->time_us;
    m->count++;
    if (s->time_us < m->first_us)
        m->first_us = s->time_us;
    if (s->time_us > m->last_us)
        m->last_us = s->time_us;
    return m;
}
