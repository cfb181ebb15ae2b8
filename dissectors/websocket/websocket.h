/* websocket - the WebSocket protocol (RFC 6455): frames behind an HTTP Upgrade that both sides agreed upon.
 *
 * Shape      one record per frame. The last frame of a message that came in several carries the payload of all of them.
 * Limits     WEBSOCKET_PAYLOAD_MAX octets of a message are kept; the rest is counted and left out.
 * Errors     what is no frame loses the conversation; a hole inside of a payload leaves the frame incomplete.
 */
#ifndef DISSECTORS_WEBSOCKET_WEBSOCKET_H
#define DISSECTORS_WEBSOCKET_WEBSOCKET_H

#include "dissectors/dissector.h"

enum { WEBSOCKET_PAYLOAD_MAX = 64 * 1024 - 1 };

extern const struct dissector dissector_websocket;

#endif
