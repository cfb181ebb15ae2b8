/* notes - what one conversation says that another one's bytes are read by: names that are told on one port and used, as numbers, on
 * the next (DDS announces its topics on a port of its own).
 *
 * Key        the protocol's own, up to NOTE_KEY_MAX octets, its first ones telling the protocol.
 * Limits     NOTES_MAX of up to NOTE_VALUE_MAX octets; a longer value is cut. Where there is no room the note longest untouched of the
 *            same place gives way, and is counted. Memory is taken once, at start-up.
 * Threads    one for each worker: what the capture gives to different workers does not meet.
 */
#ifndef DISSECTORS_FRAMING_NOTES_H
#define DISSECTORS_FRAMING_NOTES_H

#include <stddef.h>
#include <stdint.h>

enum { NOTES_MAX = 4096, NOTE_KEY_MAX = 24, NOTE_VALUE_MAX = 128 };

struct notes;
struct notes *notes_new(void);          /* NULL: no memory */
void notes_free(struct notes *n);       /* NULL is harmless */

/* NULL, and keys that are too long, are harmless. */
void notes_put(struct notes *n, const void *key, size_t key_len, const void *value, size_t value_len);

/* The value, good until the next notes_put(), or NULL. */
const uint8_t *notes_find(struct notes *n, const void *key, size_t key_len, size_t *value_len);
uint64_t notes_forgotten(const struct notes *n);

#endif
