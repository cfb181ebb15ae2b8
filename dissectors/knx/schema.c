/* What a KNXnet/IP record can carry. */
#include "dissectors/knx/fields.h"

static const struct field_name service_names[] = {
    { 0x201, "search_request" }, { 0x202, "search_response" }, { 0x203, "description_request" }, { 0x204, "description_response" },
    { 0x205, "connect_request" }, { 0x206, "connect_response" }, { 0x207, "connection_state_request" },
    { 0x208, "connection_state_response" }, { 0x209, "disconnect_request" }, { 0x20a, "disconnect_response" },
    { 0x20b, "search_request_extended" }, { 0x20c, "search_response_extended" }, { 0x310, "configuration_request" },
    { 0x311, "configuration_acknowledgement" }, { 0x420, "tunneling_request" }, { 0x421, "tunneling_acknowledgement" },
    { 0x422, "tunneling_feature_get" }, { 0x423, "tunneling_feature_response" }, { 0x424, "tunneling_feature_set" },
    { 0x425, "tunneling_feature_info" }, { 0x530, "routing_indication" }, { 0x531, "routing_loss" }, { 0x532, "routing_busy" },
    { 0x533, "routing_system_broadcast" }, { 0x740, "remote_diagnostic_request" }, { 0x741, "remote_diagnostic_response" },
    { 0x742, "remote_configuration_request" }, { 0x743, "remote_reset_request" }, { 0x950, "secure_wrapper" },
    { 0x951, "session_request" }, { 0x952, "session_response" }, { 0x953, "session_authenticate" }, { 0x954, "session_status" },
    { 0x955, "timer_notify" }, { 0, NULL }
};

static const struct field_name message_names[] = {
    { 0x2b, "l_busmon_ind" }, { 0x2d, "l_raw_ind" }, { 0x10, "l_raw_req" }, { 0x2f, "l_raw_con" }, { 0x11, "l_data_req" },
    { 0x2e, "l_data_con" }, { 0x29, "l_data_ind" }, { 0x13, "l_poll_data_req" }, { 0x25, "l_poll_data_con" },
    { 0x4a, "t_data_individual_req" }, { 0x94, "t_data_individual_ind" }, { 0x41, "t_data_connected_req" },
    { 0x89, "t_data_connected_ind" }, { 0xfc, "m_prop_read_req" }, { 0xfb, "m_prop_read_con" }, { 0xf6, "m_prop_write_req" },
    { 0xf5, "m_prop_write_con" }, { 0xf7, "m_prop_info_ind" }, { 0xf8, "m_func_prop_cmd_req" }, { 0xf9, "m_func_prop_read_req" },
    { 0xfa, "m_func_prop_con" }, { 0xf1, "m_reset_req" }, { 0xf0, "m_reset_ind" }, { 0, NULL }
};

static const struct field_name apci_names[] = {
    { 0x0, "group_value_read" }, { 0x40, "group_value_response" }, { 0x80, "group_value_write" }, { 0xc0, "individual_address_write" },
    { 0x100, "individual_address_read" }, { 0x140, "individual_address_response" }, { 0x180, "adc_read" }, { 0x1c0, "adc_response" },
    { 0x1c8, "sys_nwk_param_read" }, { 0x1c9, "sys_nwk_param_resp" }, { 0x1ca, "sys_nwk_param_write" }, { 0x1cc, "prop_ext_value_read" },
    { 0x1cd, "prop_ext_value_resp" }, { 0x1ce, "prop_ext_value_write_con" }, { 0x1cf, "prop_ext_value_write_con_res" },
    { 0x1d0, "prop_ext_value_write_un_con" }, { 0x1d2, "prop_ext_descr_read" }, { 0x1d3, "prop_ext_descr_resp" },
    { 0x1d4, "func_prop_ext_cmd" }, { 0x1d5, "func_prop_ext_read" }, { 0x1d6, "func_prop_ext_resp" }, { 0x1fb, "mem_ext_write" },
    { 0x1fc, "mem_ext_write_resp" }, { 0x1fd, "mem_ext_read" }, { 0x1fe, "mem_ext_read_resp" }, { 0x200, "memory_read" },
    { 0x240, "memory_response" }, { 0x280, "memory_write" }, { 0x2c0, "user_mem_read" }, { 0x2c1, "user_mem_resp" },
    { 0x2c2, "user_mem_write" }, { 0x2c4, "user_mem_bit_write" }, { 0x2c5, "user_mfr_info_read" }, { 0x2c6, "user_mfr_info_resp" },
    { 0x2c7, "func_prop_cmd" }, { 0x2c8, "func_prop_read" }, { 0x2c9, "func_prop_resp" }, { 0x300, "device_descriptor_read" },
    { 0x340, "device_descriptor_response" }, { 0x380, "restart" }, { 0x381, "restart_req" }, { 0x3a1, "restart_resp" },
    { 0x3c0, "routing_table_open" }, { 0x3c1, "routing_table_read" }, { 0x3c2, "routing_table_resp" }, { 0x3c3, "routing_table_write" },
    { 0x3c8, "router_mem_read" }, { 0x3c9, "router_mem_resp" }, { 0x3ca, "router_mem_write" }, { 0x3cd, "router_status_read" },
    { 0x3ce, "router_status_resp" }, { 0x3cf, "router_status_write" }, { 0x3d0, "mem_bit_write" }, { 0x3d1, "auth_req" },
    { 0x3d2, "auth_resp" }, { 0x3d3, "key_write" }, { 0x3d4, "key_resp" }, { 0x3d5, "prop_value_read" }, { 0x3d6, "prop_value_resp" },
    { 0x3d7, "prop_value_write" }, { 0x3d8, "prop_descr_read" }, { 0x3d9, "prop_descr_resp" }, { 0x3da, "nwk_param_read" },
    { 0x3db, "nwk_param_resp" }, { 0x3dc, "ind_addr_ser_num_read" }, { 0x3dd, "ind_addr_ser_num_resp" },
    { 0x3de, "ind_addr_ser_num_write" }, { 0x3e0, "dom_addr_write" }, { 0x3e1, "dom_addr_read" }, { 0x3e2, "dom_addr_resp" },
    { 0x3e3, "dom_addr_sel_read" }, { 0x3e4, "nwk_param_write" }, { 0x3e5, "link_read" }, { 0x3e6, "link_resp" }, { 0x3e7, "link_write" },
    { 0x3e8, "group_prop_value_read" }, { 0x3e9, "group_prop_value_resp" }, { 0x3ea, "group_prop_value_write" },
    { 0x3eb, "group_prop_value_info" }, { 0x3ec, "dom_addr_ser_num_read" }, { 0x3ed, "dom_addr_ser_num_resp" },
    { 0x3ee, "dom_addr_ser_num_write" }, { 0x3f0, "file_stream_info" }, { 0x3f1, "data_sec" }, { 0, NULL }
};

static const struct field_name connection_names[] = {
    { 3, "device_management" }, { 4, "tunnel" }, { 6, "remote_logging" }, { 7, "remote_configuration" }, { 8, "object_server" }, { 0, NULL }
};

static const struct field_name medium_names[] = { { 2, "tp1" }, { 4, "pl110" }, { 16, "rf" }, { 32, "ip" }, { 0, NULL } };

static const struct field_name status_names[] = {
    { 0x00, "no_error" }, { 0x21, "connection_id" }, { 0x22, "connection_type" }, { 0x23, "connection_option" }, { 0x24, "no_more_connections" },
    { 0x25, "no_more_unique_connections" }, { 0x26, "data_connection" }, { 0x27, "knx_connection" }, { 0x29, "tunnelling_layer" }, { 0, NULL }
};

static const struct field fields[] = {
    [KNX_SERVICE] = { .name = "service", .means = MEANS_FUNCTION, .names = service_names, .about = "Service of KNXnet/IP." },
    [KNX_LENGTH] = { .name = "length", .unit = "bytes", .about = "Length of the message, as declared." },
    [KNX_ACCESS] = { ACCESS_FIELD },
    [KNX_CHANNEL] = { .name = "channel", .about = "Number of the connection." },
    [KNX_SEQUENCE] = { .name = "sequence", .about = "Number of a tunnelled frame, repeated by its acknowledgement." },
    [KNX_STATUS] = { .name = "status", .names = status_names, .about = "How the server took it." },
    [KNX_CONNECTION_TYPE] = { .name = "connection_type", .names = connection_names, .about = "Connect request: what for." },
    [KNX_MEDIUM] = { .name = "medium", .names = medium_names, .about = "Device information: the bus behind it." },
    [KNX_DEVICE_ADDRESS] = { .name = "device_address", .about = "Device information: individual address, area.line.device in 4, 4 and 8 bits." },
    [KNX_PROJECT] = { .name = "project", .about = "Device information: project and installation." },
    [KNX_SERIAL] = { .name = "serial_number", .means = MEANS_SERIAL, .type = FIELD_BYTES, .about = "Device information: serial number; its first two octets are the maker's." },
    [KNX_MAC] = { .name = "mac", .type = FIELD_BYTES, .about = "Device information: Ethernet address." },
    [KNX_NAME] = { .name = "name", .means = MEANS_NAME, .type = FIELD_TEXT, .about = "Device information: its name, ISO 8859-1." },
    [KNX_SESSION] = { .name = "session", .about = "KNX IP Secure: number of the session; 0: multicast." },
    [KNX_SECURE_SEQUENCE] = { .name = "secure_sequence", .about = "KNX IP Secure: sequence number or timer." },
    [KNX_SECURE_SERIAL] = { .name = "secure_serial", .type = FIELD_BYTES, .about = "KNX IP Secure: serial number of the sender." },
    [KNX_MESSAGE_CODE] = { .name = "message_code", .names = message_names, .about = "cEMI: what kind of frame." },
    [KNX_SOURCE] = { .name = "source", .about = "cEMI: individual address of the sender; 0: the server's own." },
    [KNX_DESTINATION] = { .name = "destination", .means = MEANS_TARGET, .about = "cEMI: group or individual address; groups have 5, 3 and 8 bits." },
    [KNX_GROUP] = { .name = "group", .type = FIELD_FLAG, .means = MEANS_TARGET, .about = "cEMI: the destination is a group." },
    [KNX_APCI] = { .name = "apci", .means = MEANS_FUNCTION, .names = apci_names, .about = "Service of the application layer." },
    [KNX_OBJECT_TYPE] = { .name = "object_type", .means = MEANS_TARGET, .about = "Interface object: type." },
    [KNX_OBJECT_INSTANCE] = { .name = "object_instance", .means = MEANS_TARGET, .about = "Interface object: instance." },
    [KNX_OBJECT_INDEX] = { .name = "object_index", .means = MEANS_TARGET, .about = "Interface object: index." },
    [KNX_PROPERTY] = { .name = "property", .means = MEANS_TARGET, .about = "Property of the interface object." },
    [KNX_MEMORY_ADDRESS] = { .name = "memory_address", .means = MEANS_TARGET, .about = "Memory that is read or written." },
    [KNX_VALUE] = { .name = "value", .means = MEANS_VALUE, .about = "Group values of up to four octets as a number without a type: the project alone knows it." },
    [KNX_DATA] = { .name = "data", .type = FIELD_BYTES, .about = "What the application layer's service carries." },
    [KNX_RESPONSE_TIME] = { .name = "response_time", .unit = "us", .about = "Packet time from the request to this answer." },
};

static const struct anomaly anomalies[] = {
    [KNX_INVALID_LENGTH] = { "invalid_length", "The declared length does not fit the message." },
    [KNX_INVALID_FRAME] = { "invalid_frame", "A cEMI frame that is cut." },
    [KNX_UNKNOWN_SERVICE] = { "unknown_service", "A service that the standard does not know." },
};

const struct schema knx_schema = {
    .name = "knx", .fields = fields, .count = KNX_ROWS, .anomalies = anomalies, .anomaly_count = KNX_ANOMALIES
};
