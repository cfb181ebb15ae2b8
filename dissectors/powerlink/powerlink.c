/* Ethernet POWERLINK.
 *
 *   type  destination node  source node
 *   start of cycle:       reserved, flags ..., net time(8), relative time(8)
 *   start of async:       NMT state, flags(2), requested service, target, version
 *   poll request:         reserved, flags(2), PDO version, reserved, size(2), PDO      poll response: NMT state, the same
 *   asynchronous send:    service, then an NMT command: command, reserved, data ...
 */
#include "dissectors/powerlink/powerlink.h"

#include "events/access.h"

enum { SOC = 1, POLL_REQUEST = 3, POLL_RESPONSE, SOA, ASYNC_SEND, BROADCAST_NODE = 255 };
enum { NMT_REQUEST = 3, NMT_COMMAND = 4, SDO = 5 };

enum row { TYPE, DESTINATION, SOURCE, ACCESS, STATE, REQUESTED, TARGET, SERVICE, COMMAND, SIZE, PDO, ROWS };
enum odd { INVALID_LENGTH, UNKNOWN_TYPE, ANOMALIES };

static const struct field_name type_names[] = {
    { SOC, "start_of_cycle" }, { POLL_REQUEST, "poll_request" }, { POLL_RESPONSE, "poll_response" }, { SOA, "start_of_asynchronous" },
    { ASYNC_SEND, "asynchronous_send" }, { 7, "active_managing_node" }, { 0, NULL }
};
static const struct field_name state_names[] = {
    { 0x19, "initialising" }, { 0x1c, "not_active" }, { 0x1d, "pre_operational_1" }, { 0x5d, "pre_operational_2" }, { 0x6d, "ready_to_operate" },
    { 0xfd, "operational" }, { 0x4d, "stopped" }, { 0x1e, "basic_ethernet" }, { 0, NULL }
};
static const struct field_name service_names[] = {
    { 0, "none" }, { 1, "ident" }, { 2, "status" }, { NMT_REQUEST, "nmt_request" }, { NMT_COMMAND, "nmt_command" }, { SDO, "sdo" }, { 6, "sync" },
    { 255, "unspecified" }, { 0, NULL }
};
static const struct field_name command_names[] = {
    { 0x21, "start_node" }, { 0x22, "stop_node" }, { 0x23, "enter_pre_operational_2" }, { 0x24, "enable_ready_to_operate" }, { 0x28, "reset_node" },
    { 0x29, "reset_communication" }, { 0x2a, "reset_configuration" }, { 0x2b, "software_reset" }, { 0xff, "invalid_service" }, { 0, NULL }
};

static const struct field fields[] = {
    [TYPE]        = { .name = "type", .means = MEANS_FUNCTION, .names = type_names, .about = "Kind of frame." },
    [DESTINATION] = { .name = "destination", .means = MEANS_UNIT, .about = "Node it is for; 240 is the managing node, 255 all." },
    [SOURCE]      = { .name = "source", .about = "Node it is from." },
    [ACCESS]      = { ACCESS_FIELD },
    [STATE]       = { .name = "nmt_state", .names = state_names, .about = "State of the sender." },
    [REQUESTED]   = { .name = "requested_service", .names = service_names, .about = "Start of the asynchronous phase: what may be sent." },
    [TARGET]      = { .name = "requested_node", .about = "And who may send it." },
    [SERVICE]     = { .name = "service", .means = MEANS_FUNCTION, .names = service_names, .about = "Asynchronous send: service." },
    [COMMAND]     = { .name = "nmt_command", .means = MEANS_FUNCTION, .names = command_names, .about = "What a node is told or asks to do." },
    [SIZE]        = { .name = "size", .unit = "bytes", .about = "Length of the process data." },
    [PDO]         = { .name = "pdo", .type = FIELD_BYTES, .about = "Process data." },
};

static const struct anomaly anomalies[] = {
    [INVALID_LENGTH] = { "invalid_length", "A length reaches over the frame's end." },
    [UNKNOWN_TYPE]   = { "unknown_type", "A kind of frame that the standard does not know." },
};

static const struct schema schema = {
    .name = "powerlink", .fields = fields, .count = ROWS, .anomalies = anomalies, .anomaly_count = ANOMALIES
};

static enum access command_access(uint8_t command)
{
    switch (command) {
    case 0x22:                                      return ACCESS_STOP;
    case 0x28: case 0x29: case 0x2a: case 0x2b:     return ACCESS_RESTART;
    default:                                        return ACCESS_CONTROL;
    }
}

static enum access async_read(struct record *r, struct cursor *c)
{
    uint8_t service = cursor_u8(c);
    record_uint(r, SERVICE, service);
    if (service != NMT_COMMAND && service != NMT_REQUEST)
        return service == SDO ? ACCESS_CONFIGURE : ACCESS_IDENTIFY;
    uint8_t command = cursor_u8(c);
    if (c->status == CURSOR_OK)
        record_uint(r, COMMAND, command);
    return command_access(command);
}

static enum access poll_read(struct record *r, struct cursor *c, bool response)
{
    uint8_t state = cursor_u8(c);
    cursor_skip(c, 4);              /* flags, PDO version, reserved */
    uint16_t size = cursor_le16(c);
    struct cursor pdo = cursor_sub(c, size);
    if (response)
        record_uint(r, STATE, state);
    record_uint(r, SIZE, size);
    record_bytes(r, PDO, pdo.at, pdo.left);
    return response ? ACCESS_REPORT : ACCESS_WRITE;
}

static enum access soa_read(struct record *r, struct cursor *c)
{
    record_uint(r, STATE, cursor_u8(c));
    cursor_skip(c, 2);
    record_uint(r, REQUESTED, cursor_u8(c));
    record_uint(r, TARGET, cursor_u8(c));
    return ACCESS_SESSION;
}

static enum dissect frame_pdu(struct conversation *conv, struct cursor *in)
{
    struct cursor c = *in;
    uint8_t type = cursor_u8(&c), destination = cursor_u8(&c), source = cursor_u8(&c);
    if (c.status != CURSOR_OK)
        return DISSECT_MORE;
    struct record *r = conversation_record(conv, &schema);
    enum access does = ACCESS_SESSION;
    record_uint(r, TYPE, type);
    record_uint(r, DESTINATION, destination);
    record_uint(r, SOURCE, source);
    if (type == ASYNC_SEND)
        does = async_read(r, &c);
    else if (type == POLL_REQUEST || type == POLL_RESPONSE)
        does = poll_read(r, &c, type == POLL_RESPONSE);
    else if (type == SOA)
        does = soa_read(r, &c);
    else if (field_name_of(&fields[TYPE], type) == NULL)
        record_anomaly(r, UNKNOWN_TYPE);
    if (c.status != CURSOR_OK)
        record_anomaly(r, INVALID_LENGTH);
    r->answer = type == POLL_RESPONSE;
    record_uint(r, ACCESS, does);
    conversation_emit(conv, r);
    cursor_skip(in, in->left);
    return DISSECT_PDU;
}

const struct dissector dissector_powerlink = {
    .schema = &schema,
    .source = "EPSG DS 301 V1.5.1, clauses 4.6 and 7.3",
    .over = OVER_ETHERNET,
    .ethertypes = { 0x88ab },
    .device = "device",
    .pdu = frame_pdu,
};
