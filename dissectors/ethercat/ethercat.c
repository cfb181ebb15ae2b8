/* EtherCAT.
 *
 *   length(11) reserved(1) type(4)                                   of the frame, little-endian as all of it
 *   command, index, position or address(2) and offset(2) -- or logical address(4), length(11) 000 circulating more, interrupt(2)
 *   data, working counter(2)                                         of each datagram
 *
 * A master writes a mailbox where the device has told it to, from 0x1000 on, and reads it the same way; there is no mark on a mailbox but its
 * own header, so it is taken for one when that header is whole (as other dissectors do).
 */
#include "dissectors/ethercat/ethercat.h"

#include "events/access.h"

enum { TYPE_COMMANDS = 1, TYPE_OTHERS = 4, TYPE_MAILBOX = 5, HEADER = 10, WORKING_COUNTER = 2, DATAGRAMS_MAX = 128, MAILBOX_FROM = 0x1000, MAILBOX_HEADER = 6,
       MAILBOX_MAX = 1500, SDO_HEADER = 6, AL_CONTROL = 0x0120, STATION_ADDRESS = 0x0010, EEPROM = 0x0502 };
enum command { NOP, APRD, APWR, APRW, FPRD, FPWR, FPRW, BRD, BWR, BRW, LRD, LWR, LRW, ARMW, FRMW };
enum mailbox { MAILBOX_ERROR, ADS, EOE, COE, FOE, SOE };
enum coe { COE_EMERGENCY = 1, COE_SDO_REQUEST, COE_SDO_RESPONSE };
enum foe { FOE_READ = 1, FOE_WRITE, FOE_DATA, FOE_ACK, FOE_ERROR, FOE_BUSY };

enum row { LENGTH, TYPE, ACCESS, COUNT, DATAGRAMS, COMMAND, INDEX, POSITION, OFFSET, LOGICAL, SIZE, CIRCULATING, INTERRUPT, DATA, COUNTER,
           STATE, MAILBOX, MAILBOX_ADDRESS, MAILBOX_COUNTER, COE_SERVICE, SDO_COMMAND, OBJECT, SUBINDEX, SDO_VALUE, FOE_OPERATION, FILE_NAME, ROWS };
enum odd { INVALID_LENGTH, UNKNOWN_COMMAND, TOO_MANY_DATAGRAMS, INVALID_MAILBOX, ANOMALIES };

static const struct field_name type_names[] = { { 1, "commands" }, { 4, "network_variables" }, { 5, "mailbox" }, { 0, NULL } };

static const struct field_name command_names[] = {
    { NOP, "nop" }, { APRD, "aprd" }, { APWR, "apwr" }, { APRW, "aprw" }, { FPRD, "fprd" }, { FPWR, "fpwr" }, { FPRW, "fprw" }, { BRD, "brd" },
    { BWR, "bwr" }, { BRW, "brw" }, { LRD, "lrd" }, { LWR, "lwr" }, { LRW, "lrw" }, { ARMW, "armw" }, { FRMW, "frmw" }, { 0, NULL }
};

static const struct field_name state_names[] = {
    { 1, "init" }, { 2, "pre_operational" }, { 3, "bootstrap" }, { 4, "safe_operational" }, { 8, "operational" }, { 0, NULL }
};

static const struct field_name mailbox_names[] = {
    { MAILBOX_ERROR, "error" }, { ADS, "ads" }, { EOE, "ethernet" }, { COE, "can_objects" }, { FOE, "file" }, { SOE, "servo_profile" }, { 0, NULL }
};

static const struct field_name coe_names[] = {
    { COE_EMERGENCY, "emergency" }, { COE_SDO_REQUEST, "sdo_request" }, { COE_SDO_RESPONSE, "sdo_response" }, { 4, "tx_pdo" }, { 5, "rx_pdo" },
    { 6, "tx_pdo_remote_request" }, { 7, "rx_pdo_remote_request" }, { 8, "sdo_information" }, { 0, NULL }
};

static const struct field_name sdo_names[] = {      /* of a request */
    { 0, "download_segment" }, { 1, "download" }, { 2, "upload" }, { 3, "upload_segment" }, { 4, "abort" }, { 0, NULL }
};

static const struct field_name foe_names[] = {
    { FOE_READ, "read" }, { FOE_WRITE, "write" }, { FOE_DATA, "data" }, { FOE_ACK, "acknowledge" }, { FOE_ERROR, "error" }, { FOE_BUSY, "busy" },
    { 0, NULL }
};

#define IN_DATAGRAM .in = DATAGRAMS + 1
static const struct field fields[] = {
    [LENGTH]          = { .name = "length", .unit = "bytes", .about = "Length of the datagrams, as the frame says." },
    [TYPE]            = { .name = "type", .names = type_names, .about = "What the frame holds." },
    [ACCESS]          = { ACCESS_FIELD },
    [COUNT]           = { .name = "count", .about = "Datagrams in the frame." },
    [DATAGRAMS]       = { .name = "datagrams", .type = FIELD_LIST, .flags = FIELD_MANY, .about = "Each datagram." },
    [COMMAND]         = { .name = "command", IN_DATAGRAM, .means = MEANS_FUNCTION, .names = command_names, .about = "Read, write or both; by position (ap), by station address (fp), to all (b), or in the line's logical memory (l)." },
    [INDEX]           = { .name = "index", IN_DATAGRAM, .about = "Chosen by the master, unchanged when the frame comes back." },
    [POSITION]        = { .name = "address", IN_DATAGRAM, .means = MEANS_UNIT, .about = "Station address, or the position in the line, counted down from 0; to all: counted up by each." },
    [OFFSET]          = { .name = "offset", IN_DATAGRAM, .means = MEANS_TARGET, .about = "Register or memory address in the device." },
    [LOGICAL]         = { .name = "logical_address", IN_DATAGRAM, .means = MEANS_TARGET, .about = "Address in the line's logical memory." },
    [SIZE]            = { .name = "size", IN_DATAGRAM, .unit = "bytes", .about = "Length of the data." },
    [CIRCULATING]     = { .name = "circulating", IN_DATAGRAM, .type = FIELD_FLAG, .about = "The frame has been round already; only when set." },
    [INTERRUPT]       = { .name = "interrupt", IN_DATAGRAM, .about = "Event bits that devices have set." },
    [DATA]            = { .name = "data", IN_DATAGRAM, .type = FIELD_BYTES, .about = "What is read or written." },
    [COUNTER]         = { .name = "working_counter", IN_DATAGRAM, .about = "How often devices did what was asked: 0 on the way out." },
    [STATE]           = { .name = "requested_state", IN_DATAGRAM, .means = MEANS_VALUE, .names = state_names, .about = "AL control (register 0x120): the state that devices are told to take." },
    [MAILBOX]         = { .name = "mailbox", IN_DATAGRAM, .names = mailbox_names, .about = "Protocol of a mailbox." },
    [MAILBOX_ADDRESS] = { .name = "mailbox_address", IN_DATAGRAM, .about = "Station that the mailbox is for or from; 0 the master." },
    [MAILBOX_COUNTER] = { .name = "mailbox_counter", IN_DATAGRAM, .about = "Number of the mailbox message, 1 to 7." },
    [COE_SERVICE]     = { .name = "coe_service", IN_DATAGRAM, .names = coe_names, .about = "CANopen over EtherCAT: service." },
    [SDO_COMMAND]     = { .name = "sdo_command", IN_DATAGRAM, .names = sdo_names, .about = "Command specifier of an SDO; names are a request's." },
    [OBJECT]          = { .name = "object", IN_DATAGRAM, .means = MEANS_TARGET, .about = "Object of the device's dictionary." },
    [SUBINDEX]        = { .name = "subindex", IN_DATAGRAM, .means = MEANS_TARGET, .about = "Part of the object." },
    [SDO_VALUE]       = { .name = "sdo_value", IN_DATAGRAM, .means = MEANS_VALUE, .about = "Expedited SDO: value of up to four bytes; an abort's code." },
    [FOE_OPERATION]   = { .name = "foe_operation", IN_DATAGRAM, .names = foe_names, .about = "File access over EtherCAT: operation." },
    [FILE_NAME]       = { .name = "file_name", IN_DATAGRAM, .type = FIELD_TEXT, .about = "File that is read or written, mostly firmware." },
};

static const struct anomaly anomalies[] = {
    [INVALID_LENGTH]     = { "invalid_length", "A length reaches over the frame's end." },
    [UNKNOWN_COMMAND]    = { "unknown_command", "A command that the standard does not know." },
    [TOO_MANY_DATAGRAMS] = { "too_many_datagrams", "More datagrams in a frame than are looked at." },
    [INVALID_MAILBOX]    = { "invalid_mailbox", "A mailbox that is longer than its datagram, or too short for what it says it is." },
};

static const struct schema schema = {
    .name = "ethercat", .fields = fields, .count = ROWS, .anomalies = anomalies, .anomaly_count = ANOMALIES
};

struct datagram {
    uint8_t  command;
    uint16_t address, offset, counter;
    struct cursor data;
};

static bool writes(uint8_t command)
{
    return command == APWR || command == FPWR || command == BWR || command == APRW || command == FPRW || command == BRW;
}

static bool logical(uint8_t command)
{
    return command == LRD || command == LWR || command == LRW;
}

/* ---- mailboxes ---- */

static enum access coe_read(struct record *r, struct cursor c)
{
    unsigned service = cursor_le16(&c) >> 12;
    enum access does = ACCESS_OTHER;
    if (c.status == CURSOR_OK)
        record_uint(r, COE_SERVICE, service);
    if (service != COE_SDO_REQUEST && service != COE_SDO_RESPONSE)
        return service == COE_EMERGENCY ? ACCESS_REPORT : does;
    uint8_t command = cursor_u8(&c);
    uint16_t object = cursor_le16(&c);
    uint8_t subindex = cursor_u8(&c);
    uint32_t value = cursor_le32(&c);
    if (c.status != CURSOR_OK) {
        record_anomaly(r, INVALID_MAILBOX);
        return does;
    }
    bool segment = command >> 5 == 0 || command >> 5 == 3;      /* a segment has no object of its own */
    record_uint(r, SDO_COMMAND, command >> 5);
    if (!segment) {
        record_uint(r, OBJECT, object);
        record_uint(r, SUBINDEX, subindex);
        record_uint(r, SDO_VALUE, value);
    }
    return service == COE_SDO_REQUEST && command >> 5 <= 1 ? ACCESS_CONFIGURE : ACCESS_READ;
}

static enum access foe_read(struct record *r, struct cursor c)
{
    uint8_t operation = cursor_u8(&c);
    cursor_skip(&c, 5);         /* reserved, password or packet number */
    if (c.status != CURSOR_OK) {
        record_anomaly(r, INVALID_MAILBOX);
        return ACCESS_OTHER;
    }
    record_uint(r, FOE_OPERATION, operation);
    if (operation == FOE_READ || operation == FOE_WRITE)
        record_bytes(r, FILE_NAME, c.at, c.left);
    return operation == FOE_WRITE ? ACCESS_PROGRAM : ACCESS_FILE;
}

static bool is_mailbox(const struct datagram *d)
{
    bool asked = d->command == APWR || d->command == FPWR;
    bool answered = (d->command == APRD || d->command == FPRD) && d->counter == 1;
    struct cursor c = d->data;
    uint16_t length = cursor_le16(&c);
    cursor_skip(&c, 3);
    unsigned type = cursor_u8(&c) & 15;
    return (asked || answered) && d->offset >= MAILBOX_FROM && c.status == CURSOR_OK && length <= MAILBOX_MAX && type >= ADS && type <= SOE;
}

static enum access mailbox_read(struct record *r, struct cursor c)
{
    uint16_t length = cursor_le16(&c), address = cursor_le16(&c);
    cursor_skip(&c, 1);
    uint8_t kind = cursor_u8(&c);
    if (c.left < length)
        record_anomaly(r, INVALID_MAILBOX);
    struct cursor body = cursor_sub(&c, c.left < length ? c.left : length);
    record_uint(r, MAILBOX, kind & 15);
    record_uint(r, MAILBOX_ADDRESS, address);
    record_uint(r, MAILBOX_COUNTER, kind >> 4 & 7);
    switch (kind & 15) {
    case COE: return coe_read(r, body);
    case FOE: return foe_read(r, body);
    default:  return ACCESS_TUNNEL;
    }
}

/* ---- datagrams ---- */

static enum access state_read(struct record *r, struct cursor c)
{
    unsigned state = cursor_u8(&c) & 15;
    if (c.status != CURSOR_OK)
        return ACCESS_OTHER;
    record_uint(r, STATE, state);
    return state == 3 ? ACCESS_PROGRAM : state == 8 ? ACCESS_CONTROL : ACCESS_STOP;
}

/* What a datagram does to the devices that it passes. */
static enum access body_read(struct record *r, const struct datagram *d)
{
    if (is_mailbox(d))
        return mailbox_read(r, d->data);
    if (writes(d->command) && d->offset == AL_CONTROL)
        return state_read(r, d->data);
    if (writes(d->command))
        return d->offset < MAILBOX_FROM && d->offset != EEPROM ? ACCESS_CONFIGURE : ACCESS_WRITE;
    return d->command == LWR || d->command == LRW ? ACCESS_WRITE : ACCESS_READ;
}

static void address_record(struct record *r, const struct datagram *d)
{
    if (logical(d->command)) {
        record_uint(r, LOGICAL, (uint32_t)d->offset << 16 | d->address);
        return;
    }
    record_uint(r, POSITION, d->address);
    record_uint(r, OFFSET, d->offset);
}

/* One datagram; false: it reaches over the end. */
static bool datagram_read(struct record *r, struct cursor *c, struct datagram *d, bool *more)
{
    d->command = cursor_u8(c);
    uint8_t index = cursor_u8(c);
    d->address = cursor_le16(c);
    d->offset = cursor_le16(c);
    uint16_t length = cursor_le16(c), interrupt = cursor_le16(c);
    d->data = cursor_sub(c, length & 0x7ff);
    d->counter = cursor_le16(c);
    if (c->status != CURSOR_OK)
        return false;
    *more = length >> 15;
    record_item(r, DATAGRAMS);
    record_uint(r, COMMAND, d->command);
    record_uint(r, INDEX, index);
    address_record(r, d);
    record_uint(r, SIZE, length & 0x7ff);
    if (length & 0x4000)
        record_uint(r, CIRCULATING, true);
    if (interrupt != 0)
        record_uint(r, INTERRUPT, interrupt);
    record_bytes(r, DATA, d->data.at, d->data.left);
    record_uint(r, COUNTER, d->counter);
    if (d->command > FRMW)
        record_anomaly(r, UNKNOWN_COMMAND);
    return true;
}

/* What counts most in a frame: the order is that of consequence. */
static enum access graver(enum access a, enum access b)
{
    static const enum access order[] = { ACCESS_PROGRAM, ACCESS_STOP, ACCESS_CONTROL, ACCESS_CONFIGURE, ACCESS_FILE, ACCESS_TUNNEL, ACCESS_WRITE,
                                         ACCESS_REPORT, ACCESS_READ };
    for (unsigned i = 0; i < sizeof order / sizeof order[0]; i++)
        if (a == order[i] || b == order[i])
            return order[i];
    return ACCESS_OTHER;
}

static void commands_read(struct record *r, struct cursor c)
{
    enum access does = ACCESS_OTHER;
    unsigned count = 0;
    bool more = true, back = false;
    while (more && count < DATAGRAMS_MAX) {
        struct datagram d;
        if (!datagram_read(r, &c, &d, &more)) {
            record_anomaly(r, INVALID_LENGTH);
            break;
        }
        does = graver(does, body_read(r, &d));
        back |= d.counter != 0;
        count++;
    }
    if (more && count == DATAGRAMS_MAX)
        record_anomaly(r, TOO_MANY_DATAGRAMS);
    r->answer = back;
    record_uint(r, COUNT, count);
    record_uint(r, ACCESS, does);
}

static enum dissect frame_pdu(struct conversation *conv, struct cursor *in)
{
    struct cursor c = *in;
    uint16_t head = cursor_le16(&c);
    if (c.status != CURSOR_OK)
        return DISSECT_MORE;
    struct record *r = conversation_record(conv, &schema);
    uint16_t length = head & 0x7ff;
    record_uint(r, LENGTH, length);
    record_uint(r, TYPE, head >> 12);
    if (c.left < length)
        record_anomaly(r, INVALID_LENGTH);
    struct cursor body = cursor_sub(&c, c.left < length ? c.left : length);
    if (head >> 12 == TYPE_COMMANDS)
        commands_read(r, body);
    else if (head >> 12 == TYPE_MAILBOX)
        record_uint(r, ACCESS, ACCESS_TUNNEL);
    conversation_emit(conv, r);
    cursor_skip(in, in->left);
    return DISSECT_PDU;
}

/* Over UDP: the datagrams fill the frame to its last byte, but for what pads a short frame. */
static enum probe udp_probe(const struct conversation *conv, struct cursor c)
{
    uint16_t head = cursor_le16(&c);
    (void)conv;
    if (c.status == CURSOR_OK && head >> 12 >= TYPE_OTHERS && (head & 0x7ff) > 0 && (head & 0x7ff) == c.left)
        return PROBE_MAYBE;
    if (c.status != CURSOR_OK || head >> 12 != TYPE_COMMANDS || (head & 0x800) || (head & 0x7ff) < HEADER + WORKING_COUNTER || c.left < (head & 0x7ff))
        return PROBE_NO;
    struct cursor body = cursor_sub(&c, head & 0x7ff);
    for (bool more = true; more && body.status == CURSOR_OK; ) {
        uint8_t command = cursor_u8(&body);
        cursor_skip(&body, 5);
        uint16_t length = cursor_le16(&body);
        cursor_skip(&body, 2 + (length & 0x7ff) + WORKING_COUNTER);
        more = length >> 15;
        if (command > FRMW)
            return PROBE_NO;
    }
    return body.status == CURSOR_OK && body.left == 0 && c.left == 0 ? PROBE_MAYBE : PROBE_NO;
}

const struct dissector dissector_ethercat = {
    .schema = &schema,
    .source = "ETG.1000.4 (IEC 61158-4-12), clause 4; ETG.1000.6, clause 5",
    .over = OVER_ETHERNET | OVER_UDP,
    .ports = { 34980 },
    .ethertypes = { 0x88a4 },
    .device = "device",
    .probe = udp_probe,
    .pdu = frame_pdu,
};
