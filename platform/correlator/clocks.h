/* clocks - who has to report an incident to whom, and by when (法定报告时限): rows of a table, never code.
 *
 * File     deploy/data/reporting_clocks.csv: id,operator,level,within,starts,reporter_zh,reporter_en,to_zh,to_en,article,valid_from,
 *          valid_to,source. `operator` is whose incident it is (INCIDENT_OPERATORS); `level` the least grave one that it holds for, itself
 *          included ("以上" includes the number); `starts` is "aware", "contained", or the id of the report that must have been
 *          made before. Path "" gives none: nothing is owed.
 * Runs     for incidents that are actual, that somebody confirmed (aware_at) and nobody judged false; never for drills.
 * Kept     in the incident's .clocks, made here and read by everybody:
 *              {"operator":"cii_operator","contained_at":...,"level":3,
 *               "reports":{"cii_to_protection":{"to_zh":...,"to_en":...,"start":...,"deadline":...,
 *                          "reported_at":...,"by":...,"reference":...,"late_s":0,"supplements":[...],"ended":{"at":...,"why":...}}}}
 *          and as due times "report:<id>" and "remind:<id>", the latter when a quarter of the time is left. So a breach is an
 *          event as every time that passes is (kind.h), once, also when nobody was there at that moment.
 * Source   《国家网络安全事件报告管理办法》, in force since 2025-11-01. A person reads the law before a release: deploy/data/README.md.
 */
#ifndef CORRELATOR_CLOCKS_H
#define CORRELATOR_CLOCKS_H

#include "events/incident.h"
#include "events/matter.h"

enum { CLOCKS_MAX = 64, SUPPLEMENTS_MAX = 32 };

struct clocks;
struct clocks *clocks_load(const char *path, struct fault *f);      /* NULL with file, line and what was expected */
void clocks_free(struct clocks *t);

/* Brings the incident's clocks in line with what is known of it by now: starts, moves, ends. `at_us`: when that was decided.
 * 1 when something changed, 0, or -ENOMEM. */
int clocks_follow(const struct clocks *t, struct incident *i, uint64_t at_us);

/* Whether clocks_follow() may have something to do: alerts have changed the level since. */
bool clocks_are_behind(const struct incident *i);

/* Whose incident it is, as a person said. False: memory is out. */
bool clocks_set_operator(struct incident *i, const char *operator_id);

/* One was reported: stops it; once more adds a supplement. 0, -EPERM with the refusal, -ENOMEM. */
int clocks_report(struct incident *i, const char *id, const struct deed *by, uint64_t at_us, const char *reference,
                  struct refusal *why);

#endif
