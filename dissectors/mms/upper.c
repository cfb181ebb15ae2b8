/* Session, presentation and ACSE: between the transport and MMS.
 *
 *   01 00 01 00                give tokens, data transfer             | 0d LI ... c1 LI      connect and its user data
 *     61 LI                    presentation: user data                |   31 LI a0 .. a2 LI  presentation connect
 *       30 LI 02 01 03 a0 LI   context 3, one value                   |     61 LI 30 LI 02 01 01 a0 LI
 *         a0 LI ...            MMS                                    |       60 LI .. be LI 28 LI 02 01 03 a0 LI    AARQ
 *                                                                     |         a8 LI ...    MMS
 */
#include "dissectors/mms/message.h"

enum spdu { SPDU_DATA = 1, SPDU_FINISH = 9, SPDU_DISCONNECT = 10, SPDU_REFUSE = 12, SPDU_CONNECT = 13, SPDU_ACCEPT = 14,
            SPDU_ABORT = 25, SPDU_ABORT_ACCEPT = 26 };
enum { PGI_CONNECT = 5, PGI_USER_DATA = 0xc1, PGI_EXTENDED_USER_DATA = 0xc2, LENGTH_LONG = 0xff, SPDUS_MAX = 4, PARAMETERS_MAX = 32 };
enum { PRESENTATION_CONNECT = 0x31, PRESENTATION_DATA = 0x61, NORMAL_MODE = 0xa2 };
enum { AARQ = 0x60, AARE, RLRQ, RLRE, ABRT, USER_INFORMATION = 0xbe, EXTERNAL = 0x28 };

static size_t session_length(struct cursor *c)
{
    uint8_t length = cursor_u8(c);
    return length == LENGTH_LONG ? cursor_be16(c) : length;
}

/* The user data among the parameters of an SPDU; empty: there is none. */
static struct cursor session_user_data(struct cursor c)
{
    for (unsigned i = 0; i < PARAMETERS_MAX && c.left > 0; i++) {
        uint8_t code = cursor_u8(&c);
        struct cursor value = cursor_sub(&c, session_length(&c));
        if (c.status == CURSOR_OK && (code == PGI_USER_DATA || code == PGI_EXTENDED_USER_DATA))
            return value;
    }
    return cursor_over(NULL, 0);
}

static bool spdu_known(uint8_t si)
{
    return si == SPDU_DATA || si == SPDU_FINISH || si == SPDU_DISCONNECT || si == SPDU_REFUSE || si == SPDU_CONNECT ||
           si == SPDU_ACCEPT || si == SPDU_ABORT || si == SPDU_ABORT_ACCEPT;
}

/* Takes the session off: give tokens comes before data transfer, and both have the same SI. */
static bool session_read(struct cursor c, uint8_t *spdu, struct cursor *data)
{
    for (unsigned i = 0; i < SPDUS_MAX && c.left > 0; i++) {
        *spdu = cursor_u8(&c);
        struct cursor parameters = cursor_sub(&c, session_length(&c));
        if (c.status != CURSOR_OK || !spdu_known(*spdu))
            return false;
        if (*spdu == SPDU_DATA && i == 0)
            continue;
        *data = *spdu == SPDU_DATA ? c : session_user_data(parameters);
        return true;
    }
    return false;
}

/* The next element, as BER or, where its length goes beyond what is there, clipped to that: receivers read on. */
static bool next(struct cursor *c, struct ber *e, bool *sound)
{
    enum { LONG = 0x80, OCTETS_MAX = 2 };
    struct cursor at = *c;
    if (at.left == 0)
        return false;
    if (ber_next(&at, e)) {
        *c = at;
        return true;
    }
    *sound = false;
    at = *c;
    e->tag = cursor_u8(&at);
    uint8_t length = cursor_u8(&at);
    if (at.status != CURSOR_OK || (length & LONG && (length & ~LONG) > OCTETS_MAX))
        return false;
    cursor_skip(&at, length & LONG ? length & ~(unsigned)LONG : 0);
    e->whole = c->at;
    e->whole_len = c->left;
    e->value = cursor_sub(&at, at.left);
    cursor_skip(c, c->left);
    return e->value.left > 0;
}

static void text_row(struct record *r, uint16_t row, const struct ber *e)
{
    if (r != NULL && e->value.left > 0)
        record_bytes(r, row, e->value.at, e->value.left);
}

/* The first element inside; an AE qualifier and a result are an INTEGER inside their tag, a title an OID or a name. */
static bool inside(const struct ber *e, struct ber *out)
{
    struct cursor c = e->value;
    bool sound = true;
    return next(&c, out, &sound);
}

static void title(struct record *r, uint16_t row, const struct ber *e)
{
    struct ber in;
    if (inside(e, &in))
        text_row(r, row, &in);
}

static void small(struct record *r, uint16_t row, const struct ber *e)
{
    struct ber in;
    if (r != NULL && inside(e, &in) && in.value.left <= 4)
        record_uint(r, row, (uint64_t)mmsdata_integer(in.value) & UINT32_MAX);
}

static void connection_part(struct record *r, uint8_t acse, const struct ber *e)
{
    switch (e->tag) {
    case 0xa1: title(r, MMS_APPLICATION_CONTEXT, e); break;
    case 0xa2: acse == AARQ ? title(r, MMS_CALLED_AP_TITLE, e) : small(r, MMS_ASSOCIATE_RESULT, e); break;
    case 0xa3: if (acse == AARQ) small(r, MMS_CALLED_AE, e); break;
    case 0xa6: if (acse == AARQ) title(r, MMS_CALLING_AP_TITLE, e); break;
    case 0xa7: if (acse == AARQ) small(r, MMS_CALLING_AE, e); break;
    case 0x8b: case 0x89: text_row(r, MMS_MECHANISM, e); break;
    case 0xac: if (r != NULL) record_uint(r, MMS_PASSWORD, 1); break;      /* that there is one; itself it is not kept */
    default: break;
    }
}

static void add_pdu(struct upper *u, const struct ber *e)
{
    if (u->pdus < UPPER_PDUS_MAX && e->tag >= 0x80 && e->tag <= 0xad)
        u->pdu[u->pdus++] = *e;
}

/* EXTERNAL: what it is of, and the value in one of three wrappings. */
static void external(struct upper *u, const struct ber *e)
{
    struct cursor c = e->value;
    struct ber part, pdu;
    if (!next(&c, &part, &u->valid) || part.tag != EXTERNAL)
        return;
    c = part.value;
    while (next(&c, &part, &u->valid))
        if ((part.tag == 0xa0 || part.tag == 0x81) && inside(&part, &pdu))
            add_pdu(u, &pdu);
}

static void acse_read(const struct ber *apdu, struct record *r, struct upper *u)
{
    struct cursor c = apdu->value;
    struct ber e;
    u->acse = (uint8_t)apdu->tag;
    if (r != NULL)
        record_uint(r, MMS_ACSE, apdu->tag);
    while (next(&c, &e, &u->valid)) {
        if (e.tag == USER_INFORMATION)
            external(u, &e);
        else if (apdu->tag == AARQ || apdu->tag == AARE)
            connection_part(r, (uint8_t)apdu->tag, &e);
        else if (apdu->tag == ABRT && e.tag == 0x80 && r != NULL)
            record_uint(r, MMS_ABORT_SOURCE, (uint64_t)mmsdata_integer(e.value) & 0xff);
    }
    u->valid = u->valid && c.left == 0;
}

/* One presentation data value: transfer syntax, context, and what is said in it. */
static void data_value(const struct ber *list, struct record *r, struct upper *u)
{
    struct cursor c = list->value;
    struct ber e, apdu;
    while (next(&c, &e, &u->valid)) {
        if ((e.tag != 0xa0 && e.tag != 0x81) || !inside(&e, &apdu))
            continue;
        if (apdu.tag >= AARQ && apdu.tag <= ABRT)
            acse_read(&apdu, r, u);
        else
            add_pdu(u, &apdu);
    }
    u->valid = u->valid && c.left == 0;
}

static void user_data(const struct ber *data, struct record *r, struct upper *u)
{
    struct cursor c = data->value;
    struct ber list;
    for (unsigned i = 0; i < UPPER_PDUS_MAX && next(&c, &list, &u->valid) && list.tag == BER_SEQUENCE; i++)
        data_value(&list, r, u);
    u->valid = u->valid && c.left == 0;
}

/* The element with this tag among those of `c`. */
static bool find(struct cursor c, uint32_t tag, struct ber *e, bool *sound)
{
    while (next(&c, e, sound))
        if (e->tag == tag)
            return true;
    return false;
}

static void presentation_read(struct cursor c, struct record *r, struct upper *u)
{
    struct ber e, normal;
    if (!next(&c, &e, &u->valid))
        return;
    if (e.tag == PRESENTATION_CONNECT && find(e.value, NORMAL_MODE, &normal, &u->valid))
        e = normal;
    if (e.tag == PRESENTATION_DATA || find(e.value, PRESENTATION_DATA, &e, &u->valid))
        user_data(&e, r, u);
}

/* Some speak MMS on the bare transport. No session's SPDU has a context tag's number. */
static bool bare(struct cursor c, struct upper *u)
{
    struct ber e;
    if (cursor_peek(&c, 0) < BER_CONTEXT || !ber_next(&c, &e) || c.left > 0)
        return false;
    add_pdu(u, &e);
    return u->pdus > 0;
}

bool upper_read(struct cursor message, struct record *r, struct upper *u)
{
    struct cursor data;
    *u = (struct upper){ .valid = true };
    if (bare(message, u))
        return true;
    if (!session_read(message, &u->spdu, &data))
        return false;
    if (r != NULL)
        record_uint(r, MMS_SPDU, u->spdu);
    if (data.left > 0)
        presentation_read(data, r, u);
    return true;
}

/* The rest of a confirmed PDU behind its invoke id must begin with a service: a context tag, where ROSE has an INTEGER. */
static bool confirmed_convinces(struct cursor c, uint32_t invoke_tag)
{
    struct ber e;
    if (!ber_take(&c, invoke_tag, &e) || e.value.left == 0 || e.value.left > 5)
        return false;
    uint8_t tag = (uint8_t)(cursor_peek(&c, 0) & 0xff);
    return c.left >= 2 && (tag >= BER_CONTEXT || tag == BER_SEQUENCE);
}

bool mms_convinces(const struct ber *e)
{
    struct ber in;
    switch (e->tag) {
    case 0xa0: case 0xa1:   return confirmed_convinces(e->value, BER_INTEGER);
    case 0xa2:              return confirmed_convinces(e->value, 0x80);
    case 0xa3:              return inside(e, &in) && in.tag >= 0xa0 && in.tag <= 0xa2;
    case 0xa4:              return inside(e, &in) && in.tag >= 0x80 && in.tag <= 0x8b;
    case 0x85: case 0x86:   return e->value.left > 0 && e->value.left <= 5;
    case 0xa8: case 0xa9:   return inside(e, &in) && in.tag <= 0x81 && in.tag >= 0x80;
    case 0xa7: case 0xaa: case 0xad: return inside(e, &in);
    case 0x8b: case 0x8c:   return e->value.left == 0;
    default:                return false;
    }
}
