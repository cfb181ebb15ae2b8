/* community - the Community ID flow hash, version 1, seed 0 (github.com/corelight/community-id-spec). */
#ifndef EMIT_COMMUNITY_H
#define EMIT_COMMUNITY_H

#include "events/event.h"

/* "1:LQU9qZlK+B5F3KDmev6m5PMibrg=". Ports count for TCP, UDP and SCTP. ICMP's types and codes are not kept with a flow:
 * every ICMP flow is taken as an echo conversation that `a` began, so other types' ids differ from the specification's. */
void community_id(const struct endpoint *a, const struct endpoint *b, uint8_t proto, char out[COMMUNITY_ID_MAX]);

#endif
