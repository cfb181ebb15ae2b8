/* gesrtp - GE's Service Request Transport Protocol: Series 90, RX3i and RX7i controllers, on TCP (18245).
 *
 * Source  unpublished by its maker; G. Denton et al., "Leveraging the SRTP protocol for over-the-network memory acquisition of a GE
 *         Fanuc Series 90-30", Digital Investigation 22 (2017), tables 1 to 4.
 */
#ifndef DISSECTORS_GESRTP_GESRTP_H
#define DISSECTORS_GESRTP_GESRTP_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_gesrtp;

#endif
