/* ike - Internet Key Exchange, versions 1 and 2: what is negotiated before everything is encrypted.
 *
 * Source   RFC 2408, 2409 and 2407 (version 1), RFC 7296 (version 2), RFC 3947/3948 (port 4500); IANA's IPsec and IKEv2 registries
 * Records  one per message, as Suricata's transactions.
 */
#ifndef DISSECTORS_IKE_IKE_H
#define DISSECTORS_IKE_IKE_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_ike;

#endif
