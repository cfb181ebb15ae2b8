/* email - a mail as rows of the record that carries it, alike in SMTP, POP3 and IMAP: header fields, text, attachments.
 *
 *     lines ──> mime_line() ──> email_add(): email{from, to, subject ...}, files[]
 *
 * A schema has EMAIL_ROWS rows from a row of its own choosing on, said by EMAIL_FIELDS(), and those of FILE_FIELDS().
 */
#ifndef DISSECTORS_FRAMING_EMAIL_H
#define DISSECTORS_FRAMING_EMAIL_H

#include "dissectors/dissector.h"
#include "dissectors/framing/mime.h"

enum email_row {        /* counted from the schema's first */
    EMAIL_ITEM, EMAIL_FROM, EMAIL_TO, EMAIL_CC, EMAIL_SUBJECT, EMAIL_DATE, EMAIL_MESSAGE_ID, EMAIL_X_MAILER, EMAIL_REPLY_TO, EMAIL_RECEIVED,
    EMAIL_URL, EMAIL_ATTACHMENT, EMAIL_BODY, EMAIL_ROWS
};

struct email_place { uint16_t email, files; };      /* first rows of EMAIL_FIELDS() and FILE_FIELDS() */

/* The mail's rows; after mime_end(). `gaps`: octets are missing; `cut`: its end was not seen. `rooms`: MIME_FILES_MAX, good until
 * the record is out. */
void email_add(struct record *r, struct email_place at, struct mime *m, const struct conversation *conv, bool gaps, bool cut,
               struct file_digests *rooms);

/* Octets of a mail that is sent by its length: takes the whole lines of them, when they are the `last` all; gives how many. */
size_t email_lines(struct mime *m, const struct conversation *conv, const uint8_t *at, size_t n, bool last);

static inline struct mime_memory email_memory(const struct conversation *conv)
{
    return (struct mime_memory){ conv->store, conv->account, conv->out->file_wants };
}

#define EMAIL_TEXT(first, word, how, sentence) \
    { .name = (word), .type = FIELD_TEXT, .flags = (how) | FIELD_SIDES, .in = (first) + EMAIL_ITEM + 1, .aliases = "email." word, .about = (sentence) }

#define EMAIL_FIELDS(first) \
    [(first) + EMAIL_ITEM]       = { .name = "email", .type = FIELD_LIST, .flags = FIELD_SINGLE, .about = "The mail itself." }, \
    [(first) + EMAIL_FROM]       = EMAIL_TEXT(first, "from", FIELD_EMAIL, "From header."), \
    [(first) + EMAIL_TO]         = EMAIL_TEXT(first, "to", FIELD_MANY | FIELD_EMAIL, "One address of the To header."), \
    [(first) + EMAIL_CC]         = EMAIL_TEXT(first, "cc", FIELD_MANY | FIELD_EMAIL, "One address of the Cc header."), \
    [(first) + EMAIL_SUBJECT]    = EMAIL_TEXT(first, "subject", 0, "Subject header, encoded words as sent."), \
    [(first) + EMAIL_DATE]       = EMAIL_TEXT(first, "date", 0, "Date header."), \
    [(first) + EMAIL_MESSAGE_ID] = EMAIL_TEXT(first, "message_id", 0, "Message-ID header."), \
    [(first) + EMAIL_X_MAILER]   = EMAIL_TEXT(first, "x_mailer", 0, "X-Mailer header: the program that wrote the mail."), \
    [(first) + EMAIL_REPLY_TO]   = EMAIL_TEXT(first, "reply_to", FIELD_EMAIL, "Reply-To header."), \
    [(first) + EMAIL_RECEIVED]   = EMAIL_TEXT(first, "received", FIELD_MANY, "One Received header: who passed the mail on, the newest first."), \
    [(first) + EMAIL_URL]        = EMAIL_TEXT(first, "url", FIELD_MANY, "A link in the mail's text, without its scheme."), \
    [(first) + EMAIL_ATTACHMENT] = EMAIL_TEXT(first, "attachment", FIELD_MANY, "Name of an attachment."), \
    [(first) + EMAIL_BODY]       = EMAIL_TEXT(first, "body", FIELD_HIDDEN, "Text of the mail, base64 and quoted-printable undone, all its text parts in order.")

#endif
