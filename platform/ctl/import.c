#include "ctl/import.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bus/poster.h"
#include "bus/settings.h"
#include "bus/streams.h"
#include "common/clock.h"
#include "events/command.h"

const char import_usage[] =
    "import   the lines of a file as commands, each bad line reported and nothing of it applied; fengsui import --help\n";

static const struct importable *const importables[] = { &import_units, &import_assets, &import_indicators, NULL };

enum { OPTION_DRY = CLI_OPTION_OWN, OPTION_ROLE, OPTION_REGION, OPTION_SCOPE, OPTION_WAIT, OPTION_ACTIVATE, OPTION_DAYS, OPTION_REGIONS, MAKER_MAX = 80, SENTENCE_MAX = 640 };

struct sent { struct posted posted; unsigned line; enum import_change change; const char *then; bool counted; };    /* .id and .json are owned */
struct follow { char region[MATTER_REGION_MAX], subject[MATTER_ID_MAX]; const char *kind, *command; uint64_t version; unsigned line; };

struct import {
    const struct cli *cli;
    const char *path, *region, *scope;
    struct poster *poster;      /* NULL: no Redis, and only the file is looked at */
    struct organisation *organisation;
    bool     dry;
    unsigned role;
    uint64_t began_us, patience_us;
    char     who[WHO_MAX], maker[MAKER_MAX];
    struct sent sent[POSTER_MOST];
    size_t   sent_count;
    struct follow follow[POSTER_MOST];      /* what is to come after the answers */
    size_t   follow_count;
    bool     activates;
    uint64_t days;
    json_t  *regions;           /* owned; NULL: none given */
    uint64_t done[3], unchanged, bad;       /* done: by enum import_change */
};

uint64_t import_now(const struct import *i)
{
    return i->began_us;
}

const char *import_region(const struct import *i)
{
    return i->region;
}

const struct organisation *import_organisation(const struct import *i)
{
    return i->organisation;
}

bool import_activates(const struct import *i)
{
    return i->activates;
}

uint64_t import_days(const struct import *i)
{
    return i->days;
}

const json_t *import_regions(const struct import *i)
{
    return i->regions;
}

unsigned import_role(const struct import *i)
{
    return i->role;
}

/* ---- the report ---- */

void import_bad(struct import *i, unsigned line, unsigned column, const char *fmt, ...)
{
    char said[SENTENCE_MAX];
    va_list args;
    va_start(args, fmt);
    vsnprintf(said, sizeof said, fmt, args);
    va_end(args);
    if (column > 0)
        printf("%s:%u:%u: %s\n", i->path, line, column, said);
    else
        printf("%s:%u: %s\n", i->path, line, said);
    i->bad++;
}

void import_bad_said(struct import *i, const struct fault *why)
{
    puts(why->why);
    i->bad++;
}

void import_note(const struct import *i, const char *fmt, ...)
{
    char said[SENTENCE_MAX];
    va_list args;
    va_start(args, fmt);
    vsnprintf(said, sizeof said, fmt, args);
    va_end(args);
    fprintf(stderr, "%s: %s\n", i->path, said);
}

void import_unchanged(struct import *i)
{
    i->unchanged++;
}

static void report_sum(const struct import *i)
{
    printf("%s%" PRIu64 " new, %" PRIu64 " changed, %" PRIu64 " retired, %" PRIu64 " unchanged, %" PRIu64 " bad\n",
           i->dry ? "dry run, nothing posted: " : "", i->done[IMPORT_NEW], i->done[IMPORT_CHANGED], i->done[IMPORT_RETIRED], i->unchanged, i->bad);
}

/* ---- commands ---- */

static void sent_free(struct sent *s)
{
    free((char *)(uintptr_t)s->posted.id);
    free((char *)(uintptr_t)s->posted.json);
    free((char *)(uintptr_t)s->posted.region);
}

static void follow_up(struct import *i, const struct sent *s, const struct answer *a)
{
    const struct kind *k = kind_of_id(a->id);
    if (s->then == NULL || k == NULL || i->follow_count == POSTER_MOST)
        return;
    struct follow *f = &i->follow[i->follow_count++];
    *f = (struct follow){ .kind = k->name, .command = s->then, .version = a->version, .line = s->line };
    snprintf(f->region, sizeof f->region, "%s", s->posted.region);
    snprintf(f->subject, sizeof f->subject, "%s", a->id);
}

static void on_answer(void *ctx, size_t place, const char *text, size_t len)
{
    struct import *i = ctx;
    const struct sent *s = &i->sent[place];
    struct answer a;
    struct fault f;
    if (answer_parse(text, len, &a, &f) != 0) {
        import_bad(i, s->line, 0, "the answer cannot be read: %s", f.why);
        return;
    }
    if (a.applied) {
        i->done[s->change] += s->counted;
        follow_up(i, s, &a);
    } else {
        import_bad(i, s->line, 0, "refused (%s): %s (%s)", a.code, a.en, a.zh);
    }
    answer_free(&a);
}

static int send_all(struct import *i, struct fault *f)
{
    struct posted posted[POSTER_MOST];
    size_t count = i->sent_count;
    for (size_t n = 0; n < count; n++)
        posted[n] = i->sent[n].posted;
    int rc = count > 0 ? poster_send(i->poster, posted, count, COMMAND_ANSWERS, i->patience_us, on_answer, i, f) : 0;
    if (rc >= 0 && (size_t)rc < count)
        rc = fault_set(f, -EAGAIN, "%zu of the commands up to line %u have no answer; they stand in the stream and will be applied once. "
                       "Does a correlator run? The same import again goes on where this one stopped", count - (size_t)rc, i->sent[count - 1].line);
    for (size_t n = 0; n < count; n++)
        sent_free(&i->sent[n]);
    i->sent_count = 0;
    return rc < 0 ? rc : 0;
}

/* The command's text, owned; NULL: it is too long, and said so. */
static char *command_text(struct import *i, const struct import_order *o, const char *id)
{
    static char json[COMMAND_BYTES_MAX];
    const struct command c = {
        .id = id, .region = o->region, .at_us = i->began_us, .kind = o->kind, .name = o->command, .subject = o->subject, .version = o->version,
        .who = i->who, .role = i->role, .scope = { *i->scope != '\0' ? i->scope : o->region, "", "" }, .args = o->args,
    };
    struct text t = text_over(json, sizeof json);
    command_json(&c, &t);
    return strndup(t.at, t.cut ? 0 : t.len);
}

/* `then` as in import_post_then(); `follows`: it is one of these, and not counted again. */
static int enqueue(struct import *i, const struct import_order *o, const char *then, bool follows, struct fault *f)
{
    char id[COMMAND_ID_MAX];
    snprintf(id, sizeof id, "%s-%u%s", i->maker, o->line, follows ? "-then" : "");
    char *json = command_text(i, o, id), *name = strdup(id), *region = strdup(o->region);
    if (json == NULL || name == NULL || region == NULL || *json == '\0') {
        bool long_one = json != NULL && name != NULL && region != NULL;
        free(json), free(name), free(region);
        if (!long_one)
            return fault_set(f, -ENOMEM, "no memory");
        import_bad(i, o->line, 0, "the line makes a command of more than %d bytes", COMMAND_BYTES_MAX);
        return 0;
    }
    i->sent[i->sent_count++] = (struct sent){ { region, name, json, strlen(json) }, o->line, o->change, then, !follows };
    return 0;
}

/* What builds on the answers goes out when they have come: no more than there were. */
static int send_what_follows(struct import *i, struct fault *f)
{
    int rc = 0;
    for (size_t n = 0; n < i->follow_count && rc == 0; n++) {
        const struct follow *w = &i->follow[n];
        rc = enqueue(i, &(struct import_order){ w->line, IMPORT_CHANGED, w->region, w->kind, w->command, w->subject, w->version, NULL }, NULL, true, f);
    }
    i->follow_count = 0;
    return rc == 0 ? send_all(i, f) : rc;
}

int import_flush(struct import *i, struct fault *f)
{
    int rc = send_all(i, f);
    return rc == 0 && i->follow_count > 0 ? send_what_follows(i, f) : rc;
}

static int queue(struct import *i, const struct import_order *o, const char *then, struct fault *f)
{
    int rc = enqueue(i, o, then, false, f);
    return rc == 0 && i->sent_count == POSTER_MOST ? import_flush(i, f) : rc;
}

/* Checked by the tables of its kind first: what they refuse need not be posted to be known as bad. */
int import_post_then(struct import *i, const struct import_order *o, const char *then, struct fault *f)
{
    struct fault why;
    int rc = 0;
    if (!stream_region_fits(o->region))
        import_bad(i, o->line, 0, "\"%s\" cannot be a region", o->region);
    else if (arguments_check(kind_named(o->kind), o->command, o->args, false, &why) != 0)
        import_bad(i, o->line, 0, "%s", why.why);
    else if (i->dry)
        i->done[o->change]++;
    else
        rc = queue(i, o, then, f);
    json_decref(o->args);
    return rc;
}

int import_post(struct import *i, const struct import_order *o, struct fault *f)
{
    return import_post_then(i, o, NULL, f);
}

/* ---- what is registered ---- */

struct reading {
    const struct kind *kind;
    void (*each)(void *ctx, struct matter *m);
    void *ctx;
    struct fault *f;
    int rc;
};

static void on_field(void *ctx, const char *region, const char *name, const char *value, size_t len)
{
    struct reading *r = ctx;
    struct matter m;
    (void)region;
    if (kind_of_id(name) != r->kind || r->rc != 0)
        return;
    r->rc = matter_parse(value, len, &m, r->f);
    if (r->rc == 0)
        r->each(r->ctx, &m);
}

int import_current(struct import *i, const char *kind, void (*each)(void *ctx, struct matter *m), void *ctx, struct fault *f)
{
    struct reading r = { kind_named(kind), each, ctx, f, 0 };
    int rc = i->poster != NULL ? poster_fields(i->poster, MATTERS_KEPT, on_field, &r, f) : 0;
    return rc != 0 ? rc : r.rc;
}

/* ---- the command line ---- */

struct order { const char *what, *path, *region, *scope, *role, *regions; uint64_t wait_s, days; bool dry, activate; };

static int help(void)
{
    fputs("Usage: fengsui import WHAT FILE [--dry-run] [--role ROLE] [--region CODE] [--scope CODE] [--wait SECONDS] [-c FILE]\n"
          "       fengsui import indicators FILE --role ROLE --region CODE [--activate] [--days N] [--regions CODES]\n\n", stdout);
    for (size_t n = 0; importables[n] != NULL; n++)
        printf("%-10s %s\n", importables[n]->name, importables[n]->help);
    fputs("\n  --dry-run          say what is bad and what would be done, and do nothing\n"
          "  --role ROLE        who you are: admin (default), supervisor, duty_officer or analyst\n"
          "  --region CODE      into that region's stream; else each line into its own prefecture's\n"
          "  --scope CODE       region that you may act in (default: each line's)\n"
          "  --wait SECONDS     without any answer after which to give up (default 60)\n"
          "indicators:\n"
          "  --activate         and bring them into force, as duty_officer or supervisor\n"
          "  --days N           for so long, when the file does not say until when\n"
          "  --regions CODES    whose sensors look for them, separated by commas; else the region's own\n"
          "  -c, --config FILE  settings (default /etc/fengsui/fengsui.yaml)\n"
          "Bad lines as FILE:LINE:COLUMN, and how many lines were new, changed, retired, unchanged, bad. Exit status 65: a line is bad.\n", stdout);
    return EX_OK;
}

static bool option(struct order *o, int which, char *value)
{
    char *end;
    switch (which) {
    case OPTION_DRY:    o->dry = true; return true;
    case OPTION_ROLE:   o->role = value; return (role_parse(value) & (BY_ADMIN | BY_SUPERVISOR | BY_DUTY | BY_ANALYST)) != 0;
    case OPTION_REGION: o->region = value; return stream_region_fits(value);
    case OPTION_SCOPE:  o->scope = value; return stream_region_fits(value);
    case OPTION_ACTIVATE: o->activate = true; return true;
    case OPTION_REGIONS: o->regions = value; return true;
    case OPTION_DAYS:
        o->days = strtoull(value, &end, 10);
        return isdigit((unsigned char)*value) && *end == '\0' && o->days > 0 && o->days <= 3660;
    case OPTION_WAIT:
        o->wait_s = strtoull(value, &end, 10);
        return isdigit((unsigned char)*value) && *end == '\0' && o->wait_s > 0 && o->wait_s <= 3600;
    default: return false;
    }
}

/* Who sits here, and the beginning of ids that nobody else chooses: host, user, moment. */
static int identify(struct import *i, struct fault *f)
{
    char host[32] = "host";
    const struct passwd *user = getpwuid(getuid());
    if (user == NULL)
        return fault_set(f, -ENOENT, "user %u has no name", getuid());
    gethostname(host, sizeof host - 1);
    i->began_us = clock_wall_us();
    snprintf(i->who, sizeof i->who, "%s", user->pw_name);
    snprintf(i->maker, sizeof i->maker, "import-%.24s-%.24s-%" PRIx64, host, i->who, i->began_us);
    for (char *p = i->maker; *p != '\0'; p++)
        *p = isalnum((unsigned char)*p) || strchr("._@-+", *p) != NULL ? *p : '-';
    return 0;
}

static int exit_code(int rc)
{
    return rc == -ENOENT ? EX_NOINPUT : rc == -EAGAIN ? EX_TEMPFAIL : rc == -EACCES ? EX_NOPERM : rc == -ENOMEM ? EX_OSERR
         : rc == -EIO || rc == -ECONNREFUSED ? EX_UNAVAILABLE : EX_DATAERR;
}

static int carry_out(struct import *i, const struct importable *what, const struct bus_settings *bus, struct fault *f)
{
    int rc = identify(i, f);
    if (rc == 0 && *bus->redis != '\0' && (i->poster = poster_open(bus->redis, bus->user, bus->password, f)) == NULL)
        rc = -EIO;
    if (rc == 0)
        rc = what->run(i, i->path, f);
    if (rc == 0)
        rc = import_flush(i, f);
    while (i->sent_count > 0)
        sent_free(&i->sent[--i->sent_count]);
    poster_close(i->poster);
    return rc;
}

/* By the same row that checks what a person types. */
static int regions_given(struct import *i, const char *text, struct fault *f)
{
    const struct argument *row = argument_row(kind_named("indicator"), "propose", "regions");
    i->regions = text != NULL ? argument_typed(row, text, f) : NULL;
    return text == NULL || i->regions != NULL ? 0 : f->code;
}

static int run(const struct cli *cli, const struct order *o, const struct bus_settings *bus, const struct organisation_settings *lists)
{
    struct fault f;
    const struct importable *const *what = importables;
    while (*what != NULL && strcmp((*what)->name, o->what) != 0)
        what++;
    if (*what == NULL)
        return cli_fail(cli, EX_USAGE, "\"%s\" cannot be imported; see fengsui import --help", o->what);
    if (*bus->redis == '\0' && !o->dry)
        return cli_fail(cli, EX_CONFIG, "bus.redis: expected unix:/path/to/socket or tcp:host:port, but it is empty");
    struct import *i = calloc(1, sizeof *i);
    if (i == NULL)
        return cli_fail(cli, EX_OSERR, "no memory");
    *i = (struct import){ .cli = cli, .path = o->path, .region = o->region, .scope = o->scope, .dry = o->dry, .role = role_parse(o->role),
                          .patience_us = o->wait_s * 1000000, .activates = o->activate, .days = o->days,
                          .organisation = organisation_load(lists, &f) };
    int rc = i->organisation != NULL ? regions_given(i, o->regions, &f) : -EINVAL;
    if (rc == 0)
        rc = carry_out(i, *what, bus, &f);
    report_sum(i);
    int code = rc < 0 ? cli_fail(cli, i->organisation != NULL ? exit_code(rc) : EX_CONFIG, "%s", f.why) : i->bad > 0 ? EX_DATAERR : EX_OK;
    organisation_free(i->organisation);
    json_decref(i->regions);
    free(i);
    return code;
}

int import_run(struct cli *cli, int argc, char **argv)
{
    static const struct option options[] = {
        { "dry-run", no_argument, NULL, OPTION_DRY }, { "role", required_argument, NULL, OPTION_ROLE },
        { "region", required_argument, NULL, OPTION_REGION }, { "scope", required_argument, NULL, OPTION_SCOPE },
        { "wait", required_argument, NULL, OPTION_WAIT },
        { "activate", no_argument, NULL, OPTION_ACTIVATE }, { "days", required_argument, NULL, OPTION_DAYS },
        { "regions", required_argument, NULL, OPTION_REGIONS }, CLI_LONG, { 0 },
    };
    struct order o = { .region = "", .scope = "", .role = "admin", .wait_s = 60 };
    struct bus_settings bus = { 0 };
    struct organisation_settings lists = { 0 };
    struct settings_section sections[] = { bus_section(&bus), organisation_section(&lists) };
    int code = EX_OK;
    for (int which; code == EX_OK && (which = getopt_long(argc, argv, CLI_SHORT, options, NULL)) != -1;) {
        if (which == 'h')
            return help();
        if (which >= CLI_OPTION_OWN ? !option(&o, which, optarg) : !cli_common(cli, which, optarg))
            code = which >= CLI_OPTION_OWN ? cli_fail(cli, EX_USAGE, "\"%s\" is not what that option takes; see fengsui import --help", optarg) : EX_USAGE;
    }
    if (code == EX_OK && argc - optind != 2)
        code = cli_fail(cli, EX_USAGE, "expected import WHAT FILE; see fengsui import --help");
    if (code == EX_OK && (code = cli_settings(cli, sections, 2)) == EX_OK) {
        o.what = argv[optind];
        o.path = argv[optind + 1];
        code = run(cli, &o, &bus, &lists);
    }
    settings_free(sections, 2);
    return code;
}
