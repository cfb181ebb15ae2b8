/* pop3 - commands and their replies, in order; the lines behind a reply are a list, which is stepped over, or a mail. */
#include "dissectors/pop3/pop3.h"

#include <string.h>

#include "dissectors/framing/email.h"
#include "dissectors/framing/line.h"

enum pop3_row { POP3_TYPE, POP3_COMMAND, POP3_ARGS, POP3_SUCCESS, POP3_STATUS, POP3_HEADER, POP3_LINES, POP3_EMAIL,
                POP3_FILES = POP3_EMAIL + EMAIL_ROWS, POP3_ROWS = POP3_FILES + FILE_ROWS };
enum pop3_anomaly { POP3_TOO_MANY, POP3_REQUEST_TOO_LONG, POP3_ARGUMENT_COUNT, POP3_UNKNOWN_COMMAND, POP3_RESPONSE_TOO_LONG, POP3_ANOMALIES };

enum { LINE_MAX = 4096, WAITING_MAX = 64, ARGS_MAX = 8, ANY = 255 };

static const struct field_name types[] = { { 0, "request" }, { 1, "response" }, { 0, NULL } };

static const struct field fields[] = {
    [POP3_TYPE]    = { .name = "type", .flags = FIELD_NAMED, .names = types, .about = "Request or response; both share the transaction's number." },
    [POP3_COMMAND] = { .name = "command", .type = FIELD_TEXT, .about = "The command's keyword as sent." },
    [POP3_ARGS]    = { .name = "args", .type = FIELD_TEXT, .flags = FIELD_MANY, .about = "Argument of the command; not a password." },
    [POP3_SUCCESS] = { .name = "success", .type = FIELD_FLAG, .about = "The reply is not an error." },
    [POP3_STATUS]  = { .name = "status", .type = FIELD_TEXT, .about = "OK, ERR, or + when more is asked for." },
    [POP3_HEADER]  = { .name = "header", .type = FIELD_TEXT, .about = "What stands behind the status." },
    [POP3_LINES]   = { .name = "lines", .about = "Lines that follow the reply: a list, or a mail." },
    EMAIL_FIELDS(POP3_EMAIL),
    FILE_FIELDS(POP3_FILES)
};

_Static_assert(sizeof fields / sizeof fields[0] == POP3_ROWS, "a row for each field");

static const struct anomaly anomalies[] = {
    [POP3_TOO_MANY]          = { "too_many_transactions", "Very many commands without a reply." },
    [POP3_REQUEST_TOO_LONG]  = { "request_too_long", "A command line over the limit." },
    [POP3_ARGUMENT_COUNT]    = { "incorrect_argument_count", "A command with too few or too many arguments." },
    [POP3_UNKNOWN_COMMAND]   = { "unknown_command", "A command that no standard has." },
    [POP3_RESPONSE_TOO_LONG] = { "response_too_long", "A reply line over the limit." },
};

static const struct schema pop3_schema = { "pop3", fields, POP3_ROWS, anomalies, POP3_ANOMALIES };

enum after { ONE_LINE, MANY_LINES, A_MAIL, MANY_WITHOUT_ARGUMENT, STARTS_TLS, ASKS_MORE };

/* RFC 1939, 2449, 2595, 5034, 6856. */
static const struct command { const char *word; uint8_t least, most, after; } commands[] = {
    { "USER", 1, ANY, ONE_LINE }, { "PASS", 1, ANY, ONE_LINE }, { "APOP", 2, 2, ONE_LINE }, { "AUTH", 0, 2, ASKS_MORE }, { "STLS", 0, 0, STARTS_TLS },
    { "CAPA", 0, 0, MANY_LINES }, { "STAT", 0, 0, ONE_LINE }, { "LIST", 0, 1, MANY_WITHOUT_ARGUMENT }, { "UIDL", 0, 1, MANY_WITHOUT_ARGUMENT },
    { "RETR", 1, 1, A_MAIL }, { "TOP", 2, 2, A_MAIL }, { "DELE", 1, 1, ONE_LINE }, { "NOOP", 0, 0, ONE_LINE },
    { "RSET", 0, 0, ONE_LINE }, { "QUIT", 0, 0, ONE_LINE }, { "UTF8", 0, 0, ONE_LINE }, { "LANG", 0, 1, MANY_WITHOUT_ARGUMENT },
    { "XTND", 0, ANY, ONE_LINE }
};

struct pop3_state {
    uint64_t asked, answered, lines;
    uint8_t  after[WAITING_MAX];    /* of the commands without their reply, by number */
    bool     greeted, secret;       /* secret: the client's next line is no command but an answer of AUTH */
    bool     in_lines, too_many, secured;
    bool     skipping[2];
    bool     gaps;                  /* in the mail */
    struct mime *mail;              /* the one that is coming; NULL: none, or no memory */
};

static const struct command *command_of(const struct cursor *word)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (word->left == strlen(commands[i].word) && line_begins(word, commands[i].word))
            return &commands[i];
    return NULL;
}

static unsigned argument_rows(struct record *r, struct cursor rest, bool shown)
{
    unsigned count = 0;
    for (; rest.left > 0; count++) {
        struct cursor word = line_word(&rest);
        if (shown && count < ARGS_MAX)
            record_bytes(r, POP3_ARGS, word.at, word.left);
    }
    return count;
}

static void command_told(struct conversation *conv, struct cursor line, bool whole)
{
    struct pop3_state *s = conv->state;
    struct record *r = conversation_record(conv, &pop3_schema);
    struct cursor word = line_word(&line);
    const struct command *known = command_of(&word);
    bool password = known != NULL && (strcmp(known->word, "PASS") == 0 || strcmp(known->word, "APOP") == 0);
    r->transaction = s->asked;
    record_uint(r, POP3_TYPE, 0);
    record_bytes(r, POP3_COMMAND, word.at, word.left);
    unsigned count = argument_rows(r, line, !password);
    if (!whole)
        record_anomaly(r, POP3_REQUEST_TOO_LONG);
    if (known == NULL)
        record_anomaly(r, POP3_UNKNOWN_COMMAND);
    else if (count < known->least || count > known->most)
        record_anomaly(r, POP3_ARGUMENT_COUNT);
    if (s->asked - s->answered >= WAITING_MAX) {
        if (!s->too_many)
            record_anomaly(r, POP3_TOO_MANY);
        s->too_many = true;
        s->answered++;
    }
    uint8_t after = known == NULL ? ONE_LINE : known->after;
    if (after == MANY_WITHOUT_ARGUMENT)
        after = count == 0 ? MANY_LINES : ONE_LINE;
    s->after[s->asked++ % WAITING_MAX] = after;
    conversation_emit(conv, r);
}

static void reply_told(struct conversation *conv, struct cursor line, bool whole)
{
    struct pop3_state *s = conv->state;
    struct record *r = conversation_record(conv, &pop3_schema);
    bool ok = line_begins(&line, "+OK"), more = !ok && line_begins(&line, "+");
    bool matched = s->greeted && s->answered < s->asked;
    uint8_t after = matched ? s->after[s->answered % WAITING_MAX] : (uint8_t)ONE_LINE;
    struct cursor status = line_word(&line);
    cursor_skip(&status, ok || (!more && status.left > 1));
    r->transaction = s->answered;
    record_uint(r, POP3_TYPE, 1);
    record_uint(r, POP3_SUCCESS, ok || more);
    record_bytes(r, POP3_STATUS, status.at, status.left);
    if (line.left > 0)
        record_bytes(r, POP3_HEADER, line.at, line.left);
    if (!whole)
        record_anomaly(r, POP3_RESPONSE_TOO_LONG);
    s->greeted = true;
    s->secret = more && after == ASKS_MORE;
    s->in_lines = ok && (after == MANY_LINES || after == A_MAIL);
    if (ok && after == A_MAIL && s->mail == NULL)
        s->mail = store_take(conv->store, conv->account, sizeof *s->mail);
    s->gaps = false;
    s->secured = ok && after == STARTS_TLS;
    s->lines = 0;
    if (matched && !more && !s->in_lines)
        s->answered++;
    conversation_emit(conv, r);
}

static void mail_drop(struct conversation *conv)
{
    struct pop3_state *s = conv->state;
    if (s->mail == NULL)
        return;
    mime_free(s->mail, email_memory(conv));
    store_give(conv->store, conv->account, s->mail, sizeof *s->mail);
    s->mail = NULL;
}

/* What followed a reply: how many lines, and the mail if it was one. */
static void lines_told(struct conversation *conv, bool whole)
{
    struct pop3_state *s = conv->state;
    struct record *r = conversation_record(conv, &pop3_schema);
    struct file_digests rooms[MIME_FILES_MAX];
    r->dir = FROM_SERVER;
    r->transaction = s->answered++;
    r->incomplete = !whole || s->gaps;
    record_uint(r, POP3_TYPE, 1);
    record_uint(r, POP3_LINES, s->lines);
    if (s->mail != NULL) {
        mime_end(s->mail, email_memory(conv));
        r->cut = s->mail->cut;
        email_add(r, (struct email_place){ POP3_EMAIL, POP3_FILES }, s->mail, conv, s->gaps, !whole, rooms);
    }
    s->in_lines = false;
    conversation_emit(conv, r);
    mail_drop(conv);
}

/* The lone dot ends a reply's lines; a dot before others was doubled (RFC 1939, 3). */
static void line_of_reply(struct conversation *conv, struct cursor line, size_t eol, bool begins)
{
    struct pop3_state *s = conv->state;
    if (begins && eol > 0 && line.left == 1 && line.at[0] == '.') {
        lines_told(conv, true);
        return;
    }
    s->lines += begins;
    cursor_skip(&line, begins && line.left > 1 && line.at[0] == '.');
    if (s->mail != NULL)
        mime_line(s->mail, email_memory(conv), line.at, line.left, eol);
}

static enum dissect pop3_pdu(struct conversation *conv, struct cursor *in)
{
    struct pop3_state *s = conv->state;
    struct cursor line;
    size_t eol;
    bool server = conv->dir == FROM_SERVER;
    enum line took = line_take(in, LINE_MAX, &line, &eol);
    if (took == LINE_MORE)
        return DISSECT_MORE;
    bool begins = !s->skipping[conv->dir];
    s->skipping[conv->dir] = took == LINE_PIECE;
    if (server && s->in_lines)
        line_of_reply(conv, line, eol, begins);
    else if (begins && server)
        reply_told(conv, line, took == LINE_WHOLE);
    else if (begins && !s->secret && line.left > 0)
        command_told(conv, line, took == LINE_WHOLE);
    if (!server)
        s->secret = false;
    conv->next = s->secured ? "tls" : NULL;
    return s->secured ? DISSECT_NEXT : DISSECT_PDU;
}

static bool pop3_gap(struct conversation *conv, size_t missing)
{
    struct pop3_state *s = conv->state;
    (void)missing;
    s->skipping[conv->dir] = true;
    s->gaps |= conv->dir == FROM_SERVER;
    return true;
}

static void pop3_end(struct conversation *conv)
{
    struct pop3_state *s = conv->state;
    conv->dir = FROM_SERVER;
    if (s->in_lines && s->mail != NULL)
        lines_told(conv, false);
    mail_drop(conv);
}

static enum probe pop3_probe(const struct conversation *conv, struct cursor c)
{
    struct cursor line;
    size_t eol;
    if (conv->dir == FROM_SERVER) {
        if (c.left < 4)
            return PROBE_MORE;
        return line_begins(&c, "+OK ") || line_begins(&c, "+OK\r") || line_begins(&c, "-ERR") ? PROBE_MAYBE : PROBE_NO;
    }
    if (line_take(&c, LINE_MAX, &line, &eol) != LINE_WHOLE)
        return c.left < 32 ? PROBE_MORE : PROBE_NO;
    struct cursor word = line_word(&line);
    return command_of(&word) != NULL ? PROBE_MAYBE : PROBE_NO;
}

const struct dissector dissector_pop3 = {
    .schema = &pop3_schema,
    .source = "RFC 1939, RFC 2449, RFC 2595",
    .over = OVER_TCP,
    .ports = { 110 },
    .ndpi = "POP3",
    .state_size = sizeof(struct pop3_state),
    .probe = pop3_probe,
    .pdu = pop3_pdu,
    .gap = pop3_gap,
    .end = pop3_end,
};
