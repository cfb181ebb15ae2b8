/* Hostile bytes into the WebSocket dissector, as a dialogue that tests/support/dissect.h cuts out of them. What must hold is
 * asserted there: never outside the input, always progress, a verdict that keeps its word, nothing kept after the end. */
#include "tests/support/dissect.h"

#include "dissectors/websocket/websocket.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const struct conversation conv = { .over = OVER_TCP, .next = "websocket" };
    (void)dissector_websocket.probe(&conv, cursor_over(bytes, size));
    return dissect_fuzz(&dissector_websocket, bytes, size);
}
