/* file - what the readers of pcap and pcapng share; nobody outside this room needs it. */
#ifndef CAPTURE_FILE_H
#define CAPTURE_FILE_H

#include <stdio.h>

#include "capture/filter.h"
#include "capture/source.h"
#include "capture/window.h"
#include "common/cursor.h"

enum { FILE_PEEK_MAX = FRAME_MAX + 64 * 1024 };     /* a frame with its headers and options */

struct interface {          /* one Interface Description Block */
    int      linktype;
    uint32_t snaplen;       /* 0: no limit */
    uint64_t units;         /* of its clock per second */
    int64_t  offset_s;
};

struct file {
    struct source  head;
    struct window  window;
    struct filter *filter;
    char          *path;
    uint64_t       number;          /* frames so far, the filtered ones too */
    bool           big_endian;

    int            linktype;        /* pcap */
    bool           nanoseconds;
    size_t         record;          /* bytes of a frame's header */

    struct interface *interfaces;   /* pcapng: of the current section */
    size_t         interface_count;
    uint64_t       last_us;         /* for frames that carry no time */
};

static inline uint32_t file_u32(const struct file *r, struct cursor *c)
{
    return r->big_endian ? cursor_be32(c) : cursor_le32(c);
}

static inline uint16_t file_u16(const struct file *r, struct cursor *c)
{
    return r->big_endian ? cursor_be16(c) : cursor_le16(c);
}

enum source_status file_fail(struct file *r, struct fault *f, const char *what);
enum source_status file_ended(struct file *r, size_t expected, const char *what, struct fault *f);
bool file_offer(struct file *r, struct frame *out, enum source_status *status, struct fault *f);

int pcapng_begin(struct file *r);

#endif
