/* fins - OMRON FINS: commands to CS, CJ, CP, NJ controllers, over UDP (9600) and over TCP behind the FINS/TCP header.
 *
 * Source  OMRON W342 "Communications Commands Reference Manual" (section 3: FINS header, section 5: commands, end codes);
 *         W421 "Ethernet Units, Construction of Applications", section 7-4 (FINS/TCP header)
 */
#ifndef DISSECTORS_FINS_FINS_H
#define DISSECTORS_FINS_FINS_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_fins;

#endif
