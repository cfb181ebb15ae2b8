/* tftp - Trivial File Transfer Protocol (RFC 1350, options RFC 2347). */
#ifndef DISSECTORS_TFTP_TFTP_H
#define DISSECTORS_TFTP_TFTP_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_tftp;

#endif
