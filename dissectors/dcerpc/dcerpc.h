/* dcerpc - DCE/RPC on connections (MSRPC on TCP) and in datagrams. Fields: rows.h; reader for pipes: pdu.h. */
#ifndef DISSECTORS_DCERPC_DCERPC_H
#define DISSECTORS_DCERPC_DCERPC_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_dcerpc;

#endif
