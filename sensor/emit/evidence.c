#include "emit/evidence.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/hash.h"
#include "common/log.h"
#include "common/ring.h"
#include "emit/evidence_disk.h"

#define ROW(member, sentence) { #member, METRIC_COUNTER, offsetof(struct evidence_counts, member), sentence }
static const struct metric rows[] = {
    ROW(files, "Evidence files handed to the disk."),
    ROW(packets, "Packets in them."),
    ROW(bytes, "Bytes in them."),
    ROW(limited, "Alerts without evidence because there were too many in a second."),
    ROW(forgotten, "Alerts whose packets were no longer in memory, or were in the file before."),
    ROW(lost, "Evidence files the disk was too slow for."),
};
const struct metrics_room evidence_metrics = { "evidence", rows, sizeof rows / sizeof rows[0] };

enum {
    FRAMES_MAX = 16384,         /* remembered at once; the bytes are limited by the settings */
    LANE_BYTES = 4 << 20,       /* files on their way to the thread, per worker */
    PCAP_HEAD = 24, PCAP_RECORD = 16, FLOWS_TOLD = 1024
};

struct evidence_keeper {
    struct evidence_settings settings;
    struct evidence_disk    *disk;
    struct ring            **lanes;
    unsigned                 workers;
    pthread_t                thread;
    _Atomic bool             stop;
};

struct remembered {             /* a frame; its bytes stand at .at in the circle of bytes */
    uint64_t at, time_us, number;
    uint32_t caplen, len;
    int      linktype;
};

struct evidence_memory {
    struct evidence_keeper *keeper;
    unsigned                worker;
    uint8_t                *bytes;          /* a circle of settings.memory_bytes */
    uint64_t                size, end;      /* end only grows: a frame is whole while end - at <= size */
    uint64_t               *flows;          /* flow id of each remembered frame, apart from the rest: it is what is searched */
    struct remembered      *frames;
    uint64_t                count;          /* frames ever remembered; its number is its place modulo FRAMES_MAX */
    struct { uint64_t flow, number; } told[FLOWS_TOLD];     /* up to which frame a flow's evidence was kept */
    uint64_t                second, this_second, files;
    uint64_t                last_flow;      /* whose evidence .name is */
    uint32_t                last_packets;
    uint8_t                *file;           /* being put together */
    char                    name[EVIDENCE_NAME_MAX], sm3[2 * HASH_MAX + 1];
    struct evidence_counts  counts;
};

/* ---- the thread ---- */

static bool lane_write(struct evidence_keeper *k, struct ring *lane)
{
    size_t n;
    const uint8_t *record = ring_peek(lane, &n);
    if (record == NULL)
        return false;
    evidence_disk_write(k->disk, (const char *)record, record + EVIDENCE_NAME_MAX, n - EVIDENCE_NAME_MAX);
    ring_pop(lane);
    return true;
}

static void *keeper_thread(void *of)
{
    struct evidence_keeper *k = of;
    for (bool stopping = false; !stopping;) {
        stopping = atomic_load(&k->stop);       /* once more through all lanes after the workers have ended */
        bool wrote = false;
        for (unsigned i = 0; i < k->workers; i++)
            while (lane_write(k, k->lanes[i]))
                wrote = true;
        evidence_disk_tidy(k->disk, clock_wall_us());
        if (!wrote && !stopping)
            usleep(50000);
    }
    return NULL;
}

static void keeper_free(struct evidence_keeper *k)
{
    for (unsigned i = 0; k->lanes != NULL && i < k->workers; i++)
        ring_free(k->lanes[i]);
    free(k->lanes);
    evidence_disk_close(k->disk);
    free(k);
}

struct evidence_keeper *evidence_open(const struct evidence_settings *s, unsigned workers, struct fault *f)
{
    struct evidence_keeper *k = calloc(1, sizeof *k);
    bool ok = k != NULL && (k->lanes = calloc(workers, sizeof *k->lanes)) != NULL;
    if (ok) {
        k->settings = *s;
        k->workers = workers;
        for (unsigned i = 0; i < workers && ok; i++)
            ok = (k->lanes[i] = ring_new(LANE_BYTES)) != NULL;
    }
    if (!ok)
        fault_set(f, -ENOMEM, "no memory for evidence");
    else
        ok = (k->disk = evidence_disk_open(s->dir, s->disk_bytes_max, s->age_max_us, f)) != NULL;
    if (ok && (errno = pthread_create(&k->thread, NULL, keeper_thread, k)) != 0) {
        fault_set(f, -errno, "the evidence thread could not be started: %s", strerror(errno));
        ok = false;
    }
    if (ok)
        return k;
    if (k != NULL)
        keeper_free(k);
    return NULL;
}

void evidence_close(struct evidence_keeper *k)
{
    if (k == NULL)
        return;
    atomic_store(&k->stop, true);
    pthread_join(k->thread, NULL);
    keeper_free(k);
}

/* ---- a worker's memory ---- */

struct evidence_memory *evidence_memory_new(struct evidence_keeper *k, unsigned worker)
{
    struct evidence_memory *m = calloc(1, sizeof *m);
    if (m == NULL)
        return NULL;
    m->keeper = k;
    m->worker = worker;
    m->size = k->settings.memory_bytes;
    m->bytes = malloc(m->size);
    m->flows = calloc(FRAMES_MAX, sizeof *m->flows);
    m->frames = calloc(FRAMES_MAX, sizeof *m->frames);
    m->file = malloc(k->settings.file_bytes_max);
    if (m->bytes != NULL && m->flows != NULL && m->frames != NULL && m->file != NULL)
        return m;
    evidence_memory_free(m);
    return NULL;
}

void evidence_memory_free(struct evidence_memory *m)
{
    if (m == NULL)
        return;
    free(m->bytes);
    free(m->flows);
    free(m->frames);
    free(m->file);
    free(m);
}

const struct evidence_counts *evidence_counts(const struct evidence_memory *m)
{
    return &m->counts;
}

void evidence_remember(struct evidence_memory *m, const struct evidence_frame *frame)
{
    if (frame->flow_id == 0 || frame->caplen > m->size / 4)
        return;
    uint64_t offset = m->end % m->size;
    if (offset + frame->caplen > m->size) {     /* a frame lies in one piece: the rest of the turn stays unused */
        m->end += m->size - offset;
        offset = 0;
    }
    uint64_t slot = m->count % FRAMES_MAX;
    memcpy(m->bytes + offset, frame->bytes, frame->caplen);
    m->flows[slot] = frame->flow_id;
    m->frames[slot] = (struct remembered){ m->end, frame->time_us, m->count, frame->caplen, frame->len, frame->linktype };
    m->end += frame->caplen;
    m->count++;
}

static bool still_whole(const struct evidence_memory *m, const struct remembered *r)
{
    return m->end - r->at <= m->size;
}

/* The flow's newest frames that fit, oldest first in `found`; none from before `from`. */
static size_t frames_of(const struct evidence_memory *m, uint64_t flow_id, uint64_t from, uint16_t found[], size_t most)
{
    uint64_t bytes = PCAP_HEAD, oldest = m->count > FRAMES_MAX ? m->count - FRAMES_MAX : 0;
    size_t n = 0;
    if (oldest < from)
        oldest = from;
    for (uint64_t number = m->count; number-- > oldest && n < most;) {
        const uint16_t slot = (uint16_t)(number % FRAMES_MAX);
        if (m->flows[slot] != flow_id)
            continue;
        const struct remembered *r = &m->frames[slot];
        bytes += PCAP_RECORD + r->caplen;
        if (!still_whole(m, r) || bytes > m->keeper->settings.file_bytes_max
            || (n > 0 && r->linktype != m->frames[found[0]].linktype))
            break;
        found[n++] = slot;
    }
    for (size_t i = 0; i < n / 2; i++) {
        uint16_t other = found[i];
        found[i] = found[n - 1 - i];
        found[n - 1 - i] = other;
    }
    return n;
}

static void put_32(struct text *t, uint32_t n)
{
    text_bytes(t, &n, sizeof n);        /* in our byte order: the magic number tells which that is */
}

static size_t pcap_write(struct evidence_memory *m, const uint16_t found[], size_t n)
{
    struct text t = text_over(m->file, m->keeper->settings.file_bytes_max);
    put_32(&t, 0xa1b2c3d4);             /* microseconds; version 2.4 */
    put_32(&t, 2u | 4u << 16);
    put_32(&t, 0);
    put_32(&t, 0);
    put_32(&t, 262144);
    put_32(&t, (uint32_t)m->frames[found[0]].linktype);
    for (size_t i = 0; i < n; i++) {
        const struct remembered *r = &m->frames[found[i]];
        put_32(&t, (uint32_t)(r->time_us / 1000000));
        put_32(&t, (uint32_t)(r->time_us % 1000000));
        put_32(&t, r->caplen);
        put_32(&t, r->len);
        text_bytes(&t, m->bytes + r->at % m->size, r->caplen);
    }
    return t.len;
}

static bool within_rate(struct evidence_memory *m, uint64_t now_us)
{
    if (now_us / 1000000 != m->second) {
        m->second = now_us / 1000000;
        m->this_second = 0;
    }
    return ++m->this_second <= m->keeper->settings.per_second;
}

/* Digest and name, then the file as one record: name, padded, and bytes. */
static bool hand_over(struct evidence_memory *m, uint64_t flow_id, uint64_t time_us, size_t len)
{
    char day[9];
    uint8_t digest[HASH_MAX];
    time_t second = (time_t)(time_us / 1000000);
    struct tm tm;
    localtime_r(&second, &tm);
    strftime(day, sizeof day, "%Y%m%d", &tm);
    uint8_t *room = ring_claim(m->keeper->lanes[m->worker], EVIDENCE_NAME_MAX + len);
    if (room == NULL)
        return false;
    snprintf(m->name, sizeof m->name, "%s/%.60s-%llu-%llu-%u.%llu.pcap", day, m->keeper->settings.sensor,
             (unsigned long long)m->keeper->settings.epoch, (unsigned long long)flow_id, m->worker,
             (unsigned long long)++m->files);
    struct text hex = text_over(m->sm3, sizeof m->sm3);
    text_hex(&hex, digest, hash_digest(HASH_SM3, m->file, len, digest));
    text_end(&hex);
    memset(room, 0, EVIDENCE_NAME_MAX);
    memcpy(room, m->name, strlen(m->name));
    memcpy(room + EVIDENCE_NAME_MAX, m->file, len);
    ring_commit(m->keeper->lanes[m->worker]);
    return true;
}

bool evidence_keep(struct evidence_memory *m, uint64_t flow_id, uint64_t now_us, struct evidence *out)
{
    uint16_t found[1024];
    size_t most = m->keeper->settings.packets_max < 1024 ? m->keeper->settings.packets_max : 1024;
    size_t told = flow_id % FLOWS_TOLD;
    uint64_t from = m->told[told].flow == flow_id ? m->told[told].number : 0;
    if (flow_id == 0)
        return false;
    size_t n = frames_of(m, flow_id, from, found, most);
    if (n == 0 && m->last_flow == flow_id && from > 0) {       /* another alert of the packet that was just kept */
        *out = (struct evidence){ .file = m->name, .sm3 = m->sm3, .packets = m->last_packets };
        return true;
    }
    if (n == 0) {
        m->counts.forgotten++;
        return false;
    }
    if (!within_rate(m, now_us)) {
        m->counts.limited++;
        return false;
    }
    size_t len = pcap_write(m, found, n);
    if (!hand_over(m, flow_id, m->frames[found[0]].time_us, len)) {
        m->counts.lost++;
        return false;
    }
    m->told[told].flow = flow_id;
    m->told[told].number = m->count;
    m->last_flow = flow_id;
    m->last_packets = (uint32_t)n;
    m->counts.files++;
    m->counts.packets += n;
    m->counts.bytes += len;
    *out = (struct evidence){ .file = m->name, .sm3 = m->sm3, .packets = (uint32_t)n };
    return true;
}
