/* Rows, names and anomalies. */
#include "dissectors/c1222/fields.h"

static const struct field_name service_names[] = {
    { 0x20, "identify" }, { 0x21, "terminate" }, { 0x22, "disconnect" }, { 0x24, "deregister" }, { 0x25, "resolve" },
    { 0x26, "trace" }, { 0x27, "register" }, { 0x30, "full_read" }, { 0x31, "partial_read_index_1" },
    { 0x32, "partial_read_index_2" }, { 0x33, "partial_read_index_3" }, { 0x34, "partial_read_index_4" },
    { 0x35, "partial_read_index_5" }, { 0x36, "partial_read_index_6" }, { 0x37, "partial_read_index_7" },
    { 0x38, "partial_read_index_8" }, { 0x39, "partial_read_index_9" }, { 0x3e, "default_read" },
    { 0x3f, "partial_read_offset" }, { 0x40, "full_write" }, { 0x41, "partial_write_index_1" },
    { 0x42, "partial_write_index_2" }, { 0x43, "partial_write_index_3" }, { 0x44, "partial_write_index_4" },
    { 0x45, "partial_write_index_5" }, { 0x46, "partial_write_index_6" }, { 0x47, "partial_write_index_7" },
    { 0x48, "partial_write_index_8" }, { 0x49, "partial_write_index_9" }, { 0x4e, "default_write" },
    { 0x4f, "partial_write_offset" }, { 0x50, "logon" }, { 0x51, "security" }, { 0x52, "logoff" }, { 0x53, "authenticate" },
    { 0x60, "negotiate" }, { 0x61, "negotiate_1" }, { 0x62, "negotiate_2" }, { 0x63, "negotiate_3" },
    { 0x64, "negotiate_4" }, { 0x65, "negotiate_5" }, { 0x66, "negotiate_6" }, { 0x67, "negotiate_7" },
    { 0x68, "negotiate_8" }, { 0x69, "negotiate_9" }, { 0x6a, "negotiate_10" }, { 0x6b, "negotiate_11" }, { 0x70, "wait" },
    { 0x71, "timing_setup" }, { 0, NULL }
};

static const struct field_name response_names[] = {
    { 0x00, "ok" }, { 0x01, "error" }, { 0x02, "service_not_supported" }, { 0x03, "insufficient_security_clearance" },
    { 0x04, "operation_not_possible" }, { 0x05, "inappropriate_action_requested" }, { 0x06, "device_busy" },
    { 0x07, "data_not_ready" }, { 0x08, "data_locked" }, { 0x09, "renegotiate_request" },
    { 0x0a, "invalid_service_sequence_state" }, { 0x0b, "security_mechanism_error" }, { 0x0c, "unknown_application_title" },
    { 0x0d, "network_time_out" }, { 0x0e, "network_not_reachable" }, { 0x0f, "request_too_large" },
    { 0x10, "response_too_large" }, { 0x11, "segmentation_not_possible" }, { 0x12, "segmentation_error" }, { 0, NULL }
};

static const struct field_name type_names[] = { { 0, "request" }, { 1, "response" }, { 0, NULL } };

static const struct field_name security_names[] = {
    { 0, "cleartext" }, { 1, "cleartext_with_authentication" }, { 2, "ciphertext_with_authentication" }, { 0, NULL }
};

static const struct field_name table_names[] = {
    { 0, "general_configuration" }, { 1, "manufacturer_identification" }, { 2, "device_nameplate" }, { 3, "mode_and_status" },
    { 5, "device_identification" }, { 6, "utility_information" }, { 7, "procedure_initiate" }, { 8, "procedure_response" },
    { 23, "current_registers" }, { 42, "security" }, { 44, "access_control" }, { 52, "clock" }, { 55, "clock_state" }, { 0, NULL }
};

static const struct field_name procedure_names[] = {
    { 0, "cold_start" }, { 1, "warm_start" }, { 2, "save_configuration" }, { 3, "clear_data" }, { 4, "reset_list_pointers" },
    { 6, "change_end_device_mode" }, { 7, "clear_status_flags" }, { 9, "remote_reset" }, { 10, "set_date_time" },
    { 11, "execute_diagnostics" }, { 12, "activate_pending_tables" }, { 13, "clear_pending_tables" }, { 21, "direct_load_control" },
    { 0, NULL }
};

static const struct field fields[] = {
    [C1222_CALLED]        = { .name = "called_ap_title", .means = MEANS_TARGET, .type = FIELD_TEXT, .about = "Who is called, an object identifier; a relative one as hex behind a dot." },
    [C1222_CALLING]       = { .name = "calling_ap_title", .type = FIELD_TEXT, .about = "Who calls." },
    [C1222_CALLED_ID]     = { .name = "called_ap_invocation_id", .about = "In a response: which request it answers." },
    [C1222_CALLING_ID]    = { .name = "calling_ap_invocation_id", .about = "Number of the message." },
    [C1222_AUTHENTICATED] = { .name = "authenticated", .type = FIELD_FLAG, .about = "The message carries an authentication value." },
    [C1222_FLAGS]         = { .name = "epsem_flags", .about = "EPSEM control byte." },
    [C1222_SECURITY]      = { .name = "security_mode", .names = security_names, .about = "How the services are protected; of ciphertext no more is told." },
    [C1222_DEVICE_CLASS]  = { .name = "device_class", .type = FIELD_BYTES, .about = "Device class that the services are for." },
    [C1222_TYPE]          = { .name = "type", .names = type_names, .about = "Request or response." },
    [C1222_SERVICE]       = { .name = "service", .means = MEANS_FUNCTION, .flags = FIELD_MANY, .names = service_names, .about = "Services asked for; the response repeats the first." },
    [C1222_ACCESS]        = { ACCESS_FIELD },
    [C1222_RESPONSE]      = { .name = "response_code", .flags = FIELD_MANY, .names = response_names, .about = "How each service ended." },
    [C1222_TABLE]         = { .name = "table", .means = MEANS_TARGET, .flags = FIELD_MANY, .names = table_names, .about = "Table of ANSI C12.19 that is read or written." },
    [C1222_OFFSET]        = { .name = "offset", .means = MEANS_TARGET, .flags = FIELD_MANY, .about = "First octet in the table." },
    [C1222_INDEX]         = { .name = "index", .means = MEANS_TARGET, .flags = FIELD_MANY, .about = "Indexes of an element in the table." },
    [C1222_COUNT]         = { .name = "count", .means = MEANS_EXTENT, .flags = FIELD_MANY, .about = "Octets, or elements read by index." },
    [C1222_PROCEDURE]     = { .name = "procedure", .means = MEANS_TARGET, .names = procedure_names, .about = "Procedure that a write to table 7 starts." },
    [C1222_USER_ID]       = { .name = "user_id", .about = "Number of the user who logs on." },
    [C1222_USER]          = { .name = "user", .type = FIELD_TEXT, .about = "Name of the user who logs on." },
    [C1222_PASSWORD_SENT] = { .name = "password_sent", .type = FIELD_FLAG, .about = "A password went in clear; it is not kept." },
    [C1222_SECONDS]       = { .name = "seconds", .unit = "s", .about = "Wait: for how long." },
    [C1222_AP_TITLE]      = { .name = "ap_title", .type = FIELD_TEXT, .about = "Resolve and trace: who is looked for." },
    [C1222_DATA]          = { .name = "data", .type = FIELD_BYTES, .flags = FIELD_MANY, .about = "What is read or written, or what no other field says." },
    [C1222_RESPONSE_TIME] = { .name = "response_time", .unit = "us", .about = "Packet time from the request to this response." },
};

static const struct anomaly anomalies[] = {
    [C1222_INVALID_MESSAGE]      = { "invalid_message", "A message whose elements cannot be read." },
    [C1222_INVALID_LENGTH]       = { "invalid_length", "Fewer bytes than a service needs." },
    [C1222_UNSOLICITED_RESPONSE] = { "unsolicited_response", "A response that no request asked for." },
};

const struct schema c1222_schema = {
    .name = "c1222", .fields = fields, .count = C1222_ROWS, .anomalies = anomalies, .anomaly_count = C1222_ANOMALIES
};
