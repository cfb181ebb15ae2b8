/* quic - QUIC as far as it can be read: long headers, and the two hellos inside Initial packets.
 *
 * Source   RFC 9000, 9001 (version 1), 9369 (version 2), 8999 (invariants), drafts 22 to 34; Google QUIC Q024 to Q050, T050, T051
 *          (Google's design documents); CYU (Salesforce, 2019); JA3 and JA4 as in TLS
 * Records  one per packet with a long header (Google's: with a version) until the direction's hello was seen; the packet that
 *          completes a hello carries what the hello says.
 * Secrets  Initial packets are protected by keys that anybody can make from the connection id (RFC 9001, 5.2): this hides them from
 *          accidents, not from readers. Behind the hellos everything is secret, and the direction is not wanted (DISSECT_DONE).
 * Limits   a hello of QUIC_CRYPTO_MAX bytes in QUIC_PIECES_MAX separate pieces; QUIC_RECORDS_MAX records in a flow.
 */
#ifndef DISSECTORS_QUIC_QUIC_H
#define DISSECTORS_QUIC_QUIC_H

#include "dissectors/dissector.h"

enum { QUIC_CRYPTO_MAX = 16 * 1024, QUIC_PIECES_MAX = 32, QUIC_RECORDS_MAX = 256 };

extern const struct dissector dissector_quic;

#endif
