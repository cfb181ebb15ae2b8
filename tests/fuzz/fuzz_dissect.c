/* A hostile conversation offered to every dissector there is, through the driver, in pieces with gaps.
 * What must hold: nothing is read outside a piece, every record is of a known schema, end() leaves nothing in the store. */
#include <assert.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "dissect/dissect.h"

static void on_record(void *ctx, struct conversation *conv, const struct record *r)
{
    (void)conv;
    assert(r->schema != NULL && r->count <= RECORD_VALUES_MAX);
    for (size_t i = 0; i < r->count; i++)
        assert(r->values[i].row < r->schema->count);
    ++*(unsigned *)ctx;
}

static void offer(struct dissect_driver *d, struct flow *f, enum direction dir, const uint8_t *bytes, size_t n, uint64_t gap, bool fin)
{
    uint8_t *exact = malloc(n ? n : 1);
    if (n > 0)
        memcpy(exact, bytes, n);
    struct chunk c = { .bytes = exact, .len = (uint32_t)n, .offset = f->side[dir].stream_at += gap, .gap = gap, .dir = dir, .fin = fin };
    struct packet p = { .time_us = 9, .payload = exact, .payload_len = (uint32_t)n, .ip_version = 4 };
    f->side[dir].stream_at += n;
    if (f->proto == IPPROTO_TCP)
        dissect_chunk(d, f, &c, NULL, 9);
    else
        dissect_datagram(d, f, dir, &p, NULL);
    free(exact);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct record scratch;
    unsigned records = 0;
    struct cursor c = cursor_over(bytes, size);
    uint8_t mode = cursor_u8(&c);
    struct store *store = store_new(1 << 22);
    struct sink sink = { .record = on_record, .ctx = &records, .scratch = &scratch };
    struct dissect_driver *d = dissect_new(store, &sink);
    struct flow f = { .proto = mode & 1 ? IPPROTO_UDP : IPPROTO_TCP, .server_port = cursor_be16(&c), .client_port = 40000,
                      .account.most = mode & 2 ? 4096 : 1 << 20, .midstream = mode & 4 };
    bool ended[2] = { false, false };
    while (c.status == CURSOR_OK && c.left > 0) {
        uint8_t how = cursor_u8(&c);
        size_t n = how & 2 ? cursor_be16(&c) : cursor_u8(&c);
        if (n > c.left)
            n = c.left;
        enum direction dir = how & 1 ? FROM_SERVER : FROM_CLIENT;
        const uint8_t *piece = cursor_bytes(&c, n);
        if (!ended[dir])
            offer(d, &f, dir, piece, n, (how & 0xe0) == 0xe0 ? how & 0x1c : 0, (how & 0xfc) == 0xc0);
        ended[dir] |= (how & 0xfc) == 0xc0;
    }
    dissect_end(d, &f);
    dissect_release(d, &f);
    assert(f.account.used == 0);
    dissect_free(d);
    assert(store_counts(store)->used == 0);
    store_free(store);
    return 0;
}
