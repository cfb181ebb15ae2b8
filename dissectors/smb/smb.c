/* NetBIOS session framing (RFC 1002 section 4.3.1; MS-SMB2 2.1 for port 445) around messages of SMB1, SMB2 and SMB3.
 *
 *   0       1               4
 *   +-------+---------------+---------------------------------------
 *   | type  | length        | ff|fe|fd|fc 'S' 'M' 'B' ...
 *   +-------+---------------+---------------------------------------
 *
 * Of long reads and writes only the beginning is put together, the rest goes on into its file as it comes (content.c); what goes through a
 * pipe is kept whole, since calls are in it. After a hole the four bytes of a message behind a possible length are searched for.
 */
#include "dissectors/smb/smb.h"
#include "dissectors/smb/message.h"

#include <string.h>

enum {
    NBSS = 4, SESSION_MESSAGE = 0, SESSION_REQUEST = 0x81, KEEPALIVE = 0x85,
    WHOLE_MAX = 66 * 1024,      /* of a message that is put together */
    BULK_MIN = 4096,            /* reads and writes longer than this are not */
    BULK_KEPT = 256, HEADER1 = 32, HEADER2 = 64, CHAIN_MAX = 32
};

enum magic { MAGIC_NONE, MAGIC_SMB1, MAGIC_SMB2, MAGIC_ENCRYPTED, MAGIC_COMPRESSED };

static enum magic magic_of(const struct cursor *c)
{
    if (cursor_peek(c, 1) != 'S' || cursor_peek(c, 2) != 'M' || cursor_peek(c, 3) != 'B')
        return MAGIC_NONE;
    switch (cursor_peek(c, 0)) {
    case 0xff: return MAGIC_SMB1;
    case 0xfe: return MAGIC_SMB2;
    case 0xfd: return MAGIC_ENCRYPTED;
    case 0xfc: return MAGIC_COMPRESSED;
    default:   return MAGIC_NONE;
    }
}

static bool is_session_request(const struct cursor *c)
{
    return cursor_peek(c, 0) == SESSION_REQUEST && cursor_peek(c, 1) == 0 && cursor_peek(c, 2) == 0 && cursor_peek(c, 3) == 68
           && cursor_peek(c, 4) == 0x20 && cursor_peek(c, 38) == 0x20;
}

static enum probe smb_probe(const struct conversation *conv, struct cursor c)
{
    (void)conv;
    if (cursor_peek(&c, 0) == SESSION_REQUEST)
        return is_session_request(&c) ? PROBE_YES : c.left < 39 && (c.left < 4 || cursor_peek(&c, 3) == 68) ? PROBE_MORE : PROBE_NO;
    if (cursor_peek(&c, 0) == 0x82 && c.left == NBSS && cursor_be32(&c) == 0x82000000)
        return PROBE_MAYBE;     /* the server agrees to a session */
    if (c.left > 0 && c.at[0] != SESSION_MESSAGE)
        return PROBE_NO;
    if (c.left < 2 * NBSS)
        return PROBE_MORE;
    size_t length = cursor_be32(&c);
    return magic_of(&c) != MAGIC_NONE && length >= HEADER1 ? PROBE_YES : PROBE_NO;
}

/* Reads and writes of files in bulk: how much of the message is worth keeping. */
static size_t kept_of(struct smb_state *s, struct cursor c, size_t length)
{
    bool two = magic_of(&c) == MAGIC_SMB2;
    int command = cursor_peek(&c, two ? 12 : 4);
    bool bulk = two ? command == 8 || command == 9 : command == 0x2e || command == 0x2f;
    size_t most = length < WHOLE_MAX ? length : WHOLE_MAX;
    if (!bulk || length < BULK_MIN)
        return most;
    cursor_skip(&c, two ? 20 : 24);
    uint32_t chained = two ? cursor_le32(&c) : 0;
    cursor_skip(&c, two ? 12 : 0);
    const struct smb_tree *t = smb_tree_of(s, two ? cursor_le32(&c) : cursor_le16(&c));
    return chained != 0 || t == NULL || t->pipe ? most : BULK_KEPT;
}

/* SMB2 messages that share a frame: each says how far it is to the next. */
static void chain_read(struct smb_message *m, struct cursor c)
{
    for (unsigned i = 0; i < CHAIN_MAX && c.left > 0; i++) {
        struct cursor ahead = c;
        cursor_skip(&ahead, 20);
        size_t next = cursor_le32(&ahead);
        if (magic_of(&c) != MAGIC_SMB2 || next > c.left)
            next = 0;
        m->whole = cursor_sub(&c, next != 0 ? next : c.left);
        m->told_pdu = false;
        smb2_message(m);
    }
}

static void encrypted_read(struct conversation *conv)
{
    struct smb_state *s = conv->state;
    if (s->encrypted[conv->dir])
        return;
    s->encrypted[conv->dir] = true;
    struct record *r = conversation_record(conv, &smb_schema);
    r->transaction = s->transactions;
    record_uint(r, SMB_VERSION, 2);
    record_uint(r, SMB_ENCRYPTED, 1);
    conversation_emit(conv, r);
}

static void message_read(struct conversation *conv, struct cursor c, bool cut)
{
    struct smb_message m;
    m.conv = conv;
    m.s = conv->state;
    m.whole = c;
    m.cut = cut;
    m.unicode = m.told_pdu = false;
    m.version = 2;
    m.tree = m.status = 0;
    m.session = m.id = 0;
    m.drop_from = NULL;
    m.drop = 0;
    memset(m.file, 0, sizeof m.file);
    switch (magic_of(&c)) {
    case MAGIC_SMB1:
        smb1_message(&m);
        break;
    case MAGIC_SMB2:
        chain_read(&m, c);
        break;
    case MAGIC_ENCRYPTED:
        encrypted_read(conv);
        break;
    case MAGIC_COMPRESSED:      /* MS-SMB2 2.2.42: what is inside cannot be told from outside */
    case MAGIC_NONE:
        break;
    }
}

static enum dissect skip_rest(struct conversation *conv, struct cursor *in)
{
    struct smb_state *s = conv->state;
    uint64_t *skip = &s->skip[conv->dir];
    size_t n = *skip < in->left ? (size_t)*skip : in->left;
    const uint8_t *bytes = cursor_bytes(in, n);
    *skip -= n;
    if (n > 0)
        smb_bulk_bytes(conv, bytes, n);
    return n > 0 ? DISSECT_PDU : DISSECT_MORE;
}

/* To the next frame whose message says who it is. */
static bool step_found(struct conversation *conv, struct cursor *in)
{
    struct smb_state *s = conv->state;
    for (; in->left >= 2 * NBSS; cursor_skip(in, 1)) {
        struct cursor c = *in;
        uint32_t frame = cursor_be32(&c);
        if (frame >> 24 != SESSION_MESSAGE || frame < HEADER1 || magic_of(&c) == MAGIC_NONE)
            continue;
        s->searching[conv->dir] = false;
        return true;
    }
    return false;
}

static enum dissect frame_pdu(struct conversation *conv, struct cursor *in)
{
    struct smb_state *s = conv->state;
    struct cursor c = *in;
    uint32_t frame = cursor_be32(&c);
    size_t length = frame & 0xffffff;
    unsigned type = frame >> 24;
    conv->need = NBSS;
    if (c.status != CURSOR_OK)
        return DISSECT_MORE;
    if (type != SESSION_MESSAGE && (type < SESSION_REQUEST || type > KEEPALIVE))
        return DISSECT_LOST;
    conv->need = NBSS + (length < HEADER2 ? length : HEADER2);
    if (in->left < conv->need)
        return DISSECT_MORE;
    if (type == SESSION_MESSAGE && length >= NBSS && magic_of(&c) == MAGIC_NONE)
        return DISSECT_LOST;
    size_t kept = type == SESSION_MESSAGE ? kept_of(s, c, length) : length < HEADER2 ? length : HEADER2;
    conv->need = NBSS + kept;
    if (in->left < conv->need)
        return DISSECT_MORE;
    struct cursor message = cursor_sub(&c, kept);
    *in = c;
    s->skip[conv->dir] = length - kept;
    s->bulk[conv->dir].file = NULL;
    if (type == SESSION_MESSAGE)
        message_read(conv, message, kept < length);
    return DISSECT_PDU;
}

static enum dissect smb_pdu(struct conversation *conv, struct cursor *in)
{
    struct smb_state *s = conv->state;
    if (s->skip[conv->dir] > 0)
        return skip_rest(conv, in);
    if (s->searching[conv->dir]) {
        size_t before = in->left;
        bool found = step_found(conv, in);
        if (in->left < before)
            return DISSECT_PDU;
        if (!found)
            return DISSECT_MORE;
    }
    return frame_pdu(conv, in);
}

/* A hole inside of bytes that are stepped over anyway changes nothing. */
static bool smb_gap(struct conversation *conv, size_t missing)
{
    struct smb_state *s = conv->state;
    if (missing <= s->skip[conv->dir]) {
        s->skip[conv->dir] -= missing;
        smb_bulk_gap(conv, missing);
        return true;
    }
    s->skip[conv->dir] = 0;
    s->searching[conv->dir] = true;
    return true;
}

const struct dissector dissector_smb = {
    .schema = &smb_schema,
    .source = "MS-CIFS, MS-SMB, MS-SMB2; RFC 1002 section 4.3",
    .over = OVER_TCP,
    .client_first = true,
    .ports = { 445, 139 },
    .ndpi = "SMBv1 SMBv23 NetBIOS",
    .state_size = sizeof(struct smb_state),
    .pdu_max = NBSS + WHOLE_MAX,
    .probe = smb_probe,
    .pdu = smb_pdu,
    .gap = smb_gap,
    .end = smb_state_free,
};
