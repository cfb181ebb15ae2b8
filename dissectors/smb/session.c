/* Who logs on: the token of a session setup, bare NTLM or SPNEGO around it. */
#include "dissectors/framing/ntlmssp.h"
#include "dissectors/smb/message.h"

#include <stdio.h>

static void version_add(struct smb_message *m, const struct ntlmssp *n)
{
    char version[40];
    size_t from = m->text.len;
    (void)snprintf(version, sizeof version, "%u.%u build %u rev %u", n->major, n->minor, n->build, n->revision);
    text_str(&m->text, version);
    record_bytes(m->r, SMB_NTLMSSP_VERSION, m->room + from, m->text.len - from);
}

void smb_token(struct smb_message *m, struct cursor token)
{
    struct cursor message;
    struct ntlmssp n;
    smb_malformed(m, &token);
    if (token.status != CURSOR_OK || !ntlmssp_find(token, &message))
        return;
    if (!ntlmssp_read(message, &n)) {
        record_anomaly(m->r, m->response ? SMB_MALFORMED_NTLMSSP_RESPONSE : SMB_MALFORMED_NTLMSSP_REQUEST);
        return;
    }
    if (n.type != NTLMSSP_AUTHENTICATE)
        return;
    record_item(m->r, SMB_NTLMSSP);
    (void)smb_text(m, SMB_NTLMSSP_DOMAIN, n.domain, n.unicode);
    (void)smb_text(m, SMB_NTLMSSP_USER, n.user, n.unicode);
    (void)smb_text(m, SMB_NTLMSSP_HOST, n.host, n.unicode);
    if (n.has_version)
        version_add(m, &n);
}
