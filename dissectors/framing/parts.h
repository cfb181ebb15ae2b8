/* parts - files that come in parts, perhaps each on a connection of its own, put together again (HTTP ranges, RFC 9110, 14).
 *
 * A file that is cut into ranges passes every rule on its content unnoticed; here it is whole once more when its last part came.
 * Key        what names the file to its server: host and path, and its size.
 * Limits     FILE_PARTS_MAX files at once, each up to FILE_PARTS_BYTES and in up to FILE_PARTS_RUNS separate runs; beyond that the one
 *            longest untouched is forgotten, and counted. Bytes that came first stay. Memory is taken once, at start-up.
 * Threads    one for each worker: parts that the capture gives to different workers do not meet.
 */
#ifndef DISSECTORS_FRAMING_PARTS_H
#define DISSECTORS_FRAMING_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FILE_PARTS_MAX = 32, FILE_PARTS_BYTES = 100 * 1024, FILE_PARTS_RUNS = 64 };

struct file_part {
    const uint8_t *key;
    size_t         key_len;
    uint64_t       start, total;    /* octets, in the whole file */
    const uint8_t *bytes;
    size_t         len;
};

struct file_parts;
struct file_parts *file_parts_new(void);        /* NULL: no memory */
void file_parts_free(struct file_parts *p);     /* NULL is harmless */

/* The whole file's `total` bytes when this part makes it whole, good until the next call; else NULL. */
const uint8_t *file_parts_add(struct file_parts *p, const struct file_part *part);
uint64_t file_parts_forgotten(const struct file_parts *p);

#endif
