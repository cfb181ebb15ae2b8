/* dissector - what the sensor knows about one application protocol.
 *
 * A dissector turns reassembled bytes (or datagrams, or frames) into records. It keeps no globals, reads no
 * clock, logs nothing and calls no malloc: its state hangs on the flow, larger pieces come from the flow's
 * store, and everything it learns leaves through the sink. It knows nothing of rules.
 *
 *     stream bytes --> probe()  "is this me?"   (dissect/ asks; nDPI's name and the port are hints)
 *                      pdu()    takes at most one PDU, may emit records
 *                      gap()    bytes that will never come
 *                      end()    the flow is over: emit what is unfinished, give memory back
 *
 * Adding a protocol: a folder with NAME.h NAME.c NAME.md, its tests and fuzz target, one line in registry.c.
 */
#ifndef DISSECTORS_DISSECTOR_H
#define DISSECTORS_DISSECTOR_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/cursor.h"
#include "common/store.h"
#include "events/record.h"

enum dissect {
    DISSECT_PDU,     /* one PDU, or one whole piece of one, taken; the cursor stands on the byte after it */
    DISSECT_DONE,    /* as DISSECT_PDU, and nothing more of this direction is wanted (it is encrypted from here on): its
                      * later bytes are dropped unread and are no loss; end() still comes */
    DISSECT_NEXT,    /* as DISSECT_PDU, and from the cursor on both directions speak another protocol (Upgrade, CONNECT, STARTTLS):
                      * end() comes now, and the other dissectors' probes are asked about what follows. TCP only. */
    DISSECT_MORE,    /* not all here yet; the cursor is where it was; see conversation.need */
    DISSECT_LOST     /* not this protocol, or no way back in step: stop offering this flow */
};

enum probe {
    PROBE_NO,        /* certainly not */
    PROBE_MORE,      /* too little to say */
    PROBE_MAYBE,     /* could be; good enough with a hint (port, nDPI) */
    PROBE_YES        /* certain without any hint */
};

enum dissect_over { OVER_TCP = 1 << 0, OVER_UDP = 1 << 1, OVER_ETHERNET = 1 << 2 };

struct dissector;
struct conversation;

/* A conversation that another one announces, as FTP does its files': which side of the announcing flow will wait for it, and
 * where. The other side opens it. Its dissector finds the announcement in conversation.expected. */
enum { EXPECTATION_NOTE_MAX = 256 };
struct expectation {
    const struct dissector *by;         /* who shall follow it: its probe has the last word */
    enum direction          listener;
    uint16_t                port;
    uint16_t                note_len;
    uint8_t                 note[EXPECTATION_NOTE_MAX];     /* from the one that announces to .by, in their own words */
};

struct sink {
    /* Takes a finished record; its bytes are good until this returns. */
    void (*record)(void *ctx, struct conversation *conv, const struct record *r);
    /* Takes the bytes of each PDU that was taken, as frames; NULL: nobody looks at them, and what is encrypted need not be cut
     * into records. */
    void (*frame)(void *ctx, struct conversation *conv, const struct record *r);
    void *ctx;
    struct record *scratch;     /* the worker's one record, to be filled by conversation_record() */
    unsigned file_wants;        /* enum file_wants (framing/file.h): digests of files that somebody asks for */
    struct file_parts *parts;   /* the worker's (framing/parts.h): files that come in parts; NULL: they stay apart */
    struct notes *notes;        /* the worker's (framing/notes.h): what one conversation tells for another; NULL: nothing */
};

/* One flow, one call: what a dissector is given. */
struct conversation {
    void           *state;      /* dissector.state_size bytes, zeroed when the flow is taken up */
    struct store   *store;      /* for pieces that must outlive the call; charge .account */
    struct account *account;
    struct sink    *out;
    uint64_t        now_us;     /* packet time */
    enum direction  dir;        /* who sent these bytes */
    enum dissect_over over;
    bool            midstream;  /* the flow's beginning was not seen */
    bool            closing;    /* in end(): nothing more will come */
    struct buffer  *bequest;    /* what the one that returns DISSECT_NEXT leaves to the next, in the next one's words; theirs to read and
                                 * empty, freed with the flow. NULL: nobody may leave anything */
    uint16_t        server_port;
    const char     *next;       /* with DISSECT_NEXT: the schema's name of what both sides agreed on; NULL: they did not say. In probe():
                                 * what the one before this said so */
    const uint8_t  *ether;      /* the frame's Ethernet header, two addresses and more; NULL: another link, or a stream */
    const struct expectation *expected;     /* this flow was announced; NULL: it was not */
    void          (*expect)(void *ctx, const struct expectation *e);    /* conversation_expect(); NULL: nobody listens */
    void           *expect_ctx;
    unsigned        emitted[2]; /* records of this call, by who sent the message */
    size_t          need;       /* with DISSECT_MORE: do not call again before this many bytes are here; 0: any more */
};

/* The worker's record, emptied and ready for this message. */
static inline struct record *conversation_record(struct conversation *c, const struct schema *s)
{
    record_begin(c->out->scratch, s, c->dir);
    return c->out->scratch;
}

static inline void conversation_emit(struct conversation *c, const struct record *r)
{
    c->emitted[c->dir]++;
    c->out->record(c->out->ctx, c, r);
}

/* Announces a conversation; `e` is copied. It is forgotten after a minute, and once it came. TCP only. */
static inline void conversation_expect(struct conversation *c, const struct expectation *e)
{
    if (c->expect != NULL)
        c->expect(c->expect_ctx, e);
}

struct dissector {
    const struct schema *schema;    /* its name is the protocol's name in rules, metrics and streams */
    const char *source;             /* the text it was written from: RFC, standard, clause */
    unsigned    over;               /* enum dissect_over bits */
    uint16_t    ports[8];           /* hints, server side; zero ends the list */
    uint16_t    ethertypes[2];      /* OVER_ETHERNET only */
    bool        client_first;       /* servers never speak before a client does */
    const char *device;             /* industrial protocols: what answers in it: "plc", "rtu", "ied", "device"; NULL: no device */
    const char *ndpi;               /* nDPI's names that hint at it, blanks between: "HTTP HTTP_Proxy"; NULL none */
    size_t      state_size;         /* bytes per flow from the flow's own budget; at most STORE_BLOCK_MAX */
    size_t      pdu_max;            /* the longest PDU worth waiting for; a longer one is DISSECT_LOST. 0: 64 KiB */

    /* Looks at the first bytes of one direction. NULL: ports and nDPI decide alone. Looks only; `c` is a copy. */
    enum probe (*probe)(const struct conversation *conv, struct cursor c);

    /* Takes at most one PDU. DISSECT_PDU promises that bytes were consumed. On UDP and Ethernet the
     * cursor is one datagram, MORE is the same as truncated. */
    enum dissect (*pdu)(struct conversation *conv, struct cursor *in);

    /* `missing` bytes of conv->dir will never come; what follows is after them. Gives false when there
     * is no way back in step. NULL: the direction is lost. */
    bool (*gap)(struct conversation *conv, size_t missing);

    /* Once, when the flow ends or is lost. Emits unfinished messages, gives every block back. NULL: nothing to do. */
    void (*end)(struct conversation *conv);
};

enum { DISSECTORS_MAX = 128 };

/* Every dissector in the program, in the order in which they are tried. */
extern const struct dissector *const dissectors[];
extern const size_t dissector_count;

const struct dissector *dissector_find(const char *name);       /* by schema name, or NULL */

/* Their schemas in the same order; gives how many. */
size_t dissector_schemas(const struct schema *out[DISSECTORS_MAX]);

#endif
