#include "dashboards/server/shown.h"

#include <stdlib.h>
#include <string.h>

#include "events/masked.h"

enum { EXCUSE_MAX = 2048 };     /* a fault's sentence, each byte of it as an escape */

char *shown(const char *json, size_t len, size_t *out_len)
{
    struct fault f = { 0 };
    size_t room = 2 * len + EXCUSE_MAX;
    struct text t = text_over(malloc(room), room);
    if (t.at == NULL)
        return NULL;
    if (event_mask_json(json, len, &t, &f) != 0) {
        t = text_over(t.at, room);
        text_lit(&t, "{\"unreadable\":\"");
        text_json(&t, f.why, strlen(f.why));
        text_lit(&t, "\"}");
    }
    *out_len = t.len;
    return t.at;
}
