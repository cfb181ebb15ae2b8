/* when - a time as people type it: RFC 3339, or a day, which is its first moment here. */
#ifndef CTL_WHEN_H
#define CTL_WHEN_H

#include <stdint.h>

#include "common/cli.h"

/* 0, or EX_USAGE after a sentence that names the option. */
int when_option(const struct cli *cli, const char *option, const char *text, uint64_t *out);

#endif
