/* Retention: whole months, so that it is the removal of a file or a partition. Each removal leaves a record, an event of
 * type "retention", which stays with the newest versions of incidents when its own month goes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "archive/store.h"
#include "common/clock.h"

enum { RECORD_MAX = 1024 };
static const uint64_t DAY_US = UINT64_C(86400000000);

/* The first month that stays. Time is what the archive itself has seen, when that is less than the clock says: a clock
 * that jumps ahead must not empty it. */
static void first_kept(const struct month_list *months, uint64_t keep_us, uint64_t now_us, char out[MONTH_NAME])
{
    int64_t seen = archive_month_start(months->names[0], 1), now = (int64_t)now_us;
    now = seen < now ? seen : now;
    archive_month_name(now > (int64_t)keep_us ? now - (int64_t)keep_us : 0, out);
}

/* The months that are past their time, newest first. */
static int past(struct archive *a, uint64_t keep_us, uint64_t now_us, struct month_list *out, struct fault *f)
{
    char kept[MONTH_NAME];
    if (keep_us < ARCHIVE_KEEP_LEAST_US)
        return fault_set(f, -EINVAL, "archive: it keeps at least 180 days, and was asked for %u", (unsigned)(keep_us / DAY_US));
    int rc = a->store->months(a, out, f);
    if (rc != 0 || out->count == 0)
        return rc;
    size_t stay = 0;
    first_kept(out, keep_us, now_us, kept);
    while (stay < out->count && strcmp(out->names[stay], kept) >= 0)
        stay++;
    out->count -= stay;
    memmove(out->names, out->names + stay, out->count * sizeof *out->names);
    return 0;
}

int archive_past(struct archive *a, uint64_t keep_us, uint64_t now_us,
                 int (*month)(void *ctx, const struct chain_head *h), void *ctx, struct fault *f)
{
    struct month_list months = { 0 };
    struct chain_head head;
    int rc = past(a, keep_us, now_us, &months, f);
    for (size_t i = 0; i < months.count && rc == 0; i++)
        if ((rc = a->store->head(a, months.names[i], &head, f)) == 0)
            rc = month(ctx, &head);
    free(months.names);
    return rc;
}

/* ---- removing ---- */

static const char *write_record(const struct archive_month *m, uint64_t keep_us, uint64_t now_us, char out[RECORD_MAX])
{
    struct text t = text_over(out, RECORD_MAX);
    char now[CLOCK_TEXT_MAX], oldest[CLOCK_TEXT_MAX], newest[CLOCK_TEXT_MAX];
    unsigned days = (unsigned)(keep_us / DAY_US);
    clock_text(now_us, now);
    clock_text(m->oldest_us, oldest);
    clock_text(m->newest_us, newest);
    text_fmt(&t, "{\"id\":\"retention:%s:%llu\",\"timestamp\":\"%s\",\"event_type\":\"retention\",\"retention\":{"
             "\"id\":\"retention:%s:%llu\",\"version\":1,\"state\":\"removed\",\"month\":\"%s\",\"rows\":%llu,"
             "\"versions\":%llu,\"bytes\":%llu,", m->name, (unsigned long long)now_us, now, m->name,
             (unsigned long long)now_us, m->name, (unsigned long long)m->rows, (unsigned long long)m->versions,
             (unsigned long long)m->bytes);
    text_fmt(&t, "\"oldest\":\"%s\",\"newest\":\"%s\",\"keep_days\":%u,\"title\":{\"zh\":\"%s：留存满 %u 天，清除 %llu 条\","
             "\"en\":\"%s: %llu events removed after %u days\"}}}", oldest, newest, days, m->name, days,
             (unsigned long long)m->rows, m->name, (unsigned long long)m->rows, days);
    return text_end(&t);
}

/* The record is durable before anything goes: who is killed in between has removed nothing unsaid. */
static int record(struct archive *a, const char *month, uint64_t keep_us, uint64_t now_us, struct fault *f)
{
    struct archive_month m;
    char json[RECORD_MAX];
    int rc = a->store->measure(a, month, &m, f);
    if (rc == 0)
        rc = archive_begin(a, f);
    if (rc != 0)
        return rc;
    write_record(&m, keep_us, now_us, json);
    rc = archive_put(a, "events", NULL, json, strlen(json), f);
    if (rc == 0)
        rc = archive_commit(a, f);
    if (rc != 0)
        archive_rollback(a);
    return rc;
}

int archive_retain(struct archive *a, uint64_t keep_us, uint64_t now_us, struct fault *f)
{
    struct month_list months = { 0 };
    int rc = past(a, keep_us, now_us, &months, f), removed = 0;
    for (size_t i = months.count; i > 0 && rc == 0; i--) {      /* the oldest first */
        rc = record(a, months.names[i - 1], keep_us, now_us, f);
        if (rc == 0)
            rc = a->store->remove(a, months.names[i - 1], f);
        removed += rc == 0;
    }
    if (rc == 0 && removed > 0)                 /* what no month can hold any more */
        rc = a->store->forget(a, archive_month_start(months.names[0], 1), f);
    free(months.names);
    return rc != 0 ? rc : removed;
}

/* ---- what is there ---- */

int archive_status(struct archive *a, void (*month)(void *ctx, const struct archive_month *m), void *ctx, struct fault *f)
{
    struct month_list months = { 0 };
    struct archive_month m;
    int rc = a->store->months(a, &months, f);
    for (size_t i = 0; i < months.count && rc == 0; i++)
        if ((rc = a->store->measure(a, months.names[i], &m, f)) == 0)
            month(ctx, &m);
    free(months.names);
    return rc;
}
