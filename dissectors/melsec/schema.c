/* Rows, names and anomalies. Names of commands up to 1831 are SLMP's; the others are MELSOFT's, by what they were seen to do. */
#include "dissectors/melsec/fields.h"

const struct field_name melsec_command_names[] = {
    { MELSEC_1E_READ_BITS, "read_bits_1e" }, { MELSEC_1E_READ_WORDS, "read_words_1e" }, { MELSEC_1E_WRITE_BITS, "write_bits_1e" },
    { MELSEC_1E_WRITE_WORDS, "write_words_1e" }, { MELSEC_1E_TEST_BITS, "random_write_bits_1e" },
    { MELSEC_1E_TEST_WORDS, "random_write_words_1e" }, { MELSEC_1E_RUN, "remote_run_1e" }, { MELSEC_1E_STOP, "remote_stop_1e" },
    { MELSEC_1E_MODEL, "cpu_model_1e" }, { MELSEC_1E_LOOP_BACK, "loop_back_1e" },
    { 0x0101, "read_type_name" }, { 0x0121, "open_initial" }, { 0x0131, "user_login" }, { 0x0132, "password_login" },
    { 0x0133, "read_users_a" }, { 0x0134, "read_users_b" }, { 0x0150, "safety_mode_read" }, { 0x01a0, "authentication_challenge" },
    { 0x0401, "batch_read" }, { 0x0403, "random_read" }, { 0x0406, "block_read" }, { 0x0410, "memory_read" }, { 0x0411, "memory_read_2" },
    { 0x041e, "array_label_read" }, { 0x0601, "module_read" }, { 0x0613, "buffer_read" }, { 0x0619, "self_test" },
    { 0x0801, "monitor_register" }, { 0x0802, "monitor" }, { 0x0b2a, "diagnose" }, { 0x1001, "remote_run" }, { 0x1002, "remote_stop" },
    { 0x1003, "remote_pause" }, { 0x1005, "remote_latch_clear" }, { 0x1006, "remote_reset" }, { 0x1120, "safety_mode_change" },
    { 0x1133, "register_users" }, { 0x1401, "batch_write" }, { 0x1402, "random_write" }, { 0x1406, "block_write" },
    { 0x1410, "memory_write" }, { 0x141e, "array_label_write" }, { 0x1601, "module_write" }, { 0x1613, "buffer_write" },
    { 0x1617, "clear_error" }, { 0x1630, "password_unlock" }, { 0x1631, "password_lock" }, { 0x1810, "read_directory" },
    { 0x1811, "search_directory" }, { 0x1820, "new_file" }, { 0x1822, "delete_file" }, { 0x1824, "copy_file" },
    { 0x1825, "change_file_state" }, { 0x1826, "change_file_date" }, { 0x1827, "open_file" }, { 0x1828, "read_file" },
    { 0x1829, "write_file" }, { 0x182a, "close_file" }, { 0x1859, "file_list" }, { 0x185f, "file_search" }, { 0x1867, "file_open" },
    { 0x1868, "file_read" }, { 0x1869, "file_write" }, { 0x186a, "file_close" }, { 0x187e, "file_read_at_once" }, { 0x2101, "on_demand" },
    { 0, NULL }
};

static const struct field_name frame_names[] = { { 0, "3e" }, { 1, "4e" }, { 2, "melsoft" }, { 3, "discovery" }, { 4, "1e" }, { 5, "3e_ascii" },
                                                { 6, "4e_ascii" }, { 0, NULL } };
static const struct field_name type_names[] = { { 0, "request" }, { 1, "response" }, { 0, NULL } };

static const struct field_name device_names[] = {       /* letters as engineers write them, lower case */
    { 0x90, "m" }, { 0x91, "sm" }, { 0x92, "l" }, { 0x93, "f" }, { 0x94, "v" }, { 0x98, "s" }, { 0x9c, "x" }, { 0x9d, "y" }, { 0xa0, "b" },
    { 0xa1, "sb" }, { 0xa2, "dx" }, { 0xa3, "dy" }, { 0xa8, "d" }, { 0xa9, "sd" }, { 0xab, "g" }, { 0xaf, "r" }, { 0xb0, "zr" }, { 0xb4, "w" },
    { 0xb5, "sw" }, { 0xc0, "tc" }, { 0xc1, "ts" }, { 0xc2, "tn" }, { 0xc3, "cc" }, { 0xc4, "cs" }, { 0xc5, "cn" }, { 0xc6, "stc" },
    { 0xc7, "sts" }, { 0xc8, "stn" }, { 0xcc, "z" }, { 0, NULL }
};

static const struct field_name mode_names[] = { { 1, "not_forced" }, { 3, "forced" }, { 0, NULL } };

static const struct field_name end_code_names[] = {
    { 0x0000, "success" }, { 0x4000, "cpu_error" }, { 0x4031, "device_out_of_range" }, { 0x4080, "request_data_error" },
    { 0xc050, "ascii_conversion" }, { 0xc051, "too_many_points" }, { 0xc052, "too_many_points" }, { 0xc053, "too_many_points" },
    { 0xc054, "too_many_points" }, { 0xc056, "address_out_of_range" }, { 0xc058, "data_length_mismatch" }, { 0xc059, "command_not_supported" },
    { 0xc05b, "device_not_accessible" }, { 0xc05c, "request_content_error" }, { 0xc05d, "not_registered" }, { 0xc05f, "not_executable" },
    { 0xc060, "request_data_error" }, { 0xc061, "data_length_mismatch" }, { 0xc070, "device_not_extendable" }, { 0xc0b5, "data_not_handled" },
    { 0xc200, "wrong_password" }, { 0xc201, "password_locked" }, { 0xc204, "unlocked_by_another" }, { 0, NULL }
};

static const struct field fields[] = {
    [MELSEC_FRAME]      = { .name = "frame", .names = frame_names, .about = "Form of the frame." },
    [MELSEC_TYPE]       = { .name = "type", .names = type_names, .about = "Request or response." },
    [MELSEC_SERIAL]     = { .name = "serial_number", .about = "4E and MELSOFT: chosen by who asks, repeated in the response." },
    [MELSEC_NETWORK]    = { .name = "network", .means = MEANS_TARGET, .about = "Network number; 0 is the connected station's own." },
    [MELSEC_STATION]    = { .name = "station", .means = MEANS_TARGET, .about = "Station or PC number; 255 is the connected station." },
    [MELSEC_MODULE]     = { .name = "module_io", .means = MEANS_TARGET, .about = "Module I/O number: 3ff hex is the CPU of the station." },
    [MELSEC_DROP]       = { .name = "multidrop_station", .about = "Station on the module's multidrop line." },
    [MELSEC_LENGTH]     = { .name = "length", .unit = "bytes", .about = "Length of what follows the head." },
    [MELSEC_TIMER]      = { .name = "monitoring_timer", .unit = "250 ms", .about = "How long the CPU may take; 0 for ever." },
    [MELSEC_COMMAND]    = { .name = "command", .means = MEANS_FUNCTION, .names = melsec_command_names, .about = "Command; the response repeats it." },
    [MELSEC_SUBCOMMAND] = { .name = "subcommand", .about = "Subcommand: bit 0 bits instead of words, bit 1 iQ-R's long addresses." },
    [MELSEC_ACCESS]     = { ACCESS_FIELD },
    [MELSEC_END_CODE]   = { .name = "end_code", .names = end_code_names, .about = "How the command ended." },
    [MELSEC_DEVICE]     = { .name = "device", .means = MEANS_TARGET, .flags = FIELD_MANY, .names = device_names, .about = "Device: d for data registers, m internal relays, x inputs, y outputs." },
    [MELSEC_ADDRESS]    = { .name = "address", .means = MEANS_TARGET, .flags = FIELD_MANY, .about = "First device's number." },
    [MELSEC_POINTS]     = { .name = "points", .means = MEANS_EXTENT, .about = "Number of devices read or written." },
    [MELSEC_VALUE]      = { .name = "value", .means = MEANS_VALUE, .flags = FIELD_MANY, .about = "Words or bits read or written, at most 64." },
    [MELSEC_MODE]       = { .name = "mode", .names = mode_names, .about = "Remote run, stop, pause: forced, though another device had stopped it." },
    [MELSEC_MODEL]      = { .name = "model", .means = MEANS_PRODUCT, .type = FIELD_TEXT, .about = "Model of the CPU." },
    [MELSEC_MODEL_CODE] = { .name = "model_code", .about = "Model code of the CPU." },
    [MELSEC_DATA]       = { .name = "data", .type = FIELD_BYTES, .about = "What is read or written, or what no other field says." },
    [MELSEC_RESPONSE_TIME] = { .name = "response_time", .unit = "us", .about = "Packet time from the request to this response." },
};

static const struct anomaly anomalies[] = {
    [MELSEC_INVALID_LENGTH]       = { "invalid_length", "Fewer bytes than the command needs." },
    [MELSEC_UNKNOWN_COMMAND]      = { "unknown_command", "An SLMP command that the manual does not know." },
    [MELSEC_UNSOLICITED_RESPONSE] = { "unsolicited_response", "A response that no request asked for." },
};

const struct schema melsec_schema = {
    .name = "melsec", .fields = fields, .count = MELSEC_ROWS, .anomalies = anomalies, .anomaly_count = MELSEC_ANOMALIES
};
