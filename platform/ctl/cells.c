#include "ctl/cells.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "events/load.h"

enum { SAID_MAX = 480 };

void cells_begin(struct cells *c, struct import *i, const struct column *columns, const struct sheet_row *row)
{
    *c = (struct cells){ .import = i, .row = row, .columns = columns, .args = json_object() };
}

void cells_free(struct cells *c)
{
    json_decref(c->args);
}

const char *cells_text(const struct cells *c, int column)
{
    const char *text = c->row->cells[column].text;
    return text != NULL ? text : "";
}

void cells_bad(struct cells *c, int column, const char *fmt, ...)
{
    char said[SAID_MAX];
    va_list args;
    va_start(args, fmt);
    vsnprintf(said, sizeof said, fmt, args);
    va_end(args);
    if (!c->bad)
        import_bad(c->import, c->row->line, c->row->cells[column].column, "%s: %s", c->columns[column].name, said);
    c->bad = true;
}

static bool has_more(const struct cells *c, int column)
{
    return !c->bad && *cells_text(c, column) != '\0';
}

static void put(struct cells *c, int column, json_t *value)
{
    json_object_set_new(c->args, c->columns[column].name, value);
}

/* ---- one column ---- */

void cells_word(struct cells *c, int column)
{
    const char *text = cells_text(c, column);
    if (!has_more(c, column)) {
        if (c->columns[column].needed)
            cells_bad(c, column, "it is empty");
        return;
    }
    put(c, column, json_string(text));
}

/* The next item of a list, without blanks around it. */
static const char *item_end(const char *at)
{
    while (*at != '\0' && *at != ';' && strncmp(at, "；", 3) != 0 && strncmp(at, "、", 3) != 0)
        at++;
    return at;
}

void cells_words(struct cells *c, int column)
{
    json_t *list = json_array();
    for (const char *at = cells_text(c, column); *at != '\0' && !c->bad; ) {
        const char *end = item_end(at), *next = *end == '\0' ? end : *end == ';' ? end + 1 : end + 3;
        size_t n = (size_t)(end - at);
        while (n > 0 && *at == ' ')
            at++, n--;
        while (n > 0 && at[n - 1] == ' ')
            n--;
        if (n > 0)
            json_array_append_new(list, json_stringn(at, n));
        at = next;
    }
    if (json_array_size(list) > 0)
        put(c, column, json_incref(list));
    else if (c->columns[column].needed)
        cells_bad(c, column, "it is empty");
    json_decref(list);
}

void cells_number(struct cells *c, int column, int lowest, int highest)
{
    const char *text = cells_text(c, column);
    if (!has_more(c, column))
        return;
    char *end;
    long n = strtol(text, &end, 10);
    if (!isdigit((unsigned char)*text) || *end != '\0' || n < lowest || n > highest)
        cells_bad(c, column, "expected %d to %d, not \"%.40s\"", lowest, highest, text);
    else
        put(c, column, json_integer(n));
}

void cells_flag(struct cells *c, int column)
{
    static const char yes[] = "yes|true|1|y|是|√", no[] = "no|false|0|n|否|×";
    const char *text = cells_text(c, column);
    if (!has_more(c, column))
        return;
    if (!kind_among(yes, text) && !kind_among(no, text))
        cells_bad(c, column, "expected yes or no (是、否), not \"%.40s\"", text);
    else
        put(c, column, json_boolean(kind_among(yes, text)));
}

bool cells_said(const struct cells *c, int column)
{
    return json_is_true(json_object_get(c->args, c->columns[column].name));
}

static bool is_day(const char *text, struct tm *out)
{
    *out = (struct tm){ .tm_isdst = -1 };
    const char *end = strptime(text, "%Y-%m-%d", out);
    if (end == NULL)
        end = strptime(text, "%Y/%m/%d", out);
    struct tm copy = *out;
    return end != NULL && *end == '\0' && out->tm_year > 0 && mktime(&copy) != -1 && copy.tm_mday == out->tm_mday;
}

void cells_day(struct cells *c, int column, bool end)
{
    const char *text = cells_text(c, column);
    char when[CLOCK_TEXT_MAX];
    uint64_t at_us;
    struct tm tm;
    if (!has_more(c, column))
        return;
    if (is_day(text, &tm)) {
        tm.tm_mday += end;
        at_us = (uint64_t)mktime(&tm) * 1000000 - (end ? 1000000 : 0);
    } else if (strchr(text, ':') == NULL || clock_parse(text, &at_us) != 0) {
        cells_bad(c, column, "expected a day such as 2026-11-22, or a time, not \"%.40s\"", text);
        return;
    }
    clock_text(at_us, when);
    put(c, column, json_string(when));
}

void cells_region(struct cells *c, int column)
{
    const char *text = cells_text(c, column);
    const struct code *found;
    if (!has_more(c, column)) {
        if (c->columns[column].needed)
            cells_bad(c, column, "it is empty; expected a region's code such as 430100");
        return;
    }
    if ((found = organisation_region(import_organisation(c->import), text)) == NULL)
        cells_bad(c, column, "expected a region's code (GB/T 2260) or name that organisation.regions lists, not \"%.40s\"", text);
    else
        put(c, column, json_string(isdigit((unsigned char)*text) ? text : found->id));
}

void cells_sector(struct cells *c, int column)
{
    char names[160];
    struct text t = text_over(names, sizeof names);
    const char *text = cells_text(c, column);
    const struct code *found;
    if (!has_more(c, column)) {
        if (c->columns[column].needed)
            cells_bad(c, column, "it is empty");
        return;
    }
    organisation_sectors_text(import_organisation(c->import), 12, &t);
    if ((found = organisation_sector(import_organisation(c->import), text)) == NULL)
        cells_bad(c, column, "expected one of %s, not \"%.40s\"", text_end(&t), text);
    else
        put(c, column, json_string(found->id));
}

/* The n-th of "a|b|c". */
static json_t *nth(const char *list, size_t n)
{
    for (; n > 0; n--)
        list = strchr(list, '|') + 1;
    return json_stringn(list, strcspn(list, "|"));
}

static int rank_among(const char *list, const char *text)
{
    int n = 0;
    for (const char *at = list; at != NULL; at = strchr(at, '|'), at = at != NULL ? at + 1 : NULL, n++)
        if (strcspn(at, "|") == strlen(text) && strncmp(at, text, strlen(text)) == 0)
            return n;
    return -1;
}

void cells_choice(struct cells *c, int column, const char *choices, const char *zh)
{
    const char *text = cells_text(c, column);
    if (!has_more(c, column))
        return;
    int rank = rank_among(choices, text);
    rank = rank >= 0 ? rank : rank_among(zh, text);
    if (rank < 0)
        cells_bad(c, column, "expected one of %s (%s), not \"%.40s\"", choices, zh, text);
    else
        put(c, column, nth(choices, (size_t)rank));
}

/* ---- a line against what is registered ---- */

json_t *cells_difference(const struct cells *c, const json_t *fields)
{
    json_t *args = json_object(), *clear = json_array();
    for (int n = 0; c->columns[n].name != NULL; n++) {
        const char *name = c->columns[n].name;
        const json_t *here = json_object_get(fields, name);
        json_t *said = json_object_get(c->args, name);
        if (said != NULL && (here == NULL || !json_equal(here, said)))
            json_object_set(args, name, said);
        else if (said == NULL && here != NULL && c->row->cells[n].text != NULL)
            json_array_append_new(clear, json_string(name));
    }
    if (json_array_size(clear) > 0)
        json_object_set(args, "clear", clear);
    json_decref(clear);
    if (json_object_size(args) > 0)
        return args;
    json_decref(args);
    return NULL;
}

const char *cells_stream(const struct cells *c, const char *district, char out[7])
{
    if (*import_region(c->import) != '\0')
        return import_region(c->import);
    snprintf(out, 7, "%.4s00", district);
    return out;
}

int cells_each_line(struct import *i, struct sheet *s, int (*each)(void *ctx, const struct sheet_row *row, struct fault *f), void *ctx,
                    struct fault *f)
{
    struct sheet_row row;
    struct sheet_error e;
    int rc = 0;
    if (sheet_is_gb18030(s))
        import_note(i, "it is read as GB18030");
    for (int got; rc == 0 && (got = sheet_next(s, &row, &e)) != 0; ) {
        if (got < 0)
            import_bad(i, e.line, e.column, "%s", e.why);
        else
            rc = each(ctx, &row, f);
    }
    return rc;
}
