/* filter - pcap-filter(7) text over frames of several link types: compiled once per link type that occurs.
 *
 * Errors     a text that a link type cannot express (`ether host` on raw IP), or that is wrong, is a fault
 *            with the code -EDOM when a frame of that type first comes.
 */
#ifndef CAPTURE_FILTER_H
#define CAPTURE_FILTER_H

#include <stdbool.h>

#include "capture/source.h"

struct filter;

/* NULL text gives NULL and no fault: everything passes. */
int filter_new(const char *text, struct filter **out, struct fault *f) __attribute__((warn_unused_result));
void filter_free(struct filter *t);

/* 1 passes, 0 does not, negative errno with a fault. NULL passes all. */
int filter_passes(struct filter *t, const struct frame *frame, struct fault *f);

#endif
