/* fox - Tridium's Niagara Fox: stations of building automation and their workbenches, on TCP (1911; 4911 inside TLS).
 *
 * Source  unpublished by its maker; as seen in captures and in Redpoint's fox-info.nse (Digital Bond).
 */
#ifndef DISSECTORS_FOX_FOX_H
#define DISSECTORS_FOX_FOX_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_fox;

#endif
