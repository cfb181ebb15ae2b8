#include "detect/pcre.h"

#include <ctype.h>
#include <string.h>

#include "detect/fields.h"
#include "detect/keywords.h"
#include "detect/ruleset.h"

enum { PATTERN_MAX = 8192 };

/* Compiling machine code for all of ET Open's 6,000 expressions takes longer than loading its rules, and few of them ever
 * run. So the first run makes it; whoever comes upon one being made meanwhile interprets. */
enum regex_machine { MACHINE_NONE, MACHINE_MAKING, MACHINE_READY };

struct flag { char letter; uint32_t option; };
static const struct flag flags[] = {
    { 'i', PCRE2_CASELESS }, { 's', PCRE2_DOTALL }, { 'm', PCRE2_MULTILINE }, { 'x', PCRE2_EXTENDED }, { 'A', PCRE2_ANCHORED },
    { 'E', PCRE2_DOLLAR_ENDONLY }, { 'G', PCRE2_UNGREEDY }
};

static const struct { char letter; const char *buffer; } buffers[] = {
    { 'U', "http.uri" }, { 'I', "http.uri.raw" }, { 'P', "http.request_body" }, { 'Q', "file.data" },
    { 'H', "http.header" }, { 'D', "http.header.raw" }, { 'M', "http.method" }, { 'C', "http.cookie" },
    { 'S', "http.stat_code" }, { 'Y', "http.stat_msg" }, { 'V', "http.user_agent" }, { 'W', "http.host" },
    { 'Z', "http.host.raw" }, { 'K', "http.cookie" }
};

static bool read_letter(struct parser *p, const char *at, uint32_t *options, bool *relative, const char **buffer)
{
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        if (flags[i].letter == *at) {
            *options |= flags[i].option;
            return true;
        }
    }
    for (size_t i = 0; i < sizeof(buffers) / sizeof(buffers[0]); i++) {
        if (buffers[i].letter == *at) {
            if (*buffer && strcmp(*buffer, buffers[i].buffer) != 0)
                return parse_wrong(p, at, "two buffers for one regular expression");
            *buffer = buffers[i].buffer;
            return true;
        }
    }
    *relative |= *at == 'R';
    if (strchr("RBO", *at) == NULL)
        return parse_wrong(p, at, "unknown flag `%c` of a regular expression", *at);
    return true;
}

/* Compiles without joined line ends; an expression as long as that is taken as it stands. */
static pcre2_code *compile(struct slice s, uint32_t options, int *error, size_t *at)
{
    char text[PATTERN_MAX];
    size_t n = 0;
    if (s.len > sizeof(text) || memchr(s.at, '\n', s.len) == NULL)
        return pcre2_compile((PCRE2_SPTR)s.at, s.len, options, error, at, NULL);
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] != '\n' && s.at[i] != '\r')
            text[n++] = s.at[i];
    }
    return pcre2_compile((PCRE2_SPTR)text, n, options, error, at, NULL);
}

struct regex *regex_make(struct parser *p, struct slice pattern, uint32_t options)
{
    int error;
    size_t at;
    pcre2_code *code = compile(pattern, options, &error, &at);
    if (code == NULL) {
        char why[120] = "";
        pcre2_get_error_message(error, (PCRE2_UCHAR *)why, sizeof(why));
        parse_wrong(p, pattern.at + (at <= pattern.len ? at : 0), "regular expression: %s", why);
        return NULL;
    }
    struct regex *r = pile_take(p->pile, sizeof(*r));
    r->code = code;
    r->next = p->rules->regexes;
    p->rules->regexes = r;
    return r;
}

static bool in_buffer(struct parser *p, const char *buffer, const char *at, struct step **out)
{
    const struct field_word *w = fields_word(p->rules, buffer);
    if (w == NULL)
        return parse_wrong(p, at, "no dissector has the buffer `%s`", buffer);
    const struct field_word *body = fields_word(p->rules, "http.response_body");    /* what Q means as well */
    if (p->sticky && body && p->sticky == body->sticky && strcmp(buffer, "file.data") == 0)
        w = body;
    if (p->sticky && p->sticky != w->sticky)
        return parse_wrong(p, at, "a buffer flag cannot follow a sticky buffer");
    const struct sticky *before = p->sticky;
    p->sticky = w->sticky;
    *out = parse_step(p, STEP_PCRE);
    p->sticky = before;
    return *out != NULL;
}

/* What groups caught goes into Suricata's own log as flow and packet variables. No keyword asks for them, so only their
 * form is looked at: /expression/flags, flow:name, pkt:name. */
static bool read_captures(struct parser *p, struct slice list)
{
    static const char *const scopes[] = { "flow:", "pkt:", "alert:" };
    struct slice one;
    while (slice_cut(&list, ',', &one)) {
        size_t i = 0;
        while (i < 3 && !(slice_begins(one, scopes[i]) && one.len > strlen(scopes[i])))
            i++;
        if (i == 3)
            return parse_wrong(p, one.at, "expected flow:name, pkt:name or alert:name for a captured group");
    }
    return true;
}

/* The slash before the flags. Names of captures may hold slashes too: they stand behind the first ", flow:" or the like that follows a
 * slash and letters. */
static const char *expression_end(struct slice value)
{
    for (size_t i = 1; i + 1 < value.len; i++) {
        struct slice rest = slice_trim((struct slice){ value.at + i + 1, value.len - i - 1 });
        if (value.at[i] != ',' || !(slice_begins(rest, "flow:") || slice_begins(rest, "pkt:") || slice_begins(rest, "alert:")))
            continue;
        const char *slash = memrchr(value.at + 1, '/', i - 1), *at = slash;
        while (at && ++at < value.at + i && (isalpha((unsigned char)*at) || *at == ' '))
            ;
        if (at == value.at + i)
            return slash;
    }
    return memrchr(value.at + 1, '/', value.len - 1);
}

static bool parse_pcre(struct parser *p, struct slice value)
{
    bool negated, relative = false;
    if (!parse_quoted(p, &value, &negated))
        return false;
    const char *end = value.len ? expression_end(value) : NULL;
    if (value.at[0] != '/' || end == NULL)
        return parse_wrong(p, value.at, "expected /expression/flags");
    uint32_t options = 0;
    const char *buffer = NULL;
    struct slice captures = { end + 1, (size_t)(value.at + value.len - end - 1) }, letters = { end + 1, 0 };
    (void)slice_cut(&captures, ',', &letters);
    for (const char *c = letters.at; c < letters.at + letters.len; c++) {
        if (!read_letter(p, c, &options, &relative, &buffer))
            return false;
    }
    if (!read_captures(p, captures))
        return false;
    struct regex *regex = regex_make(p, (struct slice){ value.at + 1, (size_t)(end - value.at - 1) }, options);
    if (regex == NULL)
        return false;
    struct step *s = NULL;
    if (buffer ? !in_buffer(p, buffer, end, &s) : (s = parse_step(p, STEP_PCRE)) == NULL)
        return false;
    s->regex = regex;
    s->negated = negated;
    s->relative = relative;
    return true;
}

static uint32_t machine_ready(struct regex *r)
{
    int state = atomic_load_explicit(&r->machine, memory_order_acquire);
    if (state == MACHINE_READY)
        return 0;
    int none = MACHINE_NONE;
    if (state == MACHINE_MAKING || !atomic_compare_exchange_strong(&r->machine, &none, MACHINE_MAKING))
        return PCRE2_NO_JIT;
    (void)pcre2_jit_compile(r->code, PCRE2_JIT_COMPLETE);     /* without it, PCRE2 interprets by itself */
    atomic_store_explicit(&r->machine, MACHINE_READY, memory_order_release);
    return 0;
}

bool regex_match(struct regex *r, struct regex_run *run, const unsigned char *at, size_t len, size_t from, size_t *begin,
                 size_t *end)
{
    int rc = pcre2_match(r->code, at, len, from, machine_ready(r), run->data, run->context);
    run->limited |= rc == PCRE2_ERROR_MATCHLIMIT || rc == PCRE2_ERROR_DEPTHLIMIT || rc == PCRE2_ERROR_JIT_STACKLIMIT;
    if (rc < 0)
        return false;
    const size_t *ends = pcre2_get_ovector_pointer(run->data);
    *begin = ends[0];
    *end = ends[1];
    return true;
}

void regex_free(struct regex *r)
{
    for (; r; r = r->next)
        pcre2_code_free(r->code);
}

const struct keyword pcre_keywords[] = {
    { "pcre", VALUE_NEEDED, parse_pcre, "A regular expression, \"/expression/flags\": i s m x A E G R and buffer letters." },
    { .name = NULL }
};
