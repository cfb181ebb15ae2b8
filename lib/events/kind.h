/* kind - what people decide about, as data: incidents, warnings, notices, and whatever comes later.
 *
 * A thing of a kind is a matter (matter.h). Its kind says in tables, and nowhere else,
 *   arrows     who may do what in which state, and which state comes then: one row for each arrow of the drawing;
 *   arguments  what a command takes: name, type, whether it is needed, a sentence;
 *   dues       which of its times are waited for, and which command comes of itself when one has passed.
 * From these rows come the decision on a command (decide.h), `fengsui command --help`, docs/workflow.md and the exhaustive
 * test. What data cannot say is an effect in platform/correlator/kinds/.
 *
 * Adding a kind   one file in lib/events/kinds/ and one line in kind.c; platform/correlator/kinds/ when it needs effects.
 * Threads         everything here is const.
 */
#ifndef EVENTS_KIND_H
#define EVENTS_KIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "common/fault.h"
#include "common/text.h"

enum { KIND_STATES_MAX = 16, KIND_TEXT_MAX = 4000, KIND_LIST_MAX = 64 };

/* Who acts. Bits, so that a row can name several. */
enum role_bit {
    BY_ANALYST    = 1 << 0,     /* 分析员 */
    BY_DUTY       = 1 << 1,     /* 值班员 */
    BY_SUPERVISOR = 1 << 2,     /* 领导 */
    BY_UNIT       = 1 << 3,     /* 被通报单位: acts for one unit and sees nothing of others */
    BY_REGULATOR  = 1 << 4,     /* 监管: reads */
    BY_ADMIN      = 1 << 5,     /* 管理员: keeps the tables, decides nothing about incidents */
    BY_SYSTEM     = 1 << 6      /* the correlator itself, when a time has passed; no command from outside may claim it */
};

enum arrow_flag {
    ARROW_FREE     = 1 << 0,    /* decides nothing: no version is asked for, and none becomes stale by it */
    ARROW_NOTE     = 1 << 1,    /* needs a note: why */
    ARROW_SECOND   = 1 << 2,    /* a second person: neither who began the matter nor who put the change forward */
    ARROW_OWNER    = 1 << 3,    /* of analysts only the owner, when it has one */
    ARROW_PROPOSES = 1 << 4,    /* the arguments are put forward and not in force yet */
    ARROW_ADOPTS   = 1 << 5,    /* what was put forward is in force now */
    ARROW_DROPS    = 1 << 6     /* what was put forward is dropped */
};

struct arrow {
    const char *from;           /* states "draft|pending"; "" begins a matter; "*" any but the last ones; "**" any */
    const char *command;
    unsigned    by;             /* enum role_bit */
    const char *to;             /* state; "=" stays; "<" back to where the change was put forward */
    unsigned    flags;          /* enum arrow_flag */
    const char *when;           /* "colour=red|orange", "colour!=...": on the argument, else the field. NULL: always */
};

enum argument_type {
    ARGUMENT_TEXT,              /* 1..KIND_TEXT_MAX bytes, lines allowed, no control characters */
    ARGUMENT_WORD,              /* 1..120 bytes in one line */
    ARGUMENT_CHOICE,            /* one of .choices */
    ARGUMENT_NUMBER,            /* whole, .lowest ... .highest */
    ARGUMENT_FLAG,              /* true, false */
    ARGUMENT_TIME,              /* RFC 3339 */
    ARGUMENT_ID,                /* of a matter */
    ARGUMENT_REGION,            /* GB/T 2260, or a name that is a region's in the streams */
    ARGUMENT_ADDRESS,           /* IP address or prefix */
    ARGUMENT_WORDS,             /* list of ARGUMENT_WORD */
    ARGUMENT_IDS,               /* list of ARGUMENT_ID */
    ARGUMENT_REGIONS,           /* list of ARGUMENT_REGION */
    ARGUMENT_ADDRESSES,         /* list of ARGUMENT_ADDRESS */
    ARGUMENT_JSON               /* an object, 96 KiB as text */
};

enum argument_flag {
    ARGUMENT_NEEDED = 1 << 0,
    ARGUMENT_SAID   = 1 << 1    /* stays with the command in the history; not a field of the matter */
};

struct argument {
    const char *commands;       /* "draft|revise"; an argument may have several rows */
    const char *name;
    enum argument_type type;
    unsigned    flags;
    const char *choices;        /* CHOICE: "blue|yellow" */
    int64_t     lowest, highest;/* NUMBER; 0, 0: any */
    const char *zh, *en;        /* what it says */
};

/* A field that is a time which somebody waits for, in some states. When it passes, the command comes by BY_SYSTEM with
 * the argument `name`. A later time in the field waits anew. */
struct due {
    const char *name;           /* one that ends in a colon stands for all that begin so */
    const char *states;         /* "issued|signed" */
    const char *command;
};

struct word {                   /* a state's or a command's name for people */
    const char *name, *zh, *en;
};

enum kind_flag {
    KIND_OF_INCIDENTS = 1 << 0,     /* on the incidents' stream; all others on the warnings' */
    KIND_IS_REGISTER  = 1 << 1      /* very many that rest for years: a ceiling of their own, and kept as text (correlator/matters.h) */
};

struct kind {
    const char *name, *prefix;  /* "warning", "W": ids begin with it */
    const char *zh, *en;
    unsigned    flags;
    const struct word     *states;      /* NULL-named end, as all tables here; the first is where matters begin */
    const char            *last;        /* states in which nothing is left to do: "lifted|withdrawn" */
    const struct word     *commands;
    const struct arrow    *arrows;
    const struct argument *arguments;
    const struct due      *dues;        /* NULL: none */
};

extern const struct kind *const kinds[];            /* NULL-terminated */
const struct kind *kind_named(const char *name);    /* or NULL */
const struct kind *kind_of_id(const char *id);      /* by its prefix, or NULL */
int kind_state(const struct kind *k, const char *name);         /* its place in .states, or -1 */
bool kind_is_last(const struct kind *k, const char *state);
const struct word *kind_command(const struct kind *k, const char *name);    /* or NULL */
const struct due *kind_due(const struct kind *k, const char *name);         /* or NULL */

/* Whether an arrow goes out of a state ("" for one that begins). */
bool arrow_leaves(const struct kind *k, const struct arrow *a, const char *state);

/* Whether `name` is among "a|b|c". */
bool kind_among(const char *list, const char *name);

/* "duty_officer"; role_parse gives its bit or 0. */
const char *role_name(unsigned bit);
const char *role_zh(unsigned bit);
unsigned role_parse(const char *name);

/* The row that says what a command's argument is, or NULL. `note` is everywhere. */
const struct argument *argument_row(const struct kind *k, const char *command, const char *name);

/* 0, or -EINVAL with a sentence: "`colour`: expected one of blue, yellow, orange, red, not \"green\"". */
int argument_check(const struct argument *row, const json_t *value, struct fault *f);

/* What a person typed, as the value: lists at commas. New reference, or NULL with a sentence. */
json_t *argument_typed(const struct argument *row, const char *text, struct fault *f);

/* All arguments of a command: known, of their type, none missing. `note`: a note is needed too. */
int arguments_check(const struct kind *k, const char *command, const json_t *args, bool note, struct fault *f);

/* The tables for people: one kind's commands (help of the command line), and all as a page (docs/workflow.md). */
void kind_help(const struct kind *k, struct text *out);
void kinds_page(struct text *out);

#endif
