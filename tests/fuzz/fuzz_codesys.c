/* Hostile bytes into the CODESYS dissector as a dialogue on TCP, or with an even first byte as datagrams: see tests/support/dissect.h. */
#include "tests/support/dissect.h"

#include "dissectors/codesys/codesys.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct dissector datagrams = dissector_codesys;
    datagrams.over = OVER_UDP;
    if (size == 0)
        return 0;
    return dissect_fuzz(bytes[0] % 2 ? &dissector_codesys : &datagrams, bytes + 1, size - 1);
}
