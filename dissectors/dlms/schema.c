/* What a DLMS record can carry. */
#include "dissectors/dlms/fields.h"

static const struct field_name carrier_names[] = { { DLMS_HDLC, "hdlc" }, { DLMS_WRAPPER, "wrapper" }, { 0, NULL } };

static const struct field_name frame_names[] = {
    { 0, "i" }, { 1, "rr" }, { 5, "rnr" }, { 0x03, "ui" }, { 0x0f, "dm" }, { 0x43, "disc" }, { 0x63, "ua" }, { 0x83, "snrm" }, { 0x87, "frmr" }, { 0, NULL }
};

static const struct field_name apdu_names[] = {
    { 0x01, "initiate_request" }, { 0x05, "read_request" }, { 0x06, "write_request" }, { 0x08, "initiate_response" }, { 0x0c, "read_response" },
    { 0x0d, "write_response" }, { 0x0e, "confirmed_service_error" }, { 0x0f, "data_notification" }, { 0x16, "unconfirmed_write_request" },
    { 0x18, "information_report_request" }, { 0x60, "aarq" }, { 0x61, "aare" }, { 0x62, "rlrq" }, { 0x63, "rlre" }, { 0xc0, "get_request" },
    { 0xc1, "set_request" }, { 0xc2, "event_notification_request" }, { 0xc3, "action_request" }, { 0xc4, "get_response" }, { 0xc5, "set_response" },
    { 0xc7, "action_response" }, { 0xc8, "glo_get_request" }, { 0xc9, "glo_set_request" }, { 0xca, "glo_event_notification_request" },
    { 0xcb, "glo_action_request" }, { 0xcc, "glo_get_response" }, { 0xcd, "glo_set_response" }, { 0xcf, "glo_action_response" }, { 0xd0, "ded_get_request" },
    { 0xd1, "ded_set_request" }, { 0xd2, "ded_event_notification_request" }, { 0xd3, "ded_action_request" }, { 0xd4, "ded_get_response" },
    { 0xd5, "ded_set_response" }, { 0xd7, "ded_action_response" }, { 0xd8, "exception_response" }, { 0xdb, "general_glo_ciphering" },
    { 0xdc, "general_ded_ciphering" }, { 0xdd, "general_ciphering" }, { 0xdf, "general_signing" }, { 0xe0, "general_block_transfer" }, { 0, NULL }
};

static const struct field_name kind_names[] = {     /* the APDU's tag in the high byte, the choice in the low one */
    { 0xc001, "get_request_normal" }, { 0xc002, "get_request_next" }, { 0xc003, "get_request_with_list" }, { 0xc101, "set_request_normal" },
    { 0xc102, "set_request_with_first_datablock" }, { 0xc103, "set_request_with_datablock" }, { 0xc104, "set_request_with_list" },
    { 0xc105, "set_request_with_list_and_first_datablock" }, { 0xc301, "action_request_normal" }, { 0xc302, "action_request_next_pblock" },
    { 0xc303, "action_request_with_list" }, { 0xc304, "action_request_with_first_pblock" }, { 0xc305, "action_request_with_list_and_first_pblock" },
    { 0xc306, "action_request_with_pblock" }, { 0xc401, "get_response_normal" }, { 0xc402, "get_response_with_datablock" },
    { 0xc403, "get_response_with_list" }, { 0xc501, "set_response_normal" }, { 0xc502, "set_response_datablock" }, { 0xc503, "set_response_last_datablock" },
    { 0xc504, "set_response_last_datablock_with_list" }, { 0xc505, "set_response_with_list" }, { 0xc701, "action_response_normal" },
    { 0xc702, "action_response_with_pblock" }, { 0xc703, "action_response_with_list" }, { 0xc704, "action_response_next_pblock" }, { 0, NULL }
};

static const struct field_name context_names[] = {
    { 1, "logical_name" }, { 2, "short_name" }, { 3, "logical_name_ciphered" }, { 4, "short_name_ciphered" }, { 0, NULL }
};

static const struct field_name mechanism_names[] = {
    { 0, "lowest" }, { 1, "low_password" }, { 2, "high" }, { 3, "high_md5" }, { 4, "high_sha1" }, { 5, "high_gmac" }, { 6, "high_sha256" }, { 7, "high_ecdsa" },
    { 0, NULL }
};

static const struct field_name associate_names[] = { { 0, "accepted" }, { 1, "rejected_permanent" }, { 2, "rejected_transient" }, { 0, NULL } };
static const struct field_name state_names[] = { { 1, "service_not_allowed" }, { 2, "service_unknown" }, { 0, NULL } };
static const struct field_name service_names[] = {
    { 1, "operation_not_possible" }, { 2, "service_not_supported" }, { 3, "other_reason" }, { 4, "pdu_too_long" }, { 5, "deciphering_error" },
    { 6, "invocation_counter_error" }, { 0, NULL }
};

static const struct field_name class_names[] = {
    { 1, "data" }, { 3, "register" }, { 4, "extended_register" }, { 5, "demand_register" }, { 6, "register_activation" }, { 7, "profile_generic" },
    { 8, "clock" }, { 9, "script_table" }, { 10, "schedule" }, { 11, "special_days_table" }, { 12, "association_sn" }, { 15, "association_ln" },
    { 17, "sap_assignment" }, { 18, "image_transfer" }, { 19, "iec_local_port_setup" }, { 20, "activity_calendar" }, { 21, "register_monitor" },
    { 22, "single_action_schedule" }, { 23, "iec_hdlc_setup" }, { 27, "modem_configuration" }, { 28, "auto_answer" }, { 29, "auto_connect" },
    { 40, "push_setup" }, { 41, "tcp_udp_setup" }, { 42, "ipv4_setup" }, { 43, "mac_address_setup" }, { 45, "gprs_modem_setup" }, { 62, "compact_data" },
    { 64, "security_setup" }, { 65, "parameter_monitor" }, { 70, "disconnect_control" }, { 71, "limiter" }, { 72, "mbus_client" }, { 111, "account" },
    { 0, NULL }
};

static const struct field_name result_names[] = {
    { 0, "success" }, { 1, "hardware_fault" }, { 2, "temporary_failure" }, { 3, "read_write_denied" }, { 4, "object_undefined" },
    { 9, "object_class_inconsistent" }, { 11, "object_unavailable" }, { 12, "type_unmatched" }, { 13, "scope_of_access_violated" },
    { 14, "data_block_unavailable" }, { 15, "long_get_aborted" }, { 16, "no_long_get_in_progress" }, { 17, "long_set_aborted" },
    { 18, "no_long_set_in_progress" }, { 19, "data_block_number_invalid" }, { 250, "other_reason" }, { 0, NULL }
};

static const struct field_name type_names[] = {
    { 0, "null_data" }, { 1, "array" }, { 2, "structure" }, { 3, "boolean" }, { 4, "bit_string" }, { 5, "double_long" }, { 6, "double_long_unsigned" },
    { 9, "octet_string" }, { 10, "visible_string" }, { 12, "utf8_string" }, { 13, "bcd" }, { 15, "integer" }, { 16, "long" }, { 17, "unsigned" },
    { 18, "long_unsigned" }, { 20, "long64" }, { 21, "long64_unsigned" }, { 22, "enum" }, { 23, "float32" }, { 24, "float64" }, { 25, "date_time" },
    { 26, "date" }, { 27, "time" }, { 0, NULL }
};

static const struct field fields[] = {
    [DLMS_CARRIER]       = { .name = "carrier", .flags = FIELD_NAMED, .names = carrier_names, .about = "What the message came in." },
    [DLMS_SOURCE]        = { .name = "source", .about = "Address of the sender in it: HDLC address or wrapper port." },
    [DLMS_DESTINATION]   = { .name = "destination", .about = "Address of the receiver in it." },
    [DLMS_FRAME]         = { .name = "frame", .flags = FIELD_NAMED, .names = frame_names, .about = "Kind of HDLC frame." },
    [DLMS_APDU]          = { .name = "apdu", .means = MEANS_FUNCTION, .flags = FIELD_NAMED, .names = apdu_names, .about = "Kind of APDU; glo and ded are ciphered." },
    [DLMS_KIND]          = { .name = "service", .flags = FIELD_NAMED, .names = kind_names, .about = "The same with the service's own choice: normal, next, with_list, with_datablock." },
    [DLMS_ACCESS]        = { ACCESS_FIELD },
    [DLMS_INVOKE_ID]     = { .name = "invoke_id", .about = "Number of the request, repeated by its answer." },
    [DLMS_CIPHERED]      = { .name = "ciphered", .type = FIELD_FLAG, .about = "What is in it cannot be read." },
    [DLMS_SYSTEM_TITLE]  = { .name = "system_title", .means = MEANS_SERIAL, .type = FIELD_BYTES, .about = "System title of the sender: three octets of maker, five of number." },
    [DLMS_SECURITY]      = { .name = "security_control", .about = "Ciphered: suite, and whether authenticated (16), encrypted (32)." },
    [DLMS_COUNTER]       = { .name = "invocation_counter", .about = "Ciphered: counter that must grow." },
    [DLMS_CONTEXT]       = { .name = "application_context", .names = context_names, .about = "Association: how objects are named, and whether ciphered." },
    [DLMS_MECHANISM]     = { .name = "authentication_mechanism", .names = mechanism_names, .about = "Association: how the client proves itself; low_password is in clear text." },
    [DLMS_PASSWORD]      = { .name = "authentication_value", .type = FIELD_FLAG, .about = "The association carries a password or a challenge; itself it is not kept." },
    [DLMS_ASSOCIATE_RESULT] = { .name = "associate_result", .names = associate_names, .about = "Whether the association was accepted." },
    [DLMS_BLOCK]         = { .name = "block", .about = "Number of a block of a long answer or value." },
    [DLMS_LAST_BLOCK]    = { .name = "last_block", .type = FIELD_FLAG, .about = "It is the last one." },
    [DLMS_STATE_ERROR]   = { .name = "state_error", .names = state_names, .about = "Exception: state error." },
    [DLMS_SERVICE_ERROR] = { .name = "service_error", .names = service_names, .about = "Exception: service error." },
    [DLMS_OBJECTS]       = { .name = "objects", .type = FIELD_LIST, .flags = FIELD_MANY, .about = "Attributes and methods that are asked for; in a response, those of its request." },
    [DLMS_CLASS]         = { .name = "class_id", .means = MEANS_TARGET, .in = DLMS_OBJECTS + 1, .names = class_names, .about = "Interface class of the object." },
    [DLMS_OBIS]          = { .name = "obis", .means = MEANS_TARGET, .in = DLMS_OBJECTS + 1, .type = FIELD_TEXT, .about = "Logical name of the object, \"1.0.1.8.0.255\"." },
    [DLMS_ATTRIBUTE]     = { .name = "attribute", .means = MEANS_TARGET, .in = DLMS_OBJECTS + 1, .about = "Attribute that is read or set." },
    [DLMS_METHOD]        = { .name = "method", .means = MEANS_TARGET, .in = DLMS_OBJECTS + 1, .about = "Method that is called." },
    [DLMS_RESULT]        = { .name = "result", .in = DLMS_OBJECTS + 1, .names = result_names, .about = "Whether it could be." },
    [DLMS_VALUES]        = { .name = "values", .in = DLMS_OBJECTS + 1, .type = FIELD_LIST, .flags = FIELD_MANY, .about = "Values that are read, set or passed to a method; a structure's members follow it." },
    [DLMS_TYPE]          = { .name = "type", .in = DLMS_VALUES + 1, .flags = FIELD_NAMED, .names = type_names, .about = "Type of the value." },
    [DLMS_DEPTH]         = { .name = "depth", .in = DLMS_VALUES + 1, .about = "How many structures the value lies in; left out for none." },
    [DLMS_VALUE]         = { .name = "value", .means = MEANS_VALUE, .in = DLMS_VALUES + 1, .type = FIELD_REAL, .about = "Number of whatever type." },
    [DLMS_TEXT]          = { .name = "text", .in = DLMS_VALUES + 1, .type = FIELD_TEXT, .about = "Value of a string." },
    [DLMS_OCTETS]        = { .name = "octets", .in = DLMS_VALUES + 1, .type = FIELD_BYTES, .about = "Value of octets, bits, dates and times." },
    [DLMS_RESPONSE_TIME] = { .name = "response_time", .unit = "us", .about = "Packet time from the request to this response." },
};

static const struct anomaly anomalies[] = {
    [DLMS_INVALID_FRAME]        = { "invalid_frame", "Octets that are neither an HDLC frame nor the wrapper, or a frame that contradicts itself." },
    [DLMS_INVALID_CHECKSUM]     = { "invalid_checksum", "The HDLC frame's checksum is wrong." },
    [DLMS_INVALID_APDU]         = { "invalid_apdu", "An APDU that contradicts itself." },
    [DLMS_UNKNOWN_APDU]         = { "unknown_apdu", "A kind of APDU that nobody knows." },
    [DLMS_UNSOLICITED_RESPONSE] = { "unsolicited_response", "A response that no request asked for." },
    [DLMS_MESSAGE_TOO_LONG]     = { "message_too_long", "A message in frames that never ended." },
};

const struct schema dlms_schema = {
    .name = "dlms", .fields = fields, .count = DLMS_ROWS, .anomalies = anomalies, .anomaly_count = DLMS_ANOMALIES
};
