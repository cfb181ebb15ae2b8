/* reply - an answer of Redis that is given back all at once. Only lib/bus includes this.
 *
 * hiredis makes each piece of an answer by itself and frees it by itself: eleven for an entry of a stream, half of what a reader
 * of streams costs. Made in blocks they look the same.
 */
#ifndef BUS_REPLY_H
#define BUS_REPLY_H

#include "bus/redis.h"
#include "common/blocks.h"

/* redisGetReply() into blocks: the answer is good until they are emptied, and freeReplyObject() must not see it. NULL: the
 * connection is broken, as redis->err says, and good for redisFree() only. */
redisReply *reply_in_blocks(redisContext *redis, struct blocks *blocks);

#endif
