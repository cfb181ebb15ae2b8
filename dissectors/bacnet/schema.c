/* What a BACnet record can carry. Names are the standard's own words. */
#include "dissectors/bacnet/fields.h"

static const struct field_name function_names[] = {
    { 0, "result" }, { 1, "write_broadcast_distribution_table" }, { 2, "read_broadcast_distribution_table" },
    { 3, "read_broadcast_distribution_table_ack" }, { 4, "forwarded_npdu" }, { 5, "register_foreign_device" },
    { 6, "read_foreign_device_table" }, { 7, "read_foreign_device_table_ack" }, { 8, "delete_foreign_device_table_entry" },
    { 9, "distribute_broadcast_to_network" }, { 10, "original_unicast_npdu" }, { 11, "original_broadcast_npdu" },
    { 12, "secure_bvll" }, { 0, NULL }
};

static const struct field_name function6_names[] = {
    { 0, "result" }, { 1, "original_unicast_npdu" }, { 2, "original_broadcast_npdu" }, { 3, "address_resolution" },
    { 4, "forwarded_address_resolution" }, { 5, "address_resolution_ack" }, { 6, "virtual_address_resolution" },
    { 7, "virtual_address_resolution_ack" }, { 8, "forwarded_npdu" }, { 9, "register_foreign_device" },
    { 10, "delete_foreign_device_table_entry" }, { 11, "secure_bvll" }, { 12, "distribute_broadcast_to_network" }, { 0, NULL }
};

static const struct field_name result_names[] = {
    { 0x00, "successful_completion" }, { 0x10, "write_broadcast_distribution_table_nak" },
    { 0x20, "read_broadcast_distribution_table_nak" }, { 0x30, "register_foreign_device_nak" },
    { 0x40, "read_foreign_device_table_nak" }, { 0x50, "delete_foreign_device_table_entry_nak" },
    { 0x60, "distribute_broadcast_to_network_nak" }, { 0, NULL }
};

static const struct field_name network_priority_names[] = {
    { 0, "normal" }, { 1, "urgent" }, { 2, "critical_equipment" }, { 3, "life_safety" }, { 0, NULL }
};

static const struct field_name network_message_names[] = {
    { 0, "who_is_router_to_network" }, { 1, "i_am_router_to_network" }, { 2, "i_could_be_router_to_network" },
    { 3, "reject_message_to_network" }, { 4, "router_busy_to_network" }, { 5, "router_available_to_network" },
    { 6, "initialize_routing_table" }, { 7, "initialize_routing_table_ack" }, { 8, "establish_connection_to_network" },
    { 9, "disconnect_connection_to_network" }, { 10, "challenge_request" }, { 11, "security_payload" },
    { 12, "security_response" }, { 13, "request_key_update" }, { 14, "update_key_set" }, { 15, "update_distribution_key" },
    { 16, "request_master_key" }, { 17, "set_master_key" }, { 18, "what_is_network_number" }, { 19, "network_number_is" },
    { 0, NULL }
};

static const struct field_name network_reject_names[] = {
    { 0, "other" }, { 1, "no_route" }, { 2, "router_busy" }, { 3, "unknown_message_type" }, { 4, "message_too_long" },
    { 5, "security_error" }, { 6, "addressing_error" }, { 0, NULL }
};

static const struct field_name pdu_names[] = {
    { BACNET_CONFIRMED_REQUEST, "confirmed_request" }, { BACNET_UNCONFIRMED_REQUEST, "unconfirmed_request" },
    { BACNET_SIMPLE_ACK, "simple_ack" }, { BACNET_COMPLEX_ACK, "complex_ack" }, { BACNET_SEGMENT_ACK, "segment_ack" },
    { BACNET_ERROR, "error" }, { BACNET_REJECT, "reject" }, { BACNET_ABORT, "abort" }, { 0, NULL }
};

static const struct field_name service_names[] = {
    { 0, "acknowledge_alarm" }, { 1, "confirmed_cov_notification" }, { 2, "confirmed_event_notification" },
    { 3, "get_alarm_summary" }, { 4, "get_enrollment_summary" }, { 5, "subscribe_cov" }, { 6, "atomic_read_file" },
    { 7, "atomic_write_file" }, { 8, "add_list_element" }, { 9, "remove_list_element" }, { 10, "create_object" },
    { 11, "delete_object" }, { 12, "read_property" }, { 13, "read_property_conditional" }, { 14, "read_property_multiple" },
    { 15, "write_property" }, { 16, "write_property_multiple" }, { 17, "device_communication_control" },
    { 18, "confirmed_private_transfer" }, { 19, "confirmed_text_message" }, { 20, "reinitialize_device" }, { 21, "vt_open" },
    { 22, "vt_close" }, { 23, "vt_data" }, { 24, "authenticate" }, { 25, "request_key" }, { 26, "read_range" },
    { 27, "life_safety_operation" }, { 28, "subscribe_cov_property" }, { 29, "get_event_information" },
    { 30, "subscribe_cov_property_multiple" }, { 31, "confirmed_cov_notification_multiple" },
    { 32, "confirmed_audit_notification" }, { 33, "audit_log_query" }, { 0, NULL }
};

static const struct field_name unconfirmed_names[] = {
    { 0, "i_am" }, { 1, "i_have" }, { 2, "unconfirmed_cov_notification" }, { 3, "unconfirmed_event_notification" },
    { 4, "unconfirmed_private_transfer" }, { 5, "unconfirmed_text_message" }, { 6, "time_synchronization" }, { 7, "who_has" },
    { 8, "who_is" }, { 9, "utc_time_synchronization" }, { 10, "write_group" }, { 11, "unconfirmed_cov_notification_multiple" },
    { 12, "unconfirmed_audit_notification" }, { 13, "who_am_i" }, { 14, "you_are" }, { 0, NULL }
};

static const struct field_name reject_names[] = {
    { 0, "other" }, { 1, "buffer_overflow" }, { 2, "inconsistent_parameters" }, { 3, "invalid_parameter_data_type" },
    { 4, "invalid_tag" }, { 5, "missing_required_parameter" }, { 6, "parameter_out_of_range" }, { 7, "too_many_arguments" },
    { 8, "undefined_enumeration" }, { 9, "unrecognized_service" }, { 0, NULL }
};

static const struct field_name abort_names[] = {
    { 0, "other" }, { 1, "buffer_overflow" }, { 2, "invalid_apdu_in_this_state" }, { 3, "preempted_by_higher_priority_task" },
    { 4, "segmentation_not_supported" }, { 5, "security_error" }, { 6, "insufficient_security" }, { 7, "window_size_out_of_range" },
    { 8, "application_exceeded_reply_time" }, { 9, "out_of_resources" }, { 10, "tsm_timeout" }, { 11, "apdu_too_long" }, { 0, NULL }
};

static const struct field_name segmentation_names[] = {
    { 0, "segmented_both" }, { 1, "segmented_transmit" }, { 2, "segmented_receive" }, { 3, "no_segmentation" }, { 0, NULL }
};

static const struct field_name state_names[] = {
    { 0, "coldstart" }, { 1, "warmstart" }, { 2, "start_backup" }, { 3, "end_backup" }, { 4, "start_restore" }, { 5, "end_restore" },
    { 6, "abort_restore" }, { 7, "activate_changes" }, { 0, NULL }
};

static const struct field_name communication_names[] = {
    { 0, "enable" }, { 1, "disable" }, { 2, "disable_initiation" }, { 0, NULL }
};

static const struct field_name event_type_names[] = {
    { 0, "change_of_bitstring" }, { 1, "change_of_state" }, { 2, "change_of_value" }, { 3, "command_failure" }, { 4, "floating_limit" },
    { 5, "out_of_range" }, { 6, "complex_event_type" }, { 8, "change_of_life_safety" }, { 9, "extended" }, { 10, "buffer_ready" },
    { 11, "unsigned_range" }, { 13, "access_event" }, { 14, "double_out_of_range" }, { 15, "signed_out_of_range" },
    { 16, "unsigned_out_of_range" }, { 17, "change_of_characterstring" }, { 18, "change_of_status_flags" },
    { 19, "change_of_reliability" }, { 20, "none" }, { 21, "change_of_discrete_value" }, { 22, "change_of_timer" }, { 0, NULL }
};

static const struct field_name notify_names[] = { { 0, "alarm" }, { 1, "event" }, { 2, "ack_notification" }, { 0, NULL } };

static const struct field_name event_state_names[] = {
    { 0, "normal" }, { 1, "fault" }, { 2, "offnormal" }, { 3, "high_limit" }, { 4, "low_limit" }, { 5, "life_safety_alarm" }, { 0, NULL }
};

static const struct field_name life_safety_names[] = {
    { 0, "none" }, { 1, "silence" }, { 2, "silence_audible" }, { 3, "silence_visual" }, { 4, "reset" }, { 5, "reset_alarm" },
    { 6, "reset_fault" }, { 7, "unsilence" }, { 8, "unsilence_audible" }, { 9, "unsilence_visual" }, { 0, NULL }
};

static const struct field_name type_names[] = {
    { BACNET_NULL, "null" }, { BACNET_BOOLEAN, "boolean" }, { BACNET_UNSIGNED, "unsigned" }, { BACNET_SIGNED, "signed" },
    { BACNET_REAL, "real" }, { BACNET_DOUBLE, "double" }, { BACNET_OCTET_STRING, "octet_string" },
    { BACNET_CHARACTER_STRING, "character_string" }, { BACNET_BIT_STRING, "bit_string" }, { BACNET_ENUMERATED, "enumerated" },
    { BACNET_DATE, "date" }, { BACNET_TIME_OF_DAY, "time" }, { BACNET_OBJECT_ID, "object_identifier" }, { 0, NULL }
};

static const struct field fields[] = {
    [BACNET_BVLC_FUNCTION] = { .name = "bvlc_function", .names = function_names, .about = "BACnet/IP: function of the virtual link." },
    [BACNET_BVLC6_FUNCTION] = { .name = "bvlc6_function", .names = function6_names, .about = "BACnet/IPv6: function of the virtual link." },
    [BACNET_LENGTH] = { .name = "length", .unit = "bytes", .about = "Length of the virtual link's message, as declared." },
    [BACNET_RESULT_CODE] = { .name = "result_code", .names = result_names, .about = "BVLC-Result: whether the request to the broadcast management device was obeyed; IPv6 has codes of its own." },
    [BACNET_SOURCE_VMAC] = { .name = "source_vmac", .type = FIELD_BYTES, .about = "BACnet/IPv6: virtual address of the sender." },
    [BACNET_DESTINATION_VMAC] = { .name = "destination_vmac", .type = FIELD_BYTES, .about = "BACnet/IPv6: virtual address of the receiver or of the one looked for." },
    [BACNET_SOURCE_STATION] = { .name = "source_station", .about = "MS/TP: address of the sender on the line." },
    [BACNET_DESTINATION_STATION] = { .name = "destination_station", .means = MEANS_TARGET, .about = "MS/TP: address of the receiver on the line; 255: all." },
    [BACNET_FORWARDED_FROM] = { .name = "forwarded_from", .type = FIELD_ADDR, .about = "Forwarded NPDU: who sent it first. Delete-Foreign-Device-Table-Entry: whose entry." },
    [BACNET_FORWARDED_PORT] = { .name = "forwarded_port", .about = "UDP port of forwarded_from." },
    [BACNET_TIME_TO_LIVE] = { .name = "time_to_live", .unit = "s", .about = "Register-Foreign-Device: how long broadcasts shall be sent to the one that asks." },
    [BACNET_ENTRIES] = { .name = "entries", .type = FIELD_LIST, .flags = FIELD_MANY, .about = "Broadcast distribution or foreign device table." },
    [BACNET_ENTRY_ADDRESS] = { .name = "address", .in = BACNET_ENTRIES + 1, .type = FIELD_ADDR, .about = "Address of the device." },
    [BACNET_ENTRY_PORT] = { .name = "port", .in = BACNET_ENTRIES + 1, .about = "UDP port of the device." },
    [BACNET_ENTRY_MASK] = { .name = "mask", .in = BACNET_ENTRIES + 1, .type = FIELD_BYTES, .about = "Broadcast distribution mask." },
    [BACNET_ENTRY_TIME_TO_LIVE] = { .name = "time_to_live", .in = BACNET_ENTRIES + 1, .unit = "s", .about = "As registered." },
    [BACNET_ENTRY_REMAINING] = { .name = "remaining", .in = BACNET_ENTRIES + 1, .unit = "s", .about = "Until the entry is dropped." },
    [BACNET_NETWORK_PRIORITY] = { .name = "network_priority", .names = network_priority_names, .about = "Priority of the network layer message." },
    [BACNET_EXPECTING_REPLY] = { .name = "expecting_reply", .type = FIELD_FLAG, .about = "The network layer is told that an answer will come." },
    [BACNET_DESTINATION_NETWORK] = { .name = "destination_network", .means = MEANS_TARGET, .about = "DNET: network beyond a router; 65535: all networks." },
    [BACNET_DESTINATION_ADDRESS] = { .name = "destination_address", .means = MEANS_TARGET, .type = FIELD_BYTES, .about = "DADR: station in that network; none: all of it." },
    [BACNET_SOURCE_NETWORK] = { .name = "source_network", .about = "SNET: network that the message comes from." },
    [BACNET_SOURCE_ADDRESS] = { .name = "source_address", .type = FIELD_BYTES, .about = "SADR: station in that network." },
    [BACNET_HOP_COUNT] = { .name = "hop_count", .about = "Routers that may still pass it on." },
    [BACNET_NETWORK_MESSAGE] = { .name = "network_message", .means = MEANS_FUNCTION, .names = network_message_names, .about = "Message of the network layer itself; from 128 on a vendor's." },
    [BACNET_NETWORK_VENDOR] = { .name = "network_vendor", .names = bacnet_vendor_names, .about = "Whose network layer message it is." },
    [BACNET_NETWORKS] = { .name = "networks", .flags = FIELD_MANY, .about = "Networks that a network layer message speaks of." },
    [BACNET_NETWORK_REJECT] = { .name = "network_reject", .names = network_reject_names, .about = "Reject-Message-To-Network: why." },
    [BACNET_PDU_TYPE] = { .name = "pdu_type", .names = pdu_names, .about = "Type of the application layer's PDU." },
    [BACNET_SERVICE] = { .name = "service", .means = MEANS_FUNCTION, .names = service_names, .about = "Confirmed service; also in what answers it, where an abort or reject does not say it from the request." },
    [BACNET_UNCONFIRMED_SERVICE] = { .name = "unconfirmed_service", .means = MEANS_FUNCTION, .names = unconfirmed_names, .about = "Unconfirmed service." },
    [BACNET_ACCESS] = { ACCESS_FIELD },
    [BACNET_INVOKE_ID] = { .name = "invoke_id", .about = "Number of the request, repeated by what answers it." },
    [BACNET_SEGMENT] = { .name = "segment", .about = "Sequence number of a segment, or of the one acknowledged." },
    [BACNET_MORE_FOLLOWS] = { .name = "more_follows", .type = FIELD_FLAG, .about = "Further segments of this message come; the last one's record has the parameters of all." },
    [BACNET_WINDOW] = { .name = "window", .about = "Segments that may be sent before one is acknowledged." },
    [BACNET_NEGATIVE_ACK] = { .name = "negative_ack", .type = FIELD_FLAG, .about = "Segment-Ack: a segment came out of order." },
    [BACNET_FROM_SERVER] = { .name = "from_server", .type = FIELD_FLAG, .about = "Segment-Ack, Abort: the one that was asked sends it." },
    [BACNET_MAX_APDU] = { .name = "max_apdu", .unit = "bytes", .about = "I-Am: longest APDU that the device takes." },
    [BACNET_ERROR_CLASS] = { .name = "error_class", .names = bacnet_error_class_names, .about = "Why the service failed: class." },
    [BACNET_ERROR_CODE] = { .name = "error_code", .names = bacnet_error_code_names, .about = "Why the service failed: code." },
    [BACNET_REJECT_REASON] = { .name = "reject_reason", .names = reject_names, .about = "Why a request was not understood." },
    [BACNET_ABORT_REASON] = { .name = "abort_reason", .names = abort_names, .about = "Why a transaction was given up." },
    [BACNET_DEVICE_INSTANCE] = { .name = "device_instance", .about = "Instance number of the device object: who is speaking (I-Am, I-Have, notifications)." },
    [BACNET_SEGMENTATION] = { .name = "segmentation", .names = segmentation_names, .about = "I-Am: whether the device sends or takes segments." },
    [BACNET_VENDOR] = { .name = "vendor_id", .means = MEANS_VENDOR, .names = bacnet_vendor_names, .about = "I-Am, Who-Am-I: maker of the device, as ASHRAE numbers them." },
    [BACNET_LOW_LIMIT] = { .name = "low_limit", .about = "Who-Is, Who-Has: lowest device instance that is asked." },
    [BACNET_HIGH_LIMIT] = { .name = "high_limit", .about = "Who-Is, Who-Has: highest device instance that is asked." },
    [BACNET_OBJECT_NAME] = { .name = "object_name", .type = FIELD_TEXT, .about = "Who-Has, I-Have: name of the object." },
    [BACNET_DEVICE_STATE] = { .name = "device_state", .means = MEANS_VALUE, .names = state_names, .about = "ReinitializeDevice: what the device shall do." },
    [BACNET_DEVICE_COMMUNICATION] = { .name = "device_communication", .means = MEANS_VALUE, .names = communication_names, .about = "DeviceCommunicationControl: whether the device may go on speaking." },
    [BACNET_DURATION] = { .name = "duration", .unit = "min", .about = "DeviceCommunicationControl: for how long; none: until told otherwise." },
    [BACNET_PASSWORD] = { .name = "password", .type = FIELD_TEXT, .flags = FIELD_HIDDEN, .about = "Password of ReinitializeDevice and DeviceCommunicationControl, for rules only: sent in clear." },
    [BACNET_TIME] = { .name = "time", .type = FIELD_TIME, .means = MEANS_VALUE, .about = "Time synchronization: the time that devices shall take; the local one is the network's own clock." },
    [BACNET_PROCESS_ID] = { .name = "process_id", .about = "The subscriber's number for its subscription." },
    [BACNET_LIFETIME] = { .name = "lifetime", .unit = "s", .about = "Subscriptions: for how long; notifications: time remaining." },
    [BACNET_CONFIRMED_NOTIFICATIONS] = { .name = "confirmed_notifications", .type = FIELD_FLAG, .about = "Subscriptions: notifications shall be confirmed." },
    [BACNET_COV_INCREMENT] = { .name = "cov_increment", .type = FIELD_REAL, .about = "SubscribeCOVProperty: change that is worth a notification." },
    [BACNET_NOTIFICATION_CLASS] = { .name = "notification_class", .about = "Event notification: class." },
    [BACNET_EVENT_PRIORITY] = { .name = "event_priority", .about = "Event notification: priority, 0 is the highest. Text message: 0 normal, 1 urgent." },
    [BACNET_EVENT_TYPE] = { .name = "event_type", .names = event_type_names, .about = "Event notification: algorithm." },
    [BACNET_NOTIFY_TYPE] = { .name = "notify_type", .names = notify_names, .about = "Event notification: alarm, event or acknowledgement." },
    [BACNET_FROM_STATE] = { .name = "from_state", .names = event_state_names, .about = "Event notification: state before." },
    [BACNET_TO_STATE] = { .name = "to_state", .names = event_state_names, .about = "Event notification: state now. AcknowledgeAlarm: the state that is acknowledged." },
    [BACNET_ACK_REQUIRED] = { .name = "ack_required", .type = FIELD_FLAG, .about = "Event notification: an operator must acknowledge it." },
    [BACNET_MESSAGE] = { .name = "message", .type = FIELD_TEXT, .about = "Text of a notification or text message." },
    [BACNET_SOURCE_NAME] = { .name = "source_name", .type = FIELD_TEXT, .about = "AcknowledgeAlarm, LifeSafetyOperation: who asks, in words." },
    [BACNET_FILE_START] = { .name = "file_start", .type = FIELD_INT, .about = "Files: first octet or record; -1 appends." },
    [BACNET_FILE_COUNT] = { .name = "file_count", .about = "Files: octets or records." },
    [BACNET_END_OF_FILE] = { .name = "end_of_file", .type = FIELD_FLAG, .about = "AtomicReadFile: the end is among what was read." },
    [BACNET_FILE_DATA] = { .name = "file_data", .type = FIELD_BYTES, .flags = FIELD_MANY, .about = "Files: octets or records; VT-Data: what is typed or shown." },
    [BACNET_PRIVATE_VENDOR] = { .name = "private_vendor", .names = bacnet_vendor_names, .about = "Private transfer: whose service." },
    [BACNET_PRIVATE_SERVICE] = { .name = "private_service", .means = MEANS_FUNCTION, .about = "Private transfer: the vendor's own number of the service." },
    [BACNET_LIFE_SAFETY_OPERATION] = { .name = "life_safety_operation", .means = MEANS_VALUE, .names = life_safety_names, .about = "LifeSafetyOperation: what is asked." },
    [BACNET_GROUP] = { .name = "group", .means = MEANS_TARGET, .about = "WriteGroup: control group." },
    [BACNET_ITEM_COUNT] = { .name = "item_count", .in = BACNET_OBJECTS + 1, .about = "ReadRange: items in the answer." },
    [BACNET_FIRST_SEQUENCE] = { .name = "first_sequence", .in = BACNET_OBJECTS + 1, .about = "ReadRange: number of the first item." },
    [BACNET_FIRST_FAILED] = { .name = "first_failed", .about = "Errors of list and object services: element that failed first, from 1." },
    [BACNET_SESSION] = { .name = "session", .flags = FIELD_MANY, .about = "Virtual terminal session." },
    [BACNET_OBJECTS] = { .name = "objects", .type = FIELD_LIST, .flags = FIELD_MANY, .about = "What is read, written, created or reported: an object, or one property of it; in an answer that does not repeat it, the request's." },
    [BACNET_OBJECT_TYPE] = { .name = "object_type", .means = MEANS_TARGET, .in = BACNET_OBJECTS + 1, .names = bacnet_object_names, .about = "Type of the object; from 128 on a vendor's." },
    [BACNET_INSTANCE] = { .name = "instance", .means = MEANS_TARGET, .in = BACNET_OBJECTS + 1, .about = "Instance number of the object; 4194303 is whatever device answers." },
    [BACNET_PROPERTY] = { .name = "property", .means = MEANS_TARGET, .in = BACNET_OBJECTS + 1, .names = bacnet_property_names, .about = "Property of the object; from 512 on mostly a vendor's." },
    [BACNET_ARRAY_INDEX] = { .name = "array_index", .means = MEANS_TARGET, .in = BACNET_OBJECTS + 1, .about = "Element of the property; 0 is their number." },
    [BACNET_PRIORITY] = { .name = "priority", .in = BACNET_OBJECTS + 1, .about = "Priority of a write to a commandable property, 1 (life safety) to 16." },
    [BACNET_VALUE_TYPE] = { .name = "value_type", .in = BACNET_OBJECTS + 1, .flags = FIELD_MANY, .names = type_names, .about = "Application tag of each value; a written null gives the command up." },
    [BACNET_VALUE] = { .name = "value", .means = MEANS_VALUE, .in = BACNET_OBJECTS + 1, .type = FIELD_REAL, .flags = FIELD_MANY, .about = "Values that are numbers, booleans and enumerations too." },
    [BACNET_TEXT] = { .name = "text", .means = MEANS_VALUE, .in = BACNET_OBJECTS + 1, .type = FIELD_TEXT, .flags = FIELD_MANY, .about = "Values that are character strings, in UTF-8 or ISO 8859-1." },
    [BACNET_OCTETS] = { .name = "octets", .in = BACNET_OBJECTS + 1, .type = FIELD_BYTES, .flags = FIELD_MANY, .about = "Values of other types: octets, bits, dates, times, and what only the property's own type explains." },
    [BACNET_REFERENCE_TYPE] = { .name = "reference_type", .in = BACNET_OBJECTS + 1, .flags = FIELD_MANY, .names = bacnet_object_names, .about = "Values that are object identifiers: the type." },
    [BACNET_REFERENCE_INSTANCE] = { .name = "reference_instance", .in = BACNET_OBJECTS + 1, .flags = FIELD_MANY, .about = "Values that are object identifiers: the instance." },
    [BACNET_ITEM_ERROR_CLASS] = { .name = "error_class", .in = BACNET_OBJECTS + 1, .names = bacnet_error_class_names, .about = "ReadPropertyMultiple: why this one could not be read." },
    [BACNET_ITEM_ERROR_CODE] = { .name = "error_code", .in = BACNET_OBJECTS + 1, .names = bacnet_error_code_names, .about = "ReadPropertyMultiple: why this one could not be read." },
    [BACNET_VENDOR_NAME] = { .name = "vendor_name", .means = MEANS_VENDOR, .type = FIELD_TEXT, .about = "The device's own word for its maker, where it was read." },
    [BACNET_MODEL_NAME] = { .name = "model_name", .means = MEANS_PRODUCT, .type = FIELD_TEXT, .about = "The device's model, where it was read." },
    [BACNET_FIRMWARE] = { .name = "firmware_revision", .means = MEANS_VERSION, .type = FIELD_TEXT, .about = "The device's firmware, where it was read." },
    [BACNET_SERIAL] = { .name = "serial_number", .means = MEANS_SERIAL, .type = FIELD_TEXT, .about = "The device's serial number, where it was read." },
    [BACNET_DEVICE_NAME] = { .name = "device_name", .means = MEANS_NAME, .type = FIELD_TEXT, .about = "Name of the device object, where it was read." },
    [BACNET_DATA] = { .name = "data", .type = FIELD_BYTES, .about = "Parameters that are not read: security, audit, vendors' services." },
    [BACNET_RESPONSE_TIME] = { .name = "response_time", .unit = "us", .about = "Packet time from the request to this answer." },
};

static const struct anomaly anomalies[] = {
    [BACNET_INVALID_LENGTH]       = { "invalid_length", "The virtual link's type or length does not fit the datagram, or a header is cut." },
    [BACNET_INVALID_NPDU]         = { "invalid_npdu", "The network layer has another version, reserved bits or a cut address." },
    [BACNET_INVALID_PDU_TYPE]     = { "invalid_pdu_type", "An application layer PDU of a type that the standard does not know." },
    [BACNET_INVALID_TAG]          = { "invalid_tag", "A tag whose length, nesting or contents cannot be." },
    [BACNET_INVALID_SERVICE]      = { "invalid_parameter", "A parameter that the service does not have, or a time that cannot be." },
    [BACNET_NESTED_TOO_DEEP]      = { "nested_too_deep", "Constructed values within each other beyond any use." },
    [BACNET_UNSOLICITED_RESPONSE] = { "unsolicited_response", "An answer to a request that was not sent, though others were." },
    [BACNET_SERVICE_MISMATCH]     = { "service_mismatch", "An answer names another service than its request." },
    [BACNET_SEGMENT_MISSING]      = { "segment_missing", "A segment that does not follow the one before." },
};

const struct schema bacnet_schema = {
    .name = "bacnet", .fields = fields, .count = BACNET_ROWS, .anomalies = anomalies, .anomaly_count = BACNET_ANOMALIES
};
