/* What an IEC 104 record can carry. Names are the standard's own words and abbreviations. */
#include "dissectors/iec104/fields.h"

static const struct field_name format_names[] = {
    { IEC104_I, "i" }, { IEC104_S, "s" }, { IEC104_U, "u" }, { 0, NULL }
};

static const struct field_name function_names[] = {
    { 1, "startdt_act" }, { 2, "startdt_con" }, { 4, "stopdt_act" }, { 8, "stopdt_con" }, { 16, "testfr_act" },
    { 32, "testfr_con" }, { 0, NULL }
};

static const struct field_name type_names[] = {
    { 1, "m_sp_na_1" }, { 2, "m_sp_ta_1" }, { 3, "m_dp_na_1" }, { 4, "m_dp_ta_1" }, { 5, "m_st_na_1" },
    { 6, "m_st_ta_1" }, { 7, "m_bo_na_1" }, { 8, "m_bo_ta_1" }, { 9, "m_me_na_1" }, { 10, "m_me_ta_1" },
    { 11, "m_me_nb_1" }, { 12, "m_me_tb_1" }, { 13, "m_me_nc_1" }, { 14, "m_me_tc_1" }, { 15, "m_it_na_1" },
    { 16, "m_it_ta_1" }, { 17, "m_ep_ta_1" }, { 18, "m_ep_tb_1" }, { 19, "m_ep_tc_1" }, { 20, "m_ps_na_1" },
    { 21, "m_me_nd_1" }, { 30, "m_sp_tb_1" }, { 31, "m_dp_tb_1" }, { 32, "m_st_tb_1" }, { 33, "m_bo_tb_1" },
    { 34, "m_me_td_1" }, { 35, "m_me_te_1" }, { 36, "m_me_tf_1" }, { 37, "m_it_tb_1" }, { 38, "m_ep_td_1" },
    { 39, "m_ep_te_1" }, { 40, "m_ep_tf_1" }, { 41, "s_it_tc_1" }, { 45, "c_sc_na_1" }, { 46, "c_dc_na_1" },
    { 47, "c_rc_na_1" }, { 48, "c_se_na_1" }, { 49, "c_se_nb_1" }, { 50, "c_se_nc_1" }, { 51, "c_bo_na_1" },
    { 58, "c_sc_ta_1" }, { 59, "c_dc_ta_1" }, { 60, "c_rc_ta_1" }, { 61, "c_se_ta_1" }, { 62, "c_se_tb_1" },
    { 63, "c_se_tc_1" }, { 64, "c_bo_ta_1" }, { 70, "m_ei_na_1" }, { 81, "s_ch_na_1" }, { 82, "s_rp_na_1" },
    { 83, "s_ar_na_1" }, { 84, "s_kr_na_1" }, { 85, "s_ks_na_1" }, { 86, "s_kc_na_1" }, { 87, "s_er_na_1" },
    { 90, "s_us_na_1" }, { 91, "s_uq_na_1" }, { 92, "s_ur_na_1" }, { 93, "s_uk_na_1" }, { 94, "s_ua_na_1" },
    { 95, "s_uc_na_1" }, { 100, "c_ic_na_1" }, { 101, "c_ci_na_1" }, { 102, "c_rd_na_1" }, { 103, "c_cs_na_1" },
    { 104, "c_ts_na_1" }, { 105, "c_rp_na_1" }, { 106, "c_cd_na_1" }, { 107, "c_ts_ta_1" }, { 110, "p_me_na_1" },
    { 111, "p_me_nb_1" }, { 112, "p_me_nc_1" }, { 113, "p_ac_na_1" }, { 120, "f_fr_na_1" }, { 121, "f_sr_na_1" },
    { 122, "f_sc_na_1" }, { 123, "f_ls_na_1" }, { 124, "f_af_na_1" }, { 125, "f_sg_na_1" }, { 126, "f_dr_ta_1" },
    { 127, "f_sc_nb_1" }, { 0, NULL }
};

static const struct field_name station_names[] = {
    { IEC104_CONTROLLING, "controlling" }, { IEC104_CONTROLLED, "controlled" }, { 0, NULL }
};

static const struct field_name cause_names[] = {
    { 1, "periodic" }, { 2, "background_scan" }, { 3, "spontaneous" }, { 4, "initialised" }, { 5, "request" },
    { 6, "activation" }, { 7, "activation_confirmation" }, { 8, "deactivation" },
    { 9, "deactivation_confirmation" }, { 10, "activation_termination" }, { 11, "return_remote" },
    { 12, "return_local" }, { 13, "file_transfer" }, { 14, "authentication" }, { 15, "session_key_maintenance" },
    { 16, "user_role_and_update_key" }, { 20, "interrogated_by_station" }, { 21, "interrogated_by_group_1" },
    { 22, "interrogated_by_group_2" }, { 23, "interrogated_by_group_3" }, { 24, "interrogated_by_group_4" },
    { 25, "interrogated_by_group_5" }, { 26, "interrogated_by_group_6" }, { 27, "interrogated_by_group_7" },
    { 28, "interrogated_by_group_8" }, { 29, "interrogated_by_group_9" }, { 30, "interrogated_by_group_10" },
    { 31, "interrogated_by_group_11" }, { 32, "interrogated_by_group_12" }, { 33, "interrogated_by_group_13" },
    { 34, "interrogated_by_group_14" }, { 35, "interrogated_by_group_15" }, { 36, "interrogated_by_group_16" },
    { 37, "counter_interrogation_general" }, { 38, "counter_interrogation_group_1" },
    { 39, "counter_interrogation_group_2" }, { 40, "counter_interrogation_group_3" },
    { 41, "counter_interrogation_group_4" }, { 44, "unknown_type_identification" },
    { 45, "unknown_cause_of_transmission" }, { 46, "unknown_common_address" },
    { 47, "unknown_information_object_address" }, { 0, NULL }
};

static const struct field_name single_names[] = {
    { 0, "off" }, { 1, "on" }, { 0, NULL }
};

static const struct field_name double_names[] = {
    { 0, "intermediate" }, { 1, "off" }, { 2, "on" }, { 3, "indeterminate" }, { 0, NULL }
};

static const struct field_name double_command_names[] = {
    { 1, "off" }, { 2, "on" }, { 0, NULL }
};

static const struct field_name step_command_names[] = {
    { 1, "lower" }, { 2, "higher" }, { 0, NULL }
};

static const struct field_name select_names[] = {
    { 0, "execute" }, { 1, "select" }, { 0, NULL }
};

static const struct field_name pulse_names[] = {
    { 0, "no_additional_definition" }, { 1, "short_pulse" }, { 2, "long_pulse" }, { 3, "persistent" }, { 0, NULL }
};

static const struct field_name quality_names[] = {
    { IEC104_OVERFLOW, "overflow" }, { IEC104_BLOCKED, "blocked" }, { IEC104_SUBSTITUTED, "substituted" },
    { IEC104_NOT_TOPICAL, "not_topical" }, { IEC104_INVALID, "invalid" },
    { IEC104_ELAPSED_INVALID, "elapsed_time_invalid" }, { IEC104_CARRY, "carry" },
    { IEC104_ADJUSTED, "counter_adjusted" }, { 0, NULL }
};

static const struct field_name event_names[] = {
    { 0, "indeterminate" }, { 1, "off" }, { 2, "on" }, { 3, "indeterminate_3" }, { 0, NULL }
};

static const struct field_name start_names[] = {
    { 0, "general_start" }, { 1, "start_l1" }, { 2, "start_l2" }, { 3, "start_l3" }, { 4, "start_earth_current" },
    { 5, "start_reverse" }, { 0, NULL }
};

static const struct field_name circuit_names[] = {
    { 0, "general_command" }, { 1, "command_l1" }, { 2, "command_l2" }, { 3, "command_l3" }, { 0, NULL }
};

static const struct field_name interrogation_names[] = {
    { 20, "station" }, { 21, "group_1" }, { 22, "group_2" }, { 23, "group_3" }, { 24, "group_4" },
    { 25, "group_5" }, { 26, "group_6" }, { 27, "group_7" }, { 28, "group_8" }, { 29, "group_9" },
    { 30, "group_10" }, { 31, "group_11" }, { 32, "group_12" }, { 33, "group_13" }, { 34, "group_14" },
    { 35, "group_15" }, { 36, "group_16" }, { 0, NULL }
};

static const struct field_name counter_request_names[] = {
    { 1, "group_1" }, { 2, "group_2" }, { 3, "group_3" }, { 4, "group_4" }, { 5, "general" }, { 0, NULL }
};

static const struct field_name freeze_names[] = {
    { 0, "read" }, { 1, "freeze" }, { 2, "freeze_and_reset" }, { 3, "reset" }, { 0, NULL }
};

static const struct field_name reset_names[] = {
    { 1, "general" }, { 2, "time_tagged_events" }, { 0, NULL }
};

static const struct field_name parameter_names[] = {
    { 1, "threshold" }, { 2, "smoothing_factor" }, { 3, "low_limit" }, { 4, "high_limit" }, { 0, NULL }
};

static const struct field_name activation_names[] = {
    { 1, "loaded_parameters" }, { 2, "parameter_of_object" }, { 3, "cyclic_transmission_of_object" }, { 0, NULL }
};

static const struct field_name initialisation_names[] = {
    { 0, "local_power_switch_on" }, { 1, "local_manual_reset" }, { 2, "remote_reset" }, { 0, NULL }
};

static const struct field_name time_names[] = {
    { IEC104_TIME_INVALID, "invalid" }, { IEC104_TIME_SUBSTITUTED, "substituted" },
    { IEC104_SUMMER_TIME, "summer_time" }, { 0, NULL }
};

static const struct field_name file_names[] = {
    { 1, "transparent" }, { 2, "disturbance_data" }, { 3, "sequences_of_events" },
    { 4, "sequences_of_analogue_values" }, { 0, NULL }
};

static const struct field_name call_names[] = {
    { 1, "select_file" }, { 2, "request_file" }, { 3, "deactivate_file" }, { 4, "delete_file" },
    { 5, "select_section" }, { 6, "request_section" }, { 7, "deactivate_section" }, { 0, NULL }
};

static const struct field_name last_names[] = {
    { 1, "file_without_deactivation" }, { 2, "file_with_deactivation" }, { 3, "section_without_deactivation" },
    { 4, "section_with_deactivation" }, { 0, NULL }
};

static const struct field_name acknowledge_names[] = {
    { 1, "positive_file" }, { 2, "negative_file" }, { 3, "positive_section" }, { 4, "negative_section" },
    { 0, NULL }
};

static const struct field_name directory_names[] = {
    { 0, "last_file" }, { 1, "is_directory" }, { 2, "transfer_active" }, { 0, NULL }
};

static const struct field fields[] = {
    [IEC104_APCI_TYPE] = { .name = "apci_type", .names = format_names, .aliases = "iec104_apci_type",
        .about = "Format of the APDU: information transfer, supervisory, unnumbered." },
    [IEC104_LENGTH] = { .name = "length", .unit = "bytes", .about = "Octets of the APDU after the length." },
    [IEC104_SEND_SEQUENCE] = { .name = "send_sequence", .about = "N(S), the number of this I format APDU, 0 to 32767." },
    [IEC104_RECEIVE_SEQUENCE] = { .name = "receive_sequence",
        .about = "N(R), the number of the I format APDU that is expected next: all before it are acknowledged." },
    [IEC104_U_FUNCTION] = { .name = "u_function", .means = MEANS_FUNCTION, .names = function_names,
        .about = "What a U format APDU starts, stops or tests." },
    [IEC104_TYPE_ID] = { .name = "type_id", .means = MEANS_FUNCTION, .names = type_names, .aliases = "iec104_asdu_func",
        .about = "Type identification of the ASDU." },
    [IEC104_ACCESS] = { ACCESS_FIELD },
    [IEC104_STATION] = { .name = "station", .names = station_names,
        .about = "Who must have sent this, by its type and cause: the station that controls or the one that is controlled." },
    [IEC104_SQ] = { .name = "sq", .type = FIELD_FLAG,
        .about = "Structure qualifier: one address, counting up, for all elements." },
    [IEC104_NUMBER_OF_OBJECTS] = { .name = "number_of_objects",
        .about = "Information objects or elements, as declared, 0 to 127." },
    [IEC104_CAUSE] = { .name = "cause_of_transmission", .names = cause_names, .aliases = "iec104.cot",
        .about = "Cause of transmission." },
    [IEC104_NEGATIVE] = { .name = "negative", .type = FIELD_FLAG, .about = "P/N: a negative confirmation." },
    [IEC104_TEST] = { .name = "test", .type = FIELD_FLAG, .about = "T: sent for a test, not to act on the process." },
    [IEC104_ORIGINATOR_ADDRESS] = { .name = "originator_address",
        .about = "Which controlling station asked; 0: not said." },
    [IEC104_COMMON_ADDRESS] = { .name = "common_address", .means = MEANS_UNIT,
        .about = "Common address of the ASDU, the station or a sector of it; 65535 means all." },
    [IEC104_SELECTED] = { .name = "selected", .type = FIELD_FLAG,
        .about = "An execute command: whether this object was selected, and the selection confirmed, before." },
    [IEC104_RESPONSE_TIME] = { .name = "response_time", .unit = "us",
        .about = "Packet time from the command to this confirmation." },
    [IEC104_OBJECTS] = { .name = "objects", .type = FIELD_LIST, .flags = FIELD_MANY, .about = "Information objects." },
    [IEC104_ADDRESS] = { .name = "address", .means = MEANS_TARGET, .in = IEC104_OBJECTS + 1,
        .about = "Information object address, 0 to 16777215; 0 where it has no meaning." },
    [IEC104_VALUE] = { .name = "value", .means = MEANS_VALUE, .in = IEC104_OBJECTS + 1, .type = FIELD_REAL,
        .about = "The value as a number, whatever its form: points 0 to 3, step positions -64 to 63, normalised -1 to 1, scaled, short float, bits, counter reading, and what a command sets." },
    [IEC104_BSI] = { .name = "bsi", .in = IEC104_OBJECTS + 1, .about = "Binary state information, 32 bits." },
    [IEC104_BCR] = { .name = "bcr", .in = IEC104_OBJECTS + 1, .type = FIELD_INT, .about = "Binary counter reading." },
    [IEC104_SPI] = { .name = "spi", .in = IEC104_OBJECTS + 1, .names = single_names, .about = "Single-point information." },
    [IEC104_DPI] = { .name = "dpi", .in = IEC104_OBJECTS + 1, .names = double_names, .about = "Double-point information." },
    [IEC104_TRANSIENT] = { .name = "transient", .in = IEC104_OBJECTS + 1, .type = FIELD_FLAG,
        .about = "Step position: the equipment is between positions." },
    [IEC104_SCS] = { .name = "scs", .in = IEC104_OBJECTS + 1, .names = single_names, .about = "Single command state." },
    [IEC104_DCS] = { .name = "dcs", .in = IEC104_OBJECTS + 1, .names = double_command_names,
        .about = "Double command state; 0 and 3 are not permitted." },
    [IEC104_RCS] = { .name = "rcs", .in = IEC104_OBJECTS + 1, .names = step_command_names,
        .about = "Regulating step command; 0 and 3 are not permitted." },
    [IEC104_SELECT] = { .name = "select", .in = IEC104_OBJECTS + 1, .names = select_names, .aliases = "iec104.select_execute",
        .about = "S/E: whether the command selects or executes." },
    [IEC104_QU] = { .name = "qu", .in = IEC104_OBJECTS + 1, .names = pulse_names, .about = "Qualifier of the command." },
    [IEC104_QL] = { .name = "ql", .in = IEC104_OBJECTS + 1, .about = "Qualifier of the set-point command; 0: default." },
    [IEC104_QUALITY] = { .name = "quality", .in = IEC104_OBJECTS + 1, .flags = FIELD_MANY, .names = quality_names,
        .about = "Each quality bit that is set; none: the value is good." },
    [IEC104_COUNTER_SEQUENCE] = { .name = "counter_sequence", .in = IEC104_OBJECTS + 1,
        .about = "Sequence number of a counter reading, 0 to 31." },
    [IEC104_EVENT_STATE] = { .name = "event_state", .in = IEC104_OBJECTS + 1, .names = event_names,
        .about = "State of a single event of protection equipment." },
    [IEC104_START_EVENTS] = { .name = "start_events", .in = IEC104_OBJECTS + 1, .flags = FIELD_MANY, .names = start_names,
        .about = "Protection that started." },
    [IEC104_OUTPUT_CIRCUIT] = { .name = "output_circuit", .in = IEC104_OBJECTS + 1, .flags = FIELD_MANY, .names = circuit_names,
        .about = "Protection that commanded an output circuit." },
    [IEC104_STATUS_BITS] = { .name = "status_bits", .in = IEC104_OBJECTS + 1, .about = "Packed single points: 16 states." },
    [IEC104_CHANGE_BITS] = { .name = "change_bits", .in = IEC104_OBJECTS + 1,
        .about = "Packed single points: which of them changed since they were last reported." },
    [IEC104_ELAPSED] = { .name = "elapsed", .in = IEC104_OBJECTS + 1, .unit = "ms",
        .about = "CP16Time2a: relay duration or operating time of protection, or delay of transmission." },
    [IEC104_QOI] = { .name = "qoi", .means = MEANS_VALUE, .in = IEC104_OBJECTS + 1, .names = interrogation_names,
        .about = "Qualifier of interrogation." },
    [IEC104_RQT] = { .name = "rqt", .in = IEC104_OBJECTS + 1, .names = counter_request_names,
        .about = "Counter interrogation: which counters." },
    [IEC104_FRZ] = { .name = "frz", .in = IEC104_OBJECTS + 1, .names = freeze_names,
        .about = "Counter interrogation: what happens to them." },
    [IEC104_QRP] = { .name = "qrp", .means = MEANS_VALUE, .in = IEC104_OBJECTS + 1, .names = reset_names,
        .about = "Qualifier of the reset process command." },
    [IEC104_KPA] = { .name = "kpa", .in = IEC104_OBJECTS + 1, .names = parameter_names,
        .about = "Kind of parameter of a measured value." },
    [IEC104_LOCAL_CHANGE] = { .name = "local_parameter_change", .in = IEC104_OBJECTS + 1, .type = FIELD_FLAG,
        .about = "A parameter was changed on the spot (QPM) or before initialisation (COI)." },
    [IEC104_NOT_IN_OPERATION] = { .name = "not_in_operation", .in = IEC104_OBJECTS + 1, .type = FIELD_FLAG,
        .about = "POP: the parameter is not in operation." },
    [IEC104_QPA] = { .name = "qpa", .in = IEC104_OBJECTS + 1, .names = activation_names,
        .about = "Qualifier of parameter activation." },
    [IEC104_COI] = { .name = "coi", .in = IEC104_OBJECTS + 1, .names = initialisation_names,
        .about = "Cause of initialisation." },
    [IEC104_TEST_PATTERN] = { .name = "test_pattern", .in = IEC104_OBJECTS + 1,
        .about = "FBP of the test command; 21930 (55AA hex) in honest ones." },
    [IEC104_TEST_COUNTER] = { .name = "test_counter", .in = IEC104_OBJECTS + 1,
        .about = "TSC of the test command with time tag." },
    [IEC104_TIME] = { .name = "time", .in = IEC104_OBJECTS + 1, .type = FIELD_TIME,
        .about = "CP56Time2a, the time tag or the time that a clock is set to, as the station has it, without a zone; a query log: from when." },
    [IEC104_TIME_OF_HOUR] = { .name = "time_of_hour", .in = IEC104_OBJECTS + 1, .unit = "ms",
        .about = "CP24Time2a: minutes and milliseconds since the full hour." },
    [IEC104_TIME_STATUS] = { .name = "time_status", .in = IEC104_OBJECTS + 1, .flags = FIELD_MANY, .names = time_names,
        .about = "Bits that are set in a time tag." },
    [IEC104_DAY_OF_WEEK] = { .name = "day_of_week", .in = IEC104_OBJECTS + 1,
        .about = "1 Monday to 7 Sunday; only where the station says it." },
    [IEC104_RANGE_END] = { .name = "range_end", .in = IEC104_OBJECTS + 1, .type = FIELD_TIME,
        .about = "Query log: until when." },
    [IEC104_NOF] = { .name = "nof", .in = IEC104_OBJECTS + 1, .names = file_names, .about = "Name of file." },
    [IEC104_NOS] = { .name = "nos", .in = IEC104_OBJECTS + 1, .about = "Name of section." },
    [IEC104_LOF] = { .name = "lof", .in = IEC104_OBJECTS + 1, .unit = "bytes", .about = "Length of file or section." },
    [IEC104_LOS] = { .name = "los", .in = IEC104_OBJECTS + 1, .unit = "bytes", .about = "Length of segment." },
    [IEC104_FRQ] = { .name = "frq", .in = IEC104_OBJECTS + 1,
        .about = "File ready qualifier; bit 7: select, request, deactivation or deletion refused." },
    [IEC104_SRQ] = { .name = "srq", .in = IEC104_OBJECTS + 1,
        .about = "Section ready qualifier; bit 7: section not ready." },
    [IEC104_SCQ] = { .name = "scq", .in = IEC104_OBJECTS + 1, .names = call_names,
        .about = "Select and call qualifier; bits 4 to 7 are an error." },
    [IEC104_LSQ] = { .name = "lsq", .in = IEC104_OBJECTS + 1, .names = last_names,
        .about = "Last section or segment qualifier." },
    [IEC104_AFQ] = { .name = "afq", .in = IEC104_OBJECTS + 1, .names = acknowledge_names,
        .about = "Acknowledge file or section qualifier; bits 4 to 7 are an error." },
    [IEC104_CHS] = { .name = "chs", .in = IEC104_OBJECTS + 1, .about = "Checksum of file or section." },
    [IEC104_SOF] = { .name = "sof", .in = IEC104_OBJECTS + 1, .about = "Status of file." },
    [IEC104_FILE_STATUS] = { .name = "file_status", .in = IEC104_OBJECTS + 1, .flags = FIELD_MANY, .names = directory_names,
        .about = "Bits that are set in the status of a file." },
    [IEC104_SEGMENT] = { .name = "segment", .in = IEC104_OBJECTS + 1, .type = FIELD_BYTES, .about = "Segment of a file." },
    [IEC104_DATA] = { .name = "data", .type = FIELD_BYTES,
        .about = "Information objects of types that we do not take apart, or what was left over." },
};

static const struct anomaly anomalies[] = {
    [IEC104_INVALID_START] = { "invalid_start",
        "Octets where an APDU should begin with 68 hex." },
    [IEC104_INVALID_LENGTH] = { "invalid_length",
        "The length of the APDU or of the ASDU is not what its format, type and count ask for." },
    [IEC104_INVALID_CONTROL] = { "invalid_control",
        "A control field that is none: a reserved bit, or a U format that starts, stops or tests nothing, or several at once." },
    [IEC104_SEND_SEQUENCE_WRONG] = { "send_sequence_wrong",
        "N(S) is not the one after the last: an I format APDU was lost, repeated or put in." },
    [IEC104_RECEIVE_SEQUENCE_WRONG] = { "receive_sequence_wrong",
        "N(R) acknowledges what was not sent, or takes an acknowledgement back." },
    [IEC104_NOT_STARTED] = { "not_started",
        "An I format APDU though data transfer was not started, or was stopped." },
    [IEC104_UNKNOWN_TYPE] = { "unknown_type",
        "A type identification that the standard does not define, private ones included." },
    [IEC104_INVALID_COUNT] = { "invalid_count",
        "No information object, several where a command has one, or SQ in a type that does not have it." },
    [IEC104_INVALID_CAUSE] = { "invalid_cause",
        "A cause of transmission that the standard does not let this type have." },
    [IEC104_INVALID_COMMON_ADDRESS] = { "invalid_common_address",
        "Common address 0, or a command to all stations that may not be one." },
    [IEC104_INVALID_VALUE] = { "invalid_value",
        "A command state that is not permitted, or a short float that is no number." },
    [IEC104_INVALID_TIME] = { "invalid_time",
        "A time tag that no clock shows." },
    [IEC104_UNSOLICITED_CONFIRMATION] = { "unsolicited_confirmation",
        "A confirmation of a command that nobody sent." },
    [IEC104_CONFIRMATION_MISMATCH] = { "confirmation_mismatch",
        "A positive confirmation that repeats another value or qualifier than the command had." },
};

const struct schema iec104_schema = {
    .name = "iec104", .fields = fields, .count = IEC104_ROWS, .anomalies = anomalies, .anomaly_count = IEC104_ANOMALIES
};
