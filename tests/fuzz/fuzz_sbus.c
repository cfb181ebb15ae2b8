/* Hostile bytes into the Ether-S-Bus dissector as a dialogue: see tests/support/dissect.h. */
#include "tests/support/dissect.h"

#include "dissectors/sbus/sbus.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    return dissect_fuzz(&dissector_sbus, bytes, size);
}
