#include "detect/entropy.h"

#include <math.h>

#include "detect/keywords.h"
#include "detect/reals.h"

struct entropy_use {
    uint32_t         offset, bytes;     /* bytes 0: all that is there */
    struct real_span value;
};

static double shannon(const uint8_t *at, size_t len)
{
    uint32_t count[256] = { 0 };
    double sum = 0;
    for (size_t i = 0; i < len; i++)
        count[at[i]]++;
    for (unsigned i = 0; i < 256; i++) {
        double share = (double)count[i] / (double)len;
        sum -= count[i] ? share * log2(share) : 0;
    }
    return sum;
}

bool entropy_holds(const struct entropy_use *e, const uint8_t *at, size_t len)
{
    if (e->offset > len || e->bytes > len - e->offset)
        return false;
    return reals_hold(&e->value, shannon(at + e->offset, e->bytes ? e->bytes : len - e->offset));
}

static bool read_length(struct parser *p, struct slice s, uint32_t *out)
{
    uint64_t n;
    if (!slice_unsigned(s, &n) || n > 65535)
        return parse_wrong(p, s.at, "`entropy`: expected a number of bytes up to 65535, found `%.*s`", (int)s.len, s.at);
    *out = (uint32_t)n;
    return true;
}

/* "bytes 100, offset 4, value >= 7", in any order; the value may stand without its word. */
static bool parse_entropy(struct parser *p, struct slice value)
{
    struct entropy_use *e = pile_take(p->pile, sizeof(*e));
    bool valued = false;
    struct slice item;
    while (slice_cut(&value, ',', &item)) {
        struct slice rest = item, word;
        (void)slice_word(&rest, &word);
        bool bytes = slice_is(word, "bytes"), offset = slice_is(word, "offset");
        if (bytes || offset) {
            if (!read_length(p, rest, bytes ? &e->bytes : &e->offset))
                return false;
            continue;
        }
        if (valued || !reals_parse(p, slice_is(word, "value") ? rest : item, true, &e->value))
            return !valued ? false : parse_wrong(p, item.at, "`entropy` has two values");
        valued = true;
    }
    if (!valued)
        return parse_wrong(p, p->option->value.at, "`entropy` needs what the value is held against, as entropy:value >= 7");
    struct step *s = parse_step(p, STEP_ENTROPY);
    if (s)
        s->entropy = e;
    return s != NULL;
}

const struct keyword entropy_keywords[] = {
    { "entropy", VALUE_NEEDED, parse_entropy, "How evenly the buffer's bytes are spread, 0 to 8 bits: bytes 100, offset 4, value >= 7." },
    { .name = NULL }
};
