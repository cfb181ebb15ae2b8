#include "events/masked.h"

#include <errno.h>
#include <stdlib.h>

#include "common/mask.h"
#include "events/load.h"

enum { DEPTH_MAX = 64 };    /* deeper than any event; jansson itself reads 2048 levels */

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static bool is_payload(const char *name)
{
    static const char *const names[] = { "payload", "payload_printable", "packet", "http_request_body", "http_response_body",
                                         "http_request_body_printable", "http_response_body_printable", "password" };
    return is_one_of(name, names, sizeof names / sizeof names[0]);
}

/* Whom one calls at a unit, with the name: nothing of it may stand. (`contact` is SIP's, too, and goes through mask_text().) */
static bool is_contact(const char *name)
{
    return strcmp(name, "contacts") == 0;
}

static bool is_identifier(const char *name)
{
    static const char *const names[] = { "id", "alert_ids", "community_id", "timestamp", "sm3", "sha256", "sha1", "md5", "fingerprint",
                                         "serial", "ja3", "ja3s", "ja4", "merged_into" };
    return is_one_of(name, names, sizeof names / sizeof names[0]);
}

/* Masking makes a text longer by two bytes at most for each mail address or password, of which each has five with what names it. */
static int mask_string(json_t *value, struct fault *f)
{
    size_t n = json_string_length(value), room = n + n / 2 + 8;
    char *copy = malloc(room);
    if (copy == NULL)
        return fault_set(f, -ENOMEM, "no memory to mask an event");
    struct text t = text_over(copy, room);
    int rc = 0;
    if (mask_text(json_string_value(value), n, &t) > 0 && (t.cut || json_string_setn_nocheck(value, t.at, t.len) != 0))
        rc = fault_set(f, -ENOMEM, "no memory to mask an event");
    free(copy);
    return rc;
}

static json_t *hidden(const json_t *value)
{
    char said[48];
    struct text t = text_over(said, sizeof said);
    text_fmt(&t, "[masked: %zu bytes]", json_string_length(value));
    return json_string(text_end(&t));
}

static int hide(json_t *object, const char *name, const json_t *value, struct fault *f)
{
    return json_object_set_new(object, name, hidden(value)) == 0 ? 0 : fault_set(f, -ENOMEM, "no memory to mask an event");
}

/* A text, or each of a list. */
static int hide_contacts(json_t *object, const char *name, json_t *value, struct fault *f)
{
    if (!json_is_array(value))
        return hide(object, name, value, f);
    for (size_t i = 0; i < json_array_size(value); i++)
        if (json_array_set_new(value, i, hidden(json_array_get(value, i))) != 0)
            return fault_set(f, -ENOMEM, "no memory to mask an event");
    return 0;
}

static int mask_value(json_t *value, unsigned depth, struct fault *f);

static int mask_members(json_t *object, unsigned depth, struct fault *f)
{
    const char *name;
    json_t *value;
    void *next;
    int rc = 0;
    json_object_foreach_safe(object, next, name, value) {
        if (is_payload(name))
            rc = hide(object, name, value, f);
        else if (is_contact(name))
            rc = hide_contacts(object, name, value, f);
        else if (!is_identifier(name))
            rc = mask_value(value, depth, f);
        if (rc != 0)
            break;
    }
    return rc;
}

static int mask_value(json_t *value, unsigned depth, struct fault *f)
{
    int rc = 0;
    if (depth > DEPTH_MAX)
        return fault_set(f, -EINVAL, "more than %d levels of JSON in each other", DEPTH_MAX);
    if (json_is_string(value))
        return mask_string(value, f);
    if (json_is_object(value))
        return mask_members(value, depth + 1, f);
    for (size_t i = 0; i < json_array_size(value) && rc == 0; i++)
        rc = mask_value(json_array_get(value, i), depth + 1, f);
    return rc;
}

int event_mask(json_t *document, struct fault *f)
{
    return mask_value(document, 0, f);
}

int event_mask_json(const char *json, size_t len, struct text *out, struct fault *f)
{
    json_t *document = event_load(json, len, f);
    if (document == NULL)
        return -EINVAL;
    int rc = event_mask(document, f);
    char *text = rc == 0 ? json_dumps(document, JSON_COMPACT) : NULL;
    if (rc == 0 && text == NULL)
        rc = fault_set(f, -ENOMEM, "no memory to mask an event");
    if (text != NULL)
        text_str(out, text);
    if (rc == 0 && out->cut)
        rc = fault_set(f, -ENOSPC, "the masked event is longer than %zu bytes", out->cap);
    free(text);
    json_decref(document);
    return rc;
}
