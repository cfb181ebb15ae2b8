/* goose - IEC 61850's events by multicast: GOOSE and GSE management on Ethernet, GOOSE over UDP, and what the numbers in them tell.
 *
 * Source  IEC 61850-8-1:2011, section 18 (GOOSE), annexes A (PDUs) and C (frame); IEC 61850-90-5:2012 (routable)
 */
#ifndef DISSECTORS_GOOSE_GOOSE_H
#define DISSECTORS_GOOSE_GOOSE_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_goose;

#endif
