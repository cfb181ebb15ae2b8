/* thing - an incident, a warning or a notice as it leaves the house: one version of one matter, read from its event.
 *
 * Masked     payload and personal data are masked when it is read (events/masked.h), so every form written from it is.
 * Shape      as events/matter.h has it: what people typed are members of the matter by their arguments' names.
 * Ownership  everything is borrowed from .document, which is the thing's until thing_free().
 */
#ifndef EXCHANGE_THING_H
#define EXCHANGE_THING_H

#include <jansson.h>

#include "events/incident.h"

enum thing_kind { THING_INCIDENT, THING_WARNING, THING_NOTICE, THING_KINDS };

extern const char *const thing_kind_names[THING_KINDS + 1];     /* "incident", "warning", "notice", NULL */

/* How grave: an incident's level, a warning's colour. */
enum { GRAVEST = LEVEL_EXTRAORDINARY, LEAST_GRAVE = LEVEL_GENERAL };    /* 1 特别重大, red ... 4 一般, blue */

struct thing {
    json_t       *document;     /* owned, masked unless revealed */
    const json_t *body;
    enum thing_kind kind;
    const char   *id, *state, *region, *sector, *status, *category, *unit;      /* "" not said */
    const char   *title_zh, *title_en;      /* for whoever receives it: of a drill 【演练】 and [Exercise] stand first */
    const char   *name_zh;          /* without that, for who says it himself; "" not said */
    char         *marked_zh, *marked_en;    /* owned; NULL: nothing had to be put before */
    uint64_t      version;
    uint64_t      made_us;          /* when it was first seen or drafted */
    uint64_t      changed_us;       /* when this version was made; never before made_us */
    unsigned      gravity;          /* GRAVEST .. LEAST_GRAVE; 0: none was given */
    struct incident_view incident;  /* of an incident: its parts; otherwise .document is NULL */
};

/* 0; -EINVAL: no matter of these kinds, with a sentence; -ENOMEM. `reveal`: unmasked, for who is entitled to it. */
int  thing_parse(const char *json, size_t len, bool reveal, struct thing *out, struct fault *f);
void thing_free(struct thing *t);

const char *thing_text(const struct thing *t, const char *name);        /* a member; "" not said */
const json_t *thing_list(const struct thing *t, const char *name);      /* NULL: none */
const char *thing_message(const struct thing *t);       /* what a notice says, what a warning asks to be done; "" */

/* Names for people: 较大/serious of an incident, 橙色/orange of a warning; "" when there is no gravity. */
struct in_words { const char *zh, *en; };
struct in_words thing_gravity(const struct thing *t);
struct in_words thing_state(const struct thing *t);     /* 已发布, issued */
struct in_words status_mark(const char *status);        /* 【演练】, [Exercise]; "" of what is actual */
bool thing_is_actual(const struct thing *t);            /* neither an exercise nor a test: nobody may act on the others' addresses */

/* Whether anybody outside was ever meant to see this version: not a draft, nor what waits to be approved. */
bool thing_is_out(const struct thing *t);

/* The versions before this one that went out and changed what holds: issued, raised, lowered, extended ... Calls `each`
 * with the version and its time, oldest first; what the history has no room for any more is left out. */
void thing_earlier(const struct thing *t, void (*each)(void *ctx, uint64_t version, uint64_t at_us), void *ctx);

unsigned gravity_parse(const char *text);       /* "red", "橙色", "2", "major"; 0: none of these */

#endif
