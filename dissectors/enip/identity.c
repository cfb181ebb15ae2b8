/* The identity object, class 1: what a device says of itself. CIP volume 1, section 5-2. */
#include "dissectors/enip/cip.h"

enum attribute { VENDOR = 1, DEVICE_TYPE, PRODUCT_CODE, REVISION, STATUS, SERIAL, PRODUCT_NAME, STATE };

static void revision(struct record *r, struct cursor *c, struct cip_message *m)
{
    uint8_t major = cursor_u8(c), minor = cursor_u8(c);
    if (c->status != CURSOR_OK)
        return;
    struct text t = text_over(m->version, sizeof m->version);
    text_uint(&t, major);
    text_char(&t, '.');
    if (minor < 10)
        text_char(&t, '0');
    text_uint(&t, minor);
    record_uint(r, ENIP_REVISION, major + 256u * minor);        /* as it stands on the wire, read as a number */
    record_bytes(r, ENIP_VERSION, t.at, t.len);
}

static void name(struct record *r, struct cursor *c)
{
    size_t n = cursor_u8(c);
    const uint8_t *at = cursor_bytes(c, n);
    if (at != NULL && n > 0)
        record_bytes(r, ENIP_PRODUCT_NAME, at, n);
}

bool cip_identity_attribute(struct record *r, uint32_t attribute, struct cursor *c, struct cip_message *m)
{
    static const uint16_t rows[] = { [VENDOR] = ENIP_VENDOR, [DEVICE_TYPE] = ENIP_DEVICE_TYPE, [PRODUCT_CODE] = ENIP_PRODUCT_CODE,
                                     [STATUS] = ENIP_IDENTITY_STATUS };
    size_t need = attribute == SERIAL ? 4 : attribute == STATE || attribute == PRODUCT_NAME ? 1 : 2;
    if (c->left < need)
        return false;
    switch (attribute) {
    case VENDOR: case DEVICE_TYPE: case PRODUCT_CODE: case STATUS: record_uint(r, rows[attribute], cursor_le16(c)); break;
    case REVISION:     revision(r, c, m); break;
    case SERIAL:       record_uint(r, ENIP_SERIAL, cursor_le32(c)); break;
    case PRODUCT_NAME: name(r, c); break;
    case STATE:        record_uint(r, ENIP_STATE, cursor_u8(c)); break;
    default: return false;
    }
    return c->status == CURSOR_OK;
}

void cip_identity_all(struct record *r, struct cursor *c, struct cip_message *m)
{
    for (uint32_t attribute = VENDOR; attribute <= PRODUCT_NAME; attribute++)
        if (!cip_identity_attribute(r, attribute, c, m))
            return;
}
