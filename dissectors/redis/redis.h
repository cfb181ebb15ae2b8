/* redis - the Redis serialization protocol (RESP2, RESP3), and the commands that attackers use. */
#ifndef DISSECTORS_REDIS_REDIS_H
#define DISSECTORS_REDIS_REDIS_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_redis;

#endif
