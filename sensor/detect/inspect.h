/* inspect - a section's steps held against the bytes of one buffer, in order, trying again where a step can vary. */
#ifndef DETECT_INSPECT_H
#define DETECT_INSPECT_H

#include "detect/pcre.h"
#include "detect/rule.h"

enum { BASE64_BYTES_MAX = 64 * 1024 };

struct dataset_table;

struct inspection {
    const uint8_t    *at;
    size_t            len;
    uint64_t          starts_at;    /* offset of at[0] in the stream; 0 for whole buffers */
    struct regex_run *run;
    uint8_t          *base64;       /* BASE64_BYTES_MAX bytes to decode into */
    unsigned          budget;       /* steps that may still be tried */
    bool              exhausted;    /* out: the budget was used up */
    const struct step *furthest;    /* out: the last step that was come to */
    size_t            touched;      /* out: how far the match reaches */
    bool              little;       /* the byte order that the record says, for BYTES_DCE */
    struct dataset_table *datasets;
    uint64_t         *values;       /* VARIABLES_MAX of them: one rule's, from buffer to buffer */
};

/* True when all steps hold. Never reads outside of at[0..len). */
bool inspect_steps(struct inspection *i, const struct step *first);

/* RFC 4648 section 4, up to the first byte that is none of its letters; line ends are read over. At most BASE64_BYTES_MAX
 * bytes and three for every four letters; gives how many. */
size_t inspect_base64(const uint8_t *at, size_t len, uint8_t *out);

#endif
