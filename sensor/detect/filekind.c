#include "detect/filekind.h"

#include <errno.h>
#include <magic.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/hash.h"

struct filekind {
    magic_t         cookie;
    struct hash_key secret;
    uint64_t        key;            /* of the bytes that .answer is about */
    size_t          len;
    char            answer[1024];
};

struct filekind *filekind_new(struct fault *f)
{
    struct filekind *k = calloc(1, sizeof(*k));
    if (k == NULL || (k->cookie = magic_open(MAGIC_NONE)) == NULL) {
        fault_set(f, -ENOMEM, "no memory for kinds of files");
        free(k);
        return NULL;
    }
    if (magic_load(k->cookie, NULL) != 0) {
        fault_set(f, -ENOENT, "rules ask for kinds of files, and libmagic's database cannot be read: %s", magic_error(k->cookie));
        filekind_free(k);
        return NULL;
    }
    k->secret = hash_key_random();
    return k;
}

void filekind_free(struct filekind *k)
{
    if (k == NULL)
        return;
    magic_close(k->cookie);
    free(k);
}

const char *filekind_of(struct filekind *k, const uint8_t *at, size_t len)
{
    size_t n = len < FILEKIND_BYTES ? len : FILEKIND_BYTES;
    uint64_t key = hash_keyed(&k->secret, at, n);
    if (n == 0 || (key == k->key && n == k->len))
        return n ? k->answer : "";
    const char *answer = magic_buffer(k->cookie, at, n);
    snprintf(k->answer, sizeof(k->answer), "%s", answer ? answer : "");
    k->key = key;
    k->len = n;
    return k->answer;
}
