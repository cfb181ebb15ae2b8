/* mime - a mail's header and body, line by line: header fields, text, attachments decoded (RFC 5322, RFC 2045 to 2047, 2183).
 *
 *     lines --> header fields --> which parts there are --> base64, quoted-printable --> text and files
 *
 * Shape      zeroed memory is a mail that has not begun. Fields, names and boundaries are places in .text.
 * Ownership  all bytes are in the flow's store; mime_free() gives them back.
 * Limits     as below. What does not fit is left out, and .cut is set; sizes count all of it.
 * Errors     none: whatever is odd is a bit in .anomalies, and reading goes on as mail programs do.
 */
#ifndef DISSECTORS_FRAMING_MIME_H
#define DISSECTORS_FRAMING_MIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buffer.h"
#include "dissectors/framing/file.h"

enum {
    MIME_LINE_MAX = 4096,               /* a longer line comes in pieces */
    MIME_TEXT_MAX = 32 * 1024,          /* fields, names and boundaries of one mail */
    MIME_FIELD_MAX = 8 * 1024,          /* one header field, unfolded */
    MIME_BODY_MAX = 64 * 1024,          /* its text, decoded */
    MIME_FILE_MAX = 100 * 1024,         /* one attachment, decoded */
    MIME_FILES_MAX = 16, MIME_DEPTH_MAX = 8
};

enum mime_anomaly {
    MIME_INVALID_BASE64, MIME_INVALID_QP, MIME_LONG_LINE, MIME_LONG_ENCODED_LINE, MIME_LONG_HEADER_NAME, MIME_LONG_HEADER_VALUE,
    MIME_LONG_BOUNDARY, MIME_LONG_FILENAME, MIME_MALFORMED, MIME_PARSE_FAILED, MIME_ANOMALIES
};

enum mime_field {
    MIME_FROM, MIME_TO, MIME_CC, MIME_SUBJECT, MIME_DATE, MIME_MESSAGE_ID, MIME_X_MAILER, MIME_REPLY_TO, MIME_FIELDS
};

enum { MIME_RECEIVED_MAX = 16 };        /* Received fields of one mail; a forged loop has hundreds */

struct mime_span { uint32_t at, len; };     /* in mime.text; len 0: not there */

struct mime_file {
    struct mime_span name, type;
    uint64_t         size;      /* octets, decoded */
    struct buffer    data;      /* the first MIME_FILE_MAX of them, or what memory allowed */
    struct file_digesting *digesting;   /* over all of them; NULL: nobody wants it */
};

struct mime {
    struct buffer    text;
    struct buffer    field;                     /* the header field being put together */
    struct buffer    body;                      /* text/plain and text/html parts, decoded */
    struct mime_span fields[MIME_FIELDS];
    struct mime_span received[MIME_RECEIVED_MAX];   /* the newest first, as they stand */
    struct mime_span boundary[MIME_DEPTH_MAX];
    struct mime_file files[MIME_FILES_MAX];
    struct mime_span name, type, next_boundary; /* of the part whose header is being read */
    uint32_t         base64;                    /* bits not yet written */
    uint16_t         anomalies;                 /* bits, enum mime_anomaly */
    uint8_t          base64_count;              /* sextets in .base64; 0xff: padding came, the rest is nothing */
    uint8_t          depth, file_count, received_count;
    uint8_t          phase, coding, sink;
    uint8_t          eol;                       /* octets of a line end that belongs to the part only if another line follows */
    bool             begun, midline, inner, cut;
};

struct mime_memory { struct store *store; struct account *account; unsigned wants; };  /* wants: enum file_wants */

/* The next n octets of a line; `eol` octets of line end behind them (0: the line goes on in the next call). */
void mime_line(struct mime *m, struct mime_memory memory, const uint8_t *at, size_t n, size_t eol);
void mime_end(struct mime *m, struct mime_memory memory);
void mime_free(struct mime *m, struct mime_memory memory);      /* zeroed again */

static inline const uint8_t *mime_at(const struct mime *m, struct mime_span s)
{
    return s.len > 0 ? m->text.at + s.at : (const uint8_t *)"";
}

#endif
