/* numbers - conditions on a whole number: "5", "!5", ">5", "<=5", "5-10", "1<>4", "1,2,5", "write_single_coil", "10kb",
 * "&0xc0=0x80".
 *
 * Each becomes a set of ranges, so that matching is one lookup whatever was written.
 */
#ifndef DETECT_NUMBERS_H
#define DETECT_NUMBERS_H

#include "detect/parse.h"
#include "events/field.h"

struct number_style {
    wide                     most;      /* of the value */
    const struct field_name *names;     /* or NULL */
    bool                     inner;     /* "5-10" leaves out 5 and 10, as Suricata's own keywords do; "5<>10" always does */
    bool                     is_signed; /* values are biased by NUMBER_BIAS */
};
#define NUMBER_BIAS ((wide)1 << 63)

bool numbers_parse(struct parser *p, struct slice text, const struct number_style *style, struct spans *out);

#endif
