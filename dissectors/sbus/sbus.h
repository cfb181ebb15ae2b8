/* sbus - SAIA Ether-S-Bus: requests to PCD controllers over UDP (5050).
 *
 * Source  Saia-Burgess 26/739 "S-Bus" manual (telegrams, commands, CRC) and its Ether-S-Bus header; names are those of the commands there.
 */
#ifndef DISSECTORS_SBUS_SBUS_H
#define DISSECTORS_SBUS_SBUS_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_sbus;

#endif
