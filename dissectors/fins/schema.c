/* Rows, names and anomalies. */
#include "dissectors/fins/fields.h"

const struct field_name fins_command_names[] = {
    { 0x0101, "memory_area_read" }, { 0x0102, "memory_area_write" }, { 0x0103, "memory_area_fill" },
    { 0x0104, "multiple_memory_area_read" }, { 0x0105, "memory_area_transfer" }, { 0x0201, "parameter_area_read" },
    { 0x0202, "parameter_area_write" }, { 0x0203, "parameter_area_clear" }, { 0x0220, "data_link_table_read" },
    { 0x0221, "data_link_table_write" }, { 0x0304, "program_area_protect" }, { 0x0305, "program_area_protect_clear" },
    { 0x0306, "program_area_read" }, { 0x0307, "program_area_write" }, { 0x0308, "program_area_clear" }, { 0x0401, "run" },
    { 0x0402, "stop" }, { 0x0403, "reset" }, { 0x0501, "controller_data_read" }, { 0x0502, "connection_data_read" },
    { 0x0601, "controller_status_read" }, { 0x0602, "network_status_read" }, { 0x0603, "data_link_status_read" },
    { 0x0620, "cycle_time_read" }, { 0x0701, "clock_read" }, { 0x0702, "clock_write" }, { 0x0801, "loop_back_test" },
    { 0x0802, "broadcast_test_results_read" }, { 0x0803, "broadcast_test_data_send" }, { 0x0920, "message_read" },
    { 0x0c01, "access_right_acquire" }, { 0x0c02, "access_right_forced_acquire" }, { 0x0c03, "access_right_release" },
    { 0x2101, "error_clear" }, { 0x2102, "error_log_read" }, { 0x2103, "error_log_clear" }, { 0x2201, "file_name_read" },
    { 0x2202, "single_file_read" }, { 0x2203, "single_file_write" }, { 0x2204, "memory_card_format" },
    { 0x2205, "file_delete" }, { 0x2206, "volume_label_create_delete" }, { 0x2207, "file_copy" },
    { 0x2208, "file_name_change" }, { 0x2209, "file_data_check" }, { 0x220a, "memory_area_file_transfer" },
    { 0x220b, "parameter_area_file_transfer" }, { 0x220c, "program_area_file_transfer" },
    { 0x220f, "file_memory_index_read" }, { 0x2210, "file_memory_read" }, { 0x2211, "file_memory_write" },
    { 0x2301, "forced_set_reset" }, { 0x2302, "forced_set_reset_cancel" }, { 0x230a, "multiple_forced_status_read" },
    { 0x2601, "name_set" }, { 0x2602, "name_delete" }, { 0x2603, "name_read" }, { 0, NULL }
};

static const struct field_name tcp_command_names[] = {
    { 0x00, "node_address_from_client" }, { 0x01, "node_address_from_server" }, { 0x02, "frame_send" },
    { 0x03, "error_notification" }, { 0x06, "connection_confirmation" }, { 0, NULL }
};

static const struct field_name tcp_error_names[] = {
    { 0x00, "normal" }, { 0x01, "no_fins_header" }, { 0x02, "too_long" }, { 0x03, "command_not_supported" },
    { 0x20, "all_connections_in_use" }, { 0x21, "node_already_connected" }, { 0x22, "protected_node" },
    { 0x23, "node_out_of_range" }, { 0x24, "node_used_twice" }, { 0x25, "no_node_left" }, { 0, NULL }
};

static const struct field_name end_code_names[] = {
    { 0x0000, "normal_completion" }, { 0x0001, "service_was_interrupted" }, { 0x0101, "local_node_not_in_network" },
    { 0x0102, "token_time_out_node_number_to_large" }, { 0x0103, "number_of_transmit_retries_exceeded" },
    { 0x0104, "maximum_number_of_frames_exceeded" }, { 0x0105, "node_number_setting_error" },
    { 0x0106, "node_number_duplication_error" }, { 0x0201, "destination_node_not_in_network" },
    { 0x0202, "no_node_with_the_specified_node_number" }, { 0x0203, "third_node_not_in_network" },
    { 0x0204, "busy_error_destination_node_busy" }, { 0x0205, "response_time_out" },
    { 0x0301, "error_occurred_erc_indicator_is_lit" }, { 0x0302, "cpu_error_at_destination" },
    { 0x0303, "controller_error" }, { 0x0304, "node_number_setting_error" },
    { 0x0401, "an_undefined_command_has_been_used" }, { 0x0402, "command_not_supported_by_unit" },
    { 0x0501, "not_in_routing_table" }, { 0x0502, "routing_table_isn_t_registered" }, { 0x0503, "routing_table_error" },
    { 0x0504, "max_relay_nodes_was_exceeded" }, { 0x1001, "command_too_long" }, { 0x1002, "command_too_short" },
    { 0x1003, "number_of_items_differs" }, { 0x1004, "an_incorrect_command_format_has_been_used" },
    { 0x1005, "an_incorrect_header_has_been_used" }, { 0x1101, "no_such_memory_area" },
    { 0x1102, "access_size_is_wrong_in_command" }, { 0x1103, "address_not_accessible" },
    { 0x1104, "end_of_range_exceeded" }, { 0x1106, "a_non_existent_program_number" }, { 0x1109, "item_size_wrong" },
    { 0x110a, "the_iom_break_function_cannot_be_executed" }, { 0x110b, "the_response_block_is_longer_than_the_max_length" },
    { 0x110c, "an_incorrect_parameter_code_has_been_specified" }, { 0x2002, "the_data_is_protected" },
    { 0x2003, "registered_table_does_not_exist" }, { 0x2004, "search_data_does_not_exist" },
    { 0x2005, "non_existent_program_number" }, { 0x2006, "non_existent_file" }, { 0x2007, "verification_error" },
    { 0x2101, "specified_area_is_read_only" }, { 0x2102, "the_data_is_protected" }, { 0x2103, "too_many_files_open" },
    { 0x2105, "non_existent_program_number" }, { 0x2106, "non_existent_file" }, { 0x2107, "file_already_exists" },
    { 0x2108, "data_cannot_be_changed" }, { 0x2201, "the_mode_is_wrong" }, { 0x2202, "the_mode_is_wrong" },
    { 0x2203, "the_pc_is_in_the_program_mode" }, { 0x2204, "the_pc_is_in_the_debug_mode" },
    { 0x2205, "the_pc_is_in_the_monitor_mode" }, { 0x2206, "the_pc_is_in_the_run_mode" },
    { 0x2207, "the_specified_node_is_not_the_control_node" }, { 0x2208, "wrong_mode_for_step" },
    { 0x2301, "the_file_device_does_not_exist_where_specified" }, { 0x2302, "the_specified_memory_does_not_exist" },
    { 0x2303, "no_clock_exists" }, { 0x2401, "data_link_table_is_incorrect" }, { 0x2502, "parity_checksum_error_occurred" },
    { 0x2503, "i_o_setting_error" }, { 0x2504, "too_many_i_o_points" }, { 0x2505, "cpu_bus_error" },
    { 0x2506, "i_o_duplication_error" }, { 0x2507, "i_o_bus_error" }, { 0x2509, "sysmac_bus_2_error" },
    { 0x250a, "special_i_o_unit_error" }, { 0x250d, "sysmac_bus_words_used_twice" },
    { 0x250f, "a_memory_error_has_occurred" }, { 0x2510, "no_terminator_in_sysmac_bus" },
    { 0x2601, "the_specified_area_is_not_protected" }, { 0x2602, "an_incorrect_password_has_been_specified" },
    { 0x2604, "the_specified_area_is_protected" }, { 0x2605, "the_service_is_being_executed" },
    { 0x2606, "the_service_is_not_being_executed" }, { 0x2607, "service_cannot_be_execute_from_local_node" },
    { 0x2608, "settings_incorrect" }, { 0x2609, "incorrect_settings_in_command" },
    { 0x260a, "the_specified_action_has_already_been_registered" }, { 0x260b, "cannot_clear_error_error_still_exists" },
    { 0x3001, "access_right_held_by_another" }, { 0x4001, "command_aborted_with_abort_command" }, { 0, NULL }
};

static const struct field_name area_names[] = {
    { 0x00, "cio_bit_cv" }, { 0x01, "timer_counter_flag_cv" }, { 0x02, "dm_bit" }, { 0x03, "transition_flag" },
    { 0x04, "step_flag" }, { 0x06, "task_bit" }, { 0x07, "task_flag" }, { 0x09, "timer_counter_flag" }, { 0x0a, "em_bit" },
    { 0x20, "em0_bit" }, { 0x30, "cio_bit" }, { 0x31, "work_bit" }, { 0x32, "holding_bit" }, { 0x33, "auxiliary_bit" },
    { 0x46, "task_status" }, { 0x70, "cio_bit_forced" }, { 0x71, "work_bit_forced" }, { 0x72, "holding_bit_forced" },
    { 0x80, "cio_word_cv" }, { 0x81, "timer_counter_value_cv" }, { 0x82, "dm_word" }, { 0x89, "timer_counter_value" },
    { 0x90, "em0_word" }, { 0x91, "em1_word" }, { 0x92, "em2_word" }, { 0x93, "em3_word" }, { 0x94, "em4_word" },
    { 0x95, "em5_word" }, { 0x96, "em6_word" }, { 0x97, "em7_word" }, { 0x98, "em_word" }, { 0x9c, "data_register_cv" },
    { 0xa0, "em0_word_long" }, { 0xb0, "cio_word" }, { 0xb1, "work_word" }, { 0xb2, "holding_word" },
    { 0xb3, "auxiliary_word" }, { 0xbc, "data_register" }, { 0xdc, "index_register" }, { 0xf0, "cio_word_forced" },
    { 0xf1, "work_word_forced" }, { 0xf2, "holding_word_forced" }, { 0, NULL }
};

static const struct field_name mode_names[] = {
    { 0x00, "program" }, { 0x01, "debug" }, { 0x02, "monitor" }, { 0x04, "run" }, { 0, NULL }
};
static const struct field_name type_names[] = { { 0, "request" }, { 1, "response" }, { 0, NULL } };

static const struct field_name force_names[] = {
    { 0x0000, "force_reset" }, { 0x0001, "force_set" }, { 0x8000, "release_and_reset" }, { 0x8001, "release_and_set" },
    { 0xffff, "release" }, { 0, NULL }
};

static const struct field fields[] = {
    [FINS_TCP_COMMAND]    = { .name = "tcp_command", .names = tcp_command_names, .about = "Command of the FINS/TCP header." },
    [FINS_TCP_ERROR]      = { .name = "tcp_error", .names = tcp_error_names, .about = "Error code of the FINS/TCP header." },
    [FINS_CLIENT_NODE]    = { .name = "client_node", .about = "FINS/TCP: node address of the client; 0 asks for one." },
    [FINS_SERVER_NODE]    = { .name = "server_node", .about = "FINS/TCP: node address of the server." },
    [FINS_ICF]            = { .name = "icf", .about = "Information control field: bit 6 response, bit 0 no response wanted." },
    [FINS_TYPE]           = { .name = "type", .names = type_names, .about = "Request or response." },
    [FINS_NO_RESPONSE]    = { .name = "no_response", .type = FIELD_FLAG, .about = "No response is wanted." },
    [FINS_GATEWAYS]       = { .name = "gateway_count", .about = "Gateways that the frame may still pass." },
    [FINS_DEST_NETWORK]   = { .name = "destination_network", .means = MEANS_TARGET, .about = "Destination network; 0 is the local one." },
    [FINS_DEST_NODE]      = { .name = "destination_node", .means = MEANS_TARGET, .about = "Destination node." },
    [FINS_DEST_UNIT]      = { .name = "destination_unit", .means = MEANS_TARGET, .about = "Destination unit; 0 is the CPU unit." },
    [FINS_SOURCE_NETWORK] = { .name = "source_network", .about = "Source network." },
    [FINS_SOURCE_NODE]    = { .name = "source_node", .about = "Source node." },
    [FINS_SOURCE_UNIT]    = { .name = "source_unit", .about = "Source unit." },
    [FINS_SERVICE_ID]     = { .name = "service_id", .about = "Chosen by who asks, repeated in the response." },
    [FINS_COMMAND]        = { .name = "command", .means = MEANS_FUNCTION, .names = fins_command_names, .about = "Command code, main and sub request code in one." },
    [FINS_ACCESS]         = { ACCESS_FIELD },
    [FINS_END_CODE]       = { .name = "end_code", .names = end_code_names, .about = "How the command ended, without the relay and CPU error flags." },
    [FINS_RELAY_ERROR]    = { .name = "relay_error", .type = FIELD_FLAG, .about = "The end code is that of a relay on the way." },
    [FINS_AREA]           = { .name = "memory_area", .means = MEANS_TARGET, .flags = FIELD_MANY, .names = area_names, .about = "Memory area; the response repeats it." },
    [FINS_ADDRESS]        = { .name = "address", .means = MEANS_TARGET, .flags = FIELD_MANY, .about = "First word, of memory, parameters or program." },
    [FINS_BIT]            = { .name = "bit", .means = MEANS_TARGET, .flags = FIELD_MANY, .about = "Bit in the word, of areas of bits." },
    [FINS_COUNT]          = { .name = "count", .means = MEANS_EXTENT, .about = "Number of items, words or bytes." },
    [FINS_TO_AREA]        = { .name = "to_area", .means = MEANS_TARGET, .names = area_names, .about = "Memory transfer: area that is written." },
    [FINS_TO_ADDRESS]     = { .name = "to_address", .means = MEANS_TARGET, .about = "Memory transfer: first word that is written." },
    [FINS_VALUE]          = { .name = "value", .means = MEANS_VALUE, .flags = FIELD_MANY, .about = "Words or bits read or written, at most 64." },
    [FINS_PARAMETER_AREA] = { .name = "parameter_area", .means = MEANS_TARGET, .about = "Parameter area: 8010 PC setup, 8012 I/O table, 8013 routing tables (hex)." },
    [FINS_PROGRAM]        = { .name = "program", .means = MEANS_TARGET, .about = "Program number; ffff hex is the whole program." },
    [FINS_MODE]           = { .name = "mode", .means = MEANS_VALUE, .names = mode_names, .about = "Operating mode, asked for or told." },
    [FINS_FORCE]          = { .name = "force", .means = MEANS_VALUE, .flags = FIELD_MANY, .names = force_names, .about = "Forced set/reset: what is done to a bit." },
    [FINS_STATUS]         = { .name = "status", .about = "Controller status: bit 0 runs." },
    [FINS_FATAL_ERROR]    = { .name = "fatal_error", .about = "Fatal errors, a bit each." },
    [FINS_NON_FATAL_ERROR] = { .name = "non_fatal_error", .about = "Non-fatal errors, a bit each." },
    [FINS_MODEL]          = { .name = "controller_model", .means = MEANS_PRODUCT, .type = FIELD_TEXT, .about = "Model of the controller." },
    [FINS_VERSION]        = { .name = "controller_version", .means = MEANS_VERSION, .type = FIELD_TEXT, .about = "Version of the controller." },
    [FINS_CLOCK]          = { .name = "clock", .means = MEANS_VALUE, .type = FIELD_TIME, .about = "The controller's clock, read or set; it has no time zone." },
    [FINS_DATA]           = { .name = "data", .type = FIELD_BYTES, .about = "What is read or written, or what no other field says." },
    [FINS_RESPONSE_TIME]  = { .name = "response_time", .unit = "us", .about = "Packet time from the request to this response." },
};

static const struct anomaly anomalies[] = {
    [FINS_INVALID_HEADER]       = { "invalid_header", "A frame that cannot be FINS." },
    [FINS_INVALID_LENGTH]       = { "invalid_length", "Fewer bytes than the command needs." },
    [FINS_UNKNOWN_COMMAND]      = { "unknown_command", "A command code that no manual knows." },
    [FINS_UNSOLICITED_RESPONSE] = { "unsolicited_response", "A response that no request asked for." },
};

const struct schema fins_schema = {
    .name = "fins", .fields = fields, .count = FINS_ROWS, .anomalies = anomalies, .anomaly_count = FINS_ANOMALIES
};
