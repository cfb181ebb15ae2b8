/* frames - a message's bytes as they went over the wire, for the rule keyword `frame`: frame:tls.pdu, frame:smb2.hdr.
 *
 * A dissector says where each PDU begins and ends by taking it; that is Suricata's "pdu". Where a protocol has frames inside of
 * it (header and data, request line and headers) a row of the table in frames.c cuts them out. They travel as a record of a
 * schema of their own, so that rules need nothing new to look at them; they are no events.
 * HTTP     is taken in pieces; its frames are whole messages, which end where their record goes out.
 * Limits   a PDU that its dissector takes in pieces (a large write of SMB, an overlong message of MQTT) is no frame, nor is a
 *          message of HTTP that begins in one chunk and ends in another: its fields are finer.
 * Source   Suricata 7.0 user guide, chapter "Rule keywords: frame"; its lists of frames by protocol.
 */
#ifndef DISSECT_FRAMES_H
#define DISSECT_FRAMES_H

#include "dissectors/dissector.h"

extern const struct schema frame_schema;        /* rows "tls.pdu", "tls.hdr" ... */

/* The frames of one PDU of `by`'s into `r`, which was begun. False: it has none. */
bool frames_are_messages(const struct dissector *by);       /* PDUs are pieces: frames_of() wants messages */
bool frames_of(const struct dissector *by, struct cursor pdu, enum dissect_over over, struct record *r);

#endif
