/* mask - personal data in a text made unreadable, the rest left as it is.
 *
 * What is seen   resident id of 18 characters (GB 11643-1999: a date that can be, check digit by ISO 7064 MOD 11-2), bank card
 *                (ISO/IEC 7812: known issuers, Luhn), mobile number (11 digits from 13 to 19, also with +86), mail address.
 *                Digits may stand in groups, one space or hyphen between two. A password behind its name and = or : (password=...,
 *                "passwd": "...", 口令：...).
 * What is left   of an id the region's six digits, of a card the issuer's six and the last four, of a mobile number three
 *                and four, of a mail address its first letter and the domain: enough to tell two apart, too little to
 *                reach anybody. Of a password nothing, not even its length.
 * Not masked     digits within a longer word or number (hashes, identifiers): what is masked stands by itself.
 * The length of the text stays, but for mail addresses and passwords; it grows by two bytes at most for each four.
 */
#ifndef COMMON_MASK_H
#define COMMON_MASK_H

#include <stdbool.h>

#include "common/text.h"

/* Appends the text; gives how many things were masked in it. */
size_t mask_text(const char *s, size_t n, struct text *out);

bool mask_is_resident_id(const char digits[18]);            /* the last may be X or x */
bool mask_is_card(const char *digits, size_t n);
bool mask_is_mobile(const char *digits, size_t n);

#endif
