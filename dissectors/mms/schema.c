/* What an MMS record can carry. */
#include "dissectors/mms/fields.h"

static const struct field_name spdu_names[] = {
    { 1, "data" }, { 9, "finish" }, { 10, "disconnect" }, { 12, "refuse" }, { 13, "connect" }, { 14, "accept" }, { 25, "abort" },
    { 26, "abort_accept" }, { 0, NULL }
};

static const struct field_name acse_names[] = {
    { 0x60, "aarq" }, { 0x61, "aare" }, { 0x62, "rlrq" }, { 0x63, "rlre" }, { 0x64, "abrt" }, { 0, NULL }
};

static const struct field_name associate_names[] = {
    { 0, "accepted" }, { 1, "rejected_permanent" }, { 2, "rejected_transient" }, { 0, NULL }
};

static const struct field_name abort_names[] = {
    { 0, "user" }, { 1, "provider" }, { 0, NULL }
};

static const struct field_name pdu_names[] = {
    { 0, "confirmed_request" }, { 1, "confirmed_response" }, { 2, "confirmed_error" }, { 3, "unconfirmed" }, { 4, "reject" },
    { 5, "cancel_request" }, { 6, "cancel_response" }, { 7, "cancel_error" }, { 8, "initiate_request" }, { 9, "initiate_response" },
    { 10, "initiate_error" }, { 11, "conclude_request" }, { 12, "conclude_response" }, { 13, "conclude_error" }, { 0, NULL }
};

static const struct field_name profile_names[] = {
    { MMS_PROFILE_IEC61850, "iec61850" }, { MMS_PROFILE_ICCP, "iccp" }, { 0, NULL }
};

static const struct field_name service_names[] = {
    { 0, "status" }, { 1, "get_name_list" }, { 2, "identify" }, { 3, "rename" }, { 4, "read" }, { 5, "write" },
    { 6, "get_variable_access_attributes" }, { 7, "define_named_variable" }, { 8, "define_scattered_access" },
    { 9, "get_scattered_access_attributes" }, { 10, "delete_variable_access" }, { 11, "define_named_variable_list" },
    { 12, "get_named_variable_list_attributes" }, { 13, "delete_named_variable_list" }, { 14, "define_named_type" },
    { 15, "get_named_type_attributes" }, { 16, "delete_named_type" }, { 17, "input" }, { 18, "output" }, { 19, "take_control" },
    { 20, "relinquish_control" }, { 21, "define_semaphore" }, { 22, "delete_semaphore" }, { 23, "report_semaphore_status" },
    { 24, "report_pool_semaphore_status" }, { 25, "report_semaphore_entry_status" }, { 26, "initiate_download_sequence" },
    { 27, "download_segment" }, { 28, "terminate_download_sequence" }, { 29, "initiate_upload_sequence" }, { 30, "upload_segment" },
    { 31, "terminate_upload_sequence" }, { 32, "request_domain_download" }, { 33, "request_domain_upload" },
    { 34, "load_domain_content" }, { 35, "store_domain_content" }, { 36, "delete_domain" }, { 37, "get_domain_attributes" },
    { 38, "create_program_invocation" }, { 39, "delete_program_invocation" }, { 40, "start" }, { 41, "stop" }, { 42, "resume" },
    { 43, "reset" }, { 44, "kill" }, { 45, "get_program_invocation_attributes" }, { 46, "obtain_file" },
    { 47, "define_event_condition" }, { 48, "delete_event_condition" }, { 49, "get_event_condition_attributes" },
    { 50, "report_event_condition_status" }, { 51, "alter_event_condition_monitoring" }, { 52, "trigger_event" },
    { 53, "define_event_action" }, { 54, "delete_event_action" }, { 55, "get_event_action_attributes" },
    { 56, "report_event_action_status" }, { 57, "define_event_enrollment" }, { 58, "delete_event_enrollment" },
    { 59, "alter_event_enrollment" }, { 60, "report_event_enrollment_status" }, { 61, "get_event_enrollment_attributes" },
    { 62, "acknowledge_event_notification" }, { 63, "get_alarm_summary" }, { 64, "get_alarm_enrollment_summary" },
    { 65, "read_journal" }, { 66, "write_journal" }, { 67, "initialize_journal" }, { 68, "report_journal_status" },
    { 69, "create_journal" }, { 70, "delete_journal" }, { 71, "get_capability_list" }, { 72, "file_open" }, { 73, "file_read" },
    { 74, "file_close" }, { 75, "file_rename" }, { 76, "file_delete" }, { 77, "file_directory" }, { 78, "additional_service" },
    { 80, "get_data_exchange_attributes" }, { 81, "exchange_data" }, { 82, "define_access_control_list" },
    { 83, "get_access_control_list_attributes" }, { 84, "report_access_controlled_objects" }, { 85, "delete_access_control_list" },
    { 86, "change_access_control" }, { 87, "reconfigure_program_invocation" }, { MMS_INFORMATION_REPORT, "information_report" },
    { MMS_UNSOLICITED_STATUS, "unsolicited_status" }, { MMS_EVENT_NOTIFICATION, "event_notification" }, { 0, NULL }
};

static const struct field_name parameter_names[] = {
    { 0, "str1" }, { 1, "str2" }, { 2, "vnam" }, { 3, "valt" }, { 4, "vadr" }, { 5, "vsca" }, { 6, "tpy" }, { 7, "vlis" },
    { 8, "real" }, { 10, "cei" }, { 0, NULL }
};

static const struct field_name supported_names[] = {
    { 0, "status" }, { 1, "get_name_list" }, { 2, "identify" }, { 3, "rename" }, { 4, "read" }, { 5, "write" },
    { 6, "get_variable_access_attributes" }, { 7, "define_named_variable" }, { 8, "define_scattered_access" },
    { 9, "get_scattered_access_attributes" }, { 10, "delete_variable_access" }, { 11, "define_named_variable_list" },
    { 12, "get_named_variable_list_attributes" }, { 13, "delete_named_variable_list" }, { 14, "define_named_type" },
    { 15, "get_named_type_attributes" }, { 16, "delete_named_type" }, { 17, "input" }, { 18, "output" }, { 19, "take_control" },
    { 20, "relinquish_control" }, { 21, "define_semaphore" }, { 22, "delete_semaphore" }, { 23, "report_semaphore_status" },
    { 24, "report_pool_semaphore_status" }, { 25, "report_semaphore_entry_status" }, { 26, "initiate_download_sequence" },
    { 27, "download_segment" }, { 28, "terminate_download_sequence" }, { 29, "initiate_upload_sequence" }, { 30, "upload_segment" },
    { 31, "terminate_upload_sequence" }, { 32, "request_domain_download" }, { 33, "request_domain_upload" },
    { 34, "load_domain_content" }, { 35, "store_domain_content" }, { 36, "delete_domain" }, { 37, "get_domain_attributes" },
    { 38, "create_program_invocation" }, { 39, "delete_program_invocation" }, { 40, "start" }, { 41, "stop" }, { 42, "resume" },
    { 43, "reset" }, { 44, "kill" }, { 45, "get_program_invocation_attributes" }, { 46, "obtain_file" },
    { 47, "define_event_condition" }, { 48, "delete_event_condition" }, { 49, "get_event_condition_attributes" },
    { 50, "report_event_condition_status" }, { 51, "alter_event_condition_monitoring" }, { 52, "trigger_event" },
    { 53, "define_event_action" }, { 54, "delete_event_action" }, { 55, "get_event_action_attributes" },
    { 56, "report_event_action_status" }, { 57, "define_event_enrollment" }, { 58, "delete_event_enrollment" },
    { 59, "alter_event_enrollment" }, { 60, "report_event_enrollment_status" }, { 61, "get_event_enrollment_attributes" },
    { 62, "acknowledge_event_notification" }, { 63, "get_alarm_summary" }, { 64, "get_alarm_enrollment_summary" },
    { 65, "read_journal" }, { 66, "write_journal" }, { 67, "initialize_journal" }, { 68, "report_journal_status" },
    { 69, "create_journal" }, { 70, "delete_journal" }, { 71, "get_capability_list" }, { 72, "file_open" }, { 73, "file_read" },
    { 74, "file_close" }, { 75, "file_rename" }, { 76, "file_delete" }, { 77, "file_directory" }, { 78, "unsolicited_status" },
    { 79, "information_report" }, { 80, "event_notification" }, { 81, "attach_to_event_condition" }, { 82, "attach_to_semaphore" },
    { 83, "conclude" }, { 84, "cancel" }, { 0, NULL }
};

static const struct field_name error_class_names[] = {
    { 0, "vmd_state" }, { 1, "application_reference" }, { 2, "definition" }, { 3, "resource" }, { 4, "service" },
    { 5, "service_preempt" }, { 6, "time_resolution" }, { 7, "access" }, { 8, "initiate" }, { 9, "conclude" }, { 10, "cancel" },
    { 11, "file" }, { 12, "others" }, { 0, NULL }
};

static const struct field_name error_names[] = {      /* class in the high byte, code in the low one */
    { 0x0000, "vmd_state.other" }, { 0x0001, "vmd_state.vmd_state_conflict" }, { 0x0002, "vmd_state.vmd_operational_problem" },
    { 0x0003, "vmd_state.domain_transfer_problem" }, { 0x0004, "vmd_state.state_machine_id_invalid" },
    { 0x0100, "application_reference.other" }, { 0x0101, "application_reference.application_unreachable" },
    { 0x0102, "application_reference.connection_lost" }, { 0x0103, "application_reference.application_reference_invalid" },
    { 0x0104, "application_reference.context_unsupported" }, { 0x0200, "definition.other" },
    { 0x0201, "definition.object_undefined" }, { 0x0202, "definition.invalid_address" }, { 0x0203, "definition.type_unsupported" },
    { 0x0204, "definition.type_inconsistent" }, { 0x0205, "definition.object_exists" },
    { 0x0206, "definition.object_attribute_inconsistent" }, { 0x0300, "resource.other" }, { 0x0301, "resource.memory_unavailable" },
    { 0x0302, "resource.processor_resource_unavailable" }, { 0x0303, "resource.mass_storage_unavailable" },
    { 0x0304, "resource.capability_unavailable" }, { 0x0305, "resource.capability_unknown" }, { 0x0400, "service.other" },
    { 0x0401, "service.primitives_out_of_sequence" }, { 0x0402, "service.object_state_conflict" }, { 0x0403, "service.pdu_size" },
    { 0x0404, "service.continuation_invalid" }, { 0x0405, "service.object_constraint_conflict" },
    { 0x0500, "service_preempt.other" }, { 0x0501, "service_preempt.timeout" }, { 0x0502, "service_preempt.deadlock" },
    { 0x0503, "service_preempt.cancel" }, { 0x0600, "time_resolution.other" },
    { 0x0601, "time_resolution.unsupportable_time_resolution" }, { 0x0700, "access.other" },
    { 0x0701, "access.object_access_unsupported" }, { 0x0702, "access.object_non_existent" },
    { 0x0703, "access.object_access_denied" }, { 0x0704, "access.object_invalidated" }, { 0x0800, "initiate.other" },
    { 0x0801, "initiate.version_incompatible" }, { 0x0802, "initiate.max_segment_insufficient" },
    { 0x0803, "initiate.max_services_outstanding_calling_insufficient" },
    { 0x0804, "initiate.max_services_outstanding_called_insufficient" }, { 0x0805, "initiate.service_cbb_insufficient" },
    { 0x0806, "initiate.parameter_cbb_insufficient" }, { 0x0807, "initiate.nesting_level_insufficient" },
    { 0x0900, "conclude.other" }, { 0x0901, "conclude.further_communication_required" }, { 0x0a00, "cancel.other" },
    { 0x0a01, "cancel.invoke_id_unknown" }, { 0x0a02, "cancel.cancel_not_possible" }, { 0x0b00, "file.other" },
    { 0x0b01, "file.filename_ambiguous" }, { 0x0b02, "file.file_busy" }, { 0x0b03, "file.filename_syntax_error" },
    { 0x0b04, "file.content_type_invalid" }, { 0x0b05, "file.position_invalid" }, { 0x0b06, "file.file_access_denied" },
    { 0x0b07, "file.file_non_existent" }, { 0x0b08, "file.duplicate_filename" }, { 0x0b09, "file.insufficient_space_in_filestore" },
    { 0x0c00, "others.other" }, { 0, NULL }
};

static const struct field_name reject_pdu_names[] = {
    { 1, "confirmed_request" }, { 2, "confirmed_response" }, { 3, "confirmed_error" }, { 4, "unconfirmed" }, { 5, "pdu_error" },
    { 6, "cancel_request" }, { 7, "cancel_response" }, { 8, "cancel_error" }, { 9, "conclude_request" },
    { 10, "conclude_response" }, { 11, "conclude_error" }, { 0, NULL }
};

static const struct field_name reject_names[] = {      /* PDU in the high byte, reason in the low one */
    { 0x0100, "confirmed_request.other" }, { 0x0101, "confirmed_request.unrecognized_service" },
    { 0x0102, "confirmed_request.unrecognized_modifier" }, { 0x0103, "confirmed_request.invalid_invoke_id" },
    { 0x0104, "confirmed_request.invalid_argument" }, { 0x0105, "confirmed_request.invalid_modifier" },
    { 0x0106, "confirmed_request.max_serv_outstanding_exceeded" }, { 0x0108, "confirmed_request.max_recursion_exceeded" },
    { 0x0109, "confirmed_request.value_out_of_range" }, { 0x0200, "confirmed_response.other" },
    { 0x0201, "confirmed_response.unrecognized_service" }, { 0x0202, "confirmed_response.invalid_invoke_id" },
    { 0x0203, "confirmed_response.invalid_result" }, { 0x0205, "confirmed_response.max_recursion_exceeded" },
    { 0x0206, "confirmed_response.value_out_of_range" }, { 0x0300, "confirmed_error.other" },
    { 0x0301, "confirmed_error.unrecognized_service" }, { 0x0302, "confirmed_error.invalid_invoke_id" },
    { 0x0303, "confirmed_error.invalid_service_error" }, { 0x0304, "confirmed_error.value_out_of_range" },
    { 0x0400, "unconfirmed.other" }, { 0x0401, "unconfirmed.unrecognized_service" }, { 0x0402, "unconfirmed.invalid_argument" },
    { 0x0403, "unconfirmed.max_recursion_exceeded" }, { 0x0404, "unconfirmed.value_out_of_range" },
    { 0x0500, "pdu_error.unknown_pdu_type" }, { 0x0501, "pdu_error.invalid_pdu" }, { 0x0502, "pdu_error.illegal_acse_mapping" },
    { 0x0600, "cancel_request.other" }, { 0x0601, "cancel_request.invalid_invoke_id" }, { 0x0700, "cancel_response.other" },
    { 0x0701, "cancel_response.invalid_invoke_id" }, { 0x0800, "cancel_error.other" }, { 0x0801, "cancel_error.invalid_invoke_id" },
    { 0x0802, "cancel_error.invalid_service_error" }, { 0x0803, "cancel_error.value_out_of_range" },
    { 0x0900, "conclude_request.other" }, { 0x0901, "conclude_request.invalid_argument" }, { 0x0a00, "conclude_response.other" },
    { 0x0a01, "conclude_response.invalid_result" }, { 0x0b00, "conclude_error.other" },
    { 0x0b01, "conclude_error.invalid_service_error" }, { 0x0b02, "conclude_error.value_out_of_range" }, { 0, NULL }
};

static const struct field_name logical_names[] = {
    { 0, "state_changes_allowed" }, { 1, "no_state_changes_allowed" }, { 2, "limited_services_allowed" },
    { 3, "support_services_allowed" }, { 0, NULL }
};

static const struct field_name physical_names[] = {
    { 0, "operational" }, { 1, "partially_operational" }, { 2, "inoperable" }, { 3, "needs_commissioning" }, { 0, NULL }
};

static const struct field_name class_names[] = {
    { 0, "named_variable" }, { 1, "scattered_access" }, { 2, "named_variable_list" }, { 3, "named_type" }, { 4, "semaphore" },
    { 5, "event_condition" }, { 6, "event_action" }, { 7, "event_enrollment" }, { 8, "journal" }, { 9, "domain" },
    { 10, "program_invocation" }, { 11, "operator_station" }, { 12, "data_exchange" }, { 13, "access_control_list" }, { 0, NULL }
};

static const struct field_name scope_names[] = {
    { 0, "vmd" }, { 1, "domain" }, { 2, "application_association" }, { 0, NULL }
};

static const struct field_name access_error_names[] = {
    { 0, "object_invalidated" }, { 1, "hardware_fault" }, { 2, "temporarily_unavailable" }, { 3, "object_access_denied" },
    { 4, "object_undefined" }, { 5, "invalid_address" }, { 6, "type_unsupported" }, { 7, "type_inconsistent" },
    { 8, "object_attribute_inconsistent" }, { 9, "object_access_unsupported" }, { 10, "object_non_existent" },
    { 11, "object_value_invalid" }, { 0, NULL }
};

static const struct field_name control_names[] = {
    { MMS_SELECT, "select" }, { MMS_SELECT_WITH_VALUE, "select_with_value" }, { MMS_OPERATE, "operate" }, { MMS_CANCEL, "cancel" },
    { 0, NULL }
};

static const struct field_name category_names[] = {
    { 0, "not_supported" }, { 1, "bay_control" }, { 2, "station_control" }, { 3, "remote_control" }, { 4, "automatic_bay" },
    { 5, "automatic_station" }, { 6, "automatic_remote" }, { 7, "maintenance" }, { 8, "process" }, { 0, NULL }
};

static const struct field_name control_error_names[] = {
    { 0, "no_error" }, { 1, "unknown" }, { 2, "timeout_test_not_ok" }, { 3, "operator_test_not_ok" }, { 0, NULL }
};

static const struct field_name cause_names[] = {
    { 0, "unknown" }, { 1, "not_supported" }, { 2, "blocked_by_switching_hierarchy" }, { 3, "select_failed" },
    { 4, "invalid_position" }, { 5, "position_reached" }, { 6, "parameter_change_in_execution" }, { 7, "step_limit" },
    { 8, "blocked_by_mode" }, { 9, "blocked_by_process" }, { 10, "blocked_by_interlocking" }, { 11, "blocked_by_synchrocheck" },
    { 12, "command_already_in_execution" }, { 13, "blocked_by_health" }, { 14, "one_of_n_control" }, { 15, "abortion_by_cancel" },
    { 16, "time_limit_over" }, { 17, "abortion_by_trip" }, { 18, "object_not_selected" }, { 19, "object_already_selected" },
    { 20, "no_access_authority" }, { 21, "ended_with_overshoot" }, { 22, "abortion_due_to_deviation" },
    { 23, "abortion_by_communication_loss" }, { 24, "blocked_by_command" }, { 25, "none" }, { 26, "inconsistent_parameters" },
    { 27, "locked_by_other_client" }, { 0, NULL }
};

static const struct field_name option_names[] = {
    { 0, "reserved" }, { 1, "sequence_number" }, { 2, "report_time_stamp" }, { 3, "reason_for_inclusion" }, { 4, "data_set_name" },
    { 5, "data_reference" }, { 6, "buffer_overflow" }, { 7, "entry_id" }, { 8, "conf_revision" }, { 9, "segmentation" }, { 0, NULL }
};

static const struct field_name reason_names[] = {
    { 1, "data_change" }, { 2, "quality_change" }, { 3, "data_update" }, { 4, "integrity" }, { 5, "general_interrogation" },
    { 6, "application_trigger" }, { 0, NULL }
};

static const struct field fields[] = {
    COTP_FIELDS,
    [MMS_SPDU] = { .name = "spdu", .flags = FIELD_NAMED, .names = spdu_names, .about = "Session: kind of SPDU." },
    [MMS_ACSE] = { .name = "acse", .flags = FIELD_NAMED, .names = acse_names, .about = "Association control: request, response, release or abort." },
    [MMS_APPLICATION_CONTEXT] = { .name = "application_context", .type = FIELD_BYTES, .about = "Object identifier of the application context, encoded." },
    [MMS_CALLING_AP_TITLE] = { .name = "calling_ap_title", .type = FIELD_BYTES, .about = "Application process that associates: an encoded object identifier, or a name." },
    [MMS_CALLED_AP_TITLE] = { .name = "called_ap_title", .type = FIELD_BYTES, .about = "Application process that is associated with." },
    [MMS_CALLING_AE] = { .name = "calling_ae_qualifier", .about = "Application entity that associates." },
    [MMS_CALLED_AE] = { .name = "called_ae_qualifier", .about = "Application entity that is associated with." },
    [MMS_MECHANISM] = { .name = "authentication_mechanism", .type = FIELD_BYTES, .about = "Object identifier of the authentication mechanism, encoded; 5203 01 ends a password in clear text." },
    [MMS_PASSWORD] = { .name = "authentication_value", .type = FIELD_FLAG, .about = "The association carries an authentication value; itself it is not kept." },
    [MMS_ASSOCIATE_RESULT] = { .name = "associate_result", .names = associate_names, .about = "Whether the association was accepted." },
    [MMS_ABORT_SOURCE] = { .name = "abort_source", .names = abort_names, .about = "Who aborted the association." },
    [MMS_PDU_TYPE] = { .name = "pdu_type", .flags = FIELD_NAMED, .names = pdu_names, .about = "Kind of MMS PDU." },
    [MMS_PROFILE] = { .name = "profile", .flags = FIELD_NAMED, .names = profile_names, .about = "Whose objects these are, as soon as a name told it." },
    [MMS_INVOKE_ID] = { .name = "invoke_id", .about = "Number of the request, repeated by its answer." },
    [MMS_SERVICE] = { .name = "service", .means = MEANS_FUNCTION, .flags = FIELD_NAMED, .names = service_names, .aliases = "mms_func", .about = "Service; unconfirmed ones count from 256. An error has its request's." },
    [MMS_ACCESS] = { ACCESS_FIELD },
    [MMS_LOCAL_DETAIL] = { .name = "local_detail", .unit = "bytes", .about = "Initiate: longest PDU, offered or agreed." },
    [MMS_OUTSTANDING_CALLING] = { .name = "max_outstanding_calling", .about = "Initiate: requests that the caller may have open." },
    [MMS_OUTSTANDING_CALLED] = { .name = "max_outstanding_called", .about = "Initiate: requests that the called one may have open." },
    [MMS_NESTING_LEVEL] = { .name = "nesting_level", .about = "Initiate: how deep structures may lie in each other." },
    [MMS_VERSION] = { .name = "version", .about = "Initiate: protocol version." },
    [MMS_PARAMETER_CBB] = { .name = "parameter_cbb", .flags = FIELD_MANY | FIELD_NAMED, .names = parameter_names, .about = "Initiate: conformance building blocks of parameters." },
    [MMS_SERVICES_SUPPORTED] = { .name = "services_supported", .flags = FIELD_MANY | FIELD_NAMED, .names = supported_names, .about = "Initiate: services that the sender supports." },
    [MMS_ERROR_CLASS] = { .name = "error_class", .names = error_class_names, .about = "Class of a service error." },
    [MMS_ERROR_CODE] = { .name = "error_code", .about = "Code of a service error in its class." },
    [MMS_ERROR] = { .name = "error", .flags = FIELD_NAMED, .names = error_names, .about = "Both as one: class times 256 and code." },
    [MMS_ERROR_TEXT] = { .name = "error_description", .type = FIELD_TEXT, .about = "What the server says of its error." },
    [MMS_REJECT_PDU] = { .name = "reject_pdu", .names = reject_pdu_names, .about = "Kind of PDU that was rejected." },
    [MMS_REJECT_REASON] = { .name = "reject_reason", .flags = FIELD_NAMED, .names = reject_names, .about = "Why: PDU times 256 and reason." },
    [MMS_VENDOR] = { .name = "vendor", .means = MEANS_VENDOR, .type = FIELD_TEXT, .about = "Identify: vendor." },
    [MMS_MODEL] = { .name = "model", .means = MEANS_PRODUCT, .type = FIELD_TEXT, .about = "Identify: model." },
    [MMS_REVISION] = { .name = "revision", .means = MEANS_VERSION, .type = FIELD_TEXT, .about = "Identify: revision." },
    [MMS_LOGICAL_STATUS] = { .name = "logical_status", .names = logical_names, .about = "Status of the virtual device: what it allows." },
    [MMS_PHYSICAL_STATUS] = { .name = "physical_status", .names = physical_names, .about = "Status of the virtual device: whether it works." },
    [MMS_OBJECT_CLASS] = { .name = "object_class", .names = class_names, .about = "Name list: which objects." },
    [MMS_OBJECT_SCOPE] = { .name = "object_scope", .names = scope_names, .about = "Name list: of the device, of a domain, or of this association." },
    [MMS_DOMAIN_NAME] = { .name = "domain_name", .means = MEANS_TARGET, .type = FIELD_TEXT, .about = "Domain that is listed, loaded or deleted; in IEC 61850 the logical device." },
    [MMS_CONTINUE_AFTER] = { .name = "continue_after", .type = FIELD_TEXT, .about = "List from behind this name on." },
    [MMS_IDENTIFIERS] = { .name = "identifiers", .type = FIELD_TEXT, .flags = FIELD_MANY, .about = "Names in a list: objects, domains of a program, programs of a domain." },
    [MMS_MORE_FOLLOWS] = { .name = "more_follows", .type = FIELD_FLAG, .about = "There is more than this response holds." },
    [MMS_DELETABLE] = { .name = "deletable", .type = FIELD_FLAG, .about = "The object can be deleted by MMS." },
    [MMS_MATCHED] = { .name = "number_matched", .about = "Delete variable lists: how many were meant." },
    [MMS_DELETED] = { .name = "number_deleted", .about = "Delete variable lists: how many were deleted." },
    [MMS_LIST_DOMAIN] = { .name = "list_domain", .means = MEANS_TARGET, .type = FIELD_TEXT, .about = "Domain of a named variable list." },
    [MMS_LIST_NAME] = { .name = "list_name", .means = MEANS_TARGET, .type = FIELD_TEXT, .about = "Named variable list; in IEC 61850 a data set, and RPT for reports." },
    [MMS_PROGRAM_INVOCATION] = { .name = "program_invocation", .means = MEANS_TARGET, .type = FIELD_TEXT, .about = "Program that is created, started, stopped, reset, killed or deleted." },
    [MMS_ARGUMENT] = { .name = "argument", .type = FIELD_TEXT, .about = "What a program is started with." },
    [MMS_STATE] = { .name = "state", .about = "State of a domain or a program, by the standard's number." },
    [MMS_CAPABILITIES] = { .name = "capabilities", .type = FIELD_TEXT, .flags = FIELD_MANY, .about = "Capabilities of the device, or those a domain needs." },
    [MMS_NEW_NAME] = { .name = "new_name", .type = FIELD_TEXT, .about = "Rename: what it is to be called." },
    [MMS_STATE_MACHINE] = { .name = "state_machine", .about = "Number of an open file (FRSM) or upload (ULSM)." },
    [MMS_FILE_NAME] = { .name = "file_name", .means = MEANS_TARGET, .type = FIELD_TEXT, .about = "File that is opened, renamed, deleted, listed or loaded." },
    [MMS_NEW_FILE_NAME] = { .name = "new_file_name", .type = FIELD_TEXT, .about = "Rename and obtain: the other name." },
    [MMS_FILE_SIZE] = { .name = "file_size", .unit = "bytes", .about = "Size of an opened file." },
    [MMS_FILE_TIME] = { .name = "file_time", .type = FIELD_TEXT, .about = "When an opened file was last changed, as the server writes it." },
    [MMS_FILE_POSITION] = { .name = "file_position", .unit = "bytes", .about = "Where reading begins." },
    [MMS_SEGMENT_LENGTH] = { .name = "segment_length", .unit = "bytes", .about = "Bytes of a file or a domain in this PDU." },
    [MMS_FILES] = { .name = "files", .type = FIELD_LIST, .flags = FIELD_MANY, .about = "Entries of a directory." },
    [MMS_FILES_NAME] = { .name = "name", .in = MMS_FILES + 1, .type = FIELD_TEXT, .about = "Name of the file." },
    [MMS_FILES_SIZE] = { .name = "size", .in = MMS_FILES + 1, .unit = "bytes", .about = "Its size." },
    [MMS_FILES_TIME] = { .name = "time", .in = MMS_FILES + 1, .type = FIELD_TEXT, .about = "When it was last changed, as the server writes it." },
    [MMS_REPORT] = { .name = "report", .type = FIELD_LIST, .flags = FIELD_SINGLE, .about = "Head of an IEC 61850 report." },
    [MMS_RPT_ID] = { .name = "rpt_id", .in = MMS_REPORT + 1, .type = FIELD_TEXT, .about = "RptID: which report." },
    [MMS_OPT_FLDS] = { .name = "opt_flds", .in = MMS_REPORT + 1, .flags = FIELD_MANY | FIELD_NAMED, .names = option_names, .about = "OptFlds: what the head holds." },
    [MMS_SEQ_NUM] = { .name = "seq_num", .in = MMS_REPORT + 1, .about = "SeqNum: counts the reports of this control block." },
    [MMS_TIME_OF_ENTRY] = { .name = "time_of_entry", .in = MMS_REPORT + 1, .type = FIELD_TIME, .about = "TimeOfEntry: when it was made." },
    [MMS_DAT_SET] = { .name = "dat_set", .in = MMS_REPORT + 1, .type = FIELD_TEXT, .about = "DatSet: the data set reported." },
    [MMS_BUF_OVFL] = { .name = "buf_ovfl", .in = MMS_REPORT + 1, .type = FIELD_FLAG, .about = "BufOvfl: entries were lost." },
    [MMS_ENTRY_ID] = { .name = "entry_id", .in = MMS_REPORT + 1, .type = FIELD_BYTES, .about = "EntryID: the entry in the buffer." },
    [MMS_CONF_REV] = { .name = "conf_rev", .in = MMS_REPORT + 1, .about = "ConfRev: revision of the data set's configuration." },
    [MMS_SUB_SEQ_NUM] = { .name = "sub_seq_num", .in = MMS_REPORT + 1, .about = "SubSeqNum: which segment of a long report." },
    [MMS_MORE_SEGMENTS] = { .name = "more_segments_follow", .in = MMS_REPORT + 1, .type = FIELD_FLAG, .about = "MoreSegmentsFollow." },
    [MMS_INCLUDED] = { .name = "included", .in = MMS_REPORT + 1, .about = "How many members of the data set it has." },
    [MMS_ATTRIBUTES] = { .name = "attributes", .type = FIELD_LIST, .flags = FIELD_MANY, .about = "Components of a variable's type; those of a structure follow it, one deeper." },
    [MMS_ATTRIBUTE_NAME] = { .name = "name", .in = MMS_ATTRIBUTES + 1, .type = FIELD_TEXT, .about = "Name of the component." },
    [MMS_ATTRIBUTE_TYPE] = { .name = "type", .in = MMS_ATTRIBUTES + 1, .flags = FIELD_NAMED, .names = mmsdata_type_names, .about = "Its type." },
    [MMS_ATTRIBUTE_DEPTH] = { .name = "depth", .in = MMS_ATTRIBUTES + 1, .about = "How many structures it lies in; left out for none." },
    [MMS_VARIABLES] = { .name = "variables", .type = FIELD_LIST, .flags = FIELD_MANY, .about = "Variables that are read, written, reported or listed; in a response, those that were asked for." },
    [MMS_VAR_DOMAIN] = { .name = "domain", .means = MEANS_TARGET, .in = MMS_VARIABLES + 1, .type = FIELD_TEXT, .about = "Domain of the variable; in IEC 61850 the logical device, in ICCP the bilateral partner's." },
    [MMS_VAR_ITEM] = { .name = "item", .means = MEANS_TARGET, .in = MMS_VARIABLES + 1, .type = FIELD_TEXT, .about = "Name of the variable, \"CSWI1$CO$Pos$Oper\"; or its address." },
    [MMS_VAR_LOGICAL_NODE] = { .name = "logical_node", .in = MMS_VARIABLES + 1, .type = FIELD_TEXT, .about = "IEC 61850: logical node in the item." },
    [MMS_VAR_FC] = { .name = "functional_constraint", .in = MMS_VARIABLES + 1, .type = FIELD_TEXT, .about = "IEC 61850: functional constraint in the item, as ST, MX, CO, SP, BR, RP." },
    [MMS_VAR_OBJECT] = { .name = "data_object", .in = MMS_VARIABLES + 1, .type = FIELD_TEXT, .about = "IEC 61850: what follows the constraint, \"Pos$Oper\"." },
    [MMS_VAR_COMPONENT] = { .name = "component", .in = MMS_VARIABLES + 1, .type = FIELD_BYTES, .flags = FIELD_MANY, .about = "Alternate access: component or index in the variable." },
    [MMS_VAR_REFERENCE] = { .name = "reference", .in = MMS_VARIABLES + 1, .type = FIELD_TEXT, .about = "Report: reference of this member." },
    [MMS_VAR_REASON] = { .name = "reason", .in = MMS_VARIABLES + 1, .flags = FIELD_MANY | FIELD_NAMED, .names = reason_names, .about = "Report: why this member is in it." },
    [MMS_VAR_SUCCESS] = { .name = "success", .in = MMS_VARIABLES + 1, .type = FIELD_FLAG, .about = "Response: this variable was read or written." },
    [MMS_VAR_ERROR] = { .name = "access_error", .in = MMS_VARIABLES + 1, .flags = FIELD_NAMED, .names = access_error_names, .about = "Why it was not: DataAccessError." },
    [MMS_CONTROL] = { .name = "control", .in = MMS_VARIABLES + 1, .flags = FIELD_NAMED, .names = control_names, .about = "IEC 61850 control: select, select_with_value (SBOw), operate (Oper), cancel." },
    [MMS_CTL_VAL] = { .name = "ctl_val", .means = MEANS_VALUE, .in = MMS_VARIABLES + 1, .type = FIELD_REAL, .about = "ctlVal: what is commanded; on is 1." },
    [MMS_CTL_TEXT] = { .name = "ctl_text", .means = MEANS_VALUE, .in = MMS_VARIABLES + 1, .type = FIELD_TEXT, .about = "ctlVal of a string." },
    [MMS_OPER_TIME] = { .name = "oper_tm", .in = MMS_VARIABLES + 1, .type = FIELD_TIME, .about = "operTm: when it is to be done." },
    [MMS_OR_CAT] = { .name = "or_cat", .in = MMS_VARIABLES + 1, .flags = FIELD_NAMED, .names = category_names, .about = "origin.orCat: who commands." },
    [MMS_OR_IDENT] = { .name = "or_ident", .in = MMS_VARIABLES + 1, .type = FIELD_BYTES, .about = "origin.orIdent: the one that commands, in its own words." },
    [MMS_CTL_NUM] = { .name = "ctl_num", .in = MMS_VARIABLES + 1, .about = "ctlNum: number of the command." },
    [MMS_CTL_TIME] = { .name = "ctl_time", .in = MMS_VARIABLES + 1, .type = FIELD_TIME, .about = "T: when the client sent it." },
    [MMS_CTL_TEST] = { .name = "test", .in = MMS_VARIABLES + 1, .type = FIELD_FLAG, .about = "Test: the process is not to be touched." },
    [MMS_CTL_CHECK] = { .name = "check", .in = MMS_VARIABLES + 1, .about = "Check: 2 synchrocheck, 1 interlock check, 3 both." },
    [MMS_CONTROL_OBJECT] = { .name = "control_object", .in = MMS_VARIABLES + 1, .type = FIELD_TEXT, .about = "LastApplError: the command that failed." },
    [MMS_CONTROL_ERROR] = { .name = "control_error", .in = MMS_VARIABLES + 1, .flags = FIELD_NAMED, .names = control_error_names, .about = "LastApplError: error." },
    [MMS_ADD_CAUSE] = { .name = "add_cause", .in = MMS_VARIABLES + 1, .flags = FIELD_NAMED, .names = cause_names, .about = "LastApplError: why, IEC 61850-7-2." },
    [MMS_VALUES] = { .name = "values", .in = MMS_VARIABLES + 1, .type = FIELD_LIST, .flags = FIELD_MANY, .about = "Its value; a structure's members follow it." },
    MMSDATA_FIELDS(MMS_DATA, MMS_VALUES),
    [MMS_BODY] = { .name = "body", .type = FIELD_BYTES, .flags = FIELD_HIDDEN, .aliases = "mms_data", .about = "The service's parameters as they were sent." },
    [MMS_RESPONSE_TIME] = { .name = "response_time", .unit = "us", .about = "Packet time from the request to this answer." },
};

static const struct anomaly anomalies[] = {
    [MMS_INVALID_TPDU] = { "invalid_tpdu", "A transport TPDU that contradicts itself." },
    [MMS_INVALID_UPPER] = { "invalid_upper_layer", "Session, presentation or ACSE that contradict themselves." },
    [MMS_INVALID_PDU] = { "invalid_pdu", "An MMS PDU that contradicts itself or lacks what it must have." },
    [MMS_INVALID_DATA] = { "invalid_data", "A value that contradicts itself or lies too deep in structures." },
    [MMS_UNKNOWN_SERVICE] = { "unknown_service", "A service that nobody knows." },
    [MMS_UNSOLICITED_RESPONSE] = { "unsolicited_response", "An answer that no request asked for." },
    [MMS_SERVICE_MISMATCH] = { "service_mismatch", "A response with another service than its request." },
    [MMS_COUNT_MISMATCH] = { "count_mismatch", "More or fewer values or results than variables." },
    [MMS_MESSAGE_TOO_LONG] = { "message_too_long", "A message in pieces that never ended." },
};

const struct schema mms_schema = {
    .name = "mms", .fields = fields, .count = MMS_ROWS, .anomalies = anomalies, .anomaly_count = MMS_ANOMALIES
};
