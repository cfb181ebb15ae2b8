/* export - incidents, warnings and notices out of the archive, in the forms of lib/exchange, on standard output or into a file. */
#ifndef CTL_EXPORT_H
#define CTL_EXPORT_H

#include "common/cli.h"

extern const char export_usage[];       /* its lines of the program's help */

/* argv[0] is "export". Gives the exit code; what is wrong is said on standard error. */
int export_run(struct cli *cli, int argc, char **argv);

#endif
