/* MPLS (RFC 3032): labels of four bytes, the last one marked; what follows is not named but guessed from its first
 * half byte, as routers do (RFC 4385): 4 and 6 are IP, 0 is the control word of an Ethernet pseudowire. */
#include "decode/layers.h"

enum {
    LABEL_IP4 = 0, LABEL_ROUTER_ALERT = 1, LABEL_IP6 = 2, LABEL_IMPLICIT_NULL = 3, LABEL_RESERVED_LAST = 15,
    LABELS_MAX = 32
};

static void mpls_payload(struct decoding *g, struct cursor c)
{
    int first = cursor_peek(&c, 0);
    if (first < 0) {
        cursor_skip(&c, 1);
        note_short(g, &c, DECODE_MPLS_PKT_TOO_SMALL);
    } else if (first >> 4 == 4) {
        link_network(g, ETHERTYPE_IP4, c, DECODE_MPLS_UNKNOWN_PAYLOAD_TYPE);
    } else if (first >> 4 == 6) {
        link_network(g, ETHERTYPE_IP6, c, DECODE_MPLS_UNKNOWN_PAYLOAD_TYPE);
    } else if (first >> 4 == 0) {
        cursor_skip(&c, 4);
        link_ethernet(g, c);
    } else {
        note(g, DECODE_MPLS_UNKNOWN_PAYLOAD_TYPE);
    }
}

static void mpls_bottom(struct decoding *g, uint32_t label, struct cursor c)
{
    if (label == LABEL_IP4)
        link_network(g, ETHERTYPE_IP4, c, DECODE_MPLS_UNKNOWN_PAYLOAD_TYPE);
    else if (label == LABEL_IP6)
        link_network(g, ETHERTYPE_IP6, c, DECODE_MPLS_UNKNOWN_PAYLOAD_TYPE);
    else if (label == LABEL_ROUTER_ALERT)
        note_bad(g, DECODE_MPLS_BAD_LABEL_ROUTER_ALERT);
    else if (label == LABEL_IMPLICIT_NULL)
        note_bad(g, DECODE_MPLS_BAD_LABEL_IMPLICIT_NULL);
    else if (label <= LABEL_RESERVED_LAST)
        note_bad(g, DECODE_MPLS_BAD_LABEL_RESERVED);
    else
        mpls_payload(g, c);
}

void mpls_labels(struct decoding *g, struct cursor c)
{
    g->d->counts.mpls++;
    for (int i = 0; i < LABELS_MAX; i++) {
        uint32_t shim = cursor_be32(&c);
        if (c.status != CURSOR_OK) {
            note_short(g, &c, DECODE_MPLS_HEADER_TOO_SMALL);
            return;
        }
        if (shim & 0x100) {
            mpls_bottom(g, shim >> 12, c);
            return;
        }
    }
    note_bad(g, DECODE_TOO_MANY_LAYERS);
}
