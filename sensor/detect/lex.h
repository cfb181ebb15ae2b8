/* lex - the text of a rule file, cut into rules and their parts without losing track of where each stood.
 *
 * A rule is one line; a backslash at the end of a line joins the next one to it. Joining is done in place by
 * blanking the backslash (the line's end then is a blank like any other), so every slice points into the file's own
 * text and its line and column can always be told. CRLF, a byte-order mark, `#` comments and empty lines are taken in stride.
 */
#ifndef DETECT_LEX_H
#define DETECT_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slice {
    const char *at;     /* never NULL */
    size_t      len;
};

struct rule_text {          /* one file being read */
    char       *at;         /* owned by the caller, writable */
    size_t      len;
    size_t      next;       /* where the next rule is looked for */
    unsigned    next_line;  /* its line, from 1 */
};

struct rule_line {
    struct slice text;      /* trimmed, joined */
    unsigned     line;      /* on which it begins */
    const char  *begin;     /* of that line */
};

struct option {             /* name; or name:value; */
    struct slice name, value;
    bool         has_value;
};

struct rule_text rule_text_over(char *text, size_t len);
bool rule_text_next(struct rule_text *t, struct rule_line *out);

/* Line and column, from 1, of a place inside the rule. */
void rule_line_place(const struct rule_line *r, const char *at, unsigned *line, unsigned *column);

struct slice slice_of(const char *text);
struct slice slice_trim(struct slice s);
bool slice_is(struct slice s, const char *word);            /* exactly */
bool slice_is_fold(struct slice s, const char *word);       /* letters of either case */
bool slice_begins(struct slice s, const char *word);

/* Takes what stands before the first `stop` (or all) off the front; trimmed. False, and an empty
 * slice, when nothing is left. */
bool slice_cut(struct slice *rest, char stop, struct slice *out);
bool slice_word(struct slice *rest, struct slice *out);     /* up to a blank */
bool slice_unsigned(struct slice s, uint64_t *out);         /* decimal or 0x; the whole slice */
bool slice_signed(struct slice s, int64_t *out);

/* The next option off the front of what stands between the rule's parentheses. An option ends at a semicolon that no
 * backslash precedes. 1: taken, 0: nothing left, -1: the semicolon is missing. */
int slice_option(struct slice *rest, struct option *out);

#endif
