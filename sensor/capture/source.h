/* source - where frames come from: a capture file or a live interface.
 *
 * Shape      source_next() gives one frame at a time. Its cost is an indirect call and a bounds check; the reading
 *            behind it is done in large pieces.
 * Ownership  a frame's bytes belong to the source and are good until the next source_next() or source_close().
 * Units      microseconds since the epoch as the capture says (nanoseconds are cut, not rounded); bytes.
 * Limits     FRAME_MAX bytes of a frame; a capture that claims to hold more of one is corrupt.
 * Errors     SOURCE_FAILED with one sentence that names the file or interface, the offset and what was expected.
 *            What came before it was good: a truncated file gives all its whole packets first, then -ENODATA. After SOURCE_END or
 *            SOURCE_FAILED only source_counts() and source_close() make sense.
 * Threads    one source per worker; nothing is shared.
 */
#ifndef CAPTURE_SOURCE_H
#define CAPTURE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/fault.h"
#include "common/metrics.h"

enum { FRAME_MAX = 262144 };        /* what libpcap calls MAXIMUM_SNAPLEN */

struct frame {
    const uint8_t *bytes;
    uint32_t caplen;        /* bytes that may be read */
    uint32_t len;           /* bytes on the wire as the capture claims; at least caplen */
    uint64_t time_us;
    uint64_t number;        /* in its source, from 1; frames that the filter drops count, as in other tools */
    int      linktype;      /* LINKTYPE_ value as in the file (tcpdump.org/linktypes.html) */
};

enum source_status {
    SOURCE_FRAME,           /* here is one */
    SOURCE_IDLE,            /* live: nothing came for a tenth of a second; look to other things and call again */
    SOURCE_END,             /* the file is read to its end */
    SOURCE_FAILED           /* see the fault */
};

struct source_counts {
    uint64_t frames;        /* handed out */
    uint64_t bytes;         /* captured bytes of them */
    uint64_t filtered;      /* left out by the filter */
    uint64_t cut;           /* frames longer on the wire than in the capture */
    uint64_t kernel_received, kernel_dropped, interface_dropped;    /* live: since opening */
};
extern const struct metrics_room capture_metrics;

struct source {             /* the head of file.c's and live.c's own structures */
    enum source_status (*next)(struct source *s, struct frame *out, struct fault *f);
    void (*refresh)(struct source *s);
    void (*close)(struct source *s);
    struct source_counts counts;
};

/* A capture file: pcap (microseconds, nanoseconds, either byte order), pcapng (many interfaces, link types and
 * clocks), each also gzipped; "-" is standard input. `filter` is pcap-filter(7) text or NULL. NULL with a fault:
 * cannot be opened, is empty, is no capture, or the filter is wrong. */
struct source *source_file(const char *path, const char *filter, struct fault *f);

struct live_plan {
    const char *interface;
    const char *filter;         /* or NULL */
    uint32_t    snaplen;        /* bytes, up to FRAME_MAX */
    uint64_t    buffer_bytes;   /* of the kernel's ring */
    bool        promiscuous;
    bool        fanout;         /* share the interface with the other workers of `fanout_group` */
    uint16_t    fanout_group;   /* the same for all workers of one interface, different between interfaces */
};

/* A live interface: libpcap, so TPACKET_V3 on Linux. Fanout goes by the kernel's symmetric flow hash, so
 * both directions of a flow reach one worker; fragments are brought together by the kernel first, since only the first
 * one has the ports. Needs CAP_NET_RAW now and no right afterwards. */
struct source *source_live(const struct live_plan *plan, struct fault *f);

static inline enum source_status source_next(struct source *s, struct frame *out, struct fault *f)
{
    return s->next(s, out, f);
}

/* The counts, the kernel's own brought up to date (a system call for live sources: not per packet). */
const struct source_counts *source_counts(struct source *s);
void source_close(struct source *s);        /* NULL is harmless */

/* The files to read for a path: itself, or the regular files of a folder, sorted by name as bytes, hidden
 * ones left out; with `recursive` those below it too, a folder's entries where its name sorts.
 * 0, or a negative errno and a sentence that names what could not be read. */
struct source_list {
    char **paths;
    size_t count;
};
int source_list(const char *path, bool recursive, struct source_list *out, struct fault *f)
    __attribute__((warn_unused_result));
void source_list_free(struct source_list *l);

#endif
