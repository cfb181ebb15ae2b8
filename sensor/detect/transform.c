#include "detect/transform.h"

#include <ctype.h>
#include <string.h>

#include "common/hash.h"
#include "detect/fields.h"
#include "detect/inspect.h"
#include "detect/keywords.h"
#include "detect/ruleset.h"

static void put(struct transform_out *out, uint8_t byte)
{
    if (out->len < out->cap)
        out->at[out->len++] = byte;
    else
        out->cut = true;
}

static void put_all(struct transform_out *out, const uint8_t *at, size_t len)
{
    size_t fits = len < out->cap - out->len ? len : out->cap - out->len;
    if (fits)
        memcpy(out->at + out->len, at, fits);
    out->len += fits;
    out->cut |= fits < len;
}

static void to_lowercase(const void *data, struct regex_run *run, const uint8_t *in, size_t len, struct transform_out *out)
{
    (void)data;
    (void)run;
    for (size_t i = 0; i < len; i++)
        put(out, (uint8_t)tolower(in[i]));
}

static void to_uppercase(const void *data, struct regex_run *run, const uint8_t *in, size_t len, struct transform_out *out)
{
    (void)data;
    (void)run;
    for (size_t i = 0; i < len; i++)
        put(out, (uint8_t)toupper(in[i]));
}

static void digest(enum hash_kind kind, const uint8_t *in, size_t len, struct transform_out *out)
{
    uint8_t hash[HASH_MAX];
    put_all(out, hash, hash_digest(kind, in, len, hash));
}

static void to_md5(const void *data, struct regex_run *run, const uint8_t *in, size_t len, struct transform_out *out)
{
    (void)data;
    (void)run;
    digest(HASH_MD5, in, len, out);
}

static void to_sha1(const void *data, struct regex_run *run, const uint8_t *in, size_t len, struct transform_out *out)
{
    (void)data;
    (void)run;
    digest(HASH_SHA1, in, len, out);
}

static void to_sha256(const void *data, struct regex_run *run, const uint8_t *in, size_t len, struct transform_out *out)
{
    (void)data;
    (void)run;
    digest(HASH_SHA256, in, len, out);
}

static void strip_whitespace(const void *data, struct regex_run *run, const uint8_t *in, size_t len, struct transform_out *out)
{
    (void)data;
    (void)run;
    for (size_t i = 0; i < len; i++) {
        if (!isspace(in[i]))
            put(out, in[i]);
    }
}

static void compress_whitespace(const void *data, struct regex_run *run, const uint8_t *in, size_t len, struct transform_out *out)
{
    (void)data;
    (void)run;
    for (size_t i = 0; i < len; i++) {
        if (!isspace(in[i]) || i == 0 || !isspace(in[i - 1]))
            put(out, in[i]);
    }
}

static void dotprefix(const void *data, struct regex_run *run, const uint8_t *in, size_t len, struct transform_out *out)
{
    (void)data;
    (void)run;
    put(out, '.');
    put_all(out, in, len);
}

static int hex(uint8_t c)
{
    return isdigit(c) ? c - '0' : isxdigit(c) ? tolower(c) - 'a' + 10 : -1;
}

static void url_decode(const void *data, struct regex_run *run, const uint8_t *in, size_t len, struct transform_out *out)
{
    (void)data;
    (void)run;
    for (size_t i = 0; i < len; i++) {
        bool coded = in[i] == '%' && i + 2 < len && hex(in[i + 1]) >= 0 && hex(in[i + 2]) >= 0;
        put(out, (uint8_t)(coded ? hex(in[i + 1]) << 4 | hex(in[i + 2]) : in[i] == '+' ? ' ' : in[i]));
        i += coded ? 2 : 0;
    }
}

/* Names in lower case, values as they are: "Host: A\r\n" becomes "host: A\r\n". */
static void header_lowercase(const void *data, struct regex_run *run, const uint8_t *in, size_t len, struct transform_out *out)
{
    (void)data;
    (void)run;
    bool name = true;
    for (size_t i = 0; i < len; i++) {
        name = (name && in[i] != ':') || in[i] == '\n';
        put(out, name ? (uint8_t)tolower(in[i]) : in[i]);
    }
}

static void strip_pseudo_headers(const void *data, struct regex_run *run, const uint8_t *in, size_t len, struct transform_out *out)
{
    (void)data;
    (void)run;
    for (size_t at = 0; at < len;) {
        const uint8_t *newline = memchr(in + at, '\n', len - at);
        size_t n = newline ? (size_t)(newline - in) + 1 - at : len - at;
        if (in[at] != ':')
            put_all(out, in + at, n);
        at += n;
    }
}

struct xor_key {                /* interned as bytes, so that equal keys are one buffer: no member needs an alignment */
    uint8_t len;
    uint8_t at[];
};

static void xor_with(const void *data, struct regex_run *run, const uint8_t *in, size_t len, struct transform_out *out)
{
    (void)run;
    const struct xor_key *key = data;
    for (size_t i = 0; i < len; i++)
        put(out, (uint8_t)(in[i] ^ key->at[i % key->len]));
}

/* The first group of the expression, or nothing when it does not match. */
static void pcrexform(const void *data, struct regex_run *run, const uint8_t *in, size_t len, struct transform_out *out)
{
    struct regex *r = (struct regex *)(uintptr_t)data;      /* its machine code is made by whoever runs it first */
    size_t begin, end;
    if (!regex_match(r, run, in, len, 0, &begin, &end) || pcre2_get_ovector_count(run->data) < 2)
        return;
    const size_t *ends = pcre2_get_ovector_pointer(run->data);
    if (ends[2] != PCRE2_UNSET && ends[2] <= ends[3] && ends[3] <= len)
        put_all(out, in + ends[2], ends[3] - ends[2]);
}

enum base64_mode { BASE64_RFC4648, BASE64_RFC2045, BASE64_STRICT };

struct base64_part {            /* interned: equal ones are one buffer */
    uint32_t offset, bytes;     /* bytes 0: all behind the offset */
    uint32_t mode;
};

static int base64_letter(uint8_t c)
{
    return isalnum(c) || c == '+' || c == '/';
}

/* RFC 2045 section 6.8: what is none of the letters is read over, up to the padding. The letters of a piece are gathered first, four
 * at a time, so that a piece never ends inside a byte. */
static size_t base64_among(const uint8_t *at, size_t len, uint8_t *out)
{
    uint8_t letters[4];
    unsigned have = 0;
    size_t n = 0;
    for (size_t i = 0; i < len && at[i] != '=' && n + 3 <= BASE64_BYTES_MAX; i++) {
        if (!base64_letter(at[i]))
            continue;
        letters[have++] = at[i];
        if (have == 4)
            n += inspect_base64(letters, 4, out + n);
        have %= 4;
    }
    return n + inspect_base64(letters, have, out + n);
}

/* Letters in fours, the last of them padded, and nothing else. */
static bool base64_strict(const uint8_t *at, size_t len)
{
    size_t n = 0;
    while (n < len && base64_letter(at[n]))
        n++;
    size_t padding = len - n;
    return len > 0 && len % 4 == 0 && padding <= 2 && (padding == 0 || at[len - 1] == '=') && (padding < 2 || at[len - 2] == '=');
}

/* What is there and reads as base64 is put in its place; what does not leaves the buffer as it was, as in Suricata. */
static void from_base64(const void *data, struct regex_run *run, const uint8_t *in, size_t len, struct transform_out *out)
{
    (void)run;
    const struct base64_part *part = data;
    size_t decoded = 0;
    if (part->offset <= len && part->bytes <= len - part->offset) {
        size_t n = part->bytes ? part->bytes : len - part->offset;
        const uint8_t *at = in + part->offset;
        decoded = part->mode == BASE64_RFC4648 ? inspect_base64(at, n, out->at)
                : part->mode == BASE64_RFC2045 ? base64_among(at, n, out->at) : base64_strict(at, n) ? inspect_base64(at, n, out->at) : 0;
    }
    out->len = decoded;
    if (decoded == 0)
        put_all(out, in, len);
}

static const struct transform transforms[] = {
    { "to_lowercase", to_lowercase }, { "to_uppercase", to_uppercase }, { "to_md5", to_md5 }, { "to_sha1", to_sha1 },
    { "to_sha256", to_sha256 }, { "strip_whitespace", strip_whitespace }, { "compress_whitespace", compress_whitespace },
    { "dotprefix", dotprefix }, { "url_decode", url_decode }, { "header_lowercase", header_lowercase },
    { "strip_pseudo_headers", strip_pseudo_headers }, { "xor", xor_with }, { "pcrexform", pcrexform },
    { "from_base64", from_base64 }
};

static bool use(struct parser *p, const void *data)
{
    struct slice name = p->option->name;
    if (p->sticky == NULL)
        return parse_wrong(p, name.at, "`%.*s` needs a sticky buffer before it", (int)name.len, name.at);
    if (p->transform_count + p->sticky->transform_count == TRANSFORMS_MAX)
        return parse_wrong(p, name.at, "more than %d transforms on one buffer", TRANSFORMS_MAX);
    for (size_t i = 0; i < sizeof(transforms) / sizeof(transforms[0]); i++) {
        if (slice_is(name, transforms[i].name))
            p->transforms[p->transform_count++] = (struct transform_use){ &transforms[i], data };
    }
    return true;
}

static bool parse_plain(struct parser *p, struct slice value)
{
    (void)value;
    return use(p, NULL);
}

static bool parse_xor(struct parser *p, struct slice value)
{
    if (!parse_quoted(p, &value, NULL))
        return false;
    struct xor_key *key = pile_take(p->pile, sizeof(*key) + value.len / 2);
    if (value.len == 0 || value.len % 2 || value.len / 2 > UINT8_MAX)
        return parse_wrong(p, value.at, "expected 1 to 255 whole bytes in hexadecimal");
    for (size_t i = 0; i < value.len; i += 2) {
        int high = hex((uint8_t)value.at[i]), low = hex((uint8_t)value.at[i + 1]);
        if (high < 0 || low < 0)
            return parse_wrong(p, value.at + i, "expected bytes in hexadecimal");
        key->at[key->len++] = (uint8_t)(high << 4 | low);
    }
    return use(p, pile_intern(p->pile, key, sizeof(*key) + key->len));
}

static bool parse_pcrexform(struct parser *p, struct slice value)
{
    if (!parse_quoted(p, &value, NULL))
        return false;
    struct regex *r = regex_make(p, value, 0);
    return r && use(p, r);
}

static bool base64_option(struct parser *p, struct slice word, struct slice value, struct base64_part *part)
{
    static const char *const modes[] = { "rfc4648", "rfc2045", "strict" };
    uint64_t n;
    bool bytes = slice_is(word, "bytes");
    if (bytes || slice_is(word, "offset")) {
        if (!slice_unsigned(value, &n) || n > 65535)
            return parse_wrong(p, word.at, "expected a number of bytes up to 65535, found `%.*s`", (int)value.len, value.at);
        *(bytes ? &part->bytes : &part->offset) = (uint32_t)n;
        return true;
    }
    for (part->mode = 0; slice_is(word, "mode") && part->mode < 3; part->mode++) {
        if (slice_is_fold(value, modes[part->mode]))
            return true;
    }
    return parse_wrong(p, word.at, "expected bytes, offset, or mode with rfc4648, rfc2045 or strict, found `%.*s %.*s`", (int)word.len,
                       word.at, (int)value.len, value.at);
}

static bool parse_from_base64(struct parser *p, struct slice value)
{
    struct base64_part part = { 0, 0, BASE64_RFC4648 };
    struct slice item, word;
    while (p->option->has_value && slice_cut(&value, ',', &item)) {
        (void)slice_word(&item, &word);
        if (!base64_option(p, word, item, &part))
            return false;
    }
    return use(p, pile_intern(p->pile, &part, sizeof(part)));
}

#define PLAIN(name, about) { name, VALUE_NONE, parse_plain, about }

const struct keyword transform_keywords[] = {
    PLAIN("to_lowercase",         "The buffer in lower case."),
    PLAIN("to_uppercase",         "The buffer in upper case."),
    PLAIN("to_md5",               "The buffer's MD5, 16 bytes."),
    PLAIN("to_sha1",              "The buffer's SHA-1, 20 bytes."),
    PLAIN("to_sha256",            "The buffer's SHA-256, 32 bytes."),
    PLAIN("strip_whitespace",     "The buffer without white space."),
    PLAIN("compress_whitespace",  "Runs of white space as one."),
    PLAIN("dotprefix",            "A dot before the buffer, so that \".example.com\" is a whole domain."),
    PLAIN("url_decode",           "%41 and + decoded."),
    PLAIN("header_lowercase",     "Header names in lower case, values as they are."),
    PLAIN("strip_pseudo_headers", "Headers without those whose name begins with a colon."),
    { "xor",       VALUE_NEEDED, parse_xor,       "The buffer xored with a key in hexadecimal." },
    { "from_base64", VALUE_OPTIONAL, parse_from_base64, "The buffer with base64 undone: bytes, offset, mode rfc4648, rfc2045 or strict." },
    { "pcrexform", VALUE_NEEDED, parse_pcrexform, "The first group of a regular expression." },
    { .name = NULL }
};
