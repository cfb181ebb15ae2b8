/* The connection manager, class 6: forward open and close. CIP volume 1, section 3-5.5. */
#include "dissectors/enip/cip.h"

enum { TIMEOUT_AND_RESERVED = 4, SIZE_MASK = 0x1ff, TRIGGER_SHIFT = 4, TRIGGER_MASK = 7, CLASS_MASK = 0x0f,
       OPEN_PATH = 35, LARGE_OPEN_PATH = 39, CLOSE_PATH = 10 };  /* where the path's size stands */

static bool opens(uint8_t service)
{
    return service == CIP_FORWARD_OPEN || service == CIP_LARGE_FORWARD_OPEN;
}

static void triad_record(struct record *r, struct cursor *c)
{
    uint16_t serial = cursor_le16(c), vendor = cursor_le16(c);
    uint32_t originator = cursor_le32(c);
    if (c->status != CURSOR_OK)
        return;
    record_uint(r, ENIP_CONNECTION_SERIAL, serial);
    record_uint(r, ENIP_ORIGINATOR_VENDOR, vendor);
    record_uint(r, ENIP_ORIGINATOR_SERIAL, originator);
}

static void ids_record(struct record *r, struct cursor *c)
{
    uint32_t ot = cursor_le32(c), to = cursor_le32(c);
    if (c->status != CURSOR_OK)
        return;
    record_uint(r, ENIP_OT_CONNECTION_ID, ot);
    record_uint(r, ENIP_TO_CONNECTION_ID, to);
}

/* The connection's own path: the object at its end, the way there. Takes the place of the request's path, which is told already. */
static void path_record(struct record *r, struct cip_message *m, struct cursor bytes)
{
    struct cip_path *p = &m->path;
    cip_path_read(bytes, p);
    for (unsigned i = 0; i < p->classes; i++)
        record_uint(r, ENIP_CONNECTION_CLASS, p->step[i].class_id);
    if (bytes.left > 0)
        record_bytes(r, ENIP_CONNECTION_PATH, bytes.at, bytes.left);
    if (p->route_len > 0)
        record_bytes(r, ENIP_ROUTE, p->route, p->route_len);
    if (p->safety)
        record_uint(r, ENIP_SAFETY, 1);
    if (!p->sound)
        record_anomaly(r, ENIP_INVALID_PATH);
}

static void interval_record(struct record *r, struct cursor *c, uint16_t interval_row, uint16_t size_row, bool large)
{
    uint32_t interval = cursor_le32(c), parameters = large ? cursor_le32(c) : cursor_le16(c);
    if (c->status != CURSOR_OK)
        return;
    record_uint(r, interval_row, interval);
    record_uint(r, size_row, large ? parameters & 0xffff : parameters & SIZE_MASK);
}

static void open_record(struct record *r, struct cip_message *m)
{
    struct cursor *c = &m->data;
    bool large = m->service == CIP_LARGE_FORWARD_OPEN;
    cursor_skip(c, 2);                          /* priority and time-out */
    ids_record(r, c);
    triad_record(r, c);
    cursor_skip(c, TIMEOUT_AND_RESERVED);
    interval_record(r, c, ENIP_OT_RPI, ENIP_OT_SIZE, large);
    interval_record(r, c, ENIP_TO_RPI, ENIP_TO_SIZE, large);
    uint8_t transport = cursor_u8(c);
    struct cursor path = cursor_sub(c, 2u * cursor_u8(c));
    if (c->status != CURSOR_OK)
        return;
    record_uint(r, ENIP_TRANSPORT_CLASS, transport & CLASS_MASK);
    record_uint(r, ENIP_TRIGGER, transport >> TRIGGER_SHIFT & TRIGGER_MASK);
    path_record(r, m, path);
}

static void close_record(struct record *r, struct cip_message *m)
{
    struct cursor *c = &m->data;
    cursor_skip(c, 2);
    triad_record(r, c);
    size_t words = cursor_u8(c);
    cursor_skip(c, 1);
    struct cursor path = cursor_sub(c, 2 * words);
    if (c->status == CURSOR_OK)
        path_record(r, m, path);
}

/* The path of the connection that is asked for, or to be closed. */
static void asked_path(const struct cip_message *asked, struct cip_path *p)
{
    struct cursor c = asked->data;
    bool close = asked->service == CIP_FORWARD_CLOSE;
    cursor_skip(&c, close ? CLOSE_PATH : asked->service == CIP_LARGE_FORWARD_OPEN ? LARGE_OPEN_PATH : OPEN_PATH);
    size_t words = cursor_u8(&c);
    cursor_skip(&c, close);
    cip_path_read(cursor_sub(&c, 2 * words), p);
}

static void asked_again(struct record *r, const struct cip_message *asked)
{
    struct cip_path path;
    asked_path(asked, &path);
    for (unsigned i = 0; i < path.classes; i++)
        record_uint(r, ENIP_CONNECTION_CLASS, path.step[i].class_id);
}

static void answer_record(struct record *r, struct cip_message *m, const struct cip_message *asked)
{
    if (asked != NULL)
        asked_again(r, asked);
    if (m->status == 0 && opens(m->service))
        ids_record(r, &m->data);
    triad_record(r, &m->data);
    if (m->status != 0 || !opens(m->service))
        return;
    record_uint(r, ENIP_OT_RPI, cursor_le32(&m->data));
    record_uint(r, ENIP_TO_RPI, cursor_le32(&m->data));
}

void cip_connection_record(struct record *r, struct cip_message *m, const struct cip_message *asked)
{
    bool known = opens(m->service) || m->service == CIP_FORWARD_CLOSE;
    if (!known)
        cip_value_record(r, m->data);
    else if (m->answer)
        answer_record(r, m, asked);
    else if (opens(m->service))
        open_record(r, m);
    else
        close_record(r, m);
    if (m->data.status != CURSOR_OK)
        record_anomaly(r, ENIP_INVALID_LENGTH);
}

bool cip_opened(const struct cip_message *answer, const struct cip_message *asked, struct cip_opened *o)
{
    if (!opens(answer->service) || answer->status != 0 || cip_path_class(&asked->path) != CIP_CONNECTION_MANAGER)
        return false;
    struct cursor c = answer->data;
    struct cip_path path;
    o->ot = cursor_le32(&c);
    o->to = cursor_le32(&c);
    asked_path(asked, &path);
    o->classes = path.classes;
    for (unsigned i = 0; i < path.classes; i++)
        o->class_id[i] = path.step[i].class_id;
    return c.status == CURSOR_OK;
}
