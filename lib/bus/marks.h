/* marks - the highest seq done per (stream, sensor, epoch): what tells a repeat from something new. */
#ifndef BUS_MARKS_H
#define BUS_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bus/streams.h"

enum { MARK_FIELD_MAX = 128 };

struct marks { void *tree; };

/* A mark as it stands in Redis: field "alerts:tower:1795291771161905", value "41". Others are ignored. */
void marks_load(struct marks *m, const char *field, const char *value, size_t len);

/* Whether an entry was seen, and if not notes it until marks_settle(). Ids of another form are always new. */
bool marks_repeat(struct marks *m, enum stream s, const char *id);

/* What was noted since the last call belongs to a batch that was handled; or it was not, and is new again. */
void marks_accept(struct marks *m, bool handled);

/* Every mark that moved since the last settling. */
void marks_moved(const struct marks *m, void (*each)(void *ctx, const char *field, uint64_t seq), void *ctx);
void marks_settle(struct marks *m, bool committed);
void marks_free(struct marks *m);

#endif
