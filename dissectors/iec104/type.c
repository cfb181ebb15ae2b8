/* Type identifiers as rows of information elements (60870-5-101, clauses 7.2.6 and 7.3), and a reader per element.
 *
 * An object is an address of three octets and the row's elements; with SQ=1 the address stands once and counts up. Each
 * reader is given exactly its element's octets, so that none can read into the next.
 */
#include "dissectors/iec104/type.h"

enum { ADDRESS_SIZE = 3, ADDRESS_TOP = 0xffffff, MS_PER_MINUTE = 60000, OBJECTS_MAX = 127 };

enum element { END, SIQ, DIQ, VTI, QDS, BSI, NVA, SVA, R32, BCR, SEP, SPE, OCI, QDP, SCD, CP16, CP24, CP56, SCO, DCO, RCO, QOS,
               COI, QOI, QCC, FBP, TSC, QRP, QPM, QPA, NOF, NOS, LOF, FRQ, SRQ, SCQ, LSQ, AFQ, CHS, SOF, SEGMENT, RANGE_END,
               ELEMENTS };

#define ROW(number, does, may, seq, ...) \
    [number] = { .code = number, .access = does, .causes = may, .sequence = seq, .known = true, .elements = { __VA_ARGS__ } }
#define REPORTS(number, seq, ...) ROW(number, ACCESS_REPORT, IEC104_MONITOR_CAUSES, seq, __VA_ARGS__)
#define TOTALS(number, seq, ...)  ROW(number, ACCESS_REPORT, IEC104_TOTALS_CAUSES, seq, __VA_ARGS__)
#define COMMANDS(number, ...)     ROW(number, ACCESS_CONTROL, IEC104_COMMAND_CAUSES, false, __VA_ARGS__)
#define PARAMETER(number, ...)    ROW(number, ACCESS_CONFIGURE, IEC104_PARAMETER_CAUSES, false, __VA_ARGS__)
#define FILES(number, ...)        ROW(number, ACCESS_FILE, IEC104_FILE_CAUSES, false, __VA_ARGS__)

static const struct iec104_type types[256] = {
    REPORTS(1, true, SIQ),              REPORTS(2, false, SIQ, CP24),
    REPORTS(3, true, DIQ),              REPORTS(4, false, DIQ, CP24),
    REPORTS(5, true, VTI, QDS),         REPORTS(6, false, VTI, QDS, CP24),
    REPORTS(7, true, BSI, QDS),         REPORTS(8, false, BSI, QDS, CP24),
    REPORTS(9, true, NVA, QDS),         REPORTS(10, false, NVA, QDS, CP24),
    REPORTS(11, true, SVA, QDS),        REPORTS(12, false, SVA, QDS, CP24),
    REPORTS(13, true, R32, QDS),        REPORTS(14, false, R32, QDS, CP24),
    TOTALS(15, true, BCR),              TOTALS(16, false, BCR, CP24),
    REPORTS(17, false, SEP, CP16, CP24),
    REPORTS(18, false, SPE, QDP, CP16, CP24),
    REPORTS(19, false, OCI, QDP, CP16, CP24),
    REPORTS(20, true, SCD, QDS),
    REPORTS(21, true, NVA),
    REPORTS(30, false, SIQ, CP56),
    REPORTS(31, false, DIQ, CP56),
    REPORTS(32, false, VTI, QDS, CP56),
    REPORTS(33, false, BSI, QDS, CP56),
    REPORTS(34, false, NVA, QDS, CP56),
    REPORTS(35, false, SVA, QDS, CP56),
    REPORTS(36, false, R32, QDS, CP56),
    TOTALS(37, false, BCR, CP56),
    REPORTS(38, false, SEP, CP16, CP56),
    REPORTS(39, false, SPE, QDP, CP16, CP56),
    REPORTS(40, false, OCI, QDP, CP16, CP56),
    COMMANDS(45, SCO),                  COMMANDS(58, SCO, CP56),
    COMMANDS(46, DCO),                  COMMANDS(59, DCO, CP56),
    COMMANDS(47, RCO),                  COMMANDS(60, RCO, CP56),
    COMMANDS(48, NVA, QOS),             COMMANDS(61, NVA, QOS, CP56),
    COMMANDS(49, SVA, QOS),             COMMANDS(62, SVA, QOS, CP56),
    COMMANDS(50, R32, QOS),             COMMANDS(63, R32, QOS, CP56),
    COMMANDS(51, BSI),                  COMMANDS(64, BSI, CP56),
    ROW(70, ACCESS_REPORT, IEC104_INIT_CAUSES, false, COI),
    ROW(100, ACCESS_READ, IEC104_COMMAND_CAUSES, false, QOI),
    ROW(101, ACCESS_READ, IEC104_COMMAND_CAUSES, false, QCC),
    ROW(102, ACCESS_READ, IEC104_READ_CAUSES, false, END),
    ROW(103, ACCESS_SET_TIME, IEC104_CLOCK_CAUSES, false, CP56),
    ROW(104, ACCESS_DIAGNOSE, IEC104_COMMAND_CAUSES, false, FBP),
    ROW(105, ACCESS_RESTART, IEC104_COMMAND_CAUSES, false, QRP),
    ROW(106, ACCESS_SET_TIME, IEC104_CLOCK_CAUSES, false, CP16),
    ROW(107, ACCESS_DIAGNOSE, IEC104_COMMAND_CAUSES, false, TSC, CP56),
    PARAMETER(110, NVA, QPM),
    PARAMETER(111, SVA, QPM),
    PARAMETER(112, R32, QPM),
    PARAMETER(113, QPA),
    FILES(120, NOF, LOF, FRQ),
    FILES(121, NOF, NOS, LOF, SRQ),
    FILES(122, NOF, NOS, SCQ),
    FILES(123, NOF, NOS, LSQ, CHS),
    FILES(124, NOF, NOS, AFQ),
    FILES(125, NOF, NOS, SEGMENT),
    ROW(126, ACCESS_FILE, IEC104_FILE_CAUSES, true, NOF, LOF, SOF, CP56),
    FILES(127, NOF, CP56, RANGE_END),
};

/* IEC 60870-5-7's authentication: seen, not taken apart. */
static const struct iec104_type authentication = { .access = ACCESS_AUTHENTICATE, .causes = IEC104_ANY_CAUSES };
static const struct iec104_type unknown = { .access = ACCESS_OTHER, .causes = IEC104_ANY_CAUSES };

const struct iec104_type *iec104_type(uint8_t code)
{
    if ((code >= 81 && code <= 87) || (code >= 90 && code <= 95) || code == 41)
        return &authentication;
    return types[code].known ? &types[code] : &unknown;
}

/* Causes 1 to 63 as bits. */
#define CAUSE(n) (UINT64_C(1) << (n))
#define CAUSES(first, last) ((UINT64_C(2) << (last)) - CAUSE(first))

static const uint64_t causes[] = {
    [IEC104_MONITOR_CAUSES]   = CAUSES(1, 3) | CAUSE(5) | CAUSE(11) | CAUSE(12) | CAUSES(20, 36),
    [IEC104_TOTALS_CAUSES]    = CAUSE(3) | CAUSES(37, 41),
    [IEC104_COMMAND_CAUSES]   = CAUSES(6, 10) | CAUSES(44, 47),
    [IEC104_READ_CAUSES]      = CAUSE(5) | CAUSES(44, 47),
    [IEC104_CLOCK_CAUSES]     = CAUSE(3) | CAUSE(6) | CAUSE(7) | CAUSES(44, 47),
    [IEC104_INIT_CAUSES]      = CAUSE(4),
    [IEC104_PARAMETER_CAUSES] = CAUSES(6, 9) | CAUSES(20, 36) | CAUSES(44, 47),
    [IEC104_FILE_CAUSES]      = CAUSE(3) | CAUSE(5) | CAUSE(13) | CAUSES(44, 47),
    [IEC104_ANY_CAUSES]       = CAUSES(1, 62) | CAUSE(63),
};

bool iec104_cause_allowed(const struct iec104_type *t, uint8_t cause)
{
    return (causes[t->causes] >> (cause & 63) & 1) != 0;
}

static void flags(struct record *r, uint16_t row, unsigned octet, const uint8_t bit_names[8])
{
    for (unsigned bit = 0; bit < 8; bit++)
        if (bit_names[bit] != 0 && octet >> bit & 1)
            record_uint(r, row, bit_names[bit] - 1u);
}

#define N(x) ((x) + 1)      /* 0 in a table of bits: the bit has no name */
static const uint8_t quality_bits[8] = { [0] = N(IEC104_OVERFLOW), [4] = N(IEC104_BLOCKED), [5] = N(IEC104_SUBSTITUTED),
                                         [6] = N(IEC104_NOT_TOPICAL), [7] = N(IEC104_INVALID) };
static const uint8_t point_bits[8] = { [4] = N(IEC104_BLOCKED), [5] = N(IEC104_SUBSTITUTED), [6] = N(IEC104_NOT_TOPICAL),
                                       [7] = N(IEC104_INVALID) };
static const uint8_t protection_bits[8] = { [3] = N(IEC104_ELAPSED_INVALID), [4] = N(IEC104_BLOCKED),
                                            [5] = N(IEC104_SUBSTITUTED), [6] = N(IEC104_NOT_TOPICAL), [7] = N(IEC104_INVALID) };
static const uint8_t counter_bits[8] = { [5] = N(IEC104_CARRY), [6] = N(IEC104_ADJUSTED), [7] = N(IEC104_INVALID) };
static const uint8_t in_order[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };

static void value(struct record *r, double x)
{
    record_real(r, IEC104_VALUE, x);
}

static void siq_read(struct cursor *c, struct record *r)
{
    unsigned b = cursor_u8(c);
    value(r, b & 1);
    record_uint(r, IEC104_SPI, b & 1);
    flags(r, IEC104_QUALITY, b, point_bits);
}

static void diq_read(struct cursor *c, struct record *r)
{
    unsigned b = cursor_u8(c);
    value(r, b & 3);
    record_uint(r, IEC104_DPI, b & 3);
    flags(r, IEC104_QUALITY, b, point_bits);
}

static void vti_read(struct cursor *c, struct record *r)
{
    int b = cursor_u8(c);
    value(r, (b & 0x7f) - (b & 0x40 ? 128 : 0));
    record_uint(r, IEC104_TRANSIENT, (unsigned)b >> 7);
}

static void qds_read(struct cursor *c, struct record *r)
{
    flags(r, IEC104_QUALITY, cursor_u8(c), quality_bits);
}

static void bsi_read(struct cursor *c, struct record *r)
{
    uint32_t bits = cursor_le32(c);
    value(r, bits);
    record_uint(r, IEC104_BSI, bits);
}

static void nva_read(struct cursor *c, struct record *r)
{
    value(r, (int16_t)cursor_le16(c) / 32768.0);
}

static void sva_read(struct cursor *c, struct record *r)
{
    value(r, (int16_t)cursor_le16(c));
}

/* Infinite and not-a-number are legal on the wire; the JSON says null, so that the anomaly has to tell. */
static void r32_read(struct cursor *c, struct record *r)
{
    union { uint32_t bits; float x; } u = { .bits = cursor_le32(c) };
    value(r, (double)u.x);
    if ((u.bits & 0x7f800000) == 0x7f800000)
        record_anomaly(r, IEC104_INVALID_VALUE);
}

static void bcr_read(struct cursor *c, struct record *r)
{
    int32_t reading = (int32_t)cursor_le32(c);
    unsigned b = cursor_u8(c);
    value(r, reading);
    record_int(r, IEC104_BCR, reading);
    record_uint(r, IEC104_COUNTER_SEQUENCE, b & 0x1f);
    flags(r, IEC104_QUALITY, b, counter_bits);
}

static void sep_read(struct cursor *c, struct record *r)
{
    unsigned b = cursor_u8(c);
    value(r, b & 3);
    record_uint(r, IEC104_EVENT_STATE, b & 3);
    flags(r, IEC104_QUALITY, b, protection_bits);
}

static void spe_read(struct cursor *c, struct record *r)
{
    flags(r, IEC104_START_EVENTS, cursor_u8(c) & 0x3f, in_order);
}

static void oci_read(struct cursor *c, struct record *r)
{
    flags(r, IEC104_OUTPUT_CIRCUIT, cursor_u8(c) & 0x0f, in_order);
}

static void qdp_read(struct cursor *c, struct record *r)
{
    flags(r, IEC104_QUALITY, cursor_u8(c), protection_bits);
}

static void scd_read(struct cursor *c, struct record *r)
{
    record_uint(r, IEC104_STATUS_BITS, cursor_le16(c));
    record_uint(r, IEC104_CHANGE_BITS, cursor_le16(c));
}

static void cp16_read(struct cursor *c, struct record *r)
{
    record_uint(r, IEC104_ELAPSED, cursor_le16(c));
}

static void minute_status(struct record *r, unsigned minute)
{
    if (minute & 0x80)
        record_uint(r, IEC104_TIME_STATUS, IEC104_TIME_INVALID);
    if (minute & 0x40)
        record_uint(r, IEC104_TIME_STATUS, IEC104_TIME_SUBSTITUTED);
}

static void cp24_read(struct cursor *c, struct record *r)
{
    unsigned ms = cursor_le16(c), minute = cursor_u8(c);
    record_uint(r, IEC104_TIME_OF_HOUR, (minute & 0x3f) * MS_PER_MINUTE + ms);
    minute_status(r, minute);
    if (ms >= MS_PER_MINUTE || (minute & 0x3f) > 59)
        record_anomaly(r, IEC104_INVALID_TIME);
}

/* Days from 1970-01-01 to a date of the Gregorian calendar, by the usual arithmetic with years that begin in March. */
static uint64_t days_since_1970(unsigned year, unsigned month, unsigned day)
{
    unsigned y = month <= 2 ? year - 1 : year, m = month <= 2 ? month + 9 : month - 3;
    return (uint64_t)365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

/* Seven octets of binary time; `row` is where the instant goes. Two digits of year: from 70 on they are 19xx. */
static void binary_time(struct cursor *c, struct record *r, uint16_t row)
{
    unsigned ms = cursor_le16(c), minute = cursor_u8(c), hour = cursor_u8(c), day = cursor_u8(c);
    unsigned month = cursor_u8(c) & 0x0f, year = cursor_u8(c) & 0x7f;
    unsigned min = minute & 0x3f, h = hour & 0x1f, d = day & 0x1f;
    minute_status(r, minute);
    if (hour & 0x80)
        record_uint(r, IEC104_TIME_STATUS, IEC104_SUMMER_TIME);
    if (ms >= MS_PER_MINUTE || min > 59 || h > 23 || d == 0 || month == 0 || month > 12 || year > 99) {
        record_anomaly(r, IEC104_INVALID_TIME);
        return;
    }
    uint64_t days = days_since_1970(year + (year < 70 ? 2000 : 1900), month, d);
    record_uint(r, row, (((days * 24 + h) * 60 + min) * MS_PER_MINUTE + ms) * 1000);
    if (day >> 5 != 0)
        record_uint(r, IEC104_DAY_OF_WEEK, day >> 5);
}

static void cp56_read(struct cursor *c, struct record *r)
{
    binary_time(c, r, IEC104_TIME);
}

static void range_end_read(struct cursor *c, struct record *r)
{
    binary_time(c, r, IEC104_RANGE_END);
}

/* A command's octet: what to do, how, and whether to do it now. */
static void command_read(struct cursor *c, struct record *r, uint16_t row, unsigned states)
{
    unsigned b = cursor_u8(c);
    value(r, b & states);
    record_uint(r, row, b & states);
    record_uint(r, IEC104_QU, b >> 2 & 0x1f);
    record_uint(r, IEC104_SELECT, b >> 7);
}

static void sco_read(struct cursor *c, struct record *r)
{
    command_read(c, r, IEC104_SCS, 1);
}

static void forbidden_ends(struct cursor c, struct record *r)
{
    int state = cursor_peek(&c, 0) & 3;
    if (state == 0 || state == 3)
        record_anomaly(r, IEC104_INVALID_VALUE);
}

static void dco_read(struct cursor *c, struct record *r)
{
    forbidden_ends(*c, r);
    command_read(c, r, IEC104_DCS, 3);
}

static void rco_read(struct cursor *c, struct record *r)
{
    forbidden_ends(*c, r);
    command_read(c, r, IEC104_RCS, 3);
}

static void qos_read(struct cursor *c, struct record *r)
{
    unsigned b = cursor_u8(c);
    record_uint(r, IEC104_QL, b & 0x7f);
    record_uint(r, IEC104_SELECT, b >> 7);
}

static void coi_read(struct cursor *c, struct record *r)
{
    unsigned b = cursor_u8(c);
    record_uint(r, IEC104_COI, b & 0x7f);
    record_uint(r, IEC104_LOCAL_CHANGE, b >> 7);
}

static void qcc_read(struct cursor *c, struct record *r)
{
    unsigned b = cursor_u8(c);
    record_uint(r, IEC104_RQT, b & 0x3f);
    record_uint(r, IEC104_FRZ, b >> 6);
}

static void qpm_read(struct cursor *c, struct record *r)
{
    unsigned b = cursor_u8(c);
    record_uint(r, IEC104_KPA, b & 0x3f);
    record_uint(r, IEC104_LOCAL_CHANGE, b >> 6 & 1);
    record_uint(r, IEC104_NOT_IN_OPERATION, b >> 7);
}

static void sof_read(struct cursor *c, struct record *r)
{
    unsigned b = cursor_u8(c);
    static const uint8_t names[8] = { [5] = 1, [6] = 2, [7] = 3 };
    record_uint(r, IEC104_SOF, b & 0x1f);
    flags(r, IEC104_FILE_STATUS, b, names);
}

/* The length of the segment, and as much of it as there is. */
static void segment_read(struct cursor *c, struct record *r)
{
    size_t declared = cursor_u8(c), here = declared < c->left ? declared : c->left;
    record_uint(r, IEC104_LOS, declared);
    record_bytes(r, IEC104_SEGMENT, c->at, here);
    if (here < declared)
        record_anomaly(r, IEC104_INVALID_LENGTH);
    cursor_skip(c, here);
}

/* How long an element is and who reads it; without a reader it is a plain number for `row`. */
static const struct {
    uint8_t  size;      /* octets; a segment's is its length octet alone */
    uint16_t row;
    void   (*read)(struct cursor *c, struct record *r);
} elements[ELEMENTS] = {
    [SIQ] = { 1, 0, siq_read },   [DIQ] = { 1, 0, diq_read },   [VTI] = { 1, 0, vti_read },   [QDS] = { 1, 0, qds_read },
    [BSI] = { 4, 0, bsi_read },   [NVA] = { 2, 0, nva_read },   [SVA] = { 2, 0, sva_read },   [R32] = { 4, 0, r32_read },
    [BCR] = { 5, 0, bcr_read },   [SEP] = { 1, 0, sep_read },   [SPE] = { 1, 0, spe_read },   [OCI] = { 1, 0, oci_read },
    [QDP] = { 1, 0, qdp_read },   [SCD] = { 4, 0, scd_read },   [CP16] = { 2, 0, cp16_read }, [CP24] = { 3, 0, cp24_read },
    [CP56] = { 7, 0, cp56_read }, [SCO] = { 1, 0, sco_read },   [DCO] = { 1, 0, dco_read },   [RCO] = { 1, 0, rco_read },
    [QOS] = { 1, 0, qos_read },   [COI] = { 1, 0, coi_read },   [QCC] = { 1, 0, qcc_read },   [QPM] = { 1, 0, qpm_read },
    [SOF] = { 1, 0, sof_read },   [SEGMENT] = { 1, 0, segment_read }, [RANGE_END] = { 7, 0, range_end_read },
    [QOI] = { 1, IEC104_QOI, NULL }, [FBP] = { 2, IEC104_TEST_PATTERN, NULL }, [TSC] = { 2, IEC104_TEST_COUNTER, NULL },
    [QRP] = { 1, IEC104_QRP, NULL }, [QPA] = { 1, IEC104_QPA, NULL }, [NOF] = { 2, IEC104_NOF, NULL },
    [NOS] = { 1, IEC104_NOS, NULL }, [LOF] = { 3, IEC104_LOF, NULL }, [FRQ] = { 1, IEC104_FRQ, NULL },
    [SRQ] = { 1, IEC104_SRQ, NULL }, [SCQ] = { 1, IEC104_SCQ, NULL }, [LSQ] = { 1, IEC104_LSQ, NULL },
    [AFQ] = { 1, IEC104_AFQ, NULL }, [CHS] = { 1, IEC104_CHS, NULL },
};

static uint64_t number(struct cursor *c, unsigned size)
{
    return size == 1 ? cursor_u8(c) : size == 2 ? cursor_le16(c) : cursor_le24(c);
}

size_t iec104_type_size(const struct iec104_type *t, bool *open)
{
    size_t size = 0;
    *open = false;
    for (unsigned i = 0; i < IEC104_ELEMENTS_MAX && t->elements[i] != END; i++) {
        size += elements[t->elements[i]].size;
        *open |= t->elements[i] == SEGMENT;
    }
    return size;
}

size_t iec104_type_said(const struct iec104_type *t)
{
    size_t size = 0;
    for (unsigned i = 0; i < IEC104_ELEMENTS_MAX && t->elements[i] != END && t->elements[i] != CP56; i++)
        size += elements[t->elements[i]].size;
    return size;
}

bool iec104_asdu_read(struct cursor *c, struct iec104_asdu *a)
{
    uint8_t code = cursor_u8(c), qualifier = cursor_u8(c), cause = cursor_u8(c);
    *a = (struct iec104_asdu){ .type = iec104_type(code), .count = qualifier & 0x7f, .sq = qualifier >> 7,
        .cause = cause & 0x3f, .negative = cause >> 6 & 1, .test = cause >> 7, .originator = cursor_u8(c) };
    a->common_address = cursor_le16(c);
    a->objects = cursor_sub(c, c->left);
    return c->status == CURSOR_OK;
}

bool iec104_asdu_fits(const struct iec104_asdu *a)
{
    bool open;
    size_t size = iec104_type_size(a->type, &open), left = a->objects.left;
    if (!a->type->known || a->count == 0 || !iec104_cause_allowed(a->type, a->cause))
        return false;
    if (open)
        return left >= ADDRESS_SIZE + size;
    return left == (a->sq ? ADDRESS_SIZE + a->count * size : a->count * (ADDRESS_SIZE + size));
}

static void object_read(const struct iec104_type *t, struct cursor *c, struct record *r, uint32_t address)
{
    record_item(r, IEC104_OBJECTS);
    record_uint(r, IEC104_ADDRESS, address);
    for (unsigned i = 0; i < IEC104_ELEMENTS_MAX && t->elements[i] != END; i++) {
        unsigned e = t->elements[i];
        if (elements[e].read != NULL)
            elements[e].read(c, r);
        else
            record_uint(r, elements[e].row, number(c, elements[e].size));
    }
}

void iec104_objects_read(const struct iec104_asdu *a, struct record *r)
{
    struct cursor c = a->objects;
    bool open;
    size_t size = iec104_type_size(a->type, &open);
    uint32_t address = 0;
    unsigned done = 0, count = a->type->known ? a->count : 0;
    for (; done < count && done < OBJECTS_MAX; done++) {
        bool addressed = !a->sq || done == 0;
        if (c.left < size + (addressed ? ADDRESS_SIZE : 0))
            break;
        address = addressed ? cursor_le24(&c) : (address + 1) & ADDRESS_TOP;
        object_read(a->type, &c, r, address);
    }
    if (a->type->known && (done < count || c.left > 0))
        record_anomaly(r, IEC104_INVALID_LENGTH);
    if (c.left > 0)
        record_bytes(r, IEC104_DATA, c.at, c.left);
}
