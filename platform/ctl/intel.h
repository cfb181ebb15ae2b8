/* intel - `fengsui intel check FILE`: what sensors would make of a file of indicators. */
#ifndef CTL_INTEL_H
#define CTL_INTEL_H

#include "common/cli.h"

/* argv[0] is "intel". A line on standard output for each that is refused or has expired, then how many of which kind are good.
 * EX_OK, or EX_DATAERR when one is refused. */
int intel_run(struct cli *cli, int argc, char **argv);

#endif
