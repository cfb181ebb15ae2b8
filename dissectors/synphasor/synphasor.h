/* synphasor - IEEE C37.118 synchrophasor frames: commands, configurations 1 to 3, headers, and data as the configuration shapes it.
 *
 * Source   IEEE Std C37.118.2-2011 clause 6, and C37.118-2005 clause 6, whose frames are the same but for configuration 3
 * Records  one per frame. A configuration or header has the transaction of the command that asked for it.
 * Limits   the shapes of SYNPHASOR_PMUS_MAX measurement units of one data stream are kept per flow; data of others is told without values.
 */
#ifndef DISSECTORS_SYNPHASOR_SYNPHASOR_H
#define DISSECTORS_SYNPHASOR_SYNPHASOR_H

#include "dissectors/dissector.h"

enum { SYNPHASOR_PMUS_MAX = 64 };

extern const struct dissector dissector_synphasor;

#endif
