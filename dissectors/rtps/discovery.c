/* Parameter lists, 9.4.2.11: what participants say of themselves (8.5.3) and of the topics they write and read (8.5.4).
 *
 *     id (2) | length (2) | value, padded to four | ... | 1 (2) the end
 */
#include <string.h>

#include "dissectors/framing/notes.h"
#include "dissectors/rtps/fields.h"

enum {
    PARAMETERS_MAX = 256, PROPERTIES_MAX = 32, PARTITIONS_MAX = 16,
    END = 1, LEASE = 0x0002, TOPIC_NAME = 0x0005, TYPE_NAME = 0x0007, DOMAIN_ID = 0x000f, RELIABILITY = 0x001a,
    DURABILITY = 0x001d, PARTITION = 0x0029, UNICAST = 0x002f, MULTICAST = 0x0030, DEFAULT_UNICAST = 0x0031, META_UNICAST = 0x0032,
    META_MULTICAST = 0x0033, DEFAULT_MULTICAST = 0x0048, PARTICIPANT_GUID = 0x0050, PROPERTIES = 0x0059, ENDPOINT_GUID = 0x005a,
    ENTITY_NAME = 0x0062, STATUS_INFO = 0x0071, IDENTITY_TOKEN = 0x1001, DOMAIN_TAG = 0x4014, RTI_VERSION = 0x8000,
    RTI = 0x0101, LOCATOR_UDP4 = 1, LOCATOR_UDP6 = 2, LOCATOR_TCP4 = 4, LOCATOR_TCP6 = 8
};

/* One parameter. False: the list is over. */
static bool parameter_next(struct rtps_message *m, struct cursor *c, uint16_t *id, struct cursor *value)
{
    *id = rtps_u16(m, c);
    uint16_t length = rtps_u16(m, c);
    if (c->status != CURSOR_OK || *id == END)
        return false;
    *value = cursor_sub(c, length);
    return c->status == CURSOR_OK;
}

/* A string is its length with the zero behind it, and its octets. */
static struct cursor string_of(struct rtps_message *m, struct cursor *c)
{
    struct cursor s = cursor_sub(c, rtps_u32(m, c));
    if (s.left > 0 && s.at[s.left - 1] == '\0')
        s.left--;
    return s;
}

static void string_record(struct rtps_message *m, uint16_t row, struct cursor *c)
{
    struct cursor s = string_of(m, c);
    if (c->status == CURSOR_OK && s.left > 0)
        record_bytes(m->r, row, s.at, s.left);
}

static void padding_skip(struct cursor *c, size_t had)
{
    size_t over = (had - c->left) % 4;
    if (over > 0 && c->left >= 4 - over)
        cursor_skip(c, 4 - over);
}

/* Locators that are no address on a network (shared memory) are passed over. */
static void locator_record(struct rtps_message *m, struct cursor *c)
{
    uint32_t kind = rtps_u32(m, c), port = rtps_u32(m, c);
    const uint8_t *at = cursor_bytes(c, 16);
    bool four = kind == LOCATOR_UDP4 || kind == LOCATOR_TCP4, six = kind == LOCATOR_UDP6 || kind == LOCATOR_TCP6;
    if (at == NULL || (!four && !six) || m->address_count == RTPS_ADDRESSES_MAX)
        return;
    struct addr *a = &m->addresses[m->address_count++];
    *a = four ? addr_v4(at + 12) : addr_v6(at);
    record_addr(m->r, RTPS_ADDRESS, a);
    record_uint(m->r, RTPS_PORT, port);
}

static void partition_record(struct rtps_message *m, struct cursor *c)
{
    uint32_t n = rtps_u32(m, c);
    for (uint32_t i = 0; i < n && i < PARTITIONS_MAX && c->status == CURSOR_OK; i++) {
        size_t had = c->left;
        string_record(m, RTPS_PARTITION, c);
        padding_skip(c, had);
    }
}

static void properties_record(struct rtps_message *m, struct cursor *c)
{
    uint32_t n = rtps_u32(m, c);
    for (uint32_t i = 0; i < n && i < PROPERTIES_MAX; i++) {
        size_t had = c->left;
        struct cursor name = string_of(m, c);
        padding_skip(c, had);
        had = c->left;
        struct cursor value = string_of(m, c);
        padding_skip(c, had);
        if (c->status != CURSOR_OK)
            return;
        record_bytes(m->r, RTPS_PROPERTY_NAME, name.at, name.left);
        record_bytes(m->r, RTPS_PROPERTY_VALUE, value.at, value.left);
    }
}

/* RTI Connext's own: major, minor, release, revision. */
static void version_record(struct rtps_message *m, struct cursor *c)
{
    const uint8_t *v = cursor_bytes(c, 4);
    const struct value *vendor = record_find(m->r, RTPS_VENDOR);
    if (v == NULL || vendor == NULL || vendor->uint != RTI || m->version_count == RTPS_ADDRESSES_MAX)
        return;
    struct text t = text_over(m->versions[m->version_count++], RTPS_VERSION_TEXT);
    for (unsigned i = 0; i < 4; i++) {
        text_str(&t, i > 0 ? "." : "");
        text_uint(&t, v[i]);
    }
    record_bytes(m->r, RTPS_PRODUCT_VERSION, t.at, t.len);
}

/* What user samples are named by later on: a writer's or reader's number and its topic and type, one behind the other. */
struct endpoint {
    uint8_t        guid[RTPS_GUID_SIZE];
    bool           known;
    struct cursor  topic, type;
};

static void topic_note(struct rtps_message *m, const struct endpoint *e)
{
    uint8_t value[NOTE_VALUE_MAX];
    size_t topic = e->topic.left < NOTE_VALUE_MAX / 2 ? e->topic.left : NOTE_VALUE_MAX / 2;
    size_t type = e->type.left < NOTE_VALUE_MAX - 1 - topic ? e->type.left : NOTE_VALUE_MAX - 1 - topic;
    if (!e->known || topic == 0)
        return;
    value[0] = (uint8_t)topic;
    memcpy(value + 1, e->topic.at, topic);
    if (type > 0)
        memcpy(value + 1 + topic, e->type.at, type);
    notes_put(m->conv->out->notes, e->guid, sizeof e->guid, value, 1 + topic + type);
}

static void name_keep(struct rtps_message *m, struct cursor c, uint16_t row, struct cursor *keep)
{
    struct cursor s = string_of(m, &c);
    if (c.status != CURSOR_OK)
        return;
    record_bytes(m->r, row, s.at, s.left);
    *keep = s;
}

static void guid_record(struct rtps_message *m, struct cursor *c, struct endpoint *e)
{
    const uint8_t *guid = cursor_bytes(c, RTPS_GUID_SIZE);
    if (guid == NULL)
        return;
    record_bytes(m->r, RTPS_GUID, guid, RTPS_GUID_SIZE);
    memcpy(e->guid, guid, RTPS_GUID_SIZE);
    e->known = true;
}

/* Durations are seconds and 2^-32 of one. */
static void lease_record(struct rtps_message *m, struct cursor *c)
{
    double seconds = rtps_u32(m, c), fraction = rtps_u32(m, c);
    if (c->status == CURSOR_OK)
        record_real(m->r, RTPS_LEASE, seconds + fraction / 4294967296.0);
}

static void number_record(struct rtps_message *m, uint16_t row, struct cursor *c)
{
    uint32_t n = rtps_u32(m, c);
    if (c->status == CURSOR_OK)
        record_uint(m->r, row, n);
}

static void parameter_record(struct rtps_message *m, uint16_t id, struct cursor c, struct endpoint *e)
{
    switch (id) {
    case TOPIC_NAME:  name_keep(m, c, RTPS_ENDPOINT_TOPIC, &e->topic); break;
    case TYPE_NAME:   name_keep(m, c, RTPS_ENDPOINT_TYPE, &e->type); break;
    case PARTICIPANT_GUID: case ENDPOINT_GUID: guid_record(m, &c, e); break;
    case ENTITY_NAME: string_record(m, RTPS_NAME, &c); break;
    case LEASE:       lease_record(m, &c); break;
    case DOMAIN_ID:   number_record(m, RTPS_DOMAIN, &c); break;
    case DOMAIN_TAG:  string_record(m, RTPS_DOMAIN_TAG, &c); break;
    case RELIABILITY: number_record(m, RTPS_RELIABILITY, &c); break;
    case DURABILITY:  number_record(m, RTPS_DURABILITY, &c); break;
    case PARTITION:   partition_record(m, &c); break;
    case PROPERTIES:  properties_record(m, &c); break;
    case RTI_VERSION: version_record(m, &c); break;
    case IDENTITY_TOKEN: record_uint(m->r, RTPS_SECURE, 1); break;
    case UNICAST: case MULTICAST: case DEFAULT_UNICAST: case META_UNICAST: case META_MULTICAST: case DEFAULT_MULTICAST:
        locator_record(m, &c);
        break;
    default:
        break;
    }
}

void rtps_discovery_read(struct rtps_message *m, struct cursor c, bool little, uint32_t writer)
{
    struct endpoint e = { .topic = cursor_over(NULL, 0), .type = cursor_over(NULL, 0) };
    bool was = m->little;
    uint16_t id = END;
    struct cursor value;
    m->little = little;
    record_item(m->r, RTPS_DISCOVERED);
    record_uint(m->r, RTPS_ENDPOINT, writer);
    for (unsigned i = 0; i < PARAMETERS_MAX && parameter_next(m, &c, &id, &value); i++)
        parameter_record(m, id, value, &e);
    if (id != END)
        record_anomaly(m->r, RTPS_INVALID_LIST);
    topic_note(m, &e);
    m->little = was;
}

void rtps_inline_read(struct rtps_message *m, struct cursor *c)
{
    uint16_t id = END;
    struct cursor value;
    for (unsigned i = 0; i < PARAMETERS_MAX && parameter_next(m, c, &id, &value); i++) {
        if (id == TOPIC_NAME)
            string_record(m, RTPS_TOPIC, &value);
        else if (id == STATUS_INFO && value.left >= 4)      /* big-endian whatever the rest, 9.6.4.9 */
            record_uint(m->r, RTPS_STATUS, value.at[3] & 3);
    }
    if (id != END)
        record_anomaly(m->r, RTPS_INVALID_LIST);
}
