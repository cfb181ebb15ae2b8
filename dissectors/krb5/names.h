/* names - numbers of Kerberos and the words for them, as EVE writes them. */
#ifndef DISSECTORS_KRB5_NAMES_H
#define DISSECTORS_KRB5_NAMES_H

#include <stdint.h>

#include "events/field.h"

extern const struct field_name krb5_types[], krb5_ciphers[], krb5_errors[];

#endif
