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

int intel_publish(struct consumer *c, const char *const *regions, size_t count, const struct indicator *i, struct fault *f)
{
    char json[INTEL_ENTRY_MAX], id[INDICATOR_ID_MAX + 16];
    struct text t = text_over(json, sizeof json);
    indicator_json(i, &t);
    snprintf(id, sizeof id, "%s:%u", i->id, i->version);
    if (t.cut)
        return fault_set(f, -EINVAL, "indicator %.80s: its texts are too long", i->id);
    int rc = check(t.at, t.len, f);
    for (size_t n = 0; rc == 0 && n < count; n++)
        consume_add(c, regions[n], STREAM_INTEL, id, INTEL_TYPE, t.at, t.len);
    return rc;
}
