/* What a HART-IP record can carry. */
#include "dissectors/hartip/fields.h"

static const struct field_name message_names[] = { { 0, "request" }, { 1, "response" }, { 2, "publish" }, { 15, "nak" }, { 0, NULL } };
static const struct field_name id_names[] = { { 0, "session_initiate" }, { 1, "session_close" }, { 2, "keep_alive" }, { 3, "pass_through" }, { 4, "direct_pdu" }, { 5, "read_audit_log" }, { 0, NULL } };
static const struct field_name status_names[] = {
    { 0, "success" }, { 2, "invalid_selection" }, { 5, "too_few_data_bytes" }, { 6, "device_specific_error" }, { 8, "set_to_nearest_possible_value" },
    { 14, "version_not_supported" }, { 15, "all_sessions_in_use" }, { 16, "access_restricted" }, { 0, NULL }
};
static const struct field_name master_names[] = { { 0, "secondary" }, { 1, "primary" }, { 0, NULL } };
static const struct field_name frame_names[] = { { 1, "burst" }, { 2, "master_to_field_device" }, { 6, "field_device_to_master" }, { 0, NULL } };

static const struct field_name command_names[] = {
    { 0, "read_unique_identifier" }, { 1, "read_primary_variable" }, { 2, "read_loop_current_and_percent_of_range" },
    { 3, "read_dynamic_variables_and_loop_current" }, { 6, "write_polling_address" }, { 7, "read_loop_configuration" },
    { 8, "read_dynamic_variable_classifications" }, { 9, "read_device_variables_with_status" }, { 11, "read_unique_identifier_associated_with_tag" },
    { 12, "read_message" }, { 13, "read_tag_descriptor_date" }, { 14, "read_primary_variable_transducer_information" },
    { 15, "read_device_information" }, { 16, "read_final_assembly_number" }, { 17, "write_message" }, { 18, "write_tag_descriptor_date" },
    { 19, "write_final_assembly_number" }, { 20, "read_long_tag" }, { 21, "read_unique_identifier_associated_with_long_tag" },
    { 22, "write_long_tag" }, { 31, "extended_command" }, { 33, "read_device_variables" }, { 34, "write_primary_variable_damping_value" },
    { 35, "write_primary_variable_range_values" }, { 36, "set_primary_variable_upper_range_value" }, { 37, "set_primary_variable_lower_range_value" },
    { 38, "reset_configuration_changed_flag" }, { 39, "eeprom_control" }, { 40, "enter_exit_fixed_current_mode" }, { 41, "perform_self_test" },
    { 42, "perform_device_reset" }, { 43, "set_primary_variable_zero" }, { 44, "write_primary_variable_units" }, { 45, "trim_loop_current_zero" },
    { 46, "trim_loop_current_gain" }, { 47, "write_primary_variable_transfer_function" }, { 48, "read_additional_device_status" },
    { 49, "write_primary_variable_transducer_serial_number" }, { 50, "read_dynamic_variable_assignments" },
    { 51, "write_dynamic_variable_assignments" }, { 52, "set_device_variable_zero" }, { 53, "write_device_variable_units" },
    { 54, "read_device_variable_information" }, { 55, "write_device_variable_damping_value" },
    { 56, "write_device_variable_transducer_serial_number" }, { 59, "write_number_of_response_preambles" }, { 71, "lock_device" }, { 72, "squawk" },
    { 73, "find_device" }, { 74, "read_io_system_capabilities" }, { 75, "poll_sub_device" }, { 76, "read_lock_device_state" },
    { 77, "send_command_to_sub_device" }, { 79, "write_device_variable" }, { 80, "read_device_variable_trim_points" },
    { 82, "write_device_variable_trim_point" }, { 83, "reset_device_variable_trim" }, { 84, "read_sub_device_identity_summary" },
    { 89, "set_real_time_clock" }, { 90, "read_real_time_clock" }, { 95, "read_device_communications_statistics" },
    { 103, "write_burst_period" }, { 104, "write_burst_trigger" }, { 105, "read_burst_mode_configuration" }, { 106, "flush_delayed_responses" },
    { 107, "write_burst_device_variables" }, { 108, "write_burst_mode_command_number" }, { 109, "burst_mode_control" },
    { 111, "transfer_service_control" }, { 112, "transfer_service" }, { 0, NULL }
};

static const struct field_name code_names[] = {
    { 0, "success" }, { 2, "invalid_selection" }, { 3, "passed_parameter_too_large" }, { 4, "passed_parameter_too_small" },
    { 5, "too_few_data_bytes_received" }, { 6, "device_specific_command_error" }, { 7, "in_write_protect_mode" }, { 16, "access_restricted" },
    { 32, "busy" }, { 33, "delayed_response_initiated" }, { 34, "delayed_response_running" }, { 64, "command_not_implemented" }, { 0, NULL }
};

static const struct field fields[] = {
    [HARTIP_VERSION] = { .name = "version", .about = "Version of HART-IP." },
    [HARTIP_TYPE] = { .name = "message_type", .names = message_names, .about = "Request, response, or published by the device itself." },
    [HARTIP_ID] = { .name = "message_id", .names = id_names, .about = "What the message is for." },
    [HARTIP_STATUS] = { .name = "status", .names = status_names, .about = "How the server took it." },
    [HARTIP_SEQUENCE] = { .name = "sequence", .about = "Number of the request, repeated by its response." },
    [HARTIP_LENGTH] = { .name = "length", .unit = "bytes", .about = "Length of the message with its header." },
    [HARTIP_ACCESS] = { ACCESS_FIELD },
    [HARTIP_MASTER] = { .name = "master_type", .names = master_names, .about = "Session: as which master the client speaks." },
    [HARTIP_TIMER] = { .name = "inactivity_timer", .unit = "ms", .about = "Session: after how much silence it ends." },
    [HARTIP_FRAME] = { .name = "frame_type", .names = frame_names, .about = "HART frame: who speaks to whom." },
    [HARTIP_ADDRESS] = { .name = "address", .means = MEANS_TARGET, .type = FIELD_BYTES, .about = "HART address as sent: polling address, or expanded type and identification; the top bits tell the master and burst mode." },
    [HARTIP_COMMAND] = { .name = "command", .flags = FIELD_MANY, .means = MEANS_FUNCTION, .names = command_names, .about = "HART command; from 128 on the device's own." },
    [HARTIP_EXTENDED] = { .name = "extended_command", .means = MEANS_FUNCTION, .about = "Command number of 16 bits, behind command 31." },
    [HARTIP_RESPONSE_CODE] = { .name = "response_code", .flags = FIELD_MANY, .names = code_names, .about = "What the field device says to the command; 8 to 15 and 24 to 31 are warnings." },
    [HARTIP_COMMUNICATION_ERROR] = { .name = "communication_error", .about = "Bits: what went wrong on the line between gateway and field device." },
    [HARTIP_DEVICE_STATUS] = { .name = "device_status", .about = "Bits: 128 malfunction, 64 configuration changed, 32 cold start, 16 more status, 8 loop current fixed, 4 loop current saturated, 2 another variable out of limits, 1 primary variable out of limits." },
    [HARTIP_VALUES] = { .name = "values", .type = FIELD_LIST, .flags = FIELD_MANY, .about = "Variables that are read or written." },
    [HARTIP_UNITS] = { .name = "units", .in = HARTIP_VALUES + 1, .about = "Units code of the value; none: mA or per cent." },
    [HARTIP_VALUE] = { .name = "value", .means = MEANS_VALUE, .in = HARTIP_VALUES + 1, .type = FIELD_REAL, .about = "The value." },
    [HARTIP_MANUFACTURER] = { .name = "manufacturer", .means = MEANS_VENDOR, .about = "Maker's number, as the FieldComm Group gives them." },
    [HARTIP_DEVICE_TYPE] = { .name = "device_type", .means = MEANS_PRODUCT, .about = "Expanded device type." },
    [HARTIP_PROTOCOL_REVISION] = { .name = "protocol_revision", .about = "Revision of HART that the device speaks." },
    [HARTIP_DEVICE_REVISION] = { .name = "device_revision", .about = "Revision of the device's commands." },
    [HARTIP_SOFTWARE] = { .name = "software_revision", .means = MEANS_VERSION, .about = "Revision of the device's software." },
    [HARTIP_DEVICE_ID] = { .name = "device_id", .means = MEANS_SERIAL, .type = FIELD_BYTES, .about = "Identification of the device, unique within its type." },
    [HARTIP_TAG] = { .name = "long_tag", .means = MEANS_NAME, .type = FIELD_TEXT, .about = "Name of the device in the plant: read or written." },
    [HARTIP_POLLING_ADDRESS] = { .name = "polling_address", .means = MEANS_VALUE, .about = "Address that command 6 gives the device." },
    [HARTIP_DATA] = { .name = "data", .type = FIELD_BYTES, .flags = FIELD_MANY, .about = "Data of the command, without the status octets." },
    [HARTIP_RESPONSE_TIME] = { .name = "response_time", .unit = "us", .about = "Packet time from the request to this response." },
};

static const struct anomaly anomalies[] = {
    [HARTIP_INVALID_FRAME] = { "invalid_frame", "The HART frame does not fill its message." },
    [HARTIP_INVALID_CHECKSUM] = { "invalid_checksum", "The HART frame's check byte is wrong." },
    [HARTIP_UNSOLICITED_RESPONSE] = { "unsolicited_response", "A response to a request that was not sent, though others were." },
};

const struct schema hartip_schema = {
    .name = "hartip", .fields = fields, .count = HARTIP_ROWS, .anomalies = anomalies, .anomaly_count = HARTIP_ANOMALIES
};
