/* Hostile bytes into the HTTP dissector, as a dialogue; see fuzz_modbus.c. */
#include "tests/support/dissect.h"

#include "dissectors/http/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    return dissect_fuzz(&dissector_http, bytes, size);
}
