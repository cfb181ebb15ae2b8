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

#define IN(list) .in = (list) + 1
#define FLAG(title, list, text) { .name = title, .type = FIELD_FLAG, IN(list), .about = text }
#define UINT(title, list, text) { .name = title, .type = FIELD_UINT, IN(list), .about = text }

static const struct field fields[] = {
    [DNP3_TYPE] = { .name = "type", .type = FIELD_UINT, .flags = FIELD_NAMED, .names = types, .about = "What it is, by its function." },
    [DNP3_SRC] = { .name = "src", .type = FIELD_UINT, .about = "Link address of the sender." },
    [DNP3_DST] = { .name = "dst", .type = FIELD_UINT, .about = "Link address of the receiver; from 65533 on broadcast." },
    [DNP3_CONTROL] = { .name = "control", .type = FIELD_LIST, .flags = FIELD_SINGLE, .about = "Control octet of the link." },
    [DNP3_CONTROL_DIR] = FLAG("dir", DNP3_CONTROL, "From a master."),
    [DNP3_CONTROL_PRI] = FLAG("pri", DNP3_CONTROL, "From the side that began."),
    [DNP3_CONTROL_FCB] = FLAG("fcb", DNP3_CONTROL, "Frame count bit."),
    [DNP3_CONTROL_FCV] = FLAG("fcv", DNP3_CONTROL, "Frame count valid, or data flow control."),
    [DNP3_CONTROL_FUNCTION] = { .name = "function_code", .type = FIELD_UINT, IN(DNP3_CONTROL), .aliases = "dnp3.link_function", .about = "Link function." },
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
    [DNP3_FUNCTION_CODE] = { .name = "function_code", .type = FIELD_UINT, .names = functions, IN(DNP3_APPLICATION),
                             .aliases = "dnp3_func dnp3.func dnp3.function_code", .about = "Application function." },
    [DNP3_OBJECTS] = { .name = "objects", .type = FIELD_LIST, IN(DNP3_APPLICATION), .about = "Object headers." },
    [DNP3_OBJECT_GROUP] = UINT("group", DNP3_OBJECTS, "Object group."),
    [DNP3_OBJECT_VARIATION] = UINT("variation", DNP3_OBJECTS, "Variation; 0 is any."),
    [DNP3_OBJECT_QUALIFIER] = UINT("qualifier", DNP3_OBJECTS, "Qualifier octet."),
    [DNP3_OBJECT_PREFIX] = UINT("prefix_code", DNP3_OBJECTS, "What stands before each object."),
    [DNP3_OBJECT_RANGE] = UINT("range_code", DNP3_OBJECTS, "How the objects are counted."),
    [DNP3_OBJECT_START] = UINT("start", DNP3_OBJECTS, "First index."),
    [DNP3_OBJECT_STOP] = UINT("stop", DNP3_OBJECTS, "Last index."),
    [DNP3_OBJECT_COUNT] = UINT("count", DNP3_OBJECTS, "How many."),
    [DNP3_COMPLETE] = FLAG("complete", DNP3_APPLICATION, "All object headers were read."),
    [DNP3_IIN] = { .name = "iin", .type = FIELD_LIST, .flags = FIELD_SINGLE, .about = "Internal indications of the outstation." },
    [DNP3_INDICATORS] = { .name = "indicators", .type = FIELD_UINT, .flags = FIELD_MANY | FIELD_NAMED, .names = indicators, IN(DNP3_IIN),
                          .about = "Those that are set." },
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
};

_Static_assert(sizeof fields / sizeof fields[0] == DNP3_ROW_COUNT, "a row for each field");
_Static_assert(sizeof anomalies / sizeof anomalies[0] == DNP3_ANOMALY_COUNT, "a row for each anomaly");

const struct schema dnp3_schema = { "dnp3", fields, DNP3_ROW_COUNT, anomalies, DNP3_ANOMALY_COUNT };
