/* ethercat - EtherCAT: a frame that runs through all devices of a line, its datagrams with what each of them did, and the mailboxes in them.
 *
 * Source   ETG.1000.4 (IEC 61158-4-12), clause 4: frame, datagrams, mailbox header; ETG.1000.6, clause 5: CoE, FoE; ETG.1000.4, table 9 on: registers.
 * Records  one per frame, its datagrams a list: a line's frames come a thousand times a second.
 */
#ifndef DISSECTORS_ETHERCAT_ETHERCAT_H
#define DISSECTORS_ETHERCAT_ETHERCAT_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_ethercat;

#endif
