/* Jobs and their answers: one small reader per function. */
#include "dissectors/s7comm/message.h"

#include <string.h>

enum { PI_UNKNOWN = 7, PI_BLOCK_NAME = 8, NAME_MIN = 7, DATA_HEAD = 4 };

static void setup(struct s7_pdu *p)
{
    cursor_skip(&p->parameter, 1);
    uint16_t calling = cursor_be16(&p->parameter), called = cursor_be16(&p->parameter);
    uint16_t length = cursor_be16(&p->parameter);
    if (p->parameter.status != CURSOR_OK)
        return;
    record_uint(p->record, S7_AMQ_CALLING, calling);
    record_uint(p->record, S7_AMQ_CALLED, called);
    record_uint(p->record, S7_PDU_LENGTH, length);
}

static void variables(struct s7_pdu *p, bool write)
{
    uint8_t count = cursor_u8(&p->parameter);
    if (p->parameter.status != CURSOR_OK)
        return;
    record_uint(p->record, S7_ITEM_COUNT, count);
    if (p->type == S7_REQUEST)
        s7_items_asked(p, &p->parameter, count, write ? &p->data : NULL);
    else if (write)
        s7_items_written(p, &p->data, count);
    else
        s7_items_answered(p, &p->data, count);
}

static void read_var(struct s7_pdu *p)
{
    variables(p, false);
}

static void write_var(struct s7_pdu *p)
{
    variables(p, true);
}

static bool decimal(struct cursor *c, size_t digits, uint32_t *n)
{
    const uint8_t *at = cursor_bytes(c, digits);
    *n = 0;
    for (size_t i = 0; at != NULL && i < digits; i++) {
        if (at[i] < '0' || at[i] > '9')
            return false;
        *n = *n * 10 + (uint32_t)(at[i] - '0');
    }
    return at != NULL;
}

static int hex_digit(uint8_t c)
{
    const char *digits = "0123456789ABCDEF", *at = c != 0 ? strchr(digits, c) : NULL;
    return at != NULL ? (int)(at - digits) : -1;
}

void s7_block(struct record *r, struct cursor name)
{
    int high = hex_digit(cursor_u8(&name)), low = hex_digit(cursor_u8(&name));
    uint32_t number;
    if (high < 0 || low < 0 || !decimal(&name, 5, &number))
        return;
    record_item(r, S7_BLOCKS);
    record_uint(r, S7_BLOCK_TYPE, (unsigned)high * 16 + (unsigned)low);
    record_uint(r, S7_BLOCK_NUMBER, number);
    if (name.left > 0)
        record_uint(r, S7_FILESYSTEM, cursor_u8(&name));
}

/* "_0A00001P": file identifier, type, number, file system */
static void filename(struct s7_pdu *p)
{
    struct cursor name = cursor_sub(&p->parameter, cursor_u8(&p->parameter));
    if (name.left == 0)
        return;
    record_bytes(p->record, S7_FILENAME, name.at, name.left);
    cursor_skip(&name, 1);
    if (name.left >= NAME_MIN)
        s7_block(p->record, name);
}

/* "1000226000040": a '1', then load memory and code length */
static void lengths(struct s7_pdu *p)
{
    struct cursor text = cursor_sub(&p->parameter, cursor_u8(&p->parameter));
    uint32_t n;
    cursor_skip(&text, 1);
    if (decimal(&text, 6, &n))
        record_uint(p->record, S7_BLOCK_LENGTH, n);
    if (decimal(&text, 6, &n))
        record_uint(p->record, S7_CODE_LENGTH, n);
}

/* What all of upload and download begin with. The session is in requests, and in the answer to start_upload. */
static void session(struct s7_pdu *p)
{
    record_uint(p->record, S7_FUNCTION_STATUS, cursor_u8(&p->parameter));
    cursor_skip(&p->parameter, 2);
    uint32_t id = cursor_be32(&p->parameter);
    if (p->parameter.status == CURSOR_OK)
        record_uint(p->record, S7_SESSION_ID, id);
}

static void piece(struct s7_pdu *p)
{
    if (p->data.left <= DATA_HEAD)
        return;
    size_t length = cursor_be16(&p->data);
    cursor_skip(&p->data, 2);
    if (length > p->data.left)
        record_anomaly(p->record, S7_INVALID_LENGTH);
    length = length < p->data.left ? length : p->data.left;
    record_bytes(p->record, S7_DATA, cursor_bytes(&p->data, length), length);
}

static void load(struct s7_pdu *p)
{
    if (p->type == S7_REQUEST) {
        session(p);
        if (p->parameter.left > 0)
            filename(p);
        if (p->parameter.left > 0)
            lengths(p);
    } else if (p->parameter.left > 0) {
        record_uint(p->record, S7_FUNCTION_STATUS, cursor_u8(&p->parameter));
        piece(p);
    }
}

static void start_upload(struct s7_pdu *p)
{
    if (p->type == S7_REQUEST) {
        load(p);
        return;
    }
    if (p->parameter.left == 0)         /* refused */
        return;
    session(p);
    struct cursor text = cursor_sub(&p->parameter, cursor_u8(&p->parameter));
    uint32_t n;
    if (text.left <= 7 && decimal(&text, text.left, &n))
        record_uint(p->record, S7_BLOCK_LENGTH, n);
}

/* _INSE and _DELE name blocks: their number, a zero, eight characters each. Any other argument is text. */
static void pi_argument(struct s7_pdu *p, struct cursor argument, bool blocks)
{
    if (!blocks) {
        if (argument.left > 0)
            record_bytes(p->record, S7_PI_ARGUMENT, argument.at, argument.left);
        return;
    }
    unsigned count = cursor_u8(&argument);
    cursor_skip(&argument, 1);
    for (unsigned i = 0; i < count && argument.left >= PI_BLOCK_NAME; i++)
        s7_block(p->record, cursor_sub(&argument, PI_BLOCK_NAME));
}

static bool is_named(struct cursor name, const char *text)
{
    return name.left == strlen(text) && memcmp(name.at, text, name.left) == 0;
}

static void pi(struct s7_pdu *p)
{
    if (p->type != S7_REQUEST)
        return;
    cursor_skip(&p->parameter, PI_UNKNOWN);
    struct cursor argument = cursor_sub(&p->parameter, cursor_be16(&p->parameter));
    struct cursor name = cursor_sub(&p->parameter, cursor_u8(&p->parameter));
    if (p->parameter.status != CURSOR_OK)
        return;
    bool blocks = is_named(name, "_INSE") || is_named(name, "_INS2") || is_named(name, "_DELE");
    record_bytes(p->record, S7_PI_SERVICE, name.at, name.left);
    if (blocks)
        record_uint(p->record, S7_ACCESS, ACCESS_PROGRAM);
    else
        record_uint(p->record, S7_ACCESS, is_named(name, "_GARB") || is_named(name, "_MODU") ? ACCESS_CONFIGURE : ACCESS_CONTROL);
    pi_argument(p, argument, blocks);
}

static void stop(struct s7_pdu *p)
{
    if (p->type != S7_REQUEST)
        return;
    cursor_skip(&p->parameter, 5);
    struct cursor name = cursor_sub(&p->parameter, cursor_u8(&p->parameter));
    if (p->parameter.status == CURSOR_OK)
        record_bytes(p->record, S7_PI_SERVICE, name.at, name.left);
}

static const struct function {
    uint8_t        code;
    enum access access;
    void         (*read)(struct s7_pdu *p);
} functions[] = {
    { S7_READ_VAR,         ACCESS_READ,    read_var },
    { S7_WRITE_VAR,        ACCESS_WRITE,   write_var },
    { S7_SETUP,            ACCESS_SESSION, setup },
    { S7_REQUEST_DOWNLOAD, ACCESS_PROGRAM, load },
    { S7_DOWNLOAD_BLOCK,   ACCESS_PROGRAM, load },
    { S7_DOWNLOAD_ENDED,   ACCESS_PROGRAM, load },
    { S7_START_UPLOAD,     ACCESS_UPLOAD,  start_upload },
    { S7_UPLOAD_BLOCK,     ACCESS_UPLOAD,  load },
    { S7_END_UPLOAD,       ACCESS_UPLOAD,  load },
    { S7_PI,               ACCESS_CONTROL, pi },
    { S7_PLC_STOP,         ACCESS_STOP,    stop },
    { S7_CPU_SERVICES,     ACCESS_OTHER,   NULL },
};

static const struct function *function_find(uint8_t code)
{
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
        if (functions[i].code == code)
            return &functions[i];
    return NULL;
}

enum access s7_function_access(uint8_t function)
{
    const struct function *f = function_find(function);
    return f != NULL ? f->access : ACCESS_OTHER;
}

bool s7_function_known(uint8_t function)
{
    return function_find(function) != NULL;
}

void s7_job_read(struct s7_pdu *p)
{
    uint8_t code = cursor_u8(&p->parameter);
    const struct function *f = function_find(code);
    record_uint(p->record, S7_FUNCTION_CODE, code);
    p->said.function = code;
    if (code != S7_PI || p->type != S7_REQUEST)     /* a PI's request says more, below */
        record_uint(p->record, S7_ACCESS, s7_function_access(code));
    if (f == NULL)
        record_anomaly(p->record, S7_UNKNOWN_FUNCTION);
    if (f != NULL && f->read != NULL)
        f->read(p);
    if (p->parameter.status != CURSOR_OK || p->data.status != CURSOR_OK)
        record_anomaly(p->record, S7_INVALID_LENGTH);
}
