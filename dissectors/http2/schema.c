/* What an HTTP/2 record can carry: HTTP's rows, found under HTTP/1's keywords too, and those of frames. */
#include "dissectors/http2/message.h"

static const struct field_name frame_names[] = {        /* the standard's names, then Suricata's that differ */
    { FRAME_DATA, "data" }, { FRAME_HEADERS, "headers" }, { FRAME_PRIORITY, "priority" }, { FRAME_RST_STREAM, "rst_stream" },
    { FRAME_SETTINGS, "settings" }, { FRAME_PUSH_PROMISE, "push_promise" }, { FRAME_PING, "ping" }, { FRAME_GOAWAY, "goaway" },
    { FRAME_WINDOW_UPDATE, "window_update" }, { FRAME_CONTINUATION, "continuation" },
    { FRAME_RST_STREAM, "rststream" }, { FRAME_PUSH_PROMISE, "pushpromise" }, { FRAME_WINDOW_UPDATE, "windowupdate" }, { 0, NULL }
};

static const struct field_name error_names[] = {        /* RFC 9113, 7 */
    { 0, "no_error" }, { 1, "protocol_error" }, { 2, "internal_error" }, { 3, "flow_control_error" }, { 4, "settings_timeout" },
    { 5, "stream_closed" }, { 6, "frame_size_error" }, { 7, "refused_stream" }, { 8, "cancel" }, { 9, "compression_error" },
    { 10, "connect_error" }, { 11, "enhance_your_calm" }, { 12, "inadequate_security" }, { 13, "http_1_1_required" }, { 0, NULL }
};

#define HTTP_WORDS(word, other) "http." word " " other
#define HTTP_BLOCK "header_block"
#define NUMBER(row, word, how, sentence) [row] = { .name = (word), .flags = (how), .about = (sentence) }

static const struct field fields[] = {
#include "dissectors/http/rows.inc"
    NUMBER(HTTP2_STREAM_ID, "stream_id", 0, "Stream; 0 is the connection itself."),
    [HTTP2_FRAMETYPE] = { .name = "frametype", .flags = FIELD_MANY | FIELD_NAMED, .names = frame_names,
                          .about = "Types of the frames that the record was made of." },
    [HTTP2_ERRORCODE] = { .name = "errorcode", .flags = FIELD_NAMED, .names = error_names, .about = "Why: of RST_STREAM and GOAWAY." },
    NUMBER(HTTP2_PRIORITY, "priority", 0, "Weight of the stream, one less than the standard's number, as it is sent."),
    NUMBER(HTTP2_WINDOW, "window", 0, "Octets that WINDOW_UPDATE adds."),
    NUMBER(HTTP2_SIZE_UPDATE, "size_update", 0, "Size that a header block gives the dynamic table."),
    NUMBER(HTTP2_HEADER_TABLE_SIZE, "header_table_size", 0, "SETTINGS_HEADER_TABLE_SIZE."),
    NUMBER(HTTP2_ENABLE_PUSH, "enable_push", 0, "SETTINGS_ENABLE_PUSH."),
    NUMBER(HTTP2_MAX_CONCURRENT_STREAMS, "max_concurrent_streams", 0, "SETTINGS_MAX_CONCURRENT_STREAMS."),
    NUMBER(HTTP2_INITIAL_WINDOW_SIZE, "initial_window_size", 0, "SETTINGS_INITIAL_WINDOW_SIZE."),
    NUMBER(HTTP2_MAX_FRAME_SIZE, "max_frame_size", 0, "SETTINGS_MAX_FRAME_SIZE."),
    NUMBER(HTTP2_MAX_HEADER_LIST_SIZE, "max_header_list_size", 0, "SETTINGS_MAX_HEADER_LIST_SIZE."),
    NUMBER(HTTP2_LAST_STREAM_ID, "last_stream_id", 0, "Last stream that the sender of GOAWAY will look at."),
    [HTTP2_HEADER_NAME] = { .name = "header_name", .type = FIELD_TEXT, .flags = FIELD_MANY | FIELD_HIDDEN,
                            .about = "Name of one header, pseudo headers included." },
    [HTTP2_HEADER] = { .name = "header", .type = FIELD_TEXT, .flags = FIELD_MANY | FIELD_HIDDEN,
                       .about = "One header as \"name: value\"." },
};

static const struct anomaly anomalies[] = {
    [HTTP2_INVALID_FRAME_HEADER] = { "invalid_frame_header", "What stands here is no frame." },
    [HTTP2_INVALID_CLIENT_MAGIC] = { "invalid_client_magic", "The client does not begin with the preface." },
    [HTTP2_INVALID_FRAME_DATA] = { "invalid_frame_data", "A frame that contradicts itself, or stands where it must not." },
    [HTTP2_INVALID_HEADER] = { "invalid_header", "A header block that is no HPACK, or a header no name may be written so." },
    [HTTP2_INVALID_FRAME_LENGTH] = { "invalid_frame_length", "A frame of a length that its type cannot have." },
    [HTTP2_LONG_FRAME_DATA] = { "long_frame_data", "A frame other than DATA longer than we read; it is stepped over." },
    [HTTP2_STREAM_ID_REUSE] = { "stream_id_reuse", "Headers on a stream that has ended." },
    [HTTP2_FAILED_DECOMPRESSION] = { "failed_decompression", "The body is not what its content-encoding says." },
    [HTTP2_TOO_MANY_STREAMS] = { "too_many_streams", "More streams open at once than we follow; the longest idle one is told as it is." },
    [HTTP2_TOO_MANY_FRAMES] = { "too_many_frames", "More single frames than we tell of one flow; this is the last." },
    [HTTP2_AUTHORITY_HOST_MISMATCH] = { "authority_host_mismatch", "The host header is not the :authority." },
    [HTTP2_USERINFO_IN_URI] = { "userinfo_in_uri", "The :authority has a user in it." },
    [HTTP2_REASSEMBLY_LIMIT] = { "reassembly_limit_reached", "Headers over the limit; the rest of them is missing." },
    [HTTP2_DATA_STREAM_ZERO] = { "data_stream_zero", "DATA on stream 0." },
    [HTTP2_COMPRESSION_BOMB] = { "compression_bomb", "The decoded body is a thousand times the size of what was sent." },
    [HTTP2_INVALID_RANGE] = { "invalid_range", "A content-range that is no range of the whole (RFC 9110, 14.4)." },
};

_Static_assert(sizeof fields / sizeof fields[0] == HTTP2_ROWS, "a row for each field");
_Static_assert(sizeof anomalies / sizeof anomalies[0] == HTTP2_ANOMALIES, "a row for each anomaly");

const struct schema http2_schema = {
    .name = "http2", .fields = fields, .count = HTTP2_ROWS, .anomalies = anomalies, .anomaly_count = HTTP2_ANOMALIES
};
