/* names - "TLS.Google" out of nDPI's two numbers, made once and lent for good.
 *
 * Limits     NAMES_MAX pairs; past that the second name alone is given ("Google"). nDPI 4.2 knows some 300 protocols
 *            and a capture of everything has some 400 pairs.
 */
#ifndef CLASSIFY_NAMES_H
#define CLASSIFY_NAMES_H

#include <stdint.h>

struct ndpi_detection_module_struct;
struct names;

struct names *names_new(struct ndpi_detection_module_struct *module);      /* NULL: no memory */
void names_free(struct names *n);
const char *names_of(struct names *n, uint16_t master, uint16_t app);

#endif
