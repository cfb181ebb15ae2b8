/* words - text as an index of words should see it (SQLite's FTS5; PostgreSQL's by way of lexemes.h), so that Chinese can be found.
 *
 * Chinese is written without blanks: a run of ideographs becomes its overlapping pairs and its last character,
 * 国家电网 -> 国家 家电 电网 网. Every pair that anybody asks for is then a word, and a single character is found as the
 * beginning of one. (FTS5's own trigram index finds nothing for two characters.) Everything else is left to FTS5's
 * unicode61, which cuts at what is neither letter nor digit.
 */
#ifndef ARCHIVE_WORDS_H
#define ARCHIVE_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "common/text.h"

/* One character; gives its length, 1 and U+FFFD for a broken byte. */
size_t words_decode(const char *s, size_t n, uint32_t *out);

/* Appends the words and a blank. Broken UTF-8 is left out. */
void words_add(const char *utf8, size_t n, struct text *out);

/* What a person typed as an FTS5 query: all of the words, in any order; Chinese runs and dotted things as phrases.
 * Nothing a person types can be an FTS5 operator. Empty when there is no word in it. */
void words_query(const char *utf8, struct text *out);

#endif
