/* Hostile bytes into the DNS dissectors: the first byte chooses UDP, TCP or mDNS, the rest is a dialogue as
 * tests/support/dissect.h cuts it. What must hold is asserted there. */
#include "tests/support/dissect.h"

#include "dissectors/dns/dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0)
        return 0;
    struct dissector d = bytes[0] % 3 == 2 ? dissector_mdns : dissector_dns;
    d.over = bytes[0] % 3 == 1 ? OVER_TCP : OVER_UDP;
    const struct conversation conv = { .over = (enum dissect_over)d.over, .server_port = d.ports[0] };
    (void)d.probe(&conv, cursor_over(bytes + 1, size - 1));
    return dissect_fuzz(&d, bytes + 1, size - 1);
}
