/* filekind - what kind of file some bytes begin, in file(1)'s words: "PDF document, version 1.6". The only door to libmagic.
 *
 * Speed      tens of microseconds to a millisecond for each file, so only rules that ask have it done; the last answer is kept.
 * Memory     libmagic has some of its own that it takes and gives back for each file, bounded by FILEKIND_BYTES of input.
 * Threads    one for each worker.
 */
#ifndef DETECT_FILEKIND_H
#define DETECT_FILEKIND_H

#include <stddef.h>
#include <stdint.h>

#include "common/fault.h"

enum { FILEKIND_BYTES = 64 * 1024 };    /* as much of a file's beginning is looked at */

struct filekind;
struct filekind *filekind_new(struct fault *f);     /* with the system's database; NULL: fault */
void filekind_free(struct filekind *k);             /* NULL is harmless */

/* Good until the next call; "" when libmagic has no answer. */
const char *filekind_of(struct filekind *k, const uint8_t *at, size_t len);

#endif
