/* smtp - commands, replies, and when a mail begins and ends.
 *
 * A client's DATA begins the mail at once, without waiting for the 354: a refusal takes it back. So a capture of the
 * client alone is read too. Replies are matched with commands in order, as pipelining wants (RFC 2920).
 */
#include "dissectors/smtp/smtp.h"

#include <string.h>

#include "dissectors/framing/line.h"
#include "dissectors/smtp/message.h"

enum { LINE_MAX = 4096 };

static struct smtp_state *state_of(const struct conversation *conv)
{
    return conv->state;
}

/* ---- what is odd outside mails ---- */

static void tell_command(struct conversation *conv, const struct cursor *line, enum smtp_anomaly a)
{
    struct record *r = conversation_record(conv, &smtp_schema);
    r->transaction = state_of(conv)->transaction;
    record_bytes(r, SMTP_COMMAND, line->at, line->left);
    record_anomaly(r, a);
    conversation_emit(conv, r);
}

static void tell_reply(struct conversation *conv, const struct cursor *line, enum smtp_anomaly a)
{
    struct record *r = conversation_record(conv, &smtp_schema);
    r->dir = FROM_SERVER;
    r->transaction = state_of(conv)->transaction;
    if (line != NULL && line_reply_code(line) >= 0)
        record_uint(r, SMTP_REPLY_CODE, (uint64_t)line_reply_code(line));
    if (line != NULL)
        record_bytes(r, SMTP_REPLY, line->at, line->left);
    record_anomaly(r, a);
    conversation_emit(conv, r);
}

/* ---- commands that wait for their replies ---- */

static void waiting_add(struct smtp_state *s, enum smtp_command c)
{
    if (s->waiting_count == SMTP_WAITING_MAX) {     /* the server is not seen, or does not answer */
        s->waiting_first = (uint8_t)((s->waiting_first + 1) % SMTP_WAITING_MAX);
        s->waiting_count--;
    }
    s->waiting[(s->waiting_first + s->waiting_count++) % SMTP_WAITING_MAX] = (uint8_t)c;
}

static enum smtp_command waiting_last(const struct smtp_state *s)
{
    return s->waiting_count == 0 ? SMTP_OTHER : s->waiting[(s->waiting_first + s->waiting_count - 1u) % SMTP_WAITING_MAX];
}

static void waiting_drop(struct smtp_state *s)
{
    s->waiting_first = (uint8_t)((s->waiting_first + 1) % SMTP_WAITING_MAX);
    s->waiting_count--;
}

/* ---- commands ---- */

static struct mime_span envelope_keep(struct conversation *conv, struct smtp_state *s, const struct cursor *c)
{
    struct mime_span at = { s->mail.envelope.len, 0 };
    at.len = (uint32_t)buffer_add(&s->mail.envelope, conv->store, conv->account, c->at, c->left, SMTP_ENVELOPE_MAX);
    s->mail.incomplete |= at.len < c->left;
    return at;
}

static void mail_drop(struct conversation *conv, struct smtp_state *s)
{
    mime_free(&s->mail.mime, email_memory(conv));
    s->phase = SMTP_COMMANDS;
}

static void take_helo(struct conversation *conv, struct smtp_state *s, const struct cursor *line)
{
    struct cursor c = *line;
    (void)line_word(&c);
    line_trim(&c);
    if (c.left == 0)
        tell_command(conv, line, SMTP_UNPARSABLE);
    if (s->helo.len > 0)
        tell_command(conv, line, SMTP_DUPLICATE_FIELDS);
    else
        (void)buffer_add(&s->helo, conv->store, conv->account, c.at, c.left, SMTP_HELO_MAX);
}

/* "<a@b> SIZE=1": the address as it is sent, without the parameters. */
static struct cursor address_of(const struct cursor *line)
{
    struct cursor c = *line;
    const uint8_t *colon = memchr(c.at, ':', c.left);
    cursor_skip(&c, colon == NULL ? c.left : (size_t)(colon - c.at) + 1);
    line_trim(&c);
    return line_word(&c);
}

static void take_mail(struct conversation *conv, struct smtp_state *s, const struct cursor *line)
{
    struct cursor address = address_of(line);
    if (address.left == 0)
        tell_command(conv, line, SMTP_UNPARSABLE);
    else if (s->mail.from.len > 0)
        s->mail.anomalies |= UINT64_C(1) << SMTP_DUPLICATE_FIELDS;
    else
        s->mail.from = envelope_keep(conv, s, &address);
    s->mail.begun = true;
}

static void take_rcpt(struct conversation *conv, struct smtp_state *s, const struct cursor *line)
{
    struct cursor address = address_of(line);
    if (address.left == 0)
        tell_command(conv, line, SMTP_UNPARSABLE);
    else if (s->mail.to_count < SMTP_RCPT_MAX)
        s->mail.to[s->mail.to_count++] = envelope_keep(conv, s, &address);
    else
        s->mail.incomplete = true;
    s->mail.begun = true;
}

static void take_bdat(struct conversation *conv, struct smtp_state *s, const struct cursor *line)
{
    struct cursor c = *line;
    uint64_t n = 0;
    (void)line_word(&c);
    struct cursor number = line_word(&c);
    bool good = number.left > 0 && number.left < 19;
    for (size_t i = 0; i < number.left && good; i++) {
        good = number.at[i] >= '0' && number.at[i] <= '9';
        n = n * 10 + (uint64_t)(number.at[i] - '0');
    }
    if (!good) {
        tell_command(conv, line, SMTP_UNPARSABLE);
        return;
    }
    s->bdat_left = n;
    s->bdat_last = line_begins(&c, "LAST");
    s->mail.begun = true;
    s->phase = SMTP_IN_BDAT;
}

static enum smtp_command take_command(struct conversation *conv, struct smtp_state *s, const struct cursor *line)
{
    if (line_begins(line, "EHLO") || line_begins(line, "HELO"))
        take_helo(conv, s, line);
    else if (line_begins(line, "MAIL FROM"))
        take_mail(conv, s, line);
    else if (line_begins(line, "RCPT TO"))
        take_rcpt(conv, s, line);
    else if (line_begins(line, "STARTTLS"))
        return SMTP_STARTTLS;
    else if (line_begins(line, "BDAT")) {
        take_bdat(conv, s, line);
        return SMTP_BDAT;
    } else if (line_begins(line, "DATA")) {
        s->mail.begun = true;
        s->phase = SMTP_IN_DATA;
        return SMTP_DATA;
    } else if (line_begins(line, "RSET")) {
        if (s->mail.begun)
            mail_emit(conv, s);
        return SMTP_RSET;
    } else if (s->after_bdat && !line_begins(line, "QUIT") && !line_begins(line, "NOOP")) {
        tell_command(conv, line, SMTP_LONG_BDAT);
    }
    return SMTP_OTHER;
}

static enum dissect command_pdu(struct conversation *conv, struct smtp_state *s, struct cursor *in)
{
    struct cursor line;
    size_t eol;
    enum line took = line_take(in, LINE_MAX, &line, &eol);
    if (took == LINE_MORE)
        return DISSECT_MORE;
    bool skipped = s->skipping[FROM_CLIENT];
    s->skipping[FROM_CLIENT] = took == LINE_PIECE;
    if (skipped)
        return DISSECT_PDU;
    if (took == LINE_PIECE)
        tell_command(conv, &line, SMTP_LONG_COMMAND);
    if (!s->welcomed && !s->greeted_early && !conv->midstream) {
        s->greeted_early = true;
        tell_reply(conv, NULL, SMTP_NO_WELCOME);
    }
    if (waiting_last(s) == SMTP_STARTTLS || waiting_last(s) == SMTP_DATA)
        tell_command(conv, &line, SMTP_INVALID_PIPELINE);
    waiting_add(s, take_command(conv, s, &line));
    s->after_bdat = false;
    return DISSECT_PDU;
}

/* ---- the mail's lines ---- */

/* Lines until the lone dot; a dot before others was doubled (RFC 5321, 4.5.2). */
static enum dissect data_pdu(struct conversation *conv, struct smtp_state *s, struct cursor *in)
{
    struct cursor line;
    size_t eol, before = in->left;
    if (s->welcomed && waiting_last(s) == SMTP_DATA)
        s->mail.anomalies |= UINT64_C(1) << SMTP_INVALID_PIPELINE;
    while (in->left > 0 && line_take(in, MIME_LINE_MAX, &line, &eol) != LINE_MORE) {
        bool begins = !s->midline;
        s->midline = eol == 0;
        if (begins && line.left == 1 && line.at[0] == '.' && eol > 0) {
            s->phase = SMTP_COMMANDS;
            waiting_add(s, SMTP_MAIL_END);
            mail_emit(conv, s);
            return DISSECT_PDU;
        }
        cursor_skip(&line, begins && line.left > 1 && line.at[0] == '.');
        mime_line(&s->mail.mime, email_memory(conv), line.at, line.left, eol);
    }
    return in->left < before ? DISSECT_PDU : DISSECT_MORE;
}

static void bdat_ends(struct conversation *conv, struct smtp_state *s)
{
    s->phase = SMTP_COMMANDS;
    s->after_bdat = s->midline;
    if (!s->bdat_last)
        return;
    s->midline = false;
    mail_emit(conv, s);
}

static enum dissect bdat_pdu(struct conversation *conv, struct smtp_state *s, struct cursor *in)
{
    size_t n = in->left < s->bdat_left ? in->left : (size_t)s->bdat_left;
    bool whole = n == s->bdat_left;
    struct cursor chunk = cursor_over(in->at, n), line;
    size_t eol;
    while (chunk.left > 0 && line_take(&chunk, MIME_LINE_MAX, &line, &eol) != LINE_MORE) {
        s->midline = eol == 0;
        mime_line(&s->mail.mime, email_memory(conv), line.at, line.left, eol);
    }
    if (whole && chunk.left > 0) {
        s->midline = true;
        mime_line(&s->mail.mime, email_memory(conv), chunk.at, chunk.left, 0);
        chunk.left = 0;
    }
    s->bdat_left -= n - chunk.left;
    cursor_skip(in, n - chunk.left);
    if (s->bdat_left == 0)
        bdat_ends(conv, s);
    return n > chunk.left ? DISSECT_PDU : DISSECT_MORE;
}

/* ---- replies ---- */

static bool known_code(int code)
{
    static const uint16_t codes[] = {
        211, 214, 220, 221, 235, 250, 251, 252, 334, 354, 421, 435, 450, 451, 452, 454, 455, 500, 501, 502, 503, 504, 525, 530, 534,
        535, 538, 550, 551, 552, 553, 554, 555
    };
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (codes[i] == code)
            return true;
    return false;
}

static void first_reply(struct conversation *conv, struct smtp_state *s, const struct cursor *line, int code)
{
    if (!s->multiline)
        s->welcomed = true;
    if (code != 220)
        tell_reply(conv, line, SMTP_INVALID_REPLY);
}

static void match_reply(struct conversation *conv, struct smtp_state *s, const struct cursor *line, int code)
{
    enum smtp_command c = s->waiting[s->waiting_first];
    s->welcomed = true;
    if (c == SMTP_STARTTLS && code == 220) {
        s->encrypted = true;
        if (s->waiting_count > 1)
            tell_reply(conv, line, SMTP_FAILED_PROTOCOL_CHANGE);
    } else if (c == SMTP_STARTTLS)
        tell_reply(conv, line, SMTP_TLS_REJECTED);
    else if (c == SMTP_DATA && code != 354) {
        tell_reply(conv, line, SMTP_DATA_REJECTED);
        if (s->phase == SMTP_IN_DATA)
            mail_drop(conv, s);
    }
    if (!s->multiline)
        waiting_drop(s);
}

static enum dissect reply_pdu(struct conversation *conv, struct smtp_state *s, struct cursor *in)
{
    struct cursor line;
    size_t eol;
    enum line took = line_take(in, LINE_MAX, &line, &eol);
    if (took == LINE_MORE)
        return DISSECT_MORE;
    bool skipped = s->skipping[FROM_SERVER];
    s->skipping[FROM_SERVER] = took == LINE_PIECE;
    if (skipped)
        return DISSECT_PDU;
    if (took == LINE_PIECE)
        tell_reply(conv, &line, SMTP_LONG_REPLY);
    int code = line_reply_code(&line);
    s->multiline = cursor_peek(&line, 3) == '-';
    if (!known_code(code))
        tell_reply(conv, &line, SMTP_INVALID_REPLY);
    else if (s->waiting_count > 0)
        match_reply(conv, s, &line, code);
    else if (!s->welcomed)
        first_reply(conv, s, &line, code);
    else if (!s->multiline)
        tell_reply(conv, &line, SMTP_UNMATCHED_REPLY);
    conv->next = s->encrypted ? "tls" : NULL;
    return s->encrypted ? DISSECT_NEXT : DISSECT_PDU;
}

/* ---- the contract ---- */

static enum dissect smtp_pdu(struct conversation *conv, struct cursor *in)
{
    struct smtp_state *s = state_of(conv);
    if (conv->dir == FROM_SERVER)
        return reply_pdu(conv, s, in);
    if (s->phase == SMTP_IN_BDAT && s->bdat_left == 0)
        bdat_ends(conv, s);
    if (s->phase == SMTP_IN_BDAT)
        return bdat_pdu(conv, s, in);
    return s->phase == SMTP_IN_DATA ? data_pdu(conv, s, in) : command_pdu(conv, s, in);
}

/* Lines find us again, in a mail too: what is missing there only makes it incomplete. */
static bool smtp_gap(struct conversation *conv, size_t missing)
{
    struct smtp_state *s = state_of(conv);
    s->mail.incomplete |= s->mail.begun;
    s->mail.gaps |= s->mail.mime.begun;
    if (conv->dir == FROM_CLIENT && s->phase == SMTP_IN_BDAT)
        s->bdat_left -= missing < s->bdat_left ? missing : s->bdat_left;
    else if (conv->dir == FROM_SERVER || s->phase == SMTP_COMMANDS)
        s->skipping[conv->dir] = true;
    else
        s->midline = true;
    s->waiting_count = conv->dir == FROM_SERVER ? 0 : s->waiting_count;
    return true;
}

static void smtp_end(struct conversation *conv)
{
    struct smtp_state *s = state_of(conv);
    if (s->mail.begun) {
        s->mail.incomplete |= s->mail.mime.begun;
        mail_emit(conv, s);
    } else if (s->helo.len > 0 && !s->told) {
        mail_emit(conv, s);
    }
    buffer_free(&s->helo, conv->store, conv->account);
}

static enum probe probe_client(const struct cursor *c)
{
    static const char *const sure[] = { "EHLO ", "HELO " };
    static const char *const perhaps[] = { "MAIL FROM:", "AUTH ", "QUIT\r\n", "NOOP\r\n", "RSET\r\n", "HELP\r\n", "EHLO\r\n" };
    for (size_t i = 0; i < sizeof sure / sizeof sure[0]; i++)
        if (line_begins(c, sure[i]))
            return PROBE_YES;
    for (size_t i = 0; i < sizeof perhaps / sizeof perhaps[0]; i++)
        if (line_begins(c, perhaps[i]))
            return PROBE_MAYBE;
    return c->left < 5 ? PROBE_MORE : PROBE_NO;
}

/* FTP greets with 220 as well: only port or name, or what the client says, tell them apart. */
static enum probe smtp_probe(const struct conversation *conv, struct cursor c)
{
    if (conv->dir == FROM_CLIENT)
        return probe_client(&c);
    if (c.left < 4)
        return PROBE_MORE;
    int code = line_reply_code(&c);
    return code == 220 || code == 421 || code == 554 ? PROBE_MAYBE : PROBE_NO;
}

const struct dissector dissector_smtp = {
    .schema = &smtp_schema,
    .source = "RFC 5321, RFC 2045 to 2047, RFC 2183, RFC 3030, RFC 3207",
    .over = OVER_TCP,
    .ports = { 25, 587, 465, 2525 },
    .ndpi = "SMTP",
    .state_size = sizeof(struct smtp_state),
    .probe = smtp_probe,
    .pdu = smtp_pdu,
    .gap = smtp_gap,
    .end = smtp_end,
};
