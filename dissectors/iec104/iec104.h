/* iec104 - IEC 60870-5-104: APDUs of all three formats, every type identifier with its information objects, sequence
 * numbers held against each other, commands with their confirmations.
 *
 * Source  IEC 60870-5-104:2006, clauses 5 (APCI, I, S and U formats, sequence numbers) and 6 to 8 (ASDU);
 *         IEC 60870-5-101:2003, clause 7.2 (data unit identifier, information elements), 7.3 (ASDUs by type);
 *         IEC 60870-5-4, clause 6.8 (binary time)
 */
#ifndef DISSECTORS_IEC104_IEC104_H
#define DISSECTORS_IEC104_IEC104_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_iec104;

#endif
