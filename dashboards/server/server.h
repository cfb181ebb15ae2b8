/* server - the console's server: one event loop with HTTP and Redis on it, and a few threads that ask the archive.
 *
 *     Redis streams --follow--> hub --server-sent events--> pages
 *     archive files <--reader threads--> api --JSON--> pages
 *
 * It only reads: what people decide leaves as commands on a stream, which comes with sign-in. Until then it listens on
 * this machine alone, and answers only to names of this machine, so that no foreign page can reach it by a name of its
 * own that points here (DNS rebinding).
 * Threads   everything on the loop but what reader.h says.
 */
#ifndef DASHBOARDS_SERVER_H
#define DASHBOARDS_SERVER_H

#include <event2/event.h>
#include <event2/http.h>

#include "bus/follow.h"
#include "bus/settings.h"
#include "common/settings.h"
#include "dashboards/server/hub.h"
#include "dashboards/server/reader.h"
#include "dashboards/server/sensors.h"
#include "dashboards/server/site.h"

struct dashboard_settings {
    char    *listen;                    /* "127.0.0.1:8600" */
    struct setting_list hosts;          /* further names a proxy on this machine may call it by */
    char    *web, *regions, *map;
    char    *archive;                   /* archive.store */
    uint64_t archive_threads, archive_waiting;
    uint64_t clients, frames, waiting_bytes;
    uint64_t sensor_silent_us;
    uint64_t recent;                    /* entries of each stream read back at start */
};

enum { BEAT_MAX = 256 };

struct server_counts { uint64_t requests, refused_hosts, client_errors, server_errors, entries, no_memory, redis_up, archive_up; };
extern const struct metrics_room server_metrics;

struct server {
    const struct dashboard_settings *settings;
    struct event_base *base;
    struct evhttp     *http;
    struct evconnlistener *listener;
    struct event      *tick, *beat, *answers, *relisten;
    struct event      *signals[3];
    struct event      *links[FOLLOW_LINKS];
    struct follower   *follower;
    struct hub        *hub;
    struct reader     *reader;
    struct sensors    *sensors;
    struct site       *site;
    char   *regions;
    size_t  regions_len;
    uint64_t started_us;
    struct server_counts counts;
    bool    redis_up;
    char    redis_why[200];
};

/* NULL with one sentence: a port in use, no page, no map, an address that others can reach. */
struct server *server_open(const struct dashboard_settings *s, const struct bus_settings *bus, struct fault *f);

void server_run(struct server *s);                  /* until INT or TERM */
void server_close(struct server *s);

/* How things stand behind the page, as the stream's beat says it; gives the length. */
size_t server_beat(struct server *s, char *room, size_t cap);

/* The port it listens on (the settings may have said 0: any). */
unsigned server_port(const struct server *s);

/* api.c: every request comes here. */
void api_serve(struct evhttp_request *req, void *server);

/* watch.c: the live stream of one client; the door for the hub. */
void watch_begin(struct server *s, struct evhttp_request *req, unsigned recent);
extern const struct hub_door watch_door;

/* Whether `host` (a Host header's value) names this machine or one of `more`. */
bool host_allowed(const char *host, const struct setting_list *more);

#endif
