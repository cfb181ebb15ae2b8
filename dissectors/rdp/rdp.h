/* rdp - Remote Desktop Protocol: the connection sequence ([MS-RDPBCGR] 1.3.1.1) over TPKT (RFC 1006) and T.125. */
#ifndef DISSECTORS_RDP_RDP_H
#define DISSECTORS_RDP_RDP_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_rdp;

#endif
