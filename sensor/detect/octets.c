/* octets - keywords of Suricata that name the bits of one field, or a field together with its value.
 *
 *     mqtt.flags:dup,!retain      mqtt.connect.flags:username,password      all must be as said
 *     dnp3_ind:device_restart,need_time                                     one of them is enough
 *     dnp3_obj:50,1               ike.chosen_sa_attribute:alg_enc=7
 */
#include <ctype.h>
#include <stdio.h>

#include "detect/fields.h"
#include "detect/keywords.h"
#include "detect/match.h"
#include "detect/numbers.h"

struct bit_name { const char *name; uint64_t bit; };

struct bits {
    const uint16_t *rows;           /* by schema */
    uint64_t        mask, want;     /* of the bits in mask, those in want are set */
    bool            any;            /* one of want is enough */
};

static bool bits_hold(const struct match *m, const struct check *c)
{
    const struct bits *b = c->data;
    for (const struct value *v = NULL; (v = match_value(m, b->rows[m->schema], v)) != NULL;) {
        if (b->any ? (v->uint & b->want) != 0 : (v->uint & b->mask) == b->want)
            return true;
    }
    return false;
}

static bool one_bit(struct parser *p, struct slice item, const struct bit_name *names, struct bits *b)
{
    bool negated = item.len && item.at[0] == '!';
    if (negated)
        item = slice_trim((struct slice){ item.at + 1, item.len - 1 });
    for (; names->name; names++) {
        if (!slice_is_fold(item, names->name))
            continue;
        if (b->mask & names->bit)
            return parse_wrong(p, item.at, "`%.*s` is said twice", (int)item.len, item.at);
        b->mask |= names->bit;
        b->want |= negated ? 0 : names->bit;
        return true;
    }
    return parse_wrong(p, item.at, "`%.*s` is no flag of `%.*s`", (int)item.len, item.at, (int)p->option->name.len, p->option->name.at);
}

static bool bits_option(struct parser *p, struct slice value, const char *field, const struct bit_name *names, bool any)
{
    const struct field_word *w = fields_word(p->rules, field);
    uint64_t number;
    struct slice item;
    if (w == NULL)
        return parse_wrong(p, p->option->name.at, "no dissector has the field `%s`", field);
    struct bits *b = pile_take(p->pile, sizeof(*b));
    *b = (struct bits){ .rows = w->rows, .any = any };
    if (slice_unsigned(value, &number)) {
        b->mask = UINT64_MAX;
        b->want = number;
    } else {
        while (slice_cut(&value, ',', &item)) {
            if (!one_bit(p, item, names, b))
                return false;
        }
    }
    parse_check(p, bits_hold)->data = b;
    return fields_narrow(p, w->schemas, true);
}

static bool parse_mqtt_flags(struct parser *p, struct slice value)
{
    static const struct bit_name names[] = { { "dup", 8 }, { "retain", 1 }, { NULL, 0 } };
    return bits_option(p, value, "mqtt.header_flags", names, false);
}

static bool parse_mqtt_connect_flags(struct parser *p, struct slice value)
{
    static const struct bit_name names[] = {
        { "username", 0x80 }, { "password", 0x40 }, { "will_retain", 0x20 }, { "will", 0x04 }, { "clean_session", 0x02 }, { NULL, 0 }
    };
    return bits_option(p, value, "mqtt.connect.raw_flags", names, false);
}

/* websocket.flags:fin,!comp; or as a number of eight bits, of which only the upper four are flags. */
static bool flags_hold(const struct match *m, const struct check *c)
{
    const uint16_t *rows = c->data;
    const struct value *v = match_value(m, rows[m->schema], NULL);
    return v != NULL && spans_hold(&c->spans, v->uint);
}

static bool parse_websocket_flags(struct parser *p, struct slice value)
{
    static const struct bit_name names[] = { { "fin", 0x80 }, { "comp", 0x40 }, { NULL, 0 } };
    const struct number_style style = { .most = 255, .inner = true };
    const struct field_word *w = fields_word(p->rules, "websocket.flags");
    bool word = value.len && isalpha((unsigned char)value.at[value.at[0] == '!' && value.len > 1]);
    if (word || w == NULL)
        return bits_option(p, value, "websocket.flags", names, false);
    struct check *c = parse_check(p, flags_hold);
    c->data = w->rows;
    return fields_narrow(p, w->schemas, true) && numbers_parse(p, value, &style, &c->spans);
}

/* Suricata takes yes and no here. */
static bool parse_session_present(struct parser *p, struct slice value)
{
    bool yes = slice_is_fold(value, "yes") || slice_is_fold(value, "true") || slice_is(value, "1");
    if (!yes && !slice_is_fold(value, "no") && !slice_is_fold(value, "false") && !slice_is(value, "0"))
        return parse_wrong(p, value.at, "expected yes or no, found `%.*s`", (int)value.len, value.at);
    return fields_condition(p, "mqtt.connack.session_present", slice_of(yes ? "1" : "0"));
}

/* alg_enc=7: what the responder chose. */
static bool parse_chosen_attribute(struct parser *p, struct slice value)
{
    static const char *const names[] = {
        "alg_enc", "alg_hash", "alg_auth", "alg_prf", "alg_dh", "sa_group_type", "sa_life_type", "sa_life_duration", "sa_key_length",
        "sa_field_size"
    };
    struct slice name;
    char field[64];
    bool valued = slice_cut(&value, '=', &name) && value.len > 0;
    for (size_t i = 0; valued && i < sizeof(names) / sizeof(names[0]); i++) {
        if (!slice_is_fold(name, names[i]))
            continue;
        snprintf(field, sizeof(field), "ike.%s_raw", names[i]);
        return fields_condition(p, field, value);
    }
    return parse_wrong(p, name.at, "expected an attribute and its value, as alg_enc=7, found `%.*s`", (int)p->option->value.len,
                       p->option->value.at);
}

static bool parse_dnp3_indications(struct parser *p, struct slice value)
{
    static const struct bit_name names[] = {
        { "device_restart", 0x8000 }, { "device_trouble", 0x4000 }, { "local_control", 0x2000 }, { "need_time", 0x1000 },
        { "class_3_events", 0x0800 }, { "class_2_events", 0x0400 }, { "class_1_events", 0x0200 }, { "all_stations", 0x0100 },
        { "reserved_1", 0x0080 }, { "reserved_2", 0x0040 }, { "config_corrupt", 0x0020 }, { "already_executing", 0x0010 },
        { "event_buffer_overflow", 0x0008 }, { "parameter_error", 0x0004 }, { "object_unknown", 0x0002 },
        { "no_func_code_support", 0x0001 }, { NULL, 0 }
    };
    return bits_option(p, value, "dnp3.iin_bits", names, true);
}

static bool parse_dnp3_object(struct parser *p, struct slice value)
{
    struct slice group;
    uint64_t g, v;
    char text[16];
    (void)slice_cut(&value, ',', &group);
    if (!slice_unsigned(group, &g) || !slice_unsigned(slice_trim(value), &v) || g > 255 || v > 255)
        return parse_wrong(p, group.at, "expected a group and a variation, as 50,1, found `%.*s`", (int)p->option->value.len,
                           p->option->value.at);
    int n = snprintf(text, sizeof(text), "%u", (unsigned)(g << 8 | v));
    return fields_condition(p, "dnp3.object", (struct slice){ text, (size_t)n });
}

const struct keyword octet_keywords[] = {
    { "mqtt.flags", VALUE_NEEDED, parse_mqtt_flags, "DUP and RETAIN in a packet's header: dup,!retain." },
    { "mqtt.connect.flags", VALUE_NEEDED, parse_mqtt_connect_flags,
      "Flags of CONNECT: username, password, will, will_retain, clean_session, each with ! for unset." },
    { "websocket.flags", VALUE_NEEDED, parse_websocket_flags, "FIN and COMP of a WebSocket frame: fin,!comp; or a number: 128, &0x40=0x40." },
    { "mqtt.connack.session_present", VALUE_NEEDED, parse_session_present, "Whether the server still knew the client: yes or no." },
    { "ike.chosen_sa_attribute", VALUE_NEEDED, parse_chosen_attribute, "An attribute that the responder chose: alg_enc=7." },
    { "dnp3_ind", VALUE_NEEDED, parse_dnp3_indications, "Internal indications of DNP3, one of which must be set." },
    { "dnp3.ind", VALUE_NEEDED, parse_dnp3_indications, "The same as dnp3_ind." },
    { "dnp3_obj", VALUE_NEEDED, parse_dnp3_object, "An object of DNP3 by group and variation: 50,1." },
    { "dnp3.obj", VALUE_NEEDED, parse_dnp3_object, "The same as dnp3_obj." },
    { .name = NULL }
};
