/* internal - what table.c, timeout.c and tcp.c share; nobody else includes it. */
#ifndef FLOW_INTERNAL_H
#define FLOW_INTERNAL_H

#include "flow/table.h"

/* One list per kind of flow: all of a list share one idle time, so the longest idle is its head. */
/* A packet moves its flow to the newer end of its list at most this often. */
enum { FLOW_RELIST_US = 1000000 };

enum flow_list {
    LIST_HALF_OPEN,     /* TCP without a whole handshake */
    LIST_UNANSWERED,    /* others of which one side has spoken */
    LIST_ICMP,
    LIST_CLOSED,
    LIST_ANSWERED,
    LIST_ESTABLISHED,
    LIST_COUNT
};

struct idle_list {
    struct flow *oldest, *newest;
    uint64_t     idle_us;
};

struct slot {           /* of the open hash; 8 to a cache line */
    uint32_t flow;      /* index + 1; 0 empty */
    uint32_t tag;       /* the low bits of the hash: home slot, and a first comparison */
};

struct flow_table {
    struct flow_limits limits;
    struct hash_key    key;
    struct slot       *slots;
    uint32_t           slot_mask;
    struct flow       *flows;           /* the region */
    size_t             region_bytes;
    uint32_t           flows_used;      /* beyond it nothing was ever touched */
    struct flow       *flow_free;       /* linked through idle_newer */
    struct idle_list   lists[LIST_COUNT];
    uint64_t           due_us;          /* before it nothing can be idle for too long */
    uint64_t           now_us;          /* newest time given to flow_table_expire() */
    uint64_t           next_id;
    struct store      *store;
    void             (*on_close)(void *ctx, struct flow *f, enum flow_end why);
    void              *ctx;
    struct flow_counts counts;
};

/* table.c: calls on_close, then forgets the flow. */
void flow_close(struct flow_table *t, struct flow *f, enum flow_end why);

/* timeout.c */
void flow_list_add(struct flow_table *t, struct flow *f, uint64_t now_us);
void flow_list_remove(struct flow_table *t, struct flow *f);
bool flow_idle_too_long(const struct flow_table *t, const struct flow *f, uint64_t now_us);
void flow_evict_one(struct flow_table *t);
void flow_relieve_store(struct flow_table *t);

/* tcp.c: what a TCP packet of the flow, already counted, does to its state. */
void tcp_begin(struct flow *f, const struct packet *p);
void tcp_track(struct flow *f, const struct packet *p, enum direction dir, bool midstream);
bool tcp_reopens(const struct flow *f, const struct packet *p);
bool tcp_false_echo(const struct flow *f, const struct packet *p, enum direction dir);
bool tcp_plausible(const struct flow *f, uint32_t seq, enum direction dir);

/* odd.c: what is wrong with a packet, already counted, of which the flow has seen nothing else yet; and what phase its taking begins. */
uint64_t tcp_odd(struct flow *f, const struct packet *p, enum direction dir);
void tcp_phase(struct flow *f, const struct packet *p, enum direction dir);

#endif
