/* flowsum - a closed flow in one event: who, how long, how much, how it ended. */
#ifndef EVENTS_FLOWSUM_H
#define EVENTS_FLOWSUM_H

#include "events/event.h"

struct flowsum {
    struct event head;
    uint64_t     start_us, end_us;
    uint64_t     packets[2], bytes[2];      /* client, server */
    const char  *state;         /* "new", "established", "closed" */
    const char  *reason;        /* "timeout", "finished", "evicted", "shutdown" */
    uint64_t     gaps, gap_bytes;
    uint32_t     alerts;        /* raised on this flow */
    uint8_t      tcp_flags[2];  /* all flags seen, per side */
    bool         midstream;     /* its beginning was not seen */
};

void flowsum_json(const struct flowsum *s, struct text *out);

#endif
