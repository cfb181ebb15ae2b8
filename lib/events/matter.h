/* matter - something that people decide about: one thing of a kind (kind.h), with what was decided so far.
 *
 * The correlator writes one event for every change; a reader keeps the newest version of each id:
 *
 *     {"id":"W-430100-20261122-7k3m9qd2:3","timestamp":"...","event_type":"warning","region":"430100","status":"actual",
 *      "by":{"command_id":...,"command":"issue","who":...,"role":...,"at":...,"reason":...},
 *      "warning":{"id":...,"version":3,"decided":3,"region":"430100","status":"actual","state":"issued",
 *                 "created":{"at":...,"by":...},"changed":{"at":...,"by":...},
 *                 "title":...,"colour":"yellow",...          the fields: what commands brought, by their arguments' names
 *                 "due":{"valid_until":"..."},"fired":{},"proposal":{...},"history":[...]}}
 *
 * Incidents are struct incident and carry the same .history, .due and .fired.
 * Ownership  a matter owns its JSON values.
 * Limits     MATTER_HISTORY_MAX entries; then the oldest but the first goes and is counted. The archive has all versions.
 */
#ifndef EVENTS_MATTER_H
#define EVENTS_MATTER_H

#include "events/command.h"
#include "events/kind.h"

enum { MATTER_ID_MAX = 48, MATTER_HISTORY_MAX = 64, MATTER_REGION_MAX = 17, MATTER_STATUS_MAX = 12 };

struct matter {
    const struct kind *kind;
    const char *state;          /* the kind's own word */
    char        id[MATTER_ID_MAX], region[MATTER_REGION_MAX], status[MATTER_STATUS_MAX];
    uint64_t    version;        /* counts changes from 1 */
    uint64_t    decided;        /* the version of the last decision: commands that saw an older one are stale */
    uint64_t    created_us, changed_us;
    char        created_by[WHO_MAX], changed_by[WHO_MAX];
    uint64_t    history_gone;   /* entries that found no room */
    json_t     *fields;         /* object */
    json_t     *due, *fired;    /* objects: name to time. What is waited for, and what has come of itself */
    json_t     *proposal;       /* {"command","by","from","at","args"}; NULL: nothing is put forward */
    json_t     *history;        /* array of {"at","who","role","command","from","to","note","args"} */
};

/* "W-430100-20261122-7k3m9qd2": kind, region, local day and forty bits of the digest of what made it, in Crockford's base
 * 32, where no digit can be taken for another on the telephone. No counter that a restart could forget. */
void matter_id(char out[MATTER_ID_MAX], const char *prefix, const char *region, uint64_t time_us, const char *maker);
bool matter_id_region(const char *id, char out[MATTER_REGION_MAX]);     /* "430100"; false: no id */

int  matter_begin(struct matter *m, const struct kind *k, const char *region);      /* 0 or -ENOMEM */
int  matter_copy(struct matter *out, const struct matter *m);                       /* a copy of its own; 0 or -ENOMEM */
void matter_free(struct matter *m);

void matter_json(const struct matter *m, const struct deed *by, struct text *out);  /* by NULL: none */
int  matter_parse(const char *json, size_t len, struct matter *out, struct fault *f);

/* One more entry of a history. `said`: arguments that stay there, or NULL. False: memory is out. */
bool history_add(json_t **history, uint64_t *gone, const struct deed *d, const char *from, const char *to, json_t *said);

/* Waited-for times of a matter or an incident. 0 takes one away. */
bool due_set(json_t **due, const char *name, uint64_t at_us);
uint64_t due_at(const json_t *due, const char *name);       /* 0: not waited for */

/* The earliest time that is waited for in this state and has not come yet: its name and time; NULL when there is none.
 * Times that no row of the kind names are waited for in every state but the last ones. */
const char *due_next(const struct kind *k, const char *state, const json_t *due, const json_t *fired, uint64_t *at_us);

#endif
