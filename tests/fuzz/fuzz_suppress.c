/* Any bytes as a suppression, against a few alerts.
 * What must hold: one whose scope cannot be read hides nothing; what was hidden is counted, once each; written down and read
 * again it knows the same and hides the same; forgotten, nothing is left. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "correlator/suppress.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#define NOON UINT64_C(1795176000000000)

static const struct alert_view alerts[] = {
    { .id = "s:1:1", .region = "430100", .status = "actual", .src_ip = "198.51.100.7", .dest_ip = "10.0.0.1", .time_us = NOON, .gid = 1, .sid = 7,
      .severity = 2, .src_asset = { .name = "", .unit = "" }, .dest_asset = { .name = "PLC 1", .unit = "U" } },
    { .id = "s:1:2", .region = "430100", .status = "actual", .src_ip = "2001:db8::1", .dest_ip = "2001:db8::2", .time_us = NOON, .gid = 9002, .sid = 8,
      .severity = 1, .src_asset = { .name = "PLC 1", .unit = "U" }, .dest_asset = { .name = "", .unit = "" } },
    { .id = "no plain \"id\"", .region = "430100", .status = "exercise", .src_ip = "", .dest_ip = "x", .time_us = NOON + 1, .gid = 1, .sid = 7,
      .severity = 4, .src_asset = { .name = "", .unit = "" }, .dest_asset = { .name = "", .unit = "", .cii = true } },
};
enum { ALERTS = sizeof alerts / sizeof alerts[0] };

static unsigned hide(struct suppress *s)
{
    unsigned hidden = 0;
    for (size_t i = 0; i < ALERTS; i++)
        hidden |= (unsigned)suppress_hides(s, &alerts[i]) << i;
    return hidden;
}

static uint64_t hits(const struct suppress *s, struct matter *m)
{
    if (!suppress_figures(s, m))
        abort();
    return (uint64_t)json_integer_value(json_object_get(m->fields, "hits"));
}

/* As it is kept and taken up after a restart. */
static void again(const struct suppress *s, struct matter *m, unsigned hidden)
{
    static char line[1 << 20];
    struct text t = text_over(line, sizeof line);
    struct suppress *other = suppress_new();
    struct matter back;
    struct fault f;
    uint64_t counted = hits(s, m);
    if (other == NULL || !suppress_ids(s, m, SIZE_MAX))
        abort();
    matter_json(m, NULL, &t);
    if (!t.cut && matter_parse(t.at, t.len, &back, &f) == 0) {
        assert(suppress_follow(other, &back) == 0);
        assert(hits(other, &back) == counted && hide(other) == hidden);
        matter_free(&back);
    }
    suppress_free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct matter m;
    struct fault f;
    struct suppress_scope scope;
    struct suppress *s = suppress_new();
    if (s == NULL)
        abort();
    if (matter_parse((const char *)bytes, size, &m, &f) == 0) {
        json_object_del(m.fields, "hits");
        int rc = suppress_follow(s, &m);
        unsigned hidden = hide(s);
        assert((rc == 0 && suppress_scope_read(m.fields, &scope, &f) == 0) || hidden == 0);
        if (suppress_count(s) == 1) {
            assert(hits(s, &m) == (uint64_t)__builtin_popcount(hidden));
            again(s, &m, hidden);
        }
        suppress_forget(s, &m);
        assert(suppress_count(s) == 0 && hide(s) == 0);
        matter_free(&m);
    }
    suppress_free(s);
    return 0;
}
