/* What tables cannot say of indicators: a value that would match everywhere is refused, and what is in force goes to the sensors. */
#include <errno.h>
#include <string.h>

#include "bus/intel.h"
#include "correlator/act.h"
#include "events/load.h"

enum { SEVERITY_USUAL = 2 };

static enum indicator_tlp tlp_of(const json_t *fields)
{
    const char *name = event_text_of(fields, "tlp");
    for (int t = 0; t < INDICATOR_TLPS; t++)
        if (strcmp(indicator_tlps[t], name) == 0)
            return (enum indicator_tlp)t;
    return INDICATOR_AMBER;
}

/* 0, or -EPERM: the value is none of its kind, or everybody's. */
static int read_indicator(struct act *a, struct indicator_room *room, struct indicator *out)
{
    struct fault f;
    const json_t *fields = a->matter->fields;
    uint64_t severity = event_number_of(fields, "severity", 4);
    if (indicator_take(event_text_of(fields, "type"), event_text_of(fields, "value"), room, out, &f) != 0)
        return refuse(a->why, REFUSED_ARGUMENT, "情报值不可用：%s", "%s", f.why);
    out->id = a->matter->id;
    out->name = event_text_of(fields, "title");
    out->source = event_text_of(fields, "source");
    out->tlp = tlp_of(fields);
    out->expires_us = due_at(fields, "expires");
    out->severity = (uint8_t)(severity != 0 ? severity : SEVERITY_USUAL);
    out->confidence = (uint8_t)event_number_of(fields, "confidence", 100);
    out->version = (uint32_t)a->matter->version;
    return 0;
}

static bool leaves_region(const struct act *a)
{
    size_t n;
    json_t *region;
    json_array_foreach(json_object_get(a->matter->fields, "regions"), n, region)
        if (strcmp(json_string_value(region), a->region) != 0)
            return true;
    return false;
}

static int check(struct act *a)
{
    struct indicator_room room;
    struct indicator i;
    uint64_t expires_us = act_time(a, "expires");
    int rc = read_indicator(a, &room, &i);
    if (rc != 0)
        return rc;
    if (expires_us != 0 && expires_us <= a->command->at_us)
        return refuse(a->why, REFUSED_TIME, "有效期须在此后", "expires lies in the past");
    if (i.tlp == INDICATOR_RED && leaves_region(a))
        return refuse(a->why, REFUSED_RULE, "TLP:RED 不出本区域", "TLP:RED does not leave its region");
    return 0;
}

/* To the sensors of its regions; in a Redis Cluster only its own region's stream shares the transaction. */
static int send_down(struct act *a, bool revoked)
{
    char wire[INTEL_ENTRY_MAX], id[INTEL_ID_MAX];
    struct indicator_room room;
    struct indicator i;
    struct fault f;
    size_t n;
    json_t *region, *regions = json_object_get(a->matter->fields, "regions");
    struct text t = text_over(wire, sizeof wire);
    int rc = read_indicator(a, &room, &i);
    if (rc != 0)
        return rc;
    i.revoked = revoked;
    if (intel_entry(&i, id, &t, &f) != 0)
        return refuse(a->why, REFUSED_ARGUMENT, "探针不能使用：%s", "%s", f.why);
    json_array_foreach(regions, n, region)
        act_event_in(a, json_string_value(region), STREAM_INTEL, id, INTEL_TYPE, t.at, t.len);
    if (json_array_size(regions) == 0)
        act_event(a, STREAM_INTEL, id, INTEL_TYPE, t.at, t.len);
    return 0;
}

static int activate(struct act *a)
{
    if (due_at(a->matter->fields, "expires") <= a->command->at_us)
        return refuse(a->why, REFUSED_TIME, "已过有效期", "it has expired");
    return send_down(a, false);
}

static int renew(struct act *a)
{
    int rc = check(a);
    return rc == 0 ? send_down(a, false) : rc;
}

static int withdraw(struct act *a)
{
    return strcmp(a->before->state, "active") == 0 ? send_down(a, true) : 0;
}

const struct effect_row indicator_effects[] = {
    { "propose", check }, { "revise", check }, { "activate", activate }, { "renew", renew }, { "revoke", withdraw }, { "expire", withdraw }, { 0 }
};
