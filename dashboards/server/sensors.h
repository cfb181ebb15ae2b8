/* sensors - who has said lately that it lives, from the heartbeats in Redis.
 *
 * A heartbeat is JSON of the sensor's making with its "time"; one without is dated by when it was first seen to
 * change. A sensor is up when its last heartbeat is younger than the silence allowed.
 * Limits   SENSORS_MAX; those beyond are counted in the answer as "left_out".
 * Threads  the loop's.
 */
#ifndef DASHBOARDS_SENSORS_H
#define DASHBOARDS_SENSORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SENSORS_MAX = 8192, SENSOR_NAME_MAX = 64, SENSOR_REGION_MAX = 16, HEARTBEAT_MAX = 64 * 1024 };

struct sensors;
struct sensors *sensors_new(uint64_t silent_us);    /* NULL: no memory */
void sensors_free(struct sensors *s);

void sensors_heard(struct sensors *s, const char *region, const char *name, const char *json, size_t len,
                   uint64_t now_us);

void sensors_count(const struct sensors *s, uint64_t now_us, size_t *up, size_t *all);

/* {"sensors":[{"region":...,"name":...,"up":true,"seen":"...","heartbeat":{...}}],"left_out":0}; the caller frees. */
char *sensors_json(const struct sensors *s, uint64_t now_us, size_t *len);

#endif
