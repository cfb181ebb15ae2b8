#include "dashboards/server/params.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/addr.h"
#include "common/clock.h"

enum kind { KIND_TEXT, KIND_CODE, KIND_TIME, KIND_NUMBER, KIND_ADDRESS, KIND_CHOICE, KIND_FLAG };

static const char *const keys[] = { "hour", "day", "region", "sector", "unit", "severity", "sid", "signature", "level",
                                    "state", "status", "category", "src", "dest", "event_type", NULL };
static const char *const statuses[] = { "actual", "exercise", "test", NULL };

#define Q(member) offsetof(struct params, query) + offsetof(struct archive_query, member)

static const struct row {
    const char *name;
    enum kind   kind;
    size_t      offset;
    unsigned    of;             /* enum params_of, or-ed */
    uint64_t    lowest, highest;
    const char *const *choices;
} rows[] = {
    { "event_type",    KIND_CODE,    Q(event_type),    PARAMS_COUNTS,                 0, 0, NULL },
    { "from",          KIND_TIME,    Q(from_us),       PARAMS_EVENTS | PARAMS_COUNTS, 0, 0, NULL },
    { "to",            KIND_TIME,    Q(to_us),         PARAMS_EVENTS | PARAMS_COUNTS, 0, 0, NULL },
    { "region",        KIND_CODE,    Q(region),        PARAMS_EVENTS | PARAMS_COUNTS, 0, 0, NULL },
    { "sector",        KIND_TEXT,    Q(sector),        PARAMS_EVENTS | PARAMS_COUNTS, 0, 0, NULL },
    { "unit",          KIND_TEXT,    Q(unit),          PARAMS_EVENTS | PARAMS_COUNTS, 0, 0, NULL },
    { "status",        KIND_CHOICE,  Q(status),        PARAMS_EVENTS | PARAMS_COUNTS, 0, 0, statuses },
    { "state",         KIND_CODE,    Q(state),         PARAMS_EVENTS | PARAMS_COUNTS, 0, 0, NULL },
    { "address",       KIND_ADDRESS, Q(address),       PARAMS_EVENTS | PARAMS_COUNTS, 0, 0, NULL },
    { "text",          KIND_TEXT,    Q(text),          PARAMS_EVENTS | PARAMS_COUNTS, 0, 0, NULL },
    { "id",            KIND_TEXT,    Q(id),            PARAMS_EVENTS,                 0, 0, NULL },
    { "incident",      KIND_TEXT,    Q(incident),      PARAMS_EVENTS | PARAMS_COUNTS, 0, 0, NULL },
    { "whole",         KIND_TEXT,    Q(whole),         PARAMS_EVENTS | PARAMS_COUNTS, 0, 0, NULL },
    { "merged",        KIND_FLAG,    Q(merged),        PARAMS_EVENTS | PARAMS_COUNTS, 0, 0, NULL },
    { "sid",           KIND_NUMBER,  Q(sid),           PARAMS_EVENTS | PARAMS_COUNTS, 1, UINT32_MAX, NULL },
    { "severity_most", KIND_NUMBER,  Q(severity_most), PARAMS_EVENTS | PARAMS_COUNTS, 1, 4, NULL },
    { "limit",         KIND_NUMBER,  Q(limit),         PARAMS_EVENTS | PARAMS_COUNTS | PARAMS_ONE, 1, PAGE_MAX, NULL },
    { "before",        KIND_TEXT,    Q(before),        PARAMS_EVENTS | PARAMS_ONE,    0, 0, NULL },
    { "by",            KIND_CHOICE,  offsetof(struct params, by), PARAMS_COUNTS,      0, 0, keys },
    { "recent",        KIND_NUMBER,  offsetof(struct params, recent), PARAMS_STREAM,  0, 1000, NULL },
};
enum { ROWS = sizeof rows / sizeof rows[0] };
_Static_assert(ROWS <= 32, "struct params.seen has a bit for each");

__attribute__((format(printf, 4, 5)))
static int refuse(struct param_fault *f, const char *code, const char *name, const char *fmt, ...)
{
    va_list args;
    f->code = code;
    snprintf(f->name, sizeof f->name, "%s", name);
    va_start(args, fmt);
    vsnprintf(f->why, sizeof f->why, fmt, args);
    va_end(args);
    return -EINVAL;
}

/* ---- escapes and UTF-8 ---- */

static int hex_value(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Bytes of one well-formed character (RFC 3629), 0 when there is none. */
static size_t utf8_length(const unsigned char *s, size_t n)
{
    size_t want = s[0] < 0x80 ? 1 : s[0] >= 0xc2 && s[0] < 0xe0 ? 2 : s[0] >= 0xe0 && s[0] < 0xf0 ? 3
                : s[0] >= 0xf0 && s[0] < 0xf5 ? 4 : 0;
    if (want > n)
        return 0;
    for (size_t i = 1; i < want; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xf0 && s[1] < 0x90);
    bool surrogate = s[0] == 0xed && s[1] >= 0xa0;
    return overlong || surrogate || (s[0] == 0xf4 && s[1] >= 0x90) ? 0 : want;
}

/* Readable text only: no control character has a meaning in any filter. */
static bool readable(const char *s, size_t n)
{
    for (size_t i = 0, step; i < n; i += step) {
        step = utf8_length((const unsigned char *)s + i, n - i);
        if (step == 0 || (unsigned char)s[i] < 0x20 || s[i] == 0x7f)
            return false;
    }
    return true;
}

/* Decodes into the owner's text, NUL-terminated; NULL: bad escape, or no room. */
static char *unescape(struct params *p, const char *s, size_t n)
{
    char *begin = p->text + p->used, *out = begin;
    if (n >= sizeof p->text - p->used)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        if (s[i] != '%') {
            *out++ = s[i] == '+' ? ' ' : s[i];
            continue;
        }
        if (n - i < 3 || hex_value(s[i + 1]) < 0 || hex_value(s[i + 2]) < 0)
            return NULL;
        *out++ = (char)(hex_value(s[i + 1]) << 4 | hex_value(s[i + 2]));
        i += 2;
    }
    if (!readable(begin, (size_t)(out - begin)))
        return NULL;
    *out++ = '\0';
    p->used += (size_t)(out - begin);
    return begin;
}

/* ---- values ---- */

static int set_number(struct params *p, const struct row *r, const char *value, struct param_fault *f)
{
    size_t digits = strspn(value, "0123456789");
    uint64_t n = digits > 0 && digits < 12 && value[digits] == '\0' ? strtoull(value, NULL, 10) : UINT64_MAX;
    if (n < r->lowest || n > r->highest)
        return refuse(f, "range", r->name, "`%s` must be a whole number from %llu to %llu", r->name,
                      (unsigned long long)r->lowest, (unsigned long long)r->highest);
    uint32_t narrow = (uint32_t)n;
    memcpy((char *)p + r->offset, &narrow, sizeof narrow);
    return 0;
}

static int set_time(struct params *p, const struct row *r, const char *value, struct param_fault *f)
{
    uint64_t us;
    if (clock_parse(value, &us) != 0)
        return refuse(f, "malformed", r->name, "`%s` must be a time such as 2026-11-21T08:00:00Z; a + is written %%2B",
                      r->name);
    memcpy((char *)p + r->offset, &us, sizeof us);
    return 0;
}

static int set_flag(struct params *p, const struct row *r, const char *value, struct param_fault *f)
{
    bool yes = strcmp(value, "yes") == 0;
    if (!yes && strcmp(value, "no") != 0)
        return refuse(f, "range", r->name, "`%s` must be yes or no", r->name);
    memcpy((char *)p + r->offset, &yes, sizeof yes);
    return 0;
}

static bool known(const char *const *choices, const char *value)
{
    while (*choices != NULL && strcmp(*choices, value) != 0)
        choices++;
    return *choices != NULL;
}

static int check_text(const struct row *r, const char *value, struct param_fault *f)
{
    struct prefix prefix;
    switch (r->kind) {
    case KIND_CODE:
        if (strlen(value) > 24 || value[strspn(value, "0123456789abcdefghijklmnopqrstuvwxyz_")] != '\0')
            return refuse(f, "malformed", r->name, "`%s` holds digits, small letters and _ only", r->name);
        return 0;
    case KIND_ADDRESS:
        if (prefix_parse(value, &prefix) != 0)
            return refuse(f, "malformed", r->name, "`%s` must be an address or a prefix such as 192.0.2.0/24", r->name);
        return 0;
    case KIND_CHOICE:
        if (!known(r->choices, value))
            return refuse(f, "range", r->name, "`%s` cannot be `%.40s`; the manual lists what it can be", r->name, value);
        return 0;
    default:
        return 0;
    }
}

static int set(struct params *p, const struct row *r, const char *value, struct param_fault *f)
{
    if (*value == '\0')
        return refuse(f, "malformed", r->name, "`%s` is empty: leave it out to mean any", r->name);
    if (r->kind == KIND_NUMBER)
        return set_number(p, r, value, f);
    if (r->kind == KIND_TIME)
        return set_time(p, r, value, f);
    if (r->kind == KIND_FLAG)
        return set_flag(p, r, value, f);
    int rc = check_text(r, value, f);
    if (rc == 0)
        memcpy((char *)p + r->offset, &value, sizeof value);
    return rc;
}

/* ---- pairs ---- */

static const struct row *row_of(const char *name, enum params_of of)
{
    for (size_t i = 0; i < ROWS; i++)
        if (strcmp(rows[i].name, name) == 0)
            return rows[i].of & of ? &rows[i] : NULL;
    return NULL;
}

static int pair(struct params *p, const char *s, size_t n, enum params_of of, struct param_fault *f)
{
    const char *equals = memchr(s, '=', n);
    size_t name_len = equals != NULL ? (size_t)(equals - s) : n;
    const char *name = unescape(p, s, name_len);
    if (name == NULL)
        return refuse(f, "malformed", "", "a parameter's name is too long or not well-formed");
    const struct row *r = row_of(name, of);
    if (r == NULL)
        return refuse(f, "unknown", name, "there is no parameter `%.30s` here", name);
    if (p->seen & UINT32_C(1) << (r - rows))
        return refuse(f, "repeated", r->name, "`%s` is given twice", r->name);
    p->seen |= UINT32_C(1) << (r - rows);
    const char *value = equals != NULL ? unescape(p, equals + 1, n - name_len - 1) : NULL;
    if (value == NULL)
        return refuse(f, "malformed", r->name, "`%s` has no value, or one that is too long or not well-formed", r->name);
    return set(p, r, value, f);
}

int params_parse(const char *text, enum params_of of, struct params *out, struct param_fault *f)
{
    memset(out, 0, sizeof *out);
    for (const char *s = text != NULL ? text : ""; *s != '\0';) {
        size_t n = strcspn(s, "&");
        int rc = n > 0 ? pair(out, s, n, of, f) : 0;
        if (rc != 0)
            return rc;
        s += n + (s[n] == '&');
    }
    if (of == PARAMS_COUNTS && out->by == NULL)
        return refuse(f, "missing", "by", "`by` says what to count by, for instance by=region");
    if (of == PARAMS_COUNTS && out->query.status == NULL && strcmp(out->by, "status") != 0 && out->query.incident == NULL)
        out->query.status = "actual";       /* a drill is in no figure that did not ask for it */
    if (out->query.from_us != 0 && out->query.to_us != 0 && out->query.from_us >= out->query.to_us)
        return refuse(f, "range", "to", "`to` must be later than `from`");
    if (out->query.limit == 0)
        out->query.limit = PAGE_DEFAULT;
    return 0;
}
