/* several - numbers that a packet has more than one of, and which of them must hold.
 *
 *     vlan.id:300      vlan.id:>100,all      vlan.id:200,0      vlan.id:400,-1      outermost first, or from the innermost back
 *     flow.pkts:either,>=2      flow.bytes:toserver,<2000
 */
#include "detect/keywords.h"
#include "detect/match.h"
#include "detect/numbers.h"

enum { TAGS_MAX = 3, VLAN_ID_MAX = 4095 };

/* ---- VLAN tags ---- */

enum { WHICH_ANY = 2 * TAGS_MAX, WHICH_ALL };      /* below: the index plus TAGS_MAX, -3 to 2 */

static bool vlan_id_holds(const struct match *m, const struct check *c)
{
    int count = m->s->vlan_count < TAGS_MAX ? m->s->vlan_count : TAGS_MAX;
    if (c->which < WHICH_ANY) {
        int index = (int)c->which - TAGS_MAX;
        index += index < 0 ? count : 0;
        return index >= 0 && index < count && spans_hold(&c->spans, m->s->vlan[index]);
    }
    int held = 0;
    for (int i = 0; i < count; i++)
        held += spans_hold(&c->spans, m->s->vlan[i]);
    return c->which == WHICH_ALL ? count > 0 && held == count : held > 0;
}

static bool read_layer(struct parser *p, struct slice s, uint8_t *out)
{
    int64_t index;
    bool all = slice_is(s, "all");
    *out = all ? WHICH_ALL : WHICH_ANY;
    if (s.len == 0 || all || slice_is(s, "any"))
        return true;
    if (!slice_signed(s, &index) || index < -TAGS_MAX || index >= TAGS_MAX)
        return parse_wrong(p, s.at, "expected a layer from -3 to 2, all or any, found `%.*s`", (int)s.len, s.at);
    *out = (uint8_t)(index + TAGS_MAX);
    return true;
}

static bool parse_vlan_id(struct parser *p, struct slice value)
{
    const struct number_style style = { .most = VLAN_ID_MAX, .inner = true };
    struct slice number;
    (void)slice_cut(&value, ',', &number);
    struct check *c = parse_check(p, vlan_id_holds);
    p->rule->needs_packet = true;
    return read_layer(p, slice_trim(value), &c->which) && numbers_parse(p, number, &style, &c->spans);
}

static bool vlan_layers_hold(const struct match *m, const struct check *c)
{
    return spans_hold(&c->spans, m->s->vlan_count);
}

static bool parse_vlan_layers(struct parser *p, struct slice value)
{
    const struct number_style style = { .most = TAGS_MAX, .inner = true };
    struct check *c = parse_check(p, vlan_layers_hold);
    p->rule->needs_packet = true;
    return numbers_parse(p, value, &style, &c->spans);
}

/* ---- both directions of a flow ---- */

enum side { SIDE_SERVER, SIDE_CLIENT, SIDE_BOTH, SIDE_EITHER };

static bool sides_hold(const struct check *c, const uint64_t have[2])
{
    bool client = spans_hold(&c->spans, have[FROM_CLIENT]), server = spans_hold(&c->spans, have[FROM_SERVER]);
    switch ((enum side)c->which) {
    case SIDE_SERVER: return client;        /* to the server is what the client sent */
    case SIDE_CLIENT: return server;
    case SIDE_BOTH:   return client && server;
    case SIDE_EITHER: return client || server;
    }
    return false;
}

static bool packets_hold(const struct match *m, const struct check *c)
{
    return m->s->memory != NULL && sides_hold(c, m->s->flow_packets);
}

static bool bytes_hold(const struct match *m, const struct check *c)
{
    return m->s->memory != NULL && sides_hold(c, m->s->flow_bytes);
}

static bool of_sides(struct parser *p, struct slice value, check_fn holds, uint64_t most)
{
    static const char *const sides[] = { "toserver", "toclient", "both", "either" };
    const struct number_style style = { .most = most, .inner = true };
    struct check *c = parse_check(p, holds);
    struct slice side;
    (void)slice_cut(&value, ',', &side);
    while (c->which < 4 && !slice_is(side, sides[c->which]))
        c->which++;
    if (c->which == 4)
        return parse_wrong(p, side.at, "expected toserver, toclient, both or either, found `%.*s`", (int)side.len, side.at);
    return numbers_parse(p, value, &style, &c->spans);
}

static bool parse_packets(struct parser *p, struct slice value) { return of_sides(p, value, packets_hold, UINT32_MAX); }
static bool parse_bytes(struct parser *p, struct slice value) { return of_sides(p, value, bytes_hold, INT64_MAX); }

const struct keyword several_keywords[] = {
    { "vlan.id",     VALUE_NEEDED, parse_vlan_id,     "VLAN id of any tag, of all of them, or of one by its place: 300; >100,all; 200,0; 400,-1." },
    { "vlan.layers", VALUE_NEEDED, parse_vlan_layers, "How many VLAN tags the packet has, 0 to 3." },
    { "flow.pkts",   VALUE_NEEDED, parse_packets,     "Packets of the flow so far: toserver, toclient, both or either, then the number." },
    { "flow.bytes",  VALUE_NEEDED, parse_bytes,       "Bytes of the flow so far, IP headers included: toserver, toclient, both or either, then the number." },
    { .name = NULL }
};
