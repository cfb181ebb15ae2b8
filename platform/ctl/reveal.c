#include "ctl/reveal.h"

#include <errno.h>
#include <inttypes.h>
#include <syslog.h>
#include <time.h>

#include "archive/archive.h"
#include "common/clock.h"
#include "ctl/ask.h"
#include "events/kind.h"
#include "events/load.h"
#include "events/matter.h"

struct sought { const char *kind; uint64_t version; bool found; };

static bool note_version(void *ctx, const char *json, size_t len, const char *cursor)
{
    struct sought *s = ctx;
    struct fault unused;
    json_t *event = event_load(json, len, &unused);
    (void)cursor;
    s->found = event_number_of(json_object_get(event, s->kind), "version", UINT64_MAX) >= s->version;
    json_decref(event);
    return false;
}

/* Whether the archive has this version, or a later one. */
static int look(struct archive *a, const char *id, struct sought *s, struct fault *f)
{
    struct archive_query q = { .event_type = s->kind, .id = id, .merged = true, .limit = 1 };
    return archive_find(a, &q, note_version, s, f);
}

static int wait_archived(const struct reveal *r, struct sought *s, struct fault *f)
{
    uint64_t until_us = clock_steady_us() + r->wait_s * 1000000;
    struct archive *a = archive_open(r->store, ARCHIVE_READ, f);
    if (a == NULL)
        return f->code;
    int rc = look(a, r->id, s, f);
    while (rc == 0 && !s->found && clock_steady_us() < until_us) {
        nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
        rc = look(a, r->id, s, f);
    }
    archive_close(a);
    return rc;
}

static void tell_system(const struct command *c, const struct reveal *r)
{
    openlog("fengsui", LOG_PID, LOG_AUTHPRIV);
    syslog(LOG_NOTICE, "reveal: %s as %s exports %s unmasked (%s): %s", c->who, r->role, r->id, c->id, r->why);
    closelog();
}

static int applied(const struct cli *cli, const struct reveal *r, const struct command *c, const struct answer *a)
{
    struct fault f;
    struct sought s = { .kind = c->kind, .version = a->version };
    tell_system(c, r);
    if (wait_archived(r, &s, &f) != 0)
        return cli_fail(cli, EX_UNAVAILABLE, "%s", f.why);
    return s.found ? 0 : cli_fail(cli, EX_TEMPFAIL, "version %" PRIu64 " of %s, which says who reveals it, is not in the archive after %" PRIu64
                                  " s; until then nothing is shown", a->version, r->id, r->wait_s);
}

static int decide(const struct cli *cli, const struct reveal *r, struct command *c, const struct bus_settings *bus)
{
    struct asker asker = { .id = "" };
    struct answer a;
    struct fault f;
    if (ask_identify(c, &asker, &f) != 0)
        return cli_fail(cli, EX_OSERR, "%s", f.why);
    int rc = ask(c, bus, r->wait_s, &a, &f);
    if (rc < 0)
        return ask_failed(cli, rc, &f);
    if (rc == 0)
        return cli_fail(cli, EX_TEMPFAIL, "no answer within %" PRIu64 " s: nothing is shown", r->wait_s);
    int code = a.applied ? applied(cli, r, c, &a) : ask_refused(cli, &a);
    answer_free(&a);
    return code;
}

int reveal(const struct cli *cli, const struct reveal *r, const struct bus_settings *bus)
{
    char region[MATTER_REGION_MAX];
    const struct kind *k = kind_of_id(r->id);
    if (k == NULL || !matter_id_region(r->id, region))
        return cli_fail(cli, EX_USAGE, "--reveal: \"%s\" is no id of a matter", r->id);
    json_t *args = json_pack("{s:s}", "note", r->why);
    struct command c = { .region = region, .kind = k->name, .name = "reveal", .subject = r->id, .role = role_parse(r->role),
                         .scope = { .region = r->scope != NULL ? r->scope : region, .sector = "", .unit = "" }, .args = args };
    int code = args != NULL ? decide(cli, r, &c, bus) : cli_fail(cli, EX_USAGE, "--reveal: the reason is no UTF-8");
    json_decref(args);
    return code;
}
