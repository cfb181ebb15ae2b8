/* Every service's parameters, clause 21, as tables of the elements that say something to an analyst, and one walker.
 *
 * Context-tagged elements are found by their number, application-tagged ones by their type in the order of the table, over
 * again where the service repeats them. What a table leaves out is stepped over by its nesting; what it does not know is an
 * anomaly, and reading goes on.
 */
#include "dissectors/bacnet/service.h"

#include "dissectors/bacnet/tag.h"

enum { DEPTH_MAX = 8, NESTING_MAX = 64, APPLICATION = 0x80, INSTANCE_BITS = 22, INSTANCE_MASK = 0x3fffff };

enum action {
    END,
    OBJECT,         /* an object identifier that a further item is about */
    KIND,           /* only the object's type, of one to be created */
    DEVICE,         /* an object identifier of a device */
    PROPERTY,       /* the property of the object; a second one begins an item of its own */
    NUMBER, SIGNED, REAL, FLAG, TEXT, BYTES,    /* into .row */
    STATE, ENABLE,  /* ReinitializeDevice and DeviceCommunicationControl: the access depends on it */
    DATE, CLOCK,    /* of a time synchronisation */
    VALUES,         /* opening tag: any values of the property */
    GROUP,          /* opening tag: the elements of .inside */
    SKIP            /* known, and not looked at */
};

struct element {
    uint8_t               tag;      /* context tag number, or APPLICATION | enum bacnet_type */
    uint8_t               action;
    uint16_t              row;
    const struct element *inside;
};

#define APP(type) (APPLICATION | BACNET_##type)

static const struct element property_reference[] = { { 0, PROPERTY, 0, NULL }, { 1, NUMBER, BACNET_ARRAY_INDEX, NULL }, { 0 } };
static const struct element property_value[] = { { 0, PROPERTY, 0, NULL }, { 1, NUMBER, BACNET_ARRAY_INDEX, NULL }, { 2, VALUES, 0, NULL },
    { 3, NUMBER, BACNET_PRIORITY, NULL }, { 0 } };
static const struct element error_pair[] = { { APP(ENUMERATED), NUMBER, BACNET_ERROR_CLASS, NULL },
    { APP(ENUMERATED), NUMBER, BACNET_ERROR_CODE, NULL }, { 0 } };
static const struct element item_error[] = { { APP(ENUMERATED), NUMBER, BACNET_ITEM_ERROR_CLASS, NULL },
    { APP(ENUMERATED), NUMBER, BACNET_ITEM_ERROR_CODE, NULL }, { 0 } };

static const struct element acknowledge_alarm[] = { { 0, NUMBER, BACNET_PROCESS_ID, NULL }, { 1, OBJECT, 0, NULL },
    { 2, NUMBER, BACNET_TO_STATE, NULL }, { 3, SKIP, 0, NULL }, { 4, TEXT, BACNET_SOURCE_NAME, NULL }, { 5, SKIP, 0, NULL }, { 0 } };
static const struct element cov_notification[] = { { 0, NUMBER, BACNET_PROCESS_ID, NULL }, { 1, DEVICE, 0, NULL }, { 2, OBJECT, 0, NULL },
    { 3, NUMBER, BACNET_LIFETIME, NULL }, { 4, GROUP, 0, property_value }, { 0 } };
static const struct element event_notification[] = { { 0, NUMBER, BACNET_PROCESS_ID, NULL }, { 1, DEVICE, 0, NULL }, { 2, OBJECT, 0, NULL },
    { 3, SKIP, 0, NULL }, { 4, NUMBER, BACNET_NOTIFICATION_CLASS, NULL }, { 5, NUMBER, BACNET_EVENT_PRIORITY, NULL },
    { 6, NUMBER, BACNET_EVENT_TYPE, NULL }, { 7, TEXT, BACNET_MESSAGE, NULL }, { 8, NUMBER, BACNET_NOTIFY_TYPE, NULL },
    { 9, FLAG, BACNET_ACK_REQUIRED, NULL }, { 10, NUMBER, BACNET_FROM_STATE, NULL }, { 11, NUMBER, BACNET_TO_STATE, NULL },
    { 12, VALUES, 0, NULL }, { 0 } };
static const struct element alarm_summary[] = { { APP(OBJECT_ID), OBJECT, 0, NULL }, { APP(ENUMERATED), SKIP, 0, NULL },
    { APP(BIT_STRING), SKIP, 0, NULL }, { 0 } };
static const struct element enrollment_filter[] = { { 0, SKIP, 0, NULL }, { 1, SKIP, 0, NULL }, { 2, SKIP, 0, NULL }, { 3, SKIP, 0, NULL },
    { 4, SKIP, 0, NULL }, { 5, SKIP, 0, NULL }, { 0 } };
static const struct element enrollment_summary[] = { { APP(OBJECT_ID), OBJECT, 0, NULL }, { APP(ENUMERATED), SKIP, 0, NULL },
    { APP(ENUMERATED), SKIP, 0, NULL }, { APP(UNSIGNED), SKIP, 0, NULL }, { APP(UNSIGNED), SKIP, 0, NULL }, { 0 } };
static const struct element event_summary[] = { { 0, OBJECT, 0, NULL }, { 1, SKIP, 0, NULL }, { 2, SKIP, 0, NULL }, { 3, SKIP, 0, NULL },
    { 4, SKIP, 0, NULL }, { 5, SKIP, 0, NULL }, { 6, SKIP, 0, NULL }, { 0 } };
static const struct element event_information[] = { { 0, OBJECT, 0, NULL }, { 0 } };
static const struct element event_information_ack[] = { { 0, GROUP, 0, event_summary }, { 1, SKIP, 0, NULL }, { 0 } };
static const struct element subscribe_cov[] = { { 0, NUMBER, BACNET_PROCESS_ID, NULL }, { 1, OBJECT, 0, NULL },
    { 2, FLAG, BACNET_CONFIRMED_NOTIFICATIONS, NULL }, { 3, NUMBER, BACNET_LIFETIME, NULL }, { 4, GROUP, 0, property_reference },
    { 5, REAL, BACNET_COV_INCREMENT, NULL }, { 0 } };

static const struct element cov_reference[] = { { 0, GROUP, 0, property_reference }, { 1, SKIP, 0, NULL }, { 2, SKIP, 0, NULL }, { 0 } };
static const struct element cov_specification[] = { { 0, OBJECT, 0, NULL }, { 1, GROUP, 0, cov_reference }, { 0 } };
static const struct element subscribe_multiple[] = { { 0, NUMBER, BACNET_PROCESS_ID, NULL }, { 1, FLAG, BACNET_CONFIRMED_NOTIFICATIONS, NULL },
    { 2, NUMBER, BACNET_LIFETIME, NULL }, { 3, SKIP, 0, NULL }, { 4, GROUP, 0, cov_specification }, { 0 } };
static const struct element cov_value[] = { { 0, PROPERTY, 0, NULL }, { 1, NUMBER, BACNET_ARRAY_INDEX, NULL }, { 2, VALUES, 0, NULL },
    { 3, SKIP, 0, NULL }, { 0 } };
static const struct element cov_object[] = { { 0, OBJECT, 0, NULL }, { 1, GROUP, 0, cov_value }, { 0 } };
static const struct element cov_multiple[] = { { 0, NUMBER, BACNET_PROCESS_ID, NULL }, { 1, DEVICE, 0, NULL },
    { 2, NUMBER, BACNET_LIFETIME, NULL }, { 3, SKIP, 0, NULL }, { 4, GROUP, 0, cov_object }, { 0 } };

static const struct element file_stream[] = { { APP(SIGNED), SIGNED, BACNET_FILE_START, NULL }, { APP(UNSIGNED), NUMBER, BACNET_FILE_COUNT, NULL },
    { APP(OCTET_STRING), BYTES, BACNET_FILE_DATA, NULL }, { 0 } };
static const struct element file[] = { { APP(OBJECT_ID), OBJECT, 0, NULL }, { APP(BOOLEAN), FLAG, BACNET_END_OF_FILE, NULL },
    { 0, GROUP, 0, file_stream }, { 1, GROUP, 0, file_stream }, { 0, SIGNED, BACNET_FILE_START, NULL },
    { 1, SIGNED, BACNET_FILE_START, NULL }, { 0 } };

static const struct element property_access[] = { { 0, OBJECT, 0, NULL }, { 1, PROPERTY, 0, NULL }, { 2, NUMBER, BACNET_ARRAY_INDEX, NULL },
    { 3, VALUES, 0, NULL }, { 4, NUMBER, BACNET_PRIORITY, NULL }, { 0 } };
static const struct element object_kind[] = { { 0, KIND, 0, NULL }, { 1, OBJECT, 0, NULL }, { 0 } };
static const struct element create_object[] = { { 0, GROUP, 0, object_kind }, { 1, GROUP, 0, property_value }, { 0 } };
static const struct element one_object[] = { { APP(OBJECT_ID), OBJECT, 0, NULL }, { 0 } };
static const struct element read_multiple[] = { { 0, OBJECT, 0, NULL }, { 1, GROUP, 0, property_reference }, { 0 } };
static const struct element read_result[] = { { 2, PROPERTY, 0, NULL }, { 3, NUMBER, BACNET_ARRAY_INDEX, NULL }, { 4, VALUES, 0, NULL },
    { 5, GROUP, 0, item_error }, { 0 } };
static const struct element read_multiple_ack[] = { { 0, OBJECT, 0, NULL }, { 1, GROUP, 0, read_result }, { 0 } };
static const struct element write_multiple[] = { { 0, OBJECT, 0, NULL }, { 1, GROUP, 0, property_value }, { 0 } };
static const struct element read_range[] = { { 0, OBJECT, 0, NULL }, { 1, PROPERTY, 0, NULL }, { 2, NUMBER, BACNET_ARRAY_INDEX, NULL },
    { 3, SKIP, 0, NULL }, { 6, SKIP, 0, NULL }, { 7, SKIP, 0, NULL }, { 0 } };
static const struct element read_range_ack[] = { { 0, OBJECT, 0, NULL }, { 1, PROPERTY, 0, NULL }, { 2, NUMBER, BACNET_ARRAY_INDEX, NULL },
    { 3, SKIP, 0, NULL }, { 4, NUMBER, BACNET_ITEM_COUNT, NULL }, { 5, VALUES, 0, NULL }, { 6, NUMBER, BACNET_FIRST_SEQUENCE, NULL }, { 0 } };

static const struct element communication[] = { { 0, NUMBER, BACNET_DURATION, NULL }, { 1, ENABLE, BACNET_DEVICE_COMMUNICATION, NULL },
    { 2, TEXT, BACNET_PASSWORD, NULL }, { 0 } };
static const struct element reinitialize[] = { { 0, STATE, BACNET_DEVICE_STATE, NULL }, { 1, TEXT, BACNET_PASSWORD, NULL }, { 0 } };
static const struct element private_transfer[] = { { 0, NUMBER, BACNET_PRIVATE_VENDOR, NULL }, { 1, NUMBER, BACNET_PRIVATE_SERVICE, NULL },
    { 2, VALUES, 0, NULL }, { 0 } };
static const struct element text_message[] = { { 0, DEVICE, 0, NULL }, { 1, SKIP, 0, NULL }, { 2, NUMBER, BACNET_EVENT_PRIORITY, NULL },
    { 3, TEXT, BACNET_MESSAGE, NULL }, { 0 } };
static const struct element terminal[] = { { APP(ENUMERATED), SKIP, 0, NULL }, { APP(UNSIGNED), NUMBER, BACNET_SESSION, NULL },
    { APP(OCTET_STRING), BYTES, BACNET_FILE_DATA, NULL }, { APP(UNSIGNED), SKIP, 0, NULL }, { APP(BOOLEAN), SKIP, 0, NULL }, { 0 } };
static const struct element terminal_close[] = { { APP(UNSIGNED), NUMBER, BACNET_SESSION, NULL }, { 0 } };
static const struct element life_safety[] = { { 0, NUMBER, BACNET_PROCESS_ID, NULL }, { 1, TEXT, BACNET_SOURCE_NAME, NULL },
    { 2, NUMBER, BACNET_LIFE_SAFETY_OPERATION, NULL }, { 3, OBJECT, 0, NULL }, { 0 } };

static const struct element i_am[] = { { APP(OBJECT_ID), DEVICE, 0, NULL }, { APP(UNSIGNED), NUMBER, BACNET_MAX_APDU, NULL },
    { APP(ENUMERATED), NUMBER, BACNET_SEGMENTATION, NULL }, { APP(UNSIGNED), NUMBER, BACNET_VENDOR, NULL }, { 0 } };
static const struct element i_have[] = { { APP(OBJECT_ID), DEVICE, 0, NULL }, { APP(OBJECT_ID), OBJECT, 0, NULL },
    { APP(CHARACTER_STRING), TEXT, BACNET_OBJECT_NAME, NULL }, { 0 } };
static const struct element who_is[] = { { 0, NUMBER, BACNET_LOW_LIMIT, NULL }, { 1, NUMBER, BACNET_HIGH_LIMIT, NULL }, { 0 } };
static const struct element who_has[] = { { 0, NUMBER, BACNET_LOW_LIMIT, NULL }, { 1, NUMBER, BACNET_HIGH_LIMIT, NULL },
    { 2, OBJECT, 0, NULL }, { 3, TEXT, BACNET_OBJECT_NAME, NULL }, { 0 } };
static const struct element time_sync[] = { { APP(DATE), DATE, 0, NULL }, { APP(TIME_OF_DAY), CLOCK, BACNET_TIME, NULL }, { 0 } };
static const struct element write_group[] = { { 0, NUMBER, BACNET_GROUP, NULL }, { 1, NUMBER, BACNET_PRIORITY, NULL }, { 2, VALUES, 0, NULL },
    { 3, SKIP, 0, NULL }, { 0 } };
static const struct element who_am_i[] = { { APP(UNSIGNED), NUMBER, BACNET_VENDOR, NULL }, { APP(CHARACTER_STRING), TEXT, BACNET_MODEL_NAME, NULL },
    { APP(CHARACTER_STRING), TEXT, BACNET_SERIAL, NULL }, { APP(OBJECT_ID), DEVICE, 0, NULL }, { APP(OCTET_STRING), SKIP, 0, NULL }, { 0 } };

/* What an Error says: most services a class and a code, some which element failed first. */
static const struct element failed_property[] = { { 0, OBJECT, 0, NULL }, { 1, PROPERTY, 0, NULL }, { 2, NUMBER, BACNET_ARRAY_INDEX, NULL },
    { 0 } };
static const struct element errors[] = { { APP(ENUMERATED), NUMBER, BACNET_ERROR_CLASS, NULL }, { APP(ENUMERATED), NUMBER, BACNET_ERROR_CODE, NULL },
    { 0, GROUP, 0, error_pair }, { 1, NUMBER, BACNET_FIRST_FAILED, NULL }, { 0 } };
static const struct element write_error[] = { { APP(ENUMERATED), NUMBER, BACNET_ERROR_CLASS, NULL },
    { APP(ENUMERATED), NUMBER, BACNET_ERROR_CODE, NULL }, { 0, GROUP, 0, error_pair }, { 1, GROUP, 0, failed_property }, { 0 } };
static const struct element other_error[] = { { APP(ENUMERATED), NUMBER, BACNET_ERROR_CLASS, NULL },
    { APP(ENUMERATED), NUMBER, BACNET_ERROR_CODE, NULL }, { 0, GROUP, 0, error_pair }, { 1, SKIP, 0, NULL }, { 2, SKIP, 0, NULL },
    { 3, SKIP, 0, NULL }, { 0 } };
static const struct element nothing[] = { { 0 } };

/* NULL: the parameters are kept as they are. */
struct service {
    enum access           access;
    const struct element *request, *ack, *error;
};

static const struct service confirmed_services[] = {
    [0]  = { ACCESS_CONTROL, acknowledge_alarm, nothing, errors },
    [1]  = { ACCESS_REPORT, cov_notification, nothing, errors },
    [2]  = { ACCESS_REPORT, event_notification, nothing, errors },
    [3]  = { ACCESS_READ, nothing, alarm_summary, errors },
    [4]  = { ACCESS_READ, enrollment_filter, enrollment_summary, errors },
    [5]  = { ACCESS_SUBSCRIBE, subscribe_cov, nothing, errors },
    [6]  = { ACCESS_FILE, file, file, errors },
    [7]  = { ACCESS_FILE, file, file, errors },
    [8]  = { ACCESS_WRITE, property_access, nothing, errors },
    [9]  = { ACCESS_WRITE, property_access, nothing, errors },
    [10] = { ACCESS_CONFIGURE, create_object, one_object, errors },
    [11] = { ACCESS_CONFIGURE, one_object, nothing, errors },
    [12] = { ACCESS_READ, property_access, property_access, errors },
    [13] = { ACCESS_READ, NULL, NULL, errors },
    [14] = { ACCESS_READ, read_multiple, read_multiple_ack, errors },
    [15] = { ACCESS_WRITE, property_access, nothing, errors },
    [16] = { ACCESS_WRITE, write_multiple, nothing, write_error },
    [17] = { ACCESS_CONFIGURE, communication, nothing, errors },
    [18] = { ACCESS_OTHER, private_transfer, private_transfer, other_error },
    [19] = { ACCESS_OTHER, text_message, nothing, errors },
    [20] = { ACCESS_RESTART, reinitialize, nothing, errors },
    [21] = { ACCESS_TUNNEL, terminal, terminal_close, errors },
    [22] = { ACCESS_TUNNEL, terminal_close, nothing, other_error },
    [23] = { ACCESS_TUNNEL, terminal, terminal, errors },
    [24] = { ACCESS_AUTHENTICATE, NULL, NULL, errors },
    [25] = { ACCESS_AUTHENTICATE, NULL, NULL, errors },
    [26] = { ACCESS_READ, read_range, read_range_ack, errors },
    [27] = { ACCESS_CONTROL, life_safety, nothing, errors },
    [28] = { ACCESS_SUBSCRIBE, subscribe_cov, nothing, errors },
    [29] = { ACCESS_READ, event_information, event_information_ack, errors },
    [30] = { ACCESS_SUBSCRIBE, subscribe_multiple, nothing, other_error },
    [31] = { ACCESS_REPORT, cov_multiple, nothing, errors },
    [32] = { ACCESS_REPORT, NULL, nothing, errors },
    [33] = { ACCESS_READ, NULL, NULL, errors },
};

static const struct service unconfirmed_services[] = {
    [0]  = { ACCESS_IDENTIFY, i_am, NULL, NULL },
    [1]  = { ACCESS_BROWSE, i_have, NULL, NULL },
    [2]  = { ACCESS_REPORT, cov_notification, NULL, NULL },
    [3]  = { ACCESS_REPORT, event_notification, NULL, NULL },
    [4]  = { ACCESS_OTHER, private_transfer, NULL, NULL },
    [5]  = { ACCESS_OTHER, text_message, NULL, NULL },
    [6]  = { ACCESS_SET_TIME, time_sync, NULL, NULL },
    [7]  = { ACCESS_BROWSE, who_has, NULL, NULL },
    [8]  = { ACCESS_IDENTIFY, who_is, NULL, NULL },
    [9]  = { ACCESS_SET_TIME, time_sync, NULL, NULL },
    [10] = { ACCESS_WRITE, write_group, NULL, NULL },
    [11] = { ACCESS_REPORT, cov_multiple, NULL, NULL },
    [12] = { ACCESS_REPORT, NULL, NULL, NULL },
    [13] = { ACCESS_IDENTIFY, who_am_i, NULL, NULL },
    [14] = { ACCESS_CONFIGURE, who_am_i, NULL, NULL },
};

/* ReinitializeDevice's states: restarts, backups (the device's logic and parameters out of it), restores (into it). */
static const uint8_t state_access[] = { ACCESS_RESTART, ACCESS_RESTART, ACCESS_UPLOAD, ACCESS_UPLOAD, ACCESS_PROGRAM, ACCESS_PROGRAM,
                                        ACCESS_PROGRAM, ACCESS_RESTART };

static const struct service *service_of(bool confirmed, uint8_t choice)
{
    static const struct service unknown = { .access = ACCESS_OTHER };
    size_t count = confirmed ? sizeof confirmed_services / sizeof *confirmed_services
                             : sizeof unconfirmed_services / sizeof *unconfirmed_services;
    if (choice >= count)
        return &unknown;
    return confirmed ? &confirmed_services[choice] : &unconfirmed_services[choice];
}

bool bacnet_service_known(bool confirmed, uint8_t choice)
{
    return choice < (confirmed ? sizeof confirmed_services / sizeof *confirmed_services
                               : sizeof unconfirmed_services / sizeof *unconfirmed_services);
}

enum access bacnet_service_access(bool confirmed, uint8_t choice)
{
    return service_of(confirmed, choice)->access;
}

/* ---- the walk ---- */

enum identity { VENDOR_NAME, MODEL_NAME, FIRMWARE, SERIAL, DEVICE_NAME, IDENTITIES };
static const struct { uint16_t property, row; } identities[IDENTITIES] = {
    [VENDOR_NAME] = { 121, BACNET_VENDOR_NAME }, [MODEL_NAME] = { 70, BACNET_MODEL_NAME }, [FIRMWARE] = { 44, BACNET_FIRMWARE },
    [SERIAL] = { 372, BACNET_SERIAL }, [DEVICE_NAME] = { 77, BACNET_DEVICE_NAME },
};

struct walk {
    struct record       *r;
    struct bacnet_asked *said;
    uint32_t             object;        /* type and instance as on the wire */
    uint64_t             property;
    bool                 has_object, pending;   /* an object without an item yet */
    bool                 open, named;           /* the last value written belongs to an item; it has its property */
    bool                 tells;                 /* values are what the sender has, not what it asks for */
    struct cursor        identity[IDENTITIES];
    uint8_t              date[4];
};

/* Makes the last item one that takes members: rows of the record itself end an item. */
static void item(struct walk *w)
{
    if (w->open)
        return;
    record_item(w->r, BACNET_OBJECTS);
    if (w->has_object) {
        record_uint(w->r, BACNET_OBJECT_TYPE, w->object >> INSTANCE_BITS);
        record_uint(w->r, BACNET_INSTANCE, w->object & INSTANCE_MASK);
    }
    w->open = true;
    w->pending = w->named = false;
}

static void place(struct walk *w, uint16_t row)
{
    if (bacnet_schema.fields[row].in != 0)
        item(w);
    else
        w->open = false;
}

static void flush(struct walk *w)
{
    if (w->pending)
        item(w);
}

static bool number_of(struct walk *w, const struct bacnet_tag *t, uint64_t *n)
{
    if (bacnet_unsigned(t, n))
        return true;
    record_anomaly(w->r, BACNET_INVALID_TAG);
    return false;
}

static void object_begin(struct walk *w, uint64_t object)
{
    flush(w);
    w->object = (uint32_t)object;
    w->has_object = w->pending = true;
    w->open = w->named = false;
    if (w->said->object)
        return;
    w->said->object = true;
    w->said->object_type = (uint16_t)(w->object >> INSTANCE_BITS);
    w->said->instance = w->object & INSTANCE_MASK;
}

static void kind_begin(struct walk *w, uint64_t type)
{
    flush(w);
    w->has_object = w->pending = false;
    w->open = false;
    item(w);
    record_uint(w->r, BACNET_OBJECT_TYPE, type);
}

static void property_begin(struct walk *w, uint64_t property)
{
    if (w->named)
        w->open = false;
    item(w);
    record_uint(w->r, BACNET_PROPERTY, property);
    w->property = property;
    w->named = true;
    if (w->said->property)
        return;
    w->said->property = true;
    w->said->property_id = (uint32_t)property;
}

/* Clause 20.2.9: the first octet says which set; 0 is UTF-8, 5 ISO 8859-1. Others are not text to us. */
static bool text_of(const struct bacnet_tag *t, struct cursor *text)
{
    *text = t->body;
    uint8_t set = cursor_u8(text);
    return text->status == CURSOR_OK && (set == 0 || set == 5);
}

static void text_put(struct walk *w, uint16_t row, const struct bacnet_tag *t)
{
    struct cursor text;
    if (!text_of(t, &text) && t->body.left == 0)
        record_anomaly(w->r, BACNET_INVALID_TAG);
    record_bytes(w->r, row, text.at, text.left);
}

static double real_of(const struct bacnet_tag *t)
{
    struct cursor c = t->body;
    if (c.left == 4) {
        union { uint32_t bits; float x; } u = { .bits = cursor_be32(&c) };
        return (double)u.x;
    }
    union { uint64_t bits; double x; } u = { .bits = cursor_be64(&c) };
    return u.x;
}

static void identity_note(struct walk *w, struct cursor text)
{
    if (!w->tells || !w->has_object || w->object >> INSTANCE_BITS != BACNET_DEVICE || !w->named)
        return;
    for (unsigned i = 0; i < IDENTITIES; i++)
        if (identities[i].property == w->property)
            w->identity[i] = text;
}

static void value_text(struct walk *w, const struct bacnet_tag *t)
{
    struct cursor text;
    if (!text_of(t, &text)) {
        record_bytes(w->r, BACNET_OCTETS, t->body.at, t->body.left);
        return;
    }
    record_bytes(w->r, BACNET_TEXT, text.at, text.left);
    identity_note(w, text);
}

static void value_number(struct walk *w, const struct bacnet_tag *t)
{
    uint64_t u;
    int64_t s;
    if (t->number == BACNET_SIGNED && bacnet_signed(t, &s))
        record_real(w->r, BACNET_VALUE, (double)s);
    else if (number_of(w, t, &u))
        record_real(w->r, BACNET_VALUE, (double)u);
}

static void value_reference(struct walk *w, const struct bacnet_tag *t)
{
    uint64_t id;
    if (!number_of(w, t, &id))
        return;
    record_uint(w->r, BACNET_REFERENCE_TYPE, id >> INSTANCE_BITS & 0x3ff);
    record_uint(w->r, BACNET_REFERENCE_INSTANCE, id & INSTANCE_MASK);
}

/* One value of a property. Context-tagged ones have a meaning that only the property's type gives: their octets are kept. */
static void value_put(struct walk *w, const struct bacnet_tag *t)
{
    item(w);
    if (t->context) {
        record_bytes(w->r, BACNET_OCTETS, t->body.at, t->body.left);
        return;
    }
    record_uint(w->r, BACNET_VALUE_TYPE, t->number);
    switch (t->number) {
    case BACNET_NULL:             break;
    case BACNET_BOOLEAN:          record_real(w->r, BACNET_VALUE, t->flag); break;
    case BACNET_UNSIGNED:
    case BACNET_SIGNED:
    case BACNET_ENUMERATED:       value_number(w, t); break;
    case BACNET_REAL:
    case BACNET_DOUBLE:           record_real(w->r, BACNET_VALUE, real_of(t)); break;
    case BACNET_CHARACTER_STRING: value_text(w, t); break;
    case BACNET_OBJECT_ID:        value_reference(w, t); break;
    default:                      record_bytes(w->r, BACNET_OCTETS, t->body.at, t->body.left); break;
    }
}

/* A tag of the parameters; false: the rest cannot be read. */
static bool tag_next(struct walk *w, struct cursor *c, struct bacnet_tag *t)
{
    if (c->left == 0)
        return false;
    if (bacnet_tag_read(c, t))
        return true;
    record_anomaly(w->r, BACNET_INVALID_TAG);
    cursor_skip(c, c->left);
    return false;
}

/* Everything up to the tag that closes what has just been opened, however it is nested; `keep` its values. */
static void inside_any(struct walk *w, struct cursor *c, bool keep)
{
    struct bacnet_tag t;
    unsigned nesting = 1;
    while (nesting > 0 && nesting < NESTING_MAX && tag_next(w, c, &t)) {
        if (t.form == BACNET_PRIMITIVE && keep)
            value_put(w, &t);
        else if (t.form != BACNET_PRIMITIVE)
            nesting += t.form == BACNET_OPENING ? 1u : -1u;
    }
    if (nesting != 0)
        record_anomaly(w->r, nesting >= NESTING_MAX ? BACNET_NESTED_TOO_DEEP : BACNET_INVALID_TAG);
}

/* Days from 1970-01-01, by the usual arithmetic with years that begin in March. */
static uint64_t days_since_1970(unsigned year, unsigned month, unsigned day)
{
    unsigned y = month <= 2 ? year - 1 : year, m = month <= 2 ? month + 9 : month - 3;
    return (uint64_t)365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

/* Clause 20.2.12, 20.2.13: year less 1900, month, day, day of week; hour, minute, second, hundredths; 255 leaves it open. */
static void clock_put(struct walk *w, uint16_t row, struct cursor c)
{
    unsigned hour = cursor_u8(&c), minute = cursor_u8(&c), second = cursor_u8(&c), hundredths = cursor_u8(&c);
    unsigned year = w->date[0] + 1900u, month = w->date[1], day = w->date[2];
    bool told = c.status == CURSOR_OK && hour < 24 && minute < 60 && second < 60 && month >= 1 && month <= 12 && day >= 1
                && day <= 31 && year >= 1970;
    if (!told) {
        record_anomaly(w->r, BACNET_INVALID_SERVICE);
        return;
    }
    uint64_t seconds = ((days_since_1970(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
    record_uint(w->r, row, seconds * 1000000 + (hundredths < 100 ? hundredths * 10000u : 0));
}

static void date_note(struct walk *w, struct cursor c)
{
    for (unsigned i = 0; i < sizeof w->date; i++)
        w->date[i] = cursor_u8(&c);
}

static void number_put(struct walk *w, const struct element *e, const struct bacnet_tag *t)
{
    uint64_t n;
    if (!number_of(w, t, &n))
        return;
    switch (e->action) {
    case OBJECT:   object_begin(w, n & UINT32_MAX); return;
    case KIND:     kind_begin(w, n); return;
    case PROPERTY: property_begin(w, n); return;
    case DEVICE:
        w->open = false;
        record_uint(w->r, BACNET_DEVICE_INSTANCE, n & INSTANCE_MASK);
        return;
    case STATE:
        w->said->access = n < sizeof state_access ? state_access[n] : ACCESS_RESTART;
        break;
    case ENABLE:
        w->said->access = n == 0 ? ACCESS_CONFIGURE : ACCESS_STOP;
        break;
    default:
        break;
    }
    place(w, e->row);
    record_uint(w->r, e->row, n);
}

static void element_put(struct walk *w, const struct element *e, const struct bacnet_tag *t)
{
    int64_t s;
    switch (e->action) {
    case SKIP:
        return;
    case DATE:
        date_note(w, t->body);
        return;
    case SIGNED:
        place(w, e->row);
        if (bacnet_signed(t, &s))
            record_int(w->r, e->row, s);
        return;
    case VALUES:
        value_put(w, t);
        return;
    case TEXT:
        place(w, e->row);
        text_put(w, e->row, t);
        return;
    case BYTES:
        place(w, e->row);
        record_bytes(w->r, e->row, t->body.at, t->body.left);
        return;
    case REAL:
        place(w, e->row);
        record_real(w->r, e->row, real_of(t));
        return;
    case FLAG:
        place(w, e->row);
        record_uint(w->r, e->row, t->context ? cursor_peek(&t->body, 0) == 1 : t->flag);
        return;
    case CLOCK:
        place(w, e->row);
        clock_put(w, e->row, t->body);
        return;
    default:
        number_put(w, e, t);
    }
}

static bool element_is(const struct element *e, const struct bacnet_tag *t)
{
    bool constructed = e->action == GROUP || e->action == VALUES || e->action == SKIP;
    if (e->tag != (t->context ? t->number : (APPLICATION | t->number)))
        return false;
    return t->form == BACNET_OPENING ? constructed : e->action != GROUP;
}

/* The row for a tag, from `*from` on, then from the beginning: what repeats begins again. */
static const struct element *element_of(const struct element *table, const struct element **from, const struct bacnet_tag *t)
{
    for (const struct element *e = *from; e->action != END; e++)
        if (element_is(e, t))
            return *from = e + 1, e;
    for (const struct element *e = table; e != *from; e++)
        if (element_is(e, t))
            return *from = e + 1, e;
    return NULL;
}

static void walk(struct walk *w, struct cursor *c, const struct element *table, unsigned depth)
{
    const struct element *from = table;
    struct bacnet_tag t;
    while (tag_next(w, c, &t) && t.form != BACNET_CLOSING) {
        const struct element *e = element_of(table, &from, &t);
        if (e == NULL)
            record_anomaly(w->r, BACNET_INVALID_SERVICE);
        if (t.form == BACNET_OPENING && e != NULL && e->action == GROUP && depth < DEPTH_MAX)
            walk(w, c, e->inside, depth + 1);
        else if (t.form == BACNET_OPENING)
            inside_any(w, c, e != NULL && e->action == VALUES);
        else if (e != NULL)
            element_put(w, e, &t);
    }
}

static void identity_record(struct walk *w)
{
    for (unsigned i = 0; i < IDENTITIES; i++)
        if (w->identity[i].left > 0)
            record_bytes(w->r, identities[i].row, w->identity[i].at, w->identity[i].left);
}

void bacnet_service_read(bool confirmed, uint8_t choice, enum bacnet_part part, struct cursor *c, struct record *r,
                         struct bacnet_asked *said)
{
    const struct service *s = service_of(confirmed, choice);
    const struct element *table = part == BACNET_PART_REQUEST ? s->request : part == BACNET_PART_ACK ? s->ack : s->error;
    struct walk w = { .r = r, .said = said, .tells = part == BACNET_PART_ACK };
    said->access = (uint8_t)s->access;
    if (table != NULL) {
        walk(&w, c, table, 0);
        flush(&w);
        identity_record(&w);
    }
    if (c->left > 0)
        record_bytes(r, BACNET_DATA, c->at, c->left);
}

void bacnet_asked_record(struct record *r, const struct bacnet_asked *asked)
{
    if (!asked->object)
        return;
    record_item(r, BACNET_OBJECTS);
    record_uint(r, BACNET_OBJECT_TYPE, asked->object_type);
    record_uint(r, BACNET_INSTANCE, asked->instance);
    if (asked->property)
        record_uint(r, BACNET_PROPERTY, asked->property_id);
}
