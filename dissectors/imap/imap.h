/* imap - Internet Message Access Protocol (RFC 9051, RFC 3501). */
#ifndef DISSECTORS_IMAP_IMAP_H
#define DISSECTORS_IMAP_IMAP_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_imap;

#endif
