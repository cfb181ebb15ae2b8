#include "archive/book.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/hash.h"

struct book_month *book_month(const struct book *b, const char *month)
{
    for (size_t i = 0; i < b->month_count; i++)
        if (strcmp(b->months[i].month, month) == 0)
            return &b->months[i];
    return NULL;
}

struct book_file *book_file(const struct book *b, const char *file)
{
    for (size_t i = 0; i < b->file_count; i++)
        if (strcmp(b->files[i].seal.file, file) == 0)
            return &b->files[i];
    return NULL;
}

/* The next member of an array that grows by doubling. NULL with a fault. */
static void *next_of(void **rows, size_t count, size_t *room, size_t size, struct fault *f)
{
    if (count == *room) {
        size_t wanted = *room ? *room * 2 : 16;
        void *more = realloc(*rows, wanted * size);
        if (more == NULL) {
            fault_set(f, -ENOMEM, "no memory");
            return NULL;
        }
        *rows = more;
        *room = wanted;
    }
    return (char *)*rows + count * size;
}

static int add_line(struct book *b, const char *bytes, size_t len, struct fault *f)
{
    void *rows = b->lines;
    uint8_t digest[HASH_MAX];
    uint8_t *at = next_of(&rows, b->line_count, &b->line_room, CHAIN_LINK, f);
    b->lines = rows;
    if (at == NULL)
        return f->code;
    hash_digest(HASH_SM3, bytes != NULL ? bytes : "", len, digest);
    memcpy(at, digest, CHAIN_LINK);
    b->line_count++;
    return 0;
}

static struct book_month *take_month(struct book *b, const char *month, struct fault *f)
{
    struct book_month *found = book_month(b, month);
    if (found != NULL)
        return found;
    struct book_month *more = realloc(b->months, (b->month_count + 1) * sizeof *more);
    if (more == NULL) {
        fault_set(f, -ENOMEM, "no memory");
        return NULL;
    }
    b->months = more;
    b->months[b->month_count] = (struct book_month){ 0 };
    snprintf(b->months[b->month_count].month, CHAIN_MONTH_MAX, "%s", month);
    return &b->months[b->month_count++];
}

static int add_head(struct book *b, const struct chain_head *h, uint64_t line, struct fault *f)
{
    char file[SEAL_FILE_MAX];
    struct book_month *m = take_month(b, h->month, f);
    if (m == NULL)
        return f->code;
    void *rows = m->heads;
    bool further = m->count == 0 || h->seq > m->heads[m->count - 1].seq;
    struct book_head *at = next_of(&rows, m->count, &m->room, sizeof *at, f);
    m->heads = rows;
    if (at == NULL)
        return f->code;
    *at = (struct book_head){ .seq = h->seq, .line = line };
    memcpy(at->link, h->link, CHAIN_LINK);
    m->count++;
    m->removed = 0;                     /* late events make a month anew */
    snprintf(file, sizeof file, "%s.db", h->month);
    struct book_file *sealed = book_file(b, file);
    if (sealed != NULL && further)
        sealed->open = true;
    return 0;
}

static int add_seal(struct book *b, const struct seal *s, const struct ledger_line *l, struct fault *f)
{
    struct book_file *x = book_file(b, s->file);
    if (x == NULL) {
        struct book_file *more = realloc(b->files, (b->file_count + 1) * sizeof *more);
        if (more == NULL)
            return fault_set(f, -ENOMEM, "no memory");
        b->files = more;
        x = &b->files[b->file_count++];
    }
    *x = (struct book_file){ .seal = *s, .line = b->line_count, .time_us = l->time_us };
    return 0;
}

static int add_removed(struct book *b, const struct chain_head *h, struct fault *f)
{
    struct book_month *m = take_month(b, h->month, f);
    if (m == NULL)
        return f->code;
    m->removed = b->line_count;
    m->count = 0;
    return 0;
}

/* The file of the newest versions has no chain: it is open whenever the archiver is. */
static void note_open(struct book *b, enum checkpoint_reason reason)
{
    struct book_file *x = book_file(b, "incidents.db");
    if (x != NULL && reason != CHECKPOINT_SEAL)
        x->open = true;
}

int book_add(struct book *b, const struct ledger_line *l, const struct checkpoint *c, struct fault *f)
{
    int rc = add_line(b, l->bytes, l->len, f);
    if (rc != 0 || c == NULL)
        return rc;
    b->reason = c->reason;
    b->follows = c->follows;
    b->time_us = l->time_us;
    note_open(b, c->reason);
    for (size_t i = 0; i < c->head_count && rc == 0; i++)
        rc = add_head(b, &c->heads[i], b->line_count, f);
    for (size_t i = 0; i < c->sealed_count && rc == 0; i++)
        rc = add_seal(b, &c->sealed[i], l, f);
    for (size_t i = 0; i < c->removed_count && rc == 0; i++)
        rc = add_removed(b, &c->removed[i], f);
    return rc;
}

void book_free(struct book *b)
{
    for (size_t i = 0; i < b->month_count; i++)
        free(b->months[i].heads);
    free(b->months);
    free(b->files);
    free(b->lines);
    *b = (struct book){ 0 };
}
