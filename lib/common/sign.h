/* sign - SM2 key pairs in files, and signatures over bytes.
 *
 * Standard   SM2 with SM3 (GB/T 32918.2, GB/T 32905), the signer's distinguishing id being 1234567812345678 as
 *            GM/T 0009 section 10 has it for those who have agreed on none: `openssl pkeyutl -verify` with -pkeyopt distid
 *            and every other SM2 program can check what is signed here.
 * Files      the private key as PKCS #8 in PEM, mode 0600; the public one as SubjectPublicKeyInfo in PEM.
 * Shape      a signature is r and s, 32 bytes each, big endian. DER would do, but has more than one way to write the same.
 *            A public key is the point 04 x y, 65 bytes; its SM3 in hex is the fingerprint, the first 16 digits the id.
 * Errors     NULL or a negative errno with a sentence. A private key that group or others may read, or that is another
 *            user's, is refused: -EPERM.
 * Threads    a key may be used by one thread at a time.
 */
#ifndef COMMON_SIGN_H
#define COMMON_SIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/fault.h"

enum { SIGN_ID = 16, SIGN_FINGERPRINT = 64, SIGN_POINT = 65, SIGNATURE = 64 };

struct sign_key;
struct sign_key *sign_key_make(struct fault *f);                                /* a new pair */
struct sign_key *sign_key_load(const char *path, struct fault *f);              /* a pair, by its private half */
struct sign_key *sign_public_load(const char *path, struct fault *f);
struct sign_key *sign_public_from(const uint8_t point[SIGN_POINT], struct fault *f);
void sign_key_free(struct sign_key *k);

/* Neither writes over a file that is there: -EEXIST. Both are on the disk when they return. */
int sign_key_save(const struct sign_key *k, const char *path, struct fault *f);
int sign_public_save(const struct sign_key *k, const char *path, struct fault *f);

const char *sign_key_id(const struct sign_key *k);              /* SIGN_ID hex digits; the key's own */
const char *sign_key_fingerprint(const struct sign_key *k);     /* SIGN_FINGERPRINT hex digits; the key's own */
const uint8_t *sign_key_point(const struct sign_key *k);        /* SIGN_POINT bytes; the key's own */

int  sign_bytes(const struct sign_key *k, const void *bytes, size_t n, uint8_t out[SIGNATURE], struct fault *f);
bool sign_holds(const struct sign_key *k, const void *bytes, size_t n, const uint8_t signature[SIGNATURE]);

#endif
