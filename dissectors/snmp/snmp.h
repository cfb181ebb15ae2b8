/* snmp - SNMP versions 1, 2c and 3: who reads and writes which object, and under which name.
 *
 * Source   RFC 1157 (version 1), RFC 1901 and 3416 (2c), RFC 3412 and 3414 (3); ITU-T X.690
 * Records  one per message.
 */
#ifndef DISSECTORS_SNMP_SNMP_H
#define DISSECTORS_SNMP_SNMP_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_snmp;

#endif
