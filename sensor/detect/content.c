/* content - literal bytes and the modifiers that say where they must stand. */
#include <ctype.h>
#include <string.h>

#include "detect/fields.h"
#include "detect/keywords.h"
#include "detect/numbers.h"
#include "detect/ruleset.h"

enum { CONTENT_MAX = 2048, PLACE_MAX = 65535 };

static int hex_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

struct bytes_out {
    uint8_t at[CONTENT_MAX];
    size_t  len;
};

static bool out_add(struct parser *p, struct bytes_out *out, const char *at, uint8_t byte)
{
    if (out->len == CONTENT_MAX)
        return parse_wrong(p, at, "the content is longer than %d bytes", CONTENT_MAX);
    out->at[out->len++] = byte;
    return true;
}

/* |0d 0a 41| : `i` stands behind the first bar and ends behind the second. */
static bool read_hex(struct parser *p, struct slice s, size_t *i, struct bytes_out *out)
{
    int high = -1;
    for (; *i < s.len && s.at[*i] != '|'; ++*i) {
        char c = s.at[*i];
        if (isspace((unsigned char)c))
            continue;
        int d = hex_digit(c);
        if (d < 0)
            return parse_wrong(p, s.at + *i, "`%c` is not a hexadecimal digit", c);
        if (high >= 0 && !out_add(p, out, s.at + *i, (uint8_t)(high << 4 | d)))
            return false;
        high = high >= 0 ? -1 : d;
    }
    if (*i == s.len)
        return parse_wrong(p, s.at + s.len, "`|` without its partner");
    if (high >= 0)
        return parse_wrong(p, s.at + *i, "half a byte in hexadecimal");
    return true;
}

static bool read_bytes(struct parser *p, struct slice s, struct bytes_out *out)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        if (c == '|') {
            i++;
            if (!read_hex(p, s, &i, out))
                return false;
            continue;
        }
        if (c == '\n' || c == '\r')
            continue;               /* a joined line's end is no part of the text */
        if (c == '"')
            return parse_wrong(p, s.at + i, "a quote inside of the text: write \\\"");
        if (c == '\\') {
            if (++i == s.len || strchr("\";:\\", s.at[i]) == NULL)
                return parse_wrong(p, s.at + i - 1, "a backslash stands only before \" ; : or \\");
            c = s.at[i];
        }
        if (!out_add(p, out, s.at + i, (uint8_t)c))
            return false;
    }
    return out->len > 0 || parse_wrong(p, s.at, "the content is empty");
}

struct step *content_step(struct parser *p, struct slice text, bool negated)
{
    struct bytes_out out = { .len = 0 };
    struct step *s = read_bytes(p, text, &out) ? parse_step(p, STEP_CONTENT) : NULL;
    if (s == NULL)
        return NULL;
    s->negated = negated;
    s->content.bytes = (const uint8_t *)pile_intern(p->pile, out.at, out.len);
    s->content.len = (uint16_t)out.len;
    p->last_content = s;
    return s;
}

static bool parse_content(struct parser *p, struct slice value)
{
    bool negated;
    return parse_quoted(p, &value, &negated) && content_step(p, value, negated) != NULL;
}

static struct content *last_content(struct parser *p)
{
    if (p->last_content == NULL || p->last != p->last_content) {
        if (p->last_content == NULL) {
            parse_wrong(p, p->option->name.at, "`%.*s` needs a content before it", (int)p->option->name.len, p->option->name.at);
            return NULL;
        }
    }
    return &p->last_content->content;
}

void content_fold(struct parser *p, struct content *c)
{
    uint8_t lower[CONTENT_MAX];
    for (size_t i = 0; i < c->len; i++)
        lower[i] = (uint8_t)tolower(c->bytes[i]);
    c->bytes = (const uint8_t *)pile_intern(p->pile, lower, c->len);
    c->flags |= CONTENT_NOCASE;
}

static bool parse_nocase(struct parser *p, struct slice value)
{
    (void)value;
    struct content *c = last_content(p);
    if (c)
        content_fold(p, c);
    return c != NULL;
}

/* A number, or the name of a variable that byte_extract or byte_math set. */
static bool read_place(struct parser *p, struct slice value, int32_t low, int32_t *out, bool *variable)
{
    int64_t n;
    int slot = parse_variable(p, value);
    *variable = slot >= 0;
    if (slot >= 0) {
        *out = slot;
        return true;
    }
    if (!slice_signed(value, &n))
        return parse_wrong(p, value.at, "`%.*s` is neither a number nor a variable set before", (int)value.len, value.at);
    if (n < low || n > PLACE_MAX * 16)
        return parse_wrong(p, value.at, "`%.*s` is out of range", (int)value.len, value.at);
    *out = (int32_t)n;
    return true;
}

static bool place(struct parser *p, struct slice value, unsigned flag, unsigned variable_flag, unsigned against, int32_t low)
{
    struct content *c = last_content(p);
    if (c == NULL)
        return false;
    const char *name = p->option->name.at;
    int len = (int)p->option->name.len;
    if (c->flags & flag)
        return parse_wrong(p, name, "`%.*s` twice for one content", len, name);
    if (c->flags & against)
        return parse_wrong(p, name, "`%.*s` cannot stand beside the other places given for this content", len, name);
    int32_t *into = flag == CONTENT_OFFSET ? &c->offset : flag == CONTENT_DEPTH ? &c->depth
                  : flag == CONTENT_DISTANCE ? &c->distance : &c->within;
    bool variable;
    if (!read_place(p, value, low, into, &variable))
        return false;
    if (!variable && (flag == CONTENT_DEPTH || flag == CONTENT_WITHIN) && *into < c->len)
        return parse_wrong(p, value.at, "%.*s %d is less than the %u bytes of the content", len, name, *into, c->len);
    c->flags |= (uint16_t)(flag | (variable ? variable_flag : 0));
    p->last_content->relative = (c->flags & CONTENT_RELATIVE) != 0;
    return true;
}

static bool parse_offset(struct parser *p, struct slice value)
{
    return place(p, value, CONTENT_OFFSET, CONTENT_OFFSET_VAR, CONTENT_RELATIVE | CONTENT_STARTS, 0);
}

static bool parse_depth(struct parser *p, struct slice value)
{
    return place(p, value, CONTENT_DEPTH, CONTENT_DEPTH_VAR, CONTENT_RELATIVE | CONTENT_STARTS, 1);
}

static bool parse_distance(struct parser *p, struct slice value)
{
    return place(p, value, CONTENT_DISTANCE, CONTENT_DISTANCE_VAR, CONTENT_OFFSET | CONTENT_DEPTH, -PLACE_MAX * 16);
}

static bool parse_within(struct parser *p, struct slice value)
{
    return place(p, value, CONTENT_WITHIN, CONTENT_WITHIN_VAR, CONTENT_OFFSET | CONTENT_DEPTH, 1);
}

static bool parse_startswith(struct parser *p, struct slice value)
{
    (void)value;
    struct content *c = last_content(p);
    if (c == NULL)
        return false;
    if (c->flags & (CONTENT_RELATIVE | CONTENT_DEPTH | CONTENT_OFFSET))
        return parse_wrong(p, p->option->name.at, "`startswith` cannot stand beside the other places given for this content");
    c->flags |= CONTENT_STARTS | CONTENT_DEPTH;
    c->depth = c->len;
    return true;
}

static bool parse_endswith(struct parser *p, struct slice value)
{
    (void)value;
    struct content *c = last_content(p);
    if (c == NULL)
        return false;
    c->flags |= CONTENT_ENDS;
    return true;
}

static bool parse_rawbytes(struct parser *p, struct slice value)
{
    (void)value;
    struct content *c = last_content(p);
    if (c == NULL)
        return false;
    c->flags |= CONTENT_RAW;
    return true;
}

static bool read_chop(struct parser *p, struct slice value, struct content *c)
{
    struct slice first;
    uint64_t at, len;
    (void)slice_cut(&value, ',', &first);
    if (!slice_unsigned(first, &at) || !slice_unsigned(slice_trim(value), &len))
        return parse_wrong(p, first.at, "expected fast_pattern:only or fast_pattern:offset,length");
    if (len == 0 || at + len > c->len)
        return parse_wrong(p, first.at, "the piece for fast_pattern is not inside of the content of %u bytes", c->len);
    c->chop_at = (uint16_t)at;
    c->chop_len = (uint16_t)len;
    c->flags |= CONTENT_CHOPPED;
    return true;
}

static bool parse_fast_pattern(struct parser *p, struct slice value)
{
    struct content *c = last_content(p);
    if (c == NULL)
        return false;
    if (c->flags & CONTENT_FAST)
        return parse_wrong(p, p->option->name.at, "`fast_pattern` twice for one content");
    c->flags |= CONTENT_FAST;
    if (!p->option->has_value)
        return true;
    if (slice_is(value, "only")) {
        c->flags |= CONTENT_FAST_ONLY;
        return true;
    }
    return read_chop(p, value, c);
}

/* ---- buffers by their old names, said after the content ---- */

static const char *const old_names[][2] = {
    { "http_uri", "http.uri" }, { "http_raw_uri", "http.uri.raw" }, { "http_header", "http.header" },
    { "http_raw_header", "http.header.raw" }, { "http_cookie", "http.cookie" }, { "http_method", "http.method" },
    { "http_client_body", "http.request_body" }, { "http_server_body", "file.data" },
    { "http_user_agent", "http.user_agent" }, { "http_host", "http.host" }, { "http_raw_host", "http.host.raw" },
    { "http_stat_code", "http.stat_code" }, { "http_stat_msg", "http.stat_msg" }
};

static void unlink_step(struct section *section, const struct step *gone)
{
    struct step **at = &section->first;
    struct step *before = NULL;
    while (*at && *at != gone) {
        before = *at;
        at = &(*at)->next;
    }
    if (*at == NULL)
        return;
    *at = gone->next;
    if (section->last == gone)
        section->last = before;
}

static void drop_empty_section(struct rule *r, const struct section *gone)
{
    struct section **at = &r->sections;
    while (*at && *at != gone)
        at = &(*at)->next;
    if (*at == NULL || gone->first)
        return;
    *at = gone->next;
    if (r->sections_end == &gone->next)
        r->sections_end = at;
}

static bool parse_old_buffer(struct parser *p, struct slice value)
{
    (void)value;
    struct content *c = last_content(p);
    if (c == NULL)
        return false;
    struct slice name = p->option->name;
    if (p->sticky)
        return parse_wrong(p, name.at, "`%.*s` cannot follow a sticky buffer", (int)name.len, name.at);
    const struct field_word *w = NULL;
    for (size_t i = 0; i < sizeof(old_names) / sizeof(old_names[0]) && w == NULL; i++)
        w = slice_is(name, old_names[i][0]) ? fields_word(p->rules, old_names[i][1]) : NULL;
    if (w == NULL)
        return parse_wrong(p, name.at, "no dissector has the buffer `%.*s`", (int)name.len, name.at);
    if (!fields_narrow(p, w->schemas, true))
        return false;
    struct step *s = p->last_content;
    if (p->last_section->sticky != fields_payload(p->rules))
        return parse_wrong(p, name.at, "the content already belongs to another buffer");
    unlink_step(p->last_section, s);
    drop_empty_section(p->rule, p->last_section);
    s->next = NULL;
    struct section *to = parse_section(p, w->sticky, false);
    *(to->last ? &to->last->next : &to->first) = s;
    to->last = s;
    p->last_section = to;
    return true;
}

/* ---- sizes of buffers ---- */

static bool size_step(struct parser *p, struct slice value, struct step *s)
{
    const struct number_style style = { .most = UINT32_MAX, .inner = true };
    return s && numbers_parse(p, value, &style, &s->size);
}

static bool parse_bsize(struct parser *p, struct slice value)
{
    if (p->sticky == NULL)
        return parse_wrong(p, p->option->name.at, "`bsize` needs a sticky buffer before it");
    return size_step(p, value, parse_step(p, STEP_SIZE));
}

/* http.referer; absent; or, when it is there, what follows: absent:or_else; */
static bool parse_absent(struct parser *p, struct slice value)
{
    const char *at = p->option->name.at;
    bool or_else = p->option->has_value;
    if (or_else && !slice_is(value, "or_else"))
        return parse_wrong(p, value.at, "expected `absent` alone or `absent:or_else`, found `%.*s`", (int)value.len, value.at);
    if (p->sticky == NULL || p->sticky->source != STICKY_FIELD)
        return parse_wrong(p, at, "`absent` needs the buffer of a protocol's field before it");
    if (!p->fresh)
        return parse_wrong(p, at, "`absent` stands right behind its buffer");
    if (!parse_use_transforms(p))
        return false;
    struct section *s = parse_current_section(p);
    if (s->first || s->absent)
        return parse_wrong(p, at, "the rule asks twice about a buffer that may be absent");
    s->absent = or_else ? ABSENT_OR_ELSE : ABSENT_ONLY;
    p->last_section = s;
    return true;
}

/* uricontent:"x"; is http.uri; content:"x"; pkt_data; */
static bool parse_uricontent(struct parser *p, struct slice value)
{
    const struct field_word *w = fields_word(p->rules, "http.uri");
    if (w == NULL || w->sticky == NULL)
        return parse_wrong(p, p->option->name.at, "no dissector has the buffer `http.uri`");
    const struct sticky *before = p->sticky;
    p->sticky = w->sticky;
    bool ok = parse_content(p, value);
    p->sticky = before;
    return ok;
}

/* urilen:1<>10,raw; is bsize of http.uri or http.uri.raw, wherever it stands. */
static bool parse_urilen(struct parser *p, struct slice value)
{
    struct slice rest = value, number;
    (void)slice_cut(&rest, ',', &number);
    rest = slice_trim(rest);
    if (rest.len && !slice_is(rest, "raw") && !slice_is(rest, "norm"))
        return parse_wrong(p, rest.at, "expected raw or norm, found `%.*s`", (int)rest.len, rest.at);
    const struct field_word *w = fields_word(p->rules, slice_is(rest, "raw") ? "http.uri.raw" : "http.uri");
    if (w == NULL || w->sticky == NULL)
        return parse_wrong(p, p->option->name.at, "no dissector has the buffer that `urilen` measures");
    if (!fields_narrow(p, w->schemas, true))
        return false;
    struct step *s = pile_take(p->pile, sizeof(*s));
    s->kind = STEP_SIZE;
    struct section *to = parse_section(p, w->sticky, false);
    *(to->last ? &to->last->next : &to->first) = s;
    to->last = s;
    return size_step(p, number, s);
}

#define OLD(name) { name, VALUE_NONE, parse_old_buffer, "The content before it is looked for in this buffer (old spelling)." }

const struct keyword content_keywords[] = {
    { "content",    VALUE_NEEDED, parse_content,    "Bytes that must occur; ! before it: must not. |0d 0a| is hexadecimal." },
    { "nocase",     VALUE_NONE,   parse_nocase,     "The content before it in letters of either case." },
    { "offset",     VALUE_NEEDED, parse_offset,     "The content begins at this byte or later." },
    { "depth",      VALUE_NEEDED, parse_depth,      "The content lies within this many bytes from the offset." },
    { "distance",   VALUE_NEEDED, parse_distance,   "The content begins this many bytes or more after the match before it." },
    { "within",     VALUE_NEEDED, parse_within,     "The content ends at most this many bytes after the match before it." },
    { "startswith", VALUE_NONE,   parse_startswith, "The buffer begins with the content." },
    { "endswith",   VALUE_NONE,   parse_endswith,   "The buffer ends with the content." },
    { "rawbytes",   VALUE_NONE,   parse_rawbytes,   "The bytes as sent; all our payload buffers are." },
    { "fast_pattern", VALUE_OPTIONAL, parse_fast_pattern, "The content that the prefilter looks for: bare, only, or offset,length." },
    { "bsize",      VALUE_NEEDED, parse_bsize,      "The size of the sticky buffer: 5, >5, <5, 5<>10." },
    { "absent",     VALUE_OPTIONAL, parse_absent,   "The message has no such field; absent:or_else: or what follows holds for it." },
    { "uricontent", VALUE_NEEDED, parse_uricontent, "A content of the normalised URI (old spelling)." },
    { "urilen",     VALUE_NEEDED, parse_urilen,     "The size of the URI, normalised or raw." },
    OLD("http_uri"), OLD("http_raw_uri"), OLD("http_header"), OLD("http_raw_header"), OLD("http_cookie"), OLD("http_method"),
    OLD("http_client_body"), OLD("http_server_body"), OLD("http_user_agent"), OLD("http_host"), OLD("http_raw_host"),
    OLD("http_stat_code"), OLD("http_stat_msg"),
    { .name = NULL }
};
