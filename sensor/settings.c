#include "settings.h"

#include <stddef.h>

#define AT(member) offsetof(struct sensor_settings, member)
#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)
#define HOURS(n) ((n) * UINT64_C(3600000000))

static const char *const status_names[] = { "actual", "exercise", "test", NULL };
static const char *const overlap_names[] = { "first", "last", "bsd", "linux", "windows", "solaris", NULL };

static const char *const midstream_names[] = { "off", "records", "rules", NULL };

static const struct setting rows[] = {
    { "name", SETTING_TEXT, AT(name), "sensor-1", 0, 0, NULL,
      "This sensor's name: in every event, and the first part of its ids; no colon" },
    { "region", SETTING_TEXT, AT(region), "430000", 0, 0, NULL, "Region code (GB/T 2260) that its events belong to" },
    { "status", SETTING_CHOICE, AT(status), "actual", 0, 0, status_names,
      "What the traffic is: exercise and test never mix with actual" },

    { "capture.interfaces", SETTING_LIST, AT(interfaces), "", 0, 0, NULL, "Interfaces to capture from; -i adds to them" },
    { "capture.workers", SETTING_UINT, AT(workers), "1", 1, 64, NULL,
      "Threads per interface; the kernel spreads flows over them" },
    { "capture.snaplen", SETTING_SIZE, AT(snaplen), "65535", 64, 262144, NULL, "Bytes captured of each frame" },
    { "capture.buffer", SETTING_SIZE, AT(capture_buffer), "64 MiB", MIB, 4 * GIB, NULL, "Kernel ring per worker" },
    { "capture.promiscuous", SETTING_BOOL, AT(promiscuous), "true", 0, 0, NULL, "Take frames for other stations too" },
    { "capture.checksums", SETTING_BOOL, AT(checksums), "true", 0, 0, NULL,
      "Leave packets with wrong checksums out of flows, as their receiver would; -k none turns it off" },

    { "flow.max", SETTING_UINT, AT(flow.flow_max), "262144", 16, 16777216, NULL, "Flows followed at once, per worker" },
    { "flow.bytes", SETTING_SIZE, AT(flow.flow_bytes_max), "256 MiB", MIB, 64 * GIB, NULL,
      "Memory for all that hangs on flows, per worker" },
    { "flow.bytes_each", SETTING_SIZE, AT(flow.flow_bytes_each), "1 MiB", 4096, GIB, NULL, "The most one flow may take of it" },
    { "flow.idle.new", SETTING_TIME, AT(flow.new_idle_us), "30 s", 1, HOURS(24), NULL,
      "Idle time until a half-open TCP flow is closed" },
    { "flow.idle.established", SETTING_TIME, AT(flow.established_idle_us), "5 min", 1, HOURS(24), NULL,
      "The same for an established one" },
    { "flow.idle.closed", SETTING_TIME, AT(flow.closed_idle_us), "5 s", 1, HOURS(24), NULL, "The same after FIN or RST" },
    { "flow.idle.udp", SETTING_TIME, AT(flow.udp_idle_us), "60 s", 1, HOURS(24), NULL, "The same for UDP and others" },
    { "flow.idle.icmp", SETTING_TIME, AT(flow.icmp_idle_us), "30 s", 1, HOURS(24), NULL, "The same for ICMP" },
    { "flow.midstream", SETTING_CHOICE, AT(midstream), "records", 0, 0, midstream_names,
      "TCP whose handshake was not seen: off leaves it alone; records dissects it, as control connections live for months; "
      "rules also lets rules see it as established" },

    { "stream.waiting_each", SETTING_SIZE, AT(reassembly_each), "256 KiB", 1024, 64 * MIB, NULL,
      "Early segments kept per direction of a flow" },
    { "stream.waiting_all", SETTING_SIZE, AT(reassembly_all), "64 MiB", 64 * 1024, 16 * GIB, NULL,
      "Early segments kept in all, per worker" },
    { "stream.depth", SETTING_SIZE, AT(stream_depth), "1 MiB", 0, UINT64_MAX / 2, NULL,
      "Bytes of a direction that are looked into; 0 for all" },
    { "stream.window", SETTING_SIZE, AT(stream_window), "4 KiB", 512, 64 * 1024, NULL,
      "Bytes of a stream that rules see at once" },
    { "stream.overlap", SETTING_CHOICE, AT(overlap), "bsd", 0, 0, overlap_names,
      "Which copy of a byte counts when segments overlap: as the protected hosts' systems do it" },
    { "fragments.max", SETTING_UINT, AT(fragments_max), "4096", 1, 1000000, NULL, "Datagrams being put together at once" },
    { "fragments.bytes", SETTING_SIZE, AT(fragment_bytes), "16 MiB", 65536, 4 * GIB, NULL, "Memory for them" },
    { "fragments.idle", SETTING_TIME, AT(fragment_idle_us), "30 s", 1000, HOURS(1), NULL,
      "How long a datagram may wait for its missing fragments" },
    { "classify.enabled", SETTING_BOOL, AT(classify), "true", 0, 0, NULL, "Ask nDPI what each flow is" },
    { "classify.flows", SETTING_UINT, AT(classify_max), "32768", 16, 1000000, NULL,
      "Flows that nDPI works on at once, per worker" },
    { "classify.tcp_packets", SETTING_UINT, AT(classify_tcp), "12", 1, 255, NULL, "Packets with payload of a TCP flow that nDPI sees" },
    { "classify.udp_packets", SETTING_UINT, AT(classify_udp), "8", 1, 255, NULL, "The same for UDP and everything else" },

    { "rules.files", SETTING_LIST, AT(rules), "", 0, 0, NULL, "Rule files; a folder stands for the *.rules in it and below" },
    { "rules.vars", SETTING_MAP, AT(vars), "", 0, 0, NULL, "HOME_NET and other variables of rules" },
    { "rules.classification", SETTING_TEXT, AT(classification), "", 0, 0, NULL, "classification.config; empty for none" },
    { "rules.limits", SETTING_TEXT, AT(rules_limits), "", 0, 0, NULL,
      "Suppressions and thresholds as in Suricata's threshold.config; empty for none" },
    { "rules.reputation_categories", SETTING_TEXT, AT(categories), "", 0, 0, NULL,
      "Categories of the keyword iprep, as in Suricata's categories.txt; empty for none" },
    { "rules.reputation", SETTING_LIST, AT(ratings), "", 0, 0, NULL, "Files of addresses rated in them: address,category,rating" },
    { "rules.cache", SETTING_TEXT, AT(rules_cache), "", 0, 0, NULL,
      "Folder for compiled pattern databases; empty compiles at each start" },
    { "rules.thresholds", SETTING_UINT, AT(threshold_entries), "65536", 256, 16777216, NULL,
      "Pairs of rule and address counted at once, per worker" },

    { "control.socket", SETTING_TEXT, AT(control), "", 0, 0, NULL,
      "Unix socket on which `fengsui sensor reload` and `status` are answered, for this user and root only; empty for none" },

    { "behaviour.enabled", SETTING_BOOL, AT(behaviour), "true", 0, 0, NULL,
      "Detectors of behaviour beside the rules" },
    { "behaviour.policy", SETTING_TEXT, AT(policy), "", 0, 0, NULL,
      "Who may do what to which device: a file that --learn wrote and people reviewed; empty for none" },
    { "behaviour.inventory", SETTING_BOOL, AT(inventory), "true", 0, 0, NULL, "Tell which industrial devices are seen, as asset events" },
    { "behaviour.devices", SETTING_UINT, AT(devices_max), "4096", 16, 1000000, NULL, "Devices in the inventory, per worker" },
    { "behaviour.makers", SETTING_TEXT, AT(makers), "", 0, 0, NULL,
      "Whose network card it is: the IEEE's list, /usr/share/ieee-data/oui.txt on Debian; empty for none" },
    { "behaviour.weaknesses", SETTING_TEXT, AT(weaknesses), "", 0, 0, NULL, "CSV of product versions known to be vulnerable; empty for none" },

    { "places.countries", SETTING_TEXT, AT(countries), "", 0, 0, NULL, "MaxMind DB that tells an address's country; empty for none" },
    { "places.assets", SETTING_TEXT, AT(assets), "", 0, 0, NULL, "CSV of assets by prefix; empty for none" },
    { "places.indicators", SETTING_TEXT, AT(indicators), "", 0, 0, NULL, "Indicators in a file: CSV, JSON lines or a STIX bundle; empty for none" },
    { "intel.follow", SETTING_BOOL, AT(intel_follow), "true", 0, 0, NULL,
      "Take the indicators that the centre sends down the region's stream, while capturing live" },
    { "intel.state", SETTING_TEXT, AT(intel_state), "", 0, 0, NULL,
      "File that keeps them, for a start without Redis; empty for none" },
    { "intel.max", SETTING_UINT, AT(intel_max), "1000000", 1, 16777216, NULL, "Indicators known at once; more are refused and counted" },
    { "intel.bytes", SETTING_SIZE, AT(intel_bytes), "256 MiB", MIB, 16 * GIB, NULL, "Memory for them, but for a new set beside the one in force" },

    { "events.records", SETTING_BOOL, AT(records), "true", 0, 0, NULL, "Publish each dissected message, not only alerts" },
    { "events.flows", SETTING_BOOL, AT(flows), "true", 0, 0, NULL, "Publish each closed flow" },
    { "events.payload", SETTING_SIZE, AT(payload_max), "512", 0, 65536, NULL, "Payload bytes in an alert; 0 for none" },
    { "events.stats", SETTING_TIME, AT(stats_every_us), "10 s", 100000, HOURS(24), NULL, "How often counters are published" },

    { "evidence.dir", SETTING_TEXT, AT(evidence), "", 0, 0, NULL,
      "Folder for the packets around alerts; empty keeps none" },
    { "evidence.memory", SETTING_SIZE, AT(evidence_memory), "8 MiB", MIB, GIB, NULL,
      "Recent frames a worker remembers, from which evidence is taken" },
    { "evidence.packets", SETTING_UINT, AT(evidence_packets), "64", 1, 1024, NULL, "Packets in one evidence file at most" },
    { "evidence.file", SETTING_SIZE, AT(evidence_file), "256 KiB", 4096, MIB, NULL, "Size of one evidence file at most" },
    { "evidence.per_second", SETTING_UINT, AT(evidence_per_second), "50", 1, 10000, NULL,
      "Evidence files a worker may begin in a second of packet time" },
    { "evidence.disk", SETTING_SIZE, AT(evidence_disk), "1 GiB", MIB, 4096 * GIB, NULL, "Size of the folder; the oldest files go first" },
    { "evidence.age", SETTING_TIME, AT(evidence_age_us), "180 d", HOURS(1), HOURS(87600), NULL, "Files older than this are removed" },

    { "user", SETTING_TEXT, AT(user), "", 0, 0, NULL, "User to become after opening the capture; empty to stay" },
    { "sandbox", SETTING_BOOL, AT(sandbox), "true", 0, 0, NULL, "Give up capabilities and lock system calls before the first packet" },
    { "spool.dir", SETTING_TEXT, AT(spool), "/var/lib/fengsui/spool", 0, 0, NULL, "Folder where events wait for Redis" },
    { "spool.bytes", SETTING_SIZE, AT(spool_bytes), "2 GiB", MIB, 4096 * GIB, NULL,
      "Ceiling of the spool; when full the lowest severity goes first" },
    { "spool.segment", SETTING_SIZE, AT(segment_bytes), "16 MiB", 65536, GIB, NULL, "Size of one spool file" },
    { "spool.ring", SETTING_SIZE, AT(ring_bytes), "16 MiB", 65536, GIB, NULL, "Events between a worker and the writer" },
    { "spool.fsync", SETTING_TIME, AT(fsync_every_us), "100 ms", 0, HOURS(1), NULL, "How long written events may wait for the disk" },
    { "spool.close_wait", SETTING_TIME, AT(close_wait_us), "30 s", 0, HOURS(1), NULL,
      "How long to wait at the end for Redis to take what is left; the rest stays in the spool" },
};

void sensor_sections(struct sensor_config *into, struct settings_section out[SENSOR_SECTIONS])
{
    out[0] = (struct settings_section){ "sensor", rows, sizeof rows / sizeof rows[0], &into->sensor };
    out[1] = bus_section(&into->bus);
}
