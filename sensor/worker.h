/* worker - one thread, the whole road: frames in at one end, events out at the other.
 *
 *     capture -> decode -> flow -> classify -> dissect -> detect -> emit
 *
 * Workers share nothing that changes. What crosses threads: the stop flag, the counters (written here, read by the main
 * thread a moment late), and the next rule set, one pointer picked up between packets. Pointers that the main thread
 * follows to counters change under `shown`, which no packet ever waits for.
 */
#ifndef SENSOR_WORKER_H
#define SENSOR_WORKER_H

#include <pthread.h>
#include <stdatomic.h>

#include "behave/behave.h"
#include "bus/publish.h"
#include "capture/source.h"
#include "classify/classify.h"
#include "decode/decode.h"
#include "detect/detect.h"
#include "dissect/dissect.h"
#include "emit/emit.h"
#include "emit/evidence.h"
#include "flow/fragment.h"
#include "flow/reassembly.h"
#include "flow/table.h"
#include "flow/window.h"
#include "settings.h"

struct worker_plan {            /* what all workers of a run have in common; outlives them */
    const struct sensor_settings *settings;
    const struct places          *places;
    const struct intel           *intel;        /* to begin with; NULL: none */
    struct policy                *policy;       /* NULL: none */
    struct learner               *learner;      /* NULL: nothing is learned */
    const struct knowledge       *knowledge;    /* NULL: no inventory is kept */
    struct publisher             *publisher;
    struct evidence_keeper       *evidence;     /* NULL: none is kept */
    const char                   *interface;    /* NULL: files */
    const volatile int           *stop;
};

struct worker {
    const struct worker_plan *plan;
    unsigned                  number;       /* also its lane at the publisher */
    pthread_t                 thread;
    _Atomic bool              ended;        /* its thread is done with it: it is the main thread's now */
    pthread_mutex_t           shown;        /* held to change .source and .flows once running, and to count by them */

    struct source      *source;
    struct decoder      decoder;
    struct fragments   *fragments;
    struct flow_table  *flows;
    struct store       *store;              /* the flow table's */
    struct reassembler *reassembler;
    struct windows     *windows;            /* NULL: no rule asks for streams */
    struct classify    *classify;           /* NULL: switched off */
    struct dissect_driver *dissect;
    struct detect      *detect;
    struct behave      *behave;             /* NULL: neither a policy nor a learner */
    struct emitter     *emitter;
    struct evidence_memory *evidence;       /* NULL: none is kept */
    struct sink         sink;               /* what dissectors hand their records to */

    /* the packet on the road */
    struct subject      subject;
    struct endpoint     end[2];             /* of the packet: source, destination */
    struct flow        *flow;               /* NULL: it has none */
    const struct packet *packet;            /* NULL: the flow is closing */
    uint64_t            serial;             /* counts packets of this worker */

    const struct rules          *rules;     /* in use */
    _Atomic(const struct rules *) next_rules;       /* main thread: use these from now on; NULL once they are in use */
    _Atomic(struct policy *)     next_policy;       /* likewise */
    const struct intel          *intel;     /* in use; NULL: none */
    _Atomic(const struct intel *) next_intel;       /* likewise, by the thread that follows the indicators */
    struct flow_notes            spare_notes;       /* when the store refuses: looked up again each time */
    struct source_counts         files;     /* of the files read to their end */
    struct flow_counts           flow_counts;       /* of the flow table, when it is gone */
    struct record                scratch;
};

struct worker *worker_new(const struct worker_plan *plan, unsigned number, const struct rules *rules, struct fault *f);
void worker_free(struct worker *w);

/* Reads w->source to its end, or until *plan->stop and then what a live one had taken by that moment. 0, or a negative
 * errno with a sentence; what came before counts. */
int worker_run(struct worker *w, struct fault *f);

/* Takes over the rules that wait in .next_rules, if any; afterwards nothing points into the old ones. Without memory
 * for it the old ones go on, and .next_rules stays for another try. By the worker's thread; once that has ended, by
 * any. */
void worker_rules(struct worker *w);

/* Likewise the policy that waits in .next_policy; this needs no memory. */
void worker_policy(struct worker *w);
/* Likewise with .next_intel; it cannot fail. */
void worker_intel(struct worker *w);

/* Another source (NULL: none) in place of the one there is, which is closed and its counts kept. */
void worker_source(struct worker *w, struct source *next);

/* The input is over: closes every flow, so that all events are out. */
void worker_finish(struct worker *w);

#endif
