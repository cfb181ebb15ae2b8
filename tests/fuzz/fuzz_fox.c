/* Hostile bytes into the Niagara Fox dissector as a dialogue: see tests/support/dissect.h. */
#include "tests/support/dissect.h"

#include "dissectors/fox/fox.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    return dissect_fuzz(&dissector_fox, bytes, size);
}
