/* The indicators that this sensor knows: those of a file, read once, and those that the centre sends down its region's stream,
 * followed by a thread of its own so that a new one is in force within a second and no packet waits for it.
 *
 * What came down the stream is kept in a log, a line each: the stream's id, a blank, the indicator. Reading it again is the
 * same as hearing it again, so a sensor that starts while the centre is out of reach knows what it knew, and otherwise goes on
 * where it stood. The log is written anew when most of its lines are overtaken. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "bus/follow.h"
#include "common/clock.h"
#include "indicators.h"
#include "sensor.h"

enum { STREAM_ID_MAX = 48, LINE_MAX_BYTES = 8192, POLL_MS = 50, LINES_SPARE = 4096 };
static const uint64_t GATHER_US = 200000, EXPIRE_US = 60000000, SYNC_US = 1000000;

struct indicators {
    struct intel_store *store;
    const struct intel *set;            /* published last */
    struct intel_counts counts;
    const char *path;                   /* of the log; NULL: none. Borrowed */
    FILE    *log;                       /* NULL: none, or it cannot be written */
    size_t   lines;
    bool     changed, unsynced, full_said, log_failed;
    char     last[STREAM_ID_MAX];       /* how far the stream was heard */
    struct indicator_room room;

    struct sensor   *sensor;
    struct follower *follower;
    struct pollfd    watched[FOLLOW_LINKS + 1];     /* the last: wake */
    pthread_t        thread;
    bool             started;
    _Atomic bool     stop;
    uint64_t         published_us, expired_us, synced_us;
};

#define ROW(member, kind, sentence) { #member, kind, offsetof(struct intel_counts, member), sentence }
static const struct metric rows[] = {
    ROW(known, METRIC_GAUGE, "Indicators in force."),
    ROW(bytes, METRIC_GAUGE, "Memory that they take."),
    ROW(added, METRIC_COUNTER, "Indicators that were added."),
    ROW(changed, METRIC_COUNTER, "Indicators that another version replaced."),
    ROW(removed, METRIC_COUNTER, "Indicators that were revoked."),
    ROW(expired, METRIC_COUNTER, "Indicators whose time had run out."),
    ROW(refused, METRIC_COUNTER, "Entries that are no indicator, or one that would match everything."),
    ROW(full, METRIC_COUNTER, "Indicators beyond the ceilings."),
    ROW(sets, METRIC_COUNTER, "Times that the workers were given a new set."),
};
const struct metrics_room intel_metrics = { "intel", rows, sizeof rows / sizeof rows[0] };

/* ---- taking in ---- */

static void take(struct indicators *in, const struct indicator *i)
{
    struct intel_counts *n = &in->counts;
    enum intel_taken taken = intel_store_take(in->store, i, clock_wall_us());
    in->changed |= taken <= INTEL_REMOVED;
    n->added += taken == INTEL_NEW;
    n->changed += taken == INTEL_CHANGED;
    n->removed += taken == INTEL_REMOVED;
    n->expired += taken == INTEL_EXPIRED;
    n->full += taken == INTEL_FULL;
    n->known = intel_store_count(in->store);
    n->bytes = intel_store_bytes(in->store);
    if (taken == INTEL_FULL && !in->full_said)
        log_error("indicators: no room for \"%s\" and perhaps more: %" PRIu64 " known, %" PRIu64 " bytes; see intel.max and intel.bytes",
                  i->value, n->known, n->bytes);
    in->full_said |= taken == INTEL_FULL;
}

static void from_file(void *ctx, const struct indicator *i)
{
    struct indicator mine = *i;
    mine.local = true;
    take(ctx, &mine);
}

static void line_refused(void *ctx, const struct fault *f)
{
    struct indicators *in = ctx;
    in->counts.refused += f->code != -ESTALE;
    in->counts.expired += f->code == -ESTALE;
    log_warning("%s; the line is left out", f->why);
}

static bool heard(struct indicators *in, const char *stream_id, const char *json, size_t len)
{
    struct indicator i;
    struct fault f;
    if (strlen(stream_id) < sizeof in->last)
        strcpy(in->last, stream_id);
    if (indicator_parse(json, len, &in->room, &i, &f) == 0) {
        take(in, &i);
        return true;
    }
    in->counts.refused++;
    log_warning("indicator %s: %s", stream_id, f.why);
    return false;
}

/* ---- the log ---- */

static void log_broken(struct indicators *in)
{
    if (!in->log_failed)
        log_error("%s: cannot be written: %s; indicators are forgotten at the next start without Redis", in->path, strerror(errno));
    in->log_failed = true;
    if (in->log != NULL)
        fclose(in->log);
    in->log = NULL;
}

static void log_line(struct indicators *in, const char *stream_id, const char *json, size_t len)
{
    if (in->log == NULL)
        return;
    in->lines++;
    in->unsynced = true;
    if (fprintf(in->log, "%s %.*s\n", stream_id, (int)len, json) < 0)
        log_broken(in);
}

struct rewriting { FILE *out; const char *last; size_t lines; };

static void rewrite_one(void *ctx, const struct indicator *i)
{
    struct rewriting *r = ctx;
    char json[LINE_MAX_BYTES];
    struct text t = text_over(json, sizeof json);
    if (i->local)
        return;
    indicator_json(i, &t);
    r->lines++;
    fprintf(r->out, "%s %.*s\n", r->last, (int)t.len, t.at);
}

/* Whole and on disk before it takes the other's name. */
static void log_rewrite(struct indicators *in)
{
    char fresh[4096];
    if (in->log != NULL)
        fclose(in->log);
    snprintf(fresh, sizeof fresh, "%s.new", in->path);
    struct rewriting r = { fopen(fresh, "we"), in->last, 1 };
    in->log = r.out;
    if (r.out == NULL || fprintf(r.out, "%s\n", in->last) < 0) {
        log_broken(in);
        return;
    }
    intel_store_each(in->store, rewrite_one, &r);
    if (fflush(r.out) != 0 || ferror(r.out) || fdatasync(fileno(r.out)) < 0 || rename(fresh, in->path) < 0)
        log_broken(in);
    in->lines = r.lines;
}

static void log_look_after(struct indicators *in, uint64_t now_us)
{
    if (in->log == NULL || !in->unsynced || now_us - in->synced_us < SYNC_US)
        return;
    in->synced_us = now_us;
    in->unsynced = false;
    if (fflush(in->log) != 0 || fdatasync(fileno(in->log)) < 0)
        log_broken(in);
    else if (in->lines > 2 * intel_store_count(in->store) + LINES_SPARE)
        log_rewrite(in);
}

/* The last line may be half a one. */
static void log_read(struct indicators *in, FILE *from)
{
    char *line = malloc(LINE_MAX_BYTES);
    while (line != NULL && fgets(line, LINE_MAX_BYTES, from) != NULL) {
        size_t len = strlen(line);
        char *json = strchr(line, ' ');
        if (line[len - 1] != '\n')
            break;
        line[--len] = '\0';
        if (json == NULL)
            json = line + len;
        else
            *json++ = '\0';
        if (*json != '\0')
            (void)heard(in, line, json, strlen(json));
        else if (strlen(line) < sizeof in->last)
            strcpy(in->last, line);
        in->lines++;
    }
    free(line);
}

static int log_open_state(struct indicators *in, struct fault *f)
{
    FILE *from = fopen(in->path, "re");
    if (from == NULL && errno != ENOENT)
        return fault_set(f, -errno, "%s: %s", in->path, strerror(errno));
    if (from == NULL)
        return 0;
    log_read(in, from);
    fclose(from);
    log_info("%s: %" PRIu64 " indicators known from before", in->path, in->counts.known);
    return 0;
}

/* ---- the sets ---- */

/* Waits until a worker uses its new set. One that has ended looks for it no more, but closes flows by it. False: it was never
 * started, and we are asked to end. */
static bool taken(const struct indicators *in, struct worker *w)
{
    while (atomic_load_explicit(&w->next_intel, memory_order_acquire) != NULL && !w->ended) {
        if (atomic_load(&in->stop))
            return false;
        usleep(1000);
    }
    worker_intel(w);
    return true;
}

static void hand_out(struct indicators *in)
{
    const struct intel *fresh = intel_store_publish(in->store);
    if (fresh == NULL) {
        log_error("indicators: no memory for a new set; the one before stays in force");
        return;
    }
    struct sensor *s = in->sensor;
    size_t workers = s != NULL ? s->worker_count : 0;
    for (size_t i = 0; i < workers; i++)
        atomic_store_explicit(&s->workers[i]->next_intel, fresh, memory_order_release);
    for (size_t i = 0; i < workers; i++)
        if (!taken(in, s->workers[i]))
            return;
    intel_store_let_go(in->store, in->set);
    in->set = fresh;
    in->changed = false;
    in->counts.sets++;
}

/* ---- the thread ---- */

static void on_watch(void *ctx, unsigned link, int fd, bool readable, bool writable)
{
    struct indicators *in = ctx;
    short events = (short)((readable ? POLLIN : 0) | (writable ? POLLOUT : 0));
    in->watched[link] = (struct pollfd){ events != 0 ? fd : -1, events, 0 };
}

static void on_entry(void *ctx, const struct follow_entry *e)
{
    if (heard(ctx, e->stream_id, e->json, e->json_len))
        log_line(ctx, e->stream_id, e->json, e->json_len);
}

static void on_begins(void *ctx, const char *stream_id)
{
    (void)ctx;
    (void)stream_id;
}

static void on_heartbeat(void *ctx, const char *region, const char *sensor, const char *json, size_t len)
{
    (void)ctx;
    (void)region;
    (void)sensor;
    (void)json;
    (void)len;
}

static void on_state(void *ctx, bool connected, const char *why)
{
    struct indicators *in = ctx;
    if (connected)
        log_info("indicators: following the region's stream from %s", in->last[0] ? in->last : "its beginning");
    else
        log_warning("indicators: %s; %" PRIu64 " known ones stay in force", why, in->counts.known);
}

static void wait_for_news(struct indicators *in)
{
    follower_tick(in->follower, clock_steady_us());
    if (poll(in->watched, FOLLOW_LINKS + 1, POLL_MS) <= 0)
        return;
    for (unsigned i = 0; i < FOLLOW_LINKS; i++) {
        short got = in->watched[i].revents;
        if (in->watched[i].fd >= 0 && got != 0)
            follower_ready(in->follower, i, (got & ~POLLOUT) != 0, (got & POLLOUT) != 0);
    }
}

static void *follow(void *ctx)
{
    struct indicators *in = ctx;
    while (!atomic_load(&in->stop)) {
        wait_for_news(in);
        uint64_t now_us = clock_steady_us();
        if (now_us - in->expired_us >= EXPIRE_US) {
            in->counts.expired += intel_store_expire(in->store, clock_wall_us());
            in->counts.known = intel_store_count(in->store);
            in->expired_us = now_us;
        }
        if (in->changed && now_us - in->published_us >= GATHER_US) {
            hand_out(in);
            in->published_us = clock_steady_us();
        }
        log_look_after(in, now_us);
    }
    return NULL;
}

/* ---- opened and closed ---- */

int indicators_open(struct sensor *s, struct fault *f)
{
    const struct sensor_settings *set = &s->config.sensor;
    struct indicators *in = calloc(1, sizeof *in);
    s->indicators = in;
    if (in == NULL || (in->store = intel_store_new(set->intel_max, set->intel_bytes)) == NULL)
        return fault_set(f, -ENOMEM, "no memory for indicators");
    struct indicator_reader reader = { from_file, line_refused, in, clock_wall_us(), NULL };
    if (*set->indicators != '\0' && indicator_file(set->indicators, &reader, f) < 0)
        return f->code;
    in->path = s->read == NULL ? text_or_null(set->intel_state) : NULL;
    if (in->path != NULL && log_open_state(in, f) < 0)
        return f->code;
    hand_out(in);
    return in->set != NULL ? 0 : fault_set(f, -ENOMEM, "no memory for %zu indicators", intel_store_count(in->store));
}

const struct intel *indicators_set(const struct indicators *in)
{
    return in != NULL ? in->set : NULL;
}

const struct intel_counts *indicators_counts(const struct indicators *in)
{
    static const struct intel_counts none;
    return in != NULL ? &in->counts : &none;
}

int indicators_follow(struct sensor *s, struct fault *f)
{
    static const enum stream streams[] = { STREAM_INTEL };
    struct indicators *in = s->indicators;
    struct follow_settings follow_settings = {
        .redis = s->config.bus.redis, .redis_user = s->config.bus.user, .redis_password = s->config.bus.password,
        .streams = streams, .stream_count = 1, .region = s->config.sensor.region, .after = in->last,
    };
    struct follow_owner owner = { in, on_watch, on_entry, on_begins, on_heartbeat, on_state };
    sigset_t all, before;
    for (size_t i = 0; i <= FOLLOW_LINKS; i++)
        in->watched[i].fd = -1;
    if (in->path != NULL)
        log_rewrite(in);
    in->sensor = s;
    in->watched[FOLLOW_LINKS] = (struct pollfd){ eventfd(0, EFD_CLOEXEC), POLLIN, 0 };
    if ((in->follower = follower_open(&follow_settings, &owner, f)) == NULL)
        return f->code;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&in->thread, NULL, follow, in);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    in->started = rc == 0;
    return rc == 0 ? 0 : fault_set(f, -rc, "indicators cannot be followed: %s", strerror(rc));
}

void indicators_stop(struct indicators *in)
{
    uint64_t one = 1;
    if (in == NULL || !in->started)
        return;
    atomic_store(&in->stop, true);
    if (write(in->watched[FOLLOW_LINKS].fd, &one, sizeof one) < 0)
        log_debug("indicators: %s", strerror(errno));       /* it looks by itself soon */
    pthread_join(in->thread, NULL);
    in->started = false;
}

void indicators_close(struct indicators *in)
{
    if (in == NULL)
        return;
    indicators_stop(in);
    follower_close(in->follower);
    if (in->log != NULL && fclose(in->log) != 0)
        log_error("%s: %s", in->path, strerror(errno));
    if (in->watched[FOLLOW_LINKS].fd > 0)
        close(in->watched[FOLLOW_LINKS].fd);
    if (in->store != NULL)
        intel_store_let_go(in->store, in->set);
    intel_store_free(in->store);
    free(in);
}
