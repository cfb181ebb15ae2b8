/* BSAP's fields and functions. */
#include "dissectors/bsap/fields.h"

const struct field_name bsap_function_names[] = {
    { 0x00, "read_signal_by_address" }, { 0x02, "read_logical_by_address" }, { 0x04, "read_signal_by_name" }, { 0x06, "read_logical_by_name" },
    { 0x0c, "read_signal_by_list_start" }, { 0x0d, "read_signal_by_list_continue" }, { 0x0e, "read_logical_by_list_start" },
    { 0x0f, "read_logical_by_list_continue" }, { 0x80, "write_signal_by_address" }, { 0x84, "write_signal_by_name" },
    { 0x8c, "write_signal_by_list_start" }, { 0x8d, "write_signal_by_list_continue" }, { 0, NULL }
};

static const struct field_name frame_names[] = { { BSAP_OF_LINE, "serial" }, { BSAP_OVER_IP, "ip" }, { 0, NULL } };
static const struct field_name type_names[] = {        /* BSAP over IP */
    { 0x00, "poll" }, { 0x01, "response_count" }, { 0x05, "response" }, { 0x06, "request" }, { 0x84, "request_alternate" },
    { 0x86, "request_initial" }, { 0, NULL }
};
static const struct field_name node_function_names[] = {       /* those from 81 to 95 are the line's own */
    { 0x00, "illegal" }, { 0x03, "pei_pc" }, { 0x40, "pei_rtu" }, { 0x48, "diagnostics" }, { 0x50, "transmitter_3508_request" },
    { 0x51, "transmitter_3508_response" }, { 0x60, "cbo" }, { 0x68, "flash_download" }, { 0x6a, "flash_configuration" },
    { 0x70, "command_handler_request" }, { 0x71, "command_handler_response" }, { 0x78, "download_request" }, { 0x81, "dial_up_ack" },
    { 0x83, "ack" }, { 0x85, "poll" }, { 0x86, "down_transmit_ack" }, { 0x87, "ack_no_data" }, { 0x88, "time_synchronization" },
    { 0x89, "request_time_synchronization" }, { 0x8a, "up_ack_with_poll" }, { 0x8b, "up_ack" }, { 0x95, "nak" }, { 0xa0, "rdb" },
    { 0xa1, "rdb_extension" }, { 0xa2, "report_by_exception_firmware" }, { 0xa3, "report_by_exception_manager" }, { 0xa8, "alarm_ack" },
    { 0xa9, "alarm_init" }, { 0xaa, "alarm_report" }, { 0xb0, "peer_master" }, { 0xb1, "peer_slave" }, { 0xbf, "tunnel_request" }, { 0, NULL }
};
static const struct field_name extended_names[] = {
    { 0x0101, "reset_system" }, { 0x0102, "diagnostics_reset" }, { 0x0201, "read_date_and_time" }, { 0x0202, "read_date" }, { 0x0203, "read_time" },
    { 0x0281, "write_date_and_time" }, { 0x0400, "change_local_node_address" }, { 0, NULL }
};

static const struct field fields[] = {
    [BSAP_FRAME]    = { .name = "frame", .names = frame_names, .about = "A serial line's frame in a datagram, or BSAP over IP." },
    [BSAP_TYPE]     = { .name = "message_type", .names = type_names, .about = "BSAP over IP: kind of message." },
    [BSAP_ADDRESS]  = { .name = "local_address", .means = MEANS_UNIT, .about = "Serial: node on the line; 0 is the master." },
    [BSAP_SERIAL]   = { .name = "serial_number", .about = "Serial: number of the frame." },
    [BSAP_TO_NODE]  = { .name = "destination_address", .means = MEANS_TARGET, .about = "Serial, global messages: node of the network it is for." },
    [BSAP_FROM_NODE] = { .name = "source_address", .about = "Serial, global messages: node of the network it is from." },
    [BSAP_CONTROL]  = { .name = "control", .about = "Serial, global messages: control octet." },
    [BSAP_TO_FUNCTION] = { .name = "destination_function", .names = node_function_names, .about = "Function of the node that takes the message." },
    [BSAP_SEQUENCE] = { .name = "sequence", .about = "Application's number; the answer repeats it." },
    [BSAP_FROM_FUNCTION] = { .name = "source_function", .names = node_function_names, .about = "Function of the node that sent it." },
    [BSAP_NODE_STATUS] = { .name = "node_status", .about = "Node status octet." },
    [BSAP_MESSAGES] = { .name = "messages", .about = "BSAP over IP: number of messages in the datagram." },
    [BSAP_MESSAGE_SEQUENCE] = { .name = "message_sequence", .about = "BSAP over IP: number of the datagram." },
    [BSAP_RESPONSE_SEQUENCE] = { .name = "response_sequence", .about = "BSAP over IP: number of the last datagram heard." },
    [BSAP_DATA_LENGTH] = { .name = "data_length", .unit = "bytes", .about = "BSAP over IP: length of the message." },
    [BSAP_FUNCTION] = { .name = "function", .means = MEANS_FUNCTION, .names = bsap_function_names, .about = "Function of the remote database; the answer repeats it." },
    [BSAP_EXTENDED] = { .name = "extended_function", .means = MEANS_FUNCTION, .names = extended_names, .about = "Extended function." },
    [BSAP_ACCESS]   = { ACCESS_FIELD },
    [BSAP_ERROR]    = { .name = "error", .about = "Answer: return code, bits; 0 is none." },
    [BSAP_SECURITY] = { .name = "security_level", .about = "Level that the asker claims." },
    [BSAP_COUNT]    = { .name = "variable_count", .about = "Number of signals." },
    [BSAP_NAME]     = { .name = "variables", .means = MEANS_TARGET, .type = FIELD_TEXT, .flags = FIELD_MANY, .about = "Signals by name, at most 64." },
    [BSAP_MSD]      = { .name = "addresses", .means = MEANS_TARGET, .flags = FIELD_MANY, .about = "Signals by address, at most 64." },
    [BSAP_VALUE]    = { .name = "values", .means = MEANS_VALUE, .type = FIELD_REAL, .flags = FIELD_MANY, .about = "Values read or written, where their types can be told." },
    [BSAP_DATA]     = { .name = "data", .type = FIELD_BYTES, .about = "What follows, as octets." },
    [BSAP_RESPONSE_TIME] = { .name = "response_time", .unit = "us", .about = "Packet time from the request to this answer." },
};

static const struct anomaly anomalies[] = {
    [BSAP_CRC]                  = { "crc_mismatch", "The CRC is not that of the frame." },
    [BSAP_UNKNOWN_FUNCTION]     = { "unknown_function", "A function of the remote database that is not known." },
    [BSAP_INVALID_LENGTH]       = { "invalid_length", "Fewer octets than the function needs." },
    [BSAP_UNSOLICITED_RESPONSE] = { "unsolicited_response", "An answer that no request asked for." },
};

const struct schema bsap_schema = {
    .name = "bsap", .fields = fields, .count = BSAP_ROWS, .anomalies = anomalies, .anomaly_count = BSAP_ANOMALIES
};
