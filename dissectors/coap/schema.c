/* What a CoAP record can carry. */
#include "dissectors/coap/fields.h"

static const struct field_name type_names[] = { { 0, "confirmable" }, { 1, "non_confirmable" }, { 2, "acknowledgement" }, { 3, "reset" }, { 0, NULL } };

/* Class in the upper three bits, detail in the lower five: 0x45 is 2.05. */
static const struct field_name code_names[] = {
    { 0x00, "empty" }, { 0x01, "get" }, { 0x02, "post" }, { 0x03, "put" }, { 0x04, "delete" }, { 0x05, "fetch" }, { 0x06, "patch" },
    { 0x07, "ipatch" }, { 0x41, "created" }, { 0x42, "deleted" }, { 0x43, "valid" }, { 0x44, "changed" }, { 0x45, "content" },
    { 0x5f, "continue" }, { 0x80, "bad_request" }, { 0x81, "unauthorized" }, { 0x82, "bad_option" }, { 0x83, "forbidden" },
    { 0x84, "not_found" }, { 0x85, "method_not_allowed" }, { 0x86, "not_acceptable" }, { 0x88, "request_entity_incomplete" },
    { 0x89, "conflict" }, { 0x8c, "precondition_failed" }, { 0x8d, "request_entity_too_large" }, { 0x8f, "unsupported_content_format" },
    { 0x96, "unprocessable_entity" }, { 0x9d, "too_many_requests" }, { 0xa0, "internal_server_error" }, { 0xa1, "not_implemented" },
    { 0xa2, "bad_gateway" }, { 0xa3, "service_unavailable" }, { 0xa4, "gateway_timeout" }, { 0xa5, "proxying_not_supported" },
    { 0xa8, "hop_limit_reached" }, { 0, NULL }
};

static const struct field_name format_names[] = {
    { 0, "text" }, { 40, "link_format" }, { 41, "xml" }, { 42, "octet_stream" }, { 47, "exi" }, { 50, "json" }, { 60, "cbor" },
    { 110, "senml_json" }, { 112, "senml_cbor" }, { 11542, "lwm2m_tlv" }, { 11543, "lwm2m_json" }, { 0, NULL }
};

static const struct field fields[] = {
    [COAP_TYPE] = { .name = "type", .names = type_names, .about = "Whether the message wants to be acknowledged, or acknowledges." },
    [COAP_CODE] = { .name = "code", .means = MEANS_FUNCTION, .names = code_names, .about = "Method or response code: class in the upper three bits, detail in the lower five." },
    [COAP_ACCESS] = { ACCESS_FIELD },
    [COAP_MESSAGE_ID] = { .name = "message_id", .about = "Number of the message, repeated by its acknowledgement." },
    [COAP_TOKEN] = { .name = "token", .type = FIELD_BYTES, .about = "What pairs a response with its request." },
    [COAP_URI_HOST] = { .name = "uri_host", .type = FIELD_TEXT, .flags = FIELD_DOMAIN, .about = "Host that is asked." },
    [COAP_URI_PORT] = { .name = "uri_port", .about = "Port that is asked." },
    [COAP_URI_PATH] = { .name = "uri_path", .means = MEANS_TARGET, .type = FIELD_TEXT, .flags = FIELD_MANY, .about = "Path of the resource, segment by segment." },
    [COAP_URI_QUERY] = { .name = "uri_query", .type = FIELD_TEXT, .flags = FIELD_MANY, .about = "Arguments of the request." },
    [COAP_PROXY_URI] = { .name = "proxy_uri", .type = FIELD_TEXT, .flags = FIELD_URL, .about = "What a proxy shall ask for." },
    [COAP_OBSERVE] = { .name = "observe", .about = "Request: 0 observes, 1 no longer; response: number of the notification." },
    [COAP_CONTENT_FORMAT] = { .name = "content_format", .names = format_names, .about = "Format of the payload." },
    [COAP_BLOCK1] = { .name = "block1", .about = "Block of a request's payload: number in the upper bits, more, size exponent." },
    [COAP_BLOCK2] = { .name = "block2", .about = "Block of a response's payload, likewise." },
    [COAP_OPTIONS] = { .name = "options", .flags = FIELD_MANY, .about = "Numbers of the options without a row of their own." },
    [COAP_PAYLOAD] = { .name = "payload", .means = MEANS_VALUE, .type = FIELD_TEXT, .about = "The payload." },
    [COAP_RESPONSE_TIME] = { .name = "response_time", .unit = "us", .about = "Packet time from the request to this response." },
};

static const struct anomaly anomalies[] = {
    [COAP_INVALID_OPTION] = { "invalid_option", "Options that run past the message, or a payload without its mark." },
};

const struct schema coap_schema = {
    .name = "coap", .fields = fields, .count = COAP_ROWS, .anomalies = anomalies, .anomaly_count = COAP_ANOMALIES
};
