/* fields - CODESYS's rows, functions and anomalies: what the files of this folder share. */
#ifndef DISSECTORS_CODESYS_FIELDS_H
#define DISSECTORS_CODESYS_FIELDS_H

#include "events/access.h"
#include "events/record.h"

enum codesys_row {
    CDS_HOPS, CDS_PRIORITY, CDS_SERVICE, CDS_MESSAGE, CDS_RECEIVER, CDS_SENDER,
    CDS_NAMING, CDS_MESSAGE_ID, CDS_NODE, CDS_DEVICE, CDS_VENDOR, CDS_FIRMWARE, CDS_SERIAL, CDS_TARGET_TYPE, CDS_TARGET_ID, CDS_MAX_CHANNELS,
    CDS_CHANNEL_TYPE, CDS_CHANNEL, CDS_BLOCK, CDS_ACK, CDS_REASON, CDS_REMAINING,
    CDS_PROTOCOL, CDS_RESPONSE, CDS_FUNCTION, CDS_ACCESS, CDS_SESSION, CDS_CONTENT, CDS_TAGS, CDS_TAG_ID, CDS_TAG_DATA, CDS_RESPONSE_TIME,
    CDS_ROWS
};

enum codesys_anomaly { CDS_INVALID_LENGTH, CDS_UNKNOWN_SERVICE, CDS_UNSOLICITED_RESPONSE, CDS_ANOMALIES };

enum codesys_service { CDS_NOTIFY = 1, CDS_NOTIFIED, CDS_NAME_SERVER, CDS_NAME_CLIENT, CDS_CHANNELS = 64 };
enum codesys_naming { CDS_RESOLVE_ADDRESS = 0xc201, CDS_RESOLVE_NAME = 0xc202, CDS_DEVICE_INFO = 0xc280 };
enum codesys_channel {
    CDS_BLOCK_TYPE = 1, CDS_ACK_TYPE, CDS_KEEP_ALIVE, CDS_OPENED = 0x83, CDS_GET_INFO = 0xc2, CDS_OPEN, CDS_CLOSE
};

extern const struct schema codesys_schema;

/* What a function does: the service's group times 256, and its command. */
enum access codesys_access(unsigned function);

#endif
