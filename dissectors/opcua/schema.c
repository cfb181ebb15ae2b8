/* What an OPC UA record can carry. Names are the standard's own words. */
#include "dissectors/opcua/fields.h"

static const struct field_name message_names[] = {
    { OPCUA_HEL, "hello" }, { OPCUA_ACK, "acknowledge" }, { OPCUA_ERR, "error" }, { OPCUA_RHE, "reverse_hello" },
    { OPCUA_OPN, "open_secure_channel" }, { OPCUA_MSG, "message" }, { OPCUA_CLO, "close_secure_channel" }, { 0, NULL }
};

static const struct field_name chunk_names[] = { { OPCUA_FINAL, "final" }, { OPCUA_CONTINUED, "continued" }, { OPCUA_ABORTED, "aborted" }, { 0, NULL } };

/* Ids of the binary encodings, OPC 10000-6 annex A */
const struct field_name opcua_service_names[] = {
    { 397, "service_fault" }, { 422, "find_servers_request" }, { 425, "find_servers_response" }, { 428, "get_endpoints_request" },
    { 431, "get_endpoints_response" }, { 437, "register_server_request" }, { 440, "register_server_response" },
    { 446, "open_secure_channel_request" }, { 449, "open_secure_channel_response" }, { 452, "close_secure_channel_request" },
    { 455, "close_secure_channel_response" }, { 461, "create_session_request" }, { 464, "create_session_response" },
    { 467, "activate_session_request" }, { 470, "activate_session_response" }, { 473, "close_session_request" },
    { 476, "close_session_response" }, { 479, "cancel_request" }, { 482, "cancel_response" }, { 488, "add_nodes_request" },
    { 491, "add_nodes_response" }, { 494, "add_references_request" }, { 497, "add_references_response" }, { 500, "delete_nodes_request" },
    { 503, "delete_nodes_response" }, { 506, "delete_references_request" }, { 509, "delete_references_response" },
    { 527, "browse_request" }, { 530, "browse_response" }, { 533, "browse_next_request" }, { 536, "browse_next_response" },
    { 554, "translate_browse_paths_to_node_ids_request" }, { 557, "translate_browse_paths_to_node_ids_response" },
    { 560, "register_nodes_request" }, { 563, "register_nodes_response" }, { 566, "unregister_nodes_request" },
    { 569, "unregister_nodes_response" }, { 615, "query_first_request" }, { 618, "query_first_response" }, { 621, "query_next_request" },
    { 624, "query_next_response" }, { 631, "read_request" }, { 634, "read_response" }, { 664, "history_read_request" },
    { 667, "history_read_response" }, { 673, "write_request" }, { 676, "write_response" }, { 700, "history_update_request" },
    { 703, "history_update_response" }, { 712, "call_request" }, { 715, "call_response" }, { 751, "create_monitored_items_request" },
    { 754, "create_monitored_items_response" }, { 763, "modify_monitored_items_request" }, { 766, "modify_monitored_items_response" },
    { 769, "set_monitoring_mode_request" }, { 772, "set_monitoring_mode_response" }, { 775, "set_triggering_request" },
    { 778, "set_triggering_response" }, { 781, "delete_monitored_items_request" }, { 784, "delete_monitored_items_response" },
    { 787, "create_subscription_request" }, { 790, "create_subscription_response" }, { 793, "modify_subscription_request" },
    { 796, "modify_subscription_response" }, { 799, "set_publishing_mode_request" }, { 802, "set_publishing_mode_response" },
    { 826, "publish_request" }, { 829, "publish_response" }, { 832, "republish_request" }, { 835, "republish_response" },
    { 841, "transfer_subscriptions_request" }, { 844, "transfer_subscriptions_response" }, { 847, "delete_subscriptions_request" },
    { 850, "delete_subscriptions_response" }, { 12208, "find_servers_on_network_request" }, { 12209, "find_servers_on_network_response" },
    { 12211, "register_server2_request" }, { 12212, "register_server2_response" }, { 0, NULL }
};

/* OPC 10000-6, annex A.2: those that servers really send. */
static const struct field_name status_names[] = {
    { 0, "good" }, { 0x40000000, "uncertain" }, { 0x80000000, "bad" }, { 0x80010000, "bad_unexpected_error" },
    { 0x80020000, "bad_internal_error" }, { 0x80030000, "bad_out_of_memory" }, { 0x80040000, "bad_resource_unavailable" },
    { 0x80050000, "bad_communication_error" }, { 0x80060000, "bad_encoding_error" }, { 0x80070000, "bad_decoding_error" },
    { 0x80080000, "bad_encoding_limits_exceeded" }, { 0x80090000, "bad_unknown_response" }, { 0x800a0000, "bad_timeout" },
    { 0x800b0000, "bad_service_unsupported" }, { 0x800c0000, "bad_shutdown" }, { 0x800d0000, "bad_server_not_connected" },
    { 0x800e0000, "bad_server_halted" }, { 0x800f0000, "bad_nothing_to_do" }, { 0x80100000, "bad_too_many_operations" },
    { 0x80110000, "bad_data_type_id_unknown" }, { 0x80120000, "bad_certificate_invalid" }, { 0x80130000, "bad_security_checks_failed" },
    { 0x80140000, "bad_certificate_time_invalid" }, { 0x80150000, "bad_certificate_issuer_time_invalid" },
    { 0x80160000, "bad_certificate_host_name_invalid" }, { 0x80170000, "bad_certificate_uri_invalid" },
    { 0x80180000, "bad_certificate_use_not_allowed" }, { 0x80190000, "bad_certificate_issuer_use_not_allowed" },
    { 0x801a0000, "bad_certificate_untrusted" }, { 0x801b0000, "bad_certificate_revocation_unknown" },
    { 0x801c0000, "bad_certificate_issuer_revocation_unknown" }, { 0x801d0000, "bad_certificate_revoked" },
    { 0x801e0000, "bad_certificate_issuer_revoked" }, { 0x801f0000, "bad_user_access_denied" },
    { 0x80200000, "bad_identity_token_invalid" }, { 0x80210000, "bad_identity_token_rejected" },
    { 0x80220000, "bad_secure_channel_id_invalid" }, { 0x80230000, "bad_invalid_timestamp" }, { 0x80240000, "bad_nonce_invalid" },
    { 0x80250000, "bad_session_id_invalid" }, { 0x80260000, "bad_session_closed" }, { 0x80270000, "bad_session_not_activated" },
    { 0x80280000, "bad_subscription_id_invalid" }, { 0x802a0000, "bad_request_header_invalid" },
    { 0x802b0000, "bad_timestamps_to_return_invalid" }, { 0x802c0000, "bad_request_cancelled_by_client" },
    { 0x80310000, "bad_no_communication" }, { 0x80320000, "bad_waiting_for_initial_data" }, { 0x80330000, "bad_node_id_invalid" },
    { 0x80340000, "bad_node_id_unknown" }, { 0x80350000, "bad_attribute_id_invalid" }, { 0x80360000, "bad_index_range_invalid" },
    { 0x80370000, "bad_index_range_no_data" }, { 0x80380000, "bad_data_encoding_invalid" },
    { 0x80390000, "bad_data_encoding_unsupported" }, { 0x803a0000, "bad_not_readable" }, { 0x803b0000, "bad_not_writable" },
    { 0x803c0000, "bad_out_of_range" }, { 0x803d0000, "bad_not_supported" }, { 0x803e0000, "bad_not_found" },
    { 0x803f0000, "bad_object_deleted" }, { 0x80400000, "bad_not_implemented" }, { 0x80410000, "bad_monitoring_mode_invalid" },
    { 0x80420000, "bad_monitored_item_id_invalid" }, { 0x80430000, "bad_monitored_item_filter_invalid" },
    { 0x80440000, "bad_monitored_item_filter_unsupported" }, { 0x80450000, "bad_filter_not_allowed" },
    { 0x80460000, "bad_structure_missing" }, { 0x80470000, "bad_event_filter_invalid" }, { 0x80480000, "bad_content_filter_invalid" },
    { 0x80490000, "bad_filter_operand_invalid" }, { 0x804a0000, "bad_continuation_point_invalid" },
    { 0x804b0000, "bad_no_continuation_points" }, { 0x804c0000, "bad_reference_type_id_invalid" },
    { 0x804d0000, "bad_browse_direction_invalid" }, { 0x804e0000, "bad_node_not_in_view" }, { 0x804f0000, "bad_server_uri_invalid" },
    { 0x80500000, "bad_server_name_missing" }, { 0x80510000, "bad_discovery_url_missing" }, { 0x80520000, "bad_sempahore_file_missing" },
    { 0x80530000, "bad_request_type_invalid" }, { 0x80540000, "bad_security_mode_rejected" },
    { 0x80550000, "bad_security_policy_rejected" }, { 0x80560000, "bad_too_many_sessions" }, { 0x80570000, "bad_user_signature_invalid" },
    { 0x80580000, "bad_application_signature_invalid" }, { 0x80590000, "bad_no_valid_certificates" },
    { 0x805a0000, "bad_request_cancelled_by_request" }, { 0x805b0000, "bad_parent_node_id_invalid" },
    { 0x805c0000, "bad_reference_not_allowed" }, { 0x805d0000, "bad_node_id_rejected" }, { 0x805e0000, "bad_node_id_exists" },
    { 0x805f0000, "bad_node_class_invalid" }, { 0x80600000, "bad_browse_name_invalid" }, { 0x80610000, "bad_browse_name_duplicated" },
    { 0x80620000, "bad_node_attributes_invalid" }, { 0x80630000, "bad_type_definition_invalid" },
    { 0x80640000, "bad_source_node_id_invalid" }, { 0x80650000, "bad_target_node_id_invalid" },
    { 0x80660000, "bad_duplicate_reference_not_allowed" }, { 0x80670000, "bad_invalid_self_reference" },
    { 0x80680000, "bad_reference_local_only" }, { 0x80690000, "bad_no_delete_rights" }, { 0x806f0000, "bad_no_match" },
    { 0x80730000, "bad_write_not_supported" }, { 0x80740000, "bad_type_mismatch" }, { 0x80750000, "bad_method_invalid" },
    { 0x80760000, "bad_arguments_missing" }, { 0x80770000, "bad_too_many_subscriptions" },
    { 0x80780000, "bad_too_many_publish_requests" }, { 0x80790000, "bad_no_subscription" }, { 0x807a0000, "bad_sequence_number_unknown" },
    { 0x807b0000, "bad_message_not_available" }, { 0x807d0000, "bad_tcp_server_too_busy" },
    { 0x807e0000, "bad_tcp_message_type_invalid" }, { 0x807f0000, "bad_tcp_secure_channel_unknown" },
    { 0x80800000, "bad_tcp_message_too_large" }, { 0x80810000, "bad_tcp_not_enough_resources" }, { 0x80820000, "bad_tcp_internal_error" },
    { 0x80830000, "bad_tcp_endpoint_url_invalid" }, { 0x80840000, "bad_request_interrupted" }, { 0x80850000, "bad_request_timeout" },
    { 0x80860000, "bad_secure_channel_closed" }, { 0x80870000, "bad_secure_channel_token_unknown" },
    { 0x80880000, "bad_sequence_number_invalid" }, { 0x80ab0000, "bad_invalid_argument" }, { 0x80ac0000, "bad_connection_rejected" },
    { 0x80ad0000, "bad_disconnect" }, { 0x80ae0000, "bad_connection_closed" }, { 0x80af0000, "bad_invalid_state" },
    { 0x80b00000, "bad_end_of_stream" }, { 0x80b80000, "bad_request_too_large" }, { 0x80b90000, "bad_response_too_large" },
    { 0x80be0000, "bad_protocol_version_unsupported" }, { 0, NULL }
};

static const struct field_name request_type_names[] = { { 0, "issue" }, { 1, "renew" }, { 0, NULL } };
static const struct field_name mode_names[] = { { 0, "invalid" }, { 1, "none" }, { 2, "sign" }, { 3, "sign_and_encrypt" }, { 0, NULL } };
static const struct field_name application_names[] = { { 0, "server" }, { 1, "client" }, { 2, "client_and_server" }, { 3, "discovery_server" }, { 0, NULL } };
static const struct field_name token_names[] = { { 321, "anonymous" }, { 324, "user_name" }, { 327, "certificate" }, { 940, "issued_token" }, { 0, NULL } };
static const struct field_name token_type_names[] = { { 0, "anonymous" }, { 1, "user_name" }, { 2, "certificate" }, { 3, "issued_token" }, { 0, NULL } };
static const struct field_name timestamps_names[] = { { 0, "source" }, { 1, "server" }, { 2, "both" }, { 3, "neither" }, { 0, NULL } };
static const struct field_name direction_names[] = { { 0, "forward" }, { 1, "inverse" }, { 2, "both" }, { 0, NULL } };
static const struct field_name monitoring_names[] = { { 0, "disabled" }, { 1, "sampling" }, { 2, "reporting" }, { 0, NULL } };
static const struct field_name notification_names[] = { { 811, "data_change" }, { 820, "status_change" }, { 916, "event" }, { 0, NULL } };

static const struct field_name class_names[] = {
    { 1, "object" }, { 2, "variable" }, { 4, "method" }, { 8, "object_type" }, { 16, "variable_type" }, { 32, "reference_type" },
    { 64, "data_type" }, { 128, "view" }, { 0, NULL }
};

static const struct field_name attribute_names[] = {
    { 1, "node_id" }, { 2, "node_class" }, { 3, "browse_name" }, { 4, "display_name" }, { 5, "description" }, { 6, "write_mask" },
    { 7, "user_write_mask" }, { 8, "is_abstract" }, { 9, "symmetric" }, { 10, "inverse_name" }, { 11, "contains_no_loops" },
    { 12, "event_notifier" }, { 13, "value" }, { 14, "data_type" }, { 15, "value_rank" }, { 16, "array_dimensions" },
    { 17, "access_level" }, { 18, "user_access_level" }, { 19, "minimum_sampling_interval" }, { 20, "historizing" },
    { 21, "executable" }, { 22, "user_executable" }, { 23, "data_type_definition" }, { 24, "role_permissions" },
    { 25, "user_role_permissions" }, { 26, "access_restrictions" }, { 27, "access_level_ex" }, { 0, NULL }
};

static const struct field_name type_names[] = {
    { 1, "boolean" }, { 2, "sbyte" }, { 3, "byte" }, { 4, "int16" }, { 5, "uint16" }, { 6, "int32" }, { 7, "uint32" }, { 8, "int64" },
    { 9, "uint64" }, { 10, "float" }, { 11, "double" }, { 12, "string" }, { 13, "date_time" }, { 14, "guid" }, { 15, "byte_string" },
    { 16, "xml_element" }, { 17, "node_id" }, { 18, "expanded_node_id" }, { 19, "status_code" }, { 20, "qualified_name" },
    { 21, "localized_text" }, { 22, "extension_object" }, { 23, "data_value" }, { 24, "variant" }, { 25, "diagnostic_info" }, { 0, NULL }
};

static const struct field fields[] = {
    [OPCUA_MESSAGE_TYPE] = { .name = "message_type", .names = message_names, .about = "The three letters that a chunk begins with." },
    [OPCUA_CHUNK] = { .name = "chunk", .names = chunk_names, .about = "Whether further chunks of the message come; the last one's record has the service." },
    [OPCUA_SIZE] = { .name = "size", .unit = "bytes", .about = "Length of the chunk with its header." },
    [OPCUA_VERSION] = { .name = "version", .about = "Version of the connection protocol." },
    [OPCUA_RECEIVE_BUFFER] = { .name = "receive_buffer", .unit = "bytes", .about = "Hello, Acknowledge: largest chunk that the sender takes." },
    [OPCUA_SEND_BUFFER] = { .name = "send_buffer", .unit = "bytes", .about = "Hello, Acknowledge: largest chunk that the sender sends." },
    [OPCUA_MAX_MESSAGE] = { .name = "max_message", .unit = "bytes", .about = "Largest message taken; 0: any." },
    [OPCUA_MAX_CHUNKS] = { .name = "max_chunks", .about = "Most chunks of a message; 0: any." },
    [OPCUA_ENDPOINT_URL] = { .name = "endpoint_url", .type = FIELD_TEXT, .about = "Address that the client connects to, in its own words." },
    [OPCUA_SERVER_URI] = { .name = "server_uri", .type = FIELD_TEXT, .about = "Server that is meant, registered, or that calls back (Reverse Hello)." },
    [OPCUA_ERROR] = { .name = "error", .names = status_names, .about = "Error message, aborted message: why." },
    [OPCUA_REASON] = { .name = "reason", .type = FIELD_TEXT, .about = "Error message, aborted message: why, in words." },
    [OPCUA_CHANNEL] = { .name = "secure_channel_id", .about = "Number of the secure channel; 0 asks for one." },
    [OPCUA_TOKEN] = { .name = "token_id", .about = "Number of the channel's keys." },
    [OPCUA_POLICY] = { .name = "security_policy", .type = FIELD_TEXT, .about = "Security policy of the channel that is opened; ...#None protects nothing." },
    [OPCUA_SENDER_CERTIFICATE] = { .name = "sender_certificate", .type = FIELD_BYTES, .flags = FIELD_HIDDEN, .about = "Certificate of who opens the channel, for rules only." },
    [OPCUA_RECEIVER_THUMBPRINT] = { .name = "receiver_thumbprint", .type = FIELD_BYTES, .about = "SHA-1 of the certificate that the message is encrypted for." },
    [OPCUA_SEQUENCE] = { .name = "sequence_number", .about = "Number of the chunk." },
    [OPCUA_REQUEST_ID] = { .name = "request_id", .about = "Number of the request, repeated by its answer." },
    [OPCUA_ENCRYPTED] = { .name = "encrypted", .type = FIELD_FLAG, .about = "The body cannot be read." },
    [OPCUA_SERVICE] = { .name = "service", .means = MEANS_FUNCTION, .names = opcua_service_names, .about = "Service request or response, by the id of its binary encoding." },
    [OPCUA_ACCESS] = { ACCESS_FIELD },
    [OPCUA_TIMESTAMP] = { .name = "timestamp", .type = FIELD_TIME, .about = "When the sender says that it sent the message." },
    [OPCUA_REQUEST_HANDLE] = { .name = "request_handle", .about = "The client's own number of the request." },
    [OPCUA_RETURN_DIAGNOSTICS] = { .name = "return_diagnostics", .about = "Bits: which diagnostics the client asks for." },
    [OPCUA_AUDIT_ENTRY] = { .name = "audit_entry", .type = FIELD_TEXT, .about = "The client's reference for audit logs." },
    [OPCUA_TIMEOUT_HINT] = { .name = "timeout_hint", .unit = "ms", .about = "How long the client will wait." },
    [OPCUA_SERVICE_RESULT] = { .name = "service_result", .names = status_names, .about = "Response: how the whole service went." },
    [OPCUA_RESULTS] = { .name = "results", .flags = FIELD_MANY, .names = status_names, .about = "Results of operations that are not about nodes; of browsing." },
    [OPCUA_REQUEST_TYPE] = { .name = "request_type", .names = request_type_names, .about = "OpenSecureChannel: a new channel, or new keys." },
    [OPCUA_SECURITY_MODE] = { .name = "security_mode", .names = mode_names, .about = "OpenSecureChannel: how messages shall be protected." },
    [OPCUA_LIFETIME] = { .name = "lifetime", .unit = "ms", .about = "OpenSecureChannel: how long the keys shall serve." },
    [OPCUA_APPLICATION_URI] = { .name = "application_uri", .type = FIELD_TEXT, .about = "CreateSession: the client application." },
    [OPCUA_PRODUCT_URI] = { .name = "product_uri", .means = MEANS_PRODUCT, .type = FIELD_TEXT, .about = "CreateSession: the client's product." },
    [OPCUA_APPLICATION_NAME] = { .name = "application_name", .means = MEANS_NAME, .type = FIELD_TEXT, .about = "CreateSession: name of the client application." },
    [OPCUA_APPLICATION_TYPE] = { .name = "application_type", .names = application_names, .about = "What the application is." },
    [OPCUA_SESSION_NAME] = { .name = "session_name", .type = FIELD_TEXT, .about = "CreateSession: name that the client gives it." },
    [OPCUA_CERTIFICATE] = { .name = "certificate", .type = FIELD_BYTES, .flags = FIELD_HIDDEN, .about = "Certificate of client, server or user, for rules only." },
    [OPCUA_SESSION_TIMEOUT] = { .name = "session_timeout", .type = FIELD_REAL, .unit = "ms", .about = "CreateSession: after how much silence the session ends." },
    [OPCUA_USER_TOKEN] = { .name = "user_token", .names = token_names, .about = "ActivateSession: how the user is identified." },
    [OPCUA_POLICY_ID] = { .name = "policy_id", .type = FIELD_TEXT, .about = "ActivateSession: the server's name for that way." },
    [OPCUA_USER_NAME] = { .name = "user_name", .type = FIELD_TEXT, .about = "ActivateSession: name of the user; the password is never kept." },
    [OPCUA_PASSWORD_ALGORITHM] = { .name = "password_algorithm", .type = FIELD_TEXT, .about = "ActivateSession: how the password or token is encrypted; absent: it is in clear." },
    [OPCUA_LOCALES] = { .name = "locales", .type = FIELD_TEXT, .flags = FIELD_MANY, .about = "Languages that the client asks for." },
    [OPCUA_DELETE_SUBSCRIPTIONS] = { .name = "delete_subscriptions", .type = FIELD_FLAG, .about = "CloseSession: subscriptions end with it." },
    [OPCUA_MAX_AGE] = { .name = "max_age", .type = FIELD_REAL, .unit = "ms", .about = "Read: how old values may be." },
    [OPCUA_TIMESTAMPS] = { .name = "timestamps_to_return", .names = timestamps_names, .about = "Which timestamps the client asks for." },
    [OPCUA_MAX_REFERENCES] = { .name = "max_references", .about = "Browse: most references per node; 0: any." },
    [OPCUA_SUBSCRIPTION] = { .name = "subscription_id", .flags = FIELD_MANY, .about = "Subscriptions that the message is about." },
    [OPCUA_PUBLISHING_INTERVAL] = { .name = "publishing_interval", .type = FIELD_REAL, .unit = "ms", .about = "Subscription: how often changes are reported." },
    [OPCUA_LIFETIME_COUNT] = { .name = "lifetime_count", .about = "Subscription: intervals without a publish request after which it ends." },
    [OPCUA_KEEP_ALIVE_COUNT] = { .name = "keep_alive_count", .about = "Subscription: intervals without changes after which an empty report is sent." },
    [OPCUA_MAX_NOTIFICATIONS] = { .name = "max_notifications", .about = "Subscription: most notifications in a report; 0: any." },
    [OPCUA_PUBLISHING_ENABLED] = { .name = "publishing_enabled", .type = FIELD_FLAG, .about = "Subscription: whether it reports." },
    [OPCUA_PRIORITY] = { .name = "priority", .about = "Subscription: before which others it is served." },
    [OPCUA_NOTIFICATION] = { .name = "notification", .flags = FIELD_MANY, .names = notification_names, .about = "Publish response: kinds of notifications in it." },
    [OPCUA_MORE_NOTIFICATIONS] = { .name = "more_notifications", .type = FIELD_FLAG, .about = "Publish response: further ones are ready." },
    [OPCUA_MONITORED_ITEM] = { .name = "monitored_item_id", .flags = FIELD_MANY, .about = "Monitored items that the message is about." },
    [OPCUA_NODES] = { .name = "nodes", .type = FIELD_LIST, .flags = FIELD_MANY, .about = "Nodes read, written, called, browsed, monitored or changed; in an answer the first eight are named by its request." },
    [OPCUA_NODE_NAMESPACE] = { .name = "namespace", .means = MEANS_TARGET, .in = OPCUA_NODES + 1, .about = "Namespace index of the node; 0 is the standard's." },
    [OPCUA_NODE_NUMERIC] = { .name = "numeric", .means = MEANS_TARGET, .in = OPCUA_NODES + 1, .about = "Identifier of the node, where it is a number." },
    [OPCUA_NODE_STRING] = { .name = "string", .means = MEANS_TARGET, .in = OPCUA_NODES + 1, .type = FIELD_TEXT, .about = "Identifier of the node, where it is a string; in an answer its first 40 octets." },
    [OPCUA_NODE_OPAQUE] = { .name = "opaque", .means = MEANS_TARGET, .in = OPCUA_NODES + 1, .type = FIELD_BYTES, .about = "Identifier of the node, where it is a GUID or opaque." },
    [OPCUA_METHOD_NAMESPACE] = { .name = "method_namespace", .means = MEANS_TARGET, .in = OPCUA_NODES + 1, .about = "Call: namespace index of the method." },
    [OPCUA_METHOD_NUMERIC] = { .name = "method_numeric", .means = MEANS_TARGET, .in = OPCUA_NODES + 1, .about = "Call: identifier of the method, where it is a number." },
    [OPCUA_METHOD_STRING] = { .name = "method_string", .means = MEANS_TARGET, .in = OPCUA_NODES + 1, .type = FIELD_TEXT, .about = "Call: identifier of the method, where it is a string." },
    [OPCUA_ATTRIBUTE] = { .name = "attribute", .means = MEANS_TARGET, .in = OPCUA_NODES + 1, .names = attribute_names, .about = "Attribute of the node." },
    [OPCUA_INDEX_RANGE] = { .name = "index_range", .in = OPCUA_NODES + 1, .type = FIELD_TEXT, .about = "Part of an array." },
    [OPCUA_BROWSE_DIRECTION] = { .name = "browse_direction", .in = OPCUA_NODES + 1, .names = direction_names, .about = "Browse: which way references are followed." },
    [OPCUA_BROWSE_NAME] = { .name = "browse_name", .in = OPCUA_NODES + 1, .flags = FIELD_MANY, .type = FIELD_TEXT, .about = "AddNodes: name of the new node. TranslateBrowsePaths: the path." },
    [OPCUA_NODE_CLASS] = { .name = "node_class", .in = OPCUA_NODES + 1, .names = class_names, .about = "AddNodes: class of the new node." },
    [OPCUA_MONITORING_MODE] = { .name = "monitoring_mode", .in = OPCUA_NODES + 1, .names = monitoring_names, .about = "Whether the item is sampled and reported." },
    [OPCUA_CLIENT_HANDLE] = { .name = "client_handle", .in = OPCUA_NODES + 1, .about = "The client's number of a monitored item: reports name it instead of the node." },
    [OPCUA_SAMPLING_INTERVAL] = { .name = "sampling_interval", .in = OPCUA_NODES + 1, .type = FIELD_REAL, .unit = "ms", .about = "How often the item is looked at." },
    [OPCUA_STATUS] = { .name = "status", .in = OPCUA_NODES + 1, .names = status_names, .about = "How the operation on this node went, or the quality of its value." },
    [OPCUA_VALUE_TYPE] = { .name = "value_type", .in = OPCUA_NODES + 1, .flags = FIELD_MANY, .names = type_names, .about = "Built-in type of a value, or of the elements of an array." },
    [OPCUA_VALUE] = { .name = "value", .means = MEANS_VALUE, .in = OPCUA_NODES + 1, .type = FIELD_REAL, .flags = FIELD_MANY, .about = "Values that are numbers, booleans too; arguments of a call." },
    [OPCUA_TEXT] = { .name = "text", .means = MEANS_VALUE, .in = OPCUA_NODES + 1, .type = FIELD_TEXT, .flags = FIELD_MANY, .about = "Values that are texts; arguments of a call." },
    [OPCUA_OCTETS] = { .name = "octets", .in = OPCUA_NODES + 1, .type = FIELD_BYTES, .flags = FIELD_MANY, .about = "Values that are octets, GUIDs, times or numeric node ids, as encoded." },
    [OPCUA_SOURCE_TIME] = { .name = "source_timestamp", .in = OPCUA_NODES + 1, .type = FIELD_TIME, .about = "When the value was at its source." },
    [OPCUA_SERVER_TIME] = { .name = "server_timestamp", .in = OPCUA_NODES + 1, .type = FIELD_TIME, .about = "When the server had it." },
    [OPCUA_REFERENCES] = { .name = "references", .type = FIELD_LIST, .flags = FIELD_MANY, .about = "Browse response: nodes that were found." },
    [OPCUA_REF_FORWARD] = { .name = "is_forward", .in = OPCUA_REFERENCES + 1, .type = FIELD_FLAG, .about = "The reference leads from the node that was browsed." },
    [OPCUA_REF_NAMESPACE] = { .name = "namespace", .in = OPCUA_REFERENCES + 1, .about = "Namespace index of the node found." },
    [OPCUA_REF_NUMERIC] = { .name = "numeric", .in = OPCUA_REFERENCES + 1, .about = "Identifier, where it is a number." },
    [OPCUA_REF_STRING] = { .name = "string", .in = OPCUA_REFERENCES + 1, .type = FIELD_TEXT, .about = "Identifier, where it is a string." },
    [OPCUA_REF_NAME] = { .name = "browse_name", .in = OPCUA_REFERENCES + 1, .type = FIELD_TEXT, .about = "Its name for programs." },
    [OPCUA_REF_DISPLAY] = { .name = "display_name", .in = OPCUA_REFERENCES + 1, .type = FIELD_TEXT, .about = "Its name for people." },
    [OPCUA_REF_CLASS] = { .name = "node_class", .in = OPCUA_REFERENCES + 1, .names = class_names, .about = "Its class." },
    [OPCUA_ENDPOINTS] = { .name = "endpoints", .type = FIELD_LIST, .flags = FIELD_MANY, .about = "Endpoints that a server offers." },
    [OPCUA_EP_URL] = { .name = "url", .in = OPCUA_ENDPOINTS + 1, .type = FIELD_TEXT, .about = "Its address." },
    [OPCUA_EP_APPLICATION_URI] = { .name = "application_uri", .in = OPCUA_ENDPOINTS + 1, .type = FIELD_TEXT, .about = "The server application." },
    [OPCUA_EP_PRODUCT_URI] = { .name = "product_uri", .means = MEANS_PRODUCT, .in = OPCUA_ENDPOINTS + 1, .type = FIELD_TEXT, .about = "The server's product." },
    [OPCUA_EP_NAME] = { .name = "application_name", .means = MEANS_NAME, .in = OPCUA_ENDPOINTS + 1, .type = FIELD_TEXT, .about = "Name of the server application." },
    [OPCUA_EP_TYPE] = { .name = "application_type", .in = OPCUA_ENDPOINTS + 1, .names = application_names, .about = "What the application is." },
    [OPCUA_EP_MODE] = { .name = "security_mode", .in = OPCUA_ENDPOINTS + 1, .names = mode_names, .about = "How messages are protected there." },
    [OPCUA_EP_POLICY] = { .name = "security_policy", .in = OPCUA_ENDPOINTS + 1, .type = FIELD_TEXT, .about = "With which algorithms." },
    [OPCUA_EP_TOKENS] = { .name = "user_tokens", .in = OPCUA_ENDPOINTS + 1, .flags = FIELD_MANY, .names = token_type_names, .about = "How users may be identified there; anonymous: not at all." },
    [OPCUA_EP_LEVEL] = { .name = "security_level", .in = OPCUA_ENDPOINTS + 1, .about = "The server's own word on how good that is." },
    [OPCUA_SERVERS] = { .name = "servers", .type = FIELD_LIST, .flags = FIELD_MANY, .about = "FindServers response: servers that a discovery server knows." },
    [OPCUA_SRV_URI] = { .name = "application_uri", .in = OPCUA_SERVERS + 1, .type = FIELD_TEXT, .about = "The server application." },
    [OPCUA_SRV_PRODUCT] = { .name = "product_uri", .in = OPCUA_SERVERS + 1, .type = FIELD_TEXT, .about = "Its product." },
    [OPCUA_SRV_NAME] = { .name = "application_name", .in = OPCUA_SERVERS + 1, .type = FIELD_TEXT, .about = "Its name." },
    [OPCUA_VENDOR] = { .name = "manufacturer", .means = MEANS_VENDOR, .type = FIELD_TEXT, .about = "The server's maker, where its build information was read." },
    [OPCUA_PRODUCT] = { .name = "product_name", .means = MEANS_PRODUCT, .type = FIELD_TEXT, .about = "The server's product, where its build information was read." },
    [OPCUA_SOFTWARE] = { .name = "software_version", .means = MEANS_VERSION, .type = FIELD_TEXT, .about = "The server's version, where its build information was read." },
    [OPCUA_DATA] = { .name = "data", .type = FIELD_BYTES, .about = "Body of a service that is not looked into: queries, network discovery." },
    [OPCUA_RESPONSE_TIME] = { .name = "response_time", .unit = "us", .about = "Packet time from the request to this answer." },
};

static const struct anomaly anomalies[] = {
    [OPCUA_INVALID_HEADER]       = { "invalid_header", "Where a chunk should begin there is none: the conversation is given up." },
    [OPCUA_INVALID_LENGTH]       = { "invalid_length", "A chunk is too short for its header." },
    [OPCUA_INVALID_BODY]         = { "invalid_body", "A body that does not have its service's structure." },
    [OPCUA_UNKNOWN_SERVICE]      = { "unknown_service", "A readable body of a type that the standard does not know as a service." },
    [OPCUA_SEQUENCE_BROKEN]      = { "sequence_broken", "The chunk's number does not follow the one before." },
    [OPCUA_UNSOLICITED_RESPONSE] = { "unsolicited_response", "A response without a request." },
    [OPCUA_TOO_LONG]             = { "too_long", "A message of more chunks than are joined." },
    [OPCUA_NESTED_TOO_DEEP]      = { "nested_too_deep", "Values within values beyond any use." },
};

const struct schema opcua_schema = {
    .name = "opcua", .fields = fields, .count = OPCUA_ROWS, .anomalies = anomalies, .anomaly_count = OPCUA_ANOMALIES
};
