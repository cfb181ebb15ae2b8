/* Any bytes as an alert and as an incident from the streams.
 * What must hold: a refusal has a sentence; what is read can go through the correlator; an incident that was read is
 * written as JSON that reads back. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "correlator/correlator.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void again(void *ctx, const struct incident *i)
{
    static char line[1 << 20];
    struct text t = text_over(line, sizeof line);
    struct incident_view v;
    struct fault f;
    (void)ctx;
    incident_json(i, &t);
    if (t.cut)
        return;
    if (incident_parse(line, t.len, &v, &f) < 0)
        abort();
    assert(v.incident.version == i->version && v.incident.alert_count == i->alert_count);
    incident_view_free(&v);
}

static void gone(void *ctx, const struct incident *i)
{
    (void)ctx, (void)i;
}

static void alert(const char *json, size_t len)
{
    static const struct correlator_settings settings = {
        .join = { .window_us = 1800000000, .long_window_us = UINT64_C(10800000000), .grown_us = 60000000, .span_us = UINT64_C(604800000000),
                  .steps_max = 16 },
        .scene = { .usual_gap_us = UINT64_C(3600000000), .usual_hours = 3, .sweep_us = 60000000 },
        .meta_gap_us = 60000000, .meta_echo_us = 2000000, .meta_max = 16, .rule_max = 16, .case_max = 4, .quiet_us = UINT64_C(86400000000),
    };
    struct alert_view a;
    struct fault f = { 0 };
    if (alert_parse(json, len, &a, &f) < 0) {
        assert(f.why[0] != '\0' && a.memory == NULL);
        return;
    }
    assert(a.sid != 0 && *a.id != '\0');
    struct correlator *c = correlator_new(&settings, &f);
    for (int i = 0; i < 2; i++)
        if (correlator_alert(c, &a, 1, NULL) < 0)
            abort();
    correlator_changes(c, NULL, again, gone, NULL);
    correlator_free(c);
    alert_view_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct incident_view v;
    struct fault f = { 0 };
    alert((const char *)bytes, size);
    if (incident_parse((const char *)bytes, size, &v, &f) == 0)
        again(NULL, &v.incident);
    else
        assert(f.why[0] != '\0');
    incident_view_free(&v);
    return 0;
}
