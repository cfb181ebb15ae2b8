#include "bus/marks.h"

#include <inttypes.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "events/event.h"

struct mark {
    char     field[MARK_FIELD_MAX];
    uint64_t done, next;        /* one more than the highest seq; 0: none yet. next: with the open transaction ... */
    uint64_t sure;              /* ... and this one with what was accepted of it */
};

static int by_field(const void *a, const void *b)
{
    return strcmp(((const struct mark *)a)->field, ((const struct mark *)b)->field);
}

/* NULL only without memory: the entry then counts as new, and the reader's own keys must catch a repeat. */
static struct mark *find(struct marks *m, const char *field)
{
    struct mark key, **node;
    snprintf(key.field, sizeof key.field, "%s", field);
    node = tfind(&key, &m->tree, by_field);
    if (node != NULL)
        return *node;
    struct mark *fresh = calloc(1, sizeof *fresh);
    if (fresh == NULL)
        return NULL;
    memcpy(fresh->field, key.field, sizeof fresh->field);
    if (tsearch(fresh, &m->tree, by_field) == NULL) {
        free(fresh);
        return NULL;
    }
    return fresh;
}

void marks_load(struct marks *m, const char *field, const char *value, size_t len)
{
    char digits[24], *end;
    if (len == 0 || len >= sizeof digits || strlen(field) >= MARK_FIELD_MAX)
        return;
    memcpy(digits, value, len);
    digits[len] = '\0';
    uint64_t seq = strtoull(digits, &end, 10);
    struct mark *k = *end == '\0' ? find(m, field) : NULL;
    if (k != NULL && seq < UINT64_MAX)
        k->done = k->sure = k->next = seq + 1;
}

bool marks_repeat(struct marks *m, enum stream s, const char *id)
{
    char sensor[EVENT_ID_MAX], field[MARK_FIELD_MAX];
    uint64_t epoch, seq;
    if (s == STREAM_COMMANDS)       /* many post them, each in an order of its own: who applies them remembers their ids */
        return false;
    if (event_id_parse(id, sensor, &epoch, &seq) != 0 || seq == UINT64_MAX)     /* nobody counts that far */
        return false;
    int n = snprintf(field, sizeof field, "%s:%s:%" PRIu64, stream_names[s], sensor, epoch);
    struct mark *k = n < MARK_FIELD_MAX ? find(m, field) : NULL;
    if (k == NULL)
        return false;
    if (seq < k->next)
        return true;
    k->next = seq + 1;
    return false;
}

struct walk {
    void (*each)(void *ctx, const char *field, uint64_t seq);
    void *ctx;
    bool  yes;
};

static void report(const void *node, VISIT visit, void *walk)
{
    const struct mark *k = *(const struct mark *const *)node;
    struct walk *w = walk;
    if ((visit == postorder || visit == leaf) && k->next != k->done)
        w->each(w->ctx, k->field, k->next - 1);
}

static void settle(const void *node, VISIT visit, void *walk)
{
    struct mark *k = *(struct mark *const *)node;
    struct walk *w = walk;
    if (visit != postorder && visit != leaf)
        return;
    if (w->yes)
        k->done = k->next;
    k->sure = k->next = k->done;
}

static void judge(const void *node, VISIT visit, void *walk)
{
    struct mark *k = *(struct mark *const *)node;
    const struct walk *w = walk;
    if (visit != postorder && visit != leaf)
        return;
    if (w->yes)
        k->sure = k->next;
    else
        k->next = k->sure;
}

void marks_accept(struct marks *m, bool handled)
{
    struct walk w = { NULL, NULL, handled };
    twalk_r(m->tree, judge, &w);
}

void marks_moved(const struct marks *m, void (*each)(void *ctx, const char *field, uint64_t seq), void *ctx)
{
    struct walk w = { each, ctx, false };
    twalk_r(m->tree, report, &w);
}

void marks_settle(struct marks *m, bool committed)
{
    struct walk w = { NULL, NULL, committed };
    twalk_r(m->tree, settle, &w);
}

void marks_free(struct marks *m)
{
    tdestroy(m->tree, free);
    m->tree = NULL;
}
