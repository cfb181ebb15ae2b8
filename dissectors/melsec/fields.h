/* fields - MELSEC's rows, commands and anomalies: what the files of this folder share. */
#ifndef DISSECTORS_MELSEC_FIELDS_H
#define DISSECTORS_MELSEC_FIELDS_H

#include "events/access.h"
#include "common/cursor.h"
#include "events/record.h"

enum melsec_row {
    MELSEC_FRAME, MELSEC_TYPE, MELSEC_SERIAL, MELSEC_NETWORK, MELSEC_STATION, MELSEC_MODULE, MELSEC_DROP, MELSEC_LENGTH, MELSEC_TIMER,
    MELSEC_COMMAND, MELSEC_SUBCOMMAND, MELSEC_ACCESS, MELSEC_END_CODE, MELSEC_DEVICE, MELSEC_ADDRESS, MELSEC_POINTS, MELSEC_VALUE,
    MELSEC_MODE, MELSEC_MODEL, MELSEC_MODEL_CODE, MELSEC_DATA, MELSEC_RESPONSE_TIME,
    MELSEC_ROWS
};

enum melsec_anomaly { MELSEC_INVALID_LENGTH, MELSEC_UNKNOWN_COMMAND, MELSEC_UNSOLICITED_RESPONSE, MELSEC_ANOMALIES };
enum melsec_frame { MELSEC_3E, MELSEC_4E, MELSEC_MELSOFT, MELSEC_DISCOVERY, MELSEC_1E, MELSEC_3E_ASCII, MELSEC_4E_ASCII };

enum melsec_command {
    MELSEC_TYPE_NAME = 0x0101, MELSEC_OPEN_INITIAL = 0x0121, MELSEC_READ = 0x0401, MELSEC_READ_RANDOM = 0x0403,
    MELSEC_RUN = 0x1001, MELSEC_STOP = 0x1002, MELSEC_PAUSE = 0x1003, MELSEC_WRITE = 0x1401, MELSEC_WRITE_RANDOM = 0x1402,
    MELSEC_OPEN_FILE = 0x1867
};

struct melsec_command_entry { uint16_t code; uint8_t access; };

/* Commands of 1E frames: their subheader. Those of the other frames begin at 0101 hex. */
enum melsec_1e {
    MELSEC_1E_READ_BITS, MELSEC_1E_READ_WORDS, MELSEC_1E_WRITE_BITS, MELSEC_1E_WRITE_WORDS, MELSEC_1E_TEST_BITS, MELSEC_1E_TEST_WORDS,
    MELSEC_1E_RUN = 0x13, MELSEC_1E_STOP, MELSEC_1E_MODEL, MELSEC_1E_LOOP_BACK
};

extern const struct field_name melsec_command_names[];
extern const struct schema melsec_schema;

/* ascii.c: frames whose numbers are hexadecimal text. Both as of the binary frame that says the same.
 * The whole frame's length in octets; 0: its head is not all here; negative: it is none. */
int melsec_ascii_size(struct cursor c);

/* The binary frame into `out`, of at most `room` octets; `answers` is the command that an answer belongs to, and `bits` whether it asked
 * for bits. Gives the binary frame's length; 0: it is none. */
size_t melsec_ascii_binary(struct cursor c, uint16_t answers, bool bits, uint8_t *out, size_t room);

#endif
