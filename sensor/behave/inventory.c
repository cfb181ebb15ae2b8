#include "behave/inventory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/hash.h"
#include "dissectors/dissector.h"

enum { SAID_MAX = 64, UNITS_OF_GATEWAY = 2, READS_OF_HISTORIAN = 3, SETTLE_US = 10000000, LOOK_EVERY_US = 1000000 };
#define AGAIN_US UINT64_C(3600000000)

#define COUNTER(member, sentence) { #member, METRIC_COUNTER, offsetof(struct inventory_counts, member), sentence }
static const struct metric counters[] = {
    COUNTER(devices, "Devices seen."),
    COUNTER(told, "Sightings told as asset events."),
    COUNTER(forgotten, "Devices forgotten because there were too many."),
    COUNTER(vulnerable, "Devices whose version is known to be vulnerable."),
};
const struct metrics_room inventory_metrics = { "inventory", counters, sizeof counters / sizeof counters[0] };

enum said { SAID_VENDOR, SAID_PRODUCT, SAID_VERSION, SAID_SERIAL, SAID_NAME, SAIDS };

struct device {
    struct party  party;
    uint8_t       mac[6];
    bool          has_mac, dirty;
    bool          answers, reports, programs, commands, reads;      /* what it was seen doing */
    const char   *serves;               /* what its protocol says such a device is */
    uint64_t      first_us, last_us, told_us;           /* .told_us 0: never */
    const char   *protocols[SIGHTING_PROTOCOLS_MAX];
    uint8_t       protocol_count, peer_count, unit_count;
    uint64_t      units[UNITS_OF_GATEWAY];
    struct party  peers[SIGHTING_PEERS_MAX];
    uint64_t      peers_more;
    char          said[SAIDS][SAID_MAX];
    bool          vulnerable;
    struct device *hash_next, *older, *newer;           /* by last_us */
};

struct inventory {
    const struct knowledge *knowledge;
    struct inventory_out    out;
    struct inventory_counts counts;
    struct device  *devices, **buckets;
    size_t          most, used;
    struct hash_key key;
    struct device  *oldest, *newest;
    uint64_t        looked_us, now_us;
};

struct inventory *inventory_new(size_t devices_max, const struct knowledge *k, const struct inventory_out *out, struct fault *f)
{
    struct inventory *v = calloc(1, sizeof *v);
    if (v != NULL) {
        v->devices = calloc(devices_max, sizeof *v->devices);
        v->buckets = calloc(devices_max, sizeof *v->buckets);
    }
    if (v == NULL || v->devices == NULL || v->buckets == NULL) {
        inventory_free(v);
        fault_set(f, -ENOMEM, "no memory for an inventory of %zu devices", devices_max);
        return NULL;
    }
    v->knowledge = k;
    v->out = *out;
    v->most = devices_max;
    v->key = hash_key_random();
    return v;
}

void inventory_free(struct inventory *v)
{
    if (v == NULL)
        return;
    free(v->devices);
    free(v->buckets);
    free(v);
}

const struct inventory_counts *inventory_counts(const struct inventory *v)
{
    return &v->counts;
}

/* ---- the table ---- */

static struct device **bucket_of(struct inventory *v, const struct party *p)
{
    return &v->buckets[hash_keyed(&v->key, &p->addr, sizeof p->addr) % v->most];
}

static void age_remove(struct inventory *v, struct device *d)
{
    *(d->older != NULL ? &d->older->newer : &v->oldest) = d->newer;
    *(d->newer != NULL ? &d->newer->older : &v->newest) = d->older;
}

static void age_newest(struct inventory *v, struct device *d)
{
    d->newer = NULL;
    d->older = v->newest;
    *(v->newest != NULL ? &v->newest->newer : &v->oldest) = d;
    v->newest = d;
}

static void tell(struct inventory *v, struct device *d);

/* The one that was quiet longest; what it knew is told first. */
static struct device *device_room(struct inventory *v)
{
    if (v->used < v->most)
        return &v->devices[v->used++];
    struct device *d = v->oldest, **at = bucket_of(v, &d->party);
    if (d->dirty)
        tell(v, d);
    while (*at != d)
        at = &(*at)->hash_next;
    *at = d->hash_next;
    age_remove(v, d);
    v->counts.forgotten++;
    return d;
}

static struct device *device_take(struct inventory *v, const struct party *p, uint64_t now_us)
{
    struct device *d = *bucket_of(v, p);
    while (d != NULL && !addr_equal(&d->party.addr, &p->addr))
        d = d->hash_next;
    if (d != NULL) {
        age_remove(v, d);
    } else {
        d = device_room(v);
        struct device **head = bucket_of(v, p);
        *d = (struct device){ .party = *p, .first_us = now_us, .dirty = true, .hash_next = *head, .serves = "" };
        *head = d;
        v->counts.devices++;
    }
    age_newest(v, d);
    d->last_us = now_us;
    return d;
}

/* ---- what it is ---- */

static void add_protocol(struct device *d, const char *name)
{
    for (unsigned i = 0; i < d->protocol_count; i++)
        if (d->protocols[i] == name)
            return;
    if (d->protocol_count == SIGHTING_PROTOCOLS_MAX)
        return;
    d->protocols[d->protocol_count++] = name;
    d->dirty = true;
}

static void add_peer(struct device *d, const struct party *p)
{
    for (unsigned i = 0; i < d->peer_count; i++)
        if (addr_equal(&d->peers[i].addr, &p->addr))
            return;
    if (d->peer_count == SIGHTING_PEERS_MAX) {
        d->peers_more++;
        return;
    }
    d->peers[d->peer_count++] = *p;
    d->dirty = true;
}

static void mark(struct device *d, bool *what)
{
    d->dirty |= !*what;
    *what = true;
}

static void add_unit(struct device *d, const struct record *r)
{
    for (size_t i = 0; i < r->count && d->unit_count < UNITS_OF_GATEWAY; i++) {
        const struct field *f = &r->schema->fields[r->values[i].row];
        if (f->means != MEANS_UNIT || (d->unit_count > 0 && d->units[0] == r->values[i].uint))
            continue;
        d->units[d->unit_count++] = r->values[i].uint;
        d->dirty |= d->unit_count > 1;
    }
}

static void learn_doer(struct device *d, enum access a)
{
    if (a == ACCESS_PROGRAM || a == ACCESS_UPLOAD)
        mark(d, &d->programs);
    else if (access_commands(a))
        mark(d, &d->commands);
    else if (a == ACCESS_READ || a == ACCESS_SUBSCRIBE)
        mark(d, &d->reads);
}

/* The protocol says what answers in it. */
static void learn_answerer(struct device *d, const char *protocol, bool *how)
{
    const struct dissector *by = *how && *d->serves != '\0' ? NULL : dissector_find(protocol);
    if (by != NULL && by->device != NULL)
        d->serves = by->device;
    mark(d, how);
}

static enum sighting_role served_role(const char *serves)
{
    for (enum sighting_role r = ROLE_PLC; r <= ROLE_DEVICE; r++)
        if (strcmp(sighting_role_name(r), serves) == 0)
            return r;
    return ROLE_DEVICE;
}

static enum sighting_role role_of(const struct device *d)
{
    if (d->programs)
        return ROLE_ENGINEERING;
    if (d->answers && d->unit_count >= UNITS_OF_GATEWAY)
        return ROLE_GATEWAY;
    if (d->answers || (d->reports && !d->commands && !d->reads))     /* controllers send each other values too, but who asks is no device */
        return served_role(d->serves);
    if (d->commands)
        return ROLE_OPERATOR;
    if (d->reads && d->peer_count >= READS_OF_HISTORIAN)
        return ROLE_HISTORIAN;
    return d->reads ? ROLE_OPERATOR : ROLE_UNKNOWN;
}

static void says(struct device *d, enum said what, const struct value *v)
{
    char text[SAID_MAX] = "";
    size_t n = 0;
    for (size_t i = 0; i < v->len && n < sizeof text - 1; i++)
        if (v->bytes[i] >= ' ' && v->bytes[i] != 0x7f)
            text[n++] = (char)v->bytes[i];
    while (n > 0 && text[n - 1] == ' ')
        n--;
    text[n] = '\0';
    if (n == 0 || strcmp(d->said[what], text) == 0)
        return;
    memcpy(d->said[what], text, sizeof text);
    d->dirty = true;
}

/* Numbers with names (a maker's id) say their name. */
static void says_number(struct device *d, enum said what, const struct field *f, const struct value *v)
{
    char digits[24];
    struct text t = text_over(digits, sizeof digits);
    const char *name = field_name_of(f, v->uint);
    if (name == NULL) {
        text_uint(&t, v->uint);
        name = digits;
    } else {
        t.len = strlen(name);
    }
    struct value text = { .len = (uint32_t)t.len, .bytes = (const uint8_t *)name };
    says(d, what, &text);
}

/* Only the first of each in a message: the main module's order number, not its hardware's. */
static void learn_said(struct device *d, const struct record *r)
{
    unsigned taken = 0;
    for (size_t i = 0; i < r->count; i++) {
        const struct field *f = &r->schema->fields[r->values[i].row];
        if (f->means < MEANS_VENDOR || f->means > MEANS_NAME)
            continue;
        enum said what = (enum said)(f->means - MEANS_VENDOR);
        if (taken >> what & 1)
            continue;
        taken |= 1u << what;
        if (f->type == FIELD_TEXT || f->type == FIELD_BYTES)
            says(d, what, &r->values[i]);
        else if (f->type == FIELD_UINT)
            says_number(d, what, f, &r->values[i]);
    }
}

static bool says_something(const struct record *r)
{
    for (size_t i = 0; i < r->count; i++) {
        uint8_t means = r->schema->fields[r->values[i].row].means;
        if (means >= MEANS_VENDOR && means <= MEANS_NAME)
            return true;
    }
    return false;
}

void inventory_record(struct inventory *v, const struct behave_scene *s, const struct record *r, const struct deed *d)
{
    bool said = says_something(r);
    if (d == NULL && !said)
        return;
    v->now_us = s->time_us;
    struct device *from = device_take(v, &s->from, s->time_us);
    if (s->from_mac != NULL && (!from->has_mac || memcmp(from->mac, s->from_mac, sizeof from->mac) != 0)) {
        memcpy(from->mac, s->from_mac, sizeof from->mac);
        from->has_mac = from->dirty = true;
    }
    add_protocol(from, r->schema->name);
    if (said)
        learn_said(from, r);
    if (d == NULL)
        return;
    add_peer(from, &s->to);
    if (d->answer || d->access == ACCESS_REPORT) {
        learn_answerer(from, r->schema->name, d->answer ? &from->answers : &from->reports);
        add_unit(from, r);
    } else {
        learn_doer(from, d->access);
    }
}

/* ---- telling ---- */

static void tell(struct inventory *v, struct device *d)
{
    char address[PARTY_TEXT_MAX], mac[PARTY_TEXT_MAX] = "", peers[SIGHTING_PEERS_MAX][PARTY_TEXT_MAX];
    struct party card = party_of_mac(d->mac);
    bool below_ip = d->party.addr.version == PARTY_MAC;
    struct sighting s = { .address = address, .mac = mac, .mac_vendor = "", .role = role_of(d), .protocol_count = d->protocol_count,
                          .vendor = d->said[SAID_VENDOR], .product = d->said[SAID_PRODUCT], .version = d->said[SAID_VERSION],
                          .serial = d->said[SAID_SERIAL], .name = d->said[SAID_NAME], .first_us = d->first_us, .last_us = d->last_us,
                          .peer_count = d->peer_count, .peers_more = d->peers_more };
    party_text(&d->party, address);
    if (d->has_mac && !below_ip)
        party_text(&card, mac);
    if ((d->has_mac || below_ip) && v->knowledge != NULL)
        s.mac_vendor = knowledge_maker(v->knowledge, below_ip ? d->party.addr.bytes + 10 : d->mac);
    memcpy(s.protocols, d->protocols, d->protocol_count * sizeof s.protocols[0]);
    for (size_t i = 0; i < d->peer_count; i++) {
        party_text(&d->peers[i], peers[i]);
        s.peers[i] = peers[i];
    }
    if (v->knowledge != NULL)
        s.weakness_count = knowledge_find(v->knowledge, s.vendor, s.product, s.version, s.weaknesses, SIGHTING_WEAKNESSES_MAX);
    v->counts.vulnerable += s.weakness_count > 0 && !d->vulnerable;
    d->vulnerable = s.weakness_count > 0;
    v->out.sighting(v->out.ctx, &d->party, &s, v->now_us);
    v->counts.told++;
    d->dirty = false;
    d->told_us = v->now_us;
}

/* The first time after a while, so that it is told with what its first messages show. */
static bool due(const struct device *d, uint64_t now_us)
{
    uint64_t since = d->told_us != 0 ? d->told_us : d->first_us;
    return d->dirty ? now_us >= since + SETTLE_US : now_us >= since + AGAIN_US && d->last_us > d->told_us;
}

void inventory_time(struct inventory *v, uint64_t now_us)
{
    if (now_us < v->looked_us + LOOK_EVERY_US)
        return;
    v->looked_us = v->now_us = now_us;
    for (size_t i = 0; i < v->used; i++)
        if (due(&v->devices[i], now_us))
            tell(v, &v->devices[i]);
}

void inventory_end(struct inventory *v)
{
    for (size_t i = 0; i < v->used; i++)
        if (v->devices[i].dirty)
            tell(v, &v->devices[i]);
}
