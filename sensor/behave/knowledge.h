/* knowledge - what is known of makers and their products from files: whose a network card is, and which versions are known to be vulnerable.
 *
 * Makers     the IEEE's list as Debian's ieee-data has it (oui.txt): "00-80-F4   (hex)  TELEMECANIQUE ELECTRIQUE".
 * Weaknesses a CSV: vendor,product,below,cve,zh,en,reference. `vendor` and `product` are beginnings, case aside, blanks aside; an empty one fits all.
 *            `below` is the first version that is repaired, empty when none is; docs/man/fengsui-weaknesses.5.
 * Threads    read-only after loading.
 */
#ifndef BEHAVE_KNOWLEDGE_H
#define BEHAVE_KNOWLEDGE_H

#include <stdbool.h>

#include "common/fault.h"
#include "events/sighting.h"

struct knowledge;
/* "" for none. A bad line is logged and passed over; a file that cannot be read is an error. */
struct knowledge *knowledge_load(const char *makers, const char *weaknesses, struct fault *f);
void knowledge_free(struct knowledge *k);
size_t knowledge_makers(const struct knowledge *k);
size_t knowledge_weaknesses(const struct knowledge *k);

const char *knowledge_maker(const struct knowledge *k, const uint8_t mac[6]);      /* "" when not known */

/* The weaknesses of a product's version; gives how many, at most `most`. */
size_t knowledge_find(const struct knowledge *k, const char *vendor, const char *product, const char *version,
                      const struct weakness *out[], size_t most);

/* <0, 0, >0. Numbers count as numbers, the rest as letters: "V4.5.2" < "4.10"; a leading V is passed over. */
int version_compare(const char *a, const char *b);

#endif
