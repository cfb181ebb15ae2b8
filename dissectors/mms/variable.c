/* Variables: how they are named, and what is read of them or written to them. */
#include "dissectors/mms/message.h"

enum { LIST_OF_VARIABLE = 0xa0, VARIABLE_LIST_NAME = 0xa1, NAME = 0xa0, ADDRESS = 0xa1, ALTERNATE_ACCESS = 0xa5, FAILURE = 0x80,
       SUCCESS = 0x81, VMD_SPECIFIC = 0x80, DOMAIN_SPECIFIC = 0xa1, AA_SPECIFIC = 0x82, VISIBLE_STRING = 0x1a, ALTERNATES_MAX = 8 };

static const struct cursor nothing = { .at = (const uint8_t *)"", .left = 0, .status = CURSOR_OK, .at_end = CURSOR_BAD };

bool mms_object_name(const struct ber *e, struct mms_name *name)
{
    struct cursor c = e->value;
    struct ber part;
    *name = (struct mms_name){ nothing, nothing };
    if (e->tag == VMD_SPECIFIC || e->tag == AA_SPECIFIC) {
        name->item = e->value;
        return true;
    }
    if (e->tag != DOMAIN_SPECIFIC || !ber_take(&c, VISIBLE_STRING, &part))
        return false;
    name->domain = part.value;
    if (!ber_take(&c, VISIBLE_STRING, &part))
        return false;
    name->item = part.value;
    return true;
}

struct mms_names mms_names_of(struct cursor specification)
{
    struct ber e;
    if (ber_take(&specification, LIST_OF_VARIABLE, &e))
        return (struct mms_names){ e.value };
    return (struct mms_names){ nothing };
}

/* A VariableSpecification by name or address; an address is its own name. */
static bool specification_name(const struct ber *e, struct mms_name *name)
{
    struct cursor c = e->value;
    struct ber inner;
    *name = (struct mms_name){ nothing, nothing };
    if (e->tag == NAME && ber_next(&c, &inner))
        return mms_object_name(&inner, name);
    if (e->tag == ADDRESS && ber_next(&c, &inner))
        name->item = inner.value;
    return e->tag == ADDRESS;
}

bool mms_names_next(struct mms_names *n, struct mms_name *name, struct cursor *alternate)
{
    struct ber variable, e;
    *name = (struct mms_name){ nothing, nothing };
    *alternate = nothing;
    if (n->left.left == 0 || !ber_take(&n->left, BER_SEQUENCE, &variable))
        return false;
    if (ber_next(&variable.value, &e))
        (void)specification_name(&e, name);
    if (ber_take(&variable.value, ALTERNATE_ACCESS, &e))
        *alternate = e.value;
    return true;
}

static void text_row(struct record *r, uint16_t row, const struct cursor *c)
{
    if (c->left > 0)
        record_bytes(r, row, c->at, c->left);
}

/* The components and indices that an AlternateAccess goes down by: "phsA", 3, "mag". */
static void alternate_read(struct record *r, struct cursor c)
{
    struct ber e;
    for (unsigned i = 0; i < ALTERNATES_MAX && c.left > 0 && ber_next(&c, &e); i++) {
        if (e.tag & BER_CONSTRUCTED)
            c = e.value;
        else if (e.tag == 0x80 || e.tag == 0x81)
            text_row(r, MMS_VAR_COMPONENT, &e.value);
    }
}

void mms_variable_begin(struct mms_body *b, const struct mms_name *name)
{
    struct iec61850_name n;
    iec61850_name_read(name, &n);
    record_item(b->record, MMS_VARIABLES);
    text_row(b->record, MMS_VAR_DOMAIN, &name->domain);
    text_row(b->record, MMS_VAR_ITEM, &name->item);
    if (n.fc.left > 0) {
        b->profile = MMS_PROFILE_IEC61850;
        text_row(b->record, MMS_VAR_LOGICAL_NODE, &n.node);
        text_row(b->record, MMS_VAR_FC, &n.fc);
        text_row(b->record, MMS_VAR_OBJECT, &n.object);
    } else if (iccp_name(name))
        b->profile = MMS_PROFILE_ICCP;
    if (n.control != 0)
        record_uint(b->record, MMS_CONTROL, n.control);
    if (n.control == MMS_SELECT && b->service == MMS_READ)
        b->access = ACCESS_CONTROL;
}

void mms_variables_read(struct mms_body *b, struct cursor specification)
{
    struct mms_names names = mms_names_of(specification);
    struct mms_name name;
    struct cursor alternate;
    struct ber e, inner;
    while (!b->record->cut && mms_names_next(&names, &name, &alternate)) {
        mms_variable_begin(b, &name);
        alternate_read(b->record, alternate);
    }
    if (!ber_take(&specification, VARIABLE_LIST_NAME, &e) || !ber_next(&e.value, &inner) || !mms_object_name(&inner, &name))
        return;
    text_row(b->record, MMS_LIST_DOMAIN, &name.domain);
    text_row(b->record, MMS_LIST_NAME, &name.item);
}

static void data_read(struct mms_body *b, const struct ber *e)
{
    struct cursor c = { .at = e->whole, .left = e->whole_len, .status = CURSOR_OK, .at_end = CURSOR_BAD };
    if (!mmsdata_read(b->record, MMS_VALUES, MMS_DATA, c))
        record_anomaly(b->record, MMS_INVALID_DATA);
}

static void failed(struct mms_body *b, const struct ber *e)
{
    record_uint(b->record, MMS_VAR_SUCCESS, 0);
    record_uint(b->record, MMS_VAR_ERROR, (uint64_t)mmsdata_integer(e->value) & 0xff);
    b->record->refused = true;
}

static bool is_text(const struct cursor *c, const char *text)
{
    size_t i = 0;
    while (i < c->left && text[i] != '\0' && c->at[i] == (uint8_t)text[i])
        i++;
    return i == c->left && text[i] == '\0';
}

/* One AccessResult: an error, or Data. */
static void result_read(struct mms_body *b, const struct ber *e, const struct mms_name *name)
{
    struct iec61850_name n;
    if (e->tag == FAILURE) {
        failed(b, e);
        return;
    }
    iec61850_name_read(name, &n);
    if (b->pdu == MMS_UNCONFIRMED && n.control != 0 && iec61850_control_read(b->record, e))
        return;
    if (b->pdu == MMS_UNCONFIRMED && is_text(&name->item, "LastApplError") && iec61850_last_error_read(b->record, e))
        return;
    if (b->pdu == MMS_CONFIRMED_RESPONSE)
        record_uint(b->record, MMS_VAR_SUCCESS, 1);
    data_read(b, e);
}

void mms_results_read(struct mms_body *b, struct cursor specification, struct cursor results)
{
    struct mms_names names = mms_names_of(specification);
    bool counted = names.left.left > 0;
    struct mms_name name;
    struct cursor alternate;
    struct ber e;
    while (!b->record->cut && results.left > 0) {
        bool named = mms_names_next(&names, &name, &alternate);
        if (!ber_next(&results, &e)) {
            record_anomaly(b->record, MMS_INVALID_DATA);
            return;
        }
        mms_variable_begin(b, &name);
        alternate_read(b->record, alternate);
        result_read(b, &e, &name);
        if (counted && !named)
            record_anomaly(b->record, MMS_COUNT_MISMATCH);
    }
    if (counted && names.left.left > 0 && !b->record->cut)
        record_anomaly(b->record, MMS_COUNT_MISMATCH);
}

/* What a command does is what its gravest variable makes of it. */
static void write_access(struct mms_body *b, const struct mms_name *name)
{
    struct iec61850_name n;
    iec61850_name_read(name, &n);
    enum access access = n.fc.left > 0 ? iec61850_write_access(&n) : iccp_name(name) ? ACCESS_SUBSCRIBE : ACCESS_WRITE;
    bool graver = access == ACCESS_CONTROL || (access == ACCESS_CONFIGURE && b->access != ACCESS_CONTROL);
    if (graver || b->access == ACCESS_OTHER)
        b->access = access;
}

void mms_write_read(struct mms_body *b, struct cursor specification, struct cursor data)
{
    struct mms_names names = mms_names_of(specification);
    struct mms_name name;
    struct cursor alternate;
    struct ber e;
    bool counted = names.left.left > 0;
    b->access = ACCESS_OTHER;
    while (!b->record->cut && (data.left > 0 || names.left.left > 0)) {
        bool named = mms_names_next(&names, &name, &alternate), given = data.left > 0 && ber_next(&data, &e);
        if (!named && !given)
            break;
        struct iec61850_name n;
        iec61850_name_read(&name, &n);
        mms_variable_begin(b, &name);
        alternate_read(b->record, alternate);
        write_access(b, &name);
        if (given && (n.control == 0 || !iec61850_control_read(b->record, &e)))
            data_read(b, &e);
        if (named != given && counted)
            record_anomaly(b->record, MMS_COUNT_MISMATCH);
    }
    if (b->access == ACCESS_OTHER)
        b->access = ACCESS_WRITE;
}

void mms_written_read(struct mms_body *b, struct cursor specification)
{
    struct mms_names names = mms_names_of(specification);
    bool counted = names.left.left > 0;
    struct cursor c = b->body, alternate;
    struct mms_name name;
    struct ber e;
    b->access = ACCESS_OTHER;
    if (cursor_peek(&specification, 0) == VARIABLE_LIST_NAME)
        mms_variables_read(b, specification);
    while (!b->record->cut && c.left > 0 && ber_next(&c, &e)) {
        bool named = mms_names_next(&names, &name, &alternate);
        mms_variable_begin(b, &name);
        write_access(b, &name);
        if (e.tag == FAILURE)
            failed(b, &e);
        else
            record_uint(b->record, MMS_VAR_SUCCESS, e.tag == SUCCESS);
        if (counted && !named)
            record_anomaly(b->record, MMS_COUNT_MISMATCH);
    }
    if (b->access == ACCESS_OTHER)
        b->access = ACCESS_WRITE;
}

/* Takes n elements off; what they are is read from the copy that the caller has kept. */
static void pass_over(struct cursor *c, unsigned n)
{
    struct ber e;
    for (unsigned i = 0; i < n && c->left > 0 && ber_next(c, &e); i++)
        continue;
}

static void reasons_read(struct record *r, struct cursor bits)
{
    enum { REASONS = 6 };
    cursor_skip(&bits, 1);
    uint8_t first = cursor_u8(&bits);
    for (unsigned i = 1; i <= REASONS; i++)
        if (first >> (7 - i) & 1)
            record_uint(r, MMS_VAR_REASON, i);
}

/* A report's members: all references, then all values, then all reasons. */
static void included_read(struct mms_body *b, struct cursor c, const struct iec61850_report *head)
{
    const struct mms_name unnamed = { nothing, nothing };
    struct cursor references = c, values, reasons;
    struct ber e, beside;
    if (head->references)
        pass_over(&c, head->included);
    values = c;
    pass_over(&c, head->included);
    reasons = c;
    for (unsigned i = 0; i < head->included && values.left > 0 && !b->record->cut && ber_next(&values, &e); i++) {
        mms_variable_begin(b, &unnamed);
        if (head->references && ber_next(&references, &beside))
            text_row(b->record, MMS_VAR_REFERENCE, &beside.value);
        if (head->reasons && reasons.left > 0 && ber_next(&reasons, &beside))
            reasons_read(b->record, beside.value);
        result_read(b, &e, &unnamed);
    }
}

/* An IEC 61850 report names the list RPT and begins with its own head. */
void mms_report_read(struct mms_body *b, struct cursor specification, struct cursor results)
{
    struct iec61850_report head;
    struct ber e, inner;
    struct mms_name name;
    struct cursor c = specification;
    bool listed = ber_take(&c, VARIABLE_LIST_NAME, &e) && ber_next(&e.value, &inner) && mms_object_name(&inner, &name);
    if (listed)
        mms_variables_read(b, specification);
    if (listed && is_text(&name.item, "RPT") && name.domain.left == 0 && iec61850_report_head(b->record, &results, &head)) {
        b->profile = MMS_PROFILE_IEC61850;
        included_read(b, results, &head);
    } else
        mms_results_read(b, specification, results);
}
