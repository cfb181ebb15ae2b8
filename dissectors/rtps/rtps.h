/* rtps - the wire protocol of DDS: participants find each other, say what topics they write and read, and send samples, on UDP.
 *
 * Source  OMG DDSI-RTPS 2.5 (formal/2022-04-01): 8.3 messages, 8.5 discovery, 9.4 to 9.6 encodings; vendor ids as the DDS Foundation lists them.
 */
#ifndef DISSECTORS_RTPS_RTPS_H
#define DISSECTORS_RTPS_RTPS_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_rtps;

#endif
