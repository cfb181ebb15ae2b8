/* c1222 - ANSI C12.22: electricity meters over TCP and UDP (1153): an ACSE message with PSEM services in it.
 *
 * Source  ANSI C12.22-2012 (IEEE 1703), sections 5.3.2 (EPSEM, services) and 5.3.4 (ACSE); RFC 6142 (transport over IP);
 *         ANSI C12.19 (tables: 7 and 8 are procedures)
 */
#ifndef DISSECTORS_C1222_C1222_H
#define DISSECTORS_C1222_C1222_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_c1222;

#endif
