#include "events/sighting.h"

#include "common/clock.h"

const char *sighting_role_name(enum sighting_role r)
{
    static const char *const names[] = {
        [ROLE_UNKNOWN] = "", [ROLE_PLC] = "plc", [ROLE_RTU] = "rtu", [ROLE_IED] = "ied", [ROLE_DEVICE] = "device", [ROLE_GATEWAY] = "gateway",
        [ROLE_ENGINEERING] = "engineering_station", [ROLE_OPERATOR] = "operator_station", [ROLE_HISTORIAN] = "historian"
    };
    return names[r];
}

static void member(struct text *out, const char *name, const char *value)
{
    if (*value == '\0')
        return;
    text_fmt(out, ",\"%s\":\"", name);
    text_json(out, value, strlen(value));
    text_char(out, '"');
}

static void list(struct text *out, const char *name, const char *const *values, size_t count)
{
    text_fmt(out, ",\"%s\":[", name);
    for (size_t i = 0; i < count; i++) {
        text_str(out, i > 0 ? ",\"" : "\"");
        text_json(out, values[i], strlen(values[i]));
        text_char(out, '"');
    }
    text_char(out, ']');
}

static void time_member(struct text *out, const char *name, uint64_t us)
{
    char text[CLOCK_TEXT_MAX];
    clock_text(us, text);
    member(out, name, text);
}

static void weakness_json(struct text *out, const struct weakness *w)
{
    text_lit(out, "{\"cve\":\"");
    text_json(out, w->cve, strlen(w->cve));
    text_char(out, '"');
    member(out, "repaired_in", w->below);
    member(out, "zh", w->zh);
    member(out, "en", w->en);
    member(out, "reference", w->reference);
    text_char(out, '}');
}

void sighting_json(const struct event *head, const struct sighting *s, struct text *out)
{
    event_json(head, "asset", out);
    text_lit(out, ",\"asset\":{\"address\":\"");
    text_json(out, s->address, strlen(s->address));
    text_char(out, '"');
    member(out, "mac", s->mac);
    member(out, "mac_vendor", s->mac_vendor);
    member(out, "role", sighting_role_name(s->role));
    list(out, "protocols", s->protocols, s->protocol_count);
    member(out, "vendor", s->vendor);
    member(out, "product", s->product);
    member(out, "version", s->version);
    member(out, "serial", s->serial);
    member(out, "name", s->name);
    time_member(out, "first_seen", s->first_us);
    time_member(out, "last_seen", s->last_us);
    list(out, "peers", s->peers, s->peer_count);
    if (s->peers_more > 0)
        text_fmt(out, ",\"peers_more\":%llu", (unsigned long long)s->peers_more);
    text_lit(out, ",\"vulnerabilities\":[");
    for (size_t i = 0; i < s->weakness_count; i++) {
        text_str(out, i > 0 ? "," : "");
        weakness_json(out, s->weaknesses[i]);
    }
    text_lit(out, "]}}");
}
