/* Tags between the Ethernet addresses and the type: 802.1Q and 802.1ad, 802.1ah, VN-Tag, FabricPath. */
#include "decode/layers.h"

enum { VLAN_ID_MASK = 0x0fff };

void vlan_tag(struct decoding *g, struct cursor c)
{
    struct packet *p = g->p;
    uint16_t control = cursor_be16(&c);
    uint16_t type = cursor_be16(&c);
    if (c.status != CURSOR_OK) {
        note_short(g, &c, DECODE_VLAN_HEADER_TOO_SMALL);
        return;
    }
    g->d->counts.vlan++;
    if (p->vlan_count == PACKET_VLAN_MAX) {
        note_bad(g, DECODE_VLAN_TOO_MANY_LAYERS);
        return;
    }
    p->vlan[p->vlan_count++] = control & VLAN_ID_MASK;
    link_network(g, type, c, DECODE_VLAN_UNKNOWN_TYPE);
}

/* 802.1ah: the service's tag, then the customer's whole Ethernet header. */
void vlan_provider(struct decoding *g, struct cursor c)
{
    cursor_skip(&c, 4 + 12);
    uint16_t type = cursor_be16(&c);
    if (c.status != CURSOR_OK)
        note_short(g, &c, DECODE_IEEE8021AH_HEADER_TOO_SMALL);
    else
        link_network(g, type, c, DECODE_ETHERNET_UNKNOWN_ETHERTYPE);
}

void vlan_vntag(struct decoding *g, struct cursor c)
{
    cursor_skip(&c, 4);
    uint16_t type = cursor_be16(&c);
    if (c.status != CURSOR_OK)
        note_short(g, &c, DECODE_VNTAG_HEADER_TOO_SMALL);
    else
        link_network(g, type, c, DECODE_VNTAG_UNKNOWN_TYPE);
}

/* FabricPath: tree and hops, then the original frame. */
void vlan_fabricpath(struct decoding *g, struct cursor c)
{
    struct cursor h = c;
    cursor_skip(&h, 2 + 14);
    cursor_skip(&c, 2);
    if (h.status != CURSOR_OK)
        note_short(g, &h, DECODE_DCE_PKT_TOO_SMALL);
    else
        link_ethernet(g, c);
}
