/* dce - dcerpc.iface: which interface a call is for.
 *
 *     dcerpc.iface:367abb81-9844-35f1-ad32-98f038001003;      dce_iface:UUID,<2,any_frag;
 *
 * The dissector says the interface with each call, on TCP and in SMB's pipes, once the server has accepted it; a call in
 * several fragments is one record, so `any_frag` asks for nothing more.
 */
#include <ctype.h>
#include <string.h>

#include "detect/fields.h"
#include "detect/keywords.h"
#include "detect/match.h"
#include "detect/numbers.h"

enum { UUID_LEN = 36, VERSION_MOST = 65535 };

struct interface {
    const uint16_t *uuid_rows, *version_rows;       /* by schema */
    char            uuid[UUID_LEN];                 /* lower case */
};

static bool interface_holds(const struct match *m, const struct check *c)
{
    const struct interface *x = c->data;
    const struct value *uuid = match_value(m, x->uuid_rows[m->schema], NULL);
    const struct value *version = match_value(m, x->version_rows[m->schema], NULL);
    return uuid != NULL && version != NULL && uuid->len == UUID_LEN && memcmp(uuid->bytes, x->uuid, UUID_LEN) == 0
           && spans_hold(&c->spans, version->uint);
}

static bool read_uuid(struct slice text, char out[UUID_LEN])
{
    if (text.len != UUID_LEN)
        return false;
    for (size_t i = 0; i < UUID_LEN; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text.at[i] != '-' : !isxdigit((unsigned char)text.at[i]))
            return false;
        out[i] = (char)tolower((unsigned char)text.at[i]);
    }
    return true;
}

static bool parse_iface(struct parser *p, struct slice value)
{
    const struct field_word *version = fields_word(p->rules, "dcerpc.interface_version");
    const struct field_word *uuid = fields_word(p->rules, "dcerpc.interface");
    const struct number_style style = { .most = VERSION_MOST };
    struct slice item;
    if (uuid == NULL || version == NULL)
        return parse_wrong(p, p->option->name.at, "no dissector has the interfaces that `dcerpc.iface` asks for");
    struct interface *x = pile_take(p->pile, sizeof(*x));
    x->uuid_rows = uuid->rows;
    x->version_rows = version->rows;
    if (!slice_cut(&value, ',', &item) || !read_uuid(item, x->uuid))
        return parse_wrong(p, p->option->value.at, "expected a UUID such as 367abb81-9844-35f1-ad32-98f038001003");
    struct check *c = parse_check(p, interface_holds);
    c->data = x;
    c->spans = spans_all(p->pile, VERSION_MOST);
    while (slice_cut(&value, ',', &item)) {
        if (slice_is(item, "any_frag"))
            continue;
        if (slice_begins(item, "="))
            item = slice_trim((struct slice){ item.at + 1, item.len - 1 });
        if (!numbers_parse(p, item, &style, &c->spans))
            return false;
    }
    return fields_narrow(p, uuid->schemas & version->schemas, true);
}

const struct keyword dce_keywords[] = {
    { "dcerpc.iface", VALUE_NEEDED, parse_iface, "The interface that a DCE/RPC call is for: UUID, and version after < > = or !." },
    { "dce_iface", VALUE_NEEDED, parse_iface, "dcerpc.iface by its old name." },
    { .name = NULL }
};
