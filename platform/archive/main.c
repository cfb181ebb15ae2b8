/* fengsui-archiver - the streams into the long-term store.
 *
 * A batch is acknowledged only after the archive has committed it; events are keyed by id, so a batch that comes twice
 * changes nothing. Now and then it removes months that are past their time, and trims from the streams what every
 * group has acknowledged. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "archive/archive.h"
#include "archive/notary.h"
#include "archive/settings.h"
#include "bus/consume.h"
#include "bus/settings.h"
#include "common/cli.h"
#include "common/clock.h"

static const char usage[] =
    "Usage: fengsui-archiver [-c FILE] [--set NAME=VALUE] [-T]\n"
    "Writes alerts, events, incidents, warnings and commands from Redis into the archive.\n\n"
    "  -c, --config FILE      settings (default /etc/fengsui/fengsui.yaml)\n"
    "      --set NAME=VALUE   one setting over the file\n"
    "      --dump-config      the settings in force\n"
    "  -T, --test             check the settings and leave\n"
    "  -v, --verbose          say more\n"
    "  -h, --help  -V, --version\n";

struct settings {
    char    *name;
    struct setting_list regions;
    uint64_t batch, claim_idle_us, keep_us, stream_keep_us, trim_every_us, checkpoint_every_us, pace_us, stream_room;
    bool     notified;
};

#define AT(member) offsetof(struct settings, member)
static const struct setting rows[] = {
    { "name", SETTING_TEXT, AT(name), "archiver-1", 0, 0, NULL, "This consumer's name in its group; stable over restarts" },
    { "regions", SETTING_LIST, AT(regions), "", 0, 0, NULL, "Region codes to archive; empty for all that have streams" },
    { "batch", SETTING_UINT, AT(batch), "8192", 1, 65536, NULL, "Entries of one stream taken in one transaction" },
    { "pace", SETTING_TIME, AT(pace_us), "400 ms", 0, 10000000, NULL,
      "After a transaction that was not full the next one waits so long, so that under load they are few" },
    { "claim_idle", SETTING_TIME, AT(claim_idle_us), "30 s", 1000000, UINT64_C(3600000000), NULL,
      "After so long without a sign of life another archiver's regions are taken over" },
    { "keep", SETTING_TIME, AT(keep_us), "400 d", ARCHIVE_KEEP_LEAST_US, UINT64_C(3153600000000000), NULL,
      "How long events are kept; by law at least 180 days. Whole months are removed" },
    { "stream_keep", SETTING_TIME, AT(stream_keep_us), "24 h", 0, UINT64_C(8640000000000), NULL,
      "How long entries stay in the streams after everybody has acknowledged them, for readers without a group" },
    { "stream_room", SETTING_SIZE, AT(stream_room), "512 MiB", 1048576, UINT64_C(1) << 40, NULL,
      "When Redis uses more memory than this, or half of what it may, they stay for five seconds only" },
    { "notified", SETTING_BOOL, AT(notified), "no", 0, 0, NULL,
      "A notifier runs: incidents and warnings stay in the streams until it has taken them, however long it is away" },
    { "trim_every", SETTING_TIME, AT(trim_every_us), "60 s", 1000000, UINT64_C(86400000000), NULL,
      "How often the streams are trimmed and past months are looked for" },
    { "checkpoint_every", SETTING_TIME, AT(checkpoint_every_us), "1 h", 1000000, UINT64_C(86400000000), NULL,
      "How often a checkpoint of the archive's chains is signed" },
};

static const enum stream streams[] = { STREAM_ALERTS, STREAM_EVENTS, STREAM_INCIDENTS, STREAM_WARNINGS, STREAM_COMMANDS };
enum { STREAMS = sizeof streams / sizeof *streams };

struct daemon {
    struct settings     settings;
    struct bus_settings bus;
    struct archive_settings place;
    struct archive     *archive;
    struct notary      *notary;             /* NULL: no place for checkpoints */
    struct chain_head  *past;               /* months that are about to go */
    size_t              past_count;
    uint64_t            look_after_us;
};

static const uint64_t CROWDED_KEEP_US = 5000000;

static volatile int stop_asked;

static void on_signal(int number)
{
    (void)number;
    stop_asked = 1;
}

/* ---- the handler ---- */

static int put_all(struct daemon *d, const struct entry *entries, size_t count, struct fault *f)
{
    int rc = 0;
    for (size_t i = 0; i < count && rc == 0; i++)
        rc = archive_put(d->archive, stream_names[entries[i].stream], entries[i].region, entries[i].json,
                         entries[i].json_len, f);
    return rc;
}

static int on_batch(void *ctx, struct consumer *c, const struct entry *entries, size_t count, struct fault *f)
{
    struct daemon *d = ctx;
    (void)c;
    int rc = archive_begin(d->archive, f);
    if (rc == 0)
        rc = put_all(d, entries, count, f);
    if (rc == 0)
        rc = archive_commit(d->archive, f);
    if (rc != 0)
        archive_rollback(d->archive);
    return rc;
}

/* Alerts and commands wait for the correlator too; what it makes of them for the notifier, where there is one. */
static size_t readers_of(const struct daemon *d, enum stream s, const char *groups[2])
{
    bool decided = s == STREAM_INCIDENTS || s == STREAM_WARNINGS;
    groups[0] = GROUP_ARCHIVER;
    groups[1] = decided ? GROUP_NOTIFIER : GROUP_CORRELATOR;
    return decided ? 1 + d->settings.notified : s == STREAM_ALERTS || s == STREAM_COMMANDS ? 2 : 1;
}

static void trim(const struct daemon *d, struct consumer *c, uint64_t keep_us)
{
    for (size_t i = 0; i < STREAMS; i++) {
        struct fault f = { 0 };
        const char *groups[2];
        size_t count = readers_of(d, streams[i], groups);
        int64_t gone = consumer_trim(c, streams[i], groups, count, keep_us, &f);
        if (gone < 0)
            log_warning("trimming %s: %s", stream_names[streams[i]], f.why);
        else if (gone > 0)
            log_debug("%s: %lld acknowledged entries trimmed", stream_names[streams[i]], (long long)gone);
    }
}

/* Whether what is acknowledged has to make room. Redis evicts nothing: full, it takes no alerts, and sensors spool. */
static bool is_crowded(const struct daemon *d, struct consumer *c)
{
    struct fault f = { 0 };
    uint64_t used = 0, most = 0;
    if (consumer_memory(c, &used, &most, &f) < 0)
        return false;
    return used > d->settings.stream_room || (most > 0 && used > most / 2);
}

static int note_past(void *ctx, const struct chain_head *h)
{
    struct daemon *d = ctx;
    struct chain_head *more = realloc(d->past, (d->past_count + 1) * sizeof *more);
    if (more == NULL)
        return -ENOMEM;
    d->past = more;
    d->past[d->past_count++] = *h;
    return 0;
}

/* First a checkpoint that says which months go and how far they went; then they go. */
static int retain(struct daemon *d, struct fault *f)
{
    uint64_t now_us = clock_wall_us();
    d->past_count = 0;
    int rc = d->notary != NULL ? archive_past(d->archive, d->settings.keep_us, now_us, note_past, d, f) : 0;
    if (rc == 0 && d->past_count > 0)
        rc = notary_removing(d->notary, d->archive, d->past, d->past_count, now_us, f);
    return rc == 0 ? archive_retain(d->archive, d->settings.keep_us, now_us, f) : rc;
}

static int on_idle(void *ctx, struct consumer *c, uint64_t now_us)
{
    struct daemon *d = ctx;
    struct fault f = { 0 };
    if (d->notary != NULL && notary_idle(d->notary, d->archive, clock_wall_us(), &f) < 0)
        log_warning("no checkpoint: %s", f.why);
    if (is_crowded(d, c))
        trim(d, c, d->settings.stream_keep_us < CROWDED_KEEP_US ? d->settings.stream_keep_us : CROWDED_KEEP_US);
    if (now_us < d->look_after_us)
        return 0;
    d->look_after_us = now_us + d->settings.trim_every_us;
    trim(d, c, d->settings.stream_keep_us);
    int removed = retain(d, &f);
    if (removed < 0)
        log_warning("%s", f.why);
    else if (removed > 0)
        log_info("%d months were past their time and are removed", removed);
    return 0;
}

/* ---- start and end ---- */

static void say_goodbye(const struct consumer *c)
{
    struct consume_counts n;
    consumer_counts(c, &n);
    log_info("%llu entries archived, %llu repeats dropped, %llu sent to :dead", (unsigned long long)n.handled,
             (unsigned long long)n.repeats, (unsigned long long)n.dead);
}

/* With `check` it only looks whether it could: an address or a name may be wrong. */
static int run(struct daemon *d, bool check, struct fault *f)
{
    char **listed = calloc(d->settings.regions.count + 1, sizeof *listed);
    if (listed == NULL)
        return fault_set(f, -ENOMEM, "no memory");
    if (d->settings.regions.count > 0)
        memcpy(listed, d->settings.regions.items, d->settings.regions.count * sizeof *listed);
    struct consume_settings s = {
        .redis = d->bus.redis, .redis_user = d->bus.user, .redis_password = d->bus.password, .group = GROUP_ARCHIVER,
        .name = d->settings.name, .streams = streams, .stream_count = STREAMS,
        .regions = d->settings.regions.count ? (const char *const *)listed : NULL,
        .batch = (unsigned)d->settings.batch, .block_us = 500000, .pace_us = d->settings.pace_us, .claim_idle_us = d->settings.claim_idle_us,
    };
    struct consume_handler h = { .batch = on_batch, .idle = on_idle, .ctx = d };
    struct consumer *c = consumer_open(&s, f);
    int rc = c == NULL ? f->code : check ? 0 : consumer_run(c, &h, &stop_asked, f);
    if (c != NULL && !check)
        say_goodbye(c);
    consumer_close(c);
    free(listed);
    return rc;
}

/* Where there is no place for checkpoints, rows are chained all the same. */
static int open_notary(struct daemon *d, struct fault *f)
{
    char room[4200];
    const char *path = archive_checkpoints(&d->place, room, sizeof room);
    if (path == NULL) {
        log_error("no checkpoints are made: archive.checkpoints names no file for them");
        return 0;
    }
    struct notary_settings s = { .path = path, .keys = d->place.keys, .every_us = d->settings.checkpoint_every_us };
    d->notary = notary_open(&s, f);
    if (d->notary == NULL)
        return f->code;
    if (notary_checkpoint(d->notary, d->archive, CHECKPOINT_START, clock_wall_us(), f) < 0)
        log_warning("no checkpoint yet: %s", f->why);       /* a server may come later than we do; on_idle() makes one then */
    return 0;
}

/* The last word on what the archive holds, and on every byte of its files. */
static void close_all(struct daemon *d)
{
    struct fault f = { 0 };
    int rc = d->notary != NULL ? notary_checkpoint(d->notary, d->archive, CHECKPOINT_STOP, clock_wall_us(), &f) : 0;
    archive_close(d->archive);
    if (d->notary != NULL && rc == 0)
        rc = notary_seal(d->notary, d->place.store, clock_wall_us(), &f);
    if (rc < 0)
        log_warning("no checkpoint at the end: %s", f.why);
    else if (f.code != 0)
        log_warning("%s", f.why);
    notary_close(d->notary);
    free(d->past);
}

static int serve(struct daemon *d, const struct cli *cli)
{
    struct fault f = { 0 };
    struct sigaction act = { .sa_handler = on_signal };
    sigaction(SIGTERM, &act, NULL);
    sigaction(SIGINT, &act, NULL);
    signal(SIGPIPE, SIG_IGN);
    d->archive = archive_open(d->place.store, ARCHIVE_WRITE, &f);
    if (d->archive == NULL)
        return cli_fail(cli, EX_CANTCREAT, "%s", f.why);
    int code = open_notary(d, &f) < 0 ? cli_fail(cli, EX_CANTCREAT, "%s", f.why)
             : run(d, false, &f) < 0 ? cli_fail(cli, EX_UNAVAILABLE, "%s", f.why) : EX_OK;
    close_all(d);
    return code;
}

int main(int argc, char **argv)
{
    static const struct option options[] = { CLI_LONG, { 0 } };
    struct cli cli = { .program = "fengsui-archiver", .usage = usage, .level = LOG_LEVEL_INFO };
    struct daemon d = { 0 };
    struct settings_section sections[] = {
        { "archiver", rows, sizeof rows / sizeof rows[0], &d.settings }, bus_section(&d.bus), archive_section(&d.place),
    };
    for (int option; (option = getopt_long(argc, argv, CLI_SHORT, options, NULL)) != -1;)
        if (!cli_common(&cli, option, optarg))
            return EX_USAGE;
    if (optind < argc)
        return cli_fail(&cli, EX_USAGE, "unexpected \"%s\"; see --help", argv[optind]);
    int code = cli_settings(&cli, sections, 3);
    if (code == 0)
        log_open(cli.program, cli.level);
    if (code == 0 && *d.bus.redis == '\0')
        code = cli_fail(&cli, EX_CONFIG, "bus.redis: expected unix:/path/to/socket or tcp:host:port, but it is empty");
    struct fault f = { 0 };
    if (code == 0 && cli.check && run(&d, true, &f) < 0)
        code = cli_fail(&cli, EX_CONFIG, "%s", f.why);
    if (code == 0 && !cli.check)
        code = serve(&d, &cli);
    settings_free(sections, 3);
    return code;
}
