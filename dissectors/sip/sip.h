/* sip - Session Initiation Protocol (RFC 3261) over UDP and TCP. */
#ifndef DISSECTORS_SIP_SIP_H
#define DISSECTORS_SIP_SIP_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_sip;
extern const struct dissector dissector_sip_tcp;

#endif
