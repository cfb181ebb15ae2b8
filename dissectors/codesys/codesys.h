/* codesys - the CODESYS V3 stack, which several hundred makers' controllers speak to their engineering stations and gateways:
 * discovery and naming, channels, services. UDP 1740 to 1743, TCP 11740.
 *
 * Source  unpublished by its maker; as described by Kaspersky ICS CERT ("Security research: CODESYS Runtime", 2019) and Microsoft
 *         (ics-forensics-tools, 2023).
 */
#ifndef DISSECTORS_CODESYS_CODESYS_H
#define DISSECTORS_CODESYS_CODESYS_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_codesys;

#endif
