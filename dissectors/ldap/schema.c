/* What an LDAP record carries. */
#include "dissectors/ldap/fields.h"

static const struct field_name operations[] = {
    { BIND_REQUEST, "bind_request" }, { BIND_RESPONSE, "bind_response" }, { UNBIND_REQUEST, "unbind_request" },
    { SEARCH_REQUEST, "search_request" }, { SEARCH_ENTRY, "search_result_entry" }, { SEARCH_DONE, "search_result_done" },
    { MODIFY_REQUEST, "modify_request" }, { MODIFY_RESPONSE, "modify_response" }, { ADD_REQUEST, "add_request" },
    { ADD_RESPONSE, "add_response" }, { DELETE_REQUEST, "del_request" }, { DELETE_RESPONSE, "del_response" },
    { RENAME_REQUEST, "mod_dn_request" }, { RENAME_RESPONSE, "mod_dn_response" }, { COMPARE_REQUEST, "compare_request" },
    { COMPARE_RESPONSE, "compare_response" }, { ABANDON_REQUEST, "abandon_request" }, { SEARCH_REFERENCE, "search_result_reference" },
    { EXTENDED_REQUEST, "extended_request" }, { EXTENDED_RESPONSE, "extended_response" }, { INTERMEDIATE_RESPONSE, "intermediate_response" },
    { 0, NULL }
};

/* RFC 4511 section 4.1.9 */
static const struct field_name results[] = {
    { 0, "success" }, { 1, "operations_error" }, { 2, "protocol_error" }, { 3, "time_limit_exceeded" }, { 4, "size_limit_exceeded" },
    { 5, "compare_false" }, { 6, "compare_true" }, { 7, "auth_method_not_supported" }, { 8, "stronger_auth_required" }, { 10, "referral" },
    { 11, "admin_limit_exceeded" }, { 12, "unavailable_critical_extension" }, { 13, "confidentiality_required" },
    { 14, "sasl_bind_in_progress" }, { 16, "no_such_attribute" }, { 17, "undefined_attribute_type" }, { 18, "inappropriate_matching" },
    { 19, "constraint_violation" }, { 20, "attribute_or_value_exists" }, { 21, "invalid_attribute_syntax" }, { 32, "no_such_object" },
    { 33, "alias_problem" }, { 34, "invalid_dns_syntax" }, { 36, "alias_dereferencing_problem" }, { 48, "inappropriate_authentication" },
    { 49, "invalid_credentials" }, { 50, "insufficient_access_rights" }, { 51, "busy" }, { 52, "unavailable" }, { 53, "unwilling_to_perform" },
    { 54, "loop_detect" }, { 64, "naming_violation" }, { 65, "object_class_violation" }, { 66, "not_allowed_on_non_leaf" },
    { 67, "not_allowed_on_rdn" }, { 68, "entry_already_exists" }, { 69, "object_class_mods_prohibited" }, { 71, "affects_multiple_dsas" },
    { 80, "other" }, { 0, NULL }
};

static const struct field_name authentications[] = { { 0, "simple" }, { 3, "sasl" }, { 9, "sicily_discovery" }, { 10, "sicily" }, { 11, "sicily_response" }, { 0, NULL } };
static const struct field_name scopes[] = { { 0, "base_object" }, { 1, "single_level" }, { 2, "whole_subtree" }, { 3, "subordinate_subtree" }, { 0, NULL } };

#define TEXT_OF(what) .name = what, .type = FIELD_TEXT
static const struct field fields[] = {
    [LDAP_MESSAGE_ID]     = { .name = "message_id", .about = "Number that pairs request and responses." },
    [LDAP_REQUEST]        = { .name = "request", .flags = FIELD_NAMED, .names = operations, .aliases = "ldap.request.operation", .about = "Operation that is asked for." },
    [LDAP_RESPONSE]       = { .name = "response", .flags = FIELD_NAMED, .names = operations, .about = "Kind of response." },
    [LDAP_NAME]           = { TEXT_OF("dn"), .aliases = "ldap.request.dn ldap.responses.dn", .about = "Distinguished name that the message is about; of a logon, the user's." },
    [LDAP_RESULT_CODE]    = { .name = "result_code", .flags = FIELD_NAMED, .names = results, .about = "How it ended." },
    [LDAP_MESSAGE]        = { TEXT_OF("message"), .aliases = "ldap.responses.message", .about = "The same in words." },
    [LDAP_VERSION]        = { .name = "version", .about = "Version that the client speaks." },
    [LDAP_AUTHENTICATION] = { .name = "authentication", .flags = FIELD_NAMED, .names = authentications, .about = "How the client logs on." },
    [LDAP_MECHANISM]      = { TEXT_OF("mechanism"), .about = "SASL mechanism." },
    [LDAP_SCOPE]          = { .name = "scope", .flags = FIELD_NAMED, .names = scopes, .about = "How far a search reaches." },
    [LDAP_FILTER]         = { .name = "filter", .type = FIELD_BYTES, .flags = FIELD_HIDDEN, .about = "Filter of a search as it was encoded." },
    [LDAP_ATTRIBUTES]     = { TEXT_OF("attributes"), .flags = FIELD_MANY, .aliases = "ldap.request.attribute_type ldap.responses.attribute_type", .about = "Attributes that are asked for, given or changed." },
    [LDAP_NEW_NAME]       = { TEXT_OF("new_rdn"), .about = "An entry's new name." },
    [LDAP_OID]            = { TEXT_OF("oid"), .about = "Extended operation, by its number." },
    [LDAP_ENTRIES]        = { .name = "entries", .about = "Entries that a search found." },
    [LDAP_RESPONSES]      = { .name = "response_count", .flags = FIELD_HIDDEN, .aliases = "ldap.responses.count", .about = "Responses that a request drew, said with the last; 0 of what none answers." },
    [LDAP_RESPONSE_INDEX] = { .name = "response_index", .flags = FIELD_HIDDEN, .about = "Which of a request's responses this is, from 0." },
    [LDAP_FINAL]          = { .name = "final", .flags = FIELD_HIDDEN, .about = "1: the request's last response." },
};
_Static_assert(sizeof fields / sizeof fields[0] == LDAP_ROWS, "a row for each field");

static const struct anomaly anomalies[] = {
    [LDAP_TOO_MANY_TRANSACTIONS] = { "too_many_transactions", "Never: kept for rules that name it." },
    [LDAP_INVALID_DATA]          = { "invalid_data", "A message that contradicts its own lengths, or lacks what it must have." },
    [LDAP_REQUEST_NOT_FOUND]     = { "request_not_found", "A response that no request asked for." },
    [LDAP_INCOMPLETE_DATA]       = { "incomplete_data", "Never: kept for rules that name it." },
    [LDAP_TOO_MANY_RESPONSES]    = { "too_many_responses", "Never: kept for rules that name it." },
};

const struct schema ldap_schema = {
    .name = "ldap", .fields = fields, .count = LDAP_ROWS, .anomalies = anomalies, .anomaly_count = LDAP_ANOMALIES
};
