/* What a synchrophasor record can carry. Names after the standard's. */
#include "dissectors/synphasor/fields.h"

static const struct field_name types[] = {
    { SYN_DATA, "data" }, { SYN_HEADER, "header" }, { SYN_CONFIG_1, "cfg1" }, { SYN_CONFIG_2, "cfg2" },
    { SYN_COMMAND_FRAME, "command" }, { SYN_CONFIG_3, "cfg3" }, { 0, NULL }
};

static const struct field_name commands[] = {       /* table 15 */
    { SYN_DATA_OFF, "data_off" }, { SYN_DATA_ON, "data_on" }, { SYN_SEND_HEADER, "send_header" },
    { SYN_SEND_CONFIG_1, "send_cfg1" }, { SYN_SEND_CONFIG_2, "send_cfg2" }, { SYN_SEND_CONFIG_3, "send_cfg3" },
    { SYN_EXTENDED_FRAME, "extended_frame" }, { 0, NULL }
};

static const struct field_name time_qualities[] = {     /* table 3 */
    { 0, "locked" }, { 1, "within_1_ns" }, { 2, "within_10_ns" }, { 3, "within_100_ns" }, { 4, "within_1_us" }, { 5, "within_10_us" },
    { 6, "within_100_us" }, { 7, "within_1_ms" }, { 8, "within_10_ms" }, { 9, "within_100_ms" }, { 10, "within_1_s" },
    { 11, "within_10_s" }, { 15, "clock_failure" }, { 0, NULL }
};

static const struct field_name formats[] = {
    { SYN_POLAR, "polar" }, { SYN_PHASORS_FLOAT, "phasors_float" }, { SYN_ANALOGS_FLOAT, "analogs_float" },
    { SYN_FREQUENCY_FLOAT, "frequency_float" }, { 0, NULL }
};

static const struct field_name kinds[] = {
    { SYN_PHASOR_CHANNEL, "phasor" }, { SYN_ANALOG_CHANNEL, "analog" }, { SYN_DIGITAL_CHANNEL, "digital" }, { 0, NULL }
};

static const struct field_name data_errors[] = { { 0, "good" }, { 1, "pmu_error" }, { 2, "test_mode" }, { 3, "do_not_use" }, { 0, NULL } };

static const struct field_name status_bits[] = {        /* table 7, by bit */
    { 13, "out_of_sync" }, { 12, "sorted_by_arrival" }, { 11, "trigger" }, { 10, "configuration_change" }, { 9, "data_modified" }, { 0, NULL }
};

static const struct field_name unlocked[] = {
    { 0, "under_10_s" }, { 1, "under_100_s" }, { 2, "under_1000_s" }, { 3, "over_1000_s" }, { 0, NULL }
};

static const struct field_name triggers[] = {
    { 0, "manual" }, { 1, "magnitude_low" }, { 2, "magnitude_high" }, { 3, "phase_angle_difference" }, { 4, "frequency" },
    { 5, "rate_of_change_of_frequency" }, { 7, "digital" }, { 0, NULL }
};

#define PMU .in = SYN_PMUS + 1
#define CHANNEL .in = SYN_CHANNELS + 1
#define PHASOR .in = SYN_PHASORS + 1

static const struct field fields[] = {
    [SYN_TYPE]         = { .name = "frame_type", .names = types, .about = "What kind of frame." },
    [SYN_ACCESS]       = { ACCESS_FIELD },
    [SYN_VERSION]      = { .name = "version", .about = "1: C37.118-2005, 2: C37.118.2-2011." },
    [SYN_SIZE]         = { .name = "frame_size", .unit = "bytes", .about = "Length of the frame, with its CRC." },
    [SYN_IDCODE]       = { .name = "idcode", .means = MEANS_UNIT, .about = "Data stream, or device that is spoken to." },
    [SYN_TIME]         = { .name = "time", .type = FIELD_TIME, .about = "Time stamp; below the second only where the configuration is known." },
    [SYN_FRACTION]     = { .name = "fraction", .about = "Fraction of the second, in parts of the time base." },
    [SYN_TIME_QUALITY] = { .name = "time_quality", .names = time_qualities, .about = "How good the clock is." },
    [SYN_LEAP]         = { .name = "leap_second", .about = "Leap second: bit 0 pending, bit 1 occurred, bit 2 deleted; only when one is." },
    [SYN_COMMAND]      = { .name = "command", .means = MEANS_FUNCTION, .names = commands, .about = "What is commanded." },
    [SYN_EXTENDED]     = { .name = "extended", .type = FIELD_BYTES, .means = MEANS_VALUE, .about = "Octets behind the command." },
    [SYN_TEXT]         = { .name = "header", .type = FIELD_TEXT, .means = MEANS_PRODUCT, .about = "What a header frame says of the device, for people." },
    [SYN_PART]         = { .name = "part", .about = "Part of a configuration 3: 0 the only one, 65535 the last." },
    [SYN_TIME_BASE]    = { .name = "time_base", .about = "Parts of a second in which fractions are counted." },
    [SYN_RATE]         = { .name = "data_rate", .type = FIELD_INT, .about = "Data frames each second; below zero: seconds for each frame." },
    [SYN_PMU_COUNT]    = { .name = "pmu_count", .about = "Measurement units in the data." },
    [SYN_PMUS]         = { .name = "pmus", .type = FIELD_LIST, .flags = FIELD_MANY, .about = "Each measurement unit: what it is, or what it measured." },
    [SYN_STATION]      = { .name = "station_name", .type = FIELD_TEXT, .means = MEANS_NAME, PMU, .about = "Name of the station." },
    [SYN_PMU_ID]       = { .name = "source_id", PMU, .about = "Data source of this unit." },
    [SYN_GLOBAL_ID]    = { .name = "global_pmuid", .type = FIELD_BYTES, PMU, .about = "Identity of the unit, as a UUID (configuration 3)." },
    [SYN_FORMAT]       = { .name = "format", .flags = FIELD_MANY | FIELD_NAMED, .names = formats, PMU, .about = "How values are sent; else rectangular and whole numbers." },
    [SYN_PHASOR_COUNT] = { .name = "phasor_count", PMU, .about = "Phasors of this unit." },
    [SYN_ANALOG_COUNT] = { .name = "analog_count", PMU, .about = "Analogue values of this unit." },
    [SYN_DIGITAL_COUNT]= { .name = "digital_count", PMU, .about = "Digital words of this unit." },
    [SYN_NOMINAL]      = { .name = "nominal_frequency", .unit = "Hz", PMU, .about = "Nominal frequency of the line." },
    [SYN_CHANGES]      = { .name = "config_count", PMU, .about = "How often the configuration was changed." },
    [SYN_LATITUDE]     = { .name = "latitude", .type = FIELD_REAL, .unit = "degrees", PMU, .about = "Where the unit is." },
    [SYN_LONGITUDE]    = { .name = "longitude", .type = FIELD_REAL, .unit = "degrees", PMU, .about = "Where the unit is." },
    [SYN_ELEVATION]    = { .name = "elevation", .type = FIELD_REAL, .unit = "m", PMU, .about = "How high the unit is." },
    [SYN_CLASS]        = { .name = "service_class", .type = FIELD_TEXT, PMU, .about = "M or P." },
    [SYN_WINDOW]       = { .name = "window", .type = FIELD_INT, .unit = "us", PMU, .about = "Length of the measurement window." },
    [SYN_DELAY]        = { .name = "group_delay", .type = FIELD_INT, .unit = "us", PMU, .about = "Delay of filtering." },
    [SYN_STAT]         = { .name = "stat", PMU, .about = "Status word of the data." },
    [SYN_DATA_ERROR]   = { .name = "data_error", .names = data_errors, PMU, .about = "Whether the data may be used." },
    [SYN_STATUS]       = { .name = "status", .flags = FIELD_MANY | FIELD_NAMED, .names = status_bits, PMU, .about = "What the status word says besides." },
    [SYN_PMU_QUALITY]  = { .name = "pmu_time_quality", PMU, .about = "Error of the unit's clock: 1 under 100 ns to 6 over 10 ms, 7 not known." },
    [SYN_UNLOCKED]     = { .name = "unlocked_time", .names = unlocked, PMU, .about = "Since when the clock is not synchronised." },
    [SYN_TRIGGER]      = { .name = "trigger_reason", .names = triggers, PMU, .about = "Why it triggered." },
    [SYN_FREQUENCY]    = { .name = "frequency", .type = FIELD_REAL, .unit = "Hz", PMU, .about = "Frequency; in floating point as sent, which may be the deviation." },
    [SYN_ROCOF]        = { .name = "rocof", .type = FIELD_REAL, .unit = "Hz/s", PMU, .about = "Rate of change of frequency." },
    [SYN_ANALOG]       = { .name = "analog", .type = FIELD_REAL, .flags = FIELD_MANY, PMU, .about = "Analogue values as sent." },
    [SYN_DIGITAL]      = { .name = "digital", .flags = FIELD_MANY, PMU, .about = "Digital words." },
    [SYN_CHANNELS]     = { .name = "channels", .type = FIELD_LIST, .flags = FIELD_MANY, PMU, .about = "Channels of this unit." },
    [SYN_CHANNEL]      = { .name = "channel_name", .type = FIELD_TEXT, CHANNEL, .about = "Name of the channel." },
    [SYN_KIND]         = { .name = "kind", .names = kinds, CHANNEL, .about = "What the channel carries." },
    [SYN_CONVERSION]   = { .name = "conversion", CHANNEL, .about = "PHUNIT, ANUNIT or DIGUNIT; of configuration 3 the flags of PHSCALE." },
    [SYN_FACTOR]       = { .name = "scale_factor", .type = FIELD_REAL, CHANNEL, .about = "Scale (configuration 3)." },
    [SYN_OFFSET]       = { .name = "offset", .type = FIELD_REAL, CHANNEL, .about = "Offset, or of a phasor the angle in radians (configuration 3)." },
    [SYN_PHASORS]      = { .name = "phasors", .type = FIELD_LIST, .flags = FIELD_MANY, PMU, .about = "Phasors as sent: whole numbers are to be scaled." },
    [SYN_REAL]         = { .name = "real", .type = FIELD_REAL, PHASOR, .about = "Real part." },
    [SYN_IMAGINARY]    = { .name = "imaginary", .type = FIELD_REAL, PHASOR, .about = "Imaginary part." },
    [SYN_MAGNITUDE]    = { .name = "magnitude", .type = FIELD_REAL, PHASOR, .about = "Magnitude." },
    [SYN_ANGLE]        = { .name = "angle", .type = FIELD_REAL, .unit = "rad", PHASOR, .about = "Angle." },
    [SYN_RESPONSE_TIME]= { .name = "response_time", .unit = "us", .about = "Packet time from the command to what it asked for." },
};

static const struct anomaly anomalies[] = {
    [SYN_BAD_CRC]         = { "bad_crc", "The CRC of a frame is wrong." },
    [SYN_BAD_LENGTH]      = { "bad_length", "A frame too short for what it says." },
    [SYN_OUT_OF_STEP]     = { "out_of_step", "Octets where a frame should begin." },
    [SYN_UNKNOWN_COMMAND] = { "unknown_command", "A command that is reserved." },
    [SYN_SHAPE_UNKNOWN]   = { "shape_mismatch", "Data of another length than the configuration gives it." },
};

_Static_assert(sizeof fields / sizeof fields[0] == SYN_ROWS, "a row for each field");

const struct schema synphasor_schema = { "synphasor", fields, SYN_ROWS, anomalies, SYN_ANOMALIES };
