/* http - HTTP/1.0, 1.1 and 0.9: requests and responses, their headers, bodies and what is crooked about them.
 *
 * Source  RFC 9110 (semantics), RFC 9112 (HTTP/1.1), RFC 1945 (0.9, 1.0); where messages are broken, what browsers do and
 *         what Suricata 7's rules were written against.
 */
#ifndef DISSECTORS_HTTP_HTTP_H
#define DISSECTORS_HTTP_HTTP_H

#include "dissectors/dissector.h"

extern const struct dissector dissector_http;

#endif
