#include "flow/pieces.h"

#include <string.h>

struct placing {
    struct pieces   *list;
    struct store    *store;
    struct account  *account;
    pieces_new_wins *wins;
    int              policy;
    struct placed    out;
};

uint32_t pieces_pop(struct pieces *list, struct store *store, struct account *account)
{
    struct piece *e = list->first;
    uint32_t size = e->size;
    list->first = e->next;
    if (list->first == NULL)
        list->last = NULL;
    list->count--;
    list->charged -= size;
    store_give(store, account, e, size);
    return size;
}

/* s begins inside old: settles the bytes they share and takes them off s. */
static void share(struct placing *p, struct segment *s, struct piece *old)
{
    uint32_t from = s->at - old->at;
    uint32_t n = old->len - from < s->len ? old->len - from : s->len;
    if (memcmp(old->bytes + from, s->bytes, n) != 0) {
        p->out.different = true;
        if (p->wins(p->policy, s, old))
            memcpy(old->bytes + from, s->bytes, n);
    }
    p->out.shared += n;
    segment_skip(s, n);
}

/* The first n bytes of s become a piece behind prev (NULL: at the front). */
static struct piece *insert_after(struct placing *p, struct piece *prev, const struct segment *s, uint32_t n)
{
    struct pieces *list = p->list;
    uint32_t size = (uint32_t)sizeof(struct piece) + n;
    struct piece *e = store_take(p->store, p->account, size);
    if (e == NULL) {
        p->out.refused = true;
        return prev;
    }
    *e = (struct piece){ .next = prev != NULL ? prev->next : list->first, .at = s->at, .len = n,
                         .begin = s->begin, .end = s->end, .size = size };
    memcpy(e->bytes, s->bytes, n);
    if (prev != NULL)
        prev->next = e;
    else
        list->first = e;
    if (e->next == NULL)
        list->last = e;
    list->count++;
    list->charged += size;
    p->out.inserted++;
    p->out.inserted_bytes += n;
    p->out.charged += size;
    return e;
}

/* The last piece that begins at or before `at`, or NULL. Early ones mostly come in order among themselves. */
static struct piece *piece_before(const struct pieces *list, uint32_t at)
{
    if (list->last != NULL && !seq_before(at, list->last->at))
        return list->last;
    struct piece *prev = NULL;
    for (struct piece *e = list->first; e != NULL && !seq_before(at, e->at); e = e->next)
        prev = e;
    return prev;
}

struct placed pieces_place(struct pieces *list, struct store *store, struct account *account, struct segment s,
                           pieces_new_wins *wins, int policy)
{
    struct placing p = { list, store, account, wins, policy, { 0 } };
    struct piece *prev = piece_before(list, s.at);
    if (prev != NULL && seq_before(s.at, prev->at + prev->len))
        share(&p, &s, prev);
    while (s.len > 0) {
        struct piece *next = prev != NULL ? prev->next : list->first;
        uint32_t free_len = next != NULL ? pieces_free_before(next, &s) : s.len;
        if (free_len > 0) {
            prev = insert_after(&p, prev, &s, free_len);
            segment_skip(&s, free_len);
        }
        if (s.len == 0)
            break;
        if (next->at != s.at) {     /* out of order: positions too far apart to be compared; never trust them with memory */
            p.out.refused = true;
            break;
        }
        share(&p, &s, next);
        prev = next;
    }
    return p.out;
}
