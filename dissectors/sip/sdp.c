#include "dissectors/sip/sdp.h"

#include "dissectors/framing/line.h"

enum { LINE_MAX = 4096, NO_LINE = SDP_ROWS };

/* The row of a line by its letter; of a medium's lines those that are its own. */
static unsigned row_of(uint8_t letter, bool of_medium)
{
    switch (letter) {
    case 'o': return SDP_ORIGIN;
    case 's': return SDP_SESSION_NAME;
    case 'i': return of_medium ? SDP_MEDIA_INFO : SDP_SESSION_INFO;
    case 'u': return SDP_URI;
    case 'e': return SDP_EMAIL;
    case 'p': return SDP_PHONE;
    case 'c': return of_medium ? SDP_MEDIA_CONNECTION : SDP_CONNECTION;
    case 'b': return SDP_BANDWIDTH;
    case 't': return SDP_TIME;
    case 'r': return SDP_REPEAT;
    case 'z': return SDP_TIMEZONE;
    case 'k': return of_medium ? SDP_MEDIA_KEY : SDP_KEY;
    case 'a': return SDP_ATTRIBUTE;
    case 'm': return SDP_MEDIA;
    default:  return NO_LINE;
    }
}

void sdp_add(struct record *r, uint16_t first, struct cursor body)
{
    struct cursor line;
    size_t eol;
    bool of_medium = false;
    if (!line_begins(&body, "V=0"))
        return;
    for (unsigned i = 0; i < SDP_LINES_MAX && body.left > 0; i++) {
        if (line_take(&body, LINE_MAX, &line, &eol) == LINE_MORE)
            line = cursor_sub(&body, body.left);        /* the last may lack its end */
        uint8_t letter = cursor_u8(&line);
        unsigned row = cursor_u8(&line) == '=' && line.status == CURSOR_OK ? row_of(letter, of_medium) : NO_LINE;
        of_medium |= row == SDP_MEDIA;
        if (row != NO_LINE && line.left > 0)
            record_bytes(r, (uint16_t)(first + row), line.at, line.left);
    }
}
