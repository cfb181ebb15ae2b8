/* masked - an event whose payload and personal data are unreadable: what leaves the house, and what is shown, unless
 * somebody entitled asks for the rest (and that is the caller's to check and to record).
 *
 * Payload    the bytes of packets and bodies (members `payload`, `payload_printable`, `packet`, `http_request_body` and
 *            the like) become "[masked: 120 bytes]".
 * Contacts   of units (member `contacts`) likewise: their names are personal, too.
 * Texts      every other text goes through mask_text() (common/mask.h), but for identifiers: ids, hashes, times.
 * Numbers    stay: no field of ours holds a personal number as one.
 */
#ifndef EVENTS_MASKED_H
#define EVENTS_MASKED_H

#include <jansson.h>

#include "common/fault.h"
#include "common/text.h"

/* Masks in place. Texts borrowed from the document are gone afterwards. 0 or -ENOMEM: then it must not be shown. */
int event_mask(json_t *document, struct fault *f);

/* The same from text to text. 0, -EINVAL when it is no JSON, -ENOSPC when it does not fit. */
int event_mask_json(const char *json, size_t len, struct text *out, struct fault *f);

#endif
