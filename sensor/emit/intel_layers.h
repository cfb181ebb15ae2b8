/* intel_layers - what intel.c reads and intel_store.c writes. Nobody else includes this. */
#ifndef EMIT_INTEL_LAYERS_H
#define EMIT_INTEL_LAYERS_H

#include <stdatomic.h>

#include "common/hash.h"
#include "emit/intel.h"

enum { ADDRESS_KEY = 18 };      /* version, bits, address */

/* One version of an indicator: never changed, but for .dead. */
struct item {
    uint64_t     expires_us;
    struct item *next;          /* among those that are dead */
    uint32_t     version, mark;
    uint16_t     key_len;       /* of .text, from its beginning */
    uint8_t      kind, tlp, severity, confidence;
    bool         local;
    _Atomic bool dead;          /* taken away or replaced, while layers may still have it */
    char         text[];        /* key, value (when the key is not its text), id, name, source: each ends with NUL */
};

struct slot { uint32_t tag, number; };      /* number: of .items, plus one; 0: free */

struct layer {
    struct slot *slots;
    uint64_t    *filter;
    const struct item **items;
    size_t       slot_mask, filter_mask, count;
};

struct intel {
    struct hash_key key;
    const struct layer *base, *newest;
    uint32_t kinds;             /* bit per enum indicator_kind */
    uint32_t generation;
    size_t   length_count;
    struct { uint8_t version, bits; } lengths[33 + 129];    /* of prefixes that occur, longest first */
};

static inline bool item_lives(const struct item *i, uint64_t now_us)
{
    return !atomic_load_explicit(&i->dead, memory_order_relaxed) && (i->expires_us == 0 || now_us <= i->expires_us);
}

struct layer *layer_new(size_t count);          /* room for so many; NULL: no memory */
void layer_free(struct layer *l);
void layer_add(struct layer *l, uint64_t hash, const struct item *i);
uint64_t item_hash(const struct hash_key *key, const struct item *i);
size_t address_key(const struct prefix *p, uint8_t key[ADDRESS_KEY]);
void item_indicator(const struct item *i, struct indicator *out);       /* texts borrowed */

#endif
