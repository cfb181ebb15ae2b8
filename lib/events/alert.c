#include "events/alert.h"

#include <errno.h>
#include <strings.h>

#include "common/clock.h"
#include "common/hash.h"
#include "events/load.h"

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

/* metadata is {"key":["value",...]}; the first one will do. */
static const char *metadata_of(const json_t *alert, const char *key)
{
    const char *s = json_string_value(json_array_get(json_object_get(json_object_get(alert, "metadata"), key), 0));
    return s != NULL ? s : "";
}

static struct asset asset_of(const json_t *event, const char *name)
{
    const json_t *a = json_object_get(event, name);
    return (struct asset){ .name = event_text_of(a, "name"), .unit = event_text_of(a, "unit"), .sector = event_text_of(a, "sector"),
                           .region = event_text_of(a, "region"), .role = event_text_of(a, "role"),
                           .mlps_level = (uint8_t)event_number_of(a, "mlps_level", UINT8_MAX),
                           .cii = json_is_true(json_object_get(a, "cii")) };
}

/* ---- entities in the message ---- */

static const char *account_in(const json_t *object)
{
    static const char *const names[] = { "user", "username", "user_name", "account", "cname" };
    const char *found = "";
    for (size_t i = 0; i < sizeof names / sizeof names[0] && *found == '\0'; i++)
        found = event_text_of(object, names[i]);
    return found;
}

/* FTP and its like: the command is the field and its argument the name. */
static const char *account_said(const json_t *message)
{
    return strcasecmp(event_text_of(message, "command"), "USER") == 0 ? event_text_of(message, "command_data") : "";
}

/* Who it is about: the first of these texts in the message (the object named as app_proto) or in an object right below
 * it ("smb":{"ntlmssp":{"user":...}}). What a dissector calls `user` is the name by which somebody logs on. */
static const char *account_of(const json_t *e)
{
    const json_t *message = json_object_get(e, event_text_of(e, "app_proto"));
    const char *found = account_in(message);
    if (*found == '\0')
        found = account_said(message);
    for (void *at = json_object_iter((json_t *)(uintptr_t)message); at != NULL && *found == '\0';
         at = json_object_iter_next((json_t *)(uintptr_t)message, at))
        found = account_in(json_object_iter_value(at));
    return found;
}

static const char *indicator_of(const json_t *e, const json_t *alert)
{
    const char *own = event_text_of(json_object_get(e, "indicator"), "value");
    return *own != '\0' ? own : event_text_of(json_object_get(alert, "indicator"), "value");
}

static void alert_fill(const json_t *e, struct alert_view *v)
{
    const json_t *alert = json_object_get(e, "alert");
    v->id = event_text_of(e, "id");
    v->timestamp = event_text_of(e, "timestamp");
    v->sensor = *event_text_of(e, "sensor") ? event_text_of(e, "sensor") : event_text_of(e, "host");
    v->region = event_text_of(e, "region");
    v->status = *event_text_of(e, "status") ? event_text_of(e, "status") : "actual";
    v->src_ip = event_text_of(e, "src_ip");
    v->dest_ip = event_text_of(e, "dest_ip");
    v->proto = event_text_of(e, "proto");
    v->app_proto = event_text_of(e, "app_proto");
    v->community_id = event_text_of(e, "community_id");
    v->direction = event_text_of(e, "direction");
    v->signature = event_text_of(alert, "signature");
    v->category = event_text_of(alert, "category");
    v->gbt20986 = metadata_of(alert, "gbt20986");
    v->tactic = metadata_of(alert, "mitre_tactic_id");
    v->technique = metadata_of(alert, "mitre_technique_id");
    v->confidence = metadata_of(alert, "confidence");
    v->src_country = event_text_of(json_object_get(e, "src_geo"), "country");
    v->dest_country = event_text_of(json_object_get(e, "dest_geo"), "country");
    v->account = account_of(e);
    v->indicator = indicator_of(e, alert);
    v->src_asset = asset_of(e, "src_asset");
    v->dest_asset = asset_of(e, "dest_asset");
    v->flow_id = event_number_of(e, "flow_id", UINT64_MAX);
    v->sid = (uint32_t)event_number_of(alert, "signature_id", UINT32_MAX);
    v->gid = (uint32_t)event_number_of(alert, "gid", UINT32_MAX);
    v->rev = (uint32_t)event_number_of(alert, "rev", UINT32_MAX);
    v->severity = (uint32_t)event_number_of(alert, "severity", UINT32_MAX);
    v->src_port = (uint16_t)event_number_of(e, "src_port", UINT16_MAX);
    v->dest_port = (uint16_t)event_number_of(e, "dest_port", UINT16_MAX);
}

/* Other sensors give no ids: theirs is made of the line itself, so that the same line sent twice counts once. */
static bool id_complete(json_t *e, const char *json, size_t len)
{
    uint8_t digest[HASH_MAX];
    char id[4 + 2 * 16 + 1];
    struct text t = text_over(id, sizeof id);
    if (*event_text_of(e, "id") != '\0')
        return true;
    hash_digest(HASH_SM3, json, len, digest);
    text_lit(&t, "eve-");
    text_hex(&t, digest, 16);
    return json_object_set_new(e, "id", json_stringn(id, t.len)) == 0;
}

int alert_parse(const char *json, size_t len, struct alert_view *out, struct fault *f)
{
    char sensor[EVENT_ID_MAX];
    *out = (struct alert_view){ .document = event_load(json, len, f) };
    if (out->document == NULL)
        return f->code;
    int rc = id_complete(out->document, json, len) ? 0 : fault_set(f, -ENOMEM, "no memory for an alert");
    alert_fill(out->document, out);
    if (rc < 0) {
        alert_view_free(out);
        return rc;
    }
    if (!json_is_object(json_object_get(out->document, "alert")) || out->sid == 0)
        rc = fault_set(f, -EINVAL, "an alert needs alert.signature_id");
    else if (clock_parse(out->timestamp, &out->time_us) < 0)
        rc = fault_set(f, -EINVAL, "an alert needs a timestamp in RFC 3339, not \"%.40s\"", out->timestamp);
    if (rc == 0 && event_id_parse(out->id, sensor, &out->number.epoch, &out->number.seq) == 0)
        out->number.sensor = out->sensor;
    if (rc < 0)
        alert_view_free(out);
    return rc;
}

void alert_view_free(struct alert_view *a)
{
    json_decref(a->document);
    a->document = NULL;
}
