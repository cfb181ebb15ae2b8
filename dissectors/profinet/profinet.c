/* PROFINET RT.
 *
 *   FrameID(2)  then cyclic:  data ..., cycle counter(2), data status, transfer status
 *               or DCP:       service, type, xid(4), response delay(2), length(2), blocks
 *               or alarm:     destination(2), source(2), PDU type, flags, send and ack sequence(2 each), length(2), ...
 *   DCP block:  option, suboption, length(2), [qualifier or info(2)], value, padded to an even length
 */
#include "dissectors/profinet/profinet.h"

#include "events/access.h"

enum { CYCLIC_FROM = 0x0100, CYCLIC_TO = 0xfbff, ALARM_HIGH = 0xfc01, ALARM_LOW = 0xfe01, DCP_HELLO = 0xfefc, DCP_GET_SET = 0xfefd,
       DCP_IDENTIFY = 0xfefe, DCP_RESPONSE = 0xfeff, STATUS = 4, BLOCKS_MAX = 64, BLOCK_HEADER = 4 };
enum service { GET = 3, SET = 4, IDENTIFY = 5, HELLO = 6 };
enum option { IP = 1, DEVICE = 2, DHCP = 3, CONTROL = 5, INITIATIVE = 6 };
enum ip { IP_MAC = 1, IP_PARAMETERS, IP_SUITE };
enum device { TYPE_OF_STATION = 1, NAME_OF_STATION, DEVICE_ID, DEVICE_ROLE, DEVICE_OPTIONS, ALIAS, INSTANCE, OEM_ID };
enum control { START = 1, END, SIGNAL, RESPONSE, FACTORY_RESET, RESET_TO_FACTORY };

enum row { FRAME_ID, KIND, ACCESS, CYCLE_COUNTER, DATA_STATUS, TRANSFER_STATUS, DATA, ALARM_DESTINATION, ALARM_SOURCE, ALARM_TYPE,
           SERVICE, SERVICE_TYPE, XID, DELAY, LENGTH, BLOCKS, OPTION, SUBOPTION, CONTROLS, QUALIFIER, STATION_NAME, STATION_TYPE, ADDRESS, MASK, GATEWAY,
           VENDOR_ID, DEVICE_NUMBER, ROLE, SUPPORTED, SUPPORTED_OPTION, SUPPORTED_SUBOPTION, ANSWERED_OPTION, ANSWERED_SUBOPTION, BLOCK_ERROR, VALUE,
           ROWS };
enum odd { INVALID_LENGTH, TOO_MANY_BLOCKS, ANOMALIES };

enum kind { KIND_CYCLIC, KIND_ALARM_HIGH, KIND_ALARM_LOW, KIND_DCP, KIND_TIME, KIND_OTHER };
static const struct field_name kind_names[] = {
    { KIND_CYCLIC, "cyclic" }, { KIND_ALARM_HIGH, "alarm_high" }, { KIND_ALARM_LOW, "alarm_low" }, { KIND_DCP, "dcp" }, { KIND_TIME, "time" },
    { KIND_OTHER, "other" }, { 0, NULL }
};
static const struct field_name service_names[] = { { GET, "get" }, { SET, "set" }, { IDENTIFY, "identify" }, { HELLO, "hello" }, { 0, NULL } };
static const struct field_name service_type_names[] = { { 0, "request" }, { 1, "response" }, { 5, "response_not_supported" }, { 0, NULL } };
static const struct field_name option_names[] = {
    { IP, "ip" }, { DEVICE, "device" }, { DHCP, "dhcp" }, { CONTROL, "control" }, { INITIATIVE, "device_initiative" }, { 255, "all" }, { 0, NULL }
};
static const struct field_name control_names[] = {
    { START, "start_transaction" }, { END, "end_transaction" }, { SIGNAL, "signal" }, { RESPONSE, "response" }, { FACTORY_RESET, "factory_reset" },
    { RESET_TO_FACTORY, "reset_to_factory" }, { 0, NULL }
};
static const struct field_name error_names[] = {
    { 0, "no_error" }, { 1, "option_not_supported" }, { 2, "suboption_not_supported" }, { 3, "suboption_not_set" }, { 4, "resource_error" },
    { 5, "set_not_possible" }, { 6, "in_operation" }, { 0, NULL }
};
static const struct field_name alarm_names[] = { { 1, "data" }, { 2, "negative" }, { 3, "acknowledge" }, { 4, "error" }, { 0, NULL } };

#define IN_BLOCK .in = BLOCKS + 1
static const struct field fields[] = {
    [FRAME_ID]          = { .name = "frame_id", .about = "What kind of frame it is, and of cyclic data whose." },
    [KIND]              = { .name = "kind", .means = MEANS_FUNCTION, .names = kind_names, .about = "Kind of frame by its FrameID." },
    [ACCESS]            = { ACCESS_FIELD },
    [CYCLE_COUNTER]     = { .name = "cycle_counter", .unit = "31.25 us", .about = "Cyclic data: the sender's counter." },
    [DATA_STATUS]       = { .name = "data_status", .about = "Cyclic data: bit 2 valid, bit 4 provider runs, bit 5 no problem." },
    [TRANSFER_STATUS]   = { .name = "transfer_status", .about = "Cyclic data: not 0 is an error on the way." },
    [DATA]              = { .name = "data", .type = FIELD_BYTES, .about = "Cyclic data with its providers' and consumers' status." },
    [ALARM_DESTINATION] = { .name = "alarm_destination", .about = "Alarm: endpoint it is for." },
    [ALARM_SOURCE]      = { .name = "alarm_source", .about = "Alarm: endpoint it comes from." },
    [ALARM_TYPE]        = { .name = "alarm_type", .names = alarm_names, .about = "Alarm: kind of PDU." },
    [SERVICE]           = { .name = "service", .means = MEANS_FUNCTION, .names = service_names, .about = "DCP service." },
    [SERVICE_TYPE]      = { .name = "service_type", .names = service_type_names, .about = "Request or response." },
    [XID]               = { .name = "xid", .about = "Chosen by who asks, repeated by who answers." },
    [DELAY]             = { .name = "response_delay", .about = "Identify: answers are to be spread over this many times 10 ms." },
    [LENGTH]            = { .name = "length", .unit = "bytes", .about = "DCP: length of the blocks." },
    [BLOCKS]            = { .name = "blocks", .type = FIELD_LIST, .flags = FIELD_MANY, .about = "DCP: what is asked, set or told." },
    [OPTION]            = { .name = "option", IN_BLOCK, .means = MEANS_TARGET, .names = option_names, .about = "Group of properties." },
    [SUBOPTION]         = { .name = "suboption", IN_BLOCK, .means = MEANS_TARGET, .about = "Property in the group." },
    [CONTROLS]          = { .name = "control", IN_BLOCK, .names = control_names, .about = "Suboption of the control option." },
    [QUALIFIER]         = { .name = "qualifier", IN_BLOCK, .about = "Set: 1 keeps it for good, 0 until power is off; reset: what is erased. Answers: about the property." },
    [STATION_NAME]      = { .name = "name_of_station", IN_BLOCK, .type = FIELD_TEXT, .means = MEANS_NAME, .about = "The device's name in the plant." },
    [STATION_TYPE]      = { .name = "type_of_station", IN_BLOCK, .type = FIELD_TEXT, .means = MEANS_PRODUCT, .about = "The maker's name of the device." },
    [ADDRESS]           = { .name = "address", IN_BLOCK, .type = FIELD_BYTES, .about = "IPv4 address that is set or told." },
    [MASK]              = { .name = "mask", IN_BLOCK, .type = FIELD_BYTES, .about = "Its mask." },
    [GATEWAY]           = { .name = "gateway", IN_BLOCK, .type = FIELD_BYTES, .about = "Its gateway." },
    [VENDOR_ID]         = { .name = "vendor_id", IN_BLOCK, .means = MEANS_VENDOR, .about = "Maker's number; 42 is Siemens." },
    [DEVICE_NUMBER]     = { .name = "device_id", IN_BLOCK, .about = "The maker's number of the device." },
    [ROLE]              = { .name = "role", IN_BLOCK, .about = "Bit 0 IO device, 1 controller, 2 multidevice, 3 supervisor." },
    [SUPPORTED]         = { .name = "supported", IN_BLOCK, .type = FIELD_LIST, .flags = FIELD_MANY, .about = "Options that the device knows." },
    [SUPPORTED_OPTION]  = { .name = "option", .in = SUPPORTED + 1, .about = "Group of properties." },
    [SUPPORTED_SUBOPTION] = { .name = "suboption", .in = SUPPORTED + 1, .about = "Property in the group." },
    [ANSWERED_OPTION]   = { .name = "answered_option", IN_BLOCK, .about = "Set's answer: option that it is about." },
    [ANSWERED_SUBOPTION] = { .name = "answered_suboption", IN_BLOCK, .about = "Its suboption." },
    [BLOCK_ERROR]       = { .name = "error", IN_BLOCK, .names = error_names, .about = "Set's answer: why not." },
    [VALUE]             = { .name = "value", IN_BLOCK, .type = FIELD_BYTES, .about = "A property that no other field tells." },
};

static const struct anomaly anomalies[] = {
    [INVALID_LENGTH]  = { "invalid_length", "A length reaches over the frame's end, or a block is shorter than its property." },
    [TOO_MANY_BLOCKS] = { "too_many_blocks", "More blocks than are looked at." },
};

static const struct schema schema = {
    .name = "profinet", .fields = fields, .count = ROWS, .anomalies = anomalies, .anomaly_count = ANOMALIES
};

/* ---- DCP ---- */

struct dcp { uint8_t service, type; bool refused; enum access does; };

static void octets(struct record *r, uint16_t row, struct cursor *c, size_t n)
{
    struct cursor part = cursor_sub(c, n);
    if (part.status == CURSOR_OK && c->status == CURSOR_OK)
        record_bytes(r, row, part.at, part.left);
}

static void ip_read(struct record *r, uint8_t suboption, struct cursor c)
{
    if (suboption != IP_PARAMETERS && suboption != IP_SUITE) {
        record_bytes(r, VALUE, c.at, c.left);
        return;
    }
    octets(r, ADDRESS, &c, 4);
    octets(r, MASK, &c, 4);
    octets(r, GATEWAY, &c, 4);
    if (c.status != CURSOR_OK)
        record_anomaly(r, INVALID_LENGTH);
}

static void supported_read(struct record *r, struct cursor c)
{
    for (unsigned i = 0; i < BLOCKS_MAX && c.left >= 2; i++) {
        record_item(r, SUPPORTED);
        record_uint(r, SUPPORTED_OPTION, cursor_u8(&c));
        record_uint(r, SUPPORTED_SUBOPTION, cursor_u8(&c));
    }
}

static void device_read(struct record *r, uint8_t suboption, struct cursor c)
{
    switch (suboption) {
    case TYPE_OF_STATION: record_bytes(r, STATION_TYPE, c.at, c.left); break;
    case NAME_OF_STATION: case ALIAS: record_bytes(r, STATION_NAME, c.at, c.left); break;
    case DEVICE_ID: case OEM_ID:
        record_uint(r, VENDOR_ID, cursor_be16(&c));
        record_uint(r, DEVICE_NUMBER, cursor_be16(&c));
        break;
    case DEVICE_ROLE:     record_uint(r, ROLE, cursor_u8(&c)); break;
    case DEVICE_OPTIONS:  supported_read(r, c); break;
    default:              record_bytes(r, VALUE, c.at, c.left); break;
    }
    if (c.status != CURSOR_OK)
        record_anomaly(r, INVALID_LENGTH);
}

/* The answer to a set names what it is about, and whether it was done. */
static void control_read(struct record *r, uint8_t suboption, struct cursor c, struct dcp *d)
{
    record_uint(r, CONTROLS, suboption);
    if (suboption == RESPONSE) {
        record_uint(r, ANSWERED_OPTION, cursor_u8(&c));
        record_uint(r, ANSWERED_SUBOPTION, cursor_u8(&c));
        uint8_t error = cursor_u8(&c);
        record_uint(r, BLOCK_ERROR, error);
        d->refused |= error != 0;
    } else if (suboption == FACTORY_RESET || suboption == RESET_TO_FACTORY) {
        d->does = ACCESS_RESTART;
    } else if (suboption == SIGNAL && d->does == ACCESS_CONFIGURE) {
        d->does = ACCESS_DIAGNOSE;      /* its lamp blinks */
    }
}

/* Two octets stand before the value of what is set and of what is told, but not of an answer to a set nor of a filter. */
static bool qualified(const struct dcp *d, uint8_t option, uint8_t suboption)
{
    if (option == CONTROL && suboption == RESPONSE)
        return false;
    return d->type != 0 || d->service == SET || d->service == HELLO;
}

static void block_read(struct record *r, uint8_t option, uint8_t suboption, struct cursor c, struct dcp *d)
{
    record_item(r, BLOCKS);
    record_uint(r, OPTION, option);
    record_uint(r, SUBOPTION, suboption);
    if (qualified(d, option, suboption) && c.left >= 2)
        record_uint(r, QUALIFIER, cursor_be16(&c));
    if (option == IP && c.left > 0)
        ip_read(r, suboption, c);
    else if (option == DEVICE && c.left > 0)
        device_read(r, suboption, c);
    else if (option == CONTROL)
        control_read(r, suboption, c, d);
    else if (c.left > 0)
        record_bytes(r, VALUE, c.at, c.left);
}

static bool block_next(struct record *r, struct cursor *c, struct dcp *d)
{
    uint8_t option = cursor_u8(c), suboption = cursor_u8(c);
    if (d->service == GET && d->type == 0) {            /* a get only names what it wants */
        block_read(r, option, suboption, cursor_over(NULL, 0), d);
        return c->status == CURSOR_OK;
    }
    uint16_t length = cursor_be16(c);
    struct cursor value = cursor_sub(c, length);
    if (length % 2 != 0 && c->left > 0)
        cursor_skip(c, 1);
    if (c->status != CURSOR_OK)
        return false;
    block_read(r, option, suboption, value, d);
    return true;
}

static enum access service_access(uint8_t service)
{
    return service == SET ? ACCESS_CONFIGURE : service == HELLO ? ACCESS_REPORT : ACCESS_IDENTIFY;
}

static void dcp_read(struct record *r, struct cursor c)
{
    struct dcp d = { .service = cursor_u8(&c) };
    d.type = cursor_u8(&c);
    record_uint(r, SERVICE, d.service);
    record_uint(r, SERVICE_TYPE, d.type);
    record_uint(r, XID, cursor_be32(&c));
    record_uint(r, DELAY, cursor_be16(&c));
    uint16_t length = cursor_be16(&c);
    record_uint(r, LENGTH, length);
    if (c.status != CURSOR_OK || length > c.left)
        record_anomaly(r, INVALID_LENGTH);
    struct cursor blocks = cursor_sub(&c, length > c.left ? c.left : length);
    unsigned n = 0;
    d.does = service_access(d.service);
    for (; n < BLOCKS_MAX && blocks.left > 0; n++) {
        if (!block_next(r, &blocks, &d)) {
            record_anomaly(r, INVALID_LENGTH);
            break;
        }
    }
    if (n == BLOCKS_MAX && blocks.left > 0)
        record_anomaly(r, TOO_MANY_BLOCKS);
    r->answer = d.type != 0;
    r->refused = r->answer && (d.refused || d.type == 5);
    record_uint(r, ACCESS, d.does);
}

/* ---- frames ---- */

static void cyclic_read(struct record *r, struct cursor c)
{
    struct cursor data = cursor_sub(&c, c.left > STATUS ? c.left - STATUS : 0);
    record_bytes(r, DATA, data.at, data.left);
    record_uint(r, CYCLE_COUNTER, cursor_be16(&c));
    record_uint(r, DATA_STATUS, cursor_u8(&c));
    record_uint(r, TRANSFER_STATUS, cursor_u8(&c));
    if (c.status != CURSOR_OK)
        record_anomaly(r, INVALID_LENGTH);
    record_uint(r, ACCESS, ACCESS_REPORT);
}

static void alarm_read(struct record *r, struct cursor c)
{
    record_uint(r, ALARM_DESTINATION, cursor_be16(&c));
    record_uint(r, ALARM_SOURCE, cursor_be16(&c));
    record_uint(r, ALARM_TYPE, cursor_u8(&c) & 15);
    if (c.status != CURSOR_OK)
        record_anomaly(r, INVALID_LENGTH);
    record_uint(r, ACCESS, ACCESS_REPORT);
}

static enum kind kind_of(uint16_t frame_id)
{
    if (frame_id >= DCP_HELLO && frame_id <= DCP_RESPONSE)
        return KIND_DCP;
    if (frame_id == ALARM_HIGH || frame_id == ALARM_LOW)
        return frame_id == ALARM_HIGH ? KIND_ALARM_HIGH : KIND_ALARM_LOW;
    if (frame_id >= CYCLIC_FROM && frame_id <= CYCLIC_TO)
        return KIND_CYCLIC;
    return frame_id < CYCLIC_FROM || frame_id >= 0xff00 ? KIND_TIME : KIND_OTHER;      /* PTCP: synchronisation, delay, announce */
}

static enum dissect frame_pdu(struct conversation *conv, struct cursor *in)
{
    struct cursor c = *in;
    uint16_t frame_id = cursor_be16(&c);
    if (c.status != CURSOR_OK)
        return DISSECT_MORE;
    struct record *r = conversation_record(conv, &schema);
    enum kind kind = kind_of(frame_id);
    record_uint(r, FRAME_ID, frame_id);
    record_uint(r, KIND, kind);
    if (kind == KIND_DCP)
        dcp_read(r, c);
    else if (kind == KIND_CYCLIC)
        cyclic_read(r, c);
    else if (kind == KIND_ALARM_HIGH || kind == KIND_ALARM_LOW)
        alarm_read(r, c);
    conversation_emit(conv, r);
    cursor_skip(in, in->left);
    return DISSECT_PDU;
}

const struct dissector dissector_profinet = {
    .schema = &schema,
    .source = "IEC 61158-6-10:2014, clauses 4.3 and 4.5 to 4.7",
    .over = OVER_ETHERNET,
    .ethertypes = { 0x8892 },
    .device = "device",
    .pdu = frame_pdu,
};
