/* times - conditions on a moment, in UTC: "2015", "2015-10-22", ">2015-10-22T23:59:59", "1998-05-01<>2008-05-01".
 *
 * What a date leaves out is its beginning: 2015 is the first second of 2015. As in Suricata both ends of a range belong to it, and so
 * does the moment itself to < and >. A whole number of more than four digits is microseconds since 1970.
 */
#ifndef DETECT_TIMES_H
#define DETECT_TIMES_H

#include "detect/parse.h"

/* As microseconds since 1970; what is before that is 0. */
bool times_parse(struct parser *p, struct slice text, struct spans *out);

#endif
