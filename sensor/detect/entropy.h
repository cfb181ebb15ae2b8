/* entropy - the keyword `entropy`: how evenly the bytes of a buffer are spread, in bits per byte from 0 to 8. Packed and encrypted
 * data is near 8, text near 4. */
#ifndef DETECT_ENTROPY_H
#define DETECT_ENTROPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct entropy_use;

/* False too when the buffer is shorter than what is to be measured. */
bool entropy_holds(const struct entropy_use *e, const uint8_t *at, size_t len);

#endif
