#include "archive/sequence.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int compare(const struct sequence *s, const char *sensor, uint64_t epoch)
{
    int by_name = strcmp(s->sensor, sensor);
    return by_name != 0 ? by_name : s->epoch < epoch ? -1 : s->epoch > epoch;
}

/* Where it is, or where it belongs. */
static size_t place_of(const struct sequences *s, const char *sensor, uint64_t epoch)
{
    size_t low = 0, high = s->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(&s->rows[middle], sensor, epoch) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int insert(struct sequences *s, size_t at, const struct sequence *new, struct fault *f)
{
    if (s->count == s->room) {
        size_t room = s->room ? s->room * 2 : 64;
        struct sequence *more = realloc(s->rows, room * sizeof *more);
        if (more == NULL)
            return fault_set(f, -ENOMEM, "no memory");
        s->rows = more;
        s->room = room;
    }
    memmove(&s->rows[at + 1], &s->rows[at], (s->count - at) * sizeof *s->rows);
    s->rows[at] = *new;
    s->count++;
    return 0;
}

static void add_one(struct sequence *s, uint64_t seq, int64_t time_us)
{
    s->count++;
    if (seq < s->first)
        s->first = seq;
    if (seq > s->last)
        s->last = seq;
    if (time_us != 0 && s->time_us - time_us > s->back_us) {
        s->back_us = s->time_us - time_us;
        s->back_seq = seq;
    }
    if (time_us > s->time_us)
        s->time_us = time_us;
}

int sequences_add(struct sequences *s, const char *id, int64_t time_us, struct fault *f)
{
    struct sequence new = { .count = 0 };
    uint64_t seq;
    if (event_id_parse(id, new.sensor, &new.epoch, &seq) != 0)
        return 0;
    size_t at = place_of(s, new.sensor, new.epoch);
    if (at == s->count || compare(&s->rows[at], new.sensor, new.epoch) != 0) {
        if (s->count >= SEQUENCES_MAX) {
            s->left_out++;
            return 0;
        }
        new.first = new.last = seq;
        new.time_us = time_us;
        int rc = insert(s, at, &new, f);
        if (rc != 0)
            return rc;
    }
    add_one(&s->rows[at], seq, time_us);
    return 0;
}

uint64_t sequence_missing(const struct sequence *s)
{
    uint64_t span = s->last - s->first + 1;
    return span > s->count ? span - s->count : 0;
}

void sequences_free(struct sequences *s)
{
    free(s->rows);
    *s = (struct sequences){ 0 };
}
