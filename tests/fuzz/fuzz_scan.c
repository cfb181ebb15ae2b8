/* Any bytes as an event: read in place they are what jansson makes of them, and never read beyond their end. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/scanned.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char why[256];
    if (scanned_as_jansson((const char *)bytes, size, why))
        return 0;
    fprintf(stderr, "fuzz_scan: %s\n", why);
    abort();
}
