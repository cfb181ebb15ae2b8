#include "archive/digest.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/hash.h"

const char archive_incidents_part[] = "incidents";

enum { QUERIES_MAX = 3 };

struct digest { struct hash_stream *h; uint64_t rows[QUERIES_MAX]; unsigned at; };

/* Lengths stand before the bytes, so that no two different rows give the same. */
static void take(void *digest, const char *left, size_t left_len, const char *right, size_t right_len)
{
    struct digest *d = digest;
    uint8_t lengths[16];
    for (int i = 0; i < 8; i++) {
        lengths[i] = (uint8_t)((uint64_t)left_len >> (56 - 8 * i));
        lengths[8 + i] = (uint8_t)((uint64_t)right_len >> (56 - 8 * i));
    }
    hash_stream_add(d->h, lengths, sizeof lengths);
    hash_stream_add(d->h, left, left_len);
    hash_stream_add(d->h, right, right_len);
    d->rows[d->at]++;
}

/* Times may be equal, ids are not. */
static bool query(const struct archive *a, const char *part, unsigned i, char out[160])
{
    char events[DIGEST_TABLE], versions[DIGEST_TABLE];
    bool incidents = strcmp(part, archive_incidents_part) == 0;
    a->store->tables(part, events, versions);
    if (i == 0)
        snprintf(out, 160, "SELECT id, json FROM %s ORDER BY %sid", events, incidents ? "" : "time, ");
    else if (i == 1 && !incidents)
        snprintf(out, 160, "SELECT id, json FROM %s ORDER BY time, id", versions);
    else if (i == 1)
        snprintf(out, 160, "SELECT DISTINCT incident, alert FROM alert_of ORDER BY incident, alert");
    else
        snprintf(out, 160, "SELECT part, whole FROM part_of ORDER BY part");
    return i < (incidents ? 3 : 2);
}

int archive_digest(struct archive *a, const char *part, struct archive_part *out, struct fault *f)
{
    struct digest d = { .h = hash_stream_new(HASH_SM3) };
    char sql[160];
    int rc = d.h == NULL ? fault_set(f, -ENOMEM, "archive: no memory") : 0;
    *out = (struct archive_part){ 0 };
    snprintf(out->name, sizeof out->name, "%s", part);
    for (; rc == 0 && query(a, part, d.at, sql); d.at++)
        rc = a->store->pairs(a, part, sql, take, &d, f);
    if (d.h != NULL)
        hash_stream_end(d.h, out->sm3);
    out->rows = d.rows[0];
    out->versions = d.rows[1];
    return rc;
}
