#include "archive/row.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "archive/words.h"
#include "common/clock.h"
#include "events/event.h"
#include "events/kind.h"
#include "events/load.h"

/* All that people decide about, whatever kinds there are, and the archive's own records of what it removed. */
bool row_is_versioned(const char *event_type)
{
    return event_type != NULL && (kind_named(event_type) != NULL || strcmp(event_type, "retention") == 0);
}

bool row_is_sensed(const char *event_type)
{
    return !row_is_versioned(event_type) || strcmp(event_type, "asset") == 0;
}

bool row_has_versions(const struct row *r)
{
    char sensor[EVENT_ID_MAX];
    uint64_t epoch, seq;
    return row_is_versioned(r->type) && !(row_is_sensed(r->type) && event_id_parse(r->id, sensor, &epoch, &seq) == 0);
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *s = json_string_value(json_object_get(object, name));
    return s != NULL && *s != '\0' ? s : NULL;
}

static int64_t number_of(const json_t *object, const char *name)
{
    return (int64_t)event_number_of(object, name, INT64_MAX);
}

void row_address(const struct addr *a, uint8_t out[ROW_ADDRESS])
{
    out[0] = a->version;
    memcpy(out + 1, a->bytes, sizeof a->bytes);
}

bool row_address_of(const char *text, uint8_t out[ROW_ADDRESS])
{
    struct addr a;
    if (text == NULL || addr_parse(text, &a) != 0)
        return false;
    row_address(&a, out);
    return true;
}

bool row_list_add(struct row_list *l, const char *text)
{
    if (l->count == l->room) {
        size_t room = l->room > 0 ? 2 * l->room : 64;
        const char **more = realloc(l->at, room * sizeof *more);
        if (more == NULL)
            return false;
        l->at = more;
        l->room = room;
    }
    l->at[l->count++] = text;
    return true;
}

bool row_has_words(const struct row *r)
{
    return strcmp(r->type, "flow") != 0 && strcmp(r->type, "stats") != 0;
}

/* The side that a unit answers for: the attacked asset, else the other end. */
static void take_asset(struct row *r)
{
    const json_t *src = json_object_get(r->document, "src_asset"), *dest = json_object_get(r->document, "dest_asset");
    r->sector = text_of(dest, "sector");
    r->unit = text_of(dest, "unit");
    if (r->sector == NULL && r->unit == NULL) {
        r->sector = text_of(src, "sector");
        r->unit = text_of(src, "unit");
    }
}

static void take_alert(struct row *r)
{
    const json_t *alert = json_object_get(r->document, "alert");
    r->severity = number_of(alert, "severity");
    r->sid = number_of(alert, "signature_id");
    r->signature = text_of(alert, "signature");
    r->category = text_of(alert, "category");
}

static const char *first_address(const json_t *body, const char *name)
{
    return text_of(json_array_get(json_object_get(body, name), 0), "address");
}

int64_t row_level(const char *colour, int64_t level)
{
    static const char *const colours[] = { "red", "orange", "yellow", "blue" };
    for (int i = 0; i < 4; i++)
        if (colour != NULL && strcmp(colours[i], colour) == 0)
            return i + 1;
    return level;
}

static void take_body(struct row *r, const json_t *body)
{
    r->key = text_of(body, "id");
    r->whole = text_of(body, "merged_into");
    r->version = number_of(body, "version");
    r->state = text_of(body, "state");
    r->level = r->severity = row_level(text_of(body, "colour"), number_of(body, "level"));
    r->sector = text_of(body, "sector");
    r->unit = text_of(body, "unit");
    if (r->unit == NULL)
        r->unit = text_of(json_array_get(json_object_get(body, "victims"), 0), "unit");
    r->category = text_of(body, "category");
    const json_t *title = json_object_get(body, "title");
    r->signature = json_is_string(title) ? json_string_value(title) : text_of(title, "en");
    r->has_src = row_address_of(first_address(body, "attackers"), r->src);
    r->has_dest = row_address_of(first_address(body, "victims"), r->dest);
}

static bool take_parties(struct row *r, const json_t *parties)
{
    size_t i;
    json_t *party;
    bool good = true;
    json_array_foreach(parties, i, party)
        good = good && row_list_add(&r->parties, text_of(party, "address"));
    return good;
}

/* As JSON they are written anew, without what is no text. */
static bool take_alert_ids(struct row *r, const json_t *ids)
{
    size_t i;
    json_t *id, *texts = json_is_array(ids) ? json_array() : NULL;
    bool good = true;
    json_array_foreach(ids, i, id)
        if (json_is_string(id))
            good = good && row_list_add(&r->alert_ids, json_string_value(id)) &&
                   json_array_append_new(texts, json_string(json_string_value(id))) == 0;
    if (good && r->alert_ids.count > 0) {
        r->alert_ids_json = r->text = json_dumps(texts, JSON_COMPACT);
        r->alert_ids_len = r->text != NULL ? strlen(r->text) : 0;
        good = r->text != NULL;
    }
    json_decref(texts);
    return good;
}

static int take_version(struct row *r, struct fault *f)
{
    const json_t *body = json_object_get(r->document, r->type);
    take_body(r, body);
    if (r->key == NULL || r->version <= 0)
        return fault_set(f, -EINVAL, "%s %.80s: without id and version inside", r->type, r->id);
    bool good = take_parties(r, json_object_get(body, "victims")) && take_parties(r, json_object_get(body, "attackers")) &&
                take_alert_ids(r, json_object_get(body, "alert_ids"));
    return good ? 0 : fault_set(f, -ENOMEM, "%s %.80s: no memory", r->type, r->id);
}

static int take_common(struct row *r, const char *region, struct fault *f)
{
    const char *when = text_of(r->document, "timestamp");
    uint64_t us;
    r->id = text_of(r->document, "id");
    r->type = text_of(r->document, "event_type");
    r->status = text_of(r->document, "status");
    r->region = text_of(r->document, "region");
    if (r->region == NULL)
        r->region = region;
    if (r->id == NULL || r->type == NULL || when == NULL)
        return fault_set(f, -EINVAL, "event without `%s`", r->id == NULL ? "id" : when == NULL ? "timestamp" : "event_type");
    if (clock_parse(when, &us) != 0 || us > INT64_MAX / 2)
        return fault_set(f, -EINVAL, "event %.80s: its timestamp `%.40s` is none", r->id, when);
    r->time_us = (int64_t)us;
    return 0;
}

int row_parse(const char *json, size_t len, const char *region, struct row *out, struct fault *f)
{
    return row_scan(json, len, region, out) ? 0 : row_tree(json, len, region, out, f);
}

int row_parse_again(const char *json, size_t len, const char *region, struct row *r, struct fault *f)
{
    if (row_scan_again(json, len, region, r))
        return 0;
    row_free(r);
    return row_tree(json, len, region, r, f);
}

int row_tree(const char *json, size_t len, const char *region, struct row *out, struct fault *f)
{
    *out = (struct row){ .document = event_load(json, len, f) };
    if (out->document == NULL)
        return f->code;
    int rc = take_common(out, region, f);
    if (rc == 0) {
        take_asset(out);
        out->has_src = row_address_of(text_of(out->document, "src_ip"), out->src);
        out->has_dest = row_address_of(text_of(out->document, "dest_ip"), out->dest);
        out->versioned = row_has_versions(out);
        if (out->versioned)
            rc = take_version(out, f);
        else
            take_alert(out);
    }
    if (rc != 0)
        row_free(out);
    return rc;
}

void row_free(struct row *r)
{
    json_decref(r->document);
    free(r->text);
    free(r->alert_ids.at);
    free(r->parties.at);
    *r = (struct row){ 0 };
}

/* ---- words ---- */

/* Asked of every value: most names are told by a letter. */
bool row_is_silent(const char *name)
{
    static const char *const silent[26][4] = {
        ['a' - 'a'] = { "alert_ids", "aware_at" }, ['c' - 'a'] = { "community_id" }, ['d' - 'a'] = { "direction", "detected_at" },
        ['e' - 'a'] = { "event_type" }, ['f' - 'a'] = { "flow_id", "first" }, ['i' - 'a'] = { "id" }, ['j' - 'a'] = { "joins" },
        ['l' - 'a'] = { "last" }, ['m' - 'a'] = { "merged_into" }, ['p' - 'a'] = { "payload", "payload_printable", "proto" },
        ['s' - 'a'] = { "sm3" }, ['t' - 'a'] = { "timestamp" },
    };
    if (*name < 'a' || *name > 'z')
        return false;
    const char *const *known = silent[*name - 'a'];
    while (*known != NULL && strcmp(*known, name) != 0)
        known++;
    return *known != NULL;
}

static void add_words(const json_t *value, struct text *out, unsigned depth)
{
    const char *name;
    json_t *member;
    size_t i;
    if (depth > ROW_DEPTH_MAX)
        return;
    if (json_is_string(value)) {
        words_add(json_string_value(value), json_string_length(value), out);
    } else if (json_is_object(value)) {
        json_object_foreach((json_t *)(uintptr_t)value, name, member)
            if (!row_is_silent(name))
                add_words(member, out, depth + 1);
    } else if (json_is_array(value)) {
        json_array_foreach(value, i, member)
            add_words(member, out, depth + 1);
    }
}

const char *row_words(const struct row *r, char room[ROW_WORDS_MAX], size_t *len)
{
    struct text t = text_over(room, ROW_WORDS_MAX);
    if (r->document != NULL)
        add_words(r->document, &t, 0);
    *len = r->document != NULL ? t.len : r->words_len;
    return r->document != NULL ? room : r->text + r->words_at;
}
