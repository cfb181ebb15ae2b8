/* transaction - the changes that go to Redis together, until they go. Only lib/bus includes this.
 *
 * Changes are added while a batch is handled, and then become sure or are taken back; a transaction may hold those of
 * several batches.
 * Ownership  texts are copied. Errors: out of memory is noted in .short_of_memory, and such a transaction must not go out.
 */
#ifndef BUS_TRANSACTION_H
#define BUS_TRANSACTION_H

#include <stdbool.h>
#include <stddef.h>

#include "bus/streams.h"
#include "common/blocks.h"

enum change_kind { CHANGE_ADD, CHANGE_SET, CHANGE_MARK, CHANGE_ACK, CHANGE_MEET };

struct change {
    enum change_kind kind;
    enum stream stream;                 /* ADD, ACK */
    const char *region;
    const char *key;                    /* SET: suffix; ACK: the entry's stream id */
    const char *id, *type;              /* ADD; SET, MARK: id is the field */
    const char *value;                  /* ADD: json; SET, MARK; NULL removes */
    size_t      len;
    const char *reason, *from;          /* ADD to :dead */
};

struct transaction {
    struct change *changes;
    size_t         count, room;
    size_t         sure;                /* of them; the rest is of the batch at hand */
    bool           short_of_memory;
    struct blocks  texts;
};

void transaction_add(struct transaction *t, const struct change *given);

/* What was added since the last call stays, or is taken back. */
void transaction_accept(struct transaction *t);
void transaction_reject(struct transaction *t);

void transaction_empty(struct transaction *t);      /* it has gone out, or never will; may be used again */
void transaction_free(struct transaction *t);

#endif
