#include "events/record.h"

#include "common/clock.h"

enum { LIST_DEPTH_MAX = 4 };    /* lists within lists; the deepest table has two */

const struct value *record_find(const struct record *r, uint16_t row)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->values[i].row == row)
            return &r->values[i];
    return NULL;
}

static void value_json(const struct field *f, const struct value *v, struct text *out)
{
    char text[64];      /* an address or a time */
    _Static_assert(sizeof text >= ADDR_TEXT_MAX && sizeof text >= CLOCK_TEXT_MAX, "both fit");
    switch (f->type) {
    case FIELD_UINT:
        text_uint(out, v->uint);
        break;
    case FIELD_INT:
        text_int(out, v->sint);
        break;
    case FIELD_REAL:
        if (v->real - v->real == 0)
            text_fmt(out, "%.9g", v->real);
        else
            text_lit(out, "null");      /* JSON has no NaN and no infinity (RFC 8259 section 6) */
        break;
    case FIELD_FLAG:
        text_str(out, v->uint ? "true" : "false");
        break;
    case FIELD_TIME:
        text_char(out, '"');
        text_bytes(out, text, clock_text(v->uint, text));
        text_char(out, '"');
        break;
    case FIELD_TEXT:
        text_char(out, '"');
        text_json(out, v->bytes, v->len);
        text_char(out, '"');
        break;
    case FIELD_BYTES:
        text_char(out, '"');
        text_hex(out, v->bytes, v->len);
        text_char(out, '"');
        break;
    case FIELD_ADDR:
        text_char(out, '"');
        text_bytes(out, text, addr_text(v->addr, text));
        text_char(out, '"');
        break;
    case FIELD_LIST:
        break;
    }
}

static void member_name(const char *name, const char *suffix, const char **comma, struct text *out)
{
    text_str(out, *comma);
    text_char(out, '"');
    text_str(out, name);
    text_str(out, suffix);
    text_lit(out, "\":");
    *comma = ",";
}

static void name_json(const struct field *f, uint64_t value, struct text *out)
{
    const char *name = field_name_of(f, value);
    if (name == NULL) {
        text_lit(out, "null");
        return;
    }
    text_char(out, '"');
    text_str(out, name);
    text_char(out, '"');
}

/* The values of one object stand in r->values[from..to): a row's first occurrence writes it, and a row that may
 * repeat gathers the later ones there. `in` is the object's list row plus one, or 0 for the record itself. */
struct span {
    size_t   from, to;
    uint16_t in;
};

/* Where the item that begins at `at` ends: at the next item of its own list or of one above it. */
static size_t item_end(const struct record *r, size_t at, size_t limit)
{
    uint16_t list = r->values[at].row;
    const struct field *fields = r->schema->fields;
    for (size_t i = at + 1; i < limit; i++) {
        uint16_t row = r->values[i].row;
        if (row == list || (fields[row].type == FIELD_LIST && fields[row].in == fields[list].in)
            || (fields[row].type != FIELD_LIST && fields[row].in == fields[list].in))
            return i;
        if (fields[row].in == 0)
            return i;
    }
    return limit;
}

static void object_json(const struct record *r, struct span s, struct text *out, int depth);

static bool seen_before(const struct record *r, struct span s, size_t at)
{
    for (size_t i = s.from; i < at; i++)
        if (r->values[i].row == r->values[at].row)
            return true;
    return false;
}

static void item_json(const struct record *r, struct span s, size_t at, struct text *out, int depth)
{
    text_char(out, '{');
    if (depth < LIST_DEPTH_MAX)
        object_json(r, (struct span){ at + 1, item_end(r, at, s.to), (uint16_t)(r->values[at].row + 1) }, out, depth + 1);
    text_char(out, '}');
}

static void list_json(const struct record *r, struct span s, size_t first, struct text *out, int depth)
{
    uint16_t list = r->values[first].row;
    const char *comma = "";
    text_char(out, '[');
    for (size_t i = first; i < s.to; i++) {
        if (r->values[i].row != list)
            continue;
        text_str(out, comma);
        comma = ",";
        item_json(r, s, i, out, depth);
    }
    text_char(out, ']');
}

/* The value as the member of its own name has it: NAMED rows give the name there. */
static void plain_json(const struct field *f, const struct value *v, struct text *out)
{
    if (f->flags & FIELD_NAMED && field_name_of(f, v->uint) != NULL)
        name_json(f, v->uint, out);
    else
        value_json(f, v, out);
}

static void many_json(const struct record *r, struct span s, size_t first, bool names, struct text *out)
{
    uint16_t row = r->values[first].row;
    const struct field *f = &r->schema->fields[row];
    const char *comma = "";
    text_char(out, '[');
    for (size_t i = first; i < s.to; i++) {
        if (r->values[i].row != row)
            continue;
        text_str(out, comma);
        comma = ",";
        if (names)
            name_json(f, r->values[i].uint, out);
        else
            plain_json(f, &r->values[i], out);
    }
    text_char(out, ']');
}

static void object_json(const struct record *r, struct span s, struct text *out, int depth)
{
    const char *comma = "";
    uint64_t done[4] = { 0 };       /* rows below 256 that were written: keeps long records from being quadratic */
    for (size_t i = s.from; i < s.to; i++) {
        const struct value *v = &r->values[i];
        const struct field *f = &r->schema->fields[v->row];
        if (f->in != s.in || f->flags & FIELD_HIDDEN)
            continue;
        if (v->row < 256 ? done[v->row / 64] >> v->row % 64 & 1 : seen_before(r, s, i))
            continue;
        if (v->row < 256)
            done[v->row / 64] |= UINT64_C(1) << v->row % 64;
        member_name(f->name, "", &comma, out);
        if (f->type == FIELD_LIST && f->flags & FIELD_SINGLE)
            item_json(r, s, i, out, depth);
        else if (f->type == FIELD_LIST)
            list_json(r, s, i, out, depth);
        else if (f->flags & FIELD_MANY)
            many_json(r, s, i, false, out);
        else
            plain_json(f, v, out);
        if (f->names == NULL || f->flags & FIELD_NAMED)
            continue;
        member_name(f->name, "_name", &comma, out);
        if (f->flags & FIELD_MANY)
            many_json(r, s, i, true, out);
        else
            name_json(f, v->uint, out);
    }
}

static void anomalies_json(const struct record *r, struct text *out)
{
    const char *comma = "";
    text_lit(out, ",\"anomalies\":[");
    for (unsigned i = 0; i < r->schema->anomaly_count; i++) {
        if (!(r->anomalies >> i & 1))
            continue;
        text_fmt(out, "%s\"%s\"", comma, r->schema->anomalies[i].name);
        comma = ",";
    }
    text_char(out, ']');
}

void record_json(const struct record *r, struct text *out)
{
    text_char(out, '"');
    text_str(out, r->schema->name);
    text_lit(out, "\":{");
    size_t before = out->len;
    object_json(r, (struct span){ 0, r->count, 0 }, out, 0);
    text_str(out, out->len > before ? ",\"tx_id\":" : "\"tx_id\":");
    text_uint(out, r->transaction);
    text_str(out, r->dir == FROM_CLIENT ? ",\"direction\":\"to_server\"" : ",\"direction\":\"to_client\"");
    if (r->anomalies)
        anomalies_json(r, out);
    if (r->incomplete)
        text_lit(out, ",\"incomplete\":true");
    if (r->cut)
        text_lit(out, ",\"truncated\":true");
    text_char(out, '}');
}
