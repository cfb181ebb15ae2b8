/* coap - CoAP over UDP: requests with their paths, responses with their codes, observation and blocks.
 *
 * Source  RFC 7252 (3: message format, 5.10: options, 12.1: codes), RFC 7641 (Observe), RFC 7959 (Block), RFC 8132 (FETCH, PATCH)
 */
#ifndef DISSECTORS_COAP_COAP_H
#define DISSECTORS_COAP_COAP_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_coap;

#endif
