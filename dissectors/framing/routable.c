#include "dissectors/framing/routable.h"

enum { TRANSPORT_LENGTH = 1, TRANSPORT_UNIT_DATA = 0x40, COMMON_HEADER = 0x80 };

bool routable_read(struct cursor c, struct routable *r)
{
    uint8_t li = cursor_u8(&c), tpdu = cursor_u8(&c);
    *r = (struct routable){ .session = cursor_u8(&c) };
    cursor_skip(&c, 1);
    uint8_t header = cursor_u8(&c);
    cursor_skip(&c, 1);
    if (c.status != CURSOR_OK || li != TRANSPORT_LENGTH || tpdu != TRANSPORT_UNIT_DATA || header != COMMON_HEADER ||
        r->session < ROUTABLE_TUNNELLED || r->session > ROUTABLE_MANAGEMENT)
        return false;
    r->spdu_length = cursor_be32(&c);
    r->consistent = r->spdu_length == c.left;
    r->spdu_number = cursor_be32(&c);
    r->version = cursor_be16(&c);
    cursor_skip(&c, 6);
    r->key = cursor_be32(&c);
    cursor_skip(&c, cursor_u8(&c));
    uint32_t length = cursor_be32(&c);
    r->consistent = r->consistent && length <= c.left;
    r->payloads = cursor_sub(&c, length < c.left ? length : c.left);
    return c.status == CURSOR_OK;
}

bool routable_next(struct cursor *payloads, struct routable_item *item)
{
    if (payloads->left == 0)
        return false;
    *item = (struct routable_item){ .type = cursor_u8(payloads) };
    item->simulation = cursor_u8(payloads) != 0;
    item->appid = cursor_be16(payloads);
    item->length = cursor_be16(payloads);
    item->apdu = cursor_sub(payloads, item->length < payloads->left ? item->length : payloads->left);
    return payloads->status == CURSOR_OK;
}

bool routable_frame(struct cursor c, struct routable_item *item, bool *consistent)
{
    enum { HEADER = 8, SIMULATED = 0x8000 };
    *item = (struct routable_item){ .appid = cursor_be16(&c) };
    item->length = cursor_be16(&c);
    item->simulation = (cursor_be16(&c) & SIMULATED) != 0;
    cursor_skip(&c, 2);
    item->apdu = c;
    *consistent = item->length >= HEADER && (size_t)item->length - HEADER <= c.left;
    return c.status == CURSOR_OK;
}

bool routable_is(struct cursor c, enum routable_session session, enum routable_payload payload, uint8_t tag)
{
    struct routable head;
    struct routable_item item;
    return routable_read(c, &head) && head.session == session && head.consistent && routable_next(&head.payloads, &item)
           && item.type == payload && cursor_peek(&item.apdu, 0) == tag;
}
