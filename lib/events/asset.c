#include "events/asset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/csv.h"

enum { ASSET_COLUMNS = 8 };

struct asset_row {
    struct asset asset;
    struct asset_row *next;
    char text[];            /* the line; its fields point into it */
};

struct asset_table {
    struct addr_table *prefixes;
    struct asset_row  *rows;
    size_t             count;
};

static bool flag_of(const char *word)
{
    return strcmp(word, "1") == 0 || strcmp(word, "true") == 0 || strcmp(word, "yes") == 0 || strcmp(word, "是") == 0;
}

static int asset_line(struct asset_table *t, const char *path, unsigned number, const char *line, struct fault *f)
{
    char *field[ASSET_COLUMNS];
    struct prefix prefix;
    struct asset_row *row = calloc(1, sizeof *row + strlen(line) + 1);
    if (row == NULL)
        return fault_set(f, -ENOMEM, "%s:%u: no memory", path, number);
    strcpy(row->text, line);
    size_t n = csv_cut(row->text, field, ASSET_COLUMNS);
    int rc = 0;
    if (n != ASSET_COLUMNS)
        rc = fault_set(f, -EINVAL, "%s:%u: expected 8 columns (prefix,name,unit,sector,region,mlps_level,cii,role), "
                       "found %s", path, number,
                       n > ASSET_COLUMNS ? "more" : "fewer");
    else if (prefix_parse(field[0], &prefix) < 0)
        rc = fault_set(f, -EINVAL, "%s:%u: expected an address or prefix, not \"%s\"", path, number, field[0]);
    else if (strlen(field[5]) > 1 || (field[5][0] != '\0' && (field[5][0] < '0' || field[5][0] > '5')))
        rc = fault_set(f, -EINVAL, "%s:%u: expected an MLPS level 1 to 5, not \"%s\"", path, number, field[5]);
    else
        rc = addr_table_add(t->prefixes, &prefix, row) < 0 ? fault_set(f, -ENOMEM, "%s:%u: no memory", path, number) : 0;
    if (rc < 0) {
        free(row);
        return rc;
    }
    row->asset = (struct asset){ .name = field[1], .unit = field[2], .sector = field[3], .region = field[4],
                                 .mlps_level = (uint8_t)(field[5][0] ? field[5][0] - '0' : 0),
                                 .cii = flag_of(field[6]), .role = field[7] };
    row->next = t->rows;
    t->rows = row;
    t->count++;
    return 0;
}

static void assets_read(struct asset_table *t, struct csv *csv, void (*bad)(void *ctx, const struct fault *f), void *ctx)
{
    struct fault wrong;
    for (int rc; (rc = csv_next(csv, &wrong)) != 0; ) {
        if (rc > 0)
            rc = asset_line(t, csv->path, csv->line, csv->text, &wrong);
        if (rc < 0 && bad != NULL)
            bad(ctx, &wrong);
    }
    addr_table_seal(t->prefixes);
}

struct asset_table *asset_table_load(const char *path, void (*bad)(void *ctx, const struct fault *f), void *ctx,
                                     struct fault *f)
{
    struct csv csv;
    if (csv_open(&csv, path, "prefix", f) < 0)
        return NULL;
    struct asset_table *t = calloc(1, sizeof *t);
    if (t != NULL && (t->prefixes = addr_table_new()) != NULL) {
        assets_read(t, &csv, bad, ctx);
    } else {
        fault_set(f, -ENOMEM, "%s: no memory", path);
        asset_table_free(t);
        t = NULL;
    }
    csv_close(&csv);
    return t;
}

void asset_table_free(struct asset_table *t)
{
    if (t == NULL)
        return;
    while (t->rows != NULL) {
        struct asset_row *row = t->rows;
        t->rows = row->next;
        free(row);
    }
    addr_table_free(t->prefixes);
    free(t);
}

const struct asset *asset_table_find(const struct asset_table *t, const struct addr *a)
{
    struct asset_row *row = t != NULL ? addr_table_find(t->prefixes, a) : NULL;
    return row != NULL ? &row->asset : NULL;
}

size_t asset_table_count(const struct asset_table *t)
{
    return t != NULL ? t->count : 0;
}

enum data_grade asset_data_grade_parse(const char *text)
{
    static const char *const names[DATA_GRADES] = { "", "core", "important", "general" };
    for (enum data_grade g = DATA_CORE; g < DATA_GRADES; g++)
        if (strcmp(names[g], text) == 0)
            return g;
    return DATA_UNGRADED;
}

static void text_member(const char *name, const char *value, const char **comma, struct text *out)
{
    if (value == NULL || *value == '\0')
        return;
    text_fmt(out, "%s\"%s\":\"", *comma, name);
    text_json(out, value, strlen(value));
    text_char(out, '"');
    *comma = ",";
}

void asset_json(const struct asset *a, struct text *out)
{
    const char *comma = "";
    text_char(out, '{');
    text_member("name", a->name, &comma, out);
    text_member("unit", a->unit, &comma, out);
    text_member("sector", a->sector, &comma, out);
    text_member("region", a->region, &comma, out);
    text_member("role", a->role, &comma, out);
    if (a->mlps_level > 0) {
        text_fmt(out, "%s\"mlps_level\":%u", comma, a->mlps_level);
        comma = ",";
    }
    if (a->cii)
        text_fmt(out, "%s\"cii\":true", comma);
    text_char(out, '}');
}
