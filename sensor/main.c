/* fengsui-sensor - packets in, alerts, records and flows out.
 *
 * This file reads the command line and settings and then only watches: the packets are the workers' business (worker.c).
 * The order in run() matters: rules, databases and the capture are opened first, rights are dropped while there is no other
 * thread, then come the threads of publisher and evidence, and only then is the first packet read. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "dissectors/dissector.h"
#include "manual.h"
#include "sensor.h"

static const char usage[] =
    "Usage: fengsui-sensor -r FILE|FOLDER [options] [FILTER]\n"
    "       fengsui-sensor -i INTERFACE   [options] [FILTER]\n"
    "Reads packets, dissects them, matches rules, and publishes alerts. FILTER is pcap-filter(7) text.\n\n"
    "Input\n"
    "  -r, --read FILE        a capture (pcap, pcapng, gzip; - for standard input), or a folder of them\n"
    "      --recursive        folders below the folder too\n"
    "  -i, --interface IF     capture live; may be given again\n"
    "  -k, --checksums MODE   none: take packets with wrong checksums too; all (default): as a receiver would\n"
    "Rules\n"
    "  -S, --rules-only FILE  these rules and no others\n"
    "  -s, --rules FILE       these rules beside those of the settings\n"
    "      --explain          at the end, for each rule: how often it held, or what stopped it; with -T: what to mend\n"
    "      --profile-rules    at the end, what each rule cost\n"
    "Output\n"
    "      --json FILE        every event as a JSON line; - for standard output\n"
    "Learning\n"
    "      --learn FILE       who does what to which device, as a policy for behaviour.policy; written at the end\n"
    "Settings\n"
    "  -c, --config FILE      settings (default /etc/fengsui/fengsui.yaml); a second -c is read over the first\n"
    "      --set NAME=VALUE   one setting over the file, e.g. --set flow.max=100000\n"
    "      --dump-config      the settings in force, as YAML\n"
    "  -T, --test             check settings and rules, say what is wrong, and leave\n"
    "Knowing\n"
    "      --list-keywords    every rule keyword with its sentence\n"
    "      --list-fields      every field of every dissector, as the page docs/events.md\n"
    "      --list-settings    every setting, as the manual has them\n"
    "      --build-info       what this program was built with\n"
    "  -v, --verbose  -h, --help  -V, --version\n\n"
    "Signals: HUP reads the rules again (wrong ones leave the old in force), INT and TERM end.\n"
    "Exit: 0 done, 64 wrong command line, 65 the capture is damaged, 66 no such input, 77 no permission, 78 wrong settings.\n";
enum option_own { OPTION_JSON = CLI_OPTION_OWN, OPTION_RECURSIVE, OPTION_KEYWORDS, OPTION_FIELDS, OPTION_BUILD,
                  OPTION_EXPLAIN, OPTION_PROFILE, OPTION_LEARN };

static volatile int stop_asked;
static volatile sig_atomic_t reload_asked;

static void on_signal(int number)
{
    if (number == SIGHUP)
        reload_asked = 1;
    else
        stop_asked = 1;
}

/* ---- running ---- */

/* Its workers all lose an interface at once: one sentence is enough. */
static void interface_lost(struct sensor *s, const struct worker *w, const struct fault *f)
{
    if (!atomic_exchange(&s->lost[w->plan - s->plans], true))
        sensor_note(s, f);
}

static void *live_thread(void *ctx)
{
    struct { struct sensor *sensor; struct worker *worker; } *arg = ctx;
    struct fault f = { 0 };
    if (worker_run(arg->worker, &f) < 0)
        interface_lost(arg->sensor, arg->worker, &f);
    arg->worker->ended = true;
    atomic_fetch_sub(&arg->sensor->running, 1);
    free(arg);
    return NULL;
}

/* The files one after another through one worker: a flow may go on in the next file. */
static void files_read(struct sensor *s, struct worker *w)
{
    for (size_t i = 0; i < s->files.count && !stop_asked; i++) {
        struct fault f = { 0 };
        if (i > 0)
            worker_source(w, source_file(s->files.paths[i], s->filter, &f));
        if (w->source == NULL && i > 0)
            sensor_note(s, &f);
        if (w->source == NULL)
            continue;
        if (worker_run(w, &f) < 0)
            sensor_note(s, &f);
        s->files_done = i + 1;
    }
    worker_source(w, NULL);
    worker_finish(w);
}

static void *files_thread(void *ctx)
{
    struct { struct sensor *sensor; struct worker *worker; } *arg = ctx;
    files_read(arg->sensor, arg->worker);
    arg->worker->ended = true;
    atomic_fetch_sub(&arg->sensor->running, 1);
    free(arg);
    return NULL;
}

static int start_threads(struct sensor *s, struct fault *f)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);      /* signals are the main thread's */
    s->running = (unsigned)s->worker_count;
    int rc = 0;
    for (size_t i = 0; i < s->worker_count && rc == 0; i++) {
        struct { struct sensor *sensor; struct worker *worker; } *arg = malloc(sizeof *arg);
        if (arg == NULL) {
            rc = ENOMEM;
            break;
        }
        arg->sensor = s;
        arg->worker = s->workers[i];
        rc = pthread_create(&s->workers[i]->thread, NULL, s->read ? files_thread : live_thread, arg);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc == 0 ? 0 : fault_set(f, -rc, "a worker could not be started: %s", strerror(rc));
}

static void publish_stats(struct sensor *s, const char *state)
{
    struct text body = text_over(s->body, sizeof s->body), beat = text_over(s->beat, sizeof s->beat);
    uint64_t now_us = clock_wall_us();
    stats_json(s->workers, s->worker_count, s->publisher, indicators_counts(s->indicators), &body);
    emit_stats(s->emitter, now_us, body.at, body.len);
    stats_heartbeat(&s->config.sensor, now_us, publisher_epoch(s->publisher), state, body.at, body.len,
                    &beat);
    publish_heartbeat(s->publisher, beat.at, beat.len);
}

static void progress(struct sensor *s, uint64_t since_us, bool last)
{
    struct stats_summary n = stats_summary(s->workers, s->worker_count);
    double seconds = (double)(clock_steady_us() - since_us) / 1e6;
    fprintf(stderr, "\r%zu of %zu files, %" PRIu64 " packets, %.0f/s, %" PRIu64 " alerts%s", s->files_done,
            s->files.count, n.packets, seconds > 0 ? (double)n.packets / seconds : 0, n.alerts, last ? "\n" : "   ");
}

static void watch(struct sensor *s)
{
    bool bar = s->read != NULL && isatty(STDERR_FILENO);
    uint64_t began_us = clock_steady_us(), stats_us = began_us, bar_us = began_us;
    while (s->running > 0) {
        uint64_t now_us = clock_steady_us();
        if (reload_asked) {
            reload_asked = 0;
            sensor_reload(s, NULL);
        }
        if (s->control != NULL)
            control_turn(s->control, now_us);
        if (now_us - stats_us >= s->config.sensor.stats_every_us) {
            publish_stats(s, "running");
            stats_us = now_us;
        }
        if (bar && now_us - bar_us >= 200000) {
            progress(s, began_us, false);
            bar_us = now_us;
        }
        usleep(5000);
    }
    if (bar)
        progress(s, began_us, true);
}

/* What --learn came to: also after a signal, as a week of learning is not to be lost. */
static void write_learned(struct sensor *s)
{
    struct fault f = { 0 };
    if (s->learned == NULL)
        return;
    if (learner_write(s->learner, s->config.sensor.name, s->learned, &f) < 0)
        sensor_note(s, &f);
    fclose(s->learned);
}

static void close_all(struct sensor *s)
{
    indicators_stop(s->indicators);
    for (size_t i = 0; i < s->worker_count; i++)
        if (s->workers[i]->thread != 0)
            pthread_join(s->workers[i]->thread, NULL);
    for (size_t i = 0; i < s->worker_count; i++)
        if (s->workers[i]->flows != NULL)
            worker_finish(s->workers[i]);
    if (s->emitter != NULL)
        publish_stats(s, s->read ? "replayed" : "stopped");
    if (s->publisher != NULL) {
        struct stats_summary n = stats_summary(s->workers, s->worker_count);
        uint64_t left = publisher_close(s->publisher, s->config.sensor.close_wait_us);
        log_info("%" PRIu64 " packets, %" PRIu64 " bytes, %" PRIu64 " flows, %" PRIu64 " records, %" PRIu64
                 " alerts, %" PRIu64 " packets dropped by the kernel", n.packets, n.bytes, n.flows, n.records, n.alerts,
                 n.dropped);
        if (left > 0)
            log_warning("%" PRIu64 " events stay in %s until Redis is back", left, s->config.sensor.spool);
    }
    control_close(s->control);
    evidence_close(s->evidence);        /* what the workers handed over is written; their own memory goes with them */
    ruleset_explain(s);
    write_learned(s);
    for (size_t i = 0; i < s->worker_count; i++)
        worker_free(s->workers[i]);
    for (size_t i = 0; i < s->source_count; i++)
        source_close(s->sources[i]);
    emitter_free(s->emitter);
    source_list_free(&s->files);
    rules_free(s->rules);
    policy_free(s->policy);
    learner_free(s->learner);
    knowledge_free(s->knowledge);
    indicators_close(s->indicators);
    places_close(s->places);
    settings_free(s->sections, SENSOR_SECTIONS);
}

static int run(struct sensor *s)
{
    const struct sensor_settings *set = &s->config.sensor;
    struct fault f = { 0 };
    struct sigaction act = { .sa_handler = on_signal };
    unsigned lanes = s->read ? 1 : (unsigned)(set->interfaces.count * set->workers);
    struct emit_settings emit = { .sensor = set->name, .region = set->region,
                                  .status = (enum event_status)set->status };
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
    sigaction(SIGHUP, &act, NULL);
    signal(SIGPIPE, SIG_IGN);
    int rc = s->read ? sensor_open_files(s, &f) : sensor_open_live(s, &f);
    if (rc == 0 && *s->config.bus.redis != '\0')
        rc = sensor_folder(set->spool, &f);
    if (rc == 0 && *set->evidence != '\0')
        rc = sensor_folder(set->evidence, &f);
    if (rc == 0 && *set->control != '\0' && (s->control = control_open(set->control, set->user, ruleset_answer, s, &f)) == NULL)
        rc = f.code;
    if (rc == 0)
        rc = sensor_drop_rights(s, &f);
    if (rc == 0)
        rc = sensor_open_publisher(s, lanes + 1, &f);
    if (rc == 0 && *set->evidence != '\0')
        rc = sensor_open_evidence(s, lanes, &f);
    if (rc == 0)
        rc = sensor_open_workers(s, &f);
    if (rc == 0 && (s->emitter = emitter_new(&emit, s->places, s->publisher, lanes, &f)) == NULL)
        rc = f.code;
    if (rc == 0 && s->read == NULL && *s->config.bus.redis != '\0' && set->intel_follow)
        rc = indicators_follow(s, &f);
    if (rc == 0)
        rc = start_threads(s, &f);
    if (rc < 0)
        return cli_fail(&s->cli, sensor_exit_code(rc), "%s", f.why);
    if (s->read == NULL)
        log_info("capturing: %zu interfaces, %" PRIu64 " workers each", set->interfaces.count, set->workers);
    watch(s);
    return s->result;
}

/* ---- the command line ---- */

static void keyword(void *ctx, const char *name, const char *about)
{
    (void)ctx;
    printf("%-32s %s\n", name, about);
}

static int list_keywords(void)
{
    const struct schema *schemas[DISSECTORS_MAX];
    rules_keywords(schemas, dissector_schemas(schemas), keyword, NULL);
    return EX_OK;
}

/* BPF as trailing words. */
static char *join_words(char **words, int count)
{
    size_t len = 1;
    for (int i = 0; i < count; i++)
        len += strlen(words[i]) + 1;
    char *all = count > 0 ? calloc(1, len) : NULL;
    for (int i = 0; all != NULL && i < count; i++) {
        strcat(all, words[i]);
        if (i + 1 < count)
            strcat(all, " ");
    }
    return all;
}

static int option_own(struct sensor *s, int option, const char *argument)
{
    switch (option) {
    case 'r':
        s->read = argument;
        return 0;
    case 'S':
        s->rules_only = argument;
        return 0;
    case 's':
        if (s->rules_more_count == CLI_SET_MAX)
            return cli_fail(&s->cli, EX_USAGE, "more than %d -s", CLI_SET_MAX);
        s->rules_more[s->rules_more_count++] = argument;
        return 0;
    case 'k':
        if (strcmp(argument, "none") != 0 && strcmp(argument, "all") != 0)
            return cli_fail(&s->cli, EX_USAGE, "-k: expected none or all, not \"%s\"", argument);
        s->checksums_off = strcmp(argument, "none") == 0;
        return 0;
    case OPTION_JSON:
        s->json = argument;
        return 0;
    case OPTION_LEARN:
        s->learn = argument;
        return 0;
    case OPTION_RECURSIVE:
        s->recursive = true;
        return 0;
    case OPTION_EXPLAIN:
        s->explains = true;
        return 0;
    case OPTION_PROFILE:
        s->profiles = true;
        return 0;
    case OPTION_KEYWORDS:
        exit(list_keywords());
    case OPTION_FIELDS:
        manual_events(stdout);
        exit(EX_OK);
    case OPTION_BUILD:
        manual_build(stdout);
        exit(EX_OK);
    default:
        return EX_USAGE;
    }
}

static int command_line(struct sensor *s, int argc, char **argv, const char *interfaces[], size_t *interface_count)
{
    static const struct option options[] = {
        { "read", required_argument, NULL, 'r' }, { "interface", required_argument, NULL, 'i' },
        { "checksums", required_argument, NULL, 'k' }, { "rules-only", required_argument, NULL, 'S' },
        { "rules", required_argument, NULL, 's' }, { "json", required_argument, NULL, OPTION_JSON },
        { "explain", no_argument, NULL, OPTION_EXPLAIN }, { "profile-rules", no_argument, NULL, OPTION_PROFILE },
        { "recursive", no_argument, NULL, OPTION_RECURSIVE }, { "learn", required_argument, NULL, OPTION_LEARN }, { "list-keywords", no_argument, NULL, OPTION_KEYWORDS },
        { "list-fields", no_argument, NULL, OPTION_FIELDS },
        { "build-info", no_argument, NULL, OPTION_BUILD }, CLI_LONG, { 0 },
    };
    for (int option; (option = getopt_long(argc, argv, CLI_SHORT "r:i:k:S:s:", options, NULL)) != -1;) {
        if (option == 'i' && *interface_count == INTERFACES_MAX)
            return cli_fail(&s->cli, EX_USAGE, "more than %d interfaces", INTERFACES_MAX);
        if (option == 'i') {
            interfaces[(*interface_count)++] = optarg;
            continue;
        }
        int code = cli_common(&s->cli, option, optarg) ? 0 : option_own(s, option, optarg);
        if (code != 0)
            return code;
    }
    s->filter = join_words(argv + optind, argc - optind);
    return 0;
}

static int settle(struct sensor *s, const char *const interfaces[], size_t interface_count)
{
    struct sensor_settings *set = &s->config.sensor;
    int code = cli_settings(&s->cli, s->sections, SENSOR_SECTIONS);
    if (code != 0)
        return code;
    if (interface_count > 0 || s->read != NULL) {       /* the command line names the input: it alone counts */
        char joined[1024];
        struct fault f;
        struct text t = text_over(joined, sizeof joined);
        text_lit(&t, "capture.interfaces=");
        for (size_t i = 0; i < interface_count; i++)
            text_fmt(&t, "%s%s", i ? "," : "", interfaces[i]);
        if (settings_set(s->sections, SENSOR_SECTIONS, text_end(&t), &f) < 0)
            return cli_fail(&s->cli, EX_USAGE, "%s", f.why);
    }
    if (s->checksums_off)
        set->checksums = false;
    if (s->read != NULL && interface_count > 0)
        return cli_fail(&s->cli, EX_USAGE, "-r and -i cannot be used together");
    if (*set->name == '\0' || strlen(set->name) > 40 || strpbrk(set->name, ":\"\\{} \t\r\n") != NULL)
        return cli_fail(&s->cli, EX_CONFIG, "name: expected 1 to 40 bytes without blanks, colons, quotes, backslashes or braces, "
                        "not \"%s\"", set->name);
    size_t digits = strspn(set->region, "0123456789");
    if (digits < 2 || digits > 12 || set->region[digits] != '\0')
        return cli_fail(&s->cli, EX_CONFIG, "region: expected a code of 2 to 12 digits such as 430100, not \"%s\"", set->region);
    if (set->interfaces.count * set->workers > WORKERS_MAX || set->interfaces.count > INTERFACES_MAX)
        return cli_fail(&s->cli, EX_CONFIG, "capture: at most %d interfaces and %d workers in all", INTERFACES_MAX,
                        WORKERS_MAX);
    if (!s->cli.check && s->read == NULL && set->interfaces.count == 0)
        return cli_fail(&s->cli, EX_USAGE, "nothing to read: give -r FILE or -i INTERFACE; see --help");
    return 0;
}

int main(int argc, char **argv)
{
    const char *interfaces[INTERFACES_MAX];
    size_t interface_count = 0;
    struct fault f = { 0 };
    struct sensor *s = calloc(1, sizeof *s);
    if (s == NULL)
        return EX_OSERR;
    s->cli = (struct cli){ .program = "fengsui-sensor", .usage = usage, .level = LOG_LEVEL_INFO };
    s->stop = &stop_asked;
    sensor_sections(&s->config, s->sections);
    int code = command_line(s, argc, argv, interfaces, &interface_count);
    if (code == 0)
        code = settle(s, interfaces, interface_count);
    if (code == 0) {
        log_open(s->cli.program, s->cli.level);
        if (sensor_open_knowledge(s, &f) < 0)
            code = cli_fail(&s->cli, EX_CONFIG, "%s", f.why);
    }
    if (code == 0 && s->cli.check && s->explains)
        rules_lint(s->rules, ruleset_warning, NULL);
    if (code == 0 && !s->cli.check)
        code = run(s);
    close_all(s);
    free(s->filter);
    free(s);
    return code;
}

