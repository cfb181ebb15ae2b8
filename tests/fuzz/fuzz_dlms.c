/* Hostile bytes into the DLMS dissector, HDLC and wrapper, as a dialogue: see tests/support/dissect.h. */
#include "tests/support/dissect.h"

#include "dissectors/dlms/dlms.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    return dissect_fuzz(&dissector_dlms, bytes, size);
}
