/* Results of calls, XDR (RFC 4506): RFC 1094 for version 2, RFC 1813 for 3, RFC 7530 and 8881 for 4. */
#include "dissectors/nfs/state.h"

enum {
    HANDLE2 = 32, ATTRIBUTES2 = 68, ATTRIBUTES3 = 84, SIZE_AT = 20, RESULTS_MAX = 64, STATE_ID = 16, OPAQUE_MAX = 65535, BITMAP_MAX = 8
};

static struct cursor opaque(struct cursor *c, uint32_t most)
{
    uint32_t length = cursor_be32(c);
    if (c->status == CURSOR_OK && length > most)
        c->status = CURSOR_BAD;
    struct cursor bytes = cursor_sub(c, length);
    cursor_skip(c, (4 - length % 4) % 4);
    return bytes;
}

static void handle_learn(struct conversation *conv, const struct nfs_open *call, struct cursor handle)
{
    struct nfs_handle h;
    if (handle.status != CURSOR_OK)
        return;
    nfs_handle_keep(&h, handle.at, handle.left);
    nfs_name_learn(conv, &h, &call->name);
}

/* Data behind its length: `size` of the file, 0: not said; `eof`: it ends with these. */
static void data_read(struct conversation *conv, const struct nfs_open *call, struct cursor *c, uint64_t size, bool eof)
{
    uint32_t length = cursor_be32(c);
    if (c->status != CURSOR_OK || call->offset > UINT64_MAX - length)
        return;
    struct nfs_part p = { &call->handle, call->version, length, call->offset, eof ? call->offset + length : size };
    nfs_content_part(conv, &p, *c);
    cursor_skip(c, length);
    cursor_skip(c, (4 - length % 4) % 4);
}

static void read2(struct conversation *conv, const struct nfs_open *call, struct cursor *c)
{
    struct cursor attributes = cursor_sub(c, ATTRIBUTES2);
    cursor_skip(&attributes, SIZE_AT);
    data_read(conv, call, c, cursor_be32(&attributes), false);
}

static void read3(struct conversation *conv, const struct nfs_open *call, struct cursor *c)
{
    uint64_t size = 0;
    if (cursor_be32(c) == 1) {
        struct cursor attributes = cursor_sub(c, ATTRIBUTES3);
        cursor_skip(&attributes, SIZE_AT);
        size = cursor_be64(&attributes);
    }
    cursor_skip(c, 4);                      /* count: again before the data */
    bool eof = cursor_be32(c) == 1;
    data_read(conv, call, c, size, eof);
}

static void old_reply(struct conversation *conv, const struct nfs_open *call, struct cursor *c)
{
    enum { LOOKUP2 = 4, READ = 6, CREATE2 = 9, LOOKUP3 = 3, CREATE3 = 8 };
    bool two = call->version == 2;
    if (call->procedure == READ)
        (two ? read2 : read3)(conv, call, c);
    else if (two && (call->procedure == LOOKUP2 || call->procedure == CREATE2))
        handle_learn(conv, call, cursor_sub(c, HANDLE2));
    else if (!two && (call->procedure == LOOKUP3 || (call->procedure == CREATE3 && cursor_be32(c) == 1)))
        handle_learn(conv, call, opaque(c, NFS_HANDLE_MAX));
}

/* --- version 4 ------------------------------------------------------------------------------------------------------ */

static void bitmap(struct cursor *c)
{
    uint32_t words = cursor_be32(c);
    if (words > BITMAP_MAX)
        c->status = c->status == CURSOR_OK ? CURSOR_BAD : c->status;
    cursor_skip(c, (size_t)words * 4);
}

/* RFC 8881 section 18.16.2: what the server promises to the one who opens. */
static void delegation(struct cursor *c)
{
    enum { NONE, READ, WRITE, NONE_EXT };
    uint32_t kind = cursor_be32(c);
    if (kind == READ || kind == WRITE) {
        cursor_skip(c, STATE_ID + 4 + (kind == WRITE ? 12 : 0) + 12);
        (void)opaque(c, OPAQUE_MAX);
    } else if (kind == NONE_EXT) {
        uint32_t why = cursor_be32(c);
        cursor_skip(c, why == 1 || why == 2 ? 4 : 0);
    }
}

/* False: what follows cannot be found. */
static bool result_read(struct conversation *conv, const struct nfs_open *call, uint32_t operation, struct cursor *c)
{
    enum {
        ACCESS = 3, CLOSE = 4, COMMIT = 5, GETATTR = 9, GETFH = 10, LOOKUP = 15, OPEN = 18, PUTFH = 22, PUTROOTFH = 24, READ = 25, RENEW = 30,
        RESTOREFH = 31, SAVEFH = 32, WRITE = 38, SEQUENCE = 53
    };
    switch (operation) {
    case LOOKUP: case PUTFH: case PUTROOTFH: case RENEW: case RESTOREFH: case SAVEFH: break;
    case ACCESS: case COMMIT: cursor_skip(c, 8); break;
    case CLOSE:    cursor_skip(c, STATE_ID); break;
    case WRITE:    cursor_skip(c, 16); break;
    case SEQUENCE: cursor_skip(c, 36); break;
    case GETATTR:  bitmap(c); (void)opaque(c, OPAQUE_MAX); break;
    case GETFH:    handle_learn(conv, call, opaque(c, NFS_HANDLE_MAX)); break;
    case OPEN:     cursor_skip(c, STATE_ID + 24); bitmap(c); delegation(c); break;
    case READ: {
        bool eof = cursor_be32(c) == 1;
        data_read(conv, call, c, 0, eof);
        break;
    }
    default: return false;
    }
    return c->status == CURSOR_OK;
}

static void compound_reply(struct conversation *conv, const struct nfs_open *call, struct cursor *c)
{
    (void)opaque(c, 1024);                  /* tag */
    uint32_t count = cursor_be32(c);
    for (uint32_t i = 0; i < count && i < RESULTS_MAX; i++) {
        uint32_t operation = cursor_be32(c), status = cursor_be32(c);
        if (c->status != CURSOR_OK || status != 0 || !result_read(conv, call, operation, c))
            return;
    }
}

void nfs_reply_read(struct conversation *conv, const struct nfs_open *call, struct cursor *results)
{
    if (call->version < 4)
        old_reply(conv, call, results);
    else if (call->procedure == 1)
        compound_reply(conv, call, results);
}
