/* sheet - a table as spreadsheets save it (RFC 4180) with a heading that says which column is which: what people send by mail.
 *
 * Heading    the first line; columns in any order, by their names in either language. One that nobody knows is an error of the file.
 * Encoding   UTF-8, with or without a byte order mark; or GB18030, as Chinese Excel saves it, when the text beyond ASCII cannot be
 *            UTF-8. UTF-16 is refused with a word on how to save. A line of a UTF-8 file that is not UTF-8 is a bad line.
 * Lines      end in LF or CRLF. Blank ones and those that begin with # are passed over. Quotes end in the line in which they begin:
 *            one that was forgotten spoils one line and not the rest of the file.
 * Places     lines and columns count from 1, columns in characters, as an editor shows them.
 * Limits     SHEET_BYTES_MAX a file, SHEET_COLUMNS_MAX columns.
 * Threads    one owner.
 */
#ifndef CTL_SHEET_H
#define CTL_SHEET_H

#include <stdbool.h>
#include <stddef.h>

#include "common/fault.h"

enum { SHEET_COLUMNS_MAX = 32, SHEET_BYTES_MAX = 256 * 1024 * 1024 };

struct column { const char *name, *also; bool needed; };    /* also: other headings, "单位名称|名称"; tables end with NULL */

struct cell { const char *text; unsigned column; };         /* without blanks around; NULL: the heading has no such column */
struct sheet_row { unsigned line; struct cell cells[SHEET_COLUMNS_MAX]; };      /* in the order of the table of columns */
struct sheet_error { unsigned line, column; char why[200]; };

struct sheet;
/* NULL with a sentence that names file, line and column. */
struct sheet *sheet_open(const char *path, const struct column *columns, struct fault *f);
/* The same over bytes, which are copied; `path` is for sentences. */
struct sheet *sheet_new(const char *path, const void *bytes, size_t len, const struct column *columns, struct fault *f);
void sheet_free(struct sheet *s);

bool sheet_is_gb18030(const struct sheet *s);

/* 1: a row, good until the next call. 0: no more. -1: this line is bad, and the next may be read. */
int sheet_next(struct sheet *s, struct sheet_row *row, struct sheet_error *e);

#endif
