#include "dissectors/ssh/ssh.h"

#include <string.h>

#include "common/arena.h"
#include "common/buffer.h"
#include "common/hash.h"

enum ssh_row {
    SSH_PROTO_VERSION, SSH_SOFTWARE_VERSION, SSH_COMMENTS,
    SSH_HASSH_HASH, SSH_HASSH_STRING, SSH_HASSH, SSH_HASSH_SERVER_HASH, SSH_HASSH_SERVER_STRING, SSH_HASSH_SERVER,
    SSH_KEX_ALGORITHMS, SSH_HOST_KEY_ALGORITHMS, SSH_ENCRYPTION_TO_SERVER, SSH_ENCRYPTION_TO_CLIENT, SSH_MAC_TO_SERVER,
    SSH_MAC_TO_CLIENT, SSH_COMPRESSION_TO_SERVER, SSH_COMPRESSION_TO_CLIENT, SSH_ROW_COUNT
};

enum {
    LINE_MAX = 255,             /* RFC 4253 section 4.2, with CR and LF */
    LINE_WAITED_FOR = 8192,     /* an overlong one is said, and read on if it ends at all */
    LINES_BEFORE_MAX = 64,      /* of greeting that a server may send first */
    PACKET_MIN = 6, PACKET_MAX = 35000,
    MSG_KEXINIT = 20, COOKIE = 16, HASSH_ROOM = 8192
};

/* Rows of hash and string stand before their list's row, so that the keyword ssh.hassh means the hash. */
#define IN(list) .in = (list) + 1
#define NAMES(title, text) { .name = title, .type = FIELD_TEXT, .flags = FIELD_HIDDEN, .about = text }

static const struct field fields[] = {
    [SSH_PROTO_VERSION] = { .name = "proto_version", .type = FIELD_TEXT, .aliases = "ssh.proto proto ssh_proto",
                            .about = "Version of the protocol, as this side says." },
    [SSH_SOFTWARE_VERSION] = { .name = "software_version", .type = FIELD_TEXT, .aliases = "ssh.software software ssh_software ssh.softwareversion",
                               .about = "Its software." },
    [SSH_COMMENTS] = { .name = "comments", .type = FIELD_TEXT, .about = "What it says behind its software." },
    [SSH_HASSH_HASH] = { .name = "hash", .type = FIELD_TEXT, IN(SSH_HASSH), .aliases = "ssh.hassh hassh",
                         .about = "MD5 of the client's HASSH string." },
    [SSH_HASSH_STRING] = { .name = "string", .type = FIELD_TEXT, IN(SSH_HASSH), .aliases = "ssh.hassh.string",
                           .about = "The client's key exchange, ciphers, MACs and compression." },
    [SSH_HASSH] = { .name = "hassh", .type = FIELD_LIST, .flags = FIELD_SINGLE, .about = "The client's fingerprint." },
    [SSH_HASSH_SERVER_HASH] = { .name = "hash", .type = FIELD_TEXT, IN(SSH_HASSH_SERVER),
                                .aliases = "ssh.hassh.server hassh.server", .about = "MD5 of the server's HASSH string." },
    [SSH_HASSH_SERVER_STRING] = { .name = "string", .type = FIELD_TEXT, IN(SSH_HASSH_SERVER),
                                  .aliases = "ssh.hassh.server.string hassh.server.string",
                                  .about = "The server's key exchange, ciphers, MACs and compression." },
    [SSH_HASSH_SERVER] = { .name = "hassh_server", .type = FIELD_LIST, .flags = FIELD_SINGLE,
                           .about = "The server's fingerprint." },
    [SSH_KEX_ALGORITHMS] = NAMES("kex_algorithms", "Key exchange methods, the best first."),
    [SSH_HOST_KEY_ALGORITHMS] = NAMES("server_host_key_algorithms", "Host key algorithms, the best first."),
    [SSH_ENCRYPTION_TO_SERVER] = NAMES("encryption_algorithms_client_to_server", "Ciphers towards the server."),
    [SSH_ENCRYPTION_TO_CLIENT] = NAMES("encryption_algorithms_server_to_client", "Ciphers towards the client."),
    [SSH_MAC_TO_SERVER] = NAMES("mac_algorithms_client_to_server", "MACs towards the server."),
    [SSH_MAC_TO_CLIENT] = NAMES("mac_algorithms_server_to_client", "MACs towards the client."),
    [SSH_COMPRESSION_TO_SERVER] = NAMES("compression_algorithms_client_to_server", "Compression towards the server."),
    [SSH_COMPRESSION_TO_CLIENT] = NAMES("compression_algorithms_server_to_client", "Compression towards the client."),
};

static const struct anomaly anomalies[] = {
    [SSH_INVALID_BANNER] = { "invalid_banner", "No identification where one must be." },
    [SSH_LONG_BANNER]    = { "long_banner", "An identification of more than 255 octets." },
    [SSH_INVALID_RECORD] = { "invalid_record", "A packet that contradicts its own lengths." },
};

_Static_assert(sizeof fields / sizeof fields[0] == SSH_ROW_COUNT, "a row for each field");

static const struct schema ssh_schema = { "ssh", fields, SSH_ROW_COUNT, anomalies, SSH_ANOMALY_COUNT };

struct ssh_side {
    struct buffer banner;       /* the identification line, until its record is emitted */
    uint8_t       lines;        /* of greeting so far */
    bool          identified;
    bool          told;         /* its record went out */
    bool          overlong;
};

struct ssh_state {
    struct ssh_side side[2];
};

static struct ssh_side *side_of(struct conversation *conv)
{
    return &((struct ssh_state *)conv->state)->side[conv->dir];
}

/* How far ahead the octet is, or `most` when it is not among the next `most`. */
static size_t distance_to(const struct cursor *c, uint8_t octet, size_t most)
{
    size_t n = 0;
    while (n < most && cursor_peek(c, n) != octet)
        n++;
    return n;
}

/* --- records ------------------------------------------------------------------------------------------------------ */

/* SSH-protoversion-softwareversion SP comments */
static void add_banner(struct record *r, const struct ssh_side *side)
{
    struct cursor c = cursor_over(side->banner.at, side->banner.len);
    cursor_skip(&c, 4);
    size_t n = distance_to(&c, '-', c.left);
    if (n == c.left) {
        record_anomaly(r, SSH_INVALID_BANNER);
        return;
    }
    record_bytes(r, SSH_PROTO_VERSION, cursor_bytes(&c, n), n);
    cursor_skip(&c, 1);
    n = distance_to(&c, ' ', c.left);
    record_bytes(r, SSH_SOFTWARE_VERSION, cursor_bytes(&c, n), n);
    if (c.left == 0)
        return;
    cursor_skip(&c, 1);
    record_bytes(r, SSH_COMMENTS, c.at, c.left);
}

/* kex;ciphers;MACs;compression of the side's own direction. */
static void add_hassh(struct record *r, enum direction dir, const struct cursor lists[8], struct text *string,
                      char hex[2 * HASH_MAX])
{
    uint8_t digest[HASH_MAX];
    struct text hash = text_over(hex, 2 * HASH_MAX);
    unsigned own = dir == FROM_CLIENT ? 0 : 1;
    const struct cursor *parts[] = { &lists[0], &lists[2 + own], &lists[4 + own], &lists[6 + own] };
    for (size_t i = 0; i < 4; i++) {
        if (i > 0)
            text_char(string, ';');
        text_bytes(string, parts[i]->at, parts[i]->left);
    }
    r->cut |= string->cut;
    text_hex(&hash, digest, hash_digest(HASH_MD5, string->at, string->len, digest));
    record_item(r, own ? SSH_HASSH_SERVER : SSH_HASSH);
    record_bytes(r, own ? SSH_HASSH_SERVER_HASH : SSH_HASSH_HASH, hash.at, hash.len);
    record_bytes(r, own ? SSH_HASSH_SERVER_STRING : SSH_HASSH_STRING, string->at, string->len);
}

/* A side's record; `kexinit` is the message behind its number, or NULL when there is none. */
static void tell(struct conversation *conv, struct cursor *kexinit)
{
    char string[HASSH_ROOM], hex[2 * HASH_MAX];
    struct text hassh = text_over(string, sizeof string);
    struct ssh_side *side = side_of(conv);
    struct record *r = conversation_record(conv, &ssh_schema);
    struct cursor lists[8];
    add_banner(r, side);
    if (side->overlong)
        record_anomaly(r, SSH_LONG_BANNER);
    if (kexinit != NULL) {
        cursor_skip(kexinit, COOKIE);
        for (unsigned i = 0; i < 8; i++) {
            lists[i] = cursor_sub(kexinit, cursor_be32(kexinit));
            if (kexinit->status == CURSOR_OK)
                record_bytes(r, (uint16_t)(SSH_KEX_ALGORITHMS + i), lists[i].at, lists[i].left);
        }
        if (kexinit->status == CURSOR_OK)
            add_hassh(r, conv->dir, lists, &hassh, hex);
        else
            record_anomaly(r, SSH_INVALID_RECORD);
    }
    r->incomplete = conv->closing;
    conversation_emit(conv, r);
    side->told = true;
    buffer_free(&side->banner, conv->store, conv->account);
}

/* A record of what is odd, with the identification when there was one. */
static enum dissect lost(struct conversation *conv, enum ssh_anomaly anomaly)
{
    struct ssh_side *side = side_of(conv);
    struct record *r = conversation_record(conv, &ssh_schema);
    if (side->identified && !side->told)
        add_banner(r, side);
    record_anomaly(r, anomaly);
    conversation_emit(conv, r);
    side->told = true;
    return DISSECT_LOST;
}

/* --- stream ---------------------------------------------------------------------------------------------------------- */

static bool begins_with_ssh(struct cursor c)
{
    const uint8_t *p = cursor_bytes(&c, 4);
    return p != NULL && memcmp(p, "SSH-", 4) == 0;
}

static enum dissect identify(struct conversation *conv, struct cursor line, struct cursor *after)
{
    struct ssh_side *side = side_of(conv);
    side->identified = true;
    side->overlong = line.left > LINE_MAX - 2;
    size_t n = side->overlong ? LINE_MAX - 2 : line.left;
    if (buffer_add(&side->banner, conv->store, conv->account, line.at, n, LINE_MAX) < n)
        return DISSECT_LOST;            /* the flow's memory is used up; the store counts it */
    int major = cursor_peek(&line, 4), dot = cursor_peek(&line, 5), next = cursor_peek(&line, 6);
    if (major != '1' || (dot == '.' && next == '9'))    /* 1.99 means 2.0 that can also do 1 */
        return DISSECT_PDU;
    tell(conv, NULL);
    cursor_skip(after, after->left);
    return DISSECT_DONE;
}

/* One line: of the greeting, or the identification. */
static enum dissect line_pdu(struct conversation *conv, struct cursor *in)
{
    struct ssh_side *side = side_of(conv);
    size_t looked = in->left < LINE_WAITED_FOR ? in->left : LINE_WAITED_FOR;
    size_t length = distance_to(in, '\n', looked);
    if (length == looked && looked < LINE_WAITED_FOR)
        return DISSECT_MORE;
    if (length == looked)
        return lost(conv, begins_with_ssh(*in) ? SSH_LONG_BANNER : SSH_INVALID_BANNER);
    struct cursor c = *in;
    bool carriage_return = length > 0 && cursor_peek(&c, length - 1) == '\r';
    struct cursor line = cursor_sub(&c, length - carriage_return);
    cursor_skip(&c, 1u + carriage_return);
    enum dissect verdict = DISSECT_PDU;
    if (begins_with_ssh(line))
        verdict = identify(conv, line, &c);
    else if (conv->dir == FROM_CLIENT || ++side->lines > LINES_BEFORE_MAX)
        return lost(conv, SSH_INVALID_BANNER);
    if (verdict != DISSECT_LOST)
        *in = c;
    return verdict;
}

/* RFC 4253 section 6: length, padding length, payload, padding; no MAC before the keys are there. */
static enum dissect packet_pdu(struct conversation *conv, struct cursor *in)
{
    struct cursor c = *in;
    uint32_t length = cursor_be32(&c);
    if (c.status == CURSOR_OK && (length < PACKET_MIN || length > PACKET_MAX))
        return lost(conv, SSH_INVALID_RECORD);
    struct cursor packet = cursor_sub(&c, length);
    if (c.status != CURSOR_OK) {
        conv->need = in->left < 4 ? 4 : 4 + (size_t)length;
        return DISSECT_MORE;
    }
    uint8_t padding = cursor_u8(&packet);
    uint8_t message = cursor_u8(&packet);
    if (padding > packet.left)
        return lost(conv, SSH_INVALID_RECORD);
    struct cursor payload = cursor_sub(&packet, packet.left - padding);
    *in = c;
    if (message != MSG_KEXINIT)         /* IGNORE and DEBUG may stand before it */
        return DISSECT_PDU;
    tell(conv, &payload);
    cursor_skip(in, in->left);
    return DISSECT_DONE;
}

static enum dissect ssh_pdu(struct conversation *conv, struct cursor *in)
{
    return side_of(conv)->identified ? packet_pdu(conv, in) : line_pdu(conv, in);
}

static void ssh_end(struct conversation *conv)
{
    for (int dir = FROM_CLIENT; dir <= FROM_SERVER; dir++) {
        conv->dir = (enum direction)dir;
        struct ssh_side *side = side_of(conv);
        if (side->identified && !side->told)
            tell(conv, NULL);
        buffer_free(&side->banner, conv->store, conv->account);
    }
}

static enum probe ssh_probe(const struct conversation *conv, struct cursor c)
{
    (void)conv;
    size_t n = c.left < 4 ? c.left : 4;
    if (n > 0 && memcmp(c.at, "SSH-", n) != 0)
        return PROBE_NO;
    return n == 4 ? PROBE_YES : PROBE_MORE;
}

const struct dissector dissector_ssh = {
    .schema = &ssh_schema,
    .source = "RFC 4253",
    .over = OVER_TCP,
    .ports = { 22 },
    .ndpi = "SSH",
    .state_size = sizeof(struct ssh_state),
    .pdu_max = 4 + PACKET_MAX,
    .probe = ssh_probe,
    .pdu = ssh_pdu,
    .end = ssh_end,
};
