/* audit - who did what and when, out of the archive, each entry with its link of the chain: for people, for programs, and to
 * be checked by hand. */
#ifndef CTL_AUDIT_H
#define CTL_AUDIT_H

#include "common/cli.h"

extern const char audit_usage[];        /* its lines of the program's help */

/* argv[0] is "audit". Gives the exit code; what is wrong is said on standard error. */
int audit_run(struct cli *cli, int argc, char **argv);

#endif
