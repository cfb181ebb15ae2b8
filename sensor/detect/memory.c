#include "detect/memory.h"

#include <string.h>

#include "common/hash.h"

uint32_t memory_name(const char *name, size_t len)
{
    return hash_crc32c(0, name, len);
}

/* Rules are numbered per rule set: what was kept by number means nothing to another one. */
static struct detect_memory *memory_for(struct detect_memory *m, uint64_t generation)
{
    if (m->generation != generation) {
        m->generation = generation;
        m->waiting_count[0] = m->waiting_count[1] = 0;
        m->told_count = m->told_next = 0;
    }
    return m;
}

struct detect_memory *memory_get(const struct subject *s, uint64_t generation)
{
    return s->memory && *s->memory ? memory_for(*s->memory, generation) : NULL;
}

struct detect_memory *memory_make(const struct subject *s, uint64_t generation)
{
    if (s->memory == NULL)
        return NULL;
    if (*s->memory == NULL)
        *s->memory = store_take(s->store, s->account, sizeof(**s->memory));
    return memory_get(s, generation);
}

/* Room for one more in an array of the store; doubles up to `most` things. */
static void *room(const struct subject *s, void *array, unsigned count, uint16_t *cap, size_t size, unsigned most)
{
    if (count < *cap)
        return array;
    unsigned larger = *cap ? *cap * 2u : 8;
    if (larger > most)
        return NULL;
    void *grown = array ? store_grow(s->store, s->account, array, *cap * size, larger * size)
                        : store_take(s->store, s->account, larger * size);
    if (grown)
        *cap = (uint16_t)larger;
    return grown;
}

bool memory_bit(const struct detect_memory *m, uint32_t bit)
{
    for (unsigned i = 0; i < m->bit_count; i++) {
        if (m->bits[i] == bit)
            return true;
    }
    return false;
}

bool memory_bit_set(struct detect_memory *m, const struct subject *s, uint32_t bit)
{
    if (m == NULL)
        return s->memory == NULL;           /* without a flow there is nothing to keep it on */
    if (memory_bit(m, bit))
        return true;
    uint32_t *bits = room(s, m->bits, m->bit_count, &m->bit_cap, sizeof(*bits), MEMORY_BITS_MAX);
    if (bits == NULL)
        return false;
    m->bits = bits;
    m->bits[m->bit_count++] = bit;
    return true;
}

void memory_bit_unset(struct detect_memory *m, uint32_t bit)
{
    for (unsigned i = 0; m && i < m->bit_count; i++) {
        if (m->bits[i] == bit) {
            m->bits[i] = m->bits[--m->bit_count];
            return;
        }
    }
}

static struct memory_int *find_int(const struct detect_memory *m, uint32_t name)
{
    for (unsigned i = 0; i < m->int_count; i++) {
        if (m->ints[i].name == name)
            return &m->ints[i];
    }
    return NULL;
}

bool memory_int(const struct detect_memory *m, uint32_t name, uint32_t *value)
{
    const struct memory_int *have = find_int(m, name);
    if (have)
        *value = have->value;
    return have != NULL;
}

bool memory_int_set(struct detect_memory *m, const struct subject *s, uint32_t name, uint32_t value)
{
    struct memory_int *have = find_int(m, name);
    if (have == NULL) {
        struct memory_int *ints = room(s, m->ints, m->int_count, &m->int_cap, sizeof(*ints), MEMORY_INTS_MAX);
        if (ints == NULL)
            return false;
        m->ints = ints;
        have = &ints[m->int_count++];
        have->name = name;
    }
    have->value = value;
    return true;
}

bool memory_wait(struct detect_memory *m, const struct subject *s, uint32_t rule)
{
    if (m == NULL)
        return s->memory == NULL;
    struct waiting *list = m->waiting[s->dir];
    if (list == NULL)
        list = m->waiting[s->dir] = store_take(s->store, s->account, MEMORY_WAITING_MAX * sizeof(*list));
    if (list == NULL)
        return false;
    unsigned count = m->waiting_count[s->dir];
    for (unsigned i = 0; i < count; i++) {
        if (list[i].rule == rule)
            return true;                    /* the older sighting: it is the first to leave the window */
    }
    if (count == MEMORY_WAITING_MAX)
        return false;
    list[m->waiting_count[s->dir]++] = (struct waiting){ rule, s->stream_at + s->stream_len };
    return true;
}

bool memory_tell_once(struct detect_memory *m, uint32_t rule, uint64_t transaction, enum direction dir)
{
    if (m == NULL)
        return true;
    uint64_t key = transaction * 2 + (unsigned)dir;
    for (unsigned i = 0; i < m->told_count; i++) {
        if (m->told[i].rule == rule && m->told[i].transaction == key)
            return false;
    }
    m->told[m->told_next] = (struct told){ rule, key };
    m->told_next = (uint8_t)((m->told_next + 1) % MEMORY_TOLD);
    m->told_count = m->told_count < MEMORY_TOLD ? (uint8_t)(m->told_count + 1) : MEMORY_TOLD;
    return true;
}

void detect_memory_release(struct detect_memory *m, struct store *store, struct account *account)
{
    if (m == NULL)
        return;
    store_give(store, account, m->bits, m->bit_cap * sizeof(*m->bits));
    store_give(store, account, m->ints, m->int_cap * sizeof(*m->ints));
    for (unsigned dir = 0; dir < 2; dir++)
        store_give(store, account, m->waiting[dir], MEMORY_WAITING_MAX * sizeof(*m->waiting[dir]));
    store_give(store, account, m, sizeof(*m));
}
