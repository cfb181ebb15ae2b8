/* sensor/settings - the sections "sensor" and "bus" of fengsui.yaml as the sensor uses them. */
#ifndef SENSOR_SETTINGS_H
#define SENSOR_SETTINGS_H

#include "bus/settings.h"
#include "common/settings.h"
#include "flow/reassembly.h"
#include "flow/table.h"

enum midstream { MIDSTREAM_OFF, MIDSTREAM_RECORDS, MIDSTREAM_RULES };

struct sensor_settings {
    char    *name, *region;
    int      status;                        /* enum event_status */

    struct setting_list interfaces;
    uint64_t workers, snaplen, capture_buffer;
    bool     promiscuous, checksums;

    struct flow_limits flow;
    int      midstream;                     /* enum midstream */
    uint64_t reassembly_each, reassembly_all, stream_depth, stream_window;
    int      overlap;                       /* enum overlap_policy */
    uint64_t fragments_max, fragment_bytes, fragment_idle_us;
    bool     classify;
    uint64_t classify_max, classify_tcp, classify_udp;

    struct setting_list rules, vars;
    char    *classification, *rules_cache, *rules_limits, *control, *categories;
    struct setting_list ratings;
    uint64_t threshold_entries;
    bool     behaviour;
    char    *policy, *makers, *weaknesses;
    bool     inventory;
    uint64_t devices_max;

    char    *countries, *assets, *indicators;
    bool     intel_follow;
    char    *intel_state;
    uint64_t intel_max, intel_bytes;
    bool     records, flows;
    uint64_t payload_max;
    uint64_t stats_every_us;

    char    *evidence;
    uint64_t evidence_memory, evidence_packets, evidence_file, evidence_per_second, evidence_disk, evidence_age_us;

    char    *user;
    bool     sandbox;
    char    *spool;
    uint64_t spool_bytes, segment_bytes, ring_bytes, fsync_every_us, close_wait_us;
};

struct sensor_config {
    struct sensor_settings sensor;
    struct bus_settings    bus;
};

enum { SENSOR_SECTIONS = 2 };
void sensor_sections(struct sensor_config *into, struct settings_section out[SENSOR_SECTIONS]);

#endif
