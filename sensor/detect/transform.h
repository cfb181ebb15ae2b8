/* transform - what is done to a buffer's bytes before contents are held against them: dotprefix, to_md5 ...
 *
 * The result goes into a buffer the caller lends; what does not fit is cut off and said.
 */
#ifndef DETECT_TRANSFORM_H
#define DETECT_TRANSFORM_H

#include "detect/pcre.h"
#include "detect/rule.h"

enum { TRANSFORM_BYTES_MAX = 128 * 1024 };

struct transform_out {
    uint8_t *at;
    size_t   len, cap;
    bool     cut;
};

struct transform {
    const char *name;
    void (*apply)(const void *data, struct regex_run *run, const uint8_t *in, size_t len, struct transform_out *out);
};

#endif
