/* Object headers: IEEE 1815 4.2.2.7, and the walk over what stands behind them. */
#include "dissectors/dnp3/dnp3.h"
#include "dissectors/dnp3/fields.h"

enum {
    SAID_MAX = RECORD_VALUES_MAX - 512,     /* beyond it points are stepped over and the record is cut */
    POINT_ROWS_MAX = 24,                    /* more than any point has */
    GROUP_ATTRIBUTES = 0, GROUP_TIME = 50, GROUP_FILE = 70, GROUP_AUTHENTICATION = 120, TWO_BITS_GROUP = 3
};

static uint32_t number(struct cursor *c, unsigned octets)
{
    return octets == 1 ? cursor_u8(c) : octets == 2 ? cursor_le16(c) : cursor_le32(c);
}

static bool header_read(struct cursor *c, struct dnp3_header *h)
{
    static const uint8_t octets[16] = { [0] = 1, [1] = 2, [2] = 4, [3] = 1, [4] = 2, [5] = 4, [7] = 1, [8] = 2, [9] = 4, [11] = 1 };
    *h = (struct dnp3_header){ .group = cursor_u8(c) };
    h->variation = cursor_u8(c);
    h->qualifier = cursor_u8(c);
    h->prefix = h->qualifier >> 4 & 7;
    h->range = h->qualifier & 0x0f;
    if (h->range <= 5) {
        h->indexed = true;
        h->start = number(c, octets[h->range]);
        h->stop = number(c, octets[h->range]);
        h->count = h->stop >= h->start ? h->stop - h->start + 1 : 0;
        return c->status == CURSOR_OK && h->stop >= h->start;
    }
    if (h->range != 6 && octets[h->range] == 0)
        return false;
    h->count = h->range == 6 ? 0 : number(c, octets[h->range]);
    return c->status == CURSOR_OK;
}

/* Whether the function's objects come with their values; a freeze at a time has that time. */
static bool with_values(uint8_t function, uint8_t group)
{
    if (function == DNP3_FREEZE_AT_TIME || function == DNP3_FREEZE_AT_TIME_NR)
        return group == GROUP_TIME;
    return function != DNP3_READ && (function < DNP3_FREEZE || function > DNP3_FREEZE_AT_TIME_NR) && function != DNP3_ENABLE_UNSOLICITED
           && function != DNP3_DISABLE_UNSOLICITED && function != DNP3_ASSIGN_CLASS;
}

static size_t prefix_octets(uint8_t prefix)
{
    static const uint8_t octets[8] = { [1] = 1, [2] = 2, [3] = 4, [4] = 1, [5] = 2, [6] = 4 };
    return octets[prefix];
}

/* Begins a point's item. False: the record has no room for more points. */
static bool point_begin(struct dnp3_walk *w, bool has_index, uint32_t index)
{
    if (w->record->count + POINT_ROWS_MAX > SAID_MAX) {
        w->record->cut = true;
        return false;
    }
    record_item(w->record, DNP3_POINTS);
    if (has_index)
        record_uint(w->record, DNP3_INDEX, index);
    return true;
}

enum step { STEPPED, UNKNOWN, TOO_FAR };

/* Objects that say their own size: free format, table 4-4. */
static enum step sized_read(struct dnp3_walk *w, const struct dnp3_header *h, struct cursor *c)
{
    for (uint32_t i = 0; i < h->count && c->status == CURSOR_OK; i++) {
        struct cursor object = cursor_sub(c, number(c, (unsigned)prefix_octets(h->prefix)));
        if (c->status != CURSOR_OK || !point_begin(w, false, 0))
            continue;
        bool known = (h->group == GROUP_FILE && dnp3_file_read(w, h->variation, object))
                     || (h->group == GROUP_AUTHENTICATION && dnp3_authentication_read(w, h->variation, object));
        if (!known && object.left > 0)
            record_bytes(w->record, DNP3_OCTETS, object.at, object.left);
    }
    return c->status == CURSOR_OK ? STEPPED : TOO_FAR;
}

static enum step attributes_read(struct dnp3_walk *w, const struct dnp3_header *h, struct cursor *c)
{
    for (uint32_t i = 0; i < h->count; i++) {
        uint32_t index = h->indexed ? h->start + i : number(c, (unsigned)prefix_octets(h->prefix));
        if (c->status != CURSOR_OK || !point_begin(w, true, index) || !dnp3_attribute_read(w, h->variation, c))
            return TOO_FAR;
    }
    return STEPPED;
}

/* States packed into octets, the first in the lowest bits. */
static void packed_read(struct dnp3_walk *w, const struct dnp3_header *h, unsigned bits, struct cursor c)
{
    unsigned each = 8 / bits, mask = (1u << bits) - 1;
    uint8_t octet = 0;
    for (uint32_t i = 0; i < h->count; i++) {
        octet = i % each == 0 ? cursor_u8(&c) : (uint8_t)(octet >> bits);
        if (c.status != CURSOR_OK || !point_begin(w, h->indexed, h->start + i))
            return;
        dnp3_bits_say(w, octet & mask);
    }
}

static void points_read(struct dnp3_walk *w, const struct dnp3_header *h, size_t size, struct cursor c)
{
    size_t prefix = prefix_octets(h->prefix);
    if (prefix + size == 0)
        return;
    for (uint32_t i = 0; i < h->count && c.left > 0; i++) {
        uint32_t index = prefix > 0 ? number(&c, (unsigned)prefix) : h->start + i;
        struct cursor object = cursor_sub(&c, size);
        if (c.status != CURSOR_OK || !point_begin(w, prefix > 0 || h->indexed, index))
            return;
        if (size > 0)
            dnp3_point_read(w, h, &object);
    }
}

static enum step values_read(struct dnp3_walk *w, const struct dnp3_header *h, struct cursor *c)
{
    bool values = w->values && h->variation != 0;
    if (h->count == 0)
        return STEPPED;
    if (h->prefix >= 4 && h->prefix <= 6)
        return sized_read(w, h, c);
    if (h->group == GROUP_ATTRIBUTES && values)
        return attributes_read(w, h, c);
    struct dnp3_size size = values || h->group == GROUP_AUTHENTICATION ? dnp3_size_of(h->group, h->variation) : (struct dnp3_size){ .known = true };
    if (!size.known)
        return UNKNOWN;
    uint64_t octets = ((size.bits + prefix_octets(h->prefix) * 8) * h->count + 7) / 8;
    struct cursor all = cursor_sub(c, octets > SIZE_MAX ? SIZE_MAX : (size_t)octets);
    if (c->status != CURSOR_OK)
        return TOO_FAR;
    if (size.bits % 8 != 0 && h->prefix == 0)
        packed_read(w, h, (unsigned)size.bits, all);
    else if (size.bits % 8 == 0)
        points_read(w, h, (size_t)(size.bits / 8), all);
    return STEPPED;
}

static void header_say(struct record *r, const struct dnp3_header *h)
{
    record_item(r, DNP3_OBJECTS);
    record_uint(r, DNP3_OBJECT_GROUP, h->group);
    record_uint(r, DNP3_OBJECT_VARIATION, h->variation);
    record_uint(r, DNP3_OBJECT_QUALIFIER, h->qualifier);
    record_uint(r, DNP3_OBJECT_PREFIX, h->prefix);
    record_uint(r, DNP3_OBJECT_RANGE, h->range);
    if (h->indexed) {
        record_uint(r, DNP3_OBJECT_START, h->start);
        record_uint(r, DNP3_OBJECT_STOP, h->stop);
    }
    record_uint(r, DNP3_OBJECT_COUNT, h->count);
}

/* What the objects make of reading and writing, for the policies. */
static enum access access_of(uint8_t function, uint8_t group)
{
    if (function == DNP3_READ)
        return group == 0 ? ACCESS_IDENTIFY : group == GROUP_FILE ? ACCESS_FILE : ACCESS_OTHER;
    if (function != DNP3_WRITE)
        return ACCESS_OTHER;
    switch (group) {
    case 0: case 34: case 80: case 85: case 86: return ACCESS_CONFIGURE;
    case GROUP_TIME: case 51:                   return ACCESS_SET_TIME;
    case GROUP_FILE:                            return ACCESS_FILE;
    case 112:                                   return ACCESS_TUNNEL;    /* virtual terminal */
    default:                                    return ACCESS_OTHER;
    }
}

bool dnp3_objects_read(struct dnp3_walk *w, struct cursor c)
{
    struct record *r = w->record;
    struct dnp3_header h;
    uint64_t points = 0;
    for (unsigned i = 0; c.left > 0; i++) {
        if (i == DNP3_OBJECTS_MAX) {
            record_anomaly(r, DNP3_TOO_MANY_OBJECTS);
            return false;
        }
        bool possible = header_read(&c, &h);
        if (c.status == CURSOR_OK) {
            header_say(r, &h);
            w->access = i == 0 ? access_of(w->function, h.group) : w->access;
        }
        points += h.count;
        if (points > DNP3_POINTS_MAX)
            record_anomaly(r, DNP3_TOO_MANY_POINTS);
        w->values = with_values(w->function, h.group);
        enum step step = possible ? values_read(w, &h, &c) : TOO_FAR;
        if (step != STEPPED) {
            record_anomaly(r, step == UNKNOWN ? DNP3_UNKNOWN_OBJECT : DNP3_MALFORMED);
            return false;
        }
    }
    return true;
}
