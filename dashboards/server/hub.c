#include "dashboards/server/hub.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FRAME_HEAD_MAX = 160, OVERLAP_MS = 1000 };
static const char gap_frame[] = "event: gap\ndata: {}\n\n";

struct frame {
    char    *bytes;
    size_t   len;
    uint64_t ms, seq;           /* of the stream id */
};

struct hub {
    struct hub_limits limits;
    struct hub_door   door;
    struct hub_counts counts;
    void        **clients;
    size_t        client_count;
    struct frame *frames;       /* a ring: the oldest at .first */
    size_t        first, count;
    uint64_t      reach_ms;     /* everything from here on is held */
};

#define ROW(member, kind, about) { #member, kind, offsetof(struct hub_counts, member), about }
static const struct metric metric_rows[] = {
    ROW(clients, METRIC_GAUGE, "Clients that watch the live stream now."),
    ROW(joined, METRIC_COUNTER, "Clients that began to watch."),
    ROW(refused, METRIC_COUNTER, "Clients refused because the house was full."),
    ROW(slow, METRIC_COUNTER, "Clients dropped because they did not keep up."),
    ROW(frames, METRIC_COUNTER, "Events given to the live stream."),
    ROW(sent, METRIC_COUNTER, "Frames sent, over all clients."),
    ROW(gaps, METRIC_COUNTER, "Times a client was told to load anew because some may have been missed."),
    ROW(held_bytes, METRIC_GAUGE, "Bytes of frames held for clients that come back."),
};
const struct metrics_room hub_metrics = { "stream", metric_rows, sizeof metric_rows / sizeof metric_rows[0] };

struct hub *hub_new(const struct hub_limits *limits, const struct hub_door *door)
{
    struct hub *h = calloc(1, sizeof *h);
    if (h == NULL)
        return NULL;
    h->limits = *limits;
    h->door = *door;
    h->clients = calloc(limits->clients, sizeof *h->clients);
    h->frames = calloc(limits->frames, sizeof *h->frames);
    if (h->clients == NULL || h->frames == NULL) {
        hub_free(h);
        return NULL;
    }
    return h;
}

/* ---- the ring ---- */

static struct frame *frame_at(const struct hub *h, size_t i)
{
    return &h->frames[(h->first + i) % h->limits.frames];
}

static void frame_drop_oldest(struct hub *h)
{
    struct frame *f = frame_at(h, 0);
    if (f->ms >= h->reach_ms)
        h->reach_ms = f->ms + 1;
    h->counts.held_bytes -= f->len;
    free(f->bytes);
    h->first = (h->first + 1) % h->limits.frames;
    h->count--;
}

static void frame_keep(struct hub *h, const struct frame *f)
{
    while (h->count > 0 && (h->count == h->limits.frames || h->counts.held_bytes + f->len > h->limits.frame_bytes))
        frame_drop_oldest(h);
    h->count++;
    *frame_at(h, h->count - 1) = *f;
    h->counts.held_bytes += f->len;
}

/* "<ms>-<seq>", decimal, nothing else; false when it is not. */
static bool id_parse(const char *id, uint64_t *ms, uint64_t *seq)
{
    char *end;
    if (id == NULL || *id < '0' || *id > '9')
        return false;
    *ms = strtoull(id, &end, 10);
    if (*end != '-' || end[1] < '0' || end[1] > '9')
        return false;
    *seq = strtoull(end + 1, &end, 10);
    return *end == '\0';
}

static bool frame_write(struct frame *f, const char *event, const char *id, const char *json, size_t len)
{
    f->bytes = malloc(FRAME_HEAD_MAX + len + 2);
    if (f->bytes == NULL)
        return false;
    int head = snprintf(f->bytes, FRAME_HEAD_MAX, "id: %.48s\nevent: %.32s\ndata: ", id, event);
    char *at = f->bytes + head;
    for (size_t i = 0; i < len; i++)
        *at++ = json[i] == '\n' || json[i] == '\r' ? ' ' : json[i];
    memcpy(at, "\n\n", 2);
    f->len = (size_t)head + len + 2;
    return true;
}

/* ---- clients ---- */

/* From the last to the first, since dropping one moves the last into its place. */
static void everybody(struct hub *h, const char *bytes, size_t n)
{
    for (size_t i = h->client_count; i-- > 0;) {
        void *client = h->clients[i];
        if (h->door.waiting(client) + n > h->limits.waiting_bytes) {
            h->counts.slow++;
            hub_leave(h, client);
            h->door.drop(client);
            continue;
        }
        h->door.send(client, bytes, n);
        h->counts.sent++;
    }
}

static void catch_up(struct hub *h, void *client, size_t from)
{
    for (size_t i = from; i < h->count; i++) {
        h->door.send(client, frame_at(h, i)->bytes, frame_at(h, i)->len);
        h->counts.sent++;
    }
}

/* What waits for a client may be the whole ring when it joins; only a client that does not take it is slow. So the
 * ring must be well below the client's ceiling: frame_bytes <= waiting_bytes / 2, see server.c. */
static void resume(struct hub *h, void *client, uint64_t ms, uint64_t seq)
{
    size_t i = 0;
    while (i < h->count && (frame_at(h, i)->ms != ms || frame_at(h, i)->seq != seq))
        i++;
    if (i < h->count) {
        catch_up(h, client, i + 1);
        return;
    }
    uint64_t since = ms > OVERLAP_MS ? ms - OVERLAP_MS : 0;
    if (since < h->reach_ms) {
        h->door.send(client, gap_frame, sizeof gap_frame - 1);
        h->counts.gaps++;
    }
    for (i = 0; i < h->count && frame_at(h, i)->ms < since; i++)
        ;
    catch_up(h, client, i);
}

bool hub_join(struct hub *h, void *client, const char *after, unsigned recent)
{
    uint64_t ms, seq;
    if (h->client_count == h->limits.clients) {
        h->counts.refused++;
        return false;
    }
    h->clients[h->client_count++] = client;
    h->counts.clients = h->client_count;
    h->counts.joined++;
    if (id_parse(after, &ms, &seq))
        resume(h, client, ms, seq);
    else
        catch_up(h, client, h->count > recent ? h->count - recent : 0);
    return true;
}

void hub_leave(struct hub *h, void *client)
{
    for (size_t i = 0; i < h->client_count; i++)
        if (h->clients[i] == client) {
            h->clients[i] = h->clients[--h->client_count];
            break;
        }
    h->counts.clients = h->client_count;
}

void hub_drop_all(struct hub *h)
{
    while (h->client_count > 0) {
        void *client = h->clients[h->client_count - 1];
        hub_leave(h, client);
        h->door.drop(client);
    }
}

void hub_say(struct hub *h, const char *event, const char *id, const char *json, size_t len)
{
    struct frame f;
    if (!id_parse(id, &f.ms, &f.seq) || !frame_write(&f, event, id, json, len))
        return;
    frame_keep(h, &f);
    h->counts.frames++;
    everybody(h, f.bytes, f.len);
}

void hub_beat(struct hub *h, const char *json, size_t len)
{
    char frame[512];
    int n = snprintf(frame, sizeof frame, "event: beat\ndata: %.*s\n\n", (int)len, json);
    if (n > 0 && (size_t)n < sizeof frame)
        everybody(h, frame, (size_t)n);
}

void hub_begins(struct hub *h, const char *id)
{
    uint64_t ms, seq;
    if (id_parse(id, &ms, &seq) && ms > h->reach_ms)
        h->reach_ms = ms;
    h->counts.gaps += h->client_count;
    everybody(h, gap_frame, sizeof gap_frame - 1);
}

void hub_counts(const struct hub *h, struct hub_counts *out)
{
    *out = h->counts;
}

void hub_free(struct hub *h)
{
    if (h == NULL)
        return;
    while (h->frames != NULL && h->count > 0)
        frame_drop_oldest(h);
    free(h->frames);
    free(h->clients);
    free(h);
}
