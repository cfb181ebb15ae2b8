/* metrics - counters and gauges, one table row each.
 *
 * A room declares a struct of uint64_t and rows that name its members; the owner bumps plain
 * integers, a reader sums them over workers and prints Prometheus text (exposition format 0.0.4)
 * or a JSON object. Reading while the owner writes gives a value that was true a moment ago.
 */
#ifndef COMMON_METRICS_H
#define COMMON_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "common/text.h"

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE };

struct metric {
    const char      *name;      /* "packets", "short": without the room's prefix */
    enum metric_kind kind;
    size_t           offset;    /* of a uint64_t in the room's struct */
    const char      *about;     /* one sentence */
};

struct metrics_room {
    const char          *name;      /* "decode": gives fengsui_sensor_decode_packets_total */
    const struct metric *rows;
    size_t               count;
};

/* into += from, row by row. */
void metrics_add(const struct metrics_room *room, void *into, const void *from);

void metrics_prometheus(const struct metrics_room *room, const void *values, const char *program, struct text *out);

/* "decode":{"packets":1,...}; rows that are zero are left out when `sparse`. */
void metrics_json(const struct metrics_room *room, const void *values, int sparse, struct text *out);

#endif
