/* Hostile bytes into the GE-SRTP dissector as a dialogue: see tests/support/dissect.h. */
#include "tests/support/dissect.h"

#include "dissectors/gesrtp/gesrtp.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    return dissect_fuzz(&dissector_gesrtp, bytes, size);
}
