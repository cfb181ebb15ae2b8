#include "dashboards/server/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <event2/listener.h>

#include "common/clock.h"
#include "common/log.h"
#include "dashboards/server/regions.h"
#include "dashboards/server/shown.h"

enum { HEADERS_MAX = 16 * 1024, BODY_MAX = 4096, IDLE_S = 60 };
static const struct timeval tick_every = { 0, 100000 };
static const struct timeval beat_every = { 2, 0 };
static const struct timeval relisten_after = { 1, 0 };

#define ROW(member, kind, about) { #member, kind, offsetof(struct server_counts, member), about }
static const struct metric metric_rows[] = {
    ROW(requests, METRIC_COUNTER, "HTTP requests."),
    ROW(refused_hosts, METRIC_COUNTER, "Requests that called the console by a foreign name."),
    ROW(client_errors, METRIC_COUNTER, "Requests answered with a 4xx."),
    ROW(server_errors, METRIC_COUNTER, "Requests answered with a 5xx."),
    ROW(entries, METRIC_COUNTER, "Entries read from the streams."),
    ROW(no_memory, METRIC_COUNTER, "Of these not shown because there was no memory to mask them."),
    ROW(redis_up, METRIC_GAUGE, "1 while Redis answers."),
    ROW(archive_up, METRIC_GAUGE, "1 while the archive answers."),
};
const struct metrics_room server_metrics = { "http", metric_rows, sizeof metric_rows / sizeof metric_rows[0] };

/* ---- Redis on the loop ---- */

static void link_ready(struct server *s, unsigned link, short what)
{
    follower_ready(s->follower, link, (what & EV_READ) != 0, (what & EV_WRITE) != 0);
}

static void first_ready(evutil_socket_t fd, short what, void *server)  { (void)fd; link_ready(server, 0, what); }
static void second_ready(evutil_socket_t fd, short what, void *server) { (void)fd; link_ready(server, 1, what); }

static void follow_watch(void *server, unsigned link, int fd, bool readable, bool writable)
{
    static const event_callback_fn ready[FOLLOW_LINKS] = { first_ready, second_ready };
    struct server *s = server;
    if (s->links[link] != NULL)
        event_free(s->links[link]);
    s->links[link] = NULL;
    if (!readable && !writable)
        return;
    short what = (short)(EV_PERSIST | (readable ? EV_READ : 0) | (writable ? EV_WRITE : 0));
    s->links[link] = event_new(s->base, fd, what, ready[link], s);
    if (s->links[link] != NULL)
        event_add(s->links[link], NULL);
}

static void follow_entry(void *server, const struct follow_entry *e)
{
    static const char *const names[STREAM_COUNT] = {
        [STREAM_ALERTS] = "alert", [STREAM_INCIDENTS] = "incident", [STREAM_WARNINGS] = "warning",
    };
    struct server *s = server;
    size_t n = 0;
    char *event = shown(e->json, e->json_len, &n);
    s->counts.entries++;
    s->counts.no_memory += event == NULL;
    if (event != NULL)
        hub_say(s->hub, names[e->stream], e->stream_id, event, n);
    free(event);
}

static void follow_begins(void *server, const char *stream_id)
{
    hub_begins(((struct server *)server)->hub, stream_id);
}

static void follow_heartbeat(void *server, const char *region, const char *sensor, const char *json, size_t len)
{
    sensors_heard(((struct server *)server)->sensors, region, sensor, json, len, clock_wall_us());
}

static void follow_state(void *server, bool connected, const char *why)
{
    struct server *s = server;
    if (!connected)
        log_warning("Redis: %s; the live stream waits and tries again", why);
    else if (*why != '\0')
        log_warning("Redis: %s", why);
    else
        log_info("Redis: following");
    s->redis_up = connected;
    strncpy(s->redis_why, why, sizeof s->redis_why - 1);
}

static int follow_open(struct server *s, const struct bus_settings *bus, struct fault *f)
{
    static const enum stream streams[] = { STREAM_ALERTS, STREAM_INCIDENTS, STREAM_WARNINGS };
    const struct follow_settings settings = {
        .redis = bus->redis, .redis_user = bus->user, .redis_password = bus->password,
        .streams = streams, .stream_count = sizeof streams / sizeof streams[0],
        .recent = (unsigned)s->settings->recent, .look_every_us = 2000000,
    };
    const struct follow_owner owner = { s, follow_watch, follow_entry, follow_begins, follow_heartbeat, follow_state };
    if (*bus->redis == '\0') {
        strcpy(s->redis_why, "the setting bus.redis is empty");
        log_warning("%s: there is no live stream", s->redis_why);
        return 0;
    }
    strcpy(s->redis_why, "not connected yet");
    s->follower = follower_open(&settings, &owner, f);
    return s->follower != NULL ? 0 : f->code;
}

/* ---- the loop's own events ---- */

static void on_tick(evutil_socket_t fd, short what, void *server)
{
    (void)fd;
    (void)what;
    struct server *s = server;
    if (s->follower != NULL)
        follower_tick(s->follower, clock_steady_us());
}

/* The page shows how old its data is by this. */
size_t server_beat(struct server *s, char *room, size_t cap)
{
    char now[CLOCK_TEXT_MAX], why[320];
    size_t up, all;
    struct text t = text_over(room, cap);
    uint64_t now_us = clock_wall_us();
    clock_text(now_us, now);
    sensors_count(s->sensors, now_us, &up, &all);
    text_fmt(&t, "{\"time\":\"%s\",\"redis\":%s,\"archive\":%s,\"sensors_up\":%zu,\"sensors\":%zu}", now,
             s->redis_up ? "true" : "false", reader_well(s->reader, why) ? "true" : "false", up, all);
    return t.len;
}

static void on_beat(evutil_socket_t fd, short what, void *server)
{
    (void)fd;
    (void)what;
    struct server *s = server;
    char room[BEAT_MAX];
    size_t n = server_beat(s, room, sizeof room);
    hub_beat(s->hub, room, n);
}

static void on_answers(evutil_socket_t fd, short what, void *server)
{
    (void)fd;
    (void)what;
    reader_collect(((struct server *)server)->reader);
}

static void on_end(evutil_socket_t signal, short what, void *server)
{
    (void)signal;
    (void)what;
    event_base_loopbreak(((struct server *)server)->base);
}

static struct site *page_load(const struct dashboard_settings *d, struct fault *f)
{
    struct site *site = site_open(d->web, f);
    if (site != NULL && site_add(site, "/map.geojson", d->map, f) != 0) {
        site_close(site);
        return NULL;
    }
    return site;
}

static void on_reload(evutil_socket_t signal, short what, void *server)
{
    (void)signal;
    (void)what;
    struct server *s = server;
    struct fault f = { 0 };
    struct site *fresh = page_load(s->settings, &f);
    if (fresh == NULL) {
        log_error("%s; the page stays as it was", f.why);
        return;
    }
    site_close(s->site);
    s->site = fresh;
    log_info("the page is loaded anew");
}

static int events_open(struct server *s, struct fault *f)
{
    static const struct { int signal; event_callback_fn call; } signals[] = {
        { SIGINT, on_end }, { SIGTERM, on_end }, { SIGHUP, on_reload },
    };
    signal(SIGPIPE, SIG_IGN);
    s->tick = event_new(s->base, -1, EV_PERSIST, on_tick, s);
    s->beat = event_new(s->base, -1, EV_PERSIST, on_beat, s);
    s->answers = event_new(s->base, reader_fd(s->reader), EV_READ | EV_PERSIST, on_answers, s);
    bool good = s->tick != NULL && s->beat != NULL && s->answers != NULL && event_add(s->tick, &tick_every) == 0
             && event_add(s->beat, &beat_every) == 0 && event_add(s->answers, NULL) == 0;
    for (size_t i = 0; good && i < sizeof signals / sizeof signals[0]; i++) {
        s->signals[i] = evsignal_new(s->base, signals[i].signal, signals[i].call, s);
        good = s->signals[i] != NULL && event_add(s->signals[i], NULL) == 0;
    }
    return good ? 0 : fault_set(f, -ENOMEM, "the event loop could not be set up");
}

/* ---- listening ---- */

static bool is_loopback(const struct sockaddr *a)
{
    if (a->sa_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)(const void *)a)->sin_addr.s_addr) >> 24 == 127;
    return a->sa_family == AF_INET6
        && IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)a)->sin6_addr);
}

/* Out of descriptors, accept() fails at once and would be asked again at once: it rests for a second instead. */
static void on_accept_error(struct evconnlistener *listener, void *server)
{
    struct server *s = server;
    log_error("cannot take a connection: %s", strerror(errno));
    evconnlistener_disable(listener);
    evtimer_add(s->relisten, &relisten_after);
}

static void on_relisten(evutil_socket_t fd, short what, void *server)
{
    (void)fd;
    (void)what;
    evconnlistener_enable(((struct server *)server)->listener);
}

static int listen_open(struct server *s, struct fault *f)
{
    const char *text = s->settings->listen;
    struct sockaddr_storage address;
    struct sockaddr *a = (struct sockaddr *)&address;
    int len = sizeof address;
    if (evutil_parse_sockaddr_port(text, a, &len) != 0 || strchr(text, ':') == NULL)
        return fault_set(f, -EINVAL, "dashboard.listen: `%s` is not ADDRESS:PORT, such as 127.0.0.1:8600", text);
    if (!is_loopback(a))
        return fault_set(f, -EPERM, "dashboard.listen: %s can be reached from elsewhere, and the console has no sign-in "
                                    "yet: use 127.0.0.1:PORT or [::1]:PORT", text);
    s->listener = evconnlistener_new_bind(s->base, NULL, NULL, LEV_OPT_REUSEABLE | LEV_OPT_CLOSE_ON_FREE
                                          | LEV_OPT_CLOSE_ON_EXEC, 256, a, len);
    if (s->listener == NULL)
        return fault_set(f, -errno, "dashboard.listen: %s: %s", text, errno == EADDRINUSE
                         ? "another program listens there already" : strerror(errno));
    s->relisten = evtimer_new(s->base, on_relisten, s);
    s->http = evhttp_new(s->base);
    if (s->relisten == NULL || s->http == NULL || evhttp_bind_listener(s->http, s->listener) == NULL)
        return fault_set(f, -ENOMEM, "the HTTP server could not be set up");
    evconnlistener_set_error_cb(s->listener, on_accept_error);
    return 0;
}

static void http_rules(struct server *s)
{
    evhttp_set_max_headers_size(s->http, HEADERS_MAX);
    evhttp_set_max_body_size(s->http, BODY_MAX);
    evhttp_set_timeout(s->http, IDLE_S);
    evhttp_set_allowed_methods(s->http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST | EVHTTP_REQ_PUT
                               | EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS | EVHTTP_REQ_PATCH | EVHTTP_REQ_TRACE);
    evhttp_set_gencb(s->http, api_serve, s);
}

unsigned server_port(const struct server *s)
{
    struct sockaddr_storage a;
    socklen_t len = sizeof a;
    if (getsockname(evconnlistener_get_fd(s->listener), (struct sockaddr *)&a, &len) != 0)
        return 0;
    return ntohs(a.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)(void *)&a)->sin6_port
                                         : ((struct sockaddr_in *)(void *)&a)->sin_port);
}

/* ---- the whole ---- */

static int parts_open(struct server *s, const struct bus_settings *bus, struct fault *f)
{
    const struct dashboard_settings *d = s->settings;
    /* A client that joins gets all that is held at once, so that must be well below what may wait for it. */
    const struct hub_limits limits = { (size_t)d->clients, (size_t)d->frames, (size_t)d->waiting_bytes / 2,
                                       (size_t)d->waiting_bytes };
    s->base = event_base_new();
    s->hub = hub_new(&limits, &watch_door);
    s->sensors = sensors_new(d->sensor_silent_us);
    if (s->base == NULL || s->hub == NULL || s->sensors == NULL)
        return fault_set(f, -ENOMEM, "%s", strerror(ENOMEM));
    int rc = listen_open(s, f);
    if (rc != 0)
        return rc;
    s->regions = regions_load(d->regions, &s->regions_len, f);
    s->site = s->regions != NULL ? page_load(d, f) : NULL;
    if (s->site == NULL)
        return f->code;
    s->reader = reader_open(d->archive, (unsigned)d->archive_threads, (unsigned)d->archive_waiting, f);
    if (s->reader == NULL)
        return f->code;
    rc = follow_open(s, bus, f);
    return rc != 0 ? rc : events_open(s, f);
}

struct server *server_open(const struct dashboard_settings *d, const struct bus_settings *bus, struct fault *f)
{
    struct server *s = calloc(1, sizeof *s);
    if (s == NULL) {
        fault_set(f, -ENOMEM, "%s", strerror(ENOMEM));
        return NULL;
    }
    s->settings = d;
    if (parts_open(s, bus, f) != 0) {
        server_close(s);
        return NULL;
    }
    http_rules(s);
    return s;
}

void server_run(struct server *s)
{
    event_base_dispatch(s->base);
}

static void event_drop(struct event *e)
{
    if (e != NULL)
        event_free(e);
}

/* Threads first, so that no answer comes for a request that is gone; clients before the connections they hold. */
void server_close(struct server *s)
{
    reader_close(s->reader);
    follower_close(s->follower);
    if (s->hub != NULL)
        hub_drop_all(s->hub);
    if (s->http != NULL)
        evhttp_free(s->http);           /* and the listener with it */
    else if (s->listener != NULL)
        evconnlistener_free(s->listener);
    event_drop(s->tick);
    event_drop(s->beat);
    event_drop(s->answers);
    event_drop(s->relisten);
    for (size_t i = 0; i < sizeof s->signals / sizeof s->signals[0]; i++)
        event_drop(s->signals[i]);
    hub_free(s->hub);
    sensors_free(s->sensors);
    site_close(s->site);
    free(s->regions);
    if (s->base != NULL)
        event_base_free(s->base);
    free(s);
}
