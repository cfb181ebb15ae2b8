/* scanned - what scan() makes of a text, held against what jansson makes of it: two readers that nobody wrote together. */
#ifndef SUPPORT_SCANNED_H
#define SUPPORT_SCANNED_H

#include <stdbool.h>
#include <stddef.h>

/* False: they disagree about whether it is an event, or about a value in it; `why` says where. What jansson reads and
 * scan() is right to refuse does not count: more levels than SCAN_DEPTH; a NUL behind a number or a word, which jansson
 * overlooks. */
bool scanned_as_jansson(const char *json, size_t len, char why[256]);

#endif
