/* ruleset - a loaded rule set: what detect.h calls struct rules. Private to this room. */
#ifndef DETECT_RULESET_H
#define DETECT_RULESET_H

#include "detect/detect.h"
#include "detect/prefilter.h"
#include "detect/rule.h"
#include "detect/table.h"

struct classtype {
    const char *name, *category;
    uint8_t     priority;
};

enum { ROUTES = 2, PORTS = 65536 };

struct rule_list {              /* indices into rules.at, ascending */
    const uint32_t *at;
    uint32_t        count;
};

struct address_index {          /* elementary ranges of addresses, each with the rules that name it */
    const wide      *edges;     /* ascending; range i begins at edges[i] */
    const struct rule_list *lists;
    size_t           count;
};

struct address_indexes { struct address_index from4, from6, to4, to6; };

enum scan_kind { SCAN_PACKET, SCAN_STREAM, SCAN_DATAGRAM, SCAN_KINDS };

/* Many rules look for a byte or two at the very beginning. In a database of their own, which is only held against the
 * beginning, they cost nothing on the megabytes behind it. */
enum scan_part { SCAN_HEAD, SCAN_WHOLE, SCAN_PARTS };
enum { HEAD_BYTES = 128 };

struct schema_plan {            /* rules about one dissector's records; NULL lists when there are none */
    struct rule_list   plain[2];        /* by direction: nothing to prefilter on */
    struct rule_list   events[2];       /* only when the record has anomalies */
    struct row_scan  { uint16_t row; const struct sticky *sticky; struct prefilter *lists; } *scans;
    uint32_t           scan_count;
    uint64_t           rules;           /* how many rules concern it */
};

struct port_lists {             /* by port: the list's number, 0 none */
    uint16_t               *by_port;
    const struct rule_list *lists;
    size_t                  count;
};

enum { DECODE_EVENT_WORDS = 4, DECODE_EVENTS_MAX = 64 * DECODE_EVENT_WORDS, STREAM_EVENTS_MAX = 64, APP_EVENTS_MAX = 16 };

struct packet_plan {            /* rules about packets, by how the cheapest test finds them */
    struct prefilter       *scans[SCAN_KINDS][2][SCAN_PARTS];
    struct address_indexes  once, each;                 /* rules that name few addresses: of a flow's first packet, of any */
    struct port_lists       dport[2], sport[2];         /* 0 TCP, 1 UDP: rules that name few ports */
    struct rule_list        plain[5][2];                /* by transport bit and direction: all the others */
    struct rule_list        decode[DECODE_EVENTS_MAX], stream[STREAM_EVENTS_MAX], app[APP_EVENTS_MAX];
    uint64_t                decode_mask[DECODE_EVENT_WORDS];
    unsigned                decode_words;   /* of the subject that any name reaches */
    uint64_t                stream_mask;
    unsigned                app_mask;
};

struct rules {
    struct pile        *pile;
    struct rule       **at;             /* in matching order */
    uint32_t            count;
    bool                keeps_texts;    /* of options, to tell what stopped a rule */
    uint64_t            generation;     /* differs between rule sets of one run */
    struct table        keywords;       /* while loading: name -> const struct keyword * */
    struct table        fields;         /* while loading: name -> struct field_word * */
    struct table        classtypes;     /* while loading */
    struct table        sids;           /* while loading: gid and sid -> struct rule * */
    struct sticky      *stickies;
    uint16_t            sticky_count;
    const struct schema *schemas[SCHEMAS_MAX];
    size_t              schema_count;
    const uint16_t     *little_rows;    /* by schema: the row that says the byte order of a record's numbers; NULL: none has one */
    const char *const  *decode_events, *const *stream_events, *const *app_events;   /* lent names, NULL-terminated */
    struct schema_plan *plans;          /* by schema */
    struct packet_plan  packets;
    struct rules_needs  needs;
    struct regex       *regexes;        /* to be freed, and so are the datasets */
    struct dataset     *datasets;
    struct reputation  *reputation;
    struct prefilter  **prefilters;
    size_t              prefilter_count;
    uint32_t            scratch_bytes;
};

static inline int rules_schema(const struct rules *r, const struct schema *s)
{
    for (size_t i = 0; i < r->schema_count; i++) {
        if (r->schemas[i] == s)
            return (int)i;
    }
    return -1;
}

/* Turns parsed rules into what is matched: order, fast patterns, groups, databases. */
int rules_compile(struct rules *r, const char *cache_dir, struct rules_report *report, struct fault *f);

#endif
