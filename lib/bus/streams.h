/* streams - every stream, key and group by name. The only place that spells them (DESIGN 4.2).
 *
 * The region code is a Redis Cluster hash tag: all keys of a region share a slot, so one MULTI covers them.
 */
#ifndef BUS_STREAMS_H
#define BUS_STREAMS_H

#include <stdbool.h>
#include <stddef.h>

enum stream {
    STREAM_ALERTS,      /* sensors -> correlator, archiver, dashboard */
    STREAM_EVENTS,      /* sensors -> archiver: records, flows, anomalies, sightings */
    STREAM_INCIDENTS,   /* correlator -> archiver, dashboard, parent's correlator */
    STREAM_WARNINGS,    /* correlator -> the same */
    STREAM_COMMANDS,    /* dashboard, ctl -> correlator, archiver */
    STREAM_INTEL,       /* centre -> sensors: versions of indicators (intel.h); never trimmed by readers */
    STREAM_DEAD,        /* any consumer -> people: what could not be read, with the reason */
    STREAM_PARTS,       /* parent's relay -> parent's correlator: each version of its children's incidents */
    STREAM_COUNT
};

enum { STREAM_KEY_MAX = 64, STREAM_REGION_MAX = 16 };

/* Whether a text can be a region: 1..STREAM_REGION_MAX letters, digits, '-' or '_'. Others would break the hash tag. */
bool stream_region_fits(const char *region);

extern const char *const stream_names[STREAM_COUNT];       /* "alerts" */

/* "fengsui:{430100}:alerts"; gives the length. */
size_t stream_key(char out[STREAM_KEY_MAX], const char *region, enum stream s);

/* "fengsui:{430100}:sensors": the hash of heartbeats; also ":mark:<group>" keys below. */
size_t stream_sensors_key(char out[STREAM_KEY_MAX], const char *region);

/* "fengsui:{430100}:mark:<group>": hash, field "<stream>:<sensor>:<epoch>", value the highest seq done. By stream
 * too, because alerts and events share one seq but are two queues: each is in order, together they are not. */
size_t stream_mark_key(char out[STREAM_KEY_MAX], const char *region, const char *group);

/* Beside the marks, in the same transactions: the process of Redis that took them (its run_id) and when a group found last that
 * another one had come, us since 1970: "0b9e... 1795325046250123". */
#define MARK_REDIS "redis"

/* And there too: how many processes of the group began to work and died before their first page was done; what the last of them tried
 * entry by entry, after how many: "3 alerts 1700000000000-0". Absent when all is well. */
#define MARK_STARTS "starts"
#define MARK_TRIAL "trial"

/* "fengsui:{430100}:lease:<group>": which consumer of the group the region belongs to just now (consume.h). */
size_t stream_lease_key(char out[STREAM_KEY_MAX], const char *region, const char *group);

/* "fengsui:{430100}:<suffix>": a consumer's own state, written by consume_set(). */
size_t stream_state_key(char out[STREAM_KEY_MAX], const char *region, const char *suffix);

/* Set of regions that have streams, so that consumers and dashboards find new ones: "fengsui:regions". */
extern const char stream_regions_key[];

#define STATE_FIGURES    "state:figures"    /* hash below a region: a correlator's or notifier's name to its counts, for people */

#define GROUP_CORRELATOR "correlator"
#define GROUP_ARCHIVER   "archiver"
#define GROUP_NOTIFIER   "notifier"
#define GROUP_PARENT     "correlator:"      /* and the parent's region: who reads its children's incidents */

#endif
