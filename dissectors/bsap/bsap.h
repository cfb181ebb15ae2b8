/* bsap - Bristol's BSAP: remote terminal units of water, oil and gas (ControlWave, Bristol 33xx), on UDP as frames of a serial line
 * and as BSAP over IP.
 *
 * Source  Emerson D4052, "BSAP Communications Application Programmer's Reference", 2013: chapters 2 (message headers) and 4 (remote
 *         database access); BSAP over IP is unpublished, as ICSNPP describes it.
 */
#ifndef DISSECTORS_BSAP_BSAP_H
#define DISSECTORS_BSAP_BSAP_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_bsap;

#endif
