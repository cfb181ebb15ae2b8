#include "ctl/audit.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/audit.h"
#include "archive/settings.h"
#include "common/clock.h"
#include "common/csv.h"
#include "common/mask.h"
#include "ctl/when.h"
#include "events/kind.h"
#include "events/load.h"
#include "events/masked.h"

const char audit_usage[] =
    "audit    审计清单 · every command, refusal and change with its link of the chain, in the order in which they were archived\n"
    "  --who NAME         of this person; of a program: correlator, archiver, system\n"
    "  --what KIND|ID|KIND/ID   about such matters (warning), this one (W-430100-...), or: command, refusal, checkpoint, retention\n"
    "  --since TIME, --until TIME   decided from then on, and before then (a day, or RFC 3339)\n"
    "  --all              alerts, flows and the rest of the chain, too: each `prev` is then the `sm3` of the line before\n"
    "  --json, --csv      a line each, instead of text; of --json the event as it was archived, unless something is masked in it\n"
    "  --archive STORE    instead of archive.store\n";

enum { OPTION_WHO = CLI_OPTION_OWN, OPTION_WHAT, OPTION_SINCE, OPTION_UNTIL, OPTION_ALL, OPTION_JSON, OPTION_CSV, OPTION_ARCHIVE };
enum { NOTE_MAX = 6144, BROKEN = 2 };

struct listing {
    struct audit_query query;
    const char  *archive;
    void (*put)(struct listing *l, const struct audit_entry *e, const char *when, const char *note);
    char         what[128];
    uint64_t     broken;
    struct fault fault;
};

/* ---- for people ---- */

static const char text_heads[] = "月份 month  序号 seq  时间 time  何人 who (角色 role)  何事 what\n"
                                 "        前环 prev: 链上前一条的 SM3 · of the row before it in the chain\n"
                                 "        本环 sm3\n";

static void print_what(const struct audit_entry *e)
{
    if (strcmp(e->type, "command") == 0)
        printf("command: %s %s %s", e->deed, e->kind, e->id);
    else if (strcmp(e->type, "refusal") == 0)
        printf("refused (%s): %s %s %s", e->state, e->deed, e->kind, e->id);
    else
        printf("%s%s%s %s", e->deed, *e->deed != '\0' ? " " : "", *e->kind != '\0' ? e->kind : e->type, e->id);
    if (e->version > 0)
        printf(" #%" PRIu64, e->version);
    if (*e->state != '\0' && strcmp(e->type, "refusal") != 0)
        printf(" -> %s", e->state);
}

static void put_text(struct listing *l, const struct audit_entry *e, const char *when, const char *note)
{
    (void)l;
    printf("%s %8" PRIu64 "  %s  %s", e->month, e->seq, when, *e->who != '\0' ? e->who : "-");
    if (*e->role != '\0')
        printf(" (%s)", e->role);
    printf("  ");
    print_what(e);
    printf("%s%s\n        prev %s\n        sm3  %s%s\n", *note != '\0' ? ": " : "", note, e->prev, e->sm3,
           e->follows ? "" : "  DOES NOT FOLLOW 与前环不符");
}

/* ---- for spreadsheets and programs ---- */

static const char csv_heads[] = "\xef\xbb\xbf"      /* without it Excel reads UTF-8 as the machine's own letters */
    "月份 month,序号 seq,时间 time,何人 who,角色 role,类别 type,对象 kind,编号 id,版本 version,动作 deed,状态 state,说明 note,命令 command,"
    "前环 prev,本环 sm3,相符 follows\r\n";

static void put_csv(struct listing *l, const struct audit_entry *e, const char *when, const char *note)
{
    char room[4 * NOTE_MAX], number[2][24];
    struct text t = text_over(room, sizeof room);
    (void)l;
    snprintf(number[0], sizeof number[0], "%" PRIu64, e->seq);
    snprintf(number[1], sizeof number[1], "%" PRIu64, e->version);
    const char *const cells[] = { e->month, number[0], when, e->who, e->role, e->type, e->kind, e->id, number[1], e->deed, e->state, note,
                                  e->command, e->prev, e->sm3, e->follows ? "yes" : "NO" };
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
        text_str(&t, i > 0 ? "," : "");
        csv_put(&t, cells[i]);
    }
    text_lit(&t, "\r\n");
    fwrite(t.at, 1, t.len, stdout);
}

static void member(struct text *t, const char *name, const char *value)
{
    text_fmt(t, ",\"%s\":\"", name);
    text_json(t, value, strlen(value));
    text_char(t, '"');
}

/* The event as it was archived, byte for byte; or masked, when something in it has to be. Owned by the caller. */
static char *shown_event(const struct audit_entry *e, bool *masked, struct fault *f)
{
    json_t *event = event_load(e->json, e->len, f), *copy = json_deep_copy(event);
    char *shown = NULL;
    int rc = copy == NULL ? fault_set(f, -ENOMEM, "no memory for an event") : event_mask(copy, f);
    *masked = rc == 0 && !json_equal(event, copy);
    if (rc == 0)
        shown = *masked ? json_dumps(copy, JSON_COMPACT) : strndup(e->json, e->len);
    json_decref(copy);
    json_decref(event);
    return shown;
}

static void put_json(struct listing *l, const struct audit_entry *e, const char *when, const char *note)
{
    bool masked = false;
    char *event = e->len > 0 ? shown_event(e, &masked, &l->fault) : strdup("");
    size_t room = event != NULL ? 6 * strlen(event) + 8 * NOTE_MAX : 0;
    struct text t = text_over(malloc(room), room);
    if (event != NULL && t.at != NULL) {
        text_fmt(&t, "{\"month\":\"%s\",\"seq\":%" PRIu64 ",\"time\":\"%s\"", e->month, e->seq, when);
        const char *const members[][2] = { { "who", e->who }, { "role", e->role }, { "type", e->type }, { "kind", e->kind }, { "id", e->id },
                                           { "deed", e->deed }, { "state", e->state }, { "note", note }, { "command", e->command },
                                           { "region", e->region }, { "prev", e->prev }, { "sm3", e->sm3 }, { "event", event } };
        for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
            member(&t, members[i][0], members[i][1]);
        text_fmt(&t, ",\"version\":%" PRIu64 ",\"masked\":%s,\"follows\":%s}\n", e->version, masked ? "true" : "false",
                 e->follows ? "true" : "false");
        fwrite(t.at, 1, t.len, stdout);
    } else if (l->fault.code == 0) {
        fault_set(&l->fault, -ENOMEM, "no memory for an event");
    }
    free(t.at);
    free(event);
}

/* ---- the command ---- */

static bool take_entry(void *ctx, const struct audit_entry *e)
{
    struct listing *l = ctx;
    char when[CLOCK_TEXT_MAX] = "", note[NOTE_MAX];
    struct text t = text_over(note, sizeof note - 1);
    if (e->time_us > 0)
        clock_text(e->time_us, when);
    mask_text(e->note, strlen(e->note), &t);
    text_end(&t);
    for (char *p = note; *p != '\0'; p++)
        *p = *p == '\n' || *p == '\r' || *p == '\t' ? ' ' : *p;
    l->broken += !e->follows;
    l->put(l, e, when, note);
    return l->fault.code == 0 && !ferror(stdout);
}

/* "warning", "W-430100-...", "warning/W-430100-..." */
static void take_what(struct listing *l, const char *what)
{
    snprintf(l->what, sizeof l->what, "%s", what);
    char *slash = strchr(l->what, '/');
    if (slash != NULL) {
        *slash = '\0';
        l->query.kind = l->what;
        l->query.id = slash + 1;
    } else if (kind_of_id(what) != NULL) {
        l->query.id = l->what;
    } else {
        l->query.kind = l->what;
    }
}

/* 0, or an exit code after a sentence; -1: not ours. */
static int take_option(struct cli *cli, struct listing *l, int option, const char *argument)
{
    switch (option) {
    case OPTION_WHO:     l->query.who = argument; return 0;
    case OPTION_WHAT:    take_what(l, argument); return 0;
    case OPTION_SINCE:   return when_option(cli, "--since", argument, &l->query.since_us);
    case OPTION_UNTIL:   return when_option(cli, "--until", argument, &l->query.until_us);
    case OPTION_ALL:     l->query.all = true; return 0;
    case OPTION_JSON:    l->put = put_json; return 0;
    case OPTION_CSV:     l->put = put_csv; return 0;
    case OPTION_ARCHIVE: l->archive = argument; return 0;
    default:             return -1;
    }
}

static int carry_out(const struct cli *cli, struct listing *l, const char *store)
{
    struct fault f = { 0 };
    struct archive *a = archive_open(store, ARCHIVE_VERIFY, &f);
    if (a == NULL)
        return cli_fail(cli, f.code == -ENOENT ? EX_NOINPUT : f.code == -EACCES ? EX_NOPERM : EX_UNAVAILABLE, "%s", f.why);
    fputs(l->put == put_text ? text_heads : l->put == put_csv ? csv_heads : "", stdout);
    int rc = archive_audit(a, &l->query, take_entry, l, &f);
    archive_close(a);
    if (rc == 0 && l->fault.code != 0)
        rc = fault_set(&f, l->fault.code, "%s", l->fault.why);
    if (rc == 0 && (fflush(stdout) != 0 || ferror(stdout)))
        rc = fault_set(&f, -EIO, "standard output: %s", strerror(errno));
    if (rc != 0)
        return cli_fail(cli, rc == -EIO ? EX_IOERR : rc == -EILSEQ ? EX_DATAERR : EX_UNAVAILABLE, "%s", f.why);
    if (l->broken > 0)
        return cli_fail(cli, BROKEN, "%" PRIu64 " entries do not follow the row before them: fengsui verify says more", l->broken);
    return EX_OK;
}

int audit_run(struct cli *cli, int argc, char **argv)
{
    static const struct option options[] = {
        { "who", required_argument, NULL, OPTION_WHO }, { "what", required_argument, NULL, OPTION_WHAT },
        { "since", required_argument, NULL, OPTION_SINCE }, { "until", required_argument, NULL, OPTION_UNTIL },
        { "all", no_argument, NULL, OPTION_ALL }, { "json", no_argument, NULL, OPTION_JSON }, { "csv", no_argument, NULL, OPTION_CSV },
        { "archive", required_argument, NULL, OPTION_ARCHIVE }, CLI_LONG, { 0 },
    };
    struct listing l = { .put = put_text };
    struct archive_settings s = { 0 };
    struct settings_section section = archive_section(&s);
    for (int option; (option = getopt_long(argc, argv, CLI_SHORT, options, NULL)) != -1;) {
        int rc = take_option(cli, &l, option, optarg);
        if (rc > 0 || (rc < 0 && !cli_common(cli, option, optarg)))
            return rc > 0 ? rc : EX_USAGE;
    }
    if (optind < argc)
        return cli_fail(cli, EX_USAGE, "audit: unexpected \"%s\"; see --help", argv[optind]);
    int code = cli_settings(cli, &section, 1);
    if (code == 0 && !cli->check)
        code = carry_out(cli, &l, l.archive != NULL ? l.archive : s.store);
    settings_free(&section, 1);
    return code;
}
