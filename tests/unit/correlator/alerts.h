/* Alerts for the correlator's tests: one line of text each, read by the real reader. */
#ifndef TESTS_CORRELATOR_ALERTS_H
#define TESTS_CORRELATOR_ALERTS_H
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <setjmp.h>
#include <cmocka.h>

#include "common/clock.h"
#include "events/alert.h"

#define MINUTE UINT64_C(60000000)
#define NOON UINT64_C(1795176000000000)      /* 2026-11-20T12:00:00Z */

struct given {                  /* what a test says of an alert; the rest is filled in */
    const char *src, *dest;
    uint64_t    at_us;          /* after noon; may be "negative" by wrapping */
    uint32_t    sid, severity;
    const char *msg, *tactic, *confidence, *gbt20986, *src_asset, *dest_asset;     /* assets: the inside of the object */
    const char *region, *status, *direction;
    const char *account, *indicator;
};

static inline const char *or_else(const char *text, const char *otherwise)
{
    return text != NULL ? text : otherwise;
}

static inline struct alert_view alert_of(struct given g)
{
    static unsigned number;
    char line[4096], when[CLOCK_TEXT_MAX];
    struct alert_view a;
    struct fault f;
    clock_text(NOON + g.at_us, when);
    int n = snprintf(line, sizeof line,
        "{\"id\":\"s:1:%u\",\"timestamp\":\"%s\",\"region\":\"%s\",\"status\":\"%s\",\"src_ip\":\"%s\",\"dest_ip\":\"%s\","
        "\"direction\":\"%s\",\"src_asset\":{%s},\"dest_asset\":{%s},\"alert\":{\"gid\":1,\"signature_id\":%u,\"severity\":%u,"
        "\"signature\":\"%s\",\"metadata\":{\"mitre_tactic_id\":[\"%s\"],\"confidence\":[\"%s\"],\"gbt20986\":[\"%s\"]}},"
        "\"app_proto\":\"smb\",\"smb\":{\"ntlmssp\":{\"user\":\"%s\"}},\"indicator\":{\"value\":\"%s\"}}",
        ++number, when, or_else(g.region, "430100"), or_else(g.status, "actual"), or_else(g.src, "198.51.100.7"),
        or_else(g.dest, "10.0.0.1"), or_else(g.direction, "to_server"), or_else(g.src_asset, ""), or_else(g.dest_asset, ""),
        g.sid ? g.sid : 1, g.severity ? g.severity : 2, or_else(g.msg, "something"), or_else(g.tactic, ""), or_else(g.confidence, ""),
        or_else(g.gbt20986, ""), or_else(g.account, ""), or_else(g.indicator, ""));
    assert_true(n < (int)sizeof line);
    if (alert_parse(line, (size_t)n, &a, &f) < 0)
        fail_msg("%s: %s", f.why, line);
    return a;
}
#define ALERT(...) alert_of((struct given){ __VA_ARGS__ })

#endif
