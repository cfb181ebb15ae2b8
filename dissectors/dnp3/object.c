/* Object headers: IEEE 1815 4.2.2.7, and the sizes of the objects behind them, clause 11 and annex A. */
#include "dissectors/dnp3/dnp3.h"
#include "dissectors/dnp3/fields.h"

enum { READ = 1, FREEZE_FIRST = 7, FREEZE_LAST = 12, ENABLE_UNSOLICITED = 20, DISABLE_UNSOLICITED = 21, ASSIGN_CLASS = 22 };

/* Sizes by variation from 1 on: octets, or below zero so many bits. 0: not known, or nothing at all (NOTHING). */
enum { NOTHING = 127, ONE_BIT = -1, TWO_BITS = -2 };
static const struct { uint8_t group; int8_t sizes[13]; } objects[] = {
    { 1,  { ONE_BIT, 1 } },                 { 2,  { 1, 7, 3 } },            { 3,  { TWO_BITS, 1 } },        { 4,  { 1, 7, 3 } },
    { 10, { ONE_BIT, 1 } },                 { 11, { 1, 7 } },               { 12, { 11, 11, ONE_BIT } },    { 13, { 1, 7 } },
    { 20, { 5, 3, 5, 3, 4, 2, 4, 2 } },     { 21, { 5, 3, 5, 3, 11, 9, 11, 9, 4, 2, 4, 2 } },
    { 22, { 5, 3, 5, 3, 11, 9, 11, 9 } },   { 23, { 5, 3, 5, 3, 11, 9, 11, 9 } },
    { 30, { 5, 3, 4, 2, 5, 9 } },           { 31, { 5, 3, 11, 9, 4, 2, 5, 9 } },
    { 32, { 5, 3, 11, 9, 5, 9, 11, 15 } },  { 33, { 5, 3, 11, 9, 5, 9, 11, 15 } },
    { 34, { 2, 4, 4 } },                    { 40, { 5, 3, 5, 9 } },         { 41, { 5, 3, 5, 9 } },
    { 42, { 5, 3, 11, 9, 5, 9, 11, 15 } },  { 43, { 5, 3, 11, 9, 5, 9, 11, 15 } },
    { 50, { 6, 10, 6, 11 } },               { 51, { 6, 6 } },               { 52, { 2, 2 } },
    { 60, { NOTHING, NOTHING, NOTHING, NOTHING } },
    { 80, { ONE_BIT } },                    { 81, { 3 } },                  { 101, { 2, 4, 8 } },           { 102, { 1 } },
    { 121, { 7 } },                         { 122, { 13, 11 } },
};

static int size_of(uint8_t group, uint8_t variation)
{
    if (group >= 110 && group <= 113)       /* octet strings: the variation is the length */
        return variation;
    for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++)
        if (objects[i].group == group && variation >= 1 && variation <= sizeof objects[i].sizes)
            return objects[i].sizes[variation - 1];
    return 0;
}

/* Tables 4-4 and 4-5. */
struct header {
    uint8_t  group, variation, qualifier, prefix, range;
    bool     indexed;               /* start and stop are there */
    uint32_t start, stop, count;
};

static uint32_t number(struct cursor *c, unsigned octets)
{
    return octets == 1 ? cursor_u8(c) : octets == 2 ? cursor_le16(c) : cursor_le32(c);
}

static bool header_read(struct cursor *c, struct header *h)
{
    static const uint8_t octets[16] = { [0] = 1, [1] = 2, [2] = 4, [3] = 1, [4] = 2, [5] = 4, [7] = 1, [8] = 2, [9] = 4, [11] = 1 };
    *h = (struct header){ .group = cursor_u8(c), .variation = cursor_u8(c) };
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

/* Whether the function's objects come without their values. */
static bool headers_only(uint8_t function)
{
    return function == READ || (function >= FREEZE_FIRST && function <= FREEZE_LAST) || function == ENABLE_UNSOLICITED
           || function == DISABLE_UNSOLICITED || function == ASSIGN_CLASS;
}

static size_t prefix_octets(uint8_t prefix)
{
    static const uint8_t octets[8] = { [1] = 1, [2] = 2, [3] = 4, [4] = 1, [5] = 2, [6] = 4 };
    return octets[prefix];
}

/* Objects that say their own size: free format, table 4-4. */
static bool sized_skip(const struct header *h, struct cursor *c)
{
    for (uint32_t i = 0; i < h->count && c->status == CURSOR_OK; i++)
        cursor_skip(c, number(c, (unsigned)prefix_octets(h->prefix)));
    return c->status == CURSOR_OK;
}

enum step { STEPPED, UNKNOWN, TOO_FAR };

static enum step values_skip(const struct header *h, bool values, struct cursor *c)
{
    if (h->count == 0)
        return STEPPED;
    if (h->prefix >= 4 && h->prefix <= 6)
        return sized_skip(h, c) ? STEPPED : TOO_FAR;
    int size = values && h->variation != 0 ? size_of(h->group, h->variation) : NOTHING;
    if (size == 0)
        return UNKNOWN;
    uint64_t bits = size == NOTHING ? 0 : size < 0 ? (uint64_t)-size : (uint64_t)size * 8;
    uint64_t each = bits + prefix_octets(h->prefix) * 8;
    uint64_t octets = (each * h->count + 7) / 8;
    cursor_skip(c, octets > SIZE_MAX ? SIZE_MAX : (size_t)octets);
    return c->status == CURSOR_OK ? STEPPED : TOO_FAR;
}

static void header_say(struct record *r, const struct header *h)
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

bool dnp3_objects_read(struct record *r, uint8_t function, struct cursor c)
{
    struct header h;
    uint64_t points = 0;
    for (unsigned i = 0; c.left > 0; i++) {
        if (i == DNP3_OBJECTS_MAX) {
            record_anomaly(r, DNP3_TOO_MANY_OBJECTS);
            return false;
        }
        bool possible = header_read(&c, &h);
        if (c.status == CURSOR_OK)
            header_say(r, &h);
        points += h.count;
        if (points > DNP3_POINTS_MAX)
            record_anomaly(r, DNP3_TOO_MANY_POINTS);
        enum step step = possible ? values_skip(&h, !headers_only(function), &c) : TOO_FAR;
        if (step != STEPPED) {
            record_anomaly(r, step == UNKNOWN ? DNP3_UNKNOWN_OBJECT : DNP3_MALFORMED);
            return false;
        }
    }
    return true;
}
