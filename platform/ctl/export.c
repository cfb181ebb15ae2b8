#include "ctl/export.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/archive.h"
#include "archive/settings.h"
#include "ctl/out.h"
#include "ctl/reveal.h"
#include "ctl/when.h"
#include "events/event.h"
#include "events/kind.h"
#include "events/load.h"
#include "events/masked.h"
#include "exchange/settings.h"

const char export_usage[] =
    "export   what the archive has of an incident, a warning or a notice, for others to read; personal data is masked\n"
    "  --format FORM      stix, iodef, cap, gbt36643, csv, json or text (default json; of other kinds json alone)\n"
    "  --since TIME       instead of an ID: all that changed since then (a day, or RFC 3339); --until TIME: and before that\n"
    "  --kind KIND        with --since: incident (default), warning, notice, report ...\n"
    "  --status STATUS    with --since: actual (default), exercise or test; they are never mixed\n"
    "  --out FILE         the whole file or none; default standard output\n"
    "  --reveal REASON    调阅明文 · unmasked, of one ID: a decision that needs a role and is in the archive before anything is shown\n"
    "  --role ROLE        with --reveal: duty_officer or supervisor; --scope CODE: region you may act in (default: the id's)\n"
    "  --wait SECONDS     with --reveal: for the decision to be archived (default 15)\n";

enum { OPTION_FORMAT = CLI_OPTION_OWN, OPTION_SINCE, OPTION_UNTIL, OPTION_KIND, OPTION_STATUS, OPTION_OUT, OPTION_REVEAL,
       OPTION_ROLE, OPTION_SCOPE, OPTION_WAIT };
enum { THINGS_MAX = 10000 };
static const size_t LEAST_BYTES = 1 << 20, MOST_BYTES = (size_t)1 << 30;

struct order {
    const char *id, *kind, *status, *out, *reason, *role, *scope;
    enum exchange_form form;
    uint64_t    since_us, until_us;     /* 0: not given */
    uint64_t    wait_s;
};

/* Things of the kinds that have forms; of others their events, a line each. */
struct basket {
    struct thing *things;
    size_t        count;
    bool          reveal, full;
    FILE         *lines;                /* NULL: things */
    char         *text;
    size_t        text_len;
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

static int wait_option(struct cli *cli, const char *text, uint64_t *out)
{
    char *end;
    *out = strtoull(text, &end, 10);
    return *text >= '0' && *text <= '9' && *end == '\0' && *out <= 3600
               ? 0 : cli_fail(cli, EX_USAGE, "--wait: expected 0 to 3600 seconds, not \"%s\"", text);
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
    case OPTION_ROLE:   o->role = argument; return 0;
    case OPTION_SCOPE:  o->scope = argument; return 0;
    case OPTION_WAIT:   return wait_option(cli, argument, &o->wait_s);
    default:            return -1;
    }
}

static bool has_forms(const char *kind)
{
    for (size_t i = 0; thing_kind_names[i] != NULL; i++)
        if (strcmp(kind, thing_kind_names[i]) == 0)
            return true;
    return false;
}

static int check_kind(struct cli *cli, struct order *o)
{
    if (o->id != NULL) {
        const struct kind *k = kind_of_id(o->id);
        o->kind = k != NULL ? k->name : "";
        o->status = NULL;
    }
    if (kind_named(o->kind) == NULL)
        return cli_fail(cli, EX_USAGE, o->id != NULL ? "export: \"%s\" is not the id of an incident, a warning or another matter"
                                                     : "--kind: expected incident, warning, notice or another kind, not \"%s\"",
                        o->id != NULL ? o->id : o->kind);
    if (!has_forms(o->kind) && o->form != EXCHANGE_JSON)
        return cli_fail(cli, EX_USAGE, "--format: a %s goes out as json alone", o->kind);
    return 0;
}

static int check_reveal(struct cli *cli, const struct order *o)
{
    if (o->reason == NULL)
        return o->role == NULL ? 0 : cli_fail(cli, EX_USAGE, "--role: only with --reveal");
    if (*o->reason == '\0')
        return cli_fail(cli, EX_USAGE, "--reveal: expected why personal data is to be shown");
    if (o->id == NULL)
        return cli_fail(cli, EX_USAGE, "--reveal: expected one ID: each is decided by itself");
    if (o->role == NULL || (role_parse(o->role) & ~(unsigned)BY_SYSTEM) == 0)
        return cli_fail(cli, EX_USAGE, "--reveal: expected --role duty_officer or supervisor");
    return 0;
}

static int check_order(struct cli *cli, struct order *o, int argc, char **argv)
{
    if (optind < argc)
        o->id = argv[optind++];
    if (optind < argc || (o->id == NULL) == (o->since_us == 0))
        return cli_fail(cli, EX_USAGE, "export: expected one ID, or --since TIME; see --help");
    int code = check_kind(cli, o);
    if (code == 0 && o->status != NULL && event_status_parse(o->status) < 0)
        code = cli_fail(cli, EX_USAGE, "--status: expected actual, exercise or test, not \"%s\"", o->status);
    return code != 0 ? code : check_reveal(cli, o);
}

/* ---- out of the archive ---- */

static int put_line(struct basket *b, const char *json, size_t len)
{
    json_t *event = event_load(json, len, &b->fault);
    int rc = event == NULL ? -EINVAL : b->reveal ? 0 : event_mask(event, &b->fault);
    if (rc == 0 && (json_dumpf(event, b->lines, JSON_COMPACT) != 0 || fputc('\n', b->lines) == EOF))
        rc = fault_set(&b->fault, -ENOMEM, "no memory");
    json_decref(event);
    return rc;
}

static bool put_in(void *ctx, const char *json, size_t len, const char *cursor)
{
    struct basket *b = ctx;
    (void)cursor;
    if (b->count == THINGS_MAX) {
        b->full = true;
        return false;
    }
    if (b->lines != NULL ? put_line(b, json, len) < 0 : thing_parse(json, len, b->reveal, &b->things[b->count], &b->fault) < 0)
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

static int lines_open(struct basket *b, struct fault *f)
{
    b->lines = open_memstream(&b->text, &b->text_len);
    return b->lines != NULL ? 0 : fault_set(f, -ENOMEM, "no memory");
}

/* As they are: the lines need no form. */
static int lines_take(struct basket *b, struct text *out, struct fault *f)
{
    if (fflush(b->lines) != 0)
        return fault_set(f, -ENOMEM, "no memory");
    *out = text_over(b->text, b->text_len);
    out->len = b->text_len;
    return 0;
}

static int carry_out(const struct order *o, const char *store, const struct exchange_house *house, struct fault *f)
{
    struct basket b = { .things = calloc(THINGS_MAX, sizeof *b.things), .reveal = o->reason != NULL };
    struct text t = { 0 };
    if (b.things == NULL)
        return fault_set(f, -ENOMEM, "no memory");
    int rc = has_forms(o->kind) ? 0 : lines_open(&b, f);
    if (rc == 0)
        rc = collect(o, store, &b, f);
    if (rc == 0)
        rc = b.lines != NULL ? lines_take(&b, &t, f) : render(o, house, &b, &t, f);
    if (rc == 0)
        rc = out_write(o->out, &t, f) == 0 ? 0 : -EIO;
    for (size_t i = 0; i < b.count && b.lines == NULL; i++)
        thing_free(&b.things[i]);
    free(b.things);
    if (b.lines != NULL)
        fclose(b.lines);
    free(b.lines != NULL ? b.text : t.at);
    return rc;
}

static int exit_code(int rc)
{
    return rc == 0 ? EX_OK : rc == -ENOENT ? EX_NOINPUT : rc == -EACCES ? EX_NOPERM : rc == -EINVAL || rc == -E2BIG ? EX_DATAERR : EX_IOERR;
}

static int run(const struct cli *cli, const struct order *o, const char *store, const struct exchange_house *house,
               const struct bus_settings *bus)
{
    struct fault f = { 0 };
    struct reveal r = { .id = o->id, .why = o->reason, .role = o->role, .scope = o->scope, .store = store, .wait_s = o->wait_s };
    int code = o->reason != NULL ? reveal(cli, &r, bus) : 0;
    int rc = code == 0 ? carry_out(o, store, house, &f) : 0;
    return rc != 0 ? cli_fail(cli, exit_code(rc), "%s", f.why) : code;
}

int export_run(struct cli *cli, int argc, char **argv)
{
    static const struct option options[] = {
        { "format", required_argument, NULL, OPTION_FORMAT }, { "since", required_argument, NULL, OPTION_SINCE },
        { "until", required_argument, NULL, OPTION_UNTIL }, { "kind", required_argument, NULL, OPTION_KIND },
        { "status", required_argument, NULL, OPTION_STATUS }, { "out", required_argument, NULL, OPTION_OUT },
        { "reveal", required_argument, NULL, OPTION_REVEAL }, { "role", required_argument, NULL, OPTION_ROLE },
        { "scope", required_argument, NULL, OPTION_SCOPE }, { "wait", required_argument, NULL, OPTION_WAIT }, CLI_LONG, { 0 },
    };
    struct order o = { .kind = "incident", .status = "actual", .form = EXCHANGE_JSON, .wait_s = 15 };
    struct archive_settings archive = { 0 };
    struct exchange_settings exchange = { 0 };
    struct bus_settings bus = { 0 };
    struct settings_section sections[] = { exchange_section(&exchange), archive_section(&archive), bus_section(&bus) };
    enum { SECTIONS = sizeof sections / sizeof sections[0] };
    for (int option; (option = getopt_long(argc, argv, CLI_SHORT, options, NULL)) != -1;) {
        int rc = take_option(cli, &o, option, optarg);
        if (rc > 0 || (rc < 0 && !cli_common(cli, option, optarg)))
            return rc > 0 ? rc : EX_USAGE;
    }
    int code = cli_settings(cli, sections, SECTIONS);
    if (code == 0 && !cli->check)
        code = check_order(cli, &o, argc, argv);
    if (code == 0 && !cli->check) {
        struct exchange_house house = exchange_house_of(&exchange);
        code = run(cli, &o, archive.store, &house, &bus);
    }
    settings_free(sections, SECTIONS);
    return code;
}
