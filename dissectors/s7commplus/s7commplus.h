/* s7commplus - S7comm-plus (S7-1200/1500, TIA Portal): version, opcode, function, session, objects and variables, pairs.
 *
 * Source  no public standard; the form is that of the S7comm-plus dissector of T. Wiens for Wireshark and of ICSNPP's s7comm parser
 */
#ifndef DISSECTORS_S7COMMPLUS_S7COMMPLUS_H
#define DISSECTORS_S7COMMPLUS_S7COMMPLUS_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_s7commplus;

#endif
