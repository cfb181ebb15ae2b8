/* atg - Veeder-Root's serial interface of automatic tank gauges (TLS-350, TLS-450), as serial servers put it on TCP (10001).
 *
 * Source  Veeder-Root 576013-635 "Serial Interface Manual, TLS-3XX": SOH, security code, function code, data.
 */
#ifndef DISSECTORS_ATG_ATG_H
#define DISSECTORS_ATG_ATG_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_atg;

#endif
