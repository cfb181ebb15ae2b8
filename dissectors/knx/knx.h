/* knx - KNXnet/IP and KNX IP Secure's envelope: discovery, connections, tunnels, routing, and the cEMI frames within.
 *
 * Source  ISO 22510 / EN 13321-2 (KNXnet/IP), KNX 03/06/03 (cEMI), 03/03/07 (application layer), as Wireshark's packet-knxip and
 *         packet-cemi read them
 */
#ifndef DISSECTORS_KNX_KNX_H
#define DISSECTORS_KNX_KNX_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_knx;

#endif
