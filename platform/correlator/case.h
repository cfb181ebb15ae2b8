/* case - an incident while the correlator works on it: struct incident with memory of its own, and ceilings.
 *
 * Ownership  a case owns all its strings and lists; case_view() lends them as a struct incident.
 * Limits     CASE_* below. What is over them is counted in the incident's numbers but not listed.
 */
#ifndef CORRELATOR_CASE_H
#define CORRELATOR_CASE_H

#include <stdbool.h>

#include "events/incident.h"

enum { CASE_PARTIES_MAX = 64, CASE_RULES_MAX = 64, CASE_JOINS_MAX = 64, CASE_TACTICS_MAX = 16,
       CASE_IDS_MAX = 1024 };       /* alert ids of one version: more than a batch holds */

/* The two roles in an alert, worked out from what is known of its ends. */
struct parties {
    struct incident_party attacker, victim;
    const struct asset   *asset;        /* the victim's; .name "" when not registered */
};
struct parties case_parties(const struct alert_view *a);

struct weights {                /* data: how much each thing counts in the score, each 0..1 */
    double severity[5];         /* by severity 1..4 */
    double mlps[6];             /* by MLPS level 0..5 */
    double cii;                 /* at least this for critical information infrastructure */
    double stage_each;          /* added for each further ATT&CK tactic, from .5 */
    double level_at[4];         /* score from which the level is 1, 2, 3 */
};
extern const struct weights case_weights;

struct taxonomy;                /* GB/T 20986-2023 categories, from a CSV */
struct taxonomy *taxonomy_load(const char *path, struct fault *f);      /* path "" gives an empty one */
void taxonomy_free(struct taxonomy *t);
const char *taxonomy_name(const struct taxonomy *t, const char *code);  /* Chinese name, or NULL */

struct incident_case {
    struct incident incident;
    struct incident_case *next;         /* newest change first */
    bool     dirty;                     /* changed since the last version went out */
    char    *ids[CASE_IDS_MAX];         /* alerts since then */
    size_t   id_count;
    uint64_t ids_over;                  /* alerts since then that found no room */
};

struct incident_case *case_new(const char *id, const struct alert_view *a, uint64_t now_us);
struct incident_case *case_restore(const struct incident *saved);
void case_free(struct incident_case *c);

/* Takes an alert in; `why` is what joined it, NULL when it repeats what is there. False: memory is out. */
bool case_add(struct incident_case *c, const struct alert_view *a, const struct parties *p,
              const struct taxonomy *names, const struct incident_join *why);

bool case_has_attacker(const struct incident_case *c, const char *address);
bool case_has_victim(const struct incident_case *c, const char *address);

/* After a version went out: forgets the ids that it carried. */
void case_published(struct incident_case *c);

#endif
