/* fields - the rows of an MQTT record, and what packet.c and mqtt.c tell each other. Private to this folder. */
#ifndef DISSECTORS_MQTT_FIELDS_H
#define DISSECTORS_MQTT_FIELDS_H

#include "common/cursor.h"
#include "events/record.h"

enum mqtt_type {        /* 2.1.2 */
    MQTT_RESERVED, MQTT_CONNECT, MQTT_CONNACK, MQTT_PUBLISH, MQTT_PUBACK, MQTT_PUBREC, MQTT_PUBREL, MQTT_PUBCOMP,
    MQTT_SUBSCRIBE, MQTT_SUBACK, MQTT_UNSUBSCRIBE, MQTT_UNSUBACK, MQTT_PINGREQ, MQTT_PINGRESP, MQTT_DISCONNECT, MQTT_AUTH,
    MQTT_TYPES
};

/* What each packet's object has; not every packet fills all of it. */
enum mqtt_member { MQTT_OBJECT, MQTT_OF_QOS, MQTT_OF_RETAIN, MQTT_OF_DUP, MQTT_OF_ID, MQTT_OF_REASON, MQTT_MEMBERS };

enum mqtt_row {
    MQTT_TYPE, MQTT_VERSION, MQTT_QOS, MQTT_FLAGS, MQTT_REASON,
    MQTT_PROTOCOL_STRING, MQTT_PROTOCOL_VERSION, MQTT_CLIENT_ID, MQTT_CONNECT_FLAGS, MQTT_KEEPALIVE, MQTT_HAS, MQTT_HAS_USERNAME,
    MQTT_HAS_PASSWORD, MQTT_HAS_WILL_RETAIN, MQTT_HAS_WILL, MQTT_HAS_CLEAN_SESSION, MQTT_USERNAME, MQTT_PASSWORD,
    MQTT_WILL, MQTT_WILL_TOPIC, MQTT_WILL_MESSAGE, MQTT_WILL_QOS, MQTT_SESSION_PRESENT,
    MQTT_TOPIC, MQTT_MESSAGE, MQTT_TRUNCATED, MQTT_SKIPPED_LENGTH,
    MQTT_TOPICS, MQTT_TOPICS_TOPIC, MQTT_TOPICS_QOS, MQTT_UNSUBSCRIBE_TOPICS,
    MQTT_PROPERTIES, MQTT_PROPERTY_PACKET, MQTT_PROPERTY_NAME, MQTT_PROPERTY_NUMBER, MQTT_PROPERTY_KEY, MQTT_PROPERTY_VALUE,
    MQTT_ACCESS,
    MQTT_SPARKPLUG, MQTT_SPARKPLUG_TYPE, MQTT_SPARKPLUG_GROUP, MQTT_SPARKPLUG_NODE, MQTT_SPARKPLUG_DEVICE, MQTT_SPARKPLUG_HOST,
    MQTT_SPARKPLUG_TIME, MQTT_SPARKPLUG_SEQ, MQTT_SPARKPLUG_BDSEQ, MQTT_SPARKPLUG_UUID, MQTT_SPARKPLUG_MAKE, MQTT_SPARKPLUG_MODEL,
    MQTT_SPARKPLUG_FIRMWARE,
    MQTT_METRICS, MQTT_METRIC_NAME, MQTT_METRIC_ALIAS, MQTT_METRIC_TYPE, MQTT_METRIC_TIME, MQTT_METRIC_NULL, MQTT_METRIC_HISTORICAL,
    MQTT_METRIC_TRANSIENT, MQTT_METRIC_INTEGER, MQTT_METRIC_UNSIGNED, MQTT_METRIC_REAL, MQTT_METRIC_FLAG, MQTT_METRIC_TEXT,
    MQTT_METRIC_WHEN, MQTT_METRIC_OCTETS,
    MQTT_GRID,
    MQTT_ROW_COUNT = MQTT_GRID + (MQTT_TYPES - 1) * MQTT_MEMBERS
};

#define MQTT_ROW(type, member) (uint16_t)(MQTT_GRID + ((type) - 1) * MQTT_MEMBERS + (member))

enum mqtt_anomaly {
    MQTT_MISSING_CONNECT, MQTT_MISSING_PUBLISH, MQTT_MISSING_SUBSCRIBE, MQTT_MISSING_UNSUBSCRIBE, MQTT_DOUBLE_CONNECT,
    MQTT_UNINTRODUCED_MESSAGE, MQTT_INVALID_QOS_LEVEL, MQTT_MISSING_MSG_ID, MQTT_UNASSIGNED_MSG_TYPE,
    MQTT_TOO_MANY_TRANSACTIONS, MQTT_MALFORMED_TRAFFIC, MQTT_INVALID_FLAGS, MQTT_SPARKPLUG_MALFORMED, MQTT_ANOMALY_COUNT
};

/* Sparkplug B's messages; STATE is a host's. */
enum sparkplug_type {
    SPARKPLUG_NONE, SPARKPLUG_NBIRTH, SPARKPLUG_NDEATH, SPARKPLUG_DBIRTH, SPARKPLUG_DDEATH, SPARKPLUG_NDATA, SPARKPLUG_DDATA, SPARKPLUG_NCMD,
    SPARKPLUG_DCMD, SPARKPLUG_STATE, SPARKPLUG_TYPES
};

extern const struct schema mqtt_schema;

/* The fixed header, 2.1. */
struct mqtt_header {
    uint8_t  type;              /* enum mqtt_type */
    uint8_t  flags;             /* the low four bits */
    uint8_t  qos;
    uint32_t remaining;         /* octets that follow the header */
};

/* What the exchange it belongs to wants to know of a packet. */
struct mqtt_said {
    uint16_t id;                /* packet identifier; 0: none */
    uint8_t  version;           /* CONNECT: protocol level */
};

enum mqtt_fixed { MQTT_FIXED_WHOLE, MQTT_FIXED_SHORT, MQTT_FIXED_BAD };
enum mqtt_fixed mqtt_header_read(struct cursor *c, struct mqtt_header *h);

/* A variable byte integer, 1.5.5; one of more than four octets sets CURSOR_BAD. */
uint32_t mqtt_varint(struct cursor *c);

/* Adds one packet to the record: `body` is what follows the fixed header (its first octets, where the packet is longer).
 * False: it contradicts itself. */
bool mqtt_packet_read(struct record *r, const struct mqtt_header *h, struct cursor body, uint8_t version, struct mqtt_said *said);

/* Whether the flags are those that 2.1.3 prescribes for the type. */
bool mqtt_flags_fit(const struct mqtt_header *h);

#endif
