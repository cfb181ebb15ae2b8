#include "emit/places.h"

#include <errno.h>
#include <maxminddb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <netinet/in.h>

#include "common/hash.h"
#include "common/log.h"

struct places {
    MMDB_s              countries;
    bool                has_countries;
    struct asset_table *assets;
};

static void bad_asset(void *ctx, const struct fault *f)
{
    (void)ctx;
    log_warning("%s; the line is left out", f->why);
}

struct places *places_open(const char *mmdb_path, const char *assets_path, struct fault *f)
{
    struct places *p = calloc(1, sizeof *p);
    if (p == NULL) {
        fault_set(f, -ENOMEM, "no memory for addresses and assets");
        return NULL;
    }
    if (mmdb_path != NULL && *mmdb_path != '\0') {
        int rc = MMDB_open(mmdb_path, MMDB_MODE_MMAP, &p->countries);
        if (rc != MMDB_SUCCESS) {
            fault_set(f, -EINVAL, "%s: expected a MaxMind DB of countries: %s", mmdb_path, MMDB_strerror(rc));
            free(p);
            return NULL;
        }
        p->has_countries = true;
    }
    if (assets_path != NULL && *assets_path != '\0'
        && (p->assets = asset_table_load(assets_path, bad_asset, NULL, f)) == NULL) {
        places_close(p);
        return NULL;
    }
    return p;
}

void places_close(struct places *p)
{
    if (p == NULL)
        return;
    if (p->has_countries)
        MMDB_close(&p->countries);
    asset_table_free(p->assets);
    free(p);
}

size_t places_assets(const struct places *p)
{
    return asset_table_count(p->assets);
}

static void country_find(const struct places *p, const struct addr *a, char country[3])
{
    static const char *const flat[] = { "country_code", NULL }, *const maxmind[] = { "country", "iso_code", NULL };
    struct sockaddr_in v4 = { .sin_family = AF_INET };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
    MMDB_entry_data_s found;
    int rc;
    memcpy(&v4.sin_addr, a->bytes + 12, 4);
    memcpy(&v6.sin6_addr, a->bytes, 16);
    const void *at = a->version == 4 ? (const void *)&v4 : (const void *)&v6;
    if (!p->has_countries || a->version == 0)
        return;
    MMDB_lookup_result_s hit = MMDB_lookup_sockaddr(&p->countries, at, &rc);
    if (rc != MMDB_SUCCESS || !hit.found_entry)
        return;
    if ((MMDB_aget_value(&hit.entry, &found, flat) != MMDB_SUCCESS || !found.has_data)
        && (MMDB_aget_value(&hit.entry, &found, maxmind) != MMDB_SUCCESS || !found.has_data))
        return;
    if (found.type == MMDB_DATA_TYPE_UTF8_STRING && found.data_size == 2)
        memcpy(country, found.utf8_string, 2);
}

/* A direct-mapped table: an address has one place to be remembered in, the newest wins it. */
enum { MEMORY_SLOTS = 4096 };

struct places_memory {
    const struct places *places;
    struct hash_key      key;
    struct endpoint      slots[MEMORY_SLOTS];
};

struct places_memory *places_memory_new(const struct places *p)
{
    struct places_memory *m = calloc(1, sizeof *m);
    if (m != NULL) {
        m->places = p;
        m->key = hash_key_random();
    }
    return m;
}

void places_memory_free(struct places_memory *m)
{
    free(m);
}

void places_describe(struct places_memory *m, struct endpoint *e)
{
    struct endpoint *slot = &m->slots[hash_keyed(&m->key, e->addr.bytes, 16) % MEMORY_SLOTS];
    if (!addr_equal(&slot->addr, &e->addr)) {
        *slot = (struct endpoint){ .addr = e->addr };
        country_find(m->places, &e->addr, slot->country);
        slot->asset = asset_table_find(m->places->assets, &e->addr);
    }
    memcpy(e->country, slot->country, sizeof e->country);
    e->asset = slot->asset;
}
