/* command - what a person decides, from the command line to the correlator, and what became of it. */
#ifndef CTL_COMMAND_H
#define CTL_COMMAND_H

#include "common/cli.h"

/* fengsui command KIND COMMAND [ID] [name=value ...]; gives the exit code. */
int command_run(struct cli *cli, int argc, char **argv);

#endif
