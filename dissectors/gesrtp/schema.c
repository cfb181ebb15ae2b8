/* GE-SRTP's fields and services. */
#include "dissectors/gesrtp/fields.h"

static const struct field_name type_names[] = {
    { 0, "initiate" }, { 1, "initiated" }, { 2, "request" }, { 3, "reply" }, { 8, "unknown" }, { 0, NULL }
};
static const struct field_name message_names[] = {
    { 0x80, "request_with_text" }, { 0x94, "completion_with_text" }, { 0xc0, "request" }, { 0xd1, "error" }, { 0xd4, "completion" }, { 0, NULL }
};

static const struct field_name service_names[] = {
    { 0x00, "plc_short_status" }, { 0x01, "plc_long_status" }, { 0x02, "plc_memory_usage" }, { 0x03, "return_control_program_names" },
    { 0x04, "read_system_memory" }, { 0x05, "read_task_memory" }, { 0x06, "read_program_memory" }, { 0x07, "write_system_memory" },
    { 0x08, "write_task_memory" }, { 0x09, "write_program_memory" }, { 0x0a, "define_symbol" }, { 0x0b, "delete_symbol" },
    { 0x0c, "read_system_memory_symbolic" }, { 0x0d, "read_task_memory_symbolic" }, { 0x0e, "read_program_memory_symbolic" },
    { 0x0f, "write_system_memory_symbolic" }, { 0x10, "write_task_memory_symbolic" }, { 0x11, "write_program_memory_symbolic" },
    { 0x12, "resolve_system_memory_name" }, { 0x13, "resolve_task_memory_name" }, { 0x14, "resolve_program_memory_name" },
    { 0x15, "establish_datagram" }, { 0x16, "update_datagram" }, { 0x17, "cancel_datagram" }, { 0x18, "format_disk" },
    { 0x19, "open_file" }, { 0x1a, "close_file" }, { 0x1b, "create_file" }, { 0x1c, "unlink_file" }, { 0x1d, "read_file" },
    { 0x1e, "write_file" }, { 0x1f, "seek_file" }, { 0x20, "programmer_logon" }, { 0x21, "change_privilege_level" },
    { 0x22, "set_controller_id" }, { 0x23, "set_plc_state" }, { 0x24, "set_plc_time" }, { 0x25, "return_plc_time" },
    { 0x26, "return_program_block_sizes" }, { 0x27, "return_program_block_list" }, { 0x28, "store_program_block" },
    { 0x29, "sequence_control" }, { 0x2a, "program_block_program_store" }, { 0x2b, "program_block_load" },
    { 0x2c, "program_block_program_load" }, { 0x2d, "verify_program_block" }, { 0x2e, "delete_program_block" },
    { 0x2f, "change_program_block_size" }, { 0x30, "declare_interrupt" }, { 0x31, "clear_configuration" }, { 0x32, "autoconfigure_io" },
    { 0x33, "replace_io_module" }, { 0x34, "verify_configuration_block" }, { 0x35, "clear_all_plc_memory" },
    { 0x36, "clear_reference_memory" }, { 0x37, "clear_logic_memory" }, { 0x38, "return_fault_table" }, { 0x39, "clear_fault_table" },
    { 0x3a, "create_configuration_parameter_task" }, { 0x3b, "delete_configuration_parameter_task" },
    { 0x3c, "return_configuration_sizes" }, { 0x3d, "store_block" }, { 0x3e, "load_block" }, { 0x3f, "program_store" },
    { 0x40, "program_load" }, { 0x41, "program_change" }, { 0x42, "verify_program" }, { 0x43, "return_controller_type_and_id" },
    { 0x44, "toggle_force_system_memory" }, { 0x45, "access_eeprom" }, { 0x46, "manage_block" }, { 0x47, "lock_unlock_oem" },
    { 0x48, "write_datagram" }, { 0x49, "access_fa_card" }, { 0x4a, "read_configuration_parameter" }, { 0x4b, "write_slot_configuration" },
    { 0x4c, "rename_task" }, { 0x4d, "return_function_supported" }, { 0x4e, "store_subrequest" }, { 0x4f, "session_control" },
    { 0x50, "return_subrequest_list" }, { 0x51, "extra_piggyback_data" }, { 0x52, "store_os_extension" }, { 0x53, "load_os_extension" },
    { 0x54, "delete_os_extension" }, { 0x55, "delete_subrequest" }, { 0x56, "share_plc_data" },
    { 0x57, "toggle_force_program_block_memory" }, { 0x58, "sfc_event_queue_service" }, { 0x59, "interrogate_io" },
    { 0x5a, "program_store_extended" }, { 0x5b, "program_load_extended" }, { 0x5c, "program_verify_extended" },
    { 0x5d, "activate_debugger" }, { 0x5e, "configuration_change_control" }, { 0x5f, "remote_server_register" },
    { 0x60, "clear_selected_fault" }, { 0x61, "return_plc_features_supported" }, { 0, NULL }
};

static const struct field_name selector_names[] = {
    { 0x08, "r_words" }, { 0x0a, "ai_words" }, { 0x0c, "aq_words" }, { 0x10, "i_bytes" }, { 0x12, "q_bytes" }, { 0x14, "t_bytes" },
    { 0x16, "m_bytes" }, { 0x18, "sa_bytes" }, { 0x1a, "sb_bytes" }, { 0x1c, "sc_bytes" }, { 0x1e, "s_bytes" }, { 0x38, "g_bytes" },
    { 0x46, "i_bits" }, { 0x48, "q_bits" }, { 0x4a, "t_bits" }, { 0x4c, "m_bits" }, { 0x4e, "sa_bits" }, { 0x50, "sb_bits" },
    { 0x52, "sc_bits" }, { 0x54, "s_bits" }, { 0x56, "g_bits" }, { 0, NULL }
};
static const struct field_name status_names[] = {
    { 0, "no_error" }, { 1, "illegal_service_request" }, { 2, "insufficient_privilege" }, { 4, "protocol_sequence_error" },
    { 5, "service_request_error" }, { 6, "illegal_mailbox_type" }, { 7, "queue_full" }, { 0, NULL }
};
static const struct field_name minor_names[] = {
    { 0xca, "write_protected" }, { 0xd3, "block_end_exceeded" }, { 0xd8, "point_length_not_allowed" }, { 0xd9, "invalid_transfer_type" },
    { 0xdb, "invalid_segment_selector" }, { 0xe4, "no_such_segment" }, { 0xe9, "segment_selector_not_valid" }, { 0xea, "not_logged_in" },
    { 0xef, "programmer_already_attached" }, { 0xf0, "only_in_stop_mode" }, { 0xf1, "only_from_programmer" },
    { 0xf4, "invalid_input_parameter" }, { 0xf5, "invalid_password" }, { 0xf6, "invalid_sweep_state" }, { 0xfe, "no_privilege" },
    { 0xff, "service_request_aborted" }, { 0, NULL }
};
static const struct field_name state_names[] = {
    { 0, "run_io_enabled" }, { 1, "run_io_disabled" }, { 2, "stop_io_disabled" }, { 3, "stop_faulted" }, { 4, "halted" }, { 5, "suspended" },
    { 6, "stop_io_enabled" }, { 0, NULL }
};

static const struct field fields[] = {
    [SRTP_TYPE]             = { .name = "type", .names = type_names, .about = "Kind of packet." },
    [SRTP_SEQUENCE]         = { .name = "sequence_number", .about = "Sequence number; the reply repeats it." },
    [SRTP_TEXT_LENGTH]      = { .name = "text_length", .unit = "bytes", .about = "Length of what follows the mailbox message." },
    [SRTP_HOURS]            = { .name = "time_hours", .about = "Sender's time: hours." },
    [SRTP_MINUTES]          = { .name = "time_minutes", .about = "Sender's time: minutes." },
    [SRTP_SECONDS]          = { .name = "time_seconds", .about = "Sender's time: seconds." },
    [SRTP_MAILBOX_SEQUENCE] = { .name = "mailbox_sequence", .about = "Sequence number of the mailbox message." },
    [SRTP_MESSAGE_TYPE]     = { .name = "message_type", .names = message_names, .about = "Kind of mailbox message." },
    [SRTP_SOURCE]           = { .name = "mailbox_source", .about = "Mailbox it is from." },
    [SRTP_DESTINATION]      = { .name = "mailbox_destination", .means = MEANS_UNIT, .about = "Mailbox it is for: says the slot of the CPU." },
    [SRTP_PACKET]           = { .name = "packet_number", .about = "Which packet of the message." },
    [SRTP_PACKETS]          = { .name = "total_packets", .about = "Of how many." },
    [SRTP_SERVICE]          = { .name = "service", .means = MEANS_FUNCTION, .names = service_names, .about = "Service request code; the reply repeats it." },
    [SRTP_ACCESS]           = { ACCESS_FIELD },
    [SRTP_SELECTOR]         = { .name = "segment_selector", .means = MEANS_TARGET, .names = selector_names, .about = "Memory and the width of its items; the reply repeats it." },
    [SRTP_OFFSET]           = { .name = "memory_offset", .means = MEANS_TARGET, .about = "First item, from 0: register 40 is 39." },
    [SRTP_COUNT]            = { .name = "data_length", .means = MEANS_EXTENT, .about = "Number of items." },
    [SRTP_DATA]             = { .name = "data", .means = MEANS_VALUE, .type = FIELD_BYTES, .about = "What is written, read or asked; of logons and privileges it is not kept." },
    [SRTP_STATUS]           = { .name = "status_code", .names = status_names, .about = "How the service ended." },
    [SRTP_MINOR_STATUS]     = { .name = "minor_status", .names = minor_names, .about = "And more exactly." },
    [SRTP_PROGRAM]          = { .name = "control_program", .about = "Control program the asker is logged into; 255 none." },
    [SRTP_PRIVILEGE]        = { .name = "privilege_level", .about = "Privilege level of the asker." },
    [SRTP_SWEEP]            = { .name = "last_sweep_time", .about = "Duration of the program's last sweep, as the controller counts it." },
    [SRTP_OVERSWEEP]        = { .name = "oversweep", .type = FIELD_FLAG, .about = "The constant sweep's time was exceeded." },
    [SRTP_CONSTANT_SWEEP]   = { .name = "constant_sweep", .type = FIELD_FLAG, .about = "Constant sweep mode is active." },
    [SRTP_PLC_FAULT_NEW]    = { .name = "plc_fault_new", .type = FIELD_FLAG, .about = "The PLC fault table changed since it was last read." },
    [SRTP_IO_FAULT_NEW]     = { .name = "io_fault_new", .type = FIELD_FLAG, .about = "The I/O fault table changed since it was last read." },
    [SRTP_PLC_FAULT]        = { .name = "plc_fault", .type = FIELD_FLAG, .about = "The PLC fault table has entries." },
    [SRTP_IO_FAULT]         = { .name = "io_fault", .type = FIELD_FLAG, .about = "The I/O fault table has entries." },
    [SRTP_PROGRAMMER]       = { .name = "programmer_attached", .type = FIELD_FLAG, .about = "A programmer is attached." },
    [SRTP_ENABLE_SWITCH]    = { .name = "outputs_disabled", .type = FIELD_FLAG, .about = "Front panel switch: outputs disabled." },
    [SRTP_RUN_SWITCH]       = { .name = "run_switch", .type = FIELD_FLAG, .about = "Front panel switch: run." },
    [SRTP_OEM]              = { .name = "oem_protected", .type = FIELD_FLAG, .about = "OEM protection is on." },
    [SRTP_PLC_STATE]        = { .name = "plc_state", .names = state_names, .about = "State of the controller." },
    [SRTP_RESPONSE_TIME]    = { .name = "response_time", .unit = "us", .about = "Packet time from the request to this reply." },
};

static const struct anomaly anomalies[] = {
    [SRTP_UNKNOWN_MESSAGE]      = { "unknown_message_type", "A mailbox message of a kind that is not known." },
    [SRTP_UNKNOWN_SERVICE]      = { "unknown_service", "A service request code that is not known." },
    [SRTP_UNSOLICITED_RESPONSE] = { "unsolicited_response", "A reply that no request asked for." },
};

const struct schema gesrtp_schema = {
    .name = "gesrtp", .fields = fields, .count = SRTP_ROWS, .anomalies = anomalies, .anomaly_count = SRTP_ANOMALIES
};

/* In the order of the codes. */
static const uint8_t does[SRTP_SERVICES] = {
    ACCESS_DIAGNOSE, ACCESS_DIAGNOSE, ACCESS_DIAGNOSE, ACCESS_BROWSE, ACCESS_READ, ACCESS_READ, ACCESS_READ, ACCESS_WRITE, ACCESS_WRITE,
    ACCESS_WRITE, ACCESS_CONFIGURE, ACCESS_CONFIGURE, ACCESS_READ, ACCESS_READ, ACCESS_READ, ACCESS_WRITE, ACCESS_WRITE, ACCESS_WRITE,
    ACCESS_BROWSE, ACCESS_BROWSE, ACCESS_BROWSE, ACCESS_SUBSCRIBE, ACCESS_SUBSCRIBE, ACCESS_SUBSCRIBE, ACCESS_FILE, ACCESS_FILE,
    ACCESS_FILE, ACCESS_FILE, ACCESS_FILE, ACCESS_FILE, ACCESS_FILE, ACCESS_FILE, ACCESS_AUTHENTICATE, ACCESS_AUTHENTICATE,
    ACCESS_CONFIGURE, ACCESS_STOP, ACCESS_SET_TIME, ACCESS_DIAGNOSE, ACCESS_BROWSE, ACCESS_BROWSE, ACCESS_PROGRAM, ACCESS_OTHER,
    ACCESS_PROGRAM, ACCESS_PROGRAM, ACCESS_PROGRAM, ACCESS_DIAGNOSE, ACCESS_PROGRAM, ACCESS_PROGRAM, ACCESS_OTHER, ACCESS_CONFIGURE,
    ACCESS_CONFIGURE, ACCESS_CONFIGURE, ACCESS_DIAGNOSE, ACCESS_PROGRAM, ACCESS_WRITE, ACCESS_PROGRAM, ACCESS_DIAGNOSE, ACCESS_DIAGNOSE,
    ACCESS_CONFIGURE, ACCESS_CONFIGURE, ACCESS_DIAGNOSE, ACCESS_PROGRAM, ACCESS_PROGRAM, ACCESS_PROGRAM, ACCESS_PROGRAM, ACCESS_PROGRAM,
    ACCESS_DIAGNOSE, ACCESS_IDENTIFY, ACCESS_CONTROL, ACCESS_PROGRAM, ACCESS_PROGRAM, ACCESS_CONFIGURE, ACCESS_WRITE, ACCESS_FILE,
    ACCESS_DIAGNOSE, ACCESS_CONFIGURE, ACCESS_PROGRAM, ACCESS_IDENTIFY, ACCESS_PROGRAM, ACCESS_SESSION, ACCESS_BROWSE, ACCESS_SESSION,
    ACCESS_PROGRAM, ACCESS_PROGRAM, ACCESS_PROGRAM, ACCESS_PROGRAM, ACCESS_OTHER, ACCESS_CONTROL, ACCESS_OTHER, ACCESS_READ, ACCESS_PROGRAM,
    ACCESS_PROGRAM, ACCESS_DIAGNOSE, ACCESS_DIAGNOSE, ACCESS_CONFIGURE, ACCESS_SESSION, ACCESS_DIAGNOSE, ACCESS_IDENTIFY,
};

enum access gesrtp_access(uint8_t service)
{
    return service < SRTP_SERVICES ? does[service] : ACCESS_OTHER;
}
