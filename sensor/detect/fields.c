#include "detect/fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detect/keywords.h"
#include "detect/match.h"
#include "detect/numbers.h"
#include "detect/reals.h"
#include "detect/ruleset.h"
#include "detect/times.h"

enum { NAME_MAX_LEN = 160 };

/* ---- registering ---- */

static bool holds_bytes(const struct field *f)
{
    return f->type == FIELD_TEXT || f->type == FIELD_BYTES;
}

struct sticky *fields_sticky(struct rules *r, const char *name)
{
    struct sticky *s = pile_take(r->pile, sizeof(*s));
    s->name = name;
    s->index = r->sticky_count++;
    s->schemas = SCHEMAS_ALL;
    s->next = r->stickies;
    r->stickies = s;
    return s;
}

static const struct sticky *field_sticky(struct rules *r, const struct field_word *w)
{
    struct sticky *s = fields_sticky(r, w->name);
    s->source = STICKY_FIELD;
    s->rows = w->rows;
    s->many = (w->field->flags & FIELD_MANY) || w->field->in;
    return s;
}

static struct field_word *new_word(struct rules *r, const char *name, const struct field *f)
{
    struct field_word *w = pile_take(r->pile, sizeof(*w));
    w->name = name;
    w->field = f;
    w->rows = pile_take(r->pile, SCHEMAS_MAX * sizeof(*w->rows));
    for (size_t i = 0; i < SCHEMAS_MAX; i++)
        w->rows[i] = NO_ROW;
    if (holds_bytes(f))
        w->sticky = field_sticky(r, w);
    table_put(&r->fields, name, strlen(name), w);
    return w;
}

/* The same word in several schemas is one keyword, as long as it means the same kind of thing. */
static void add_word(struct rules *r, const char *name, size_t schema, uint16_t row)
{
    const struct field *f = &r->schemas[schema]->fields[row];
    struct field_word *w = table_find(&r->fields, name, strlen(name));
    if (w == NULL)
        w = new_word(r, name, f);
    if (w->rows[schema] != NO_ROW || w->field->type != f->type)
        return;
    w->rows[schema] = row;
    w->schemas |= SCHEMA_BIT(schema);
    if (w->sticky) {
        struct sticky *s = (struct sticky *)(uintptr_t)w->sticky;     /* ours, being built */
        s->schemas = w->schemas;
        s->many |= (f->flags & FIELD_MANY) || f->in;
    }
}

static void add_aliases(struct rules *r, const char *aliases, size_t schema, uint16_t row)
{
    struct slice rest = slice_of(aliases), one;
    while (slice_word(&rest, &one))
        add_word(r, pile_intern(r->pile, one.at, one.len), schema, row);
}

/* "http.uri", or for a member of the list `answers`, "dns.answers.rrname". */
static const char *full_name(struct rules *r, const struct schema *s, const struct field *f)
{
    char name[NAME_MAX_LEN];
    const struct field *list = f->in ? &s->fields[f->in - 1] : NULL;
    int n = list ? snprintf(name, sizeof(name), "%s.%s.%s", s->name, list->name, f->name)
                 : snprintf(name, sizeof(name), "%s.%s", s->name, f->name);
    return pile_intern(r->pile, name, n < NAME_MAX_LEN ? (size_t)n : NAME_MAX_LEN - 1);
}

/* Two names of one row are one buffer: http.response_body and file.data may be the same bytes. */
static void share_stickies(struct rules *r)
{
    struct table by_rows = { NULL, 0, 0 };
    for (size_t i = 0; i < r->fields.cap; i++) {
        struct field_word *w = r->fields.entries[i].value;
        if (r->fields.entries[i].key == NULL || w->sticky == NULL)
            continue;
        const struct field_word *same = table_find(&by_rows, w->rows, SCHEMAS_MAX * sizeof(*w->rows));
        if (same)
            w->sticky = same->sticky;
        else
            table_put(&by_rows, w->rows, SCHEMAS_MAX * sizeof(*w->rows), w);
    }
    table_free(&by_rows);
}

void fields_register(struct rules *r)
{
    struct sticky *payload = fields_sticky(r, "payload");
    payload->source = STICKY_PAYLOAD;
    for (size_t i = 0; i < r->schema_count; i++) {
        const struct schema *s = r->schemas[i];
        for (uint16_t row = 0; row < s->count; row++) {
            const struct field *f = &s->fields[row];
            if (f->type == FIELD_LIST)
                continue;
            add_word(r, full_name(r, s, f), i, row);
            if (f->aliases)
                add_aliases(r, f->aliases, i, row);
        }
    }
    const struct field_word *little = fields_word(r, "dcerpc.little_endian");
    r->little_rows = little ? little->rows : NULL;
    share_stickies(r);
}

const struct sticky *fields_payload(const struct rules *r)
{
    const struct sticky *s = r->stickies;
    while (s->next)
        s = s->next;
    return s;
}

const struct field_word *fields_word(const struct rules *r, const char *name)
{
    return table_find(&r->fields, name, strlen(name));
}

/* ---- protocols of headers ---- */

static const struct { const char *name, *schemas; } families[] = {
    { "http", "http http2" }, { "http1", "http" }, { "dcerpc", "dcerpc smb" }, { "dns", "dns doh2" }, { "ftp-data", "ftp_data" },
    { "krb5", "krb5 kerberos" }, { "ikev2", "ike" }, { "ssl", "tls" }
};

static schema_set schema_bit(const struct rules *r, struct slice name)
{
    for (size_t i = 0; i < r->schema_count; i++) {
        if (slice_is(name, r->schemas[i]->name))
            return SCHEMA_BIT(i);
    }
    return 0;
}

schema_set fields_family(const struct rules *r, struct slice name)
{
    schema_set all = schema_bit(r, name);
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
        if (!slice_is(name, families[i].name))
            continue;
        struct slice rest = slice_of(families[i].schemas), one;
        while (slice_word(&rest, &one))
            all |= schema_bit(r, one);
    }
    return all;
}

bool fields_narrow(struct parser *p, schema_set schemas, bool record)
{
    struct rule *r = p->rule;
    if (record)
        r->kind = RULE_RECORD;
    r->schemas &= schemas;
    if (r->schemas == 0)
        return parse_wrong(p, p->option->name.at, "`%.*s` never occurs together with the rule's protocol and other fields",
                           (int)p->option->name.len, p->option->name.at);
    return true;
}

/* ---- sticky buffers ---- */

bool fields_select(struct parser *p, const struct sticky *s)
{
    if (p->transform_count)
        return parse_wrong(p, p->option->name.at, "a transform without a content after it");
    if (p->fresh)
        return parse_wrong(p, p->sticky_at.at, "nothing is held against the buffer `%.*s`", (int)p->sticky_at.len, p->sticky_at.at);
    p->sticky = s;
    p->sticky_at = p->option->name;
    p->fresh = s != NULL;
    p->in_base64 = false;
    p->last_section = NULL;
    return s == NULL || fields_narrow(p, s->schemas, s->source == STICKY_FIELD);
}

static bool same_transforms(const struct sticky *s, const struct sticky *of, const struct transform_use *t, unsigned count)
{
    if (s->rows != of->rows || s->source != of->source || s->transform_count != of->transform_count + count)
        return false;
    if (memcmp(s->transforms, of->transforms, of->transform_count * sizeof(*t)) != 0)
        return false;
    return memcmp(s->transforms + of->transform_count, t, count * sizeof(*t)) == 0;
}

const struct sticky *fields_transformed(struct parser *p, const struct sticky *of, const struct transform_use *t, unsigned count)
{
    for (const struct sticky *s = p->rules->stickies; s; s = s->next) {
        if (same_transforms(s, of, t, count))
            return s;
    }
    struct sticky *fresh = fields_sticky(p->rules, of->name);
    fresh->source = of->source;
    fresh->proto = of->proto;
    fresh->many = of->many;
    fresh->schemas = of->schemas;
    fresh->rows = of->rows;
    memcpy(fresh->transforms, of->transforms, sizeof(fresh->transforms));
    memcpy(fresh->transforms + of->transform_count, t, count * sizeof(*t));
    fresh->transform_count = (uint8_t)(of->transform_count + count);
    return fresh;
}

/* ---- conditions on single fields ---- */

/* Any value of the row will do. */
static const struct value *values_of(const struct match *m, const struct check *c, const struct value *after)
{
    const uint16_t *rows = c->data;
    return match_value(m, rows[m->schema], after);
}

static bool uint_holds(const struct match *m, const struct check *c)
{
    const struct value *v = NULL;
    while ((v = values_of(m, c, v)) != NULL) {
        if (spans_hold(&c->spans, v->uint))
            return true;
    }
    return false;
}

static bool int_holds(const struct match *m, const struct check *c)
{
    const struct value *v = NULL;
    while ((v = values_of(m, c, v)) != NULL) {
        if (spans_hold(&c->spans, (wide)((__int128)v->sint + (__int128)NUMBER_BIAS)))
            return true;
    }
    return false;
}

struct real_field {
    const uint16_t  *rows;      /* first, as values_of() expects */
    struct real_span span;
};

static bool real_holds(const struct match *m, const struct check *c)
{
    const struct real_field *r = c->data;
    const struct value *v = NULL;
    while ((v = match_value(m, r->rows[m->schema], v)) != NULL) {
        if (reals_hold(&r->span, v->real))
            return true;
    }
    return false;
}

struct addr_field {
    const uint16_t      *rows;
    const struct netset *set;
};

static bool addr_holds(const struct match *m, const struct check *c)
{
    const struct addr_field *a = c->data;
    const struct value *v = NULL;
    while ((v = match_value(m, a->rows[m->schema], v)) != NULL) {
        if (v->addr && netset_holds(a->set, v->addr))
            return true;
    }
    return false;
}

/* Fields that are Suricata's keywords too: there 5-10 is 6 to 9, here as there. */
static bool is_suricatas(const char *name)
{
    static const char *const names[] = {
        "dns.opcode", "dns.rcode", "dns.rrtype", "dhcp.leasetime", "dhcp.rebinding_time", "dhcp.renewal_time", "http2.priority",
        "http2.window", "http2.size_update", "ftp.dynamic_port", "snmp.version", "snmp.pdu_type", "tls.cert_chain_len", "filesize",
        "mqtt.protocol_version", "mqtt.reason_code", "mqtt.connack.return_code", "rfb.sectype", "ike.exchtype", "ike.nonce_payload_length",
        "ike.key_exchange_payload_length", "ldap.request.operation", "ldap.responses.operation", "ldap.responses.result_code",
        "websocket.flags", "websocket.mask", "websocket.opcode", "ntp.mode", "ntp.stratum", "ntp.version", "enip_command", "enip.command",
        "enip.status", "enip.product_code", "enip.device_type", "enip.vendor_id", "enip.serial", "enip.revision"
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(name, names[i]) == 0)
            return true;
    }
    return false;
}

/* tls.version:"1.2" */
static struct slice unquoted(struct slice s)
{
    bool quoted = s.len > 2 && s.at[0] == '"' && s.at[s.len - 1] == '"';
    return quoted ? (struct slice){ s.at + 1, s.len - 2 } : s;
}

static bool number_option(struct parser *p, const struct field_word *w, struct slice value)
{
    bool is_int = w->field->type == FIELD_INT;
    const struct number_style style = { .most = is_int ? (NUMBER_BIAS << 1) - 1 : UINT64_MAX, .names = w->field->names,
                                        .inner = is_suricatas(w->name), .is_signed = is_int };
    struct check *c = parse_check(p, is_int ? int_holds : uint_holds);
    c->data = w->rows;
    return numbers_parse(p, value, &style, &c->spans);
}

static bool flag_option(struct parser *p, const struct field_word *w, const struct option *o)
{
    bool yes = !o->has_value || slice_is_fold(o->value, "true") || slice_is(o->value, "1");
    if (!yes && !slice_is_fold(o->value, "false") && !slice_is(o->value, "0"))
        return parse_wrong(p, o->value.at, "expected true or false, found `%.*s`", (int)o->value.len, o->value.at);
    struct check *c = parse_check(p, uint_holds);
    c->data = w->rows;
    c->spans = yes ? spans_one(p->pile, 1, UINT64_MAX) : spans_one(p->pile, 0, 0);
    return true;
}

static bool real_option(struct parser *p, const struct field_word *w, struct slice s)
{
    struct real_field *r = pile_take(p->pile, sizeof(*r));
    r->rows = w->rows;
    parse_check(p, real_holds)->data = r;
    return reals_parse(p, s, false, &r->span);
}

static bool time_option(struct parser *p, const struct field_word *w, struct slice s)
{
    struct check *c = parse_check(p, uint_holds);
    c->data = w->rows;
    return times_parse(p, s, &c->spans);
}

static bool addr_option(struct parser *p, const struct field_word *w, struct slice value)
{
    struct addr_field *a = pile_take(p->pile, sizeof(*a));
    struct fault f;
    const char *at = value.at;
    char list[2048];
    int n = snprintf(list, sizeof(list), "[%.*s]", (int)value.len, value.at);
    bool bare = value.len && value.at[0] != '[' && value.at[0] != '!' && memchr(value.at, ',', value.len) && n < (int)sizeof(list);
    a->rows = w->rows;
    a->set = nets_addresses(p->nets, bare ? (struct slice){ list, (size_t)n } : value, &at, &f);
    if (a->set == NULL)
        return parse_wrong(p, value.at, "%s", f.why);
    struct check *c = parse_check(p, addr_holds);
    c->data = a;
    return true;
}

/* These hold their text somewhere, as they always did; any other is the whole value. */
static bool holds_somewhere(const char *name)
{
    return strcmp(name, "tls.subject") == 0 || strcmp(name, "tls.issuerdn") == 0 || strcmp(name, "ssh.softwareversion") == 0;
}

static bool text_option(struct parser *p, const struct field_word *w, struct slice value)
{
    bool negated = value.len && value.at[0] == '!';
    if (negated)
        value = slice_trim((struct slice){ value.at + 1, value.len - 1 });
    if (value.len >= 2 && value.at[0] == '"' && value.at[value.len - 1] == '"')
        value = (struct slice){ value.at + 1, value.len - 2 };
    if (value.len == 0 || value.len > 2048)
        return parse_wrong(p, value.at, "expected the text of `%s`", w->name);
    const struct sticky *before = p->sticky;
    p->sticky = w->sticky;
    struct step *s = parse_step(p, STEP_CONTENT);
    p->sticky = before;
    if (s == NULL)
        return false;
    s->negated = negated;
    s->content.bytes = (const uint8_t *)pile_intern(p->pile, value.at, value.len);
    s->content.len = (uint16_t)value.len;
    if (holds_somewhere(w->name))
        return true;
    s->content.flags = CONTENT_STARTS | CONTENT_DEPTH | CONTENT_ENDS;
    s->content.depth = s->content.len;
    return true;
}

bool fields_condition(struct parser *p, const char *field, struct slice text)
{
    const struct field_word *w = fields_word(p->rules, field);
    if (w == NULL || holds_bytes(w->field))
        return parse_wrong(p, p->option->name.at, "no dissector has the field `%s`", field);
    if (text.len == 0)
        return parse_wrong(p, p->option->value.at, "a value for `%s` is missing", field);
    return fields_narrow(p, w->schemas, true) && number_option(p, w, text);
}

bool fields_option(struct parser *p, const struct field_word *w, const struct option *o)
{
    if (holds_bytes(w->field))
        return o->has_value ? text_option(p, w, o->value) : fields_select(p, w->sticky);
    if (!fields_narrow(p, w->schemas, true))
        return false;
    if (w->field->type == FIELD_FLAG)
        return flag_option(p, w, o);
    if (!o->has_value || o->value.len == 0)
        return parse_wrong(p, o->name.at, "`%s` needs a value", w->name);
    if (w->field->type == FIELD_ADDR)
        return addr_option(p, w, o->value);
    if (w->field->type == FIELD_TIME)
        return time_option(p, w, o->value);
    return w->field->type == FIELD_REAL ? real_option(p, w, o->value) : number_option(p, w, unquoted(o->value));
}

/* ---- buffers that are no fields ---- */

static bool parse_pkt_data(struct parser *p, struct slice value)
{
    (void)value;
    return fields_select(p, NULL);
}

static const struct { const char *name; uint8_t source, proto; } headers[] = {
    { "ipv4.hdr", STICKY_IP_HEADER, 4 }, { "ipv6.hdr", STICKY_IP_HEADER, 6 }, { "tcp.hdr", STICKY_TRANSPORT_HEADER, IPPROTO_TCP },
    { "udp.hdr", STICKY_TRANSPORT_HEADER, IPPROTO_UDP }, { "icmpv4.hdr", STICKY_TRANSPORT_HEADER, IPPROTO_ICMP },
    { "icmpv6.hdr", STICKY_TRANSPORT_HEADER, IPPROTO_ICMPV6 }, { "igmp.hdr", STICKY_TRANSPORT_HEADER, IPPROTO_IGMP }, { "ip.src", STICKY_SRC, 0 }, { "ip.dst", STICKY_DEST, 0 }
};

static bool parse_header_buffer(struct parser *p, struct slice value)
{
    (void)value;
    size_t i = 0;
    while (!slice_is(p->option->name, headers[i].name))
        i++;
    p->rule->needs_packet = true;
    for (const struct sticky *s = p->rules->stickies; s; s = s->next) {
        if (strcmp(s->name, headers[i].name) == 0 && s->transform_count == 0)
            return fields_select(p, s);
    }
    struct sticky *fresh = fields_sticky(p->rules, headers[i].name);
    fresh->source = headers[i].source;
    fresh->proto = headers[i].proto;
    return fields_select(p, fresh);
}

#define HEADER(name) { name, VALUE_NONE, parse_header_buffer, "The next contents are held against this header as it was sent." }

const struct keyword sticky_keywords[] = {
    { "pkt_data", VALUE_NONE, parse_pkt_data, "The next contents are held against the payload again." },
    HEADER("ipv4.hdr"), HEADER("ipv6.hdr"), HEADER("tcp.hdr"), HEADER("udp.hdr"), HEADER("icmpv4.hdr"), HEADER("icmpv6.hdr"),
    HEADER("igmp.hdr"),
    { "ip.src", VALUE_NONE, parse_header_buffer, "The next contents are held against the source address: 4 or 16 bytes." },
    { "ip.dst", VALUE_NONE, parse_header_buffer, "The next contents are held against the destination address: 4 or 16 bytes." },
    { .name = NULL }
};
