/* inside - what a correlator consists of, for the files that it is made of: correlator.c places alerts, campaign.c children's
 * incidents. Nobody else includes this. */
#ifndef CORRELATOR_INSIDE_H
#define CORRELATOR_INSIDE_H

#include "correlator/campaign.h"
#include "correlator/meta.h"
#include "correlator/stage.h"

enum { BUCKETS = 4096, CANDIDATES_MAX = 4 * SCENE_CASES };

struct merged { struct indexed ix; uint64_t into; };

struct correlator {
    struct correlator_settings settings;
    struct taxonomy           *names;
    struct weights             weights;
    struct stages             *stages;
    const struct registry     *registered;  /* NULL: nothing is */
    struct scene              *scene;
    struct suppress           *suppress;
    struct meta_table         *metas;
    struct index              *merged;      /* number of a part to the number of the whole */
    struct incident_case      *cases;       /* newest change first */
    struct incident_case      *buckets[BUCKETS];    /* by number; children's incidents too */
    uint64_t                   last_number;
    uint64_t                   forgot_us;       /* Redis its last seconds; 0: never */
    struct part               *parts;       /* campaign.c's, newest change first */
    struct part               *part_buckets[PART_BUCKETS];
    struct correlator_counts   counts;
};

/* The cases by last change and by number. */
void case_front(struct correlator *c, struct incident_case *k);
void case_unlink(struct incident_case *k);
void case_enrol(struct correlator *c, struct incident_case *k);     /* gives it its number, and this correlator's weights */
void case_enrol_as(struct correlator *c, struct incident_case *k, uint64_t number);
void case_number_drop(struct correlator *c, const struct incident_case *k);
struct incident_case *case_of(struct correlator *c, uint64_t number);   /* or what it was merged into; NULL: not in memory */

/* Adds the place's cases to a list of CANDIDATES_MAX, each once. Gives how many there are then. */
size_t case_candidates(struct correlator *c, const struct place *p, struct incident_case **out, size_t count);

void campaign_clear(struct correlator *c);
void campaign_save(struct correlator *c, const char *region, size_t most, uint64_t now_us, uint64_t every_us,
                   void (*each)(void *ctx, const char *status, const void *bytes, size_t len), void *ctx);

#endif
