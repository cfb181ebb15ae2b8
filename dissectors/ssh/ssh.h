/* ssh - the readable beginning of Secure Shell: who is there, and what it can do.
 *
 * Source   RFC 4253 sections 4.2 (identification), 6 (packets), 7.1 (KEXINIT); HASSH (Salesforce, 2018)
 * Records  one per side, when its KEXINIT is there: identification, algorithms and fingerprint together. A side that
 *          ends before gets an incomplete one with its identification; version 1 has no KEXINIT and gets one at once.
 * End      behind KEXINIT a direction is not wanted any more (DISSECT_DONE): what follows is keys and ciphertext.
 */
#ifndef DISSECTORS_SSH_H
#define DISSECTORS_SSH_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_ssh;

/* Bits of record.anomalies. */
enum ssh_anomaly { SSH_INVALID_BANNER, SSH_LONG_BANNER, SSH_INVALID_RECORD, SSH_ANOMALY_COUNT };

#endif
