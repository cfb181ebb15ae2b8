#include "behave/deed.h"

#include <math.h>

enum { LEVELS = 3, LEVEL_WORDS = 384 };     /* outside of lists, an item, an item of a list in an item */

/* A target that is being put together: the words of each level that stands open, and the number that may be its own. */
struct reading {
    struct deed *deed;
    const struct schema *schema;
    struct level {
        char        bytes[LEVEL_WORDS];
        struct text words;
        bool        any, told;          /* has something of a target or a value; that has been told as a point */
    } level[LEVELS];
    unsigned depth;                     /* the innermost level that is open */
    const struct field *number_row;     /* NULL: no number yet */
    unsigned number_level;
    uint64_t number, extent;
    unsigned values;                    /* given to this target so far */
};

bool access_commands(enum access a)
{
    return a == ACCESS_WRITE || a == ACCESS_CONTROL || a == ACCESS_STOP || a == ACCESS_RESTART || a == ACCESS_PROGRAM
           || a == ACCESS_CONFIGURE || a == ACCESS_SET_TIME;
}

static void put_value(struct text *t, const struct field *f, const struct value *v)
{
    const char *name = f->type == FIELD_UINT ? field_name_of(f, v->uint) : NULL;
    if (name != NULL)
        text_str(t, name);
    else if (f->type == FIELD_TEXT)
        text_json(t, v->bytes, v->len);     /* so that a policy's file stays readable whatever a name holds */
    else if (f->type == FIELD_BYTES)
        text_hex(t, v->bytes, v->len < 32 ? v->len : 32);
    else if (f->type == FIELD_INT)
        text_int(t, v->sint);
    else
        text_uint(t, v->uint);
}

static unsigned level_of(const struct schema *s, const struct field *f)
{
    unsigned level = 0;
    for (; f->in != 0 && level < LEVELS - 1; level++)
        f = &s->fields[f->in - 1];
    return level;
}

static void put_words(struct reading *in, unsigned level, const struct field *f, const struct value *v)
{
    struct text *t = &in->level[level].words;
    text_str(t, t->len > 0 ? " " : "");
    text_str(t, f->name);
    text_char(t, ' ');
    put_value(t, f, v);
    in->deed->cut |= t->cut;
}

/* Another row of the target follows, so the number before it was not the last one. */
static void number_to_words(struct reading *in)
{
    struct value v = { .uint = in->number };
    if (in->number_row != NULL)
        put_words(in, in->number_level, in->number_row, &v);
    in->number_row = NULL;
    in->extent = 0;
}

static const char *words_of(struct reading *in)
{
    struct deed *d = in->deed;
    struct text t = text_over(d->words + d->words_len, sizeof d->words - d->words_len);
    for (unsigned i = 0; i <= in->depth; i++) {
        const struct text *words = &in->level[i].words;
        text_str(&t, t.len > 0 && words->len > 0 ? " " : "");
        text_bytes(&t, words->at, words->len);
    }
    if (in->number_row != NULL) {
        text_str(&t, t.len > 0 ? " " : "");
        text_str(&t, in->number_row->name);
    }
    text_char(&t, '\0');
    if (t.cut)
        return NULL;
    /* neighbours in a list mostly share their words */
    if (d->count > 0 && strcmp(d->points[d->count - 1].on, t.at) == 0)
        return d->points[d->count - 1].on;
    d->words_len += t.len;
    return t.at;
}

static struct deed_point *point_add(struct reading *in, uint64_t skip, uint64_t extent)
{
    struct deed *d = in->deed;
    const char *on = d->count < DEED_POINTS_MAX ? words_of(in) : NULL;
    if (on == NULL) {
        d->cut = true;
        return NULL;
    }
    struct deed_point *p = &d->points[d->count++];
    uint64_t first = in->number + skip;
    for (unsigned i = 0; i <= in->depth; i++)
        in->level[i].told = true;
    *p = (struct deed_point){ .on = on, .numbered = in->number_row != NULL, .first = first, .last = first + (extent > 0 ? extent - 1 : 0) };
    return p;
}

/* A target's values go to its number and the ones after it. */
static void take_value(struct reading *in, const struct field *f, const struct value *v)
{
    if (f->type != FIELD_UINT && f->type != FIELD_INT && f->type != FIELD_REAL && f->type != FIELD_FLAG)
        return;
    double x = f->type == FIELD_REAL ? v->real : f->type == FIELD_INT ? (double)v->sint : (double)v->uint;
    struct deed_point *p = point_add(in, in->values, 1);
    if (p != NULL) {
        p->valued = isfinite(x);
        p->value = p->valued ? x : 0;
    }
    in->values++;
}

static void take_target(struct reading *in, const struct field *f, const struct value *v)
{
    unsigned level = level_of(in->schema, f);
    number_to_words(in);
    bool number = f->names == NULL && (f->type == FIELD_UINT || (f->type == FIELD_INT && v->sint >= 0));
    if (!number) {
        put_words(in, level, f, v);
        return;
    }
    in->number_row = f;
    in->number_level = level;
    in->number = v->uint;
}

/* The levels from `level` on are complete: what has no values is told as it stands. */
static void close_levels(struct reading *in, unsigned level)
{
    for (unsigned i = in->depth + 1; i-- > level; in->depth = i > 0 ? i - 1 : 0) {
        struct level *l = &in->level[i];
        if (l->any && !l->told)
            (void)point_add(in, 0, in->extent);
        if (in->number_row != NULL && in->number_level == i)
            in->number_row = NULL;
        l->words.len = 0;
        l->any = l->told = false;
        in->extent = in->values = 0;
    }
}

static void begin_item(struct reading *in, const struct field *list)
{
    unsigned level = level_of(in->schema, list) + 1;
    if (level >= LEVELS)
        return;
    close_levels(in, level);
    number_to_words(in);        /* a number before the list stands before each of its items */
    in->values = 0;
    in->depth = level;
}

static void take(struct reading *in, const struct field *f, const struct value *v)
{
    bool target = f->means == MEANS_TARGET || f->means == MEANS_UNIT;
    if (target || f->means == MEANS_VALUE)
        in->level[level_of(in->schema, f)].any = true;
    if (target)
        take_target(in, f, v);
    else if (f->means == MEANS_VALUE)
        take_value(in, f, v);
    else if (f->means == MEANS_EXTENT && in->number_row != NULL)
        in->extent = v->uint;
}

static void put_function(struct text *t, const struct field *f, const struct value *v)
{
    text_str(t, t->len > 0 ? "/" : "");
    put_value(t, f, v);
}

static bool schema_acts(const struct schema *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->fields[i].means == MEANS_ACCESS)
            return true;
    return false;
}

bool deed_read(const struct record *r, struct deed *d)
{
    if (!schema_acts(r->schema))
        return false;
    struct reading in = { .deed = d, .schema = r->schema };
    struct text function = text_over(d->function, sizeof d->function - 1);
    bool acts = false;
    for (unsigned i = 0; i < LEVELS; i++)
        in.level[i].words = text_over(in.level[i].bytes, sizeof in.level[i].bytes);
    d->protocol = r->schema->name;
    d->answer = r->answer;
    d->refused = r->refused;
    d->cut = r->cut;
    d->count = d->words_len = 0;
    for (size_t i = 0; i < r->count; i++) {
        const struct value *v = &r->values[i];
        const struct field *f = &r->schema->fields[v->row];
        if (f->type == FIELD_LIST) {
            begin_item(&in, f);
        } else if (f->means == MEANS_ACCESS) {
            d->access = (enum access)v->uint;
            acts = true;
        } else if (f->means == MEANS_FUNCTION) {
            put_function(&function, f, v);
        } else {
            take(&in, f, v);
        }
    }
    close_levels(&in, 0);
    d->function[function.len] = '\0';
    return acts;
}
