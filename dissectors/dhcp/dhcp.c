#include "dissectors/dhcp/dhcp.h"

#include "common/addr.h"

enum dhcp_row {
    DHCP_TYPE, DHCP_ID, DHCP_CLIENT_MAC, DHCP_ASSIGNED_IP, DHCP_CLIENT_IP, DHCP_RELAY_IP, DHCP_NEXT_SERVER_IP, DHCP_HOPS, DHCP_SECS,
    DHCP_DHCP_TYPE, DHCP_CLIENT_ID, DHCP_LEASE_TIME, DHCP_REBINDING_TIME, DHCP_RENEWAL_TIME, DHCP_SUBNET_MASK, DHCP_HOSTNAME,
    DHCP_REQUESTED_IP, DHCP_SERVER_ID, DHCP_PARAMS, DHCP_DNS_SERVERS, DHCP_ROUTERS, DHCP_DOMAIN, DHCP_VENDOR_CLASS, DHCP_MESSAGE,
    DHCP_TFTP_SERVER_NAME, DHCP_BOOT_FILE, DHCP_RELAY_AGENT, DHCP_PROXY, DHCP_ROW_COUNT
};

enum dhcp_anomaly { DHCP_TRUNCATED_OPTIONS, DHCP_MALFORMED_OPTIONS, DHCP_ANOMALY_COUNT };

enum { HEADER = 236, COOKIE = 0x63825363, REQUEST = 1, REPLY = 2, HARDWARE_MAX = 16, ADDRS_MAX = 64, OPTIONS_MAX = 1024 };
enum { OPTION_PAD = 0, OPTION_CLIENT_ID = 61, OPTION_PARAMS = 55, OPTION_END = 255 };

static const struct field_name types[] = { { REQUEST, "request" }, { REPLY, "reply" }, { 0, NULL } };

static const struct field_name dhcp_types[] = {     /* RFC 2132 9.6 and later */
    { 1, "discover" }, { 2, "offer" }, { 3, "request" }, { 4, "decline" }, { 5, "ack" }, { 6, "nak" }, { 7, "release" }, { 8, "inform" },
    { 9, "force_renew" }, { 10, "lease_query" }, { 11, "lease_unassigned" }, { 12, "lease_unknown" }, { 13, "lease_active" }, { 0, NULL }
};

static const struct field_name params[] = {
    { 1, "subnet_mask" }, { 2, "time_offset" }, { 3, "router" }, { 6, "dns_server" }, { 12, "hostname" }, { 15, "domain" },
    { 26, "interface_mtu" }, { 28, "broadcast_address" }, { 33, "static_route" }, { 35, "arp_timeout" }, { 42, "ntp_server" },
    { 43, "vendor_specific" }, { 44, "netbios_name_server" }, { 46, "netbios_node_type" }, { 47, "netbios_scope" },
    { 66, "tftp_server_name" }, { 67, "boot_file" }, { 119, "domain_search" }, { 121, "classless_static_route" },
    { 150, "tftp_server_ip" }, { 249, "classless_static_route_microsoft" }, { 252, "proxy_autodiscovery" }, { 0, NULL }
};

#define ADDR(title, text) { .name = title, .type = FIELD_ADDR, .about = text }
#define TEXT(title, text) { .name = title, .type = FIELD_TEXT, .about = text }
#define TIME(title, alias, text) { .name = title, .type = FIELD_UINT, .unit = "s", .aliases = alias, .about = text }

static const struct field fields[] = {
    [DHCP_TYPE] = { .name = "type", .type = FIELD_UINT, .flags = FIELD_NAMED, .names = types, .about = "From a client or from a server." },
    [DHCP_ID] = { .name = "id", .type = FIELD_UINT, .about = "Transaction id." },
    [DHCP_CLIENT_MAC] = TEXT("client_mac", "The client's hardware address."),
    [DHCP_ASSIGNED_IP] = ADDR("assigned_ip", "Address that the client is given."),
    [DHCP_CLIENT_IP] = ADDR("client_ip", "Address that the client has."),
    [DHCP_RELAY_IP] = ADDR("relay_ip", "The relay."),
    [DHCP_NEXT_SERVER_IP] = ADDR("next_server_ip", "Where the client boots from."),
    [DHCP_HOPS] = { .name = "hops", .type = FIELD_UINT, .about = "Relays on the way." },
    [DHCP_SECS] = { .name = "secs", .type = FIELD_UINT, .unit = "s", .about = "How long the client has been trying." },
    [DHCP_DHCP_TYPE] = { .name = "dhcp_type", .type = FIELD_UINT, .flags = FIELD_NAMED, .names = dhcp_types, .about = "Kind of message." },
    [DHCP_CLIENT_ID] = TEXT("client_id", "Client identifier, its octets in hex."),
    [DHCP_LEASE_TIME] = TIME("lease_time", "dhcp.leasetime", "How long the address is lent."),
    [DHCP_REBINDING_TIME] = TIME("rebinding_time", NULL, "When the client asks any server."),
    [DHCP_RENEWAL_TIME] = TIME("renewal_time", NULL, "When the client asks its server again."),
    [DHCP_SUBNET_MASK] = ADDR("subnet_mask", "Mask of the network."),
    [DHCP_HOSTNAME] = TEXT("hostname", "Name of the client."),
    [DHCP_REQUESTED_IP] = ADDR("requested_ip", "Address that the client would like."),
    [DHCP_SERVER_ID] = ADDR("server_id", "Which server is meant, or speaks."),
    [DHCP_PARAMS] = { .name = "params", .type = FIELD_UINT, .flags = FIELD_NAMED | FIELD_MANY, .names = params,
                      .about = "Options that the client asks for, in its order: the fingerprint of its system." },
    [DHCP_DNS_SERVERS] = { .name = "dns_servers", .type = FIELD_ADDR, .flags = FIELD_MANY, .about = "Name servers." },
    [DHCP_ROUTERS] = { .name = "routers", .type = FIELD_ADDR, .flags = FIELD_MANY, .about = "Routers." },
    [DHCP_DOMAIN] = TEXT("domain", "Domain of the network."),
    [DHCP_VENDOR_CLASS] = TEXT("vendor_class", "Vendor class of the client."),
    [DHCP_MESSAGE] = TEXT("message", "What went wrong, in words."),
    [DHCP_TFTP_SERVER_NAME] = TEXT("tftp_server_name", "Where the boot file is."),
    [DHCP_BOOT_FILE] = TEXT("boot_file", "Boot file."),
    [DHCP_RELAY_AGENT] = { .name = "relay_agent", .type = FIELD_BYTES, .about = "What the relay adds: circuit and remote id." },
    [DHCP_PROXY] = TEXT("proxy_autodiscovery", "Where a browser finds its proxy."),
};

static const struct anomaly anomalies[] = {
    [DHCP_TRUNCATED_OPTIONS] = { "truncated_options", "Options that end without an end." },
    [DHCP_MALFORMED_OPTIONS] = { "malformed_options", "An option whose length cannot be." },
};

_Static_assert(sizeof fields / sizeof fields[0] == DHCP_ROW_COUNT, "a row for each field");

static const struct schema dhcp_schema = { "dhcp", fields, DHCP_ROW_COUNT, anomalies, DHCP_ANOMALY_COUNT };

struct dhcp_state { uint64_t messages; };

/* What the record's values lie in. */
struct reading {
    struct record *r;
    struct addr    addrs[ADDRS_MAX];
    unsigned       addr_count;
    char           mac[3 * HARDWARE_MAX], id[3 * 256];
};

/* --- options --------------------------------------------------------------------------------------------------------- */

enum shape { SHAPE_NONE, SHAPE_BYTE, SHAPE_TIME, SHAPE_ADDR, SHAPE_ADDRS, SHAPE_BYTES };

static const struct option { uint8_t code, shape; uint16_t row; } options[] = {
    { 1, SHAPE_ADDR, DHCP_SUBNET_MASK }, { 3, SHAPE_ADDRS, DHCP_ROUTERS }, { 6, SHAPE_ADDRS, DHCP_DNS_SERVERS },
    { 12, SHAPE_BYTES, DHCP_HOSTNAME }, { 15, SHAPE_BYTES, DHCP_DOMAIN }, { 50, SHAPE_ADDR, DHCP_REQUESTED_IP },
    { 51, SHAPE_TIME, DHCP_LEASE_TIME }, { 53, SHAPE_BYTE, DHCP_DHCP_TYPE }, { 54, SHAPE_ADDR, DHCP_SERVER_ID },
    { 56, SHAPE_BYTES, DHCP_MESSAGE }, { 58, SHAPE_TIME, DHCP_RENEWAL_TIME }, { 59, SHAPE_TIME, DHCP_REBINDING_TIME },
    { 60, SHAPE_BYTES, DHCP_VENDOR_CLASS }, { 66, SHAPE_BYTES, DHCP_TFTP_SERVER_NAME }, { 67, SHAPE_BYTES, DHCP_BOOT_FILE },
    { 82, SHAPE_BYTES, DHCP_RELAY_AGENT }, { 252, SHAPE_BYTES, DHCP_PROXY },
};

static void add_addr(struct reading *m, uint16_t row, struct cursor *c)
{
    const uint8_t *four = cursor_bytes(c, 4);
    if (four == NULL)
        return;
    if (m->addr_count == ADDRS_MAX) {
        m->r->cut = true;
        return;
    }
    m->addrs[m->addr_count] = addr_v4(four);
    record_addr(m->r, row, &m->addrs[m->addr_count++]);
}

/* "00:0c:29:..." into a buffer that has room for three characters an octet. */
static void add_hex(struct reading *m, uint16_t row, char *room, struct cursor c)
{
    static const char digits[] = "0123456789abcdef";
    size_t n = 0;
    while (c.left > 0) {
        uint8_t b = cursor_u8(&c);
        if (n > 0)
            room[n++] = ':';
        room[n++] = digits[b >> 4];
        room[n++] = digits[b & 15];
    }
    record_bytes(m->r, row, room, n);
}

/* False: a length that this option cannot have. */
static bool option_read(struct reading *m, const struct option *o, struct cursor c)
{
    switch ((enum shape)o->shape) {
    case SHAPE_BYTE:
        record_uint(m->r, o->row, cursor_u8(&c));
        break;
    case SHAPE_TIME:
        if (c.left == 4)
            record_uint(m->r, o->row, cursor_be32(&c));
        break;
    case SHAPE_ADDR:
        if (c.left == 4)
            add_addr(m, o->row, &c);
        break;
    case SHAPE_ADDRS:
        while (c.left >= 4)
            add_addr(m, o->row, &c);
        break;
    default:
        record_bytes(m->r, o->row, c.at, c.left);
        cursor_skip(&c, c.left);
        break;
    }
    return c.status == CURSOR_OK && c.left == 0;
}

static bool any_option_read(struct reading *m, uint8_t code, struct cursor c)
{
    if (code == OPTION_CLIENT_ID) {
        bool possible = c.left >= 2;    /* RFC 2132 9.14 */
        cursor_skip(&c, 1);
        if (possible)
            add_hex(m, DHCP_CLIENT_ID, m->id, c);
        return possible;
    }
    while (code == OPTION_PARAMS && c.left > 0)
        record_uint(m->r, DHCP_PARAMS, cursor_u8(&c));
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        if (options[i].code == code)
            return option_read(m, &options[i], c);
    return true;
}

static void options_read(struct reading *m, struct cursor *c)
{
    for (unsigned i = 0; i < OPTIONS_MAX && c->left > 0; i++) {
        uint8_t code = cursor_u8(c);
        if (code == OPTION_END)
            return;
        if (code == OPTION_PAD)
            continue;
        struct cursor body = cursor_sub(c, cursor_u8(c));
        if (c->status != CURSOR_OK)
            break;
        if (!any_option_read(m, code, body))
            record_anomaly(m->r, DHCP_MALFORMED_OPTIONS);
    }
    record_anomaly(m->r, DHCP_TRUNCATED_OPTIONS);
}

/* --- messages -------------------------------------------------------------------------------------------------------- */

static void header_read(struct reading *m, struct cursor *c)
{
    uint8_t type = cursor_u8(c);
    cursor_skip(c, 1);                  /* hardware type */
    uint8_t length = cursor_u8(c);
    record_uint(m->r, DHCP_TYPE, type);
    record_uint(m->r, DHCP_HOPS, cursor_u8(c));
    record_uint(m->r, DHCP_ID, cursor_be32(c));
    record_uint(m->r, DHCP_SECS, cursor_be16(c));
    cursor_skip(c, 2);                  /* flags */
    add_addr(m, DHCP_CLIENT_IP, c);
    add_addr(m, DHCP_ASSIGNED_IP, c);
    add_addr(m, DHCP_NEXT_SERVER_IP, c);
    add_addr(m, DHCP_RELAY_IP, c);
    struct cursor hardware = cursor_sub(c, HARDWARE_MAX);
    struct cursor mac = cursor_sub(&hardware, length < HARDWARE_MAX ? length : HARDWARE_MAX);
    add_hex(m, DHCP_CLIENT_MAC, m->mac, mac);
    cursor_skip(c, 64 + 128 + 4);       /* server's name, file, cookie */
}

static enum dissect dhcp_pdu(struct conversation *conv, struct cursor *in)
{
    struct dhcp_state *s = conv->state;
    struct reading m = { .r = conversation_record(conv, &dhcp_schema) };
    struct cursor c = *in;
    if (c.left < HEADER + 4)
        return DISSECT_MORE;
    m.r->transaction = s->messages++;
    header_read(&m, &c);
    options_read(&m, &c);
    conversation_emit(conv, m.r);
    cursor_skip(in, in->left);
    return DISSECT_PDU;
}

static enum probe dhcp_probe(const struct conversation *conv, struct cursor c)
{
    (void)conv;
    uint8_t op = cursor_u8(&c), hardware = cursor_u8(&c), length = cursor_u8(&c);
    cursor_skip(&c, HEADER - 3);
    uint32_t cookie = cursor_be32(&c);
    bool fits = (op == REQUEST || op == REPLY) && hardware <= 37 && length <= HARDWARE_MAX && cookie == COOKIE;
    return c.status == CURSOR_OK && fits ? PROBE_YES : PROBE_NO;
}

const struct dissector dissector_dhcp = {
    .schema = &dhcp_schema,
    .source = "RFC 2131, RFC 2132",
    .over = OVER_UDP,
    .ports = { 67, 68 },
    .ndpi = "DHCP",
    .state_size = sizeof(struct dhcp_state),
    .probe = dhcp_probe,
    .pdu = dhcp_pdu,
};
