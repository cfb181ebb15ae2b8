/* Hostile bytes into the S7comm dissector, TPKT and COTP with it, as a dialogue: see tests/support/dissect.h. */
#include "tests/support/dissect.h"

#include "dissectors/s7comm/s7comm.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    return dissect_fuzz(&dissector_s7comm, bytes, size);
}
