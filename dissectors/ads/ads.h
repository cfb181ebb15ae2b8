/* ads - Beckhoff ADS: requests to TwinCAT controllers, in AMS packets over TCP (48898), and discovery and routes over UDP (48899).
 *
 * Source  Beckhoff Information System, "TwinCAT ADS/AMS specification" (TE1000: AMS/TCP packet, AMS header, ADS commands, ADS device
 *         states, return codes, index groups). Discovery over UDP is not published; its form is that of pyads and of
 *         Beckhoff's own ADS library on GitHub.
 */
#ifndef DISSECTORS_ADS_ADS_H
#define DISSECTORS_ADS_ADS_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_ads;

#endif
