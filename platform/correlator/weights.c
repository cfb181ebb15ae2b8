#include "correlator/weights.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "common/csv.h"

const struct weights weights_default = {
    .severity = { 0.4, 1.0, 0.7, 0.4, 0.2 },
    .mlps = { 0.4, 0.4, 0.5, 0.75, 0.95, 1.0 },
    .cii = 0.9,
    .importance = { 0, 0.95, 0.75, 0.5, 0.4 },
    .data = { 0, 1.0, 0.8, 0 },
    .stage_first = 0.55,
    .stage_each = 0.15,
    .confidence = { 0.5, 0.8, 1.0 },
    .level_at = { 0, 95, 85, 50 },
};

#define AT(member) offsetof(struct weights, member)
static const struct weight { const char *name; size_t offset; double most; } rows[] = {
    { "severity.1", AT(severity[1]), 1 }, { "severity.2", AT(severity[2]), 1 }, { "severity.3", AT(severity[3]), 1 },
    { "severity.4", AT(severity[4]), 1 }, { "severity.none", AT(severity[0]), 1 },
    { "mlps.none", AT(mlps[0]), 1 }, { "mlps.1", AT(mlps[1]), 1 }, { "mlps.2", AT(mlps[2]), 1 }, { "mlps.3", AT(mlps[3]), 1 },
    { "mlps.4", AT(mlps[4]), 1 }, { "mlps.5", AT(mlps[5]), 1 }, { "cii", AT(cii), 1 },
    { "importance.1", AT(importance[1]), 1 }, { "importance.2", AT(importance[2]), 1 }, { "importance.3", AT(importance[3]), 1 },
    { "importance.4", AT(importance[4]), 1 }, { "data.core", AT(data[1]), 1 }, { "data.important", AT(data[2]), 1 }, { "data.general", AT(data[3]), 1 },
    { "stage.first", AT(stage_first), 1 }, { "stage.each", AT(stage_each), 1 },
    { "confidence.low", AT(confidence[0]), 1 }, { "confidence.medium", AT(confidence[1]), 1 }, { "confidence.high", AT(confidence[2]), 1 },
    { "level.1", AT(level_at[1]), 100 }, { "level.2", AT(level_at[2]), 100 }, { "level.3", AT(level_at[3]), 100 },
};

static const struct weight *weight_named(const char *name)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    return NULL;
}

static int row_read(struct csv *csv, struct weights *w, struct fault *f)
{
    char *field[3], *end;
    size_t n = csv_cut(csv->text, field, 3);
    const struct weight *row = n >= 2 ? weight_named(field[0]) : NULL;
    if (n < 2 || n > 3)
        return fault_set(f, -EINVAL, "%s:%u: expected name,value,about", csv->path, csv->line);
    if (row == NULL)
        return fault_set(f, -EINVAL, "%s:%u: \"%.40s\" is no weight; expected severity.1, mlps.3, cii, level.2 ...", csv->path,
                         csv->line, field[0]);
    double value = strtod(field[1], &end);
    if (end == field[1] || *end != '\0' || !(value >= 0 && value <= row->most))
        return fault_set(f, -EINVAL, "%s:%u: %s: expected a number from 0 to %g, not \"%.40s\"", csv->path, csv->line, row->name,
                         row->most, field[1]);
    memcpy((char *)w + row->offset, &value, sizeof value);
    return 0;
}

static int levels_check(const struct weights *w, const char *path, struct fault *f)
{
    if (w->level_at[1] >= w->level_at[2] && w->level_at[2] >= w->level_at[3])
        return 0;
    return fault_set(f, -EINVAL, "%s: level.1 must not be below level.2, nor level.2 below level.3", path);
}

int weights_load(const char *path, struct weights *out, struct fault *f)
{
    struct csv csv;
    struct weights w = weights_default;
    *out = weights_default;
    if (*path == '\0')
        return 0;
    int rc = csv_open(&csv, path, "name", f);
    if (rc < 0)
        return rc;
    while ((rc = csv_next(&csv, f)) > 0 && (rc = row_read(&csv, &w, f)) == 0)
        ;
    csv_close(&csv);
    if (rc == 0)
        rc = levels_check(&w, path, f);
    if (rc == 0)
        *out = w;
    return rc;
}
