/* Hostile bytes into the HTTP/2 dissector, as a dialogue; see fuzz_modbus.c. */
#include "tests/support/dissect.h"

#include "dissectors/http2/http2.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    return dissect_fuzz(&dissector_http2, bytes, size);
}
