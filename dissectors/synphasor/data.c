/* Data frames: C37.118.2 6.3, in the shape that the last configuration gave them. */
#include "dissectors/synphasor/fields.h"

#include <string.h>

enum { ROOM = RECORD_VALUES_MAX - 64 };
enum { ERROR_SHIFT = 14, QUALITY_SHIFT = 6, UNLOCKED_SHIFT = 4 };

static double float_read(struct cursor *c)
{
    uint32_t bits = cursor_be32(c);
    float f;
    memcpy(&f, &bits, sizeof f);
    return (double)f;
}

/* Table 7: what the status word says besides that all is well. */
static void status_say(struct record *r, uint16_t stat)
{
    record_uint(r, SYN_STAT, stat);
    record_uint(r, SYN_DATA_ERROR, stat >> ERROR_SHIFT);
    for (unsigned bit = 9; bit <= 13; bit++)
        if (stat >> bit & 1)
            record_uint(r, SYN_STATUS, bit);
    record_uint(r, SYN_PMU_QUALITY, stat >> QUALITY_SHIFT & 7u);
    record_uint(r, SYN_UNLOCKED, stat >> UNLOCKED_SHIFT & 3u);
    if (stat & 1u << 11)
        record_uint(r, SYN_TRIGGER, stat & 0xfu);
}

static void phasor_say(struct record *r, struct cursor *c, uint16_t format)
{
    bool is_float = format & SYN_PHASORS_FLOAT, polar = format & SYN_POLAR;
    double first = is_float ? float_read(c) : polar ? cursor_be16(c) : (double)(int16_t)cursor_be16(c);
    double second = is_float ? float_read(c) : (double)(int16_t)cursor_be16(c);
    if (polar && !is_float)
        second /= 10000;            /* 6.3: 10^-4 rad */
    record_item(r, SYN_PHASORS);
    record_real(r, polar ? SYN_MAGNITUDE : SYN_REAL, first);
    record_real(r, polar ? SYN_ANGLE : SYN_IMAGINARY, second);
}

static void frequency_say(struct record *r, struct cursor *c, const struct synphasor_pmu *pmu)
{
    bool is_float = pmu->format & SYN_FREQUENCY_FLOAT;
    double frequency = is_float ? float_read(c) : pmu->nominal_hz + (double)(int16_t)cursor_be16(c) / 1000;
    double rocof = is_float ? float_read(c) : (double)(int16_t)cursor_be16(c) / 100;
    record_real(r, SYN_FREQUENCY, frequency);
    record_real(r, SYN_ROCOF, rocof);
}

static void pmu_say(struct record *r, struct cursor c, const struct synphasor_pmu *pmu)
{
    struct cursor phasors;
    record_item(r, SYN_PMUS);
    status_say(r, cursor_be16(&c));
    phasors = cursor_sub(&c, pmu->phasors * (pmu->format & SYN_PHASORS_FLOAT ? 8u : 4u));
    frequency_say(r, &c, pmu);
    for (unsigned i = 0; i < pmu->analogs && r->count < ROOM; i++)
        record_real(r, SYN_ANALOG, pmu->format & SYN_ANALOGS_FLOAT ? float_read(&c) : (double)(int16_t)cursor_be16(&c));
    for (unsigned i = 0; i < pmu->digitals && r->count < ROOM; i++)
        record_uint(r, SYN_DIGITAL, cursor_be16(&c));
    for (unsigned i = 0; i < pmu->phasors && r->count < ROOM; i++)
        phasor_say(r, &phasors, pmu->format);
}

static size_t octets(const struct synphasor_pmu *pmu)
{
    size_t phasors = pmu->phasors * (pmu->format & SYN_PHASORS_FLOAT ? 8u : 4u);
    size_t analogs = pmu->analogs * (pmu->format & SYN_ANALOGS_FLOAT ? 4u : 2u);
    return 2 + phasors + (pmu->format & SYN_FREQUENCY_FLOAT ? 8u : 4u) + analogs + pmu->digitals * 2u;
}

bool synphasor_data_read(struct record *r, struct cursor c, const struct synphasor_shape *shape)
{
    size_t all = 0;
    for (unsigned i = 0; i < shape->count; i++)
        all += octets(&shape->pmus[i]);
    if (shape->partial ? all > c.left : all != c.left)
        return false;
    for (unsigned i = 0; i < shape->count; i++) {
        if (r->count >= ROOM) {
            r->cut = true;
            break;
        }
        pmu_say(r, cursor_sub(&c, octets(&shape->pmus[i])), &shape->pmus[i]);
    }
    return true;
}
