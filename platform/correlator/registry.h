/* registry - the units and assets that are registered, by what one asks for: a name, an address.
 *
 * It is filled from the newest versions of matters of the kinds unit and asset, as the desk writes them or takes them up again
 * after a restart: nothing stands here that does not stand there.
 * Regions    an address means something in its region's network alone, so each region has prefixes of its own; what is registered
 *            above (430000 for 430100) is asked after that. The same holds for units' names.
 * Limits     the desk's: so many matters of a kind (correlator.desk.register), KIND_LIST_MAX prefixes each. About 0.4 KB an asset.
 * Ownership  copies everything. What is found is good until the next change.
 * Threads    one owner.
 */
#ifndef CORRELATOR_REGISTRY_H
#define CORRELATOR_REGISTRY_H

#include "events/asset.h"
#include "events/matter.h"

struct registered {
    struct registered *id_next, *name_next;
    const struct kind *kind;
    const char  *state;
    char         id[MATTER_ID_MAX], region[MATTER_REGION_MAX];
    struct asset asset;             /* of a unit: .unit is its name and .name "" */
    const char  *parent;            /* of a unit; "" none */
    uint64_t     valid_from_us, valid_to_us;    /* of a unit; 0: none */
    size_t       prefix_count;
    struct prefix *prefixes;
    char         text[];            /* what .asset points into */
};

struct registry;
struct registry *registry_new(void);        /* NULL: no memory */
void registry_free(struct registry *r);
void registry_clear(struct registry *r);

/* The newest version of a matter; a retired one goes. Other kinds are passed over. False: memory is out. */
bool registry_take(struct registry *r, const struct matter *m);
void registry_drop(struct registry *r, const char *region, const char *id);

const struct registered *registry_unit(const struct registry *r, const char *region, const char *name);     /* here or above; or NULL */
const struct registered *registry_asset(const struct registry *r, const char *region, const char *unit, const char *name);  /* here */
size_t registry_assets_of(const struct registry *r, const struct registered *unit);

/* One of another unit that overlaps with the prefix, or any with the same prefix; `but`: the id that does not count. NULL: none. */
const struct registered *registry_conflict(const struct registry *r, const char *region, const struct prefix *p, const char *unit, const char *but,
                                           struct prefix *where);

/* Whether a unit may be named by what begins at that time. */
bool registered_is_valid(const struct registered *unit, uint64_t at_us);

/* What is not said of an end, as it is registered. `r` NULL: nothing is. */
void registry_tell(const struct registry *r, const char *region, const char *address, struct asset *a);

#endif
