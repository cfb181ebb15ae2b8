#include "events/organisation.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "common/csv.h"

enum { CODES_MAX = 4096, CODE_COLUMNS = 8, COUNTY_DIGITS = 6 };

struct codes { struct code *rows; size_t count; };

struct organisation { struct codes regions, sectors; };

static const struct setting rows[] = {
    { "regions", SETTING_TEXT, offsetof(struct organisation_settings, regions), "", 0, 0, NULL,
      "CSV of regions (GB/T 2260) in which units and assets may be registered; empty: any code" },
    { "sectors", SETTING_TEXT, offsetof(struct organisation_settings, sectors), "", 0, 0, NULL,
      "CSV of the sectors that units and assets may be of; empty: any word" },
};

struct settings_section organisation_section(struct organisation_settings *into)
{
    return (struct settings_section){ "organisation", rows, sizeof rows / sizeof rows[0], into };
}

/* ---- reading ---- */

static void codes_free(struct codes *c)
{
    for (size_t i = 0; i < c->count; i++)
        free((char *)(uintptr_t)c->rows[i].id);
    free(c->rows);
}

static int code_take(struct codes *c, const struct csv *in, struct fault *f)
{
    char *field[CODE_COLUMNS], *line = strdup(in->text);
    size_t n = line != NULL ? csv_cut(line, field, CODE_COLUMNS) : 0;
    if (n < 3 || n > CODE_COLUMNS || *field[0] == '\0' || c->count == CODES_MAX) {
        free(line);
        return fault_set(f, -EINVAL, c->count == CODES_MAX ? "%s:%u: more than 4096 codes" : "%s:%u: expected %s,name_zh,name_en and more", in->path,
                         in->line, in->heading);
    }
    c->rows[c->count++] = (struct code){ field[0], field[1], field[2] };
    return 0;
}

static int codes_load(struct codes *c, const char *path, const char *heading, struct fault *f)
{
    struct csv in;
    int rc, line;
    if (path == NULL || *path == '\0')
        return 0;
    if ((c->rows = calloc(CODES_MAX, sizeof *c->rows)) == NULL)
        return fault_set(f, -ENOMEM, "%s: no memory", path);
    if ((rc = csv_open(&in, path, heading, f)) < 0)
        return rc;
    while (rc == 0 && (line = csv_next(&in, f)) != 0)
        rc = line < 0 ? line : code_take(c, &in, f);
    csv_close(&in);
    return rc;
}

struct organisation *organisation_load(const struct organisation_settings *s, struct fault *f)
{
    struct organisation *o = calloc(1, sizeof *o);
    if (o == NULL) {
        fault_set(f, -ENOMEM, "no memory");
        return NULL;
    }
    if (codes_load(&o->regions, s->regions, "code", f) == 0 && codes_load(&o->sectors, s->sectors, "id", f) == 0)
        return o;
    organisation_free(o);
    return NULL;
}

void organisation_free(struct organisation *o)
{
    if (o == NULL)
        return;
    codes_free(&o->regions);
    codes_free(&o->sectors);
    free(o);
}

/* ---- asking ---- */

static const struct code *code_of(const struct codes *c, const char *text, size_t len)
{
    for (size_t i = 0; i < c->count; i++) {
        const struct code *row = &c->rows[i];
        if ((strlen(row->id) == len && memcmp(row->id, text, len) == 0) || strcmp(row->zh, text) == 0)
            return row;
    }
    return NULL;
}

static size_t digits(const char *text)
{
    size_t n = 0;
    while (isdigit((unsigned char)text[n]))
        n++;
    return text[n] == '\0' ? n : 0;
}

const struct code *organisation_region(const struct organisation *o, const char *text)
{
    size_t n = digits(text);
    return code_of(&o->regions, text, n == 9 || n == 12 ? COUNTY_DIGITS : strlen(text));
}

const struct code *organisation_sector(const struct organisation *o, const char *text)
{
    return code_of(&o->sectors, text, strlen(text));
}

bool organisation_has_regions(const struct organisation *o)
{
    return o->regions.count > 0;
}

bool organisation_has_sectors(const struct organisation *o)
{
    return o->sectors.count > 0;
}

void organisation_sectors_text(const struct organisation *o, size_t most, struct text *out)
{
    for (size_t i = 0; i < o->sectors.count && i < most; i++)
        text_fmt(out, "%s%s", i > 0 ? ", " : "", o->sectors.rows[i].id);
    if (o->sectors.count > most)
        text_lit(out, " ...");
}

/* Weights are powers of 3 modulo 31; the last character makes the sum a multiple of 31. */
bool organisation_credit_code(const char *text)
{
    static const char digits[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    unsigned sum = 0, weight = 1;
    if (strlen(text) != 18)
        return false;
    for (size_t i = 0; i < 18; i++) {
        const char *digit = strchr(digits, text[i]);
        if (digit == NULL)
            return false;
        sum += (unsigned)(digit - digits) * (i < 17 ? weight : 1);
        weight = weight * 3 % 31;
    }
    return sum % 31 == 0;
}
