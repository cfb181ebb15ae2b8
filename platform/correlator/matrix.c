#include "correlator/matrix.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/csv.h"

static const struct matrix built_in = {
    .colour = {
        { COLOUR_RED,    COLOUR_RED,    COLOUR_ORANGE, COLOUR_YELLOW },
        { COLOUR_RED,    COLOUR_ORANGE, COLOUR_YELLOW, COLOUR_BLUE },
        { COLOUR_ORANGE, COLOUR_YELLOW, COLOUR_YELLOW, COLOUR_BLUE },
        { COLOUR_YELLOW, COLOUR_BLUE,   COLOUR_BLUE,   COLOUR_BLUE },
    },
    .asset = { 0.9, 0.7, 0.5, 0.0 },
};

static const char *const names[] = { [COLOUR_BLUE] = "blue", [COLOUR_YELLOW] = "yellow", [COLOUR_ORANGE] = "orange", [COLOUR_RED] = "red" };

const char *colour_name(enum colour c)
{
    return names[c];
}

int colour_parse(const char *name)
{
    for (int i = 0; i < COLOUR_COUNT; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

unsigned matrix_importance(const struct matrix *m, double score_asset)
{
    for (unsigned i = 0; i < MATRIX_SIDE - 1; i++)
        if (score_asset >= m->asset[i])
            return i + 1;
    return MATRIX_SIDE;
}

/* "1" to "4" as 0 to 3; -1. */
static int side(const char *text)
{
    return *text >= '1' && *text <= '4' && text[1] == '\0' ? *text - '1' : -1;
}

static int row(struct csv *in, struct matrix *out, bool told[MATRIX_SIDE][MATRIX_SIDE], struct fault *f)
{
    char *field[4], *end;
    if (csv_cut(in->text, field, 4) != 4)
        return fault_set(f, -EINVAL, "%s:%u: expected what,importance,severity,value", in->path, in->line);
    int importance = side(field[1]), severity = side(field[2]), colour = colour_parse(field[3]);
    if (strcmp(field[0], "asset") == 0 && importance >= 0) {
        out->asset[importance] = strtod(field[3], &end);
        return end != field[3] && *end == '\0' && out->asset[importance] >= 0 && out->asset[importance] <= 1 ? 0
             : fault_set(f, -EINVAL, "%s:%u: expected a number from 0 to 1, not \"%s\"", in->path, in->line, field[3]);
    }
    if (strcmp(field[0], "colour") != 0 || importance < 0 || severity < 0)
        return fault_set(f, -EINVAL, "%s:%u: expected colour or asset with importance and severity from 1 to 4", in->path, in->line);
    if (colour < 0)
        return fault_set(f, -EINVAL, "%s:%u: expected blue, yellow, orange or red, not \"%s\"", in->path, in->line, field[3]);
    out->colour[importance][severity] = (enum colour)colour;
    told[importance][severity] = true;
    return 0;
}

static int whole(const char *path, bool told[MATRIX_SIDE][MATRIX_SIDE], struct fault *f)
{
    for (int i = 0; i < MATRIX_SIDE; i++)
        for (int s = 0; s < MATRIX_SIDE; s++)
            if (!told[i][s])
                return fault_set(f, -EINVAL, "%s: no colour for importance %d and severity %d", path, i + 1, s + 1);
    return 0;
}

int matrix_load(const char *path, struct matrix *out, struct fault *f)
{
    struct csv in;
    struct matrix fresh = built_in;
    bool told[MATRIX_SIDE][MATRIX_SIDE] = { 0 };
    *out = built_in;
    if (*path == '\0')
        return 0;
    if (csv_open(&in, path, "what", f) < 0)
        return f->code;
    int rc;
    while ((rc = csv_next(&in, f)) == 1 && (rc = row(&in, &fresh, told, f)) == 0)
        continue;
    csv_close(&in);
    if (rc == 0)
        rc = whole(path, told, f);
    if (rc == 0)
        *out = fresh;
    return rc;
}
