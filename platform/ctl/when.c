#include "ctl/when.h"

#include <stdio.h>
#include <string.h>

#include "common/clock.h"

int when_option(const struct cli *cli, const char *option, const char *text, uint64_t *out)
{
    char midnight[32];
    bool day = strlen(text) == 10;
    snprintf(midnight, sizeof midnight, "%.10sT00:00:00", text);
    if (clock_parse(day ? midnight : text, out) != 0)
        return cli_fail(cli, EX_USAGE, "%s: expected a time as in 2026-11-21T08:00:00+08:00, or a day, not \"%s\"", option, text);
    if (day)
        *out -= (uint64_t)((int64_t)clock_offset_s() * 1000000);
    return 0;
}
