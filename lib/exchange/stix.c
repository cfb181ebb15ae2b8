/* STIX 2.1 bundle. An incident is an `incident` object (in 2.1 a name and a description; what we know beside is in an extension of
 * our own, which is defined in the bundle) with the addresses that were seen, an indicator for each attacker that others
 * can look for, and an attack-pattern for each tactic; a grouping holds them together. A warning or a notice is a report.
 * Ids are version 5 UUIDs: of address objects as section 2.9 says, of the rest in a namespace of ours, so that the same
 * matter has the same id in every bundle and whoever reads two of them can join them. */
#include "exchange/exchange.h"

#include <stdlib.h>
#include <string.h>

#include "common/addr.h"
#include "events/tactic.h"
#include "exchange/put.h"

/* STIX 2.1 section 2.9: the namespace of cyber-observable objects. */
static const unsigned char observable_space[16] = { 0x00, 0xab, 0xed, 0xb4, 0xaa, 0x42, 0x46, 0x6c,
                                                    0x9c, 0x01, 0xfe, 0xd2, 0x33, 0x15, 0xa9, 0xb7 };
/* Ours: a random one, made once. */
static const unsigned char our_space[16] = { 0x5f, 0x0c, 0x1e, 0x9a, 0x6d, 0x35, 0x4b, 0x7e, 0x8a, 0x21, 0x0d, 0x9e, 0x47, 0xc3, 0xb2, 0x68 };

enum { STIX_ID_MAX = 80, STIX_NAME_MAX = 512, OBSERVED_MOST = 999999999 };
#define EXTENSION_TLP "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"

struct stix {
    const struct exchange_house *house;
    struct text *out;
    const char  *marking;
    char         author[STIX_ID_MAX], extension[STIX_ID_MAX];
};

/* As OASIS published them: https://github.com/oasis-open/cti-stix-common-objects, extension-definition-specifications/tlp-2.0. */
static const char *const markings[] = {
    [TLP_CLEAR] = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    [TLP_GREEN] = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    [TLP_AMBER] = "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    [TLP_AMBER_STRICT] = "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
    [TLP_RED] = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
};
static const char *const marking_names[] = { "TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED" };

/* ---- ids ---- */

static const char *id_of(const struct stix *s, const char *type, const char *name, char out[STIX_ID_MAX])
{
    char uuid[UUID_MAX], whole[STIX_NAME_MAX];
    struct text t = text_over(whole, sizeof whole);
    text_str(&t, s->house->domain);
    text_char(&t, '/');
    text_str(&t, type);
    text_char(&t, '/');
    text_clip(&t, name, sizeof whole - t.len);
    snprintf(out, STIX_ID_MAX, "%s--%s", type, uuid_by_name(our_space, whole, t.len, uuid));
    return out;
}

static bool is_ipv6(const char *address)
{
    return strchr(address, ':') != NULL;
}

static const char *address_id(const char *address, char out[STIX_ID_MAX])
{
    char uuid[UUID_MAX], canonical[128];
    struct text t = text_over(canonical, sizeof canonical);
    text_lit(&t, "{\"value\":\"");
    text_json(&t, address, strlen(address));
    text_lit(&t, "\"}");
    snprintf(out, STIX_ID_MAX, "ipv%c-addr--%s", is_ipv6(address) ? '6' : '4', uuid_by_name(observable_space, canonical, t.len, uuid));
    return out;
}

/* ---- what every object begins with ---- */

/* An object that several things share is written once. False: it stands there already. */
static bool begin(const struct stix *s, const char *type, const char *id)
{
    char mark[STIX_ID_MAX + 16];
    int n = snprintf(mark, sizeof mark, "\"id\":\"%s\"", id);
    if (memmem(s->out->at, s->out->len, mark, (size_t)n) != NULL)
        return false;
    put_open(s->out, NULL, '{');
    put_string(s->out, "type", type);
    put_string(s->out, "spec_version", "2.1");
    put_string(s->out, "id", id);
    return true;
}

static void marked(const struct stix *s)
{
    put_open(s->out, "object_marking_refs", '[');
    put_string(s->out, NULL, s->marking);
    put_close(s->out, ']');
}

static void made(const struct stix *s, uint64_t created_us, uint64_t modified_us)
{
    char time[MOMENT_MAX];
    put_string(s->out, "created_by_ref", s->author);
    put_string(s->out, "created", moment_utc(created_us, time));
    put_string(s->out, "modified", moment_utc(modified_us, time));
    marked(s);
}

static void end(const struct stix *s)
{
    put_close(s->out, '}');
}

/* ---- the house ---- */

/* The house's own objects never change, so their time never does either. */
static const uint64_t HOUSE_US = UINT64_C(1763769600000000);        /* 2025-11-22T00:00:00Z */

static void put_marking(const struct stix *s)
{
    if (!begin(s, "marking-definition", s->marking))
        return;
    put_string(s->out, "created", "2022-10-01T00:00:00.000Z");
    put_string(s->out, "name", marking_names[s->house->tlp]);
    put_open(s->out, "extensions", '{');
    put_open(s->out, EXTENSION_TLP, '{');
    put_string(s->out, "extension_type", "property-extension");
    put_string(s->out, "tlp_2_0", tlp_names[s->house->tlp]);
    put_close(s->out, '}');
    put_close(s->out, '}');
    end(s);
}

static void put_author(const struct stix *s)
{
    char time[MOMENT_MAX];
    if (!begin(s, "identity", s->author))
        return;
    put_string(s->out, "created", moment_utc(HOUSE_US, time));
    put_string(s->out, "modified", time);
    marked(s);
    put_string(s->out, "name", s->house->name_zh);
    put_given(s->out, "description", s->house->name_en);
    put_string(s->out, "identity_class", "organization");
    put_given(s->out, "contact_information", s->house->contact);
    end(s);
}

static void put_extension(const struct stix *s)
{
    if (!begin(s, "extension-definition", s->extension))
        return;
    made(s, HOUSE_US, HOUSE_US);
    put_string(s->out, "name", "Fengsui incident");
    put_string(s->out, "description", "State, version, level (1 gravest to 4), score and category (GB/T 20986-2023) of an incident");
    put_string(s->out, "schema", "docs/events.md of Fengsui, object incident");
    put_string(s->out, "version", "1.0.0");
    put_open(s->out, "extension_types", '[');
    put_string(s->out, NULL, "property-extension");
    put_close(s->out, ']');
    end(s);
}

/* ---- an incident's parts; each has an id that can be told again ---- */

static void put_address(const struct stix *s, const char *address)
{
    char id[STIX_ID_MAX];
    struct addr a;
    if (addr_parse(address, &a) < 0 || !begin(s, is_ipv6(address) ? "ipv6-addr" : "ipv4-addr", address_id(address, id)))
        return;
    marked(s);
    put_string(s->out, "value", address);
    end(s);
}

static const char *party_name(const struct incident_party *p)
{
    return *p->unit != '\0' ? p->unit : p->name;
}

static void put_victim(const struct stix *s, const struct thing *t, const struct incident_party *p)
{
    char id[STIX_ID_MAX];
    if (*party_name(p) == '\0' || !begin(s, "identity", id_of(s, "identity", party_name(p), id)))
        return;
    made(s, t->made_us, t->made_us);
    put_string(s->out, "name", party_name(p));
    put_string(s->out, "identity_class", "organization");
    if (*p->sector != '\0') {
        put_open(s->out, "sectors", '[');
        put_string(s->out, NULL, p->sector);
        put_close(s->out, ']');
    }
    end(s);
}

static bool has_addresses(const struct incident *i)
{
    struct addr a;
    for (size_t k = 0; k < i->victim_count; k++)
        if (addr_parse(i->victims[k].address, &a) == 0)
            return true;
    for (size_t k = 0; k < i->attacker_count; k++)
        if (addr_parse(i->attackers[k].address, &a) == 0)
            return true;
    return false;
}

static void address_refs(const struct stix *s, const struct incident_party *parties, size_t count)
{
    char id[STIX_ID_MAX];
    struct addr a;
    for (size_t k = 0; k < count; k++)
        if (addr_parse(parties[k].address, &a) == 0)
            put_string(s->out, NULL, address_id(parties[k].address, id));
}

static void put_observed(const struct stix *s, const struct thing *t)
{
    const struct incident *i = &t->incident.incident;
    char id[STIX_ID_MAX], time[MOMENT_MAX];
    if (!has_addresses(i) || !begin(s, "observed-data", id_of(s, "observed-data", t->id, id)))
        return;
    made(s, t->made_us, t->changed_us);
    put_string(s->out, "first_observed", moment_utc(i->first_us, time));
    put_string(s->out, "last_observed", moment_utc(i->last_us > i->first_us ? i->last_us : i->first_us, time));
    uint64_t most = i->alert_count < OBSERVED_MOST ? i->alert_count : OBSERVED_MOST;
    put_number(s->out, "number_observed", most > 0 ? most : 1);
    put_open(s->out, "object_refs", '[');
    address_refs(s, i->victims, i->victim_count);
    address_refs(s, i->attackers, i->attacker_count);
    put_close(s->out, ']');
    end(s);
}

/* What nobody else can meet is no indicator: addresses that are private, of this host, of a link, or of many. */
static bool is_everybodys(const char *address)
{
    static const char *const reserved[] = { "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
                                            "192.168.0.0/16", "224.0.0.0/3", "::/127", "fc00::/7", "fe80::/10", "ff00::/8" };
    struct addr a;
    struct prefix p;
    if (addr_parse(address, &a) < 0)
        return false;
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++)
        if (prefix_parse(reserved[i], &p) == 0 && prefix_holds(&p, &a))
            return false;
    return true;
}

/* Who attacks in a drill is one of us: as an indicator he would be blocked elsewhere. */
static bool is_indicator(const struct thing *t, const char *address)
{
    return thing_is_actual(t) && is_everybodys(address);
}

static void put_indicator(const struct stix *s, const struct thing *t, const char *address)
{
    char id[STIX_ID_MAX], time[MOMENT_MAX];
    if (!is_indicator(t, address) || !begin(s, "indicator", id_of(s, "indicator", address, id)))
        return;
    made(s, t->made_us, t->changed_us);
    put_string(s->out, "name", address);
    put_open(s->out, "indicator_types", '[');
    put_string(s->out, NULL, "malicious-activity");
    put_close(s->out, ']');
    put_fmt(s->out, "pattern", "[ipv%c-addr:value = '%s']", is_ipv6(address) ? '6' : '4', address);
    put_string(s->out, "pattern_type", "stix");
    put_string(s->out, "valid_from", moment_utc(t->incident.incident.first_us, time));
    end(s);
}

static void put_tactic(const struct stix *s, const char *tactic)
{
    char id[STIX_ID_MAX];
    const struct tactic *of = tactic_of(tactic);
    if (of == NULL || !begin(s, "attack-pattern", id_of(s, "attack-pattern", tactic, id)))
        return;
    const char *matrix = of->ics ? "mitre-ics-attack" : "mitre-attack";
    made(s, HOUSE_US, HOUSE_US);
    put_fmt(s->out, "name", "%s (%s)", of->en, of->zh);
    put_open(s->out, "kill_chain_phases", '[');
    put_open(s->out, NULL, '{');
    put_string(s->out, "kill_chain_name", matrix);
    put_string(s->out, "phase_name", of->phase);
    put_close(s->out, '}');
    put_close(s->out, ']');
    put_open(s->out, "external_references", '[');
    put_open(s->out, NULL, '{');
    put_string(s->out, "source_name", matrix);
    put_fmt(s->out, "url", "https://attack.mitre.org/tactics/%s/", of->id);
    put_string(s->out, "external_id", of->id);
    put_close(s->out, '}');
    put_close(s->out, ']');
    end(s);
}

static void put_relationship(const struct stix *s, const struct thing *t, const char *from, const char *type, const char *to)
{
    char id[STIX_ID_MAX], name[2 * STIX_ID_MAX];
    snprintf(name, sizeof name, "%s>%s", from, to);
    if (!begin(s, "relationship", id_of(s, "relationship", name, id)))
        return;
    made(s, t->made_us, t->made_us);
    put_string(s->out, "relationship_type", type);
    put_string(s->out, "source_ref", from);
    put_string(s->out, "target_ref", to);
    end(s);
}

static void put_extended(const struct stix *s, const struct thing *t)
{
    put_open(s->out, "extensions", '{');
    put_open(s->out, s->extension, '{');
    put_string(s->out, "extension_type", "property-extension");
    put_number(s->out, "version", t->version);
    put_string(s->out, "state", t->state);
    put_string(s->out, "status", t->status);
    put_string(s->out, "region", t->region);
    put_given(s->out, "sector", t->sector);
    put_given(s->out, "category", t->category);
    put_number(s->out, "level", t->gravity);
    put_key(s->out, "score");
    text_fmt(s->out, "%.1f", t->incident.incident.score);
    put_close(s->out, '}');
    put_close(s->out, '}');
}

static void own_reference(const struct stix *s, const struct thing *t)
{
    put_open(s->out, "external_references", '[');
    put_open(s->out, NULL, '{');
    put_string(s->out, "source_name", s->house->domain);
    put_string(s->out, "external_id", t->id);
    put_close(s->out, '}');
    put_close(s->out, ']');
}

static void described(const struct stix *s, const struct thing *t)
{
    char said[16 * 1024];       /* what does not fit is left out whole, line by line */
    struct text d = text_over(said, sizeof said);
    letter_write(s->house, t, &d);
    put_key(s->out, "description");
    text_char(s->out, '"');
    text_json(s->out, said, d.len);
    text_char(s->out, '"');
}

static void put_incident(const struct stix *s, const struct thing *t, const char *id)
{
    if (!begin(s, "incident", id))
        return;
    made(s, t->made_us, t->changed_us);
    put_string(s->out, "name", t->title_zh);
    described(s, t);
    own_reference(s, t);
    put_extended(s, t);
    end(s);
}

static void relate(const struct stix *s, const struct thing *t, const char *incident)
{
    const struct incident *i = &t->incident.incident;
    char other[STIX_ID_MAX], observed[STIX_ID_MAX];
    id_of(s, "observed-data", t->id, observed);
    for (size_t k = 0; k < i->tactic_count; k++)
        if (tactic_of(i->tactics[k]) != NULL)
            put_relationship(s, t, incident, "related-to", id_of(s, "attack-pattern", i->tactics[k], other));
    for (size_t k = 0; k < i->victim_count; k++)
        if (*party_name(&i->victims[k]) != '\0')
            put_relationship(s, t, incident, "related-to", id_of(s, "identity", party_name(&i->victims[k]), other));
    for (size_t k = 0; k < i->attacker_count; k++)
        if (is_indicator(t, i->attackers[k].address)) {
            id_of(s, "indicator", i->attackers[k].address, other);
            put_relationship(s, t, other, "based-on", observed);
            put_relationship(s, t, other, "related-to", incident);
        }
}

static void group(const struct stix *s, const struct thing *t, const char *incident)
{
    const struct incident *i = &t->incident.incident;
    char id[STIX_ID_MAX];
    if (!begin(s, "grouping", id_of(s, "grouping", t->id, id)))
        return;
    made(s, t->made_us, t->changed_us);
    put_string(s->out, "name", t->title_zh);
    put_string(s->out, "context", "suspicious-activity");
    put_open(s->out, "object_refs", '[');
    put_string(s->out, NULL, incident);
    if (has_addresses(i))
        put_string(s->out, NULL, id_of(s, "observed-data", t->id, id));
    for (size_t k = 0; k < i->attacker_count; k++)
        if (is_indicator(t, i->attackers[k].address))
            put_string(s->out, NULL, id_of(s, "indicator", i->attackers[k].address, id));
    for (size_t k = 0; k < i->tactic_count; k++)
        if (tactic_of(i->tactics[k]) != NULL)
            put_string(s->out, NULL, id_of(s, "attack-pattern", i->tactics[k], id));
    put_close(s->out, ']');
    end(s);
}

static void incident_parts(const struct stix *s, const struct thing *t)
{
    const struct incident *i = &t->incident.incident;
    char id[STIX_ID_MAX];
    put_extension(s);
    for (size_t k = 0; k < i->victim_count; k++) {
        put_address(s, i->victims[k].address);
        put_victim(s, t, &i->victims[k]);
    }
    for (size_t k = 0; k < i->attacker_count; k++) {
        put_address(s, i->attackers[k].address);
        put_indicator(s, t, i->attackers[k].address);
    }
    for (size_t k = 0; k < i->tactic_count; k++)
        put_tactic(s, i->tactics[k]);
    put_observed(s, t);
    id_of(s, "incident", t->id, id);
    put_incident(s, t, id);
    relate(s, t, id);
    group(s, t, id);
}

/* A warning or a notice: a report about the house's own identity, since its incidents travel by themselves. */
static void put_report(const struct stix *s, const struct thing *t)
{
    char id[STIX_ID_MAX], time[MOMENT_MAX];
    const json_t *incidents = thing_list(t, "incidents");
    if (!begin(s, "report", id_of(s, "report", t->id, id)))
        return;
    made(s, t->made_us, t->changed_us);
    put_string(s->out, "name", t->title_zh);
    described(s, t);
    put_open(s->out, "report_types", '[');
    put_string(s->out, NULL, "threat-report");
    put_close(s->out, ']');
    put_string(s->out, "published", moment_utc(t->made_us, time));
    own_reference(s, t);
    put_open(s->out, "object_refs", '[');
    put_string(s->out, NULL, s->author);
    for (size_t i = 0; i < json_array_size(incidents); i++)
        if (json_is_string(json_array_get(incidents, i)))
            put_string(s->out, NULL, id_of(s, "incident", json_string_value(json_array_get(incidents, i)), id));
    put_close(s->out, ']');
    end(s);
}

void stix_write(const struct exchange_house *h, const struct thing *things, size_t count, struct text *out)
{
    struct stix s = { .house = h, .out = out, .marking = markings[h->tlp] };
    char id[STIX_ID_MAX], name[STIX_NAME_MAX];
    id_of(&s, "identity", "", s.author);
    id_of(&s, "extension-definition", "incident", s.extension);
    snprintf(name, sizeof name, "%s/%llu/%zu", things[0].id, (unsigned long long)things[0].version, count);
    text_fmt(out, "{\"type\":\"bundle\",\"id\":\"%s\",\"objects\":[", id_of(&s, "bundle", name, id));
    put_marking(&s);
    put_author(&s);
    for (size_t i = 0; i < count; i++)
        if (things[i].kind == THING_INCIDENT)
            incident_parts(&s, &things[i]);
        else
            put_report(&s, &things[i]);
    text_lit(out, "]}\n");
}
