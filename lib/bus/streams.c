#include "bus/streams.h"

#include <stdio.h>

const char *const stream_names[STREAM_COUNT] = {
    [STREAM_ALERTS]    = "alerts",
    [STREAM_EVENTS]    = "events",
    [STREAM_INCIDENTS] = "incidents",
    [STREAM_WARNINGS]  = "warnings",
    [STREAM_COMMANDS]  = "commands",
    [STREAM_INTEL]     = "intel",
    [STREAM_DEAD]      = "dead",
    [STREAM_PARTS]     = "parts",
};

const char stream_regions_key[] = "fengsui:regions";

static size_t spell(char out[STREAM_KEY_MAX], const char *region, const char *what, const char *of)
{
    int n = snprintf(out, STREAM_KEY_MAX, "fengsui:{%s}:%s%s", region, what, of);
    return n < STREAM_KEY_MAX ? (size_t)n : STREAM_KEY_MAX - 1;
}

size_t stream_key(char out[STREAM_KEY_MAX], const char *region, enum stream s)
{
    return spell(out, region, stream_names[s], "");
}

size_t stream_sensors_key(char out[STREAM_KEY_MAX], const char *region)
{
    return spell(out, region, "sensors", "");
}

size_t stream_mark_key(char out[STREAM_KEY_MAX], const char *region, const char *group)
{
    return spell(out, region, "mark:", group);
}

size_t stream_lease_key(char out[STREAM_KEY_MAX], const char *region, const char *group)
{
    return spell(out, region, "lease:", group);
}

size_t stream_state_key(char out[STREAM_KEY_MAX], const char *region, const char *suffix)
{
    return spell(out, region, suffix, "");
}

bool stream_region_fits(const char *region)
{
    size_t n = 0;
    for (; region[n] != '\0'; n++)
        if (!((region[n] >= '0' && region[n] <= '9') || (region[n] >= 'A' && region[n] <= 'Z') ||
              (region[n] >= 'a' && region[n] <= 'z') || region[n] == '-' || region[n] == '_'))
            return false;
    return n > 0 && n <= STREAM_REGION_MAX;
}
