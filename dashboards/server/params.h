/* params - the query part of an API address, read strictly into what the archive can be asked.
 *
 *     region=4301&severity_most=2&from=2026-11-21T00:00:00Z&limit=50
 *
 * One table row per parameter. What is not in the table, given twice, badly escaped, not UTF-8 or out of its
 * range is an error that names the parameter, since a filter that is quietly ignored shows the wrong rows.
 * Ownership  .query and .by point into .text: a struct params is not copied or moved.
 */
#ifndef DASHBOARDS_PARAMS_H
#define DASHBOARDS_PARAMS_H

#include "archive/archive.h"

enum { PARAMS_TEXT_MAX = 2048, PARAM_NAME_MAX = 32, PAGE_MAX = 500, PAGE_DEFAULT = 100 };

enum params_of {            /* which parameters an address takes */
    PARAMS_EVENTS = 1,      /* filters and paging */
    PARAMS_COUNTS = 2,      /* filters, by, limit */
    PARAMS_ONE = 4,         /* paging only */
    PARAMS_STREAM = 8       /* recent */
};

struct params {
    struct archive_query query;
    const char *by;                     /* NULL when not given */
    unsigned    recent;
    char        text[PARAMS_TEXT_MAX];
    size_t      used;
    uint32_t    seen;                   /* a bit per row of the table */
};

struct param_fault {
    const char *code;                   /* "unknown", "repeated", "malformed", "range": for programs */
    char        name[PARAM_NAME_MAX];
    char        why[200];               /* for people */
};

/* `text` is what stands behind the question mark, or NULL. 0 or -EINVAL with the fault. */
int params_parse(const char *text, enum params_of of, struct params *out, struct param_fault *f);

#endif
