/* What an S7comm record can carry. */
#include "dissectors/s7comm/fields.h"

static const struct field_name rosctr_names[] = {
    { S7_JOB, "job" }, { S7_ACK, "ack" }, { S7_ACK_DATA, "ack_data" }, { S7_USERDATA_PDU, "userdata" }, { 0, NULL }
};

static const struct field_name type_names[] = {
    { S7_REQUEST, "request" }, { S7_RESPONSE, "response" }, { S7_PUSH, "push" }, { 0, NULL }
};

static const struct field_name function_names[] = {
    { S7_CPU_SERVICES, "cpu_services" }, { S7_READ_VAR, "read_var" }, { S7_WRITE_VAR, "write_var" },
    { S7_REQUEST_DOWNLOAD, "request_download" }, { S7_DOWNLOAD_BLOCK, "download_block" },
    { S7_DOWNLOAD_ENDED, "download_ended" }, { S7_START_UPLOAD, "start_upload" }, { S7_UPLOAD_BLOCK, "upload" },
    { S7_END_UPLOAD, "end_upload" }, { S7_PI, "pi_service" }, { S7_PLC_STOP, "plc_stop" },
    { S7_SETUP, "setup_communication" }, { 0, NULL }
};

static const struct field_name group_names[] = {
    { S7_MODE, "mode_transition" }, { S7_PROGRAMMER, "programmer_commands" }, { S7_CYCLIC, "cyclic_services" },
    { S7_BLOCK_FUNCTIONS, "block_functions" }, { S7_CPU, "cpu_functions" }, { S7_SECURITY, "security" },
    { S7_PBC, "pbc_bsend_brecv" }, { S7_TIME, "time_functions" }, { S7_NC, "nc_programming" }, { 0, NULL }
};

static const struct field_name userdata_names[] = {     /* group in the high byte, subfunction in the low one */
    { 0x0000, "stop" }, { 0x0001, "warm_restart" }, { 0x0002, "run" }, { 0x0003, "hot_restart" }, { 0x0004, "hold" },
    { 0x0006, "cold_restart" }, { 0x0009, "run_redundant" }, { 0x000b, "link_up" }, { 0x000c, "update" },
    { 0x0101, "block_status" }, { 0x0102, "variable_status" }, { 0x0103, "output_istack" }, { 0x0104, "output_bstack" },
    { 0x0105, "output_lstack" }, { 0x0106, "time_measurement" }, { 0x0107, "force_selection" }, { 0x0108, "modify_variable" },
    { 0x0109, "force" }, { 0x010a, "breakpoint" }, { 0x010b, "exit_hold" }, { 0x010c, "memory_reset" },
    { 0x010d, "disable_job" }, { 0x010e, "enable_job" }, { 0x010f, "delete_job" }, { 0x0110, "read_job_list" },
    { 0x0111, "read_job" }, { 0x0112, "replace_job" }, { 0x0113, "block_status_v2" }, { 0x0116, "flash_led" },
    { 0x0201, "cyclic_transfer" }, { 0x0204, "unsubscribe" }, { 0x0205, "change_driven_transfer" },
    { 0x0207, "modify_change_driven_transfer" },
    { 0x0301, "list_blocks" }, { 0x0302, "list_blocks_of_type" }, { 0x0303, "get_block_info" },
    { 0x0401, "read_szl" }, { 0x0402, "message_service" }, { 0x0403, "diagnostic_message" }, { 0x0405, "alarm_8_indication" },
    { 0x0406, "notify_indication" }, { 0x0407, "alarm_8_lock" }, { 0x0408, "alarm_8_unlock" }, { 0x0409, "scan_indication" },
    { 0x040b, "alarm_acknowledge" }, { 0x040c, "alarm_acknowledge_indication" }, { 0x040d, "alarm_lock_indication" },
    { 0x040e, "alarm_unlock_indication" }, { 0x0411, "alarm_sq_indication" }, { 0x0412, "alarm_s_indication" },
    { 0x0413, "alarm_query" }, { 0x0416, "notify_8_indication" },
    { 0x0501, "plc_password" }, { 0x0502, "clear_session" },
    { 0x0701, "read_clock" }, { 0x0702, "set_clock" }, { 0x0703, "read_clock_following" }, { 0x0704, "set_clock_following" },
    { 0, NULL }
};

static const struct field_name error_class_names[] = {
    { 0x00, "no_error" }, { 0x81, "application_relationship" }, { 0x82, "object_definition" }, { 0x83, "no_resources" },
    { 0x84, "service_processing" }, { 0x85, "supplies" }, { 0x87, "access" }, { 0, NULL }
};

static const struct field_name error_names[] = {
    { 0x0000, "no_error" }, { 0x8104, "context_not_supported" }, { 0x8500, "wrong_pdu_size" }, { 0x8702, "address_out_of_range" },
    { 0xd0a5, "no_data_yet" }, { 0xd201, "block_name_syntax" }, { 0xd202, "function_parameter_syntax" }, { 0xd203, "block_type" },
    { 0xd205, "block_exists" }, { 0xd206, "block_exists_linked" }, { 0xd207, "block_number_too_large" },
    { 0xd209, "block_not_found" }, { 0xd20c, "block_upload_forbidden" }, { 0xd20e, "no_block_of_type" },
    { 0xd240, "coordination_rules_violated" }, { 0xd241, "protection_level" }, { 0xd242, "protection_violation_f_block" },
    { 0xd401, "szl_id_unknown" }, { 0xd402, "szl_index_unknown" }, { 0xd602, "wrong_password" }, { 0xd604, "password_already_given" },
    { 0xd605, "password_not_given" }, { 0, NULL }
};

static const struct field_name return_code_names[] = {
    { 0x00, "reserved" }, { 0x01, "hardware_error" }, { 0x03, "access_denied" }, { 0x05, "invalid_address" },
    { 0x06, "data_type_not_supported" }, { 0x07, "data_type_inconsistent" }, { 0x0a, "object_does_not_exist" },
    { 0xff, "success" }, { 0, NULL }
};

static const struct field_name syntax_names[] = {
    { 0x10, "s7any" }, { 0x13, "pbc_id" }, { 0x15, "alarm_lock" }, { 0x16, "alarm_indication" }, { 0x19, "alarm_acknowledge" },
    { 0x1a, "alarm_query" }, { 0x1c, "notify_indication" }, { 0x82, "nck" }, { 0x83, "nck_metric" }, { 0x84, "nck_inch" },
    { 0xa2, "drive_es_any" }, { 0xb0, "db_read" }, { 0xb2, "symbolic_1200" }, { 0, NULL }
};

static const struct field_name area_names[] = {
    { 0x03, "system_info" }, { 0x05, "system_flags" }, { 0x06, "analog_inputs" }, { 0x07, "analog_outputs" },
    { 0x1c, "counters" }, { 0x1d, "timers" }, { 0x1e, "iec_counters" }, { 0x1f, "iec_timers" }, { 0x80, "peripheral" },
    { 0x81, "inputs" }, { 0x82, "outputs" }, { 0x83, "flags" }, { 0x84, "db" }, { 0x85, "instance_db" },
    { 0x86, "local" }, { 0x87, "previous_local" }, { 0, NULL }
};

static const struct field_name transport_names[] = {
    { 1, "bit" }, { 2, "byte" }, { 3, "char" }, { 4, "word" }, { 5, "int" }, { 6, "dword" }, { 7, "dint" }, { 8, "real" },
    { 9, "date" }, { 10, "time_of_day" }, { 11, "time" }, { 12, "s5time" }, { 15, "date_and_time" }, { 28, "counter" },
    { 29, "timer" }, { 30, "iec_timer" }, { 31, "iec_counter" }, { 32, "hs_counter" }, { 0, NULL }
};

static const struct field_name block_names[] = {        /* the two digits of a block's file name, read as hex */
    { 0x00, "mc7_file" }, { 0x08, "ob" }, { 0x09, "cmod" }, { 0x0a, "db" }, { 0x0b, "sdb" }, { 0x0c, "fc" },
    { 0x0d, "sfc" }, { 0x0e, "fb" }, { 0x0f, "sfb" }, { 0, NULL }
};

static const struct field_name filesystem_names[] = { { 'P', "passive" }, { 'A', "active" }, { 'B', "both" }, { 0, NULL } };

static const struct field_name szl_names[] = {          /* the sublist, without the module class and the extract */
    { 0x0000, "list_of_szls" }, { 0x0011, "module_identification" }, { 0x0012, "cpu_characteristics" }, { 0x0013, "memory_areas" },
    { 0x0014, "system_areas" }, { 0x0015, "block_types" }, { 0x0019, "leds" }, { 0x001c, "component_identification" },
    { 0x0022, "interrupt_status" }, { 0x0025, "process_images" }, { 0x0031, "communication_capability" },
    { 0x0032, "communication_status" }, { 0x0033, "diagnostic_stations" }, { 0x0037, "ethernet_details" },
    { 0x0071, "redundant_cpu" }, { 0x0074, "led_status" }, { 0x0090, "dp_masters" }, { 0x0091, "module_status" },
    { 0x0092, "rack_status" }, { 0x0094, "station_status" }, { 0x0095, "extended_dp_masters" }, { 0x0096, "io_module_status" },
    { 0x00a0, "diagnostic_buffer" }, { 0x00b1, "module_diagnosis" }, { 0x0111, "module_identification_of_index" },
    { 0x0112, "cpu_characteristics_of_group" }, { 0x011c, "component_identification_of_index" },
    { 0x0131, "communication_capability_of_index" }, { 0x0132, "communication_status_of_index" },
    { 0x0232, "protection_level" }, { 0x0424, "operating_mode" }, { 0x0524, "mode_transitions" }, { 0, NULL }
};

static const struct field fields[] = {
    COTP_FIELDS,
    [S7_ROSCTR]           = { .name = "rosctr", .names = rosctr_names, .about = "Kind of PDU: remote operating service control." },
    [S7_TYPE]             = { .name = "type", .names = type_names, .about = "Request, response, or what the PLC sends unasked." },
    [S7_PDU_REFERENCE]    = { .name = "pdu_reference", .about = "Chosen by who asks, repeated by who answers." },
    [S7_PARAMETER_LENGTH] = { .name = "parameter_length", .unit = "bytes", .about = "Length of the parameter part." },
    [S7_DATA_LENGTH]      = { .name = "data_length", .unit = "bytes", .about = "Length of the data part." },
    [S7_FUNCTION_CODE]    = { .name = "function_code", .means = MEANS_FUNCTION, .names = function_names, .aliases = "s7comm.function", .about = "Function of a job and its answer." },
    [S7_GROUP]            = { .name = "group", .means = MEANS_FUNCTION, .names = group_names, .about = "Userdata: group of functions." },
    [S7_SUBFUNCTION]      = { .name = "subfunction", .means = MEANS_FUNCTION, .about = "Userdata: function in its group." },
    [S7_USERDATA]         = { .name = "userdata", .names = userdata_names, .about = "Userdata: group and subfunction as one number, group times 256." },
    [S7_ACCESS]           = { ACCESS_FIELD },
    [S7_ERROR_CLASS]      = { .name = "error_class", .names = error_class_names, .about = "Error class of an answer's header." },
    [S7_ERROR_CODE]       = { .name = "error_code", .about = "Error code of an answer's header." },
    [S7_ERROR]            = { .name = "error", .names = error_names, .about = "Why it was refused, header (class and code) or userdata parameter; given when not 0." },
    [S7_RETURN_CODE]      = { .name = "return_code", .names = return_code_names, .about = "Userdata: return code of the data part." },
    [S7_SEQUENCE]         = { .name = "sequence", .about = "Userdata: sequence number that ties fragments and pushes to their request." },
    [S7_FRAGMENT]         = { .name = "fragment", .type = FIELD_FLAG, .about = "Userdata: another PDU has the rest." },
    [S7_AMQ_CALLING]      = { .name = "max_amq_calling", .about = "Jobs at a time that the caller can have open." },
    [S7_AMQ_CALLED]       = { .name = "max_amq_called", .about = "Jobs at a time that the called one can have open." },
    [S7_PDU_LENGTH]       = { .name = "pdu_length", .unit = "bytes", .about = "Longest PDU, asked for or agreed." },
    [S7_ITEM_COUNT]       = { .name = "item_count", .about = "Items that the PDU says it has." },
    [S7_ITEMS]            = { .name = "items", .type = FIELD_LIST, .flags = FIELD_MANY, .about = "Variables that are read or written; in a response, those that were asked for." },
    [S7_ITEM_SYNTAX]      = { .name = "syntax", .in = S7_ITEMS + 1, .names = syntax_names, .about = "How the variable is addressed." },
    [S7_ITEM_AREA]        = { .name = "area", .means = MEANS_TARGET, .in = S7_ITEMS + 1, .names = area_names, .about = "Memory area." },
    [S7_ITEM_DB]          = { .name = "db", .means = MEANS_TARGET, .in = S7_ITEMS + 1, .about = "Data block, with areas db and instance_db." },
    [S7_ITEM_ADDRESS]     = { .name = "address", .means = MEANS_TARGET, .in = S7_ITEMS + 1, .about = "First byte; of counters and timers their number." },
    [S7_ITEM_BIT]         = { .name = "bit", .in = S7_ITEMS + 1, .about = "Bit in the first byte." },
    [S7_ITEM_TRANSPORT_SIZE] = { .name = "transport_size", .in = S7_ITEMS + 1, .names = transport_names, .about = "Type of the elements." },
    [S7_ITEM_COUNT_OF]    = { .name = "count", .means = MEANS_EXTENT, .in = S7_ITEMS + 1, .about = "Number of elements." },
    [S7_ITEM_SYMBOL]      = { .name = "symbol", .in = S7_ITEMS + 1, .type = FIELD_BYTES, .about = "Address of any other syntax than s7any, as it was sent." },
    [S7_ITEM_RETURN_CODE] = { .name = "return_code", .in = S7_ITEMS + 1, .names = return_code_names, .about = "Whether this item could be read or written; 0 in a request." },
    [S7_ITEM_DATA]        = { .name = "data", .in = S7_ITEMS + 1, .type = FIELD_BYTES, .about = "What was read, or is to be written." },
    [S7_ITEM_VALUE]       = { .name = "value", .means = MEANS_VALUE, .in = S7_ITEMS + 1, .about = "The same as one number, of 1, 2, 4 or 8 bytes." },
    [S7_FUNCTION_STATUS]  = { .name = "function_status", .about = "Upload and download: bit 0 more follows, bit 1 error." },
    [S7_SESSION_ID]       = { .name = "session_id", .about = "Upload and download: which one." },
    [S7_FILENAME]         = { .name = "filename", .means = MEANS_TARGET, .type = FIELD_TEXT, .about = "Upload and download: the block's file name, as \"_0A00001P\"." },
    [S7_BLOCKS]           = { .name = "blocks", .type = FIELD_LIST, .flags = FIELD_MANY, .about = "Blocks that are loaded, inserted, deleted or asked about." },
    [S7_BLOCK_TYPE]       = { .name = "block_type", .means = MEANS_TARGET, .in = S7_BLOCKS + 1, .names = block_names, .about = "Type of block." },
    [S7_BLOCK_NUMBER]     = { .name = "block_number", .means = MEANS_TARGET, .in = S7_BLOCKS + 1, .about = "Number of the block; with list_blocks, how many there are." },
    [S7_FILESYSTEM]       = { .name = "filesystem", .in = S7_BLOCKS + 1, .names = filesystem_names, .about = "Where the block is: active is what the program runs." },
    [S7_BLOCK_LENGTH]     = { .name = "block_length", .unit = "bytes", .about = "Load memory that the block takes (download), or its length (upload)." },
    [S7_CODE_LENGTH]      = { .name = "code_length", .unit = "bytes", .about = "Length of the block's MC7 code." },
    [S7_PI_SERVICE]       = { .name = "pi_service", .means = MEANS_FUNCTION, .type = FIELD_TEXT, .about = "Program invocation: P_PROGRAM start or stop, _INSE, _DELE, _MODU, _GARB." },
    [S7_PI_ARGUMENT]      = { .name = "pi_argument", .type = FIELD_TEXT, .about = "Its argument: \"C \" cold start, \"EP\" copy RAM to ROM." },
    [S7_SZL_ID]           = { .name = "szl_id", .names = szl_names, .about = "System status list that is read." },
    [S7_SZL_INDEX]        = { .name = "szl_index", .about = "Which part of it." },
    [S7_ORDER_NUMBER]     = { .name = "order_number", .means = MEANS_PRODUCT, .type = FIELD_TEXT, .flags = FIELD_MANY, .about = "Order numbers of module, hardware, firmware (SZL 0x11)." },
    [S7_SYSTEM_NAME]      = { .name = "automation_system_name", .means = MEANS_NAME, .type = FIELD_TEXT, .about = "Name of the station (SZL 0x1c)." },
    [S7_MODULE_NAME]      = { .name = "module_name", .type = FIELD_TEXT, .about = "Name of the module (SZL 0x1c)." },
    [S7_PLANT_NAME]       = { .name = "plant_name", .type = FIELD_TEXT, .about = "Plant designation (SZL 0x1c)." },
    [S7_MODULE_SERIAL]    = { .name = "module_serial", .type = FIELD_TEXT, .about = "Serial number of the module (SZL 0x1c)." },
    [S7_MODULE_TYPE]      = { .name = "module_type", .type = FIELD_TEXT, .about = "Type name of the module (SZL 0x1c)." },
    [S7_CARD_SERIAL]      = { .name = "card_serial", .type = FIELD_TEXT, .about = "Serial number of the memory card (SZL 0x1c)." },
    [S7_CLOCK]            = { .name = "clock", .type = FIELD_TIME, .about = "The PLC's clock, read or to be set; it has no time zone." },
    [S7_INTERVAL]         = { .name = "interval", .unit = "ms", .about = "Cyclic services: how often." },
    [S7_DATA]             = { .name = "data", .type = FIELD_BYTES, .about = "What no other field says: a block's piece, a userdata's body." },
    [S7_RESPONSE_TIME]    = { .name = "response_time", .unit = "us", .about = "Packet time from the request to this response." },
};

static const struct anomaly anomalies[] = {
    [S7_INVALID_TPDU]         = { "invalid_tpdu", "A transport TPDU that contradicts itself." },
    [S7_INVALID_PROTOCOL_ID]  = { "invalid_protocol_id", "A message that does not begin as S7comm's do." },
    [S7_INVALID_ROSCTR]       = { "invalid_rosctr", "A kind of PDU that does not exist." },
    [S7_INVALID_LENGTH]       = { "invalid_length", "Parameter and data length, or a count in them, contradict the PDU." },
    [S7_INVALID_ITEM]         = { "invalid_item", "An item that cannot be read: unknown form or unknown area." },
    [S7_UNKNOWN_FUNCTION]     = { "unknown_function", "A function or group that nobody knows." },
    [S7_UNSOLICITED_RESPONSE] = { "unsolicited_response", "A response that no request asked for." },
    [S7_FUNCTION_MISMATCH]    = { "function_mismatch", "A response with another function than its request." },
    [S7_FLOODED]              = { "flooded", "Hundreds of requests without any response." },
    [S7_MESSAGE_TOO_LONG]     = { "message_too_long", "A message in pieces that never ended." },
};

const struct schema s7comm_schema = {
    .name = "s7comm", .fields = fields, .count = S7_ROWS, .anomalies = anomalies, .anomaly_count = S7_ANOMALIES
};
