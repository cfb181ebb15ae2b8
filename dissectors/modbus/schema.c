/* What a Modbus record can carry. Names are the specification's own words; anomalies that Suricata has carry its names. */
#include "dissectors/modbus/fields.h"

static const struct field_name type_names[] = {
    { MODBUS_REQUEST, "request" }, { MODBUS_RESPONSE, "response" }, { MODBUS_EXCEPTION, "exception" }, { 0, NULL }
};

static const struct field_name function_names[] = {
    { 1, "read_coils" },
    { 2, "read_discrete_inputs" },
    { 3, "read_holding_registers" },
    { 4, "read_input_registers" },
    { 5, "write_single_coil" },
    { 6, "write_single_register" },
    { 7, "read_exception_status" },
    { 8, "diagnostics" },
    { 9, "program_484" },               /* 9, 10, 13, 14, 18, 19: the Modicon PI-MBUS-300 guide, reserved today */
    { 10, "poll_484" },
    { 11, "get_comm_event_counter" },
    { 12, "get_comm_event_log" },
    { 13, "program_controller" },
    { 14, "poll_controller" },
    { 15, "write_multiple_coils" },
    { 16, "write_multiple_registers" },
    { 17, "report_server_id" },
    { 18, "program_884" },
    { 19, "reset_comm_link" },
    { 20, "read_file_record" },
    { 21, "write_file_record" },
    { 22, "mask_write_register" },
    { 23, "read_write_multiple_registers" },
    { 24, "read_fifo_queue" },
    { 43, "encapsulated_interface_transport" },
    { 90, "umas" },                     /* Schneider Electric's programming protocol */
    { 0, NULL }
};

static const struct field_name category_names[] = {
    { MODBUS_PUBLIC, "public" }, { MODBUS_USER_DEFINED, "user_defined" }, { MODBUS_RESERVED, "reserved" },
    { MODBUS_UNASSIGNED, "unassigned" }, { 0, NULL }
};

static const struct field_name object_names[] = {
    { MODBUS_COILS, "coils" }, { MODBUS_DISCRETE_INPUTS, "discrete_inputs" },
    { MODBUS_INPUT_REGISTERS, "input_registers" }, { MODBUS_HOLDING_REGISTERS, "holding_registers" },
    { MODBUS_FILES, "files" }, { MODBUS_FIFO, "fifo" }, { 0, NULL }
};

static const struct field_name exception_names[] = {
    { 1, "illegal_function" },
    { 2, "illegal_data_address" },
    { 3, "illegal_data_value" },
    { 4, "server_device_failure" },
    { 5, "acknowledge" },
    { 6, "server_device_busy" },
    { 7, "negative_acknowledge" },      /* PI-MBUS-300; gone from V1.1b3, still sent */
    { 8, "memory_parity_error" },
    { 10, "gateway_path_unavailable" },
    { 11, "gateway_target_device_failed_to_respond" },
    { 0, NULL }
};

static const struct field_name sub_function_names[] = {
    { 0, "return_query_data" },
    { 1, "restart_communications_option" },
    { 2, "return_diagnostic_register" },
    { 3, "change_ascii_input_delimiter" },
    { 4, "force_listen_only_mode" },
    { 10, "clear_counters_and_diagnostic_register" },
    { 11, "return_bus_message_count" },
    { 12, "return_bus_communication_error_count" },
    { 13, "return_bus_exception_error_count" },
    { 14, "return_server_message_count" },
    { 15, "return_server_no_response_count" },
    { 16, "return_server_nak_count" },
    { 17, "return_server_busy_count" },
    { 18, "return_bus_character_overrun_count" },
    { 20, "clear_overrun_counter_and_flag" },
    { 21, "get_clear_modbus_plus_statistics" },
    { 0, NULL }
};

static const struct field_name mei_names[] = {
    { 13, "canopen_general_reference" }, { 14, "read_device_identification" }, { 0, NULL }
};

static const struct field_name device_id_names[] = {
    { 1, "basic" }, { 2, "regular" }, { 3, "extended" }, { 4, "specific" }, { 0, NULL }
};

static const struct field_name object_id_names[] = {
    { 0, "vendor_name" }, { 1, "product_code" }, { 2, "major_minor_revision" }, { 3, "vendor_url" },
    { 4, "product_name" }, { 5, "model_name" }, { 6, "user_application_name" }, { 0, NULL }
};

static const struct field_name umas_names[] = {
    { 0x01, "init_comm" }, { 0x02, "read_id" }, { 0x03, "read_project_info" }, { 0x04, "read_plc_info" }, { 0x06, "read_card_info" },
    { 0x0a, "repeat" }, { 0x10, "take_plc_reservation" }, { 0x11, "release_plc_reservation" }, { 0x12, "keep_alive" },
    { 0x20, "read_memory_block" }, { 0x21, "write_memory_block" }, { 0x22, "read_variables" }, { 0x23, "write_variables" },
    { 0x24, "read_coils_registers" }, { 0x25, "write_coils_registers" }, { 0x30, "initialize_upload" }, { 0x31, "upload_block" },
    { 0x32, "end_strategy_upload" }, { 0x33, "initialize_download" }, { 0x34, "download_block" }, { 0x35, "end_strategy_download" },
    { 0x36, "backup" }, { 0x38, "enhanced_reservation" }, { 0x39, "read_eth_master_data" }, { 0x40, "start_plc" }, { 0x41, "stop_plc" },
    { 0x50, "monitor_plc" }, { 0x58, "check_plc" }, { 0x6d, "authenticate_nonce" }, { 0x6e, "authenticate" },
    { 0x70, "read_io_object" }, { 0x71, "write_io_object" }, { 0x73, "get_status_module" }, { 0, NULL }
};

static const struct field_name umas_status_names[] = { { 0xfd, "error" }, { 0xfe, "ok" }, { 0, NULL } };

static const struct field fields[] = {
    [MODBUS_TRANSACTION_ID]  = { .name = "transaction_id", .about = "MBAP transaction identifier, chosen by the client and echoed by the server." },
    [MODBUS_PROTOCOL_ID]     = { .name = "protocol_id", .about = "MBAP protocol identifier; given only where it is not 0, Modbus." },
    [MODBUS_LENGTH]          = { .name = "length", .unit = "bytes", .about = "MBAP length: unit identifier and PDU." },
    [MODBUS_UNIT_ID]         = { .name = "unit_id", .means = MEANS_UNIT, .about = "The device behind a gateway; 0 broadcasts, 255 is the server itself." },
    [MODBUS_TYPE]            = { .name = "type", .names = type_names, .about = "Request, response, or exception response." },
    [MODBUS_FUNCTION_CODE]   = { .name = "function_code", .means = MEANS_FUNCTION, .names = function_names, .aliases = "modbus.function", .about = "Function code without the exception bit." },
    [MODBUS_CATEGORY]        = { .name = "category", .names = category_names, .about = "Who defines the function code (V1.1b3, section 5)." },
    [MODBUS_ACCESS]          = { ACCESS_FIELD },
    [MODBUS_OBJECT]          = { .name = "object", .means = MEANS_TARGET, .names = object_names, .about = "The data model's table that the function works on." },
    [MODBUS_EXCEPTION_CODE]  = { .name = "exception_code", .names = exception_names, .about = "Why the server refused." },
    [MODBUS_ADDRESS]         = { .name = "address", .means = MEANS_TARGET, .about = "First coil or register, counted from 0; in a response, what the request asked for. Read/write: where it reads." },
    [MODBUS_QUANTITY]        = { .name = "quantity", .means = MEANS_EXTENT, .about = "How many coils or registers; in a response, what the request asked for. Read/write: how many it reads." },
    [MODBUS_VALUE]           = { .name = "value", .means = MEANS_VALUE, .flags = FIELD_MANY, .about = "Coils (0 or 1) or 16-bit registers in the order of their addresses: read, to be written, or a diagnostic's data." },
    [MODBUS_WRITE_ADDRESS]   = { .name = "write_address", .means = MEANS_TARGET, .about = "First coil or register that is written." },
    [MODBUS_WRITE_QUANTITY]  = { .name = "write_quantity", .means = MEANS_EXTENT, .about = "How many coils or registers are written." },
    [MODBUS_AND_MASK]        = { .name = "and_mask", .about = "Mask write: register = (register AND and_mask) OR (or_mask AND NOT and_mask)." },
    [MODBUS_OR_MASK]         = { .name = "or_mask", .about = "Mask write, see and_mask." },
    [MODBUS_SUB_FUNCTION]    = { .name = "sub_function", .means = MEANS_FUNCTION, .names = sub_function_names, .about = "Diagnostics: what is asked." },
    [MODBUS_STATUS]          = { .name = "status", .about = "Exception status outputs (function 7), or the event counter's status word (11, 12): ffff busy." },
    [MODBUS_EVENT_COUNT]     = { .name = "event_count", .about = "Successful messages since the server's start (11, 12)." },
    [MODBUS_MESSAGE_COUNT]   = { .name = "message_count", .about = "Messages processed since the server's start (12)." },
    [MODBUS_EVENTS]          = { .name = "events", .type = FIELD_BYTES, .about = "Event log, newest first (12)." },
    [MODBUS_SERVER_ID]       = { .name = "server_id", .type = FIELD_BYTES, .about = "Server id, run indicator and what the maker adds (17)." },
    [MODBUS_FILE_RECORDS]    = { .name = "file_records", .type = FIELD_LIST, .flags = FIELD_MANY, .about = "File records that are read or written (20, 21)." },
    [MODBUS_FILE_NUMBER]     = { .name = "file_number", .means = MEANS_TARGET, .in = MODBUS_FILE_RECORDS + 1, .about = "File, 1 to 65535." },
    [MODBUS_RECORD_NUMBER]   = { .name = "record_number", .means = MEANS_TARGET, .in = MODBUS_FILE_RECORDS + 1, .about = "First record in the file, 0 to 9999." },
    [MODBUS_RECORD_LENGTH]   = { .name = "record_length", .means = MEANS_EXTENT, .in = MODBUS_FILE_RECORDS + 1, .unit = "registers", .about = "Length of the piece in registers." },
    [MODBUS_RECORD_DATA]     = { .name = "record_data", .in = MODBUS_FILE_RECORDS + 1, .type = FIELD_BYTES, .about = "What is read or written." },
    [MODBUS_MEI_TYPE]        = { .name = "mei_type", .means = MEANS_FUNCTION, .names = mei_names, .about = "Encapsulated interface (43): which one." },
    [MODBUS_DEVICE_ID_CODE]  = { .name = "device_id_code", .names = device_id_names, .about = "Device identification: which access is asked." },
    [MODBUS_CONFORMITY_LEVEL] = { .name = "conformity_level", .about = "Device identification: what the device can tell; bit 7: single objects too." },
    [MODBUS_MORE_FOLLOWS]    = { .name = "more_follows", .type = FIELD_FLAG, .about = "Device identification: another response has the rest." },
    [MODBUS_OBJECT_ID]       = { .name = "object_id", .names = object_id_names, .about = "Device identification: first object asked for, or the next one to ask for." },
    [MODBUS_OBJECTS]         = { .name = "objects", .type = FIELD_LIST, .flags = FIELD_MANY, .about = "Device identification objects." },
    [MODBUS_OBJECTS_ID]      = { .name = "id", .in = MODBUS_OBJECTS + 1, .names = object_id_names, .about = "Object id." },
    [MODBUS_OBJECTS_VALUE]   = { .name = "text", .in = MODBUS_OBJECTS + 1, .type = FIELD_TEXT, .about = "Object's value: vendor, product, revision." },
    [MODBUS_VENDOR]          = { .name = "vendor", .means = MEANS_VENDOR, .type = FIELD_TEXT, .about = "Device identification: the maker's name." },
    [MODBUS_PRODUCT]         = { .name = "product", .means = MEANS_PRODUCT, .type = FIELD_TEXT, .about = "Device identification: product code; UMAS: name of the controller." },
    [MODBUS_FIRMWARE]        = { .name = "revision", .means = MEANS_VERSION, .type = FIELD_TEXT, .about = "Device identification: revision; UMAS: firmware." },
    [MODBUS_NAME]            = { .name = "application_name", .means = MEANS_NAME, .type = FIELD_TEXT, .about = "Device identification: name of the user's application." },
    [MODBUS_UMAS_SESSION]    = { .name = "umas_session", .about = "UMAS: session, 0 without a reservation." },
    [MODBUS_UMAS_FUNCTION]   = { .name = "umas_function", .means = MEANS_FUNCTION, .names = umas_names, .about = "UMAS (function 90): what is asked of a Modicon controller; \"upload\" is into it." },
    [MODBUS_UMAS_STATUS]     = { .name = "umas_status", .names = umas_status_names, .about = "UMAS: whether it was done." },
    [MODBUS_UMAS_BLOCK]      = { .name = "umas_block", .means = MEANS_TARGET, .about = "UMAS: block of memory that is read or written." },
    [MODBUS_UMAS_OFFSET]     = { .name = "umas_offset", .means = MEANS_TARGET, .about = "UMAS: where in the block." },
    [MODBUS_UMAS_COUNT]      = { .name = "umas_count", .means = MEANS_EXTENT, .unit = "bytes", .about = "UMAS: how much of it." },
    [MODBUS_UMAS_OWNER]      = { .name = "umas_owner", .type = FIELD_TEXT, .about = "UMAS: who reserves the controller." },
    [MODBUS_UMAS_PROJECT]    = { .name = "umas_project", .means = MEANS_NAME, .type = FIELD_TEXT, .about = "UMAS: name of the project in the controller." },
    [MODBUS_RTU]             = { .name = "rtu", .type = FIELD_FLAG, .about = "A serial line's frame with its CRC in place of the MBAP header; only when it is so." },
    [MODBUS_DATA]            = { .name = "data", .type = FIELD_BYTES, .about = "The PDU after the function code, where the specification does not say what it means; or what was left over." },
    [MODBUS_RESPONSE_TIME]   = { .name = "response_time", .unit = "us", .about = "Packet time from the request to this response." },
};

static const struct anomaly anomalies[] = {
    [MODBUS_INVALID_PROTOCOL_ID]    = { "invalid_protocol_id", "The MBAP header names another protocol than Modbus." },
    [MODBUS_INVALID_LENGTH]         = { "invalid_length", "The MBAP length, a byte count and the function's form contradict each other." },
    [MODBUS_INVALID_FUNCTION_CODE]  = { "invalid_function_code", "Function code 0, or one above 127 in a request, or one that nobody assigned." },
    [MODBUS_INVALID_VALUE]          = { "invalid_value", "A quantity, address range, coil value or sub-function outside of what the specification allows." },
    [MODBUS_INVALID_EXCEPTION_CODE] = { "invalid_exception_code", "An exception code that the specification does not know." },
    [MODBUS_UNSOLICITED_RESPONSE]   = { "unsolicited_response", "A response that no request asked for." },
    [MODBUS_VALUE_MISMATCH]         = { "value_mismatch", "A response that does not answer its request: another function, unit, address, quantity or value." },
    [MODBUS_FLOODED]                = { "flooded", "Hundreds of requests without any response." },
    [MODBUS_INVALID_CRC]            = { "invalid_crc", "RTU: octets that are no frame with a right CRC." },
    [MODBUS_TRANSACTION_REUSED]     = { "transaction_reused", "The transaction identifier of a request that is still open." },
};

const struct schema modbus_schema = {
    .name = "modbus", .fields = fields, .count = MODBUS_ROWS, .anomalies = anomalies, .anomaly_count = MODBUS_ANOMALIES
};
