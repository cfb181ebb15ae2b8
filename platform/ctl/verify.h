/* verify - `fengsui verify`: whether archive, evidence and reports are what they were. */
#ifndef CTL_VERIFY_H
#define CTL_VERIFY_H

#include "common/cli.h"

/* The exit code: 0 whole, 1 findings, 2 broken; else one of sysexits.h. */
int verify_run(struct cli *cli, int argc, char **argv);

#endif
