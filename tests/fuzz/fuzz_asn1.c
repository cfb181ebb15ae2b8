/* Any bytes as BER: the first eight say what is asked and where.
 * What must hold: nothing outside of the buffer is read, and it ends; an offset beyond the buffer never holds. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "detect/asn1.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    enum { ASKED = 8 };
    if (size < ASKED)
        return 0;
    struct asn1_use use = { .bitstring = bytes[0] & 1, .real = bytes[0] & 2, .relative = bytes[0] & 4, .oversize = bytes[0] & 8,
                            .longest = (uint32_t)(bytes[1] << 8 | bytes[2]), .offset = (int16_t)(bytes[3] << 8 | bytes[4]) };
    size_t before = (size_t)(bytes[5] << 8 | bytes[6]);
    bool holds = asn1_holds(&use, bytes + ASKED, size - ASKED, before);
    int64_t from = use.offset + (use.relative ? (int64_t)before : 0);
    assert(!holds || (from >= 0 && from < (int64_t)(size - ASKED)));
    return 0;
}
