/* act - one command while it is applied, as the effects of its kind see it: what tables cannot say.
 *
 * An effect looks, decides, then acts: it refuses with refuse(a->why, ...) before it has changed anything of an incident.
 * A matter is a copy that becomes the next version only when nobody refuses; its arguments, state and history are in it
 * already. An incident's are not yet.
 */
#ifndef CORRELATOR_ACT_H
#define CORRELATOR_ACT_H

#include "correlator/case.h"
#include "correlator/clocks.h"
#include "correlator/desk.h"
#include "correlator/matrix.h"
#include "events/decide.h"
#include "events/matter.h"

struct act {
    struct desk *desk;
    struct correlator    *correlator;
    const struct command *command;
    const struct arrow   *arrow;
    const struct matter  *before;       /* NULL: it begins, or it is an incident */
    struct matter        *matter;       /* the next version; NULL: it is an incident */
    struct incident_case *incident;     /* NULL: it is not one */
    const char           *region;
    struct refusal       *why;
};

typedef int (*effect)(struct act *a);       /* 0; -EPERM: refused; -ENOMEM */

struct effect_row { const char *command; effect run; };     /* NULL-named end */

extern const struct effect_row incident_effects[], warning_effects[], notice_effects[], report_effects[], consultation_effects[],
    indicator_effects[], drill_effects[], suppression_effects[], unit_effects[], asset_effects[];

const char *act_text(const struct act *a, const char *name);    /* the argument; "" without */
uint64_t act_time(const struct act *a, const char *name);       /* 0 without */
uint64_t act_number(const struct act *a, const char *name);     /* 0 without */

/* A field of the next version. False: memory is out. */
bool act_set(struct act *a, const char *field, json_t *value);  /* takes the value over */

/* A time that is waited for, of the matter or the incident; 0 takes it away. For times that no argument brings. */
bool act_due(struct act *a, const char *name, uint64_t at_us);

/* An incident of this region, also one that was put away; NULL: it is in neither place. */
struct incident_case *act_incident(struct act *a, const char *id);

/* Another incident that the command changed: its next version goes out, too, with the same deed. */
void act_publish(struct act *a, struct incident_case *k);

/* What is registered now; the command's own matter as it was before. */
const struct registry *act_registry(const struct act *a);
const struct organisation *act_organisation(const struct act *a);

const struct matrix *act_matrix(const struct act *a);
const struct clocks *act_clocks(const struct act *a);
const struct suppress *act_suppress(const struct act *a);
uint64_t act_suppress_longest(const struct act *a);     /* how far ahead a suppression may end */

/* An event of its own into a stream of the command's region (indicators to sensors), in the same transaction. It goes out
 * also when the effect refuses afterwards: refuse first. */
void act_event(struct act *a, enum stream s, const char *id, const char *type, const char *json, size_t len);
void act_event_in(struct act *a, const char *region, enum stream s, const char *id, const char *type, const char *json, size_t len);

#endif
