#include <string.h>

#include "dissectors/quic/message.h"

static bool make_room(struct conversation *conv, struct quic_crypto *c, uint32_t end)
{
    uint32_t cap = STORE_BLOCK_MIN;
    while (cap < end)
        cap *= 2;
    if (cap <= c->cap)
        return true;
    uint8_t *larger = store_grow(conv->store, conv->account, c->at, c->cap, cap);
    if (larger == NULL)
        return false;
    c->at = larger;
    c->cap = cap;
    return true;
}

/* Puts [from, to) among the others and melts together what touches. */
static bool note(struct quic_crypto *c, uint32_t from, uint32_t to)
{
    unsigned first = 0, last;
    while (first < c->count && c->pieces[first].to < from)
        first++;
    for (last = first; last < c->count && c->pieces[last].from <= to; last++) {
        from = c->pieces[last].from < from ? c->pieces[last].from : from;
        to = c->pieces[last].to > to ? c->pieces[last].to : to;
    }
    if (first == last && c->count == QUIC_PIECES_MAX)
        return false;
    memmove(&c->pieces[first + 1], &c->pieces[last], (c->count - last) * sizeof c->pieces[0]);
    c->pieces[first] = (struct quic_piece){ from, to };
    c->count = c->count - (last - first) + 1;
    return true;
}

bool crypto_take(struct conversation *conv, struct quic_crypto *c, uint64_t offset, struct cursor bytes)
{
    if (offset > QUIC_CRYPTO_MAX || bytes.left > QUIC_CRYPTO_MAX - offset)
        return false;
    uint32_t from = (uint32_t)offset, to = from + (uint32_t)bytes.left;
    if (from == to)
        return true;
    if (!make_room(conv, c, to) || !note(c, from, to))
        return false;
    memcpy(c->at + from, bytes.at, bytes.left);
    return true;
}

struct cursor crypto_begun(const struct quic_crypto *c)
{
    bool begun = c->count > 0 && c->pieces[0].from == 0;
    return cursor_over(c->at, begun ? c->pieces[0].to : 0);
}

void crypto_free(struct conversation *conv, struct quic_crypto *c)
{
    store_give(conv->store, conv->account, c->at, c->cap);
    *c = (struct quic_crypto){ 0 };
}
