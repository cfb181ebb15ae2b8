/* fengsui - the operator's tool: `up` runs everything on one machine, `status` says how the streams stand. */
#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bus/backlog.h"
#include "bus/settings.h"
#include "common/cli.h"
#include "ctl/archive.h"
#include "ctl/audit.h"
#include "ctl/call.h"
#include "ctl/figures.h"
#include "ctl/command.h"
#include "ctl/drill.h"
#include "ctl/export.h"
#include "ctl/export_assets.h"
#include "ctl/import.h"
#include "ctl/keys.h"
#include "ctl/intel.h"
#include "ctl/up.h"
#include "ctl/verify.h"

#define CONTROL_SOCKET "/run/fengsui/sensor.sock"

static const char usage[] =
    "Usage: fengsui up [--dir DIR] [--exercise FOLDER] [--port N] [--leave] [-c FILE]\n"
    "       fengsui status [-c FILE]\n"
    "       fengsui export ID|--since TIME [--format FORM] [--out FILE] [-c FILE]\n"
    "       fengsui export assets [--region CODE] [--out FILE] [-c FILE]\n"
    "       fengsui command KIND COMMAND [ID] [name=value ...] --role ROLE [--version N]\n"
    "       fengsui drill score ID [--table FILE] [--json|--csv] [--out FILE] [-c FILE]\n"
    "       fengsui import WHAT FILE [--dry-run] [-c FILE]\n"
    "       fengsui verify [--evidence DIR] [--key PUB] [--report FILE] [--json] [-c FILE]\n"
    "       fengsui audit [--who NAME] [--what KIND/ID] [--since TIME] [--until TIME] [--json|--csv] [-c FILE]\n"
    "       fengsui keys init|show|rotate [--keys DIR] [-c FILE]\n"
    "       fengsui rules test RULES CAPTURE\n"
    "       fengsui rules check RULES\n"
    "       fengsui intel check FILE\n"
    "       fengsui sensor reload|status [--socket PATH]\n\n"
    "up       starts a private Redis, correlator, archiver and console below DIR, and a notifier when FILE names whom to\n"
    "         tell; plays the drill in FOLDER once, shows incidents, report and address, and ends everything at Ctrl-C\n"
    "  --dir DIR          where it all lives (default run)\n"
    "  --share DIR        folder with rules/ and deploy/ (default .)\n"
    "  --web DIR          folder of the console's built page (default: web beside this program)\n"
    "  --exercise FOLDER  captures and sensors.csv to play\n"
    "  --port N           of the console on 127.0.0.1 (default 8600)\n"
    "  --leave            end when everything has arrived\n"
    "  -c, --config FILE  settings over those that it writes itself: notifier.targets, for one\n"
    "status   every stream with its groups: entries, pending, not yet read; what the correlators saw and forgot\n"
    "  -c, --config FILE  settings (default /etc/fengsui/fengsui.yaml)\n"
    "command  a decision about an incident, a warning, a notice ...; fengsui command --help lists them\n"
    "verify   whether the archive is what was archived: chains, signed checkpoints, every row; names what was changed\n"
    "  --evidence DIR     evidence captures too, against the SM3 in their alerts\n"
    "  --key PUB          believe the line of keys from this public key on: yours, from a safe place\n"
    "  --report FILE      a report's .sig instead: its files, its signature, the checkpoint it was made after\n"
    "  --archive STORE  --checkpoints FILE  --keys DIR    instead of archive.store, .checkpoints and .keys\n"
    "  --json             a line of JSON for each finding, and one for the verdict\n"
    "keys     the SM2 keys that sign checkpoints: make them, show them, put a new one in the old one's place\n"
    "rules test    which of the RULES hold in CAPTURE, and what stopped the others\n"
    "rules check   what is wrong with RULES, and which of them cost more than they must\n"
    "intel check   each line of a file of indicators (CSV, JSON lines, STIX 2.1) that sensors would refuse, and why\n"
    "sensor reload    the running sensor reads its rules again; each refusal, and what is in force\n"
    "sensor status    what is in force, and how much it has seen\n"
    "  --socket PATH      its control.socket (default " CONTROL_SOCKET ")\n"
    "  -h, --help  -V, --version\n";

static volatile int stop_asked;

static void on_signal(int number)
{
    (void)number;
    stop_asked = 1;
}

enum { OPTION_DIR = CLI_OPTION_OWN, OPTION_SHARE, OPTION_WEB, OPTION_EXERCISE, OPTION_PORT, OPTION_LEAVE, OPTION_SOCKET };

static int up(struct cli *cli, int argc, char **argv)
{
    static const struct option options[] = {
        { "dir", required_argument, NULL, OPTION_DIR }, { "share", required_argument, NULL, OPTION_SHARE },
        { "web", required_argument, NULL, OPTION_WEB }, { "exercise", required_argument, NULL, OPTION_EXERCISE },
        { "port", required_argument, NULL, OPTION_PORT }, { "leave", no_argument, NULL, OPTION_LEAVE }, CLI_LONG, { 0 },
    };
    char programs[PATH_MAX] = "", web[PATH_MAX + 8], share[PATH_MAX];
    struct up_plan plan = { .dir = "run", .share = ".", .port = 8600 };
    if (readlink("/proc/self/exe", programs, sizeof programs - 1) < 0)
        return cli_fail(cli, EX_OSERR, "/proc/self/exe cannot be read");
    plan.programs = dirname(programs);
    snprintf(web, sizeof web, "%s/web", plan.programs);
    plan.web = web;
    for (int option; (option = getopt_long(argc, argv, CLI_SHORT, options, NULL)) != -1;) {
        char *end = NULL;
        switch (option) {
        case OPTION_DIR:      plan.dir = optarg; break;
        case OPTION_SHARE:    plan.share = optarg; break;
        case OPTION_WEB:      plan.web = optarg; break;
        case OPTION_EXERCISE: plan.exercise = optarg; break;
        case OPTION_LEAVE:    plan.leave = true; break;
        case OPTION_PORT:
            plan.port = strtoull(optarg, &end, 10);
            if (*end != '\0' || plan.port == 0 || plan.port > 65535)
                return cli_fail(cli, EX_USAGE, "--port: expected 1 to 65535, not \"%s\"", optarg);
            break;
        default:
            if (!cli_common(cli, option, optarg))
                return EX_USAGE;
        }
    }
    plan.config = cli->config;
    if (cli->config_over != NULL)
        return cli_fail(cli, EX_USAGE, "up: expected one --config: the settings that it writes are the first");
    if (plan.config != NULL && access(plan.config, R_OK) != 0)
        return cli_fail(cli, EX_NOINPUT, "%s: %s", plan.config, strerror(errno));
    if (realpath(plan.share, share) == NULL)
        return cli_fail(cli, EX_NOINPUT, "--share: no folder \"%s\"", plan.share);
    plan.share = share;
    struct sigaction act = { .sa_handler = on_signal };
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
    signal(SIGPIPE, SIG_IGN);
    return up_run(&plan, &stop_asked);
}

static void status_row(void *ctx, const struct backlog_row *r)
{
    (void)ctx;
    printf("%-8s %-10s %-12s %10llu %10llu ", r->region, stream_names[r->stream], r->group, (unsigned long long)r->length,
           (unsigned long long)r->pending);
    if (r->lag >= 0)
        printf("%10lld\n", (long long)r->lag);
    else
        printf("%10s\n", "?");
}

static int status(struct cli *cli, int argc, char **argv)
{
    static const struct option options[] = { CLI_LONG, { 0 } };
    struct bus_settings bus = { 0 };
    struct settings_section section = bus_section(&bus);
    struct fault f;
    for (int option; (option = getopt_long(argc, argv, CLI_SHORT, options, NULL)) != -1;)
        if (!cli_common(cli, option, optarg))
            return EX_USAGE;
    int code = cli_settings(cli, &section, 1);
    if (code == 0 && *bus.redis == '\0')
        code = cli_fail(cli, EX_CONFIG, "bus.redis: expected unix:/path/to/socket or tcp:host:port, but it is empty");
    if (code == 0) {
        printf("%-8s %-10s %-12s %10s %10s %10s\n", "region", "stream", "group", "entries", "pending", "not read");
        if (backlog_read(bus.redis, bus.user, bus.password, status_row, NULL, &f) < 0 || figures_print(&bus, &f) < 0)
            code = cli_fail(cli, EX_UNAVAILABLE, "%s", f.why);
    }
    settings_free(&section, 1);
    return code;
}

/* The sensor does it, with default settings, so that the answer is the same everywhere. */
static int rules(struct cli *cli, int argc, char **argv)
{
    char programs[PATH_MAX] = "", sensor[PATH_MAX + 16];
    bool test = argc == 4 && strcmp(argv[1], "test") == 0, check = argc == 3 && strcmp(argv[1], "check") == 0;
    if (!test && !check)
        return cli_fail(cli, EX_USAGE, "expected rules test RULES CAPTURE, or rules check RULES; see --help");
    if (readlink("/proc/self/exe", programs, sizeof programs - 1) < 0)
        return cli_fail(cli, EX_OSERR, "/proc/self/exe cannot be read");
    snprintf(sensor, sizeof sensor, "%s/fengsui-sensor", dirname(programs));
    const char *const testing[] = { sensor, "-c", "/dev/null", "-k", "none", "-S", argv[2], "--json", "/dev/null",
                                    "--explain", "-r", argv[3], NULL };
    const char *const checking[] = { sensor, "-c", "/dev/null", "-T", "--explain", "-S", argv[2], NULL };
    execv(sensor, (char *const *)(uintptr_t)(test ? testing : checking));
    return cli_fail(cli, EX_UNAVAILABLE, "%s cannot be run", sensor);
}

static int sensor(struct cli *cli, int argc, char **argv)
{
    static const struct option options[] = { { "socket", required_argument, NULL, OPTION_SOCKET }, CLI_LONG, { 0 } };
    const char *path = CONTROL_SOCKET;
    struct fault f;
    for (int option; (option = getopt_long(argc, argv, CLI_SHORT, options, NULL)) != -1;) {
        if (option == OPTION_SOCKET)
            path = optarg;
        else if (!cli_common(cli, option, optarg))
            return EX_USAGE;
    }
    const char *word = optind + 1 == argc ? argv[optind] : "";
    if (strcmp(word, "reload") != 0 && strcmp(word, "status") != 0)
        return cli_fail(cli, EX_USAGE, "expected sensor reload or sensor status; see --help");
    int rc = call_sensor(path, word, &f);
    return rc == 0 ? 0 : cli_fail(cli, rc == -EPROTO ? EX_CONFIG : rc == -EACCES ? EX_NOPERM : EX_UNAVAILABLE, "%s", f.why);
}

int main(int argc, char **argv)
{
    struct cli cli = { .program = "fengsui", .usage = usage, .level = LOG_LEVEL_INFO };
    log_open(cli.program, cli.level);
    if (argc > 1 && strcmp(argv[1], "up") == 0)
        return up(&cli, argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "status") == 0)
        return status(&cli, argc - 1, argv + 1);
    if (argc > 2 && strcmp(argv[1], "export") == 0 && strcmp(argv[2], "assets") == 0)
        return export_assets_run(&cli, argc - 2, argv + 2);
    if (argc > 1 && strcmp(argv[1], "export") == 0)
        return export_run(&cli, argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "command") == 0)
        return command_run(&cli, argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "import") == 0)
        return import_run(&cli, argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "verify") == 0)
        return verify_run(&cli, argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "audit") == 0)
        return audit_run(&cli, argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "keys") == 0)
        return keys_run(&cli, argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "archive") == 0)
        return archive_run(&cli, argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "drill") == 0)
        return drill_run(&cli, argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "rules") == 0)
        return rules(&cli, argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "intel") == 0)
        return intel_run(&cli, argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "sensor") == 0)
        return sensor(&cli, argc - 1, argv + 1);
    if (argc > 1 && (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0))
        return fputs(usage, stdout) < 0 || fputs(export_usage, stdout) < 0 || fputs(export_assets_usage, stdout) < 0
               || fputs(import_usage, stdout) < 0 || fputs(audit_usage, stdout) < 0 || fputs(archive_usage, stdout) < 0
               || fputs(drill_usage, stdout) < 0;
    if (argc > 1 && (strcmp(argv[1], "-V") == 0 || strcmp(argv[1], "--version") == 0))
        return printf("fengsui %s\n", FENGSUI_VERSION) < 0;
    if (argc > 1)
        return cli_fail(&cli, EX_USAGE, "expected up, status, export, command, drill, import, verify, audit, keys, rules, intel or sensor, not \"%s\"; see --help", argv[1]);
    return fputs(usage, stderr), EX_USAGE;
}
