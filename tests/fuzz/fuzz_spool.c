/* Bytes of a spool file that a crash tore or a disk damaged.
 * What must hold: never outside the input, always progress, and what is given out can be written again as it was. */
#include <assert.h>
#include <string.h>

#include "bus/segment.h"

static void check(const struct spool_entry *e, const uint8_t *at, size_t size)
{
    static uint8_t again[SEGMENT_RECORD_MAX];
    assert(segment_size(e) == size && size <= SEGMENT_RECORD_MAX);
    segment_put(again, e);
    assert(memcmp(again, at, size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    while (n > 0) {
        struct spool_entry e;
        size_t step = 0;
        if (segment_take(bytes, n, &e, &step) == SEGMENT_RECORD)
            check(&e, bytes, step);
        else
            step = segment_resync(bytes, n);
        assert(step > 0 && step <= n);
        bytes += step;
        n -= step;
    }
    return 0;
}
