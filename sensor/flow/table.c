/* table - an open hash of (index, tag) pairs over one region of flows.
 *
 *     slots  | 7 tag | empty | 3 tag | 9 tag | ...   8 to a cache line, at most half full
 *     flows  | 0 | 1 | 2 | 3 ...                     384 bytes each, touched as they come
 *
 * A packet costs one line of slots (tags decide) and two or three of its flow. Linear probing with
 * backward shift: no tombstones, so a flood leaves nothing behind. The key is hashed with SipHash under a
 * secret, so nobody can aim at a slot.
 */
#include "flow/table.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "common/cursor.h"
#include "flow/internal.h"

enum {
    FLOW_MAX_LEAST = 16, FLOW_MAX_MOST = 1 << 28,
    ID_WORKER_SHIFT = 40, ID_WORKER_MASK = 0x1fff,     /* 53 bits in all: exact in every JSON reader */
    VLAN_ID_MASK = 0xfff
};

static const struct metric rows[] = {
    { "flows", METRIC_GAUGE, offsetof(struct flow_counts, flows), "Flows being followed." },
    { "created", METRIC_COUNTER, offsetof(struct flow_counts, created), "Flows begun." },
    { "evicted_new", METRIC_COUNTER, offsetof(struct flow_counts, evicted_new), "Half-open or unanswered flows closed early because the table was full." },
    { "evicted_closed", METRIC_COUNTER, offsetof(struct flow_counts, evicted_closed), "Finished flows closed early because the table was full." },
    { "evicted_established", METRIC_COUNTER, offsetof(struct flow_counts, evicted_established), "Live flows closed early because the table was full." },
    { "evicted_bytes", METRIC_COUNTER, offsetof(struct flow_counts, evicted_bytes), "Flows closed early because the memory for what hangs on flows ran out." },
    { "timed_out", METRIC_COUNTER, offsetof(struct flow_counts, timed_out), "Flows closed after their idle time." },
    { "finished", METRIC_COUNTER, offsetof(struct flow_counts, finished), "TCP flows closed after their own end." },
    { "midstream", METRIC_COUNTER, offsetof(struct flow_counts, midstream), "TCP flows whose beginning was not seen." },
    { "reused", METRIC_COUNTER, offsetof(struct flow_counts, reused), "5-tuples that began anew." },
};
const struct metrics_room flow_metrics = { .name = "flow", .rows = rows, .count = sizeof rows / sizeof *rows };

static int check_limits(const struct flow_limits *l, struct fault *f)
{
    if (l->flow_max < FLOW_MAX_LEAST || l->flow_max > FLOW_MAX_MOST)
        return fault_set(f, -EINVAL, "flow.max: %llu flows asked for; from %d to %d can be",
                         (unsigned long long)l->flow_max, FLOW_MAX_LEAST, FLOW_MAX_MOST);
    if (l->flow_bytes_each > UINT32_MAX)
        return fault_set(f, -EINVAL, "flow.bytes_each: one flow cannot have more than 4 GiB");
    return 0;
}

static void set_lists(struct flow_table *t)
{
    const struct flow_limits *l = &t->limits;
    const uint64_t idle[LIST_COUNT] = {
        [LIST_HALF_OPEN] = l->new_idle_us, [LIST_UNANSWERED] = l->udp_idle_us, [LIST_ICMP] = l->icmp_idle_us,
        [LIST_CLOSED] = l->closed_idle_us, [LIST_ANSWERED] = l->udp_idle_us, [LIST_ESTABLISHED] = l->established_idle_us,
    };
    for (int i = 0; i < LIST_COUNT; i++)
        t->lists[i].idle_us = idle[i];
    t->due_us = UINT64_MAX;
}

/* Address space only: pages come as flows do. */
static void *reserve(size_t bytes)
{
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

struct flow_table *flow_table_new(const struct flow_limits *limits, struct hash_key key,
                                  void (*on_close)(void *ctx, struct flow *f, enum flow_end why), void *ctx,
                                  struct fault *f)
{
    if (check_limits(limits, f) != 0)
        return NULL;
    struct flow_table *t = calloc(1, sizeof *t);
    if (t == NULL) {
        fault_set(f, -ENOMEM, "flow table: no memory");
        return NULL;
    }
    t->limits = *limits;
    t->key = key;
    t->on_close = on_close;
    t->ctx = ctx;
    set_lists(t);
    uint32_t slots = 1;
    while (slots < 2 * limits->flow_max)
        slots *= 2;
    t->slot_mask = slots - 1;
    t->region_bytes = limits->flow_max * sizeof(struct flow);
    t->flows = reserve(t->region_bytes);
    t->slots = reserve(slots * sizeof *t->slots);
    t->store = store_new(limits->flow_bytes_max);
    if (t->flows == NULL || t->slots == NULL || t->store == NULL) {
        fault_set(f, -ENOMEM, "flow.max: no address space for %llu flows", (unsigned long long)limits->flow_max);
        flow_table_free(t);
        return NULL;
    }
    return t;
}

void flow_table_close_all(struct flow_table *t)
{
    for (int kind = 0; kind < LIST_COUNT; kind++)
        while (t->lists[kind].oldest != NULL)
            flow_close(t, t->lists[kind].oldest, FLOW_END_SHUTDOWN);
}

void flow_table_free(struct flow_table *t)
{
    if (t == NULL)
        return;
    flow_table_close_all(t);
    if (t->flows != NULL)
        munmap(t->flows, t->region_bytes);
    if (t->slots != NULL)
        munmap(t->slots, ((size_t)t->slot_mask + 1) * sizeof *t->slots);
    store_free(t->store);
    free(t);
}

/* ---- the index ---- */

static struct flow *find(const struct flow_table *t, const struct flow_key *key, uint64_t hash)
{
    uint32_t tag = (uint32_t)hash;
    for (uint32_t at = tag & t->slot_mask; t->slots[at].flow != 0; at = (at + 1) & t->slot_mask) {
        if (t->slots[at].tag != tag)
            continue;
        struct flow *f = &t->flows[t->slots[at].flow - 1];
        if (memcmp(&f->key, key, sizeof *key) == 0)
            return f;
    }
    return NULL;
}

static void index_add(struct flow_table *t, const struct flow *f)
{
    uint32_t at = (uint32_t)f->hash & t->slot_mask;
    while (t->slots[at].flow != 0)
        at = (at + 1) & t->slot_mask;
    t->slots[at] = (struct slot){ (uint32_t)(f - t->flows) + 1, (uint32_t)f->hash };
}

/* Closes the hole: whoever stands behind it and would be nearer home there moves up. */
static void index_remove(struct flow_table *t, const struct flow *f)
{
    uint32_t mask = t->slot_mask, me = (uint32_t)(f - t->flows) + 1;
    uint32_t hole = (uint32_t)f->hash & mask;
    while (t->slots[hole].flow != me)
        hole = (hole + 1) & mask;
    for (uint32_t at = (hole + 1) & mask; t->slots[at].flow != 0; at = (at + 1) & mask) {
        uint32_t from_home = (at - t->slots[at].tag) & mask;
        if (from_home < ((at - hole) & mask))
            continue;
        t->slots[hole] = t->slots[at];
        hole = at;
    }
    t->slots[hole] = (struct slot){ 0, 0 };
}

/* ---- a packet's key ---- */

struct end { const uint8_t *addr; uint16_t port; };

static int end_compare(const struct end *a, const struct end *b)
{
    int order = memcmp(a->addr, b->addr, 16);
    return order != 0 ? order : (int)a->port - (int)b->port;
}

/* Gives true when src is the lower end. */
static bool key_set(struct flow_key *key, const struct addr *src, uint16_t sport, const struct addr *dst,
                    uint16_t dport, uint8_t proto, const struct packet *p)
{
    struct end from = { src->bytes, sport }, to = { dst->bytes, dport };
    bool src_low = end_compare(&from, &to) <= 0;
    const struct end *low = src_low ? &from : &to, *high = src_low ? &to : &from;
    memcpy(key->low, low->addr, 16);
    memcpy(key->high, high->addr, 16);
    key->low_port = low->port;
    key->high_port = high->port;
    key->vlan[0] = p->vlan_count > 0 ? p->vlan[0] & VLAN_ID_MASK : 0;
    key->vlan[1] = p->vlan_count > 1 ? p->vlan[1] & VLAN_ID_MASK : 0;
    key->proto = proto;
    key->version = src->version;
    key->depth = p->depth;
    memset(key->spare, 0, sizeof key->spare);
    return src_low;
}

/* IPv4, nearly always: everything that differs fits into two words. */
static uint64_t key_hash(const struct flow_table *t, const struct flow_key *key)
{
    if (key->version != 4)
        return hash_keyed(&t->key, key, sizeof *key);
    uint8_t packed[15];
    memcpy(packed, key->low + 12, 4);
    memcpy(packed + 4, key->high + 12, 4);
    memcpy(packed + 8, &key->low_port, 2);
    memcpy(packed + 10, &key->high_port, 2);
    packed[12] = key->proto;
    packed[13] = (uint8_t)(key->vlan[0] ^ key->depth << 4);
    packed[14] = (uint8_t)(key->vlan[0] >> 8 ^ key->vlan[1]);
    return hash_keyed(&t->key, packed, sizeof packed);
}

/* Requests and answers that carry an identifier (RFC 792, RFC 4443 section 4): echo, timestamp, mask. */
static bool icmp_has_id(const struct packet *p)
{
    if (p->proto == IPPROTO_ICMPV6)
        return p->icmp_type == 128 || p->icmp_type == 129;
    return p->icmp_type == 0 || p->icmp_type == 8 || (p->icmp_type >= 13 && p->icmp_type <= 18);
}

static uint16_t icmp_id(const struct packet *p)
{
    if (!icmp_has_id(p))
        return 0;
    struct cursor c = cursor_over(p->transport, p->transport_len);
    cursor_skip(&c, 4);
    return cursor_be16(&c);
}

static bool is_icmp(uint8_t proto)
{
    return proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6;
}

static bool has_flow(const struct packet *p)
{
    if (p->ip_version == 0 || p->fragment || !p->transport_ok)
        return false;
    return p->proto == IPPROTO_TCP || p->proto == IPPROTO_UDP || p->proto == IPPROTO_SCTP || is_icmp(p->proto);
}

/* ---- an ICMP error's quoted packet ---- */

struct quoted { struct addr src, dst; uint16_t sport, dport; uint8_t proto; };

enum { IP6_HEADER = 40, IP4_HEADER_MIN = 20 };

static bool quoted_addresses(struct cursor *c, struct quoted *q)
{
    struct cursor ip = *c;
    uint8_t first = cursor_u8(&ip);
    const uint8_t *header = cursor_bytes(c, first >> 4 == 6 ? IP6_HEADER : IP4_HEADER_MIN);
    if (header == NULL)
        return false;
    if (first >> 4 == 6) {
        q->proto = header[6];
        q->src = addr_v6(header + 8);
        q->dst = addr_v6(header + 24);
        return true;
    }
    if (first >> 4 != 4 || (first & 15) < 5)
        return false;
    q->proto = header[9];
    q->src = addr_v4(header + 12);
    q->dst = addr_v4(header + 16);
    cursor_skip(c, (first & 15u) * 4u - IP4_HEADER_MIN);
    return true;
}

/* The flow that an ICMP error is about, if we follow it. RFC 792 promises eight bytes of transport. */
static struct flow *find_quoted(const struct flow_table *t, const struct packet *p, enum direction *dir)
{
    struct quoted q = { .proto = 0 };
    struct cursor c = cursor_over(p->icmp_inner, p->icmp_inner_len);
    if (!quoted_addresses(&c, &q))
        return NULL;
    if (is_icmp(q.proto)) {
        cursor_skip(&c, 4);
        q.sport = q.dport = cursor_be16(&c);
    } else {
        q.sport = cursor_be16(&c);
        q.dport = cursor_be16(&c);
    }
    if (c.status != CURSOR_OK)
        return NULL;
    struct flow_key key;
    bool src_low = key_set(&key, &q.src, q.sport, &q.dst, q.dport, q.proto, p);
    struct flow *f = find(t, &key, key_hash(t, &key));
    if (f != NULL)
        *dir = src_low == f->client_is_low ? FROM_SERVER : FROM_CLIENT;
    return f;
}

/* ---- flows come and go ---- */

void flow_close(struct flow_table *t, struct flow *f, enum flow_end why)
{
    if (why == FLOW_END_TIMEOUT)
        t->counts.timed_out++;
    else if (why == FLOW_END_FINISHED)
        t->counts.finished++;
    else if (why == FLOW_END_REUSED)
        t->counts.reused++;
    if (t->on_close != NULL)
        t->on_close(t->ctx, f, why);
    flow_list_remove(t, f);
    index_remove(t, f);
    f->idle_newer = t->flow_free;
    t->flow_free = f;
    t->counts.flows--;
}

static struct flow *take_free(struct flow_table *t)
{
    if (t->flow_free == NULL && t->flows_used == t->limits.flow_max)
        flow_evict_one(t);
    struct flow *f = t->flow_free;
    if (f == NULL)
        return &t->flows[t->flows_used++];
    t->flow_free = f->idle_newer;
    memset(f, 0, sizeof *f);
    return f;
}

static enum flow_list list_of(const struct flow *f)
{
    if (f->proto == IPPROTO_TCP)
        return f->state == FLOW_NEW ? LIST_HALF_OPEN : f->state == FLOW_CLOSED ? LIST_CLOSED : LIST_ESTABLISHED;
    if (is_icmp(f->proto))
        return LIST_ICMP;
    return f->state == FLOW_NEW ? LIST_UNANSWERED : LIST_ANSWERED;
}

static void set_ends(struct flow *f, const struct packet *p, bool client_is_src)
{
    f->client = client_is_src ? p->src : p->dst;
    f->server = client_is_src ? p->dst : p->src;
    f->client_port = client_is_src ? p->sport : p->dport;
    f->server_port = client_is_src ? p->dport : p->sport;
}

static struct flow *create(struct flow_table *t, const struct packet *p, const struct flow_key *key, uint64_t hash, bool src_low)
{
    if (store_counts(t->store)->used > t->limits.flow_bytes_max - t->limits.flow_bytes_max / 8)
        flow_relieve_store(t);
    struct flow *f = take_free(t);
    bool client_is_src = p->proto != IPPROTO_TCP || (p->tcp_flags & (TCP_SYN | TCP_ACK)) != (TCP_SYN | TCP_ACK);
    f->key = *key;
    f->hash = hash;
    f->id = (uint64_t)(t->limits.worker & ID_WORKER_MASK) << ID_WORKER_SHIFT | ++t->next_id;
    f->start_us = f->last_us = p->time_us;
    f->proto = p->proto;
    f->client_is_low = client_is_src ? src_low : !src_low;
    set_ends(f, p, client_is_src);
    memcpy(f->vlan, p->vlan, sizeof f->vlan);
    f->vlan_count = p->vlan_count;
    f->account.most = (uint32_t)t->limits.flow_bytes_each;
    if (p->proto == IPPROTO_TCP) {
        tcp_begin(f, p);
        t->counts.midstream += f->midstream;
    }
    f->list = (uint8_t)list_of(f);
    index_add(t, f);
    flow_list_add(t, f, p->time_us);
    t->counts.created++;
    t->counts.flows++;
    return f;
}

/* Is this packet the first of another flow that happens to have the same 5-tuple? */
static bool begins_anew(struct flow_table *t, struct flow *f, const struct packet *p)
{
    if (flow_idle_too_long(t, f, p->time_us)) {
        flow_close(t, f, f->state == FLOW_CLOSED ? FLOW_END_FINISHED : FLOW_END_TIMEOUT);
        return true;
    }
    if (f->proto == IPPROTO_TCP && (p->tcp_flags & TCP_SYN) && tcp_reopens(f, p)) {
        flow_close(t, f, FLOW_END_REUSED);
        return true;
    }
    return false;
}

static void count_in(struct flow *f, const struct packet *p, enum direction dir)
{
    struct flow_side *side = &f->side[dir];
    side->packets++;
    side->bytes += (uint64_t)p->ip_header_len + p->transport_len + p->payload_claimed;
    if (p->time_us > f->last_us || f->last_us - p->time_us > FLOW_RELIST_US)
        f->last_us = p->time_us;
}

static void move_state(struct flow_table *t, struct flow *f, const struct packet *p, enum direction dir)
{
    if (p->proto == IPPROTO_TCP && f->proto == IPPROTO_TCP) {
        tcp_track(f, p, dir, t->limits.midstream);
    } else if (f->proto == p->proto && f->state == FLOW_NEW && f->side[!dir].packets > 0) {
        f->state = FLOW_ESTABLISHED;
        f->established = true;
    }
    uint8_t list = (uint8_t)list_of(f);
    uint64_t since = f->last_us - f->listed_us;
    if (list == f->list && since <= FLOW_RELIST_US)
        return;
    flow_list_remove(t, f);
    f->list = list;
    flow_list_add(t, f, f->last_us);
}

struct flow *flow_table_take(struct flow_table *t, const struct packet *p, enum direction *dir)
{
    if (!has_flow(p))
        return NULL;
    struct flow *f = NULL;
    if (p->icmp_inner != NULL && (f = find_quoted(t, p, dir)) != NULL) {
        count_in(f, p, *dir);
        return f;
    }
    uint16_t id = is_icmp(p->proto) ? icmp_id(p) : 0;
    struct flow_key key;
    bool src_low = key_set(&key, &p->src, id ? id : p->sport, &p->dst, id ? id : p->dport, p->proto, p);
    uint64_t hash = key_hash(t, &key);
    f = find(t, &key, hash);
    if (f == NULL || begins_anew(t, f, p))
        f = create(t, p, &key, hash, src_low);
    *dir = src_low == f->client_is_low ? FROM_CLIENT : FROM_SERVER;
    count_in(f, p, *dir);
    move_state(t, f, p, *dir);
    return f;
}

struct store *flow_table_store(struct flow_table *t)
{
    return t->store;
}

const struct flow_counts *flow_table_counts(const struct flow_table *t)
{
    return &t->counts;
}
