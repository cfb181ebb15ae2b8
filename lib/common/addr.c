#include "common/addr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>

int addr_compare(const struct addr *a, const struct addr *b)
{
    if (a->version != b->version)
        return a->version < b->version ? -1 : 1;
    return memcmp(a->bytes, b->bytes, sizeof a->bytes);
}

size_t addr_text(const struct addr *a, char out[ADDR_TEXT_MAX])
{
    out[0] = '\0';
    if (a->version == 4)
        inet_ntop(AF_INET, a->bytes + 12, out, ADDR_TEXT_MAX);
    else if (a->version == 6)
        inet_ntop(AF_INET6, a->bytes, out, ADDR_TEXT_MAX);
    return strlen(out);
}

int addr_parse(const char *text, struct addr *out)
{
    *out = (struct addr){ 0 };
    if (inet_pton(AF_INET, text, out->bytes + 12) == 1)
        out->version = 4;
    else if (inet_pton(AF_INET6, text, out->bytes) == 1)
        out->version = 6;
    return out->version ? 0 : -EINVAL;
}

/* Address bits stand at the end of the 16 bytes for version 4: prefix bits count from there. */
static unsigned bits_before(uint8_t version)
{
    return version == 4 ? 96 : 0;
}

void addr_mask(struct addr *a, unsigned bits)
{
    unsigned keep = bits_before(a->version) + bits;
    for (unsigned i = 0; i < 16; i++) {
        if (i * 8 >= keep)
            a->bytes[i] = 0;
        else if (keep - i * 8 < 8)
            a->bytes[i] &= (uint8_t)(0xff00u >> (keep - i * 8));
    }
}

int prefix_parse(const char *text, struct prefix *out)
{
    char address[ADDR_TEXT_MAX];
    const char *slash = strchr(text, '/');
    size_t len = slash ? (size_t)(slash - text) : strlen(text);
    if (len >= sizeof address)
        return -EINVAL;
    memcpy(address, text, len);
    address[len] = '\0';
    if (addr_parse(address, &out->addr) < 0)
        return -EINVAL;
    unsigned long bits = out->addr.version == 4 ? 32 : 128;
    if (slash != NULL) {
        char *end;
        unsigned long asked = strtoul(slash + 1, &end, 10);
        if (slash[1] < '0' || slash[1] > '9' || *end != '\0' || asked > bits)
            return -EINVAL;
        bits = asked;
    }
    out->bits = (uint8_t)bits;
    addr_mask(&out->addr, out->bits);
    return 0;
}

bool prefix_is_exact(const char *text, const struct prefix *p)
{
    char address[ADDR_TEXT_MAX] = "";
    struct addr said;
    size_t len = strcspn(text, "/");
    memcpy(address, text, len < sizeof address ? len : sizeof address - 1);
    return addr_parse(address, &said) == 0 && addr_equal(&said, &p->addr);
}

bool prefix_holds(const struct prefix *p, const struct addr *a)
{
    if (p->addr.version != a->version)
        return false;
    struct addr masked = *a;
    addr_mask(&masked, p->bits);
    return memcmp(masked.bytes, p->addr.bytes, 16) == 0;
}

struct addr_row {
    struct prefix prefix;
    void         *value;
    size_t        added;        /* how many came before it */
};

struct addr_table {
    struct addr_row *rows;          /* sorted by version, bits descending, address */
    size_t           count, room;
    struct { uint8_t version, bits; uint32_t first, count; } lengths[33 + 129];
    size_t           length_count;
};

struct addr_table *addr_table_new(void)
{
    return calloc(1, sizeof(struct addr_table));
}

void addr_table_free(struct addr_table *t)
{
    if (t == NULL)
        return;
    free(t->rows);
    free(t);
}

static int row_compare(const void *left, const void *right)
{
    const struct addr_row *a = left, *b = right;
    if (a->prefix.addr.version != b->prefix.addr.version)
        return a->prefix.addr.version - b->prefix.addr.version;
    if (a->prefix.bits != b->prefix.bits)
        return b->prefix.bits - a->prefix.bits;
    int order = memcmp(a->prefix.addr.bytes, b->prefix.addr.bytes, 16);
    return order != 0 ? order : (a->added > b->added) - (a->added < b->added);
}

static bool prefix_equal(const struct prefix *a, const struct prefix *b)
{
    return a->bits == b->bits && addr_equal(&a->addr, &b->addr);
}

int addr_table_add(struct addr_table *t, const struct prefix *p, void *value)
{
    if (t->count == t->room) {
        size_t room = t->room ? t->room * 2 : 64;
        struct addr_row *rows = realloc(t->rows, room * sizeof *rows);
        if (rows == NULL)
            return -ENOMEM;
        t->rows = rows;
        t->room = room;
    }
    t->rows[t->count] = (struct addr_row){ *p, value, t->count };
    t->count++;
    return 0;
}

void addr_table_seal(struct addr_table *t)
{
    size_t kept = 0;
    if (t->count > 1)
        qsort(t->rows, t->count, sizeof *t->rows, row_compare);
    for (size_t i = 0; i < t->count; i++) {     /* of equal prefixes the last one added stands last, and stays */
        if (kept > 0 && prefix_equal(&t->rows[kept - 1].prefix, &t->rows[i].prefix))
            kept--;
        t->rows[kept++] = t->rows[i];
    }
    t->count = kept;
    t->length_count = 0;
    for (size_t i = 0; i < t->count; i++) {
        const struct prefix *p = &t->rows[i].prefix;
        size_t last = t->length_count;
        if (last == 0 || t->lengths[last - 1].version != p->addr.version || t->lengths[last - 1].bits != p->bits) {
            t->lengths[last].version = p->addr.version;
            t->lengths[last].bits = p->bits;
            t->lengths[last].first = (uint32_t)i;
            t->lengths[last].count = 0;
            t->length_count++;
        }
        t->lengths[t->length_count - 1].count++;
    }
}

static void *rows_find(const struct addr_row *rows, size_t count, const struct addr *masked)
{
    size_t low = 0;
    while (low < count) {
        size_t middle = low + (count - low) / 2;
        int order = memcmp(rows[middle].prefix.addr.bytes, masked->bytes, 16);
        if (order == 0)
            return rows[middle].value;
        if (order < 0)
            low = middle + 1;
        else
            count = middle;
    }
    return NULL;
}

void *addr_table_find(const struct addr_table *t, const struct addr *a)
{
    for (size_t i = 0; i < t->length_count; i++) {
        if (t->lengths[i].version != a->version)
            continue;
        struct addr masked = *a;
        addr_mask(&masked, t->lengths[i].bits);
        void *value = rows_find(t->rows + t->lengths[i].first, t->lengths[i].count, &masked);
        if (value != NULL)
            return value;
    }
    return NULL;
}
