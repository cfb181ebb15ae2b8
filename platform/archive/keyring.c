#include "archive/keyring.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/ledger.h"

/* ---- the folder ---- */

enum part { PAIR, NEW_PAIR, PUBLIC, NEW_PUBLIC, LINE, PARTS };

struct folder { char path[PARTS][PATH_MAX]; };

static int folder_of(const char *dir, struct folder *out, struct fault *f)
{
    static const char *const names[PARTS] = { "sm2.key", "sm2.key.new", "sm2.pub", "sm2.pub.new", "keys.jsonl" };
    for (int i = 0; i < PARTS; i++)
        if (snprintf(out->path[i], PATH_MAX, "%s/%s", dir, names[i]) >= PATH_MAX)
            return fault_set(f, -ENAMETOOLONG, "%s: the path is too long", dir);
    return 0;
}

/* One line more: this key, signed by that one. */
static int add_line(const struct folder *d, const struct sign_key *key, const struct sign_key *by, uint64_t now_us, struct fault *f)
{
    char room[2 * SIGN_POINT + 200];
    struct text members = text_over(room, sizeof room);
    struct ledger l;
    text_lit(&members, "\"public\":\"");
    text_hex(&members, sign_key_point(key), SIGN_POINT);
    text_fmt(&members, "\",\"fingerprint\":\"%s\"", sign_key_fingerprint(key));
    int rc = ledger_open(&l, d->path[LINE], f);
    if (rc != 0)
        return rc;
    rc = ledger_append(&l, now_us, text_end(&members), by, f);
    ledger_close(&l);
    return rc;
}

/* ---- for the one who signs ---- */

int keyring_init(const char *dir, uint64_t now_us, struct fault *f)
{
    struct folder d;
    int rc = folder_of(dir, &d, f);
    if (rc == 0 && mkdir(dir, 0755) < 0 && errno != EEXIST)
        rc = fault_set(f, -errno, "%s: %s", dir, strerror(errno));
    for (int i = 0; rc == 0 && i < PARTS; i++)
        if (access(d.path[i], F_OK) == 0)
            rc = fault_set(f, -EEXIST, "%s: there is a key already; `fengsui keys rotate` puts a new one in its place", d.path[i]);
    struct sign_key *key = rc == 0 ? sign_key_make(f) : NULL;
    if (rc == 0 && key == NULL)
        rc = f->code;
    if (rc == 0)
        rc = sign_key_save(key, d.path[PAIR], f);
    if (rc == 0)
        rc = sign_public_save(key, d.path[PUBLIC], f);
    if (rc == 0)
        rc = add_line(&d, key, key, now_us, f);
    sign_key_free(key);
    return rc;
}

/* The pair last: as long as its new one is there, tidy() knows what is left to do. */
static int take_place(const struct folder *d, struct fault *f)
{
    if (rename(d->path[NEW_PUBLIC], d->path[PUBLIC]) < 0 || rename(d->path[NEW_PAIR], d->path[PAIR]) < 0)
        return fault_set(f, -errno, "%s: %s", d->path[PAIR], strerror(errno));
    return 0;
}

static const struct sign_key *last_of(const struct keyring *r)
{
    return r->count > 0 ? r->entries[r->count - 1].key : NULL;
}

/* A rotation that was cut short is brought to its end, when the new key is in the line; else its pieces go. */
static int tidy(const struct folder *d, const struct keyring *r, struct fault *f)
{
    struct fault none = { 0 };
    struct sign_key *left = sign_key_load(d->path[NEW_PAIR], &none);
    bool in_line = left != NULL && last_of(r) != NULL && strcmp(sign_key_fingerprint(left), sign_key_fingerprint(last_of(r))) == 0;
    int rc = 0;
    if (in_line) {
        unlink(d->path[NEW_PUBLIC]);
        rc = sign_public_save(left, d->path[NEW_PUBLIC], f);
        if (rc == 0)
            rc = take_place(d, f);
    } else {
        unlink(d->path[NEW_PAIR]);
        unlink(d->path[NEW_PUBLIC]);
    }
    sign_key_free(left);
    return rc;
}

static int replace(const struct folder *d, const struct sign_key *old, uint64_t now_us, struct fault *f)
{
    struct sign_key *key = sign_key_make(f);
    if (key == NULL)
        return f->code;
    int rc = sign_key_save(key, d->path[NEW_PAIR], f);
    if (rc == 0)
        rc = sign_public_save(key, d->path[NEW_PUBLIC], f);
    if (rc == 0)
        rc = add_line(d, key, old, now_us, f);
    if (rc == 0)
        rc = take_place(d, f);
    sign_key_free(key);
    return rc;
}

int keyring_rotate(const char *dir, uint64_t now_us, struct fault *f)
{
    struct folder d;
    struct keyring r = { 0 };
    int rc = folder_of(dir, &d, f);
    if (rc == 0)
        rc = keyring_load(&r, dir, f);
    if (rc == 0)
        rc = tidy(&d, &r, f);
    keyring_free(&r);
    struct sign_key *old = rc == 0 ? keyring_private(dir, f) : NULL;
    if (rc == 0)
        rc = old != NULL ? replace(&d, old, now_us, f) : f->code;
    sign_key_free(old);
    return rc;
}

struct sign_key *keyring_private(const char *dir, struct fault *f)
{
    struct folder d;
    struct keyring r = { 0 };
    struct sign_key *key = folder_of(dir, &d, f) == 0 ? sign_key_load(d.path[PAIR], f) : NULL;
    if (key == NULL)
        return NULL;
    int rc = keyring_load(&r, dir, f);
    if (rc == 0 && strcmp(sign_key_fingerprint(key), sign_key_fingerprint(last_of(&r))) != 0)
        rc = fault_set(f, -EUCLEAN, "%s: it is not the last key of %s; `fengsui keys rotate` ends a change that was cut short",
                       d.path[PAIR], d.path[LINE]);
    keyring_free(&r);
    if (rc == 0)
        return key;
    sign_key_free(key);
    return NULL;
}

/* ---- for those who verify ---- */

struct loading {
    struct keyring *ring;
    const char     *path;
    struct fault   *fault;
    int             rc;
};

static struct sign_key *key_in(const struct ledger_line *l, struct fault *f)
{
    const char *hex = json_string_value(json_object_get(l->document, "public"));
    uint8_t point[SIGN_POINT];
    if (hex == NULL || strlen(hex) != 2 * SIGN_POINT) {
        fault_set(f, -EBADMSG, "`public` is no key");
        return NULL;
    }
    for (size_t i = 0; i < SIGN_POINT; i++) {
        unsigned byte;
        if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
            byte = 0;
        point[i] = (uint8_t)byte;
    }
    return sign_public_from(point, f);
}

static int add_entry(struct keyring *r, struct sign_key *key, uint64_t since_us, struct fault *f)
{
    struct keyring_entry *more = realloc(r->entries, (r->count + 1) * sizeof *more);
    if (more == NULL) {
        sign_key_free(key);
        return fault_set(f, -ENOMEM, "no memory");
    }
    r->entries = more;
    r->entries[r->count++] = (struct keyring_entry){ key, since_us };
    return 0;
}

static bool load_line(void *ctx, size_t number, const struct ledger_line *l, const char *why)
{
    struct loading *x = ctx;
    struct fault inner = { 0 };
    struct sign_key *key = why == NULL ? key_in(l, &inner) : NULL;
    const struct sign_key *by = x->ring->count > 0 ? last_of(x->ring) : key;
    if (why == NULL && key == NULL)
        why = inner.why;
    else if (why == NULL && !ledger_holds(l, by))
        why = "it is not signed by the key before it";
    if (why == NULL) {
        x->rc = add_entry(x->ring, key, l->time_us, x->fault);
        return x->rc == 0;
    }
    sign_key_free(key);
    x->rc = fault_set(x->fault, -EBADMSG, "%s:%zu: %s", x->path, number, why);
    return false;
}

int keyring_load(struct keyring *r, const char *dir, struct fault *f)
{
    struct folder d;
    *r = (struct keyring){ 0 };
    int rc = folder_of(dir, &d, f);
    struct loading x = { .ring = r, .path = d.path[LINE], .fault = f };
    if (rc == 0)
        rc = ledger_walk(d.path[LINE], load_line, &x, f);
    if (rc == 0)
        rc = x.rc;
    return rc == 0 && r->count == 0 ? fault_set(f, -EBADMSG, "%s: it is empty", d.path[LINE]) : rc;
}

int keyring_find(const struct keyring *r, const char *id)
{
    for (size_t i = r->count; i-- > 0;)
        if (strcmp(sign_key_id(r->entries[i].key), id) == 0)
            return (int)i;
    return -1;
}

int keyring_trust(struct keyring *r, const char *public_path, struct fault *f)
{
    struct sign_key *key = sign_public_load(public_path, f);
    if (key == NULL)
        return f->code;
    if (r->count == 0)
        return add_entry(r, key, 0, f);
    int at = keyring_find(r, sign_key_id(key));
    bool same = at >= 0 && strcmp(sign_key_fingerprint(key), sign_key_fingerprint(r->entries[at].key)) == 0;
    sign_key_free(key);
    if (!same)
        return fault_set(f, -ENOKEY, "%s: this key is not in the line of keys beside the archive", public_path);
    r->trusted = (size_t)at;
    return 0;
}

void keyring_free(struct keyring *r)
{
    for (size_t i = 0; i < r->count; i++)
        sign_key_free(r->entries[i].key);
    free(r->entries);
    *r = (struct keyring){ 0 };
}
