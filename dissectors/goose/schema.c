/* What a GOOSE record can carry. */
#include "dissectors/goose/fields.h"

static const struct field_name type_names[] = {
    { GOOSE_EVENT, "goose" }, { GOOSE_MANAGEMENT_REQUEST, "management_request" }, { GOOSE_MANAGEMENT_RESPONSE, "management_response" }, { 0, NULL }
};

static const struct field_name service_names[] = {
    { 0, "not_supported" }, { 1, "get_go_reference" }, { 2, "get_goose_element_number" }, { 3, "get_gs_reference" },
    { 4, "get_gsse_data_offset" }, { 0, NULL }
};

static const struct field_name error_names[] = {
    { 0, "other" }, { 1, "unknown_control_block" }, { 2, "response_too_large" }, { 3, "control_block_configuration_error" }, { 0, NULL }
};

static const struct field fields[] = {
    [GOOSE_SOURCE_MAC]      = { .name = "source_mac", .type = FIELD_TEXT, .about = "Ethernet address of the sender." },
    [GOOSE_DESTINATION_MAC] = { .name = "destination_mac", .type = FIELD_TEXT, .about = "Ethernet address it is sent to; 01:0c:cd:01 begins GOOSE's groups." },
    [GOOSE_PDU_TYPE]        = { .name = "pdu_type", .means = MEANS_FUNCTION, .flags = FIELD_NAMED, .names = type_names, .about = "GOOSE, or GSE management." },
    [GOOSE_ACCESS]          = { ACCESS_FIELD },
    [GOOSE_APPID]           = { .name = "appid", .about = "Application identifier of the frame." },
    [GOOSE_LENGTH]          = { .name = "length", .unit = "bytes", .about = "Length that the frame claims, from the APPID on; of routable GOOSE that of the APDU." },
    [GOOSE_SIMULATED]       = { .name = "simulated", .type = FIELD_FLAG, .about = "Simulation bit of the frame or the session." },
    [GOOSE_SPDU_NUMBER]     = { .name = "spdu_number", .about = "Routable: number of the session's PDU." },
    [GOOSE_KEY]             = { .name = "key_id", .about = "Routable: key that it is protected with; 0 none." },
    [GOOSE_GOCB_REF]        = { .name = "gocb_ref", .means = MEANS_TARGET, .type = FIELD_TEXT, .about = "gocbRef: control block that publishes." },
    [GOOSE_TIME_ALLOWED]    = { .name = "time_allowed_to_live", .unit = "ms", .about = "timeAllowedtoLive: the next must come before." },
    [GOOSE_DAT_SET]         = { .name = "dat_set", .type = FIELD_TEXT, .about = "datSet: data set that is told." },
    [GOOSE_GO_ID]           = { .name = "go_id", .type = FIELD_TEXT, .about = "goID: name of the message." },
    [GOOSE_T]               = { .name = "t", .type = FIELD_TIME, .about = "When stNum last changed, by the sender's clock." },
    [GOOSE_T_QUALITY]       = { .name = "t_quality", .flags = FIELD_MANY | FIELD_NAMED, .names = mmsdata_quality_names, .about = "What the sender says of that clock; nothing is good." },
    [GOOSE_ST_NUM]          = { .name = "st_num", .about = "stNum: counts changes of what is told." },
    [GOOSE_SQ_NUM]          = { .name = "sq_num", .about = "sqNum: counts the repetitions since the last change." },
    [GOOSE_SIMULATION]      = { .name = "simulation", .type = FIELD_FLAG, .about = "Simulation (test in edition 1): comes from a test set." },
    [GOOSE_CONF_REV]        = { .name = "conf_rev", .about = "confRev: revision of the data set's configuration." },
    [GOOSE_NDS_COM]         = { .name = "nds_com", .type = FIELD_FLAG, .about = "ndsCom: the control block needs commissioning." },
    [GOOSE_NUM_ENTRIES]     = { .name = "num_dat_set_entries", .about = "numDatSetEntries: members of the data set." },
    [GOOSE_SECURITY]        = { .name = "security", .type = FIELD_BYTES, .about = "Signature that is carried along." },
    [GOOSE_STATE_CHANGE]    = { .name = "state_change", .type = FIELD_FLAG, .about = "stNum is another than in the message before; left out when not." },
    [GOOSE_INTERVAL]        = { .name = "interval", .unit = "us", .about = "Packet time since this control block's last message." },
    [GOOSE_STATE_ID]        = { .name = "state_id", .about = "Management: number that ties request and response." },
    [GOOSE_SERVICE]         = { .name = "service", .means = MEANS_FUNCTION, .flags = FIELD_NAMED, .names = service_names, .about = "Management: service." },
    [GOOSE_IDENT]           = { .name = "ident", .type = FIELD_TEXT, .about = "Management: control block that is asked about." },
    [GOOSE_REFERENCES]      = { .name = "references", .type = FIELD_TEXT, .flags = FIELD_MANY, .about = "Management: references of members." },
    [GOOSE_OFFSETS]         = { .name = "offsets", .flags = FIELD_MANY, .about = "Management: places of members." },
    [GOOSE_ERROR]           = { .name = "error", .flags = FIELD_MANY, .names = error_names, .about = "Management: why it was refused, as a whole or for one member." },
    [GOOSE_ALL_DATA]        = { .name = "all_data", .type = FIELD_LIST, .flags = FIELD_MANY, .about = "allData: values of the members; a structure's follow it." },
    MMSDATA_FIELDS(GOOSE_DATA, GOOSE_ALL_DATA),
};

static const struct anomaly anomalies[] = {
    [GOOSE_INVALID_LENGTH]      = { "invalid_length", "The length in frame or session does not fit what was sent." },
    [GOOSE_INVALID_PDU]         = { "invalid_pdu", "A PDU that contradicts itself, or a field that does not belong there." },
    [GOOSE_MISSING_FIELD]       = { "missing_field", "A field that must be there is not." },
    [GOOSE_INVALID_DATA]        = { "invalid_data", "A value that contradicts itself or lies too deep in structures." },
    [GOOSE_COUNT_MISMATCH]      = { "count_mismatch", "numDatSetEntries is not the number of values." },
    [GOOSE_SIMULATION_MISMATCH] = { "simulation_mismatch", "The frame is marked as simulated, the message is not." },
    [GOOSE_SIMULATED_MESSAGE]   = { "simulated_message", "A simulated message: receivers under test act on it." },
    [GOOSE_ANOTHER_SOURCE]      = { "another_source", "A second Ethernet address sends for a control block while the first still does." },
    [GOOSE_STATE_JUMP]          = { "state_jump", "stNum grew by more than one." },
    [GOOSE_STATE_DECREASE]      = { "state_decrease", "stNum went back: a restart, or a replay." },
    [GOOSE_SEQUENCE_GAP]        = { "sequence_gap", "sqNum grew by more than one." },
    [GOOSE_SEQUENCE_REPEAT]     = { "sequence_repeat", "sqNum stayed the same." },
    [GOOSE_SEQUENCE_DECREASE]   = { "sequence_decrease", "sqNum went back without a change of stNum." },
    [GOOSE_SEQUENCE_NOT_RESET]  = { "sequence_not_reset", "stNum changed and sqNum did not begin with 0: messages were missed, or made up." },
    [GOOSE_DATA_WITHOUT_STATE]  = { "data_without_state_change", "The values changed and stNum did not." },
    [GOOSE_CONF_REV_CHANGED]    = { "conf_rev_changed", "confRev changed." },
    [GOOSE_TIME_EXCEEDED]       = { "time_to_live_exceeded", "It came later than the message before allowed." },
};

const struct schema goose_schema = {
    .name = "goose", .fields = fields, .count = GOOSE_ROWS, .anomalies = anomalies, .anomaly_count = GOOSE_ANOMALIES
};
