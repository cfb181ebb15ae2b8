#include "archive/audit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "archive/store.h"
#include "common/clock.h"
#include "events/load.h"

/* ---- what an event says of itself ---- */

static uint64_t moment_of(const json_t *object, const char *name, uint64_t otherwise_us)
{
    uint64_t us;
    return clock_parse(event_text_of(object, name), &us) == 0 ? us : otherwise_us;
}

static void read_order(struct audit_entry *e, const json_t *order)
{
    e->who = event_text_of(order, "who");
    e->role = event_text_of(order, "role");
    e->kind = event_text_of(order, "kind");
    e->id = event_text_of(order, "subject");
    e->deed = event_text_of(order, "name");
}

static void read_command(struct audit_entry *e, const json_t *event)
{
    const json_t *order = json_object_get(event, "command");
    read_order(e, order);
    e->command = event_text_of(event, "id");
    e->note = event_text_of(json_object_get(order, "args"), "note");
}

static void read_refusal(struct audit_entry *e, const json_t *event)
{
    const json_t *refusal = json_object_get(event, "refusal");
    read_order(e, json_object_get(refusal, "command"));
    e->command = event_text_of(refusal, "command_id");
    e->state = event_text_of(refusal, "code");
    e->note = event_text_of(refusal, "en");
}

static void read_archiver(struct audit_entry *e, const json_t *event)
{
    const json_t *said = json_object_get(event, e->type);
    e->who = "archiver";
    e->kind = e->type;
    e->deed = event_text_of(said, "reason");
    e->version = event_number_of(said, "seq", UINT64_MAX);
}

static void read_removal(struct audit_entry *e, const json_t *event)
{
    const json_t *said = json_object_get(event, e->type);
    read_archiver(e, event);
    e->id = event_text_of(said, "month");
    e->state = event_text_of(said, "state");
}

static void read_change(struct audit_entry *e, const json_t *event)
{
    const json_t *body = json_object_get(event, e->type), *by = json_object_get(event, "by");
    e->who = by != NULL ? event_text_of(by, "who") : "correlator";
    e->role = event_text_of(by, "role");
    e->kind = e->type;
    e->id = event_text_of(body, "id");
    e->version = event_number_of(body, "version", UINT64_MAX);
    e->state = event_text_of(body, "state");
    e->deed = event_text_of(by, "command");
    e->note = event_text_of(by, "reason");
    e->command = event_text_of(by, "command_id");
    e->time_us = moment_of(by, "at", e->time_us);
}

static void read_other(struct audit_entry *e, const json_t *event)
{
    e->who = event_text_of(event, "sensor");
    e->kind = e->type;
    e->id = event_text_of(event, "id");
}

typedef void reader(struct audit_entry *e, const json_t *event);

/* NULL: no decision. Whatever has versions is decided about. */
static reader *reader_of(const struct chained *c, const char *type)
{
    static const struct { const char *type; reader *read; } readers[] = {
        { "command", read_command }, { "refusal", read_refusal }, { "checkpoint", read_archiver }, { "retention", read_removal },
    };
    for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++)
        if (strcmp(readers[i].type, type) == 0)
            return readers[i].read;
    return c->version ? read_change : NULL;
}

static void read_event(struct audit_entry *e, const json_t *event, reader *read)
{
    e->who = e->role = e->kind = e->id = e->deed = e->state = e->note = e->command = "";
    (read != NULL ? read : read_other)(e, event);
}

/* ---- its link ---- */

static void hex_of(const uint8_t link[CHAIN_LINK], char out[AUDIT_SM3])
{
    struct text t = text_over(out, AUDIT_SM3);
    text_hex(&t, link, CHAIN_LINK);
    text_end(&t);
}

static void link_entry(struct audit_entry *e, const struct chained *c, const struct chain_head *before)
{
    struct chain_head now = *before;
    e->region = c->version || c->row.region == NULL ? "" : c->row.region;
    chain_add(&now, c->version ? NULL : c->row.region, c->json, c->len);
    hex_of(before->link, e->prev);
    hex_of(c->link, e->sm3);
    e->follows = c->seq == now.seq && memcmp(c->link, now.link, CHAIN_LINK) == 0;
}

/* ---- along the months ---- */

struct trail {
    const struct audit_query *q;
    bool (*entry)(void *ctx, const struct audit_entry *e);
    void  *ctx;
    const char *month;
    bool   stopped;
};

static bool is(const char *wanted, const char *value)
{
    return wanted == NULL || strcmp(wanted, value) == 0;
}

static bool matches(const struct audit_query *q, const struct audit_entry *e)
{
    return is(q->who, e->who) && is(q->id, e->id) && (is(q->kind, e->kind) || is(q->kind, e->type))
           && e->time_us >= q->since_us && (q->until_us == 0 || e->time_us < q->until_us);
}

static int give(struct trail *t, const struct chained *c, const struct chain_head *before, struct fault *f)
{
    struct audit_entry e = { .month = t->month, .seq = c->seq, .time_us = (uint64_t)c->row.time_us, .json = c->json, .len = c->len };
    reader *read = c->version ? read_change : reader_of(c, c->row.type != NULL ? c->row.type : "");
    if (read == NULL && !t->q->all)
        return 0;
    json_t *event = event_load(c->json, c->len, f);
    if (event == NULL)
        return fault_set(f, -EILSEQ, "%s: row %llu cannot be read: fengsui verify says more", t->month, (unsigned long long)c->seq);
    e.type = event_text_of(event, "event_type");
    read_event(&e, event, reader_of(c, e.type));
    if (matches(t->q, &e)) {
        link_entry(&e, c, before);
        t->stopped = !t->entry(t->ctx, &e);
    }
    json_decref(event);
    return 0;
}

/* A row that is gone leaves its link: it is told of, whatever was asked for. */
static void give_gone(struct trail *t, const struct chained *c, const struct chain_head *before)
{
    struct audit_entry e = { .month = t->month, .seq = c->seq, .type = "gone", .json = "", .region = "" };
    read_event(&e, NULL, NULL);
    hex_of(before->link, e.prev);
    hex_of(c->link, e.sm3);
    t->stopped = !t->entry(t->ctx, &e);
}

static int walk_month(struct archive *a, struct trail *t, struct fault *f)
{
    struct chain_head before;
    struct chained c;
    int rc = 0;
    chain_begin(&before, t->month);
    struct walk *w = a->store->walk(a, t->month, f);
    if (w == NULL)
        return f->code;
    while (rc == 0 && !t->stopped && (rc = a->store->walk_next(w, &c, f)) > 0) {
        if (c.link_len != CHAIN_LINK)
            rc = fault_set(f, -EILSEQ, "%s: the link of row %llu is none: fengsui verify says more", t->month, (unsigned long long)c.seq);
        else if (c.there)
            rc = give(t, &c, &before, f);
        else
            rc = (give_gone(t, &c, &before), 0);
        before.seq = c.seq;
        if (rc == 0)
            memcpy(before.link, c.link, CHAIN_LINK);
    }
    a->store->walk_end(w);
    return rc;
}

/* What was decided about an incident after its month stands in that month, so none is too old; but nothing is decided
 * about what has not happened. */
static bool is_too_new(const char *month, const struct audit_query *q)
{
    return q->until_us != 0 && (uint64_t)archive_month_start(month, 0) >= q->until_us;
}

int archive_audit(struct archive *a, const struct audit_query *q, bool (*entry)(void *ctx, const struct audit_entry *e), void *ctx,
                  struct fault *f)
{
    struct trail t = { .q = q, .entry = entry, .ctx = ctx };
    struct month_list months = { 0 };
    int rc = a->store->months(a, &months, f);
    for (size_t i = months.count; i-- > 0 && rc == 0 && !t.stopped;) {
        t.month = months.names[i];
        rc = is_too_new(t.month, q) ? 0 : walk_month(a, &t, f);
    }
    free(months.names);
    return rc;
}
