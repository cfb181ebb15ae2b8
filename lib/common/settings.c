/* One table row per setting; everything here walks the rows.
 *
 * A file is read by libyaml's event parser with a path of mapping keys: sensor / flow / max is row "flow.max" of
 * section "sensor". Values go into a fresh copy of each section's struct, and only when the whole file was good do the
 * copies replace the originals, so a wrong file changes nothing. */
#include "common/settings.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum { NEST_MAX = 8, NAME_MAX_LEN = 128 };

static void *member(void *into, const struct setting *row)
{
    return (char *)into + row->offset;
}

static const char *const bool_words[][2] = { { "true", "false" }, { "yes", "no" }, { "on", "off" } };

static const struct unit { const char *name; uint64_t factor; } size_units[] = {
    { "", 1 }, { "B", 1 }, { "KiB", 1 << 10 }, { "MiB", 1 << 20 }, { "GiB", 1 << 30 }, { "TiB", UINT64_C(1) << 40 },
    { NULL, 0 },
}, time_units[] = {
    { "us", 1 }, { "ms", 1000 }, { "s", 1000000 }, { "min", 60000000 }, { "h", UINT64_C(3600000000) },
    { "d", UINT64_C(86400000000) }, { NULL, 0 },
}, no_units[] = { { "", 1 }, { NULL, 0 } };

static const struct unit *row_units(const struct setting *row)
{
    return row->type == SETTING_SIZE ? size_units : row->type == SETTING_TIME ? time_units : no_units;
}

static const char *row_expects(const struct setting *row)
{
    switch (row->type) {
    case SETTING_BOOL:   return "true or false";
    case SETTING_UINT:   return "a whole number";
    case SETTING_SIZE:   return "a size such as 512, 64 KiB, 10 MiB or 1 GiB";
    case SETTING_TIME:   return "a time such as 500 ms, 30 s, 5 min, 2 h or 180 d";
    case SETTING_REAL:   return "a number";
    case SETTING_CHOICE: return "one of the names it allows";
    case SETTING_TEXT:   return "a text";
    case SETTING_LIST:   return "a list of texts";
    case SETTING_MAP:    return "a mapping of names to texts";
    }
    return "";
}

/* A number with its unit. A file may leave the blank between them out. */
static int number_parse(const struct setting *row, const char *text, uint64_t *out)
{
    char *end;
    errno = 0;
    unsigned long long n = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || errno == ERANGE)
        return -EINVAL;
    end += strspn(end, " ");
    for (const struct unit *u = row_units(row); u->name != NULL; u++) {
        if (strcmp(end, u->name) != 0)
            continue;
        if (n > UINT64_MAX / u->factor)
            return -ERANGE;
        *out = n * u->factor;
        return 0;
    }
    return row->type == SETTING_TIME && *end == '\0' && n == 0 ? (*out = 0, 0) : -EINVAL;
}

static void number_text(const struct setting *row, uint64_t n, char *out, size_t cap)
{
    const struct unit *best = row_units(row);
    for (const struct unit *u = best; u->name != NULL; u++)
        if (n >= u->factor && n % u->factor == 0 && *u->name != 'B')
            best = u;
    snprintf(out, cap, "%" PRIu64 "%s%s", n / best->factor, *best->name ? " " : "", best->name);
}

static int number_set(const struct setting *row, void *into, const char *text, struct fault *f)
{
    char low[40], high[40];
    uint64_t n;
    int rc = number_parse(row, text, &n);
    if (rc < 0)
        return fault_set(f, -EINVAL, "%s: expected %s, not \"%s\"", row->name, row_expects(row), text);
    if ((row->lowest || row->highest) && (n < row->lowest || n > row->highest)) {
        number_text(row, row->lowest, low, sizeof low);
        number_text(row, row->highest, high, sizeof high);
        return fault_set(f, -ERANGE, "%s: %s is outside %s to %s", row->name, text, low, high);
    }
    memcpy(member(into, row), &n, sizeof n);
    return 0;
}

static int bool_set(const struct setting *row, void *into, const char *text, struct fault *f)
{
    for (size_t i = 0; i < sizeof bool_words / sizeof bool_words[0]; i++)
        for (int no = 0; no < 2; no++)
            if (strcmp(text, bool_words[i][no]) == 0) {
                *(bool *)member(into, row) = !no;
                return 0;
            }
    return fault_set(f, -EINVAL, "%s: expected true or false, not \"%s\"", row->name, text);
}

static int choice_set(const struct setting *row, void *into, const char *text, struct fault *f)
{
    char all[160] = "";
    for (int i = 0; row->choices[i] != NULL; i++) {
        if (strcmp(row->choices[i], text) == 0) {
            *(int *)member(into, row) = i;
            return 0;
        }
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", i ? ", " : "", row->choices[i]);
    }
    return fault_set(f, -EINVAL, "%s: expected one of %s, not \"%s\"", row->name, all, text);
}

static int real_set(const struct setting *row, void *into, const char *text, struct fault *f)
{
    char *end;
    double x = strtod(text, &end);
    if (end == text || *end != '\0' || x - x != 0)      /* nor infinite, nor NaN */
        return fault_set(f, -EINVAL, "%s: expected a number, not \"%s\"", row->name, text);
    *(double *)member(into, row) = x;
    return 0;
}

static int text_set(const struct setting *row, void *into, const char *text, struct fault *f)
{
    char **at = member(into, row);
    char *copy = strdup(text);
    if (copy == NULL)
        return fault_set(f, -ENOMEM, "%s: no memory", row->name);
    free(*at);
    *at = copy;
    return 0;
}

static void list_free(struct setting_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
    *list = (struct setting_list){ 0 };
}

static int list_append(const struct setting *row, void *into, const char *text, struct fault *f)
{
    struct setting_list *list = member(into, row);
    char **items = realloc(list->items, (list->count + 1) * sizeof *items);
    if (items == NULL)
        return fault_set(f, -ENOMEM, "%s: no memory", row->name);
    list->items = items;
    if ((items[list->count] = strdup(text)) == NULL)
        return fault_set(f, -ENOMEM, "%s: no memory", row->name);
    list->count++;
    return 0;
}

/* NAME=value: a later value of the same name takes the place of the earlier one. */
static int map_put(const struct setting *row, void *into, const char *pair, struct fault *f)
{
    struct setting_list *list = member(into, row);
    const char *equals = strchr(pair, '=');
    if (equals == NULL || equals == pair)
        return fault_set(f, -EINVAL, "%s: expected NAME=value, not \"%s\"", row->name, pair);
    for (size_t i = 0; i < list->count; i++) {
        if (strncmp(list->items[i], pair, (size_t)(equals - pair) + 1) != 0)
            continue;
        char *copy = strdup(pair);
        if (copy == NULL)
            return fault_set(f, -ENOMEM, "%s: no memory", row->name);
        free(list->items[i]);
        list->items[i] = copy;
        return 0;
    }
    return list_append(row, into, pair, f);
}

/* A whole list on one line, as in --set or a fallback: blanks or commas between. */
static int list_set(const struct setting *row, void *into, const char *text, struct fault *f)
{
    int rc = 0;
    char *save = NULL, *copy = strdup(text);
    if (copy == NULL)
        return fault_set(f, -ENOMEM, "%s: no memory", row->name);
    list_free(member(into, row));
    for (char *word = strtok_r(copy, ", ", &save); word != NULL && rc == 0; word = strtok_r(NULL, ", ", &save))
        rc = list_append(row, into, word, f);
    free(copy);
    return rc;
}

static int row_set(const struct setting *row, void *into, const char *text, struct fault *f)
{
    switch (row->type) {
    case SETTING_BOOL:   return bool_set(row, into, text, f);
    case SETTING_UINT:
    case SETTING_SIZE:
    case SETTING_TIME:   return number_set(row, into, text, f);
    case SETTING_REAL:   return real_set(row, into, text, f);
    case SETTING_CHOICE: return choice_set(row, into, text, f);
    case SETTING_TEXT:   return text_set(row, into, text, f);
    case SETTING_LIST:   return list_set(row, into, text, f);
    case SETTING_MAP:    return map_put(row, into, text, f);
    }
    return -EINVAL;
}

static void row_free(const struct setting *row, void *into)
{
    if (row->type == SETTING_TEXT) {
        free(*(char **)member(into, row));
        *(char **)member(into, row) = NULL;
    } else if (row->type == SETTING_LIST || row->type == SETTING_MAP) {
        list_free(member(into, row));
    }
}

static size_t row_size(const struct setting *row)
{
    switch (row->type) {
    case SETTING_BOOL:   return sizeof(bool);
    case SETTING_REAL:   return sizeof(double);
    case SETTING_CHOICE: return sizeof(int);
    case SETTING_TEXT:   return sizeof(char *);
    case SETTING_LIST:
    case SETTING_MAP:    return sizeof(struct setting_list);
    default:             return sizeof(uint64_t);
    }
}

int settings_defaults(const struct settings_section *sections, size_t count, struct fault *f)
{
    for (size_t s = 0; s < count; s++)
        for (size_t i = 0; i < sections[s].count; i++) {
            const struct setting *row = &sections[s].rows[i];
            if (row->fallback == NULL)
                continue;
            int rc = row->type == SETTING_MAP ? 0 : row_set(row, sections[s].into, row->fallback, f);
            /* a map's fallback is several pairs with blanks between */
            char *save = NULL, *copy = row->type == SETTING_MAP ? strdup(row->fallback) : NULL;
            for (char *p = copy ? strtok_r(copy, " ", &save) : NULL; p && rc == 0; p = strtok_r(NULL, " ", &save))
                rc = map_put(row, sections[s].into, p, f);
            free(copy);
            if (rc < 0)
                return rc;
        }
    return 0;
}

void settings_free(const struct settings_section *sections, size_t count)
{
    for (size_t s = 0; s < count; s++)
        for (size_t i = 0; i < sections[s].count; i++)
            row_free(&sections[s].rows[i], sections[s].into);
}

static const struct settings_section *section_find(const struct settings_section *sections, size_t count,
                                                   const char *name)
{
    for (size_t s = 0; s < count; s++)
        if (strcmp(sections[s].name, name) == 0)
            return &sections[s];
    return NULL;
}

static const struct setting *row_find(const struct settings_section *s, const char *name)
{
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->rows[i].name, name) == 0)
            return &s->rows[i];
    return NULL;
}

static bool row_below(const struct settings_section *s, const char *path)
{
    size_t len = strlen(path);
    for (size_t i = 0; i < s->count; i++)
        if (strncmp(s->rows[i].name, path, len) == 0 && s->rows[i].name[len] == '.')
            return true;
    return false;
}

static size_t edit_distance(const char *a, const char *b)
{
    size_t row[NAME_MAX_LEN + 1], n = strlen(b);
    if (n > NAME_MAX_LEN)
        return SIZE_MAX;
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 0; a[i] != '\0'; i++) {
        size_t corner = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < n; j++) {
            size_t best = corner + (a[i] != b[j]);
            corner = row[j + 1];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (corner + 1 < best)
                best = corner + 1;
            row[j + 1] = best;
        }
    }
    return row[n];
}

static int unknown_name(const struct settings_section *s, const char *name, struct fault *f)
{
    const char *nearest = NULL;
    size_t best = 4;        /* further away than that it is another word */
    for (size_t i = 0; i < s->count; i++) {
        size_t d = edit_distance(name, s->rows[i].name);
        if (d < best) {
            best = d;
            nearest = s->rows[i].name;
        }
    }
    if (nearest != NULL)
        return fault_set(f, -ENOENT, "%s has no setting \"%s\"; did you mean \"%s\"?", s->name, name, nearest);
    return fault_set(f, -ENOENT, "%s has no setting \"%s\"", s->name, name);
}

int settings_set(const struct settings_section *sections, size_t count, const char *assignment, struct fault *f)
{
    char name[NAME_MAX_LEN], *dot;
    const char *equals = strchr(assignment, '=');
    if (equals == NULL || equals == assignment || (size_t)(equals - assignment) >= sizeof name)
        return fault_set(f, -EINVAL, "--set: expected name=value, not \"%s\"", assignment);
    memcpy(name, assignment, (size_t)(equals - assignment));
    name[equals - assignment] = '\0';

    const struct settings_section *s = &sections[0];
    const char *rest = name;
    if ((dot = strchr(name, '.')) != NULL) {
        *dot = '\0';
        const struct settings_section *named = section_find(sections, count, name);
        *dot = '.';
        if (named != NULL) {
            s = named;
            rest = dot + 1;
        }
    }
    const struct setting *row = row_find(s, rest);
    if (row != NULL)
        return row_set(row, s->into, equals + 1, f);
    /* vars.HOME_NET=[10.0.0.0/8]: a name inside a map */
    if ((dot = strrchr(name, '.')) != NULL && dot > rest) {
        *dot = '\0';
        row = row_find(s, rest);
        if (row != NULL && row->type == SETTING_MAP)
            return map_put(row, s->into, assignment + (dot + 1 - name), f);
        *dot = '.';
    }
    return unknown_name(s, rest, f);
}

/* ---- the file ---- */

struct reader {
    const char   *path;
    yaml_parser_t yaml;
    const struct settings_section *sections;
    size_t        count;
    struct fault *fault;
};

static int reader_fault(const struct reader *r, const yaml_mark_t *at, const char *why)
{
    char said[sizeof r->fault->why];
    snprintf(said, sizeof said, "%s", why);
    return fault_set(r->fault, -EINVAL, "%s:%zu:%zu: %s", r->path, at->line + 1, at->column + 1, said);
}

static int reader_next(struct reader *r, yaml_event_t *event)
{
    if (yaml_parser_parse(&r->yaml, event))
        return 0;
    char why[200];
    snprintf(why, sizeof why, "not YAML: %s", r->yaml.problem ? r->yaml.problem : "it cannot be read");
    return reader_fault(r, &r->yaml.problem_mark, why);
}

/* Passes over the rest of a value whose first event has been read. */
static int reader_skip(struct reader *r, const yaml_event_t *first)
{
    int depth = first->type == YAML_MAPPING_START_EVENT || first->type == YAML_SEQUENCE_START_EVENT;
    while (depth > 0) {
        yaml_event_t e;
        int rc = reader_next(r, &e);
        if (rc < 0)
            return rc;
        if (e.type == YAML_MAPPING_START_EVENT || e.type == YAML_SEQUENCE_START_EVENT)
            depth++;
        if (e.type == YAML_MAPPING_END_EVENT || e.type == YAML_SEQUENCE_END_EVENT)
            depth--;
        yaml_event_delete(&e);
    }
    return 0;
}

static int reader_list(struct reader *r, const struct setting *row, void *into)
{
    list_free(member(into, row));
    for (;;) {
        yaml_event_t e;
        int rc = reader_next(r, &e);
        if (rc < 0)
            return rc;
        bool end = e.type == YAML_SEQUENCE_END_EVENT;
        if (!end && e.type != YAML_SCALAR_EVENT) {
            char why[200];
            snprintf(why, sizeof why, "%s: expected a list of texts", row->name);
            rc = reader_fault(r, &e.start_mark, why);
        } else if (!end) {
            rc = list_append(row, into, (const char *)e.data.scalar.value, r->fault);
        }
        yaml_event_delete(&e);
        if (end || rc < 0)
            return rc;
    }
}

/* Names and values take turns; a name that holds = would not be told from its value again. */
static int reader_map(struct reader *r, const struct setting *row, void *into)
{
    char pair[4096];
    size_t name = 0;            /* length of the name in `pair`; 0: the next text is a name */
    for (;;) {
        yaml_event_t e;
        int rc = reader_next(r, &e);
        if (rc < 0)
            return rc;
        bool end = e.type == YAML_MAPPING_END_EVENT;
        const char *text = e.type == YAML_SCALAR_EVENT ? (const char *)e.data.scalar.value : "";
        if (!end && e.type != YAML_SCALAR_EVENT) {
            rc = reader_fault(r, &e.start_mark, "expected a text here");
        } else if (!end && name + strlen(text) + 2 > sizeof pair) {
            rc = reader_fault(r, &e.start_mark, "the text is longer than 4000 bytes");
        } else if (!end && name == 0 && (*text == '\0' || strchr(text, '=') != NULL)) {
            rc = reader_fault(r, &e.start_mark, "expected a name, neither empty nor with =, here");
        } else if (!end && name == 0) {
            name = (size_t)snprintf(pair, sizeof pair, "%s=", text);
        } else if (!end) {
            strcpy(pair + name, text);
            rc = map_put(row, into, pair, r->fault);
            name = 0;
        }
        yaml_event_delete(&e);
        if (end || rc < 0)
            return rc;
    }
}

/* The value of one row: its first event is e. */
static int reader_value(struct reader *r, const struct setting *row, void *into, const yaml_event_t *e)
{
    char why[320];
    if (row->type == SETTING_MAP && e->type == YAML_MAPPING_START_EVENT)
        return reader_map(r, row, into);
    if (row->type == SETTING_LIST && e->type == YAML_SEQUENCE_START_EVENT)
        return reader_list(r, row, into);
    if (e->type != YAML_SCALAR_EVENT || row->type == SETTING_MAP) {
        snprintf(why, sizeof why, "%s: expected %s", row->name, row_expects(row));
        return reader_fault(r, &e->start_mark, why);
    }
    if (row_set(row, into, (const char *)e->data.scalar.value, r->fault) == 0)
        return 0;
    return reader_fault(r, &e->start_mark, r->fault->why);
}

/* A mapping of a section at `path` ("" or "flow"): its keys name rows, or lead deeper. */
static int reader_section(struct reader *r, const struct settings_section *s, const char *path, int depth)
{
    char name[NAME_MAX_LEN];
    for (;;) {
        yaml_event_t key, value;
        int rc = reader_next(r, &key);
        if (rc < 0)
            return rc;
        if (key.type == YAML_MAPPING_END_EVENT) {
            yaml_event_delete(&key);
            return 0;
        }
        if (key.type != YAML_SCALAR_EVENT) {
            rc = reader_fault(r, &key.start_mark, "expected the name of a setting");
            yaml_event_delete(&key);
            return rc;
        }
        snprintf(name, sizeof name, "%s%s%s", path, *path ? "." : "", (const char *)key.data.scalar.value);
        yaml_mark_t at = key.start_mark;
        yaml_event_delete(&key);
        if ((rc = reader_next(r, &value)) < 0)
            return rc;
        const struct setting *row = row_find(s, name);
        if (row != NULL) {
            rc = reader_value(r, row, s->into, &value);
        } else if (value.type == YAML_MAPPING_START_EVENT && depth < NEST_MAX && row_below(s, name)) {
            rc = reader_section(r, s, name, depth + 1);
        } else {
            unknown_name(s, name, r->fault);
            rc = reader_fault(r, &at, r->fault->why);
        }
        yaml_event_delete(&value);
        if (rc < 0)
            return rc;
    }
}

/* One section of the file: its name was `key`. Sections of other programs are passed over. */
static int reader_top(struct reader *r, const yaml_event_t *key)
{
    yaml_event_t value;
    if (key->type != YAML_SCALAR_EVENT)
        return reader_fault(r, &key->start_mark, "expected the name of a section");
    const struct settings_section *s = section_find(r->sections, r->count, (const char *)key->data.scalar.value);
    int rc = reader_next(r, &value);
    if (rc < 0)
        return rc;
    if (s == NULL)
        rc = reader_skip(r, &value);
    else if (value.type == YAML_MAPPING_START_EVENT)
        rc = reader_section(r, s, "", 0);
    else if (value.type != YAML_SCALAR_EVENT || value.data.scalar.length > 0)
        rc = reader_fault(r, &value.start_mark, "expected the settings of a section");
    yaml_event_delete(&value);
    return rc;
}

/* Several documents may follow each other; what is said later counts. An empty one is fine. */
static int reader_document(struct reader *r)
{
    for (bool inside = false, end = false; !end; ) {
        yaml_event_t e;
        int rc = reader_next(r, &e);
        if (rc < 0)
            return rc;
        end = e.type == YAML_STREAM_END_EVENT;
        if (inside && e.type == YAML_MAPPING_END_EVENT)
            inside = false;
        else if (inside)
            rc = reader_top(r, &e);
        else if (e.type == YAML_MAPPING_START_EVENT)
            inside = true;
        else if (e.type == YAML_SEQUENCE_START_EVENT || (e.type == YAML_SCALAR_EVENT && e.data.scalar.length > 0))
            rc = reader_fault(r, &e.start_mark, "expected sections such as \"sensor:\" at the top");
        yaml_event_delete(&e);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* Deep copies, so that a bad file can be forgotten whole. */
static int rows_copy(const struct settings_section *from, void *into, struct fault *f)
{
    for (size_t i = 0; i < from->count; i++) {
        const struct setting *row = &from->rows[i];
        int rc = 0;
        if (row->type == SETTING_TEXT) {
            const char *text = *(char **)member(from->into, row);
            rc = text != NULL ? text_set(row, into, text, f) : 0;
        } else if (row->type == SETTING_LIST || row->type == SETTING_MAP) {
            const struct setting_list *list = member(from->into, row);
            for (size_t k = 0; k < list->count && rc == 0; k++)
                rc = list_append(row, into, list->items[k], f);
        } else {
            memcpy(member(into, row), member(from->into, row), row_size(row));
        }
        if (rc < 0)
            return rc;
    }
    return 0;
}

static size_t section_size(const struct settings_section *s)
{
    size_t size = 1;
    for (size_t i = 0; i < s->count; i++)
        if (s->rows[i].offset + row_size(&s->rows[i]) > size)
            size = s->rows[i].offset + row_size(&s->rows[i]);
    return size;
}

static int settings_read(struct reader *r, FILE *in, const struct settings_section *sections,
                         struct settings_section *fresh)
{
    int rc = 0;
    for (size_t s = 0; s < r->count && rc == 0; s++) {
        fresh[s] = sections[s];
        if ((fresh[s].into = calloc(1, section_size(&sections[s]))) == NULL)
            return fault_set(r->fault, -ENOMEM, "%s: no memory", r->path);
        rc = rows_copy(&sections[s], fresh[s].into, r->fault);
    }
    if (rc < 0)
        return rc;
    if (!yaml_parser_initialize(&r->yaml))
        return fault_set(r->fault, -ENOMEM, "%s: no memory", r->path);
    yaml_parser_set_input_file(&r->yaml, in);
    rc = reader_document(r);
    yaml_parser_delete(&r->yaml);
    return rc;
}

int settings_load(const struct settings_section *sections, size_t count, const char *path, struct fault *f)
{
    struct settings_section fresh[16] = { 0 };
    struct reader r = { .path = path, .sections = fresh, .count = count, .fault = f };
    if (count > sizeof fresh / sizeof fresh[0])
        return fault_set(f, -E2BIG, "%s: more than 16 sections asked for", path);
    FILE *in = fopen(path, "re");
    if (in == NULL)
        return fault_set(f, -errno, "%s: %s", path, strerror(errno));
    int rc = settings_read(&r, in, sections, fresh);
    fclose(in);
    for (size_t s = 0; s < count && fresh[s].into != NULL; s++) {
        const struct settings_section *keep = rc == 0 ? &fresh[s] : NULL;
        for (size_t i = 0; i < sections[s].count; i++) {
            const struct setting *row = &sections[s].rows[i];
            row_free(row, keep ? sections[s].into : fresh[s].into);
            if (keep != NULL)
                memcpy(member(sections[s].into, row), member(keep->into, row), row_size(row));
        }
        free(fresh[s].into);
    }
    return rc;
}

/* ---- the other way round ---- */

/* The character at s and its length; a byte that is no UTF-8 counts as the Latin-1 character it would be. */
static size_t character(const unsigned char *s, size_t left, uint32_t *out)
{
    size_t len = *s < 0x80 ? 1 : *s >= 0xf0 ? 4 : *s >= 0xe0 ? 3 : 2;
    *out = len == 1 ? *s : *s & (0xffu >> (len + 1));
    for (size_t i = 1; i < len; i++) {
        if (i >= left || (s[i] & 0xc0) != 0x80) {
            *out = *s;
            return 1;
        }
        *out = *out << 6 | (s[i] & 0x3f);
    }
    return len;
}

/* Line ends of any kind, a byte order mark, and what is no printable character (YAML 1.1 section 5.1). */
static bool needs_escape(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || (c >= 0xd800 && c < 0xe000) || c == 0xfeff
           || c == 0xfffe || c == 0xffff || c > 0x10ffff;
}

/* YAML in double quotes, so that any text comes back as it was. */
static void quoted(const char *text, size_t len, FILE *out)
{
    uint32_t c;
    putc('"', out);
    for (size_t n; len > 0; text += n, len -= n) {
        n = character((const unsigned char *)text, len, &c);
        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", (int)c);
        else if (needs_escape(c) || (n == 1 && c >= 0x80))
            fprintf(out, c < 0x100 ? "\\x%02" PRIx32 : "\\U%08" PRIx32, c);
        else
            fwrite(text, 1, n, out);
    }
    putc('"', out);
}

static void row_value(const struct setting *row, void *into, FILE *out)
{
    char number[48];
    uint64_t n;
    const struct setting_list *list = member(into, row);
    switch (row->type) {
    case SETTING_BOOL:
        fputs(*(bool *)member(into, row) ? "true" : "false", out);
        break;
    case SETTING_REAL:
        snprintf(number, sizeof number, "%.15g", *(double *)member(into, row));
        if (strtod(number, NULL) != *(double *)member(into, row))
            snprintf(number, sizeof number, "%.17g", *(double *)member(into, row));
        fputs(number, out);
        break;
    case SETTING_CHOICE:
        fputs(row->choices[*(int *)member(into, row)], out);
        break;
    case SETTING_TEXT: {
        const char *text = *(char **)member(into, row);
        quoted(text ? text : "", text ? strlen(text) : 0, out);
        break;
    }
    case SETTING_LIST:
    case SETTING_MAP:
        putc(row->type == SETTING_MAP ? '{' : '[', out);
        for (size_t i = 0; i < list->count; i++) {
            const char *item = list->items[i];
            size_t name = row->type == SETTING_MAP ? (size_t)(strchr(item, '=') - item) : 0;
            fputs(i ? ", " : " ", out);
            if (name > 0)
                quoted(item, name, out);
            fputs(name > 0 ? ": " : "", out);
            quoted(item + name + (name > 0), strlen(item) - name - (name > 0), out);
        }
        fputs(row->type == SETTING_MAP ? " }" : " ]", out);
        break;
    default:
        memcpy(&n, member(into, row), sizeof n);
        number_text(row, n, number, sizeof number);
        fputs(number, out);
    }
}

/* How many leading words two dotted names share, and the words themselves are written as nested keys. */
static void dump_key(const char *name, const char *before, FILE *out)
{
    size_t shared = 0, depth = 1;
    for (size_t i = 0; name[i] != '\0' && name[i] == before[i]; i++)
        if (name[i] == '.') {
            shared = i + 1;
            depth++;
        }
    const char *at = name + shared;
    for (const char *dot; (dot = strchr(at, '.')) != NULL; at = dot + 1, depth++)
        fprintf(out, "%*s%.*s:\n", (int)depth * 2, "", (int)(dot - at), at);
    fprintf(out, "%*s%s: ", (int)depth * 2, "", at);
}

void settings_dump(const struct settings_section *sections, size_t count, FILE *out)
{
    for (size_t s = 0; s < count; s++) {
        const char *before = "";
        fprintf(out, "%s%s:\n", s ? "\n" : "", sections[s].name);
        for (size_t i = 0; i < sections[s].count; i++) {
            const struct setting *row = &sections[s].rows[i];
            dump_key(row->name, before, out);
            row_value(row, sections[s].into, out);
            fprintf(out, "    # %s\n", row->about);
            before = row->name;
        }
    }
}

void settings_manual(const struct settings_section *sections, size_t count, FILE *out)
{
    for (size_t s = 0; s < count; s++) {
        fprintf(out, ".SS %s\n", sections[s].name);
        for (size_t i = 0; i < sections[s].count; i++) {
            const struct setting *row = &sections[s].rows[i];
            fprintf(out, ".TP\n.B %s\n%s: %s.", row->name, row_expects(row), row->about);
            for (const char *const *name = row->choices; name != NULL && *name != NULL; name++)
                fprintf(out, "%s%s%s", name == row->choices ? " One of " : ", ", *name, name[1] == NULL ? "." : "");
            if (row->fallback != NULL && *row->fallback != '\0')
                fprintf(out, " Default: %s.", row->fallback);
            fputc('\n', out);
        }
    }
}
