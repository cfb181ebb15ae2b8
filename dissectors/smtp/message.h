/* message - what smtp.c and mail.c share: rows, anomalies, the state of a session. */
#ifndef DISSECTORS_SMTP_MESSAGE_H
#define DISSECTORS_SMTP_MESSAGE_H

#include "dissectors/dissector.h"
#include "dissectors/framing/email.h"

enum smtp_row {
    SMTP_HELO, SMTP_MAIL_FROM, SMTP_RCPT_TO, SMTP_COMMAND, SMTP_REPLY_CODE, SMTP_REPLY,
    SMTP_EMAIL, SMTP_FILES = SMTP_EMAIL + EMAIL_ROWS, SMTP_ROWS = SMTP_FILES + FILE_ROWS
};

enum smtp_anomaly {
    SMTP_INVALID_REPLY, SMTP_UNMATCHED_REPLY, SMTP_LONG_COMMAND, SMTP_LONG_REPLY, SMTP_INVALID_PIPELINE, SMTP_LONG_BDAT,
    SMTP_NO_WELCOME, SMTP_TLS_REJECTED, SMTP_DATA_REJECTED, SMTP_FAILED_PROTOCOL_CHANGE, SMTP_DUPLICATE_FIELDS, SMTP_UNPARSABLE,
    SMTP_MIME,          /* the first of MIME_ANOMALIES, in mime.h's order */
    SMTP_ANOMALIES = SMTP_MIME + MIME_ANOMALIES
};

extern const struct schema smtp_schema;

enum { SMTP_RCPT_MAX = 64, SMTP_WAITING_MAX = 64, SMTP_ENVELOPE_MAX = 16 * 1024, SMTP_HELO_MAX = 512 };

enum smtp_command { SMTP_OTHER, SMTP_DATA, SMTP_STARTTLS, SMTP_BDAT, SMTP_RSET, SMTP_MAIL_END };

struct smtp_mail {                      /* from MAIL to its end */
    struct buffer    envelope;          /* sender and recipients */
    struct mime_span from, to[SMTP_RCPT_MAX];
    uint8_t          to_count;
    bool             begun, incomplete, gaps;
    uint64_t         anomalies;
    struct mime      mime;
};

enum smtp_phase { SMTP_COMMANDS, SMTP_IN_DATA, SMTP_IN_BDAT };

struct smtp_state {
    struct smtp_mail mail;
    struct buffer    helo;
    uint64_t         transaction;
    uint64_t         bdat_left;
    uint8_t          waiting[SMTP_WAITING_MAX];     /* commands without their reply, a ring */
    uint8_t          waiting_first, waiting_count;
    uint8_t          phase;
    bool             bdat_last, midline;            /* within DATA or BDAT: the line's beginning was taken */
    bool             welcomed, told;                /* the server greeted; a record with this HELO went out */
    bool             multiline;                     /* in the midst of a reply of several lines */
    bool             greeted_early;                 /* said already that the client spoke first */
    bool             after_bdat;                    /* a chunk ended in the midst of a line */
    bool             skipping[2];                   /* to the next line end: behind a gap or in an overlong line */
    bool             encrypted;                     /* STARTTLS was agreed upon */
};

/* mail.c */
void mail_emit(struct conversation *conv, struct smtp_state *s);    /* and begins afresh */

#endif
