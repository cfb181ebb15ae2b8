/* Redis first, then who reads the streams, then the console, then the sensors with the drill: what is sent is
 * always awaited. Ending goes the other way round, so nothing is left in a pipe. */
#include "ctl/up.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "archive/archive.h"
#include "archive/keyring.h"
#include "bus/backlog.h"
#include "common/clock.h"
#include "common/log.h"
#include "ctl/process.h"
#include "events/incident.h"

#define MAKERS "/usr/share/ieee-data/oui.txt"         /* Debian's ieee-data */

enum { SERVICES = 5, START_PATIENCE_US = 20000000, END_PATIENCE_US = 10000000, SENSORS_MAX = 64 };

struct up {
    const struct up_plan *plan;
    const volatile int   *stop;
    char                  dir[PATH_MAX / 2];        /* absolute */
    char                  config[PATH_MAX], socket[PATH_MAX], redis[PATH_MAX + 8];
    struct process        services[SERVICES];
    size_t                service_count;
};

/* ---- folders and settings ---- */

static int folder(const struct up *u, const char *name, struct fault *f)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", u->dir, name);
    if (mkdir(path, 0755) < 0 && errno != EEXIST)
        return fault_set(f, -errno, "%s: %s", path, strerror(errno));
    return 0;
}

static int folders(struct up *u, struct fault *f)
{
    static const char *const names[] = { "redis", "spool", "archive", "log", "cache", "report", "notifier" };
    if (mkdir(u->plan->dir, 0755) < 0 && errno != EEXIST)
        return fault_set(f, -errno, "%s: %s", u->plan->dir, strerror(errno));
    char *absolute = realpath(u->plan->dir, NULL);
    if (absolute == NULL || strlen(absolute) >= sizeof u->dir) {
        free(absolute);
        return fault_set(f, -ENAMETOOLONG, "%s: the path is too long", u->plan->dir);
    }
    strcpy(u->dir, absolute);
    free(absolute);
    snprintf(u->config, sizeof u->config, "%s/fengsui.yaml", u->dir);
    snprintf(u->socket, sizeof u->socket, "%s/redis/redis.sock", u->dir);
    if (strlen(u->socket) >= sizeof((struct sockaddr_un *)0)->sun_path)
        return fault_set(f, -ENAMETOOLONG, "%s: longer than a Unix socket's path may be (107 bytes)", u->socket);
    snprintf(u->redis, sizeof u->redis, "unix:%s", u->socket);
    int rc = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0] && rc == 0; i++)
        rc = folder(u, names[i], f);
    return rc;
}

/* Every program reads this one file; the sensors' names and regions are added on their command lines. */
static int write_config(const struct up *u, struct fault *f)
{
    const struct up_plan *p = u->plan;
    FILE *out = fopen(u->config, "we");
    if (out == NULL)
        return fault_set(f, -errno, "%s: %s", u->config, strerror(errno));
    fprintf(out,
            "# Written by `fengsui up`; written again at its next start.\n"
            "bus:\n  redis: \"%s\"\n"
            "sensor:\n"
            "  status: exercise\n"
            "  rules:\n"
            "    files: [ \"%s/rules\" ]\n"
            "    classification: \"%s/rules/classification.config\"\n"
            "    cache: \"%s/cache\"\n"
            "    vars: { HOME_NET: \"[10.0.0.0/8,fd00::/8]\" }\n"
            "  behaviour:\n    makers: \"%s\"\n    weaknesses: \"%s/rules/ot/weaknesses.csv\"\n"
            "  evidence:\n    dir: \"%s/evidence\"\n"
            "  places:\n"
            "    assets: \"%s/deploy/exercise/assets.csv\"\n"
            "    indicators: \"%s/deploy/exercise/indicators.csv\"\n"
            "correlator:\n"
            "  taxonomy: \"%s/deploy/data/gbt20986_2023_taxonomy.csv\"\n"
            "  desk:\n    clocks: \"%s/deploy/data/reporting_clocks.csv\"\n"
            "organisation:\n  regions: \"%s/deploy/data/hunan_regions.csv\"\n  sectors: \"%s/deploy/data/sectors.csv\"\n"
            "archive:\n  store: \"%s/archive\"\n  keys: \"%s/keys\"\n"
            "notifier:\n  dir: \"%s/notifier\"\n"
            "report:\n  keys: \"%s/keys\"\n  regions: \"%s/deploy/data/hunan_regions.csv\"\n"
            "dashboard:\n"
            "  listen: \"127.0.0.1:%llu\"\n"
            "  web: \"%s\"\n"
            "  regions: \"%s/deploy/data/hunan_regions.csv\"\n"
            "  map: \"%s/deploy/data/hunan-prefectures.geojson\"\n",
            u->redis, p->share, p->share, u->dir, access(MAKERS, R_OK) == 0 ? MAKERS : "", p->share, u->dir, p->share, p->share, p->share, p->share, p->share, p->share,
            u->dir, u->dir, u->dir, u->dir, p->share,
            (unsigned long long)p->port, p->web, p->share, p->share);
    return fclose(out) == 0 ? 0 : fault_set(f, -errno, "%s: %s", u->config, strerror(errno));
}

/* Checkpoints and the report are signed from the first day on. */
static int make_keys(const struct up *u, struct fault *f)
{
    char dir[PATH_MAX];
    snprintf(dir, sizeof dir, "%s/keys", u->dir);
    int rc = keyring_init(dir, clock_wall_us(), f);
    return rc == -EEXIST ? 0 : rc;
}

/* ---- services ---- */

static bool redis_answers(const struct up *u)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    char answer[8] = "";
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(at.sun_path, sizeof at.sun_path, "%.*s", (int)sizeof at.sun_path - 1, u->socket);
    bool yes = fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof at) == 0 && write(fd, "PING\r\n", 6) == 6
               && read(fd, answer, sizeof answer - 1) > 0 && strncmp(answer, "+PONG", 5) == 0;
    if (fd >= 0)
        close(fd);
    return yes;
}

static int start_service(struct up *u, const char *name, const char *const argv[], struct fault *f)
{
    char log_dir[PATH_MAX];
    snprintf(log_dir, sizeof log_dir, "%s/log", u->dir);
    int rc = process_start(&u->services[u->service_count], name, log_dir, argv, f);
    if (rc == 0)
        u->service_count++;
    return rc;
}

static struct process *service_ended(struct up *u, int *code)
{
    for (size_t i = 0; i < u->service_count; i++)
        if (process_ended(&u->services[i], code))
            return &u->services[i];
    return NULL;
}

static int ended_fault(const struct process *p, int code, struct fault *f)
{
    char words[400];
    process_last_words(p, words, sizeof words);
    return fault_set(f, -ECHILD, "%s ended with code %d: %s", p->name, code, *words != '\0' ? words : "it said nothing");
}

static int start_redis(struct up *u, struct fault *f)
{
    char dir[PATH_MAX];
    int code;
    snprintf(dir, sizeof dir, "%s/redis", u->dir);
    const char *const argv[] = { "redis-server", "--port", "0", "--unixsocket", u->socket, "--unixsocketperm", "700",
                                 "--dir", dir, "--appendonly", "yes", "--appendfsync", "everysec", "--save", "",
                                 "--auto-aof-rewrite-min-size", "1gb", "--maxmemory-policy", "noeviction", NULL };
    if (redis_answers(u))
        return fault_set(f, -EADDRINUSE, "%s: a Redis is running there already; is another `fengsui up` at work?", u->socket);
    int rc = start_service(u, "redis", argv, f);
    uint64_t until_us = clock_steady_us() + START_PATIENCE_US;
    while (rc == 0 && !redis_answers(u)) {
        if (service_ended(u, &code) != NULL)
            return ended_fault(&u->services[0], code, f);
        if (clock_steady_us() > until_us || *u->stop)
            return fault_set(f, -ETIMEDOUT, "Redis did not start; see %s", u->services[0].log);
        usleep(20000);
    }
    return rc;
}

/* What every program's command line begins with: its path, our settings, and the operator's over them. */
enum { WORDS_MAX = 24 };
struct words { char path[PATH_MAX]; const char *at[WORDS_MAX]; size_t count; };

static void say_word(struct words *w, const char *word)
{
    if (w->count < WORDS_MAX - 1)       /* the last stays NULL */
        w->at[w->count++] = word;
}

static void words_for(const struct up *u, const char *program, struct words *w)
{
    *w = (struct words){ .count = 0 };
    snprintf(w->path, sizeof w->path, "%s/%s", u->plan->programs, program);
    say_word(w, w->path);
    say_word(w, "-c");
    say_word(w, u->config);
    if (u->plan->config != NULL) {
        say_word(w, "-c");
        say_word(w, u->plan->config);
    }
}

/* `set`: one setting of its own, or NULL. */
static int start_program(struct up *u, const char *name, const char *set, struct fault *f)
{
    struct words w;
    words_for(u, name, &w);
    if (set != NULL) {
        say_word(&w, "--set");
        say_word(&w, set);
    }
    return start_service(u, name, w.at, f);
}

/* Whether the settings name anybody who is to be told, by the notifier's own word: 1 or 0, or a fault with its sentence. */
static int has_targets(struct up *u, struct fault *f)
{
    char log_dir[PATH_MAX], said[512];
    struct process p;
    struct words w;
    words_for(u, "fengsui-notifier", &w);
    say_word(&w, "--list-targets");
    snprintf(log_dir, sizeof log_dir, "%s/notifier", u->dir);
    int rc = process_start(&p, "targets", log_dir, w.at, f);
    int code = rc == 0 ? process_wait(&p, u->stop) : 0;
    if (code == -EINTR)
        process_end(&p, END_PATIENCE_US);
    if (rc != 0 || code != 0)
        return rc != 0 ? rc : ended_fault(&p, code, f);
    process_last_words(&p, said, sizeof said);
    return *said != '\0';
}

/* With a notifier nothing is trimmed from the streams that it has not taken. */
static int start_programs(struct up *u, struct fault *f)
{
    int told = has_targets(u, f), rc = told < 0 ? told : start_program(u, "fengsui-correlator", NULL, f);
    if (rc == 0)
        rc = start_program(u, "fengsui-archiver", told > 0 ? "archiver.notified=yes" : NULL, f);
    if (rc == 0)
        rc = start_program(u, "fengsui-dashboard", NULL, f);
    if (rc == 0 && told > 0)
        rc = start_program(u, "fengsui-notifier", NULL, f);
    return rc;
}

static int start_all(struct up *u, struct fault *f)
{
    int rc = start_redis(u, f), code = 0;
    if (rc == 0)
        rc = start_programs(u, f);
    if (rc == 0) {
        usleep(500000);     /* long enough for a wrong setting or a taken port to end a program */
        struct process *ended = service_ended(u, &code);
        if (ended != NULL)
            return ended_fault(ended, code, f);
    }
    return rc;
}

static void end_all(struct up *u)
{
    while (u->service_count > 0)
        process_end(&u->services[--u->service_count], END_PATIENCE_US);
}

/* ---- the drill ---- */

static int play_one(struct up *u, const char *capture, const char *sensor, const char *region, struct fault *f)
{
    char file[PATH_MAX], name[80], where[80], spool[PATH_MAX + 16], countries[PATH_MAX + 32], log_dir[PATH_MAX];
    struct process p;
    struct words w;
    snprintf(file, sizeof file, "%s/%s", u->plan->exercise, capture);
    snprintf(name, sizeof name, "name=%s", sensor);
    snprintf(where, sizeof where, "region=%s", region);
    snprintf(spool, sizeof spool, "spool.dir=%s/spool/%s", u->dir, sensor);
    snprintf(countries, sizeof countries, "places.countries=%s/countries.mmdb", u->plan->exercise);
    snprintf(log_dir, sizeof log_dir, "%s/log", u->dir);
    bool has_countries = access(countries + strlen("places.countries="), R_OK) == 0;
    const char *const more[] = { "--set", name, "--set", where, "--set", spool, "-r", file, "--set", countries };
    words_for(u, "fengsui-sensor", &w);
    for (size_t i = 0; i < sizeof more / sizeof more[0] - (has_countries ? 0 : 2); i++)
        say_word(&w, more[i]);
    int rc = process_start(&p, sensor, log_dir, w.at, f);
    if (rc < 0)
        return rc;
    int code = process_wait(&p, u->stop);
    if (code == -EINTR) {
        process_end(&p, END_PATIENCE_US);
        return fault_set(f, -EINTR, "stopped");
    }
    return code != 0 ? ended_fault(&p, code, f) : 0;
}

/* sensors.csv: capture,sensor,region */
static int play(struct up *u, struct fault *f)
{
    char path[PATH_MAX], line[512], capture[160], sensor[64], region[16];
    int rc = 0;
    snprintf(path, sizeof path, "%s/sensors.csv", u->plan->exercise);
    FILE *in = fopen(path, "re");
    if (in == NULL)
        return fault_set(f, -errno, "%s: %s", path, strerror(errno));
    for (unsigned n = 0; rc == 0 && n < SENSORS_MAX && fgets(line, sizeof line, in) != NULL;) {
        if (sscanf(line, "%159[^,],%63[^,],%15[0-9]", capture, sensor, region) != 3)
            continue;       /* the heading */
        printf("  %s: %s\n", sensor, capture);
        fflush(stdout);
        rc = play_one(u, capture, sensor, region, f);
        n++;
    }
    fclose(in);
    return rc;
}

static void backlog_add(void *ctx, const struct backlog_row *r)
{
    uint64_t *sum = ctx;
    *sum += r->pending + (uint64_t)(r->lag > 0 ? r->lag : 0);
}

/* Until every group has read and acknowledged everything. */
static int wait_arrived(struct up *u, struct fault *f)
{
    uint64_t until_us = clock_steady_us() + 60000000;
    for (unsigned still = 0; still < 3 && !*u->stop; usleep(100000)) {
        uint64_t left = 0;
        int rc = backlog_read(u->redis, NULL, NULL, backlog_add, &left, f);
        if (rc < 0)
            return rc;
        still = left == 0 ? still + 1 : 0;
        if (clock_steady_us() > until_us)
            return fault_set(f, -ETIMEDOUT, "%llu entries have not been worked on after a minute", (unsigned long long)left);
    }
    return 0;
}

/* ---- what there is to see ---- */

static bool incident_line(void *ctx, const char *json, size_t len, const char *cursor)
{
    struct incident_view v;
    struct fault f;
    unsigned *count = ctx;
    (void)cursor;
    if (incident_parse(json, len, &v, &f) < 0)
        return true;
    const struct incident *i = &v.incident;
    printf("  %-28s level %d  score %5.1f  %6llu alerts  %s  %s\n", i->id, (int)i->level, i->score,
           (unsigned long long)i->alert_count, i->region, i->title_zh);
    printf("  %-28s %s\n", "", i->title_en);
    ++*count;
    incident_view_free(&v);
    return true;
}

static unsigned show_incidents(const struct up *u)
{
    char dir[PATH_MAX];
    struct fault f;
    unsigned count = 0;
    struct archive_query q = { .event_type = "incident", .limit = 50 };
    snprintf(dir, sizeof dir, "%s/archive", u->dir);
    struct archive *a = archive_open(dir, ARCHIVE_READ, &f);
    if (a == NULL || archive_find(a, &q, incident_line, &count, &f) < 0)
        log_error("the archive cannot be read: %s", f.why);
    archive_close(a);
    return count;
}

static void make_report(struct up *u)
{
    char week[16], out[PATH_MAX + 16], log_dir[PATH_MAX];
    struct process p;
    struct words w;
    struct fault f;
    time_t now = time(NULL);
    struct tm tm;
    localtime_r(&now, &tm);
    strftime(week, sizeof week, "%G-W%V", &tm);
    snprintf(out, sizeof out, "%s/report/%s", u->dir, week);
    snprintf(log_dir, sizeof log_dir, "%s/log", u->dir);
    const char *const more[] = { "--week", week, "--status", "exercise", "--out", out };
    words_for(u, "fengsui-report", &w);
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++)
        say_word(&w, more[i]);
    if (process_start(&p, "fengsui-report", log_dir, w.at, &f) < 0) {
        log_error("no report: %s", f.why);
        return;
    }
    int code = process_wait(&p, u->stop);
    if (code != 0) {
        ended_fault(&p, code, &f);
        log_error("no report: %s", f.why);
    } else {
        printf("\nReport of week %s: %s.html\n", week, out);
    }
}

static void play_once(struct up *u)
{
    char played[PATH_MAX];
    struct fault f;
    if (u->plan->exercise == NULL)
        return;
    snprintf(played, sizeof played, "%s/played", u->plan->exercise);
    if (access(played, F_OK) == 0) {
        printf("The drill in %s was played before; its data is here. `make run AGAIN=1` plays a new one.\n", u->plan->exercise);
        return;
    }
    printf("Playing the drill\n");
    if (play(u, &f) < 0 || wait_arrived(u, &f) < 0) {
        log_error("the drill was not played to its end: %s", f.why);
        return;
    }
    FILE *mark = fopen(played, "we");
    if (mark != NULL)
        fclose(mark);
}

static int watch(struct up *u)
{
    struct fault f;
    int code;
    while (!*u->stop) {
        struct process *ended = service_ended(u, &code);
        if (ended != NULL) {
            ended_fault(ended, code, &f);
            log_error("%s", f.why);
            return EX_SOFTWARE;
        }
        usleep(100000);
    }
    return EX_OK;
}

int up_run(const struct up_plan *plan, const volatile int *stop)
{
    struct up u = { .plan = plan, .stop = stop };
    struct fault f;
    int rc = folders(&u, &f);
    if (rc == 0)
        rc = write_config(&u, &f);
    if (rc == 0)
        rc = make_keys(&u, &f);
    if (rc == 0)
        rc = start_all(&u, &f);
    if (rc < 0) {
        end_all(&u);
        fprintf(stderr, "fengsui: %s\n", f.why);
        return EX_UNAVAILABLE;
    }
    play_once(&u);
    int code = EX_OK;
    if (!*stop) {
        printf("\nIncidents\n");
        if (show_incidents(&u) == 0)
            printf("  none yet\n");
        make_report(&u);
        printf("Console: http://127.0.0.1:%llu/\n", (unsigned long long)plan->port);
        if (!plan->leave)
            printf("Ctrl-C ends everything; what was collected stays in %s.\n", plan->dir);
        fflush(stdout);
        code = plan->leave ? EX_OK : watch(&u);
    }
    end_all(&u);
    return code;
}
