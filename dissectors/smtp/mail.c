/* A mail as a record: envelope, and what framing/email.h makes of its lines. */
#include "dissectors/smtp/message.h"

static void envelope_rows(struct record *r, const struct smtp_state *s)
{
    const struct smtp_mail *mail = &s->mail;
    if (s->helo.len > 0)
        record_bytes(r, SMTP_HELO, s->helo.at, s->helo.len);
    if (mail->from.len > 0)
        record_bytes(r, SMTP_MAIL_FROM, mail->envelope.at + mail->from.at, mail->from.len);
    for (unsigned i = 0; i < mail->to_count; i++)
        record_bytes(r, SMTP_RCPT_TO, mail->envelope.at + mail->to[i].at, mail->to[i].len);
}

void mail_emit(struct conversation *conv, struct smtp_state *s)
{
    struct smtp_mail *mail = &s->mail;
    struct record *r = conversation_record(conv, &smtp_schema);
    struct file_digests rooms[MIME_FILES_MAX];
    mime_end(&mail->mime, email_memory(conv));
    r->dir = FROM_CLIENT;
    r->transaction = s->transaction++;
    r->anomalies = mail->anomalies | (uint64_t)mail->mime.anomalies << SMTP_MIME;
    r->incomplete = mail->incomplete;
    r->cut = mail->mime.cut;
    envelope_rows(r, s);
    if (mail->mime.begun)
        email_add(r, (struct email_place){ SMTP_EMAIL, SMTP_FILES }, &mail->mime, conv, mail->gaps, mail->incomplete, rooms);
    conversation_emit(conv, r);
    mime_free(&mail->mime, email_memory(conv));
    buffer_free(&mail->envelope, conv->store, conv->account);
    *mail = (struct smtp_mail){ .begun = false };
    s->told = true;
}
