/* fengsui-sensor - packets in, alerts, records and flows out.
 *
 * This file reads the command line and settings, opens what needs rights, gives the rights up, and then only watches:
 * the packets are the workers' business (worker.c). Order matters: rules, databases and the capture are opened first,
 * the publisher's thread starts, rights are dropped, and only then is the first packet read. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <libgen.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/rights.h"
#include "common/cli.h"
#include "common/clock.h"
#include "dissectors/dissector.h"
#include "manual.h"
#include "stats.h"

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

enum { INTERFACES_MAX = 16, WORKERS_MAX = 64, STATS_BYTES = 128 * 1024 };

enum option_own { OPTION_JSON = CLI_OPTION_OWN, OPTION_RECURSIVE, OPTION_KEYWORDS, OPTION_FIELDS, OPTION_BUILD,
                  OPTION_EXPLAIN, OPTION_PROFILE };

struct sensor {
    struct cli           cli;
    struct sensor_config config;
    struct settings_section sections[SENSOR_SECTIONS];

    const char          *read, *json, *rules_only;
    char                *filter;            /* owned; NULL: none */
    const char          *rules_more[CLI_SET_MAX];
    size_t               rules_more_count;
    bool                 recursive, checksums_off, explains, profiles;

    struct places       *places;
    struct intel        *intel;
    struct rules        *rules;
    struct publisher    *publisher;
    struct evidence_keeper *evidence;       /* NULL: none is kept */
    struct source       *sources[WORKERS_MAX];      /* open, until their workers have them */
    size_t               source_count;
    struct worker_plan   plans[INTERFACES_MAX];
    _Atomic bool         lost[INTERFACES_MAX];      /* the interface of that plan is gone, and that was said */
    struct worker       *workers[WORKERS_MAX];
    size_t               worker_count;
    struct emitter      *emitter;           /* the main thread's own lane, for stats */
    struct source_list   files;
    _Atomic size_t       files_done;
    _Atomic unsigned     running;           /* workers that have not come to an end */
    _Atomic int          result;            /* first exit code other than 0 that a worker came to */
    char                 body[STATS_BYTES], beat[STATS_BYTES + 512];
};

static volatile int stop_asked;
static volatile sig_atomic_t reload_asked;

static void on_signal(int number)
{
    if (number == SIGHUP)
        reload_asked = 1;
    else
        stop_asked = 1;
}

/* ---- rules ---- */

static void refusal(void *ctx, const struct rules_refusal *r)
{
    (void)ctx;
    fprintf(stderr, "%s:%u:%u: %s\n", r->file, r->line, r->column, r->why);
}

/* A folder stands for its *.rules, sorted by name. */
static int rule_files(const char *path, struct source_list *out, struct fault *f)
{
    struct stat st;
    struct source_list all;
    if (stat(path, &st) < 0)
        return fault_set(f, -errno, "%s: %s", path, strerror(errno));
    int rc = source_list(path, false, &all, f);
    for (size_t i = 0; i < all.count && rc == 0; i++) {
        size_t len = strlen(all.paths[i]);
        bool wanted = !S_ISDIR(st.st_mode) || (len > 6 && strcmp(all.paths[i] + len - 6, ".rules") == 0);
        char **grown = wanted ? realloc(out->paths, (out->count + 1) * sizeof *grown) : NULL;
        if (grown != NULL) {
            out->paths = grown;
            out->paths[out->count] = strdup(all.paths[i]);
            rc = out->paths[out->count++] != NULL ? 0 : fault_set(f, -ENOMEM, "%s: no memory", path);
        } else if (wanted) {
            rc = fault_set(f, -ENOMEM, "%s: no memory", path);
        }
    }
    source_list_free(&all);
    return rc;
}

static int rule_list(const struct sensor *s, struct source_list *out, struct fault *f)
{
    const struct setting_list *set = &s->config.sensor.rules;
    int rc = 0;
    if (s->rules_only != NULL)
        return rule_files(s->rules_only, out, f);
    for (size_t i = 0; i < set->count && rc == 0; i++)
        rc = rule_files(set->items[i], out, f);
    for (size_t i = 0; i < s->rules_more_count && rc == 0; i++)
        rc = rule_files(s->rules_more[i], out, f);
    return rc;
}

static const char *text_or_null(const char *text)
{
    return text != NULL && *text != '\0' ? text : NULL;
}

static int rules_read(struct sensor *s, struct rules **out, struct rules_report *report, struct fault *f)
{
    const struct sensor_settings *set = &s->config.sensor;
    const struct schema *schemas[64];
    struct source_list files = { 0 };
    for (size_t i = 0; i < dissector_count && i < 64; i++)
        schemas[i] = dissectors[i]->schema;
    int rc = rule_list(s, &files, f);
    struct rules_source src = {
        .files = (const char *const *)files.paths, .file_count = files.count,
        .vars = (const char *const *)set->vars.items, .var_count = set->vars.count,
        .limits = text_or_null(set->rules_limits), .classification = text_or_null(set->classification), .cache_dir = text_or_null(set->rules_cache),
        .schemas = schemas, .schema_count = dissector_count < 64 ? dissector_count : 64,
        .keep_texts = s->explains, .decode_events = decode_event_names, .stream_events = stream_event_names,
    };
    *report = (struct rules_report){ .refusal = refusal };
    if (rc == 0)
        rc = rules_load(&src, report, out, f);
    source_list_free(&files);
    return rc;
}

/* Waits until a worker uses its new rules. One that has ended looks for them no more, but closes flows by them. */
static bool rules_taken(struct worker *w)
{
    while (atomic_load_explicit(&w->next_rules, memory_order_acquire) != NULL && !w->ended)
        usleep(1000);
    worker_rules(w);
    return atomic_load_explicit(&w->next_rules, memory_order_acquire) == NULL;
}

static void print_explained(void *ctx, const struct detect_watched *w)
{
    (void)ctx;
    printf("%s:%u: sid %u: ", w->file, w->line, w->rule->sid);
    if (w->held > 0)
        printf("held %" PRIu64 " times\n", w->held);
    else if (w->tried > 0)
        printf("tried %" PRIu64 " times, stopped %" PRIu64 " times by %s\n", w->tried, w->stopped, w->stopped_by);
    else if (w->literal != NULL)
        printf("not tried: never saw %s\n", w->literal);
    else
        printf("not tried: nothing of its protocol, ports or addresses\n");
}

static int by_cost(const void *a, const void *b)
{
    const struct detect_watched *x = a, *y = b;
    return x->ns < y->ns ? 1 : x->ns > y->ns ? -1 : 0;
}

struct costs { struct detect_watched *at; size_t count; };

static void collect_cost(void *ctx, const struct detect_watched *w)
{
    struct costs *all = ctx;
    if (w->tried > 0)
        all->at[all->count++] = *w;
}

static void print_profile(const struct detect *const watching[], size_t count, size_t rules)
{
    struct costs all = { calloc(rules + 1, sizeof *all.at), 0 };
    if (all.at == NULL)
        return;
    detect_watched(watching, count, collect_cost, &all);
    qsort(all.at, all.count, sizeof *all.at, by_cost);
    printf("%10s %12s %12s %12s %10s  %s\n", "sid", "tried", "held", "us", "ns each", "where");
    for (size_t i = 0; i < all.count; i++) {
        const struct detect_watched *w = &all.at[i];
        printf("%10u %12" PRIu64 " %12" PRIu64 " %12" PRIu64 " %10" PRIu64 "  %s:%u\n", w->rule->sid, w->tried, w->held,
               w->ns / 1000, w->ns / w->tried, w->file, w->line);
    }
    free(all.at);
}

/* What --explain and --profile-rules ask for, when all packets are through. */
static void rules_told(const struct sensor *s)
{
    const struct detect *watching[WORKERS_MAX];
    for (size_t i = 0; i < s->worker_count; i++)
        watching[i] = s->workers[i]->detect;
    if (s->explains)
        detect_watched(watching, s->worker_count, print_explained, NULL);
    if (s->profiles)
        print_profile(watching, s->worker_count, rules_count(s->rules));
}

static void print_warning(void *ctx, const struct rules_refusal *r)
{
    (void)ctx;
    printf("%s:%u:%u: %s\n", r->file, r->line, r->column, r->why);
}

/* HUP: the new rules whole, or the old ones on. */
static void rules_reload(struct sensor *s)
{
    struct rules *fresh;
    struct rules_report report;
    struct fault f;
    if (rules_read(s, &fresh, &report, &f) < 0) {
        log_error("rules not read again, the old ones stay: %s", f.why);
        return;
    }
    for (size_t i = 0; i < s->worker_count; i++)
        atomic_store_explicit(&s->workers[i]->next_rules, fresh, memory_order_release);
    bool let_go = true;         /* the old set is freed when the last worker has let go of it */
    for (size_t i = 0; i < s->worker_count; i++)
        let_go &= rules_taken(s->workers[i]);
    if (let_go)
        rules_free(s->rules);
    s->rules = fresh;
    log_info("%zu rules in force, %" PRIu64 " refused", rules_count(fresh), report.refused);
}

/* ---- opening ---- */

static int exit_code_of(int code)
{
    switch (code) {
    case -ENOENT: case -ENODEV: case -ENXIO: return EX_NOINPUT;
    case -EACCES: case -EPERM:               return EX_NOPERM;
    case -ENOMEM:                            return EX_OSERR;
    case -EDOM:                              return EX_USAGE;       /* a filter that is none */
    case -EBADMSG: case -EINVAL: case -ENODATA: return EX_DATAERR;
    default:                                 return EX_IOERR;
    }
}

/* A damaged file or a lost interface: said, remembered for the exit code, and the others go on. A file that ends inside a
 * frame is no failure: it was read to its end, as the captures are that somebody still writes to. */
static void result_note(struct sensor *s, const struct fault *f)
{
    int none = 0;
    if (f->code == -ENODATA && s->running > 0) {
        log_warning("%s", f->why);
        return;
    }
    log_error("%s", f->why);
    atomic_compare_exchange_strong(&s->result, &none, exit_code_of(f->code));
}

static int open_knowledge(struct sensor *s, struct fault *f)
{
    const struct sensor_settings *set = &s->config.sensor;
    struct rules_report report;
    if ((s->places = places_open(set->countries, set->assets, f)) == NULL)
        return f->code;
    if (*set->indicators != '\0' && (s->intel = intel_load(set->indicators, clock_wall_us(), f)) == NULL)
        return f->code;
    uint64_t before_us = clock_steady_us();
    int rc = rules_read(s, &s->rules, &report, f);
    if (rc == 0)
        log_info("%zu rules loaded in %.2f s, %" PRIu64 " refused; %zu assets, %zu indicators", rules_count(s->rules),
                 (double)(clock_steady_us() - before_us) / 1e6, report.refused, places_assets(s->places),
                 intel_count(s->intel));
    return rc;
}

static int folder_make(const char *path, struct fault *f)
{
    char step[4096];
    if (strlen(path) >= sizeof step)
        return fault_set(f, -ENAMETOOLONG, "%s: the path is too long", path);
    strcpy(step, path);
    for (char *at = step + 1; *at != '\0'; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        mkdir(step, 0750);
        *at = '/';
    }
    if (mkdir(step, 0750) < 0 && errno != EEXIST)
        return fault_set(f, -errno, "%s: %s", path, strerror(errno));
    return 0;
}

static int open_publisher(struct sensor *s, unsigned lanes, struct fault *f)
{
    const struct sensor_settings *set = &s->config.sensor;
    struct publish_settings p = {
        .redis = text_or_null(s->config.bus.redis), .redis_user = text_or_null(s->config.bus.user),
        .redis_password = text_or_null(s->config.bus.password), .region = set->region, .sensor = set->name,
        .spool_dir = set->spool, .spool_bytes_max = set->spool_bytes, .segment_bytes = set->segment_bytes,
        .ring_bytes = set->ring_bytes, .fsync_every_us = set->fsync_every_us, .json_path = s->json,
        .wait_when_full = s->read != NULL,
    };
    s->publisher = publisher_open(&p, lanes, f);
    return s->publisher != NULL ? 0 : f->code;
}

static int open_evidence(struct sensor *s, unsigned workers, struct fault *f)
{
    const struct sensor_settings *set = &s->config.sensor;
    struct evidence_settings e = {
        .dir = set->evidence, .sensor = set->name, .epoch = publisher_epoch(s->publisher),
        .memory_bytes = set->evidence_memory, .packets_max = set->evidence_packets, .file_bytes_max = set->evidence_file,
        .per_second = set->evidence_per_second, .disk_bytes_max = set->evidence_disk, .age_max_us = set->evidence_age_us,
    };
    s->evidence = evidence_open(&e, workers, f);
    return s->evidence != NULL ? 0 : f->code;
}

static int open_live(struct sensor *s, struct fault *f)
{
    const struct sensor_settings *set = &s->config.sensor;
    for (size_t i = 0; i < set->interfaces.count; i++) {
        struct live_plan live = {
            .interface = set->interfaces.items[i], .filter = s->filter, .snaplen = (uint32_t)set->snaplen,
            .buffer_bytes = set->capture_buffer, .promiscuous = set->promiscuous, .fanout = set->workers > 1,
            .fanout_group = (uint16_t)(getpid() + (int)i),
        };
        for (uint64_t k = 0; k < set->workers; k++)
            if ((s->sources[s->source_count++] = source_live(&live, f)) == NULL)
                return f->code;
    }
    return 0;
}

/* The first file is opened now, so that a wrong name or filter ends the program before anything starts. */
static int open_files(struct sensor *s, struct fault *f)
{
    if (source_list(s->read, s->recursive, &s->files, f) < 0)
        return f->code;
    if (s->files.count == 0)
        return fault_set(f, -ENOENT, "%s: the folder holds no files", s->read);
    s->source_count = 1;
    s->sources[0] = source_file(s->files.paths[0], s->filter, f);
    if (s->sources[0] == NULL && s->files.count == 1)
        return f->code;
    if (s->sources[0] == NULL)
        result_note(s, f);
    return 0;
}

static int open_workers(struct sensor *s, struct fault *f)
{
    const struct sensor_settings *set = &s->config.sensor;
    for (size_t i = 0; i < s->source_count; i++) {
        struct worker_plan *plan = &s->plans[i / set->workers];
        *plan = (struct worker_plan){ .settings = set, .places = s->places, .intel = s->intel,
                                      .publisher = s->publisher, .evidence = s->evidence, .stop = &stop_asked,
                                      .interface = s->read ? NULL : set->interfaces.items[i / set->workers] };
        struct worker *w = worker_new(plan, (unsigned)i, s->rules, f);
        if (w == NULL)
            return f->code;
        if ((s->explains || s->profiles) && detect_watch(w->detect) < 0)
            return fault_set(f, -ENOMEM, "no memory to count %zu rules", rules_count(s->rules));
        w->source = s->sources[i];
        s->sources[i] = NULL;
        s->workers[s->worker_count++] = w;
    }
    return 0;
}

/* What is still to be read and written after the rights are gone: everything that HUP reads again, and the outlets. */
static int drop_rights(struct sensor *s, struct fault *f)
{
    enum { DATASETS_MAX = 256 };
    const struct sensor_settings *set = &s->config.sensor;
    const char *read[CLI_SET_MAX * 2 + 16 + DATASETS_MAX], *beside[DATASETS_MAX], *write[5];
    size_t readable = 0, writable = 0;
    char *json = s->json != NULL && strcmp(s->json, "-") != 0 ? strdup(s->json) : NULL;
    const char *candidates[] = { s->read, s->rules_only, text_or_null(set->classification), text_or_null(set->rules_limits), "/etc", "/usr/share/zoneinfo" };
    for (size_t i = 0; i < sizeof candidates / sizeof candidates[0]; i++)
        if (candidates[i] != NULL && access(candidates[i], R_OK) == 0)
            read[readable++] = candidates[i];
    for (size_t i = 0; i < set->rules.count && i < CLI_SET_MAX; i++)
        read[readable++] = set->rules.items[i];
    for (size_t i = 0; i < s->rules_more_count; i++)
        read[readable++] = s->rules_more[i];
    size_t datasets = rules_paths(s->rules, beside, DATASETS_MAX);
    for (size_t i = 0; i < datasets; i++)
        if (access(beside[i], R_OK) == 0)
            read[readable++] = beside[i];
    if (json != NULL)
        write[writable++] = dirname(json);
    if (*s->config.bus.redis != '\0')
        write[writable++] = set->spool;
    if (*set->rules_cache != '\0')
        write[writable++] = set->rules_cache;
    if (*set->evidence != '\0')
        write[writable++] = set->evidence;
    read[readable] = write[writable] = NULL;
    struct rights_plan plan = { .user = text_or_null(set->user), .read = read, .write = write,
                                .confine_files = set->sandbox, .confine_calls = set->sandbox };
    int rc = rights_drop(&plan, f);
    free(json);
    return rc;
}

/* ---- running ---- */

/* Its workers all lose an interface at once: one sentence is enough. */
static void interface_lost(struct sensor *s, const struct worker *w, const struct fault *f)
{
    if (!atomic_exchange(&s->lost[w->plan - s->plans], true))
        result_note(s, f);
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
            result_note(s, &f);
        if (w->source == NULL)
            continue;
        if (worker_run(w, &f) < 0)
            result_note(s, &f);
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
    stats_json(s->workers, s->worker_count, s->publisher, &body);
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
            rules_reload(s);
        }
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

static void close_all(struct sensor *s)
{
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
    evidence_close(s->evidence);        /* what the workers handed over is written; their own memory goes with them */
    rules_told(s);
    for (size_t i = 0; i < s->worker_count; i++)
        worker_free(s->workers[i]);
    for (size_t i = 0; i < s->source_count; i++)
        source_close(s->sources[i]);
    emitter_free(s->emitter);
    source_list_free(&s->files);
    rules_free(s->rules);
    intel_free(s->intel);
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
    int rc = s->read ? open_files(s, &f) : open_live(s, &f);
    if (rc == 0 && *s->config.bus.redis != '\0')
        rc = folder_make(set->spool, &f);
    if (rc == 0 && *set->evidence != '\0')
        rc = folder_make(set->evidence, &f);
    if (rc == 0)
        rc = drop_rights(s, &f);
    if (rc == 0)
        rc = open_publisher(s, lanes + 1, &f);
    if (rc == 0 && *set->evidence != '\0')
        rc = open_evidence(s, lanes, &f);
    if (rc == 0)
        rc = open_workers(s, &f);
    if (rc == 0 && (s->emitter = emitter_new(&emit, s->places, NULL, s->publisher, lanes, &f)) == NULL)
        rc = f.code;
    if (rc == 0)
        rc = start_threads(s, &f);
    if (rc < 0)
        return cli_fail(&s->cli, exit_code_of(rc), "%s", f.why);
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
    const struct schema *schemas[64];
    for (size_t i = 0; i < dissector_count && i < 64; i++)
        schemas[i] = dissectors[i]->schema;
    rules_keywords(schemas, dissector_count < 64 ? dissector_count : 64, keyword, NULL);
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
        { "recursive", no_argument, NULL, OPTION_RECURSIVE }, { "list-keywords", no_argument, NULL, OPTION_KEYWORDS },
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
    sensor_sections(&s->config, s->sections);
    int code = command_line(s, argc, argv, interfaces, &interface_count);
    if (code == 0)
        code = settle(s, interfaces, interface_count);
    if (code == 0) {
        log_open(s->cli.program, s->cli.level);
        if (open_knowledge(s, &f) < 0)
            code = cli_fail(&s->cli, EX_CONFIG, "%s", f.why);
    }
    if (code == 0 && s->cli.check && s->explains)
        rules_lint(s->rules, print_warning, NULL);
    if (code == 0 && !s->cli.check)
        code = run(s);
    close_all(s);
    free(s->filter);
    free(s);
    return code;
}
