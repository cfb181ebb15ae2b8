/* redis - a connection to one Redis, and what has to hold there (DESIGN 4.3). Only lib/bus includes this. */
#ifndef BUS_REDIS_H
#define BUS_REDIS_H

#include <stdbool.h>
#include <stdint.h>

#include <hiredis/hiredis.h>

#include "common/fault.h"

struct redis_where {
    char host[256];         /* or the socket's path */
    int  port;              /* 0: a Unix socket */
    const char *user, *password;    /* borrowed; NULL or "" none */
};

struct redis_server {
    char     run_id[41];    /* new with every start of the process */
    char     policy[32];    /* maxmemory-policy */
    bool     loading, aof;
};

/* "unix:/run/redis/redis.sock", "tcp:127.0.0.1:6379", "tcp:[::1]:6379". 0 or -EINVAL. */
int redis_where_parse(const char *text, const char *user, const char *password, struct redis_where *out, struct fault *f);

/* Connects within the time, signs in and asks who it is. NULL with -ECONNREFUSED and the like, -EACCES when the
 * password is wrong, -EAGAIN while it loads its data. The fault does not
 * say which Redis: the caller does. */
redisContext *redis_connect(const struct redis_where *w, uint64_t timeout_us, struct redis_server *server, struct fault *f);

/* A number of INFO's answer by its name; 0: it is not there. */
uint64_t redis_info_number(const redisReply *info, const char *name);

/* The text of INFO taken apart. */
void redis_info_parse(const char *info, struct redis_server *out);

/* Says loudly what would lose entries. False when the server evicts. */
bool redis_is_safe(const struct redis_server *s, const struct redis_where *w, struct fault *f);

#endif
