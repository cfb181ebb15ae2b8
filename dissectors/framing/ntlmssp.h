/* ntlmssp - who logs on: the AUTHENTICATE message of NTLM, wherever it travels (SMB, DCE/RPC, HTTP, LDAP).
 *
 * Source   MS-NLMP 2.2.1.3. The texts are as on the wire: UTF-16LE when .unicode, else the client's code page.
 */
#ifndef DISSECTORS_FRAMING_NTLMSSP_H
#define DISSECTORS_FRAMING_NTLMSSP_H

#include <stdbool.h>

#include "common/cursor.h"

enum ntlmssp_type { NTLMSSP_NEGOTIATE = 1, NTLMSSP_CHALLENGE = 2, NTLMSSP_AUTHENTICATE = 3 };

struct ntlmssp {
    uint32_t      type;
    struct cursor domain, user, host;       /* AUTHENTICATE only */
    bool          unicode, has_version;
    uint8_t       major, minor, revision;   /* of Windows, and of NTLM */
    uint16_t      build;
};

/* Finds the message in a token, bare or inside SPNEGO. False: there is none. */
bool ntlmssp_find(struct cursor token, struct cursor *message);

/* False: it contradicts itself. */
bool ntlmssp_read(struct cursor message, struct ntlmssp *out);

#endif
