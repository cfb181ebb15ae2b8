/* clock - the only place that asks the system for the time.
 *
 * The packet road lives on packet time, which is an argument; these calls are for daemons,
 * for the epoch of a sensor's start, and for timing ourselves.
 */
#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include <stddef.h>
#include <stdint.h>

enum { CLOCK_TEXT_MAX = 40 };

uint64_t clock_wall_us(void);      /* microseconds since 1970, UTC; may jump */
uint64_t clock_steady_us(void);    /* microseconds since some start; never jumps */
uint64_t clock_cpu_us(void);       /* CPU time of this process, user + system */

/* "2026-11-21T19:23:20.123456+0800": RFC 3339 with microseconds and the local offset, written
 * as Suricata's EVE writes it (offset without a colon), so that the same tools read it.
 * Writes at most CLOCK_TEXT_MAX bytes with the final NUL and gives the length without it. */
size_t clock_text(uint64_t time_us, char out[CLOCK_TEXT_MAX]);

/* Seconds that local time is ahead of UTC now. */
int32_t clock_offset_s(void);

/* The inverse (RFC 3339 section 5.6); also takes "Z", "+08:00", a blank for the T, fewer or no decimals, and no offset
 * for UTC. 0, or -EINVAL. */
int clock_parse(const char *text, uint64_t *time_us);

#endif
