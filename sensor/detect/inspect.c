/* The order of trying and every edge of places follow DetectEngineContentInspection() of Suricata 7, since rules were
 * written against it: a step that stands by itself and fails ends the whole attempt; one that is relative lets the step
 * before it look for its next occurrence. */
#include "detect/inspect.h"

#include <ctype.h>
#include <string.h>

#include "detect/asn1.h"
#include "detect/datasets.h"
#include "detect/entropy.h"

enum verdict { NO, YES, NEVER };

static enum verdict steps_from(struct inspection *i, const struct step *s, size_t before);

static enum verdict next_step(struct inspection *i, const struct step *s, size_t offset)
{
    return s->next ? steps_from(i, s->next, offset) : YES;
}

/* What failing means: a step that depends on nothing before it will fail again. */
static enum verdict failed(const struct step *s)
{
    return s->relative ? NO : NEVER;
}

static void touch(struct inspection *i, size_t end)
{
    i->touched = end > i->touched ? end : i->touched;
}

/* ---- content ---- */

static const uint8_t *find_nocase(const uint8_t *at, size_t len, const uint8_t *what, size_t n)
{
    int low = what[0], high = toupper(what[0]);
    for (size_t i = 0; i + n <= len; i++) {
        if (at[i] != low && at[i] != high)
            continue;
        size_t k = 1;
        while (k < n && tolower(at[i + k]) == what[k])
            k++;
        if (k == n)
            return at + i;
    }
    return NULL;
}

static const uint8_t *find(const struct content *c, const uint8_t *at, size_t len)
{
    if (c->len > len)
        return NULL;
    return c->flags & CONTENT_NOCASE ? find_nocase(at, len, c->bytes, c->len) : memmem(at, len, c->bytes, c->len);
}

static int64_t place_value(const struct inspection *i, const struct content *c, unsigned variable_flag, int32_t given)
{
    if (!(c->flags & variable_flag))
        return given;
    uint64_t v = i->values[given];
    return v > INT32_MAX ? INT32_MAX : (int64_t)v;
}

struct window { int64_t from, to; };

static struct window relative_window(const struct inspection *i, const struct content *c, size_t before)
{
    struct window w = { (int64_t)before, (int64_t)i->len };
    int64_t distance = c->flags & CONTENT_DISTANCE ? place_value(i, c, CONTENT_DISTANCE_VAR, c->distance) : 0;
    w.from += distance;
    if (w.from < 0)
        w.from = 0;
    if (c->flags & CONTENT_WITHIN) {
        int64_t to = (int64_t)before + place_value(i, c, CONTENT_WITHIN_VAR, c->within) + distance;
        w.to = to < w.to ? to : w.to;
    }
    return w;
}

/* Offset and depth count from the stream's beginning, of which the buffer may hold only the end. */
static struct window absolute_window(const struct inspection *i, const struct content *c)
{
    struct window w = { 0, (int64_t)i->len };
    int64_t start = i->starts_at > INT64_MAX / 2 ? INT64_MAX / 2 : (int64_t)i->starts_at;
    if (c->flags & CONTENT_OFFSET)
        w.from = place_value(i, c, CONTENT_OFFSET_VAR, c->offset);
    if (c->flags & CONTENT_DEPTH) {
        int64_t to = w.from + place_value(i, c, CONTENT_DEPTH_VAR, c->depth) - start;
        w.to = to < w.to ? to : w.to;
    }
    if (c->flags & CONTENT_OFFSET)
        w.from = w.from > start ? w.from - start : 0;
    return w;
}

static enum verdict content_step(struct inspection *i, const struct step *s, size_t before)
{
    const struct content *c = &s->content;
    struct window w = s->relative ? relative_window(i, c, before) : absolute_window(i, c);
    if ((c->flags & CONTENT_ENDS) && (int64_t)i->len - c->len > w.from)
        w.from = (int64_t)i->len - c->len;
    bool possible = w.to <= (int64_t)i->len && w.from < w.to && !((c->flags & CONTENT_ENDS) && w.to < (int64_t)i->len);
    for (;;) {
        const uint8_t *found = possible && w.from < w.to ? find(c, i->at + w.from, (size_t)(w.to - w.from)) : NULL;
        if (s->negated)
            return found ? failed(s) : next_step(i, s, before);
        if (found == NULL)
            return failed(s);
        size_t end = (size_t)(found - i->at) + c->len;
        enum verdict v = next_step(i, s, end);
        if (v == YES)
            touch(i, end);
        if (v != NO)
            return v;
        if (i->budget == 0) {
            i->exhausted = true;
            return NEVER;
        }
        i->budget--;
        w.from = (found - i->at) + 1;
    }
}

/* ---- regular expressions ---- */

static enum verdict pcre_step(struct inspection *i, const struct step *s, size_t before)
{
    size_t base = s->relative ? before : 0, from = 0, begin, end;
    for (;;) {
        bool found = base <= i->len && regex_match(s->regex, i->run, i->at + base, i->len - base, from, &begin, &end);
        if (s->negated)
            return found ? failed(s) : next_step(i, s, before);
        if (!found)
            return failed(s);
        enum verdict v = next_step(i, s, base + end);
        if (v == YES)
            touch(i, base + end);
        if (v != NO || s->next == NULL || !s->next->relative)
            return v;
        if (i->budget == 0) {
            i->exhausted = true;
            return NEVER;
        }
        i->budget--;
        from = begin + 1;
        if (from > i->len - base)
            return failed(s);
    }
}

/* ---- numbers in the buffer ---- */

static int digit(uint8_t c, unsigned base)
{
    int d = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
    return d < (int)base ? d : -1;
}

/* Digits as strtoull() reads them: blanks before, whatever behind. Gives the bytes taken, 0 for none. */
static size_t read_string(const uint8_t *at, size_t n, unsigned base, uint64_t *out)
{
    size_t i = 0;
    while (i < n && isspace(at[i]))
        i++;
    if (base == 16 && i + 2 < n && at[i] == '0' && (at[i + 1] | 0x20) == 'x' && digit(at[i + 2], 16) >= 0)
        i += 2;
    size_t first = i;
    *out = 0;
    for (int d; i < n && (d = digit(at[i], base)) >= 0; i++)
        *out = *out * base + (unsigned)d;
    return i > first ? i : 0;
}

static size_t read_binary(const uint8_t *at, size_t n, bool little, uint64_t *out)
{
    *out = 0;
    for (size_t k = 0; k < n; k++)
        *out = *out << 8 | at[little ? n - 1 - k : k];
    return n;
}

struct number {
    size_t   at, taken;
    uint64_t value;
};

static bool is_little(const struct inspection *i, const struct bytes *b)
{
    return b->flags & BYTES_DCE ? i->little : (b->flags & BYTES_LITTLE) != 0;
}

static bool read_number(const struct inspection *i, const struct bytes *b, size_t before, struct number *out)
{
    uint64_t wanted = b->flags & BYTES_COUNT_VAR ? i->values[b->count] : b->count;
    int64_t offset = b->flags & BYTES_OFFSET_VAR ? (int64_t)(i->values[b->offset] & INT32_MAX) : b->offset;
    int64_t at = offset + (b->flags & BYTES_RELATIVE ? (int64_t)before : 0);
    if (at < 0 || at > (int64_t)i->len || wanted > i->len - (size_t)at)
        return false;
    if (wanted == 0 && (b->flags & BYTES_STRING))
        wanted = i->len - (size_t)at < 23 ? i->len - (size_t)at : 23;
    if (wanted > (b->flags & BYTES_STRING ? 23 : 8))
        return false;
    out->at = (size_t)at;
    out->value = 0;
    out->taken = b->flags & BYTES_STRING ? read_string(i->at + at, wanted, b->base, &out->value)
                                         : read_binary(i->at + at, wanted, is_little(i, b), &out->value);
    if (b->mask)
        out->value = (out->value & b->mask) >> b->shift;
    return out->taken > 0 || (b->count == 0 && !(b->flags & BYTES_STRING));
}

static uint64_t other_value(const struct inspection *i, const struct bytes *b)
{
    return b->flags & BYTES_VALUE_VAR ? i->values[b->value] : b->value;
}

static bool compares(uint64_t n, uint8_t op, uint64_t with)
{
    switch (op) {
    case '<': return n < with;
    case '>': return n > with;
    case 'l': return n <= with;
    case 'g': return n >= with;
    case '&': return (n & with) != 0;
    case '^': return (n ^ with) != 0;
    default:  return n == with;
    }
}

static enum verdict byte_test_step(struct inspection *i, const struct step *s, size_t before)
{
    struct number n;
    if (!read_number(i, s->bytes, before, &n))
        return NO;
    bool holds = compares(n.value, s->bytes->op, other_value(i, s->bytes)) != ((s->bytes->flags & BYTES_NOT) != 0);
    return holds ? next_step(i, s, before) : NO;
}

static enum verdict byte_jump_step(struct inspection *i, const struct step *s, size_t before)
{
    const struct bytes *b = s->bytes;
    struct number n;
    if (!read_number(i, b, before, &n) || n.value > UINT32_MAX)
        return NO;
    int64_t by = (int64_t)(n.value * (b->multiplier ? b->multiplier : 1));
    if ((b->flags & BYTES_ALIGN) && by % 4)
        by += 4 - by % 4;
    by += b->after;
    int64_t to = b->flags & BYTES_FROM_BEGINNING ? by : b->flags & BYTES_FROM_END ? (int64_t)i->len + by
               : (int64_t)(n.at + n.taken) + by;
    if (to >= (int64_t)i->len)
        return NO;
    return next_step(i, s, to < 0 ? 0 : (size_t)to);       /* before the beginning is the beginning, as in Suricata */
}

static enum verdict byte_extract_step(struct inspection *i, const struct step *s, size_t before)
{
    const struct bytes *b = s->bytes;
    struct number n;
    if (!read_number(i, b, before, &n))
        return NO;
    uint64_t value = n.value * (b->multiplier ? b->multiplier : 1);
    if (b->align && value % b->align)
        value += b->align - value % b->align;
    i->values[b->slot] = value;
    return next_step(i, s, n.at + n.taken);
}

static enum verdict byte_math_step(struct inspection *i, const struct step *s, size_t before)
{
    const struct bytes *b = s->bytes;
    struct number n;
    if (!read_number(i, b, before, &n))
        return NO;
    uint64_t with = other_value(i, b), value = n.value;
    switch (b->op) {
    case '+': value += with; break;
    case '-': value -= with; break;
    case '*': value *= with; break;
    case '/':
        if (with == 0)
            return NO;
        value /= with;
        break;
    case '{': value = with < 64 ? value << with : 0; break;
    default:  value = with < 64 ? value >> with : 0; break;
    }
    i->values[b->slot] = value;
    return next_step(i, s, n.at + n.taken);
}

static enum verdict isdataat_step(struct inspection *i, const struct step *s, size_t before)
{
    uint64_t at = other_value(i, s->bytes);
    bool there = s->relative ? at <= i->len && before <= i->len - at : at < i->len;
    if (there == s->negated)
        return s->relative || (s->bytes->flags & BYTES_VALUE_VAR) ? NO : NEVER;
    return next_step(i, s, before);
}

/* ---- base64 ---- */

static int base64_digit(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' : c >= 'a' && c <= 'z' ? c - 'a' + 26 : c >= '0' && c <= '9' ? c - '0' + 52
         : c == '+' ? 62 : c == '/' ? 63 : -1;
}

size_t inspect_base64(const uint8_t *at, size_t len, uint8_t *out)
{
    uint32_t bits = 0;
    unsigned have = 0;
    size_t n = 0;
    for (size_t i = 0; i < len && n < BASE64_BYTES_MAX; i++) {
        int d = base64_digit(at[i]);
        if (d < 0 && (at[i] == '\r' || at[i] == '\n'))
            continue;
        if (d < 0)
            break;
        bits = (bits << 6 | (unsigned)d) & 0xfff;
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[n++] = (uint8_t)(bits >> have);
        }
    }
    return n;
}

static enum verdict base64_step(struct inspection *i, const struct step *s, size_t before)
{
    const struct base64 *b = s->base64;
    size_t from = (b->relative ? before : 0) + (size_t)b->offset;
    if (from >= i->len)
        return NO;
    size_t n = i->len - from;
    if (b->count && b->count < n)
        n = b->count;
    size_t decoded = inspect_base64(i->at + from, n, i->base64);
    if (decoded == 0)
        return NO;
    if (b->inside) {
        struct inspection inside = *i;
        inside.at = i->base64;
        inside.len = decoded;
        inside.starts_at = 0;
        bool holds = inspect_steps(&inside, b->inside);
        i->budget = inside.budget;
        i->exhausted |= inside.exhausted;
        if (!holds)
            return NO;
        touch(i, from + n);
    }
    return next_step(i, s, before);
}

/* As in Suricata, the whole buffer is the value, and nothing before it is tried again. */
static enum verdict dataset_step(struct inspection *i, const struct step *s, size_t before)
{
    return dataset_holds(i->datasets, s->dataset, i->at, i->len) ? next_step(i, s, before) : NEVER;
}

static enum verdict steps_from(struct inspection *i, const struct step *s, size_t before)
{
    if (i->budget == 0) {
        i->exhausted = true;
        return NEVER;
    }
    i->budget--;
    if (i->furthest == NULL || i->furthest->place < s->place)
        i->furthest = s;
    switch ((enum step_kind)s->kind) {
    case STEP_CONTENT:      return content_step(i, s, before);
    case STEP_PCRE:         return pcre_step(i, s, before);
    case STEP_BYTE_TEST:    return byte_test_step(i, s, before);
    case STEP_BYTE_JUMP:    return byte_jump_step(i, s, before);
    case STEP_BYTE_EXTRACT: return byte_extract_step(i, s, before);
    case STEP_BYTE_MATH:    return byte_math_step(i, s, before);
    case STEP_ISDATAAT:     return isdataat_step(i, s, before);
    case STEP_SIZE:         return spans_hold(&s->size, i->len) ? next_step(i, s, before) : NEVER;
    case STEP_BASE64:       return base64_step(i, s, before);
    case STEP_DATASET:      return dataset_step(i, s, before);
    case STEP_ENTROPY:      return entropy_holds(s->entropy, i->at, i->len) ? next_step(i, s, before) : NEVER;
    case STEP_ASN1:         return asn1_holds(s->asn1, i->at, i->len, before) ? next_step(i, s, before) : NO;
    }
    return NEVER;
}

bool inspect_steps(struct inspection *i, const struct step *first)
{
    i->touched = 0;
    return first == NULL || steps_from(i, first, 0) == YES;
}
