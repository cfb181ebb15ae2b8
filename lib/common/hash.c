#include "common/hash.h"

/* OpenSSL 3 calls its plain digest structures old-fashioned; they are the only ones that live in memory of ours. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/md5.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct hash_key hash_key_random(void)
{
    struct hash_key key;
    if (getrandom(&key, sizeof key, 0) != (ssize_t)sizeof key)
        abort();        /* a predictable key would be worse than none */
    return key;
}

static inline uint64_t rotate(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

struct sip { uint64_t a, b, c, d; };

static inline void sip_round(struct sip *s)
{
    s->a += s->b;
    s->b = rotate(s->b, 13) ^ s->a;
    s->a = rotate(s->a, 32);
    s->c += s->d;
    s->d = rotate(s->d, 16) ^ s->c;
    s->a += s->d;
    s->d = rotate(s->d, 21) ^ s->a;
    s->c += s->b;
    s->b = rotate(s->b, 17) ^ s->c;
    s->c = rotate(s->c, 32);
}

static inline void sip_word(struct sip *s, uint64_t word)
{
    s->d ^= word;
    sip_round(s);
    s->a ^= word;
}

uint64_t hash_keyed(const struct hash_key *key, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    struct sip s = { key->k0 ^ 0x736f6d6570736575, key->k1 ^ 0x646f72616e646f6d,
                     key->k0 ^ 0x6c7967656e657261, key->k1 ^ 0x7465646279746573 };
    uint64_t word;
    size_t left = n;
    for (; left >= 8; left -= 8, p += 8) {
        memcpy(&word, p, 8);
        sip_word(&s, word);
    }
    word = 0;
    memcpy(&word, p, left);
    sip_word(&s, word | (uint64_t)n << 56);
    s.c ^= 0xff;
    for (int i = 0; i < 3; i++)
        sip_round(&s);
    return s.a ^ s.b ^ s.c ^ s.d;
}

#if defined(__x86_64__)
#include <nmmintrin.h>

__attribute__((target("sse4.2")))
static uint32_t crc32c_hardware(uint32_t crc, const uint8_t *p, size_t n)
{
    uint64_t wide = crc, word;
    for (; n >= 8; n -= 8, p += 8) {
        memcpy(&word, p, 8);
        wide = _mm_crc32_u64(wide, word);
    }
    crc = (uint32_t)wide;
    while (n-- > 0)
        crc = _mm_crc32_u8(crc, *p++);
    return crc;
}

static int crc32c_has_hardware(void)
{
    return __builtin_cpu_supports("sse4.2");
}
#else
static uint32_t crc32c_hardware(uint32_t crc, const uint8_t *p, size_t n)
{
    (void)p, (void)n;
    return crc;
}

static int crc32c_has_hardware(void)
{
    return 0;
}
#endif

/* Reflected polynomial 0x82f63b78, four bits at a time: a table small enough to write down. */
static uint32_t crc32c_software(uint32_t crc, const uint8_t *p, size_t n)
{
    static const uint32_t nibble[16] = {
        0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
        0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
    };
    while (n-- > 0) {
        crc ^= *p++;
        crc = crc >> 4 ^ nibble[crc & 15];
        crc = crc >> 4 ^ nibble[crc & 15];
    }
    return crc;
}

uint32_t hash_crc32c(uint32_t seed, const void *bytes, size_t n)
{
    uint32_t crc = ~seed;
    return ~(crc32c_has_hardware() ? crc32c_hardware(crc, bytes, n) : crc32c_software(crc, bytes, n));
}

static const char *const algorithm_names[] = { [HASH_MD5] = "MD5", [HASH_SHA1] = "SHA1", [HASH_SHA256] = "SHA256",
                                               [HASH_SM3] = "SM3" };

/* OpenSSL 3 looks an algorithm up by name under a lock each time unless it was fetched before, which costs more than
 * the digest of a short text: each thread keeps its own, and gives it back when it ends. */
struct digester {
    EVP_MD_CTX *context;
    EVP_MD     *algorithms[4];
};

static pthread_key_t  digester_key;
static pthread_once_t digester_once = PTHREAD_ONCE_INIT;

static void digester_free(void *of)
{
    struct digester *d = of;
    for (int i = 0; i < 4; i++)
        EVP_MD_free(d->algorithms[i]);
    EVP_MD_CTX_free(d->context);
    free(d);
}

static void digester_key_make(void)
{
    if (pthread_key_create(&digester_key, digester_free) != 0)
        abort();
}

static struct digester *digester(void)
{
    pthread_once(&digester_once, digester_key_make);
    struct digester *d = pthread_getspecific(digester_key);
    if (d != NULL)
        return d;
    if ((d = calloc(1, sizeof *d)) == NULL || (d->context = EVP_MD_CTX_new()) == NULL) {
        free(d);
        return NULL;
    }
    for (int i = 0; i < 4; i++)
        d->algorithms[i] = EVP_MD_fetch(NULL, algorithm_names[i], NULL);
    pthread_setspecific(digester_key, d);
    return d;
}

size_t hash_parts(enum hash_kind kind, const struct hash_part *parts, size_t count, uint8_t out[HASH_MAX])
{
    struct digester *d = digester();
    unsigned len = 0;
    bool good = d != NULL && EVP_DigestInit_ex(d->context, d->algorithms[kind], NULL);
    for (size_t i = 0; good && i < count; i++)
        good = EVP_DigestUpdate(d->context, parts[i].bytes, parts[i].n);
    return good && EVP_DigestFinal_ex(d->context, out, &len) ? len : 0;
}

size_t hash_digest(enum hash_kind kind, const void *bytes, size_t n, uint8_t out[HASH_MAX])
{
    return hash_parts(kind, &(struct hash_part){ bytes, n }, 1, out);
}

_Static_assert(sizeof(MD5_CTX) <= sizeof ((struct hash_state *)0)->room && sizeof(SHA_CTX) <= sizeof ((struct hash_state *)0)->room
               && sizeof(SHA256_CTX) <= sizeof ((struct hash_state *)0)->room, "OpenSSL's states fit");

void hash_begin(struct hash_state *h, enum hash_kind kind)
{
    void *room = h->room;
    h->kind = kind;
    if (kind == HASH_MD5)
        MD5_Init(room);
    else if (kind == HASH_SHA1)
        SHA1_Init(room);
    else
        SHA256_Init(room);
}

void hash_more(struct hash_state *h, const void *bytes, size_t n)
{
    void *room = h->room;
    if (h->kind == HASH_MD5)
        MD5_Update(room, bytes, n);
    else if (h->kind == HASH_SHA1)
        SHA1_Update(room, bytes, n);
    else
        SHA256_Update(room, bytes, n);
}

size_t hash_end(struct hash_state *h, uint8_t *out)
{
    void *room = h->room;
    if (h->kind == HASH_MD5)
        return MD5_Final(out, room) ? MD5_DIGEST_LENGTH : 0;
    if (h->kind == HASH_SHA1)
        return SHA1_Final(out, room) ? SHA_DIGEST_LENGTH : 0;
    return SHA256_Final(out, room) ? SHA256_DIGEST_LENGTH : 0;
}

struct hash_stream *hash_stream_new(enum hash_kind kind)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context != NULL && !EVP_DigestInit_ex(context, EVP_get_digestbyname(algorithm_names[kind]), NULL)) {
        EVP_MD_CTX_free(context);
        return NULL;
    }
    return (struct hash_stream *)context;
}

void hash_stream_add(struct hash_stream *h, const void *bytes, size_t n)
{
    EVP_DigestUpdate((EVP_MD_CTX *)h, bytes, n);
}

size_t hash_stream_end(struct hash_stream *h, uint8_t out[HASH_MAX])
{
    unsigned len = 0;
    EVP_DigestFinal_ex((EVP_MD_CTX *)h, out, &len);
    EVP_MD_CTX_free((EVP_MD_CTX *)h);
    return len;
}

size_t hash_hmac(enum hash_kind kind, const void *key, size_t key_len, const void *bytes, size_t n, uint8_t out[HASH_MAX])
{
    unsigned length = 0;
    if (HMAC(kind == HASH_SM3 ? EVP_sm3() : EVP_sha256(), key, (int)key_len, bytes, n, out, &length) == NULL)
        abort();        /* an unsigned message would go out as signed */
    return length;
}
