/* ldap - directory access, LDAPv2 and LDAPv3, and its connectionless form. */
#ifndef DISSECTORS_LDAP_LDAP_H
#define DISSECTORS_LDAP_LDAP_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_ldap;

#endif
