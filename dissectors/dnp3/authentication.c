/* Secure authentication, version 5: group 120, IEEE 1815-2012 clause 7 and annex A.45. Who proves what to whom is told; no key and
 * no challenge is kept, as they serve nobody who only watches. */
#include "dissectors/dnp3/fields.h"

enum {
    CHALLENGE = 1, REPLY, AGGRESSIVE, STATUS_REQUEST, SESSION_STATUS, SESSION_CHANGE, ERROR, CERTIFICATE, MAC, USER_CHANGE,
    UPDATE_REQUEST, UPDATE_REPLY, UPDATE_CHANGE, SIGNATURE, CONFIRMATION, LAST = CONFIRMATION
};

static void mac_say(struct record *r, const struct cursor *c)
{
    if (c->left > 0)
        record_bytes(r, DNP3_AUTH_MAC, c->at, c->left);
}

static void who(struct record *r, struct cursor *c)
{
    record_uint(r, DNP3_AUTH_SEQUENCE, cursor_le32(c));
    record_uint(r, DNP3_AUTH_USER, cursor_le16(c));
}

static void session_status(struct record *r, struct cursor c)
{
    who(r, &c);
    record_uint(r, DNP3_AUTH_WRAP, cursor_u8(&c));
    record_uint(r, DNP3_AUTH_KEY_STATUS, cursor_u8(&c));
    record_uint(r, DNP3_AUTH_ALGORITHM, cursor_u8(&c));
    cursor_skip(&c, cursor_le16(&c));
    mac_say(r, &c);
}

static void error(struct dnp3_walk *w, struct cursor c)
{
    struct record *r = w->record;
    who(r, &c);
    record_uint(r, DNP3_ASSOCIATION, cursor_le16(&c));
    record_uint(r, DNP3_AUTH_ERROR, cursor_u8(&c));
    uint64_t low = cursor_le32(&c);
    record_uint(r, DNP3_TIME, ((uint64_t)cursor_le16(&c) << 32 | low) * 1000);
    if (c.left > 0)
        record_bytes(r, DNP3_TEXT, c.at, c.left);
    w->refused = true;
}

bool dnp3_authentication_read(struct dnp3_walk *w, uint8_t variation, struct cursor c)
{
    static const uint8_t octets_min[] = { [CHALLENGE] = 8, [REPLY] = 6, [AGGRESSIVE] = 6, [STATUS_REQUEST] = 2, [SESSION_STATUS] = 11,
                                          [SESSION_CHANGE] = 6, [ERROR] = 15, [UPDATE_CHANGE] = 6, [LAST] = 0 };
    struct record *r = w->record;
    if (variation < CHALLENGE || variation > LAST)
        return false;
    if (c.left < octets_min[variation]) {
        record_anomaly(r, DNP3_MALFORMED);
        return false;
    }
    switch (variation) {
    case CHALLENGE:
        who(r, &c);
        record_uint(r, DNP3_AUTH_ALGORITHM, cursor_u8(&c));
        record_uint(r, DNP3_AUTH_REASON, cursor_u8(&c));
        return true;
    case REPLY:
        who(r, &c);
        mac_say(r, &c);
        return true;
    case AGGRESSIVE: case SESSION_CHANGE: case UPDATE_CHANGE: who(r, &c); return true;
    case STATUS_REQUEST: record_uint(r, DNP3_AUTH_USER, cursor_le16(&c)); return true;
    case SESSION_STATUS: session_status(r, c); return true;
    case ERROR:          error(w, c); return true;
    case MAC: case CONFIRMATION: mac_say(r, &c); return true;
    default:             return false;      /* certificates and key changes: their octets */
    }
}
