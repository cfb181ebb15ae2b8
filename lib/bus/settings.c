#include "bus/settings.h"

#include <stddef.h>

const struct setting bus_setting_rows[] = {
    { "redis", SETTING_TEXT, offsetof(struct bus_settings, redis), "", 0, 0, NULL,
      "Where Redis listens: unix:/path/to/socket or tcp:host:port; empty for none" },
    { "user", SETTING_TEXT, offsetof(struct bus_settings, user), "", 0, 0, NULL,
      "Redis user (ACL) of this program; empty for the default user" },
    { "password", SETTING_TEXT, offsetof(struct bus_settings, password), "", 0, 0, NULL,
      "Password of that user; the settings file must then be readable by this program's user alone" },
};
const size_t bus_setting_count = sizeof bus_setting_rows / sizeof bus_setting_rows[0];

struct settings_section bus_section(struct bus_settings *into)
{
    return (struct settings_section){ "bus", bus_setting_rows, bus_setting_count, into };
}
