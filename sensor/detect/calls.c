/* calls - two old keywords that read one message in a packet's payload: rpc and ftpbounce. */
#include <ctype.h>
#include <netinet/in.h>
#include <strings.h>

#include "common/cursor.h"
#include "detect/keywords.h"
#include "detect/match.h"

/* ---- rpc: a call of Sun's RPC (RFC 5531 section 9), behind its record mark over TCP ---- */

enum { RPC_CALL = 0, RPC_MARK = 4, RPC_PROGRAM = 0, RPC_VERSION = 1, RPC_PROCEDURE = 2, RPC_PARTS = 3 };

struct rpc { uint32_t part[RPC_PARTS]; bool asked[RPC_PARTS]; };

static bool rpc_holds(const struct match *m, const struct check *c)
{
    const struct rpc *want = c->data;
    struct cursor at = cursor_over(m->s->payload, m->s->payload_len);
    cursor_skip(&at, m->s->proto == IPPROTO_TCP ? RPC_MARK : 0);
    cursor_skip(&at, 4);                    /* the call's number */
    bool holds = cursor_be32(&at) == RPC_CALL;
    cursor_skip(&at, 4);                    /* RPC's own version */
    for (unsigned i = 0; i < RPC_PARTS; i++) {
        uint32_t have = cursor_be32(&at);
        holds &= !want->asked[i] || have == want->part[i];
    }
    return holds && at.status == CURSOR_OK;
}

/* rpc:program,version,procedure; `*` or nothing for any of the last two */
static bool parse_rpc(struct parser *p, struct slice value)
{
    struct rpc *want = pile_take(p->pile, sizeof(*want));
    struct slice item;
    uint64_t n = 0;
    for (unsigned i = 0; slice_cut(&value, ',', &item); i++) {
        bool any = i > RPC_PROGRAM && slice_is(item, "*");
        if (i == RPC_PARTS || (!any && (!slice_unsigned(item, &n) || n > UINT32_MAX)))
            return parse_wrong(p, item.at, "expected rpc:program,version,procedure with numbers or `*`, found `%.*s`", (int)item.len, item.at);
        want->asked[i] = !any;
        want->part[i] = (uint32_t)n;
    }
    parse_check(p, rpc_holds)->data = want;
    p->rule->needs_packet = true;
    return true;
}

/* ---- ftpbounce: PORT (RFC 959 section 4.1.2) with an address other than the sender's ---- */

static bool port_address(const uint8_t *at, size_t len, uint8_t out[4])
{
    size_t i = 5;
    if (len < i || strncasecmp((const char *)at, "PORT ", 5) != 0)
        return false;
    for (unsigned part = 0; part < 4; part++) {
        unsigned n = 0, digits = 0;
        for (; i < len && isdigit(at[i]) && digits < 4; digits++)
            n = n * 10 + (unsigned)(at[i++] - '0');
        if (digits == 0 || n > 255 || i == len || at[i++] != ',')
            return false;
        out[part] = (uint8_t)n;
    }
    return true;
}

static bool bounces(const struct match *m, const struct check *c)
{
    uint8_t address[4];
    (void)c;
    if (m->src == NULL || m->src->addr.version != 4 || !port_address(m->s->payload, m->s->payload_len, address))
        return false;
    return memcmp(address, m->src->addr.bytes + 12, 4) != 0;
}

static bool parse_ftpbounce(struct parser *p, struct slice value)
{
    (void)value;
    parse_check(p, bounces);
    p->rule->needs_packet = true;
    return true;
}

const struct keyword call_keywords[] = {
    { "rpc",       VALUE_NEEDED, parse_rpc,       "A call of Sun's RPC: program,version,procedure; `*` for any." },
    { "ftpbounce", VALUE_NONE,   parse_ftpbounce, "FTP's PORT with an address that is not the sender's." },
    { .name = NULL }
};
