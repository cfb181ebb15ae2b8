/* Any bytes as a table that somebody sent.
 * What must hold: it is read to its end or refused with a sentence; lines only go on; a row has every column that is needed; what is
 * bad has a line and a column. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "ctl/sheet.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const struct column columns[] = { { "name", "名称|资产名称", true }, { "unit", "单位", true }, { "role", "用途", false }, { 0 } };

static void check_row(const struct sheet_row *row)
{
    for (int i = 0; i < 2; i++) {
        assert(row->cells[i].text != NULL && row->cells[i].column > 0);
        assert(strchr(row->cells[i].text, '\n') == NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct fault f;
    struct sheet_row row;
    struct sheet_error e;
    unsigned line = 0;
    struct sheet *s = sheet_new("f", bytes, size, columns, &f);
    if (s == NULL) {
        assert(f.code < 0 && strncmp(f.why, "f:", 2) == 0);
        return 0;
    }
    for (int got; (got = sheet_next(s, &row, &e)) != 0; ) {
        unsigned now = got > 0 ? row.line : e.line;
        assert(now > line && (got > 0 || (e.column > 0 && *e.why != '\0')));
        if (got > 0)
            check_row(&row);
        line = now;
    }
    sheet_free(s);
    return 0;
}
