/* cm - PROFINET IO context management: connect, release, read, write and control of IO devices, in DCE/RPC's connectionless datagrams.
 *
 * Source   IEC 61158-6-10:2014, clause 5 (record data, blocks); DCE 1.1 RPC (C706), clause 12.4.4 (header of version 4)
 * Records  one per datagram. Blocks inside of blocks are told too, in the order in which they stand.
 */
#ifndef DISSECTORS_PROFINET_CM_H
#define DISSECTORS_PROFINET_CM_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_profinet_cm;

#endif
