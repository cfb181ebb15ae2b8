/* hartip - HART-IP: sessions, and the HART commands that pass through, with what field devices say of themselves.
 *
 * Source  FieldComm Group HCF_SPEC-085 (TCP/IP network management), HCF_SPEC-081 (token-passing data link), HCF_SPEC-127 and -151
 *         (universal and common practice commands), as ICSNPP-hart-ip and Wireshark's packet-hartip read them
 */
#ifndef DISSECTORS_HARTIP_HARTIP_H
#define DISSECTORS_HARTIP_HARTIP_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_hartip;

#endif
