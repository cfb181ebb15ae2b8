/* Hostile bytes into the S7comm-plus dissector, TPKT and COTP with it, as a dialogue: see tests/support/dissect.h. */
#include "tests/support/dissect.h"

#include "dissectors/s7commplus/s7commplus.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    return dissect_fuzz(&dissector_s7commplus, bytes, size);
}
