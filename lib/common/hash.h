/* hash - keyed and unkeyed hashing of short things.
 *
 * hash_keyed()  SipHash-1-3 (Aumasson and Bernstein, 2012; one compression round as in Rust's and
 *               Linux's tables): a flooder who does not know the key cannot choose buckets.
 * hash_crc32c() Castagnoli, as in RFC 3720 appendix B.4: guards spool segments against torn writes.
 * hash_sha256() and the like: OpenSSL's, one call over bytes in memory.
 */
#ifndef COMMON_HASH_H
#define COMMON_HASH_H

#include <stddef.h>
#include <stdint.h>

struct hash_key { uint64_t k0, k1; };

struct hash_key hash_key_random(void);                       /* from the kernel; aborts without entropy */
uint64_t hash_keyed(const struct hash_key *key, const void *bytes, size_t n);
uint32_t hash_crc32c(uint32_t seed, const void *bytes, size_t n);    /* seed 0 begins */

enum hash_kind { HASH_MD5, HASH_SHA1, HASH_SHA256, HASH_SM3 };
enum { HASH_MAX = 32 };

/* Writes the digest and gives its length (16, 20 or 32). */
size_t hash_digest(enum hash_kind kind, const void *bytes, size_t n, uint8_t out[HASH_MAX]);

/* The same over several pieces, as if they stood one after another. */
struct hash_part { const void *bytes; size_t n; };
size_t hash_parts(enum hash_kind kind, const struct hash_part *parts, size_t count, uint8_t out[HASH_MAX]);

/* RFC 2104 with SHA-256 or SM3; gives the length. */
size_t hash_hmac(enum hash_kind kind, const void *key, size_t key_len, const void *bytes, size_t n, uint8_t out[HASH_MAX]);

/* A digest fed piece by piece in memory of the caller's, which may move it: MD5, SHA-1 and SHA-256 only. hash_end() gives the length. */
struct hash_state { enum hash_kind kind; uint64_t room[14]; };
void hash_begin(struct hash_state *h, enum hash_kind kind);
void hash_more(struct hash_state *h, const void *bytes, size_t n);
size_t hash_end(struct hash_state *h, uint8_t *out);

/* A digest fed piece by piece (evidence files). NULL when memory is out. */
struct hash_stream;
struct hash_stream *hash_stream_new(enum hash_kind kind);
void hash_stream_add(struct hash_stream *h, const void *bytes, size_t n);
size_t hash_stream_end(struct hash_stream *h, uint8_t out[HASH_MAX]);    /* frees it too */

#endif
