#include "bus/intel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* What sensors will make of it: whoever writes it should hear that before they do. */
static int check(const char *json, size_t len, struct fault *f)
{
    struct indicator_room *room = malloc(sizeof *room);
    struct indicator back;
    int rc = room != NULL ? indicator_parse(json, len, room, &back, f) : fault_set(f, -ENOMEM, "no memory for an indicator");
    free(room);
    return rc;
}

int intel_entry(const struct indicator *i, char id[INTEL_ID_MAX], struct text *json, struct fault *f)
{
    size_t from = json->len;
    indicator_json(i, json);
    if (json->cut || strlen(i->id) >= INDICATOR_ID_MAX)
        return fault_set(f, -EINVAL, "indicator %.80s: its texts are too long", i->id);
    snprintf(id, INTEL_ID_MAX, "%s:%u", i->id, i->version);
    return check(json->at + from, json->len - from, f);
}

int intel_publish(struct consumer *c, const char *const *regions, size_t count, const struct indicator *i, struct fault *f)
{
    char json[INTEL_ENTRY_MAX], id[INTEL_ID_MAX];
    struct text t = text_over(json, sizeof json);
    int rc = intel_entry(i, id, &t, f);
    for (size_t n = 0; rc == 0 && n < count; n++)
        consume_add(c, regions[n], STREAM_INTEL, id, INTEL_TYPE, t.at, t.len);
    return rc;
}
