/* classic - keywords of Suricata that stand for several fields of a dissector at once.
 *
 * Requests are asked, as in Suricata; responses have the fields as keywords of their own.
 *
 *     modbus: function 8, subfunction 4      modbus: function !reserved      modbus: unit 10
 *     modbus: access write coils, address 500<>600, value >0
 *     http2.settings: SETTINGS_HEADER_TABLE_SIZE>1000
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "detect/fields.h"
#include "detect/keywords.h"
#include "detect/match.h"
#include "detect/numbers.h"

struct translated { const char *word, *value; };

/* The word as the field's own value; negation stays. */
static bool condition_of(struct parser *p, const char *field, struct slice word, const struct translated *words)
{
    bool negated = word.len && word.at[0] == '!';
    struct slice bare = negated ? slice_trim((struct slice){ word.at + 1, word.len - 1 }) : word;
    for (; words && words->word; words++) {
        if (!slice_is(bare, words->word))
            continue;
        char text[64];
        int n = snprintf(text, sizeof(text), "%s%s", negated ? "!" : "", words->value);
        return fields_condition(p, field, (struct slice){ text, (size_t)n });
    }
    return fields_condition(p, field, word);
}

/* Some address from the first to the last one the message speaks of. */
struct reach {
    const uint16_t *address, *quantity;     /* rows by schema */
};

static bool reach_holds(const struct match *m, const struct check *c)
{
    const struct reach *r = c->data;
    const struct value *first = match_value(m, r->address[m->schema], NULL);
    const struct value *count = match_value(m, r->quantity[m->schema], NULL);
    if (first == NULL)
        return false;
    wide low = first->uint, high = low + (count && count->uint ? count->uint - 1 : 0);
    for (size_t i = 0; i < c->spans.count; i++) {
        if (c->spans.at[i].lo <= high && c->spans.at[i].hi >= low)
            return true;
    }
    return false;
}

static bool read_address(struct parser *p, struct slice text)
{
    const struct field_word *address = fields_word(p->rules, "modbus.address"), *quantity = fields_word(p->rules, "modbus.quantity");
    if (address == NULL || quantity == NULL)
        return parse_wrong(p, text.at, "no dissector has the addresses that `modbus` asks for");
    struct reach *r = pile_take(p->pile, sizeof(*r));
    *r = (struct reach){ .address = address->rows, .quantity = quantity->rows };
    const struct number_style style = { .most = 65535 };
    struct check *c = parse_check(p, reach_holds);
    c->data = r;
    char below[32];
    if (slice_begins(text, "0<>")) {        /* Suricata takes a range from 0 for "below" */
        int n = snprintf(below, sizeof(below), "<%.*s", (int)(text.len > 16 ? 13 : text.len - 3), text.at + 3);
        text = (struct slice){ below, (size_t)n };
    }
    return fields_narrow(p, address->schemas, true) && numbers_parse(p, text, &style, &c->spans);
}

static bool read_access(struct parser *p, struct slice text)
{
    /* By function: 23 does both, which one access cannot say. */
    static const struct translated accesses[] = { { "read", "1-4,20,23,24" }, { "write", "5,6,15,16,21-23" }, { NULL, NULL } };
    static const struct translated objects[] = {
        { "discretes", "discrete_inputs" }, { "coils", "coils" }, { "input", "input_registers" }, { "holding", "holding_registers" },
        { NULL, NULL }
    };
    struct slice how;
    (void)slice_word(&text, &how);
    return condition_of(p, "modbus.function_code", how, accesses) && (text.len == 0 || condition_of(p, "modbus.object", text, objects));
}

static bool read_function(struct parser *p, struct slice text)
{
    static const struct translated categories[] = {
        { "assigned", "public" }, { "unassigned", "unassigned" }, { "public", "public,unassigned" }, { "user", "user_defined" },
        { "reserved", "reserved" }, { "all", "public,unassigned,user_defined,reserved" }, { NULL, NULL }
    };
    uint64_t n;
    bool number = slice_unsigned(text, &n);
    return number ? fields_condition(p, "modbus.function_code", text) : condition_of(p, "modbus.category", text, categories);
}

static bool read_part(struct parser *p, struct slice item)
{
    struct slice word;
    (void)slice_word(&item, &word);
    if (slice_is(word, "function"))
        return read_function(p, item);
    if (slice_is(word, "subfunction"))
        return fields_condition(p, "modbus.sub_function", item);
    if (slice_is(word, "unit"))
        return fields_condition(p, "modbus.unit_id", item);
    if (slice_is(word, "access"))
        return read_access(p, item);
    if (slice_is(word, "address"))
        return read_address(p, item);
    if (slice_is(word, "value"))
        return fields_condition(p, "modbus.value", item);
    return parse_wrong(p, word.at, "expected function, subfunction, unit, access, address or value, found `%.*s`", (int)word.len, word.at);
}

static bool parse_modbus(struct parser *p, struct slice value)
{
    struct slice item;
    while (slice_cut(&value, ',', &item)) {
        if (!read_part(p, item))
            return false;
    }
    return fields_condition(p, "modbus.type", slice_of("request"));      /* Suricata asks the request only */
}

/* Each setting is a field of its own; the name without a number asks whether it is there. */
static bool parse_http2_settings(struct parser *p, struct slice value)
{
    static const char prefix[] = "SETTINGS_";
    char field[64] = "http2.";
    size_t n = strlen(field), name = 0;
    if (value.len >= sizeof(prefix) - 1 && strncasecmp(value.at, prefix, sizeof(prefix) - 1) == 0)
        value = (struct slice){ value.at + sizeof(prefix) - 1, value.len - (sizeof(prefix) - 1) };
    for (; name < value.len && (isalnum((unsigned char)value.at[name]) || value.at[name] == '_') && n < sizeof(field) - 1; name++)
        field[n++] = (char)tolower((unsigned char)value.at[name]);
    struct slice number = slice_trim((struct slice){ value.at + name, value.len - name });
    return fields_condition(p, field, number.len ? number : slice_of(">=0"));
}

/* krb5.ticket_encryption: weak, !weak, or ciphers by name or number. */
static bool parse_ticket_encryption(struct parser *p, struct slice value)
{
    bool weak = slice_is(value, "weak");
    if (weak || slice_is(value, "!weak"))
        return fields_condition(p, "krb5.ticket_weak_encryption", slice_of(weak ? "1" : "0"));
    return fields_condition(p, "krb5.ticket_encryption", value);
}

/* nfs_procedure: as numbers are, but the ends of "2<>4" belong to it. */
static bool parse_nfs_procedure(struct parser *p, struct slice value)
{
    char range[64];
    const char *gap = value.len > 2 ? memmem(value.at, value.len, "<>", 2) : NULL;
    if (gap != NULL) {
        size_t low = (size_t)(gap - value.at);
        int n = snprintf(range, sizeof(range), "%.*s-%.*s", (int)low, value.at, (int)(value.len - low - 2), gap + 2);
        if (n < (int)sizeof(range))
            return fields_condition(p, "nfs.procedure_number", (struct slice){ range, (size_t)n });
    }
    return fields_condition(p, "nfs.procedure_number", value);
}

/* cip_service: a service, its class, its attribute; what is left out may be any. The dissector has the three as one number, so
 * what is asked for is a range. Suricata takes "!6" for any attribute. */
static bool parse_cip_service(struct parser *p, struct slice value)
{
    static const uint64_t most[] = { 127, 65535, 65535 }, below[] = { UINT32_MAX, 65535, 0 };
    uint64_t part[3] = { 0, 0, 0 };
    struct slice item;
    unsigned n = 0;
    for (; n < 3 && slice_cut(&value, ',', &item) && !(n == 2 && slice_begins(item, "!")); n++)
        if (!slice_unsigned(item, &part[n]) || part[n] > most[n])
            return parse_wrong(p, item.at, "expected service, class, attribute as numbers: up to 127, 65535, 65535");
    if (n == 0 || (n == 3 && value.len > 0))
        return parse_wrong(p, value.at, "expected service, class, attribute: one to three numbers");
    uint64_t low = part[0] << 32 | part[1] << 16 | part[2];
    char range[48];
    int len = snprintf(range, sizeof(range), "%llu-%llu", (unsigned long long)low, (unsigned long long)(low | below[n - 1]));
    return fields_condition(p, "enip.cip_request", (struct slice){ range, (size_t)len });
}

/* ssl_state:client_hello|server_hello; commas do as well. */
static bool parse_ssl_state(struct parser *p, struct slice value)
{
    char list[256];
    if (value.len >= sizeof(list))
        return parse_wrong(p, value.at, "more states than there are");
    for (size_t i = 0; i < value.len; i++)
        list[i] = value.at[i] == '|' ? ',' : value.at[i];
    if (memmem(value.at, value.len, "unknown", 7) != NULL)
        return parse_wrong(p, value.at, "what is no known message of a handshake ends the reading: `app-layer-event:tls."
                           "invalid_handshake_message` tells of it");
    return fields_condition(p, "tls.handshake", (struct slice){ list, value.len });
}

/* rfb.secresult:unknown is what the standard has no name for. */
static bool parse_security_result(struct parser *p, struct slice value)
{
    static const struct translated words[] = { { "unknown", ">2" }, { NULL, NULL } };
    bool other = slice_is(value, "!unknown");
    return other ? fields_condition(p, "rfb.security_result", slice_of("<=2")) : condition_of(p, "rfb.security_result", value, words);
}

/* ---- ssh.protoversion ---- */

struct version_use {
    const uint16_t *rows;       /* by schema */
    struct slice    text;       /* empty: 2, 2.x and 1.99, which means both */
};

static bool version_holds(const struct match *m, const struct check *c)
{
    const struct version_use *u = c->data;
    const struct value *v = match_value(m, u->rows[m->schema], NULL);
    if (v == NULL || u->text.len)
        return v && v->len == u->text.len && memcmp(v->bytes, u->text.at, v->len) == 0;
    return (v->len > 0 && v->bytes[0] == '2') || (v->len == 4 && memcmp(v->bytes, "1.99", 4) == 0);
}

static bool parse_ssh_version(struct parser *p, struct slice value)
{
    const struct field_word *w = fields_word(p->rules, "ssh.proto");
    if (w == NULL)
        return parse_wrong(p, p->option->name.at, "no dissector has the version that `ssh.protoversion` asks for");
    if (value.len > 2 && value.at[0] == '"' && value.at[value.len - 1] == '"')
        value = (struct slice){ value.at + 1, value.len - 2 };
    bool both = slice_is(value, "2_compat");
    for (size_t i = 0; i < value.len && !both; i++) {
        if (!isdigit((unsigned char)value.at[i]) && value.at[i] != '.')
            return parse_wrong(p, value.at, "expected a version as 2.0, or 2_compat, found `%.*s`", (int)value.len, value.at);
    }
    struct version_use *u = pile_take(p->pile, sizeof(*u));
    u->rows = w->rows;
    if (!both)
        u->text = (struct slice){ pile_intern(p->pile, value.at, value.len), value.len };
    parse_check(p, version_holds)->data = u;
    return fields_narrow(p, w->schemas, true);
}

/* ---- LDAP: one of several responses ---- */

/* ldap.responses.operation:search_result_done,1; of responses that are held against rules one by one, as they come. */
static bool of_responses(struct parser *p, const char *field, struct slice value)
{
    struct slice what, rest = value;
    uint64_t index;
    (void)slice_cut(&rest, ',', &what);
    rest = slice_trim(rest);
    if (!fields_condition(p, field, what))
        return false;
    if (rest.len == 0 || slice_is(rest, "any"))
        return true;
    if (slice_is(rest, "-1"))
        return fields_condition(p, "ldap.final", slice_of("1"));
    if (slice_unsigned(rest, &index))
        return fields_condition(p, "ldap.response_index", rest);
    return parse_wrong(p, rest.at, "responses are looked at one by one: expected any, an index from 0, or -1 for the last, found `%.*s`",
                       (int)rest.len, rest.at);
}

static bool parse_ldap_operation(struct parser *p, struct slice value) { return of_responses(p, "ldap.response", value); }
static bool parse_ldap_result(struct parser *p, struct slice value) { return of_responses(p, "ldap.result_code", value); }

const struct keyword classic_keywords[] = {
    { "ssl_state", VALUE_NEEDED, parse_ssl_state, "Handshake messages seen in the flow so far, one of which must be among these: client_hello|server_hello." },
    { "ssh.protoversion", VALUE_NEEDED, parse_ssh_version, "Version of SSH that is said; 2_compat: 2.x or 1.99." },
    { "rfb.secresult", VALUE_NEEDED, parse_security_result, "Whether the server lets the client in: ok, fail, toomany, unknown." },
    { "ldap.responses.operation", VALUE_NEEDED, parse_ldap_operation, "Kind of a response, and with a comma which one: an index, -1, any." },
    { "ldap.responses.result_code", VALUE_NEEDED, parse_ldap_result, "How a request ended, and with a comma in which response: an index, -1, any." },
    { "cip_service", VALUE_NEEDED, parse_cip_service, "Service, class and attribute of a CIP request, the first or more of them." },
    { "http2.settings", VALUE_NEEDED, parse_http2_settings, "A setting of HTTP/2 by its name, and what its number is held against." },
    { "modbus", VALUE_NEEDED, parse_modbus, "Function, unit, access, address and value of a Modbus message in one line." },
    { "krb5.ticket_encryption", VALUE_NEEDED, parse_ticket_encryption, "Cipher of a Kerberos ticket: weak, or names and numbers." },
    { "nfs_procedure", VALUE_NEEDED, parse_nfs_procedure, "Number of the NFS procedure that is called; both ends of a range belong to it." },
    { .name = NULL }
};
