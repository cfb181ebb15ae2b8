#include "common/sign.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>

#include "common/hash.h"
#include "common/text.h"

static const char who_signs[] = "1234567812345678";

struct sign_key {
    EVP_PKEY *pair;
    uint8_t   point[SIGN_POINT];
    char      fingerprint[SIGN_FINGERPRINT + 1], id[SIGN_ID + 1];
};

static int openssl_fault(struct fault *f, const char *what)
{
    char why[160] = "no reason given";
    unsigned long code = ERR_get_error();
    if (code != 0)
        ERR_error_string_n(code, why, sizeof why);
    ERR_clear_error();
    return fault_set(f, -EINVAL, "%s: %s", what, why);
}

/* ---- keys ---- */

/* Takes the pair over, also when it fails. */
static struct sign_key *key_of(EVP_PKEY *pair, const char *what, struct fault *f)
{
    size_t len = 0;
    uint8_t digest[HASH_MAX];
    struct sign_key *k = calloc(1, sizeof *k);
    if (k == NULL || !EVP_PKEY_is_a(pair, "SM2")
        || !EVP_PKEY_get_octet_string_param(pair, OSSL_PKEY_PARAM_PUB_KEY, k->point, sizeof k->point, &len)
        || len != SIGN_POINT || k->point[0] != 4) {
        EVP_PKEY_free(pair);
        free(k);
        fault_set(f, -EINVAL, "%s: expected an SM2 key", what);
        return NULL;
    }
    k->pair = pair;
    struct text hex = text_over(k->fingerprint, sizeof k->fingerprint);
    text_hex(&hex, digest, hash_digest(HASH_SM3, k->point, sizeof k->point, digest));
    text_end(&hex);
    memcpy(k->id, k->fingerprint, SIGN_ID);
    return k;
}

struct sign_key *sign_key_make(struct fault *f)
{
    EVP_PKEY *pair = EVP_PKEY_Q_keygen(NULL, NULL, "SM2");
    if (pair == NULL) {
        openssl_fault(f, "a new SM2 key");
        return NULL;
    }
    return key_of(pair, "a new SM2 key", f);
}

struct sign_key *sign_public_from(const uint8_t point[SIGN_POINT], struct fault *f)
{
    char group[] = "SM2";
    uint8_t copy[SIGN_POINT];
    EVP_PKEY *pair = NULL;
    memcpy(copy, point, sizeof copy);
    OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
                            OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, copy, sizeof copy),
                            OSSL_PARAM_construct_end() };
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "SM2", NULL);
    bool good = ctx != NULL && EVP_PKEY_fromdata_init(ctx) > 0
                && EVP_PKEY_fromdata(ctx, &pair, EVP_PKEY_PUBLIC_KEY, params) > 0;
    EVP_PKEY_CTX_free(ctx);
    if (!good) {
        openssl_fault(f, "a public key");
        return NULL;
    }
    return key_of(pair, "a public key", f);
}

void sign_key_free(struct sign_key *k)
{
    if (k == NULL)
        return;
    EVP_PKEY_free(k->pair);
    free(k);
}

const char *sign_key_id(const struct sign_key *k)
{
    return k->id;
}

const char *sign_key_fingerprint(const struct sign_key *k)
{
    return k->fingerprint;
}

const uint8_t *sign_key_point(const struct sign_key *k)
{
    return k->point;
}

/* ---- files ---- */

/* Whose signature it is must be beyond doubt: nobody else may have been able to read it. */
static int check_owner(FILE *in, const char *path, struct fault *f)
{
    struct stat st;
    if (fstat(fileno(in), &st) < 0)
        return fault_set(f, -errno, "%s: %s", path, strerror(errno));
    if (st.st_mode & (S_IRWXG | S_IRWXO))
        return fault_set(f, -EPERM, "%s: others than its owner may read it (mode %03o, expected 600)", path,
                         (unsigned)st.st_mode & 0777u);
    if (st.st_uid != geteuid() && geteuid() != 0)
        return fault_set(f, -EPERM, "%s: it belongs to another user", path);
    return 0;
}

static struct sign_key *load(const char *path, bool private, struct fault *f)
{
    FILE *in = fopen(path, "re");
    if (in == NULL) {
        fault_set(f, -errno, "%s: %s", path, strerror(errno));
        return NULL;
    }
    EVP_PKEY *pair = NULL;
    if (!private || check_owner(in, path, f) == 0) {
        pair = private ? PEM_read_PrivateKey(in, NULL, NULL, NULL) : PEM_read_PUBKEY(in, NULL, NULL, NULL);
        if (pair == NULL)
            fault_set(f, -EINVAL, "%s: expected %s in PEM", path, private ? "a private key" : "a public key");
        ERR_clear_error();
    }
    fclose(in);
    return pair != NULL ? key_of(pair, path, f) : NULL;
}

struct sign_key *sign_key_load(const char *path, struct fault *f)
{
    return load(path, true, f);
}

struct sign_key *sign_public_load(const char *path, struct fault *f)
{
    return load(path, false, f);
}

/* A key that is half there is worse than none: it goes when it cannot be written whole. */
static int save(const struct sign_key *k, const char *path, mode_t mode, int (*write)(FILE *out, const EVP_PKEY *pair),
                struct fault *f)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd < 0)
        return fault_set(f, -errno, "%s: %s", path, strerror(errno));
    FILE *out = fchmod(fd, mode) == 0 ? fdopen(fd, "w") : NULL;
    bool good = out != NULL && write(out, k->pair) && fflush(out) == 0 && fsync(fd) == 0;
    int why = errno;
    if (out == NULL)
        close(fd);
    else if (fclose(out) != 0)
        good = false;
    if (good)
        return 0;
    unlink(path);
    return fault_set(f, why ? -why : -EIO, "%s: the key cannot be written: %s", path, strerror(why ? why : EIO));
}

static int write_private(FILE *out, const EVP_PKEY *pair)
{
    return PEM_write_PKCS8PrivateKey(out, pair, NULL, NULL, 0, NULL, NULL);
}

static int write_public(FILE *out, const EVP_PKEY *pair)
{
    return PEM_write_PUBKEY(out, pair);
}

int sign_key_save(const struct sign_key *k, const char *path, struct fault *f)
{
    return save(k, path, 0600, write_private, f);
}

int sign_public_save(const struct sign_key *k, const char *path, struct fault *f)
{
    return save(k, path, 0644, write_public, f);
}

/* ---- signatures ---- */

enum { DER_MAX = 80, HALF = SIGNATURE / 2 };

/* OpenSSL reads and writes the pair (r, s) as DER. */
static bool der_to_pair(const uint8_t *der, size_t len, uint8_t out[SIGNATURE])
{
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)len);
    bool good = sig != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(sig), out, HALF) == HALF
                && BN_bn2binpad(ECDSA_SIG_get0_s(sig), out + HALF, HALF) == HALF;
    ECDSA_SIG_free(sig);
    return good;
}

static size_t pair_to_der(const uint8_t pair[SIGNATURE], uint8_t out[DER_MAX])
{
    ECDSA_SIG *sig = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(pair, HALF, NULL), *s = BN_bin2bn(pair + HALF, HALF, NULL);
    int len = -1;
    if (sig != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(sig, r, s)) {
        r = s = NULL;                   /* they are the signature's now */
        len = i2d_ECDSA_SIG(sig, &out);
    }
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(sig);
    return len > 0 ? (size_t)len : 0;
}

/* OpenSSL's own default is an empty id, which nobody else uses. */
static void say_who(OSSL_PARAM params[2], char id[sizeof who_signs])
{
    memcpy(id, who_signs, sizeof who_signs);
    params[0] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_DIST_ID, id, sizeof who_signs - 1);
    params[1] = OSSL_PARAM_construct_end();
}

int sign_bytes(const struct sign_key *k, const void *bytes, size_t n, uint8_t out[SIGNATURE], struct fault *f)
{
    char id[sizeof who_signs];
    OSSL_PARAM params[2];
    uint8_t der[DER_MAX];
    size_t len = sizeof der;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    say_who(params, id);
    bool good = ctx != NULL && EVP_DigestSignInit_ex(ctx, NULL, "SM3", NULL, NULL, k->pair, params) > 0
                && EVP_DigestSign(ctx, der, &len, bytes, n) > 0 && der_to_pair(der, len, out);
    EVP_MD_CTX_free(ctx);
    return good ? 0 : openssl_fault(f, "signing");
}

bool sign_holds(const struct sign_key *k, const void *bytes, size_t n, const uint8_t signature[SIGNATURE])
{
    char id[sizeof who_signs];
    OSSL_PARAM params[2];
    uint8_t der[DER_MAX];
    size_t len = pair_to_der(signature, der);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    say_who(params, id);
    bool holds = len > 0 && ctx != NULL && EVP_DigestVerifyInit_ex(ctx, NULL, "SM3", NULL, NULL, k->pair, params) > 0
                 && EVP_DigestVerify(ctx, der, len, bytes, n) == 1;
    EVP_MD_CTX_free(ctx);
    ERR_clear_error();
    return holds;
}
