/* Capture files. libpcap's own reader refuses pcapng with more than one link type and knows no gzip, so the two
 * formats are read here; libpcap is kept for what it is best at, the filter.
 *
 *   pcap    24 bytes: magic, version, zone, accuracy, snap length, link type (draft-ietf-opsawg-pcap)
 *           then per frame 16 bytes: seconds, fraction, captured length, wire length
 *   pcapng  blocks: type, total length, body, total length again (draft-ietf-opsawg-pcapng); see pcapng.c
 */
#include "capture/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    PCAP_HEADER = 24, PCAP_RECORD = 16,
    PCAP_RECORD_KUZNETZOV = 24          /* the patched libpcap of Linux 2.x: interface, protocol, packet type */
};
enum {
    MAGIC_MICRO = 0xa1b2c3d4, MAGIC_NANO = 0xa1b23c4d, MAGIC_KUZNETZOV = 0xa1b2cd34, MAGIC_PCAPNG = 0x0a0d0d0a
};

enum source_status file_fail(struct file *r, struct fault *f, const char *what)
{
    fault_set(f, -EINVAL, "%s: offset %llu: %s", r->path, (unsigned long long)r->window.offset, what);
    return SOURCE_FAILED;
}

/* Fewer bytes than were asked for: nothing at all is the end, anything else was cut off. */
enum source_status file_ended(struct file *r, size_t expected, const char *what, struct fault *f)
{
    struct window *w = &r->window;
    const char *why = window_fault(w);
    size_t left = w->end - w->begin;
    if (why == NULL && left == 0)
        return SOURCE_END;
    unsigned long long offset = w->offset;
    if (why != NULL)
        fault_set(f, -EIO, "%s: offset %llu: %s (%llu frames were whole)", r->path, offset + left, why,
                  (unsigned long long)r->number);
    else
        fault_set(f, -ENODATA, "%s: offset %llu: truncated: %s of %zu bytes expected, %zu are there (%llu frames were whole)",
                  r->path, offset, what, expected, left, (unsigned long long)r->number);
    return SOURCE_FAILED;
}

/* Completes the frame, asks the filter, counts. True when the caller should hand it out. */
bool file_offer(struct file *r, struct frame *out, enum source_status *status, struct fault *f)
{
    out->number = ++r->number;
    if (out->len < out->caplen)
        out->len = out->caplen;
    int passes = filter_passes(r->filter, out, f);
    if (passes == 0) {
        r->head.counts.filtered++;
        return false;
    }
    *status = passes > 0 ? SOURCE_FRAME : SOURCE_FAILED;
    r->head.counts.frames++;
    r->head.counts.bytes += out->caplen;
    r->head.counts.cut += out->len > out->caplen;
    return true;
}

static enum source_status pcap_too_long(struct file *r, uint32_t caplen, struct fault *f)
{
    char what[128];
    snprintf(what, sizeof what, "corrupt: frame %llu claims %u captured bytes, at most %d expected",
             (unsigned long long)r->number + 1, caplen, FRAME_MAX);
    return file_fail(r, f, what);
}

static enum source_status pcap_next_frame(struct source *s, struct frame *out, struct fault *f)
{
    struct file *r = (struct file *)s;
    struct window *w = &r->window;
    enum source_status status;
    do {
        const uint8_t *head = window_peek(w, r->record);
        if (head == NULL)
            return file_ended(r, r->record, "a frame's header", f);
        struct cursor c = cursor_over(head, r->record);
        uint64_t seconds = file_u32(r, &c);
        uint32_t fraction = file_u32(r, &c);
        out->caplen = file_u32(r, &c);
        out->len = file_u32(r, &c);
        if (out->caplen > FRAME_MAX)
            return pcap_too_long(r, out->caplen, f);
        head = window_peek(w, r->record + out->caplen);
        if (head == NULL)
            return file_ended(r, r->record + out->caplen, "a frame", f);
        c = cursor_over(head, r->record + out->caplen);
        cursor_skip(&c, r->record);
        out->bytes = c.at;
        out->time_us = seconds * 1000000 + (r->nanoseconds ? fraction / 1000 : fraction);
        out->linktype = r->linktype;
        window_take(w, r->record + out->caplen);
    } while (!file_offer(r, out, &status, f));
    return status;
}

static int pcap_begin(struct file *r, uint32_t magic, struct fault *f)
{
    const uint8_t *head = window_peek(&r->window, PCAP_HEADER);
    if (head == NULL)
        return file_ended(r, PCAP_HEADER, "a pcap header", f), f->code;
    struct cursor c = cursor_over(head, PCAP_HEADER);
    cursor_skip(&c, 20);
    r->linktype = (int)(file_u32(r, &c) & 0xffff);      /* above it: frame check sequence flags */
    r->nanoseconds = magic == MAGIC_NANO;
    r->record = magic == MAGIC_KUZNETZOV ? PCAP_RECORD_KUZNETZOV : PCAP_RECORD;
    r->head.next = pcap_next_frame;
    window_take(&r->window, PCAP_HEADER);
    return 0;
}

static int file_foreign(struct file *r, struct fault *f)
{
    struct window *w = &r->window;
    const char *why = window_fault(w);
    if (why != NULL)
        return fault_set(f, -EIO, "%s: offset %zu: %s, a capture expected", r->path, w->end, why);
    if (w->end == 0)
        return fault_set(f, -ENODATA, "%s: empty, a pcap or pcapng capture expected", r->path);
    return fault_set(f, -EINVAL, "%s: offset 0: not a capture: pcap or pcapng expected (gzipped or not)", r->path);
}

/* The first four bytes tell the format and the byte order. */
static int file_recognise(struct file *r, struct fault *f)
{
    const uint8_t *head = window_peek(&r->window, 4);
    if (head == NULL)
        return file_foreign(r, f);
    struct cursor le = cursor_over(head, 4), be = le;
    uint32_t little = cursor_le32(&le), big = cursor_be32(&be);
    if (big == MAGIC_PCAPNG)
        return pcapng_begin(r);
    r->big_endian = big == MAGIC_MICRO || big == MAGIC_NANO || big == MAGIC_KUZNETZOV;
    uint32_t magic = r->big_endian ? big : little;
    if (magic != MAGIC_MICRO && magic != MAGIC_NANO && magic != MAGIC_KUZNETZOV)
        return file_foreign(r, f);
    return pcap_begin(r, magic, f);
}

static void file_close(struct source *s)
{
    struct file *r = (struct file *)s;
    window_close(&r->window);
    filter_free(r->filter);
    free(r->interfaces);
    free(r->path);
    free(r);
}

struct source *source_file(const char *path, const char *filter, struct fault *f)
{
    struct file *r = calloc(1, sizeof *r);
    if (r == NULL || (r->path = strdup(path)) == NULL) {
        free(r);
        fault_set(f, -ENOMEM, "%s: out of memory", path);
        return NULL;
    }
    r->head.close = file_close;
    if (filter_new(filter, &r->filter, f) != 0 || window_open(&r->window, path, FILE_PEEK_MAX, f) != 0
        || file_recognise(r, f) != 0) {
        file_close(&r->head);
        return NULL;
    }
    return &r->head;
}
