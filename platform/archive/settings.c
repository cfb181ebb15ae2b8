#include "archive/settings.h"

#include <stddef.h>
#include <stdio.h>

#include "archive/archive.h"

static const struct setting rows[] = {
    { "store", SETTING_TEXT, offsetof(struct archive_settings, store), "/var/lib/fengsui/archive", 0, 0, NULL,
      "Where the archive is: a folder (SQLite, a file per month), or postgresql: and what libpq connects by, as in "
      "\"postgresql:host=/run/postgresql dbname=fengsui\"" },
    { "checkpoints", SETTING_TEXT, offsetof(struct archive_settings, checkpoints), "", 0, 0, NULL,
      "File of the signed checkpoints; empty for checkpoints.jsonl in the archive's folder, and none with a server" },
    { "keys", SETTING_TEXT, offsetof(struct archive_settings, keys), "/var/lib/fengsui/keys", 0, 0, NULL,
      "Folder of the keys that sign checkpoints, made by `fengsui keys init`" },
};

const char *archive_checkpoints(const struct archive_settings *s, char *room, size_t cap)
{
    if (*s->checkpoints != '\0')
        return s->checkpoints;
    if (archive_is_server(s->store) || snprintf(room, cap, "%s/checkpoints.jsonl", s->store) >= (int)cap)
        return NULL;
    return room;
}

struct settings_section archive_section(struct archive_settings *into)
{
    return (struct settings_section){ "archive", rows, sizeof rows / sizeof rows[0], into };
}
