/* genisys - GENISYS, which control offices of railways speak to signalling locations, over TCP and UDP.
 *
 * Source  Union Switch & Signal, "GENISYS Protocol" as in ICSNPP's description of it; unpublished otherwise.
 */
#ifndef DISSECTORS_GENISYS_GENISYS_H
#define DISSECTORS_GENISYS_GENISYS_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_genisys;

#endif
