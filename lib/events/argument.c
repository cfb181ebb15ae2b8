/* argument - one place where what people say is checked, by the rows of their kind. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/addr.h"
#include "common/clock.h"
#include "events/kind.h"

enum { WORD_MAX = 120, JSON_MAX = 98304 };

static const struct argument note_row = {
    .commands = "", .name = "note", .type = ARGUMENT_TEXT, .flags = ARGUMENT_SAID, .zh = "说明", .en = "why, or what is to be said"
};

const struct argument *argument_row(const struct kind *k, const char *command, const char *name)
{
    for (const struct argument *a = k->arguments; a->name != NULL; a++)
        if (strcmp(a->name, name) == 0 && kind_among(a->commands, command))
            return a;
    return strcmp(name, note_row.name) == 0 ? &note_row : NULL;
}

/* ---- one value ---- */

static bool is_text(const json_t *value, size_t most, bool lines)
{
    const char *s = json_string_value(value);
    size_t n = json_string_length(value);
    if (s == NULL || n == 0 || n > most || strlen(s) != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (((unsigned char)s[i] < 0x20 && !(lines && (s[i] == '\n' || s[i] == '\t'))) || s[i] == 0x7f)
            return false;
    return true;
}

static bool is_of(const json_t *value, size_t most, const char *marks)
{
    const char *s = json_string_value(value);
    size_t n = json_string_length(value);
    if (s == NULL || n == 0 || n > most || strlen(s) != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!((s[i] >= '0' && s[i] <= '9') || (s[i] >= 'A' && s[i] <= 'Z') || (s[i] >= 'a' && s[i] <= 'z')
              || strchr(marks, s[i]) != NULL))
            return false;
    return true;
}

static bool is_address(const json_t *value)
{
    const char *s = json_string_value(value);
    struct addr a;
    struct prefix p;
    return is_text(value, 64, false) && (addr_parse(s, &a) == 0 || prefix_parse(s, &p) == 0);
}

static bool is_time(const json_t *value)
{
    uint64_t us;
    return is_text(value, 40, false) && clock_parse(json_string_value(value), &us) == 0;
}

static bool is_number(const struct argument *row, const json_t *value)
{
    json_int_t n = json_integer_value(value);
    return json_is_integer(value) && ((row->lowest == 0 && row->highest == 0) || (n >= row->lowest && n <= row->highest));
}

static bool is_object(const json_t *value)
{
    char *text = json_is_object(value) ? json_dumps(value, JSON_COMPACT) : NULL;
    bool fits = text != NULL && strlen(text) <= JSON_MAX;
    free(text);
    return fits;
}

static bool is_single(const struct argument *row, enum argument_type type, const json_t *value)
{
    switch (type) {
    case ARGUMENT_TEXT:    return is_text(value, KIND_TEXT_MAX, true);
    case ARGUMENT_WORD:    return is_text(value, WORD_MAX, false);
    case ARGUMENT_CHOICE:  return json_is_string(value) && kind_among(row->choices, json_string_value(value));
    case ARGUMENT_NUMBER:  return is_number(row, value);
    case ARGUMENT_FLAG:    return json_is_boolean(value);
    case ARGUMENT_TIME:    return is_time(value);
    case ARGUMENT_ID:      return is_of(value, 64, "-_") && kind_of_id(json_string_value(value)) != NULL;
    case ARGUMENT_REGION:  return is_of(value, 16, "-_");
    case ARGUMENT_ADDRESS: return is_address(value);
    case ARGUMENT_JSON:    return is_object(value);
    default:               return false;
    }
}

/* The type of a list's items; the type itself when it is no list. */
static enum argument_type item_type(enum argument_type type)
{
    switch (type) {
    case ARGUMENT_WORDS:     return ARGUMENT_WORD;
    case ARGUMENT_IDS:       return ARGUMENT_ID;
    case ARGUMENT_REGIONS:   return ARGUMENT_REGION;
    case ARGUMENT_ADDRESSES: return ARGUMENT_ADDRESS;
    default:                 return type;
    }
}

static bool fits(const struct argument *row, const json_t *value)
{
    enum argument_type item = item_type(row->type);
    if (item == row->type)
        return is_single(row, item, value);
    if (!json_is_array(value) || json_array_size(value) == 0 || json_array_size(value) > KIND_LIST_MAX)
        return false;
    for (size_t i = 0; i < json_array_size(value); i++)
        if (!is_single(row, item, json_array_get(value, i)))
            return false;
    return true;
}

static const char *expected(enum argument_type type)
{
    static const char *const words[] = {
        [ARGUMENT_TEXT] = "text of 1 to 4000 bytes", [ARGUMENT_WORD] = "one line of 1 to 120 bytes",
        [ARGUMENT_FLAG] = "true or false", [ARGUMENT_TIME] = "a time such as 2026-11-22T08:00:00+08:00",
        [ARGUMENT_ID] = "an id such as I-430100-20261122-7k3m9qd2", [ARGUMENT_REGION] = "a region's code such as 430100",
        [ARGUMENT_ADDRESS] = "an IP address or prefix", [ARGUMENT_WORDS] = "1 to 64 lines of 1 to 120 bytes",
        [ARGUMENT_IDS] = "1 to 64 ids", [ARGUMENT_REGIONS] = "1 to 64 regions' codes",
        [ARGUMENT_ADDRESSES] = "1 to 64 IP addresses or prefixes", [ARGUMENT_JSON] = "an object of at most 96 KiB",
    };
    return words[type];
}

int argument_check(const struct argument *row, const json_t *value, struct fault *f)
{
    if (fits(row, value))
        return 0;
    if (row->type == ARGUMENT_CHOICE)
        return fault_set(f, -EINVAL, "`%s`: expected one of %s", row->name, row->choices);
    if (row->type != ARGUMENT_NUMBER)
        return fault_set(f, -EINVAL, "`%s`: expected %s", row->name, expected(row->type));
    if (row->lowest == 0 && row->highest == 0)
        return fault_set(f, -EINVAL, "`%s`: expected a whole number", row->name);
    return fault_set(f, -EINVAL, "`%s`: expected a whole number from %" PRId64 " to %" PRId64, row->name, row->lowest, row->highest);
}

/* ---- typed by a person ---- */

static json_t *typed_single(enum argument_type type, const char *text, size_t n)
{
    char *end, copy[32];
    if (type == ARGUMENT_FLAG && n < sizeof copy)
        return strcmp(text, "true") == 0 ? json_true() : strcmp(text, "false") == 0 ? json_false() : json_stringn(text, n);
    if (type != ARGUMENT_NUMBER || n == 0 || n >= sizeof copy)
        return json_stringn(text, n);
    memcpy(copy, text, n);
    copy[n] = '\0';
    long long number = strtoll(copy, &end, 10);
    return *end == '\0' ? json_integer(number) : json_stringn(text, n);
}

static json_t *typed_list(enum argument_type item, const char *text)
{
    json_t *list = json_array();
    for (const char *at = text; at != NULL; at = strchr(at, ','), at = at != NULL ? at + 1 : NULL)
        json_array_append_new(list, typed_single(item, at, strcspn(at, ",")));
    return list;
}

json_t *argument_typed(const struct argument *row, const char *text, struct fault *f)
{
    enum argument_type item = item_type(row->type);
    json_t *value = row->type == ARGUMENT_JSON ? json_loads(text, 0, NULL)
                  : item != row->type ? typed_list(item, text) : typed_single(item, text, strlen(text));
    if (value == NULL)
        fault_set(f, -EINVAL, "`%s`: expected %s", row->name, row->type == ARGUMENT_JSON ? expected(row->type) : "UTF-8 text");
    else if (argument_check(row, value, f) == 0)
        return value;
    json_decref(value);
    return NULL;
}

/* ---- all of a command ---- */

static int missing(const struct kind *k, const char *command, const json_t *args, struct fault *f)
{
    for (const struct argument *a = k->arguments; a->name != NULL; a++)
        if ((a->flags & ARGUMENT_NEEDED) && kind_among(a->commands, command) && json_object_get(args, a->name) == NULL)
            return fault_set(f, -EINVAL, "%s %s needs `%s` (%s)", k->name, command, a->name, a->en);
    return 0;
}

int arguments_check(const struct kind *k, const char *command, const json_t *args, bool note, struct fault *f)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)args, name, value) {
        const struct argument *row = argument_row(k, command, name);
        if (row == NULL)
            return fault_set(f, -EINVAL, "%s %s takes no `%.40s`", k->name, command, name);
        if (argument_check(row, value, f) != 0)
            return f->code;
    }
    if (note && json_object_get(args, note_row.name) == NULL)
        return fault_set(f, -EINVAL, "%s %s needs `note`: why", k->name, command);
    return missing(k, command, args, f);
}
