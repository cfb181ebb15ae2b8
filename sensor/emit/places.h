/* places - what is known of an address: the country it is in, the asset it belongs to.
 *
 * Country by libmaxminddb, in both layouts that such files have: a flat `country_code`, and MaxMind's
 * `country.iso_code`. It is never used to place a prefecture: assets do that (their CSV's region).
 * Ownership  the places own the databases; endpoints borrow their assets.
 * Threads    read-only after places_open(); a places_memory belongs to one worker.
 */
#ifndef EMIT_PLACES_H
#define EMIT_PLACES_H

#include "events/asset.h"

struct places;

/* Either path may be NULL or "": then nothing is known. Bad lines of the CSV are logged and skipped. */
struct places *places_open(const char *mmdb_path, const char *assets_path, struct fault *f);
void places_close(struct places *p);
size_t places_assets(const struct places *p);

/* Remembers the last answers, for a lookup in the database costs about a microsecond. */
struct places_memory;
struct places_memory *places_memory_new(const struct places *p);
void places_memory_free(struct places_memory *m);

/* Fills .country and .asset from .addr. */
void places_describe(struct places_memory *m, struct endpoint *e);

#endif
