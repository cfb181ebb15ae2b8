#include "tests/support/scanned.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "events/load.h"
#include "events/scan.h"

struct compared {
    json_t *tree;
    bool    equal;
    char   *why;
};

/* The last of several members with one name is what the tree has, so an earlier one is not compared: NULL. */
static const json_t *find(const json_t *tree, const struct scan_value *v, size_t steps[SCAN_DEPTH + 1])
{
    const json_t *at = tree;
    for (unsigned d = 1; d <= v->depth && at != NULL; d++)
        at = json_is_array(at) ? json_array_get(at, steps[d]) : json_object_get(at, v->path[d]);
    return at;
}

static bool same(const json_t *a, const struct scan_value *v)
{
    switch (v->kind) {
    case SCAN_TEXT:   return json_is_string(a) && json_string_length(a) == v->len && memcmp(json_string_value(a), v->text, v->len) == 0;
    case SCAN_NUMBER: return json_is_number(a);
    case SCAN_OBJECT: return json_is_object(a);
    case SCAN_ARRAY:  return json_is_array(a);
    case SCAN_TRUE:   return json_is_true(a);
    case SCAN_FALSE:  return json_is_false(a);
    case SCAN_NULL:   return json_is_null(a);
    }
    return false;
}

/* Whole numbers within jansson's reach have to be equal; of others the kind is enough. */
static bool same_number(const json_t *a, const struct scan_value *v)
{
    if (v->kind != SCAN_NUMBER || !json_is_integer(a))
        return true;
    json_int_t n = json_integer_value(a);
    return v->number == (n > 0 ? (uint64_t)n : 0);
}

static void compare(void *compared, const struct scan_value *v)
{
    struct compared *c = compared;
    static const size_t none[SCAN_DEPTH + 1];
    size_t steps[SCAN_DEPTH + 1];
    memcpy(steps, none, sizeof steps);
    steps[v->depth] = v->index;
    for (unsigned d = 1; d < v->depth; d++)
        if (*v->path[d] == '\0')
            return;                     /* within an array of arrays or objects: its index is not known here */
    const json_t *a = find(c->tree, v, steps);
    if (a == NULL || (same(a, v) && same_number(a, v)) || !c->equal)
        return;
    c->equal = false;
    snprintf(c->why, 256, "depth %u, name %.60s, kind %d", v->depth, v->path[v->depth], (int)v->kind);
}

static bool has_double_names(const char *json, size_t len)
{
    json_t *strict = json_loadb(json, len, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL | JSON_REJECT_DUPLICATES, NULL);
    bool none = strict != NULL;
    json_decref(strict);
    return !none;
}

bool scanned_as_jansson(const char *json, size_t len, char why[256])
{
    struct fault f = { 0 }, unused = { 0 };
    struct compared c = { event_load(json, len, &unused), true, why };
    char *copy = malloc(len + 1);
    memcpy(copy, json, len);
    if (c.tree != NULL && has_double_names(json, len))
        json_decref(c.tree), c.tree = json_object();
    int rc = scan(copy, len, compare, &c, &f);
    bool read = c.tree != NULL;
    bool lenient = strstr(f.why, "too deeply") != NULL || memchr(json, '\0', len) != NULL;
    if ((rc == 0) != read && !(rc != 0 && lenient)) {
        c.equal = false;
        snprintf(why, 256, "scan says %.100s, jansson %.100s", rc == 0 ? "yes" : f.why, read ? "yes" : unused.why);
    }
    json_decref(c.tree);
    free(copy);
    return c.equal;
}
