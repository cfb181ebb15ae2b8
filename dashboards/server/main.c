/* fengsui-dashboard - the console: a page and an API over the archive and the live streams. */
#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <string.h>

#include "archive/settings.h"
#include "bus/settings.h"
#include "common/cli.h"
#include "common/log.h"
#include "dashboards/server/server.h"

static const char usage[] =
    "usage: fengsui-dashboard [-c FILE] [--set NAME=VALUE]... [-T] [-v]\n"
    "\n"
    "Serves the console on this machine: live alerts, incidents, the map, and the API behind them.\n"
    "It only reads: the streams in Redis and the archive.\n"
    "\n"
    "  -c, --config FILE   settings, sections `dashboard` and `bus` (/etc/fengsui/fengsui.yaml)\n"
    "      --set NAME=VALUE    one setting over the file, such as dashboard.listen=127.0.0.1:8700\n"
    "  -T, --test          check the settings, the page and the map, and leave\n"
    "      --dump-config   print the settings in force and leave\n"
    "  -v, --verbose       say more\n"
    "  -h, --help   -V, --version\n"
    "\n"
    "Signals: INT and TERM end it, HUP loads the page's files anew.\n";

#define AT(member) offsetof(struct dashboard_settings, member)
#define MIB (UINT64_C(1) << 20)

static const struct setting rows[] = {
    { "listen", SETTING_TEXT, AT(listen), "127.0.0.1:8600", 0, 0, NULL,
      "Where it listens; an address of this machine only, as there is no sign-in yet. Port 0 takes any that is free" },
    { "hosts", SETTING_LIST, AT(hosts), NULL, 0, 0, NULL,
      "Further host names it answers to, for a proxy on this machine; others are refused" },
    { "web", SETTING_TEXT, AT(web), "/usr/share/fengsui/web", 0, 0, NULL, "Folder of the built page" },
    { "regions", SETTING_TEXT, AT(regions), "/usr/share/fengsui/data/hunan_regions.csv", 0, 0, NULL,
      "Region codes and names: code,name_zh,name_en,level,parent" },
    { "map", SETTING_TEXT, AT(map), "/usr/share/fengsui/data/hunan-prefectures.geojson", 0, 0, NULL,
      "GeoJSON of the regions, each with its code as `adcode`; public display needs a reviewed map" },
    { "archive_threads", SETTING_UINT, AT(archive_threads), "2", 1, READER_THREADS_MAX, NULL,
      "Threads that ask the archive" },
    { "archive_waiting", SETTING_UINT, AT(archive_waiting), "64", 1, 10000, NULL,
      "Questions that may wait for the archive before further ones are refused" },
    { "stream.clients", SETTING_UINT, AT(clients), "256", 1, 100000, NULL, "Clients that may watch the live stream" },
    { "stream.frames", SETTING_UINT, AT(frames), "4096", 16, 1000000, NULL,
      "Events held for clients that come back after a broken connection" },
    { "stream.waiting", SETTING_SIZE, AT(waiting_bytes), "8 MiB", MIB / 4, 1024 * MIB, NULL,
      "Bytes that may wait for one client before it is dropped as too slow; half of it is held for those that come back" },
    { "stream.recent", SETTING_UINT, AT(recent), "500", 1, 100000, NULL,
      "Entries of each stream that are read back at start" },
    { "sensor_silent", SETTING_TIME, AT(sensor_silent_us), "30 s", 1000000, UINT64_C(86400000000), NULL,
      "A sensor whose heartbeat is older than this is shown as silent" },
};

static const struct option options[] = { CLI_LONG, { NULL, 0, NULL, 0 } };

static int exit_code(const struct fault *f)
{
    switch (-f->code) {
    case EINVAL: case EPERM: return EX_CONFIG;
    case ENOENT:             return EX_NOINPUT;
    case EACCES:             return EX_NOPERM;
    case EADDRINUSE:         return EX_TEMPFAIL;
    default:                 return EX_OSERR;
    }
}

static int run(const struct cli *c, const struct dashboard_settings *settings, const struct bus_settings *bus)
{
    struct fault f = { 0 };
    struct server *s = server_open(settings, bus, &f);
    if (s == NULL)
        return cli_fail(c, exit_code(&f), "%s", f.why);
    if (!c->check) {
        log_info("http://%.*s:%u/", (int)(strrchr(settings->listen, ':') - settings->listen), settings->listen,
                 server_port(s));
        server_run(s);
    }
    server_close(s);
    return EX_OK;
}

int main(int argc, char **argv)
{
    struct cli c = { .program = "fengsui-dashboard", .usage = usage, .level = LOG_LEVEL_INFO };
    struct dashboard_settings settings = { 0 };
    struct bus_settings bus = { 0 };
    struct archive_settings place = { 0 };
    const struct settings_section sections[] = {
        { "dashboard", rows, sizeof rows / sizeof rows[0], &settings }, bus_section(&bus), archive_section(&place),
    };
    for (int option; (option = getopt_long(argc, argv, CLI_SHORT, options, NULL)) != -1;)
        if (!cli_common(&c, option, optarg))
            return EX_USAGE;
    if (optind < argc)
        return cli_fail(&c, EX_USAGE, "`%s` is one word too many; -h shows what it takes", argv[optind]);
    log_open("dashboard", c.level);
    int rc = cli_settings(&c, sections, 3);
    settings.archive = place.store;
    if (rc == EX_OK)
        rc = run(&c, &settings, &bus);
    settings_free(sections, 3);
    return rc;
}
