/* Hostile bytes into the C12.22 dissector as a dialogue: see tests/support/dissect.h. */
#include "tests/support/dissect.h"

#include "dissectors/c1222/c1222.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    return dissect_fuzz(&dissector_c1222, bytes, size);
}
