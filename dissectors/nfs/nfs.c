/* ONC RPC, RFC 5531, around NFS: record marking on TCP (section 11), one message in a datagram.
 *
 * Of a long message (a write, a read's answer) only the beginning is put together, the rest goes on into its file as it comes. A
 * message in several fragments is read by its first.
 */
#include "dissectors/nfs/nfs.h"
#include "dissectors/nfs/state.h"

#include <string.h>

enum {
    MARK = 4, LAST_FRAGMENT_BIT = 31, KEPT = 1024, PROGRAM = 100003, RPC_VERSION = 2, CALL = 0, REPLY = 1, AUTH_UNIX = 1,
    AUTH_MAX = 400, FRAGMENT_MAX = 16 * 1024 * 1024, REPLY_MIN = 12
};

static struct nfs_open *call_of(struct nfs_state *s, uint32_t xid)
{
    for (unsigned i = 0; i < NFS_OPEN_MAX; i++)
        if (s->open[i].waiting && s->open[i].xid == xid)
            return &s->open[i];
    return NULL;
}

static void add_head(struct record *r, uint32_t version, uint32_t procedure, enum nfs_kind kind)
{
    const char *name = nfs_procedure_name(version, procedure);
    record_uint(r, NFS_VERSION, version);
    if (name != NULL)
        record_bytes(r, NFS_PROCEDURE, name, strlen(name));
    record_uint(r, NFS_TYPE, kind);
}

/* The caller's machine, user and group, as he says. */
static void add_caller(struct record *r, struct cursor c)
{
    cursor_skip(&c, 4);
    uint32_t length = cursor_be32(&c);
    struct cursor name = cursor_sub(&c, length);
    cursor_skip(&c, (4 - length % 4) % 4);
    uint32_t uid = cursor_be32(&c), gid = cursor_be32(&c);
    if (c.status != CURSOR_OK)
        return;
    record_bytes(r, NFS_RPC_MACHINE, name.at, name.left);
    record_uint(r, NFS_RPC_UID, uid);
    record_uint(r, NFS_RPC_GID, gid);
}

/* Reading or writing of a file that was not read or written a moment ago. */
static bool first_of_file(struct nfs_state *s, const struct record *r, uint32_t procedure)
{
    const struct value *handle = record_find(r, NFS_HHASH);
    uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ procedure;       /* FNV-1a */
    for (size_t i = 0; handle != NULL && i < handle->len; i++)
        hash = (hash ^ handle->bytes[i]) * UINT64_C(0x100000001b3);
    for (unsigned i = 0; i < NFS_RECENT_MAX; i++)
        if (s->recent[i] == hash)
            return false;
    s->recent[s->next_recent] = hash;
    s->next_recent = (s->next_recent + 1) % NFS_RECENT_MAX;
    return true;
}

/* What nfs_version and nfs_procedure are held against. As in Suricata a file's reads, or writes, are one transaction and
 * so match once; NULL and COMMIT are none. */
static void add_for_rules(struct nfs_state *s, struct record *r, uint32_t version, uint32_t procedure)
{
    enum { NOTHING = 0, READ3 = 6, WRITE3 = 7, COMMIT3 = 21 };
    if (procedure == NOTHING || (version == 3 && procedure == COMMIT3))
        return;
    if (version == 3 && (procedure == READ3 || procedure == WRITE3) && !first_of_file(s, r, procedure))
        return;
    record_uint(r, NFS_RULE_VERSION, version);
    record_uint(r, NFS_RULE_PROCEDURE, procedure);
}

/* What the reply will need, and what is written. */
static void call_keep(struct conversation *conv, struct nfs_open *call, const struct record *r, struct cursor data)
{
    const struct value *handle = record_find(r, NFS_HHASH), *offset = record_find(r, NFS_OFFSET), *count = record_find(r, NFS_COUNT);
    if (handle != NULL)
        nfs_handle_keep(&call->handle, handle->bytes, handle->len);
    call->offset = offset != NULL ? offset->uint : 0;
    for (size_t i = 0; i < r->count; i++) {             /* of several names the last is what it is about */
        const struct value *v = &r->values[i];
        if (v->row != NFS_FILENAME)
            continue;
        call->name.len = 0;
        (void)buffer_add(&call->name, conv->store, conv->account, v->bytes, v->len, NFS_NAME_KEPT);
    }
    if (call->moves == NFS_MOVES_ENDS)
        nfs_content_written(conv, &call->handle);
    if (call->moves == NFS_MOVES_WRITE && data.status == CURSOR_OK && count != NULL && call->offset <= UINT64_MAX - count->uint)
        nfs_content_part(conv, &(struct nfs_part){ &call->handle, call->version, (uint32_t)count->uint, call->offset, 0 }, data);
}

static void call_read(struct conversation *conv, uint32_t xid, struct cursor c, bool cut)
{
    struct nfs_state *s = conv->state;
    cursor_skip(&c, 8);                     /* RPC's version, the program: looked at before */
    uint32_t version = cursor_be32(&c), procedure = cursor_be32(&c), auth = cursor_be32(&c), length = cursor_be32(&c);
    struct cursor credentials = cursor_sub(&c, length);
    cursor_skip(&c, (4 - length % 4) % 4 + 4);
    cursor_skip(&c, cursor_be32(&c));       /* verifier */
    struct nfs_open *call = &s->open[s->next];
    s->next = (s->next + 1) % NFS_OPEN_MAX;
    buffer_free(&call->name, conv->store, conv->account);
    *call = (struct nfs_open){ .transaction = s->transactions++, .xid = xid, .version = version, .procedure = procedure, .waiting = true };
    struct record *r = conversation_record(conv, &nfs_schema);
    r->transaction = call->transaction;
    add_head(r, version, procedure, NFS_CALL);
    record_uint(r, NFS_ID, call->transaction);
    if (version < 2 || version > 4)
        record_anomaly(r, NFS_NONEXISTENT_VERSION);
    call->moves = nfs_call_read(r, version, procedure, &c);
    call_keep(conv, call, r, c);
    add_for_rules(s, r, version, procedure);
    record_item(r, NFS_RPC);
    record_uint(r, NFS_RPC_XID, xid);
    record_uint(r, NFS_RPC_AUTH, auth);
    if (auth == AUTH_UNIX)
        add_caller(r, credentials);
    if (c.status != CURSOR_OK && !cut)
        record_anomaly(r, NFS_MALFORMED_DATA);
    conversation_emit(conv, r);
}

static void reply_read(struct conversation *conv, uint32_t xid, struct cursor c)
{
    struct nfs_state *s = conv->state;
    struct nfs_open *call = call_of(s, xid);
    if (call == NULL)
        return;                             /* of a call nobody saw: of which procedure cannot be told */
    uint32_t denied = cursor_be32(&c);
    struct record *r = conversation_record(conv, &nfs_schema);
    r->transaction = call->transaction;
    add_head(r, call->version, call->procedure, NFS_REPLY);
    record_uint(r, NFS_ID, call->transaction);
    if (denied == 0 && call->procedure != 0) {
        cursor_skip(&c, 4);
        uint32_t length = cursor_be32(&c);
        cursor_skip(&c, length + (4 - length % 4) % 4);
        uint32_t accepted = cursor_be32(&c), status = cursor_be32(&c);
        if (c.status == CURSOR_OK && accepted == 0)
            record_uint(r, NFS_STATUS, status);
        if (c.status == CURSOR_OK && accepted == 0 && status == 0)
            nfs_reply_read(conv, call, &c);
    }
    record_item(r, NFS_RPC);
    record_uint(r, NFS_RPC_XID, xid);
    record_uint(r, NFS_RPC_STATUS, denied);
    call->waiting = false;
    conversation_emit(conv, r);
}

/* A call of NFS, or a reply: two more words that must be right. */
static enum probe message_probe(struct cursor c)
{
    cursor_skip(&c, 4);
    uint32_t direction = cursor_be32(&c), first = cursor_be32(&c), program = cursor_be32(&c), version = cursor_be32(&c);
    uint32_t procedure = cursor_be32(&c), auth = cursor_be32(&c), length = cursor_be32(&c);
    if (direction == CALL && c.status == CURSOR_OK)
        return first == RPC_VERSION && program == PROGRAM && version >= 2 && version <= 4 && procedure < 32 && auth < 16
               && length <= AUTH_MAX ? PROBE_YES : PROBE_NO;
    if (direction == CALL)
        return PROBE_MORE;
    return direction == REPLY && first <= 1 ? PROBE_MAYBE : PROBE_NO;
}

static enum probe nfs_probe(const struct conversation *conv, struct cursor c)
{
    if (conv->over == OVER_UDP) {
        enum probe said = message_probe(c);
        return said == PROBE_MORE || (said == PROBE_MAYBE && c.left < 24) ? PROBE_NO : said;
    }
    if (c.left < MARK)
        return PROBE_MORE;
    uint32_t mark = cursor_be32(&c), length = mark & 0x7fffffff;
    if (length < REPLY_MIN || length > FRAGMENT_MAX)
        return PROBE_NO;
    return c.left < REPLY_MIN ? PROBE_MORE : message_probe(c);
}

static void message_read(struct conversation *conv, struct cursor c, bool cut)
{
    uint32_t xid = cursor_be32(&c), direction = cursor_be32(&c);
    struct cursor ahead = c;
    uint32_t rpc = cursor_be32(&ahead), program = cursor_be32(&ahead);
    if (ahead.status != CURSOR_OK)
        return;
    if (direction == CALL && rpc == RPC_VERSION && program == PROGRAM)
        call_read(conv, xid, c, cut);
    else if (direction == REPLY)
        reply_read(conv, xid, c);
    nfs_content_tell(conv);
}

static enum dissect fragment_pdu(struct conversation *conv, struct cursor *in)
{
    struct nfs_state *s = conv->state;
    struct cursor c = *in;
    uint32_t mark = cursor_be32(&c), length = mark & 0x7fffffff;
    conv->need = MARK;
    if (c.status != CURSOR_OK)
        return DISSECT_MORE;
    if (length > FRAGMENT_MAX || (length == 0 && mark == 0))
        return DISSECT_LOST;
    if (!s->continues[conv->dir])
        s->bulk[conv->dir].file = NULL;
    size_t kept = s->continues[conv->dir] ? 0 : length < KEPT ? length : KEPT;
    conv->need = MARK + kept;
    struct cursor message = cursor_sub(&c, kept);
    if (c.status != CURSOR_OK)
        return DISSECT_MORE;
    bool whole = kept == length && mark >> LAST_FRAGMENT_BIT;
    if (kept > 0)
        message_read(conv, message, !whole);
    s->skip[conv->dir] = length - kept;
    s->continues[conv->dir] = mark >> LAST_FRAGMENT_BIT == 0;
    *in = c;
    return DISSECT_PDU;
}

static enum dissect nfs_pdu(struct conversation *conv, struct cursor *in)
{
    struct nfs_state *s = conv->state;
    uint64_t *skip = &s->skip[conv->dir];
    if (conv->over == OVER_UDP) {
        if (in->left < REPLY_MIN)
            return DISSECT_LOST;
        message_read(conv, cursor_sub(in, in->left), false);
        return DISSECT_PDU;
    }
    if (*skip == 0)
        return fragment_pdu(conv, in);
    size_t n = *skip < in->left ? (size_t)*skip : in->left;
    const uint8_t *bytes = cursor_bytes(in, n);
    *skip -= n;
    nfs_content_bulk(conv, bytes, n);
    return n > 0 ? DISSECT_PDU : DISSECT_MORE;
}

/* A hole inside of bytes that are stepped over anyway changes nothing; record marks themselves cannot be searched for. */
static bool nfs_gap(struct conversation *conv, size_t missing)
{
    struct nfs_state *s = conv->state;
    if (missing > s->skip[conv->dir])
        return false;
    s->skip[conv->dir] -= missing;
    nfs_content_bulk(conv, NULL, missing);
    return true;
}

static void nfs_end(struct conversation *conv)
{
    struct nfs_state *s = conv->state;
    nfs_content_end(conv);
    for (unsigned i = 0; i < NFS_OPEN_MAX; i++)
        buffer_free(&s->open[i].name, conv->store, conv->account);
}

const struct dissector dissector_nfs = {
    .schema = &nfs_schema,
    .source = "RFC 5531, 1094, 1813, 7530, 8881",
    .over = OVER_TCP | OVER_UDP,
    .ports = { 2049 },
    .ndpi = "NFS",
    .state_size = sizeof(struct nfs_state),
    .pdu_max = MARK + KEPT,
    .probe = nfs_probe,
    .pdu = nfs_pdu,
    .gap = nfs_gap,
    .end = nfs_end,
};
