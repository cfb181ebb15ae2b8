/* What an MQTT record can carry: EVE's members and Suricata's keywords. */
#include "dissectors/mqtt/fields.h"
#include "events/access.h"

static const struct field_name types[] = {
    { MQTT_CONNECT, "connect" }, { MQTT_CONNACK, "connack" }, { MQTT_PUBLISH, "publish" }, { MQTT_PUBACK, "puback" },
    { MQTT_PUBREC, "pubrec" }, { MQTT_PUBREL, "pubrel" }, { MQTT_PUBCOMP, "pubcomp" }, { MQTT_SUBSCRIBE, "subscribe" },
    { MQTT_SUBACK, "suback" }, { MQTT_UNSUBSCRIBE, "unsubscribe" }, { MQTT_UNSUBACK, "unsuback" }, { MQTT_PINGREQ, "pingreq" },
    { MQTT_PINGRESP, "pingresp" }, { MQTT_DISCONNECT, "disconnect" }, { MQTT_AUTH, "auth" }, { MQTT_RESERVED, "unassigned" },
    { 0, NULL }
};

static const struct field_name properties[] = {     /* 2.2.2.2 */
    { 0x01, "payload_format_indicator" }, { 0x02, "message_expiry_interval" }, { 0x03, "content_type" },
    { 0x08, "response_topic" }, { 0x09, "correlation_data" }, { 0x0b, "subscription_identifier" },
    { 0x11, "session_expiry_interval" }, { 0x12, "assigned_client_identifier" }, { 0x13, "server_keep_alive" },
    { 0x15, "authentication_method" }, { 0x16, "authentication_data" }, { 0x17, "request_problem_information" },
    { 0x18, "will_delay_interval" }, { 0x19, "request_response_information" }, { 0x1a, "response_information" },
    { 0x1c, "server_reference" }, { 0x1f, "reason_string" }, { 0x21, "receive_maximum" }, { 0x22, "topic_alias_maximum" },
    { 0x23, "topic_alias" }, { 0x24, "maximum_qos" }, { 0x25, "retain_available" }, { 0x26, "user_property" },
    { 0x27, "maximum_packet_size" }, { 0x28, "wildcard_subscription_available" },
    { 0x29, "subscription_identifiers_available" }, { 0x2a, "shared_subscription_available" }, { 0, NULL }
};

static const struct field_name sparkplug_types[] = {
    { SPARKPLUG_NBIRTH, "nbirth" }, { SPARKPLUG_NDEATH, "ndeath" }, { SPARKPLUG_DBIRTH, "dbirth" }, { SPARKPLUG_DDEATH, "ddeath" },
    { SPARKPLUG_NDATA, "ndata" }, { SPARKPLUG_DDATA, "ddata" }, { SPARKPLUG_NCMD, "ncmd" }, { SPARKPLUG_DCMD, "dcmd" },
    { SPARKPLUG_STATE, "state" }, { 0, NULL }
};

static const struct field_name metric_types[] = {      /* Sparkplug 3.0.0, 6.4.16 */
    { 1, "int8" }, { 2, "int16" }, { 3, "int32" }, { 4, "int64" }, { 5, "uint8" }, { 6, "uint16" }, { 7, "uint32" }, { 8, "uint64" },
    { 9, "float" }, { 10, "double" }, { 11, "boolean" }, { 12, "string" }, { 13, "datetime" }, { 14, "text" }, { 15, "uuid" },
    { 16, "dataset" }, { 17, "bytes" }, { 18, "file" }, { 19, "template" }, { 20, "propertyset" }, { 21, "propertysetlist" },
    { 22, "int8array" }, { 23, "int16array" }, { 24, "int32array" }, { 25, "int64array" }, { 26, "uint8array" }, { 27, "uint16array" },
    { 28, "uint32array" }, { 29, "uint64array" }, { 30, "floatarray" }, { 31, "doublearray" }, { 32, "booleanarray" },
    { 33, "stringarray" }, { 34, "datetimearray" }, { 0, NULL }
};

#define IN_OBJECT(packet) .in = MQTT_ROW(packet, MQTT_OBJECT) + 1
#define IN(list) .in = (list) + 1
#define TEXT(title, packet, also, text) { .name = title, .type = FIELD_TEXT, IN_OBJECT(packet), .aliases = also, .about = text }
#define FLAG(title, list, text) { .name = title, .type = FIELD_FLAG, IN(list), .about = text }

#define OBJECT(packet, title, reason, reason_flags) \
    [MQTT_ROW(packet, MQTT_OBJECT)] = { .name = title, .type = FIELD_LIST, .flags = FIELD_SINGLE, .about = "The " title " packet." }, \
    [MQTT_ROW(packet, MQTT_OF_QOS)] = { .name = "qos", .type = FIELD_UINT, IN_OBJECT(packet), .about = "Quality of service in its header." }, \
    [MQTT_ROW(packet, MQTT_OF_RETAIN)] = { .name = "retain", .type = FIELD_FLAG, IN_OBJECT(packet), .about = "The server keeps the message." }, \
    [MQTT_ROW(packet, MQTT_OF_DUP)] = { .name = "dup", .type = FIELD_FLAG, IN_OBJECT(packet), .about = "Sent before." }, \
    [MQTT_ROW(packet, MQTT_OF_ID)] = { .name = "message_id", .type = FIELD_UINT, IN_OBJECT(packet), .about = "Packet identifier." }, \
    [MQTT_ROW(packet, MQTT_OF_REASON)] = { .name = reason, .type = FIELD_UINT, .flags = reason_flags, IN_OBJECT(packet), \
                                           .about = "How it ended." }

static const struct field fields[] = {
    [MQTT_TYPE] = { .name = "type", .type = FIELD_UINT, .flags = FIELD_MANY | FIELD_NAMED, .names = types,
                    .about = "Control packets of the exchange, in order." },
    [MQTT_VERSION] = { .name = "protocol_version", .type = FIELD_UINT,
                       .about = "Protocol level that CONNECT named: 3 is 3.1, 4 is 3.1.1, 5 is 5.0; 0 before one was seen." },
    [MQTT_QOS] = { .name = "qos", .type = FIELD_UINT, .flags = FIELD_MANY | FIELD_HIDDEN,
                   .about = "Quality of service in any packet's header." },
    [MQTT_FLAGS] = { .name = "header_flags", .type = FIELD_UINT, .flags = FIELD_MANY | FIELD_HIDDEN,
                     .about = "DUP (8) and RETAIN (1) of any packet's header." },
    [MQTT_REASON] = { .name = "reason_code", .type = FIELD_UINT, .flags = FIELD_MANY | FIELD_HIDDEN,
                      .about = "The exchange's first reason code, and each one of SUBACK and UNSUBACK." },

    [MQTT_PROTOCOL_STRING] = TEXT("protocol_string", MQTT_CONNECT, NULL, "Name of the protocol: MQTT, or MQIsdp in 3.1."),
    [MQTT_PROTOCOL_VERSION] = { .name = "protocol_version", .type = FIELD_UINT, IN_OBJECT(MQTT_CONNECT), .about = "Protocol level." },
    [MQTT_CLIENT_ID] = TEXT("client_id", MQTT_CONNECT, "mqtt.connect.clientid", "Client identifier."),
    [MQTT_CONNECT_FLAGS] = { .name = "raw_flags", .type = FIELD_UINT, .flags = FIELD_HIDDEN, IN_OBJECT(MQTT_CONNECT),
                             .about = "Connect flags as one octet." },
    [MQTT_KEEPALIVE] = { .name = "keepalive", .type = FIELD_UINT, .unit = "s", IN_OBJECT(MQTT_CONNECT),
                         .about = "Longest silence of the client." },
    [MQTT_HAS] = { .name = "flags", .type = FIELD_LIST, .flags = FIELD_SINGLE, IN_OBJECT(MQTT_CONNECT), .about = "Connect flags." },
    [MQTT_HAS_USERNAME] = FLAG("username", MQTT_HAS, "A user name follows."),
    [MQTT_HAS_PASSWORD] = FLAG("password", MQTT_HAS, "A password follows."),
    [MQTT_HAS_WILL_RETAIN] = FLAG("will_retain", MQTT_HAS, "The will is kept."),
    [MQTT_HAS_WILL] = FLAG("will", MQTT_HAS, "A will follows."),
    [MQTT_HAS_CLEAN_SESSION] = FLAG("clean_session", MQTT_HAS, "Begins with nothing kept."),
    [MQTT_USERNAME] = TEXT("username", MQTT_CONNECT, NULL, "User name."),
    [MQTT_PASSWORD] = { .name = "password", .type = FIELD_TEXT, .flags = FIELD_HIDDEN, IN_OBJECT(MQTT_CONNECT), .about = "Password." },
    [MQTT_WILL] = { .name = "will", .type = FIELD_LIST, .flags = FIELD_SINGLE, IN_OBJECT(MQTT_CONNECT),
                    .about = "What the server publishes when the client is lost." },
    [MQTT_WILL_TOPIC] = { .name = "topic", .type = FIELD_TEXT, IN(MQTT_WILL), .aliases = "mqtt.connect.willtopic", .about = "Its topic." },
    [MQTT_WILL_MESSAGE] = { .name = "message", .type = FIELD_TEXT, IN(MQTT_WILL), .aliases = "mqtt.connect.willmessage",
                            .about = "Its message." },
    [MQTT_WILL_QOS] = { .name = "qos", .type = FIELD_UINT, IN(MQTT_WILL), .about = "Its quality of service." },
    [MQTT_SESSION_PRESENT] = { .name = "session_present", .type = FIELD_FLAG, IN_OBJECT(MQTT_CONNACK),
                               .about = "The server still knew the client." },
    [MQTT_TOPIC] = TEXT("topic", MQTT_PUBLISH, NULL, "Topic of the message."),
    [MQTT_MESSAGE] = TEXT("message", MQTT_PUBLISH, NULL, "The message."),
    [MQTT_TRUNCATED] = { .name = "truncated", .type = FIELD_FLAG, IN_OBJECT(MQTT_PUBLISH), .about = "Too long to be read whole." },
    [MQTT_SKIPPED_LENGTH] = { .name = "skipped_length", .type = FIELD_UINT, .unit = "bytes", IN_OBJECT(MQTT_PUBLISH),
                              .about = "How much of it was not read." },
    [MQTT_TOPICS] = { .name = "topics", .type = FIELD_LIST, IN_OBJECT(MQTT_SUBSCRIBE), .about = "What is subscribed to." },
    [MQTT_TOPICS_TOPIC] = { .name = "topic", .type = FIELD_TEXT, IN(MQTT_TOPICS), .aliases = "mqtt.subscribe.topic",
                            .about = "Topic filter." },
    [MQTT_TOPICS_QOS] = { .name = "qos", .type = FIELD_UINT, IN(MQTT_TOPICS), .about = "Subscription options; the low two bits are the quality of service." },
    [MQTT_UNSUBSCRIBE_TOPICS] = { .name = "topics", .type = FIELD_TEXT, .flags = FIELD_MANY, IN_OBJECT(MQTT_UNSUBSCRIBE),
                                  .aliases = "mqtt.unsubscribe.topic", .about = "Topic filters given up." },

    [MQTT_PROPERTIES] = { .name = "properties", .type = FIELD_LIST, .about = "Properties of version 5, of all packets of the exchange." },
    [MQTT_PROPERTY_PACKET] = { .name = "packet", .type = FIELD_UINT, .flags = FIELD_NAMED, .names = types, IN(MQTT_PROPERTIES),
                               .about = "Whose property it is." },
    [MQTT_PROPERTY_NAME] = { .name = "name", .type = FIELD_UINT, .flags = FIELD_NAMED, .names = properties, IN(MQTT_PROPERTIES),
                             .about = "Which property." },
    [MQTT_PROPERTY_NUMBER] = { .name = "number", .type = FIELD_UINT, IN(MQTT_PROPERTIES), .about = "Its value, if a number." },
    [MQTT_PROPERTY_KEY] = { .name = "key", .type = FIELD_TEXT, IN(MQTT_PROPERTIES), .about = "Name of a user property." },
    [MQTT_PROPERTY_VALUE] = { .name = "value", .type = FIELD_TEXT, IN(MQTT_PROPERTIES), .about = "Its value, if text or octets." },

    [MQTT_ACCESS] = { ACCESS_FIELD },
    [MQTT_SPARKPLUG] = { .name = "sparkplug", .type = FIELD_LIST, .flags = FIELD_SINGLE, .about = "Sparkplug B: what the message says, or the will." },
    [MQTT_SPARKPLUG_TYPE] = { .name = "message_type", .flags = FIELD_NAMED, .means = MEANS_FUNCTION, .names = sparkplug_types, IN(MQTT_SPARKPLUG),
                              .about = "What kind of message: of a node (n) or device (d), birth, death, data, command; state of a host." },
    [MQTT_SPARKPLUG_GROUP] = { .name = "group_id", .type = FIELD_TEXT, .means = MEANS_TARGET, IN(MQTT_SPARKPLUG), .about = "Group of edge nodes." },
    [MQTT_SPARKPLUG_NODE] = { .name = "edge_node_id", .type = FIELD_TEXT, .means = MEANS_TARGET, IN(MQTT_SPARKPLUG), .about = "Edge node." },
    [MQTT_SPARKPLUG_DEVICE] = { .name = "device_id", .type = FIELD_TEXT, .means = MEANS_TARGET, IN(MQTT_SPARKPLUG), .about = "Device behind the edge node." },
    [MQTT_SPARKPLUG_HOST] = { .name = "host_id", .type = FIELD_TEXT, IN(MQTT_SPARKPLUG), .about = "Host application whose state it is." },
    [MQTT_SPARKPLUG_TIME] = { .name = "timestamp", .type = FIELD_TIME, IN(MQTT_SPARKPLUG), .about = "When the message was sent, by the sender's clock." },
    [MQTT_SPARKPLUG_SEQ] = { .name = "seq", IN(MQTT_SPARKPLUG), .about = "Number of the node's message, 0 to 255." },
    [MQTT_SPARKPLUG_BDSEQ] = { .name = "bdseq", IN(MQTT_SPARKPLUG), .about = "Number that ties a node's death to its birth." },
    [MQTT_SPARKPLUG_UUID] = { .name = "uuid", .type = FIELD_TEXT, IN(MQTT_SPARKPLUG), .about = "What the payload is, where it is not plain metrics." },
    [MQTT_SPARKPLUG_MAKE] = { .name = "hardware_make", .type = FIELD_TEXT, .means = MEANS_VENDOR, IN(MQTT_SPARKPLUG), .about = "Maker that a birth names." },
    [MQTT_SPARKPLUG_MODEL] = { .name = "hardware_model", .type = FIELD_TEXT, .means = MEANS_PRODUCT, IN(MQTT_SPARKPLUG), .about = "Model that a birth names." },
    [MQTT_SPARKPLUG_FIRMWARE] = { .name = "firmware", .type = FIELD_TEXT, .means = MEANS_VERSION, IN(MQTT_SPARKPLUG), .about = "Firmware that a birth names." },
    [MQTT_METRICS] = { .name = "metrics", .type = FIELD_LIST, IN(MQTT_SPARKPLUG), .about = "Metrics in their order, at most 512." },
    [MQTT_METRIC_NAME] = { .name = "name", .type = FIELD_TEXT, .means = MEANS_TARGET, IN(MQTT_METRICS), .about = "Its name, or the one that a birth gave to its alias." },
    [MQTT_METRIC_ALIAS] = { .name = "alias", IN(MQTT_METRICS), .about = "Number that stands for the name." },
    [MQTT_METRIC_TYPE] = { .name = "type", .flags = FIELD_NAMED, .names = metric_types, IN(MQTT_METRICS), .about = "Type of the value; as the birth said, where the message does not." },
    [MQTT_METRIC_TIME] = { .name = "timestamp", .type = FIELD_TIME, IN(MQTT_METRICS), .about = "When the value was taken." },
    [MQTT_METRIC_NULL] = FLAG("is_null", MQTT_METRICS, "It has no value."),
    [MQTT_METRIC_HISTORICAL] = FLAG("is_historical", MQTT_METRICS, "An old value."),
    [MQTT_METRIC_TRANSIENT] = FLAG("is_transient", MQTT_METRICS, "Not to be stored."),
    [MQTT_METRIC_INTEGER] = { .name = "integer", .type = FIELD_INT, .means = MEANS_VALUE, IN(MQTT_METRICS), .about = "Value: a whole number." },
    [MQTT_METRIC_UNSIGNED] = { .name = "unsigned", .means = MEANS_VALUE, IN(MQTT_METRICS), .about = "Value of type uint64." },
    [MQTT_METRIC_REAL] = { .name = "real", .type = FIELD_REAL, .means = MEANS_VALUE, IN(MQTT_METRICS), .about = "Value: float or double." },
    [MQTT_METRIC_FLAG] = { .name = "boolean", .type = FIELD_FLAG, .means = MEANS_VALUE, IN(MQTT_METRICS), .about = "Value: true or false." },
    [MQTT_METRIC_TEXT] = { .name = "text", .type = FIELD_TEXT, .means = MEANS_VALUE, IN(MQTT_METRICS), .about = "Value: text." },
    [MQTT_METRIC_WHEN] = { .name = "datetime", .type = FIELD_TIME, IN(MQTT_METRICS), .about = "Value: a time." },
    [MQTT_METRIC_OCTETS] = { .name = "octets", .type = FIELD_BYTES, IN(MQTT_METRICS), .about = "Value: octets, arrays, data sets and templates as they are encoded." },

    OBJECT(MQTT_CONNECT, "connect", "reason_code", 0),      OBJECT(MQTT_CONNACK, "connack", "return_code", 0),
    OBJECT(MQTT_PUBLISH, "publish", "reason_code", 0),      OBJECT(MQTT_PUBACK, "puback", "reason_code", 0),
    OBJECT(MQTT_PUBREC, "pubrec", "reason_code", 0),        OBJECT(MQTT_PUBREL, "pubrel", "reason_code", 0),
    OBJECT(MQTT_PUBCOMP, "pubcomp", "reason_code", 0),      OBJECT(MQTT_SUBSCRIBE, "subscribe", "reason_code", 0),
    OBJECT(MQTT_SUBACK, "suback", "qos_granted", FIELD_MANY),
    OBJECT(MQTT_UNSUBSCRIBE, "unsubscribe", "reason_code", 0),
    OBJECT(MQTT_UNSUBACK, "unsuback", "reason_codes", FIELD_MANY),
    OBJECT(MQTT_PINGREQ, "pingreq", "reason_code", 0),      OBJECT(MQTT_PINGRESP, "pingresp", "reason_code", 0),
    OBJECT(MQTT_DISCONNECT, "disconnect", "reason_code", 0), OBJECT(MQTT_AUTH, "auth", "reason_code", 0),
};

static const struct anomaly anomalies[] = {
    [MQTT_MISSING_CONNECT]       = { "missing_connect", "CONNACK without CONNECT." },
    [MQTT_MISSING_PUBLISH]       = { "missing_publish", "PUBACK, PUBREC, PUBREL or PUBCOMP without PUBLISH." },
    [MQTT_MISSING_SUBSCRIBE]     = { "missing_subscribe", "SUBACK without SUBSCRIBE." },
    [MQTT_MISSING_UNSUBSCRIBE]   = { "missing_unsubscribe", "UNSUBACK without UNSUBSCRIBE." },
    [MQTT_DOUBLE_CONNECT]        = { "double_connect", "CONNECT on a connection that has one." },
    [MQTT_UNINTRODUCED_MESSAGE]  = { "unintroduced_message", "A packet before CONNECT was answered." },
    [MQTT_INVALID_QOS_LEVEL]     = { "invalid_qos_level", "Quality of service 3." },
    [MQTT_MISSING_MSG_ID]        = { "missing_msg_id", "A message to be acknowledged without packet identifier." },
    [MQTT_UNASSIGNED_MSG_TYPE]   = { "unassigned_msg_type", "Control packet type 0." },
    [MQTT_TOO_MANY_TRANSACTIONS] = { "too_many_transactions", "More open exchanges than are followed; this one gave way." },
    [MQTT_MALFORMED_TRAFFIC]     = { "malformed_traffic", "A packet that contradicts itself." },
    [MQTT_SPARKPLUG_MALFORMED]   = { "sparkplug_malformed", "A Sparkplug topic with a payload that is none." },
    [MQTT_INVALID_FLAGS]         = { "invalid_flags", "Header flags that the packet's type must not have." },
};

_Static_assert(sizeof fields / sizeof fields[0] == MQTT_ROW_COUNT, "a row for each field");
_Static_assert(sizeof anomalies / sizeof anomalies[0] == MQTT_ANOMALY_COUNT, "a row for each anomaly");

const struct schema mqtt_schema = { "mqtt", fields, MQTT_ROW_COUNT, anomalies, MQTT_ANOMALY_COUNT };
