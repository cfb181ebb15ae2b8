/* reputation - how bad addresses are known to be, by category: the keyword `iprep`.
 *
 *     iprep:dst,CnC,>,30;        iprep:any,BadHosts,isset;
 *
 * Files    as Suricata's: categories "1,BadHosts,Known bad hosts", one file; ratings "203.0.113.9,1,101" or
 *          "203.0.113.0/24,1,40", any number of files. Empty lines and # are passed over. A line that cannot be used is named, by
 *          file, line and column, and the others hold.
 * Meaning  of an address the longest prefix counts, within a category; of equal ones the last. An address without a rating holds for
 *          `isnotset` only.
 * Limits   60 categories, as in Suricata; ratings from 0 to 127.
 * Source   Suricata 7.0 user guide, chapters "IP Reputation" and "iprep".
 */
#ifndef DETECT_REPUTATION_H
#define DETECT_REPUTATION_H

#include "detect/parse.h"

enum { CATEGORIES_MAX = 60, RATING_MAX = 127 };

struct reputation;
void reputation_free(struct reputation *first);         /* NULL is harmless */

/* One line of either file; false: parser.at and the fault say what is wrong. The categories come first. */
bool reputation_category(struct parser *p, struct slice line);
bool reputation_rating(struct parser *p, struct slice line);

/* After the last line, before the first packet. */
void reputation_seal(struct reputation *first);

#endif
