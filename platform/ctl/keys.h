/* keys - `fengsui keys`: the keys that sign the archive's checkpoints. */
#ifndef CTL_KEYS_H
#define CTL_KEYS_H

#include "common/cli.h"

int keys_run(struct cli *cli, int argc, char **argv);      /* the exit code */

#endif
