/* scene - what is usual in a region: which rules each host shows and how often, learned from the alerts themselves.
 *
 * A good analyst knows that the mail server says "authentication success" all day and that the file server has never
 * said anything before. The scene keeps that knowledge: for each rule at each host, each rule in the region and each
 * host, when it was first seen, at how many occasions and in how many hours. From these come rhythms (the mean time
 * between occasions), and from rhythms what a coincidence is worth: see join.h.
 *
 * Time       of the alerts. The scene's clock goes at most an hour further with one alert, so that one with a wrong
 *            date moves nothing.
 * Limits     SCENE_* and `most`; what was longest not seen is forgotten and counted.
 * Learning   survives a restart as scene_save() wrote it; what was learned since is learned anew. In a region that nobody
 *            watched before every rule is new, and age_us says for how long we watch.
 * Keys       hashed with a key of the region's own, drawn at its beginning: who floods cannot choose buckets.
 */
#ifndef CORRELATOR_SCENE_H
#define CORRELATOR_SCENE_H

#include "common/hash.h"
#include "correlator/case.h"
#include "correlator/index.h"

#define SECOND_US UINT64_C(1000000)
#define HOUR_US   (3600 * SECOND_US)

enum { SCENE_CASES = 6, SCENE_BURSTS = 4, SCENE_SWEEP = 32, SCENE_REGIONS = 1024, SCENE_NAME_MAX = 64,
       SCENE_REGION_MAX = 32, SCENE_STATUS_MAX = 16 };

struct habit {
    uint64_t first_us, last_us, hour;   /* hour: the latest it was seen in, counted from 1970 */
    uint32_t times, hours;              /* occasions a minute apart; hours it was seen in */
};
void     habit_see(struct habit *h, uint64_t time_us);      /* a zeroed one begins */
uint32_t habit_hours_before(const struct habit *h, uint64_t time_us);   /* not counting the hour of time_us */

struct region {                 /* a region's alerts of one status */
    struct indexed ix;
    char     name[SCENE_REGION_MAX], status[SCENE_STATUS_MAX];
    struct hash_key key;
    uint64_t born_us, clock_us; /* first alert; latest, carefully */
    uint32_t hosts;             /* hosts seen as victims */
    uint64_t learned, saved, saved_us;      /* alerts learned; how many when last saved, and when that was */
};

struct place {                  /* a host or another end, by address or, failing that, by name; an account; an indicator */
    struct indexed ix;
    uint64_t region;                    /* its region's key */
    char     name[SCENE_NAME_MAX];
    bool     host;                      /* was a victim */
    uint32_t shared;                    /* other ends with which something is usual: from PLACE_SHARED on it is a stop value */
    struct habit odd;                   /* when something unusual was said of it */
    uint64_t bursts[SCENE_BURSTS];      /* numbers of its latest meta-alerts, newest last */
    uint64_t cases[SCENE_CASES];        /* numbers of incidents it takes part in, newest last */
};

enum { PLACE_SHARED = 5 };

struct rule_here {              /* a rule at one host, from one attacker when one is known */
    struct indexed ix;
    uint64_t region;
    struct habit habit;
    bool usual;                         /* was usual once, and counted in its ends' .shared */
    uint64_t meta, burst_first_us, burst_last_us, burst;    /* its meta-alert and how it goes: times, alerts */
};

struct rule_around {            /* a rule in the region */
    struct indexed ix;
    uint64_t region;
    struct habit habit;
    char     name[SCENE_NAME_MAX];
    uint64_t sweep_us;                  /* when it last came to one more host */
    uint64_t sweep_meta, sweep_case;    /* numbers, 0 none yet */
    uint64_t sweep_hosts[SCENE_SWEEP];
    uint32_t sweep_count, wide;         /* wide: most hosts that had it at once, when these were too many to prove anything */
};

struct scene_settings {
    uint64_t usual_gap_us;      /* a rule that a host shows more often than this is usual there ... */
    uint64_t usual_hours;       /* ... once it did so in as many earlier hours; one without an attacker needs only one */
    uint64_t sweep_us;          /* a rule that is new to the region comes to the next host within this: a sweep */
    size_t   most;              /* rules at hosts that are remembered */
};

struct sight {                  /* what the scene says of one alert */
    struct region      *region;
    struct place       *host, *other;       /* victim; attacker, NULL when nobody else is known */
    struct place       *account, *indicator;    /* NULL: the alert names none */
    struct rule_here   *here;
    struct rule_around *around;
    uint64_t time_us, age_us;   /* age: how long the region has been watched */
    uint64_t rule_gap_us;       /* this rule's rhythm at this host; the age when it is new here */
    uint64_t host_gap_us;       /* how often something unusual is said of this host */
    uint32_t hours;             /* earlier hours in which the host showed the rule */
    bool     nameless;          /* neither address nor name: shares nothing with anybody */
    bool     usual, new_around; /* usual here; never seen in the region in an earlier hour */
    bool     swept;             /* it is one more host of a sweep */
    bool     late, jump;        /* more than an hour behind the region's clock; ahead of it */
};

struct scene;
struct scene *scene_new(const struct scene_settings *s);        /* NULL: no memory */
void scene_free(struct scene *t);
void scene_clear(struct scene *t);

struct sight scene_look(struct scene *t, const struct alert_view *a, const struct parties *p);

/* The alert goes on with nothing: is it one more host of a sweep? Sets .swept. */
void scene_sweep(const struct scene *t, struct sight *s);

/* After the alert was placed: remembers it. `step`: it began something, alone or in its burst. */
void scene_learn(struct sight *s, bool step);

struct region *scene_region(struct scene *t, const char *region, const char *status);
struct place *scene_place(struct scene *t, const struct region *r, const char *name);
uint64_t scene_clock(struct scene *t, uint64_t region_key);     /* 0: the region is forgotten */
struct place *scene_place_of(struct scene *t, uint64_t key);    /* NULL: forgotten */
void place_add_case(struct place *p, uint64_t number);
enum entity { ENTITY_END, ENTITY_ACCOUNT, ENTITY_INDICATOR };   /* what a place is */
struct place *scene_entity(struct scene *t, const struct region *r, enum entity what, const char *name);    /* ENTITY_END: scene_place() */

/* Values that everybody shares and that therefore join nothing, with the reason in words. */
struct stop_value { const char *region, *name, *en, *zh; };     /* region "": everywhere */
void scene_stop_values(const struct scene *t, void (*each)(void *ctx, const struct stop_value *v), void *ctx);

uint64_t scene_forgotten(const struct scene *t);

/* ---- kept over a restart (memory.c) ---- */

/* Every status of the region in which something was learned since it was last given and that was given longest `every_us`
 * ago: its habits as bytes, at most `most` of each sort (the latest), about 60 bytes each. A first time counts from when the
 * scene met the region. */
void scene_save(struct scene *t, const char *region, size_t most, uint64_t now_us, uint64_t every_us,
                void (*each)(void *ctx, const char *status, const void *bytes, size_t len), void *ctx);

/* What scene_save() gave. 0; or -EBADMSG with a sentence, and nothing was taken. A region that the scene knows is left as it
 * is, unless another correlator went on with the same habits meanwhile: then what was seen later counts. */
int scene_recall(struct scene *t, const void *bytes, size_t len, struct fault *f);

/* More hosts than a rule may sweep and still prove something: half of all that are known. */
bool scene_is_wide(const struct region *r, size_t hosts);
void scene_note_wide(struct scene *t, const struct region *r, uint32_t gid, uint32_t sid, size_t hosts);    /* for the list of stop values */

#endif
