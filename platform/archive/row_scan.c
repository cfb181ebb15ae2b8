/* Columns and words of an event as its JSON goes by. What it makes of a line is what row.c makes of its tree: the last of
 * several members with one name counts, and a column that is no text is absent. Where that would have to be taken back, as when a list
 * comes again, the tree is asked: nobody writes such. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "archive/row.h"
#include "archive/words.h"
#include "common/clock.h"
#include "events/scan.h"

enum column_kind { COLUMN_TEXT, COLUMN_NUMBER };
struct column { const char *name; enum column_kind kind; size_t offset; };

/* Where the scan is in a versioned event's body. */
enum list { NO_LIST, VICTIMS, ATTACKERS, ALERT_IDS, TITLE };

/* The body of a versioned event: what stands under its event_type's own name. */
struct body {
    const char *name;                   /* once event_type was read, and has versions */
    const char *key, *whole, *state, *colour, *sector, *unit, *category, *title, *title_en, *victim_unit;
    int64_t     version, level;
    enum list   list;                   /* what the scan is in */
    unsigned    seen;                   /* bit by list; 1: the body itself */
    uint64_t    element;                /* of the list */
    size_t      first[ALERT_IDS];       /* of victims and attackers: place in the row's parties, and one more; 0: there is none */
    const char *ids_from, *ids_to;      /* alert_ids from the bracket to behind the last of them */
};

struct reading {
    struct row *row;
    const char *when, *src_ip, *dest_ip;
    const char *assets[2][2];           /* of source and destination: sector, unit */
    struct body body;
    const struct column *columns;       /* of the object that the scan is in; NULL: it has none */
    void       *into;
    bool        mute;                   /* of a kind that has no words */
    bool        odd;                    /* the tree must say what it means */
    struct text words;
    unsigned    silent;                 /* below this depth nothing is said; 0: all is */
};

#define AT(member) offsetof(struct reading, member)
#define ROW(member) offsetof(struct row, member)
#define BODY(member) offsetof(struct body, member)

static const struct column of_event[] = {
    { "timestamp", COLUMN_TEXT, AT(when) }, { "src_ip", COLUMN_TEXT, AT(src_ip) }, { "dest_ip", COLUMN_TEXT, AT(dest_ip) }, { 0 },
}, of_row[] = {
    { "id", COLUMN_TEXT, ROW(id) }, { "event_type", COLUMN_TEXT, ROW(type) }, { "status", COLUMN_TEXT, ROW(status) },
    { "region", COLUMN_TEXT, ROW(region) }, { 0 },
}, of_alert[] = {
    { "severity", COLUMN_NUMBER, ROW(severity) }, { "signature_id", COLUMN_NUMBER, ROW(sid) },
    { "signature", COLUMN_TEXT, ROW(signature) }, { "category", COLUMN_TEXT, ROW(category) }, { 0 },
}, of_asset[] = {
    { "sector", COLUMN_TEXT, 0 }, { "unit", COLUMN_TEXT, sizeof(char *) }, { 0 },
}, of_body[] = {
    { "id", COLUMN_TEXT, BODY(key) }, { "version", COLUMN_NUMBER, BODY(version) }, { "merged_into", COLUMN_TEXT, BODY(whole) },
    { "state", COLUMN_TEXT, BODY(state) }, { "level", COLUMN_NUMBER, BODY(level) }, { "colour", COLUMN_TEXT, BODY(colour) },
    { "sector", COLUMN_TEXT, BODY(sector) }, { "unit", COLUMN_TEXT, BODY(unit) }, { "category", COLUMN_TEXT, BODY(category) }, { 0 },
};

static const char *text_of(const struct scan_value *v)
{
    return v->kind == SCAN_TEXT && *v->text != '\0' ? v->text : NULL;
}

static void put_column(const struct column *c, char *into, const struct scan_value *v)
{
    if (c->kind == COLUMN_TEXT) {
        const char *text = text_of(v);
        memcpy(into + c->offset, &text, sizeof text);
    } else {
        int64_t n = v->kind != SCAN_NUMBER ? 0 : v->number > INT64_MAX ? INT64_MAX : (int64_t)v->number;
        memcpy(into + c->offset, &n, sizeof n);
    }
}

static void take(const struct column *columns, void *into, const char *name, const struct scan_value *v)
{
    for (const struct column *c = columns; c->name != NULL; c++)
        if (scan_is(name, c->name))
            put_column(c, into, v);
}

/* ---- a versioned event's body ---- */

/* A list that comes again would take the place of the one before. */
static enum list list_named(struct body *b, const char *name, bool *again)
{
    static const char *const names[] = { "", "victims", "attackers", "alert_ids", "title" };
    enum list l = TITLE;
    while (l > NO_LIST && !scan_is(name, names[l]))
        l--;
    *again = l > NO_LIST && (b->seen & 1u << l) != 0;
    b->seen |= 1u << l;
    return l;
}

static void begin_list(struct reading *r, const char *name, const struct scan_value *v)
{
    struct body *b = &r->body;
    enum list l = list_named(b, name, &r->odd);
    b->list = v->kind == (l == TITLE ? SCAN_OBJECT : SCAN_ARRAY) ? l : NO_LIST;
    if (l == TITLE && v->kind == SCAN_TEXT)
        b->title = v->text;
    if (b->list == ALERT_IDS)
        b->ids_from = v->behind - 1;
}

static void take_element(struct reading *r, const char *name, const struct scan_value *v)
{
    struct body *b = &r->body;
    if (b->list == VICTIMS || b->list == ATTACKERS) {
        b->element = v->index;
        r->odd = !row_list_add(&r->row->parties, NULL);
        if (v->index == 0)
            b->first[b->list] = r->row->parties.count;
    } else if (b->list == ALERT_IDS) {
        r->odd = v->kind != SCAN_TEXT || strlen(v->text) != v->len || !row_list_add(&r->row->alert_ids, v->text);
        b->ids_to = v->behind;
    } else if (b->list == TITLE && scan_is(name, "en")) {
        b->title_en = text_of(v);
    }
}

static void take_of_party(struct reading *r, const char *name, const struct scan_value *v)
{
    struct body *b = &r->body;
    if (b->list != VICTIMS && b->list != ATTACKERS)
        return;
    if (scan_is(name, "address"))
        r->row->parties.at[r->row->parties.count - 1] = text_of(v);
    else if (b->list == VICTIMS && b->element == 0 && scan_is(name, "unit"))
        b->victim_unit = text_of(v);
}

static const char *first_of(const struct reading *r, enum list l)
{
    size_t place = r->body.first[l];
    return place > 0 ? r->row->parties.at[place - 1] : NULL;
}

/* As they stand in the event: where it was scanned escapes are gone, and texts end with a NUL. */
static void take_ids_json(const struct reading *r, const char *json)
{
    struct row *row = r->row;
    if (row->alert_ids.count == 0)
        return;
    size_t from = (size_t)(r->body.ids_from - row->text), to = (size_t)(r->body.ids_to - row->text);
    while (json[to] != ']')
        to++;
    row->alert_ids_json = json + from;
    row->alert_ids_len = to + 1 - from;
}

static void put_body(const struct reading *r, const char *json)
{
    const struct body *b = &r->body;
    struct row *row = r->row;
    row->key = b->key;
    row->whole = b->whole;
    row->version = b->version;
    row->state = b->state;
    row->level = row->severity = row_level(b->colour, b->level);
    row->sid = 0;
    row->sector = b->sector;
    row->unit = b->unit != NULL ? b->unit : b->victim_unit;
    row->category = b->category;
    row->signature = b->title != NULL ? b->title : b->title_en;
    row->has_src = row_address_of(first_of(r, ATTACKERS), row->src);
    row->has_dest = row_address_of(first_of(r, VICTIMS), row->dest);
    take_ids_json(r, json);
}

/* ---- an event ---- */

/* An object that comes again takes the place of the one before it, with all its members. */
static void begin_object(struct reading *r, const char *name)
{
    r->columns = NULL;
    r->body.list = NO_LIST;
    if (scan_is(name, "alert")) {
        r->row->severity = r->row->sid = 0;
        r->row->signature = r->row->category = NULL;
        r->columns = of_alert;
        r->into = r->row;
    } else if (scan_is(name, "src_asset") || scan_is(name, "dest_asset")) {
        r->columns = of_asset;
        r->into = memset(r->assets[*name == 'd'], 0, sizeof r->assets[0]);
    } else if (r->body.name != NULL && scan_is(name, r->body.name)) {
        r->odd = (r->body.seen & 1u) != 0;
        r->body.seen |= 1u;
        r->columns = of_body;
        r->into = &r->body;
    }
}

/* Before the body, or else that is not taken. */
static void take_type(struct reading *r)
{
    const char *type = r->row->type;
    r->mute = type != NULL && !row_has_words(r->row);
    r->body.name = row_is_versioned(type) ? type : NULL;
}

static void take_member(struct reading *r, const char *name, const struct scan_value *v)
{
    bool type = scan_is(name, "event_type");
    begin_object(r, name);
    r->odd |= type && r->row->type != NULL;
    take(of_row, r->row, name, v);
    take(of_event, r, name, v);
    if (type)
        take_type(r);
}

static void take_value(struct reading *r, const struct scan_value *v)
{
    const char *name = v->path[v->depth];
    if (v->depth == 1)
        take_member(r, name, v);
    else if (v->depth == 2 && r->columns != NULL)
        take(r->columns, r->into, name, v);
    if (v->depth == 2 && r->columns == of_body)
        begin_list(r, name, v);
    else if (v->depth == 3 && r->body.list != NO_LIST)
        take_element(r, name, v);
    else if (v->depth == 4 && r->body.list != NO_LIST)
        take_of_party(r, name, v);
}

/* Words are taken as long as the event may be of a kind that has some. */
static void take_words(struct reading *r, const struct scan_value *v)
{
    if (r->silent != 0 && v->depth > r->silent)
        return;
    r->silent = row_is_silent(v->path[v->depth]) ? v->depth : 0;
    if (r->silent == 0 && v->kind == SCAN_TEXT && v->depth <= ROW_DEPTH_MAX && !r->mute)
        words_add(v->text, v->len, &r->words);
}

static void each(void *reading, const struct scan_value *v)
{
    struct reading *r = reading;
    if (!r->odd)
        take_value(r, v);
    if (!r->odd)
        take_words(r, v);
}

static void put_assets(const struct reading *r)
{
    const char *const *asset = r->assets[1][0] != NULL || r->assets[1][1] != NULL ? r->assets[1] : r->assets[0];
    r->row->sector = asset[0];
    r->row->unit = asset[1];
    r->row->has_src = row_address_of(r->src_ip, r->row->src);
    r->row->has_dest = row_address_of(r->dest_ip, r->row->dest);
}

static bool finish(struct reading *r, const char *json, const char *region)
{
    struct row *row = r->row;
    uint64_t us;
    if (r->odd || row->id == NULL || row->type == NULL || r->when == NULL || clock_parse(r->when, &us) != 0 || us > INT64_MAX / 2)
        return false;
    row->time_us = (int64_t)us;
    if (row->region == NULL)
        row->region = region;
    row->words_len = r->words.len;
    row->versioned = row_has_versions(row);
    if (row->versioned)
        put_body(r, json);
    else
        put_assets(r);
    return !row->versioned || (row->key != NULL && row->version > 0);
}

/* An empty row with room for so many bytes: that of the one before, if it is enough. */
static bool make_room(struct row *r, size_t wanted)
{
    char *text = r->text;
    size_t room = r->text_room;
    json_decref(r->document);
    if (room < wanted) {
        free(text);
        room = wanted + wanted / 2;
        text = malloc(room);
    }
    *r = (struct row){ .text = text, .text_room = text != NULL ? room : 0, .alert_ids = { r->alert_ids.at, 0, r->alert_ids.room },
                       .parties = { r->parties.at, 0, r->parties.room } };
    return text != NULL;
}

bool row_scan_again(const char *json, size_t len, const char *region, struct row *row)
{
    struct fault unused;
    if (!make_room(row, len + 1 + ROW_WORDS_MAX))
        return false;
    row->words_at = len + 1;
    memcpy(row->text, json, len);
    struct reading r = { .row = row, .words = text_over(row->text + row->words_at, ROW_WORDS_MAX) };
    return scan(row->text, len, each, &r, &unused) == 0 && finish(&r, json, region);
}

bool row_scan(const char *json, size_t len, const char *region, struct row *out)
{
    *out = (struct row){ 0 };
    if (row_scan_again(json, len, region, out))
        return true;
    row_free(out);
    return false;
}
