#include "ctl/command.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bus/streams.h"
#include "ctl/ask.h"
#include "events/kind.h"
#include "events/matter.h"

enum { OPTION_VERSION = CLI_OPTION_OWN, OPTION_ROLE, OPTION_REGION, OPTION_SECTOR, OPTION_UNIT, OPTION_SCOPE, OPTION_WAIT, OPTION_ID,
       OPTION_PAGE, HELP_MAX = 65536, FILE_MAX = 98305 };

struct order {                  /* what the command line says */
    const struct kind *kind;
    struct command command;
    const char *role, *region, *scope;
    json_t     *args;           /* owned */
    uint64_t    wait_s;
    bool        page;
    struct asker asker;
    char        subject_region[MATTER_REGION_MAX];
};

/* ---- help ---- */

static int help(const char *name)
{
    char *room = malloc(HELP_MAX);
    const struct kind *one = name != NULL ? kind_named(name) : NULL;
    if (room == NULL)
        return EX_OSERR;
    struct text t = text_over(room, HELP_MAX);
    text_lit(&t, "Usage: fengsui command KIND COMMAND [ID] [name=value ...] --role ROLE [--version N]\n\n"
                 "  --role ROLE        analyst, duty_officer, supervisor, unit or admin\n"
                 "  --version N        the version that you saw; needed for what decides something\n"
                 "  --region CODE      the region's stream (default: the id's)\n"
                 "  --scope CODE       region that you may act in (default: the stream's)\n"
                 "  --sector NAME, --unit NAME   and no further than these\n"
                 "  --wait SECONDS     for the answer (default 5)\n"
                 "  --id ID            the command's own id, to ask again about one that had no answer\n"
                 "  --page             the tables as a page of documentation\n"
                 "  -c, --config FILE  settings (default /etc/fengsui/fengsui.yaml)\n"
                 "name=@FILE takes the value from a file; lists are separated by commas.\n");
    for (size_t i = 0; kinds[i] != NULL; i++)
        if (one == NULL || kinds[i] == one)
            kind_help(kinds[i], &t);
    fputs(text_end(&t), stdout);
    free(room);
    return EX_OK;
}

static int page(void)
{
    char *room = malloc(2 * HELP_MAX);
    if (room == NULL)
        return EX_OSERR;
    struct text t = text_over(room, 2 * HELP_MAX);
    kinds_page(&t);
    fputs(text_end(&t), stdout);
    free(room);
    return EX_OK;
}

/* ---- the command line ---- */

static int file_value(const char *path, char out[FILE_MAX], struct fault *f)
{
    FILE *in = fopen(path, "re");
    if (in == NULL)
        return fault_set(f, -errno, "%s: %s", path, strerror(errno));
    size_t n = fread(out, 1, FILE_MAX - 1, in);
    bool more = fgetc(in) != EOF;
    fclose(in);
    while (n > 0 && out[n - 1] == '\n')
        n--;
    out[n] = '\0';
    return more ? fault_set(f, -EFBIG, "%s: longer than %d bytes", path, FILE_MAX - 1) : 0;
}

static int argument(struct order *o, char *text, struct fault *f)
{
    static char from_file[FILE_MAX];
    char *value = strchr(text, '=');
    *value++ = '\0';
    const struct argument *row = argument_row(o->kind, o->command.name, text);
    if (row == NULL)
        return fault_set(f, -EINVAL, "%s %s takes no `%s`; see fengsui command %s --help", o->kind->name, o->command.name, text, o->kind->name);
    if (*value == '@') {
        if (file_value(value + 1, from_file, f) != 0)
            return f->code;
        value = from_file;
    }
    json_t *typed = argument_typed(row, value, f);
    return typed == NULL ? f->code : json_object_set_new(o->args, text, typed);
}

static int words(struct order *o, int argc, char **argv, struct fault *f)
{
    if (argc < 2)
        return fault_set(f, -EINVAL, "expected KIND COMMAND; see fengsui command --help");
    if ((o->kind = kind_named(argv[0])) == NULL)
        return fault_set(f, -EINVAL, "there is no kind \"%s\"; see fengsui command --help", argv[0]);
    if (kind_command(o->kind, argv[1]) == NULL)
        return fault_set(f, -EINVAL, "there is no command \"%s\" for %ss; see fengsui command %s --help", argv[1], argv[0], argv[0]);
    o->command.kind = o->kind->name;
    o->command.name = argv[1];
    for (int i = 2; i < argc; i++) {
        if (strchr(argv[i], '=') != NULL) {
            if (argument(o, argv[i], f) != 0)
                return f->code;
        } else if (*o->command.subject == '\0') {
            o->command.subject = argv[i];
        } else {
            return fault_set(f, -EINVAL, "\"%s\": expected name=value", argv[i]);
        }
    }
    return 0;
}

static bool number(const char *text, uint64_t *out)
{
    char *end;
    *out = strtoull(text, &end, 10);
    return isdigit((unsigned char)*text) && *end == '\0';
}

/* True when the option was ours and good. */
static bool option(struct order *o, int which, const char *value)
{
    switch (which) {
    case OPTION_VERSION: return number(value, &o->command.version);
    case OPTION_WAIT:    return number(value, &o->wait_s) && o->wait_s <= 3600;
    case OPTION_ROLE:    o->role = value; return true;
    case OPTION_REGION:  o->region = value; return true;
    case OPTION_SCOPE:   o->scope = value; return true;
    case OPTION_SECTOR:  o->command.scope.sector = value; return true;
    case OPTION_UNIT:    o->command.scope.unit = value; return true;
    case OPTION_ID:      snprintf(o->asker.id, sizeof o->asker.id, "%s", value); return strlen(value) < sizeof o->asker.id;
    case OPTION_PAGE:    o->page = true; return true;
    default:             return false;
    }
}

static int place(struct order *o, struct fault *f)
{
    struct command *c = &o->command;
    if (o->role == NULL || (c->role = role_parse(o->role)) == 0)
        return fault_set(f, -EINVAL, "--role: expected analyst, duty_officer, supervisor, unit or admin");
    if (o->region == NULL && matter_id_region(c->subject, o->subject_region))
        o->region = o->subject_region;
    if (o->region == NULL || !stream_region_fits(o->region))
        return fault_set(f, -EINVAL, "--region: expected a region's code such as 430100");
    c->region = o->region;
    c->scope.region = o->scope != NULL ? o->scope : o->region;
    c->args = o->args;
    return 0;
}

/* ---- the answer ---- */

static int say(const struct cli *cli, const struct order *o, const struct answer *a)
{
    if (!a->applied)
        return ask_refused(cli, a);
    int state = kind_state(o->kind, a->state);
    printf("%s version %" PRIu64 " %s %s\n", a->id, a->version, a->state, state >= 0 ? o->kind->states[state].zh : "");
    return EX_OK;
}

static int send_off(const struct cli *cli, const struct order *o, const struct bus_settings *bus)
{
    struct answer a;
    struct fault f;
    int rc = ask(&o->command, bus, o->wait_s, &a, &f);
    if (rc < 0)
        return ask_failed(cli, rc, &f);
    if (rc == 0)
        return cli_fail(cli, EX_TEMPFAIL, "no answer within %" PRIu64 " s; the command %s stands in the stream and will be applied once",
                        o->wait_s, o->command.id);
    int code = say(cli, o, &a);
    answer_free(&a);
    return code;
}

static int prepare(struct order *o, int argc, char **argv, struct fault *f)
{
    int rc = words(o, argc, argv, f);
    if (rc == 0)
        rc = ask_identify(&o->command, &o->asker, f);
    return rc == 0 ? place(o, f) : rc;
}

int command_run(struct cli *cli, int argc, char **argv)
{
    static const struct option options[] = {
        { "help", no_argument, NULL, 'h' }, { "role", required_argument, NULL, OPTION_ROLE }, { "region", required_argument, NULL, OPTION_REGION },
        { "scope", required_argument, NULL, OPTION_SCOPE }, { "sector", required_argument, NULL, OPTION_SECTOR },
        { "unit", required_argument, NULL, OPTION_UNIT }, { "wait", required_argument, NULL, OPTION_WAIT },
        { "id", required_argument, NULL, OPTION_ID }, { "page", no_argument, NULL, OPTION_PAGE },
        { "config", required_argument, NULL, 'c' }, { "set", required_argument, NULL, CLI_OPTION_SET }, { "verbose", no_argument, NULL, 'v' },
        { "version", required_argument, NULL, OPTION_VERSION }, { 0 },
    };
    struct order o = { .wait_s = 5, .command = { .subject = "", .scope = { .sector = "", .unit = "" } }, .args = json_object() };
    struct bus_settings bus = { 0 };
    struct settings_section section = bus_section(&bus);
    struct fault f;
    int code = EX_OK, which;
    while ((which = getopt_long(argc, argv, CLI_SHORT, options, NULL)) != -1 && which != 'h' && code == EX_OK)
        if (which >= CLI_OPTION_OWN ? !option(&o, which, optarg) : !cli_common(cli, which, optarg))
            code = which >= CLI_OPTION_OWN ? cli_fail(cli, EX_USAGE, "\"%s\" is not what that option takes; see fengsui command --help", optarg) : EX_USAGE;
    if (which == 'h' || o.page)
        code = which == 'h' ? help(optind < argc ? argv[optind] : NULL) : page();
    else if (code == EX_OK && prepare(&o, argc - optind, argv + optind, &f) != 0)
        code = cli_fail(cli, EX_USAGE, "%s", f.why);
    else if (code == EX_OK && (code = cli_settings(cli, &section, 1)) == EX_OK)
        code = send_off(cli, &o, &bus);
    settings_free(&section, 1);
    json_decref(o.args);
    return code;
}
