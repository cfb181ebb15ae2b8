/* What a DNP3 record can carry. Function and indicator names are Suricata's, which are Snort's. */
#include "dissectors/dnp3/fields.h"

static const struct field_name types[] = {
    { DNP3_LINK, "link" }, { DNP3_REQUEST, "request" }, { DNP3_RESPONSE, "response" }, { DNP3_UNSOLICITED, "unsolicited_response" }, { 0, NULL }
};

static const struct field_name functions[] = {      /* table 4-2 */
    { 0, "confirm" }, { 1, "read" }, { 2, "write" }, { 3, "select" }, { 4, "operate" }, { 5, "direct_operate" }, { 6, "direct_operate_nr" },
    { 7, "immed_freeze" }, { 8, "immed_freeze_nr" }, { 9, "freeze_clear" }, { 10, "freeze_clear_nr" }, { 11, "freeze_at_time" },
    { 12, "freeze_at_time_nr" }, { 13, "cold_restart" }, { 14, "warm_restart" }, { 15, "initialize_data" }, { 16, "initialize_appl" },
    { 17, "start_appl" }, { 18, "stop_appl" }, { 19, "save_config" }, { 20, "enable_unsolicited" }, { 21, "disable_unsolicited" },
    { 22, "assign_class" }, { 23, "delay_measure" }, { 24, "record_current_time" }, { 25, "open_file" }, { 26, "close_file" },
    { 27, "delete_file" }, { 28, "get_file_info" }, { 29, "authenticate_file" }, { 30, "abort_file" }, { 31, "activate_config" },
    { 32, "authenticate_req" }, { 33, "authenticate_err" }, { 129, "response" }, { 130, "unsolicited_response" }, { 131, "authenticate_resp" },
    { 0, NULL }
};

static const struct field_name indicators[] = {     /* 4.2.2.6, the first octet above the second */
    { 0x8000, "device_restart" }, { 0x4000, "device_trouble" }, { 0x2000, "local_control" }, { 0x1000, "need_time" },
    { 0x0800, "class_3_events" }, { 0x0400, "class_2_events" }, { 0x0200, "class_1_events" }, { 0x0100, "all_stations" },
    { 0x0080, "reserved_1" }, { 0x0040, "reserved_2" }, { 0x0020, "config_corrupt" }, { 0x0010, "already_executing" },
    { 0x0008, "event_buffer_overflow" }, { 0x0004, "parameter_error" }, { 0x0002, "object_unknown" }, { 0x0001, "no_func_code_support" },
    { 0, NULL }
};

static const struct field_name operations[] = { { 0, "nul" }, { 1, "pulse_on" }, { 2, "pulse_off" }, { 3, "latch_on" }, { 4, "latch_off" }, { 0, NULL } };
static const struct field_name trip_close[] = { { 0, "nul" }, { 1, "close" }, { 2, "trip" }, { 0, NULL } };

static const struct field_name statuses[] = {       /* table 11-4: of a control */
    { 0, "success" }, { 1, "timeout" }, { 2, "no_select" }, { 3, "format_error" }, { 4, "not_supported" }, { 5, "already_active" },
    { 6, "hardware_error" }, { 7, "local" }, { 8, "too_many_objs" }, { 9, "not_authorized" }, { 10, "automation_inhibit" },
    { 11, "processing_limited" }, { 12, "out_of_range" }, { 13, "downstream_local" }, { 14, "already_complete" }, { 15, "blocked" },
    { 16, "canceled" }, { 17, "blocked_other_master" }, { 18, "downstream_fail" }, { 126, "non_participating" }, { 127, "undefined" },
    { 0, NULL }
};

static const struct field_name qualities[] = {
    { 0, "offline" }, { 1, "restart" }, { 2, "comm_lost" }, { 3, "remote_forced" }, { 4, "local_forced" }, { 5, "chatter_filter" },
    { 6, "rollover" }, { 7, "over_range" }, { 8, "discontinuity" }, { 9, "reference_error" }, { 0, NULL }
};

static const struct field_name file_modes[] = { { 0, "null" }, { 1, "read" }, { 2, "write" }, { 3, "append" }, { 0, NULL } };
static const struct field_name file_types[] = { { 0, "directory" }, { 1, "file" }, { 0, NULL } };
static const struct field_name file_statuses[] = {
    { 0, "success" }, { 1, "permission_denied" }, { 2, "invalid_mode" }, { 3, "file_not_found" }, { 4, "file_locked" },
    { 5, "too_many_open" }, { 6, "invalid_handle" }, { 7, "write_block_size" }, { 8, "comm_lost" }, { 9, "cannot_abort" },
    { 16, "not_opened" }, { 17, "handle_expired" }, { 18, "buffer_overrun" }, { 19, "fatal" }, { 20, "block_sequence" },
    { 255, "undefined" }, { 0, NULL }
};

static const struct field_name mac_algorithms[] = {
    { 1, "hmac_sha1_4" }, { 2, "hmac_sha1_10" }, { 3, "hmac_sha256_8" }, { 4, "hmac_sha256_16" }, { 5, "hmac_sha1_8" },
    { 6, "aes_gmac_12" }, { 0, NULL }
};
static const struct field_name wraps[] = { { 1, "aes_128" }, { 2, "aes_256" }, { 0, NULL } };
static const struct field_name key_statuses[] = {
    { 1, "ok" }, { 2, "not_init" }, { 3, "comm_fail" }, { 4, "auth_fail" }, { 0, NULL }
};
static const struct field_name reasons[] = { { 1, "critical" }, { 0, NULL } };
static const struct field_name auth_errors[] = {
    { 1, "authentication_failed" }, { 2, "unexpected_response" }, { 3, "no_response" }, { 4, "aggressive_mode_not_supported" },
    { 5, "mac_algorithm_not_supported" }, { 6, "key_wrap_algorithm_not_supported" }, { 7, "authorization_failed" },
    { 8, "update_key_change_method_not_permitted" }, { 9, "invalid_signature" }, { 10, "invalid_certification_data" },
    { 11, "unknown_user" }, { 12, "max_session_key_status_requests_exceeded" }, { 0, NULL }
};

#define IN(list) .in = (list) + 1
#define FLAG(title, list, text) { .name = title, .type = FIELD_FLAG, IN(list), .about = text }
#define UINT(title, list, text) { .name = title, .type = FIELD_UINT, IN(list), .about = text }
#define POINT(title, kind, ...) { .name = title, .type = kind, IN(DNP3_POINTS), __VA_ARGS__ }
#define SAYS(title, meaning, text) { .name = title, .type = FIELD_TEXT, .means = meaning, .about = text }

static const struct field fields[] = {
    [DNP3_TYPE] = { .name = "type", .type = FIELD_UINT, .flags = FIELD_NAMED, .names = types, .about = "What it is, by its function." },
    [DNP3_ACCESS] = { ACCESS_FIELD },
    [DNP3_SRC] = { .name = "src", .type = FIELD_UINT, .about = "Link address of the sender." },
    [DNP3_DST] = { .name = "dst", .type = FIELD_UINT, .means = MEANS_UNIT, .about = "Link address of the receiver; from 65533 on broadcast." },
    [DNP3_BROADCAST] = { .name = "broadcast", .type = FIELD_FLAG, .about = "To all outstations; only when it is so." },
    [DNP3_CONTROL] = { .name = "control", .type = FIELD_LIST, .flags = FIELD_SINGLE, .about = "Control octet of the link." },
    [DNP3_CONTROL_DIR] = FLAG("dir", DNP3_CONTROL, "From a master."),
    [DNP3_CONTROL_PRI] = FLAG("pri", DNP3_CONTROL, "From the side that began."),
    [DNP3_CONTROL_FCB] = FLAG("fcb", DNP3_CONTROL, "Frame count bit."),
    [DNP3_CONTROL_FCV] = FLAG("fcv", DNP3_CONTROL, "Frame count valid, or data flow control."),
    [DNP3_CONTROL_FUNCTION] = { .name = "function_code", .type = FIELD_UINT, IN(DNP3_CONTROL), .aliases = "dnp3.link_function", .about = "Link function." },
    [DNP3_FRAMES] = { .name = "frames", .type = FIELD_UINT, .about = "Link frames that it came in." },
    [DNP3_DATA] = { .name = "data", .type = FIELD_BYTES, .flags = FIELD_HIDDEN, .aliases = "dnp3_data", .about = "The application fragment, joined and without CRCs." },
    [DNP3_IIN_BITS] = { .name = "iin_bits", .type = FIELD_UINT, .flags = FIELD_HIDDEN, .about = "Internal indications as sixteen bits." },
    [DNP3_OBJECT] = { .name = "object", .type = FIELD_UINT, .flags = FIELD_HIDDEN | FIELD_MANY, .about = "Group times 256 and variation of each object header." },
    [DNP3_APPLICATION] = { .name = "application", .type = FIELD_LIST, .flags = FIELD_SINGLE, .about = "The application fragment." },
    [DNP3_AC] = { .name = "control", .type = FIELD_LIST, .flags = FIELD_SINGLE, IN(DNP3_APPLICATION), .about = "Application control." },
    [DNP3_AC_FIR] = FLAG("fir", DNP3_AC, "First fragment."),
    [DNP3_AC_FIN] = FLAG("fin", DNP3_AC, "Last fragment."),
    [DNP3_AC_CON] = FLAG("con", DNP3_AC, "A confirmation is expected."),
    [DNP3_AC_UNS] = FLAG("uns", DNP3_AC, "Unsolicited."),
    [DNP3_AC_SEQUENCE] = UINT("sequence", DNP3_AC, "Sequence number."),
    [DNP3_FUNCTION_CODE] = { .name = "function_code", .type = FIELD_UINT, .means = MEANS_FUNCTION, .names = functions, IN(DNP3_APPLICATION),
                             .aliases = "dnp3_func dnp3.func dnp3.function_code", .about = "Application function." },
    [DNP3_OBJECTS] = { .name = "objects", .type = FIELD_LIST, IN(DNP3_APPLICATION), .about = "Object headers." },
    [DNP3_OBJECT_GROUP] = { .name = "group", .type = FIELD_UINT, .means = MEANS_TARGET, IN(DNP3_OBJECTS), .about = "Object group." },
    [DNP3_OBJECT_VARIATION] = UINT("variation", DNP3_OBJECTS, "Variation; 0 is any."),
    [DNP3_OBJECT_QUALIFIER] = UINT("qualifier", DNP3_OBJECTS, "Qualifier octet."),
    [DNP3_OBJECT_PREFIX] = UINT("prefix_code", DNP3_OBJECTS, "What stands before each object."),
    [DNP3_OBJECT_RANGE] = UINT("range_code", DNP3_OBJECTS, "How the objects are counted."),
    [DNP3_OBJECT_START] = { .name = "start", .type = FIELD_UINT, .means = MEANS_TARGET, IN(DNP3_OBJECTS), .about = "First index." },
    [DNP3_OBJECT_STOP] = UINT("stop", DNP3_OBJECTS, "Last index."),
    [DNP3_OBJECT_COUNT] = { .name = "count", .type = FIELD_UINT, .means = MEANS_EXTENT, IN(DNP3_OBJECTS), .about = "How many." },
    [DNP3_POINTS] = { .name = "points", .type = FIELD_LIST, IN(DNP3_OBJECTS), .about = "Each point or object behind the header." },
    [DNP3_INDEX] = POINT("index", FIELD_UINT, .means = MEANS_TARGET, .about = "Index of the point; of an attribute: which set."),
    [DNP3_VALUE] = POINT("value", FIELD_INT, .means = MEANS_VALUE, .about = "State, counter or analogue value that is a whole number."),
    [DNP3_REAL] = POINT("real", FIELD_REAL, .means = MEANS_VALUE, .about = "Analogue value in floating point."),
    [DNP3_FLAGS] = POINT("flags", FIELD_UINT, .about = "Flags octet, without the state in it."),
    [DNP3_QUALITY] = POINT("quality", FIELD_UINT, .flags = FIELD_MANY | FIELD_NAMED, .names = qualities, .about = "What the flags say against the value; nothing: it is good."),
    [DNP3_TIME] = POINT("time", FIELD_TIME, .about = "When it was, or the time that is written; of a file: when it was made."),
    [DNP3_RELATIVE] = POINT("relative_time", FIELD_UINT, .unit = "ms", .about = "Behind the common time of occurrence (group 51)."),
    [DNP3_DELAY] = POINT("delay", FIELD_UINT, .unit = "ms", .about = "Time delay (group 52)."),
    [DNP3_INTERVAL] = POINT("interval", FIELD_UINT, .about = "Interval of a freeze or an indexed time; in ms, or in interval_units."),
    [DNP3_INTERVAL_UNITS] = POINT("interval_units", FIELD_UINT, .about = "Unit of the interval, as the standard numbers it."),
    [DNP3_OPERATION] = POINT("op_type", FIELD_UINT, .means = MEANS_VALUE, .names = operations, .about = "Operation of a control block."),
    [DNP3_TRIP_CLOSE] = POINT("trip_close", FIELD_UINT, .means = MEANS_VALUE, .names = trip_close, .about = "Trip or close, of a control block."),
    [DNP3_QUEUE] = POINT("queue", FIELD_FLAG, .about = "Control block: queue (obsolete); only when set."),
    [DNP3_CLEAR] = POINT("clear", FIELD_FLAG, .about = "Control block: cancels what is running; only when set."),
    [DNP3_TIMES] = POINT("times", FIELD_UINT, .about = "Control block: how often it is operated."),
    [DNP3_ON_TIME] = POINT("on_time", FIELD_UINT, .unit = "ms", .about = "Control block: how long on."),
    [DNP3_OFF_TIME] = POINT("off_time", FIELD_UINT, .unit = "ms", .about = "Control block: how long off."),
    [DNP3_STATUS] = POINT("status_code", FIELD_UINT, .names = statuses, .aliases = "dnp3.control_status", .about = "Status of a control; in requests 0."),
    [DNP3_ASSOCIATION] = POINT("association", FIELD_UINT, .about = "Association of a security statistic or error."),
    [DNP3_TEXT] = POINT("text", FIELD_TEXT, .about = "Text: of a device attribute, of a status."),
    [DNP3_OCTETS] = POINT("octets", FIELD_BYTES, .means = MEANS_VALUE, .about = "Octet string, block of a file, virtual terminal, or an object that is not taken apart."),
    [DNP3_FILE_NAME] = POINT("file_name", FIELD_TEXT, .means = MEANS_TARGET, .about = "Name of the file or directory."),
    [DNP3_FILE_MODE] = POINT("file_mode", FIELD_UINT, .names = file_modes, .about = "What the file is opened for."),
    [DNP3_FILE_TYPE] = POINT("file_type", FIELD_UINT, .names = file_types, .about = "Kind of file."),
    [DNP3_FILE_SIZE] = POINT("file_size", FIELD_UINT, .unit = "bytes", .about = "Size of the file."),
    [DNP3_FILE_PERMISSIONS] = POINT("permissions", FIELD_UINT, .about = "Permissions, as in Unix."),
    [DNP3_FILE_HANDLE] = POINT("file_handle", FIELD_UINT, .about = "Handle of an open file."),
    [DNP3_FILE_BLOCK] = POINT("file_block", FIELD_UINT, .about = "Number of the block."),
    [DNP3_FILE_LAST] = POINT("file_last", FIELD_FLAG, .about = "The file's last block."),
    [DNP3_FILE_STATUS] = POINT("file_status", FIELD_UINT, .names = file_statuses, .about = "Status of a file operation."),
    [DNP3_FILE_BLOCK_SIZE] = POINT("block_size", FIELD_UINT, .unit = "bytes", .about = "Longest block."),
    [DNP3_FILE_REQUEST] = POINT("request_id", FIELD_UINT, .about = "Request that a file object belongs to."),
    [DNP3_FILE_USER] = POINT("user_name", FIELD_TEXT, .about = "User who authenticates for files."),
    [DNP3_AUTH_SEQUENCE] = POINT("challenge_sequence", FIELD_UINT, .about = "Secure authentication: sequence number of challenge or key change."),
    [DNP3_AUTH_USER] = POINT("user", FIELD_UINT, .about = "Secure authentication: number of the user."),
    [DNP3_AUTH_ALGORITHM] = POINT("mac_algorithm", FIELD_UINT, .names = mac_algorithms, .about = "Secure authentication: algorithm of the MAC."),
    [DNP3_AUTH_REASON] = POINT("challenge_reason", FIELD_UINT, .names = reasons, .about = "Secure authentication: why it is asked for."),
    [DNP3_AUTH_WRAP] = POINT("key_wrap", FIELD_UINT, .names = wraps, .about = "Secure authentication: how session keys are wrapped."),
    [DNP3_AUTH_KEY_STATUS] = POINT("key_status", FIELD_UINT, .names = key_statuses, .about = "Secure authentication: status of the session keys."),
    [DNP3_AUTH_ERROR] = POINT("auth_error", FIELD_UINT, .names = auth_errors, .about = "Secure authentication: what went wrong."),
    [DNP3_AUTH_MAC] = POINT("mac", FIELD_BYTES, .about = "Secure authentication: the MAC."),
    [DNP3_COMPLETE] = FLAG("complete", DNP3_APPLICATION, "All object headers were read."),
    [DNP3_IIN] = { .name = "iin", .type = FIELD_LIST, .flags = FIELD_SINGLE, .about = "Internal indications of the outstation." },
    [DNP3_INDICATORS] = { .name = "indicators", .type = FIELD_UINT, .flags = FIELD_MANY | FIELD_NAMED, .names = indicators, IN(DNP3_IIN),
                          .about = "Those that are set." },
    [DNP3_REQUEST_FUNCTION] = { .name = "request_function_code", .type = FIELD_UINT, .names = functions, .about = "Function of the request that this answers." },
    [DNP3_SELECTED] = { .name = "selected", .type = FIELD_FLAG, .about = "An operate: a select with the same objects came just before." },
    [DNP3_RESPONSE_TIME] = { .name = "response_time", .type = FIELD_UINT, .unit = "us", .about = "Packet time from the request to this response." },
    [DNP3_VENDOR] = SAYS("vendor", MEANS_VENDOR, "Attribute 252: the device's maker."),
    [DNP3_PRODUCT] = SAYS("product", MEANS_PRODUCT, "Attribute 250: product name and model."),
    [DNP3_SOFTWARE] = SAYS("software_version", MEANS_VERSION, "Attribute 242: version of the software."),
    [DNP3_HARDWARE] = SAYS("hardware_version", MEANS_NOTHING, "Attribute 243: version of the hardware."),
    [DNP3_SERIAL] = SAYS("serial", MEANS_SERIAL, "Attribute 248: serial number."),
    [DNP3_NAME] = SAYS("device_name", MEANS_NAME, "Attribute 247: name that the user gave."),
    [DNP3_LOCATION] = SAYS("location", MEANS_NOTHING, "Attribute 245: location."),
};

static const struct anomaly anomalies[] = {
    [DNP3_FLOODED]             = { "flooded", "500 requests and not one answer." },
    [DNP3_LEN_TOO_SMALL]       = { "len_too_small", "A length that has no room for what must follow." },
    [DNP3_BAD_LINK_CRC]        = { "bad_link_crc", "The CRC of a link header is wrong." },
    [DNP3_BAD_TRANSPORT_CRC]   = { "bad_transport_crc", "A CRC of the user data is wrong." },
    [DNP3_MALFORMED]           = { "malformed", "A fragment too short for its header, or objects that do not fit." },
    [DNP3_UNKNOWN_OBJECT]      = { "unknown_object", "An object whose size nobody knows." },
    [DNP3_TOO_MANY_POINTS]     = { "too_many_points", "More points than are believed." },
    [DNP3_TOO_MANY_OBJECTS]    = { "too_many_objects", "More object headers than are read." },
    [DNP3_TOO_LONG_REASSEMBLY] = { "too_long_reassembly", "A fragment longer than is joined." },
    [DNP3_TRANSPORT_SEQUENCE]  = { "transport_sequence", "A transport segment out of its sequence." },
    [DNP3_OUT_OF_STEP]         = { "out_of_step", "Octets where a link frame should begin." },
    [DNP3_UNKNOWN_FUNCTION]    = { "unknown_function", "A function that the standard does not define." },
    [DNP3_RESPONSE_UNASKED]    = { "response_unasked", "A response that no request asked for." },
    [DNP3_OPERATE_UNSELECTED]  = { "operate_unselected", "An operate without a select of the same objects just before." },
    [DNP3_UNKNOWN_LINK_FUNCTION] = { "unknown_link_function", "A function of the link layer that is reserved or obsolete." },
    [DNP3_WRONG_DIRECTION]     = { "wrong_direction", "A request from an outstation, or a response from a master." },
};

_Static_assert(sizeof fields / sizeof fields[0] == DNP3_ROW_COUNT, "a row for each field");
_Static_assert(sizeof anomalies / sizeof anomalies[0] == DNP3_ANOMALY_COUNT, "a row for each anomaly");

const struct schema dnp3_schema = { "dnp3", fields, DNP3_ROW_COUNT, anomalies, DNP3_ANOMALY_COUNT };
