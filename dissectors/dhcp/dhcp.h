/* dhcp - DHCP for IPv4: who asks for an address, who gives it, with what.
 *
 * Source   RFC 2131 (message), RFC 2132 (options)
 * Records  one per message.
 */
#ifndef DISSECTORS_DHCP_DHCP_H
#define DISSECTORS_DHCP_DHCP_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_dhcp;

#endif
