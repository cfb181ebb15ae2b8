/* shown - an event as it may leave the console: payload and personal data masked (events/masked.h). Whatever goes to a browser
 * comes from here; clear text is for `fengsui export --reveal`, which asks who, why, and leaves a trace. */
#ifndef DASHBOARDS_SHOWN_H
#define DASHBOARDS_SHOWN_H

#include <stddef.h>

/* Owned by the caller; {"unreadable":"why"} of what cannot be masked. NULL: no memory. */
char *shown(const char *json, size_t len, size_t *out_len);

#endif
