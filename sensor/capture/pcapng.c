/* pcapng: sections of blocks, each section in its own byte order, with any number of interfaces that differ in link
 * type, snap length and clock. Blocks that carry no frames (names, statistics, secrets) are passed over.
 * Source: draft-ietf-opsawg-pcapng sections 3 and 4.
 */
#include "capture/file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

enum {
    BLOCK_SECTION = 0x0a0d0d0a, BLOCK_INTERFACE = 1, BLOCK_PACKET_OLD = 2, BLOCK_PACKET_SIMPLE = 3, BLOCK_PACKET = 6
};
enum {
    BLOCK_MIN = 12, SECTION_MIN = 28,
    BLOCK_MAX = 128 * 1024 * 1024,          /* longer is damage, not data */
    BYTE_ORDER_MAGIC = 0x1a2b3c4d,
    INTERFACES_MAX = 4096,
    OPTIONS_MAX = 64,
    OPTION_END = 0, OPTION_TSRESOL = 9, OPTION_TSOFFSET = 14
};

static enum source_status block_bad(struct file *r, uint32_t type, const char *what, uint64_t value, struct fault *f)
{
    char text[160];
    snprintf(text, sizeof text, "corrupt: pcapng block of type %#" PRIx32 " %s %" PRIu64, type, what, value);
    return file_fail(r, f, text);
}

/* 10^-n, or 2^-n when the top bit is set; what does not fit 64 bits is taken as microseconds. */
static uint64_t clock_units(uint8_t resolution)
{
    uint8_t power = resolution & 0x7f;
    if (resolution & 0x80)
        return power < 64 ? UINT64_C(1) << power : 1000000;
    if (power > 19)
        return 1000000;
    uint64_t units = 1;
    for (uint8_t i = 0; i < power; i++)
        units *= 10;
    return units;
}

static uint64_t clock_us(const struct interface *i, uint64_t stamp)
{
    __extension__ typedef unsigned __int128 wide;
    uint64_t us;
    if (i->units == 1000000)
        us = stamp;
    else if (i->units == 1000000000)
        us = stamp / 1000;
    else
        us = stamp / i->units * 1000000 + (uint64_t)((wide)(stamp % i->units) * 1000000 / i->units);
    return us + (uint64_t)i->offset_s * 1000000;
}

static void interface_options(const struct file *r, struct cursor *c, struct interface *i)
{
    for (int n = 0; n < OPTIONS_MAX && c->left >= 4; n++) {
        uint16_t code = file_u16(r, c), length = file_u16(r, c);
        struct cursor value = cursor_sub(c, length);
        cursor_skip(c, (4u - length % 4u) % 4u);
        if (code == OPTION_END || value.status != CURSOR_OK)
            return;
        if (code == OPTION_TSRESOL && length == 1)
            i->units = clock_units(cursor_u8(&value));
        else if (code == OPTION_TSOFFSET && length == 8)
            i->offset_s = (int64_t)(r->big_endian ? cursor_be64(&value) : cursor_le64(&value));
    }
}

static int interface_add(struct file *r, struct cursor body)
{
    if (r->interface_count == INTERFACES_MAX)
        return -E2BIG;
    struct interface *more = realloc(r->interfaces, (r->interface_count + 1) * sizeof *more);
    if (more == NULL)
        return -ENOMEM;
    r->interfaces = more;
    struct interface i = { .units = 1000000 };
    i.linktype = file_u16(r, &body);
    cursor_skip(&body, 2);
    i.snaplen = file_u32(r, &body);
    if (body.status != CURSOR_OK)
        return -EINVAL;
    interface_options(r, &body, &i);
    r->interfaces[r->interface_count++] = i;
    return 0;
}

/* The three blocks that carry frames differ only in how their head is laid out. 0, or what is wrong. */
static const char *packet_read(struct file *r, uint32_t type, struct cursor *body, struct frame *out)
{
    uint32_t interface = 0;
    uint64_t stamp = 0;
    if (type == BLOCK_PACKET)
        interface = file_u32(r, body);
    else if (type == BLOCK_PACKET_OLD) {
        interface = file_u16(r, body);
        cursor_skip(body, 2);
    }
    if (type != BLOCK_PACKET_SIMPLE) {
        stamp = (uint64_t)file_u32(r, body) << 32;
        stamp |= file_u32(r, body);
        out->caplen = file_u32(r, body);
    }
    out->len = file_u32(r, body);
    if (body->status != CURSOR_OK)
        return "is too short for its header, bytes:";
    if (interface >= r->interface_count)
        return "names an interface that was not described:";
    const struct interface *i = &r->interfaces[interface];
    if (type == BLOCK_PACKET_SIMPLE) {
        uint32_t most = i->snaplen != 0 && i->snaplen < body->left ? i->snaplen : (uint32_t)body->left;
        out->caplen = out->len < most ? out->len : most;
    }
    out->bytes = cursor_bytes(body, out->caplen);
    if (out->bytes == NULL)
        return "claims more captured bytes than it has:";
    if (type != BLOCK_PACKET_SIMPLE)
        r->last_us = clock_us(i, stamp);
    out->time_us = r->last_us;
    out->linktype = i->linktype;
    return NULL;
}

/* A section header sets the byte order in which even its own length is written. */
static bool section_begin(struct file *r, const uint8_t *head)
{
    struct cursor c = cursor_over(head, BLOCK_MIN);
    cursor_skip(&c, 8);
    struct cursor le = c;
    uint32_t big = cursor_be32(&c), little = cursor_le32(&le);
    r->big_endian = big == BYTE_ORDER_MAGIC;
    r->interface_count = 0;
    return r->big_endian || little == BYTE_ORDER_MAGIC;
}

/* Type and total length of the block that lies ahead, checked as far as its first bytes allow. */
static enum source_status block_head(struct file *r, uint32_t *type, uint32_t *total, struct fault *f)
{
    const uint8_t *head = window_peek(&r->window, BLOCK_MIN);
    if (head == NULL)
        return file_ended(r, BLOCK_MIN, "a pcapng block", f);
    struct cursor c = cursor_over(head, BLOCK_MIN), order = c;
    if (cursor_be32(&order) == BLOCK_SECTION && !section_begin(r, head))
        return block_bad(r, BLOCK_SECTION, "has no byte order magic at offset", r->window.offset + 8, f);
    *type = file_u32(r, &c);
    *total = file_u32(r, &c);
    uint32_t least = *type == BLOCK_SECTION ? SECTION_MIN : BLOCK_MIN;
    if (*total < least || *total % 4 != 0 || *total > BLOCK_MAX)
        return block_bad(r, *type, "has an impossible length:", *total, f);
    return SOURCE_FRAME;
}

static bool block_carries(uint32_t type)
{
    return type == BLOCK_PACKET || type == BLOCK_PACKET_OLD || type == BLOCK_PACKET_SIMPLE;
}

/* The whole block in the window, its two lengths compared; `body` is what lies between. */
static enum source_status block_body(struct file *r, uint32_t type, uint32_t total, struct cursor *body, struct fault *f)
{
    const uint8_t *block = window_peek(&r->window, total);
    if (block == NULL)
        return file_ended(r, total, "a pcapng block", f);
    struct cursor c = cursor_over(block, total);
    cursor_skip(&c, 8);
    *body = cursor_sub(&c, total - BLOCK_MIN);
    uint32_t again = file_u32(r, &c);
    return again == total ? SOURCE_FRAME : block_bad(r, type, "ends with another length than it began with:", again, f);
}

/* Takes one block. SOURCE_FRAME with out->bytes NULL: it carried no frame. */
static enum source_status block_take(struct file *r, struct frame *out, struct fault *f)
{
    uint32_t type = 0, total = 0;
    out->bytes = NULL;
    enum source_status status = block_head(r, &type, &total, f);
    if (status != SOURCE_FRAME)
        return status;
    if (!block_carries(type) && type != BLOCK_INTERFACE) {
        if (window_skip(&r->window, total) != total)
            return file_fail(r, f, "truncated: the file ends inside a pcapng block that carries no frame");
        return SOURCE_FRAME;
    }
    if (total > FILE_PEEK_MAX)
        return block_bad(r, type, "is longer than any frame:", total, f);
    struct cursor body = cursor_over(NULL, 0);
    status = block_body(r, type, total, &body, f);
    if (status != SOURCE_FRAME)
        return status;
    if (type == BLOCK_INTERFACE && interface_add(r, body) != 0)
        return block_bad(r, type, "describes one interface too many, or none: interface", r->interface_count, f);
    const char *wrong = block_carries(type) ? packet_read(r, type, &body, out) : NULL;
    if (wrong != NULL || out->caplen > FRAME_MAX)
        return block_bad(r, type, wrong ? wrong : "claims more than a frame can have:", wrong ? total : out->caplen, f);
    window_take(&r->window, total);
    return SOURCE_FRAME;
}

static enum source_status pcapng_next(struct source *s, struct frame *out, struct fault *f)
{
    struct file *r = (struct file *)s;
    enum source_status status;
    do {
        out->caplen = 0;
        status = block_take(r, out, f);
        if (status != SOURCE_FRAME)
            return status;
    } while (out->bytes == NULL || !file_offer(r, out, &status, f));
    return status;
}

int pcapng_begin(struct file *r)
{
    r->head.next = pcapng_next;
    return 0;
}
