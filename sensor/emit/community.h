/* community - the Community ID flow hash, version 1, seed 0 (github.com/corelight/community-id-spec). */
#ifndef EMIT_COMMUNITY_H
#define EMIT_COMMUNITY_H

#include "events/event.h"

/* "1:LQU9qZlK+B5F3KDmev6m5PMibrg=", or "" for a protocol the specification leaves out here. ICMP goes by type: for an
 * echo conversation the ports are ignored and the pair of echo types is used. */
void community_id(const struct endpoint *a, const struct endpoint *b, uint8_t proto, char out[COMMUNITY_ID_MAX]);

#endif
