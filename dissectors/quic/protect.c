#include "dissectors/quic/protect.h"

#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "dissectors/quic/version.h"

enum { SALT = 20, SECRET = 32, SAMPLE = 16, SAMPLE_AT = 4, TAG = 16, NUMBER_MAX = 4, LABEL_MAX = 32 };

static const uint8_t salts[][SALT] = {
    [SALT_22]   = { 0x7f, 0xbc, 0xdb, 0x0e, 0x7c, 0x66, 0xbb, 0xe9, 0x19, 0x3a, 0x96, 0xcd, 0x21, 0x51, 0x9e, 0xbd, 0x7a, 0x02, 0x64, 0x4a },
    [SALT_23]   = { 0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7, 0xd2, 0x43, 0x2b, 0xb4, 0x63, 0x65, 0xbe, 0xf9, 0xf5, 0x02 },
    [SALT_29]   = { 0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97, 0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99 },
    [SALT_V1]   = { 0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a },
    [SALT_V2]   = { 0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93, 0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9 },
    [SALT_Q050] = { 0x50, 0x45, 0x74, 0xef, 0xd0, 0x66, 0xfe, 0x2f, 0x9d, 0x94, 0x5c, 0xfc, 0xdb, 0xd3, 0xa7, 0xf0, 0xd3, 0xb5, 0x6b, 0x45 },
    [SALT_T050] = { 0x7f, 0xf5, 0x79, 0xe5, 0xac, 0xd0, 0x72, 0x91, 0x55, 0x80, 0x30, 0x4c, 0x43, 0xa2, 0x36, 0x7c, 0x60, 0x48, 0x83, 0x10 },
    [SALT_T051] = { 0x7a, 0x4e, 0xde, 0xf4, 0xe7, 0xcc, 0xee, 0x5f, 0xa4, 0x50, 0x6c, 0x19, 0x12, 0x4f, 0xc8, 0xcc, 0xda, 0x6e, 0x03, 0x3d },
};

/* HKDF-Expand-Label (RFC 8446, 7.1) for what fits into one block: T(1) = HMAC(secret, label | 1). */
static bool expand(const uint8_t secret[SECRET], const char *label, uint8_t *out, size_t n)
{
    uint8_t info[4 + LABEL_MAX], block[SECRET];
    size_t len = strlen(label);
    info[0] = 0;
    info[1] = (uint8_t)n;
    info[2] = (uint8_t)(6 + len);
    memcpy(info + 3, "tls13 ", 6);
    memcpy(info + 9, label, len);
    info[9 + len] = 0;
    info[10 + len] = 1;
    if (HMAC(EVP_sha256(), secret, SECRET, info, 11 + len, block, NULL) == NULL)
        return false;
    memcpy(out, block, n);
    return true;
}

static bool side_keys(const uint8_t initial[SECRET], const char *side, bool second, struct quic_keys *k)
{
    uint8_t secret[SECRET];
    return expand(initial, side, secret, sizeof secret)
        && expand(secret, second ? "quicv2 key" : "quic key", k->key, sizeof k->key)
        && expand(secret, second ? "quicv2 iv" : "quic iv", k->iv, sizeof k->iv)
        && expand(secret, second ? "quicv2 hp" : "quic hp", k->header, sizeof k->header);
}

bool quic_keys_make(uint32_t version, const uint8_t *cid, size_t cid_len, struct quic_keys out[2])
{
    const struct quic_version *v = quic_version_find(version);
    uint8_t initial[SECRET];
    if (v == NULL || v->salt == SALT_NONE)
        return false;
    if (HMAC(EVP_sha256(), salts[v->salt], SALT, cid, cid_len, initial, NULL) == NULL)
        return false;
    return side_keys(initial, "client in", v->salt == SALT_V2, &out[0]) && side_keys(initial, "server in", v->salt == SALT_V2, &out[1]);
}

/* RFC 9001, 5.4: the first byte's low bits and the packet number are masked with AES over a sample of the ciphertext. */
static bool header_mask(EVP_CIPHER_CTX *ctx, const uint8_t key[16], const uint8_t *sample, uint8_t mask[SAMPLE])
{
    int n;
    return EVP_EncryptInit_ex(ctx, EVP_aes_128_ecb(), NULL, key, NULL) && EVP_CIPHER_CTX_set_padding(ctx, 0)
        && EVP_EncryptUpdate(ctx, mask, &n, sample, SAMPLE);
}

static bool open_sealed(EVP_CIPHER_CTX *ctx, const struct quic_keys *k, const uint8_t nonce[12], const uint8_t *header, size_t header_len,
                        const uint8_t *sealed, size_t n, uint8_t *out)
{
    int len;
    uint8_t tag[TAG];
    memcpy(tag, sealed + n, TAG);
    return EVP_DecryptInit_ex(ctx, EVP_aes_128_gcm(), NULL, k->key, nonce)
        && EVP_DecryptUpdate(ctx, NULL, &len, header, (int)header_len) && EVP_DecryptUpdate(ctx, out, &len, sealed, (int)n)
        && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, TAG, tag) && EVP_DecryptFinal_ex(ctx, out + len, &len);
}

static int unprotect(EVP_CIPHER_CTX *ctx, const struct quic_keys *k, const uint8_t *packet, size_t header, size_t n, uint8_t *frames)
{
    uint8_t mask[SAMPLE], plain[QUIC_PACKET_MAX], nonce[sizeof k->iv];
    if (!header_mask(ctx, k->header, packet + header + SAMPLE_AT, mask))
        return -1;
    memcpy(plain, packet, header + NUMBER_MAX);
    plain[0] ^= mask[0] & 0x0f;
    size_t number = (plain[0] & 3u) + 1;
    if (n < header + number + TAG)
        return -1;
    memcpy(nonce, k->iv, sizeof nonce);
    for (size_t i = 0; i < number; i++) {
        plain[header + i] ^= mask[1 + i];
        nonce[sizeof nonce - number + i] ^= plain[header + i];      /* a first packet's number is short and not cut */
    }
    size_t sealed = n - header - number - TAG;
    return open_sealed(ctx, k, nonce, plain, header + number, packet + header + number, sealed, frames) ? (int)sealed : -1;
}

int quic_unprotect(const struct quic_keys *k, const uint8_t *packet, size_t header, size_t n, uint8_t frames[QUIC_PACKET_MAX])
{
    if (n > QUIC_PACKET_MAX || header > n || n - header < SAMPLE_AT + SAMPLE)
        return -1;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    if (ctx == NULL)
        return -1;
    int len = unprotect(ctx, k, packet, header, n, frames);
    EVP_CIPHER_CTX_free(ctx);
    return len;
}
