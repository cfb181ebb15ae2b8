/* cells - one line of a sheet as the arguments of a command, and what of them differs from what is registered.
 *
 * Each cells_...() looks at one column. An empty cell says that there is nothing; a column that the sheet does not have says nothing
 * at all. The first cell of a line that is bad is reported and spoils the line: what follows is passed over.
 */
#ifndef CTL_CELLS_H
#define CTL_CELLS_H

#include "ctl/import.h"
#include "ctl/sheet.h"

struct cells {
    struct import *import;
    const struct sheet_row *row;
    const struct column *columns;
    json_t *args;               /* owned; what the cells say, by the columns' names */
    bool    bad;
};
void cells_begin(struct cells *c, struct import *i, const struct column *columns, const struct sheet_row *row);
void cells_free(struct cells *c);

/* The text of a cell, "" when there is none. */
const char *cells_text(const struct cells *c, int column);

/* The line is bad because of this column. */
__attribute__((format(printf, 3, 4)))
void cells_bad(struct cells *c, int column, const char *fmt, ...);

void cells_word(struct cells *c, int column);
void cells_words(struct cells *c, int column);      /* parted by ; and the Chinese ； and 、 */
void cells_number(struct cells *c, int column, int lowest, int highest);
void cells_flag(struct cells *c, int column);       /* yes, no, 是, 否 ... */
bool cells_said(const struct cells *c, int column); /* a flag that is set, once cells_flag() has seen it */
void cells_day(struct cells *c, int column, bool end);  /* 2026-11-22, or a time; end: the day's last second */
void cells_region(struct cells *c, int column);
void cells_sector(struct cells *c, int column);

/* One of `choices` ("core|important|general") or of the names in the same order in the other language. */
void cells_choice(struct cells *c, int column, const char *choices, const char *zh);

/* What a command `change` has to say so that the fields become what the cells say: NULL when nothing. New reference. */
json_t *cells_difference(const struct cells *c, const json_t *fields);

/* Every line of the sheet, until one says that there is no use going on; a line that cannot be read is a bad one. */
int cells_each_line(struct import *i, struct sheet *s, int (*each)(void *ctx, const struct sheet_row *row, struct fault *f), void *ctx,
                    struct fault *f);

/* The region whose stream it goes into: --region, or the prefecture of the region's code. */
const char *cells_stream(const struct cells *c, const char *district, char out[7]);

#endif
