/* fengsui-report - one week out of the archive, as a page and as data. */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "archive/attest.h"
#include "archive/settings.h"
#include "common/cli.h"
#include "common/clock.h"
#include "events/event.h"
#include "report/render.h"

static const char usage[] =
    "Usage: fengsui-report [--week 2026-W47] [--status actual] [--out PREFIX] [-c FILE]\n"
    "Writes PREFIX.html and PREFIX.json: the week's alerts and incidents beside the week before; with a key also\n"
    "PREFIX.sig, which `fengsui verify --report` checks.\n\n"
    "      --week WEEK        ISO 8601 week (default: the one we are in)\n"
    "      --status STATUS    actual (default), exercise or test: they are never mixed\n"
    "      --out PREFIX       where to write (default: the week's name in this folder)\n"
    "      --archive STORE    the archive, instead of the setting archive.store\n"
    "  -c, --config FILE      settings (default /etc/fengsui/fengsui.yaml)\n"
    "      --set NAME=VALUE, --dump-config, -T, -v, -h, -V as everywhere\n";

struct settings { char *regions, *keys; };

static const struct setting rows[] = {
    { "regions", SETTING_TEXT, offsetof(struct settings, regions), "", 0, 0, NULL,
      "CSV that names the regions (code,name_zh,name_en,level,parent); empty leaves codes" },
    { "keys", SETTING_TEXT, offsetof(struct settings, keys), "", 0, 0, NULL,
      "Folder of the keys that sign reports, made by `fengsui keys init --keys`; empty for unsigned ones" },
};

enum { OPTION_WEEK = CLI_OPTION_OWN, OPTION_STATUS, OPTION_OUT, OPTION_ARCHIVE };

/* The whole file or none: written beside and renamed. */
static int write_file(const char *prefix, const char *suffix, void (*render)(const struct model *m, FILE *out),
                      const struct model *m, struct fault *f)
{
    char path[4096], fresh[4112];
    if (snprintf(path, sizeof path, "%s.%s", prefix, suffix) >= (int)sizeof path)
        return fault_set(f, -ENAMETOOLONG, "%s: the path is too long", prefix);
    snprintf(fresh, sizeof fresh, "%s.part", path);
    FILE *out = fopen(fresh, "we");
    if (out == NULL)
        return fault_set(f, -errno, "%s: %s", fresh, strerror(errno));
    errno = 0;
    render(m, out);
    bool written = fflush(out) == 0 && !ferror(out);
    int why = errno;
    fclose(out);
    if (written && rename(fresh, path) < 0) {
        written = false;
        why = errno;
    }
    if (!written) {
        unlink(fresh);
        return fault_set(f, why ? -why : -EIO, "%s: %s", path, why ? strerror(why) : "it cannot be written");
    }
    printf("%s\n", path);
    return 0;
}

/* What was written, and after which of the archive's checkpoints. */
static int sign(const struct settings *s, const struct archive_settings *place, const char *prefix, struct fault *f)
{
    char html[4096], json[4096], sig[4096], room[4200];
    const char *const files[] = { html, json };
    if (*s->keys == '\0')
        return 0;
    snprintf(html, sizeof html, "%s.html", prefix);
    snprintf(json, sizeof json, "%s.json", prefix);
    snprintf(sig, sizeof sig, "%s.sig", prefix);
    int rc = attest_files(sig, files, 2, archive_checkpoints(place, room, sizeof room), s->keys, clock_wall_us(), f);
    if (rc == 0)
        printf("%s\n", sig);
    return rc;
}

/* 0, or an exit code with its sentence. */
static int report(struct model *m, const struct settings *s, const struct archive_settings *place, const char *week, const char *prefix, struct fault *f)
{
    if (model_week(m, week, f) < 0)
        return EX_USAGE;
    if (model_collect(m, place->store, s->regions, f) < 0)
        return f->code == -EACCES ? EX_NOPERM : EX_NOINPUT;
    if (write_file(prefix, "html", render_html, m, f) < 0 || write_file(prefix, "json", render_json, m, f) < 0)
        return EX_CANTCREAT;
    return sign(s, place, prefix, f) < 0 ? EX_CANTCREAT : EX_OK;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        { "week", required_argument, NULL, OPTION_WEEK }, { "status", required_argument, NULL, OPTION_STATUS },
        { "out", required_argument, NULL, OPTION_OUT }, { "archive", required_argument, NULL, OPTION_ARCHIVE },
        CLI_LONG, { 0 },
    };
    struct cli cli = { .program = "fengsui-report", .usage = usage, .level = LOG_LEVEL_INFO };
    struct settings s = { 0 };
    struct archive_settings place = { 0 };
    struct settings_section sections[] = { { "report", rows, sizeof rows / sizeof rows[0], &s }, archive_section(&place) };
    const char *week = NULL, *status = "actual", *out = NULL;
    char archive[4096];             /* the setting that --archive stands for */
    char this_week[16];
    struct fault f = { 0 };
    for (int option; (option = getopt_long(argc, argv, CLI_SHORT, options, NULL)) != -1;) {
        switch (option) {
        case OPTION_WEEK:    week = optarg; break;
        case OPTION_STATUS:  status = optarg; break;
        case OPTION_OUT:     out = optarg; break;
        case OPTION_ARCHIVE:
            if (snprintf(archive, sizeof archive, "archive.store=%s", optarg) >= (int)sizeof archive)
                return cli_fail(&cli, EX_USAGE, "--archive: the name is too long");
            cli_common(&cli, CLI_OPTION_SET, archive);
            break;
        default:
            if (!cli_common(&cli, option, optarg))
                return EX_USAGE;
        }
    }
    if (optind < argc)
        return cli_fail(&cli, EX_USAGE, "unexpected \"%s\"; see --help", argv[optind]);
    if (event_status_parse(status) < 0)
        return cli_fail(&cli, EX_USAGE, "--status: expected actual, exercise or test, not \"%s\"", status);
    time_t now = time(NULL);
    struct tm tm;
    localtime_r(&now, &tm);
    strftime(this_week, sizeof this_week, "%G-W%V", &tm);
    int code = cli_settings(&cli, sections, 2);
    log_open(cli.program, cli.level);
    struct model *m = calloc(1, sizeof *m);
    if (m == NULL)
        return cli_fail(&cli, EX_OSERR, "no memory");
    snprintf(m->status, sizeof m->status, "%s", status);
    if (week == NULL)
        week = this_week;
    if (code == 0 && !cli.check && (code = report(m, &s, &place, week, out != NULL ? out : week, &f)) != 0)
        cli_fail(&cli, code, "%s", f.why);
    free(m);
    settings_free(sections, 2);
    return code;
}
