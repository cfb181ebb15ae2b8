/* csv - lines of a file of comma-separated values, as spreadsheets write them (RFC 4180 section 2, one line a row).
 *
 * Passed over   blank lines, lines that begin with #, a byte order mark, and the heading (a line that begins with its
 *               first column's name).
 * Limits        CSV_LINE_MAX bytes a line; a longer one is an error of its own and the next line is read as usual.
 */
#ifndef COMMON_CSV_H
#define COMMON_CSV_H

#include <stddef.h>
#include <stdio.h>

#include "common/fault.h"
#include "common/text.h"

enum { CSV_LINE_MAX = 4096 };

struct csv {
    FILE       *in;
    const char *path, *heading;     /* borrowed; heading: "prefix" */
    unsigned    line;               /* of the file, from 1: the one that csv_next() gave last */
    char        text[CSV_LINE_MAX];
};

int  csv_open(struct csv *c, const char *path, const char *heading, struct fault *f);    /* 0 or a negative errno */
void csv_close(struct csv *c);

/* 1: a line stands in .text, without its end. 0: no more. Negative: this line is wrong, and the next may be read. */
int csv_next(struct csv *c, struct fault *f);

/* Cuts a line into fields in place: quotes around, doubled inside. Gives how many; `most` + 1 when there are more. */
size_t csv_cut(char *line, char *field[], size_t most);

/* The other way: one field in quotes, in one line. What a spreadsheet would take for a formula gets an apostrophe: a
 * title comes from a packet in the end. */
void csv_put(struct text *out, const char *value);

#endif
