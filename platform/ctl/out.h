/* out - what a command gives, into a file or standard output. */
#ifndef CTL_OUT_H
#define CTL_OUT_H

#include "common/fault.h"
#include "common/text.h"

/* The whole file or none, by a name that is not there before; path NULL: standard output. 0 or a negative errno with a sentence. */
int out_write(const char *path, const struct text *t, struct fault *f);

#endif
