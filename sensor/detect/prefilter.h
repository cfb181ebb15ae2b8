/* prefilter - one Vectorscan database of literals that tells which rules are worth a full look at a buffer.
 *
 * Build      add literals with the rule each stands for, then compile: the database comes from the cache folder when
 *            one of the same literals, library and processor is there, else it is compiled and written there.
 * Cache      FILE is the SHA-256 of all that; the content is guarded by its own digest, written beside and renamed. A
 *            file that is not whole is compiled anew and replaced.
 * Threads    build: one. prefilter_scan(): any, each with its own scratch.
 * Limits     literals are cut to PREFILTER_LITERAL_MAX bytes: more find nothing that less would not.
 */
#ifndef DETECT_PREFILTER_H
#define DETECT_PREFILTER_H

#include <hs/hs.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/fault.h"
#include "detect/pile.h"

enum { PREFILTER_LITERAL_MAX = 32 };

struct prefilter;
struct prefilter *prefilter_new(void);
void prefilter_free(struct prefilter *p);
void prefilter_add(struct prefilter *p, const uint8_t *bytes, size_t len, bool nocase, uint32_t rule);
int prefilter_compile(struct prefilter *p, const char *cache_dir, bool *cached, struct fault *f);
int prefilter_scratch(const struct prefilter *p, hs_scratch_t **scratch, struct fault *f);  /* makes it large enough */
size_t prefilter_bytes(const struct prefilter *p);
size_t prefilter_longest(const struct prefilter *p);        /* of its literals */

/* Calls `hit` with the rules of each literal that occurs, each literal once. */
typedef void (*prefilter_hit)(void *ctx, const uint32_t *rules, size_t count);
void prefilter_scan(const struct prefilter *p, const uint8_t *at, size_t len, hs_scratch_t *scratch, prefilter_hit hit,
                    void *ctx);

#endif
