/* inside the desk - what desk.c (commands), desk_keep.c (memory, kept state, drawers), desk_hidden.c (what suppressions hid) and
 * desk_time.c (what comes of itself) share. Nobody else includes this but act.c, which is an effect's hold on the desk. */
#ifndef CORRELATOR_DESK_INSIDE_H
#define CORRELATOR_DESK_INSIDE_H

#include "correlator/act.h"
#include "correlator/drawer.h"
#include "correlator/matters.h"

enum { DESK_JSON_MAX = 1024 * 1024, DESK_JSON_IDS_MAX = DESK_IDS_MOST * (EVENT_ID_MAX + 3) };

struct desk {
    struct desk_settings settings;
    struct desk_out      out;
    struct correlator   *correlator;
    struct matrix        matrix;
    struct clocks       *clocks;
    struct matters      *matters;
    struct registry     *registry;
    struct organisation *organisation;
    struct drawer       *answers, *filed;
    struct desk_counts   counts;
    char                 json[DESK_JSON_MAX + DESK_JSON_IDS_MAX];
};

struct done { char id[MATTER_ID_MAX]; const char *state; uint64_t version; };

/* One command that was found in order, a person's or the system's. 0; -EPERM: refused, with why; -ENOMEM. */
int desk_apply(struct desk *d, const char *region, const struct command *c, struct done *done, struct refusal *why, uint64_t now_us);

/* What the tables do not say of a command: its effect, and that an exercise and what is actual do not mix. 0, -EPERM, -ENOMEM. */
int act_run(struct act *a, const struct kind *k);

/* A version goes out and is kept. -EMSGSIZE: it is longer than a matter may be. */
int desk_matter_out(struct desk *d, const struct matter *m, const struct deed *by);

/* Into memory, and to where alerts are held against it; takes `m` over. 0 or -ENOMEM. */
int desk_file_matter(struct desk *d, struct matter *m);
void desk_put_away(struct desk *d, struct filed_matter *m, uint64_t now_us);

/* In memory, or brought back from where it was put away; NULL: in neither place. */
struct incident_case *desk_incident(struct desk *d, const char *region, const char *id);
struct filed_matter *desk_matter(struct desk *d, const struct kind *kind, const char *region, const char *id);

/* A suppression says all that it hid, before it leaves memory. */
void desk_hidden_said(struct desk *d, struct matter *m, uint64_t now_us);
void desk_tell_of_one_region(struct desk *d, uint64_t now_us);

#endif
