#include "ctl/archive.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "archive/archive.h"
#include "archive/backup.h"
#include "archive/settings.h"
#include "common/clock.h"

const char archive_usage[] =
    "archive status            每月条数 · every month with its rows and bytes, the oldest event, and what was removed when\n"
    "archive backup DIR        备份 · a copy, while the archiver writes; DIR must be empty or not there yet\n"
    "archive restore DIR TO    恢复 · a backup into TO (a folder, or postgresql:...), every month compared with what it was\n"
    "archive drill DIR         恢复演练 · the same into a place of its own that is removed again: would it come back?\n";

static void day_text(uint64_t us, char out[16])
{
    time_t t = (time_t)(us / 1000000);
    struct tm tm;
    localtime_r(&t, &tm);
    strftime(out, 16, "%Y-%m-%d", &tm);
}

/* ---- status ---- */

struct sums { uint64_t rows, versions, bytes, oldest_us; unsigned months; };

static void month_line(void *sums, const struct archive_month *m)
{
    struct sums *s = sums;
    char oldest[16] = "-", newest[16] = "-";
    if (m->oldest_us != 0) {
        day_text(m->oldest_us, oldest);
        day_text(m->newest_us, newest);
        s->oldest_us = s->oldest_us == 0 || m->oldest_us < s->oldest_us ? m->oldest_us : s->oldest_us;
    }
    printf("%-8s %12llu %10llu %10.1f  %-10s %-10s\n", m->name, (unsigned long long)m->rows, (unsigned long long)m->versions,
           (double)m->bytes / (1 << 20), oldest, newest);
    s->rows += m->rows;
    s->versions += m->versions;
    s->bytes += m->bytes;
    s->months++;
}

static bool removal_line(void *count, const char *json, size_t len, const char *cursor)
{
    json_t *event = json_loadb(json, len, 0, NULL);
    const json_t *r = json_object_get(event, "retention");
    const char *when = json_string_value(json_object_get(event, "timestamp")), *month = json_string_value(json_object_get(r, "month"));
    (void)cursor;
    if (when != NULL && month != NULL)
        printf("%s%-8s %12lld  on %.10s, after %lld days\n", (*(unsigned *)count)++ == 0 ? "\nremoved\n" : "", month,
               json_integer_value(json_object_get(r, "rows")), when, json_integer_value(json_object_get(r, "keep_days")));
    json_decref(event);
    return true;
}

static int status(const char *store, struct fault *f)
{
    struct archive_query removals = { .event_type = "retention", .limit = 1200 };
    struct sums s = { 0 };
    unsigned removed = 0;
    struct archive *a = archive_open(store, ARCHIVE_READ, f);
    if (a == NULL)
        return f->code;
    printf("%-8s %12s %10s %10s  %-10s %-10s\n", "month", "events", "versions", "MiB", "oldest", "newest");
    int rc = archive_status(a, month_line, &s, f);
    if (rc == 0 && s.months > 0)
        printf("%-8s %12llu %10llu %10.1f\n", "all", (unsigned long long)s.rows, (unsigned long long)s.versions,
               (double)s.bytes / (1 << 20));
    uint64_t now = clock_wall_us();
    if (rc == 0 && s.oldest_us != 0 && now > s.oldest_us)
        printf("\nthe oldest event is %llu days old\n", (unsigned long long)((now - s.oldest_us) / UINT64_C(86400000000)));
    if (rc == 0)
        rc = archive_find(a, &removals, removal_line, &removed, f);
    archive_close(a);
    return rc;
}

/* ---- copies ---- */

static void part_line(void *unused, const struct archive_part *p)
{
    (void)unused;
    if (p->wrong[0] != '\0')
        printf("%-24s WRONG: %s\n", p->name, p->wrong);
    else
        printf("%-24s %12llu %10llu  ok\n", p->name, (unsigned long long)p->rows, (unsigned long long)p->versions);
    fflush(stdout);
}

/* The verdict, in both languages: this line is what goes into the drill's record. */
static int verdict(int wrong, const char *dir)
{
    if (wrong == 0)
        printf("%s: restored whole, every part as it was · 可完整恢复\n", dir);
    else
        printf("%s: %d part%s not as it was · 有 %d 处与备份时不符\n", dir, wrong, wrong == 1 ? " is" : "s are", wrong);
    return wrong == 0 ? EX_OK : EX_DATAERR;
}

static int exit_code(const struct fault *f)
{
    return f->code == -EINVAL ? EX_USAGE : f->code == -ENOENT ? EX_NOINPUT : f->code == -EACCES ? EX_NOPERM
         : f->code == -ENOTEMPTY || f->code == -EEXIST ? EX_CANTCREAT : EX_UNAVAILABLE;
}

static int work(struct cli *cli, const char *store, int argc, char **argv)
{
    struct fault f = { 0 };
    const char *verb = argv[0];
    int rc;
    if (argc == 1 && strcmp(verb, "status") == 0)
        rc = status(store, &f);
    else if (argc == 2 && strcmp(verb, "backup") == 0)
        rc = archive_backup(store, argv[1], part_line, NULL, &f);
    else if (argc == 3 && strcmp(verb, "restore") == 0)
        rc = archive_restore(argv[1], argv[2], part_line, NULL, &f);
    else if (argc == 2 && strcmp(verb, "drill") == 0)
        rc = archive_drill(argv[1], store, part_line, NULL, &f);
    else
        return cli_fail(cli, EX_USAGE, "expected archive status, backup DIR, restore DIR TO or drill DIR; see --help");
    if (rc < 0)
        return cli_fail(cli, exit_code(&f), "%s", f.why);
    return strcmp(verb, "restore") == 0 || strcmp(verb, "drill") == 0 ? verdict(rc, argv[1]) : EX_OK;
}

int archive_run(struct cli *cli, int argc, char **argv)
{
    static const struct option options[] = { CLI_LONG, { 0 } };
    struct archive_settings place = { 0 };
    struct settings_section section = archive_section(&place);
    for (int option; (option = getopt_long(argc, argv, CLI_SHORT, options, NULL)) != -1;)
        if (!cli_common(cli, option, optarg))
            return EX_USAGE;
    int code = cli_settings(cli, &section, 1);
    if (code == 0 && optind == argc)
        code = cli_fail(cli, EX_USAGE, "expected archive status, backup DIR, restore DIR TO or drill DIR; see --help");
    if (code == 0)
        code = work(cli, place.store, argc - optind, argv + optind);
    settings_free(&section, 1);
    return code;
}
