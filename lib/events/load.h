/* load - events as they are read back: jansson with the few things that our lines need.
 *
 * What packets bring may stand in an event: a NUL within a text, a number of 64 bits. Neither may keep an alert from
 * being read, or a sender could choose which of his alerts are counted. A text with a NUL is read up to it; in a line
 * with a number beyond 2^63 - 1 all whole numbers are read as doubles.
 */
#ifndef EVENTS_LOAD_H
#define EVENTS_LOAD_H

#include <jansson.h>
#include <stdint.h>

#include "common/fault.h"
#include "common/text.h"

/* The object, owned by the caller, or NULL with a sentence. */
json_t *event_load(const char *json, size_t len, struct fault *f);

/* A member: "" or 0 when it is not there, of another type, or negative. Numbers above `most` become `most`. */
const char *event_text_of(const json_t *object, const char *name);
uint64_t event_number_of(const json_t *object, const char *name, uint64_t most);

/* A value that was read, written again as JSON; NULL gives null. */
void event_value_json(const json_t *value, struct text *out);

#endif
