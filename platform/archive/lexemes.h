/* lexemes - words (words.h) as PostgreSQL keeps and asks for them, found as SQLite's unicode61 finds them.
 *
 * PostgreSQL's own parsers are not used: they keep `evil.example.com` whole, so that `example` would not be found, and
 * know no Chinese without an extension. A word is a run of letters and digits, in lower case, accents of Latin letters
 * taken off; of a longer one only the first LEXEME_MAX bytes count.
 */
#ifndef ARCHIVE_LEXEMES_H
#define ARCHIVE_LEXEMES_H

#include <locale.h>
#include <stddef.h>

#include "common/text.h"

enum { LEXEME_MAX = 512, LEXEMES_MAX = 40960 };     /* bytes of one; room that a row's words need at most */

/* Knows letters of every script; freed with freelocale(). (locale_t)0 when the system has no C.UTF-8. */
locale_t lexemes_locale(void);

/* Words, as words_add() writes them, as a tsvector's text: "modbus:1 write:2 " */
void lexemes_write(const char *words, size_t n, locale_t letters, struct text *out);

/* A query, as words_query() writes it, as a tsquery's text: "(evil <-> example <-> com) & (网:*)". Empty: no word. */
void lexemes_ask(const char *query, locale_t letters, struct text *out);

#endif
