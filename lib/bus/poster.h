/* poster - many commands at once into the regions' streams, and the answer to each: for imports. For one command see post.h.
 *
 * Commands of a region are applied in the order in which they are given here; between regions there is no order.
 * What was sent stands in the stream whether an answer comes or not; the same id again is harmless (events/command.h).
 * Limits     POSTER_MOST commands at a time: half of the answers that a region remembers (correlator.desk.answers).
 * Threads    one owner.
 */
#ifndef BUS_POSTER_H
#define BUS_POSTER_H

#include <stddef.h>
#include <stdint.h>

#include "common/fault.h"

enum { POSTER_MOST = 4096 };

struct poster;
/* As in the settings; user and password "" or NULL: none. NULL with a sentence. */
struct poster *poster_open(const char *redis, const char *user, const char *password, struct fault *f);
void poster_close(struct poster *p);

struct posted { const char *region, *id, *json; size_t len; };     /* borrowed during the call */

/* Sends all and waits until each has its answer in the hash `answers`, or until none has come for `patience_us`. The answers
 * come in any order, each once, with their place among the items. Gives how many came, or a negative errno with a sentence. */
int poster_send(struct poster *p, const struct posted *items, size_t count, const char *answers, uint64_t patience_us,
                void (*answer)(void *ctx, size_t place, const char *text, size_t len), void *ctx, struct fault *f);

/* Every field of a hash in every region, some of them perhaps twice when it grows meanwhile. 0 or a negative errno. */
int poster_fields(struct poster *p, const char *key_suffix,
                  void (*field)(void *ctx, const char *region, const char *name, const char *value, size_t len), void *ctx, struct fault *f);

#endif
