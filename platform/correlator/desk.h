/* desk - where what people decided is applied: commands in, next versions, refusals and answers out. Without Redis: main.c
 * connects it to the streams.
 *
 * A command is looked at by events/decide.h, by the tables of its kind. What it changes goes out as the next version with
 * "by"; a refusal goes out as an event; either way the command's id keeps the answer (events/command.h), so the same id
 * again has no effect. Everything goes through struct desk_out into the transaction that acknowledges the command: it
 * happens once, whoever is killed and when.
 *
 * Incidents  are the correlator's cases; all other kinds are struct matter, and the desk keeps them.
 * Time       versions decide about order, never clocks. Times that a command sets are the command's own. What is waited for
 *            (kind.h, struct due) comes of itself in desk_tick(), once, and is remembered with the matter.
 * Registers  units and assets (KIND_IS_REGISTER) have a ceiling of their own, register_max of each kind, and stay for ever; the
 *            registry that they make is lent to the correlator.
 * Limits     kind_max matters of a kind in memory: then the finished one that changed longest ago is put away, and when there
 *            is none, beginning another is refused. Finished ones are put away after keep_us. What is put away (matters and
 *            incidents, filed_max a region) comes back when a command names it; beyond that the archive has it and a command
 *            is refused.
 * Errors     an unreadable command is -EINVAL with a sentence: the entry goes to :dead. -ENOMEM.
 * Threads    one owner.
 */
#ifndef CORRELATOR_DESK_H
#define CORRELATOR_DESK_H

#include "bus/streams.h"
#include "common/metrics.h"
#include "correlator/correlator.h"
#include "events/organisation.h"

#define DESK_STATE "state:desk"     /* id: the newest version's event, of matters in memory */
#define DESK_FILED "state:filed"    /* id: what was put away */

struct desk_settings {
    char    *clocks;                /* CSV of statutory clocks; "" or NULL: none run */
    char    *matrix;                /* CSV of colours; "" or NULL: the built-in ones */
    struct organisation_settings organisation;      /* what a unit's sector and region may be */
    uint64_t register_max;          /* units, and assets; 0: kind_max */
    uint64_t kind_max, keep_us, filed_max, answers_max, answers_keep_us;
    uint64_t ahead_us;              /* a command dated later than this ahead of our clock is refused */
    uint64_t suppress_longest_us;   /* no suppression ends later than this after it was asked for */
    uint64_t suppress_tell_us;      /* a suppression says how many it hid at most this often, unless they are DESK_IDS_MANY */
};

enum { DESK_IDS_MANY = 512, DESK_IDS_MOST = 4096 };     /* alert ids that bring a version; of one version at most */

struct desk_out {
    void (*event)(void *ctx, const char *region, enum stream s, const char *id, const char *type, const char *json, size_t len);
    void (*keep)(void *ctx, const char *region, const char *hash, const char *field, const char *value, size_t len);   /* value NULL: away */
    void (*incident)(void *ctx, const struct incident *i);      /* an incident's next version */
    void *ctx;
};

struct desk_counts { uint64_t commands, applied, refused, repeats, fired, put_away, taken_back, matters, forgotten; };
extern const struct metrics_room desk_metrics;

struct desk;
struct desk *desk_new(const struct desk_settings *s, struct correlator *c, const struct desk_out *out, struct fault *f);
void desk_free(struct desk *d);

/* One command of a region's stream; `entry_id` is the entry's flat field. */
int desk_command(struct desk *d, const char *region, const char *entry_id, const char *json, size_t len, uint64_t now_us,
                 struct fault *f);

/* What has become due, or else a finished matter put away: of one region, since one transaction covers no more. To be
 * called a few times a second. */
void desk_tick(struct desk *d, uint64_t now_us);

/* A transaction of this region is about to go out: what suppressions hid since the last one goes with it, as their next
 * versions when it is time, else only kept. */
void desk_gather(struct desk *d, const char *region, uint64_t now_us);

/* The correlator lets an incident go from memory. */
void desk_put_incident_away(struct desk *d, const struct incident *i, uint64_t now_us);

/* Forgets everything, to be filled again from the three hashes: `hash` is DESK_STATE, DESK_FILED or COMMAND_ANSWERS. */
void desk_clear(struct desk *d);
int  desk_restore(struct desk *d, const char *hash, const char *field, const char *value, size_t len, struct fault *f);

const struct desk_counts *desk_counts(struct desk *d);

#endif
