/* enip - EtherNet/IP: the encapsulation over TCP and UDP (44818), CIP messages in it, and implicit I/O over UDP (2222).
 *
 * Records    one per PDU with what the encapsulation says, and with the CIP message if it carries one; a message inside another
 *            (multiple service packet, unconnected send) is a record of its own behind it, with a transaction of its own.
 *
 * Source     ODVA "The CIP Networks Library", volume 1 (CIP) and volume 2 (EtherNet/IP adaptation, chapter 2: encapsulation and CPF);
 *            Rockwell 1756-PM020 "Logix 5000 Controllers Data Access", 1770-6.5.16 "DF1 Protocol and Command Set"
 */
#ifndef DISSECTORS_ENIP_ENIP_H
#define DISSECTORS_ENIP_ENIP_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_enip;

#endif
