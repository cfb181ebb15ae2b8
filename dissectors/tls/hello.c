/* hello - the two hellos, and the fingerprints made from them.
 *
 * JA3   "version,suites,extensions,groups,point formats" in decimal, in the order sent, without GREASE; MD5.
 * JA3S  "version,suite,extensions".
 * JA4   what survives a browser shuffling its extensions: counts, ALPN, and SHA-256 over sorted lists.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "dissectors/tls/message.h"

enum {
    RANDOM = 32, RANDOM_TIME = 4, SESSION_ID_MAX = 32,
    JA3_ROOM = 8 * 1024, JA4_LIST_MAX = 512, JA4_DIGITS = 12, NAME_HOST = 0, DRAFT = 0x7f
};

static const uint8_t retry_random[RANDOM] = {      /* RFC 8446 section 4.1.3 */
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c
};

/* The inside of a hello, cut into its parts. */
struct hello {
    uint16_t       version;
    const uint8_t *random;
    struct cursor  session_id;
    struct cursor  suites;          /* the server's: the one it chose */
    struct cursor  extensions;      /* behind their length; empty when there are none */
};

/* What of a client's extensions the fingerprints want. */
struct offer {
    struct cursor groups, formats, versions, signatures, alpn;
    unsigned      names;            /* server name extensions */
};

bool tls_grease(uint16_t n)
{
    return (n & 0x0f0f) == 0x0a0a && n >> 8 == (n & 0xff);
}

bool tls_version_known(uint16_t version)
{
    return (version >= VERSION_SSL3 && version <= VERSION_TLS13) || version == VERSION_TLCP || version >> 8 == DRAFT;
}

/* The drafts of TLS 1.3 counted as 7f01 and up. */
static uint16_t plain_version(uint16_t version)
{
    return version >> 8 == DRAFT ? VERSION_TLS13 : version;
}

struct text tls_text(struct tls_message *m, size_t n)
{
    void *room = arena_take(&m->scratch, n);
    if (room != NULL)
        return text_over(room, n);
    m->r->cut = true;
    return text_over(m->scratch.base, 0);
}

void tls_add_text(struct tls_message *m, unsigned row, const struct text *t)
{
    m->r->cut |= t->cut;
    record_bytes(m->r, (uint16_t)row, t->at, t->len);
    size_t used = (t->len + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
    size_t room = (t->cap + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
    m->scratch.used -= room - used;
}

void tls_add_digest(struct tls_message *m, unsigned row, enum hash_kind kind, const void *bytes, size_t n)
{
    uint8_t digest[HASH_MAX];
    struct text t = tls_text(m, 2 * HASH_MAX);
    text_hex(&t, digest, hash_digest(kind, bytes, n, digest));
    tls_add_text(m, row, &t);
}

static bool hello_read(struct cursor *c, bool client, struct hello *out)
{
    out->version = cursor_be16(c);
    out->random = cursor_bytes(c, RANDOM);
    out->session_id = cursor_sub(c, cursor_u8(c));
    out->suites = cursor_sub(c, client ? cursor_be16(c) : 2);
    cursor_skip(c, client ? cursor_u8(c) : 1);      /* compression */
    out->extensions = cursor_over(NULL, 0);
    if (c->status == CURSOR_OK && c->left > 0)      /* RFC 5246: older ones have no extensions at all */
        out->extensions = cursor_sub(c, cursor_be16(c));
    return c->status == CURSOR_OK && out->session_id.left <= SESSION_ID_MAX;
}

static void add_hello(struct tls_message *m, const struct hello *h)
{
    record_uint(m->r, TLS_LEGACY_VERSION, h->version);
    record_bytes(m->r, TLS_RANDOM, h->random, RANDOM);
    record_bytes(m->r, TLS_RANDOM_TIME, h->random, RANDOM_TIME);
    record_bytes(m->r, TLS_RANDOM_BYTES, h->random + RANDOM_TIME, RANDOM - RANDOM_TIME);
    if (h->session_id.left > 0)
        record_bytes(m->r, TLS_SESSION_ID, h->session_id.at, h->session_id.left);
}

/* Extensions one after the other; false at the end, or when one does not fit (then c->status says so). */
static bool extension_next(struct cursor *c, uint16_t *type, struct cursor *body)
{
    if (c->left == 0)
        return false;
    *type = cursor_be16(c);
    *body = cursor_sub(c, cursor_be16(c));
    return c->status == CURSOR_OK;
}

/* --- fingerprints --------------------------------------------------------------------------------------------------- */

static void decimal(struct text *t, bool *first, uint16_t n)
{
    if (!*first)
        text_char(t, '-');
    *first = false;
    text_uint(t, n);
}

static void decimals(struct text *t, struct cursor words)
{
    bool first = true;
    while (words.left > 1) {
        uint16_t n = cursor_be16(&words);
        if (!tls_grease(n))
            decimal(t, &first, n);
    }
}

static void extension_decimals(struct text *t, struct cursor extensions, bool server)
{
    uint16_t type;
    struct cursor body;
    bool first = true;
    while (extension_next(&extensions, &type, &body))
        if (server || !tls_grease(type))
            decimal(t, &first, type);
}

static void add_ja3(struct tls_message *m, const struct hello *h, struct offer *o)
{
    struct text t = tls_text(m, JA3_ROOM);
    bool first = true;
    text_uint(&t, h->version);
    text_char(&t, ',');
    decimals(&t, h->suites);
    text_char(&t, ',');
    extension_decimals(&t, h->extensions, false);
    text_char(&t, ',');
    decimals(&t, o->groups);
    text_char(&t, ',');
    while (o->formats.left > 0)
        decimal(&t, &first, cursor_u8(&o->formats));
    record_item(m->r, TLS_JA3);
    tls_add_text(m, TLS_JA3_STRING, &t);
    tls_add_digest(m, TLS_JA3_HASH, HASH_MD5, t.at, t.len);
}

static void add_ja3s(struct tls_message *m, const struct hello *h, uint16_t suite)
{
    struct text t = tls_text(m, JA3_ROOM);
    text_uint(&t, h->version);
    text_char(&t, ',');
    text_uint(&t, suite);
    text_char(&t, ',');
    extension_decimals(&t, h->extensions, true);
    record_item(m->r, TLS_JA3S);
    tls_add_text(m, TLS_JA3S_STRING, &t);
    tls_add_digest(m, TLS_JA3S_HASH, HASH_MD5, t.at, t.len);
}

struct words {
    uint16_t at[JA4_LIST_MAX];
    size_t   count;
};

static int word_order(const void *a, const void *b)
{
    return (int)*(const uint16_t *)a - (int)*(const uint16_t *)b;
}

static void word_add(struct words *w, uint16_t n)
{
    if (!tls_grease(n) && w->count < JA4_LIST_MAX)
        w->at[w->count++] = n;
}

static void words_text(struct text *t, const struct words *w)
{
    for (size_t i = 0; i < w->count; i++) {
        const uint8_t octets[2] = { (uint8_t)(w->at[i] >> 8), (uint8_t)w->at[i] };
        if (i > 0)
            text_char(t, ',');
        text_hex(t, octets, sizeof octets);
    }
}

/* Twelve digits of the list's SHA-256, or twelve zeros for an empty list. */
static void ja4_digest(struct text *out, const struct text *list)
{
    uint8_t digest[HASH_MAX] = { 0 };
    if (list->len > 0)
        (void)hash_digest(HASH_SHA256, list->at, list->len, digest);
    text_hex(out, digest, JA4_DIGITS / 2);
}

static void ja4_version(struct text *t, uint16_t version)
{
    switch (version) {
    case VERSION_TLS13: text_lit(t, "13"); return;
    case VERSION_TLS12: text_lit(t, "12"); return;
    case 0x0302:        text_lit(t, "11"); return;
    case VERSION_TLS10: text_lit(t, "10"); return;
    case VERSION_SSL3:  text_lit(t, "s3"); return;
    case VERSION_SSL2:  text_lit(t, "s2"); return;
    default:            text_lit(t, "00"); return;
    }
}

/* First and last character of the first protocol offered; when one is no letter or digit, of its hex. */
static void ja4_alpn(struct text *t, struct cursor alpn)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t n = cursor_u8(&alpn);
    const uint8_t *id = cursor_bytes(&alpn, n);
    if (id == NULL || n == 0) {
        text_lit(t, "00");
        return;
    }
    bool plain = isalnum(id[0]) && isalnum(id[n - 1]) && id[0] < 0x80 && id[n - 1] < 0x80;
    text_char(t, plain ? (char)id[0] : digits[id[0] >> 4]);
    text_char(t, plain ? (char)id[n - 1] : digits[id[n - 1] & 15]);
}

static void ja4_count(struct text *t, size_t n)
{
    text_fmt(t, "%02u", n > 99 ? 99u : (unsigned)n);
}

/* The highest offered, whatever its place. */
static uint16_t ja4_best_version(const struct hello *h, struct cursor versions)
{
    uint16_t best = 0;
    while (versions.left > 1) {
        uint16_t n = cursor_be16(&versions);
        if (!tls_grease(n) && n > best)
            best = n;
    }
    return best ? best : h->version;
}

static void add_ja4(struct tls_message *m, const struct hello *h, const struct offer *o)
{
    struct words suites = { .count = 0 }, kinds = { .count = 0 }, signatures = { .count = 0 };
    char list[JA4_LIST_MAX * 10 + 8];
    struct cursor words = h->suites, extensions = h->extensions, body, algorithms = o->signatures;
    size_t shown = 0;
    uint16_t type;
    while (words.left > 1)
        word_add(&suites, cursor_be16(&words));
    while (extension_next(&extensions, &type, &body)) {
        shown += !tls_grease(type);
        if (type != EXTENSION_SNI && type != EXTENSION_ALPN)
            word_add(&kinds, type);
    }
    while (algorithms.left > 1)
        word_add(&signatures, cursor_be16(&algorithms));
    qsort(suites.at, suites.count, sizeof suites.at[0], word_order);
    qsort(kinds.at, kinds.count, sizeof kinds.at[0], word_order);

    struct text out = tls_text(m, 48), t = text_over(list, sizeof list);
    text_char(&out, m->quic ? 'q' : 't');
    ja4_version(&out, ja4_best_version(h, o->versions));
    text_char(&out, o->names ? 'd' : 'i');
    ja4_count(&out, suites.count);
    ja4_count(&out, shown);
    ja4_alpn(&out, o->alpn);
    text_char(&out, '_');
    words_text(&t, &suites);
    ja4_digest(&out, &t);
    text_char(&out, '_');
    t.len = 0;
    words_text(&t, &kinds);
    if (signatures.count > 0 && kinds.count > 0)
        text_char(&t, '_');
    words_text(&t, &signatures);
    ja4_digest(&out, &t);
    tls_add_text(m, TLS_JA4, &out);
}

/* --- the client ------------------------------------------------------------------------------------------------------- */

static void add_words(struct tls_message *m, unsigned row, struct cursor words)
{
    while (words.left > 1)
        record_uint(m->r, (uint16_t)row, cursor_be16(&words));
}

/* RFC 6066 section 3. A second extension or another kind of name is how one hides the name from who reads the first. */
static void add_names(struct tls_message *m, struct cursor body, struct offer *o)
{
    if (o->names++ > 0)
        record_anomaly(m->r, TLS_MULTIPLE_SNI_EXTENSIONS);
    struct cursor list = cursor_sub(&body, cursor_be16(&body));
    if (body.status != CURSOR_OK || body.left > 0)
        record_anomaly(m->r, TLS_INVALID_SNI_LENGTH);
    if (list.left == 0)
        return;
    uint8_t type = cursor_u8(&list);
    size_t n = cursor_be16(&list);
    const uint8_t *name = cursor_bytes(&list, n);
    if (type != NAME_HOST)
        record_anomaly(m->r, TLS_INVALID_SNI_TYPE);
    else if (name == NULL || n == 0)
        record_anomaly(m->r, TLS_INVALID_SNI_LENGTH);
    else if (o->names == 1)
        record_bytes(m->r, TLS_SNI, name, n);
}

static void add_protocols(struct tls_message *m, unsigned row, struct cursor list)
{
    while (list.left > 0) {
        uint8_t n = cursor_u8(&list);
        const uint8_t *id = cursor_bytes(&list, n);
        if (id == NULL)
            return;
        record_bytes(m->r, (uint16_t)row, id, n);
    }
}

static void offer_extension(struct tls_message *m, uint16_t type, struct cursor body, struct offer *o)
{
    switch (type) {
    case EXTENSION_SNI:
        add_names(m, body, o);
        return;
    case EXTENSION_GROUPS:
        o->groups = cursor_sub(&body, cursor_be16(&body));
        return;
    case EXTENSION_POINT_FORMATS:
        o->formats = cursor_sub(&body, cursor_u8(&body));
        return;
    case EXTENSION_SIGNATURES:
        o->signatures = cursor_sub(&body, cursor_be16(&body));
        return;
    case EXTENSION_ALPN:
        o->alpn = cursor_sub(&body, cursor_be16(&body));
        return;
    case EXTENSION_VERSIONS:
        o->versions = cursor_sub(&body, cursor_u8(&body));
        return;
    case EXTENSION_ECH:
        record_uint(m->r, TLS_ENCRYPTED_HELLO, true);
        return;
    default:
        return;
    }
}

/* The client's first choice that we know; the hello's own number is frozen since TLS 1.3. */
static uint16_t offer_version(const struct hello *h, struct cursor versions)
{
    while (versions.left > 1) {
        uint16_t n = cursor_be16(&versions);
        if (tls_version_known(n))
            return plain_version(n);
    }
    return h->version;
}

bool tls_client_hello(struct tls_message *m, struct cursor body)
{
    const struct cursor none = cursor_over(NULL, 0);
    struct hello h;
    struct offer o = { none, none, none, none, none, 0 };
    struct cursor extension;
    uint16_t type;
    if (!hello_read(&body, true, &h))
        return false;
    add_hello(m, &h);
    add_words(m, TLS_CIPHER_SUITES, h.suites);
    struct cursor extensions = h.extensions;
    while (extension_next(&extensions, &type, &extension)) {
        record_uint(m->r, TLS_EXTENSIONS, type);
        offer_extension(m, type, extension, &o);
    }
    record_uint(m->r, TLS_VERSION, offer_version(&h, o.versions));
    add_words(m, TLS_SUPPORTED_VERSIONS, o.versions);
    add_words(m, TLS_SUPPORTED_GROUPS, o.groups);
    add_words(m, TLS_SIGNATURE_ALGORITHMS, o.signatures);
    add_protocols(m, TLS_CLIENT_ALPNS, o.alpn);
    add_ja4(m, &h, &o);
    add_ja3(m, &h, &o);
    return extensions.status == CURSOR_OK;
}

/* RFC 6101 appendix E.1: type, version, three lengths, suites of three octets; those of SSL 3.0 begin with zero. */
bool tls_client_hello_v2(struct tls_message *m, struct cursor body)
{
    cursor_skip(&body, 1);
    uint16_t version = cursor_be16(&body), suites_len = cursor_be16(&body);
    uint16_t session_len = cursor_be16(&body), challenge_len = cursor_be16(&body);
    struct cursor suites = cursor_sub(&body, suites_len);
    cursor_skip(&body, session_len);
    cursor_skip(&body, challenge_len);
    record_uint(m->r, TLS_VERSION, version);
    while (suites.left > 2) {
        uint32_t suite = cursor_be24(&suites);
        if (suite <= UINT16_MAX)
            record_uint(m->r, TLS_CIPHER_SUITES, suite);
    }
    return body.status == CURSOR_OK;
}

/* --- the server ------------------------------------------------------------------------------------------------------- */

bool tls_choice_read(struct cursor body, struct tls_choice *out)
{
    struct hello h;
    struct cursor extension;
    uint16_t type;
    if (!hello_read(&body, false, &h))
        return false;
    *out = (struct tls_choice){ .version = h.version, .retry = memcmp(h.random, retry_random, RANDOM) == 0,
                                .session_id_len = (uint8_t)h.session_id.left };
    memcpy(out->session_id, h.session_id.at, h.session_id.left);
    while (extension_next(&h.extensions, &type, &extension)) {
        out->heartbeats |= type == EXTENSION_HEARTBEAT;
        if (type == EXTENSION_VERSIONS && extension.left == 2)
            out->version = cursor_be16(&extension);
    }
    out->version = plain_version(out->version);
    return true;
}

bool tls_server_hello(struct tls_message *m, struct cursor body)
{
    struct hello h;
    struct tls_choice choice;
    struct cursor extension;
    uint16_t type;
    if (!tls_choice_read(body, &choice) || !hello_read(&body, false, &h))
        return false;
    uint16_t suite = cursor_be16(&h.suites);
    add_hello(m, &h);
    record_uint(m->r, TLS_VERSION, choice.version);
    record_uint(m->r, TLS_CIPHER_SUITE, suite);
    struct cursor extensions = h.extensions;
    while (extension_next(&extensions, &type, &extension)) {
        record_uint(m->r, TLS_EXTENSIONS, type);
        if (type == EXTENSION_ALPN)
            add_protocols(m, TLS_SERVER_ALPNS, cursor_sub(&extension, cursor_be16(&extension)));
    }
    add_ja3s(m, &h, suite);
    return extensions.status == CURSOR_OK;
}
