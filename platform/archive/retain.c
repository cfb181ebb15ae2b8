/* Retention: whole months, so that it is the removal of a file or a partition. */
#include <stdlib.h>
#include <string.h>

#include "archive/store.h"

static int remove_past(struct archive *a, const struct month_list *months, const char *oldest, struct fault *f)
{
    int removed = 0, rc = 0;
    for (size_t i = 0; i < months->count && rc == 0; i++)
        if (strcmp(months->names[i], oldest) < 0 && (rc = a->store->remove(a, months->names[i], f)) == 0)
            removed++;
    return rc != 0 ? rc : removed;
}

int archive_past(struct archive *a, uint64_t keep_us, uint64_t now_us,
                 int (*month)(void *ctx, const struct chain_head *h), void *ctx, struct fault *f)
{
    char oldest[MONTH_NAME];
    struct month_list months = { 0 };
    struct chain_head head;
    if (now_us <= keep_us)
        return 0;
    archive_month_name((int64_t)(now_us - keep_us), oldest);
    int rc = a->store->months(a, &months, f);
    for (size_t i = 0; i < months.count && rc == 0; i++)
        if (strcmp(months.names[i], oldest) < 0 && (rc = a->store->head(a, months.names[i], &head, f)) == 0)
            rc = month(ctx, &head);
    free(months.names);
    return rc;
}

int archive_retain(struct archive *a, uint64_t keep_us, uint64_t now_us, struct fault *f)
{
    char oldest[MONTH_NAME];
    struct month_list months = { 0 };
    if (now_us <= keep_us)
        return 0;
    archive_month_name((int64_t)(now_us - keep_us), oldest);
    int rc = a->store->months(a, &months, f);
    if (rc == 0)
        rc = remove_past(a, &months, oldest, f);
    free(months.names);
    int forgotten = rc > 0 ? a->store->forget(a, (int64_t)(now_us - keep_us), f) : 0;
    return forgotten < 0 ? forgotten : rc;
}
