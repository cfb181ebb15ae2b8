#include "ctl/figures.h"

#include <stdio.h>

#include "bus/backlog.h"
#include "events/load.h"

static void room_print(const char *room, json_t *counts)
{
    const char *name;
    json_t *value;
    json_object_foreach(counts, name, value)
        if (json_integer_value(value) != 0)
            printf("    %s.%s %lld\n", room, name, (long long)json_integer_value(value));
}

/* A program has a field in every region that it wrote for; all carry the same counts, so each tells of its last writing. */
static void program_print(void *ctx, const char *region, const char *name, const char *value, size_t len)
{
    struct fault f;
    const char *room;
    json_t *figures = event_load(value, len, &f), *counts;
    (void)ctx;
    if (figures == NULL) {
        printf("\n%s (%s): its figures cannot be read: %s\n", name, region, f.why);
        return;
    }
    printf("\n%s, as told for region %s at %s\n", name, region, event_text_of(figures, "time"));
    json_object_foreach(json_object_get(figures, "counts"), room, counts)
        room_print(room, counts);
    const json_t *stop = json_object_get(figures, "stop_values");
    if (stop != NULL)
        printf("    stop values %zu (fengsui-correlator --stop-values lists them)\n",
               json_array_size(stop) + (size_t)event_number_of(figures, "stop_values_more", UINT32_MAX));
    json_decref(figures);
}

int figures_print(const struct bus_settings *bus, struct fault *f)
{
    return backlog_fields(bus->redis, bus->user, bus->password, STATE_FIGURES, program_print, NULL, f);
}
