#include "classify/classify.h"

#include <errno.h>
#include <malloc.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <ndpi/ndpi_api.h>

#include "classify/names.h"

enum {
    PACKET_COPY_MAX = 65535,
    OVERREAD = 256              /* zeros behind each packet: more than any of the known overreads */
};

/* nDPI's memory for one undecided flow, in a list from the longest undecided to the newest. */
struct work {
    struct work           *older, *newer;
    struct classify_state *owner;
    _Alignas(16) uint8_t   ndpi[];          /* struct ndpi_flow_struct, whose size only the library knows */
};

struct classify_state {
    struct classification is;
    struct work          *work;             /* NULL: decided, and nothing more will change */
    uint16_t              packets;
    uint8_t               proto;
};
_Static_assert(sizeof(struct classify_state) <= STORE_BLOCK_MIN, "a flow's state is one smallest block");

struct classify {
    struct ndpi_detection_module_struct *module;
    struct classify_limits limits;
    struct classify_counts counts;
    struct store          *store;
    struct names          *names;
    uint8_t               *pool;            /* touched only as far as it was ever used */
    size_t                 pool_bytes, work_bytes, ndpi_bytes;
    size_t                 fresh;           /* entries of the pool never used so far */
    struct work           *idle;            /* used before, free now; linked by newer */
    struct work           *oldest, *newest;
    uint8_t                copy[PACKET_COPY_MAX + OVERREAD];
};

#define COUNT(member, kind, about) { #member, kind, offsetof(struct classify_counts, member), about }
static const struct metric classify_rows[] = {
    COUNT(packets, METRIC_COUNTER, "Packets given to nDPI."),
    COUNT(flows, METRIC_COUNTER, "Flows begun."),
    COUNT(named, METRIC_COUNTER, "Flows decided by their content."),
    COUNT(guessed, METRIC_COUNTER, "Flows named by port or address only."),
    COUNT(unknown, METRIC_COUNTER, "Flows without a name."),
    COUNT(hurried, METRIC_COUNTER, "Flows decided early because too many were undecided."),
    COUNT(refused, METRIC_COUNTER, "Flows not begun because their memory was full."),
    COUNT(undecided, METRIC_GAUGE, "Flows undecided now."),
    COUNT(bytes, METRIC_GAUGE, "Bytes that nDPI has allocated."),
};
#undef COUNT
const struct metrics_room classify_metrics = { "classify", classify_rows, sizeof classify_rows / sizeof classify_rows[0] };

/* nDPI's allocator hooks carry no context, so the thread remembers on whose account it is inside nDPI. This is
 * the only variable of its kind; it is set around each call into the library. */
static _Thread_local uint64_t *charged;

static void *ndpi_take(size_t n)
{
    void *p = malloc(n);
    if (p != NULL && charged != NULL)
        *charged += malloc_usable_size(p);
    return p;
}

static void ndpi_give(void *p)
{
    if (p != NULL && charged != NULL)
        *charged -= malloc_usable_size(p);
    free(p);
}

static struct ndpi_flow_struct *work_flow(struct work *w)
{
    return (struct ndpi_flow_struct *)(void *)w->ndpi;
}

/* --- the pool --- */

static void work_link(struct classify *c, struct work *w)
{
    w->newer = NULL;
    w->older = c->newest;
    if (c->newest != NULL)
        c->newest->newer = w;
    else
        c->oldest = w;
    c->newest = w;
    c->counts.undecided++;
}

static void work_unlink(struct classify *c, struct work *w)
{
    if (w->older != NULL)
        w->older->newer = w->newer;
    else
        c->oldest = w->newer;
    if (w->newer != NULL)
        w->newer->older = w->older;
    else
        c->newest = w->older;
    c->counts.undecided--;
}

static void work_give(struct classify *c, struct work *w)
{
    charged = &c->counts.bytes;
    ndpi_free_flow_data(work_flow(w));
    charged = NULL;
    work_unlink(c, w);
    w->owner->work = NULL;
    w->newer = c->idle;
    c->idle = w;
}

static void decide(struct classify *c, struct classify_state *s);

static struct work *work_take(struct classify *c, struct classify_state *owner)
{
    if (c->idle == NULL && c->fresh == c->limits.undecided_max) {
        c->counts.hurried++;
        decide(c, c->oldest->owner);
    }
    struct work *w = c->idle;
    if (w != NULL)
        c->idle = w->newer;
    else
        w = (struct work *)(void *)(c->pool + c->work_bytes * c->fresh++);
    memset(w->ndpi, 0, c->ndpi_bytes);
    w->owner = owner;
    work_link(c, w);
    return w;
}

/* --- one flow --- */

/* Takes nDPI's word into the flow's own. True when it differs from what stood there. */
static bool adopt(struct classify *c, struct classify_state *s, ndpi_protocol found)
{
    const struct ndpi_flow_struct *n = work_flow(s->work);
    struct classification was = s->is;
    s->is.risks = n->risk;
    if (found.app_protocol != NDPI_PROTOCOL_UNKNOWN || found.master_protocol != NDPI_PROTOCOL_UNKNOWN) {
        s->is.protocol = names_of(c->names, found.master_protocol, found.app_protocol);
        s->is.category = ndpi_category_get_name(c->module, found.category);
        s->is.confidence = ndpi_confidence_get_name(n->confidence);
    }
    return s->is.protocol != was.protocol || s->is.risks != was.risks;
}

static void count_verdict(struct classify *c, const struct classify_state *s)
{
    const struct ndpi_flow_struct *n = work_flow(s->work);
    if (s->is.protocol == NULL)
        c->counts.unknown++;
    else if (n->confidence == NDPI_CONFIDENCE_MATCH_BY_PORT || n->confidence == NDPI_CONFIDENCE_MATCH_BY_IP)
        c->counts.guessed++;
    else
        c->counts.named++;
}

/* Ends the asking: whatever is known stays, a flow without a name gets nDPI's guess. */
static void decide(struct classify *c, struct classify_state *s)
{
    if (s->is.protocol == NULL) {
        uint8_t guessed = 0;
        charged = &c->counts.bytes;
        ndpi_protocol found = ndpi_detection_giveup(c->module, work_flow(s->work), 1, &guessed);
        charged = NULL;
        adopt(c, s, found);
    }
    count_verdict(c, s);
    work_give(c, s->work);
}

static struct classify_state *state_begin(struct classify *c, struct flow *flow)
{
    struct classify_state *s = store_take(c->store, &flow->account, sizeof *s);
    if (s == NULL) {
        c->counts.refused++;
        return NULL;
    }
    c->counts.flows++;
    s->is.risk_names = classify_risk_names;
    s->proto = flow->proto;
    s->work = work_take(c, s);
    flow->classify = s;
    return s;
}

static bool enough(const struct classify *c, const struct classify_state *s)
{
    return s->packets >= (s->proto == IPPROTO_TCP ? c->limits.tcp_packets : c->limits.udp_packets);
}

static ndpi_protocol ask(struct classify *c, struct classify_state *s, const struct packet *p)
{
    uint16_t n = (uint16_t)(p->ip_len < PACKET_COPY_MAX ? p->ip_len : PACKET_COPY_MAX);
    memcpy(c->copy, p->ip, n);
    memset(c->copy + n, 0, OVERREAD);
    c->counts.packets++;
    s->packets++;
    charged = &c->counts.bytes;
    ndpi_protocol found = ndpi_detection_process_packet(c->module, work_flow(s->work), c->copy, n, p->time_us / 1000);
    charged = NULL;
    return found;
}

bool classify_packet(struct classify *c, struct flow *flow, const struct packet *p)
{
    struct classify_state *s = flow->classify;
    if (p->payload_len == 0 || p->proto != flow->proto || p->fragment || (s != NULL && s->work == NULL))
        return false;           /* another proto: an ICMP error about this flow */
    if (s == NULL && (s = state_begin(c, flow)) == NULL)
        return false;
    ndpi_protocol found = ask(c, s, p);
    bool news = adopt(c, s, found);
    bool complete = s->is.protocol != NULL && !ndpi_extra_dissection_possible(c->module, work_flow(s->work));
    if (complete || enough(c, s)) {
        news |= s->is.protocol == NULL;
        decide(c, s);
    }
    return news;
}

const struct classification *classify_of(const struct flow *flow)
{
    return flow->classify != NULL ? &flow->classify->is : NULL;
}

void classify_finish(struct classify *c, struct flow *flow)
{
    if (flow->classify != NULL && flow->classify->work != NULL)
        decide(c, flow->classify);
}

void classify_release(struct classify *c, struct flow *flow)
{
    if (flow->classify == NULL)
        return;
    classify_finish(c, flow);
    store_give(c->store, &flow->account, flow->classify, sizeof *flow->classify);
    flow->classify = NULL;
}

const struct classify_counts *classify_counts(const struct classify *c)
{
    return &c->counts;
}

const char *classify_protocol_name(const struct classify *c, unsigned number)
{
    return number < ndpi_get_num_supported_protocols(c->module) ? ndpi_get_proto_name(c->module, (uint16_t)number) : NULL;
}

/* --- beginning and end --- */

static int module_open(struct classify *c, struct fault *f)
{
    set_ndpi_malloc(ndpi_take);
    set_ndpi_free(ndpi_give);
    set_ndpi_flow_malloc(ndpi_take);
    set_ndpi_flow_free(ndpi_give);
    charged = &c->counts.bytes;
    c->module = ndpi_init_detection_module(ndpi_no_prefs);
    if (c->module != NULL) {
        NDPI_PROTOCOL_BITMASK all;
        NDPI_BITMASK_SET_ALL(all);
        ndpi_set_protocol_detection_bitmask2(c->module, &all);
        ndpi_finalize_initialization(c->module);
    }
    charged = NULL;
    return c->module != NULL ? 0 : fault_set(f, -ENOMEM, "nDPI %s could not be started", ndpi_revision());
}

static int pool_open(struct classify *c, struct fault *f)
{
    c->ndpi_bytes = ndpi_detection_get_sizeof_ndpi_flow_struct();
    c->work_bytes = (sizeof(struct work) + c->ndpi_bytes + 63) / 64 * 64;
    c->pool_bytes = c->work_bytes * c->limits.undecided_max;
    void *p = mmap(NULL, c->pool_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
        return fault_set(f, -ENOMEM, "classify.undecided_max: no memory for %llu flows of %zu bytes",
                         (unsigned long long)c->limits.undecided_max, c->work_bytes);
    c->pool = p;
    return 0;
}

struct classify *classify_new(const struct classify_limits *limits, struct store *store, struct fault *f)
{
    struct classify *c = calloc(1, sizeof *c);
    if (c == NULL) {
        fault_set(f, -ENOMEM, "classify: out of memory");
        return NULL;
    }
    c->limits = *limits;
    c->store = store;
    if (c->limits.undecided_max == 0)
        c->limits.undecided_max = 1;
    if (module_open(c, f) != 0 || pool_open(c, f) != 0 || (c->names = names_new(c->module)) == NULL) {
        classify_free(c);
        return NULL;
    }
    return c;
}

void classify_free(struct classify *c)
{
    if (c == NULL)
        return;
    charged = &c->counts.bytes;
    if (c->module != NULL)
        ndpi_exit_detection_module(c->module);
    charged = NULL;
    if (c->pool != NULL)
        munmap(c->pool, c->pool_bytes);
    names_free(c->names);
    free(c);
}

const char *classify_version(void)
{
    return ndpi_revision();
}
