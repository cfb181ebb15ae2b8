/* Hostile bytes into the goose dissector, as frames and as datagrams: the first byte says which. See tests/support/dissect.h. */
#include "tests/support/dissect.h"

#include "dissectors/goose/goose.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct dissector one = dissector_goose;
    if (size == 0)
        return 0;
    one.over = bytes[0] & 1 ? OVER_UDP : OVER_ETHERNET;
    return dissect_fuzz(&one, bytes + 1, size - 1);
}
