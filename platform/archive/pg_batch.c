/* Rows as columns: one array a column, in the form that array_recv() reads. One statement then carries a whole batch,
 * where COPY could not leave out what is there already and a statement a row would cost a plan each. */
#include <endian.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "archive/pg.h"

enum { OID_BYTEA = 17, OID_INT8 = 20, OID_TEXT = 25, OID_BYTEA_ARRAY = 1001, OID_INT8_ARRAY = 1016, OID_TEXT_ARRAY = 1009 };
enum { HEADER = PG_ARRAY_HEADER };       /* dimensions, whether there are NULLs, the type, how many, the first's number: int32 each */
enum { KEPT_MAX = 8 << 20 };

static void append(struct pg_column *c, const void *bytes, size_t n)
{
    size_t cap = c->cap ? c->cap : 4096;
    while (cap - c->len < n)
        cap *= 2;
    char *at = cap == c->cap ? c->at : realloc(c->at, cap);
    if (at == NULL || c->broken) {
        c->broken = true;
        return;
    }
    c->at = at;
    c->cap = cap;
    if (n > 0)
        memcpy(c->at + c->len, bytes, n);
    c->len += n;
}

static void append_int(struct pg_column *c, int32_t n)
{
    uint32_t wire = htobe32((uint32_t)n);
    append(c, &wire, sizeof wire);
}

static void append_header(struct pg_column *c, char type, unsigned rows)
{
    append_int(c, 1);
    append_int(c, 1);
    append_int(c, type == 't' ? OID_TEXT : type == 'i' ? OID_INT8 : OID_BYTEA);
    append_int(c, (int32_t)rows);
    append_int(c, 1);
}

/* The header is written when the number of rows is known; its place is kept free. */
static void element(struct pg_column *c, const void *bytes, size_t n)
{
    static const char blank[HEADER];
    if (c->len == 0)
        append(c, blank, HEADER);
    append_int(c, bytes != NULL ? (int32_t)n : -1);
    append(c, bytes, bytes != NULL ? n : 0);
}

void pg_add_bytes(struct pg_batch *b, unsigned column, const void *bytes, size_t n)
{
    element(&b->columns[column], bytes, n);
}

void pg_add_text(struct pg_batch *b, unsigned column, const char *text)
{
    element(&b->columns[column], text, text != NULL ? strlen(text) : 0);
}

void pg_add_number(struct pg_batch *b, unsigned column, int64_t n)
{
    uint64_t wire = htobe64((uint64_t)n);
    element(&b->columns[column], &wire, sizeof wire);
}

void pg_add_optional(struct pg_batch *b, unsigned column, int64_t n)
{
    if (n != 0)
        pg_add_number(b, column, n);
    else
        element(&b->columns[column], NULL, 0);
}

static Oid array_of(char type)
{
    return type == 't' ? OID_TEXT_ARRAY : type == 'i' ? OID_INT8_ARRAY : OID_BYTEA_ARRAY;
}

int pg_batch_values(struct pg_batch *b, const char *types, struct pg_values *out, struct fault *f)
{
    out->count = (int)strlen(types);
    for (int i = 0; i < out->count; i++) {
        struct pg_column *c = &b->columns[i];
        size_t len = c->len;
        if (c->broken || len > INT_MAX)
            return fault_set(f, -ENOMEM, "archive: no memory");
        c->len = 0;
        append_header(c, types[i], b->rows);
        c->len = len;
        out->types[i] = array_of(types[i]);
        out->at[i] = c->at;
        out->lengths[i] = (int)len;
        out->formats[i] = 1;
    }
    return 0;
}

void pg_batch_empty(struct pg_batch *b)
{
    b->rows = 0;
    for (unsigned i = 0; i < PG_PARAMS_MAX; i++) {
        struct pg_column *c = &b->columns[i];
        if (c->cap > KEPT_MAX || c->broken) {
            free(c->at);
            *c = (struct pg_column){ 0 };
        }
        c->len = 0;
    }
}

void pg_batch_free(struct pg_batch *b)
{
    for (unsigned i = 0; i < PG_PARAMS_MAX; i++)
        free(b->columns[i].at);
    *b = (struct pg_batch){ 0 };
}
