/* Rows, names and anomalies. */
#include "dissectors/ads/fields.h"

static const struct field_name command_names[] = {
    { 0x00, "invalid" }, { 0x01, "read_device_info" }, { 0x02, "read" }, { 0x03, "write" }, { 0x04, "read_state" },
    { 0x05, "write_control" }, { 0x06, "add_notification" }, { 0x07, "delete_notification" }, { 0x08, "notification" },
    { 0x09, "read_write" }, { 0, NULL }
};

static const struct field_name error_names[] = {
    { 0x0000, "no_error" }, { 0x0001, "internal" }, { 0x0002, "no_rtime" }, { 0x0003, "alloc_locked_mem" },
    { 0x0004, "insert_mailbox" }, { 0x0005, "wrongreceivehmsg" }, { 0x0006, "target_port_not_found" },
    { 0x0007, "target_machine_not_found" }, { 0x0008, "unknown_cmdid" }, { 0x0009, "bad_taskid" }, { 0x000a, "noio" },
    { 0x000b, "unknown_amscmd" }, { 0x000c, "win32_error" }, { 0x000d, "port_not_connected" },
    { 0x000e, "invalid_ams_length" }, { 0x000f, "invalid_ams_netid" }, { 0x0010, "low_inst_level" },
    { 0x0011, "no_debug_int_available" }, { 0x0012, "port_disabled" }, { 0x0013, "port_already_connected" },
    { 0x0014, "amssync_w32error" }, { 0x0015, "amssync_timeout" }, { 0x0016, "amssync_amserror" },
    { 0x0017, "amssync_noindexinmap" }, { 0x0018, "invalid_amsport" }, { 0x0019, "no_memory" }, { 0x001a, "tcp_send" },
    { 0x001b, "host_unreachable" }, { 0x0500, "routererr_nolockedmemory" }, { 0x0501, "routererr_resizememory" },
    { 0x0502, "routererr_mailboxfull" }, { 0x0503, "routererr_debugboxfull" }, { 0x0504, "routererr_unknownporttype" },
    { 0x0505, "routererr_notinitialized" }, { 0x0506, "routererr_portalreadyinuse" }, { 0x0507, "routererr_notregistered" },
    { 0x0508, "routererr_nomorequeues" }, { 0x0509, "routererr_invalidport" }, { 0x050a, "routererr_notactivated" },
    { 0x0700, "error" }, { 0x0701, "srv_not_supp" }, { 0x0702, "invalid_grp" }, { 0x0703, "invalid_offset" },
    { 0x0704, "invalid_access" }, { 0x0705, "invalid_size" }, { 0x0706, "invalid_data" }, { 0x0707, "not_ready" },
    { 0x0708, "busy" }, { 0x0709, "invalid_context" }, { 0x070a, "no_memory" }, { 0x070b, "invalid_parm" },
    { 0x070c, "not_found" }, { 0x070d, "syntax" }, { 0x070e, "incompatible" }, { 0x070f, "exists" },
    { 0x0710, "symbol_not_found" }, { 0x0711, "symbol_version_invalid" }, { 0x0712, "invalid_state" },
    { 0x0713, "trans_mode_not_supp" }, { 0x0714, "notify_hnd_invalid" }, { 0x0715, "client_unknown" },
    { 0x0716, "no_more_hdls" }, { 0x0717, "invalid_watchsize" }, { 0x0718, "not_init" }, { 0x0719, "timeout" },
    { 0x071a, "no_interface" }, { 0x071b, "invalid_interface" }, { 0x071c, "invalid_clsid" }, { 0x071d, "invalid_objid" },
    { 0x071e, "pending" }, { 0x071f, "aborted" }, { 0x0720, "warning" }, { 0x0721, "invalid_array_idx" },
    { 0x0740, "client_error" }, { 0x0741, "client_invalid_parm" }, { 0x0742, "client_list_empty" },
    { 0x0743, "client_var_used" }, { 0x0744, "client_dupl_invokeid" }, { 0x0745, "client_sync_timeout" },
    { 0x0746, "client_w32error" }, { 0x0747, "client_timeout_invalid" }, { 0x0748, "client_port_not_open" },
    { 0x0749, "client_no_ams_addr" }, { 0x0750, "client_sync_internal" }, { 0x0751, "client_add_hash" },
    { 0x0752, "client_remove_hash" }, { 0x0753, "client_no_more_sym" }, { 0x0754, "client_sync_res_invalid" },
    { 0x0755, "client_sync_port_locked" }, { 0, NULL }
};

static const struct field_name type_names[] = { { 0, "request" }, { 1, "response" }, { 0, NULL } };

static const struct field_name group_names[] = {
    { 0x78, "file_open" }, { 0x79, "file_close" }, { 0x7a, "file_read" }, { 0x7b, "file_write" }, { 0x83, "file_delete" },
    { 0x84, "file_rename" }, { 0x85, "file_find" }, { 0xc8, "registry" }, { 0x1f4, "start_process" }, { 0x320, "ip_helper" },
    { 0x321, "add_route" }, { 0x322, "delete_route" }, { 0x323, "list_routes" },
    { 0x4020, "plc_memory" }, { 0x4021, "plc_memory_bits" }, { 0x4030, "plc_retain" }, { 0x4040, "plc_data" }, { 0xf000, "symbol_table" },
    { 0xf001, "symbol_name" }, { 0xf002, "symbol_value" }, { 0xf003, "handle_by_name" }, { 0xf004, "value_by_name" },
    { 0xf005, "value_by_handle" }, { 0xf006, "release_handle" }, { 0xf007, "info_by_name" }, { 0xf008, "symbol_version" },
    { 0xf009, "info_by_name_ex" }, { 0xf00a, "symbol_download" }, { 0xf00b, "symbol_upload" }, { 0xf00c, "symbol_upload_info" },
    { 0xf010, "symbol_note" }, { 0xf020, "inputs" }, { 0xf021, "input_bits" }, { 0xf025, "inputs_size" }, { 0xf030, "outputs" },
    { 0xf031, "output_bits" }, { 0xf035, "outputs_size" }, { 0xf040, "clear_inputs" }, { 0xf050, "clear_outputs" }, { 0xf080, "sum_read" },
    { 0xf081, "sum_write" }, { 0xf082, "sum_read_write" }, { 0xf083, "sum_read_ex" }, { 0xf084, "sum_read_ex_2" },
    { 0xf085, "sum_add_notification" }, { 0xf086, "sum_delete_notification" }, { 0xf100, "device_data" }, { 0, NULL }
};

static const struct field_name port_names[] = {
    { 100, "logger" }, { 110, "event_logger" }, { 300, "io" }, { 500, "nc" }, { 800, "plc_control" }, { 801, "plc_runtime_1" },
    { 811, "plc_runtime_2" }, { 821, "plc_runtime_3" }, { 831, "plc_runtime_4" }, { 851, "tc3_plc_runtime_1" }, { 852, "tc3_plc_runtime_2" },
    { 900, "camshaft" }, { 10000, "system_service" }, { 0, NULL }
};

static const struct field_name state_names[] = {
    { 0, "invalid" }, { 1, "idle" }, { 2, "reset" }, { 3, "init" }, { 4, "start" }, { 5, "run" }, { 6, "stop" }, { 7, "save_config" },
    { 8, "load_config" }, { 9, "power_failure" }, { 10, "power_good" }, { 11, "error" }, { 12, "shutdown" }, { 13, "suspend" },
    { 14, "resume" }, { 15, "config" }, { 16, "reconfig" }, { 0, NULL }
};

static const struct field_name service_names[] = { { 1, "identify" }, { 6, "add_route" }, { 0, NULL } };

static const struct field fields[] = {
    [ADS_TARGET]       = { .name = "target", .means = MEANS_TARGET, .type = FIELD_TEXT, .about = "AMS net id of the target." },
    [ADS_TARGET_PORT]  = { .name = "target_port", .means = MEANS_TARGET, .names = port_names, .about = "AMS port of the target: which program in it." },
    [ADS_SOURCE]       = { .name = "source", .type = FIELD_TEXT, .about = "AMS net id of the sender." },
    [ADS_SOURCE_PORT]  = { .name = "source_port", .names = port_names, .about = "AMS port of the sender." },
    [ADS_COMMAND]      = { .name = "command", .means = MEANS_FUNCTION, .names = command_names, .about = "ADS command." },
    [ADS_TYPE]         = { .name = "type", .names = type_names, .about = "Request or response." },
    [ADS_FLAGS]        = { .name = "state_flags", .about = "AMS state flags: bit 0 response, bit 2 ADS command." },
    [ADS_LENGTH]       = { .name = "length", .unit = "bytes", .about = "Length of the ADS data." },
    [ADS_INVOKE_ID]    = { .name = "invoke_id", .about = "Chosen by who asks, repeated in the response." },
    [ADS_ERROR]        = { .name = "error", .names = error_names, .about = "AMS error: why the packet did not reach its target." },
    [ADS_ACCESS]       = { ACCESS_FIELD },
    [ADS_GROUP]        = { .name = "index_group", .means = MEANS_TARGET, .names = group_names, .about = "Index group; the response repeats it." },
    [ADS_OFFSET]       = { .name = "index_offset", .means = MEANS_TARGET, .about = "Index offset; the response repeats it." },
    [ADS_READ_LENGTH]  = { .name = "read_length", .means = MEANS_EXTENT, .unit = "bytes", .about = "Bytes to be read." },
    [ADS_WRITE_LENGTH] = { .name = "write_length", .unit = "bytes", .about = "Bytes to be written." },
    [ADS_SYMBOL]       = { .name = "symbol", .means = MEANS_TARGET, .type = FIELD_TEXT, .about = "Variable that is asked for by its name." },
    [ADS_VALUE]        = { .name = "value", .means = MEANS_VALUE, .about = "Data of 1, 2, 4 or 8 bytes as a number." },
    [ADS_DATA]         = { .name = "data", .type = FIELD_BYTES, .about = "What is read or written." },
    [ADS_RESULT]       = { .name = "result", .names = error_names, .about = "ADS result of the command." },
    [ADS_STATE]        = { .name = "ads_state", .means = MEANS_VALUE, .names = state_names, .about = "State of the controller, told or asked for." },
    [ADS_DEVICE_STATE] = { .name = "device_state", .about = "The device's own state." },
    [ADS_DEVICE_NAME]  = { .name = "device_name", .means = MEANS_PRODUCT, .type = FIELD_TEXT, .about = "Name that the device gives in its info." },
    [ADS_VERSION]      = { .name = "version", .means = MEANS_VERSION, .type = FIELD_TEXT, .about = "Version of the device or of TwinCAT: major, minor, build." },
    [ADS_HANDLE]       = { .name = "notification_handle", .about = "Handle of a notification." },
    [ADS_STAMPS]       = { .name = "stamps", .about = "Notification: number of time stamps with samples." },
    [ADS_CYCLE]        = { .name = "cycle_time", .unit = "100 ns", .about = "Notification: how often the value is looked at." },
    [ADS_SERVICE]      = { .name = "service", .means = MEANS_FUNCTION, .names = service_names, .about = "Discovery service over UDP." },
    [ADS_NET_ID]       = { .name = "net_id", .type = FIELD_TEXT, .about = "AMS net id that a route is for." },
    [ADS_HOST_NAME]    = { .name = "host_name", .means = MEANS_NAME, .type = FIELD_TEXT, .about = "Host name that a device gives, or that a route is for." },
    [ADS_ROUTE]        = { .name = "route_name", .type = FIELD_TEXT, .about = "Name of a route that is added." },
    [ADS_USER]         = { .name = "user", .type = FIELD_TEXT, .about = "User who adds a route." },
    [ADS_PASSWORD_SENT] = { .name = "password_sent", .type = FIELD_FLAG, .about = "A password went with it, in clear; it is not kept." },
    [ADS_RESPONSE_TIME] = { .name = "response_time", .unit = "us", .about = "Packet time from the request to this response." },
};

static const struct anomaly anomalies[] = {
    [ADS_INVALID_HEADER]       = { "invalid_header", "A datagram that ends in its header." },
    [ADS_INVALID_LENGTH]       = { "invalid_length", "Fewer bytes than the command needs." },
    [ADS_UNKNOWN_COMMAND]      = { "unknown_command", "A command that the specification does not know." },
    [ADS_UNSOLICITED_RESPONSE] = { "unsolicited_response", "A response that no request asked for." },
};

const struct schema ads_schema = {
    .name = "ads", .fields = fields, .count = ADS_ROWS, .anomalies = anomalies, .anomaly_count = ADS_ANOMALIES
};
