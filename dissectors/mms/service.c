/* Services: what each carries, as a table of the elements of its request and of its response. */
#include "dissectors/mms/message.h"

enum { OWN = 0, VARIABLE_LIST_NAME = 0xa1, GRAPHIC_STRING = 0x19 };

typedef void part_reader(struct mms_body *b, const struct ber *e, uint16_t row);

static void text(struct mms_body *b, const struct ber *e, uint16_t row)
{
    record_bytes(b->record, row, e->value.at, e->value.left);
}

static void number(struct mms_body *b, const struct ber *e, uint16_t row)
{
    if (e->value.left > 0 && e->value.left <= 8)
        record_uint(b->record, row, mmsdata_natural(e->value));
}

static void flag(struct mms_body *b, const struct ber *e, uint16_t row)
{
    record_uint(b->record, row, cursor_peek(&e->value, 0) > 0);
}

static void texts(struct mms_body *b, const struct ber *e, uint16_t row)
{
    struct cursor c = e->value;
    struct ber one;
    while (!b->record->cut && c.left > 0 && ber_next(&c, &one))
        record_bytes(b->record, row, one.value.at, one.value.left);
}

/* FileName is a SEQUENCE OF GraphicString; the parts are one name to everybody who uses it. */
static void file(struct mms_body *b, const struct ber *e, uint16_t row)
{
    struct cursor c = e->value;
    struct ber one;
    if (ber_next(&c, &one) && one.tag == GRAPHIC_STRING)
        record_bytes(b->record, row, one.value.at, one.value.left);
}

static void length(struct mms_body *b, const struct ber *e, uint16_t row)
{
    record_uint(b->record, row, e->value.left);
}

static void first_number(struct mms_body *b, const struct ber *e, uint16_t row)
{
    struct cursor c = e->value;
    struct ber one;
    if (ber_next(&c, &one))
        number(b, &one, row);
}

static void scope(struct mms_body *b, const struct ber *e, uint16_t row)
{
    struct cursor c = e->value;
    struct ber one;
    if (!ber_next(&c, &one))
        return;
    record_uint(b->record, row, one.tag & 3);
    if (one.tag == 0x81)
        text(b, &one, MMS_DOMAIN_NAME);
}

/* An ObjectName inside an explicit tag. */
static void object(struct mms_body *b, const struct ber *e, uint16_t row)
{
    struct cursor c = e->value;
    struct mms_name name;
    struct ber one;
    (void)row;
    if (ber_next(&c, &one) && mms_object_name(&one, &name))
        mms_variable_begin(b, &name);
}

static void objects(struct mms_body *b, const struct ber *e, uint16_t row)
{
    struct cursor c = e->value;
    struct mms_name name;
    struct ber one;
    (void)row;
    while (!b->record->cut && c.left > 0 && ber_next(&c, &one))
        if (mms_object_name(&one, &name))
            mms_variable_begin(b, &name);
}

/* The element itself is the ObjectName of a variable list. */
static void list_name(struct mms_body *b, const struct ber *e, uint16_t row)
{
    struct mms_name name;
    if (!mms_object_name(e, &name))
        return;
    if (name.domain.left > 0)
        record_bytes(b->record, MMS_LIST_DOMAIN, name.domain.at, name.domain.left);
    record_bytes(b->record, row, name.item.at, name.item.left);
}

static struct cursor whole(const struct ber *e)
{
    return (struct cursor){ .at = e->whole, .left = e->whole_len, .status = CURSOR_OK, .at_end = CURSOR_BAD };
}

/* A list of variables without values: `e` is listOfVariable under whatever tag. */
static void variables(struct mms_body *b, const struct ber *e, uint16_t row)
{
    struct mms_names names = { e->value };
    struct mms_name name;
    struct cursor alternate;
    (void)row;
    while (!b->record->cut && mms_names_next(&names, &name, &alternate))
        mms_variable_begin(b, &name);
}

static void read_asked(struct mms_body *b, const struct ber *e, uint16_t row)
{
    (void)row;
    b->named = e->value;
    mms_variables_read(b, e->value);
}

static void read_results(struct mms_body *b, const struct ber *e, uint16_t row)
{
    (void)row;
    if (cursor_peek(&b->asked, 0) == VARIABLE_LIST_NAME)
        mms_variables_read(b, b->asked);
    mms_results_read(b, b->asked, e->value);
}

static void file_attributes(struct mms_body *b, const struct ber *e, uint16_t row)
{
    struct cursor c = e->value;
    struct ber one;
    uint16_t time_row = row == MMS_FILE_SIZE ? MMS_FILE_TIME : MMS_FILES_TIME;
    if (ber_take(&c, 0x80, &one))
        number(b, &one, row);
    if (ber_take(&c, 0x81, &one))
        text(b, &one, time_row);
}

/* Entries of a directory; some servers put the list into a SEQUENCE of its own. */
static void directory(struct mms_body *b, const struct ber *e, uint16_t row)
{
    struct cursor c = e->value, inner;
    struct ber one, part;
    (void)row;
    inner = c;
    if (ber_take(&inner, BER_SEQUENCE, &one) && inner.left == 0 && cursor_peek(&one.value, 0) == BER_SEQUENCE)
        c = one.value;
    while (!b->record->cut && c.left > 0 && ber_take(&c, BER_SEQUENCE, &one)) {
        record_item(b->record, MMS_FILES);
        if (ber_take(&one.value, 0xa0, &part))
            file(b, &part, MMS_FILES_NAME);
        if (ber_take(&one.value, 0xa1, &part))
            file_attributes(b, &part, MMS_FILES_SIZE);
    }
}

/* ---- types ---- */

/* A TypeSpecification: its components, those of structures inside one deeper. Each turn takes an element or leaves a structure. */
static void attributes(struct mms_body *b, const struct ber *e, uint16_t row)
{
    struct cursor open[MMSDATA_DEPTH_MAX] = { e->value };
    unsigned depth = 0;
    (void)row;
    while (!b->record->cut && (depth > 0 || open[0].left > 0)) {
        struct ber component, name, type;
        if (open[depth].left == 0) {
            depth--;
            continue;
        }
        if (!ber_next(&open[depth], &component)) {
            open[depth].left = 0;
            continue;
        }
        struct cursor c = component.value;
        bool named = component.tag == BER_SEQUENCE && ber_take(&c, 0x80, &name);
        if (component.tag == BER_SEQUENCE && (!ber_take(&c, 0xa1, &type) || !ber_next(&type.value, &component)))
            continue;
        record_item(b->record, MMS_ATTRIBUTES);
        if (named)
            text(b, &name, MMS_ATTRIBUTE_NAME);
        record_uint(b->record, MMS_ATTRIBUTE_TYPE, mmsdata_type(&component));
        if (depth > 0)
            record_uint(b->record, MMS_ATTRIBUTE_DEPTH, depth);
        struct cursor below = component.value;
        if (component.tag == 0xa2 && depth + 1 < MMSDATA_DEPTH_MAX) {
            (void)ber_take(&below, 0x80, &name);        /* packed */
            if (ber_take(&below, 0xa1, &type))
                open[++depth] = type.value;
        } else if (component.tag == 0xa1 && depth + 1 < MMSDATA_DEPTH_MAX) {
            (void)ber_take(&below, 0x80, &name);
            (void)ber_take(&below, 0x81, &name);        /* number of elements */
            if (ber_take(&below, 0xa2, &type))
                open[++depth] = type.value;
        }
    }
}

/* ---- the table ---- */

enum side { ASKED, ANSWERED };

static const struct part {
    uint8_t      service, side, tag;    /* tag OWN: the service's body itself */
    part_reader *read;
    uint16_t     row;
} parts[] = {
    { MMS_STATUS, ANSWERED, 0x80, number, MMS_LOGICAL_STATUS },
    { MMS_STATUS, ANSWERED, 0x81, number, MMS_PHYSICAL_STATUS },
    { MMS_GET_NAME_LIST, ASKED, 0xa0, first_number, MMS_OBJECT_CLASS },
    { MMS_GET_NAME_LIST, ASKED, 0xa1, scope, MMS_OBJECT_SCOPE },
    { MMS_GET_NAME_LIST, ASKED, 0x82, text, MMS_CONTINUE_AFTER },
    { MMS_GET_NAME_LIST, ANSWERED, 0xa0, texts, MMS_IDENTIFIERS },
    { MMS_GET_NAME_LIST, ANSWERED, 0x81, flag, MMS_MORE_FOLLOWS },
    { MMS_IDENTIFY, ANSWERED, 0x80, text, MMS_VENDOR },
    { MMS_IDENTIFY, ANSWERED, 0x81, text, MMS_MODEL },
    { MMS_IDENTIFY, ANSWERED, 0x82, text, MMS_REVISION },
    { MMS_RENAME, ASKED, 0xa0, first_number, MMS_OBJECT_CLASS },
    { MMS_RENAME, ASKED, 0xa1, object, 0 },
    { MMS_RENAME, ASKED, 0x82, text, MMS_NEW_NAME },
    { MMS_READ, ASKED, 0xa1, read_asked, 0 },
    { MMS_READ, ANSWERED, 0xa1, read_results, 0 },
    { MMS_GET_VARIABLE_ATTRIBUTES, ASKED, 0xa0, object, 0 },
    { MMS_GET_VARIABLE_ATTRIBUTES, ANSWERED, 0x80, flag, MMS_DELETABLE },
    { MMS_GET_VARIABLE_ATTRIBUTES, ANSWERED, 0xa2, attributes, 0 },
    { MMS_DEFINE_VARIABLE, ASKED, 0xa0, object, 0 },
    { MMS_DEFINE_LIST, ASKED, 0x80, list_name, MMS_LIST_NAME },
    { MMS_DEFINE_LIST, ASKED, 0xa1, list_name, MMS_LIST_NAME },
    { MMS_DEFINE_LIST, ASKED, 0x82, list_name, MMS_LIST_NAME },
    { MMS_DEFINE_LIST, ASKED, 0xa0, variables, 0 },
    { MMS_GET_LIST_ATTRIBUTES, ASKED, 0x80, list_name, MMS_LIST_NAME },
    { MMS_GET_LIST_ATTRIBUTES, ASKED, 0xa1, list_name, MMS_LIST_NAME },
    { MMS_GET_LIST_ATTRIBUTES, ASKED, 0x82, list_name, MMS_LIST_NAME },
    { MMS_GET_LIST_ATTRIBUTES, ANSWERED, 0x80, flag, MMS_DELETABLE },
    { MMS_GET_LIST_ATTRIBUTES, ANSWERED, 0xa1, variables, 0 },
    { MMS_DELETE_LIST, ASKED, 0xa1, objects, 0 },
    { MMS_DELETE_LIST, ASKED, 0x82, text, MMS_DOMAIN_NAME },
    { MMS_DELETE_LIST, ANSWERED, 0x80, number, MMS_MATCHED },
    { MMS_DELETE_LIST, ANSWERED, 0x81, number, MMS_DELETED },
    { MMS_TAKE_CONTROL, ASKED, 0xa0, object, 0 },
    { MMS_RELINQUISH_CONTROL, ASKED, 0xa0, object, 0 },
    { MMS_INITIATE_DOWNLOAD, ASKED, 0x80, text, MMS_DOMAIN_NAME },
    { MMS_INITIATE_DOWNLOAD, ASKED, 0xa1, texts, MMS_CAPABILITIES },
    { MMS_DOWNLOAD_SEGMENT, ASKED, OWN, text, MMS_DOMAIN_NAME },
    { MMS_DOWNLOAD_SEGMENT, ANSWERED, 0x80, length, MMS_SEGMENT_LENGTH },
    { MMS_DOWNLOAD_SEGMENT, ANSWERED, 0x81, flag, MMS_MORE_FOLLOWS },
    { MMS_TERMINATE_DOWNLOAD, ASKED, 0x80, text, MMS_DOMAIN_NAME },
    { MMS_INITIATE_UPLOAD, ASKED, OWN, text, MMS_DOMAIN_NAME },
    { MMS_INITIATE_UPLOAD, ANSWERED, 0x80, number, MMS_STATE_MACHINE },
    { MMS_INITIATE_UPLOAD, ANSWERED, 0xa1, texts, MMS_CAPABILITIES },
    { MMS_UPLOAD_SEGMENT, ASKED, OWN, number, MMS_STATE_MACHINE },
    { MMS_UPLOAD_SEGMENT, ANSWERED, 0x80, length, MMS_SEGMENT_LENGTH },
    { MMS_UPLOAD_SEGMENT, ANSWERED, 0x81, flag, MMS_MORE_FOLLOWS },
    { MMS_TERMINATE_UPLOAD, ASKED, OWN, number, MMS_STATE_MACHINE },
    { MMS_REQUEST_DOWNLOAD, ASKED, 0x80, text, MMS_DOMAIN_NAME },
    { MMS_REQUEST_DOWNLOAD, ASKED, 0xa1, texts, MMS_CAPABILITIES },
    { MMS_REQUEST_DOWNLOAD, ASKED, 0xa4, file, MMS_FILE_NAME },
    { MMS_REQUEST_UPLOAD, ASKED, 0x80, text, MMS_DOMAIN_NAME },
    { MMS_REQUEST_UPLOAD, ASKED, 0xa1, file, MMS_FILE_NAME },
    { MMS_LOAD_DOMAIN, ASKED, 0x80, text, MMS_DOMAIN_NAME },
    { MMS_LOAD_DOMAIN, ASKED, 0xa1, texts, MMS_CAPABILITIES },
    { MMS_LOAD_DOMAIN, ASKED, 0xa4, file, MMS_FILE_NAME },
    { MMS_STORE_DOMAIN, ASKED, 0x80, text, MMS_DOMAIN_NAME },
    { MMS_STORE_DOMAIN, ASKED, 0xa1, file, MMS_FILE_NAME },
    { MMS_DELETE_DOMAIN, ASKED, OWN, text, MMS_DOMAIN_NAME },
    { MMS_GET_DOMAIN_ATTRIBUTES, ASKED, OWN, text, MMS_DOMAIN_NAME },
    { MMS_GET_DOMAIN_ATTRIBUTES, ANSWERED, 0xa0, texts, MMS_CAPABILITIES },
    { MMS_GET_DOMAIN_ATTRIBUTES, ANSWERED, 0x81, number, MMS_STATE },
    { MMS_GET_DOMAIN_ATTRIBUTES, ANSWERED, 0x82, flag, MMS_DELETABLE },
    { MMS_GET_DOMAIN_ATTRIBUTES, ANSWERED, 0xa4, texts, MMS_IDENTIFIERS },
    { MMS_CREATE_PROGRAM, ASKED, 0x80, text, MMS_PROGRAM_INVOCATION },
    { MMS_CREATE_PROGRAM, ASKED, 0xa1, texts, MMS_IDENTIFIERS },
    { MMS_DELETE_PROGRAM, ASKED, OWN, text, MMS_PROGRAM_INVOCATION },
    { MMS_START, ASKED, 0x80, text, MMS_PROGRAM_INVOCATION },
    { MMS_START, ASKED, 0x81, text, MMS_ARGUMENT },
    { MMS_STOP, ASKED, 0x80, text, MMS_PROGRAM_INVOCATION },
    { MMS_RESUME, ASKED, 0x80, text, MMS_PROGRAM_INVOCATION },
    { MMS_RESUME, ASKED, 0x81, text, MMS_ARGUMENT },
    { MMS_RESET, ASKED, 0x80, text, MMS_PROGRAM_INVOCATION },
    { MMS_KILL, ASKED, 0x80, text, MMS_PROGRAM_INVOCATION },
    { MMS_GET_PROGRAM_ATTRIBUTES, ASKED, OWN, text, MMS_PROGRAM_INVOCATION },
    { MMS_GET_PROGRAM_ATTRIBUTES, ANSWERED, 0x80, number, MMS_STATE },
    { MMS_GET_PROGRAM_ATTRIBUTES, ANSWERED, 0xa1, texts, MMS_IDENTIFIERS },
    { MMS_GET_PROGRAM_ATTRIBUTES, ANSWERED, 0x82, flag, MMS_DELETABLE },
    { MMS_OBTAIN_FILE, ASKED, 0xa1, file, MMS_FILE_NAME },
    { MMS_OBTAIN_FILE, ASKED, 0xa2, file, MMS_NEW_FILE_NAME },
    { MMS_READ_JOURNAL, ASKED, 0xa0, object, 0 },
    { MMS_WRITE_JOURNAL, ASKED, 0xa0, object, 0 },
    { MMS_INITIALIZE_JOURNAL, ASKED, 0xa0, object, 0 },
    { MMS_CREATE_JOURNAL, ASKED, 0xa0, object, 0 },
    { MMS_DELETE_JOURNAL, ASKED, 0xa0, object, 0 },
    { MMS_GET_CAPABILITIES, ANSWERED, 0xa0, texts, MMS_CAPABILITIES },
    { MMS_GET_CAPABILITIES, ANSWERED, 0x81, flag, MMS_MORE_FOLLOWS },
    { MMS_FILE_OPEN, ASKED, 0xa0, file, MMS_FILE_NAME },
    { MMS_FILE_OPEN, ASKED, 0x81, number, MMS_FILE_POSITION },
    { MMS_FILE_OPEN, ANSWERED, 0x80, number, MMS_STATE_MACHINE },
    { MMS_FILE_OPEN, ANSWERED, 0xa1, file_attributes, MMS_FILE_SIZE },
    { MMS_FILE_READ, ASKED, OWN, number, MMS_STATE_MACHINE },
    { MMS_FILE_READ, ANSWERED, 0x80, length, MMS_SEGMENT_LENGTH },
    { MMS_FILE_READ, ANSWERED, 0x81, flag, MMS_MORE_FOLLOWS },
    { MMS_FILE_CLOSE, ASKED, OWN, number, MMS_STATE_MACHINE },
    { MMS_FILE_RENAME, ASKED, 0xa0, file, MMS_FILE_NAME },
    { MMS_FILE_RENAME, ASKED, 0xa1, file, MMS_NEW_FILE_NAME },
    { MMS_FILE_DELETE, ASKED, OWN, file, MMS_FILE_NAME },
    { MMS_FILE_DIRECTORY, ASKED, 0xa0, file, MMS_FILE_NAME },
    { MMS_FILE_DIRECTORY, ASKED, 0xa1, file, MMS_CONTINUE_AFTER },
    { MMS_FILE_DIRECTORY, ANSWERED, 0xa0, directory, 0 },
    { MMS_FILE_DIRECTORY, ANSWERED, 0x81, flag, MMS_MORE_FOLLOWS },
};

/* What each service does to the device; ACCESS_OTHER: nobody knows the service. */
static const uint8_t accesses[MMS_SERVICES] = {
    [MMS_STATUS] = ACCESS_DIAGNOSE, [MMS_GET_NAME_LIST] = ACCESS_BROWSE, [MMS_IDENTIFY] = ACCESS_IDENTIFY,
    [MMS_RENAME] = ACCESS_CONFIGURE, [MMS_READ] = ACCESS_READ, [MMS_WRITE] = ACCESS_WRITE,
    [MMS_GET_VARIABLE_ATTRIBUTES] = ACCESS_BROWSE, [MMS_DEFINE_VARIABLE] = ACCESS_CONFIGURE, [8] = ACCESS_CONFIGURE,
    [9] = ACCESS_BROWSE, [10] = ACCESS_CONFIGURE, [MMS_DEFINE_LIST] = ACCESS_CONFIGURE, [MMS_GET_LIST_ATTRIBUTES] = ACCESS_BROWSE,
    [MMS_DELETE_LIST] = ACCESS_CONFIGURE, [14] = ACCESS_CONFIGURE, [15] = ACCESS_BROWSE, [16] = ACCESS_CONFIGURE,
    [17] = ACCESS_READ, [18] = ACCESS_WRITE, [MMS_TAKE_CONTROL] = ACCESS_CONTROL, [MMS_RELINQUISH_CONTROL] = ACCESS_CONTROL,
    [21] = ACCESS_CONFIGURE, [22] = ACCESS_CONFIGURE, [23] = ACCESS_DIAGNOSE, [24] = ACCESS_DIAGNOSE, [25] = ACCESS_DIAGNOSE,
    [MMS_INITIATE_DOWNLOAD] = ACCESS_PROGRAM, [MMS_DOWNLOAD_SEGMENT] = ACCESS_PROGRAM, [MMS_TERMINATE_DOWNLOAD] = ACCESS_PROGRAM,
    [MMS_INITIATE_UPLOAD] = ACCESS_UPLOAD, [MMS_UPLOAD_SEGMENT] = ACCESS_UPLOAD, [MMS_TERMINATE_UPLOAD] = ACCESS_UPLOAD,
    [MMS_REQUEST_DOWNLOAD] = ACCESS_PROGRAM, [MMS_REQUEST_UPLOAD] = ACCESS_UPLOAD, [MMS_LOAD_DOMAIN] = ACCESS_PROGRAM,
    [MMS_STORE_DOMAIN] = ACCESS_UPLOAD, [MMS_DELETE_DOMAIN] = ACCESS_PROGRAM, [MMS_GET_DOMAIN_ATTRIBUTES] = ACCESS_BROWSE,
    [MMS_CREATE_PROGRAM] = ACCESS_PROGRAM, [MMS_DELETE_PROGRAM] = ACCESS_PROGRAM, [MMS_START] = ACCESS_CONTROL,
    [MMS_STOP] = ACCESS_STOP, [MMS_RESUME] = ACCESS_CONTROL, [MMS_RESET] = ACCESS_RESTART, [MMS_KILL] = ACCESS_STOP,
    [MMS_GET_PROGRAM_ATTRIBUTES] = ACCESS_BROWSE, [MMS_OBTAIN_FILE] = ACCESS_FILE, [47] = ACCESS_CONFIGURE, [48] = ACCESS_CONFIGURE,
    [49] = ACCESS_BROWSE, [50] = ACCESS_DIAGNOSE, [51] = ACCESS_CONFIGURE, [52] = ACCESS_CONTROL, [53] = ACCESS_CONFIGURE,
    [54] = ACCESS_CONFIGURE, [55] = ACCESS_BROWSE, [56] = ACCESS_DIAGNOSE, [57] = ACCESS_SUBSCRIBE, [58] = ACCESS_SUBSCRIBE,
    [59] = ACCESS_SUBSCRIBE, [60] = ACCESS_DIAGNOSE, [61] = ACCESS_BROWSE, [62] = ACCESS_CONTROL, [63] = ACCESS_DIAGNOSE,
    [64] = ACCESS_DIAGNOSE, [MMS_READ_JOURNAL] = ACCESS_DIAGNOSE, [MMS_WRITE_JOURNAL] = ACCESS_CONFIGURE,
    [MMS_INITIALIZE_JOURNAL] = ACCESS_CONFIGURE, [MMS_REPORT_JOURNAL] = ACCESS_DIAGNOSE, [MMS_CREATE_JOURNAL] = ACCESS_CONFIGURE,
    [MMS_DELETE_JOURNAL] = ACCESS_CONFIGURE, [MMS_GET_CAPABILITIES] = ACCESS_BROWSE, [MMS_FILE_OPEN] = ACCESS_FILE,
    [MMS_FILE_READ] = ACCESS_FILE, [MMS_FILE_CLOSE] = ACCESS_FILE, [MMS_FILE_RENAME] = ACCESS_FILE, [MMS_FILE_DELETE] = ACCESS_FILE,
    [MMS_FILE_DIRECTORY] = ACCESS_BROWSE, [80] = ACCESS_BROWSE, [81] = ACCESS_WRITE, [82] = ACCESS_CONFIGURE, [83] = ACCESS_BROWSE,
    [84] = ACCESS_BROWSE, [85] = ACCESS_CONFIGURE, [86] = ACCESS_CONFIGURE, [87] = ACCESS_CONFIGURE,
};

bool mms_service_known(uint16_t service)
{
    if (service >= MMS_UNCONFIRMED_BASE)
        return service <= MMS_EVENT_NOTIFICATION;
    return service < MMS_SERVICES && accesses[service] != ACCESS_OTHER;
}

enum access mms_service_access(uint16_t service)
{
    if (service >= MMS_UNCONFIRMED_BASE)
        return ACCESS_REPORT;
    return service < MMS_SERVICES ? (enum access)accesses[service] : ACCESS_OTHER;
}

static void parts_read(struct mms_body *b, enum side side, uint32_t tag, const struct ber *e)
{
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (parts[i].service == b->service && parts[i].side == side && parts[i].tag == tag)
            parts[i].read(b, e, parts[i].row);
}

/* The first element of a write is the specification, the second the data, both may have the same tag. */
static void write_asked(struct mms_body *b)
{
    struct cursor c = b->body;
    struct ber specification, data;
    if (!ber_next(&c, &specification) || !ber_take(&c, 0xa0, &data)) {
        record_anomaly(b->record, MMS_INVALID_PDU);
        return;
    }
    b->named = whole(&specification);
    if (specification.tag == VARIABLE_LIST_NAME)
        mms_variables_read(b, b->named);
    mms_write_read(b, b->named, data.value);
}

static void report_told(struct mms_body *b)
{
    struct cursor c = b->body;
    struct ber specification, results;
    if (!ber_next(&c, &specification) || !ber_take(&c, 0xa0, &results)) {
        record_anomaly(b->record, MMS_INVALID_PDU);
        return;
    }
    mms_report_read(b, whole(&specification), results.value);
}

void mms_body_read(struct mms_body *b)
{
    enum side side = b->pdu == MMS_CONFIRMED_REQUEST ? ASKED : ANSWERED;
    struct cursor c = b->body;
    struct ber own = { .tag = OWN, .value = b->body, .whole = b->body.at, .whole_len = b->body.left }, e;
    b->access = mms_service_access(b->service);
    if (b->service == MMS_INFORMATION_REPORT) {
        report_told(b);
        return;
    }
    if (b->service >= MMS_SERVICES)
        return;
    if (b->service == MMS_WRITE) {
        side == ASKED ? write_asked(b) : mms_written_read(b, b->asked);
        return;
    }
    parts_read(b, side, OWN, &own);
    while (!b->record->cut && c.left > 0 && ber_next(&c, &e))
        parts_read(b, side, e.tag, &e);
}

void mms_error_read(struct record *r, struct cursor error)
{
    struct ber e, class;
    if (ber_take(&error, 0xa0, &e) && ber_next(&e.value, &class)) {
        uint64_t kind = class.tag & 0x1f, code = mmsdata_natural(class.value) & 0xff;
        record_uint(r, MMS_ERROR_CLASS, kind);
        record_uint(r, MMS_ERROR_CODE, code);
        record_uint(r, MMS_ERROR, kind << 8 | code);
    }
    while (error.left > 0 && ber_next(&error, &e))
        if (e.tag == 0x82)
            record_bytes(r, MMS_ERROR_TEXT, e.value.at, e.value.left);
}
