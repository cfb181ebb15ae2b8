/* An id as it stands in a stream entry that anybody may have written.
 * What must hold: what is taken apart and put together again is the same. */
#include <assert.h>
#include <string.h>

#include "bus/marks.h"
#include "events/event.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    char text[512], sensor[EVENT_ID_MAX], again[EVENT_ID_MAX];
    struct event_id id = { .sensor = sensor };
    struct marks marks = { 0 };
    if (n >= sizeof text)
        return 0;
    memcpy(text, bytes, n);
    text[n] = '\0';
    bool ours = event_id_parse(text, sensor, &id.epoch, &id.seq) == 0;
    if (ours) {
        uint64_t epoch, seq;
        char back[EVENT_ID_MAX];
        event_id_text(&id, again);
        assert(event_id_parse(again, back, &epoch, &seq) == 0);
        assert(strcmp(back, sensor) == 0 && epoch == id.epoch && seq == id.seq);
    }
    assert(!marks_repeat(&marks, STREAM_ALERTS, text));
    if (ours && id.seq < UINT64_MAX)
        assert(marks_repeat(&marks, STREAM_ALERTS, text));
    marks_free(&marks);
    return 0;
}
