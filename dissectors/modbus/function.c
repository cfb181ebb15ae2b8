/* The bodies of the public function codes, V1.1b3 section 6, in the order of the specification.
 *
 * Each reader reads straight through its cursor; modbus_function_read() asks at the end whether the body held it
 * all. Figures that the specification forbids set an anomaly, and reading goes on: a device may well obey them.
 */
#include "dissectors/modbus/function.h"
#include "dissectors/modbus/umas.h"

enum {
    COILS_READ_MAX = 2000, COILS_WRITE_MAX = 1968,
    REGISTERS_READ_MAX = 125, REGISTERS_WRITE_MAX = 123, REGISTERS_BOTH_MAX = 121,
    FIFO_MAX = 31, FILE_REFERENCE = 6, RECORD_NUMBER_MAX = 9999, FILE_RECORDS_MAX = 35,
    OBJECTS_MAX = 128, ADDRESSES = 65536,
    COIL_ON = 0xff00, COIL_OFF = 0x0000,
    MEI_DEVICE_ID = 14, SUB_LAST = 21
};

static void wrong_value(struct modbus_pdu *p, bool wrong)
{
    if (wrong)
        record_anomaly(p->record, MODBUS_INVALID_VALUE);
}

static void wrong_length(struct modbus_pdu *p, bool wrong)
{
    if (wrong)
        record_anomaly(p->record, MODBUS_INVALID_LENGTH);
}

/* Address and quantity, which nearly every request begins with. */
static void range(struct modbus_pdu *p, unsigned quantity_max)
{
    p->said.address = cursor_be16(&p->body);
    p->said.quantity = cursor_be16(&p->body);
    if (p->body.status != CURSOR_OK)
        return;
    record_uint(p->record, MODBUS_ADDRESS, p->said.address);
    record_uint(p->record, MODBUS_QUANTITY, p->said.quantity);
    wrong_value(p, p->said.quantity == 0 || p->said.quantity > quantity_max
                   || (unsigned)p->said.address + p->said.quantity > ADDRESSES);
}

static void write_range(struct modbus_pdu *p, unsigned quantity_max)
{
    p->said.write_address = cursor_be16(&p->body);
    p->said.write_quantity = cursor_be16(&p->body);
    if (p->body.status != CURSOR_OK)
        return;
    record_uint(p->record, MODBUS_WRITE_ADDRESS, p->said.write_address);
    record_uint(p->record, MODBUS_WRITE_QUANTITY, p->said.write_quantity);
    wrong_value(p, p->said.write_quantity == 0 || p->said.write_quantity > quantity_max
                   || (unsigned)p->said.write_address + p->said.write_quantity > ADDRESSES);
}

/* What the request asked for, said again in the response's record so that a rule can see both. */
static void asked_range(struct modbus_pdu *p)
{
    if (p->asked == NULL || p->asked->quantity == 0)
        return;
    record_uint(p->record, MODBUS_ADDRESS, p->asked->address);
    record_uint(p->record, MODBUS_QUANTITY, p->asked->quantity);
}

/* A byte count and as many bytes as are there: a wrong count must not hide the bytes from us. */
static struct cursor counted(struct modbus_pdu *p)
{
    size_t count = cursor_u8(&p->body);
    wrong_length(p, count > p->body.left);
    return cursor_sub(&p->body, count < p->body.left ? count : p->body.left);
}

static void coils(struct modbus_pdu *p, struct cursor packed, unsigned quantity)
{
    for (unsigned i = 0; i < quantity && packed.left > 0; i++) {
        record_uint(p->record, MODBUS_VALUE, (uint64_t)packed.at[0] >> i % 8 & 1);
        if (i % 8 == 7)
            cursor_skip(&packed, 1);
    }
}

static void registers(struct modbus_pdu *p, struct cursor packed)
{
    wrong_length(p, packed.left % 2 != 0);
    while (packed.left >= 2)
        record_uint(p->record, MODBUS_VALUE, cursor_be16(&packed));
}

/* 1, 2: coils and discrete inputs */
static void read_bits(struct modbus_pdu *p)
{
    range(p, COILS_READ_MAX);
}

static void bits_read(struct modbus_pdu *p)
{
    asked_range(p);
    struct cursor packed = counted(p);
    unsigned quantity = (unsigned)packed.left * 8;
    if (p->asked != NULL) {
        wrong_length(p, packed.left != (p->asked->quantity + 7u) / 8);
        if (p->asked->quantity < quantity)
            quantity = p->asked->quantity;
    }
    coils(p, packed, quantity);
}

/* 3, 4: holding and input registers */
static void read_registers(struct modbus_pdu *p)
{
    range(p, REGISTERS_READ_MAX);
}

static void registers_read(struct modbus_pdu *p)
{
    asked_range(p);
    struct cursor packed = counted(p);
    wrong_length(p, p->asked != NULL && packed.left != p->asked->quantity * 2u);
    registers(p, packed);
}

/* 5: the response repeats the request, as it does for 6, 15, 16 and 22 */
static void write_coil(struct modbus_pdu *p)
{
    p->said.write_address = cursor_be16(&p->body);
    p->said.detail = cursor_be16(&p->body);
    p->said.write_quantity = 1;
    if (p->body.status != CURSOR_OK)
        return;
    record_uint(p->record, MODBUS_ADDRESS, p->said.write_address);
    record_uint(p->record, MODBUS_QUANTITY, 1);
    record_uint(p->record, MODBUS_VALUE, p->said.detail != COIL_OFF);
    record_uint(p->record, MODBUS_WRITE_ADDRESS, p->said.write_address);
    record_uint(p->record, MODBUS_WRITE_QUANTITY, 1);
    wrong_value(p, p->said.detail != COIL_ON && p->said.detail != COIL_OFF);
}

/* 6 */
static void write_register(struct modbus_pdu *p)
{
    p->said.write_address = cursor_be16(&p->body);
    p->said.detail = cursor_be16(&p->body);
    p->said.write_quantity = 1;
    if (p->body.status != CURSOR_OK)
        return;
    record_uint(p->record, MODBUS_ADDRESS, p->said.write_address);
    record_uint(p->record, MODBUS_QUANTITY, 1);
    record_uint(p->record, MODBUS_VALUE, p->said.detail);
    record_uint(p->record, MODBUS_WRITE_ADDRESS, p->said.write_address);
    record_uint(p->record, MODBUS_WRITE_QUANTITY, 1);
}

/* 7 */
static void nothing(struct modbus_pdu *p)
{
    (void)p;
}

static void exception_status(struct modbus_pdu *p)
{
    record_uint(p->record, MODBUS_STATUS, cursor_u8(&p->body));
}

/* 8: request and response have one form; only return_query_data may carry more than one word */
static void diagnostics(struct modbus_pdu *p)
{
    p->said.detail = cursor_be16(&p->body);
    if (p->body.status != CURSOR_OK)
        return;
    record_uint(p->record, MODBUS_SUB_FUNCTION, p->said.detail);
    wrong_value(p, p->said.detail > SUB_LAST || p->said.detail == 19
                   || (p->said.detail > 4 && p->said.detail < 10));
    registers(p, cursor_sub(&p->body, p->body.left));
}

/* 11 */
static void event_counter(struct modbus_pdu *p)
{
    record_uint(p->record, MODBUS_STATUS, cursor_be16(&p->body));
    record_uint(p->record, MODBUS_EVENT_COUNT, cursor_be16(&p->body));
}

/* 12 */
static void event_log(struct modbus_pdu *p)
{
    struct cursor log = counted(p);
    record_uint(p->record, MODBUS_STATUS, cursor_be16(&log));
    record_uint(p->record, MODBUS_EVENT_COUNT, cursor_be16(&log));
    record_uint(p->record, MODBUS_MESSAGE_COUNT, cursor_be16(&log));
    wrong_length(p, log.status != CURSOR_OK);
    record_bytes(p->record, MODBUS_EVENTS, log.at, log.left);
}

/* 15, 16 */
static void written_range(struct modbus_pdu *p, unsigned quantity_max)
{
    range(p, quantity_max);
    p->said.write_address = p->said.address;
    p->said.write_quantity = p->said.quantity;
    if (p->body.status != CURSOR_OK)
        return;
    record_uint(p->record, MODBUS_WRITE_ADDRESS, p->said.write_address);
    record_uint(p->record, MODBUS_WRITE_QUANTITY, p->said.write_quantity);
}

static void write_coils(struct modbus_pdu *p)
{
    written_range(p, COILS_WRITE_MAX);
    struct cursor packed = counted(p);
    wrong_length(p, packed.left != (p->said.quantity + 7u) / 8);
    coils(p, packed, p->said.quantity);
}

static void coils_written(struct modbus_pdu *p)
{
    written_range(p, COILS_WRITE_MAX);
}

static void write_registers(struct modbus_pdu *p)
{
    written_range(p, REGISTERS_WRITE_MAX);
    struct cursor packed = counted(p);
    wrong_length(p, packed.left != p->said.quantity * 2u);
    registers(p, packed);
}

static void registers_written(struct modbus_pdu *p)
{
    written_range(p, REGISTERS_WRITE_MAX);
}

/* 17 */
static void server_id(struct modbus_pdu *p)
{
    struct cursor id = counted(p);
    record_bytes(p->record, MODBUS_SERVER_ID, id.at, id.left);
}

/* 20, 21: one reference to a file; type 6 is the only one there is */
static void file_reference(struct modbus_pdu *p, struct cursor *c)
{
    uint8_t type = cursor_u8(c);
    uint16_t file = cursor_be16(c), number = cursor_be16(c), length = cursor_be16(c);
    if (c->status != CURSOR_OK)
        return;
    record_item(p->record, MODBUS_FILE_RECORDS);
    record_uint(p->record, MODBUS_FILE_NUMBER, file);
    record_uint(p->record, MODBUS_RECORD_NUMBER, number);
    record_uint(p->record, MODBUS_RECORD_LENGTH, length);
    wrong_value(p, type != FILE_REFERENCE || file == 0 || number > RECORD_NUMBER_MAX);
    p->said.detail = length;
}

static void read_file(struct modbus_pdu *p)
{
    struct cursor c = counted(p);
    for (unsigned i = 0; i < FILE_RECORDS_MAX && c.left > 0 && c.status == CURSOR_OK; i++)
        file_reference(p, &c);
    wrong_length(p, c.left > 0 || c.status != CURSOR_OK);
}

static void file_read(struct modbus_pdu *p)
{
    struct cursor c = counted(p);
    for (unsigned i = 0; i < FILE_RECORDS_MAX && c.left > 0 && c.status == CURSOR_OK; i++) {
        struct cursor group = cursor_sub(&c, cursor_u8(&c));
        wrong_value(p, cursor_u8(&group) != FILE_REFERENCE);
        record_item(p->record, MODBUS_FILE_RECORDS);
        record_bytes(p->record, MODBUS_RECORD_DATA, group.at, group.left);
    }
    wrong_length(p, c.left > 0 || c.status != CURSOR_OK);
}

static void write_file(struct modbus_pdu *p)
{
    struct cursor c = counted(p);
    for (unsigned i = 0; i < FILE_RECORDS_MAX && c.left > 0 && c.status == CURSOR_OK; i++) {
        p->said.detail = 0;
        file_reference(p, &c);
        size_t octets = p->said.detail * 2u;
        const uint8_t *data = cursor_bytes(&c, octets);
        if (data != NULL)
            record_bytes(p->record, MODBUS_RECORD_DATA, data, octets);
    }
    wrong_length(p, c.left > 0 || c.status != CURSOR_OK);
}

/* 22 */
static void mask_write(struct modbus_pdu *p)
{
    p->said.write_address = cursor_be16(&p->body);
    uint16_t and_mask = cursor_be16(&p->body), or_mask = cursor_be16(&p->body);
    p->said.write_quantity = 1;
    p->said.detail = and_mask ^ or_mask;
    if (p->body.status != CURSOR_OK)
        return;
    record_uint(p->record, MODBUS_ADDRESS, p->said.write_address);
    record_uint(p->record, MODBUS_QUANTITY, 1);
    record_uint(p->record, MODBUS_WRITE_ADDRESS, p->said.write_address);
    record_uint(p->record, MODBUS_WRITE_QUANTITY, 1);
    record_uint(p->record, MODBUS_AND_MASK, and_mask);
    record_uint(p->record, MODBUS_OR_MASK, or_mask);
}

/* 23 */
static void read_write(struct modbus_pdu *p)
{
    range(p, REGISTERS_READ_MAX);
    write_range(p, REGISTERS_BOTH_MAX);
    struct cursor packed = counted(p);
    wrong_length(p, packed.left != p->said.write_quantity * 2u);
    registers(p, packed);
}

static void read_written(struct modbus_pdu *p)
{
    registers_read(p);
    if (p->asked == NULL)
        return;
    record_uint(p->record, MODBUS_WRITE_ADDRESS, p->asked->write_address);
    record_uint(p->record, MODBUS_WRITE_QUANTITY, p->asked->write_quantity);
}

/* 24 */
static void read_fifo(struct modbus_pdu *p)
{
    p->said.address = cursor_be16(&p->body);
    if (p->body.status == CURSOR_OK)
        record_uint(p->record, MODBUS_ADDRESS, p->said.address);
}

static void fifo_read(struct modbus_pdu *p)
{
    if (p->asked != NULL)
        record_uint(p->record, MODBUS_ADDRESS, p->asked->address);
    uint16_t octets = cursor_be16(&p->body), count = cursor_be16(&p->body);
    record_uint(p->record, MODBUS_QUANTITY, count);
    wrong_value(p, count > FIFO_MAX);
    wrong_length(p, octets != p->body.left + 2 || p->body.left != count * 2u);
    registers(p, cursor_sub(&p->body, p->body.left));
}

/* 43: the interface's own data; device identification (MEI 14) is read, others are kept as they are */
static bool device_id(struct modbus_pdu *p)
{
    p->said.detail = cursor_u8(&p->body);
    if (p->body.status == CURSOR_OK)
        record_uint(p->record, MODBUS_MEI_TYPE, p->said.detail);
    if (p->said.detail == MEI_DEVICE_ID)
        return true;
    record_bytes(p->record, MODBUS_DATA, p->body.at, p->body.left);
    cursor_skip(&p->body, p->body.left);
    return false;
}

static void device_id_code(struct modbus_pdu *p)
{
    uint8_t code = cursor_u8(&p->body);
    if (p->body.status == CURSOR_OK)
        record_uint(p->record, MODBUS_DEVICE_ID_CODE, code);
    wrong_value(p, code == 0 || code > 4);
}

static void read_device_id(struct modbus_pdu *p)
{
    if (!device_id(p))
        return;
    device_id_code(p);
    record_uint(p->record, MODBUS_OBJECT_ID, cursor_u8(&p->body));
}

/* The objects that say who the device is, in rows of their own. */
static void identity(struct record *r, struct cursor c, unsigned count)
{
    static const uint16_t rows[] = { MODBUS_VENDOR, MODBUS_PRODUCT, MODBUS_FIRMWARE, MODBUS_ROWS, MODBUS_ROWS, MODBUS_ROWS, MODBUS_NAME };
    for (unsigned i = 0; i < count && i < OBJECTS_MAX && c.status == CURSOR_OK; i++) {
        uint8_t id = cursor_u8(&c);
        struct cursor value = cursor_sub(&c, cursor_u8(&c));
        if (c.status == CURSOR_OK && id < sizeof rows / sizeof rows[0] && rows[id] != MODBUS_ROWS && value.left > 0)
            record_bytes(r, rows[id], value.at, value.left);
    }
}

static void device_id_read(struct modbus_pdu *p)
{
    if (!device_id(p))
        return;
    device_id_code(p);
    record_uint(p->record, MODBUS_CONFORMITY_LEVEL, cursor_u8(&p->body));
    record_uint(p->record, MODBUS_MORE_FOLLOWS, cursor_u8(&p->body) != 0);
    record_uint(p->record, MODBUS_OBJECT_ID, cursor_u8(&p->body));
    unsigned count = cursor_u8(&p->body);
    struct cursor again = p->body;
    for (unsigned i = 0; i < count && i < OBJECTS_MAX && p->body.status == CURSOR_OK; i++) {
        uint8_t id = cursor_u8(&p->body);
        struct cursor value = cursor_sub(&p->body, cursor_u8(&p->body));
        if (p->body.status != CURSOR_OK)
            break;
        record_item(p->record, MODBUS_OBJECTS);
        record_uint(p->record, MODBUS_OBJECTS_ID, id);
        record_bytes(p->record, MODBUS_OBJECTS_VALUE, value.at, value.left);
    }
    identity(p->record, again, count);
}

/* A code whose body is not ours to read: UMAS, user-defined, unassigned */
static void opaque(struct modbus_pdu *p)
{
    if (p->body.left > 0)
        record_bytes(p->record, MODBUS_DATA, p->body.at, p->body.left);
    cursor_skip(&p->body, p->body.left);
}

#define PLAIN(n)         { (n), -1, false }
#define COUNTED(n, at)   { (n), (at), false }
#define OPEN(n)          { (n), -1, true }

static const struct modbus_function functions[] = {
    {  1, ACCESS_READ,       MODBUS_COILS,             PLAIN(4),       COUNTED(1, 0),  read_bits,       bits_read },
    {  2, ACCESS_READ,       MODBUS_DISCRETE_INPUTS,   PLAIN(4),       COUNTED(1, 0),  read_bits,       bits_read },
    {  3, ACCESS_READ,       MODBUS_HOLDING_REGISTERS, PLAIN(4),       COUNTED(1, 0),  read_registers,  registers_read },
    {  4, ACCESS_READ,       MODBUS_INPUT_REGISTERS,   PLAIN(4),       COUNTED(1, 0),  read_registers,  registers_read },
    {  5, ACCESS_WRITE,      MODBUS_COILS,             PLAIN(4),       PLAIN(4),       write_coil,      write_coil },
    {  6, ACCESS_WRITE,      MODBUS_HOLDING_REGISTERS, PLAIN(4),       PLAIN(4),       write_register,  write_register },
    {  7, ACCESS_DIAGNOSE,   MODBUS_NO_OBJECT,         PLAIN(0),       PLAIN(1),       nothing,         exception_status },
    {  8, ACCESS_DIAGNOSE,   MODBUS_NO_OBJECT,         OPEN(4),        OPEN(4),        diagnostics,     diagnostics },
    { 11, ACCESS_DIAGNOSE,   MODBUS_NO_OBJECT,         PLAIN(0),       PLAIN(4),       nothing,         event_counter },
    { 12, ACCESS_DIAGNOSE,   MODBUS_NO_OBJECT,         PLAIN(0),       COUNTED(1, 0),  nothing,         event_log },
    { 15, ACCESS_WRITE,      MODBUS_COILS,             COUNTED(5, 4),  PLAIN(4),       write_coils,     coils_written },
    { 16, ACCESS_WRITE,      MODBUS_HOLDING_REGISTERS, COUNTED(5, 4),  PLAIN(4),       write_registers, registers_written },
    { 17, ACCESS_IDENTIFY,   MODBUS_NO_OBJECT,         PLAIN(0),       COUNTED(1, 0),  nothing,         server_id },
    { 20, ACCESS_READ,       MODBUS_FILES,             COUNTED(1, 0),  COUNTED(1, 0),  read_file,       file_read },
    { 21, ACCESS_WRITE,      MODBUS_FILES,             COUNTED(1, 0),  COUNTED(1, 0),  write_file,      write_file },
    { 22, ACCESS_WRITE,      MODBUS_HOLDING_REGISTERS, PLAIN(6),       PLAIN(6),       mask_write,      mask_write },
    { 23, ACCESS_WRITE, MODBUS_HOLDING_REGISTERS, COUNTED(9, 8),  COUNTED(1, 0),  read_write,      read_written },
    { 24, ACCESS_READ,       MODBUS_FIFO,              PLAIN(2),       COUNTED(2, 1),  read_fifo,       fifo_read },
    { 43, ACCESS_IDENTIFY,   MODBUS_NO_OBJECT,         OPEN(1),        OPEN(1),        read_device_id,  device_id_read },
    /* No public codes, but what they do to a controller is known (PI-MBUS-300 and Schneider's UMAS) */
    {  9, ACCESS_PROGRAM,    MODBUS_NO_OBJECT,         OPEN(0),        OPEN(0),        opaque,          opaque },
    { 10, ACCESS_PROGRAM,    MODBUS_NO_OBJECT,         OPEN(0),        OPEN(0),        opaque,          opaque },
    { 13, ACCESS_PROGRAM,    MODBUS_NO_OBJECT,         OPEN(0),        OPEN(0),        opaque,          opaque },
    { 14, ACCESS_PROGRAM,    MODBUS_NO_OBJECT,         OPEN(0),        OPEN(0),        opaque,          opaque },
    { 18, ACCESS_PROGRAM,    MODBUS_NO_OBJECT,         OPEN(0),        OPEN(0),        opaque,          opaque },
    { 19, ACCESS_DIAGNOSE,   MODBUS_NO_OBJECT,         OPEN(0),        OPEN(0),        opaque,          opaque },
    { UMAS_CODE, ACCESS_PROGRAM, MODBUS_NO_OBJECT,     OPEN(2),        OPEN(2),        umas_request,    umas_response },
};

enum { FUNCTIONS = sizeof functions / sizeof functions[0] };

const struct modbus_function *modbus_function(uint8_t code)
{
    static const struct modbus_function other = { 0, ACCESS_OTHER, MODBUS_NO_OBJECT, OPEN(0), OPEN(0), opaque, opaque };
    for (size_t i = 0; i < FUNCTIONS; i++)
        if (functions[i].code == code)
            return &functions[i];
    return &other;
}

/* V1.1b3 section 5 (figure 8) and annex A */
enum modbus_category modbus_category(uint8_t code)
{
    if ((code >= 65 && code <= 72) || (code >= 100 && code <= 110))
        return MODBUS_USER_DEFINED;
    if ((code >= 1 && code <= 8) || code == 11 || code == 12 || (code >= 15 && code <= 17)
        || (code >= 20 && code <= 24) || code == 43)
        return MODBUS_PUBLIC;
    if (code == 9 || code == 10 || code == 13 || code == 14 || code == 18 || code == 19 || (code >= 40 && code <= 42)
        || code == 90 || code == 91 || code >= 125)
        return MODBUS_RESERVED;
    return MODBUS_UNASSIGNED;
}

bool modbus_exception_known(uint8_t code)
{
    return (code >= 1 && code <= 8) || code == 10 || code == 11;
}

enum access modbus_function_access(const struct modbus_function *f, const struct cursor *body, const struct modbus_asked *asked)
{
    if (f->code == UMAS_CODE)
        return umas_access(asked != NULL ? (uint8_t)asked->detail : body->left >= 2 ? (uint8_t)cursor_peek(body, 1) : 0);
    bool tunnel = f->access == ACCESS_IDENTIFY && f->request == read_device_id && cursor_peek(body, 0) != MEI_DEVICE_ID;
    return tunnel ? ACCESS_TUNNEL : f->access;
}

/* A response of device identification: its head of six octets, then objects that say their length. */
static size_t identification_octets(const struct cursor *body)
{
    size_t at = 6;
    int count = cursor_peek(body, 5);
    for (int i = 0; i < count; i++) {
        int length = cursor_peek(body, at + 1);
        if (length < 0)
            return 0;
        at += 2 + (size_t)length;
    }
    return count < 0 ? 0 : at;
}

size_t modbus_function_octets(const struct modbus_function *f, const struct cursor *body, bool response)
{
    const struct modbus_form *form = response ? &f->response_form : &f->request_form;
    if (f->request == read_device_id && cursor_peek(body, 0) == MEI_DEVICE_ID)
        return response ? identification_octets(body) : 3;
    if (f->request == diagnostics)
        return form->fixed;
    if (form->open || modbus_category(f->code) != MODBUS_PUBLIC)
        return 0;
    int more = form->count_at < 0 ? 0 : cursor_peek(body, (size_t)form->count_at);
    if (more < 0)
        return 0;
    size_t wide = f->request == read_fifo && response ? (size_t)cursor_peek(body, 0) * 256 : 0;
    return form->fixed + (size_t)more + wide;
}

bool modbus_function_fits(const struct modbus_function *f, const struct cursor *body, bool response)
{
    const struct modbus_form *form = response ? &f->response_form : &f->request_form;
    size_t length = form->fixed;
    if (modbus_category(f->code) != MODBUS_PUBLIC || body->left < form->fixed)
        return false;
    if (form->count_at >= 0)
        length += (size_t)cursor_peek(body, (size_t)form->count_at);
    return form->open || body->left == length;
}

void modbus_function_read(const struct modbus_function *f, struct modbus_pdu *p, bool response)
{
    (response ? f->response : f->request)(p);
    wrong_length(p, p->body.status != CURSOR_OK || p->body.left > 0);
    if (p->body.status == CURSOR_OK && p->body.left > 0)
        record_bytes(p->record, MODBUS_DATA, p->body.at, p->body.left);
}
