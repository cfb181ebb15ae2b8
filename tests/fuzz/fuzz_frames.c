/* Any bytes as a PDU of each protocol that has frames: the first byte picks it.
 * What must hold: every frame lies inside of the PDU. */
#include <assert.h>

#include "dissect/frames.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const char *const protocols[] = { "dns", "mqtt", "rfb", "telnet", "tls", "ssh", "sip", "smb", "http", "ntp" };
    static struct record r;
    if (size < 2)
        return 0;
    const struct schema schema = { .name = protocols[(bytes[0] & 0x7f) % (sizeof protocols / sizeof protocols[0])] };
    const struct dissector by = { .schema = &schema };
    record_begin(&r, &frame_schema, bytes[0] & 1 ? FROM_SERVER : FROM_CLIENT);
    bool any = frames_of(&by, cursor_over(bytes + 1, size - 1), bytes[0] & 0x80 ? OVER_TCP : OVER_UDP, &r);
    assert(any == (r.count > 0));
    for (size_t i = 0; i < r.count; i++)
        assert(r.values[i].len == 0 || (r.values[i].bytes > bytes && r.values[i].bytes + r.values[i].len <= bytes + size));
    return 0;
}
