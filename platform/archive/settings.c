#include "archive/settings.h"

#include <stddef.h>

static const struct setting rows[] = {
    { "store", SETTING_TEXT, offsetof(struct archive_settings, store), "/var/lib/fengsui/archive", 0, 0, NULL,
      "Where the archive is: a folder (SQLite, a file per month), or postgresql: and what libpq connects by, as in "
      "\"postgresql:host=/run/postgresql dbname=fengsui\"" },
};

struct settings_section archive_section(struct archive_settings *into)
{
    return (struct settings_section){ "archive", rows, sizeof rows / sizeof rows[0], into };
}
