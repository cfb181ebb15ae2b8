/* segment - one record of a spool file: bytes that may have been torn by a crash or damaged by a disk.
 *
 *     file    "FSPOOL1\n", then records one behind the other
 *     record  | "FSr1" | len u32 | crc u32 | payload, len bytes |                  numbers are little endian
 *     payload | stream u8 | severity u8 | sensor_len u8 | region_len u8 | type_len u8 | epoch u64 | seq u64 |
 *             | sensor | region | type | json ... |
 *
 * The CRC-32C covers len and payload. The mark at the front is there to find the next good record behind a damaged
 * one; inside the JSON it may occur too, and then the CRC says that it is none.
 */
#ifndef BUS_SEGMENT_H
#define BUS_SEGMENT_H

#include <stddef.h>
#include <stdint.h>

#include "bus/streams.h"

enum {
    SEGMENT_HEAD = 8,                   /* bytes before the first record */
    SEGMENT_RECORD_HEAD = 12,
    SEGMENT_RECORD_MAX = 1024 * 1024,   /* whole record */
    SEGMENT_TEXT_MAX = 255              /* sensor, region and type each */
};
extern const char segment_magic[SEGMENT_HEAD];

struct spool_text { const char *at; size_t len; };     /* borrowed, no NUL */

struct spool_entry {
    enum stream stream;
    unsigned    severity;               /* 0 not an alert, 1 high .. 4 low */
    uint64_t    epoch, seq;
    struct spool_text sensor, region, type, json;
};

enum segment_verdict {
    SEGMENT_RECORD,
    SEGMENT_SHORT,      /* a good beginning: more bytes are needed */
    SEGMENT_DAMAGED
};

/* Bytes that segment_put() will write. */
size_t segment_size(const struct spool_entry *e);

/* Writes the record to a place with room for segment_size(). Texts over SEGMENT_TEXT_MAX are a caller's mistake. */
void segment_put(uint8_t *out, const struct spool_entry *e);

/* Reads the record at the front; on SEGMENT_RECORD gives its size. The entry borrows from the bytes. */
enum segment_verdict segment_take(const uint8_t *bytes, size_t n, struct spool_entry *out, size_t *size);

/* Where to look again behind a damaged front: 1..n, n when there is no mark in sight. */
size_t segment_resync(const uint8_t *bytes, size_t n);

#endif
