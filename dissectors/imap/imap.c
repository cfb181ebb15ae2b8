/* imap - tagged commands and how they ended, and the mails that are fetched or appended. Other untagged data is stepped over.
 *
 * A literal, "{123}" at a line's end, is so many octets of whatever is sent; the line goes on behind it (RFC 9051, 4.3). It is a
 * mail behind APPEND, and behind BODY[], BODY[HEADER...] or RFC822 in an answer to FETCH. A client may fetch a mail in pieces,
 * BODY[]<0>, BODY[]<65536> and so on: it is told with the piece that is shorter than the first one.
 */
#include "dissectors/imap/imap.h"

#include <string.h>

#include "dissectors/framing/email.h"
#include "dissectors/framing/line.h"

enum imap_row { IMAP_TYPE, IMAP_TAG, IMAP_COMMAND, IMAP_ARGS, IMAP_STATUS, IMAP_TEXT, IMAP_EMAIL,
                IMAP_FILES = IMAP_EMAIL + EMAIL_ROWS, IMAP_ROWS = IMAP_FILES + FILE_ROWS };
enum imap_anomaly { IMAP_REQUEST_TOO_LONG, IMAP_RESPONSE_TOO_LONG, IMAP_INVALID, IMAP_ANOMALIES };

enum { LINE_MAX = 8192, TAG_MAX = 32, IMAP_MAIL = 3 };

static const struct field_name types[] = { { 0, "request" }, { 1, "response" }, { 2, "greeting" }, { IMAP_MAIL, "mail" }, { 0, NULL } };

static const struct field fields[] = {
    [IMAP_TYPE]    = { .name = "type", .flags = FIELD_NAMED, .names = types, .about = "Command, its end, the server's greeting, or a mail." },
    [IMAP_TAG]     = { .name = "tag", .type = FIELD_TEXT, .about = "The client's tag: command and end have the same." },
    [IMAP_COMMAND] = { .name = "command", .type = FIELD_TEXT, .about = "The command's name as sent." },
    [IMAP_ARGS]    = { .name = "args", .type = FIELD_TEXT, .about = "Its arguments on the first line; of LOGIN the user alone, of AUTHENTICATE the mechanism." },
    [IMAP_STATUS]  = { .name = "status", .type = FIELD_TEXT, .about = "OK, NO, BAD, PREAUTH or BYE." },
    [IMAP_TEXT]    = { .name = "text", .type = FIELD_TEXT, .about = "What the server says behind it." },
    EMAIL_FIELDS(IMAP_EMAIL),
    FILE_FIELDS(IMAP_FILES)
};

_Static_assert(sizeof fields / sizeof fields[0] == IMAP_ROWS, "a row for each field");

static const struct anomaly anomalies[] = {
    [IMAP_REQUEST_TOO_LONG]  = { "request_too_long", "A command line over the limit." },
    [IMAP_RESPONSE_TOO_LONG] = { "response_too_long", "A line of the server over the limit." },
    [IMAP_INVALID]           = { "invalid_command", "A line that is no command." },
};

static const struct schema imap_schema = { "imap", fields, IMAP_ROWS, anomalies, IMAP_ANOMALIES };

struct imap_mail {
    struct mime mime;
    uint64_t    next;       /* octets of it so far */
    uint64_t    piece;      /* how long its first piece was; 0: it comes whole */
    bool        gaps;
};

struct imap_side {
    uint64_t literal;       /* octets still to come */
    struct imap_mail *mail; /* that is being sent, or waits for its next piece; NULL: none */
    uint64_t announced;     /* the literal's length */
    bool     in_mail;       /* the literal belongs to it */
    bool     skipping;      /* to the next line end */
    bool     continued;     /* the line is the rest of one with a literal */
};

struct imap_state {
    struct imap_side side[2];
    uint64_t asked;
    char     tls_tag[TAG_MAX];
    uint8_t  tls_tag_len;
    bool     greeted, authenticating, idle, secured;
};

/* "{123}", "{123+}" or "~{123}" at the end of a line. */
static uint64_t literal_of(const struct cursor *line)
{
    size_t i = line->left;
    uint64_t n = 0, scale = 1;
    if (i < 3 || line->at[--i] != '}')
        return 0;
    i -= line->at[i - 1] == '+' || line->at[i - 1] == '-';
    size_t end = i;
    while (i > 0 && line->at[i - 1] >= '0' && line->at[i - 1] <= '9' && end - i < 12) {
        n += scale * (uint64_t)(line->at[--i] - '0');
        scale *= 10;
    }
    return i > 0 && i < end && line->at[i - 1] == '{' ? n : 0;
}

static bool status_word(const struct cursor *word)
{
    static const char *const words[] = { "OK", "NO", "BAD", "PREAUTH", "BYE" };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (word->left == strlen(words[i]) && line_begins(word, words[i]))
            return true;
    return false;
}

static bool is_tag(const struct cursor *tag)
{
    for (size_t i = 0; i < tag->left; i++)
        if (tag->at[i] <= ' ' || tag->at[i] >= 0x7f || strchr("(){%*\"\\+", tag->at[i]) != NULL)
            return false;
    return tag->left > 0 && tag->left <= TAG_MAX;
}

static bool is_name(const struct cursor *word)
{
    for (size_t i = 0; i < word->left; i++) {
        int c = word->at[i] | 0x20;
        if ((c < 'a' || c > 'z') && !(i > 0 && c >= '0' && c <= '9'))
            return false;
    }
    return word->left > 1;
}

static void heed(struct imap_state *s, const struct cursor *tag, const struct cursor *command)
{
    s->authenticating = line_begins(command, "AUTHENTICATE");
    s->idle = line_begins(command, "IDLE");
    if (!line_begins(command, "STARTTLS"))
        return;
    s->tls_tag_len = (uint8_t)tag->left;
    memcpy(s->tls_tag, tag->at, tag->left);
}

static void command_told(struct conversation *conv, struct cursor line, bool whole)
{
    struct imap_state *s = conv->state;
    struct record *r = conversation_record(conv, &imap_schema);
    struct cursor tag = line_word(&line), command = line_word(&line);
    if (command.left == 3 && line_begins(&command, "UID")) {        /* "UID FETCH": the two are one name */
        struct cursor second = line_word(&line);
        command.left = (size_t)(second.at - command.at) + second.left;
    }
    bool good = is_tag(&tag);
    r->transaction = s->asked++;
    record_uint(r, IMAP_TYPE, 0);
    record_bytes(r, IMAP_TAG, tag.at, tag.left);
    record_bytes(r, IMAP_COMMAND, command.at, command.left);
    struct cursor args = line_begins(&command, "LOGIN") || line_begins(&command, "AUTHENTICATE") ? line_word(&line) : line;
    if (args.left > 0)
        record_bytes(r, IMAP_ARGS, args.at, args.left);
    if (!whole)
        record_anomaly(r, IMAP_REQUEST_TOO_LONG);
    if (!good || command.left == 0)
        record_anomaly(r, IMAP_INVALID);
    else
        heed(s, &tag, &command);
    conversation_emit(conv, r);
}

static void reply_told(struct conversation *conv, struct cursor line, bool whole)
{
    struct imap_state *s = conv->state;
    struct cursor tag = line_word(&line), status = line_word(&line);
    bool untagged = tag.left == 1 && (tag.at[0] == '*' || tag.at[0] == '+');
    bool greeting = !s->greeted && untagged;
    s->greeted = true;
    if (!status_word(&status) || (untagged && !greeting))
        return;
    struct record *r = conversation_record(conv, &imap_schema);
    r->transaction = s->asked > 0 ? s->asked - 1 : 0;
    record_uint(r, IMAP_TYPE, greeting ? 2 : 1);
    if (!greeting)
        record_bytes(r, IMAP_TAG, tag.at, tag.left);
    record_bytes(r, IMAP_STATUS, status.at, status.left);
    if (line.left > 0)
        record_bytes(r, IMAP_TEXT, line.at, line.left);
    if (!whole)
        record_anomaly(r, IMAP_RESPONSE_TOO_LONG);
    s->authenticating = s->idle = false;
    s->secured = s->tls_tag_len > 0 && tag.left == s->tls_tag_len && memcmp(tag.at, s->tls_tag, tag.left) == 0 && line_begins(&status, "OK");
    conversation_emit(conv, r);
}

/* ---- mails ---- */

static void mail_drop(struct conversation *conv, struct imap_side *side)
{
    if (side->mail != NULL) {
        mime_free(&side->mail->mime, email_memory(conv));
        store_give(conv->store, conv->account, side->mail, sizeof *side->mail);
    }
    side->mail = NULL;
    side->in_mail = false;
}

static void mail_told(struct conversation *conv, struct imap_side *side, bool whole)
{
    struct imap_state *s = conv->state;
    struct imap_mail *m = side->mail;
    if (m != NULL && m->mime.begun) {
        struct record *r = conversation_record(conv, &imap_schema);
        struct file_digests rooms[MIME_FILES_MAX];
        r->transaction = s->asked > 0 ? s->asked - 1 : 0;
        record_uint(r, IMAP_TYPE, IMAP_MAIL);
        mime_end(&m->mime, email_memory(conv));
        r->incomplete = !whole || m->gaps;
        r->cut = m->mime.cut;
        email_add(r, (struct email_place){ IMAP_EMAIL, IMAP_FILES }, &m->mime, conv, m->gaps, !whole, rooms);
        conversation_emit(conv, r);
    }
    mail_drop(conv, side);
}

/* "<65536>" behind a section: where in the mail this piece begins. */
static uint64_t origin_of(const uint8_t *at, size_t n, bool *partial)
{
    uint64_t origin = 0;
    *partial = n > 2 && at[0] == '<';
    for (size_t i = 1; *partial && i < n && i < 16 && at[i] >= '0' && at[i] <= '9'; i++)
        origin = origin * 10 + (uint64_t)(at[i] - '0');
    return origin;
}

/* The last of these words in a line of an answer is what its literal is. */
static const uint8_t *section_of(const struct cursor *line, size_t *left)
{
    static const char *const words[] = { "BODY[]", "BODY[HEADER]", "BODY[HEADER.FIELDS", "RFC822 {", "RFC822.HEADER {" };
    for (size_t i = line->left; i-- > 0; ) {
        struct cursor c = cursor_over(line->at + i, line->left - i);
        for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
            if (line_begins(&c, words[k])) {
                *left = c.left - 6;
                return c.at + 6;
            }
    }
    return NULL;
}

/* A line that a literal follows: is that a mail, or the next piece of one? */
static void mail_begins(struct conversation *conv, struct imap_side *side, const struct cursor *line)
{
    struct cursor c = *line;
    size_t left = 0;
    bool partial = false;
    uint64_t origin = 0;
    (void)line_word(&c);                                /* the tag, or an asterisk */
    bool append = conv->dir == FROM_CLIENT && line_begins(&c, "APPEND ");
    const uint8_t *section = conv->dir == FROM_SERVER ? section_of(line, &left) : NULL;
    if (section != NULL)
        origin = origin_of(section, left, &partial);
    bool goes_on = side->mail != NULL && partial && origin > 0 && origin == side->mail->next;
    if (!goes_on)
        mail_told(conv, side, false);
    if (!goes_on && (append || (section != NULL && origin == 0)))
        side->mail = store_take(conv->store, conv->account, sizeof *side->mail);
    side->in_mail = side->mail != NULL;
    if (side->mail != NULL && !goes_on && partial)
        side->mail->piece = side->literal;
}

/* The literal is here: is the mail? */
static void mail_piece_ends(struct conversation *conv, struct imap_side *side, uint64_t length)
{
    bool more = side->mail->piece > 0 && length == side->mail->piece;
    side->in_mail = false;
    if (!more)
        mail_told(conv, side, true);
}

static enum dissect literal_pdu(struct conversation *conv, struct imap_side *side, struct cursor *in)
{
    size_t n = in->left < side->literal ? in->left : (size_t)side->literal;
    bool last = n == side->literal;
    if (side->in_mail) {
        n = email_lines(&side->mail->mime, conv, in->at, n, last);
        side->mail->next += n;
    }
    if (n == 0)
        return DISSECT_MORE;
    cursor_skip(in, n);
    side->literal -= n;
    if (side->in_mail && side->literal == 0)
        mail_piece_ends(conv, side, side->announced);
    return DISSECT_PDU;
}

static enum dissect imap_pdu(struct conversation *conv, struct cursor *in)
{
    struct imap_state *s = conv->state;
    struct imap_side *side = &s->side[conv->dir];
    struct cursor line;
    size_t eol;
    if (side->literal > 0)
        return literal_pdu(conv, side, in);
    enum line took = line_take(in, LINE_MAX, &line, &eol);
    if (took == LINE_MORE)
        return DISSECT_MORE;
    bool begins = !side->skipping && !side->continued;
    side->skipping = took == LINE_PIECE;
    side->literal = took == LINE_WHOLE ? literal_of(&line) : 0;
    side->announced = side->literal;
    side->continued = side->literal > 0;
    if (side->literal > 0)
        mail_begins(conv, side, &line);
    if (!begins || line.left == 0)
        return DISSECT_PDU;
    if (conv->dir == FROM_SERVER)
        reply_told(conv, line, took == LINE_WHOLE);
    else if (!s->authenticating && !s->idle)
        command_told(conv, line, took == LINE_WHOLE);
    else
        s->idle = false;        /* DONE, or an answer of AUTHENTICATE */
    conv->next = s->secured ? "tls" : NULL;
    return s->secured ? DISSECT_NEXT : DISSECT_PDU;
}

static bool imap_gap(struct conversation *conv, size_t missing)
{
    struct imap_side *side = &((struct imap_state *)conv->state)->side[conv->dir];
    if (side->in_mail)
        side->mail->gaps = true;
    if (missing < side->literal) {
        side->literal -= missing;
        if (side->in_mail)
            side->mail->next += missing;
        return true;
    }
    mail_told(conv, side, false);
    *side = (struct imap_side){ .skipping = true };
    return true;
}

static void imap_end(struct conversation *conv)
{
    struct imap_state *s = conv->state;
    for (enum direction dir = FROM_CLIENT; dir <= FROM_SERVER; dir++) {
        conv->dir = dir;
        mail_told(conv, &s->side[dir], !s->side[dir].in_mail);
    }
}

/* Server: "* OK ". Client: a tag, then a command; commands that others have too need the server's word. */
static enum probe imap_probe(const struct conversation *conv, struct cursor c)
{
    static const char *const words[] = { "CAPABILITY", "LOGIN", "AUTHENTICATE", "STARTTLS", "ID", "NOOP", "LOGOUT", "SELECT", "NAMESPACE" };
    struct cursor line;
    size_t eol;
    if (conv->dir == FROM_SERVER) {
        if (c.left < 5)
            return PROBE_MORE;
        return line_begins(&c, "* OK ") || line_begins(&c, "* PREAUTH ") || line_begins(&c, "* BYE ") ? PROBE_MAYBE : PROBE_NO;
    }
    if (line_take(&c, LINE_MAX, &line, &eol) != LINE_WHOLE)
        return c.left < 128 ? PROBE_MORE : PROBE_NO;
    struct cursor tag = line_word(&line), command = line_word(&line);
    if (!is_tag(&tag) || !is_name(&command))
        return PROBE_NO;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (command.left == strlen(words[i]) && line_begins(&command, words[i]))
            return PROBE_MAYBE;
    return PROBE_NO;
}

const struct dissector dissector_imap = {
    .schema = &imap_schema,
    .source = "RFC 9051, RFC 3501",
    .over = OVER_TCP,
    .ports = { 143 },
    .ndpi = "IMAP",
    .state_size = sizeof(struct imap_state),
    .probe = imap_probe,
    .pdu = imap_pdu,
    .gap = imap_gap,
    .end = imap_end,
};
