/* archive/settings - the section "archive" of fengsui.yaml, which every program that writes or reads the archive has. */
#ifndef ARCHIVE_SETTINGS_H
#define ARCHIVE_SETTINGS_H

#include "common/settings.h"

struct archive_settings {
    char *store;                /* as archive_open() takes it */
    char *checkpoints, *keys;   /* of the chain (notary.h) */
};

/* Where the checkpoints are; NULL: nowhere. It may be written into `room`. */
const char *archive_checkpoints(const struct archive_settings *s, char *room, size_t cap);

/* { "archive", rows, count, into } */
struct settings_section archive_section(struct archive_settings *into);

#endif
