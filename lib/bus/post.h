/* post - one command into a region's stream, and its answer: for people's tools (events/command.h).
 *
 * The command is in the stream when post_command() has begun to wait, whether an answer comes or not; posting the same
 * bytes again is harmless and asks for the same answer.
 * Threads    each call opens a connection of its own and closes it.
 */
#ifndef BUS_POST_H
#define BUS_POST_H

#include <stddef.h>
#include <stdint.h>

#include "common/fault.h"

struct post {
    const char *redis, *user, *password;    /* as in the settings; user and password "" or NULL: none */
    const char *region, *id;                /* the command's */
    const char *json;
    size_t      len;
    const char *answers;                    /* key suffix of the hash of answers, field id */
    uint64_t    wait_us;                    /* 0: post and do not wait */
};

/* The answer's length, NUL-terminated in `answer`; 0: none yet; or a negative errno with a sentence. */
int post_command(const struct post *p, char *answer, size_t room, struct fault *f);

#endif
