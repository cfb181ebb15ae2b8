/* tristation - Triconex's TriStation 1131 protocol: engineering station to the main processors of a safety system, on UDP (1502).
 *
 * Source  unpublished by its maker; as seen in captures and described by Dragos, FireEye and Nozomi Networks after TRITON (2017).
 */
#ifndef DISSECTORS_TRISTATION_TRISTATION_H
#define DISSECTORS_TRISTATION_TRISTATION_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_tristation;

#endif
