#include "dissectors/framing/transfer.h"

static bool full(const struct transfer *t)
{
    return t->next > t->kept.len && (t->digesting == NULL || t->next > FILE_DIGESTED_MAX);
}

/* The octets that are next in order. */
static void take(struct transfer *t, struct conversation *conv, const uint8_t *bytes, size_t n)
{
    if (t->kept.len == t->next)             /* nothing was left out before */
        (void)buffer_add(&t->kept, conv->store, conv->account, bytes, n, TRANSFER_KEPT);
    file_digesting_add(t->digesting, bytes, n);
    t->next += n;
}

/* Parts come in segments: one that goes on where the last one ended is the same part. */
static void wait_for_it(struct transfer *t, struct conversation *conv, uint64_t at, const uint8_t *bytes, size_t n)
{
    struct transfer_part *last = t->count > 0 ? &t->parts[t->count - 1] : NULL;
    bool goes_on = last != NULL && at == last->at + last->len && last->from + last->len == t->waiting.len;
    if (!goes_on && t->count == TRANSFER_PARTS) {
        t->gaps = true;
        return;
    }
    uint32_t from = t->waiting.len;
    uint32_t taken = (uint32_t)buffer_add(&t->waiting, conv->store, conv->account, bytes, n, TRANSFER_WAITING);
    t->gaps |= taken < n;
    if (goes_on)
        last->len += taken;
    else if (taken > 0)
        t->parts[t->count++] = (struct transfer_part){ at, from, taken };
}

/* A waiting part whose turn it is, or NULL. */
static struct transfer_part *due(struct transfer *t)
{
    for (unsigned i = 0; i < t->count; i++)
        if (t->parts[i].at <= t->next)
            return &t->parts[i];
    return NULL;
}

static void take_waiting(struct transfer *t, struct conversation *conv)
{
    for (struct transfer_part *p; (p = due(t)) != NULL; *p = t->parts[--t->count]) {
        uint64_t had = t->next - p->at;
        if (had < p->len)
            take(t, conv, t->waiting.at + p->from + had, p->len - (size_t)had);
    }
    if (t->count == 0)
        t->waiting.len = 0;
}

bool transfer_add(struct transfer *t, struct conversation *conv, uint64_t at, const uint8_t *bytes, size_t n)
{
    if (n == 0 || at > UINT64_MAX - n)
        return false;
    if (!t->begun)
        t->digesting = file_digesting_begin(conv->store, conv->account, conv->out->file_wants);
    t->begun = true;
    t->last_us = conv->now_us;
    if (at + n > t->seen)
        t->seen = at + n;
    if (at > t->next) {
        wait_for_it(t, conv, at, bytes, n);
    } else if (at + n > t->next) {
        size_t had = (size_t)(t->next - at);
        take(t, conv, bytes + had, n - had);
        take_waiting(t, conv);
    }
    return full(t);
}

struct file transfer_file(struct transfer *t, struct conversation *conv, uint64_t size, bool ended, struct file_digests *digests)
{
    bool gaps = t->gaps || t->seen > t->next;
    bool whole = ended && !gaps && (size == 0 || t->next >= size);
    struct file f = { .data = t->kept.at, .len = t->kept.len, .size = t->next, .gaps = gaps };
    if (ended && file_digesting_end(t->digesting, conv->store, conv->account, digests))
        f.digests = digests;
    if (ended)
        t->digesting = NULL;
    f.whole = whole && (f.digests != NULL || f.size == f.len);
    t->told = t->seen;
    return f;
}

void transfer_free(struct transfer *t, struct conversation *conv)
{
    struct file_digests unread;
    (void)file_digesting_end(t->digesting, conv->store, conv->account, &unread);
    buffer_free(&t->kept, conv->store, conv->account);
    buffer_free(&t->waiting, conv->store, conv->account);
    *t = (struct transfer){ 0 };
}
