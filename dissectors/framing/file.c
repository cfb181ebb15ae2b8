#include "dissectors/framing/file.h"

#include "common/hash.h"

enum { DIGESTS = 3 };

const struct field_name file_states[] = { { FILE_STATE_CLOSED, "CLOSED" }, { FILE_STATE_TRUNCATED, "TRUNCATED" }, { 0, NULL } };

static const struct digest_row {
    enum hash_kind kind;
    uint16_t       row;
    size_t         at, len;     /* in struct file_digests */
} digest_rows[DIGESTS] = {      /* in the order of enum file_wants */
    { HASH_MD5,    FILE_MD5,    offsetof(struct file_digests, md5),    16 },
    { HASH_SHA1,   FILE_SHA1,   offsetof(struct file_digests, sha1),   20 },
    { HASH_SHA256, FILE_SHA256, offsetof(struct file_digests, sha256), 32 }
};

struct file_digesting {
    unsigned          wants;
    struct hash_state states[DIGESTS];
};

static uint8_t *digest_at(struct file_digests *d, const struct digest_row *row)
{
    return (uint8_t *)d + row->at;
}

/* ---- rows ---- */

static void digests_add(struct record *r, uint16_t first_row, const struct file *f, unsigned wants, struct file_digests *room)
{
    for (unsigned i = 0; i < DIGESTS; i++) {
        const struct digest_row *row = &digest_rows[i];
        if (!(wants >> i & 1))
            continue;
        if (f->digests != NULL)
            *room = *f->digests;
        else
            hash_digest(row->kind, f->data, f->len, digest_at(room, row));
        record_bytes(r, (uint16_t)(first_row + row->row), digest_at(room, row), row->len);
    }
}

void file_add(struct record *r, uint16_t first_row, const struct file *f, unsigned wants, struct file_digests *room)
{
    record_item(r, (uint16_t)(first_row + FILE_LIST));
    if (f->name_len > 0)
        record_bytes(r, (uint16_t)(first_row + FILE_NAME), f->name, f->name_len);
    if (f->type_len > 0)
        record_bytes(r, (uint16_t)(first_row + FILE_TYPE), f->type, f->type_len);
    record_uint(r, (uint16_t)(first_row + FILE_SIZE), f->size);
    record_uint(r, (uint16_t)(first_row + FILE_STATE), f->whole ? FILE_STATE_CLOSED : FILE_STATE_TRUNCATED);
    record_uint(r, (uint16_t)(first_row + FILE_GAPS), f->gaps);
    if (f->ranged) {
        record_uint(r, (uint16_t)(first_row + FILE_START), f->start);
        record_uint(r, (uint16_t)(first_row + FILE_END), f->end);
    }
    if (f->whole && (f->digests != NULL || f->size == f->len))
        digests_add(r, first_row, f, wants, room);
    if (f->len > 0)
        record_bytes(r, (uint16_t)(first_row + FILE_DATA), f->data, f->len);
}

/* ---- digests on the way ---- */

struct file_digesting *file_digesting_begin(struct store *s, struct account *a, unsigned wants)
{
    struct file_digesting *d = wants ? store_take(s, a, sizeof *d) : NULL;
    if (d == NULL)
        return NULL;
    d->wants = wants;
    for (unsigned i = 0; i < DIGESTS; i++)
        if (wants >> i & 1)
            hash_begin(&d->states[i], digest_rows[i].kind);
    return d;
}

void file_digesting_add(struct file_digesting *d, const uint8_t *bytes, size_t n)
{
    for (unsigned i = 0; d != NULL && i < DIGESTS; i++)
        if (d->wants >> i & 1)
            hash_more(&d->states[i], bytes, n);
}

bool file_digesting_end(struct file_digesting *d, struct store *s, struct account *a, struct file_digests *out)
{
    if (d == NULL)
        return false;
    for (unsigned i = 0; i < DIGESTS; i++)
        if (d->wants >> i & 1)
            hash_end(&d->states[i], digest_at(out, &digest_rows[i]));
    store_give(s, a, d, sizeof *d);
    return true;
}
