#include "flow/reassembly.h"

/* Suricata's names where it has the event; reassembly_budget is ours: memory for early segments was used up. */
const char *const stream_event_names[] = {
    "reassembly_overlap_different_data", "reassembly_seq_gap", "est_packet_out_of_window", "reassembly_budget",
    "reassembly_depth_reached", "pkt_invalid_timestamp", NULL,
};
