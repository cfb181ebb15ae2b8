#include "events/load.h"

#include <errno.h>

json_t *event_load(const char *json, size_t len, struct fault *f)
{
    json_error_t why;
    json_t *object = json_loadb(json, len, JSON_ALLOW_NUL, &why);
    if (object == NULL && json_error_code(&why) == json_error_numeric_overflow)
        object = json_loadb(json, len, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &why);
    if (json_is_object(object))
        return object;
    if (object == NULL)
        fault_set(f, -EINVAL, "not JSON at column %d: %s", why.column, why.text);
    else
        fault_set(f, -EINVAL, "expected a JSON object");
    json_decref(object);
    return NULL;
}

const char *event_text_of(const json_t *object, const char *name)
{
    const char *s = json_string_value(json_object_get(object, name));
    return s != NULL ? s : "";
}

uint64_t event_number_of(const json_t *object, const char *name, uint64_t most)
{
    const json_t *value = json_object_get(object, name);
    uint64_t n = 0;
    if (json_is_integer(value) && json_integer_value(value) > 0)
        n = (uint64_t)json_integer_value(value);
    else if (json_is_real(value) && json_real_value(value) >= 1)
        n = json_real_value(value) < 0x1p63 ? (uint64_t)json_real_value(value) : UINT64_MAX;
    return n < most ? n : most;
}

static int append(const char *bytes, size_t n, void *out)
{
    text_bytes(out, bytes, n);
    return 0;
}

void event_value_json(const json_t *value, struct text *out)
{
    if (value == NULL || json_dump_callback(value, append, out, JSON_COMPACT | JSON_ENCODE_ANY) != 0)
        text_lit(out, "null");
}
