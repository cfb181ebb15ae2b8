/* nfs - the Network File System, versions 2, 3 and 4, in ONC RPC. */
#ifndef DISSECTORS_NFS_NFS_H
#define DISSECTORS_NFS_NFS_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_nfs;

#endif
