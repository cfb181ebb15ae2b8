/* detect - the rule engine: Suricata 7's rule language over packets, streams and every field of every dissector.
 *
 *     rules_load() ── struct rules: immutable, shared by all workers; a reload makes a new one
 *     detect_new() ── struct detect: one per worker: scratch, thresholds, counters
 *         detect_record()   once for each record that a dissector emits
 *         detect_packet()   once for each packet, after its records (so that subject.app_proto is known)
 *
 * Meaning    a rule with fields of a dissector is held against one record; all its fields must be in that record. Other
 *            rules are held against the packet, its payload and, over TCP, the stream (subject.h). A rule that names only
 *            addresses is told once per flow and direction. A match of a `pass` rule silences what follows it.
 * Order      pass, drop, reject, alert; within each, rules that set flowbits before those that test them, then by
 *            priority, then as they stood in the files.
 * Limits     struct detect_limits; each time one bites is a counter. Nothing allocates after detect_new() except
 *            per-flow memory from the flow's store and, once in a regex's life, its machine code.
 * Errors     a rule that cannot be used is refused with file, line, column and reason; the others load.
 * Threads    struct rules: any number of readers. struct detect: one owner.
 * Source     Suricata 7.0 user guide, chapter 8 "Suricata Rules"; its matching order in detect-engine-content-inspection.c.
 */
#ifndef DETECT_DETECT_H
#define DETECT_DETECT_H

#include "common/fault.h"
#include "common/metrics.h"
#include "detect/subject.h"
#include "events/alert.h"

struct rules;
struct detect;

struct rules_refusal {
    const char *file;
    unsigned    line, column;       /* from 1 */
    const char *why;                /* one sentence */
};

struct rules_report {
    uint64_t files, loaded, refused, replaced;      /* replaced: an older rev of a sid gave way */
    uint64_t databases_built, databases_cached;
    void   (*refusal)(void *ctx, const struct rules_refusal *r);    /* NULL: only counted */
    void    *ctx;
};

struct rules_source {               /* everything is borrowed for the call, names and schemas for the rule set's life */
    const char *const *files;
    size_t             file_count;
    const char        *text;        /* further rules given as text (tests, consoles); NULL: none */
    size_t             text_len;
    const char *const *vars;        /* "HOME_NET=[10.0.0.0/8]"; later ones win; over the built-in defaults */
    size_t             var_count;
    const char        *limits;      /* path of a threshold.config: suppressions and thresholds; NULL: none (limits.h) */
    const char        *categories;  /* path of the categories of `iprep` (reputation.h); NULL: none */
    const char *const *ratings;     /* files of addresses rated in them */
    size_t             rating_count;
    const char        *classification;      /* path of classification.config; NULL: priorities default to 3 */
    const char        *cache_dir;   /* where compiled pattern databases are kept; NULL: nowhere */
    const struct schema *const *schemas;    /* of every dissector: their fields are keywords; at most 128 */
    size_t             schema_count;
    bool               keep_texts;          /* of options, for detect_watched(): some more memory */
    const char *const *decode_events;       /* bit i of subject.decode_events is names[i]; NULL-terminated, at most 256 */
    const char *const *app_events;          /* the same for subject.app_events, at most 16 */
    const char *const *stream_events;       /* the same for subject.stream_events, at most 64 */
};

struct rules_needs {                /* what the rules ask of the sensor, so that it can spare itself the rest */
    bool     streams;               /* some rule looks at streams: subject.stream is wanted */
    uint32_t stream_window;         /* bytes of subject.stream that are of use, 0 without streams */
    bool     record_streams;        /* some rule looks at a record and at its stream: subject.stream is wanted with records */
    bool     frames;                /* some rule looks at frames: sink.frame is wanted */
    bool     checksums;             /* subject.checksums is wanted */
    bool     countries, assets, ndpi;
    bool     file_kinds;            /* some rule asks libmagic (filemagic) */
    unsigned file_wants;            /* enum file_wants: digests of files that some rule asks for (sink.file_wants) */
};

/* 0, or a negative errno when nothing could be loaded at all (a file that cannot be read, a wrong variable, no memory). */
__attribute__((warn_unused_result))
int rules_load(const struct rules_source *src, struct rules_report *report, struct rules **out, struct fault *f);
void rules_free(struct rules *r);
size_t rules_count(const struct rules *r);
size_t rules_bytes(const struct rules *r);          /* memory the set holds, databases included */
/* The files beside the rules that loading reads: datasets. At most `most`; gives how many were written. */
size_t rules_paths(const struct rules *r, const char *out[], size_t most);
const struct rules_needs *rules_needs(const struct rules *r);

/* Every keyword with its sentence: the language's own, then each field of each schema with its aliases. */
void rules_keywords(const struct schema *const *schemas, size_t count,
                    void (*row)(void *ctx, const char *name, const char *about), void *ctx);

struct detect_limits {              /* zero means the default behind it */
    uint32_t threshold_entries;     /* 65536: pairs of rule and address that are counted at once */
    uint32_t host_entries;      /* 65536: marks on addresses (xbits, hostbits) */
    uint32_t dataset_entries;   /* 65536: values that rules added to datasets */
    uint32_t regex_match;           /* 3500: PCRE2's match limit */
    uint32_t regex_depth;           /* 1500: its depth limit */
    uint32_t inspections;           /* 3000: steps tried on one buffer for one rule */
};

struct detect_counts {
    uint64_t packets, records, candidates, matches, alerts, passed, held_back, suppressed;
    uint64_t threshold_evicted, hosts_evicted, datasets_evicted, regex_limit, inspection_limit, memory_full, buffer_cut;
};
extern const struct metrics_room detect_metrics;

struct detect_out {
    /* The rule is good while the rule set is; r is the record that matched, or NULL. */
    void (*alert)(void *ctx, const struct alert_rule *rule, const struct record *r);
    void *ctx;
};

struct detect *detect_new(const struct rules *rules, const struct detect_limits *limits, struct fault *f);  /* NULL: fault */
void detect_free(struct detect *d);

/* From the next packet on, these rules. Thresholds and flowbits stay. 0, or -ENOMEM and the old ones go on. */
int detect_swap(struct detect *d, const struct rules *rules, struct fault *f);

void detect_packet(struct detect *d, const struct subject *s, const struct detect_out *out);
void detect_record(struct detect *d, const struct subject *s, const struct record *r, const struct detect_out *out);
const struct detect_counts *detect_counts(const struct detect *d);

/* From now on each rule is counted and timed. 0 or -ENOMEM. */
int detect_watch(struct detect *d);

struct detect_watched {         /* one rule, all workers together */
    const struct alert_rule *rule;
    const char *file;
    unsigned    line;
    uint64_t    tried, held, ns;        /* ns: of all tries */
    const char *stopped_by;             /* what stopped it most often, in the rule's words; NULL: nothing */
    uint64_t    stopped;                /* how often that was */
    const char *literal;                /* what must be seen before it is tried at all; NULL: nothing, or texts are not kept */
};

/* Each rule of the set, in matching order. Workers that have another rule set than the first are left out. */
void detect_watched(const struct detect *const all[], size_t count, void (*row)(void *ctx, const struct detect_watched *w), void *ctx);

/* Rules that load but cost more than they must, or say too little. */
void rules_lint(const struct rules *r, void (*row)(void *ctx, const struct rules_refusal *warning), void *ctx);

/* When a flow ends: gives its memory back. NULL is harmless. */
void detect_memory_release(struct detect_memory *m, struct store *store, struct account *account);

#endif
