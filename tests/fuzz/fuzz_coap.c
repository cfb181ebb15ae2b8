/* Hostile bytes into the CoAP dissector. The first byte of each piece says who sends it and how much, so that the fuzzer
 * holds a dialogue. What must hold is what tests/support/dissect.h asserts: never outside the input, always
 * progress, a verdict that keeps its word, nothing kept after the end. */
#include "tests/support/dissect.h"

#include "dissectors/coap/coap.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    return dissect_fuzz(&dissector_coap, bytes, size);
}
