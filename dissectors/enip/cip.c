/* The message router's request and answer, the common services, and the two services that carry others. */
#include "dissectors/enip/cip.h"

enum {
    ANSWER = 0x80,
    SERVICE_ERROR = 0x14,               /* DeviceNet's way to refuse; not used here */
    OFFSET = 2, ATTRIBUTES_MAX = 64,
    STATUS_PARTIAL = 6, STATUS_EMBEDDED = 0x1e
};

static bool answer_read(struct cursor *c, struct cip_message *m)
{
    cursor_skip(c, 1);
    m->status = cursor_u8(c);
    m->extended_words = cursor_u8(c);
    struct cursor extended = cursor_sub(c, 2u * m->extended_words);
    m->extended = m->extended_words > 0 ? cursor_le16(&extended) : 0;
    return c->status == CURSOR_OK;
}

bool cip_message_read(struct cursor c, struct cip_message *m)
{
    uint8_t service = cursor_u8(&c);
    m->answer = (service & ANSWER) != 0;
    m->service = service & (uint8_t)~ANSWER;
    m->status = m->extended_words = 0;
    m->extended = 0;
    struct cursor path = cursor_over(NULL, 0);
    bool whole = true;
    if (m->answer)
        whole = answer_read(&c, m);
    else
        path = cursor_sub(&c, 2u * cursor_u8(&c));
    cip_path_read(path, &m->path);
    m->data = c;
    return whole && c.status == CURSOR_OK;
}

bool cip_is_multiple(const struct cip_message *m)
{
    return m->service == CIP_MULTIPLE;
}

bool cip_is_unconnected_send(const struct cip_message *m)
{
    return !m->answer && m->service == CIP_UNCONNECTED_SEND && cip_path_class(&m->path) == CIP_CONNECTION_MANAGER;
}

unsigned cip_count(const struct cip_message *m)
{
    struct cursor c = m->data;
    unsigned count = cursor_le16(&c);
    return count <= c.left / OFFSET ? count : (unsigned)(c.left / OFFSET);
}

/* Offsets count from the beginning of the number of messages; a message ends where the next one begins. */
bool cip_part(const struct cip_message *m, unsigned i, struct cursor *bytes)
{
    struct cursor c = m->data;
    unsigned count = cip_count(m);
    cursor_skip(&c, OFFSET + OFFSET * (size_t)i);
    size_t from = cursor_le16(&c), to = i + 1 < count ? cursor_le16(&c) : m->data.left;
    if (c.status != CURSOR_OK || from >= to || to > m->data.left)
        return false;
    c = m->data;
    cursor_skip(&c, from);
    *bytes = cursor_sub(&c, to - from);
    return true;
}

bool cip_unconnected(const struct cip_message *m, struct cursor *bytes)
{
    struct cursor c = m->data;
    cursor_skip(&c, 2);                 /* priority and time-out */
    *bytes = cursor_sub(&c, cursor_le16(&c));
    return c.status == CURSOR_OK;
}

static void unconnected_send(struct record *r, struct cip_message *m)
{
    struct cursor c = m->data;
    cursor_skip(&c, 2);
    size_t n = cursor_le16(&c);
    cursor_skip(&c, n + n % 2);
    size_t words = cursor_u8(&c);
    cursor_skip(&c, 1);
    struct cursor route = cursor_sub(&c, 2 * words);
    if (c.status != CURSOR_OK) {
        record_anomaly(r, ENIP_INVALID_LENGTH);
        return;
    }
    cip_path_read(route, &m->path);     /* its own path is told already */
    if (m->path.route_len > 0)
        record_bytes(r, ENIP_ROUTE, m->path.route, m->path.route_len);
}

static void attributes_asked(struct record *r, struct cip_message *m)
{
    unsigned count = cursor_le16(&m->data);
    for (unsigned i = 0; i < count && i < ATTRIBUTES_MAX && m->data.left >= 2; i++)
        record_uint(r, ENIP_ATTRIBUTES, cursor_le16(&m->data));
    if (m->data.left > 0 || m->data.status != CURSOR_OK)
        record_anomaly(r, ENIP_INVALID_LENGTH);
}

/* Attribute and value, again and again; only who knows the class can tell where a value ends. */
static void attributes_set(struct record *r, struct cip_message *m)
{
    cursor_skip(&m->data, 2);
    if (m->data.left < 2)
        return;
    record_uint(r, ENIP_ATTRIBUTES, cursor_le16(&m->data));
    cip_value_record(r, m->data);
}

/* Attribute, status, value. The identity's values have known lengths, of other classes the first is read. */
static void attributes_told(struct record *r, struct cip_message *m, bool identity)
{
    unsigned count = cursor_le16(&m->data);
    for (unsigned i = 0; i < count && i < ATTRIBUTES_MAX && m->data.left >= 4; i++) {
        uint16_t id = cursor_le16(&m->data), status = cursor_le16(&m->data);
        record_uint(r, ENIP_ATTRIBUTES, id);
        if (status == 0 && (!identity || !cip_identity_attribute(r, id, &m->data, m)))
            break;
    }
    if (m->data.left > 0 && m->data.status == CURSOR_OK)
        cip_value_record(r, m->data);
}

static void attribute_told(struct record *r, struct cip_message *m, const struct cip_path *of)
{
    bool identity = cip_path_class(of) == CIP_IDENTITY && of->has & CIP_HAS_INSTANCE && of->instance > 0;
    if (!identity || !cip_identity_attribute(r, of->attribute, &m->data, m))
        cip_value_record(r, m->data);
}

static void common_record(struct record *r, struct cip_message *m, const struct cip_path *of)
{
    bool identity = cip_path_class(of) == CIP_IDENTITY && of->has & CIP_HAS_INSTANCE && of->instance > 0;
    if (m->service == CIP_GET_LIST && !m->answer)
        attributes_asked(r, m);
    else if (m->service == CIP_SET_LIST && !m->answer)
        attributes_set(r, m);
    else if (m->service == CIP_GET_LIST && m->data.left > 0)
        attributes_told(r, m, identity);
    else if (m->service == CIP_GET_SINGLE && m->answer && m->status == 0)
        attribute_told(r, m, of);
    else if (m->service == CIP_GET_ALL && m->answer && m->status == 0 && identity)
        cip_identity_all(r, &m->data, m);
    else if (m->data.left > 0)
        cip_value_record(r, m->data);
}

static bool pccc_carried(uint32_t class_id, uint8_t service)
{
    return service == CIP_EXECUTE_PCCC && class_id == CIP_PCCC;
}

/* What stands behind the head; gives the access that only it can tell, or `access`. */
static enum access body_record(struct record *r, struct cip_message *m, const struct cip_message *asked, enum access access)
{
    const struct cip_path *of = asked != NULL ? &asked->path : &m->path;
    uint32_t class_id = cip_class_of(of);
    if (cip_is_multiple(m)) {
        if (m->status == 0 || m->status == STATUS_EMBEDDED || m->status == STATUS_PARTIAL)
            record_uint(r, ENIP_MESSAGES, cip_count(m));
    } else if (pccc_carried(class_id, m->service))
        return cip_pccc_record(r, m, asked);
    else if (cip_is_unconnected_send(m))
        unconnected_send(r, m);
    else if (class_id == CIP_CONNECTION_MANAGER && m->service > CIP_SERVICE_COMMON_MAX)
        cip_connection_record(r, m, asked);
    else if (class_id == CIP_SYMBOL && m->service > CIP_SERVICE_COMMON_MAX)
        cip_tag_record(r, m);
    else
        common_record(r, m, of);
    return access;
}

void cip_message_record(struct record *r, struct cip_message *m, const struct cip_message *asked)
{
    const struct cip_path *of = asked != NULL ? &asked->path : &m->path;
    uint32_t class_id = cip_class_of(of);
    record_uint(r, ENIP_TYPE, m->answer ? ENIP_RESPONSE : ENIP_REQUEST);
    record_uint(r, ENIP_OPERATION, cip_operation(class_id, m->service));
    record_uint(r, ENIP_SERVICE, m->service);
    cip_path_record(r, of);
    if (!of->sound)
        record_anomaly(r, ENIP_INVALID_PATH);
    if (m->answer) {
        record_uint(r, ENIP_GENERAL_STATUS, m->status);
        if (m->extended_words > 0)
            record_uint(r, ENIP_EXTENDED_STATUS, m->extended);
    }
    r->answer = m->answer;
    r->refused = m->answer && m->status != 0 && m->status != STATUS_PARTIAL && m->status != STATUS_EMBEDDED;
    record_uint(r, ENIP_ACCESS, body_record(r, m, asked, cip_access(class_id, m->service)));
}
