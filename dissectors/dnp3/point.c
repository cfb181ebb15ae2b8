/* The values of points: clause 11 and annex A. Each variation's object is a row of letters, one for each thing in it. */
#include "dissectors/dnp3/fields.h"

#include <string.h>

enum { VARIATIONS = 13, STATE_BIT = 0x80, ONLINE = 0x01, STATUS_BITS = 0x7f };

/* A letter    octets  what
 *   q           1     flags                                S     1   status of a control
 *   b           1     flags, the state in bit 7            Z     1   status in bits 0 to 6, the commanded state in bit 7
 *   d           1     flags, two bits of state in 6, 7     C     1   control code
 *   s i         2 4   signed                               n     1   how often
 *   v w u       1 2 4 unsigned                             o f   4   milliseconds on, off
 *   r R         4 8   floating point                       t     6   milliseconds since 1970
 *   B D E       2 4 8 packed decimal digits                m     2   milliseconds behind the common time
 *   a           2     association                          x y   2   a delay in seconds, in milliseconds
 *   k           1     octets without another reading       I U   4 1 an interval and its unit
 * "1" and "2" are packed bits, "." an object without content. NULL: no such variation. */
static const struct { uint8_t group; const char *layouts[VARIATIONS]; } objects[] = {
    { 1,  { "1", "b" } },
    { 2,  { "b", "bt", "bm" } },
    { 3,  { "2", "d" } },
    { 4,  { "d", "dt", "dm" } },
    { 10, { "1", "b" } },
    { 11, { "b", "bt" } },
    { 12, { "CnofS", "CnofS", "1" } },
    { 13, { "Z", "Zt" } },
    { 20, { "qu", "qw", "qu", "qw", "u", "w", "u", "w" } },
    { 21, { "qu", "qw", "qu", "qw", "qut", "qwt", "qut", "qwt", "u", "w", "u", "w" } },
    { 22, { "qu", "qw", "qu", "qw", "qut", "qwt", "qut", "qwt" } },
    { 23, { "qu", "qw", "qu", "qw", "qut", "qwt", "qut", "qwt" } },
    { 30, { "qi", "qs", "i", "s", "qr", "qR" } },
    { 31, { "qi", "qs", "qit", "qst", "i", "s", "qr", "qR" } },
    { 32, { "qi", "qs", "qit", "qst", "qr", "qR", "qrt", "qRt" } },
    { 33, { "qi", "qs", "qit", "qst", "qr", "qR", "qrt", "qRt" } },
    { 34, { "w", "u", "r" } },
    { 40, { "qi", "qs", "qr", "qR" } },
    { 41, { "iS", "sS", "rS", "RS" } },
    { 42, { "qi", "qs", "qit", "qst", "qr", "qR", "qrt", "qRt" } },
    { 43, { "Si", "Ss", "Sit", "Sst", "Sr", "SR", "Srt", "SRt" } },
    { 50, { "t", "tI", "t", "tIU" } },
    { 51, { "t", "t" } },
    { 52, { "x", "y" } },
    { 60, { ".", ".", ".", "." } },
    { 80, { "1" } },
    { 81, { "vkk" } },
    { 101, { "B", "D", "E" } },
    { 102, { "v" } },
    { 120, { NULL, NULL, "ua", "a" } },        /* authentication.c reads them; here are their sizes */
    { 121, { "qau" } },
    { 122, { "qau", "qaut" } },
};

static const char *layout_of(uint8_t group, uint8_t variation)
{
    for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++)
        if (objects[i].group == group && variation >= 1 && variation <= VARIATIONS)
            return objects[i].layouts[variation - 1];
    return NULL;
}

static unsigned bits_of(char letter)
{
    switch (letter) {
    case '1': case '2':                               return (unsigned)(letter - '0');
    case '.':                                         return 0;
    case 's': case 'w': case 'B': case 'a': case 'm': case 'x': case 'y': return 16;
    case 'i': case 'u': case 'r': case 'D': case 'o': case 'f': case 'I': return 32;
    case 't':                                         return 48;
    case 'R': case 'E':                               return 64;
    default:                                          return 8;
    }
}

static bool octet_string(uint8_t group)
{
    return group >= 110 && group <= 113;
}

struct dnp3_size dnp3_size_of(uint8_t group, uint8_t variation)
{
    struct dnp3_size size = { .known = true };
    if (octet_string(group)) {      /* the variation is the length */
        size.bits = variation * UINT64_C(8);
        return size;
    }
    const char *layout = layout_of(group, variation);
    size.known = layout != NULL;
    for (; layout != NULL && *layout != '\0'; layout++)
        size.bits += bits_of(*layout);
    return size;
}

/* --- quality ------------------------------------------------------------------------------------------------------- */

enum { OFFLINE, RESTART, COMM_LOST, REMOTE_FORCED, LOCAL_FORCED, CHATTER_FILTER, ROLLOVER, OVER_RANGE, DISCONTINUITY, REFERENCE_ERROR };

static void quality_say(struct record *r, uint8_t group, uint8_t flags)
{
    static const uint8_t common[] = { RESTART, COMM_LOST, REMOTE_FORCED, LOCAL_FORCED };
    bool counter = group >= 20 && group <= 23, analog = group >= 30 && group <= 33, binary = group <= 4;
    record_uint(r, DNP3_FLAGS, flags);
    if (!(flags & ONLINE))
        record_uint(r, DNP3_QUALITY, OFFLINE);
    for (unsigned i = 0; i < sizeof common; i++)
        if (flags >> (i + 1) & 1)
            record_uint(r, DNP3_QUALITY, common[i]);
    if (flags & 0x20 && (counter || analog || binary))
        record_uint(r, DNP3_QUALITY, counter ? ROLLOVER : analog ? OVER_RANGE : CHATTER_FILTER);
    if (flags & 0x40 && (counter || analog))
        record_uint(r, DNP3_QUALITY, counter ? DISCONTINUITY : REFERENCE_ERROR);
}

/* --- values -------------------------------------------------------------------------------------------------------- */

static uint64_t time48(struct cursor *c)
{
    uint64_t low = cursor_le32(c);
    return (uint64_t)cursor_le16(c) << 32 | low;
}

static double real_read(struct cursor *c, bool wide)
{
    double d;
    float f;
    uint64_t wide_bits = wide ? cursor_le64(c) : 0;
    uint32_t bits = wide ? 0 : cursor_le32(c);
    memcpy(&d, &wide_bits, sizeof d);
    memcpy(&f, &bits, sizeof f);
    return wide ? d : (double)f;
}

static int64_t digits(uint64_t packed)
{
    int64_t n = 0;
    for (unsigned i = 0; i < 16; i++)
        n = n * 10 + (int64_t)(packed >> (60 - i * 4) & 0xf) % 10;
    return n;
}

static void control_say(struct record *r, uint8_t code)
{
    record_uint(r, DNP3_OPERATION, code & 0x0f);
    record_uint(r, DNP3_TRIP_CLOSE, code >> 6);
    if (code & 0x10)
        record_uint(r, DNP3_QUEUE, true);
    if (code & 0x20)
        record_uint(r, DNP3_CLEAR, true);
}

static void status_say(struct dnp3_walk *w, uint8_t status)
{
    record_uint(w->record, DNP3_STATUS, status);
    w->refused |= status != 0 && w->function >= DNP3_ANSWER;
}

static void state_say(struct dnp3_walk *w, uint8_t group, char letter, uint8_t octet)
{
    struct record *r = w->record;
    if (letter == 'Z') {
        record_int(r, DNP3_VALUE, octet >> 7);
        status_say(w, octet & STATUS_BITS);
        return;
    }
    if (letter != 'q')
        record_int(r, DNP3_VALUE, letter == 'b' ? octet >> 7 : octet >> 6);
    quality_say(r, group, letter == 'q' ? octet : letter == 'b' ? octet & STATUS_BITS : octet & 0x3f);
}

static void moment_say(struct dnp3_walk *w, uint8_t group, uint64_t ms)
{
    record_uint(w->record, DNP3_TIME, ms * 1000);
    if (group == 51) {
        w->timed = true;
        w->common_ms = ms;
    }
}

static void relative_say(struct dnp3_walk *w, uint16_t ms)
{
    record_uint(w->record, DNP3_RELATIVE, ms);
    if (w->timed)
        record_uint(w->record, DNP3_TIME, (w->common_ms + ms) * 1000);
}

/* Takes one thing; false: it was a plain number, which `n` is. */
static bool special(struct dnp3_walk *w, uint8_t group, char letter, struct cursor *c)
{
    struct record *r = w->record;
    switch (letter) {
    case 'q': case 'b': case 'd': case 'Z': state_say(w, group, letter, cursor_u8(c)); return true;
    case 'r': case 'R': record_real(r, DNP3_REAL, real_read(c, letter == 'R')); return true;
    case 't': moment_say(w, group, time48(c)); return true;
    case 'm': relative_say(w, cursor_le16(c)); return true;
    case 'C': control_say(r, cursor_u8(c)); return true;
    case 'S': status_say(w, cursor_u8(c)); return true;
    case 'k': record_bytes(r, DNP3_OCTETS, c->at, c->left); cursor_skip(c, c->left); return true;
    default: return false;
    }
}

static void plain(struct record *r, char letter, struct cursor *c)
{
    switch (letter) {
    case 's': record_int(r, DNP3_VALUE, (int16_t)cursor_le16(c)); break;
    case 'i': record_int(r, DNP3_VALUE, (int32_t)cursor_le32(c)); break;
    case 'v': record_int(r, DNP3_VALUE, cursor_u8(c)); break;
    case 'w': record_int(r, DNP3_VALUE, cursor_le16(c)); break;
    case 'u': record_int(r, DNP3_VALUE, cursor_le32(c)); break;
    case 'B': record_int(r, DNP3_VALUE, digits(cursor_le16(c))); break;
    case 'D': record_int(r, DNP3_VALUE, digits(cursor_le32(c))); break;
    case 'E': record_int(r, DNP3_VALUE, digits(cursor_le64(c))); break;
    case 'a': record_uint(r, DNP3_ASSOCIATION, cursor_le16(c)); break;
    case 'n': record_uint(r, DNP3_TIMES, cursor_u8(c)); break;
    case 'o': record_uint(r, DNP3_ON_TIME, cursor_le32(c)); break;
    case 'f': record_uint(r, DNP3_OFF_TIME, cursor_le32(c)); break;
    case 'x': record_uint(r, DNP3_DELAY, cursor_le16(c) * UINT64_C(1000)); break;
    case 'y': record_uint(r, DNP3_DELAY, cursor_le16(c)); break;
    case 'I': record_uint(r, DNP3_INTERVAL, cursor_le32(c)); break;
    case 'U': record_uint(r, DNP3_INTERVAL_UNITS, cursor_u8(c)); break;
    default: break;
    }
}

void dnp3_point_read(struct dnp3_walk *w, const struct dnp3_header *h, struct cursor *c)
{
    if (octet_string(h->group)) {
        record_bytes(w->record, DNP3_OCTETS, c->at, c->left);
        return;
    }
    if (h->group == 120) {
        (void)dnp3_authentication_read(w, h->variation, *c);
        return;
    }
    const char *layout = layout_of(h->group, h->variation);
    for (; layout != NULL && *layout != '\0' && c->left > 0; layout++)
        if (!special(w, h->group, *layout, c))
            plain(w->record, *layout, c);
}

void dnp3_bits_say(struct dnp3_walk *w, unsigned value)
{
    record_int(w->record, DNP3_VALUE, (int64_t)value);
}
