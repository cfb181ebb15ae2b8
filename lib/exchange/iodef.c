/* IODEF v2 in JSON: RFC 7970's model as RFC 8727 binds it. The names of members and of their values are the RFC's; a
 * warning or a notice is an Incident whose purpose is "watch". Flow is gone in the JSON binding: an EventData holds its
 * Systems itself (RFC 8727 section 3). */
#include "exchange/exchange.h"

#include <string.h>

#include "common/addr.h"
#include "events/kind.h"
#include "events/tactic.h"
#include "exchange/put.h"

/* RFC 7970 section 3.3.1 knows TLP 1 by its colours; what TLP 2.0 calls clear was white, and amber+strict is amber. */
static const char *const restrictions[] = {
    [TLP_CLEAR] = "white", [TLP_GREEN] = "green", [TLP_AMBER] = "amber", [TLP_AMBER_STRICT] = "amber", [TLP_RED] = "red",
};

static void time_member(struct text *out, const char *name, uint64_t time_us)
{
    char time[MOMENT_MAX];
    if (time_us != 0)
        put_string(out, name, moment_offset(time_us, time));
}

static void in_language(struct text *out, const char *value, const char *lang)
{
    if (*value == '\0')
        return;
    put_open(out, NULL, '{');
    put_string(out, "value", value);
    put_string(out, "lang", lang);
    put_close(out, '}');
}

static const char *progress(const struct thing *t)
{
    if (kind_among("closed|false_positive|benign|lifted|archived|withdrawn", t->state))
        return "resolved";
    return kind_among("new|draft", t->state) ? "new" : "in-progress";
}

static void contact(const struct exchange_house *h, struct text *out)
{
    put_open(out, "Contact", '[');
    put_open(out, NULL, '{');
    put_string(out, "role", "creator");
    put_string(out, "type", "organization");
    put_open(out, "ContactName", '[');
    in_language(out, h->name_zh, "zh-CN");
    in_language(out, h->name_en, "en");
    put_close(out, ']');
    if (*h->contact != '\0') {
        put_open(out, "Email", '[');
        put_open(out, NULL, '{');
        put_string(out, "EmailTo", h->contact);
        put_close(out, '}');
        put_close(out, ']');
    }
    put_close(out, '}');
    put_close(out, ']');
}

static void assessment(const struct thing *t, struct text *out)
{
    static const char *const severities[] = { [1] = "high", [2] = "high", [3] = "medium", [4] = "low" };
    put_open(out, "Assessment", '[');
    put_open(out, NULL, '{');
    put_string(out, "occurrence", t->kind == THING_INCIDENT ? "actual" : "potential");
    if (*t->category != '\0') {
        put_open(out, "IncidentCategory", '[');
        put_fmt(out, NULL, "GB/T 20986-2023: %s", t->category);
        put_close(out, ']');
    }
    put_open(out, "Impact", '[');
    put_open(out, NULL, '{');
    put_open(out, "SystemImpact", '{');
    if (t->gravity != 0)
        put_string(out, "severity", severities[t->gravity]);
    put_string(out, "type", "unknown");
    put_close(out, '}');
    put_close(out, '}');
    put_close(out, ']');
    if (t->kind == THING_INCIDENT) {
        put_open(out, "Confidence", '{');
        put_key(out, "value");
        text_fmt(out, "%.2f", t->incident.incident.score_confidence);
        put_string(out, "rating", "numeric");
        put_close(out, '}');
    }
    put_close(out, '}');
    put_close(out, ']');
}

static void method(const struct incident *i, struct text *out)
{
    bool any = false;
    for (size_t k = 0; k < i->tactic_count; k++) {
        const struct tactic *t = tactic_of(i->tactics[k]);
        if (t == NULL)
            continue;
        if (!any)
            put_open(out, "Method", '[');
        any = true;
        put_open(out, NULL, '{');
        put_open(out, "Reference", '[');
        put_open(out, NULL, '{');
        put_open(out, "URL", '[');
        put_fmt(out, NULL, "https://attack.mitre.org/tactics/%s/", t->id);
        put_close(out, ']');
        put_close(out, '}');
        put_close(out, ']');
        put_open(out, "Description", '[');
        in_language(out, t->zh, "zh-CN");
        in_language(out, t->en, "en");
        put_close(out, ']');
        put_close(out, '}');
    }
    if (any)
        put_close(out, ']');
}

/* A party without an address (an account, a host by name) has no Node to stand in, and is told in the description. */
static bool system_of(const struct incident_party *p, const char *category, struct text *out)
{
    struct addr a;
    if (addr_parse(p->address, &a) < 0)
        return false;
    put_open(out, NULL, '{');
    put_string(out, "category", category);
    put_open(out, "Node", '{');
    put_open(out, "Address", '[');
    put_open(out, NULL, '{');
    put_string(out, "value", p->address);
    put_string(out, "category", a.version == 6 ? "ipv6-addr" : "ipv4-addr");
    put_close(out, '}');
    put_close(out, ']');
    put_close(out, '}');
    if (*p->name != '\0' || *p->unit != '\0') {
        put_open(out, "Description", '[');
        if (*p->unit != '\0')
            put_string(out, NULL, p->unit);
        if (*p->name != '\0')
            put_string(out, NULL, p->name);
        put_close(out, ']');
    }
    put_close(out, '}');
    return true;
}

static void event_data(const struct incident *i, struct text *out)
{
    struct text before = *out;      /* an EventData without Systems says nothing: taken back */
    size_t systems = 0;
    put_open(out, "EventData", '[');
    put_open(out, NULL, '{');
    time_member(out, "StartTime", i->first_us);
    time_member(out, "EndTime", i->last_us);
    put_open(out, "System", '[');
    for (size_t k = 0; k < i->attacker_count; k++)
        systems += system_of(&i->attackers[k], "source", out);
    for (size_t k = 0; k < i->victim_count; k++)
        systems += system_of(&i->victims[k], "target", out);
    put_close(out, ']');
    put_close(out, '}');
    put_close(out, ']');
    if (systems == 0)
        *out = before;
}

static void extra(struct text *out, const char *name, const char *dtype, const char *value)
{
    if (*value == '\0')
        return;
    put_open(out, NULL, '{');
    put_string(out, "name", name);
    put_string(out, "dtype", dtype);
    put_string(out, "value", value);
    put_close(out, '}');
}

static void additional(const struct thing *t, struct text *out)
{
    char version[24];
    struct text v = text_over(version, sizeof version);
    text_uint(&v, t->version);
    put_open(out, "AdditionalData", '[');
    extra(out, "version", "integer", text_end(&v));
    extra(out, "state", "string", t->state);
    extra(out, "status", "string", t->status);
    extra(out, "region", "string", t->region);
    extra(out, "sector", "string", t->sector);
    extra(out, "level", "string", thing_gravity(t).zh);
    put_close(out, ']');
}

static void incident(const struct exchange_house *h, const struct thing *t, struct text *out)
{
    const struct incident *i = &t->incident.incident;
    bool is_incident = t->kind == THING_INCIDENT;
    put_open(out, NULL, '{');
    put_string(out, "purpose", is_incident ? "reporting" : "watch");
    put_string(out, "status", progress(t));
    put_string(out, "lang", "zh-CN");
    put_string(out, "restriction", restrictions[h->tlp]);
    put_open(out, "IncidentID", '{');
    put_string(out, "id", t->id);
    put_string(out, "name", h->domain);
    put_close(out, '}');
    time_member(out, "DetectTime", is_incident ? i->detected_at_us : 0);
    time_member(out, "StartTime", is_incident ? i->first_us : 0);
    time_member(out, "EndTime", is_incident ? i->last_us : 0);
    time_member(out, "ReportTime", t->made_us);
    time_member(out, "GenerationTime", t->changed_us);
    put_open(out, "Description", '[');
    in_language(out, t->title_zh, "zh-CN");
    in_language(out, t->title_en, "en");
    in_language(out, thing_message(t), "zh-CN");
    if (*t->title_zh == '\0' && *thing_message(t) == '\0')     /* it must hold one */
        put_string(out, NULL, t->id);
    put_close(out, ']');
    assessment(t, out);
    if (is_incident)
        method(i, out);
    contact(h, out);
    if (is_incident)
        event_data(i, out);
    additional(t, out);
    put_close(out, '}');
}

void iodef_write(const struct exchange_house *h, const struct thing *things, size_t count, struct text *out)
{
    text_lit(out, "{\"version\":\"2.0\",\"lang\":\"zh-CN\"");
    put_string(out, "private-enum-name", h->domain);
    put_open(out, "Incident", '[');
    for (size_t i = 0; i < count; i++)
        incident(h, &things[i], out);
    text_lit(out, "]}\n");
}
