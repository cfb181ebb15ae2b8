#include "events/alert.h"

#include <errno.h>
#include <stdlib.h>
#include <strings.h>

#include "common/clock.h"
#include "common/hash.h"
#include "events/scan.h"

static void string_member(const char *name, const char *value, struct text *out)
{
    text_char(out, '"');
    text_str(out, name);
    text_lit(out, "\":\"");
    text_json(out, value, strlen(value));
    text_char(out, '"');
}

/* EVE groups metadata by key, each an array: {"mitre_technique_id":["T0855"]}. */
static void metadata_json(const struct alert_rule *r, struct text *out)
{
    const char *comma = "";
    text_lit(out, ",\"metadata\":{");
    for (size_t i = 0; i < r->metadata_count; i++) {
        const char *key = r->metadata[i].key, *between = "";
        bool first = true;
        for (size_t k = 0; k < i && first; k++)
            first = strcmp(r->metadata[k].key, key) != 0;
        if (!first)
            continue;
        text_fmt(out, "%s\"", comma);
        comma = ",";
        text_json(out, key, strlen(key));
        text_lit(out, "\":[");
        for (size_t k = i; k < r->metadata_count; k++) {
            if (strcmp(r->metadata[k].key, key) != 0)
                continue;
            text_fmt(out, "%s\"", between);
            between = ",";
            text_json(out, r->metadata[k].value, strlen(r->metadata[k].value));
            text_char(out, '"');
        }
        text_char(out, ']');
    }
    text_char(out, '}');
}

static void rule_json(const struct alert_rule *r, struct text *out)
{
    text_fmt(out, ",\"alert\":{\"action\":\"allowed\",\"gid\":%u,\"signature_id\":%u,\"rev\":%u,", r->gid, r->sid, r->rev);
    string_member("signature", r->msg, out);
    text_char(out, ',');
    string_member("category", r->category, out);
    text_fmt(out, ",\"severity\":%u", r->severity);
    if (strcmp(r->action, "alert") != 0)
        text_fmt(out, ",\"rule_action\":\"%s\"", r->action);
    if (r->metadata_count > 0)
        metadata_json(r, out);
    text_char(out, '}');
}

/* Base64 as EVE's `payload`, and what of it can be read as `payload_printable`. */
static void payload_json(const struct alert *a, struct text *out)
{
    text_lit(out, ",\"payload\":\"");
    text_base64(out, a->payload, a->payload_len);
    text_lit(out, "\",\"payload_printable\":\"");
    for (size_t i = 0; i < a->payload_len; i++) {
        uint8_t b = a->payload[i];
        bool plain = (b >= 0x20 && b < 0x7f) || b == '\n' || b == '\r' || b == '\t';
        text_json(out, plain ? &b : (const uint8_t *)".", 1);
    }
    text_char(out, '"');
}

static void evidence_json(const struct evidence *e, struct text *out)
{
    text_lit(out, ",\"evidence\":{");
    string_member("file", e->file, out);
    if (e->sm3 != NULL)
        text_fmt(out, ",\"sm3\":\"%s\"", e->sm3);
    text_fmt(out, ",\"packets\":%u}", e->packets);
}

void alert_json(const struct alert *a, struct text *out)
{
    event_json(&a->head, "alert", out);
    text_str(out, a->head.dir == FROM_CLIENT ? ",\"direction\":\"to_server\"" : ",\"direction\":\"to_client\"");
    if (a->record != NULL) {
        text_lit(out, ",\"tx_id\":");
        text_uint(out, a->record->transaction);
    }
    rule_json(a->rule, out);
    if (a->why != NULL) {
        text_char(out, ',');
        string_member("why", a->why, out);
    }
    if (a->indicator != NULL) {
        text_lit(out, ",\"indicator\":");
        indicator_brief(a->indicator, out);
    }
    if (a->record != NULL) {
        text_char(out, ',');
        record_json(a->record, out);
    }
    if (a->head.flow_id != 0)
        text_fmt(out, ",\"flow\":{\"pkts_toserver\":%llu,\"pkts_toclient\":%llu,\"bytes_toserver\":%llu,"
                 "\"bytes_toclient\":%llu}",
                 (unsigned long long)a->packets[0], (unsigned long long)a->packets[1],
                 (unsigned long long)a->bytes[0], (unsigned long long)a->bytes[1]);
    if (a->payload != NULL)
        payload_json(a, out);
    if (a->evidence != NULL)
        evidence_json(a->evidence, out);
    text_char(out, '}');
}

/* ---- read back ---- */

enum member_kind { MEMBER_TEXT, MEMBER_U8, MEMBER_U16, MEMBER_U32, MEMBER_U64, MEMBER_TRUE };

struct member { const char *name; enum member_kind kind; size_t at; };

#define AT(what) offsetof(struct alert_view, what)
static const struct member of_event[] = {
    { "id", MEMBER_TEXT, AT(id) }, { "timestamp", MEMBER_TEXT, AT(timestamp) }, { "sensor", MEMBER_TEXT, AT(sensor) },
    { "host", MEMBER_TEXT, AT(host) }, { "region", MEMBER_TEXT, AT(region) }, { "status", MEMBER_TEXT, AT(status) },
    { "src_ip", MEMBER_TEXT, AT(src_ip) }, { "dest_ip", MEMBER_TEXT, AT(dest_ip) }, { "proto", MEMBER_TEXT, AT(proto) },
    { "app_proto", MEMBER_TEXT, AT(app_proto) }, { "community_id", MEMBER_TEXT, AT(community_id) },
    { "direction", MEMBER_TEXT, AT(direction) }, { "flow_id", MEMBER_U64, AT(flow_id) },
    { "src_port", MEMBER_U16, AT(src_port) }, { "dest_port", MEMBER_U16, AT(dest_port) }, { 0 },
};
static const struct member of_alert[] = {
    { "signature", MEMBER_TEXT, AT(signature) }, { "category", MEMBER_TEXT, AT(category) },
    { "signature_id", MEMBER_U32, AT(sid) }, { "gid", MEMBER_U32, AT(gid) }, { "rev", MEMBER_U32, AT(rev) },
    { "severity", MEMBER_U32, AT(severity) }, { 0 },
};
/* metadata is {"key":["value",...]}; the first one will do. */
static const struct member of_metadata[] = {
    { "gbt20986", MEMBER_TEXT, AT(gbt20986) }, { "mitre_tactic_id", MEMBER_TEXT, AT(tactic) },
    { "mitre_technique_id", MEMBER_TEXT, AT(technique) }, { "confidence", MEMBER_TEXT, AT(confidence) }, { 0 },
};
/* Of an intelligence item that matched: the event's own, or the alert's. */
static const struct member of_indicator[] = { { "value", MEMBER_TEXT, AT(indicator) }, { 0 } };
static const struct member of_src_geo[] = { { "country", MEMBER_TEXT, AT(src_country) }, { 0 } };
static const struct member of_dest_geo[] = { { "country", MEMBER_TEXT, AT(dest_country) }, { 0 } };
#define OF_ASSET(which) { \
    { "name", MEMBER_TEXT, AT(which.name) }, { "unit", MEMBER_TEXT, AT(which.unit) }, { "sector", MEMBER_TEXT, AT(which.sector) }, \
    { "region", MEMBER_TEXT, AT(which.region) }, { "role", MEMBER_TEXT, AT(which.role) }, \
    { "mlps_level", MEMBER_U8, AT(which.mlps_level) }, { "cii", MEMBER_TRUE, AT(which.cii) }, { 0 } }
static const struct member of_src_asset[] = OF_ASSET(src_asset), of_dest_asset[] = OF_ASSET(dest_asset);

static const struct { const char *name; const struct member *members; } of_objects[] = {
    { "alert", of_alert }, { "src_geo", of_src_geo }, { "dest_geo", of_dest_geo }, { "indicator", of_indicator },
    { "src_asset", of_src_asset }, { "dest_asset", of_dest_asset },
};

static const struct member *members_of(const char *object)
{
    for (size_t i = 0; i < sizeof of_objects / sizeof of_objects[0]; i++)
        if (scan_is(of_objects[i].name, object))
            return of_objects[i].members;
    return NULL;
}

static void member_set(void *at, enum member_kind kind, const struct scan_value *v)
{
    bool number = v->kind == SCAN_NUMBER;
    uint64_t n = number ? v->number : 0;
    switch (kind) {
    case MEMBER_TEXT: *(const char **)at = v->kind == SCAN_TEXT ? v->text : ""; break;
    case MEMBER_U8:   *(uint8_t *)at = (uint8_t)(n < UINT8_MAX ? n : UINT8_MAX); break;
    case MEMBER_U16:  *(uint16_t *)at = (uint16_t)(n < UINT16_MAX ? n : UINT16_MAX); break;
    case MEMBER_U32:  *(uint32_t *)at = (uint32_t)(n < UINT32_MAX ? n : UINT32_MAX); break;
    case MEMBER_U64:  *(uint64_t *)at = n; break;
    case MEMBER_TRUE: *(bool *)at = v->kind == SCAN_TRUE; break;
    }
}

/* ---- entities in the message ---- */

enum { SAID_MAX = 16 };

/* A text that may be an account: by a name of this list, the first ones first; or FTP's command and its argument. */
static const char *const account_names[] = { "user", "username", "user_name", "account", "cname", "command", "command_data", NULL };
enum { NAME_COMMAND = 5, NAME_ARGUMENT = 6 };

struct said { const char *object, *inner, *text; int name; };   /* inner: NULL right in the object */

struct reading {
    struct alert_view *view;
    const char *alert_indicator;
    struct said said[SAID_MAX];
    size_t      said_count;
};

static void note_said(struct reading *r, const struct scan_value *v)
{
    if (v->kind != SCAN_TEXT || v->len == 0 || r->said_count == SAID_MAX)
        return;
    for (int i = 0; account_names[i] != NULL; i++)
        if (scan_is(account_names[i], v->path[v->depth]))
            r->said[r->said_count++] = (struct said){ v->path[1], v->depth == 3 ? v->path[2] : NULL, v->text, i };
}

/* What was said right in the message, or in one object below it; by the name that comes first. NULL: nothing. */
static const char *said_in(const struct reading *r, const char *inner, int from, int to)
{
    const struct said *best = NULL;
    for (size_t i = 0; i < r->said_count; i++) {
        const struct said *s = &r->said[i];
        if (strcmp(s->object, r->view->app_proto) == 0 && s->inner == inner && s->name >= from && s->name < to
            && (best == NULL || s->name < best->name))
            best = s;
    }
    return best != NULL ? best->text : NULL;
}

/* Who it is about: the first of these texts in the message (the object named as app_proto) or in an object right below
 * it ("smb":{"ntlmssp":{"user":...}}). What a dissector calls `user` is the name by which somebody logs on. */
static const char *account_of(const struct reading *r)
{
    const char *command = said_in(r, NULL, NAME_COMMAND, NAME_ARGUMENT);
    const char *found = said_in(r, NULL, 0, NAME_COMMAND);
    if (found == NULL && command != NULL && strcasecmp(command, "USER") == 0)
        found = said_in(r, NULL, NAME_ARGUMENT, NAME_ARGUMENT + 1);
    for (size_t i = 0; i < r->said_count && found == NULL; i++)
        if (r->said[i].inner != NULL)
            found = said_in(r, r->said[i].inner, 0, NAME_COMMAND);
    return found != NULL ? found : "";
}

/* ---- all of it ---- */

/* The members that a value may be one of, and by which name. */
static const struct member *members_at(const struct scan_value *v, const char **name)
{
    *name = v->path[v->depth];
    if (v->depth == 1)
        return of_event;
    if (v->depth == 2)
        return members_of(v->path[1]);
    if (v->depth != 4 || v->index != 0 || *v->path[4] != '\0' || strcmp(v->path[1], "alert") != 0 || strcmp(v->path[2], "metadata") != 0)
        return NULL;
    *name = v->path[3];
    return of_metadata;
}

static void take_value(void *reading, const struct scan_value *v)
{
    struct reading *r = reading;
    const char *name;
    const struct member *m = members_at(v, &name);
    while (m != NULL && m->name != NULL && !scan_is(m->name, name))
        m++;
    if (m != NULL && m->name != NULL)
        member_set((char *)r->view + m->at, m->kind, v);
    if (v->depth == 2 || v->depth == 3)
        note_said(r, v);
    if (v->depth == 3 && v->kind == SCAN_TEXT && strcmp(v->path[1], "alert") == 0 && strcmp(v->path[2], "indicator") == 0
        && strcmp(v->path[3], "value") == 0)
        r->alert_indicator = v->text;
}

/* Of each text that is not there: "". */
static void texts_empty(struct alert_view *v)
{
    static const struct member *const all[] = { of_event, of_alert, of_metadata, of_indicator, of_src_geo, of_dest_geo, of_src_asset, of_dest_asset };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        for (const struct member *m = all[i]; m->name != NULL; m++)
            if (m->kind == MEMBER_TEXT)
                *(const char **)(void *)((char *)v + m->at) = "";
    v->account = "";
}

enum { MADE_ID_MAX = 40 };

/* Other sensors give no ids: theirs is made of the line itself, so that the same line sent twice counts once. */
static void id_complete(struct alert_view *v, const char *json, size_t len, char room[MADE_ID_MAX])
{
    uint8_t digest[HASH_MAX];
    struct text t = text_over(room, MADE_ID_MAX);
    if (*v->id != '\0')
        return;
    hash_digest(HASH_SM3, json, len, digest);
    text_lit(&t, "eve-");
    text_hex(&t, digest, 16);
    v->id = text_end(&t);
}

static int alert_check(struct alert_view *v, struct fault *f)
{
    char sensor[EVENT_ID_MAX];
    if (v->sid == 0)
        return fault_set(f, -EINVAL, "an alert needs alert.signature_id");
    if (clock_parse(v->timestamp, &v->time_us) < 0)
        return fault_set(f, -EINVAL, "an alert needs a timestamp in RFC 3339, not \"%.40s\"", v->timestamp);
    if (*v->sensor == '\0')
        v->sensor = v->host;
    if (*v->status == '\0')
        v->status = "actual";
    if (event_id_parse(v->id, sensor, &v->number.epoch, &v->number.seq) == 0)
        v->number.sensor = v->sensor;
    return 0;
}

int alert_parse(const char *json, size_t len, struct alert_view *out, struct fault *f)
{
    *out = (struct alert_view){ .memory = malloc(len + 1 + MADE_ID_MAX) };
    if (out->memory == NULL)
        return fault_set(f, -ENOMEM, "no memory for an alert");
    char *copy = out->memory;
    memcpy(copy, json, len);
    texts_empty(out);
    struct reading r = { .view = out, .alert_indicator = "" };
    int rc = scan(copy, len, take_value, &r, f);
    if (rc == 0) {
        out->account = account_of(&r);
        if (*out->indicator == '\0')
            out->indicator = r.alert_indicator;
        id_complete(out, json, len, copy + len + 1);
        rc = alert_check(out, f);
    }
    if (rc < 0)
        alert_view_free(out);
    return rc;
}

void alert_view_free(struct alert_view *a)
{
    free(a->memory);
    a->memory = NULL;
}
