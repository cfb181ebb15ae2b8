/* RTPS's fields. */
#include "dissectors/rtps/fields.h"

static const struct field_name vendor_names[] = {
    { 0x0101, "RTI Connext" }, { 0x0102, "ADLINK OpenSplice" }, { 0x0103, "OCI OpenDDS" }, { 0x0104, "MilSoft" }, { 0x0105, "Kongsberg InterCOM" },
    { 0x0106, "TwinOaks CoreDX" }, { 0x0107, "Lakota" }, { 0x0108, "ICOUP" }, { 0x0109, "ETRI" }, { 0x010a, "RTI Connext Micro" },
    { 0x010b, "ADLINK Vortex Cafe" }, { 0x010c, "PrismTech" }, { 0x010d, "ADLINK Vortex Lite" }, { 0x010e, "Technicolor Qeo" },
    { 0x010f, "eProsima Fast DDS" }, { 0x0110, "Eclipse Cyclone DDS" }, { 0x0111, "GurumNetworks" }, { 0x0112, "Atostek RustDDS" },
    { 0x0113, "ZRDDS 臻融" }, { 0x0114, "S2E Dust DDS" }, { 0, NULL }
};

static const struct field_name kind_names[] = {
    { 0x01, "pad" }, { 0x02, "var" }, { 0x03, "issue" }, { 0x06, "acknack" }, { 0x07, "heartbeat" }, { 0x08, "gap" }, { 0x09, "info_ts" },
    { 0x0c, "info_src" }, { 0x0d, "info_reply_ip4" }, { 0x0e, "info_dst" }, { 0x0f, "info_reply" }, { 0x10, "old_data_frag" },
    { 0x11, "old_nokey_data_frag" }, { 0x12, "nack_frag" }, { 0x13, "heartbeat_frag" }, { 0x15, "data" }, { 0x16, "data_frag" },
    { 0x30, "sec_body" }, { 0x31, "sec_prefix" }, { 0x32, "sec_postfix" }, { 0x33, "srtps_prefix" }, { 0x34, "srtps_postfix" }, { 0, NULL }
};

static const struct field_name entity_names[] = {
    { 0x00000000, "unknown" }, { 0x000001c1, "participant" }, { 0x000002c2, "topics_writer" }, { 0x000002c7, "topics_reader" },
    { 0x000003c2, "publications_writer" }, { 0x000003c7, "publications_reader" }, { 0x000004c2, "subscriptions_writer" },
    { 0x000004c7, "subscriptions_reader" }, { 0x000100c2, "participant_writer" }, { 0x000100c7, "participant_reader" },
    { 0x000200c2, "participant_message_writer" }, { 0x000200c7, "participant_message_reader" }, { 0x000201c3, "participant_stateless_writer" },
    { 0x000201c4, "participant_stateless_reader" }, { 0x000300c3, "type_lookup_request_writer" }, { 0x000300c4, "type_lookup_request_reader" },
    { 0x000301c3, "type_lookup_reply_writer" }, { 0x000301c4, "type_lookup_reply_reader" }, { 0xff0003c2, "publications_secure_writer" },
    { 0xff0003c7, "publications_secure_reader" }, { 0xff0004c2, "subscriptions_secure_writer" }, { 0xff0004c7, "subscriptions_secure_reader" },
    { 0xff0101c2, "participant_secure_writer" }, { 0xff0101c7, "participant_secure_reader" }, { 0xff0200c2, "participant_message_secure_writer" },
    { 0xff0200c7, "participant_message_secure_reader" }, { 0xff0202c3, "participant_volatile_secure_writer" },
    { 0xff0202c4, "participant_volatile_secure_reader" }, { 0, NULL }
};

static const struct field_name discovered_names[] = {
    { RTPS_PARTICIPANT_WRITER, "participant" }, { RTPS_TOPICS_WRITER, "topic" }, { RTPS_PUBLICATIONS_WRITER, "writer" },
    { RTPS_SUBSCRIPTIONS_WRITER, "reader" }, { RTPS_PUBLICATIONS_SECURE_WRITER, "secure_writer" },
    { RTPS_SUBSCRIPTIONS_SECURE_WRITER, "secure_reader" }, { RTPS_PARTICIPANT_SECURE_WRITER, "secure_participant" }, { 0, NULL }
};

static const struct field_name status_names[] = { { 0, "alive" }, { 1, "disposed" }, { 2, "unregistered" }, { 3, "disposed_unregistered" }, { 0, NULL } };
static const struct field_name representation_names[] = {
    { 0, "cdr_be" }, { 1, "cdr_le" }, { 2, "pl_cdr_be" }, { 3, "pl_cdr_le" }, { 4, "xml" }, { 6, "cdr2_be" }, { 7, "cdr2_le" },
    { 8, "d_cdr2_be" }, { 9, "d_cdr2_le" }, { 10, "pl_cdr2_be" }, { 11, "pl_cdr2_le" }, { 0, NULL }
};
static const struct field_name reliability_names[] = { { 1, "best_effort" }, { 2, "reliable" }, { 0, NULL } };
static const struct field_name durability_names[] = { { 0, "volatile" }, { 1, "transient_local" }, { 2, "transient" }, { 3, "persistent" }, { 0, NULL } };

#define OF_SUBMESSAGE .in = RTPS_SUBMESSAGES + 1
#define OF_DISCOVERED .in = RTPS_DISCOVERED + 1

static const struct field fields[] = {
    [RTPS_MAJOR]   = { .name = "version", .about = "Major version of the protocol." },
    [RTPS_MINOR]   = { .name = "minor_version", .about = "Minor version of the protocol." },
    [RTPS_VENDOR]  = { .name = "vendor", .means = MEANS_VENDOR, .names = vendor_names, .about = "Whose DDS sends this: the DDS Foundation's number." },
    [RTPS_PREFIX]  = { .name = "guid_prefix", .type = FIELD_BYTES, .about = "Participant that sends this." },
    [RTPS_TO]      = { .name = "destination_prefix", .type = FIELD_BYTES, .flags = FIELD_MANY, .about = "Participant that it is for (INFO_DST); zeroes for all." },
    [RTPS_ACCESS]  = { ACCESS_FIELD },
    [RTPS_TIME]    = { .name = "source_timestamp", .type = FIELD_TIME, .flags = FIELD_MANY, .about = "When the samples were written, by the writer's clock." },
    [RTPS_SUBMESSAGES] = { .name = "submessages", .type = FIELD_LIST, .about = "Submessages in their order." },
    [RTPS_KIND]    = { .name = "kind", OF_SUBMESSAGE, .names = kind_names, .about = "Kind of submessage; from 128 on a vendor's." },
    [RTPS_READER]  = { .name = "reader", OF_SUBMESSAGE, .names = entity_names, .about = "Reader it is for; 0 for all of the writer's." },
    [RTPS_WRITER]  = { .name = "writer", OF_SUBMESSAGE, .names = entity_names, .about = "Writer it is of." },
    [RTPS_SEQUENCE] = { .name = "sequence", OF_SUBMESSAGE, .about = "Number of the sample." },
    [RTPS_FIRST]   = { .name = "first", OF_SUBMESSAGE, .about = "First sample that the writer has, the reader lacks, or that never comes." },
    [RTPS_LAST]    = { .name = "last", OF_SUBMESSAGE, .about = "Last sample that the writer has." },
    [RTPS_COUNT]   = { .name = "count", OF_SUBMESSAGE, .about = "Number of the heartbeat." },
    [RTPS_FRAGMENT] = { .name = "fragment", OF_SUBMESSAGE, .about = "Number of the sample's first fragment in here." },
    [RTPS_STATUS]  = { .name = "status", OF_SUBMESSAGE, .names = status_names, .about = "What becomes of the instance." },
    [RTPS_TOPIC]   = { .name = "topic", OF_SUBMESSAGE, .means = MEANS_TARGET, .type = FIELD_TEXT, .about = "Topic of the sample: as the writer announced it, at most 64 octets, or as the sample says." },
    [RTPS_TYPE]    = { .name = "type", OF_SUBMESSAGE, .type = FIELD_TEXT, .about = "Type of the topic's samples." },
    [RTPS_REPRESENTATION] = { .name = "representation", OF_SUBMESSAGE, .names = representation_names, .about = "How the sample is encoded." },
    [RTPS_LENGTH]  = { .name = "length", OF_SUBMESSAGE, .unit = "bytes", .about = "Size of the sample." },
    [RTPS_DATA]    = { .name = "data", OF_SUBMESSAGE, .type = FIELD_BYTES, .flags = FIELD_HIDDEN, .about = "The sample as it is encoded, or the fragments in here." },
    [RTPS_DISCOVERED] = { .name = "discovered", .type = FIELD_LIST, .about = "Participants, writers and readers that are announced." },
    [RTPS_ENDPOINT] = { .name = "what", OF_DISCOVERED, .names = discovered_names, .about = "What is announced." },
    [RTPS_GUID]    = { .name = "guid", OF_DISCOVERED, .type = FIELD_BYTES, .flags = FIELD_MANY, .about = "Its number: the participant's prefix and the entity." },
    [RTPS_ENDPOINT_TOPIC] = { .name = "topic", OF_DISCOVERED, .means = MEANS_TARGET, .type = FIELD_TEXT, .about = "Topic that it writes or reads." },
    [RTPS_ENDPOINT_TYPE] = { .name = "type", OF_DISCOVERED, .type = FIELD_TEXT, .about = "Type of the topic's samples." },
    [RTPS_NAME]    = { .name = "entity_name", OF_DISCOVERED, .means = MEANS_NAME, .type = FIELD_TEXT, .about = "Its name." },
    [RTPS_PRODUCT_VERSION] = { .name = "product_version", OF_DISCOVERED, .means = MEANS_VERSION, .type = FIELD_TEXT, .about = "RTI Connext: version of the library." },
    [RTPS_DOMAIN]  = { .name = "domain_id", OF_DISCOVERED, .about = "DDS domain." },
    [RTPS_DOMAIN_TAG] = { .name = "domain_tag", OF_DISCOVERED, .type = FIELD_TEXT, .about = "Tag that parts the domain." },
    [RTPS_PARTITION] = { .name = "partition", OF_DISCOVERED, .type = FIELD_TEXT, .flags = FIELD_MANY, .about = "Partitions that it is in." },
    [RTPS_RELIABILITY] = { .name = "reliability", OF_DISCOVERED, .names = reliability_names, .about = "Whether lost samples are sent again." },
    [RTPS_DURABILITY] = { .name = "durability", OF_DISCOVERED, .names = durability_names, .about = "What later readers get." },
    [RTPS_LEASE]   = { .name = "lease", OF_DISCOVERED, .type = FIELD_REAL, .unit = "s", .about = "Longest silence before the participant is taken for gone." },
    [RTPS_ADDRESS] = { .name = "address", OF_DISCOVERED, .type = FIELD_ADDR, .flags = FIELD_MANY, .about = "Addresses that it listens at." },
    [RTPS_PORT]    = { .name = "port", OF_DISCOVERED, .flags = FIELD_MANY, .about = "Their ports, in the same order." },
    [RTPS_PROPERTY_NAME] = { .name = "property_name", OF_DISCOVERED, .type = FIELD_TEXT, .flags = FIELD_MANY, .about = "Names of its properties: host, process, application." },
    [RTPS_PROPERTY_VALUE] = { .name = "property_value", OF_DISCOVERED, .type = FIELD_TEXT, .flags = FIELD_MANY, .about = "Their values, in the same order." },
    [RTPS_SECURE]  = { .name = "identity_token", OF_DISCOVERED, .type = FIELD_FLAG, .about = "It takes part in DDS Security." },
};

static const struct anomaly anomalies[] = {
    [RTPS_TRUNCATED]          = { "truncated", "A submessage is longer than the message, or shorter than its kind needs." },
    [RTPS_UNKNOWN_SUBMESSAGE] = { "unknown_submessage", "A kind of submessage that the standard does not have." },
    [RTPS_INVALID_LIST]       = { "invalid_parameter_list", "A parameter list without its end." },
};

const struct schema rtps_schema = {
    .name = "rtps", .fields = fields, .count = RTPS_ROWS, .anomalies = anomalies, .anomaly_count = RTPS_ANOMALIES
};
