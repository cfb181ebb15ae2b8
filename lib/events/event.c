#include "events/event.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "common/clock.h"

const char *event_proto_name(uint8_t proto)
{
    switch (proto) {
    case IPPROTO_TCP:    return "TCP";
    case IPPROTO_UDP:    return "UDP";
    case IPPROTO_ICMP:   return "ICMP";
    case IPPROTO_ICMPV6: return "IPv6-ICMP";
    case IPPROTO_SCTP:   return "SCTP";
    case IPPROTO_GRE:    return "GRE";
    case IPPROTO_ESP:    return "ESP";
    case IPPROTO_AH:     return "AH";
    case IPPROTO_IGMP:   return "IGMP";
    case IPPROTO_IPIP:   return "IP-IP";
    case IPPROTO_IPV6:   return "IPv6";
    default:             return NULL;
    }
}

static const char *const status_names[] = {
    [EVENT_ACTUAL] = "actual", [EVENT_EXERCISE] = "exercise", [EVENT_TEST] = "test"
};

const char *event_status_name(enum event_status s)
{
    return status_names[s];
}

int event_status_parse(const char *text)
{
    for (int i = 0; i < 3; i++)
        if (strcmp(status_names[i], text) == 0)
            return i;
    return -1;
}

size_t event_id_text(const struct event_id *id, char out[EVENT_ID_MAX])
{
    struct text t = text_over(out, EVENT_ID_MAX - 1);
    text_str(&t, id->sensor);
    text_char(&t, ':');
    text_uint(&t, id->epoch);
    text_char(&t, ':');
    text_uint(&t, id->seq);
    out[t.len] = '\0';
    return t.len;
}

static int number_parse(const char *at, char stop, const char **end, uint64_t *out)
{
    char *rest;
    if (*at < '0' || *at > '9')
        return -EINVAL;
    errno = 0;
    *out = strtoull(at, &rest, 10);
    *end = rest;
    return errno != 0 || *rest != stop ? -EINVAL : 0;
}

int event_id_parse(const char *text, char sensor[EVENT_ID_MAX], uint64_t *epoch, uint64_t *seq)
{
    const char *at = strchr(text, ':');
    if (at == NULL || at == text || strnlen(text, EVENT_ID_MAX) == EVENT_ID_MAX)
        return -EINVAL;
    memcpy(sensor, text, (size_t)(at - text));
    sensor[at - text] = '\0';
    if (number_parse(at + 1, ':', &at, epoch) < 0 || number_parse(at + 1, '\0', &at, seq) < 0)
        return -EINVAL;
    return 0;
}

static void endpoint_json(const struct endpoint *e, const char *name, struct text *out)
{
    char addr[ADDR_TEXT_MAX];
    text_fmt(out, ",\"%s_ip\":\"", name);
    text_bytes(out, addr, addr_text(&e->addr, addr));
    text_char(out, '"');
    if (e->port != 0)
        text_fmt(out, ",\"%s_port\":%u", name, e->port);
}

static void place_json(const struct endpoint *e, const char *name, struct text *out)
{
    if (e->country[0] != '\0')
        text_fmt(out, ",\"%s_geo\":{\"country\":\"%.2s\"}", name, e->country);
    if (e->asset != NULL) {
        text_fmt(out, ",\"%s_asset\":", name);
        asset_json(e->asset, out);
    }
}

static void ndpi_json(const struct classification *c, struct text *out)
{
    const char *comma = "";
    text_lit(out, ",\"ndpi\":{\"protocol\":\"");
    text_json(out, c->protocol, strlen(c->protocol));
    text_lit(out, "\"");
    if (c->category != NULL)
        text_fmt(out, ",\"category\":\"%s\"", c->category);
    if (c->confidence != NULL)
        text_fmt(out, ",\"confidence\":\"%s\"", c->confidence);
    if (c->risks != 0 && c->risk_names != NULL) {
        text_lit(out, ",\"risks\":[");
        for (unsigned i = 0; i < 64 && c->risk_names[i] != NULL; i++)
            if (c->risks >> i & 1) {
                text_fmt(out, "%s\"%s\"", comma, c->risk_names[i]);
                comma = ",";
            }
        text_char(out, ']');
    }
    text_char(out, '}');
}

static void mac_json(const uint8_t *mac, const char *name, struct text *out)
{
    text_fmt(out, "\"%s_mac\":\"%02x:%02x:%02x:%02x:%02x:%02x\"", name, mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

/* EVE's, where there are no other addresses. */
static void ether_json(const uint8_t *ether, struct text *out)
{
    text_lit(out, ",\"ether\":{");
    mac_json(ether + 6, "src", out);
    text_char(out, ',');
    mac_json(ether, "dest", out);
    text_char(out, '}');
}

static void vlan_json(const struct event *e, struct text *out)
{
    text_lit(out, ",\"vlan\":[");
    for (unsigned i = 0; i < e->vlan_count; i++)
        text_fmt(out, "%s%u", i ? "," : "", e->vlan[i]);
    text_char(out, ']');
}

/* seq 0 means that the publisher has yet to give the number out: it writes it in place of the @ (bus/publish.h). */
static void id_json(const struct event *e, struct text *out)
{
    char id[EVENT_ID_MAX];
    text_lit(out, "{\"id\":\"");
    if (e->id.seq == 0)
        text_char(out, '@');
    else
        text_json(out, id, event_id_text(&e->id, id));
    text_lit(out, "\",\"timestamp\":\"");
}

void event_json(const struct event *e, const char *event_type, struct text *out)
{
    char now[CLOCK_TEXT_MAX];
    id_json(e, out);
    text_bytes(out, now, clock_text(e->time_us, now));
    text_lit(out, "\",\"event_type\":\"");
    text_str(out, event_type);
    text_lit(out, "\",\"sensor\":\"");
    text_json(out, e->id.sensor, strlen(e->id.sensor));
    text_lit(out, "\",\"region\":\"");
    text_json(out, e->region, strlen(e->region));
    text_lit(out, "\",\"status\":\"");
    text_str(out, event_status_name(e->status));
    text_char(out, '"');
    if (e->in_iface != NULL) {
        text_lit(out, ",\"in_iface\":\"");
        text_json(out, e->in_iface, strlen(e->in_iface));
        text_char(out, '"');
    }
    if (e->packet_number != 0) {
        text_lit(out, ",\"pcap_cnt\":");
        text_uint(out, e->packet_number);
    }
    if (e->vlan_count > 0)
        vlan_json(e, out);
    if (e->flow_id != 0) {
        text_lit(out, ",\"flow_id\":");
        text_uint(out, e->flow_id);
    }
    if (e->src != NULL)
        endpoint_json(e->src, "src", out);
    if (e->dest != NULL) {
        endpoint_json(e->dest, "dest", out);
        const char *proto = event_proto_name(e->proto);
        if (proto != NULL)
            text_fmt(out, ",\"proto\":\"%s\"", proto);
        else
            text_fmt(out, ",\"proto\":\"%03u\"", e->proto);
    }
    if (e->ether != NULL)
        ether_json(e->ether, out);
    if (e->community_id[0] != '\0')
        text_fmt(out, ",\"community_id\":\"%s\"", e->community_id);
    if (e->app_proto != NULL)
        text_fmt(out, ",\"app_proto\":\"%s\"", e->app_proto);
    if (e->ndpi != NULL && e->ndpi->protocol != NULL)
        ndpi_json(e->ndpi, out);
    if (e->src != NULL)
        place_json(e->src, "src", out);
    if (e->dest != NULL)
        place_json(e->dest, "dest", out);
}
