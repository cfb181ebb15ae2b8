/* Configuration frames: C37.118.2 6.4 (1 and 2, fixed names of sixteen octets) and 6.5 (3, names that say their length). */
#include "dissectors/synphasor/fields.h"

#include <string.h>

enum { NAME = 16, DIGITAL_NAMES = 16, GLOBAL_ID = 16, FLAGS_3 = 4, ROOM = RECORD_VALUES_MAX - 64, TIME_BASE_BITS = 0xffffff };
enum { NOMINAL_50 = 1 };

static double float_read(struct cursor *c)
{
    uint32_t bits = cursor_be32(c);
    float f;
    memcpy(&f, &bits, sizeof f);
    return (double)f;
}

/* One name without the blanks that fill it. */
static struct cursor name_take(struct cursor *c, bool third)
{
    struct cursor name = cursor_sub(c, third ? cursor_u8(c) : (size_t)NAME);
    while (name.left > 0 && (name.at[name.left - 1] == ' ' || name.at[name.left - 1] == 0))
        name.left--;
    return name;
}

static void name_say(struct record *r, uint16_t row, const struct cursor *name)
{
    if (name->left > 0)
        record_bytes(r, row, name->at, name->left);
}

/* Steps over the names of a unit's channels; every turn takes an octet or ends it. */
static void names_skip(struct cursor *c, bool third, uint32_t count)
{
    for (uint32_t i = 0; i < count && c->status == CURSOR_OK; i++)
        cursor_skip(c, third ? cursor_u8(c) : (size_t)NAME);
}

/* PHUNIT, ANUNIT, DIGUNIT, or in configuration 3 PHSCALE and ANSCALE. */
static void conversion_say(struct record *r, struct cursor *c, bool third, enum synphasor_kind kind, bool say)
{
    uint32_t flags = third && kind == SYN_ANALOG_CHANNEL ? 0 : cursor_be32(c);
    double factor = third && kind != SYN_DIGITAL_CHANNEL ? float_read(c) : 0;
    double offset = third && kind != SYN_DIGITAL_CHANNEL ? float_read(c) : 0;
    if (!say || c->status != CURSOR_OK)
        return;
    if (!(third && kind == SYN_ANALOG_CHANNEL))
        record_uint(r, SYN_CONVERSION, flags);
    if (third && kind != SYN_DIGITAL_CHANNEL) {
        record_real(r, SYN_FACTOR, factor);
        record_real(r, SYN_OFFSET, offset);
    }
}

struct channels { struct cursor names, units; bool third; };

static void channels_say(struct record *r, struct channels *ch, enum synphasor_kind kind, uint32_t count)
{
    unsigned each = kind == SYN_DIGITAL_CHANNEL ? DIGITAL_NAMES : 1;
    for (uint32_t i = 0; i < count && ch->names.status == CURSOR_OK && ch->units.status == CURSOR_OK; i++) {
        struct cursor unit = ch->units;
        for (unsigned bit = 0; bit < each; bit++) {
            struct cursor name = name_take(&ch->names, ch->third);
            bool say = r->count < ROOM;
            r->cut |= !say;
            if (say) {
                record_item(r, SYN_CHANNELS);
                name_say(r, SYN_CHANNEL, &name);
                record_uint(r, SYN_KIND, kind);
            }
            ch->units = unit;
            conversion_say(r, &ch->units, ch->third, kind, say);
        }
    }
}

static void place_say(struct record *r, struct cursor *c)
{
    record_real(r, SYN_LATITUDE, float_read(c));
    record_real(r, SYN_LONGITUDE, float_read(c));
    record_real(r, SYN_ELEVATION, float_read(c));
    const uint8_t *class = cursor_bytes(c, 1);
    if (class != NULL)
        record_bytes(r, SYN_CLASS, class, 1);
    record_int(r, SYN_WINDOW, (int32_t)cursor_be32(c));
    record_int(r, SYN_DELAY, (int32_t)cursor_be32(c));
}

/* One measurement unit. False: it reaches over the frame's end. */
static bool pmu_read(struct record *r, struct cursor *c, bool third, struct synphasor_pmu *pmu)
{
    record_item(r, SYN_PMUS);
    struct cursor station = name_take(c, third);
    name_say(r, SYN_STATION, &station);
    record_uint(r, SYN_PMU_ID, cursor_be16(c));
    const uint8_t *global = third ? cursor_bytes(c, GLOBAL_ID) : NULL;
    if (global != NULL)
        record_bytes(r, SYN_GLOBAL_ID, global, GLOBAL_ID);
    pmu->format = cursor_be16(c) & (SYN_POLAR | SYN_PHASORS_FLOAT | SYN_ANALOGS_FLOAT | SYN_FREQUENCY_FLOAT);
    for (unsigned bit = 0; bit < 4; bit++)
        if (pmu->format >> bit & 1)
            record_uint(r, SYN_FORMAT, 1u << bit);
    pmu->phasors = cursor_be16(c);
    pmu->analogs = cursor_be16(c);
    pmu->digitals = cursor_be16(c);
    record_uint(r, SYN_PHASOR_COUNT, pmu->phasors);
    record_uint(r, SYN_ANALOG_COUNT, pmu->analogs);
    record_uint(r, SYN_DIGITAL_COUNT, pmu->digitals);
    struct channels ch = { .names = *c, .third = third };
    names_skip(c, third, pmu->phasors + (uint32_t)pmu->analogs + (uint32_t)pmu->digitals * DIGITAL_NAMES);
    ch.units = *c;
    channels_say(r, &ch, SYN_PHASOR_CHANNEL, pmu->phasors);
    channels_say(r, &ch, SYN_ANALOG_CHANNEL, pmu->analogs);
    channels_say(r, &ch, SYN_DIGITAL_CHANNEL, pmu->digitals);
    *c = ch.units;
    if (third)
        place_say(r, c);
    pmu->nominal_hz = cursor_be16(c) & NOMINAL_50 ? 50 : 60;
    record_uint(r, SYN_NOMINAL, pmu->nominal_hz);
    record_uint(r, SYN_CHANGES, cursor_be16(c));
    return c->status == CURSOR_OK;
}

bool synphasor_config_read(struct record *r, struct cursor c, bool third, struct synphasor_shape *shape)
{
    *shape = (struct synphasor_shape){ .idcode = shape->idcode };
    uint16_t part = third ? cursor_be16(&c) : 0;
    if (third)
        record_uint(r, SYN_PART, part);
    if (third && part > 1) {        /* a later part begins anywhere: 6.5, CONT_IDX */
        shape->partial = true;
        return true;
    }
    shape->time_base = cursor_be32(&c) & TIME_BASE_BITS;
    unsigned count = cursor_be16(&c);
    if (c.status != CURSOR_OK)
        return false;
    record_uint(r, SYN_TIME_BASE, shape->time_base);
    record_uint(r, SYN_PMU_COUNT, count);
    for (unsigned i = 0; i < count; i++) {
        struct synphasor_pmu pmu = { .format = 0 };
        if (r->count >= ROOM - 32) {
            r->cut = shape->partial = true;
            return true;
        }
        if (!pmu_read(r, &c, third, &pmu))
            return part != 0;
        if (i < SYNPHASOR_PMUS_MAX)
            shape->pmus[shape->count++] = pmu;
        else
            shape->partial = true;
    }
    record_int(r, SYN_RATE, (int16_t)cursor_be16(&c));
    return c.status == CURSOR_OK;
}
