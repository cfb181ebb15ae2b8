#include "detect/asn1.h"

#include "common/cursor.h"
#include "detect/keywords.h"

enum { TAG_BIT_STRING = 3, TAG_REAL = 9, TAG_LONG = 31, CLASS_MASK = 0xc0, CONSTRUCTED = 0x20, TAG_BYTES_MAX = 5, LENGTH_BYTES_MAX = 8,
       LENGTH_LONG = 0x80, REAL_KIND_MASK = 0xc0, REAL_BYTES_MAX = 256 };

struct element {
    uint8_t  tag;               /* of a universal element; 0: of another class, or a long one */
    bool     constructed;
    uint64_t length;
};

static bool read_tag(struct cursor *c, struct element *e)
{
    uint8_t first = cursor_u8(c), more = 0x80;
    e->constructed = first & CONSTRUCTED;
    e->tag = first & CLASS_MASK || (first & TAG_LONG) == TAG_LONG ? 0 : first & TAG_LONG;
    if ((first & TAG_LONG) != TAG_LONG)
        return c->status == CURSOR_OK;
    for (unsigned i = 0; i < TAG_BYTES_MAX && more & 0x80; i++)
        more = cursor_u8(c);
    return c->status == CURSOR_OK && !(more & 0x80);
}

/* The indefinite form (8.1.3.6) has length 0 here: what is in it follows anyhow. */
static bool read_length(struct cursor *c, struct element *e)
{
    uint8_t first = cursor_u8(c);
    e->length = first;
    if (first < LENGTH_LONG)
        return c->status == CURSOR_OK;
    unsigned count = first & 0x7f;
    if (count > LENGTH_BYTES_MAX)
        return false;
    e->length = 0;
    for (unsigned i = 0; i < count; i++)
        e->length = e->length << 8 | cursor_u8(c);
    return c->status == CURSOR_OK;
}

static bool element_holds(const struct asn1_use *u, const struct element *e, struct cursor value)
{
    if (u->oversize && e->length > u->longest)
        return true;
    if (e->constructed || e->length == 0 || e->length > UINT32_MAX || value.left == 0)
        return false;
    uint8_t first = cursor_u8(&value);
    if (u->bitstring && e->tag == TAG_BIT_STRING && (e->length - 1) * 8 < first)
        return true;
    return u->real && e->tag == TAG_REAL && (first & REAL_KIND_MASK) == 0 && e->length > REAL_BYTES_MAX;
}

bool asn1_holds(const struct asn1_use *u, const uint8_t *at, size_t len, size_t before)
{
    int64_t from = u->offset + (u->relative ? (int64_t)before : 0);
    if (from < 0 || (uint64_t)from >= len)
        return false;
    struct cursor c = cursor_over(at, len);
    cursor_skip(&c, (size_t)from);
    for (unsigned i = 0; i < ASN1_ELEMENTS_MAX && c.left > 0; i++) {
        struct element e;
        if (!read_tag(&c, &e) || !read_length(&c, &e))
            return false;
        if (element_holds(u, &e, c))
            return true;
        if (e.constructed)
            continue;           /* what is inside comes next */
        if (e.length > c.left)
            return false;
        cursor_skip(&c, (size_t)e.length);
    }
    return false;
}

/* ---- reading ---- */

static bool read_word(struct parser *p, struct slice item, struct asn1_use *u)
{
    struct slice word;
    uint64_t most;
    int64_t offset;
    (void)slice_word(&item, &word);
    bool numbered = slice_is(word, "oversize_length") || slice_is(word, "relative_offset") || slice_is(word, "absolute_offset");
    if (numbered && item.len == 0)
        return parse_wrong(p, word.at, "`%.*s` needs a number", (int)word.len, word.at);
    if (slice_is(word, "bitstring_overflow") || slice_is(word, "double_overflow")) {
        *(slice_is(word, "double_overflow") ? &u->real : &u->bitstring) = true;
        return item.len == 0 || parse_wrong(p, item.at, "`%.*s` takes no number", (int)word.len, word.at);
    }
    if (slice_is(word, "oversize_length")) {
        u->oversize = slice_unsigned(item, &most) && most <= UINT32_MAX;
        u->longest = (uint32_t)(u->oversize ? most : 0);
        return u->oversize || parse_wrong(p, item.at, "expected a length up to %u, found `%.*s`", UINT32_MAX, (int)item.len, item.at);
    }
    u->relative |= slice_is(word, "relative_offset");
    if (!slice_is(word, "relative_offset") && !slice_is(word, "absolute_offset"))
        return parse_wrong(p, word.at, "unknown `%.*s` in `asn1`", (int)word.len, word.at);
    if (!slice_signed(item, &offset) || offset < -65535 || offset > 65535)
        return parse_wrong(p, item.at, "expected an offset from -65535 to 65535, found `%.*s`", (int)item.len, item.at);
    u->offset = (int32_t)offset;
    return true;
}

static bool parse_asn1(struct parser *p, struct slice value)
{
    struct step *s = parse_step(p, STEP_ASN1);
    struct slice rest = value, item;
    if (s == NULL)
        return false;
    struct asn1_use *u = pile_take(p->pile, sizeof(*u));
    s->asn1 = u;
    while (slice_cut(&rest, ',', &item)) {
        if (!read_word(p, item, u))
            return false;
    }
    s->relative = u->relative;
    return u->bitstring || u->real || u->oversize ||
           parse_wrong(p, value.at, "`asn1` needs bitstring_overflow, double_overflow or oversize_length");
}

const struct keyword asn1_keywords[] = {
    { "asn1", VALUE_NEEDED, parse_asn1, "BER that overflows careless readers: bitstring_overflow, double_overflow, oversize_length N." },
    { .name = NULL }
};
