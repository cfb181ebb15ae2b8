/* pop3 - Post Office Protocol, version 3 (RFC 1939, STLS RFC 2595). */
#ifndef DISSECTORS_POP3_POP3_H
#define DISSECTORS_POP3_POP3_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_pop3;

#endif
