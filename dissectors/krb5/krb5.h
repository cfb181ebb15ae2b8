/* krb5 - Kerberos 5 between clients and the key distribution centre. */
#ifndef DISSECTORS_KRB5_KRB5_H
#define DISSECTORS_KRB5_KRB5_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_krb5;

#endif
