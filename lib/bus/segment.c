#include "bus/segment.h"

#include <assert.h>
#include <string.h>

#include "common/cursor.h"
#include "common/hash.h"

enum { PAYLOAD_FIXED = 5 + 8 + 8 };

const char segment_magic[SEGMENT_HEAD] = { 'F', 'S', 'P', 'O', 'O', 'L', '1', '\n' };
static const char record_mark[4] = { 'F', 'S', 'r', '1' };

static size_t payload_size(const struct spool_entry *e)
{
    return PAYLOAD_FIXED + e->sensor.len + e->region.len + e->type.len + e->json.len;
}

size_t segment_size(const struct spool_entry *e)
{
    return SEGMENT_RECORD_HEAD + payload_size(e);
}

static uint8_t *put_le(uint8_t *out, uint64_t n, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        *out++ = (uint8_t)(n >> 8 * i);
    return out;
}

static uint8_t *put_text(uint8_t *out, const struct spool_text *t)
{
    memcpy(out, t->at, t->len);
    return out + t->len;
}

void segment_put(uint8_t *out, const struct spool_entry *e)
{
    assert(e->sensor.len <= SEGMENT_TEXT_MAX && e->region.len <= SEGMENT_TEXT_MAX && e->type.len <= SEGMENT_TEXT_MAX);
    uint8_t *len_at = out + sizeof record_mark;
    size_t payload = payload_size(e);
    memcpy(out, record_mark, sizeof record_mark);
    put_le(len_at, payload, 4);

    uint8_t *p = out + SEGMENT_RECORD_HEAD;
    p = put_le(p, e->stream, 1);
    p = put_le(p, e->severity, 1);
    p = put_le(p, e->sensor.len, 1);
    p = put_le(p, e->region.len, 1);
    p = put_le(p, e->type.len, 1);
    p = put_le(p, e->epoch, 8);
    p = put_le(p, e->seq, 8);
    p = put_text(p, &e->sensor);
    p = put_text(p, &e->region);
    p = put_text(p, &e->type);
    put_text(p, &e->json);

    uint32_t crc = hash_crc32c(0, len_at, 4);
    put_le(out + 8, hash_crc32c(crc, out + SEGMENT_RECORD_HEAD, payload), 4);
}

static struct spool_text take_text(struct cursor *c, size_t n)
{
    return (struct spool_text){ (const char *)cursor_bytes(c, n), n };
}

/* The CRC held, so this fails only on what a program newer than this one wrote. */
static enum segment_verdict take_payload(struct cursor c, struct spool_entry *out)
{
    out->stream = cursor_u8(&c);
    out->severity = cursor_u8(&c);
    size_t sensor = cursor_u8(&c), region = cursor_u8(&c), type = cursor_u8(&c);
    out->epoch = cursor_le64(&c);
    out->seq = cursor_le64(&c);
    out->sensor = take_text(&c, sensor);
    out->region = take_text(&c, region);
    out->type = take_text(&c, type);
    out->json = take_text(&c, c.left);
    bool sound = c.status == CURSOR_OK && (unsigned)out->stream < STREAM_COUNT && out->severity <= 4;
    return sound ? SEGMENT_RECORD : SEGMENT_DAMAGED;
}

enum segment_verdict segment_take(const uint8_t *bytes, size_t n, struct spool_entry *out, size_t *size)
{
    size_t mark = n < sizeof record_mark ? n : sizeof record_mark;
    if (memcmp(bytes, record_mark, mark) != 0)
        return SEGMENT_DAMAGED;
    struct cursor c = cursor_over(bytes, n);
    cursor_skip(&c, sizeof record_mark);
    uint32_t len = cursor_le32(&c), want = cursor_le32(&c);
    if (c.status != CURSOR_OK)
        return SEGMENT_SHORT;
    if (len < PAYLOAD_FIXED || len > SEGMENT_RECORD_MAX - SEGMENT_RECORD_HEAD)
        return SEGMENT_DAMAGED;
    const uint8_t *payload = cursor_bytes(&c, len);
    if (payload == NULL)
        return SEGMENT_SHORT;
    uint32_t crc = hash_crc32c(0, bytes + sizeof record_mark, 4);
    if (hash_crc32c(crc, payload, len) != want)
        return SEGMENT_DAMAGED;
    *size = SEGMENT_RECORD_HEAD + len;
    return take_payload(cursor_over(payload, len), out);
}

size_t segment_resync(const uint8_t *bytes, size_t n)
{
    for (size_t at = 1; at < n; at++) {
        size_t left = n - at;
        size_t mark = left < sizeof record_mark ? left : sizeof record_mark;
        if (memcmp(bytes + at, record_mark, mark) == 0)
            return at;
    }
    return n;
}
