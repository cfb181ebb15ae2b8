/* bytes - byte_test, byte_jump, byte_extract, byte_math, isdataat and base64_decode: reading. Inspect.c does them. */
#include <string.h>

#include "detect/keywords.h"

static struct bytes *bytes_step(struct parser *p, enum step_kind kind)
{
    struct step *s = parse_step(p, kind);
    if (s)
        s->bytes = pile_take(p->pile, sizeof(*s->bytes));
    return s ? s->bytes : NULL;
}

static bool expected(struct parser *p, struct slice s, const char *what)
{
    if (s.len == 0)
        return parse_wrong(p, s.at, "`%.*s`: %s is missing", (int)p->option->name.len, p->option->name.at, what);
    return parse_wrong(p, s.at, "`%.*s`: expected %s, found `%.*s`", (int)p->option->name.len, p->option->name.at, what, (int)s.len,
                       s.at);
}

static bool next(struct parser *p, struct slice *rest, struct slice *out, const char *what)
{
    return slice_cut(rest, ',', out) || expected(p, *rest, what);
}

static bool read_count(struct parser *p, struct slice s, struct bytes *b)
{
    uint64_t n;
    int slot = parse_variable(p, s);
    if (slot >= 0) {
        b->flags |= BYTES_COUNT_VAR;
        b->count = (uint8_t)slot;
        return true;
    }
    if (!slice_unsigned(s, &n) || n > 23)
        return expected(p, s, "how many bytes to read");
    b->count = (uint8_t)n;
    return true;
}

static bool read_offset(struct parser *p, struct slice s, struct bytes *b)
{
    int64_t n;
    int slot = parse_variable(p, s);
    if (slot >= 0) {
        b->flags |= BYTES_OFFSET_VAR;
        b->offset = slot;
        return true;
    }
    if (!slice_signed(s, &n) || n < INT32_MIN || n > INT32_MAX)
        return expected(p, s, "an offset");
    b->offset = (int32_t)n;
    return true;
}

static bool read_value(struct parser *p, struct slice s, struct bytes *b)
{
    int slot = parse_variable(p, s);
    if (slot >= 0) {
        b->flags |= BYTES_VALUE_VAR;
        b->value = (uint64_t)slot;
        return true;
    }
    return slice_unsigned(s, &b->value) || expected(p, s, "a value");
}

static bool read_mask(struct parser *p, struct slice s, struct bytes *b)
{
    uint64_t mask;
    if (!slice_unsigned(s, &mask) || mask == 0 || mask > UINT32_MAX)
        return expected(p, s, "a mask");
    b->mask = (uint32_t)mask;
    b->shift = (uint8_t)__builtin_ctzll(mask);
    return true;
}

/* Words that mean the same wherever they stand. 1: taken, 0: not one of them. */
static int read_flag(struct slice s, struct bytes *b)
{
    static const struct { const char *word; uint16_t flag; uint8_t base; } words[] = {
        { "relative", BYTES_RELATIVE, 0 }, { "little", BYTES_LITTLE, 0 }, { "big", 0, 0 }, { "string", BYTES_STRING, 0 },
        { "hex", BYTES_STRING, 16 }, { "dec", BYTES_STRING, 10 }, { "oct", BYTES_STRING, 8 }, { "rawbytes", BYTES_RAW, 0 },
        { "align", BYTES_ALIGN, 0 }, { "from_beginning", BYTES_FROM_BEGINNING, 0 }, { "from_end", BYTES_FROM_END, 0 },
        { "dce", BYTES_DCE, 0 }
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (slice_is(s, words[i].word)) {
            b->flags |= words[i].flag;
            b->base = words[i].base ? words[i].base : b->base;
            return 1;
        }
    }
    return 0;
}

/* "bitmask 0x0f", "multiplier 4", "post_offset -1", "align 4" */
static int read_pair(struct parser *p, struct slice s, struct bytes *b)
{
    struct slice word;
    int64_t n;
    (void)slice_word(&s, &word);
    if (slice_is(word, "bitmask"))
        return read_mask(p, s, b) ? 1 : -1;
    if (slice_is(word, "multiplier")) {
        if (!slice_signed(s, &n) || n < 1 || n > 65535)
            return expected(p, s, "a multiplier from 1 to 65535") ? 1 : -1;
        b->multiplier = (uint32_t)n;
        return 1;
    }
    if (slice_is(word, "post_offset")) {
        if (!slice_signed(s, &n) || n < -65535 || n > 65535)
            return expected(p, s, "an offset") ? 1 : -1;
        b->after = (int32_t)n;
        return 1;
    }
    if (slice_is(word, "align") && slice_signed(s, &n) && (n == 2 || n == 4)) {
        b->align = (uint8_t)n;
        return 1;
    }
    return 0;
}

static bool read_rest(struct parser *p, struct slice rest, struct bytes *b)
{
    struct slice item;
    while (slice_cut(&rest, ',', &item)) {
        int taken = read_flag(item, b);
        if (taken == 0)
            taken = read_pair(p, item, b);
        if (taken < 0)
            return false;
        if (taken == 0)
            return expected(p, item, "one of its options");
    }
    if (b->base && !(b->flags & BYTES_STRING))
        return parse_wrong(p, p->option->value.at, "a base without `string`");
    if (b->base == 0)
        b->base = 10;
    if (!(b->flags & (BYTES_STRING | BYTES_COUNT_VAR)) && b->count > 8)
        return parse_wrong(p, p->option->value.at, "more than 8 bytes can only be read as `string`");
    return true;
}

static void mark_relative(struct parser *p, const struct bytes *b)
{
    p->last->relative = (b->flags & BYTES_RELATIVE) != 0;
}

static bool read_operator(struct parser *p, struct slice s, struct bytes *b)
{
    if (s.len && s.at[0] == '!') {
        b->flags |= BYTES_NOT;
        s = slice_trim((struct slice){ s.at + 1, s.len - 1 });
        if (s.len == 0)
            s = slice_of("=");
    }
    static const struct { const char *word; uint8_t op; } words[] = {
        { "<", '<' }, { ">", '>' }, { "=", '=' }, { "<=", 'l' }, { ">=", 'g' }, { "&", '&' }, { "^", '^' }
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (slice_is(s, words[i].word)) {
            b->op = words[i].op;
            return true;
        }
    }
    return expected(p, s, "an operator: < > = <= >= & ^");
}

/* 0 bytes: as many digits as there are, or for byte_jump none at all. */
static bool some_bytes(struct parser *p, const struct bytes *b)
{
    if (b->count || (b->flags & (BYTES_STRING | BYTES_COUNT_VAR)))
        return true;
    return parse_wrong(p, p->option->value.at, "0 bytes can only be read as `string`");
}

static bool parse_byte_test(struct parser *p, struct slice value)
{
    struct slice rest = value, item;
    struct bytes *b = bytes_step(p, STEP_BYTE_TEST);
    bool ok = b && next(p, &rest, &item, "how many bytes to read") && read_count(p, item, b) &&
              next(p, &rest, &item, "an operator") && read_operator(p, item, b) &&
              next(p, &rest, &item, "a value") && read_value(p, item, b) &&
              next(p, &rest, &item, "an offset") && read_offset(p, item, b) && read_rest(p, rest, b) && some_bytes(p, b);
    if (ok)
        mark_relative(p, b);
    return ok;
}

static bool parse_byte_jump(struct parser *p, struct slice value)
{
    struct slice rest = value, item;
    struct bytes *b = bytes_step(p, STEP_BYTE_JUMP);
    bool ok = b && next(p, &rest, &item, "how many bytes to read") && read_count(p, item, b) &&
              next(p, &rest, &item, "an offset") && read_offset(p, item, b) && read_rest(p, rest, b);
    if (!ok)
        return false;
    if ((b->flags & BYTES_FROM_BEGINNING) && (b->flags & BYTES_FROM_END))
        return parse_wrong(p, value.at, "`byte_jump` from the beginning and from the end at once");
    mark_relative(p, b);
    return true;
}

static bool new_variable(struct parser *p, struct slice name, struct bytes *b)
{
    uint64_t n;
    if (name.len == 0 || slice_unsigned(name, &n))
        return expected(p, name, "the variable's name");
    int slot = parse_variable(p, name);
    if (slot < 0 && p->variable_count == VARIABLES_MAX)
        return parse_wrong(p, name.at, "more than %d variables in one rule", VARIABLES_MAX);
    if (slot < 0) {
        slot = (int)p->variable_count++;
        p->variables[slot] = pile_intern(p->pile, name.at, name.len);
    }
    b->slot = (uint8_t)slot;
    return true;
}

static bool parse_byte_extract(struct parser *p, struct slice value)
{
    struct slice rest = value, item;
    struct bytes *b = bytes_step(p, STEP_BYTE_EXTRACT);
    bool ok = b && next(p, &rest, &item, "how many bytes to read") && read_count(p, item, b) &&
              next(p, &rest, &item, "an offset") && read_offset(p, item, b) &&
              next(p, &rest, &item, "the variable's name") && new_variable(p, item, b) && read_rest(p, rest, b) && some_bytes(p, b);
    if (ok)
        mark_relative(p, b);
    return ok;
}

static bool read_math_word(struct parser *p, struct slice item, struct bytes *b)
{
    struct slice word;
    (void)slice_word(&item, &word);
    if (slice_is(word, "bytes"))
        return read_count(p, item, b);
    if (slice_is(word, "offset"))
        return read_offset(p, item, b);
    if (slice_is(word, "rvalue"))
        return read_value(p, item, b);
    if (slice_is(word, "result"))
        return new_variable(p, item, b);
    if (slice_is(word, "bitmask"))
        return read_mask(p, item, b);
    if (slice_is(word, "endian") || slice_is(word, "string"))
        return read_flag(slice_is(word, "string") ? word : item, b) && (slice_is(word, "endian") || read_flag(item, b)) ? true
               : expected(p, item, "big, little, hex, dec or oct");
    if (slice_is(word, "relative")) {
        b->flags |= BYTES_RELATIVE;
        return true;
    }
    if (!slice_is(word, "oper"))
        return expected(p, word, "bytes, offset, oper, rvalue, result, endian, string, bitmask or relative");
    b->op = slice_is(item, "<<") ? '{' : slice_is(item, ">>") ? '}' : item.len == 1 && strchr("+-*/", item.at[0])
            ? (uint8_t)item.at[0] : 0;
    return b->op || expected(p, item, "+ - * / << or >>");
}

static bool parse_byte_math(struct parser *p, struct slice value)
{
    struct slice rest = value, item;
    struct bytes *b = bytes_step(p, STEP_BYTE_MATH);
    if (b == NULL)
        return false;
    b->base = 10;
    while (slice_cut(&rest, ',', &item)) {
        if (!read_math_word(p, item, b))
            return false;
    }
    bool counted = b->count || (b->flags & BYTES_COUNT_VAR);
    if (!counted || b->op == 0 || p->variable_count == 0)
        return parse_wrong(p, value.at, "`byte_math` needs bytes, oper, rvalue and result");
    if (b->op == '/' && !(b->flags & BYTES_VALUE_VAR) && b->value == 0)
        return parse_wrong(p, value.at, "`byte_math` divides by zero");
    mark_relative(p, b);
    return true;
}

static bool parse_isdataat(struct parser *p, struct slice value)
{
    struct slice rest = value, item;
    struct bytes *b = bytes_step(p, STEP_ISDATAAT);
    if (b == NULL || !next(p, &rest, &item, "a number"))
        return false;
    p->last->negated = item.len && item.at[0] == '!';
    if (p->last->negated)
        item = slice_trim((struct slice){ item.at + 1, item.len - 1 });
    if (!read_value(p, item, b) || !read_rest(p, rest, b))
        return false;
    if (!(b->flags & BYTES_VALUE_VAR) && b->value > 65535)
        return expected(p, item, "a number up to 65535");
    mark_relative(p, b);
    return true;
}

static bool read_base64_word(struct parser *p, struct slice item, struct base64 *b)
{
    struct slice word;
    uint64_t n;
    (void)slice_word(&item, &word);
    if (slice_is(word, "relative")) {
        b->relative = true;
        return true;
    }
    if (!slice_is(word, "bytes") && !slice_is(word, "offset"))
        return expected(p, word, "bytes, offset or relative");
    if (!slice_unsigned(item, &n) || n > 65535)
        return expected(p, item, "a number up to 65535");
    if (slice_is(word, "bytes"))
        b->count = (uint32_t)n;
    else
        b->offset = (int32_t)n;
    return true;
}

static bool parse_base64_decode(struct parser *p, struct slice value)
{
    if (p->in_base64)
        return parse_wrong(p, p->option->name.at, "`base64_decode` inside of `base64_data`");
    struct step *s = parse_step(p, STEP_BASE64);
    if (s == NULL)
        return false;
    s->base64 = pile_take(p->pile, sizeof(*s->base64));
    p->base64 = s->base64;
    struct slice item;
    while (slice_cut(&value, ',', &item)) {
        if (!read_base64_word(p, item, s->base64))
            return false;
    }
    s->relative = s->base64->relative;
    return true;
}

static bool parse_base64_data(struct parser *p, struct slice value)
{
    (void)value;
    if (p->base64 == NULL)
        return parse_wrong(p, p->option->name.at, "`base64_data` needs `base64_decode` before it");
    p->in_base64 = true;
    return true;
}

const struct keyword bytes_keywords[] = {
    { "byte_test",    VALUE_NEEDED, parse_byte_test,    "Compares a number read out of the buffer." },
    { "byte_jump",    VALUE_NEEDED, parse_byte_jump,    "Moves on by a number read out of the buffer." },
    { "byte_extract", VALUE_NEEDED, parse_byte_extract, "Keeps a number read out of the buffer as a variable." },
    { "byte_math",    VALUE_NEEDED, parse_byte_math,    "Reckons with a number read out of the buffer and keeps the result." },
    { "isdataat",     VALUE_NEEDED, parse_isdataat,     "The buffer goes on to this byte; ! before it: it does not." },
    { "base64_decode", VALUE_OPTIONAL, parse_base64_decode, "Decodes base64 in the buffer for base64_data." },
    { "base64_data",  VALUE_NONE,   parse_base64_data,  "The next contents are held against what base64_decode gave." },
    { .name = NULL }
};
