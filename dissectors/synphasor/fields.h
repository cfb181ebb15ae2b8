/* fields - the rows of a synchrophasor record, and the readers that synphasor.c puts together. Private to this folder. */
#ifndef DISSECTORS_SYNPHASOR_FIELDS_H
#define DISSECTORS_SYNPHASOR_FIELDS_H

#include "common/cursor.h"
#include "dissectors/synphasor/synphasor.h"
#include "events/access.h"
#include "events/record.h"

enum synphasor_row {
    SYN_TYPE, SYN_ACCESS, SYN_VERSION, SYN_SIZE, SYN_IDCODE, SYN_TIME, SYN_FRACTION, SYN_TIME_QUALITY, SYN_LEAP, SYN_COMMAND,
    SYN_EXTENDED, SYN_TEXT, SYN_PART, SYN_TIME_BASE, SYN_RATE, SYN_PMU_COUNT,
    SYN_PMUS, SYN_STATION, SYN_PMU_ID, SYN_GLOBAL_ID, SYN_FORMAT, SYN_PHASOR_COUNT, SYN_ANALOG_COUNT, SYN_DIGITAL_COUNT, SYN_NOMINAL,
    SYN_CHANGES, SYN_LATITUDE, SYN_LONGITUDE, SYN_ELEVATION, SYN_CLASS, SYN_WINDOW, SYN_DELAY,
    SYN_STAT, SYN_DATA_ERROR, SYN_STATUS, SYN_PMU_QUALITY, SYN_UNLOCKED, SYN_TRIGGER, SYN_FREQUENCY, SYN_ROCOF, SYN_ANALOG, SYN_DIGITAL,
    SYN_CHANNELS, SYN_CHANNEL, SYN_KIND, SYN_CONVERSION, SYN_FACTOR, SYN_OFFSET,
    SYN_PHASORS, SYN_REAL, SYN_IMAGINARY, SYN_MAGNITUDE, SYN_ANGLE,
    SYN_RESPONSE_TIME, SYN_ROWS
};

enum synphasor_anomaly { SYN_BAD_CRC, SYN_BAD_LENGTH, SYN_OUT_OF_STEP, SYN_UNKNOWN_COMMAND, SYN_SHAPE_UNKNOWN, SYN_ANOMALIES };

enum synphasor_type { SYN_DATA, SYN_HEADER, SYN_CONFIG_1, SYN_CONFIG_2, SYN_COMMAND_FRAME, SYN_CONFIG_3, SYN_TYPES };
enum synphasor_command {
    SYN_DATA_OFF = 1, SYN_DATA_ON, SYN_SEND_HEADER, SYN_SEND_CONFIG_1, SYN_SEND_CONFIG_2, SYN_SEND_CONFIG_3, SYN_EXTENDED_FRAME = 8
};
enum synphasor_kind { SYN_PHASOR_CHANNEL, SYN_ANALOG_CHANNEL, SYN_DIGITAL_CHANNEL };
enum { SYN_POLAR = 1, SYN_PHASORS_FLOAT = 2, SYN_ANALOGS_FLOAT = 4, SYN_FREQUENCY_FLOAT = 8 };   /* FORMAT, table 9 */

extern const struct schema synphasor_schema;

/* What a configuration says of the data that will come. */
struct synphasor_pmu { uint16_t format, phasors, analogs, digitals; uint16_t nominal_hz; };
struct synphasor_shape {
    uint32_t             time_base;     /* parts of a second; 0: not known */
    uint16_t             idcode, count; /* of PMUs; 0: nothing known */
    bool                 partial;       /* more PMUs than are kept */
    struct synphasor_pmu pmus[SYNPHASOR_PMUS_MAX];
};

/* The body of a configuration frame, from its time base on, without the CRC. False: it contradicts itself. */
bool synphasor_config_read(struct record *r, struct cursor c, bool third, struct synphasor_shape *shape);

/* The body of a data frame in that shape. False: it has another. */
bool synphasor_data_read(struct record *r, struct cursor c, const struct synphasor_shape *shape);

#endif
