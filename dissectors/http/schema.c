/* What an HTTP record can carry: JSON names as in EVE's http object, rule keywords as in Suricata 7, old and new. */
#include "dissectors/http/fields.h"

const struct field_name http_types[] = { { 0, "request" }, { 1, "response" }, { 0, NULL } };

#define HTTP_WORDS(word, other) other
#define HTTP_BLOCK "header"

static const struct field fields[] = {
#include "dissectors/http/rows.inc"
};

static const struct anomaly anomalies[] = {
    [HTTP_REQUEST_LINE_INVALID] = { "request_line_invalid", "The request line has no method, or a protocol that is none." },
    [HTTP_REQUEST_LINE_LEADING_WHITESPACE] = { "request_line_leading_whitespace", "White space before the method." },
    [HTTP_REQUEST_LINE_MISSING_PROTOCOL] = { "request_line_missing_protocol", "Headers follow a request line without a version." },
    [HTTP_REQUEST_LINE_INCOMPLETE] = { "request_line_incomplete", "The server answered before the request line had ended." },
    [HTTP_METHOD_DELIM] = { "method_delim_non_compliant", "Something other than one space behind the method." },
    [HTTP_URI_DELIM] = { "uri_delim_non_compliant", "Something other than one space behind the request target." },
    [HTTP_DOUBLE_ENCODED_URI] = { "double_encoded_uri", "The request target is percent-encoded twice." },
    [HTTP_MISSING_HOST] = { "missing_host_header", "HTTP/1.1 without a Host header (RFC 9112, 3.2)." },
    [HTTP_AMBIGUOUS_HOST] = { "host_header_ambiguous", "Several hosts: in Host headers, or in Host and request target." },
    [HTTP_INVALID_HOST_HEADER] = { "request_header_host_invalid", "A Host header that is no host name." },
    [HTTP_INVALID_HOST_URI] = { "request_uri_host_invalid", "A host in the request target that is no host name." },
    [HTTP_INVALID_AUTHORITY_PORT] = { "invalid_authority_port", "A port in the request target that is no port." },
    [HTTP_PORT_MISMATCH] = { "request_server_port_tcp_port_mismatch", "The port that is asked for is not the one that is talked to." },
    [HTTP_AUTH_UNRECOGNIZED] = { "request_auth_unrecognized", "An Authorization scheme that is neither Basic, Digest nor Bearer." },
    [HTTP_REQUEST_FOLDING] = { "invalid_request_field_folding", "A folded line with nothing before it to be folded onto." },
    [HTTP_REQUEST_NO_COLON] = { "request_field_missing_colon", "A header line without a colon." },
    [HTTP_REQUEST_HEADER_INVALID] = { "request_header_invalid", "A header name that is empty, no token, or followed by white space." },
    [HTTP_REQUEST_REPETITION] = { "request_header_repetition", "One header many times over." },
    [HTTP_REQUEST_FIELD_TOO_LONG] = { "request_field_too_long", "A line or header block over the limit." },
    [HTTP_REQUEST_TOO_MANY] = { "request_too_many_headers", "More headers than the limit." },
    [HTTP_REQUEST_TE_INVALID] = { "invalid_transfer_encoding_value_in_request", "A Transfer-Encoding other than chunked, or before HTTP/1.1." },
    [HTTP_REQUEST_CL_INVALID] = { "invalid_content_length_field_in_request", "A Content-Length that is no number." },
    [HTTP_REQUEST_CL_DUPLICATE] = { "duplicate_content_length_field_in_request", "Content-Length headers that differ." },
    [HTTP_REQUEST_CHUNK_LEN] = { "invalid_request_chunk_len", "A chunk length that is no hexadecimal number." },
    [HTTP_REQUEST_CHUNK_EXTENSION] = { "request_chunk_extension", "A chunk length with an extension." },
    [HTTP_REQUEST_BODY_UNEXPECTED] = { "request_body_unexpected", "Bytes after a request that has no body." },
    [HTTP_REQUEST_SMUGGLING] = { "request_smuggling", "Content-Length and Transfer-Encoding in one request: two readers may see two requests (CWE-444)." },
    [HTTP_RESPONSE_PROTOCOL] = { "response_invalid_protocol", "A status line whose protocol is none." },
    [HTTP_RESPONSE_STATUS] = { "response_invalid_status", "A status code that is none." },
    [HTTP_RESPONSE_UNMATCHED] = { "unable_to_match_response_to_request", "A response that no request asked for." },
    [HTTP_CONTINUE_AGAIN] = { "100_continue_already_seen", "More than one 100 Continue for one request." },
    [HTTP_RESPONSE_FOLDING] = { "invalid_response_field_folding", "A folded line that is a header of its own, or with nothing before it." },
    [HTTP_RESPONSE_NO_COLON] = { "response_field_missing_colon", "A header line without a colon." },
    [HTTP_RESPONSE_HEADER_INVALID] = { "response_header_invalid", "A header name that is empty, no token, or followed by white space." },
    [HTTP_RESPONSE_REPETITION] = { "response_header_repetition", "One header many times over." },
    [HTTP_RESPONSE_FIELD_TOO_LONG] = { "response_field_too_long", "A line or header block over the limit." },
    [HTTP_RESPONSE_TOO_MANY] = { "response_too_many_headers", "More headers than the limit." },
    [HTTP_RESPONSE_TE_INVALID] = { "invalid_transfer_encoding_value_in_response", "A Transfer-Encoding without chunked in it." },
    [HTTP_RESPONSE_TE_ABNORMAL] = { "response_abnormal_transfer_encoding", "A Transfer-Encoding that is more than chunked." },
    [HTTP_RESPONSE_CHUNKED_OLD] = { "response_chunked_old_proto", "Chunked before HTTP/1.1." },
    [HTTP_RESPONSE_CL_INVALID] = { "invalid_content_length_field_in_response", "A Content-Length that is no number." },
    [HTTP_RESPONSE_CL_DUPLICATE] = { "duplicate_content_length_field_in_response", "Content-Length headers that differ." },
    [HTTP_RESPONSE_CHUNK_LEN] = { "invalid_response_chunk_len", "A chunk length that is no hexadecimal number." },
    [HTTP_RESPONSE_CHUNK_EXTENSION] = { "response_chunk_extension", "A chunk length with an extension." },
    [HTTP_RESPONSE_BODY_UNEXPECTED] = { "response_body_unexpected", "Bytes after a response that has no body or is complete." },
    [HTTP_RESPONSE_BYTERANGES] = { "response_multipart_byteranges", "A multipart/byteranges response." },
    [HTTP_ENCODING_ABNORMAL] = { "abnormal_ce_header", "A Content-Encoding that is unknown or oddly written." },
    [HTTP_ENCODING_LAYERS] = { "too_many_encoding_layers", "More content encodings on each other than we take off." },
    [HTTP_ENCODING_FAILED] = { "gzip_decompression_failed", "The body is not what its Content-Encoding says." },
    [HTTP_ENCODING_BOMB] = { "compression_bomb", "The decoded body is a thousand times the size of what was sent." },
    [HTTP_MULTIPART_ERROR] = { "multipart_generic_error", "A form in parts (RFC 7578) without a boundary, or whose boundary never comes." },
    [HTTP_MULTIPART_HEADER] = { "multipart_invalid_header", "A part of a form whose headers do not end." },
    [HTTP_MULTIPART_NO_DATA] = { "multipart_no_filedata", "A file in a form that is named and empty." },
    [HTTP_RANGE_INVALID] = { "range_invalid", "A Content-Range that is no range of the whole (RFC 9110, 14.4)." },
    [HTTP_FILE_NAME_LONG] = { "file_name_too_long", "A file's name of more than 4096 bytes." },
};

const struct schema http_schema = {
    .name = "http", .fields = fields, .count = HTTP_ROWS, .anomalies = anomalies, .anomaly_count = HTTP_ANOMALIES
};
