/* command - what a person decided, on its way to the correlator; and the answer that comes back.
 *
 *     {"id":"console-1-lw3k-17","timestamp":"...","event_type":"command","region":"430100",
 *      "command":{"kind":"notice","name":"sign","subject":"N-430100-20261122-7k3m9qd2","version":4,
 *                 "who":"li.na","role":"unit","scope":{"region":"430100","unit":"Changsha Water"},"args":{"signer":"Li Na"}}}
 *
 * id        chosen by whoever posts it and never used twice: letters, digits and "._@-+", no colon (ids with colons are
 *           counted by sensor and epoch in lib/bus). The same id again has no effect and gets the same answer.
 * timestamp when the person decided: all times that follow from it are this one, so that a batch that is done again
 *           gives the same result.
 * version   of the subject that the person saw; 0 for what decides nothing. Stale is what somebody has decided about since.
 * Answer    one field of the region's hash fengsui:{region}:COMMAND_ANSWERS, named by the command's id, written with the
 *           effect in one transaction: "<n> {...}". An applied one also gives the matter's next version, with "by"; a
 *           refused one an event of type refusal among the warnings.
 */
#ifndef EVENTS_COMMAND_H
#define EVENTS_COMMAND_H

#include <jansson.h>
#include <stdbool.h>

#include "common/fault.h"
#include "common/text.h"

enum { COMMAND_ID_MAX = 96, COMMAND_BYTES_MAX = 128 * 1024, WHO_MAX = 64, REASON_MAX = 320 };

#define COMMAND_ANSWERS "state:answers"

/* Where somebody may act. Default deny: without a region nowhere. */
struct scope {
    const char *region;         /* GB/T 2260: 430100 covers its counties, 430000 the province */
    const char *sector, *unit;  /* "": all */
};

struct command {
    const char *id, *region;
    uint64_t    at_us;
    const char *kind, *name, *subject;      /* subject "": begins a matter */
    uint64_t    version;
    const char *who;
    unsigned    role;           /* one enum role_bit; 0: none that is known */
    struct scope scope;
    const json_t *args;         /* an object, or NULL */
};

struct command_view {           /* read back; everything is borrowed from .document */
    json_t        *document;    /* owned */
    struct command command;
};
int  command_parse(const char *json, size_t len, struct command_view *out, struct fault *f);
void command_view_free(struct command_view *v);
void command_json(const struct command *c, struct text *out);

bool command_id_fits(const char *id);
const char *command_note(const struct command *c);      /* "" without */

/* By whom a version came: the member "by" of what an applied command changed. */
struct deed {
    const char *command_id, *command, *who;
    unsigned    role;
    uint64_t    at_us;
    const char *note;           /* "" without */
};
struct deed deed_of(const struct command *c);
void deed_json(const struct deed *d, struct text *out);     /* the object */

bool scope_covers_region(const struct scope *s, const char *region);

/* ---- refusals ---- */

enum refusal_code {
    REFUSED_NOT, REFUSED_FORGED, REFUSED_COMMAND, REFUSED_SUBJECT, REFUSED_ROLE, REFUSED_SCOPE, REFUSED_STATE,
    REFUSED_VERSION, REFUSED_SECOND, REFUSED_OWNER, REFUSED_ARGUMENT, REFUSED_TIME, REFUSED_FULL, REFUSED_RULE
};

struct refusal {
    enum refusal_code code;
    char en[REASON_MAX], zh[REASON_MAX];
};

const char *refusal_name(enum refusal_code code);       /* "wrong_state" */

/* Fills it and gives -EPERM. The words are clipped to fit. Both sentences take all arguments, in one order; "%.0s" passes
 * over one that belongs to the other language. */
__attribute__((format(printf, 3, 5), format(printf, 4, 5)))
int refuse(struct refusal *r, enum refusal_code code, const char *zh, const char *en, ...);

/* The event: type "refusal", id "<command id>+refused". `region`: of the stream. */
void refusal_json(const struct command *c, const char *region, const struct refusal *why, struct text *out);

/* ---- answers ---- */

struct answer {                 /* borrowed from .document */
    json_t     *document;       /* owned */
    bool        applied;
    const char *kind, *id, *state;          /* applied */
    uint64_t    version;
    const char *code, *zh, *en;             /* refused */
};
void answer_applied(const struct command *c, const char *id, const char *state, uint64_t version, struct text *out);
void answer_refused(const struct command *c, const struct refusal *why, struct text *out);
int  answer_parse(const char *text, size_t len, struct answer *out, struct fault *f);
void answer_free(struct answer *a);

#endif
