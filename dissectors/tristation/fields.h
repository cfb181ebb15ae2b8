/* fields - TriStation's rows, commands and anomalies: what the files of this folder share. */
#ifndef DISSECTORS_TRISTATION_FIELDS_H
#define DISSECTORS_TRISTATION_FIELDS_H

#include "events/access.h"
#include "events/record.h"

enum tristation_row {
    TS_TYPE, TS_CHANNEL, TS_FROM_CONTROLLER, TS_CONNECTION, TS_COMMAND, TS_ACCESS, TS_SEQUENCE, TS_REASON,
    TS_OBJECT, TS_OFFSET, TS_BLOCKS, TS_LENGTH, TS_PROJECT, TS_PROJECT_MAJOR, TS_PROJECT_MINOR, TS_PROJECT_TIME, TS_KEY, TS_RUN, TS_LOADING,
    TS_PRODUCT, TS_VERSION, TS_CHASSIS, TS_MODULE, TS_FIRMWARE, TS_SERIAL, TS_DATA, TS_RESPONSE_TIME,
    TS_ROWS
};

enum tristation_anomaly { TS_BAD_CHECKSUM, TS_INVALID_LENGTH, TS_UNKNOWN_TYPE, TS_UNKNOWN_COMMAND, TS_UNSOLICITED_RESPONSE, TS_ANOMALIES };

enum tristation_command {
    TS_DOWNLOAD_ALL, TS_DOWNLOAD_CHANGE, TS_ALLOCATE_PROGRAM = 55, TS_ALLOCATE_FUNCTION = 56, TS_TS2_DOWNLOAD = 59,
    TS_UPLOAD_PROGRAM = 65, TS_UPLOAD_FUNCTION = 66, TS_COMMANDS = 84,
    TS_REJECTED = 100, TS_ATTACHED = 106, TS_STATUS = 108, TS_VERSIONS = 151, TS_PROGRAM_PART = 162, TS_FUNCTION_PART = 163, TS_ERRORS = 200
};

extern const struct schema tristation_schema;

/* What a request does; ACCESS_OTHER for what nobody has described. */
enum access tristation_access(uint8_t command);

#endif
