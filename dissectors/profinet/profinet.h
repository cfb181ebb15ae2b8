/* profinet - PROFINET on Ethernet: cyclic data, alarms, and DCP, which names devices and gives them addresses. IO context management over
 * DCERPC is not here.
 *
 * Source   IEC 61158-6-10:2014, clauses 4.3 (DCP) and 4.5 to 4.7 (RT frames, APDU status, alarms); table of FrameIDs
 * Records  one per frame.
 */
#ifndef DISSECTORS_PROFINET_PROFINET_H
#define DISSECTORS_PROFINET_PROFINET_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_profinet;

#endif
