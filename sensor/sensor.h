/* sensor - what the parts of the program share: main.c reads the command line and watches, open.c opens what needs
 * rights and gives them up, ruleset.c reads the rules and reads them again.
 *
 * Threads    all of it belongs to the main thread, but for what is _Atomic and the workers themselves (worker.h).
 */
#ifndef SENSOR_SENSOR_H
#define SENSOR_SENSOR_H

#include "common/cli.h"
#include "control.h"
#include "indicators.h"
#include "stats.h"

enum { INTERFACES_MAX = 16, WORKERS_MAX = 64, STATS_BYTES = 128 * 1024 };

struct sensor {
    const volatile int  *stop;             /* not zero: end */
    struct cli           cli;
    struct sensor_config config;
    struct settings_section sections[SENSOR_SECTIONS];

    const char          *read, *json, *rules_only, *learn;
    char                *filter;            /* owned; NULL: none */
    const char          *rules_more[CLI_SET_MAX];
    size_t               rules_more_count;
    bool                 recursive, checksums_off, explains, profiles;

    struct places       *places;
    struct indicators   *indicators;
    struct rules        *rules;
    uint64_t             reloads;
    struct control      *control;           /* NULL: nobody can call */
    struct policy       *policy;            /* NULL: none */
    struct learner      *learner;           /* NULL: nothing is learned */
    struct knowledge    *knowledge;         /* NULL: no inventory is kept */
    FILE                *learned;           /* where it will be written: opened while there are rights to */
    struct publisher    *publisher;
    struct evidence_keeper *evidence;       /* NULL: none is kept */
    struct source       *sources[WORKERS_MAX];      /* open, until their workers have them */
    size_t               source_count;
    struct worker_plan   plans[INTERFACES_MAX];
    _Atomic bool         lost[INTERFACES_MAX];      /* the interface of that plan is gone, and that was said */
    struct worker       *workers[WORKERS_MAX];
    size_t               worker_count;
    struct emitter      *emitter;           /* the main thread's own lane, for stats */
    struct source_list   files;
    _Atomic size_t       files_done;
    _Atomic unsigned     running;           /* workers that have not come to an end */
    _Atomic int          result;            /* first exit code other than 0 that a worker came to */
    char                 body[STATS_BYTES], beat[STATS_BYTES + 512];
};

static inline const char *text_or_null(const char *text)
{
    return text != NULL && *text != '\0' ? text : NULL;
}

/* ruleset.c: the rules of settings and command line; each refusal is a line on standard error. */
/* `say`: where refusals are also told, as far as they fit; NULL: nowhere. */
int  ruleset_read(struct sensor *s, struct text *say, struct rules **out, struct rules_report *report, struct fault *f);
int  ruleset_reload(struct sensor *s, struct text *say, struct fault *f);   /* the new ones whole, or the old ones on */
/* The same with the policy's file, where the settings name one. 0 without one. */
int  policy_reload(struct sensor *s, struct text *say, struct fault *f);
void sensor_reload(struct sensor *s, struct text *say);     /* rules and policy, each for itself; `say` as above */
void ruleset_answer(void *ctx, const char *line, struct text *say);         /* of control.h: reload, status */
void ruleset_explain(const struct sensor *s);       /* what --explain and --profile-rules ask for, at the end */
void ruleset_warning(void *ctx, const struct rules_refusal *r);     /* for rules_lint() */

/* open.c, in the order of use. Each gives 0, or a negative errno and a sentence. */
int  sensor_open_knowledge(struct sensor *s, struct fault *f);      /* places, indicators, rules */
int  sensor_open_files(struct sensor *s, struct fault *f);
int  sensor_open_live(struct sensor *s, struct fault *f);
int  sensor_folder(const char *path, struct fault *f);              /* makes it, and those above it */
int  sensor_drop_rights(struct sensor *s, struct fault *f);
int  sensor_open_publisher(struct sensor *s, unsigned lanes, struct fault *f);
int  sensor_open_evidence(struct sensor *s, unsigned workers, struct fault *f);
int  sensor_open_workers(struct sensor *s, struct fault *f);

int  sensor_exit_code(int code);                                    /* of a negative errno */
void sensor_note(struct sensor *s, const struct fault *f);          /* logs it and remembers the exit code */

#endif
