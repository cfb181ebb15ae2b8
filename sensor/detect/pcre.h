/* pcre - regular expressions of rules: PCRE2, with limits, machine code made by whoever runs one first. */
#ifndef DETECT_PCRE_H
#define DETECT_PCRE_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdatomic.h>
#include <stdbool.h>

struct regex {
    pcre2_code   *code;
    struct regex *next;         /* in the rule set, to be freed */
    atomic_int    machine;      /* enum regex_machine */
};

struct regex_run {              /* one worker's */
    pcre2_match_context *context;
    pcre2_match_data    *data;
    bool                 limited;   /* out: a limit was reached */
    struct filekind     *filekind;  /* of the transform file.magic; NULL: no rule asks */
};

struct parser;
struct slice;
/* Compiled, owned by the rule set; NULL: the parser says why. */
struct regex *regex_make(struct parser *p, struct slice pattern, uint32_t options);

/* Looks from `from` on; the match's ends, or false. */
bool regex_match(struct regex *r, struct regex_run *run, const unsigned char *at, size_t len, size_t from, size_t *begin,
                 size_t *end);
void regex_free(struct regex *r);

#endif
