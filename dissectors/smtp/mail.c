/* A mail as a record: envelope, header fields, attachments. */
#include "dissectors/smtp/message.h"

static void row(struct record *r, uint16_t at, const struct mime *m, struct mime_span s)
{
    if (s.len > 0)
        record_bytes(r, at, mime_at(m, s), s.len);
}

/* To and Cc: addresses apart at the commas that stand in no quotes. */
static void address_rows(struct record *r, uint16_t at, const struct mime *m, struct mime_span s)
{
    const uint8_t *text = mime_at(m, s);
    bool quoted = false;
    uint32_t begin = 0;
    for (uint32_t i = 0; i <= s.len; i++) {
        if (i < s.len && text[i] == '"')
            quoted = !quoted;
        if (i < s.len && (text[i] != ',' || quoted))
            continue;
        while (begin < i && (text[begin] == ' ' || text[begin] == '\t'))
            begin++;
        if (i > begin)
            record_bytes(r, at, text + begin, i - begin);
        begin = i + 1;
    }
}

static void email_rows(struct record *r, const struct mime *m)
{
    record_item(r, SMTP_EMAIL);
    row(r, SMTP_EMAIL_FROM, m, m->fields[MIME_FROM]);
    address_rows(r, SMTP_EMAIL_TO, m, m->fields[MIME_TO]);
    address_rows(r, SMTP_EMAIL_CC, m, m->fields[MIME_CC]);
    row(r, SMTP_EMAIL_SUBJECT, m, m->fields[MIME_SUBJECT]);
    row(r, SMTP_EMAIL_DATE, m, m->fields[MIME_DATE]);
    row(r, SMTP_EMAIL_MESSAGE_ID, m, m->fields[MIME_MESSAGE_ID]);
    row(r, SMTP_EMAIL_X_MAILER, m, m->fields[MIME_X_MAILER]);
    row(r, SMTP_EMAIL_REPLY_TO, m, m->fields[MIME_REPLY_TO]);
    for (unsigned i = 0; i < m->file_count; i++)
        row(r, SMTP_EMAIL_ATTACHMENT, m, m->files[i].name);
    if (m->body.len > 0)
        record_bytes(r, SMTP_EMAIL_BODY, m->body.at, m->body.len);
}

static void file_rows(struct record *r, struct mime *m, const struct conversation *conv, const struct smtp_mail *mail, struct file_digests *rooms)
{
    for (unsigned i = 0; i < m->file_count; i++) {
        struct mime_file *f = &m->files[i];
        bool last = i + 1u == m->file_count;
        struct file_digests digests;
        bool digested = file_digesting_end(f->digesting, conv->store, conv->account, &digests);
        f->digesting = NULL;
        file_add(r, SMTP_FILES, &(struct file){
            .name = mime_at(m, f->name), .name_len = f->name.len, .type = mime_at(m, f->type), .type_len = f->type.len,
            .data = f->data.at, .len = f->data.len, .size = f->size, .whole = !mail->gaps && !(last && mail->incomplete),
            .gaps = mail->gaps, .digests = digested ? &digests : NULL }, conv->out->file_wants, &rooms[i]);
    }
}

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
    mime_end(&mail->mime, memory_of(conv));
    r->dir = FROM_CLIENT;
    r->transaction = s->transaction++;
    r->anomalies = mail->anomalies | (uint64_t)mail->mime.anomalies << SMTP_MIME;
    r->incomplete = mail->incomplete;
    r->cut = mail->mime.cut;
    envelope_rows(r, s);
    if (mail->mime.begun) {
        email_rows(r, &mail->mime);
        file_rows(r, &mail->mime, conv, mail, rooms);
    }
    conversation_emit(conv, r);
    mime_free(&mail->mime, memory_of(conv));
    buffer_free(&mail->envelope, conv->store, conv->account);
    *mail = (struct smtp_mail){ .begun = false };
    s->told = true;
}
