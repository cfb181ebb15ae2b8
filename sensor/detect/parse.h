/* parse - one rule's text into a struct rule. Private to this room.
 *
 * Every keyword is a row of the keyword table (keywords.h) with a function that gets this parser and its option.
 * A function gives false after parse_wrong() has said where and why; the rule is then refused and the next one read.
 */
#ifndef DETECT_PARSE_H
#define DETECT_PARSE_H

#include "detect/rule.h"

struct rules;

struct parser {
    struct rules    *rules;         /* the set being built */
    struct pile     *pile;
    struct nets     *nets;
    struct rule     *rule;
    struct slice     text;          /* the whole rule */
    struct option    current;       /* the option being read */
    const struct option *option;    /* = &current */
    const struct sticky *sticky;    /* where contents go; NULL: payload */
    bool             fresh;         /* the sticky buffer was just named: repeated ones begin a section of their own */
    struct slice     sticky_at;     /* where it was named */
    struct base64   *base64;        /* base64_decode was given */
    bool             in_base64;     /* base64_data: contents go inside of it */
    struct step     *last;          /* newest step, for modifiers */
    struct step     *last_content;
    struct section  *last_section;
    const char      *variables[VARIABLES_MAX];
    unsigned         variable_count;
    struct transform_use transforms[TRANSFORMS_MAX];   /* named since the sticky buffer, not yet used */
    unsigned         transform_count;
    unsigned         step_count;
    const char      *at;            /* where it went wrong */
    struct fault    *fault;
};

/* False, with the sentence kept. `at` points into the rule's text; where a keyword reads a text of its own making, the option's
 * value is the place. */
__attribute__((format(printf, 3, 4)))
bool parse_wrong(struct parser *p, const char *at, const char *fmt, ...);

/* The whole rule; false: parser.at and the fault say what is wrong. */
bool parse_rule(struct parser *p, struct slice text);

/* What keywords build with. */
struct check *parse_check(struct parser *p, check_fn holds);
struct effect *parse_effect(struct parser *p, effect_fn apply);
void parse_effect_add(struct parser *p, struct effect *e);
void parse_rank(struct parser *p, bool sets);       /* the rule sets, or tests, what rules remember: setters come first */
struct step *parse_step(struct parser *p, enum step_kind kind);     /* at the end of the current buffer's section; NULL: too many */
bool parse_use_transforms(struct parser *p);                        /* before something is held against the sticky buffer */
struct section *parse_section(struct parser *p, const struct sticky *s, bool fresh);
struct section *parse_current_section(struct parser *p);    /* the newest of the buffer in force */
struct step *content_step(struct parser *p, struct slice text, bool negated);   /* a content without its quotes; NULL: wrong (content.c) */
void content_fold(struct parser *p, struct content *c);              /* either case will do (content.c) */
int parse_variable(const struct parser *p, struct slice name);      /* its slot, or -1 */
bool parse_quoted(struct parser *p, struct slice *value, bool *negated);    /* takes ! and the quotes off; negated NULL: none allowed */

#endif
