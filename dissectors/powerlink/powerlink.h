/* powerlink - Ethernet POWERLINK: who polls whom in the cycle, and what the managing node tells the others to do.
 *
 * Source  EPSG DS 301 V1.5.1, clause 4.6 (frames), 7.3 (NMT services), appendix 3 (identifiers)
 */
#ifndef DISSECTORS_POWERLINK_POWERLINK_H
#define DISSECTORS_POWERLINK_POWERLINK_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_powerlink;

#endif
