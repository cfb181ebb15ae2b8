/* archive - what the archive holds, a copy of it, and the proof that the copy can be restored. */
#ifndef CTL_ARCHIVE_H
#define CTL_ARCHIVE_H

#include "common/cli.h"

extern const char archive_usage[];      /* its lines of the program's help */

/* argv[0] is "archive". Gives the exit code; what is wrong is said on standard error. */
int archive_run(struct cli *cli, int argc, char **argv);

#endif
