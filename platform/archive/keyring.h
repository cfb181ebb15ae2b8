/* keyring - the line of keys that sign for an archive.
 *
 *     DIR/sm2.key       the pair that signs now; its owner's alone (0600)
 *     DIR/sm2.pub       its public half, for those who verify
 *     DIR/keys.jsonl    a ledger: every public key there has been, the first signed by itself, each other by the one before
 *
 * So whoever has one public key from a safe place can prove all that came after it. Keys before it he cannot: the one
 * who stole a new key could have made up an old one.
 * Errors     0 or a negative errno with a sentence.
 */
#ifndef ARCHIVE_KEYRING_H
#define ARCHIVE_KEYRING_H

#include <stddef.h>
#include <stdint.h>

#include "common/fault.h"
#include "common/sign.h"

/* ---- for the one who signs ---- */

/* Makes DIR and the first pair. -EEXIST when there is one: nothing is written over. */
int keyring_init(const char *dir, uint64_t now_us, struct fault *f);

/* A new pair takes the place of the one that is there, which signs it and is then gone. */
int keyring_rotate(const char *dir, uint64_t now_us, struct fault *f);

/* The pair that signs now. -ENOENT when there is none; -EPERM when others could read it; -EUCLEAN when it is not the last
 * of its line. */
struct sign_key *keyring_private(const char *dir, struct fault *f);

/* ---- for those who verify ---- */

struct keyring {
    struct keyring_entry { struct sign_key *key; uint64_t since_us; } *entries;    /* oldest first */
    size_t count;
    size_t trusted;         /* the first that is believed; those before it are not */
};

/* The line of keys, as far as it holds. -EBADMSG when it breaks, with what is wrong: the keys before that are there. */
int  keyring_load(struct keyring *r, const char *dir, struct fault *f);

/* From this public key on the line is believed. -ENOKEY when it is not in the line. An empty ring takes it in. */
int  keyring_trust(struct keyring *r, const char *public_path, struct fault *f);

/* By its id: which in the line, or -1. */
int  keyring_find(const struct keyring *r, const char *id);
void keyring_free(struct keyring *r);

#endif
