/* bacnet - BACnet/IP, BACnet/IPv6, BACnet over Ethernet and MS/TP: link, network layer and every application service.
 *
 * Source  ANSI/ASHRAE 135-2020: clause 6 (network layer), 7 (Ethernet), 9 (MS/TP), 20 (encoding of the application layer), 21 (its
 *         ASN.1), annex J (BACnet/IP), annex U (BACnet/IPv6)
 */
#ifndef DISSECTORS_BACNET_BACNET_H
#define DISSECTORS_BACNET_BACNET_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_bacnet;

#endif
