/* ntp - the Network Time Protocol, with its control and private messages.
 *
 * Source   RFC 5905 (packet), RFC 1305 appendix B and RFC 9327 (mode 6, control), ntpd's ntp_request.h (mode 7, private)
 * Records  one per datagram.
 */
#ifndef DISSECTORS_NTP_NTP_H
#define DISSECTORS_NTP_NTP_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_ntp;

#endif
