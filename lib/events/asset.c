#include "events/asset.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ASSET_COLUMNS = 8, ASSET_LINE_MAX = 2048 };

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

/* Cuts a CSV line (RFC 4180 section 2: quotes around, doubled inside) into fields in place. Gives how many. */
static size_t csv_cut(char *line, char *fields[], size_t most)
{
    size_t n = 0;
    char *in = line;
    while (n < most) {
        char *out = in;
        bool quoted = *in == '"';
        fields[n++] = out;
        for (in += quoted; *in != '\0' && (quoted || *in != ','); in++) {
            if (quoted && *in == '"') {
                if (in[1] != '"') {
                    quoted = false;
                    continue;
                }
                in++;
            }
            *out++ = *in;
        }
        bool more = *in == ',';
        *out = '\0';
        if (!more)
            return n;
        in++;
    }
    return n + 1;       /* more than asked for */
}

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
                       "found %zu", path, number, n);
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

struct asset_table *asset_table_load(const char *path, void (*bad)(void *ctx, const struct fault *f), void *ctx,
                                     struct fault *f)
{
    char line[ASSET_LINE_MAX];
    unsigned number = 0;
    FILE *in = fopen(path, "re");
    if (in == NULL) {
        fault_set(f, -errno, "%s: %s", path, strerror(errno));
        return NULL;
    }
    struct asset_table *t = calloc(1, sizeof *t);
    if (t == NULL || (t->prefixes = addr_table_new()) == NULL) {
        fault_set(f, -ENOMEM, "%s: no memory", path);
        fclose(in);
        asset_table_free(t);
        return NULL;
    }
    while (fgets(line, sizeof line, in) != NULL) {
        char *start = line;
        number++;
        if (number == 1 && strncmp(start, "\xef\xbb\xbf", 3) == 0)
            start += 3;         /* spreadsheets write a byte order mark */
        start[strcspn(start, "\r\n")] = '\0';
        if (*start == '\0' || *start == '#' || strncmp(start, "prefix,", 7) == 0)
            continue;
        struct fault wrong;
        if (asset_line(t, path, number, start, &wrong) < 0 && bad != NULL)
            bad(ctx, &wrong);
    }
    fclose(in);
    addr_table_seal(t->prefixes);
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
