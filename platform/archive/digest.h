/* digest - a part of the archive as one number: the SM3 of what it holds, in an order that both stores have. */
#ifndef ARCHIVE_DIGEST_H
#define ARCHIVE_DIGEST_H

#include "archive/backup.h"
#include "archive/store.h"

extern const char archive_incidents_part[];         /* "incidents"; every other part is a month */

/* Fills all but .wrong. */
int archive_digest(struct archive *a, const char *part, struct archive_part *out, struct fault *f);

#endif
