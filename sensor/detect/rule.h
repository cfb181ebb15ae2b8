/* rule - one rule as it is matched: what its text became. Private to this room.
 *
 *     rule ── checks     cheap tests of the packet, the flow or single fields; all must hold
 *          ├─ sections   one per buffer: steps (content, pcre, byte_test ...) held against its bytes, in order
 *          ├─ effects    what a match changes: flowbits, flowints
 *          └─ threshold, filter    how often a match is told
 *
 * Ownership  all of it lives in the rule set's pile and never changes after loading, so that workers share it; the one
 *            exception is a regex's machine code, made by whoever runs it first (pcre.c).
 */
#ifndef DETECT_RULE_H
#define DETECT_RULE_H

#include <netinet/in.h>

#include "detect/net.h"
#include "events/alert.h"

struct match;
struct check;
struct effect;

typedef bool (*check_fn)(const struct match *m, const struct check *c);
typedef void (*effect_fn)(const struct match *m, const struct effect *e);

struct check {
    struct check *next;
    check_fn      holds;
    bool          negated;      /* as each keyword understands it */
    bool          of_addresses; /* asks about addresses only, so that the rule may still be one of RULE_ONCE */
    uint8_t       which;        /* end of the conversation, mode ... */
    uint16_t      row;
    uint32_t      number, mask;
    const void   *data;
    const char   *text;         /* as the rule has it, when the set keeps texts; else NULL */
    struct spans  spans;
};

struct effect {
    struct effect *next;
    effect_fn      apply;
    uint32_t       bit, amount;
};

enum step_kind {
    STEP_CONTENT, STEP_PCRE, STEP_BYTE_TEST, STEP_BYTE_JUMP, STEP_BYTE_EXTRACT, STEP_BYTE_MATH, STEP_ISDATAAT, STEP_SIZE,
    STEP_BASE64, STEP_DATASET, STEP_ASN1, STEP_ENTROPY
};

enum content_flag {
    CONTENT_NOCASE   = 1 << 0,
    CONTENT_OFFSET   = 1 << 1,
    CONTENT_DEPTH    = 1 << 2,
    CONTENT_DISTANCE = 1 << 3,
    CONTENT_WITHIN   = 1 << 4,
    CONTENT_ENDS     = 1 << 5,
    CONTENT_STARTS   = 1 << 6,
    CONTENT_FAST     = 1 << 7,      /* fast_pattern was asked for */
    CONTENT_FAST_ONLY = 1 << 8,
    CONTENT_OFFSET_VAR = 1 << 9,    /* the number is a variable's slot */
    CONTENT_DEPTH_VAR = 1 << 10,
    CONTENT_DISTANCE_VAR = 1 << 11,
    CONTENT_WITHIN_VAR = 1 << 12,
    CONTENT_CHOPPED  = 1 << 13,     /* fast_pattern:offset,length */
    CONTENT_RAW      = 1 << 14
};
enum { CONTENT_RELATIVE = CONTENT_DISTANCE | CONTENT_WITHIN };

struct content {
    const uint8_t *bytes;       /* lower case when NOCASE */
    uint16_t       len;
    uint16_t       flags;       /* enum content_flag */
    uint16_t       chop_at, chop_len;
    int32_t        offset, depth, distance, within;
};

enum byte_flag {
    BYTES_RELATIVE = 1 << 0, BYTES_LITTLE = 1 << 1, BYTES_STRING = 1 << 2, BYTES_VALUE_VAR = 1 << 3, BYTES_OFFSET_VAR = 1 << 4,
    BYTES_ALIGN = 1 << 5, BYTES_FROM_BEGINNING = 1 << 6, BYTES_FROM_END = 1 << 7, BYTES_COUNT_VAR = 1 << 8, BYTES_RAW = 1 << 9,
    BYTES_NOT = 1 << 10,
    BYTES_DCE = 1 << 11         /* in the byte order that the DCE/RPC message says */
};

struct bytes {                  /* byte_test, byte_jump, byte_extract, byte_math, isdataat */
    uint16_t flags;
    uint8_t  count;             /* bytes to read, or a slot; 0 with BYTES_STRING: as many digits as there are */
    uint8_t  base;              /* BYTES_STRING: 8, 10, 16 */
    uint8_t  op;                /* byte_test, byte_math: the character; 'l' and 'g' for <= and >=, '{' '}' for shifts */
    uint8_t  slot;              /* variable written */
    uint8_t  align;
    uint8_t  shift;             /* of the bitmask */
    uint32_t mask;              /* 0: none */
    int32_t  offset;            /* or a slot */
    int32_t  after;             /* post_offset */
    uint64_t value;             /* or a slot */
    uint32_t multiplier;
};

struct regex;
struct asn1_use;
struct entropy_use;
struct dataset_use;
struct suppression;
struct base64 {
    uint32_t     count;         /* 0: all */
    int32_t      offset;
    bool         relative;
    struct step *inside;        /* what is held against the decoded bytes */
};

struct step {
    struct step *next;
    uint8_t      kind;          /* enum step_kind */
    bool         negated;
    bool         relative;      /* begins where the step before it ended */
    uint16_t     place;         /* among the rule's steps */
    const char  *text;          /* as in struct check */
    union {
        struct content  content;
        struct bytes   *bytes;
        struct regex   *regex;
        struct base64  *base64;
        struct dataset_use *dataset;
        struct asn1_use *asn1;
        const struct entropy_use *entropy;
        struct spans    size;
    };
};

enum sticky_source {
    STICKY_PAYLOAD,             /* of the packet, or the stream */
    STICKY_FIELD,
    STICKY_IP_HEADER, STICKY_TRANSPORT_HEADER, STICKY_SRC, STICKY_DEST
};

/* Bit i: the set's schema i. */
__extension__ typedef unsigned __int128 schema_set;
#define SCHEMA_BIT(i)  ((schema_set)1 << (i))
#define SCHEMAS_ALL    (~(schema_set)0)

enum { TRANSFORMS_MAX = 8, SCHEMAS_MAX = 128, NO_ROW = 0xffff, VARIABLES_MAX = 16 };

struct transform_use {
    const struct transform *how;
    const void             *data;
};

struct sticky {                 /* a buffer that steps are held against; the same name and transforms are one */
    struct sticky  *next;
    const char     *name;       /* as in the rule, transforms behind: "http.host+dotprefix" */
    uint8_t         source;     /* enum sticky_source */
    uint8_t         proto;      /* STICKY_TRANSPORT_HEADER: IANA; STICKY_IP_HEADER: version */
    uint8_t         transform_count;
    bool            many;       /* each of several values is held alone */
    uint16_t        index;
    schema_set      schemas;    /* bits of the schemas that have it */
    const uint16_t *rows;       /* by schema; NO_ROW */
    struct transform_use transforms[TRANSFORMS_MAX];
};

enum absence { ABSENT_NOT, ABSENT_ONLY, ABSENT_OR_ELSE };

struct section {
    struct section *next;
    const struct sticky *sticky;
    uint8_t         absent;     /* enum absence: holds when the message has no such field */
    struct step    *first, *last;
};

enum rule_action { ACTION_PASS, ACTION_DROP, ACTION_REJECT, ACTION_ALERT };

enum rule_kind {
    RULE_ONCE,      /* nothing but addresses: once per flow and direction */
    RULE_PACKET,    /* each packet, its own payload */
    RULE_STREAM,    /* TCP: the stream's bytes, or the payload where there is no stream */
    RULE_BOTH,      /* stream or payload, whichever matches first */
    RULE_RECORD     /* a dissector's records */
};

enum rule_transport { OVER_ANY_TCP = 1, OVER_ANY_UDP = 2, OVER_ANY_ICMP = 4, OVER_ANY_SCTP = 8, OVER_REST = 16, OVER_ALL = 31 };

enum rule_flow {
    FLOW_IS_ESTABLISHED = 1 << 0, FLOW_NOT_ESTABLISHED = 1 << 1, FLOW_TO_SERVER = 1 << 2, FLOW_TO_CLIENT = 1 << 3,
    FLOW_ONLY_STREAM = 1 << 4, FLOW_NO_STREAM = 1 << 5, FLOW_ONLY_FRAGMENT = 1 << 6, FLOW_NO_FRAGMENT = 1 << 7,
    FLOW_STATELESS = 1 << 8
};

enum threshold_kind { THRESHOLD_LIMIT, THRESHOLD_EACH, THRESHOLD_BOTH, THRESHOLD_FILTER, THRESHOLD_BACKOFF };
enum threshold_track { TRACK_SRC, TRACK_DEST, TRACK_PAIR, TRACK_RULE, TRACK_FLOW };

struct threshold {
    struct threshold *next;             /* all must pass, in the rule's order */
    uint8_t  kind, track, number;       /* number: of those of one rule */
    uint32_t count, seconds;
    uint32_t multiplier;                /* THRESHOLD_BACKOFF */
};

struct rule {
    struct alert_rule     alert;        /* first: what is handed out */
    const struct netset  *src, *dest;
    const struct portset *sport, *dport;
    schema_set            schemas;      /* RECORD: of which schema the record must be; else: who must follow the flow */
    uint16_t              flow;         /* enum rule_flow */
    uint8_t               action, kind, transports, ip_version;
    bool                  both_ways;    /* <> */
    bool                  app;          /* the header names an application protocol */
    bool                  noalert, tells;   /* tells: a pass rule that is told */
    bool                  needs_packet; /* dsize and the like: the packet's own payload */
    bool                  any_packet;   /* pkthdr: even without IP */
    uint8_t               events;       /* enum: asks for decode, stream or application events */
    uint8_t               bits_rank;    /* order: 0 sets flowbits, 1 sets and reads, 2 reads, 3 neither */
    uint32_t              index;        /* in matching order */
    uint32_t              cheap_bit;    /* of the event it waits for */
    struct check         *checks, **checks_end;
    struct section       *sections, **sections_end;
    struct effect        *effects, **effects_end;
    struct threshold     *threshold, *filter;
    struct suppression   *suppressions;
    const struct step    *fast;         /* the content that the prefilter looks for, or NULL */
    const struct section *fast_section;
    const char           *file;
    unsigned              line;
};

enum rule_events { EVENTS_NONE, EVENTS_DECODE, EVENTS_STREAM, EVENTS_APP, EVENTS_RECORD };

#endif
