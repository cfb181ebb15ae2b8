/* checksum - the Internet checksum (RFC 1071) with the pseudo-headers of IPv4 and IPv6 (RFC 793, RFC 8200 section 8.1).
 *
 * All answer whether the checksum is right; the caller has made sure that the bytes are whole.
 */
#ifndef DECODE_CHECKSUM_H
#define DECODE_CHECKSUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decode/packet.h"

bool checksum_plain(const uint8_t *bytes, size_t n);        /* IPv4 header, ICMP */

/* TCP, UDP, ICMPv6: n bytes from the transport header on, with p's addresses. */
bool checksum_pseudo(const struct packet *p, uint8_t proto, const uint8_t *bytes, size_t n);

/* What there is to say about a packet's checksums, for whoever asks; a header that is not whole says nothing. A UDP checksum
 * of 0 over IPv4 means that there is none, which is right. */
enum checksum_state { CHECKSUM_IP_RIGHT = 1, CHECKSUM_IP_WRONG = 2, CHECKSUM_RIGHT = 4, CHECKSUM_WRONG = 8 };
unsigned checksum_of_packet(const struct packet *p);

#endif
