/* CODESYS's fields, functions and what they do. */
#include "dissectors/codesys/fields.h"

static const struct field_name service_names[] = {
    { CDS_NOTIFY, "address_notification_request" }, { CDS_NOTIFIED, "address_notification_response" }, { CDS_NAME_SERVER, "name_server" },
    { CDS_NAME_CLIENT, "name_client" }, { CDS_CHANNELS, "channel_manager" }, { 0, NULL }
};
static const struct field_name priority_names[] = { { 0, "low" }, { 1, "normal" }, { 2, "high" }, { 3, "emergency" }, { 0, NULL } };
static const struct field_name naming_names[] = {
    { CDS_RESOLVE_ADDRESS, "resolve_address" }, { CDS_RESOLVE_NAME, "resolve_name" }, { CDS_DEVICE_INFO, "device_info" }, { 0, NULL }
};
static const struct field_name channel_names[] = {
    { CDS_BLOCK_TYPE, "application_block" }, { CDS_ACK_TYPE, "application_ack" }, { CDS_KEEP_ALIVE, "keep_alive" },
    { CDS_OPENED, "open_channel_response" }, { CDS_GET_INFO, "get_info" }, { CDS_OPEN, "open_channel_request" },
    { CDS_CLOSE, "close_channel" }, { 0, NULL }
};
static const struct field_name protocol_names[] = { { 0xcd55, "normal" }, { 0x7557, "secure" }, { 0, NULL } };

static const struct field_name function_names[] = {
    { 0x0101, "device_info" }, { 0x0102, "device_login" }, { 0x0103, "device_logout" }, { 0x0104, "device_reset_origin" },
    { 0x0105, "device_echo" }, { 0x0106, "device_set_operating_mode" }, { 0x0107, "device_get_operating_mode" },
    { 0x0108, "device_interactive_login" }, { 0x0109, "device_rename_node" }, { 0x010a, "device_session_create" },
    { 0x010b, "device_reset_origin_config" },
    { 0x0201, "app_login" }, { 0x0202, "app_logout" }, { 0x0203, "app_create" }, { 0x0204, "app_delete" }, { 0x0205, "app_download" },
    { 0x0206, "app_online_change" }, { 0x0207, "app_device_download" }, { 0x0208, "app_create_device_app" }, { 0x0210, "app_start" },
    { 0x0211, "app_stop" }, { 0x0212, "app_reset" }, { 0x0213, "app_set_breakpoint" }, { 0x0214, "app_read_status" },
    { 0x0215, "app_delete_breakpoint" }, { 0x0216, "app_read_call_stack" }, { 0x0217, "app_get_area_offset" }, { 0x0218, "app_read_list" },
    { 0x0219, "app_set_next_statement" }, { 0x0220, "app_release_force_list" }, { 0x0221, "app_upload_force_list" },
    { 0x0222, "app_single_cycle" }, { 0x0223, "app_create_boot_project" }, { 0x0224, "app_reinit" }, { 0x0225, "app_read_state_list" },
    { 0x0226, "app_load_boot_app" }, { 0x0227, "app_register_boot_app" }, { 0x0228, "app_check_file_consistency" },
    { 0x0229, "app_read_info" }, { 0x0230, "app_download_compact" }, { 0x0231, "app_read_project_info" }, { 0x0232, "app_define_flow" },
    { 0x0233, "app_read_flow_values" }, { 0x0234, "app_download_encrypted" }, { 0x0235, "app_read_content" }, { 0x0236, "app_save_retains" },
    { 0x0237, "app_restore_retains" }, { 0x0238, "app_get_area_address" }, { 0x0239, "app_leave_execpoints" },
    { 0x0240, "app_claim_execpoints" },
    { 0x0501, "log_get_entries" }, { 0x0502, "log_get_component_names" }, { 0x0503, "log_get_logger_list" },
    { 0x0801, "file_info" }, { 0x0802, "file_start_download" }, { 0x0803, "file_restart_download" }, { 0x0804, "file_download" },
    { 0x0805, "file_start_upload" }, { 0x0806, "file_restart_upload" }, { 0x0807, "file_upload" }, { 0x0808, "file_end" },
    { 0x0809, "file_cancel" }, { 0x080a, "file_safe_signature" }, { 0x080b, "file_get_safe_signature" }, { 0x080c, "file_dir_info" },
    { 0x080d, "file_cancel_dir_info" }, { 0x080e, "file_delete" }, { 0x080f, "file_rename" }, { 0x0810, "file_create_dir" },
    { 0x0811, "file_delete_dir" }, { 0x0812, "file_rename_dir" }, { 0x0814, "file_sync_transfer" },
    { 0x0901, "var_register_list" }, { 0x0902, "var_unregister_list" }, { 0x0903, "var_read_list" }, { 0x0904, "var_write_list" },
    { 0x0905, "var_read" }, { 0x0906, "var_write" }, { 0x0907, "var_get_root_nodes" }, { 0x0908, "var_get_children_nodes" },
    { 0x0909, "var_get_types" }, { 0x090a, "var_get_address_info" }, { 0x090b, "var_remove_from_list" },
    { 0x0f02, "trace_packet_create" }, { 0x0f07, "trace_packet_read" }, { 0x0f0a, "trace_packet_start" }, { 0x0f0b, "trace_packet_stop" },
    { 0x1101, "plc_shell_execute" }, { 0x1b01, "monitor_read" }, { 0x1b02, "monitor_write" },
    { 0, NULL }
};

static const struct field fields[] = {
    [CDS_HOPS]          = { .name = "hop_count", .about = "Routers that the datagram may still pass." },
    [CDS_PRIORITY]      = { .name = "priority", .names = priority_names, .about = "Priority of the datagram." },
    [CDS_SERVICE]       = { .name = "service", .names = service_names, .about = "What the datagram belongs to." },
    [CDS_MESSAGE]       = { .name = "datagram_id", .about = "Message id of the datagram." },
    [CDS_RECEIVER]      = { .name = "receiver", .type = FIELD_BYTES, .about = "Receiver's address in the CODESYS network." },
    [CDS_SENDER]        = { .name = "sender", .type = FIELD_BYTES, .about = "Sender's address in the CODESYS network." },
    [CDS_NAMING]        = { .name = "naming", .means = MEANS_FUNCTION, .names = naming_names, .about = "What is asked of or told about a node." },
    [CDS_MESSAGE_ID]    = { .name = "message_id", .about = "Ties an answer to its question: naming, opening of a channel." },
    [CDS_NODE]          = { .name = "node_name", .means = MEANS_NAME, .type = FIELD_TEXT, .about = "Name of the node." },
    [CDS_DEVICE]        = { .name = "device_name", .means = MEANS_PRODUCT, .type = FIELD_TEXT, .about = "Name of the kind of device." },
    [CDS_VENDOR]        = { .name = "vendor_name", .means = MEANS_VENDOR, .type = FIELD_TEXT, .about = "Its maker." },
    [CDS_FIRMWARE]      = { .name = "firmware", .means = MEANS_VERSION, .type = FIELD_TEXT, .about = "Its firmware version." },
    [CDS_SERIAL]        = { .name = "serial", .means = MEANS_SERIAL, .type = FIELD_TEXT, .about = "Its serial number." },
    [CDS_TARGET_TYPE]   = { .name = "target_type", .about = "Type of the target." },
    [CDS_TARGET_ID]     = { .name = "target_id", .about = "Number of the target, the maker's." },
    [CDS_MAX_CHANNELS]  = { .name = "max_channels", .about = "Channels that the node can have open." },
    [CDS_CHANNEL_TYPE]  = { .name = "channel_type", .names = channel_names, .about = "Kind of packet of the channel layer." },
    [CDS_CHANNEL]       = { .name = "channel", .about = "Channel." },
    [CDS_BLOCK]         = { .name = "block", .about = "Number of the block." },
    [CDS_ACK]           = { .name = "ack", .about = "Last block of the other side that has come." },
    [CDS_REASON]        = { .name = "reason", .about = "Why a channel is not opened, or is closed; 0 is no error." },
    [CDS_REMAINING]     = { .name = "remaining", .unit = "bytes", .about = "Length of the service that begins in this block." },
    [CDS_PROTOCOL]      = { .name = "protocol", .names = protocol_names, .about = "Services in the clear, or encrypted." },
    [CDS_RESPONSE]      = { .name = "response", .type = FIELD_FLAG, .about = "It answers." },
    [CDS_FUNCTION]      = { .name = "function", .means = MEANS_FUNCTION, .names = function_names, .about = "Service group times 256 and its command." },
    [CDS_ACCESS]        = { ACCESS_FIELD },
    [CDS_SESSION]       = { .name = "session_id", .about = "Session that the device login gave." },
    [CDS_CONTENT]       = { .name = "content_length", .unit = "bytes", .about = "Length of the service's tags." },
    [CDS_TAGS]          = { .name = "tags", .type = FIELD_LIST, .about = "The service's data, tag by tag, without those that only hold others; at most 32." },
    [CDS_TAG_ID]        = { .name = "id", .in = CDS_TAGS + 1, .about = "Number of the tag." },
    [CDS_TAG_DATA]      = { .name = "data", .in = CDS_TAGS + 1, .type = FIELD_BYTES, .about = "Its octets." },
    [CDS_RESPONSE_TIME] = { .name = "response_time", .unit = "us", .about = "Packet time from the question to this answer." },
};

static const struct anomaly anomalies[] = {
    [CDS_INVALID_LENGTH]       = { "invalid_length", "A length reaches over the datagram's end." },
    [CDS_UNKNOWN_SERVICE]      = { "unknown_service", "A datagram of a service that is not known." },
    [CDS_UNSOLICITED_RESPONSE] = { "unsolicited_response", "An answer that nobody asked for." },
};

const struct schema codesys_schema = {
    .name = "codesys", .fields = fields, .count = CDS_ROWS, .anomalies = anomalies, .anomaly_count = CDS_ANOMALIES
};

static enum access device_access(unsigned command)
{
    static const uint8_t does[] = {
        [1] = ACCESS_IDENTIFY, [2] = ACCESS_AUTHENTICATE, [3] = ACCESS_AUTHENTICATE, [4] = ACCESS_PROGRAM, [5] = ACCESS_DIAGNOSE,
        [6] = ACCESS_CONFIGURE, [7] = ACCESS_DIAGNOSE, [8] = ACCESS_AUTHENTICATE, [9] = ACCESS_CONFIGURE, [10] = ACCESS_SESSION,
        [11] = ACCESS_DIAGNOSE
    };
    return command < sizeof does ? does[command] : ACCESS_OTHER;
}

static enum access app_access(unsigned command)
{
    static const uint8_t does[] = {
        [0x01] = ACCESS_SESSION, [0x02] = ACCESS_SESSION, [0x03] = ACCESS_PROGRAM, [0x04] = ACCESS_PROGRAM, [0x05] = ACCESS_PROGRAM,
        [0x06] = ACCESS_PROGRAM, [0x07] = ACCESS_PROGRAM, [0x08] = ACCESS_PROGRAM, [0x10] = ACCESS_CONTROL, [0x11] = ACCESS_STOP,
        [0x12] = ACCESS_RESTART, [0x13] = ACCESS_CONTROL, [0x14] = ACCESS_DIAGNOSE, [0x15] = ACCESS_CONTROL, [0x16] = ACCESS_DIAGNOSE,
        [0x17] = ACCESS_DIAGNOSE, [0x18] = ACCESS_BROWSE, [0x19] = ACCESS_CONTROL, [0x20] = ACCESS_CONTROL, [0x21] = ACCESS_READ,
        [0x22] = ACCESS_CONTROL, [0x23] = ACCESS_PROGRAM, [0x24] = ACCESS_RESTART, [0x25] = ACCESS_DIAGNOSE, [0x26] = ACCESS_PROGRAM,
        [0x27] = ACCESS_PROGRAM, [0x28] = ACCESS_DIAGNOSE, [0x29] = ACCESS_IDENTIFY, [0x30] = ACCESS_PROGRAM, [0x31] = ACCESS_IDENTIFY,
        [0x32] = ACCESS_READ, [0x33] = ACCESS_READ, [0x34] = ACCESS_PROGRAM, [0x35] = ACCESS_BROWSE, [0x36] = ACCESS_WRITE,
        [0x37] = ACCESS_WRITE, [0x38] = ACCESS_DIAGNOSE, [0x39] = ACCESS_CONTROL, [0x40] = ACCESS_CONTROL
    };
    return command < sizeof does ? does[command] : ACCESS_OTHER;
}

static enum access variables_access(unsigned command)
{
    return command == 4 || command == 6 ? ACCESS_WRITE : command == 3 || command == 5 ? ACCESS_READ : ACCESS_BROWSE;
}

enum access codesys_access(unsigned function)
{
    unsigned command = function & 0xff;
    switch (function >> 8) {
    case 0x01: return device_access(command);
    case 0x02: return app_access(command);
    case 0x03: case 0x1b: return command == 2 ? ACCESS_WRITE : ACCESS_READ;
    case 0x05: case 0x07: case 0x0b: case 0x1d: case 0x1f: return ACCESS_DIAGNOSE;
    case 0x06: case 0x0c: case 0x11: case 0x22: return ACCESS_CONFIGURE;
    case 0x08: return ACCESS_FILE;
    case 0x09: return variables_access(command);
    case 0x0f: return ACCESS_SUBSCRIBE;
    case 0x12: case 0x13: return ACCESS_CONTROL;
    case 0x18: return ACCESS_READ;
    default:   return ACCESS_OTHER;
    }
}
