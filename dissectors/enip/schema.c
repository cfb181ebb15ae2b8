/* Rows, names and anomalies. Names are those of the CIP library's tables and, for PCCC, of 1770-6.5.16; vendors: those met in plants. */
#include "dissectors/enip/cip.h"

static const struct field_name command_names[] = {
    { 0x00, "nop" }, { 0x01, "list_targets" }, { 0x04, "list_services" }, { 0x63, "list_identity" }, { 0x64, "list_interfaces" },
    { 0x65, "register_session" }, { 0x66, "unregister_session" }, { 0x6f, "send_rr_data" }, { 0x70, "send_unit_data" },
    { 0x72, "indicate_status" }, { 0x73, "cancel" }, { 0xc8, "start_dtls" }, { 0, NULL }
};

static const struct field_name status_names[] = {
    { 0x00, "success" }, { 0x01, "invalid_cmd" }, { 0x02, "no_resources" }, { 0x03, "incorrect_data" },
    { 0x64, "invalid_session" }, { 0x65, "invalid_length" }, { 0x69, "unsupported_prot_rev" },
    { 0x6a, "encap_header_error" }, { 0, NULL }
};

static const struct field_name cpf_names[] = {
    { 0x0000, "null_address" }, { 0x000c, "identity" }, { 0x0086, "security" }, { 0x0087, "capability" },
    { 0x0088, "usage" }, { 0x00a1, "connected_address" }, { 0x00b1, "connected_data" }, { 0x00b2, "unconnected_data" },
    { 0x0100, "list_services_response" }, { 0x8000, "socket_address_ot" }, { 0x8001, "socket_address_to" },
    { 0x8002, "sequenced_address" }, { 0x8003, "unconnected_message_udp" }, { 0, NULL }
};

static const struct field_name type_names[] = {
    { 0x00, "request" }, { 0x01, "response" }, { 0x02, "io" }, { 0, NULL }
};

static const struct field_name inside_names[] = {
    { 0x01, "multiple_service_packet" }, { 0x02, "unconnected_send" }, { 0, NULL }
};

static const struct field_name class_names[] = {
    { 0x01, "identity" }, { 0x02, "message_router" }, { 0x03, "devicenet" }, { 0x04, "assembly" }, { 0x05, "connection" },
    { 0x06, "connection_manager" }, { 0x07, "register" }, { 0x08, "discrete_input_point" },
    { 0x09, "discrete_output_point" }, { 0x0a, "analog_input_point" }, { 0x0b, "analog_output_point" },
    { 0x0e, "presence_sensing" }, { 0x0f, "parameter" }, { 0x10, "parameter_group" }, { 0x12, "group" },
    { 0x1d, "discrete_input_group" }, { 0x1e, "discrete_output_group" }, { 0x1f, "discrete_group" },
    { 0x20, "analog_input_group" }, { 0x21, "analog_output_group" }, { 0x22, "analog_group" }, { 0x23, "position_sensor" },
    { 0x24, "position_controller_supervisor" }, { 0x25, "position_controller" }, { 0x26, "block_sequencer" },
    { 0x27, "command_block" }, { 0x28, "motor_data" }, { 0x29, "control_supervisor" }, { 0x2a, "ac_dc_drive" },
    { 0x2b, "acknowledge_handler" }, { 0x2c, "overload" }, { 0x2d, "softstart" }, { 0x2e, "selection" },
    { 0x30, "s_device_supervisor" }, { 0x31, "s_analog_sensor" }, { 0x32, "s_analog_actuator" },
    { 0x33, "s_single_stage_controller" }, { 0x34, "s_gas_calibration" }, { 0x35, "trip_point" }, { 0x37, "file" },
    { 0x38, "s_partial_pressure" }, { 0x39, "safety_supervisor" }, { 0x3a, "safety_validator" },
    { 0x3b, "safety_discrete_output_point" }, { 0x3c, "safety_discrete_output_group" },
    { 0x3d, "safety_discrete_input_point" }, { 0x3e, "safety_discrete_input_group" },
    { 0x3f, "safety_dual_channel_output" }, { 0x40, "s_sensor_calibration" }, { 0x41, "event_log" },
    { 0x42, "motion_device_axis" }, { 0x43, "time_sync" }, { 0x44, "modbus" }, { 0x45, "originator_connection_list" },
    { 0x46, "modbus_serial_link" }, { 0x47, "device_level_ring" }, { 0x48, "qos" }, { 0x49, "safety_analog_input_point" },
    { 0x4a, "safety_analog_input_group" }, { 0x4b, "safety_dual_channel_analog_input" }, { 0x4c, "sercos_iii_link" },
    { 0x4d, "target_connection_list" }, { 0x4e, "base_energy" }, { 0x4f, "electrical_energy" },
    { 0x50, "non_electrical_energy" }, { 0x51, "base_switch" }, { 0x52, "snmp" }, { 0x53, "power_management" },
    { 0x54, "rstp_bridge" }, { 0x55, "rstp_port" }, { 0x56, "prp_hsr_protocol" }, { 0x57, "prp_hsr_nodes_table" },
    { 0x58, "safety_feedback" }, { 0x59, "safety_dual_channel_feedback" }, { 0x5a, "safety_stop_functions" },
    { 0x5b, "safety_limit_functions" }, { 0x5c, "power_curtailment" }, { 0x5d, "cip_security" },
    { 0x5e, "ethernet_ip_security" }, { 0x5f, "certificate_management" }, { 0x60, "authority" },
    { 0x61, "password_authenticator" }, { 0x62, "certificate_authenticator" }, { 0x67, "pccc" }, { 0x68, "logix_program" },
    { 0x69, "logix_module" }, { 0x6b, "logix_symbol" }, { 0x6c, "logix_template" }, { 0x6d, "logix_routine" },
    { 0x70, "logix_task" }, { 0x8b, "wall_clock_time" }, { 0x8e, "logix_controller" }, { 0xa1, "firmware_update" },
    { 0xac, "logix_changes" }, { 0xb2, "logix_tag_group" }, { 0xf0, "controlnet" }, { 0xf1, "controlnet_keeper" },
    { 0xf2, "controlnet_scheduling" }, { 0xf3, "connection_configuration" }, { 0xf4, "port" }, { 0xf5, "tcp_ip_interface" },
    { 0xf6, "ethernet_link" }, { 0xf7, "componet" }, { 0xf8, "componet_repeater" }, { 0xf9, "hart_master_port" },
    { 0xfa, "i_o_aggregation" }, { 0x100, "protection_trip" }, { 0x101, "protection_alarm" },
    { 0x102, "circuit_breaker_supervisor" }, { 0x103, "circuit_breaker_statistics" }, { 0x104, "electrical_demand" },
    { 0x105, "electrical_statistics" }, { 0x106, "machine_base_data" }, { 0x107, "hart_process_device" },
    { 0x108, "process_device_diagnostics" }, { 0x109, "lldp_management" }, { 0x10a, "lldp_data_table" },
    { 0x10b, "io_link_service_parameter" }, { 0x10c, "io_link_master_phy" }, { 0x10d, "io_link_device_phy" },
    { 0x10e, "pilot_light_supervisor" }, { 0x10f, "select_line_link" }, { 0x110, "in_cabinet_actual_topology" },
    { 0x111, "in_cabinet_commissioning" }, { 0, NULL }
};

static const struct field_name general_status_names[] = {
    { 0x00, "success" }, { 0x01, "connection_failure" }, { 0x02, "resource_unavailable" },
    { 0x03, "invalid_parameter_value" }, { 0x04, "path_segment_error" }, { 0x05, "path_destination_unknown" },
    { 0x06, "partial_transfer" }, { 0x07, "connection_lost" }, { 0x08, "service_not_supported" },
    { 0x09, "invalid_attribute_value" }, { 0x0a, "attribute_list_error" }, { 0x0b, "already_in_requested_mode_state" },
    { 0x0c, "object_state_conflict" }, { 0x0d, "object_already_exists" }, { 0x0e, "attribute_not_settable" },
    { 0x0f, "privilege_violation" }, { 0x10, "device_state_conflict" }, { 0x11, "reply_data_too_large" },
    { 0x12, "fragmentation_of_a_primitive_value" }, { 0x13, "not_enough_data" }, { 0x14, "attribute_not_supported" },
    { 0x15, "too_much_data" }, { 0x16, "object_does_not_exist" },
    { 0x17, "service_fragmentation_sequence_not_in_progress" }, { 0x18, "no_stored_attribute_data" },
    { 0x19, "store_operation_failure" }, { 0x1a, "routing_failure_request_packet_too_large" },
    { 0x1b, "routing_failure_response_packet_too_large" }, { 0x1c, "missing_attribute_list_entry_data" },
    { 0x1d, "invalid_attribute_value_list" }, { 0x1e, "embedded_service_error" }, { 0x1f, "vendor_specific_error" },
    { 0x20, "invalid_parameter" }, { 0x21, "write_once_value_or_medium_already_written" },
    { 0x22, "invalid_reply_received" }, { 0x23, "buffer_overflow" }, { 0x24, "invalid_message_format" },
    { 0x25, "key_failure_in_path" }, { 0x26, "path_size_invalid" }, { 0x27, "unexpected_attribute_in_list" },
    { 0x28, "invalid_member_id" }, { 0x29, "member_not_settable" }, { 0x2a, "group_2_only_server_general_failure" },
    { 0x2b, "unknown_modbus_error" }, { 0x2c, "attribute_not_gettable" }, { 0xff, "object_specific_error" }, { 0, NULL }
};

static const struct field_name extended_status_names[] = {
    { 0x0100, "connection_in_use_or_duplicate_forward_open" },
    { 0x0103, "transport_class_and_trigger_combination_not_supported" }, { 0x0106, "ownership_conflict" },
    { 0x0107, "target_connection_not_found" }, { 0x0108, "invalid_network_connection_parameter" },
    { 0x0109, "invalid_connection_size" }, { 0x0110, "target_for_connection_not_configured" },
    { 0x0111, "rpi_not_supported" }, { 0x0112, "rpi_value_not_acceptable" }, { 0x0113, "out_of_connections" },
    { 0x0114, "vendor_id_or_product_code_mismatch" }, { 0x0115, "device_type_mismatch" }, { 0x0116, "revision_mismatch" },
    { 0x0117, "invalid_produced_or_consumed_application_path" },
    { 0x0118, "invalid_or_inconsistent_configuration_application_path" },
    { 0x0119, "non_listen_only_connection_not_opened" }, { 0x011a, "target_object_out_of_connections" },
    { 0x011b, "rpi_is_smaller_than_the_production_inhibit_time" }, { 0x011c, "transport_class_not_supported" },
    { 0x011d, "production_trigger_not_supported" }, { 0x011e, "direction_not_supported" },
    { 0x011f, "invalid_ot_fixed_variable" }, { 0x0120, "invalid_to_fixed_variable" }, { 0x0121, "invalid_ot_priority" },
    { 0x0122, "invalid_to_priority" }, { 0x0123, "invalid_ot_connection_type" }, { 0x0124, "invalid_to_connection_type" },
    { 0x0125, "invalid_ot_redundant_owner" }, { 0x0126, "invalid_configuration_size" }, { 0x0127, "invalid_ot_size" },
    { 0x0128, "invalid_to_size" }, { 0x0129, "invalid_configuration_application_path" },
    { 0x012a, "invalid_consuming_application_path" }, { 0x012b, "invalid_producing_application_path" },
    { 0x012c, "configuration_symbol_does_not_exist" }, { 0x012d, "consuming_symbol_does_not_exist" },
    { 0x012e, "producing_symbol_does_not_exist" }, { 0x012f, "inconsistent_application_path_combination" },
    { 0x0130, "inconsistent_consume_data_format" }, { 0x0131, "inconsistent_produce_data_format" },
    { 0x0132, "null_forwardopen_not_supported" }, { 0x0203, "connection_timed_out" },
    { 0x0204, "unconnected_request_timed_out" }, { 0x0205, "parameter_error_in_unconnected_request" },
    { 0x0206, "message_too_large_for_unconnectedsend" }, { 0x0207, "unconnected_acknowledged_without_reply" },
    { 0x0301, "no_buffer_memory_available" }, { 0x0302, "network_bandwidth_not_available_for_data" },
    { 0x0303, "no_consumed_connection_id_filter_available" }, { 0x0304, "not_configured_to_send_scheduled_priority_data" },
    { 0x0305, "schedule_signature_mismatch" }, { 0x0306, "schedule_signature_validation_not_possible" },
    { 0x0311, "port_not_available" }, { 0x0312, "link_address_not_valid" },
    { 0x0315, "invalid_segment_in_connection_path" }, { 0x0316, "forwardclose_connection_path_mismatch" },
    { 0x0317, "scheduling_not_specified" }, { 0x0318, "link_address_to_self_invalid" },
    { 0x0319, "secondary_resources_unavailable" }, { 0x031a, "rack_connection_already_established" },
    { 0x031b, "module_connection_already_established" }, { 0x031c, "miscellaneous" },
    { 0x031d, "redundant_connection_mismatch" }, { 0x031e, "no_link_consumer_available" },
    { 0x031f, "no_link_consumer_configured" }, { 0x0800, "network_link_offline" }, { 0x0801, "incompatible_multicast_rpi" },
    { 0x0802, "invalid_safety_connection_size" }, { 0x0803, "invalid_safety_connection_format" },
    { 0x0804, "invalid_time_correction_connection_parameters" }, { 0x0805, "invalid_ping_interval_epi_multiplier" },
    { 0x0806, "time_coordination_msg_min_multiplier" }, { 0x0807, "network_time_expectation_multiplier" },
    { 0x0808, "timeout_multiplier" }, { 0x0809, "invalid_max_consumer_number" }, { 0x080a, "invalid_cpcrc" },
    { 0x080b, "time_correction_connection_id_invalid" }, { 0x080c, "scid_mismatch" }, { 0x080d, "tunid_not_set" },
    { 0x080e, "tunid_mismatch" }, { 0x080f, "configuration_operation_not_allowed" },
    { 0x0810, "no_target_application_data_available" }, { 0x0811, "no_originator_application_data_available" },
    { 0x0812, "node_address_changed" }, { 0x0813, "not_configured_for_off_subnet_multicast" },
    { 0x0814, "invalid_produce_consume_data_format" }, { 0x2104, "offset_out_of_range" }, { 0x2105, "access_beyond_end" },
    { 0x2107, "data_type_mismatch" }, { 0, NULL }
};

static const struct field_name data_type_names[] = {
    { 0xc1, "bool" }, { 0xc2, "sint" }, { 0xc3, "int" }, { 0xc4, "dint" }, { 0xc5, "lint" }, { 0xc6, "usint" },
    { 0xc7, "uint" }, { 0xc8, "udint" }, { 0xc9, "ulint" }, { 0xca, "real" }, { 0xcb, "lreal" }, { 0xcc, "stime" },
    { 0xcd, "date" }, { 0xce, "time_of_day" }, { 0xcf, "date_and_time" }, { 0xd0, "string" }, { 0xd1, "byte" },
    { 0xd2, "word" }, { 0xd3, "dword" }, { 0xd4, "lword" }, { 0xd5, "string2" }, { 0xd6, "ftime" }, { 0xd7, "ltime" },
    { 0xd8, "itime" }, { 0xd9, "stringn" }, { 0xda, "short_string" }, { 0xdb, "time" }, { 0xdc, "epath" },
    { 0xdd, "engunit" }, { 0x2a0, "structure" }, { 0, NULL }
};

static const struct field_name vendor_names[] = {
    { 0x0001, "rockwell_automation_allen_bradley" }, { 0x0003, "honeywell_inc" }, { 0x0004, "parker_hannifin_corp" },
    { 0x0005, "rockwell_automation_reliance_elec" }, { 0x0007, "smc_corporation" }, { 0x0008, "molex_incorporated" },
    { 0x0009, "western_reserve_controls_corp" }, { 0x000a, "advanced_micro_controls_inc" },
    { 0x000c, "banner_engineering_corp" }, { 0x0018, "odva_special_reserve" }, { 0x001a, "festo_corporation" },
    { 0x0025, "yaskawa_electric_america_formerly_magnetek_drives" }, { 0x0028, "wago_corporation" },
    { 0x002c, "yaskawa_electric_america_inc" }, { 0x002e, "abb_industrial_systems" }, { 0x002f, "omron_corporation" },
    { 0x0032, "real_time_automation" }, { 0x0038, "softing_gmbh" }, { 0x0039, "pepperl_fuchs" },
    { 0x0044, "eaton_electrical" }, { 0x0047, "toshiba_international_corp" }, { 0x004a, "hitachi_ltd" },
    { 0x004b, "abb_robotics_products_ab" }, { 0x0052, "mitsubishi_electric_automation_inc" },
    { 0x005a, "hms_industrial_networks_ab" }, { 0x0061, "danfoss" }, { 0x0064, "bosch_rexroth_corporation_pneumatics" },
    { 0x006c, "beckhoff_automation_gmbh" }, { 0x0079, "kuka_roboter_gmbh" }, { 0x007f, "abb_inc" },
    { 0x0091, "siemens_energy_automation_drives" }, { 0x00a1, "mitsubishi_electric_corporation" },
    { 0x00ab, "denso_wave_incorporated" }, { 0x00b0, "red_lion_controls" }, { 0x00ba, "hitachi_metals_ltd" },
    { 0x00f3, "schneider_automation_inc" }, { 0x00f5, "nihon_weidmuller_co_ltd" }, { 0x00f6, "brooks_instrument" },
    { 0x00fa, "yokogawa_electric_corporation" }, { 0x00fc, "omron_software_co_ltd" }, { 0x00ff, "bosch_rexroth" },
    { 0x0100, "turck" }, { 0x011b, "hilscher_gmbh" }, { 0x011f, "bosch_rexroth_corporation_indramat" },
    { 0x012d, "yokogawa_m_c_corporation" }, { 0x013b, "sew_eurodrive_gmbh" }, { 0x013f, "fuji_electric_co_ltd" },
    { 0x0142, "ifm_efector_inc" }, { 0x0146, "ge_fanuc_automation_north_america_inc" },
    { 0x014f, "toshiba_it_control_systems_corporation" }, { 0x0159, "endress_hauser" },
    { 0x015b, "abb_alstom_power_uk_ltd" }, { 0x0164, "fanuc_robotics_america" }, { 0x016f, "keyence_corporation" },
    { 0x0171, "mitsubishi_electric_semiconductor_application" }, { 0x0173, "omron_aso_co_ltd" },
    { 0x0178, "toshiba_information_systems_corporation" }, { 0x0179, "toshiba_schneider_inverter_corporation" },
    { 0x0191, "hitachi_cable_ltd" }, { 0x0193, "eaton_electric_b_v" }, { 0x0198, "abb_welding_systems_ab" },
    { 0x01bd, "lenze_drive_systems_gmbh" }, { 0x01ff, "sick_stegmann_gmbh" }, { 0x0213, "hitachi_kokusai_electric_co_ltd" },
    { 0x0232, "phoenix_contact" }, { 0x0233, "yokogawa_mat_corporation" }, { 0x0241, "hitachi_electric_systems" },
    { 0x0248, "nikki_denso_co_ltd" }, { 0x024f, "fanuc_ltd" }, { 0x0251, "abb_automation_products" },
    { 0x026c, "parker_hannifin_compumotor_division" }, { 0x027a, "hirschmann_inc" }, { 0x0280, "murrelektronik_gmbh" },
    { 0x02a6, "cognex_corporation" }, { 0x02a8, "weidmuller_inc" }, { 0x02cf, "yokogawa_digital_computer_corporation" },
    { 0x02d2, "abb_inc" }, { 0x02f5, "hitachi_via_mechanics_ltd" }, { 0x02f8, "abb_stotz_kontakt_gmbh" },
    { 0x0303, "sick_stegmann_inc" }, { 0x031c, "siemens_energy_automation_inc" }, { 0x0328, "sick_ag" },
    { 0x035e, "siemens_ag_a_d_pi_flow_instruments" }, { 0x0361, "schweitzer_engineering_laboratories" },
    { 0x0387, "emerson_process_management_power_water_solutions" }, { 0x0392, "micro_motion_inc" },
    { 0x039c, "parker_hannifin_spa" }, { 0x03ab, "cisco_systems" }, { 0x03af, "abb_k_k_technical_center" },
    { 0x03cb, "siemens_l_a" }, { 0x03df, "moxa_networking_co_ltd" }, { 0x03e6, "emerson_network_power_co_ltd" },
    { 0x03f7, "weidmueller_interface_gmbh_co_kg" }, { 0x0423, "delta_electronic_inc" },
    { 0x0431, "mitsubishi_electric_engineering_co_ltd" }, { 0x043b, "abb_global_services_limited" },
    { 0x0458, "hitachi_industrial_equipment_systems_co_ltd" }, { 0x0475, "emerson_process_management_valve_automation" },
    { 0x049e, "endress_hauser" }, { 0x04d4, "hitachi_cable_manchester" }, { 0, NULL }
};

static const struct field_name device_type_names[] = {
    { 0x0000, "generic_device" }, { 0x0002, "ac_drive" }, { 0x0003, "motor_overload" }, { 0x0004, "limit_switch" },
    { 0x0005, "inductive_proximity_switch" }, { 0x0006, "photoelectric_sensor" },
    { 0x0007, "general_purpose_discrete_i_o" }, { 0x0009, "resolver" }, { 0x000c, "communications_adapter" },
    { 0x000e, "programmable_logic_controller" }, { 0x0010, "position_controller" }, { 0x0013, "dc_drive" },
    { 0x0015, "contactor" }, { 0x0016, "motor_starter" }, { 0x0017, "soft_start" }, { 0x0018, "human_machine_interface" },
    { 0x001a, "mass_flow_controller" }, { 0x001b, "pneumatic_valve" }, { 0x001c, "vacuum_pressure_gauge" },
    { 0x001d, "process_control_value" }, { 0x001e, "residual_gas_analyzer" }, { 0x001f, "dc_power_generator" },
    { 0x0020, "rf_power_generator" }, { 0x0021, "turbomolecular_vacuum_pump" }, { 0x0022, "encoder" },
    { 0x0023, "safety_discrete_i_o_device" }, { 0x0024, "fluid_flow_controller" }, { 0x0025, "cip_motion_drive" },
    { 0x0026, "componet_repeater" }, { 0x0027, "mass_flow_controller_enhanced" }, { 0x0028, "cip_modbus_device" },
    { 0x0029, "cip_modbus_translator" }, { 0x002a, "safety_analog_i_o_device" }, { 0x002b, "generic_device" },
    { 0x002c, "managed_ethernet_switch" }, { 0x002d, "cip_motion_safety_drive_device" }, { 0x002e, "safety_drive_device" },
    { 0x002f, "cip_motion_encoder" }, { 0x0030, "cip_motion_converter" }, { 0x0031, "cip_motion_i_o" },
    { 0x0032, "controlnet_physical_layer_component" }, { 0x0033, "circuit_breaker" }, { 0x0034, "hart_device" },
    { 0x0035, "cip_hart_translator" }, { 0x00c8, "embedded_component" }, { 0, NULL }
};

static const struct field_name state_names[] = {
    { 0x00, "nonexistent" }, { 0x01, "device_self_testing" }, { 0x02, "standby" }, { 0x03, "operational" },
    { 0x04, "major_recoverable_fault" }, { 0x05, "major_unrecoverable_fault" }, { 0, NULL }
};

static const struct field_name trigger_names[] = {
    { 0x00, "cyclic" }, { 0x01, "change_of_state" }, { 0x02, "application" }, { 0, NULL }
};

static const struct field_name pccc_command_names[] = {
    { 0x00, "protected_write" }, { 0x01, "unprotected_read" }, { 0x02, "protected_bit_write" },
    { 0x05, "unprotected_bit_write" }, { 0x06, "diagnose" }, { 0x07, "download_upload" }, { 0x08, "unprotected_write" },
    { 0x0f, "extended" }, { 0, NULL }
};

static const struct field_name pccc_function_names[] = {
    { 0x0000, "protected_write" }, { 0x0100, "unprotected_read" }, { 0x0200, "protected_bit_write" },
    { 0x0500, "unprotected_bit_write" }, { 0x0600, "echo" }, { 0x0601, "read_diagnostic_counters" },
    { 0x0602, "set_variables" }, { 0x0603, "diagnostic_status" }, { 0x0604, "set_timeout" }, { 0x0605, "set_naks" },
    { 0x0606, "set_enqs" }, { 0x0607, "reset_diagnostic_counters" }, { 0x0608, "set_data_table_size" },
    { 0x0609, "read_link_parameters" }, { 0x060a, "set_link_parameters" }, { 0x0700, "disable_outputs" },
    { 0x0701, "enable_outputs" }, { 0x0703, "enable_plc_scanning" }, { 0x0704, "enter_download_mode" },
    { 0x0705, "exit_download_upload_mode" }, { 0x0706, "enter_upload_mode" }, { 0x0800, "unprotected_write" },
    { 0x0f00, "word_range_write" }, { 0x0f01, "word_range_read" }, { 0x0f02, "bit_write" }, { 0x0f03, "file_write" },
    { 0x0f04, "file_read" }, { 0x0f05, "download_request" }, { 0x0f06, "upload" }, { 0x0f07, "shutdown" },
    { 0x0f08, "physical_write" }, { 0x0f09, "physical_read" }, { 0x0f0a, "restart_request" },
    { 0x0f11, "get_edit_resource" }, { 0x0f12, "return_edit_resource" }, { 0x0f17, "read_bytes_physical" },
    { 0x0f18, "write_bytes_physical" }, { 0x0f26, "read_modify_write" }, { 0x0f29, "read_section_size" },
    { 0x0f3a, "set_cpu_mode" }, { 0x0f41, "disable_forces" }, { 0x0f50, "download_all_request" },
    { 0x0f52, "download_completed" }, { 0x0f53, "upload_all_request" }, { 0x0f55, "upload_completed" },
    { 0x0f57, "initialize_memory" }, { 0x0f5e, "modify_plc_2_compatibility_file" }, { 0x0f67, "typed_write" },
    { 0x0f68, "typed_read" }, { 0x0f79, "read_modify_write_n" }, { 0x0f80, "change_cpu_mode" }, { 0x0f81, "open_file" },
    { 0x0f82, "close_file" }, { 0x0f88, "execute_multiple_commands" }, { 0x0f8f, "apply_port_configuration" },
    { 0x0fa1, "protected_typed_logical_read_two" }, { 0x0fa2, "protected_typed_logical_read_three" },
    { 0x0fa7, "protected_typed_file_read" }, { 0x0fa9, "protected_typed_logical_write_two" },
    { 0x0faa, "protected_typed_logical_write_three" }, { 0x0fab, "protected_typed_logical_masked_write_three" },
    { 0x0faf, "protected_typed_file_write" }, { 0, NULL }
};

static const struct field_name pccc_status_names[] = {
    { 0x00, "success" }, { 0x01, "destination_node_out_of_buffer" }, { 0x02, "no_delivery" },
    { 0x10, "illegal_command_or_format" }, { 0x20, "host_has_a_problem" }, { 0x30, "remote_node_missing" },
    { 0x40, "hardware_fault" }, { 0x50, "addressing_problem_or_protected" }, { 0x60, "not_allowed_by_protection" },
    { 0x70, "processor_in_program_mode" }, { 0x80, "compatibility_file_missing" }, { 0x90, "remote_node_cannot_buffer" },
    { 0xa0, "wait_ack" }, { 0xb0, "remote_node_downloading" }, { 0xf0, "extended_status" }, { 0, NULL }
};

static const struct field_name pccc_file_names[] = {
    { 0x22, "ladder_logic_file" }, { 0x49, "channel_configuration_file" }, { 0x4a, "ethernet_ip_function_file" },
    { 0x65, "online_editing_file" }, { 0x6a, "ios_function_file" }, { 0x82, "output_data_file" },
    { 0x83, "input_data_file" }, { 0x84, "status_data_file" }, { 0x85, "binary_data_file" }, { 0x86, "timer_data_file" },
    { 0x87, "counter_data_file" }, { 0x89, "integer_data_file" }, { 0x8a, "float_data_file" },
    { 0xa1, "output_force_file" }, { 0xa2, "input_force_file" }, { 0xe0, "es0_function_file" },
    { 0xe2, "sti_function_file" }, { 0xe3, "eii_function_file" }, { 0xe4, "rtc_function_file" },
    { 0xe5, "bhi_function_file" }, { 0xe6, "memory_module_function_file" }, { 0xec, "built_in_lcd_function_file" },
    { 0xed, "ptox_function_file" }, { 0xee, "pwmx_function_file" }, { 0, NULL }
};

static const struct field_name pccc_mode_names[] = {
    { 0x01, "remote_program" }, { 0x06, "remote_run" }, { 0x07, "remote_test_continuous" }, { 0x08, "remote_test_single" },
    { 0x09, "remote_test_debug" }, { 0, NULL }
};

static const struct field fields[] = {
    [ENIP_COMMAND]     = { .name = "command", .names = command_names, .aliases = "enip_command", .about = "Encapsulation command; in the first record of a PDU, as all of the encapsulation is." },
    [ENIP_LENGTH]      = { .name = "length", .unit = "bytes", .about = "Length of what follows the encapsulation header." },
    [ENIP_SESSION]     = { .name = "session_handle", .about = "Session that the target gave out." },
    [ENIP_STATUS]      = { .name = "status", .names = status_names, .about = "Encapsulation status; not 0 in an answer that refuses." },
    [ENIP_CONTEXT]     = { .name = "sender_context", .type = FIELD_BYTES, .about = "Chosen by who asks, repeated in the answer." },
    [ENIP_OPTIONS]     = { .name = "options", .about = "Encapsulation options; given when not 0, which they should be." },
    [ENIP_CPF_TYPE]    = { .name = "cpf_types", .flags = FIELD_MANY, .names = cpf_names, .about = "Types of the items in the common packet format." },
    [ENIP_PROTOCOL_VERSION] = { .name = "protocol_version", .about = "Version of the encapsulation protocol." },
    [ENIP_SERVICE_NAME] = { .name = "service_name", .type = FIELD_TEXT, .about = "List services: name of the service, \"Communications\"." },
    [ENIP_CAPABILITIES] = { .name = "capabilities", .about = "List services: bit 5 CIP over TCP, bit 8 CIP I/O over UDP." },
    [ENIP_SOCKET_ADDRESS] = { .name = "socket_address", .type = FIELD_ADDR, .about = "Address that a device says it has, or that I/O is to be sent to." },
    [ENIP_SOCKET_PORT] = { .name = "socket_port", .about = "Its port." },
    [ENIP_CONNECTION_ID] = { .name = "connection_id", .about = "CIP connection that the message or the I/O belongs to." },
    [ENIP_SEQUENCE_NUMBER] = { .name = "sequence_number", .about = "I/O: number of the encapsulated packet on its connection." },
    [ENIP_SEQUENCE_COUNT] = { .name = "sequence_count", .about = "Number in front of a connected message; the answer repeats it." },
    [ENIP_CONNECTION_CLASS] = { .name = "connection_class", .flags = FIELD_MANY, .names = class_names, .about = "Object classes in a connection's path: of the one opened or closed, or of the one that carries the message." },
    [ENIP_IO_DATA]     = { .name = "io_data", .type = FIELD_BYTES, .about = "I/O: what the item carries; transport class 1 has a sequence count in its first two bytes." },
    [ENIP_CIP_REQUEST] = { .name = "cip_request", .flags = FIELD_MANY | FIELD_HIDDEN, .about = "Requests of the PDU, those in a multiple service packet too: service * 2^32 + class * 65536 + attribute." },
    [ENIP_CIP_CLASS]   = { .name = "cip_class", .flags = FIELD_MANY | FIELD_HIDDEN, .aliases = "cip.class", .about = "Classes that the PDU's requests ask of, as Suricata counts them." },
    [ENIP_CIP_INSTANCE] = { .name = "cip_instance", .flags = FIELD_MANY | FIELD_HIDDEN, .aliases = "cip.instance", .about = "Instances that the PDU's requests ask of." },
    [ENIP_CIP_ATTRIBUTE] = { .name = "cip_attribute", .flags = FIELD_MANY | FIELD_HIDDEN, .aliases = "cip.attribute", .about = "Attributes that the PDU's requests ask of, in their paths or listed." },
    [ENIP_CIP_STATUS]  = { .name = "cip_status", .flags = FIELD_MANY | FIELD_HIDDEN, .names = general_status_names, .aliases = "cip.status", .about = "General status of each of the PDU's answers." },
    [ENIP_CIP_EXTENDED] = { .name = "cip_extendedstatus", .flags = FIELD_MANY | FIELD_HIDDEN, .names = extended_status_names, .aliases = "cip.extendedstatus", .about = "Extended status of each of the PDU's answers that has one word of it." },
    [ENIP_TYPE]        = { .name = "type", .names = type_names, .about = "Request, response, or implicit I/O." },
    [ENIP_ACCESS]      = { ACCESS_FIELD },
    [ENIP_INSIDE]      = { .name = "inside", .names = inside_names, .about = "Which service of the record before carried this message." },
    [ENIP_OPERATION]   = { .name = "operation", .means = MEANS_FUNCTION, .names = cip_operation_names, .about = "What is asked for: a common service's number; above 31 hex, where each class has its own, class * 256 + service." },
    [ENIP_SERVICE]     = { .name = "service", .about = "CIP service code, without the answer's bit." },
    [ENIP_CLASS]       = { .name = "class", .means = MEANS_TARGET, .flags = FIELD_MANY, .names = class_names, .about = "Object class of the request's path, of an object in an object both; its answer repeats it." },
    [ENIP_INSTANCE]    = { .name = "instance", .means = MEANS_TARGET, .flags = FIELD_MANY, .about = "Instance of the class; 0 is the class itself." },
    [ENIP_ATTRIBUTE]   = { .name = "attribute", .means = MEANS_TARGET, .about = "Attribute of the instance." },
    [ENIP_MEMBER]      = { .name = "member", .means = MEANS_TARGET, .about = "Member of the attribute." },
    [ENIP_POINT]       = { .name = "connection_point", .means = MEANS_TARGET, .about = "Connection point: an assembly's instance." },
    [ENIP_TAG]         = { .name = "tag", .means = MEANS_TARGET, .type = FIELD_TEXT, .aliases = "cip.tag", .about = "Logix tag by its name: \"Program:Main.Level[3]\"." },
    [ENIP_ROUTE]       = { .name = "route", .type = FIELD_TEXT, .about = "Ports and addresses that the message or connection goes through: \"1,0\" is slot 0 of the backplane." },
    [ENIP_GENERAL_STATUS] = { .name = "general_status", .names = general_status_names, .about = "How the service ended." },
    [ENIP_EXTENDED_STATUS] = { .name = "extended_status", .names = extended_status_names, .about = "Why, in the class's own numbers; names are the connection manager's and Logix's." },
    [ENIP_MESSAGES]    = { .name = "messages", .about = "Messages in a multiple service packet." },
    [ENIP_ATTRIBUTES]  = { .name = "attributes", .means = MEANS_TARGET, .flags = FIELD_MANY, .about = "Attributes of a list that is read, set or told." },
    [ENIP_ELEMENTS]    = { .name = "elements", .means = MEANS_EXTENT, .about = "Tags: number of elements read or written." },
    [ENIP_OFFSET]      = { .name = "offset", .unit = "bytes", .about = "Tags: where a fragment begins." },
    [ENIP_DATA_TYPE]   = { .name = "data_type", .names = data_type_names, .about = "Tags: type of the elements." },
    [ENIP_STRUCTURE]   = { .name = "structure", .about = "Tags: handle of the structure's template." },
    [ENIP_VALUE]       = { .name = "value", .means = MEANS_VALUE, .type = FIELD_INT, .flags = FIELD_MANY, .about = "Values read or written, of at most 32 elements." },
    [ENIP_REAL]        = { .name = "real_value", .means = MEANS_VALUE, .type = FIELD_REAL, .flags = FIELD_MANY, .about = "The same of types real and lreal." },
    [ENIP_OR_MASK]     = { .name = "or_mask", .means = MEANS_VALUE, .type = FIELD_BYTES, .about = "Read-modify-write: bits that are set." },
    [ENIP_AND_MASK]    = { .name = "and_mask", .means = MEANS_VALUE, .type = FIELD_BYTES, .about = "Read-modify-write: bits that stay." },
    [ENIP_DATA]        = { .name = "data", .type = FIELD_BYTES, .about = "What the service carries, where no other field says it, and of values." },
    [ENIP_VENDOR]      = { .name = "vendor_id", .means = MEANS_VENDOR, .names = vendor_names, .about = "Identity: maker." },
    [ENIP_DEVICE_TYPE] = { .name = "device_type", .names = device_type_names, .about = "Identity: device profile." },
    [ENIP_PRODUCT_CODE] = { .name = "product_code", .about = "Identity: the maker's number for the product." },
    [ENIP_REVISION]    = { .name = "revision", .about = "Identity: revision as one number, major + 256 * minor." },
    [ENIP_VERSION]     = { .name = "version", .means = MEANS_VERSION, .type = FIELD_TEXT, .about = "Identity: revision as text, major and minor: \"20.11\"." },
    [ENIP_IDENTITY_STATUS] = { .name = "identity_status", .about = "Identity: bit 0 owned, bit 2 configured, bits 8 to 11 faults." },
    [ENIP_SERIAL]      = { .name = "serial", .means = MEANS_SERIAL, .about = "Identity: serial number." },
    [ENIP_PRODUCT_NAME] = { .name = "product_name", .means = MEANS_PRODUCT, .type = FIELD_TEXT, .about = "Identity: product by name, often its catalogue number." },
    [ENIP_STATE]       = { .name = "state", .names = state_names, .about = "Identity: state of the device." },
    [ENIP_CONNECTION_SERIAL] = { .name = "connection_serial", .about = "Forward open and close: the originator's number of the connection." },
    [ENIP_ORIGINATOR_VENDOR] = { .name = "originator_vendor", .names = vendor_names, .about = "Forward open and close: maker of the originator." },
    [ENIP_ORIGINATOR_SERIAL] = { .name = "originator_serial", .about = "Forward open and close: serial number of the originator." },
    [ENIP_OT_CONNECTION_ID] = { .name = "ot_connection_id", .about = "Connection id of what the originator sends." },
    [ENIP_TO_CONNECTION_ID] = { .name = "to_connection_id", .about = "Connection id of what the target sends." },
    [ENIP_OT_RPI]      = { .name = "ot_interval", .unit = "us", .about = "Packet interval of the originator, requested or granted." },
    [ENIP_TO_RPI]      = { .name = "to_interval", .unit = "us", .about = "Packet interval of the target, requested or granted." },
    [ENIP_OT_SIZE]     = { .name = "ot_size", .unit = "bytes", .about = "Longest packet of the originator." },
    [ENIP_TO_SIZE]     = { .name = "to_size", .unit = "bytes", .about = "Longest packet of the target." },
    [ENIP_TRANSPORT_CLASS] = { .name = "transport_class", .about = "0 and 1: I/O; 3: messages." },
    [ENIP_TRIGGER]     = { .name = "trigger", .names = trigger_names, .about = "What makes the connection produce." },
    [ENIP_CONNECTION_PATH] = { .name = "connection_path", .type = FIELD_BYTES, .about = "Path of the connection as it was sent." },
    [ENIP_SAFETY]      = { .name = "safety", .type = FIELD_FLAG, .about = "The connection is one of CIP Safety." },
    [ENIP_PCCC_COMMAND] = { .name = "pccc_command", .names = pccc_command_names, .about = "PCCC: command, without the answer's bit." },
    [ENIP_PCCC_FUNCTION] = { .name = "pccc_function", .means = MEANS_FUNCTION, .names = pccc_function_names, .about = "PCCC: command * 256 + function; the answer repeats it." },
    [ENIP_PCCC_STATUS] = { .name = "pccc_status", .names = pccc_status_names, .about = "PCCC: status of the answer." },
    [ENIP_PCCC_EXTENDED] = { .name = "pccc_extended_status", .about = "PCCC: extended status, with status f0." },
    [ENIP_PCCC_TRANSACTION] = { .name = "pccc_transaction", .about = "PCCC: number that ties the answer to its command." },
    [ENIP_PCCC_SIZE]   = { .name = "pccc_size", .unit = "bytes", .about = "PCCC: bytes read or written." },
    [ENIP_PCCC_FILE]   = { .name = "pccc_file", .means = MEANS_TARGET, .about = "PCCC: file number, 7 in \"N7:0\"." },
    [ENIP_PCCC_FILE_TYPE] = { .name = "pccc_file_type", .means = MEANS_TARGET, .names = pccc_file_names, .about = "PCCC: file type, integer in \"N7:0\"." },
    [ENIP_PCCC_ELEMENT] = { .name = "pccc_element", .means = MEANS_TARGET, .about = "PCCC: element in the file." },
    [ENIP_PCCC_SUBELEMENT] = { .name = "pccc_subelement", .means = MEANS_TARGET, .about = "PCCC: part of the element." },
    [ENIP_PCCC_MODE]   = { .name = "pccc_mode", .means = MEANS_VALUE, .names = pccc_mode_names, .about = "PCCC: mode that the processor is put into." },
    [ENIP_RESPONSE_TIME] = { .name = "response_time", .unit = "us", .about = "Packet time from the request to this response." },
};

static const struct anomaly anomalies[] = {
    [ENIP_INVALID_PDU]          = { "invalid_pdu", "An encapsulation header that cannot be one." },
    [ENIP_UNKNOWN_COMMAND]      = { "unknown_command", "An encapsulation command that nobody defined." },
    [ENIP_INVALID_LENGTH]       = { "invalid_length", "A length or a count contradicts the message." },
    [ENIP_INVALID_ITEM]         = { "invalid_item", "Items that contradict their number or length, or that lack the data they are for." },
    [ENIP_INVALID_PATH]         = { "invalid_path", "A path with a segment that cannot be read." },
    [ENIP_UNSOLICITED_RESPONSE] = { "unsolicited_response", "A response that no request asked for." },
    [ENIP_FLOODED]              = { "too_many_transactions", "Hundreds of requests without any response." },
    [ENIP_TOO_MANY_MESSAGES]    = { "too_many_messages", "More messages in one PDU than are told." },
};

const struct schema enip_schema = {
    .name = "enip", .fields = fields, .count = ENIP_ROWS, .anomalies = anomalies, .anomaly_count = ENIP_ANOMALIES
};
