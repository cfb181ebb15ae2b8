/* mms - the Manufacturing Message Specification as substations and control centres speak it: IEC 61850 and ICCP (TASE.2), over
 * TPKT, COTP, session, presentation and ACSE.
 *
 * Source  ISO 9506-1 and -2 (services, protocol); ISO 8327-1 (session), ISO 8823-1 (presentation), ISO 8650-1 (ACSE);
 *         IEC 61850-8-1 (names, control, reports); IEC 60870-6-503 and -802 (TASE.2)
 */
#ifndef DISSECTORS_MMS_MMS_H
#define DISSECTORS_MMS_MMS_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_mms;

#endif
