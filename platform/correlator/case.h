/* case - an incident while the correlator works on it: struct incident with memory of its own, and ceilings.
 *
 * Ownership  a case owns all its strings and lists; case_view() lends them as a struct incident.
 * Limits     CASE_* below. What is over them is counted in the incident's numbers but not listed.
 */
#ifndef CORRELATOR_CASE_H
#define CORRELATOR_CASE_H

#include <stdbool.h>

#include "correlator/weights.h"
#include "events/incident.h"

enum { CASE_PARTIES_MAX = 64, CASE_RULES_MAX = 64, CASE_JOINS_MAX = 64, CASE_TACTICS_MAX = 16,
       CASE_ENTITIES_MAX = 32,      /* accounts; indicators */
       CASE_PARTS_MAX = 64,         /* of a campaign */
       CASE_IDS_MAX = 20480 };      /* alert ids of one version: more than one transaction acknowledges */

/* The two roles in an alert, worked out from what is known of its ends. */
struct parties {
    struct incident_party attacker, victim;
    const struct asset   *asset;        /* the victim's; .name "" when not registered */
};
struct parties case_parties(const struct alert_view *a);
bool case_is_private(const char *address);      /* RFC 1918, unique local, link-local */
const char *party_key(const struct incident_party *p);  /* what it is known by: its address, else its name */
bool party_set_region(struct incident_party *p, const char *region);    /* of a case's own party; false: memory is out */

struct taxonomy;                /* GB/T 20986-2023 categories, from a CSV */
struct taxonomy *taxonomy_load(const char *path, struct fault *f);      /* path "" gives an empty one */
void taxonomy_free(struct taxonomy *t);
const char *taxonomy_name(const struct taxonomy *t, const char *code);  /* Chinese name, or NULL */

/* What a case says of one host: when, and how many different rules; more are not needed to know that it is in the middle. */
enum { CASE_HOST_RULES = 16 };
struct case_host {
    uint64_t first_us, last_us;
    uint32_t rules[CASE_HOST_RULES];    /* the lower half of their keys; zeros after a restart, when only the number is known */
    uint32_t rule_count;
};

struct incident_case {
    struct incident incident;
    struct incident_case *next, **at;   /* newest change first; what points to it */
    struct incident_case *number_next;  /* of the same bucket */
    const struct weights *weights;      /* borrowed; the defaults when nobody set it */
    uint64_t number;                    /* in memory only, from 1 */
    struct case_host hosts[CASE_PARTIES_MAX];
    size_t   host_count;
    /* What a search looks at before it goes to the thing itself, which would be a line of memory for each. */
    uint64_t host_keys[CASE_PARTIES_MAX];        /* of their places in the scene */
    uint32_t attacker_marks[CASE_PARTIES_MAX], victim_marks[CASE_PARTIES_MAX];      /* of their addresses */
    uint64_t region_key;                /* of its region in the scene */
    uint64_t told_us;                   /* the region's clock when it last took something in */
    uint64_t steps;                     /* meta-alerts' beginnings that joined */
    bool     dirty;                     /* changed since the last version went out */
    bool     part;                      /* a child's incident, that campaigns are made of: never published from here */
    bool     absorbed;                  /* it became part of another and goes from memory after its last version */
    char   **ids;                       /* alerts since then */
    size_t   id_count, id_room;
    uint64_t ids_over;                  /* alerts since then that found no room */
};

struct incident_case *case_new(const char *id, const struct alert_view *a, uint64_t now_us);
struct incident_case *case_restore(const struct incident *saved);
void case_free(struct incident_case *c);

/* Takes an alert in; `why` is what joined it, NULL when it repeats what is there. False: memory is out. */
bool case_add(struct incident_case *c, const struct alert_view *a, const struct parties *p,
              const struct taxonomy *names, const struct incident_join *why);

/* A host of the case, or NULL. case_host_take() adds it; NULL then: there are too many. */
struct case_host *case_host(struct incident_case *c, uint64_t key);
struct case_host *case_host_take(struct incident_case *c, uint64_t key, uint64_t time_us);
bool case_host_has(const struct case_host *h, uint64_t rule);
void case_host_rule(struct case_host *h, uint64_t rule, uint64_t time_us);

/* Most different rules at any one host. */
uint32_t case_host_most(const struct incident_case *c);

/* Everything of `from` into `c`: parties, rules and their counts, stages, hosts. False: memory is out. */
bool case_absorb(struct incident_case *c, const struct incident_case *from, const struct incident_join *why);

/* It ends as a part of another: closed, with the reason; its record stays. */
bool case_end_as_part(struct incident_case *c, const char *whole, const struct incident_join *why);

/* Nobody has decided or said anything: what is automatic may merge it away. */
bool case_is_untouched(const struct incident_case *c);

/* Judged or closed, or a part of another. */
bool case_is_over(const struct incident_case *c);

/* A closed one takes nothing in. One judged a false positive or benign takes in repeats of the rules that were judged, and
 * nothing else. */
bool case_may_take(const struct incident_case *c, const struct alert_view *a);

bool case_set_owner(struct incident_case *c, const char *owner);

/* Says in its history that it goes on where a finished one ended. */
bool case_follows(struct incident_case *c, const struct incident_case *closed, uint64_t at_us);

/* A campaign is what its parts are: case_unfold() takes out everything that came from them, then each is absorbed again
 * (case_absorb) and entered (case_part_put). The joins, the level and what people did stay. */
bool case_join_add(struct incident_case *c, const struct incident_join *why);   /* one more reason, while there is room */
void case_unfold(struct incident_case *c);
bool case_part_put(struct incident_case *c, const struct incident_part *p);    /* false: memory is out, or too many */
bool case_part_drop(struct incident_case *c, const char *id);                   /* true: it was one */
const struct incident_part *case_part(const struct incident_case *c, const char *id);
bool case_titled(struct incident_case *c, const char *en, const char *zh, const char *category, const char *sector);

bool case_has_account(const struct incident_case *c, const char *name);
bool case_has_indicator(const struct incident_case *c, const char *value);
bool case_has_attacker(const struct incident_case *c, const char *address);
bool case_has_victim(const struct incident_case *c, const char *address);

/* After a version went out: forgets the ids that it carried. */
void case_published(struct incident_case *c);

#endif
