/* rdata - what resource records say, as text in the form of zone files where there is one. */
#include <arpa/inet.h>
#include <string.h>

#include "dissectors/dns/message.h"

enum { RDATA_TEXT_MAX = 1024 };

enum svcb_key { SVCB_MANDATORY, SVCB_ALPN, SVCB_NO_DEFAULT_ALPN, SVCB_PORT, SVCB_IPV4HINT, SVCB_ECH, SVCB_IPV6HINT };

static void add_rdata(struct dns_message *m, unsigned list, const struct text *t)
{
    dns_add_text(m, list + RR_RDATA, t->at, t->len);
}

static void text_ip(struct text *t, int family, const uint8_t *bytes)
{
    char shown[INET6_ADDRSTRLEN];
    if (bytes != NULL && inet_ntop(family, bytes, shown, sizeof shown) != NULL)
        text_str(t, shown);
}

static bool rdata_address(struct dns_message *m, unsigned list, int family, struct cursor *data)
{
    char out[INET6_ADDRSTRLEN];
    struct text t = text_over(out, sizeof out);
    size_t n = family == AF_INET ? 4 : 16;
    if (data->left != n)
        return data->left == 0;     /* RFC 2136 section 2.4: an update may name a type without data */
    text_ip(&t, family, cursor_bytes(data, n));
    add_rdata(m, list, &t);
    return true;
}

static bool rdata_name(struct dns_message *m, unsigned list, struct cursor *data)
{
    struct dns_name name;
    if (data->left == 0)
        return true;
    if (!dns_name(m, data, &name))
        return false;
    dns_add_text(m, list + RR_RDATA, name.text, name.len);
    return true;
}

static bool rdata_mx(struct dns_message *m, unsigned list, struct cursor *data)
{
    cursor_skip(data, 2);           /* preference; EVE's rdata is the exchange alone */
    return data->status == CURSOR_OK && rdata_name(m, list, data);
}

static bool rdata_soa(struct dns_message *m, unsigned list, struct cursor *data)
{
    struct dns_name name;
    if (!dns_name(m, data, &name))
        return false;
    dns_add_text(m, list + RR_RDATA, name.text, name.len);
    record_item(m->r, (uint16_t)(list + RR_SOA));
    dns_add_text(m, list + RR_SOA_MNAME, name.text, name.len);
    if (!dns_name(m, data, &name))
        return false;
    dns_add_text(m, list + RR_SOA_RNAME, name.text, name.len);
    for (unsigned row = RR_SOA_SERIAL; row <= RR_SOA_MINIMUM; row++) {
        uint32_t n = cursor_be32(data);
        if (data->status == CURSOR_OK)
            record_uint(m->r, (uint16_t)(list + row), n);
    }
    return data->status == CURSOR_OK;
}

static bool rdata_srv(struct dns_message *m, unsigned list, struct cursor *data)
{
    struct dns_name name;
    uint16_t priority = cursor_be16(data), weight = cursor_be16(data), port = cursor_be16(data);
    if (data->status != CURSOR_OK || !dns_name(m, data, &name))
        return false;
    dns_add_text(m, list + RR_RDATA, name.text, name.len);
    record_item(m->r, (uint16_t)(list + RR_SRV));
    dns_add_text(m, list + RR_SRV_NAME, name.text, name.len);
    record_uint(m->r, (uint16_t)(list + RR_SRV_PRIORITY), priority);
    record_uint(m->r, (uint16_t)(list + RR_SRV_WEIGHT), weight);
    record_uint(m->r, (uint16_t)(list + RR_SRV_PORT), port);
    return true;
}

/* Strings one after the other: what a tunnel splits into them belongs together. */
static bool rdata_txt(struct dns_message *m, unsigned list, struct cursor *data)
{
    uint8_t *out = arena_take(&m->scratch, data->left);
    size_t len = 0;
    m->r->cut |= out == NULL;
    while (out != NULL && data->left > 0) {
        uint8_t n = cursor_u8(data);
        const uint8_t *bytes = cursor_bytes(data, n);
        if (bytes == NULL)
            return false;
        memcpy(out + len, bytes, n);
        len += n;
    }
    if (out != NULL)
        record_bytes(m->r, (uint16_t)(list + RR_RDATA), out, len);
    return true;
}

static bool rdata_sshfp(struct dns_message *m, unsigned list, struct cursor *data)
{
    char out[RDATA_TEXT_MAX];
    struct text t = text_over(out, sizeof out);
    uint8_t algo = cursor_u8(data), type = cursor_u8(data);
    size_t n = data->left;
    const uint8_t *bytes = cursor_bytes(data, n);
    if (bytes == NULL)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            text_char(&t, ':');
        text_hex(&t, bytes + i, 1);
    }
    record_item(m->r, (uint16_t)(list + RR_SSHFP));
    dns_add_text(m, list + RR_SSHFP_FINGERPRINT, t.at, t.len);
    record_uint(m->r, (uint16_t)(list + RR_SSHFP_ALGO), algo);
    record_uint(m->r, (uint16_t)(list + RR_SSHFP_TYPE), type);
    return true;
}

/* flags tag "value" */
static bool rdata_caa(struct dns_message *m, unsigned list, struct cursor *data)
{
    char out[RDATA_TEXT_MAX];
    struct text t = text_over(out, sizeof out);
    text_uint(&t, cursor_u8(data));
    uint8_t tag_len = cursor_u8(data);
    const uint8_t *tag = cursor_bytes(data, tag_len);
    size_t value_len = data->left;
    const uint8_t *value = cursor_bytes(data, value_len);
    if (value == NULL)
        return false;
    text_char(&t, ' ');
    text_bytes(&t, tag, tag_len);
    text_lit(&t, " \"");
    text_bytes(&t, value, value_len);
    text_char(&t, '"');
    add_rdata(m, list, &t);
    return true;
}

static void svcb_alpn(struct text *t, struct cursor *value)
{
    for (bool first = true; value->left > 0; first = false) {
        uint8_t n = cursor_u8(value);
        const uint8_t *id = cursor_bytes(value, n);
        if (id == NULL)
            return;
        if (!first)
            text_char(t, ',');
        text_bytes(t, id, n);
    }
}

static void svcb_hints(struct text *t, int family, struct cursor *value)
{
    size_t n = family == AF_INET ? 4 : 16;
    for (bool first = true; value->left >= n; first = false) {
        if (!first)
            text_char(t, ',');
        text_ip(t, family, cursor_bytes(value, n));
    }
}

static void svcb_parameter(struct text *t, uint16_t key, struct cursor *value)
{
    static const char *const names[] = { "mandatory", "alpn", "no-default-alpn", "port", "ipv4hint", "ech", "ipv6hint" };
    text_char(t, ' ');
    if (key < sizeof names / sizeof names[0])
        text_str(t, names[key]);
    else
        text_fmt(t, "key%u", key);
    if (value->left == 0)
        return;
    text_char(t, '=');
    switch (key) {
    case SVCB_ALPN:     svcb_alpn(t, value); return;
    case SVCB_PORT:     text_uint(t, cursor_be16(value)); return;
    case SVCB_IPV4HINT: svcb_hints(t, AF_INET, value); return;
    case SVCB_IPV6HINT: svcb_hints(t, AF_INET6, value); return;
    default:            text_hex(t, value->at, value->left); return;
    }
}

/* 1 target. alpn=h2,h3 ipv4hint=192.0.2.1 (RFC 9460 section 2) */
static bool rdata_svcb(struct dns_message *m, unsigned list, struct cursor *data)
{
    char out[RDATA_TEXT_MAX];
    struct text t = text_over(out, sizeof out);
    struct dns_name name;
    text_uint(&t, cursor_be16(data));
    if (data->status != CURSOR_OK || !dns_name(m, data, &name))
        return false;
    text_char(&t, ' ');
    text_bytes(&t, name.text, name.len);
    text_char(&t, '.');
    while (data->left > 0) {
        uint16_t key = cursor_be16(data);
        struct cursor value = cursor_sub(data, cursor_be16(data));
        if (data->status != CURSOR_OK)
            return false;
        svcb_parameter(&t, key, &value);
    }
    m->r->cut |= t.cut;
    add_rdata(m, list, &t);
    return true;
}

static bool rdata_hex(struct dns_message *m, unsigned list, struct cursor *data)
{
    char out[2 * RDATA_TEXT_MAX];
    struct text t = text_over(out, sizeof out);
    text_hex(&t, data->at, data->left < RDATA_TEXT_MAX ? data->left : RDATA_TEXT_MAX);
    m->r->cut |= data->left > RDATA_TEXT_MAX;
    add_rdata(m, list, &t);
    return true;
}

bool dns_rdata(struct dns_message *m, unsigned list, uint16_t rrtype, struct cursor data)
{
    switch (rrtype) {
    case TYPE_A:     return rdata_address(m, list, AF_INET, &data);
    case TYPE_AAAA:  return rdata_address(m, list, AF_INET6, &data);
    case TYPE_NS:
    case TYPE_CNAME:
    case TYPE_PTR:
    case TYPE_DNAME: return rdata_name(m, list, &data);
    case TYPE_MX:    return rdata_mx(m, list, &data);
    case TYPE_SOA:   return data.left == 0 || rdata_soa(m, list, &data);
    case TYPE_SRV:   return data.left == 0 || rdata_srv(m, list, &data);
    case TYPE_TXT:   return rdata_txt(m, list, &data);
    case TYPE_SSHFP: return data.left == 0 || rdata_sshfp(m, list, &data);
    case TYPE_CAA:   return data.left == 0 || rdata_caa(m, list, &data);
    case TYPE_SVCB:
    case TYPE_HTTPS: return data.left == 0 || rdata_svcb(m, list, &data);
    default:         return data.left == 0 || rdata_hex(m, list, &data);
    }
}
