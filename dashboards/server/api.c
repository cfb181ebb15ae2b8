#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/keyvalq_struct.h>

#include "common/clock.h"
#include "dashboards/server/reply.h"
#include "dashboards/server/server.h"

struct call {
    struct server *s;
    struct evhttp_request *req;
    const char *query;          /* behind the question mark, or NULL */
    const char *rest;           /* behind the route's prefix */
};

/* ---- the archive's questions ---- */

static void answered(void *ctx, int status, char *body, size_t len)
{
    struct call *c = ctx;
    if (status == 200) {
        reply_json(c->req, 200, body, len);
    } else {
        free(body);
        char why[320];
        c->s->counts.server_errors += status == 503;
        reader_well(c->s->reader, why);
        reply_error(c->req, status, status == 404 ? "not_found" : "archive", NULL,
                    status == 404 ? "there is no such incident" : why);
    }
    free(c);
}

static bool params_good(const struct call *c, enum params_of of, struct params *p)
{
    struct param_fault f;
    if (params_parse(c->query, of, p, &f) == 0)
        return true;
    c->s->counts.client_errors++;
    reply_error(c->req, 400, f.code, f.name, f.why);
    return false;
}

static void ask(const struct call *c, struct job *j)
{
    struct call *mine = malloc(sizeof *mine);
    if (mine != NULL) {
        *mine = *c;             /* .query and .rest are not used any more */
        j->done = answered;
        j->ctx = mine;
        if (reader_ask(c->s->reader, j))
            return;
    }
    free(mine);
    job_free(j);
    c->s->counts.server_errors++;
    reply_error(c->req, 503, "busy", NULL, "too many questions are waiting for the archive; try again in a moment");
}

static struct job *job_from(const struct call *c, enum reader_kind kind, enum params_of of)
{
    struct job *j = job_new(kind);
    if (j == NULL)
        reply_error(c->req, 503, "memory", NULL, "out of memory");
    if (j != NULL && params_good(c, of, &j->params))
        return j;
    job_free(j);
    return NULL;
}

static void list(const struct call *c, const char *event_type, const char *name)
{
    struct job *j = job_from(c, READ_EVENTS, PARAMS_EVENTS);
    if (j == NULL)
        return;
    j->name = name;
    j->params.query.event_type = event_type;
    ask(c, j);
}

static void alerts(const struct call *c)    { list(c, "alert", "alerts"); }
static void incidents(const struct call *c) { list(c, "incident", "incidents"); }

static void counts(const struct call *c)
{
    struct job *j = job_from(c, READ_COUNTS, PARAMS_COUNTS);
    if (j != NULL)
        ask(c, j);
}

/* Ids are the correlator's: "I-430100-20261121-0001". */
static void incident(const struct call *c)
{
    size_t n = strspn(c->rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_:.");
    if (n == 0 || n >= READER_ID_MAX || c->rest[n] != '\0') {
        c->s->counts.client_errors++;
        reply_error(c->req, 404, "not_found", NULL, "there is no such incident");
        return;
    }
    struct job *j = job_from(c, READ_INCIDENT, PARAMS_ONE);
    if (j == NULL)
        return;
    strcpy(j->id, c->rest);
    ask(c, j);
}

/* ---- what is held here ---- */

static void stream(const struct call *c)
{
    struct params *p = malloc(sizeof *p);
    if (p != NULL && params_good(c, PARAMS_STREAM, p))
        watch_begin(c->s, c->req, p->recent);
    free(p);
}

static void sensors(const struct call *c)
{
    size_t len;
    char *json = sensors_json(c->s->sensors, clock_wall_us(), &len);
    if (json != NULL)
        reply_json(c->req, 200, json, len);
    else
        reply_error(c->req, 503, "memory", NULL, "out of memory");
}

static void regions(const struct call *c)
{
    reply_bytes(c->req, 200, "application/json", c->s->regions, c->s->regions_len);
}

static void map(const struct call *c)
{
    reply_file(c->req, site_find(c->s->site, "/map.geojson"));
}

static void health(const struct call *c)
{
    reply_bytes(c->req, 200, "text/plain; charset=utf-8", "ok\n", 3);
}

static void ready(const struct call *c)
{
    char why[320], room[2048];
    struct text t = text_over(room, sizeof room);
    bool archive = reader_well(c->s->reader, why);
    text_fmt(&t, "{\"ready\":%s,\"redis\":\"", archive && c->s->redis_up ? "true" : "false");
    const char *redis = c->s->redis_up ? "ok" : c->s->redis_why;
    text_json(&t, redis, strlen(redis));
    text_lit(&t, "\",\"archive\":\"");
    text_json(&t, archive ? "ok" : why, archive ? 2 : strlen(why));
    text_lit(&t, "\"}\n");
    reply_bytes(c->req, archive && c->s->redis_up ? 200 : 503, "application/json", t.at, t.len);
}

static void sensor_gauges(const struct server *s, struct text *t)
{
    size_t up, all;
    sensors_count(s->sensors, clock_wall_us(), &up, &all);
    text_fmt(t, "# HELP fengsui_dashboard_sensors Sensors by whether their heartbeat is fresh.\n"
                "# TYPE fengsui_dashboard_sensors gauge\n"
                "fengsui_dashboard_sensors{state=\"up\"} %zu\nfengsui_dashboard_sensors{state=\"silent\"} %zu\n",
             up, all - up);
}

static void metrics(const struct call *c)
{
    char room[16384], why[320];
    struct text t = text_over(room, sizeof room);
    struct hub_counts hub;
    struct reader_counts reader;
    struct server_counts server = c->s->counts;
    hub_counts(c->s->hub, &hub);
    reader_counts(c->s->reader, &reader);
    server.redis_up = c->s->redis_up;
    server.archive_up = reader_well(c->s->reader, why);
    metrics_prometheus(&server_metrics, &server, "dashboard", &t);
    metrics_prometheus(&hub_metrics, &hub, "dashboard", &t);
    metrics_prometheus(&reader_metrics, &reader, "dashboard", &t);
    sensor_gauges(c->s, &t);
    reply_bytes(c->req, 200, "text/plain; version=0.0.4; charset=utf-8", t.at, t.len);
}

/* ---- routes ---- */

static const struct route {
    const char *path;
    void (*serve)(const struct call *c);
    bool prefix;                /* something follows */
    bool query;                 /* takes parameters */
} routes[] = {
    { "/api/v1/stream",     stream,    false, true },
    { "/api/v1/alerts",     alerts,    false, true },
    { "/api/v1/incidents",  incidents, false, true },
    { "/api/v1/incidents/", incident,  true,  true },
    { "/api/v1/counts",     counts,    false, true },
    { "/api/v1/sensors",    sensors,   false, false },
    { "/api/v1/regions",    regions,   false, false },
    { "/api/v1/map",        map,       false, false },
    { "/healthz",           health,    false, false },
    { "/readyz",            ready,     false, false },
    { "/metrics",           metrics,   false, false },
};

static const struct route *route_of(const char *path)
{
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        size_t n = strlen(routes[i].path);
        if (routes[i].prefix ? strncmp(path, routes[i].path, n) == 0 && path[n] != '\0' : strcmp(path, routes[i].path) == 0)
            return &routes[i];
    }
    return NULL;
}

static void page(const struct call *c, const char *path)
{
    const struct site_file *file = strncmp(path, "/api/", 5) != 0 ? site_find(c->s->site, path) : NULL;
    if (file != NULL) {
        reply_file(c->req, file);
        return;
    }
    c->s->counts.client_errors++;
    reply_error(c->req, 404, "not_found", NULL, "there is nothing under this address");
}

bool host_allowed(const char *host, const struct setting_list *more)
{
    if (host == NULL || *host == '\0')
        return false;
    size_t n = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
    if ((n == 9 && strncasecmp(host, "localhost", n) == 0) || (n == 5 && strncmp(host, "[::1]", n) == 0))
        return true;
    if (strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == n)
        return true;
    for (size_t i = 0; i < more->count; i++)
        if (strlen(more->items[i]) == n && strncasecmp(host, more->items[i], n) == 0)
            return true;
    return false;
}

/* True when the request is answered already. */
static bool refused(const struct call *c)
{
    enum evhttp_cmd_type method = evhttp_request_get_command(c->req);
    const char *host = evhttp_find_header(evhttp_request_get_input_headers(c->req), "Host");
    if (method != EVHTTP_REQ_GET && method != EVHTTP_REQ_HEAD) {
        reply_error(c->req, 405, "method", NULL, "only GET and HEAD are answered here");
    } else if (!host_allowed(host, &c->s->settings->hosts)) {
        c->s->counts.refused_hosts++;
        reply_error(c->req, 421, "host", NULL, "the console is not known by this name; see the setting dashboard.hosts");
    } else {
        return false;
    }
    c->s->counts.client_errors++;
    return true;
}

void api_serve(struct evhttp_request *req, void *server)
{
    struct call c = { .s = server, .req = req };
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
    const char *path = uri != NULL ? evhttp_uri_get_path(uri) : NULL;
    c.s->counts.requests++;
    if (refused(&c))
        return;
    path = path == NULL || *path == '\0' ? "/" : path;
    c.query = uri != NULL ? evhttp_uri_get_query(uri) : NULL;
    const struct route *r = route_of(path);
    if (r == NULL) {
        page(&c, path);
        return;
    }
    if (!r->query && c.query != NULL && *c.query != '\0') {
        c.s->counts.client_errors++;
        reply_error(req, 400, "unknown", NULL, "this address takes no parameters");
        return;
    }
    c.rest = path + strlen(r->path);
    r->serve(&c);
}
