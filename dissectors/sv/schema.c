/* What a record of sampled values can carry. */
#include "dissectors/sv/fields.h"

static const struct field_name synch_names[] = { { 0, "none" }, { 1, "local" }, { 2, "global" }, { 0, NULL } };
static const struct field_name mode_names[] = { { 0, "samples_per_period" }, { 1, "samples_per_second" }, { 2, "seconds_per_sample" }, { 0, NULL } };

static const struct field fields[] = {
    [SV_SOURCE_MAC]      = { .name = "source_mac", .type = FIELD_TEXT, .about = "Ethernet address of the sender." },
    [SV_DESTINATION_MAC] = { .name = "destination_mac", .type = FIELD_TEXT, .about = "Ethernet address it is sent to; 01:0c:cd:04 begins sampled values' groups." },
    [SV_ACCESS]          = { ACCESS_FIELD },
    [SV_APPID]           = { .name = "appid", .about = "Application identifier of the frame." },
    [SV_LENGTH]          = { .name = "length", .unit = "bytes", .about = "Length that the frame claims, from the APPID on; of routable sampled values that of the APDU." },
    [SV_SIMULATED]       = { .name = "simulated", .type = FIELD_FLAG, .about = "Simulation bit of the frame or the session." },
    [SV_SPDU_NUMBER]     = { .name = "spdu_number", .about = "Routable: number of the session's PDU." },
    [SV_KEY]             = { .name = "key_id", .about = "Routable: key that it is protected with; 0 none." },
    [SV_NO_ASDU]         = { .name = "no_asdu", .about = "noASDU: samples in the frame, as it says." },
    [SV_SECURITY]        = { .name = "security", .type = FIELD_BYTES, .about = "Signature that is carried along." },
    [SV_ASDUS]           = { .name = "asdus", .type = FIELD_LIST, .flags = FIELD_MANY, .about = "Samples." },
    [SV_ID]              = { .name = "sv_id", .means = MEANS_TARGET, .in = SV_ASDUS + 1, .type = FIELD_TEXT, .about = "svID: stream that the sample belongs to." },
    [SV_DAT_SET]         = { .name = "dat_set", .in = SV_ASDUS + 1, .type = FIELD_TEXT, .about = "datSet: data set that is sampled." },
    [SV_SMP_CNT]         = { .name = "smp_cnt", .in = SV_ASDUS + 1, .about = "smpCnt: counts the samples, from 0 at each second." },
    [SV_CONF_REV]        = { .name = "conf_rev", .in = SV_ASDUS + 1, .about = "confRev: revision of the data set's configuration." },
    [SV_REFR_TM]         = { .name = "refr_tm", .in = SV_ASDUS + 1, .type = FIELD_TIME, .about = "refrTm: when the sender's buffer was refreshed." },
    [SV_SMP_SYNCH]       = { .name = "smp_synch", .in = SV_ASDUS + 1, .names = synch_names, .about = "smpSynch: what clock the sampling follows; 5 to 254 are local areas." },
    [SV_SMP_RATE]        = { .name = "smp_rate", .in = SV_ASDUS + 1, .about = "smpRate: samples, by smp_mod." },
    [SV_SMP_MOD]         = { .name = "smp_mod", .in = SV_ASDUS + 1, .names = mode_names, .about = "smpMod: what the rate counts." },
    [SV_SAMPLE]          = { .name = "sample", .in = SV_ASDUS + 1, .type = FIELD_BYTES, .about = "The values in the data set's order; 9-2LE: four currents, four voltages, each with its quality." },
};

static const struct anomaly anomalies[] = {
    [SV_INVALID_LENGTH]          = { "invalid_length", "The length in frame or session does not fit what was sent." },
    [SV_INVALID_PDU]             = { "invalid_pdu", "A PDU that contradicts itself." },
    [SV_MISSING_FIELD]           = { "missing_field", "A field that must be there is not." },
    [SV_COUNT_MISMATCH]          = { "count_mismatch", "noASDU is not the number of samples." },
    [SV_SIMULATED_MESSAGE]       = { "simulated_message", "A simulated sample: receivers under test work with it." },
    [SV_ANOTHER_SOURCE]          = { "another_source", "A second Ethernet address sends a stream while the first still does." },
    [SV_SAMPLES_LOST]            = { "samples_lost", "smpCnt is not the one after the last, nor 0." },
    [SV_SAMPLE_REPEAT]           = { "sample_repeat", "smpCnt stayed the same." },
    [SV_CONF_REV_CHANGED]        = { "conf_rev_changed", "confRev changed." },
    [SV_SYNCHRONISATION_CHANGED] = { "synchronisation_changed", "smpSynch changed: the clock was lost, found or replaced." },
};

const struct schema sv_schema = {
    .name = "sv", .fields = fields, .count = SV_ROWS, .anomalies = anomalies, .anomaly_count = SV_ANOMALIES
};
