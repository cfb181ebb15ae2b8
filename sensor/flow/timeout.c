/* timeout - who goes when: idle expiry in packet time, and eviction at the ceilings.
 *
 * Each list is in the order of listed_us. A packet moves its flow to the newer end at most once a
 * second, so the common packet touches no neighbour; a head that spoke since it was listed is put
 * in its place when its turn comes.
 */
#include "flow/internal.h"

enum { RELIEVE_MAX = 4, RELIEVE_LOOK = 8 };

void flow_list_add(struct flow_table *t, struct flow *f, uint64_t now_us)
{
    struct idle_list *list = &t->lists[f->list];
    f->listed_us = now_us;
    f->idle_newer = NULL;
    f->idle_older = list->newest;
    if (list->newest != NULL) {
        list->newest->idle_newer = f;
    } else {
        list->oldest = f;
        if (now_us + list->idle_us < t->due_us)
            t->due_us = now_us + list->idle_us;
    }
    list->newest = f;
}

void flow_list_remove(struct flow_table *t, struct flow *f)
{
    struct idle_list *list = &t->lists[f->list];
    if (f->idle_older != NULL)
        f->idle_older->idle_newer = f->idle_newer;
    else
        list->oldest = f->idle_newer;
    if (f->idle_newer != NULL)
        f->idle_newer->idle_older = f->idle_older;
    else
        list->newest = f->idle_older;
}

/* Captures read one after another may go back in time: a flow as far in the future as its idle
 * time is in the past is over just the same. */
bool flow_idle_too_long(const struct flow_table *t, const struct flow *f, uint64_t now_us)
{
    uint64_t apart = now_us > f->last_us ? now_us - f->last_us : f->last_us - now_us;
    return apart > t->lists[f->list].idle_us;
}

static unsigned expire_list(struct flow_table *t, enum flow_list kind, uint64_t now_us, unsigned most)
{
    struct idle_list *list = &t->lists[kind];
    unsigned done = 0;
    for (; done < most && list->oldest != NULL; done++) {
        struct flow *f = list->oldest;
        if (flow_idle_too_long(t, f, now_us)) {
            flow_close(t, f, kind == LIST_CLOSED ? FLOW_END_FINISHED : FLOW_END_TIMEOUT);
        } else if (f->last_us > f->listed_us) {
            flow_list_remove(t, f);
            flow_list_add(t, f, f->last_us);
        } else {
            break;
        }
    }
    return done;
}

static void plan_next(struct flow_table *t)
{
    t->due_us = UINT64_MAX;
    for (int i = 0; i < LIST_COUNT; i++) {
        const struct idle_list *list = &t->lists[i];
        if (list->oldest == NULL)
            continue;
        uint64_t due_us = list->oldest->listed_us + list->idle_us;
        if (flow_idle_too_long(t, list->oldest, t->now_us))
            due_us = 0;         /* also when the clock went back */
        if (due_us < t->due_us)
            t->due_us = due_us;
    }
}

void flow_table_expire(struct flow_table *t, uint64_t now_us)
{
    bool back = now_us + t->limits.closed_idle_us < t->now_us;
    t->now_us = now_us;
    if (now_us <= t->due_us && !back)
        return;
    unsigned left = FLOW_EXPIRE_MAX;
    for (int kind = 0; kind < LIST_COUNT && left > 0; kind++)
        left -= expire_list(t, (enum flow_list)kind, now_us, left);
    plan_next(t);
}

static struct flow *longer_idle(struct flow *a, struct flow *b)
{
    if (a == NULL || b == NULL)
        return a != NULL ? a : b;
    return b->last_us < a->last_us ? b : a;
}

/* Half-open and unanswered first, then what is closed, then what people are using. */
void flow_evict_one(struct flow_table *t)
{
    struct idle_list *lists = t->lists;
    struct flow *f = longer_idle(lists[LIST_HALF_OPEN].oldest,
                                 longer_idle(lists[LIST_UNANSWERED].oldest, lists[LIST_ICMP].oldest));
    uint64_t *count = &t->counts.evicted_new;
    if (f == NULL) {
        f = lists[LIST_CLOSED].oldest;
        count = &t->counts.evicted_closed;
    }
    if (f == NULL) {
        f = longer_idle(lists[LIST_ANSWERED].oldest, lists[LIST_ESTABLISHED].oldest);
        count = &t->counts.evicted_established;
    }
    if (f == NULL)
        return;
    const struct flow *next = f->idle_newer;
    for (size_t at = 0; next != NULL && at < sizeof *next; at += 64)
        __builtin_prefetch((const uint8_t *)next + at, 1);     /* in a flood it goes with the next packet */
    (*count)++;
    flow_close(t, f, FLOW_END_EVICTED);
}

static struct flow *oldest_with_memory(const struct flow_table *t, enum flow_list kind)
{
    struct flow *f = t->lists[kind].oldest;
    for (int look = 0; f != NULL && f->account.used == 0 && look < RELIEVE_LOOK; look++)
        f = f->idle_newer;
    return f != NULL && f->account.used > 0 ? f : NULL;
}

void flow_relieve_store(struct flow_table *t)
{
    static const enum flow_list order[] = { LIST_CLOSED, LIST_UNANSWERED, LIST_HALF_OPEN, LIST_ANSWERED, LIST_ESTABLISHED };
    uint64_t high = t->limits.flow_bytes_max - t->limits.flow_bytes_max / 8;
    for (int i = 0; i < RELIEVE_MAX && store_counts(t->store)->used > high; i++) {
        struct flow *f = NULL;
        for (size_t k = 0; k < sizeof order / sizeof *order && f == NULL; k++)
            f = oldest_with_memory(t, order[k]);
        if (f == NULL)
            return;
        t->counts.evicted_bytes++;
        flow_close(t, f, FLOW_END_EVICTED);
    }
}
