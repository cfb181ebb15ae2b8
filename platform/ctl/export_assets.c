#include "ctl/export_assets.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bus/poster.h"
#include "bus/settings.h"
#include "ctl/import.h"
#include "events/load.h"

const char export_assets_usage[] =
    "export assets   what is registered, as the CSV that sensors read (sensor.places.assets)\n"
    "  --region CODE      of that region alone and those in it; --out FILE   the whole file or none\n";

enum { OPTION_REGION = CLI_OPTION_OWN, OPTION_OUT, LINE_MAX_BYTES = 2048 };

struct lines {                  /* of the file, to be put in order */
    char  **at;
    size_t  count, room;
    struct scope scope;
    struct fault *fault;
    int     rc;
};

/* A cell is put in quotes when it must be: the sensors take quotes away and nothing else. */
static void cell(struct text *out, const char *value)
{
    bool plain = value[strcspn(value, ",\"")] == '\0';
    text_str(out, plain ? "" : "\"");
    for (; *value != '\0'; value++) {
        if (*value == '"')
            text_char(out, '"');
        text_char(out, *value);
    }
    text_str(out, plain ? "," : "\",");
}

static void keep(struct lines *l, const char *line)
{
    if (l->count == l->room) {
        size_t room = l->room > 0 ? 2 * l->room : 1024;
        char **more = realloc(l->at, room * sizeof *more);
        if (more == NULL) {
            l->rc = fault_set(l->fault, -ENOMEM, "no memory");
            return;
        }
        l->at = more;
        l->room = room;
    }
    if ((l->at[l->count] = strdup(line)) == NULL)
        l->rc = fault_set(l->fault, -ENOMEM, "no memory");
    else
        l->count++;
}

/* prefix,name,unit,sector,region,mlps_level,cii,role */
static void asset_line(struct lines *l, const char *prefix, const json_t *fields)
{
    char room[LINE_MAX_BYTES];
    uint64_t level = event_number_of(fields, "mlps_level", 5);
    struct text t = text_over(room, sizeof room);
    cell(&t, prefix);
    cell(&t, event_text_of(fields, "name"));
    cell(&t, event_text_of(fields, "unit"));
    cell(&t, event_text_of(fields, "sector"));
    cell(&t, event_text_of(fields, "district"));
    if (level > 0)
        text_uint(&t, level);
    text_str(&t, json_is_true(json_object_get(fields, "cii")) ? ",yes," : ",no,");
    cell(&t, event_text_of(fields, "role"));
    t.len--;                    /* the last comma */
    if (l->rc == 0)
        l->rc = t.cut ? fault_set(l->fault, -EMSGSIZE, "%s: longer than a line may be", prefix) : 0;
    if (l->rc == 0)
        keep(l, text_end(&t));
}

static void on_field(void *ctx, const char *region, const char *name, const char *value, size_t len)
{
    struct lines *l = ctx;
    struct matter m;
    size_t n;
    json_t *item;
    if (l->rc != 0 || kind_of_id(name) != kind_named("asset") || (l->scope.region != NULL && !scope_covers_region(&l->scope, region)))
        return;
    if ((l->rc = matter_parse(value, len, &m, l->fault)) != 0)
        return;
    json_array_foreach(kind_is_last(m.kind, m.state) ? NULL : json_object_get(m.fields, "addresses"), n, item)
        asset_line(l, json_string_value(item), m.fields);
    matter_free(&m);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A hash that grows meanwhile may give a field twice. */
static int write_to(FILE *out, struct lines *l)
{
    qsort(l->at, l->count, sizeof *l->at, by_text);
    fputs("prefix,name,unit,sector,region,mlps_level,cii,role\n", out);
    for (size_t i = 0; i < l->count; i++)
        if (i == 0 || strcmp(l->at[i], l->at[i - 1]) != 0)
            fprintf(out, "%s\n", l->at[i]);
    return fflush(out) == 0 && !ferror(out) ? 0 : -errno;
}

static int write_file(const char *path, struct lines *l, struct fault *f)
{
    char fresh[PATH_MAX];
    if (path == NULL)
        return write_to(stdout, l) == 0 ? 0 : fault_set(f, -EIO, "standard output: %s", strerror(errno));
    snprintf(fresh, sizeof fresh, "%s.new", path);
    FILE *out = fopen(fresh, "we");
    if (out == NULL)
        return fault_set(f, -errno, "%s: %s", fresh, strerror(errno));
    bool good = write_to(out, l) == 0 && fsync(fileno(out)) == 0;
    if (fclose(out) == 0 && good && rename(fresh, path) == 0)
        return 0;
    int rc = fault_set(f, -EIO, "%s: %s", path, strerror(errno));
    unlink(fresh);
    return rc;
}

static int carry_out(const struct bus_settings *bus, const char *region, const char *path, struct fault *f)
{
    struct lines l = { .scope = { region, "", "" }, .fault = f };
    struct poster *p = poster_open(bus->redis, bus->user, bus->password, f);
    int rc = p != NULL ? poster_fields(p, MATTERS_KEPT, on_field, &l, f) : f->code;
    poster_close(p);
    rc = rc != 0 ? rc : l.rc;
    if (rc == 0)
        rc = write_file(path, &l, f);
    while (l.count > 0)
        free(l.at[--l.count]);
    free(l.at);
    return rc;
}

int export_assets_run(struct cli *cli, int argc, char **argv)
{
    static const struct option options[] = {
        { "region", required_argument, NULL, OPTION_REGION }, { "out", required_argument, NULL, OPTION_OUT }, CLI_LONG, { 0 },
    };
    const char *region = NULL, *path = NULL;      /* NULL: of all; to standard output */
    struct bus_settings bus = { 0 };
    struct settings_section section = bus_section(&bus);
    struct fault f;
    for (int which; (which = getopt_long(argc, argv, CLI_SHORT, options, NULL)) != -1;) {
        if (which == OPTION_REGION)
            region = optarg;
        else if (which == OPTION_OUT)
            path = optarg;
        else if (!cli_common(cli, which, optarg))
            return EX_USAGE;
    }
    if (optind < argc)
        return cli_fail(cli, EX_USAGE, "unexpected \"%s\"; see --help", argv[optind]);
    int code = cli_settings(cli, &section, 1);
    if (code == EX_OK && *bus.redis == '\0')
        code = cli_fail(cli, EX_CONFIG, "bus.redis: expected unix:/path/to/socket or tcp:host:port, but it is empty");
    else if (code == EX_OK && carry_out(&bus, region, path, &f) != 0)
        code = cli_fail(cli, f.code == -EACCES ? EX_NOPERM : f.code == -EIO ? EX_IOERR : EX_UNAVAILABLE, "%s", f.why);
    settings_free(&section, 1);
    return code;
}
