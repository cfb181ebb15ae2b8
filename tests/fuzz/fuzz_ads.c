/* Hostile bytes into the ADS dissector as a dialogue: see tests/support/dissect.h. */
#include "tests/support/dissect.h"

#include "dissectors/ads/ads.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    return dissect_fuzz(&dissector_ads, bytes, size);
}
