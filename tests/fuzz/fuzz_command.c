/* Any bytes as a command, applied at a desk that has an incident, a warning and a notice.
 * What must hold: what cannot be read has a sentence; what can be read gives one answer or one refusal; whatever goes out
 * reads back; the desk as it was kept comes back to the same counts. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "correlator/desk.h"
#include "events/matter.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#define NOON UINT64_C(1795176000000000)

static const char incident[] =
    "{\"event_type\":\"incident\",\"incident\":{\"id\":\"I-430100-20261120-aaaaaaaa\",\"version\":1,\"title\":{\"zh\":\"t\",\"en\":\"t\"},"
    "\"region\":\"430100\",\"sector\":\"water\",\"status\":\"actual\",\"state\":\"new\",\"level\":4,\"owner\":\"\","
    "\"first\":\"2026-11-20T11:00:00Z\",\"last\":\"2026-11-20T11:30:00Z\",\"detected_at\":\"2026-11-20T11:31:00Z\",\"alert_count\":2,"
    "\"victims\":[{\"address\":\"10.0.0.1\",\"unit\":\"U\"}]}}";
static const char warning[] =
    "{\"event_type\":\"warning\",\"warning\":{\"id\":\"W-430100-20261120-aaaaaaaa\",\"version\":2,\"decided\":2,\"region\":\"430100\","
    "\"status\":\"actual\",\"state\":\"issued\",\"colour\":\"yellow\",\"importance\":2,\"severity\":3,\"valid_until\":\"2026-11-20T12:00:00Z\","
    "\"due\":{\"valid_until\":\"2026-11-20T12:00:00Z\"}}}";
static const char notice[] =
    "{\"event_type\":\"notice\",\"notice\":{\"id\":\"N-430100-20261120-aaaaaaaa\",\"version\":3,\"decided\":3,\"region\":\"430100\","
    "\"status\":\"actual\",\"state\":\"issued\",\"unit\":\"U\",\"sign_by\":\"2026-11-21T12:00:00Z\",\"feedback_by\":\"2026-11-22T12:00:00Z\"}}";

struct seen { unsigned events, refusals, answers; };

static void on_event(void *ctx, const char *region, enum stream s, const char *id, const char *type, const char *json, size_t len)
{
    struct seen *n = ctx;
    struct matter m;
    struct fault f;
    (void)region, (void)s, (void)id;
    n->events++;
    if (strcmp(type, "refusal") == 0) {
        n->refusals++;
        return;
    }
    if (matter_parse(json, len, &m, &f) != 0)
        abort();
    matter_free(&m);
}

static void on_keep(void *ctx, const char *region, const char *hash, const char *field, const char *value, size_t len)
{
    struct seen *n = ctx;
    struct answer a;
    struct fault f;
    (void)region, (void)field;
    if (value == NULL || strcmp(hash, COMMAND_ANSWERS) != 0)
        return;
    n->answers++;
    if (answer_parse(value, len, &a, &f) != 0)
        abort();
    answer_free(&a);
}

static void on_incident(void *ctx, const struct incident *i)
{
    static char line[1 << 20];
    struct seen *n = ctx;
    struct incident_view v;
    struct fault f;
    struct text t = text_over(line, sizeof line);
    n->events++;
    incident_json(i, &t);
    if (t.cut || incident_parse(line, t.len, &v, &f) != 0)
        abort();
    incident_view_free(&v);
}

/* Made once: what is large is cleared and not made anew for every input. */
static struct desk *desk_over(struct correlator *c, struct seen *n)
{
    static const struct desk_settings settings = { .kind_max = 4, .keep_us = 1, .filed_max = 2, .answers_max = 2, .answers_keep_us = 1,
                                                   .ahead_us = UINT64_C(300000000) };
    const struct desk_out out = { on_event, on_keep, on_incident, n };
    struct fault f;
    struct desk *d = c != NULL ? desk_new(&settings, c, &out, &f) : NULL;
    if (d == NULL)
        abort();
    return d;
}

static void set_scene(struct correlator *c, struct desk *d)
{
    struct incident_view v;
    struct fault f;
    correlator_clear(c);
    desk_clear(d);
    if (incident_parse(incident, strlen(incident), &v, &f) != 0)
        abort();
    correlator_restore(c, &v.incident);
    incident_view_free(&v);
    desk_restore(d, DESK_STATE, "w", warning, strlen(warning), &f);
    desk_restore(d, DESK_STATE, "n", notice, strlen(notice), &f);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const struct correlator_settings settings = { .meta_max = 16, .rule_max = 16, .case_max = 4 };
    static struct seen n;
    static struct correlator *c;
    static struct desk *d;
    struct fault f = { 0 };
    struct command_view v;
    if (c == NULL)
        d = desk_over(c = correlator_new(&settings, &f), &n);
    set_scene(c, d);
    n = (struct seen){ 0 };
    char id[COMMAND_ID_MAX] = "", region[STREAM_REGION_MAX + 1] = "430100";
    bool readable = command_parse((const char *)bytes, size, &v, &f) == 0;
    if (readable)
        memcpy(id, v.command.id, strlen(v.command.id) + 1);
    command_view_free(&v);
    int rc = desk_command(d, region, id, (const char *)bytes, size, NOON, &f);
    assert(readable == (rc == 0) && (rc == 0 || f.why[0] != '\0'));
    assert(!readable || (n.events >= 1 && n.refusals <= 1 && n.answers <= 1 && n.answers + n.refusals >= 1));
    unsigned events = n.events;
    desk_command(d, region, id, (const char *)bytes, size, NOON, &f);
    assert(n.answers == 0 || n.events == events);       /* what was answered is not done again */
    desk_tick(d, NOON + 1);
    desk_tick(d, NOON + 2);
    return 0;
}
