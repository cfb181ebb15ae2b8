/* fengsui-notifier - incidents, warnings and notices to those outside who are to know of them.
 *
 * Reads the streams in a group of its own, so that a slow mail server holds up nothing but mail. What is to be sent is in
 * Redis before the event is acknowledged, and leaves it when the target has confirmed (outbox.h). */
#include <curl/curl.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bus/consume.h"
#include "bus/settings.h"
#include "common/cli.h"
#include "common/clock.h"
#include "exchange/settings.h"
#include "notifier/sender.h"

static const char usage[] =
    "Usage: fengsui-notifier [-c FILE] [--set NAME=VALUE] [-T]\n"
    "Sends incidents, warnings and notices from Redis to the targets in the settings.\n\n"
    "  -c, --config FILE      settings (default /etc/fengsui/fengsui.yaml)\n"
    "      --set NAME=VALUE   one setting over the file\n"
    "      --dump-config      the settings in force\n"
    "      --list-targets     who is told, a line each, and leave\n"
    "  -T, --test             check the settings and leave\n"
    "  -v, --verbose          say more\n"
    "  -h, --help  -V, --version\n";

struct settings {
    char    *name, *dir;
    struct setting_list regions, targets, secrets;
    uint64_t batch, claim_idle_us, timeout_us;
    struct outbox_settings outbox;
};

#define AT(member) offsetof(struct settings, member)
static const struct setting rows[] = {
    { "name", SETTING_TEXT, AT(name), "notifier-1", 0, 0, NULL, "This consumer's name in its group; stable over restarts" },
    { "dir", SETTING_TEXT, AT(dir), "/var/lib/fengsui-notifier", 0, 0, NULL, "Folder of the journal of what targets confirmed" },
    { "regions", SETTING_LIST, AT(regions), "", 0, 0, NULL, "Region codes to send from; empty for all that have streams" },
    { "targets", SETTING_MAP, AT(targets), NULL, 0, 0, NULL, "Who is told of what: a name and a line each, as fengsui-notifier(8) has them" },
    { "secrets", SETTING_MAP, AT(secrets), NULL, 0, 0, NULL,
      "By the target's name: a webhook's key, or user:password of a mail server; in the file that only this program reads" },
    { "batch", SETTING_UINT, AT(batch), "64", 1, 512, NULL, "Entries taken in one transaction" },
    { "claim_idle", SETTING_TIME, AT(claim_idle_us), "30 s", 1000000, UINT64_C(3600000000), NULL,
      "After so long without a sign of life another notifier's regions are taken over" },
    { "timeout", SETTING_TIME, AT(timeout_us), "20 s", 100000, UINT64_C(600000000), NULL, "Longest wait for a target, to connect and in all" },
    { "queue.max", SETTING_UINT, AT(outbox.queue_max), "2000", 1, 1000000, NULL,
      "Messages waiting for one target; the least grave go first when there are more" },
    { "queue.keep", SETTING_TIME, AT(outbox.keep_us), "72 h", 1000000, UINT64_C(8640000000000), NULL,
      "A message that could not be sent for so long is dropped, and said in the dead stream" },
    { "retry.least", SETTING_TIME, AT(outbox.retry_least_us), "1 s", 1000, UINT64_C(3600000000), NULL,
      "First wait after a target did not answer; doubles each time" },
    { "retry.most", SETTING_TIME, AT(outbox.retry_most_us), "5 min", 1000, UINT64_C(86400000000), NULL, "Longest such wait" },
    { "seen.max", SETTING_UINT, AT(outbox.seen_max), "16384", 16, 1000000, NULL,
      "Things of which it is remembered what each target was told last" },
};

static const enum stream streams[] = { STREAM_INCIDENTS, STREAM_WARNINGS };

struct daemon {
    struct settings          settings;
    struct bus_settings      bus;
    struct exchange_settings exchange;
    struct exchange_house    house;
    struct target            targets[TARGETS_MAX];
    size_t                   target_count;
    struct consumer         *consumer;
    struct journal          *journal;
    struct outbox           *outbox;
    char                   **ours;          /* regions that are ours just now */
    size_t                   our_count, next;
    uint64_t                 figures_at_us;
};

static volatile int stop_asked;

static void on_signal(int number)
{
    (void)number;
    stop_asked = 1;
}

/* ---- what the outbox writes ---- */

static void write_field(void *ctx, const char *region, const char *field, const char *value, size_t len)
{
    struct daemon *d = ctx;
    consume_set(d->consumer, region, OUTBOX_STATE, field, value, len);
}

static void write_dead(void *ctx, const char *region, const char *id, const char *json, size_t len)
{
    struct daemon *d = ctx;
    consume_add(d->consumer, region, STREAM_DEAD, id, "undelivered", json, len);
}

static struct outbox_writer writer_of(struct daemon *d)
{
    return (struct outbox_writer){ write_field, write_dead, d };
}

/* ---- the handler ---- */

/* Refusals, answers and kinds that nobody outside is told of stand in the same streams. */
static bool is_for_outside(const struct entry *e)
{
    for (size_t i = 0; thing_kind_names[i] != NULL; i++)
        if (strcmp(e->type, thing_kind_names[i]) == 0)
            return true;
    return false;
}

static int read_all(const struct entry *entries, size_t count, struct thing *things, struct fault *f)
{
    for (size_t i = 0; i < count; i++) {
        int rc = is_for_outside(&entries[i]) ? thing_parse(entries[i].json, entries[i].json_len, false, &things[i], f) : 0;
        if (rc == 0 && things[i].document != NULL &&
            (strlen(things[i].id) >= OUTBOX_THING_MAX || strpbrk(things[i].id, "|\n\r") != NULL))
            rc = fault_set(f, -EINVAL, "an id has at most %d letters and no |", OUTBOX_THING_MAX - 1);
        if (rc != 0)
            return rc;
    }
    return 0;
}

/* All are read before the first is offered: what cannot be read must leave nothing behind of its neighbours. */
static int on_batch(void *ctx, struct consumer *c, const struct entry *entries, size_t count, struct fault *f)
{
    struct daemon *d = ctx;
    struct outbox_writer w = writer_of(d);
    struct thing *things = calloc(count, sizeof *things);
    (void)c;
    if (things == NULL)
        return fault_set(f, -ENOMEM, "no memory for a batch");
    int rc = read_all(entries, count, things, f);
    for (size_t i = 0; i < count; i++) {
        if (rc == 0 && things[i].document != NULL)
            outbox_offer(d->outbox, entries[i].region, &things[i], entries[i].json, entries[i].json_len, clock_wall_us(), &w);
        thing_free(&things[i]);
    }
    free(things);
    return rc;
}

static void on_settled(void *ctx, bool committed)
{
    struct daemon *d = ctx;
    outbox_settled(d->outbox, committed);
}

static size_t place_of(const struct daemon *d, const char *region)
{
    size_t i = 0;
    while (i < d->our_count && strcmp(d->ours[i], region) != 0)
        i++;
    return i;
}

static void on_lost(void *ctx, const char *region)
{
    struct daemon *d = ctx;
    size_t place = place_of(d, region);
    outbox_lost(d->outbox, region);
    if (place == d->our_count)
        return;
    free(d->ours[place]);
    d->ours[place] = d->ours[--d->our_count];
}

struct loading { struct outbox *outbox; const char *region; };

static void load_field(void *ctx, const char *field, const char *value, size_t len)
{
    const struct loading *l = ctx;
    outbox_load(l->outbox, l->region, field, value, len);
}

static int on_taken(void *ctx, struct consumer *c, const char *region, struct fault *f)
{
    struct daemon *d = ctx;
    struct loading l = { d->outbox, region };
    outbox_taken(d->outbox, region);
    int rc = consumer_load(c, region, OUTBOX_STATE, load_field, &l, f);
    if (rc != 0)
        return rc;
    outbox_loaded(d->outbox);
    if (place_of(d, region) < d->our_count)
        return 0;
    char **more = realloc(d->ours, (d->our_count + 1) * sizeof *more);
    char *name = strdup(region);
    if (more == NULL || name == NULL)
        return fault_set(f, -ENOMEM, "no memory for a region");
    d->ours = more;
    d->ours[d->our_count++] = name;
    return 0;
}

/* For `fengsui status`: {"name","time","counts":{"outbox":{...},"waiting":{target: messages}}} */
static void tell_figures(struct daemon *d, const char *region)
{
    char json[8192], now[CLOCK_TEXT_MAX];
    struct text t = text_over(json, sizeof json);
    struct outbox_counts n;
    outbox_counts(d->outbox, &n);
    clock_text(clock_wall_us(), now);
    text_lit(&t, "{\"name\":\"");
    text_json(&t, d->settings.name, strlen(d->settings.name));
    text_fmt(&t, "\",\"time\":\"%s\",\"counts\":{", now);
    metrics_json(&outbox_metrics, &n, 0, &t);
    text_lit(&t, ",\"waiting\":{");
    for (size_t i = 0; i < d->target_count; i++)
        text_fmt(&t, "%s\"%s\":%zu", i ? "," : "", d->targets[i].name, outbox_waiting(d->outbox, i));
    text_lit(&t, "}}}");
    if (!t.cut)
        consume_set(d->consumer, region, STATE_FIGURES, d->settings.name, t.at, t.len);
}

/* One region a turn, as one transaction is one region's. */
static int on_idle(void *ctx, struct consumer *c, uint64_t now_us)
{
    static const uint64_t figures_every_us = 5000000;
    struct daemon *d = ctx;
    struct outbox_writer w = writer_of(d);
    (void)c;
    for (size_t i = 0; i < d->our_count; i++) {
        d->next = (d->next + 1) % d->our_count;
        if (outbox_tidy(d->outbox, d->ours[d->next], clock_wall_us(), &w))
            break;
    }
    if (d->our_count > 0 && now_us >= d->figures_at_us) {
        d->figures_at_us = now_us + figures_every_us;
        tell_figures(d, d->ours[d->next]);
    }
    return 0;
}

/* ---- start and end ---- */

static void say_goodbye(struct daemon *d)
{
    struct outbox_counts n;
    outbox_counts(d->outbox, &n);
    log_info("%llu messages confirmed, %llu of them within others; %llu attempts failed, %llu refused; %llu dropped; %llu waiting",
             (unsigned long long)n.sent, (unsigned long long)n.summed, (unsigned long long)n.failed, (unsigned long long)n.refused,
             (unsigned long long)(n.dropped_full + n.dropped_old), (unsigned long long)n.waiting);
}

static int run(struct daemon *d, bool check, struct fault *f)
{
    char **listed = calloc(d->settings.regions.count + 1, sizeof *listed);
    if (listed == NULL)
        return fault_set(f, -ENOMEM, "no memory");
    if (d->settings.regions.count > 0)
        memcpy(listed, d->settings.regions.items, d->settings.regions.count * sizeof *listed);
    struct consume_settings s = {
        .redis = d->bus.redis, .redis_user = d->bus.user, .redis_password = d->bus.password, .group = GROUP_NOTIFIER,
        .name = d->settings.name, .streams = streams, .stream_count = sizeof streams / sizeof streams[0],
        .regions = d->settings.regions.count ? (const char *const *)listed : NULL,
        .batch = (unsigned)d->settings.batch, .block_us = 200000, .leave_percent = CONSUME_LEAVES,
        .claim_idle_us = d->settings.claim_idle_us,
    };
    struct consume_handler h = { .taken = on_taken, .batch = on_batch, .settled = on_settled, .idle = on_idle, .lost = on_lost, .ctx = d };
    d->consumer = consumer_open(&s, f);
    int rc = d->consumer == NULL ? f->code : check ? 0 : consumer_run(d->consumer, &h, &stop_asked, f);
    consumer_close(d->consumer);
    free(listed);
    return rc;
}

static int open_all(struct daemon *d, struct fault *f)
{
    char path[4096];
    if (snprintf(path, sizeof path, "%s/journal", d->settings.dir) >= (int)sizeof path)
        return fault_set(f, -ENAMETOOLONG, "notifier.dir: the path is too long");
    d->house = exchange_house_of(&d->exchange);
    d->journal = journal_open(path, f);
    if (d->journal != NULL)
        d->outbox = outbox_open(&d->settings.outbox, d->targets, d->target_count, d->journal, f);
    return d->outbox != NULL ? 0 : f->code;
}

static int serve(struct daemon *d, const struct cli *cli)
{
    struct fault f = { 0 };
    struct sigaction act = { .sa_handler = on_signal };
    sigaction(SIGTERM, &act, NULL);
    sigaction(SIGINT, &act, NULL);
    signal(SIGPIPE, SIG_IGN);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    if (open_all(d, &f) < 0)
        return journal_close(d->journal), cli_fail(cli, EX_CANTCREAT, "%s", f.why);
    log_info("%zu targets", d->target_count);
    struct senders *senders = senders_start(d->outbox, d->targets, d->target_count, &d->house, d->settings.timeout_us, &f);
    int rc = senders != NULL ? run(d, false, &f) : f.code;
    senders_stop(senders);
    say_goodbye(d);
    while (d->our_count > 0)
        free(d->ours[--d->our_count]);
    free(d->ours);
    outbox_close(d->outbox);
    journal_close(d->journal);
    curl_global_cleanup();
    return rc < 0 ? cli_fail(cli, EX_UNAVAILABLE, "%s", f.why) : EX_OK;
}

static int read_targets(struct daemon *d, const struct cli *cli)
{
    struct fault f = { 0 };
    int count = targets_read(&d->settings.targets, &d->settings.secrets, d->targets, &f);
    if (count < 0)
        return cli_fail(cli, EX_CONFIG, "%s", f.why);
    d->target_count = (size_t)count;
    return 0;
}

static int list_targets(const struct daemon *d)
{
    static const char *const kinds[] = { [TARGET_WEBHOOK] = "webhook", [TARGET_MAIL] = "mail", [TARGET_SYSLOG] = "syslog", [TARGET_FILE] = "file" };
    for (size_t i = 0; i < d->target_count; i++)
        printf("%s %s %s %s\n", d->targets[i].name, kinds[d->targets[i].kind], d->targets[i].address, exchange_form_names[d->targets[i].form]);
    return fflush(stdout) == 0 ? EX_OK : EX_IOERR;
}

static int check(struct daemon *d, const struct cli *cli)
{
    struct fault f = { 0 };
    if (*d->bus.redis == '\0')
        return cli_fail(cli, EX_CONFIG, "bus.redis: expected unix:/path/to/socket or tcp:host:port, but it is empty");
    if (cli->check && run(d, true, &f) < 0)
        return cli_fail(cli, EX_CONFIG, "%s", f.why);
    return 0;
}

int main(int argc, char **argv)
{
    enum { OPTION_LIST = CLI_OPTION_OWN };
    static const struct option options[] = { { "list-targets", no_argument, NULL, OPTION_LIST }, CLI_LONG, { 0 } };
    struct cli cli = { .program = "fengsui-notifier", .usage = usage, .level = LOG_LEVEL_INFO };
    bool list = false;
    for (int option; (option = getopt_long(argc, argv, CLI_SHORT, options, NULL)) != -1;) {
        if (option == OPTION_LIST)
            list = true;
        else if (!cli_common(&cli, option, optarg))
            return EX_USAGE;
    }
    if (optind < argc)
        return cli_fail(&cli, EX_USAGE, "unexpected \"%s\"; see --help", argv[optind]);
    struct daemon *d = calloc(1, sizeof *d);        /* the targets: not for the stack */
    if (d == NULL)
        return cli_fail(&cli, EX_OSERR, "no memory");
    struct settings_section sections[] = {
        { "notifier", rows, sizeof rows / sizeof rows[0], &d->settings }, exchange_section(&d->exchange), bus_section(&d->bus),
    };
    int code = cli_settings(&cli, sections, 3);
    if (code == 0)
        log_open(cli.program, cli.level);
    if (code == 0)
        code = read_targets(d, &cli);
    if (code == 0 && !list)
        code = check(d, &cli);
    if (code == 0 && !cli.check)
        code = list ? list_targets(d) : serve(d, &cli);
    settings_free(sections, 3);
    free(d);
    return code;
}
