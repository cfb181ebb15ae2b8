/* memory - what the rules remember of one flow: bits, numbers, streams to look at again, whether it was passed.
 *
 * Names      a flowbit is the hash of its name, so that flows keep theirs when the rules are reloaded.
 * Limits     MEMORY_BITS_MAX bits, MEMORY_INTS_MAX numbers, MEMORY_WAITING_MAX rules per direction that found their
 *            literal in the stream but not yet the rest. From the flow's store; when that refuses, it is counted.
 */
#ifndef DETECT_MEMORY_H
#define DETECT_MEMORY_H

#include "detect/detect.h"

enum { MEMORY_BITS_MAX = 256, MEMORY_INTS_MAX = 64, MEMORY_WAITING_MAX = 16, MEMORY_TOLD = 8 };

struct memory_int { uint32_t name, value; };

struct waiting {                /* the literal was seen when the stream stood at `at` */
    uint32_t rule;
    uint64_t at;
};

struct told {                   /* a record's alert: not twice for one transaction and direction */
    uint32_t rule;
    uint64_t transaction;       /* doubled, plus the direction */
};

struct detect_memory {
    uint64_t           generation;      /* of the rule set that `waiting` and `told` mean */
    uint32_t          *bits;            /* from the store */
    struct memory_int *ints;
    struct waiting    *waiting[2];
    uint16_t           bit_count, bit_cap, int_count, int_cap;
    uint8_t            waiting_count[2], told_next, told_count;
    bool               passed;
    struct told        told[MEMORY_TOLD];
};

uint32_t memory_name(const char *name, size_t len);

struct detect_memory *memory_get(const struct subject *s, uint64_t generation);     /* or NULL */
struct detect_memory *memory_make(const struct subject *s, uint64_t generation);    /* NULL: no flow, or refused */

bool memory_bit(const struct detect_memory *m, uint32_t bit);
bool memory_bit_set(struct detect_memory *m, const struct subject *s, uint32_t bit);    /* false: refused */
void memory_bit_unset(struct detect_memory *m, uint32_t bit);
bool memory_int(const struct detect_memory *m, uint32_t name, uint32_t *value);
bool memory_int_set(struct detect_memory *m, const struct subject *s, uint32_t name, uint32_t value);
bool memory_wait(struct detect_memory *m, const struct subject *s, uint32_t rule);
bool memory_tell_once(struct detect_memory *m, uint32_t rule, uint64_t transaction, enum direction dir);

#endif
