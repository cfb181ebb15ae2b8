#include "ctl/export.h"

#include <errno.h>
#include <getopt.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "archive/archive.h"
#include "archive/settings.h"
#include "ctl/out.h"
#include "ctl/when.h"
#include "events/event.h"
#include "events/kind.h"
#include "exchange/settings.h"

const char export_usage[] =
    "export   what the archive has of an incident, a warning or a notice, for others to read; personal data is masked\n"
    "  --format FORM      stix, iodef, cap, gbt36643, csv, json or text (default json)\n"
    "  --since TIME       instead of an ID: all that changed since then (a day, or RFC 3339); --until TIME: and before that\n"
    "  --kind KIND        with --since: incident (default), warning or notice\n"
    "  --status STATUS    with --since: actual (default), exercise or test; they are never mixed\n"
    "  --out FILE         the whole file or none; default standard output\n"
    "  --reveal REASON    unmasked; who, what and why goes to the system's log\n";

enum { OPTION_FORMAT = CLI_OPTION_OWN, OPTION_SINCE, OPTION_UNTIL, OPTION_KIND, OPTION_STATUS, OPTION_OUT, OPTION_REVEAL };
enum { THINGS_MAX = 10000 };
static const size_t LEAST_BYTES = 1 << 20, MOST_BYTES = (size_t)1 << 30;

struct order {
    const char *id, *kind, *status, *out, *reason;
    enum exchange_form form;
    uint64_t    since_us, until_us;     /* 0: not given */
};

struct basket {
    struct thing *things;
    size_t        count;
    bool          reveal, full;
    struct fault  fault;
};

/* ---- what is asked for ---- */

static int form_of(const char *name)
{
    for (int i = 0; i < EXCHANGE_FORMS; i++)
        if (strcmp(name, exchange_form_names[i]) == 0)
            return i;
    return -1;
}

/* 0, or an exit code after a sentence; -1: not ours. */
static int take_option(struct cli *cli, struct order *o, int option, const char *argument)
{
    int form = option == OPTION_FORMAT ? form_of(argument) : 0;
    if (form < 0)
        return cli_fail(cli, EX_USAGE, "--format: expected stix, iodef, cap, gbt36643, csv, json or text, not \"%s\"", argument);
    switch (option) {
    case OPTION_FORMAT: o->form = (enum exchange_form)form; return 0;
    case OPTION_SINCE:  return when_option(cli, "--since", argument, &o->since_us);
    case OPTION_UNTIL:  return when_option(cli, "--until", argument, &o->until_us);
    case OPTION_KIND:   o->kind = argument; return 0;
    case OPTION_STATUS: o->status = argument; return 0;
    case OPTION_OUT:    o->out = argument; return 0;
    case OPTION_REVEAL: o->reason = argument; return 0;
    default:            return -1;
    }
}

static bool is_kind(const char *name)
{
    for (size_t i = 0; thing_kind_names[i] != NULL; i++)
        if (strcmp(name, thing_kind_names[i]) == 0)
            return true;
    return false;
}

static int check_order(struct cli *cli, struct order *o, int argc, char **argv)
{
    if (optind < argc)
        o->id = argv[optind++];
    if (optind < argc || (o->id == NULL) == (o->since_us == 0))
        return cli_fail(cli, EX_USAGE, "export: expected one ID, or --since TIME; see --help");
    if (o->id != NULL) {
        const struct kind *k = kind_of_id(o->id);
        o->kind = k != NULL ? k->name : "";
        o->status = NULL;
    }
    if (!is_kind(o->kind))
        return cli_fail(cli, EX_USAGE, o->id != NULL ? "export: \"%s\" is not the id of an incident, a warning or a notice"
                                                     : "--kind: expected incident, warning or notice, not \"%s\"",
                        o->id != NULL ? o->id : o->kind);
    if (o->status != NULL && event_status_parse(o->status) < 0)
        return cli_fail(cli, EX_USAGE, "--status: expected actual, exercise or test, not \"%s\"", o->status);
    if (o->reason != NULL && *o->reason == '\0')
        return cli_fail(cli, EX_USAGE, "--reveal: expected why personal data is to be shown");
    return 0;
}

/* ---- out of the archive ---- */

static bool put_in(void *ctx, const char *json, size_t len, const char *cursor)
{
    struct basket *b = ctx;
    (void)cursor;
    if (b->count == THINGS_MAX) {
        b->full = true;
        return false;
    }
    if (thing_parse(json, len, b->reveal, &b->things[b->count], &b->fault) < 0)
        return false;
    b->count++;
    return true;
}

static int collect(const struct order *o, const char *store, struct basket *b, struct fault *f)
{
    struct archive_query q = { .event_type = o->kind, .id = o->id, .status = o->status, .from_us = o->since_us, .to_us = o->until_us,
                               .merged = true, .limit = THINGS_MAX + 1 };
    struct archive *a = archive_open(store, ARCHIVE_READ, f);
    if (a == NULL)
        return f->code;
    int rc = archive_find(a, &q, put_in, b, f);
    archive_close(a);
    if (rc == 0 && b->fault.code != 0)
        rc = fault_set(f, b->fault.code, "%s", b->fault.why);
    if (rc == 0 && b->full)
        rc = fault_set(f, -E2BIG, "more than %d match: ask for a shorter time", THINGS_MAX);
    if (rc == 0 && b->count == 0)
        rc = fault_set(f, -ENOENT, o->id != NULL ? "%s is not in the archive" : "the archive has nothing of that%s",
                       o->id != NULL ? o->id : "");
    return rc;
}

/* ---- out of the house ---- */

/* Grows until it fits: nobody knows before how long a form of these things is. */
static int render(const struct order *o, const struct exchange_house *house, const struct basket *b, struct text *out, struct fault *f)
{
    int rc = -ENOSPC;
    for (size_t room = LEAST_BYTES; rc == -ENOSPC && room <= MOST_BYTES; room *= 4) {
        free(out->at);
        *out = text_over(malloc(room), room);
        rc = out->at == NULL ? fault_set(f, -ENOMEM, "no memory for %zu bytes", room)
                             : exchange_write(o->form, house, b->things, b->count, out, f);
    }
    return rc;
}

/* Before anything is shown: a reveal that left no trace would be none's. */
static void record_reveal(const struct order *o)
{
    const struct passwd *who = getpwuid(getuid());
    if (o->reason == NULL)
        return;
    openlog("fengsui", LOG_PID, LOG_AUTHPRIV);
    syslog(LOG_NOTICE, "reveal: %s (uid %u) exports %s %s unmasked: %s", who != NULL ? who->pw_name : "?", (unsigned)getuid(), o->kind,
           o->id != NULL ? o->id : "of a time", o->reason);
    closelog();
}

static int carry_out(const struct order *o, const char *store, const struct exchange_house *house, struct fault *f)
{
    struct basket b = { .things = calloc(THINGS_MAX, sizeof *b.things), .reveal = o->reason != NULL };
    struct text t = { 0 };
    if (b.things == NULL)
        return fault_set(f, -ENOMEM, "no memory");
    record_reveal(o);
    int rc = collect(o, store, &b, f);
    if (rc == 0)
        rc = render(o, house, &b, &t, f);
    if (rc == 0)
        rc = out_write(o->out, &t, f) == 0 ? 0 : -EIO;
    for (size_t i = 0; i < b.count; i++)
        thing_free(&b.things[i]);
    free(b.things);
    free(t.at);
    return rc;
}

static int exit_code(int rc)
{
    return rc == 0 ? EX_OK : rc == -ENOENT ? EX_NOINPUT : rc == -EACCES ? EX_NOPERM : rc == -EINVAL || rc == -E2BIG ? EX_DATAERR : EX_IOERR;
}

int export_run(struct cli *cli, int argc, char **argv)
{
    static const struct option options[] = {
        { "format", required_argument, NULL, OPTION_FORMAT }, { "since", required_argument, NULL, OPTION_SINCE },
        { "until", required_argument, NULL, OPTION_UNTIL }, { "kind", required_argument, NULL, OPTION_KIND },
        { "status", required_argument, NULL, OPTION_STATUS }, { "out", required_argument, NULL, OPTION_OUT },
        { "reveal", required_argument, NULL, OPTION_REVEAL }, CLI_LONG, { 0 },
    };
    struct order o = { .kind = "incident", .status = "actual", .form = EXCHANGE_JSON };
    struct archive_settings archive = { 0 };
    struct exchange_settings exchange = { 0 };
    struct settings_section sections[] = { exchange_section(&exchange), archive_section(&archive) };
    struct fault f = { 0 };
    for (int option; (option = getopt_long(argc, argv, CLI_SHORT, options, NULL)) != -1;) {
        int rc = take_option(cli, &o, option, optarg);
        if (rc > 0 || (rc < 0 && !cli_common(cli, option, optarg)))
            return rc > 0 ? rc : EX_USAGE;
    }
    int code = cli_settings(cli, sections, 2);
    if (code == 0 && !cli->check)
        code = check_order(cli, &o, argc, argv);
    if (code == 0 && !cli->check) {
        struct exchange_house house = exchange_house_of(&exchange);
        int rc = carry_out(&o, archive.store, &house, &f);
        code = rc == 0 ? EX_OK : cli_fail(cli, exit_code(rc), "%s", f.why);
    }
    settings_free(sections, 2);
    return code;
}
