#include "archive/notary.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/book.h"
#include "archive/keyring.h"
#include "archive/ledger.h"
#include "common/clock.h"
#include "common/log.h"

#define RETRY_US UINT64_C(60000000)     /* after one that could not be made */

struct notary {
    char         *keys;
    uint64_t      every_us, next_us;
    struct ledger ledger;
    struct book   book;
    bool          said_unsigned;
    bool          told_all;                 /* of every month: what was written before a crash may be in no line yet */
    char         *room;                     /* LEDGER_LINE_MAX bytes, for a line's members */
    struct chain_head *heads;               /* not in a line yet */
    size_t        head_count, head_room;
};

/* ---- opening ---- */

struct opening { struct notary *n; struct fault *fault; int rc; };

static bool read_line(void *ctx, size_t number, const struct ledger_line *l, const char *why)
{
    struct opening *o = ctx;
    struct checkpoint c = { 0 };
    struct fault bad = { 0 };
    if (why != NULL)
        log_warning("%s:%zu: %s; `fengsui verify` says more", o->n->ledger.path, number, why);
    bool good = l->document != NULL && checkpoint_read(l->document, &c, &bad) == 0;
    o->rc = book_add(&o->n->book, l, good ? &c : NULL, o->fault);
    checkpoint_free(&c);
    return o->rc == 0;
}

/* What is wrong with the ledger does not keep the archiver from its work: it is said, and stays to be found. */
static int open_ledger(struct notary *n, const char *path, struct fault *f)
{
    struct opening o = { n, f, 0 };
    int rc = ledger_open(&n->ledger, path, f);
    if (rc == 0 && n->ledger.torn > 0)
        log_warning("%s: a line that was cut off after %zu bytes is removed", path, n->ledger.torn);
    if (rc == 0)
        rc = ledger_walk(path, read_line, &o, f);
    return rc == 0 ? o.rc : rc;
}

struct notary *notary_open(const struct notary_settings *s, struct fault *f)
{
    struct notary *n = calloc(1, sizeof *n);
    if (n == NULL || (n->keys = strdup(s->keys)) == NULL || (n->room = malloc(LEDGER_LINE_MAX)) == NULL)
        fault_set(f, -ENOMEM, "no memory");
    else if (open_ledger(n, s->path, f) == 0) {
        n->every_us = s->every_us;
        return n;
    }
    notary_close(n);
    return NULL;
}

void notary_close(struct notary *n)
{
    if (n == NULL)
        return;
    ledger_close(&n->ledger);
    book_free(&n->book);
    free(n->heads);
    free(n->room);
    free(n->keys);
    free(n);
}

/* ---- a line ---- */

static struct sign_key *take_key(struct notary *n)
{
    struct fault why = { 0 };
    struct sign_key *key = keyring_private(n->keys, &why);
    if (key == NULL && !n->said_unsigned)
        log_error("checkpoints are NOT SIGNED, anybody can make others: %s. `fengsui keys init` makes a key", why.why);
    n->said_unsigned = key == NULL;
    return key;
}

static int write_line(struct notary *n, const struct checkpoint *c, uint64_t now_us, struct fault *f)
{
    struct text members = text_over(n->room, LEDGER_LINE_MAX);
    checkpoint_write(&members, c);
    if (members.cut)
        return fault_set(f, -EMSGSIZE, "%s: a checkpoint of %zu months does not fit into a line", n->ledger.path, c->head_count);
    struct sign_key *key = take_key(n);
    int rc = ledger_append(&n->ledger, now_us, text_end(&members), key, f);
    sign_key_free(key);
    return rc;
}

/* The row that says so before. What was announced before a crash is announced again under the same id, which changes
 * nothing. */
static int announce(struct notary *n, struct archive *a, enum checkpoint_reason why, uint64_t now_us, struct fault *f)
{
    char json[512], when[CLOCK_TEXT_MAX];
    clock_text(now_us, when);
    int len = snprintf(json, sizeof json,
                       "{\"id\":\"checkpoint-%.16s:0:%" PRIu64 "\",\"timestamp\":\"%s\",\"event_type\":\"checkpoint\","
                       "\"checkpoint\":{\"seq\":%" PRIu64 ",\"reason\":\"%s\",\"prev\":\"%s\"}}",
                       n->ledger.sm3, n->ledger.seq + 1, when, n->ledger.seq + 1, checkpoint_reasons[why], n->ledger.sm3);
    int rc = archive_begin(a, f);
    if (rc == 0)
        rc = archive_put(a, "checkpoints", NULL, json, (size_t)len, f);
    if (rc == 0)
        rc = archive_commit(a, f);
    else
        archive_rollback(a);
    return rc;
}

/* A line that could not be written leaves its heads to the next. */
static void note_head(void *ctx, const struct chain_head *h)
{
    struct notary *n = ctx;
    size_t i = 0;
    while (i < n->head_count && strcmp(n->heads[i].month, h->month) != 0)
        i++;
    if (i == n->head_room) {
        struct chain_head *more = realloc(n->heads, (i + 16) * sizeof *more);
        if (more == NULL)
            return;                     /* the next row of the month tells it again */
        n->heads = more;
        n->head_room = i + 16;
    }
    n->heads[i] = *h;
    if (i == n->head_count)
        n->head_count++;
}

static int make(struct notary *n, struct archive *a, struct checkpoint *c, uint64_t now_us, struct fault *f)
{
    int rc = announce(n, a, c->reason, now_us, f);
    if (rc != 0)
        return rc;
    if (!n->told_all && (rc = archive_all_heads(a, note_head, n, f)) != 0)
        return rc;
    archive_heads(a, note_head, n);
    c->heads = n->heads;
    c->head_count = n->head_count;
    rc = write_line(n, c, now_us, f);
    if (rc != 0)
        return rc;
    n->head_count = 0;
    n->told_all = true;
    n->next_us = now_us + n->every_us;
    return 0;
}

int notary_checkpoint(struct notary *n, struct archive *a, enum checkpoint_reason why, uint64_t now_us, struct fault *f)
{
    struct checkpoint c = { .reason = why, .follows = why == CHECKPOINT_STOP && archive_has_files(a) };
    return make(n, a, &c, now_us, f);
}

/* Should the clock have been set back, one is due at once: that is a moment to hold fast. */
int notary_idle(struct notary *n, struct archive *a, uint64_t now_us, struct fault *f)
{
    if (now_us < n->next_us && now_us + n->every_us >= n->next_us)
        return 0;
    int rc = notary_checkpoint(n, a, CHECKPOINT_HOUR, now_us, f);
    if (rc != 0)
        n->next_us = now_us + (n->every_us < RETRY_US ? n->every_us : RETRY_US);
    return rc;
}

int notary_removing(struct notary *n, struct archive *a, const struct chain_head *months, size_t count, uint64_t now_us,
                    struct fault *f)
{
    struct checkpoint c = { .reason = CHECKPOINT_RETENTION, .removed_count = count };
    c.removed = malloc((count + 1) * sizeof *c.removed);
    if (c.removed == NULL)
        return fault_set(f, -ENOMEM, "no memory");
    memcpy(c.removed, months, count * sizeof *months);
    int rc = make(n, a, &c, now_us, f);
    free(c.removed);
    return rc;
}

/* ---- seals ---- */

struct sealing { struct notary *n; struct seal *seals; size_t count; };

static bool not_sealed(void *ctx, const char *file)
{
    const struct sealing *s = ctx;
    const struct book_file *x = book_file(&s->n->book, file);
    return x == NULL || x->open;
}

static int take_seal(void *ctx, const struct seal *seal)
{
    struct sealing *s = ctx;
    struct seal *more = realloc(s->seals, (s->count + 1) * sizeof *more);
    if (more == NULL)
        return -ENOMEM;
    s->seals = more;
    s->seals[s->count++] = *seal;
    return 0;
}

/* The book as it is after this run's lines. */
static int read_again(struct notary *n, struct fault *f)
{
    struct opening o = { n, f, 0 };
    book_free(&n->book);
    int rc = ledger_walk(n->ledger.path, read_line, &o, f);
    return rc == 0 ? o.rc : rc;
}

int notary_seal(struct notary *n, const char *where, uint64_t now_us, struct fault *f)
{
    struct sealing s = { .n = n };
    int rc = read_again(n, f);
    if (rc == 0)
        rc = archive_seals(where, not_sealed, take_seal, &s, f);
    struct checkpoint c = { .reason = CHECKPOINT_SEAL, .sealed = s.seals, .sealed_count = s.count };
    if (rc == 0 && n->book.follows)
        rc = write_line(n, &c, now_us, f);
    free(s.seals);
    return rc == 0 ? (int)s.count : rc;
}
