#ifndef TESTS_SUPPORT_HEX_H
#define TESTS_SUPPORT_HEX_H
#include <ctype.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* "00 01 ff" into bytes; white space is free. Stops when out is full. */
static inline size_t unhex(const char *s, uint8_t *out, size_t cap)
{
    size_t n = 0;
    unsigned b;
    while (*s != '\0' && n < cap) {
        if (isspace((unsigned char)*s)) {
            s++;
        } else if (sscanf(s, "%2x", &b) == 1) {
            out[n++] = (uint8_t)b;
            s += 2;
        } else {
            break;
        }
    }
    return n;
}
#endif
