/* fengsui-correlator - alerts and commands from the streams to incidents, warnings and notices on the streams.
 *
 * Its state is what it wrote: every open incident stands in the region's state:correlator hash as the JSON that
 * went out, put there in the same transaction as the incident's new version and the acknowledgement of the alerts
 * that made it. After a crash, or a transaction that was lost, memory is filled again from there. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bus/backlog.h"
#include "bus/consume.h"
#include "bus/settings.h"
#include "common/cli.h"
#include "common/clock.h"
#include "correlator/desk.h"
#include "correlator/keep.h"
#include "correlator/relay.h"
#include "correlator/replay.h"
#include "events/load.h"

static const char usage[] =
    "Usage: fengsui-correlator [-c FILE] [--set NAME=VALUE] [-T]\n"
    "       fengsui-correlator --replay FILE [--groups OUT] [--groups-level incident|meta] [--incidents OUT]\n"
    "                          [--story OUT] [--stop-values]\n"
    "       fengsui-correlator --stop-values\n"
    "Reads the regions' alerts from Redis, or from a file, and makes incidents of them.\n\n"
    "  -c, --config FILE      settings (default /etc/fengsui/fengsui.yaml)\n"
    "      --set NAME=VALUE   one setting over the file\n"
    "      --dump-config      the settings in force\n"
    "      --replay FILE      alerts of a file (JSON lines, - for standard input) instead of Redis'\n"
    "      --groups OUT       for each alert a line: its incident's id, or -\n"
    "      --groups-level L   incident, or meta for the meta-alerts instead\n"
    "      --incidents OUT    every version of every incident as a JSON line\n"
    "      --story OUT        every incident for people: who, which stages, why it belongs together\n"
    "      --stop-values      what joins nothing, with the reason: region, value, English, Chinese; of a file, or as the\n"
    "                         running correlators told last\n"
    "  -T, --test             check the settings and leave\n"
    "  -v, --verbose          say more\n"
    "  -h, --help  -V, --version\n";

static const char state_suffix[] = CORRELATOR_STATE;

enum { BATCH_MAX = 1024, STREAMS = 3 };     /* a batch: at most so many of each stream */
_Static_assert(CASE_IDS_MAX >= CONSUME_HOLD_MAX + STREAMS * BATCH_MAX, "a version names all alerts of its transaction");

struct settings {
    struct correlator_settings correlator;
    struct desk_settings desk;
    struct keep_settings keep;
    struct setting_list regions, children;
    char    *name, *region;
    uint64_t batch, hold_us, claim_idle_us;
};

#define AT(member) offsetof(struct settings, member)
static const struct setting rows[] = {
    { "name", SETTING_TEXT, AT(name), "correlator-1", 0, 0, NULL, "This consumer's name in its group; stable over restarts" },
    { "regions", SETTING_LIST, AT(regions), "", 0, 0, NULL, "Region codes to correlate; empty for all that have streams" },
    { "batch", SETTING_UINT, AT(batch), "512", 1, BATCH_MAX, NULL, "Alerts read at a time" },
    { "hold", SETTING_TIME, AT(hold_us), "1 s", 0, 10000000, NULL,
      "Under load, changes of an incident are gathered into one version for at most so long" },
    { "claim_idle", SETTING_TIME, AT(claim_idle_us), "30 s", 1000000, UINT64_C(3600000000), NULL,
      "How long another consumer's alerts may lie unacknowledged before they are taken over" },
    { "meta.gap", SETTING_TIME, AT(correlator.meta_gap_us), "60 s", 0, UINT64_C(86400000000), NULL,
      "Repeats of a rule between the same parties within this gap count as one" },
    { "meta.max", SETTING_UINT, AT(correlator.meta_max), "65536", 16, 10000000, NULL, "Meta-alerts kept in memory" },
    { "meta.echo", SETTING_TIME, AT(correlator.meta_echo_us), "2 s", 0, UINT64_C(60000000), NULL,
      "Other rules about a host within this are the same act, when no attacker is known" },
    { "usual.gap", SETTING_TIME, AT(correlator.scene.usual_gap_us), "1 h", 1000000, UINT64_C(604800000000), NULL,
      "What a host shows more often than this is usual there and joins nothing" },
    { "usual.hours", SETTING_UINT, AT(correlator.scene.usual_hours), "3", 1, 1000, NULL,
      "Earlier hours in which an attacker must have set it off before it is usual" },
    { "usual.max", SETTING_UINT, AT(correlator.rule_max), "65536", 16, 10000000, NULL, "Rules at hosts whose rhythm is remembered" },
    { "incident.sweep", SETTING_TIME, AT(correlator.scene.sweep_us), "60 s", 1000000, UINT64_C(3600000000), NULL,
      "A rule new to the region that comes to the next host within this sweeps over them" },
    { "incident.window", SETTING_TIME, AT(correlator.join.window_us), "30 min", 1000000, UINT64_C(604800000000), NULL,
      "How long after its last alert an incident still takes in what shares an entity with it" },
    { "incident.long_window", SETTING_TIME, AT(correlator.join.long_window_us), "3 h", 1000000, UINT64_C(604800000000), NULL,
      "The same for a host that has shown three rules of the incident, at most" },
    { "incident.grown", SETTING_TIME, AT(correlator.join.grown_us), "60 s", 1000000, UINT64_C(3600000000), NULL,
      "A story on a host that goes on for longer is more than what swept over it" },
    { "incident.span", SETTING_TIME, AT(correlator.join.span_us), "7 d", 60000000, UINT64_C(8640000000000), NULL,
      "An incident takes in nothing new so long after its first alert" },
    { "incident.steps", SETTING_UINT, AT(correlator.join.steps_max), "4096", 1, 1000000, NULL,
      "Nor after so many meta-alerts" },
    { "incident.quiet", SETTING_TIME, AT(correlator.quiet_us), "24 h", 1000000, UINT64_C(8640000000000), NULL,
      "After so long without an alert an incident is let go from memory; the archive keeps it" },
    { "incident.max", SETTING_UINT, AT(correlator.case_max), "4096", 1, 100000, NULL, "Incidents kept in memory" },
    { "stop_values", SETTING_LIST, AT(correlator.join.stop_values), "", 0, 0, NULL,
      "Addresses and prefixes that everybody shares (own scanners, NAT gateways, public resolvers): they join nothing" },
    { "taxonomy", SETTING_TEXT, AT(correlator.taxonomy), "", 0, 0, NULL,
      "CSV of GB/T 20986-2023 categories, for Chinese titles; empty for none" },
    { "desk.matrix", SETTING_TEXT, AT(desk.matrix), "", 0, 0, NULL,
      "CSV of warnings' colours by importance and severity; empty for the built-in ones" },
    { "desk.clocks", SETTING_TEXT, AT(desk.clocks), "", 0, 0, NULL,
      "CSV of statutory reporting clocks (deploy/data/reporting_clocks.csv); empty: none runs" },
    { "desk.max", SETTING_UINT, AT(desk.kind_max), "8192", 16, 1000000, NULL, "Matters of one kind (warnings, notices) in memory" },
    { "desk.register", SETTING_UINT, AT(desk.register_max), "200000", 16, 10000000, NULL,
      "Units, and assets, in the register; about 1.5 KB of memory an asset" },
    { "desk.keep", SETTING_TIME, AT(desk.keep_us), "7 d", 1000000, UINT64_C(8640000000000), NULL,
      "Finished matters are put away after this" },
    { "desk.filed", SETTING_UINT, AT(desk.filed_max), "4096", 16, 1000000, NULL,
      "Matters and incidents of a region that are put away and can be taken up again by a command" },
    { "desk.answers", SETTING_UINT, AT(desk.answers_max), "8192", 16, 1000000, NULL,
      "Answers to commands that a region remembers, so that the same command again has no effect" },
    { "desk.answers_keep", SETTING_TIME, AT(desk.answers_keep_us), "24 h", 60000000, UINT64_C(8640000000000), NULL,
      "And for how long at most" },
    { "desk.ahead", SETTING_TIME, AT(desk.ahead_us), "5 min", 1000000, UINT64_C(86400000000), NULL,
      "A command dated further ahead of this clock is refused" },
    { "suppress.longest", SETTING_TIME, AT(desk.suppress_longest_us), "30 d", 1000000, UINT64_C(31622400000000), NULL,
      "No suppression ends later than this after it was asked for or renewed" },
    { "suppress.tell", SETTING_TIME, AT(desk.suppress_tell_us), "60 s", 0, UINT64_C(3600000000), NULL,
      "A suppression says how many alerts it hid at most this often, unless they are many; it keeps count always" },
    { "stop_accounts", SETTING_LIST, AT(correlator.join.stop_accounts),
      "anonymous, guest, root, admin, administrator, system, sa, user, test", 0, 0, NULL,
      "Names that half the world logs on by: they join nothing" },
    { "stages", SETTING_TEXT, AT(correlator.stages), "", 0, 0, NULL,
      "CSV of which tactic a rule's name or category stands for, over the built-in ones; empty for those alone" },
    { "usual.saved", SETTING_UINT, AT(keep.most), "8192", 0, 1000000, NULL,
      "Rules at hosts, hosts and rules of a region whose rhythm survives a restart (about 60 bytes each in Redis); 0 for none" },
    { "usual.save", SETTING_TIME, AT(keep.every_us), "5 min", 0, UINT64_C(86400000000), NULL,
      "How often they are written, when something was learned" },
    { "figures", SETTING_TIME, AT(keep.figures_us), "10 s", 0, UINT64_C(3600000000), NULL,
      "How often its figures and stop values are written for people, when alerts came" },
    { "region", SETTING_TEXT, AT(region), "", 0, 0, NULL, "With children: the region whose campaigns their incidents become (430000)" },
    { "children", SETTING_LIST, AT(children), "", 0, 0, NULL,
      "Regions whose incidents are joined over the regions; 4301* stands for all that begin so; empty for none" },
    { "campaign.window", SETTING_TIME, AT(correlator.campaign_window_us), "6 h", 1000000, UINT64_C(604800000000), NULL,
      "How long after its last alert a campaign still takes in a child's incident that shares an entity with it" },
    { "campaign.parts", SETTING_UINT, AT(correlator.part_max), "1024", 16, 100000, NULL,
      "Children's incidents kept in memory, about 25 KB each" },
    { "campaign.one_network", SETTING_BOOL, AT(correlator.one_network), "no", 0, 0, NULL,
      "Private addresses are one numbering plan over all children: the same one is the same machine" },
    { "scoring", SETTING_TEXT, AT(correlator.scoring), "", 0, 0, NULL,
      "CSV of what counts how much in the score, and from which score on which level; empty for the built-in ones" },
};

struct daemon {
    struct settings      settings;
    struct bus_settings  bus;
    struct correlator   *correlator;
    struct desk         *desk;
    struct keep         *keep;
    struct relay        *relay;
    struct consumer     *consumer;
    uint64_t             trimmed_us;
    bool                 stale;         /* memory is not what Redis has: fill it again before the next batch */
    struct alert_view    alerts[STREAMS * BATCH_MAX];
    char                 json[3 * 1024 * 1024];
};

static volatile int stop_asked;

static void on_signal(int number)
{
    (void)number;
    stop_asked = 1;
}

/* ---- what goes out ---- */

static void incident_out(void *ctx, const struct incident *i)
{
    struct daemon *d = ctx;
    char id[64];
    struct text t = text_over(d->json, sizeof d->json);
    incident_json(i, &t);
    if (t.cut) {
        log_error("incident %s is longer than %zu bytes and was not sent", i->id, sizeof d->json);
        return;
    }
    snprintf(id, sizeof id, "%s:%llu", i->id, (unsigned long long)i->version);
    consume_add(d->consumer, i->region, STREAM_INCIDENTS, id, "incident", t.at, t.len);
    consume_set(d->consumer, i->region, state_suffix, i->id, t.at, t.len);
}

static void incident_gone(void *ctx, const struct incident *i)
{
    struct daemon *d = ctx;
    consume_set(d->consumer, i->region, state_suffix, i->id, NULL, 0);
    desk_put_incident_away(d->desk, i, clock_wall_us());
}

static void desk_event(void *ctx, const char *region, enum stream s, const char *id, const char *type, const char *json, size_t len)
{
    const struct daemon *d = ctx;
    consume_add(d->consumer, region, s, id, type, json, len);
}

static void keep_field(void *ctx, const char *region, const char *hash, const char *field, const char *value, size_t len)
{
    const struct daemon *d = ctx;
    consume_set(d->consumer, region, hash, field, value, len);
}

/* ---- what comes back ---- */

static void restore_one(void *ctx, const char *field, const char *value, size_t len)
{
    struct daemon *d = ctx;
    struct incident_view v;
    struct fault f;
    if (incident_parse(value, len, &v, &f) < 0) {
        log_warning("saved incident %s cannot be read and is left out: %s", field, f.why);
        return;
    }
    if (correlator_restore(d->correlator, &v.incident) < 0)
        log_error("no memory for saved incident %s", field);
    incident_view_free(&v);
}

struct restoring { struct daemon *d; const char *hash; };

static void restore_desk(void *ctx, const char *field, const char *value, size_t len)
{
    struct restoring *r = ctx;
    struct fault f;
    if (desk_restore(r->d->desk, r->hash, field, value, len, &f) < 0)
        log_warning("%s %s cannot be read and is left out: %s", r->hash, field, f.why);
}

static void restore_kept(void *ctx, const char *field, const char *value, size_t len)
{
    struct restoring *r = ctx;
    struct fault f;
    if (keep_restore(r->d->keep, r->hash, value, len, &f) < 0)
        log_warning("%s %s cannot be read and is left out: %s", r->hash, field, f.why);
}

/* Habits first, as incidents look for their hosts there; then incidents; then the parts that campaigns among them name. */
static int restore_incidents(struct daemon *d, struct fault *f)
{
    int rc = consumer_load(d->consumer, NULL, KEEP_HABITS, restore_kept, &(struct restoring){ d, KEEP_HABITS }, f);
    if (rc >= 0)
        rc = consumer_load(d->consumer, NULL, state_suffix, restore_one, d, f);
    if (rc >= 0 && d->settings.children.count > 0)
        rc = consumer_load(d->consumer, NULL, KEEP_PARTS, restore_kept, &(struct restoring){ d, KEEP_PARTS }, f);
    return rc;
}

static int restore_all(struct daemon *d, struct fault *f)
{
    static const char *const hashes[] = { DESK_STATE, DESK_FILED, COMMAND_ANSWERS };
    correlator_clear(d->correlator);
    desk_clear(d->desk);
    int rc = restore_incidents(d, f);
    for (size_t i = 0; i < sizeof hashes / sizeof hashes[0] && rc >= 0; i++)
        rc = consumer_load(d->consumer, NULL, hashes[i], restore_desk, &(struct restoring){ d, hashes[i] }, f);
    d->stale = rc < 0;
    log_info("%llu open incidents and %llu other matters taken up", (unsigned long long)correlator_counts(d->correlator)->open,
             (unsigned long long)desk_counts(d->desk)->matters);
    return rc;
}

/* ---- the handler ---- */

/* All of them are read before the first changes anything: an entry that cannot be read is then nobody else's loss. */
static int read_one(struct alert_view *alert, const struct entry *e, struct fault *f)
{
    struct command_view command;
    struct incident_view incident;
    *alert = (struct alert_view){ 0 };
    if (e->stream == STREAM_COMMANDS) {
        int rc = command_parse(e->json, e->json_len, &command, f);
        if (rc == 0)
            command_view_free(&command);
        return rc;
    }
    if (e->stream == STREAM_PARTS) {
        int rc = incident_parse(e->json, e->json_len, &incident, f);
        if (rc == 0)
            incident_view_free(&incident);
        return rc;
    }
    int rc = alert_parse(e->json, e->json_len, alert, f);
    alert->region = e->region;          /* the stream says whose it is: its state is kept there */
    return rc;
}

static int read_all(struct alert_view *alerts, const struct entry *entries, size_t count, struct fault *f)
{
    for (size_t i = 0; i < count; i++) {
        int rc = read_one(&alerts[i], &entries[i], f);
        if (rc < 0) {
            while (i > 0)
                alert_view_free(&alerts[--i]);
            return rc;
        }
    }
    return 0;
}

static int take(struct daemon *d, const struct alert_view *a, const struct entry *e, struct fault *f)
{
    if (e->stream == STREAM_COMMANDS)
        return desk_command(d->desk, e->region, e->id, e->json, e->json_len, clock_wall_us(), f);
    if (e->stream == STREAM_PARTS)
        return keep_part(d->keep, e->json, e->json_len, clock_wall_us(), f);
    int rc = correlator_alert(d->correlator, a, clock_wall_us(), NULL);
    return rc < 0 ? fault_set(f, rc, "no memory for an incident") : 0;
}

static int on_batch(void *ctx, struct consumer *c, const struct entry *entries, size_t count, struct fault *f)
{
    struct daemon *d = ctx;
    if (d->stale && restore_all(d, f) < 0)
        return -EIO;
    int rc = read_all(d->alerts, entries, count, f);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < count; i++) {
        if (rc == 0)
            rc = take(d, &d->alerts[i], &entries[i], f);
        alert_view_free(&d->alerts[i]);
    }
    if (correlator_counts(d->correlator)->open > d->settings.correlator.case_max * 5 / 4)
        consume_urge(c);
    d->stale |= rc < 0;
    return rc;
}

static void on_gather(void *ctx, struct consumer *c, const char *region)
{
    struct daemon *d = ctx;
    (void)c;
    if (d->stale)
        return;
    correlator_changes(d->correlator, region, incident_out, incident_gone, d);
    desk_gather(d->desk, region, clock_wall_us());
    keep_batch(d->keep, region, clock_wall_us());
}

#define TRIM_EVERY_US UINT64_C(600000000)
#define PARTS_KEPT_US UINT64_C(3600000000)

/* The relay's entries that were taken in: nobody else reads them. */
static void trim_parts(struct daemon *d, uint64_t now_us)
{
    static const char *const groups[] = { GROUP_CORRELATOR };
    struct fault f;
    if (d->settings.children.count == 0 || now_us - d->trimmed_us < TRIM_EVERY_US)
        return;
    d->trimmed_us = now_us;
    if (consumer_trim(d->consumer, STREAM_PARTS, groups, 1, PARTS_KEPT_US, &f) < 0)
        log_warning("children's incidents that were taken in cannot be trimmed: %s", f.why);
}

/* What has become due. One region's at a time: each has a transaction of its own. */
static int on_idle(void *ctx, struct consumer *c, uint64_t now_us)
{
    struct daemon *d = ctx;
    struct fault f;
    (void)c;
    if (d->stale && restore_all(d, &f) < 0)
        return -EIO;
    if (relay_ended(d->relay))
        stop_asked = 1;         /* whoever watches over us starts us again, and reads why */
    trim_parts(d, now_us);
    desk_tick(d->desk, clock_wall_us());
    return 0;
}

static void on_settled(void *ctx, bool committed)
{
    struct daemon *d = ctx;
    if (!committed)
        d->stale = true;
}

/* A region has become ours, at start or after a broken connection: memory is filled before the next batch. */
static int on_taken(void *ctx, struct consumer *c, const char *region, struct fault *f)
{
    struct daemon *d = ctx;
    (void)f;
    correlator_forgot(d->correlator, consumer_forgot_us(c, region));
    d->stale = true;
    return 0;
}

/* Somebody else's now: what is in memory of it must not come due here. */
static void on_lost(void *ctx, const char *region)
{
    struct daemon *d = ctx;
    (void)region;
    d->stale = true;
}

static int run(struct daemon *d, struct fault *f)
{
    static const enum stream streams[STREAMS] = { STREAM_ALERTS, STREAM_COMMANDS, STREAM_PARTS };    /* the last with children */
    char **listed = calloc(d->settings.regions.count + 1, sizeof *listed);
    if (listed == NULL)
        return fault_set(f, -ENOMEM, "no memory");
    if (d->settings.regions.count > 0)
        memcpy(listed, d->settings.regions.items, d->settings.regions.count * sizeof *listed);
    struct consume_settings s = {
        .redis = d->bus.redis, .redis_user = *d->bus.user ? d->bus.user : NULL,
        .redis_password = *d->bus.password ? d->bus.password : NULL, .group = GROUP_CORRELATOR,
        .name = d->settings.name, .streams = streams, .stream_count = d->settings.children.count > 0 ? STREAMS : STREAMS - 1,
        .regions = d->settings.regions.count ? (const char *const *)listed : NULL,
        .batch = (unsigned)d->settings.batch, .block_us = 500000, .hold_us = d->settings.hold_us,
        .leave_percent = CONSUME_LEAVES, .claim_idle_us = d->settings.claim_idle_us,
    };
    struct consume_handler h = { .taken = on_taken, .batch = on_batch, .settled = on_settled, .lost = on_lost, .idle = on_idle, .ctx = d,
                                 .gather = on_gather };
    const struct relay_settings relay = {
        .redis = s.redis, .redis_user = s.redis_user, .redis_password = s.redis_password, .name = s.name, .parent = d->settings.region,
        .children = &d->settings.children, .batch = s.batch, .block_us = s.block_us, .claim_idle_us = s.claim_idle_us,
    };
    int rc = (d->consumer = consumer_open(&s, f)) != NULL ? relay_start(&d->relay, &relay, &stop_asked, f) : f->code;
    if (rc == 0)
        rc = consumer_run(d->consumer, &h, &stop_asked, f);
    stop_asked = 1;
    struct fault why;
    int relayed = relay_join(d->relay, &why);
    if (rc == 0 && relayed < 0)
        rc = fault_set(f, relayed, "%s", why.why);
    consumer_close(d->consumer);
    free(listed);
    return rc;
}

static int serve(struct daemon *d, const struct cli *cli)
{
    struct fault f = { 0 };
    struct sigaction act = { .sa_handler = on_signal };
    if (*d->bus.redis == '\0')
        return cli_fail(cli, EX_CONFIG, "bus.redis: expected unix:/path/to/socket or tcp:host:port, but it is empty");
    if ((d->correlator = correlator_new(&d->settings.correlator, &f)) == NULL)
        return cli_fail(cli, EX_CONFIG, "%s", f.why);
    const struct desk_out out = { desk_event, keep_field, incident_out, d };
    const struct keep_out kept = { keep_field, d };
    d->desk = desk_new(&d->settings.desk, d->correlator, &out, &f);
    d->keep = keep_new(&d->settings.keep, d->correlator, d->settings.name, d->settings.children.count > 0 ? d->settings.region : "", &kept);
    if (d->desk == NULL || d->keep == NULL) {
        keep_free(d->keep);
        desk_free(d->desk);
        correlator_free(d->correlator);
        return cli_fail(cli, EX_CONFIG, "%s", d->desk == NULL ? f.why : "no memory");
    }
    sigaction(SIGTERM, &act, NULL);
    sigaction(SIGINT, &act, NULL);
    signal(SIGPIPE, SIG_IGN);
    int code = !cli->check && run(d, &f) < 0 ? cli_fail(cli, EX_UNAVAILABLE, "%s", f.why) : EX_OK;
    keep_free(d->keep);
    desk_free(d->desk);
    correlator_free(d->correlator);
    return code;
}

/* ---- a file instead of Redis ---- */

enum { OPTION_REPLAY = CLI_OPTION_OWN, OPTION_GROUPS, OPTION_LEVEL, OPTION_INCIDENTS, OPTION_STORY, OPTION_STOP_VALUES };

static int replay(const struct daemon *d, const struct cli *cli, const struct replay *r)
{
    struct fault f = { 0 };
    struct correlator_counts n;
    if (replay_run(r, &d->settings.correlator, &n, &f) < 0)
        return cli_fail(cli, f.code == -ENOENT ? EX_NOINPUT : f.code == -EINVAL ? EX_DATAERR : EX_IOERR, "%s", f.why);
    log_info("%llu alerts, %llu of them outside incidents; %llu meta-alerts, %llu incidents, %llu of them merged into others",
             (unsigned long long)n.alerts, (unsigned long long)n.usual, (unsigned long long)n.metas,
             (unsigned long long)n.incidents, (unsigned long long)n.merged);
    return EX_OK;
}

/* ---- what joins nothing ---- */

static void stop_values_of(void *ctx, const char *region, const char *name, const char *value, size_t len)
{
    struct fault f;
    json_t *figures = event_load(value, len, &f);
    const json_t *list = json_object_get(figures, "stop_values");
    (void)ctx, (void)region, (void)name;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *v = json_array_get(list, i);
        const char *of = event_text_of(v, "region");
        printf("%s\t%s\t%s\t%s\n", *of ? of : "-", event_text_of(v, "value"), event_text_of(v, "en"), event_text_of(v, "zh"));
    }
    json_decref(figures);
}

/* As the running correlators wrote it, in their figures. */
static int stop_values(const struct daemon *d, const struct cli *cli)
{
    struct fault f;
    if (*d->bus.redis == '\0')
        return cli_fail(cli, EX_CONFIG, "bus.redis: expected unix:/path/to/socket or tcp:host:port, but it is empty");
    if (backlog_fields(d->bus.redis, d->bus.user, d->bus.password, KEEP_FIGURES, stop_values_of, NULL, &f) < 0)
        return cli_fail(cli, EX_UNAVAILABLE, "%s", f.why);
    return EX_OK;
}

/* True when the option was one of ours and good. */
static bool replay_option(struct replay *r, int option, const char *argument)
{
    switch (option) {
    case OPTION_REPLAY:    r->in = argument; return true;
    case OPTION_GROUPS:    r->groups = argument; return true;
    case OPTION_INCIDENTS: r->incidents = argument; return true;
    case OPTION_STORY:     r->story = argument; return true;
    case OPTION_STOP_VALUES: r->stop_values = "-"; return true;
    case OPTION_LEVEL:     r->by_meta = strcmp(argument, "meta") == 0; return r->by_meta || strcmp(argument, "incident") == 0;
    default:               return false;
    }
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        { "replay", required_argument, NULL, OPTION_REPLAY }, { "groups", required_argument, NULL, OPTION_GROUPS },
        { "groups-level", required_argument, NULL, OPTION_LEVEL }, { "incidents", required_argument, NULL, OPTION_INCIDENTS },
        { "story", required_argument, NULL, OPTION_STORY }, { "stop-values", no_argument, NULL, OPTION_STOP_VALUES },
        CLI_LONG, { 0 },
    };
    struct cli cli = { .program = "fengsui-correlator", .usage = usage, .level = LOG_LEVEL_INFO };
    struct replay file = { 0 };
    for (int option; (option = getopt_long(argc, argv, CLI_SHORT, options, NULL)) != -1;) {
        if (option == OPTION_LEVEL && !replay_option(&file, option, optarg))
            return cli_fail(&cli, EX_USAGE, "--groups-level is incident or meta, not \"%s\"", optarg);
        if (option >= CLI_OPTION_OWN ? !replay_option(&file, option, optarg) : !cli_common(&cli, option, optarg))
            return EX_USAGE;
    }
    if (file.in == NULL && (file.groups != NULL || file.incidents != NULL || file.story != NULL))
        return cli_fail(&cli, EX_USAGE, "--groups, --incidents and --story need --replay FILE");
    if (optind < argc)
        return cli_fail(&cli, EX_USAGE, "unexpected \"%s\"; see --help", argv[optind]);
    struct daemon *d = calloc(1, sizeof *d);        /* half a megabyte: not for the stack */
    if (d == NULL)
        return cli_fail(&cli, EX_OSERR, "no memory");
    struct settings_section sections[] = {
        { "correlator", rows, sizeof rows / sizeof rows[0], &d->settings }, bus_section(&d->bus),
        organisation_section(&d->settings.desk.organisation),
    };
    int code = cli_settings(&cli, sections, 3);
    log_open(cli.program, cli.level);
    if (code == 0)
        code = file.in != NULL ? replay(d, &cli, &file) : file.stop_values != NULL ? stop_values(d, &cli) : serve(d, &cli);
    settings_free(sections, 3);
    free(d);
    return code;
}
