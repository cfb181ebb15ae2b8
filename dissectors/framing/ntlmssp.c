#include "dissectors/framing/ntlmssp.h"

#include <string.h>

enum { SIGNATURE = 8, UNICODE = 1, VERSION = 0x02000000, TYPES = 3 };

bool ntlmssp_find(struct cursor token, struct cursor *message)
{
    const uint8_t *at = memmem(token.at, token.left, "NTLMSSP", SIGNATURE);
    if (at == NULL)
        return false;
    cursor_skip(&token, (size_t)(at - token.at));
    *message = cursor_sub(&token, token.left);
    return true;
}

/* Length, room, and offset from the message's beginning. */
static struct cursor field(const struct cursor *message, struct cursor *c)
{
    struct cursor at = *message;
    uint16_t length = cursor_le16(c);
    cursor_skip(c, 2);
    uint32_t offset = cursor_le32(c);
    if (length == 0)
        offset = 0;
    cursor_skip(&at, offset);
    return cursor_sub(&at, length);
}

bool ntlmssp_read(struct cursor message, struct ntlmssp *out)
{
    struct cursor c = message;
    *out = (struct ntlmssp){ 0 };
    cursor_skip(&c, SIGNATURE);
    out->type = cursor_le32(&c);
    if (c.status != CURSOR_OK || out->type == 0 || out->type > TYPES)
        return false;
    if (out->type != NTLMSSP_AUTHENTICATE)
        return true;
    struct cursor lm = field(&message, &c), nt = field(&message, &c);
    out->domain = field(&message, &c);
    out->user = field(&message, &c);
    out->host = field(&message, &c);
    (void)field(&message, &c);                      /* session key: absent in old clients' messages */
    uint32_t flags = cursor_le32(&c);
    bool whole = lm.status == CURSOR_OK && nt.status == CURSOR_OK && out->domain.status == CURSOR_OK
                 && out->user.status == CURSOR_OK && out->host.status == CURSOR_OK && c.status == CURSOR_OK;
    out->unicode = (flags & UNICODE) != 0;
    out->major = cursor_u8(&c);
    out->minor = cursor_u8(&c);
    out->build = cursor_le16(&c);
    cursor_skip(&c, 3);
    out->revision = cursor_u8(&c);
    out->has_version = (flags & VERSION) != 0 && c.status == CURSOR_OK;
    return whole;
}
