/* Columns and words of an event as its JSON goes by. What it makes of a line is what row.c makes of its tree: the last of
 * several members with one name counts, and a column that is no text is absent. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "archive/row.h"
#include "archive/words.h"
#include "common/clock.h"
#include "events/scan.h"

struct reading {
    struct row *row;
    const char *when, *src_ip, *dest_ip;
    const char *assets[2][2];           /* of source and destination: sector, unit */
    struct text words;
    unsigned    silent;                 /* below this depth nothing is said; 0: all is */
};

enum column_kind { COLUMN_TEXT, COLUMN_NUMBER };
struct column { const char *name; enum column_kind kind; size_t offset; };

#define AT(member) offsetof(struct reading, member)
#define ROW(member) offsetof(struct row, member)

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
};

static void put_column(const struct column *c, char *into, const struct scan_value *v)
{
    if (c->kind == COLUMN_TEXT) {
        const char *text = v->kind == SCAN_TEXT && *v->text != '\0' ? v->text : NULL;
        memcpy(into + c->offset, &text, sizeof text);
    } else {
        int64_t n = v->kind != SCAN_NUMBER ? 0 : v->number > INT64_MAX ? INT64_MAX : (int64_t)v->number;
        memcpy(into + c->offset, &n, sizeof n);
    }
}

static void take(const struct column *columns, void *into, const char *name, const struct scan_value *v)
{
    for (const struct column *c = columns; c->name != NULL; c++)
        if (c->name[0] == name[0] && strcmp(c->name, name) == 0)
            put_column(c, into, v);
}

/* An object that comes again takes the place of the one before it, with all its members. */
static void begin_object(struct reading *r, const char *name)
{
    if (strcmp(name, "alert") == 0) {
        r->row->severity = r->row->sid = 0;
        r->row->signature = r->row->category = NULL;
    } else if (strcmp(name, "src_asset") == 0) {
        memset(r->assets[0], 0, sizeof r->assets[0]);
    } else if (strcmp(name, "dest_asset") == 0) {
        memset(r->assets[1], 0, sizeof r->assets[1]);
    }
}

static void take_member(struct reading *r, const struct scan_value *v)
{
    const char *name = v->path[v->depth], *object = v->path[1];
    if (v->depth == 1) {
        begin_object(r, name);
        take(of_row, r->row, name, v);
        take(of_event, r, name, v);
    } else if (strcmp(object, "alert") == 0) {
        take(of_alert, r->row, name, v);
    } else if (strcmp(object, "src_asset") == 0) {
        take(of_asset, r->assets[0], name, v);
    } else if (strcmp(object, "dest_asset") == 0) {
        take(of_asset, r->assets[1], name, v);
    }
}

/* Words are taken as long as the event may be of a kind that has some. */
static void take_words(struct reading *r, const struct scan_value *v)
{
    if (r->silent != 0 && v->depth > r->silent)
        return;
    r->silent = row_is_silent(v->path[v->depth]) ? v->depth : 0;
    if (r->silent == 0 && v->kind == SCAN_TEXT && v->depth <= ROW_DEPTH_MAX && (r->row->type == NULL || row_has_words(r->row)))
        words_add(v->text, v->len, &r->words);
}

static void each(void *reading, const struct scan_value *v)
{
    struct reading *r = reading;
    if (v->depth <= 2)
        take_member(r, v);
    take_words(r, v);
}

static bool finish(struct reading *r, const char *region)
{
    struct row *row = r->row;
    const char *const *asset = r->assets[1][0] != NULL || r->assets[1][1] != NULL ? r->assets[1] : r->assets[0];
    uint64_t us;
    if (row->id == NULL || row->type == NULL || r->when == NULL || row_is_versioned(row->type) ||
        clock_parse(r->when, &us) != 0 || us > INT64_MAX / 2)
        return false;
    row->time_us = (int64_t)us;
    row->sector = asset[0];
    row->unit = asset[1];
    if (row->region == NULL)
        row->region = region;
    row->has_src = row_address_of(r->src_ip, row->src);
    row->has_dest = row_address_of(r->dest_ip, row->dest);
    row->words_len = r->words.len;
    return true;
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
    *r = (struct row){ .text = text, .text_room = text != NULL ? room : 0 };
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
    return scan(row->text, len, each, &r, &unused) == 0 && finish(&r, region);
}

bool row_scan(const char *json, size_t len, const char *region, struct row *out)
{
    *out = (struct row){ 0 };
    if (row_scan_again(json, len, region, out))
        return true;
    row_free(out);
    return false;
}
