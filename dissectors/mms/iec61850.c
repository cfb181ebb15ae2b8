/* What MMS names and structures mean in IEC 61850, and the names that only TASE.2 has.
 *
 *   domain           item
 *   IED1CTRL         CSWI1 $ CO $ Pos $ Oper        logical device; logical node, functional constraint, data object ...
 *
 * Source  IEC 61850-8-1:2011, sections 7.3 (names), 17 (reports), 20 (control) and annex E (Oper, SBOw, Cancel, LastApplError);
 *         IEC 61850-7-2 (functional constraints, AddCause); IEC 60870-6-503 and -802 (TASE.2 objects)
 */
#include <string.h>

#include "dissectors/mms/message.h"

enum { PARTS_MAX = 8, OPT_BITS = 10, FC_LETTERS = 2 };
enum { BOOLEAN = 0x83, BIT_STRING, INTEGER, UNSIGNED, OCTET_STRING = 0x89, VISIBLE = 0x8a, BINARY_TIME = 0x8c, UTC_TIME = 0x91,
       STRUCTURE = 0xa2 };

static const char constraints[][FC_LETTERS + 1] = { "ST", "MX", "SP", "SV", "CF", "DC", "SG", "SE", "SR", "OR", "BL", "EX", "CO", "US", "MS",
                                                    "RP", "BR", "LG", "GO", "GS", "AC", "TC" };

static bool is(const struct cursor *c, const char *word)
{
    return c->left == strlen(word) && memcmp(c->at, word, c->left) == 0;
}

static bool known_constraint(const struct cursor *c)
{
    for (size_t i = 0; i < sizeof constraints / sizeof constraints[0]; i++)
        if (is(c, constraints[i]))
            return true;
    return false;
}

/* What comes before the next '$'; the cursor stands behind it. */
static struct cursor part(struct cursor *c)
{
    const uint8_t *dollar = c->left > 0 ? memchr(c->at, '$', c->left) : NULL;
    struct cursor head = cursor_sub(c, dollar != NULL ? (size_t)(dollar - c->at) : c->left);
    if (dollar != NULL)
        cursor_skip(c, 1);
    return head;
}

static enum mms_control control_of(const struct cursor *word)
{
    return is(word, "Oper") ? MMS_OPERATE : is(word, "SBOw") ? MMS_SELECT_WITH_VALUE : is(word, "SBO") ? MMS_SELECT
         : is(word, "Cancel") ? MMS_CANCEL : 0;
}

void iec61850_name_read(const struct mms_name *name, struct iec61850_name *n)
{
    struct cursor c = name->item;
    memset(n, 0, sizeof *n);
    n->node = part(&c);
    struct cursor fc = part(&c);
    if (!known_constraint(&fc))
        return;
    n->fc = fc;
    n->object = c;
    for (unsigned i = 0; i < PARTS_MAX && is(&fc, "CO") && c.left > 0 && n->control == 0; i++) {
        struct cursor word = part(&c);
        n->control = control_of(&word);
    }
}

/* Names that TASE.2 reserves; `data` is a transfer set's or a control centre's own. */
bool iccp_name(const struct mms_name *name)
{
    static const char *const names[] = { "Bilateral_Table_ID", "TASE2_Version", "Supported_Features", "Next_DSTransfer_Set",
        "Next_TSTransfer_Set", "Next_IMTransfer_Set", "Transfer_Set_Name", "Transfer_Set_Time_Stamp", "DSConditions_Detected",
        "Event_Code_Detected", "Transfer_Report_ACK", "Transfer_Report_NACK", "IM_Transfer_Set", "Info_Buff_Next" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (is(&name->item, names[i]))
            return true;
    return false;
}

enum access iec61850_write_access(const struct iec61850_name *n)
{
    if (is(&n->fc, "CO"))
        return ACCESS_CONTROL;
    if (is(&n->fc, "RP") || is(&n->fc, "BR"))
        return ACCESS_SUBSCRIBE;
    if (is(&n->fc, "ST") || is(&n->fc, "MX") || is(&n->fc, "SV"))
        return ACCESS_WRITE;
    return ACCESS_CONFIGURE;
}

/* ---- control ---- */

/* ctlVal: a truth value, a number, or a structure whose first member is the number of an analogue set-point. */
static void control_value(struct record *r, struct ber e)
{
    double number;
    if (e.tag == STRUCTURE && !ber_next(&e.value, &e))
        return;
    if (mmsdata_number(&e, &number))
        record_real(r, MMS_CTL_VAL, number);
    else if (e.tag == VISIBLE)
        record_bytes(r, MMS_CTL_TEXT, e.value.at, e.value.left);
}

static void origin(struct record *r, struct cursor c)
{
    struct ber e;
    if (ber_take(&c, INTEGER, &e))
        record_uint(r, MMS_OR_CAT, (uint64_t)mmsdata_integer(e.value) & 0xff);
    if (ber_take(&c, OCTET_STRING, &e))
        record_bytes(r, MMS_OR_IDENT, e.value.at, e.value.left);
}

static void instant(struct record *r, uint16_t row, const struct ber *e)
{
    uint64_t us;
    uint8_t quality;
    if (mmsdata_utc(e->value, &us, &quality) || mmsdata_time_of_day(e->value, &us))
        record_uint(r, row, us);
}

/* The value comes first; the others tell themselves apart by their form, and operTm by coming before the origin. */
bool iec61850_control_read(struct record *r, const struct ber *structure)
{
    struct cursor c = structure->value;
    struct ber e;
    double number;
    bool originated = false;
    if (structure->tag != STRUCTURE || !ber_next(&c, &e))
        return false;
    control_value(r, e);
    while (c.left > 0 && ber_next(&c, &e)) {
        switch (e.tag) {
        case STRUCTURE:
            origin(r, e.value);
            originated = true;
            break;
        case UTC_TIME: case BINARY_TIME:
            instant(r, originated ? MMS_CTL_TIME : MMS_OPER_TIME, &e);
            break;
        case UNSIGNED: case INTEGER:
            record_uint(r, MMS_CTL_NUM, (uint64_t)mmsdata_integer(e.value) & 0xff);
            break;
        case BOOLEAN:
            record_uint(r, MMS_CTL_TEST, cursor_peek(&e.value, 0) > 0);
            break;
        case BIT_STRING:
            if (mmsdata_number(&e, &number))
                record_uint(r, MMS_CTL_CHECK, (uint64_t)number);
            break;
        default:
            break;
        }
    }
    return true;
}

bool iec61850_last_error_read(struct record *r, const struct ber *structure)
{
    struct cursor c = structure->value;
    struct ber e;
    if (structure->tag != STRUCTURE || !ber_take(&c, VISIBLE, &e))
        return false;
    record_bytes(r, MMS_CONTROL_OBJECT, e.value.at, e.value.left);
    if (ber_take(&c, INTEGER, &e))
        record_uint(r, MMS_CONTROL_ERROR, (uint64_t)mmsdata_integer(e.value) & 0xff);
    if (ber_take(&c, STRUCTURE, &e))
        origin(r, e.value);
    if (ber_take(&c, UNSIGNED, &e))
        record_uint(r, MMS_CTL_NUM, (uint64_t)mmsdata_integer(e.value) & 0xff);
    if (ber_take(&c, INTEGER, &e))
        record_uint(r, MMS_ADD_CAUSE, (uint64_t)mmsdata_integer(e.value) & 0xff);
    return true;
}

/* ---- reports ---- */

/* OptFlds, by bit from the first: which parts of the head there are (IEC 61850-8-1, section 17.2.3.2.2.9). */
enum { OPT_SEQ_NUM = 1, OPT_TIME, OPT_REASON, OPT_DATA_SET, OPT_REFERENCE, OPT_BUFFER_OVERFLOW, OPT_ENTRY_ID, OPT_CONF_REV,
       OPT_SEGMENTATION };

static unsigned opt_bits(struct cursor c)
{
    cursor_skip(&c, 1);
    unsigned n = (unsigned)cursor_u8(&c) << 8;
    return n | (c.left > 0 ? cursor_u8(&c) : 0u);
}

static bool has(unsigned bits, unsigned which)
{
    return bits >> (15 - which) & 1;
}

static void number_row(struct record *r, uint16_t row, struct cursor *c, uint8_t tag)
{
    struct ber e;
    if (ber_take(c, tag, &e))
        record_uint(r, row, tag == BOOLEAN ? cursor_peek(&e.value, 0) > 0 : mmsdata_natural(e.value));
}

static void octets_row(struct record *r, uint16_t row, struct cursor *c, uint8_t tag)
{
    struct ber e;
    if (ber_take(c, tag, &e))
        record_bytes(r, row, e.value.at, e.value.left);
}

static unsigned ones(struct cursor c)
{
    unsigned n = 0;
    cursor_skip(&c, 1);
    while (c.left > 0)
        n += (unsigned)__builtin_popcount(cursor_u8(&c));
    return n;
}

bool iec61850_report_head(struct record *r, struct cursor *results, struct iec61850_report *head)
{
    struct cursor c = *results;
    struct ber id, opt, e;
    *head = (struct iec61850_report){ 0 };
    if (!ber_take(&c, VISIBLE, &id) || !ber_take(&c, BIT_STRING, &opt) || opt.value.left < 2)
        return false;
    unsigned bits = opt_bits(opt.value);
    record_item(r, MMS_REPORT);
    record_bytes(r, MMS_RPT_ID, id.value.at, id.value.left);
    for (unsigned i = OPT_SEQ_NUM; i < OPT_BITS; i++)
        if (has(bits, i))
            record_uint(r, MMS_OPT_FLDS, i);
    if (has(bits, OPT_SEQ_NUM))
        number_row(r, MMS_SEQ_NUM, &c, UNSIGNED);
    if (has(bits, OPT_TIME) && ber_take(&c, BINARY_TIME, &e))
        instant(r, MMS_TIME_OF_ENTRY, &e);
    if (has(bits, OPT_DATA_SET))
        octets_row(r, MMS_DAT_SET, &c, VISIBLE);
    if (has(bits, OPT_BUFFER_OVERFLOW))
        number_row(r, MMS_BUF_OVFL, &c, BOOLEAN);
    if (has(bits, OPT_ENTRY_ID))
        octets_row(r, MMS_ENTRY_ID, &c, OCTET_STRING);
    if (has(bits, OPT_CONF_REV))
        number_row(r, MMS_CONF_REV, &c, UNSIGNED);
    if (has(bits, OPT_SEGMENTATION)) {
        number_row(r, MMS_SUB_SEQ_NUM, &c, UNSIGNED);
        number_row(r, MMS_MORE_SEGMENTS, &c, BOOLEAN);
    }
    if (ber_take(&c, BIT_STRING, &e)) {
        head->included = ones(e.value);
        record_uint(r, MMS_INCLUDED, head->included);
    }
    head->references = has(bits, OPT_REFERENCE);
    head->reasons = has(bits, OPT_REASON);
    *results = c;
    return true;
}
