/* smtp - Simple Mail Transfer Protocol (RFC 5321, CHUNKING RFC 3030, STARTTLS RFC 3207) with the mails it carries. */
#ifndef DISSECTORS_SMTP_SMTP_H
#define DISSECTORS_SMTP_SMTP_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_smtp;

#endif
