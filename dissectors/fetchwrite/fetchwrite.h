/* fetchwrite - Siemens FETCH and WRITE: memory of S5 and S7 controllers through a communications processor, on TCP.
 *
 * Source  Siemens, SIMATIC NET, "S7-CPs for Industrial Ethernet", FETCH and WRITE services: structure of the telegrams.
 */
#ifndef DISSECTORS_FETCHWRITE_FETCHWRITE_H
#define DISSECTORS_FETCHWRITE_FETCHWRITE_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_fetchwrite;

#endif
