/* routable - the session of IEC 61850-90-5 that carries GOOSE and sampled values over UDP.
 *
 *   01 40                   connectionless transport (ISO 8602)
 *   a1 LI                   session: a0 tunnelled, a1 GOOSE, a2 sampled values, a3 management
 *     80 LI                 common header
 *       SPDU length (4), SPDU number (4), version (2)
 *       time of the current key (4), to the next key (2), key (4), length of the initialization vector (1), vector
 *   payload length (4), then payloads: type (1), simulation (1), APPID (2), length (2), APDU
 *
 * Source  IEC 61850-90-5:2012, section 8; the form of the security information as Wireshark's packet-goose has it
 */
#ifndef DISSECTORS_FRAMING_ROUTABLE_H
#define DISSECTORS_FRAMING_ROUTABLE_H

#include <stdbool.h>

#include "common/cursor.h"

enum routable_session { ROUTABLE_TUNNELLED = 0xa0, ROUTABLE_GOOSE, ROUTABLE_SV, ROUTABLE_MANAGEMENT };
enum routable_payload { ROUTABLE_PAYLOAD_GOOSE = 0x81, ROUTABLE_PAYLOAD_SV = 0x82 };

struct routable {
    uint8_t       session;      /* enum routable_session */
    uint32_t      spdu_length, spdu_number, key;
    uint16_t      version;
    bool          consistent;   /* SPDU length and payload length fit the datagram */
    struct cursor payloads;
};

struct routable_item {
    uint8_t       type;         /* enum routable_payload */
    bool          simulation;
    uint16_t      appid, length;
    struct cursor apdu;
};

/* Takes the head of a datagram; false: this is no such session. */
bool routable_read(struct cursor c, struct routable *r);

/* The next payload; false: there is none, or it is cut short. */
bool routable_next(struct cursor *payloads, struct routable_item *item);

/* The head that both have on Ethernet instead: APPID, length, two reserved words of which the first says whether it is a simulation. False: it
 * is cut short. `consistent`: the length fits the frame. */
bool routable_frame(struct cursor c, struct routable_item *item, bool *consistent);

/* Whether a datagram is such a session for sure: its first payload of this type begins with this tag. */
bool routable_is(struct cursor c, enum routable_session session, enum routable_payload payload, uint8_t tag);

#endif
