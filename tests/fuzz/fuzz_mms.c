/* Hostile bytes into the mms dissector, as a dialogue: see tests/support/dissect.h. */
#include "tests/support/dissect.h"

#include "dissectors/mms/mms.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    return dissect_fuzz(&dissector_mms, bytes, size);
}
