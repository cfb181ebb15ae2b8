/* One client of the live stream. evhttp stops reading from a connection whose answer is under way, so a client that
 * left is noticed when a beat cannot be written. Then evhttp takes the request off the connection and leaves it to us;
 * when we close the connection ourselves, it frees the request with it. */
#include <stdio.h>
#include <stdlib.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/keyvalq_struct.h>

#include "dashboards/server/reply.h"
#include "dashboards/server/server.h"

struct watch {
    struct hub *hub;
    struct evhttp_request *req;
    struct evhttp_connection *connection;
};

static size_t watch_waiting(void *client)
{
    const struct watch *w = client;
    return evbuffer_get_length(bufferevent_get_output(evhttp_connection_get_bufferevent(w->connection)));
}

static void watch_send(void *client, const char *bytes, size_t n)
{
    struct watch *w = client;
    struct evbuffer *chunk = evbuffer_new();
    if (chunk == NULL || evbuffer_add(chunk, bytes, n) != 0) {
        if (chunk != NULL)
            evbuffer_free(chunk);
        return;
    }
    evhttp_send_reply_chunk(w->req, chunk);
    evbuffer_free(chunk);
}

static void watch_drop(void *client)
{
    struct watch *w = client;
    evhttp_connection_set_closecb(w->connection, NULL, NULL);
    evhttp_connection_free(w->connection);
    free(w);
}

static void watch_gone(struct evhttp_connection *connection, void *client)
{
    (void)connection;
    struct watch *w = client;
    hub_leave(w->hub, w);
    evhttp_send_reply_end(w->req);      /* off its connection by now: this only frees it */
    free(w);
}

const struct hub_door watch_door = { watch_waiting, watch_send, watch_drop };

static void stream_headers(struct evhttp_request *req)
{
    struct evkeyvalq *out = evhttp_request_get_output_headers(req);
    reply_headers(req);
    evhttp_add_header(out, "Content-Type", "text/event-stream; charset=utf-8");
    evhttp_add_header(out, "Cache-Control", "no-store");
    evhttp_add_header(out, "X-Accel-Buffering", "no");      /* nginx would hold it back */
}

void watch_begin(struct server *s, struct evhttp_request *req, unsigned recent)
{
    struct hub_counts now;
    hub_counts(s->hub, &now);
    struct watch *w = now.clients < s->settings->clients ? calloc(1, sizeof *w) : NULL;
    if (w == NULL) {
        reply_error(req, 503, "full", NULL, "as many clients as allowed are watching; try again in a while");
        return;
    }
    *w = (struct watch){ .hub = s->hub, .req = req, .connection = evhttp_request_get_connection(req) };
    stream_headers(req);
    evhttp_send_reply_start(req, 200, "OK");
    evhttp_connection_set_closecb(w->connection, watch_gone, w);
    char beat[BEAT_MAX], hello[BEAT_MAX + 64];
    size_t n = server_beat(s, beat, sizeof beat);
    int hello_len = snprintf(hello, sizeof hello, "retry: 1500\nevent: beat\ndata: %.*s\n\n", (int)n, beat);
    watch_send(w, hello, (size_t)hello_len);
    hub_join(s->hub, w, evhttp_find_header(evhttp_request_get_input_headers(req), "Last-Event-ID"), recent);
}
