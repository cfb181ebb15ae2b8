/* publisher - what is remembered of each control block that sends GOOSE, and what the next message departs from.
 *
 * Shape      publishers are found by control block and sender. Those of one control block share a bucket, so that a second sender
 *            is seen beside the first.
 * Ownership  the table is a block of the conversation's store.
 * Limits     PUBLISHERS_MAX on Ethernet, one bucket in a flow; in a full bucket the one that was silent longest gives way.
 * Source     IEC 61850-8-1, section 18.1.2.5: stNum counts changes, sqNum the repetitions since the last; after 2^32 - 1 it goes on with 1
 */
#ifndef DISSECTORS_GOOSE_PUBLISHER_H
#define DISSECTORS_GOOSE_PUBLISHER_H

#include "common/hash.h"
#include "dissectors/dissector.h"
#include "dissectors/goose/fields.h"

enum { PUBLISHER_WAYS = 8, PUBLISHERS_MAX = 1024 };

struct publisher {
    uint64_t name;              /* hash of the control block's reference */
    uint64_t data;              /* hash of allData */
    uint64_t first_us, last_us;
    uint32_t st_num, sq_num, conf_rev, time_allowed_ms;
    uint8_t  mac[6];
    bool     used;
};

struct publishers {
    struct publisher *table;
    struct hash_key   key;      /* so that nobody can choose whom to push out */
    uint32_t          buckets;
};

/* What a message says of itself. */
struct publication {
    struct cursor gocb_ref, all_data;
    uint32_t      st_num, sq_num, conf_rev, time_allowed_ms;
    const uint8_t *mac;         /* of the sender; NULL: not known */
};

/* Writes what the message departs from into the record, and remembers it. */
void publisher_check(struct publishers *p, struct conversation *conv, const struct publication *now, struct record *r);
void publishers_free(struct publishers *p, struct conversation *conv);

#endif
