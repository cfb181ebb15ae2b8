/* http2 - HTTP/2: the frames of a connection, its streams as requests and responses, header compression.
 *
 * Source   RFC 9113 (HTTP/2), RFC 7541 (HPACK), RFC 9218 (priority is no longer a tree; the old field is read all the same)
 * Records  one per request and one per response, at the end of the stream's direction, at the body limit, or when it is cut
 *          short: with all of HTTP/1's rows under HTTP/1's keywords, so a rule for `http` holds for both. One for each frame that
 *          belongs to no message: SETTINGS, PING, GOAWAY, WINDOW_UPDATE, RST_STREAM, PRIORITY, PUSH_PROMISE.
 * Begins   with the client's preface, also behind an HTTP/1 Upgrade (the HTTP/1 dissector hands over).
 * Limits   HTTP2_STREAMS_MAX streams open at once, HTTP2_ASIDES_MAX records of single frames in a flow; messages as in HTTP/1.
 */
#ifndef DISSECTORS_HTTP2_HTTP2_H
#define DISSECTORS_HTTP2_HTTP2_H

#include "dissectors/dissector.h"

enum { HTTP2_STREAMS_MAX = 128, HTTP2_ASIDES_MAX = 1024 };

extern const struct dissector dissector_http2;

#endif
