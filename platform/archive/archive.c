/* The door: which store it is, and what holds for both of them. */
#include "archive/archive.h"

#include <errno.h>

#include "archive/store.h"

struct archive *archive_open(const char *where, enum archive_mode mode, struct fault *f)
{
    return archive_sqlite_open(where, mode, f);
}

void archive_close(struct archive *a)
{
    if (a == NULL)
        return;
    archive_rollback(a);
    a->store->close(a);
}

int archive_begin(struct archive *a, struct fault *f)
{
    return a->mode == ARCHIVE_WRITE ? a->store->begin(a, f) : fault_set(f, -EPERM, "the archive is open for reading");
}

int archive_put(struct archive *a, const char *stream, const char *region, const char *json, size_t len, struct fault *f)
{
    struct row r;
    (void)stream;                       /* the event says itself what it is */
    int rc = row_parse(json, len, region, &r, f);
    if (rc != 0)
        return rc;
    rc = a->store->put(a, &r, json, len, f);
    row_free(&r);
    return rc;
}

int archive_commit(struct archive *a, struct fault *f)
{
    return a->store->commit(a, f);
}

void archive_rollback(struct archive *a)
{
    a->store->rollback(a);
}
