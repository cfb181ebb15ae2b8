/* journal - what targets confirmed lately, in a file of this machine.
 *
 * Between a target's yes and the transaction that takes the message off the queue there is a moment, and a Redis that dies may
 * forget its last second. Either would have a confirmed message sent again; so each yes is a line on the disk before anything
 * else is done, and what stands there is not sent.
 * Limits     the newest JOURNAL_MOST keys; the queue in Redis is seconds behind at most, so that is far more than it takes.
 * File       a key a line; written anew at opening and when it has doubled. A torn last line is passed over.
 * Errors     a line that cannot be written is said once: then a crash may send a message twice, and the receiver still has its
 *            idempotency key.
 * Threads    the caller's lock.
 */
#ifndef NOTIFIER_JOURNAL_H
#define NOTIFIER_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "common/fault.h"

enum { JOURNAL_KEY_MAX = 192, JOURNAL_MOST = 4096 };

struct journal;
struct journal *journal_open(const char *path, struct fault *f);        /* path NULL: in memory alone */
void journal_close(struct journal *j);

void journal_add(struct journal *j, const char *key);           /* confirmed; on the disk when this returns */
bool journal_has(const struct journal *j, const char *key);

#endif
