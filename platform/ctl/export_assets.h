/* export_assets - `fengsui export assets`: what is registered as the CSV that sensors read (events/asset.h), so that one source feeds
 * both. Retired assets and those of other regions (--region) are left out. */
#ifndef CTL_EXPORT_ASSETS_H
#define CTL_EXPORT_ASSETS_H

#include "common/cli.h"

extern const char export_assets_usage[];

/* argv[0] is "assets". Gives the exit code; what is wrong is said on standard error. */
int export_assets_run(struct cli *cli, int argc, char **argv);

#endif
