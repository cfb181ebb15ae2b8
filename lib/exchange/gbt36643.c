/* GB/T 36643-2018: the eight components as lists of one JSON object. Each thing begins with the same members (id, idref, timestamp,
 * version, title, description, short_description) and names others by their ids, as in the examples of the standard's
 * public draft; the standard's own annex could not be read here, which docs/decisions/exchange.md says. */
#include "exchange/exchange.h"

#include <string.h>

#include "common/addr.h"
#include "common/hash.h"
#include "events/tactic.h"
#include "exchange/put.h"

enum { PART_ID_MAX = 80 };

struct sheet {
    const struct exchange_house *house;
    const struct thing *things;
    size_t       count;
    struct text *out;
};

/* "indicator-a5f6...": 32 hex digits, made from what the part is about, so that lists name each other. */
static const char *part_id(const char *component, const char *about, char out[PART_ID_MAX])
{
    uint8_t digest[HASH_MAX];
    struct text t = text_over(out, PART_ID_MAX);
    char name[256];
    struct text n = text_over(name, sizeof name);
    text_str(&n, component);
    text_char(&n, '/');
    text_clip(&n, about, sizeof name - n.len);
    hash_digest(HASH_SM3, name, n.len, digest);
    text_str(&t, component);
    text_char(&t, '-');
    text_hex(&t, digest, 16);
    return text_end(&t);
}

static void begin(const struct sheet *s, const struct thing *t, const char *component, const char *about, const char *title)
{
    char id[PART_ID_MAX], time[MOMENT_MAX];
    put_open(s->out, NULL, '{');
    put_string(s->out, "id", part_id(component, about, id));
    put_string(s->out, "idref", "");
    put_string(s->out, "timestamp", moment_utc(t->changed_us, time));
    put_fmt(s->out, "version", "%llu.0", (unsigned long long)t->version);
    put_string(s->out, "title", title);
    put_string(s->out, "description", t->title_zh);
    put_string(s->out, "short_description", "");
}

static void ref(const struct sheet *s, const char *name, const char *component, const char *about)
{
    char id[PART_ID_MAX];
    put_string(s->out, name, part_id(component, about, id));
}

static bool is_address(const struct incident_party *p)
{
    struct addr a;
    return addr_parse(p->address, &a) == 0;
}

/* ---- objects ---- */

static void observed(const struct sheet *s, const struct incident_party *p, size_t count, const char *role)
{
    for (size_t k = 0; k < count; k++) {
        if (!is_address(&p[k]))
            continue;
        put_open(s->out, NULL, '{');
        put_string(s->out, "constraint", "equal");
        put_string(s->out, "object_type", "address");
        put_string(s->out, "address_type", strchr(p[k].address, ':') != NULL ? "ipv6" : "ipv4");
        put_string(s->out, "address_value", p[k].address);
        put_string(s->out, "role", role);
        put_close(s->out, '}');
    }
}

static void observation(const struct sheet *s, const struct thing *t)
{
    const struct incident *i = &t->incident.incident;
    begin(s, t, "observation", t->id, "告警中看到的地址");
    put_open(s->out, "object", '[');
    put_open(s->out, NULL, '{');
    put_string(s->out, "relationship", "or");
    put_open(s->out, "value", '[');
    observed(s, i->attackers, i->attacker_count, "source");
    observed(s, i->victims, i->victim_count, "target");
    put_close(s->out, ']');
    put_close(s->out, '}');
    put_close(s->out, ']');
    put_close(s->out, '}');
}

static void indicator(const struct sheet *s, const struct thing *t)
{
    const struct incident *i = &t->incident.incident;
    char time[MOMENT_MAX];
    begin(s, t, "indicator", t->id, "攻击方地址");
    put_string(s->out, "type", "ip_watchlist");
    put_string(s->out, "valid_from", moment_utc(i->first_us, time));
    put_string(s->out, "valid_to", "");
    ref(s, "observable", "observation", t->id);
    put_open(s->out, "composite_indicator_expression", '[');
    for (size_t k = 0; k < i->attacker_count; k++) {
        if (!is_address(&i->attackers[k]))
            continue;
        put_open(s->out, NULL, '{');
        put_string(s->out, "value", i->attackers[k].address);
        put_string(s->out, "source_ref", s->house->domain);
        put_string(s->out, "type", strchr(i->attackers[k].address, ':') != NULL ? "ipv6" : "ipv4");
        put_string(s->out, "created_time", moment_utc(i->first_us, time));
        put_close(s->out, '}');
    }
    put_close(s->out, ']');
    put_close(s->out, '}');
}

/* ---- events ---- */

static void incident(const struct sheet *s, const struct thing *t)
{
    char time[MOMENT_MAX];
    const struct incident *i = &t->incident.incident;
    bool is_incident = t->kind == THING_INCIDENT;
    begin(s, t, "incident", t->id, t->title_zh);
    put_string(s->out, "external_id", t->id);
    put_string(s->out, "kind", thing_kind_names[t->kind]);
    put_string(s->out, "category", t->category);
    put_string(s->out, "level", thing_gravity(t).zh);
    put_string(s->out, "status", t->state);
    put_string(s->out, "nature", t->status);
    put_string(s->out, "region", t->region);
    put_string(s->out, "sector", t->sector);
    put_string(s->out, "first_time", is_incident ? moment_utc(i->first_us, time) : "");
    put_string(s->out, "last_time", is_incident ? moment_utc(i->last_us, time) : "");
    put_string(s->out, "reporter", s->house->name_zh);
    put_close(s->out, '}');
}

static void campaign(const struct sheet *s, const struct thing *t)
{
    begin(s, t, "campaign", t->id, t->title_zh);
    put_open(s->out, "related_incidents", '[');
    ref(s, NULL, "incident", t->id);
    put_close(s->out, ']');
    put_open(s->out, "related_ttps", '[');
    for (size_t k = 0; k < t->incident.incident.tactic_count; k++)
        ref(s, NULL, "ttp", t->incident.incident.tactics[k]);
    put_close(s->out, ']');
    put_close(s->out, '}');
}

/* ---- methods ---- */

static void methods(const struct sheet *s, const struct thing *t)
{
    const struct incident *i = &t->incident.incident;
    for (size_t k = 0; k < i->tactic_count; k++) {
        const struct tactic *of = tactic_of(i->tactics[k]);
        begin(s, t, "ttp", i->tactics[k], of != NULL ? of->zh : i->tactics[k]);
        put_string(s->out, "kill_chain", of != NULL && of->ics ? "mitre-ics-attack" : "mitre-attack");
        put_string(s->out, "external_id", i->tactics[k]);
        put_close(s->out, '}');
    }
}

static void course_of_action(const struct sheet *s, const struct thing *t)
{
    const char *measures = thing_message(t);
    if (*measures == '\0')
        return;
    begin(s, t, "course_of_action", t->id, "处置措施");
    put_string(s->out, "stage", "response");
    put_string(s->out, "objective", measures);
    put_close(s->out, '}');
}

static void actors(const struct sheet *s, const struct thing *t)
{
    const struct incident *i = &t->incident.incident;
    for (size_t k = 0; k < i->attacker_count; k++) {
        begin(s, t, "threat_actor", i->attackers[k].address, i->attackers[k].address);
        put_string(s->out, "country", i->attackers[k].country);
        put_close(s->out, '}');
    }
}

static void targets(const struct sheet *s, const struct thing *t)
{
    const struct incident *i = &t->incident.incident;
    for (size_t k = 0; k < i->victim_count; k++) {
        const struct incident_party *p = &i->victims[k];
        begin(s, t, "exploit_target", p->address, *p->name != '\0' ? p->name : p->address);
        put_string(s->out, "address", p->address);
        put_string(s->out, "unit", p->unit);
        put_string(s->out, "sector", p->sector);
        put_string(s->out, "region", p->region);
        put_close(s->out, '}');
    }
}

/* The components in the standard's order (clause 6.2 to 6.9), and which matters have them. Who attacks in a drill is one of us: he
 * is nobody's watch list nor threat. */
static const struct component {
    const char *name;
    bool        of_incidents_only, of_actual_only;
    void      (*write)(const struct sheet *s, const struct thing *t);
} components[] = {
    { "observation", true, false, observation },
    { "indicator", true, true, indicator },
    { "incident", false, false, incident },
    { "campaign", true, false, campaign },
    { "ttp", true, false, methods },
    { "course_of_action", false, false, course_of_action },
    { "threat_actor", true, true, actors },
    { "exploit_target", true, false, targets },
};

void gbt36643_write(const struct exchange_house *h, const struct thing *things, size_t count, struct text *out)
{
    struct sheet s = { h, things, count, out };
    put_open(out, NULL, '{');
    put_string(out, "standard", "GB/T 36643-2018");
    put_string(out, "producer", h->name_zh);
    put_fmt(out, "tlp", "TLP:%s", tlp_names[h->tlp]);
    for (size_t c = 0; c < sizeof components / sizeof components[0]; c++) {
        put_open(out, components[c].name, '[');
        for (size_t i = 0; i < s.count; i++)
            if ((!components[c].of_incidents_only || things[i].kind == THING_INCIDENT)
                && (!components[c].of_actual_only || thing_is_actual(&things[i])))
                components[c].write(&s, &s.things[i]);
        put_close(out, ']');
    }
    text_lit(out, "}\n");
}
