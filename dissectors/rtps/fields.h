/* fields - RTPS's rows, and what rtps.c and discovery.c tell each other. Private to this folder. */
#ifndef DISSECTORS_RTPS_FIELDS_H
#define DISSECTORS_RTPS_FIELDS_H

#include "common/cursor.h"
#include "dissectors/dissector.h"
#include "events/access.h"

enum rtps_row {
    RTPS_MAJOR, RTPS_MINOR, RTPS_VENDOR, RTPS_PREFIX, RTPS_TO, RTPS_ACCESS, RTPS_TIME,
    RTPS_SUBMESSAGES, RTPS_KIND, RTPS_READER, RTPS_WRITER, RTPS_SEQUENCE, RTPS_FIRST, RTPS_LAST, RTPS_COUNT, RTPS_FRAGMENT, RTPS_STATUS,
    RTPS_TOPIC, RTPS_TYPE, RTPS_REPRESENTATION, RTPS_LENGTH, RTPS_DATA,
    RTPS_DISCOVERED, RTPS_ENDPOINT, RTPS_GUID, RTPS_ENDPOINT_TOPIC, RTPS_ENDPOINT_TYPE, RTPS_NAME, RTPS_PRODUCT_VERSION, RTPS_DOMAIN,
    RTPS_DOMAIN_TAG, RTPS_PARTITION, RTPS_RELIABILITY, RTPS_DURABILITY, RTPS_LEASE, RTPS_ADDRESS, RTPS_PORT, RTPS_PROPERTY_NAME,
    RTPS_PROPERTY_VALUE, RTPS_SECURE,
    RTPS_ROWS
};

enum rtps_anomaly { RTPS_TRUNCATED, RTPS_UNKNOWN_SUBMESSAGE, RTPS_INVALID_LIST, RTPS_ANOMALIES };

extern const struct schema rtps_schema;

/* Entities that the standard itself gives numbers to, 9.3.1.5. */
enum rtps_entity {
    RTPS_PARTICIPANT_WRITER = 0x000100c2, RTPS_TOPICS_WRITER = 0x000002c2, RTPS_PUBLICATIONS_WRITER = 0x000003c2,
    RTPS_SUBSCRIPTIONS_WRITER = 0x000004c2, RTPS_PUBLICATIONS_SECURE_WRITER = 0xff0003c2, RTPS_SUBSCRIPTIONS_SECURE_WRITER = 0xff0004c2,
    RTPS_PARTICIPANT_SECURE_WRITER = 0xff0101c2
};

enum { RTPS_PREFIX_SIZE = 12, RTPS_GUID_SIZE = 16, RTPS_ADDRESSES_MAX = 16, RTPS_VERSION_TEXT = 16 };

/* The message being read. */
struct rtps_message {
    struct conversation *conv;
    struct record       *r;
    uint8_t              prefix[RTPS_PREFIX_SIZE];      /* whose submessages these are: the header's, or INFO_SRC's */
    bool                 little;                        /* this submessage's byte order */
    unsigned             did;                           /* bits: enum access of what was said so far */
    struct addr          addresses[RTPS_ADDRESSES_MAX];
    unsigned             address_count;
    char                 versions[RTPS_ADDRESSES_MAX][RTPS_VERSION_TEXT];
    unsigned             version_count;
};

uint16_t rtps_u16(const struct rtps_message *m, struct cursor *c);
uint32_t rtps_u32(const struct rtps_message *m, struct cursor *c);

/* The parameters before a sample (inline QoS) that say something of it; leaves the cursor behind their end. */
void rtps_inline_read(struct rtps_message *m, struct cursor *c);

/* What a built-in writer tells: `c` is the parameter list in the byte order that its encapsulation has. */
void rtps_discovery_read(struct rtps_message *m, struct cursor c, bool little, uint32_t writer);

#endif
