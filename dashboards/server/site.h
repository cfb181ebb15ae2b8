/* site - the page's files, held in memory and found by exact name, so no path ever reaches the file system.
 *
 * Read once at start and again on HUP (all of the new, or all of the old stays). A file NAME.gz beside NAME is its
 * gzip form for clients that take it. Hidden files, and those beyond the limits, are an error and not left out.
 * Threads    the loop's.
 */
#ifndef DASHBOARDS_SITE_H
#define DASHBOARDS_SITE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/fault.h"

enum { SITE_FILES_MAX = 512, SITE_DEPTH_MAX = 4, SITE_FILE_MAX = 16 << 20, SITE_NAME_MAX = 256, ETAG_MAX = 40 };

struct site_file {
    char        name[SITE_NAME_MAX];    /* "/main-X2.js" */
    const char *type;                   /* "text/javascript; charset=utf-8" */
    char        etag[ETAG_MAX];         /* with its quotes; of the plain form */
    char       *plain, *gzip;           /* gzip NULL when there is none */
    size_t      plain_len, gzip_len;
    bool        immutable;              /* its name holds its content's hash */
};

struct site;
struct site *site_open(const char *dir, struct fault *f);
void site_close(struct site *s);

/* `path` as sent, still escaped, without the query; "/" is /index.html. NULL: there is none. */
const struct site_file *site_find(const struct site *s, const char *path);

/* One more file under a name of our choosing (the map). Same limits. */
int site_add(struct site *s, const char *name, const char *path, struct fault *f);

/* Whether `etag` is among If-None-Match's tags (RFC 9110 section 13.1.2, weak comparison). */
bool site_matches(const char *if_none_match, const char *etag);

#endif
