/* drill - what a drill was worth, from the archive: fengsui drill score. */
#ifndef CTL_DRILL_H
#define CTL_DRILL_H

#include "common/cli.h"

extern const char drill_usage[];        /* its part of the help */

/* Runs `fengsui drill ...`; gives the exit code. */
int drill_run(struct cli *cli, int argc, char **argv);

#endif
