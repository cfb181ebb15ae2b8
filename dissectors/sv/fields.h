/* fields - sampled values' rows, codes and anomalies: what the files of this folder share. */
#ifndef DISSECTORS_SV_FIELDS_H
#define DISSECTORS_SV_FIELDS_H

#include "events/access.h"
#include "events/record.h"

enum sv_row {
    SV_SOURCE_MAC,
    SV_DESTINATION_MAC,
    SV_ACCESS,
    SV_APPID,
    SV_LENGTH,
    SV_SIMULATED,
    SV_SPDU_NUMBER,
    SV_KEY,
    SV_NO_ASDU,
    SV_SECURITY,
    SV_ASDUS,
    SV_ID,
    SV_DAT_SET,
    SV_SMP_CNT,
    SV_CONF_REV,
    SV_REFR_TM,
    SV_SMP_SYNCH,
    SV_SMP_RATE,
    SV_SMP_MOD,
    SV_SAMPLE,
    SV_ROWS
};

enum sv_anomaly {
    SV_INVALID_LENGTH,
    SV_INVALID_PDU,
    SV_MISSING_FIELD,
    SV_COUNT_MISMATCH,
    SV_SIMULATED_MESSAGE,
    SV_ANOTHER_SOURCE,
    SV_SAMPLES_LOST,
    SV_SAMPLE_REPEAT,
    SV_CONF_REV_CHANGED,
    SV_SYNCHRONISATION_CHANGED,
    SV_ANOMALIES
};

extern const struct schema sv_schema;

#endif
