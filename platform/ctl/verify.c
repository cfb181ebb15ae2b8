#include "ctl/verify.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "archive/attest.h"
#include "archive/settings.h"
#include "archive/verify.h"
#include "common/clock.h"
#include "common/text.h"

enum { OPTION_ARCHIVE = CLI_OPTION_OWN, OPTION_CHECKPOINTS, OPTION_KEYS, OPTION_KEY, OPTION_EVIDENCE, OPTION_REPORT, OPTION_JSON };

struct asked { const char *archive, *checkpoints, *keys, *key, *evidence, *report; bool json; };

static const char *const grades[] = { [VERDICT_WHOLE] = "whole", [VERDICT_FINDINGS] = "finding", [VERDICT_BROKEN] = "broken" };

/* ---- for people ---- */

static void tell_text(void *ctx, const struct finding *x)
{
    char when[CLOCK_TEXT_MAX] = "";
    (void)ctx;
    if (x->time_us > 0)
        clock_text((uint64_t)x->time_us, when);
    printf("%-7s %-10s %s", grades[x->grade], x->what, x->place);
    if (x->seq > 0)
        printf(" no. %" PRIu64, x->seq);
    if (*x->id != '\0')
        printf(" %s", x->id);
    printf("%s%s: %s\n", *when != '\0' ? " of " : "", when, x->sentence);
}

static void sum_text(const struct verify_sum *s, int verdict)
{
    static const char *const words[] = { "whole 完整", "findings 有疑点，需人工核对", "BROKEN 已被改动或损坏" };
    if (s->rows > 0 || s->months > 0)
        printf("%" PRIu64 " months, %" PRIu64 " rows in their chains", s->months, s->rows);
    else
        printf("the report's files");
    printf("; %" PRIu64 " files sealed (every byte), %" PRIu64 " open (every row); %" PRIu64 " checkpoints; %" PRIu64
           " evidence files\n", s->sealed_files, s->open_files, s->checkpoints, s->evidence_files);
    if (*s->key != '\0')
        printf("believed from key %s on: compare it with the fingerprint that you were given 请核对公钥指纹\n", s->key);
    printf("%s", words[verdict]);
    if (s->broken + s->findings > 0)
        printf(": %" PRIu64 " broken, %" PRIu64 " findings", s->broken, s->findings);
    putchar('\n');
}

/* ---- for programs ---- */

static void put_member(const char *name, const char *value)
{
    char room[4096];
    struct text t = text_over(room, sizeof room);
    text_json(&t, value, strlen(value));
    printf(",\"%s\":\"%s\"", name, text_end(&t));
}

static void tell_json(void *ctx, const struct finding *x)
{
    char when[CLOCK_TEXT_MAX];
    (void)ctx;
    printf("{\"grade\":\"%s\",\"what\":\"%s\"", grades[x->grade], x->what);
    put_member("place", x->place);
    if (x->seq > 0)
        printf(",\"seq\":%" PRIu64, x->seq);
    if (*x->id != '\0')
        put_member("id", x->id);
    if (x->time_us > 0) {
        clock_text((uint64_t)x->time_us, when);
        put_member("time", when);
    }
    put_member("sentence", x->sentence);
    puts("}");
}

static void sum_json(const struct verify_sum *s, int verdict)
{
    static const char *const words[] = { "whole", "findings", "broken" };
    printf("{\"verdict\":\"%s\",\"broken\":%" PRIu64 ",\"findings\":%" PRIu64 ",\"months\":%" PRIu64 ",\"rows\":%" PRIu64
           ",\"sealed_files\":%" PRIu64 ",\"open_files\":%" PRIu64 ",\"checkpoints\":%" PRIu64 ",\"keys\":%" PRIu64
           ",\"evidence_files\":%" PRIu64 ",\"key\":\"%s\"}\n", words[verdict], s->broken, s->findings, s->months, s->rows,
           s->sealed_files, s->open_files, s->checkpoints, s->keys, s->evidence_files, s->key);
}

/* ---- the command ---- */

#define HOUR_US INT64_C(3600000000)

static int carry_out(const struct cli *cli, const struct asked *a, const struct archive_settings *s)
{
    char room[4200];
    struct archive_settings here = *s;
    struct verify_sum sum;
    struct fault f = { 0 };
    if (a->archive != NULL)
        here.store = (char *)(uintptr_t)a->archive;
    struct verify_plan p = {
        .where = here.store, .keys = a->keys != NULL ? a->keys : s->keys, .key = a->key, .evidence = a->evidence,
        .checkpoints = a->checkpoints != NULL ? a->checkpoints : archive_checkpoints(&here, room, sizeof room),
        .back_us = HOUR_US, .silence_us = 3 * HOUR_US, .tell = a->json ? tell_json : tell_text,
    };
    if (a->report != NULL && p.checkpoints != NULL && access(p.checkpoints, R_OK) != 0)
        p.checkpoints = NULL;               /* whoever reads a report need not have the archive */
    int verdict = a->report != NULL ? attest_verify(&p, a->report, &sum, &f) : verify_archive(&p, &sum, &f);
    if (verdict < 0)
        return cli_fail(cli, verdict == -ENOENT ? EX_NOINPUT : verdict == -EACCES ? EX_NOPERM
                           : EX_UNAVAILABLE, "%s", f.why);
    (a->json ? sum_json : sum_text)(&sum, verdict);
    return verdict;
}

int verify_run(struct cli *cli, int argc, char **argv)
{
    static const struct option options[] = {
        { "archive", required_argument, NULL, OPTION_ARCHIVE }, { "checkpoints", required_argument, NULL, OPTION_CHECKPOINTS },
        { "keys", required_argument, NULL, OPTION_KEYS }, { "key", required_argument, NULL, OPTION_KEY },
        { "evidence", required_argument, NULL, OPTION_EVIDENCE }, { "report", required_argument, NULL, OPTION_REPORT },
        { "json", no_argument, NULL, OPTION_JSON }, CLI_LONG, { 0 },
    };
    struct archive_settings s = { 0 };
    struct settings_section section = archive_section(&s);
    struct asked a = { 0 };
    for (int option; (option = getopt_long(argc, argv, CLI_SHORT, options, NULL)) != -1;) {
        switch (option) {
        case OPTION_ARCHIVE:     a.archive = optarg; break;
        case OPTION_CHECKPOINTS: a.checkpoints = optarg; break;
        case OPTION_KEYS:        a.keys = optarg; break;
        case OPTION_KEY:         a.key = optarg; break;
        case OPTION_EVIDENCE:    a.evidence = optarg; break;
        case OPTION_REPORT:      a.report = optarg; break;
        case OPTION_JSON:        a.json = true; break;
        default:
            if (!cli_common(cli, option, optarg))
                return EX_USAGE;
        }
    }
    if (optind < argc)
        return cli_fail(cli, EX_USAGE, "unexpected \"%s\"; see --help", argv[optind]);
    int code = cli_settings(cli, &section, 1);
    if (code == 0)
        code = carry_out(cli, &a, &s);
    settings_free(&section, 1);
    return code;
}
