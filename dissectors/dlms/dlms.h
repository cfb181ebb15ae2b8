/* dlms - DLMS/COSEM, the language of electricity, gas and water meters, in HDLC frames or in the wrapper, over TCP.
 *
 * Source  IEC 62056-5-3 (xDLMS APDUs, ACSE), 62056-6-1 (OBIS), 62056-6-2 (interface classes), 62056-46 (HDLC), 62056-47 (wrapper); DLMS UA
 *         Green Book and Blue Book
 */
#ifndef DISSECTORS_DLMS_DLMS_H
#define DISSECTORS_DLMS_DLMS_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_dlms;

#endif
