/* context - what other rooms know: the application, nDPI, countries, assets, and events of decoding, streams and records. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "detect/fields.h"
#include "detect/keywords.h"
#include "detect/match.h"
#include "detect/numbers.h"
#include "detect/ruleset.h"

static struct slice unquoted(struct slice s, bool *negated)
{
    *negated = s.len && s.at[0] == '!';
    if (*negated)
        s = slice_trim((struct slice){ s.at + 1, s.len - 1 });
    if (s.len >= 2 && s.at[0] == '"' && s.at[s.len - 1] == '"')
        s = (struct slice){ s.at + 1, s.len - 2 };
    return s;
}

/* ---- app-layer-protocol ---- */

/* app-layer-protocol:tls,final; a conversation has one protocol here, which both sides speak. */
static bool app_mode(struct parser *p, struct slice mode)
{
    static const char *const known[] = { "final", "either", "toserver", "to_server", "toclient", "to_client" };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (slice_is(mode, known[i]))
            return true;
    }
    if (slice_is(mode, "original"))
        return parse_wrong(p, mode.at, "what a conversation spoke before it changed its protocol is not kept");
    return parse_wrong(p, mode.at, "expected final, either, to_server or to_client, found `%.*s`", (int)mode.len, mode.at);
}

struct apps {
    schema_set schemas;
    bool     failed;        /* followed by nobody although looked at */
};

static bool app_holds(const struct match *m, const struct check *c)
{
    const struct apps *a = c->data;
    bool fresh = m->rule->kind == RULE_PACKET && (m->s->flags & SUBJECT_APP_FRESH);
    bool known = m->s->app_proto != NULL && !fresh;
    if (a->failed)
        return (m->s->memory && !known) != c->negated;
    bool is = m->schema >= 0 && (a->schemas >> m->schema & 1);
    return known && is != c->negated;
}

static bool parse_app_layer_protocol(struct parser *p, struct slice value)
{
    bool negated;
    struct slice list = unquoted(value, &negated), name;
    (void)slice_cut(&list, ',', &name);
    list = slice_trim(list);
    if (list.len && !app_mode(p, list))
        return false;
    struct apps *a = pile_take(p->pile, sizeof(*a));
    a->failed = slice_is(name, "failed") || slice_is(name, "unknown");
    a->schemas = fields_family(p->rules, name);
    if (a->schemas == 0 && !a->failed)
        return parse_wrong(p, name.at, "unknown protocol `%.*s`", (int)name.len, name.at);
    struct check *c = parse_check(p, app_holds);
    c->data = a;
    c->negated = negated;
    return true;
}

/* ---- nDPI ---- */

struct words {              /* names to compare with, NULL-terminated */
    size_t      count;
    const char *at[];
};

static struct words *read_words(struct parser *p, struct slice list)
{
    size_t most = 2;
    for (size_t i = 0; i < list.len; i++)
        most += list.at[i] == ',';
    struct words *w = pile_take(p->pile, sizeof(*w) + most * sizeof(w->at[0]));
    struct slice one;
    while (slice_cut(&list, ',', &one)) {
        bool unused;
        one = unquoted(one, &unused);
        if (one.len == 0) {
            parse_wrong(p, one.at, "a name is missing");
            return NULL;
        }
        w->at[w->count++] = pile_intern(p->pile, one.at, one.len);
    }
    return w;
}

/* "TLS" means TLS itself and TLS.Google; "Google" the same from the other side. */
static bool part_of(const char *protocol, const char *name)
{
    size_t n = strlen(name);
    if (strncasecmp(protocol, name, n) == 0 && (protocol[n] == '\0' || protocol[n] == '.'))
        return true;
    const char *dot = strchr(protocol, '.');
    return dot && strcasecmp(dot + 1, name) == 0;
}

static bool ndpi_protocol_holds(const struct match *m, const struct check *c)
{
    const struct words *w = c->data;
    if (m->s->ndpi == NULL || m->s->ndpi->protocol == NULL)
        return false;
    bool any = false;
    for (size_t i = 0; i < w->count; i++)
        any |= part_of(m->s->ndpi->protocol, w->at[i]);
    return any != c->negated;
}

/* nDPI's own sentence, "Known Proto on Non Std Port", or its constant's name without NDPI_: letters and digits count. */
static bool same_risk(const char *a, const char *b)
{
    for (;;) {
        while (*a == ' ' || *a == '_' || *a == '-' || *a == '/')
            a++;
        while (*b == ' ' || *b == '_' || *b == '-' || *b == '/')
            b++;
        if ((*a | 0x20) != (*b | 0x20))
            return false;
        if (*a == '\0')
            return true;
        a++;
        b++;
    }
}

static bool risk_among(const struct classification *c, const char *name)
{
    for (unsigned bit = 0; bit < 64 && c->risk_names && c->risk_names[bit]; bit++) {
        if ((c->risks >> bit & 1) && same_risk(c->risk_names[bit], name))
            return true;
    }
    return false;
}

static bool ndpi_risk_holds(const struct match *m, const struct check *c)
{
    const struct words *w = c->data;
    if (m->s->ndpi == NULL)
        return false;
    bool any = false;
    for (size_t i = 0; i < w->count; i++)
        any |= same_risk(w->at[i], "any") ? m->s->ndpi->risks != 0 : risk_among(m->s->ndpi, w->at[i]);
    return any != c->negated;
}

static bool ndpi_words(struct parser *p, struct slice value, check_fn holds)
{
    bool negated;
    struct slice list = unquoted(value, &negated);
    struct words *w = read_words(p, list);
    if (w == NULL)
        return false;
    struct check *c = parse_check(p, holds);
    c->data = w;
    c->negated = negated;
    p->rules->needs.ndpi = true;
    return w->count > 0 || parse_wrong(p, value.at, "a name is missing");
}

static bool parse_ndpi_protocol(struct parser *p, struct slice v) { return ndpi_words(p, v, ndpi_protocol_holds); }
static bool parse_ndpi_risk(struct parser *p, struct slice v) { return ndpi_words(p, v, ndpi_risk_holds); }

/* ---- geoip and assets: of one end, the other, either, or both ---- */

enum end { END_SRC, END_DEST, END_ANY, END_BOTH };

static bool read_end(struct parser *p, struct slice s, uint8_t *out)
{
    static const struct { const char *word; uint8_t end; } words[] = {
        { "src", END_SRC }, { "dst", END_DEST }, { "dest", END_DEST }, { "any", END_ANY }, { "both", END_BOTH }
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (slice_is_fold(s, words[i].word)) {
            *out = words[i].end;
            return true;
        }
    }
    return parse_wrong(p, s.at, "expected src, dst, any or both, found `%.*s`", (int)s.len, s.at);
}

typedef bool (*end_test)(const struct endpoint *e, const struct check *c);

static bool ends_hold(const struct match *m, const struct check *c, end_test test)
{
    if (m->src == NULL || m->dest == NULL)
        return false;
    bool src = c->which != END_DEST && test(m->src, c) != c->negated;
    bool dest = c->which != END_SRC && test(m->dest, c) != c->negated;
    return c->which == END_BOTH ? src && dest : src || dest;
}

/* An end whose country is not known holds neither for CN nor for !CN, as in Suricata. */
static bool country_test(const struct endpoint *e, const struct check *c)
{
    const struct words *w = c->data;
    if (e->country[0] == '\0')
        return c->negated;
    for (size_t i = 0; i < w->count; i++) {
        if (strcasecmp(e->country, w->at[i]) == 0)
            return true;
    }
    return false;
}

static bool geoip_holds(const struct match *m, const struct check *c)
{
    return ends_hold(m, c, country_test);
}

static bool parse_geoip(struct parser *p, struct slice value)
{
    struct slice rest = value, end;
    struct check *c = parse_check(p, geoip_holds);
    (void)slice_cut(&rest, ',', &end);
    bool country = end.len == 2 && isupper((unsigned char)end.at[0]) && isupper((unsigned char)end.at[1]);
    if (rest.len == 0 || country || slice_begins(end, "!")) {           /* geoip:CN; geoip:!CN,RU; mean either end */
        c->which = END_ANY;
        rest = value;
    } else if (!read_end(p, end, &c->which)) {
        return false;
    }
    rest = unquoted(slice_trim(rest), &c->negated);
    struct words *w = read_words(p, rest);
    for (size_t i = 0; w && i < w->count; i++) {
        const char *name = w->at[i][0] == '!' ? w->at[i] + 1 : w->at[i];
        if (strlen(name) != 2)
            return parse_wrong(p, rest.at, "`%s` is not a country's two letters", name);
        c->negated |= w->at[i][0] == '!';
        w->at[i] = name;
    }
    c->data = w;
    p->rules->needs.countries = true;
    return w && (w->count > 0 || parse_wrong(p, value.at, "a country is missing"));
}

enum asset_part { ASSET_NAME, ASSET_UNIT, ASSET_SECTOR, ASSET_REGION, ASSET_ROLE, ASSET_LEVEL, ASSET_CII };

static const char *asset_word(const struct asset *a, enum asset_part part)
{
    switch (part) {
    case ASSET_NAME:   return a->name;
    case ASSET_UNIT:   return a->unit;
    case ASSET_SECTOR: return a->sector;
    case ASSET_REGION: return a->region;
    default:           return a->role;
    }
}

/* A region's code holds for all below it: 430000 the province, 430100 a prefecture (GB/T 2260). */
static bool region_within(const char *have, const char *want)
{
    size_t n = strlen(want);
    while (n >= 2 && n % 2 == 0 && want[n - 1] == '0' && want[n - 2] == '0')
        n -= 2;
    return n > 0 && strncmp(have, want, n) == 0;
}

static bool asset_test(const struct endpoint *e, const struct check *c)
{
    if (e->asset == NULL)
        return false;
    if (c->row == ASSET_LEVEL)
        return spans_hold(&c->spans, e->asset->mlps_level);
    if (c->row == ASSET_CII)
        return e->asset->cii == (c->number != 0);
    const struct words *w = c->data;
    const char *have = asset_word(e->asset, (enum asset_part)c->row);
    for (size_t i = 0; have && i < w->count; i++) {
        if (c->row == ASSET_REGION ? region_within(have, w->at[i]) : strcasecmp(have, w->at[i]) == 0)
            return true;
    }
    return false;
}

static bool asset_holds(const struct match *m, const struct check *c)
{
    return ends_hold(m, c, asset_test);
}

/* asset.sector:dst,energy,water; an end that is no asset never holds, negated or not, except by `!`. */
static bool asset(struct parser *p, struct slice value, enum asset_part part)
{
    struct slice rest = value, end;
    struct check *c = parse_check(p, asset_holds);
    c->row = (uint16_t)part;
    p->rules->needs.assets = true;
    (void)slice_cut(&rest, ',', &end);
    if (!read_end(p, end, &c->which))
        return false;
    rest = slice_trim(rest);
    if (part == ASSET_CII) {
        bool yes = rest.len == 0 || slice_is_fold(rest, "true");
        c->number = yes;
        return yes || slice_is_fold(rest, "false") || parse_wrong(p, rest.at, "expected true or false, found `%.*s`", (int)rest.len, rest.at);
    }
    if (rest.len == 0)
        return parse_wrong(p, value.at, "expected %.*s:end,value", (int)p->option->name.len, p->option->name.at);
    const struct number_style level = { .most = 5 };
    if (part == ASSET_LEVEL)
        return numbers_parse(p, rest, &level, &c->spans);
    c->data = read_words(p, unquoted(rest, &c->negated));
    return c->data != NULL;
}

static bool parse_asset_name(struct parser *p, struct slice v) { return asset(p, v, ASSET_NAME); }
static bool parse_asset_unit(struct parser *p, struct slice v) { return asset(p, v, ASSET_UNIT); }
static bool parse_asset_sector(struct parser *p, struct slice v) { return asset(p, v, ASSET_SECTOR); }
static bool parse_asset_region(struct parser *p, struct slice v) { return asset(p, v, ASSET_REGION); }
static bool parse_asset_role(struct parser *p, struct slice v) { return asset(p, v, ASSET_ROLE); }
static bool parse_asset_level(struct parser *p, struct slice v) { return asset(p, v, ASSET_LEVEL); }
static bool parse_asset_cii(struct parser *p, struct slice v) { return asset(p, v, ASSET_CII); }

/* ---- events ---- */

static bool decode_event_holds(const struct match *m, const struct check *c)
{
    return m->s->decode_events && (m->s->decode_events[c->number / 64] >> c->number % 64 & 1);
}

static bool stream_event_holds(const struct match *m, const struct check *c)
{
    return m->s->stream_events >> c->number & 1;
}

static bool app_event_holds(const struct match *m, const struct check *c)
{
    return m->s->app_events >> c->number & 1;
}

/* Names of Suricata's that nothing here can stand behind. */
static const struct { const char *name, *why; } refused_events[] = {
    { "3whs_ack_in_wrong_dir", "only an inline engine can tell: on a tap the client's answer may merely be missing" },
    { "3whs_ack_data_inject", "only an inline engine can tell: on a tap the client's answer may merely be missing" },
    { "wrong_thread", "a flow's packets never meet on two threads here: each thread has flows of its own" },
    { "reassembly_urgent_oob_limit_reached", "urgent data stays in the stream here, so no limit on it is ever reached" },
    { "http.unknown_error", "it is about the log of a library that does not read HTTP here" },
    { "http.too_many_warnings", "it is about the log of a library that does not read HTTP here" },
    { "http.lzma_memlimit_reached", "bodies packed by LZMA are not unpacked" },
    { "http.compression_bomb_limit_reached", "a bomb is http.compression_bomb, however it was found" },
    { "http.invalid_server_port_in_request", "that is http.request_header_host_invalid here" },
    { "http.failed_protocol_change", "that is applayer_unexpected_protocol here" },
    { "http2.extra_header_data", "that is http2.invalid_header here" },
    { "http2.header_integer_overflow", "that is http2.invalid_header here" },
    { "http2.invalid_http1_settings", "the settings of an upgrade are not looked into" },
    { "http2.dns_request_too_long", "DNS over HTTPS is not looked into" },
    { "http2.dns_response_too_long", "DNS over HTTPS is not looked into" },
    { "mqtt.too_many_messages", "no message waits for another one here, so there is no limit on them" },
};

static bool unknown_event(struct parser *p, struct slice value)
{
    for (size_t i = 0; i < sizeof(refused_events) / sizeof(refused_events[0]); i++) {
        if (slice_is(value, refused_events[i].name))
            return parse_wrong(p, value.at, "event `%s`: %s", refused_events[i].name, refused_events[i].why);
    }
    return parse_wrong(p, value.at, "unknown event `%.*s`", (int)value.len, value.at);
}

static bool named_event(struct parser *p, struct slice value, const char *const *names, size_t most, check_fn holds,
                        enum rule_events kind)
{
    for (size_t i = 0; names && i < most && names[i]; i++) {
        if (!slice_is(value, names[i]))
            continue;
        parse_check(p, holds)->number = (uint32_t)i;
        p->rule->events = (uint8_t)kind;
        p->rule->cheap_bit = (uint32_t)i;
        p->rule->needs_packet |= kind == EVENTS_DECODE;
        return true;
    }
    return unknown_event(p, value);
}

static bool parse_decode_event(struct parser *p, struct slice v)
{
    return named_event(p, v, p->rules->decode_events, DECODE_EVENTS_MAX, decode_event_holds, EVENTS_DECODE);
}

static bool parse_stream_event(struct parser *p, struct slice v)
{
    return named_event(p, v, p->rules->stream_events, STREAM_EVENTS_MAX, stream_event_holds, EVENTS_STREAM);
}

struct record_event { uint64_t bits[SCHEMAS_MAX]; };

static bool record_event_holds(const struct match *m, const struct check *c)
{
    const struct record_event *e = c->data;
    return (m->r->anomalies & e->bits[m->schema]) != 0;
}

/* app-layer-event:schema.anomaly; all schemas of the family that have it. */
static bool parse_record_event(struct parser *p, struct slice value)
{
    struct slice anomaly = value, name;
    if (memchr(value.at, '.', value.len) == NULL)       /* of the conversation, whatever it speaks */
        return named_event(p, value, p->rules->app_events, APP_EVENTS_MAX, app_event_holds, EVENTS_APP);
    (void)slice_cut(&anomaly, '.', &name);
    schema_set family = fields_family(p->rules, name), found = 0;
    struct record_event *e = pile_take(p->pile, sizeof(*e));
    for (size_t i = 0; i < p->rules->schema_count; i++) {
        const struct schema *s = p->rules->schemas[i];
        for (uint16_t a = 0; (family >> i & 1) && a < s->anomaly_count && a < 64; a++) {
            if (slice_is(anomaly, s->anomalies[a].name)) {
                e->bits[i] |= UINT64_C(1) << a;
                found |= SCHEMA_BIT(i);
            }
        }
    }
    if (found == 0)
        return unknown_event(p, value);
    parse_check(p, record_event_holds)->data = e;
    p->rule->events = EVENTS_RECORD;
    return fields_narrow(p, found, true);
}

const struct keyword context_keywords[] = {
    { "app-layer-protocol", VALUE_NEEDED, parse_app_layer_protocol, "The dissector that follows the flow; ! for another one." },
    { "app-layer-event", VALUE_NEEDED, parse_record_event, "A departure from the standard that a dissector noted: schema.anomaly; or applayer_..., of the conversation as a whole." },
    { "decode-event",    VALUE_NEEDED, parse_decode_event, "Something wrong or odd with the packet's headers." },
    { "engine-event",    VALUE_NEEDED, parse_decode_event, "The same as decode-event." },
    { "stream-event",    VALUE_NEEDED, parse_stream_event, "Something wrong or odd with the TCP stream." },
    { "ndpi.protocol",   VALUE_NEEDED, parse_ndpi_protocol, "Protocol as nDPI names it: TLS holds for TLS.Google too." },
    { "ndpi-protocol",   VALUE_NEEDED, parse_ndpi_protocol, "The same as ndpi.protocol." },
    { "ndpi.risk",       VALUE_NEEDED, parse_ndpi_risk,   "A risk that nDPI sees in the flow, by name; any." },
    { "ndpi-risk",       VALUE_NEEDED, parse_ndpi_risk,   "The same as ndpi.risk." },
    { "geoip",           VALUE_NEEDED, parse_geoip,       "Country of an end: src, dst, any or both, then two-letter codes." },
    { "asset.name",      VALUE_NEEDED, parse_asset_name,  "Name of the asset at an end: src, dst, any or both, then names." },
    { "asset.unit",      VALUE_NEEDED, parse_asset_unit,  "Unit (单位) that the asset belongs to." },
    { "asset.sector",    VALUE_NEEDED, parse_asset_sector, "Sector (行业) of the asset." },
    { "asset.region",    VALUE_NEEDED, parse_asset_region, "Region of the asset, GB/T 2260; 430000 holds for all of the province." },
    { "asset.role",      VALUE_NEEDED, parse_asset_role,  "Role of the asset." },
    { "asset.mlps_level", VALUE_NEEDED, parse_asset_level, "Level of protection (等保) of the asset, 1 to 5." },
    { "asset.cii",       VALUE_NEEDED, parse_asset_cii,   "Whether the asset is critical information infrastructure (关基)." },
    { .name = NULL }
};
