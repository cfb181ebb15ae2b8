/* protect - the protection of Initial packets taken off (RFC 9001, 5). The only door to OpenSSL here. */
#ifndef DISSECTORS_QUIC_PROTECT_H
#define DISSECTORS_QUIC_PROTECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { QUIC_PACKET_MAX = 9216, QUIC_CID_MAX = 20 };

struct quic_keys {
    uint8_t key[16], iv[12], header[16];
};

/* The keys of Initial packets: of the client [0] and the server [1], from the first destination connection id that the client
 * chose. False: nobody said how that version makes them. */
bool quic_keys_make(uint32_t version, const uint8_t *cid, size_t cid_len, struct quic_keys out[2]);

/* The packet from its first byte on, `header` bytes up to its number, `n` in all. Writes its frames (at most n bytes) and gives how
 * many; -1: it is not what was sent with these keys. */
int quic_unprotect(const struct quic_keys *k, const uint8_t *packet, size_t header, size_t n, uint8_t frames[QUIC_PACKET_MAX]);

#endif
