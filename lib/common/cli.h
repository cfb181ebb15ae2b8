/* cli - what every program of the house understands on its command line, said once.
 *
 *     -c FILE   settings            --set name=value   one setting over the file
 *     -T        check and say       --dump-config      the settings in force, as YAML
 *     -v        say more            --list-settings    every setting, as the manual page has them
 *     -h, --help                    -V, --version
 *
 * A second -c is read over the first: what only one program may know, its Redis password, need not be in the file that
 * all of them read.
 *
 * A program has its own options beside these; cli_common() takes what is common and says whether it did.
 * Exit codes are those of sysexits.h: 0 done, 64 wrong command line, 66 no such input, 70 our own fault,
 * 71 the system refused, 74 input or output failed, 75 try again later, 77 no permission, 78 wrong settings.
 */
#ifndef COMMON_CLI_H
#define COMMON_CLI_H

#include <stdbool.h>
#include <sysexits.h>

#include "common/log.h"
#include "common/settings.h"

enum { CLI_SET_MAX = 64 };

struct cli {
    const char *program;
    const char *usage;              /* the whole help text */
    const char *config;             /* -c; NULL: the default path when it exists */
    const char *config_over;        /* a second -c; NULL: none */
    const char *set[CLI_SET_MAX];
    unsigned    set_count;
    bool        check, dump, manual;
    enum log_level level;
};

enum { CLI_OPTION_SET = 1000, CLI_OPTION_DUMP, CLI_OPTION_MANUAL, CLI_OPTION_OWN = 1100 };

/* For getopt_long(): put these beside the program's own. */
#define CLI_SHORT "c:ThVv"
#define CLI_LONG \
    { "config", required_argument, NULL, 'c' }, { "test", no_argument, NULL, 'T' }, \
    { "set", required_argument, NULL, CLI_OPTION_SET }, { "dump-config", no_argument, NULL, CLI_OPTION_DUMP }, \
    { "list-settings", no_argument, NULL, CLI_OPTION_MANUAL }, { "help", no_argument, NULL, 'h' }, \
    { "version", no_argument, NULL, 'V' }, { "verbose", no_argument, NULL, 'v' }

/* True when the option was one of the common ones. -h and -V print and leave the program. */
bool cli_common(struct cli *c, int option, const char *argument);

/* Defaults, then the file, then --set. With --dump-config or --list-settings prints and leaves. 0, or an exit code after a sentence. */
int cli_settings(const struct cli *c, const struct settings_section *sections, size_t count);

/* "fengsui-sensor: sentence" on standard error; gives the exit code back. */
__attribute__((format(printf, 3, 4)))
int cli_fail(const struct cli *c, int exit_code, const char *fmt, ...);

#endif
