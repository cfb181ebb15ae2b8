/* sdp - what a session is to be, as rows of the record that carries it (RFC 8866): who offers it, where to send, which media.
 *
 * Shape      one row per line, named after Suricata's keywords. What stands behind an m= line belongs to that medium: of such lines only
 *            those that have a keyword of their own are told.
 * Ownership  rows point into the body.
 * Limits     SDP_LINES_MAX lines; the rest is left out.
 * Errors     none: a body that does not begin with v=0 is none of these, and has no rows.
 */
#ifndef DISSECTORS_SIP_SDP_H
#define DISSECTORS_SIP_SDP_H

#include "common/cursor.h"
#include "events/record.h"

enum { SDP_LINES_MAX = 256 };

enum sdp_row {      /* counted from the schema's first */
    SDP_ORIGIN, SDP_SESSION_NAME, SDP_SESSION_INFO, SDP_URI, SDP_EMAIL, SDP_PHONE, SDP_CONNECTION, SDP_BANDWIDTH, SDP_TIME, SDP_REPEAT,
    SDP_TIMEZONE, SDP_KEY, SDP_ATTRIBUTE, SDP_MEDIA, SDP_MEDIA_INFO, SDP_MEDIA_CONNECTION, SDP_MEDIA_KEY, SDP_ROWS
};

void sdp_add(struct record *r, uint16_t first, struct cursor body);

#define SDP_TEXT(word, other, sentence) \
    { .name = "sdp_" word, .type = FIELD_TEXT, .flags = FIELD_MANY | FIELD_HIDDEN, .aliases = (other), .about = (sentence) }

#define SDP_FIELDS(first) \
    [(first) + SDP_ORIGIN]       = SDP_TEXT("origin", "sdp.origin", "SDP: who offers the session (o=)."), \
    [(first) + SDP_SESSION_NAME] = SDP_TEXT("session_name", "sdp.session_name", "SDP: its name (s=)."), \
    [(first) + SDP_SESSION_INFO] = SDP_TEXT("session_info", "sdp.session_info", "SDP: what it is about (i=)."), \
    [(first) + SDP_URI]          = SDP_TEXT("uri", "sdp.uri", "SDP: where more is said about it (u=)."), \
    [(first) + SDP_EMAIL]        = SDP_TEXT("email", "sdp.email", "SDP: mail address of who is responsible (e=)."), \
    [(first) + SDP_PHONE]        = SDP_TEXT("phone_number", "sdp.phone_number", "SDP: their telephone number (p=)."), \
    [(first) + SDP_CONNECTION]   = SDP_TEXT("connection_data", "sdp.connection_data", "SDP: where to send (c=)."), \
    [(first) + SDP_BANDWIDTH]    = SDP_TEXT("bandwidth", "sdp.bandwidth", "SDP: how much (b=)."), \
    [(first) + SDP_TIME]         = SDP_TEXT("time", "sdp.time", "SDP: from when to when (t=)."), \
    [(first) + SDP_REPEAT]       = SDP_TEXT("repeat_time", "sdp.repeat_time", "SDP: when again (r=)."), \
    [(first) + SDP_TIMEZONE]     = SDP_TEXT("timezone", "sdp.timezone", "SDP: shifts of the clock meanwhile (z=)."), \
    [(first) + SDP_KEY]          = SDP_TEXT("encryption_key", "sdp.encryption_key", "SDP: key of the session (k=)."), \
    [(first) + SDP_ATTRIBUTE]    = SDP_TEXT("attribute", "sdp.attribute", "SDP: an attribute of the session or of a medium (a=)."), \
    [(first) + SDP_MEDIA]        = SDP_TEXT("media", "sdp.media.media sdp.media_description.media", "SDP: a medium, its port, transport and formats (m=)."), \
    [(first) + SDP_MEDIA_INFO]   = SDP_TEXT("media_info", "sdp.media.session_info sdp.media.media_info sdp.media_description.session_info", "SDP: what a medium is about (i=)."), \
    [(first) + SDP_MEDIA_CONNECTION] = SDP_TEXT("media_connection_data", "sdp.media.connection_data sdp.media_description.connection_data", "SDP: where to send a medium (c=)."), \
    [(first) + SDP_MEDIA_KEY]    = SDP_TEXT("media_encryption_key", "sdp.media.encryption_key sdp.media_description.encryption_key", "SDP: key of a medium (k=).")

#endif
