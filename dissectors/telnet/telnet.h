/* telnet - the TELNET protocol (RFC 854, options RFC 855, 1091, 1572): what both sides agree upon, and who logs in. */
#ifndef DISSECTORS_TELNET_TELNET_H
#define DISSECTORS_TELNET_TELNET_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_telnet;

#endif
