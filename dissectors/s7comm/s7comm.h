/* s7comm - Siemens S7 communication (S7-300/400, and 1200/1500 where PUT/GET is allowed) over TPKT and COTP.
 *
 * Source  no public standard. The form is that of the Wireshark dissector packet-s7comm (T. Wiens), of Snap7 and libnodave;
 *         names are those of Siemens' manuals where they have one.
 */
#ifndef DISSECTORS_S7COMM_S7COMM_H
#define DISSECTORS_S7COMM_S7COMM_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_s7comm;

#endif
