/* smb - Windows file sharing: SMB1, SMB2 and SMB3, with DCE/RPC in its named pipes. */
#ifndef DISSECTORS_SMB_SMB_H
#define DISSECTORS_SMB_SMB_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_smb;

#endif
