/* dissect - offers a flow's bytes to the dissector that knows them.
 *
 *     chunk, datagram, frame --> which dissector? --> whole PDUs --> records, through the sink
 *
 * Choosing   dissectors are asked (probe) with the first bytes of each direction, those first that the server's port or
 *            nDPI's name hint at. YES chooses; MAYBE chooses with a hint, or when both directions say it.
 *            A port or a name alone chooses only a dissector that has no probe. One that loses step before
 *            its first PDU was the wrong one: the next is asked. Undecided bytes wait and are not lost.
 * Changes    DISSECT_NEXT ends the chosen one; the others are asked about what follows. When nobody knows it, the flow keeps
 *            the name of the one that passed it on.
 * Whole PDUs a PDU that lies in one chunk is read where it lies; otherwise it is put together in the flow's store.
 *            conversation.need is honoured: nothing is asked twice before it can be answered.
 * Gaps       what was pending is dropped and the dissector is told how much is missing since it last took a PDU.
 * Ends       dissector.end() is called exactly once: when both directions have ended, when the flow is lost, or by
 *            dissect_end(). Then the dissector's memory is back in the store; the name stays known.
 * Limits     as below; every refusal is counted, per dissector where there is one.
 * Threads    one per worker.
 */
#ifndef DISSECT_DISSECT_H
#define DISSECT_DISSECT_H

#include "common/metrics.h"
#include "dissectors/dissector.h"
#include "events/event.h"
#include "flow/flow.h"
#include "flow/reassembly.h"

enum {
    DISSECT_PDUS_MAX = 4096,            /* taken from one chunk or datagram; what follows is a gap */
    DISSECT_PROBE_BYTES_MAX = 4096,     /* of a direction that may wait for a decision */
    DISSECT_PROBE_CHUNKS_MAX = 24,      /* of a flow that are shown to probes */
    DISSECT_PASSED_ON_MAX = 4           /* changes of protocol within a flow (DISSECT_NEXT) */
};

enum dissect_event {            /* what rules may ask of a conversation as a whole: app-layer-event:NAME */
    DISSECT_MISMATCH,           /* what one side speaks is another protocol than what the other one speaks */
    DISSECT_WRONG_DIRECTION,    /* the server spoke first where only clients do */
    DISSECT_ONE_DIRECTION,      /* what one side speaks is no protocol that we know, and not the other side's */
    DISSECT_SKIPPED,            /* no decision within the limits below */
    DISSECT_NO_TLS,             /* STARTTLS, and then something else than TLS */
    DISSECT_UNEXPECTED,         /* another change of protocol that came to something else than was agreed */
    DISSECT_EVENT_COUNT
};
extern const char *const dissect_event_names[];     /* Suricata's, NULL-terminated */

struct dissect_counts {         /* per dissector */
    uint64_t flows;             /* conversations taken up */
    uint64_t pdus, bytes;       /* taken */
    uint64_t lost;              /* conversations that lost step and were given up */
    uint64_t gap, gap_bytes;    /* holes told to it */
    uint64_t more_limit;        /* PDUs longer than pdu_max */
    uint64_t pdu_limit;         /* chunks with more than pdus_max PDUs */
    uint64_t truncated;         /* datagrams and frames that ended inside a PDU */
    uint64_t probe_fail;        /* chosen, and lost before its first PDU */
    uint64_t no_memory;         /* given up because the store refused */
};

struct dissect_totals {         /* of conversations no dissector took */
    uint64_t undecided;         /* nobody knew them */
    uint64_t no_memory;         /* the store refused before anybody was chosen */
    uint64_t announced;         /* conversations that another one announced, and that came */
    uint64_t announced_lost;    /* announcements forgotten because there were too many */
    uint64_t notes_forgotten;   /* names told for other conversations that gave way to newer ones (filled in by stats) */
    uint64_t parts_forgotten;   /* files in parts given up because there were too many (filled in by stats) */
};

struct dissect_driver;

/* `out` is borrowed; its ctx is the worker's, who knows which flow it is offering. NULL: no memory. */
struct dissect_driver *dissect_new(struct store *store, struct sink *out);
void dissect_free(struct dissect_driver *d);

/* The input is over: what layer 2 left unfinished leaves through the sink, and nothing of the store is held any more. The
 * counters stay readable. dissect_free() calls it too. */
void dissect_finish(struct dissect_driver *d);

/* A piece of a TCP stream. `hint` is nDPI's opinion, or NULL. */
void dissect_chunk(struct dissect_driver *d, struct flow *f, const struct chunk *c, const struct classification *hint, uint64_t now_us);

/* The payload of a UDP packet. */
void dissect_datagram(struct dissect_driver *d, struct flow *f, enum direction dir, const struct packet *p, const struct classification *hint);

/* A frame without IP: by its ethertype. Its dissector's state is one per worker. */
void dissect_frame(struct dissect_driver *d, const struct packet *p);

/* What the calls since the last time showed: bits of enum dissect_event. */
unsigned dissect_events(struct dissect_driver *d);

/* The flow is closing: what is unfinished leaves through the sink, end() is called. The name stays until
 * dissect_release(), which gives all memory back. Both are harmless when nothing is there, or called again. */
void dissect_end(struct dissect_driver *d, struct flow *f);
void dissect_release(struct dissect_driver *d, struct flow *f);

/* Would more bytes of this direction be of use to a dissector? */
bool dissect_wants(const struct flow *f, enum direction dir);

const struct dissector *dissect_of(const struct flow *f);     /* who follows it, or NULL */
const char *dissect_name(const struct flow *f);                /* that one's name, or NULL */

/* Counters, by the registry's order. The room of a dissector has its name. */
const struct dissect_counts *dissect_counts(const struct dissect_driver *d, size_t dissector);
struct metrics_room dissect_metrics(size_t dissector);
const struct dissect_totals *dissect_totals(const struct dissect_driver *d);
extern const struct metrics_room dissect_total_metrics;

#endif
