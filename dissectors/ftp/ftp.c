/* ftp - commands and replies; and where the next file will be sent.
 *
 * A command is a record at once; each reply to it is one, with the command's number. Replies come in the order of
 * commands. RETR and STOR announce a conversation to the driver: the port is the last one that PORT or EPRT named, or that
 * PASV or EPSV was answered with. The addresses are this flow's: what a middle box left in the text is of no use.
 */
#include "dissectors/ftp/ftp.h"

#include <string.h>

#include "common/buffer.h"
#include "dissectors/framing/line.h"

enum { LINE_MAX = 4096, REPLY_MAX = 8192, COMMAND_LINES_MAX = 1024 };

enum ftp_row {
    FTP_TYPE, FTP_COMMAND, FTP_COMMAND_DATA, FTP_COMPLETION_CODE, FTP_REPLY, FTP_MODE, FTP_DYNAMIC_PORT, FTP_REPLY_RECEIVED, FTP_ROWS
};

enum ftp_anomaly { FTP_REQUEST_TOO_LONG, FTP_RESPONSE_TOO_LONG, FTP_TOO_MANY, FTP_FILE_BEFORE_PORT, FTP_FILE_WITHOUT_NAME, FTP_ANOMALIES };

static const struct field_name types[] = { { 0, "request" }, { 1, "response" }, { 0, NULL } };
static const struct field_name modes[] = { { 0, "active" }, { 1, "passive" }, { 0, NULL } };

static const struct field fields[] = {
    [FTP_TYPE]    = { .name = "type", .flags = FIELD_NAMED, .names = types, .about = "Request or response; both share the transaction's number." },
    [FTP_COMMAND] = { .name = "command", .type = FIELD_TEXT, .about = "The command's verb as sent." },
    [FTP_COMMAND_DATA] = { .name = "command_data", .type = FIELD_TEXT, .about = "What stands behind the verb; not that of PASS." },
    [FTP_COMPLETION_CODE] = { .name = "completion_code", .type = FIELD_TEXT, .flags = FIELD_MANY, .about = "Reply code." },
    [FTP_REPLY]   = { .name = "reply", .type = FIELD_TEXT, .flags = FIELD_MANY, .about = "A reply's line behind its code." },
    [FTP_MODE]    = { .name = "mode", .flags = FIELD_NAMED, .names = modes, .about = "Who listens for the data: active the client, passive the server." },
    [FTP_DYNAMIC_PORT] = { .name = "dynamic_port", .about = "Port that is named for the next data connection." },
    [FTP_REPLY_RECEIVED] = { .name = "reply_received", .type = FIELD_TEXT, .about = "yes on a reply." },
};

_Static_assert(sizeof fields / sizeof fields[0] == FTP_ROWS, "a row for each field");

static const struct anomaly anomalies[] = {
    [FTP_REQUEST_TOO_LONG]  = { "request_command_too_long", "A command line over the limit." },
    [FTP_RESPONSE_TOO_LONG] = { "response_command_too_long", "A reply line over the limit." },
    [FTP_TOO_MANY]          = { "too_many_transactions", "Very many commands without a reply." },
    [FTP_FILE_BEFORE_PORT]  = { "file_before_port", "A transfer before anybody named a port for it." },
    [FTP_FILE_WITHOUT_NAME] = { "file_without_name", "A transfer of a file without a name." },
};

static const struct schema ftp_schema = { "ftp", fields, FTP_ROWS, anomalies, FTP_ANOMALIES };

enum ftp_want { WANT_NOTHING, WANT_PASV, WANT_EPSV };

struct ftp_state {
    struct buffer reply;            /* lines of a reply of several, each with its line end */
    uint64_t      asked, answered;  /* commands, and replies that ended one */
    uint16_t      code;             /* of the reply that is being put together; 0: none */
    uint16_t      port;             /* for the next transfer; 0: not named */
    bool          passive;
    uint8_t       want;             /* what the next reply may name */
    bool          auth, encrypted;
    bool          skipping[2];      /* to the next line end */
    bool          too_many;         /* said already */
};

static struct ftp_state *state_of(const struct conversation *conv)
{
    return conv->state;
}

/* ---- ports in texts ---- */

static int take_number(struct cursor *c, int most)
{
    int n = -1;
    while (c->left > 0 && c->at[0] >= '0' && c->at[0] <= '9' && n <= most)
        n = (n < 0 ? 0 : n) * 10 + cursor_u8(c) - '0';
    return n <= most ? n : -1;
}

/* "h1,h2,h3,h4,p1,p2" from the first digit on (RFC 959, 4.1.2). 0: none. */
static uint16_t port_of_six(struct cursor c)
{
    int parts[6] = { 0 };
    while (c.left > 0 && (c.at[0] < '0' || c.at[0] > '9'))
        cursor_skip(&c, 1);
    for (size_t i = 0; i < 6; i++) {
        parts[i] = take_number(&c, 255);
        if (parts[i] < 0 || (i < 5 && cursor_u8(&c) != ','))
            return 0;
    }
    return (uint16_t)(parts[4] << 8 | parts[5]);
}

/* "|1|132.235.1.2|6275|" and "|||6446|" (RFC 2428): the last of the fields. 0: none. */
static uint16_t port_of_bars(struct cursor c)
{
    const uint8_t *open = c.left > 0 ? memchr(c.at, '(', c.left) : NULL;
    if (open != NULL)
        cursor_skip(&c, (size_t)(open - c.at) + 1);
    uint8_t bar = cursor_u8(&c);
    for (int fields_seen = 0; fields_seen < 2; fields_seen++) {
        const uint8_t *next = c.left > 0 ? memchr(c.at, bar, c.left) : NULL;
        if (next == NULL)
            return 0;
        cursor_skip(&c, (size_t)(next - c.at) + 1);
    }
    int port = take_number(&c, 65535);
    return port > 0 && cursor_peek(&c, 0) == bar ? (uint16_t)port : 0;
}

/* ---- commands ---- */

static bool verb_is(const struct cursor *verb, const char *word)
{
    return verb->left == strlen(word) && line_begins(verb, word);
}

/* A file's name as rules and EVE have it goes with the expectation: one octet of enum ftp_transfer, then the name. */
static void announce(struct conversation *conv, struct record *r, const struct cursor *name, enum ftp_transfer what)
{
    struct ftp_state *s = state_of(conv);
    struct expectation e = { .by = &dissector_ftp_data, .listener = s->passive ? FROM_SERVER : FROM_CLIENT, .port = s->port };
    size_t n = name->left < FTP_NAME_MAX ? name->left : FTP_NAME_MAX;
    if (s->port == 0)
        record_anomaly(r, FTP_FILE_BEFORE_PORT);
    if (name->left == 0)
        record_anomaly(r, FTP_FILE_WITHOUT_NAME);
    if (s->port == 0)
        return;
    e.note[0] = (uint8_t)what;
    memcpy(e.note + 1, name->at, n);
    e.note_len = (uint16_t)(n + 1);
    conversation_expect(conv, &e);
    s->port = 0;
}

static void name_port(struct record *r, struct ftp_state *s, uint16_t port, bool passive)
{
    s->want = WANT_NOTHING;
    s->port = port;
    s->passive = passive;
    if (port == 0)
        return;
    record_uint(r, FTP_MODE, passive);
    record_uint(r, FTP_DYNAMIC_PORT, port);
}

static void heed(struct conversation *conv, struct record *r, const struct cursor *verb, const struct cursor *rest)
{
    struct ftp_state *s = state_of(conv);
    if (verb_is(verb, "PORT"))
        name_port(r, s, port_of_six(*rest), false);
    else if (verb_is(verb, "EPRT"))
        name_port(r, s, port_of_bars(*rest), false);
    else if (verb_is(verb, "PASV"))
        s->want = WANT_PASV;
    else if (verb_is(verb, "EPSV"))
        s->want = WANT_EPSV;
    else if (verb_is(verb, "RETR"))
        announce(conv, r, rest, FTP_RETR);
    else if (verb_is(verb, "STOR"))
        announce(conv, r, rest, FTP_STOR);
    s->auth = verb_is(verb, "AUTH");
}

static void tell_command(struct conversation *conv, struct cursor line, bool whole)
{
    struct ftp_state *s = state_of(conv);
    struct record *r = conversation_record(conv, &ftp_schema);
    struct cursor rest = line, verb = line_word(&rest);
    r->transaction = s->asked++;
    record_uint(r, FTP_TYPE, 0);
    record_bytes(r, FTP_COMMAND, verb.at, verb.left);
    if (rest.left > 0 && !verb_is(&verb, "PASS"))
        record_bytes(r, FTP_COMMAND_DATA, rest.at, rest.left);
    if (!whole)
        record_anomaly(r, FTP_REQUEST_TOO_LONG);
    if (s->asked - s->answered > COMMAND_LINES_MAX && !s->too_many) {
        s->too_many = true;
        record_anomaly(r, FTP_TOO_MANY);
    }
    heed(conv, r, &verb, &rest);
    conversation_emit(conv, r);
}

/* ---- replies ---- */

static void reply_rows(struct record *r, const struct ftp_state *s)
{
    struct cursor all = cursor_over(s->reply.at, s->reply.len), line;
    size_t eol;
    while (line_take(&all, REPLY_MAX, &line, &eol) == LINE_WHOLE) {
        if (line_reply_code(&line) >= 0) {
            const uint8_t *code = cursor_bytes(&line, 3);
            if (r->count < 2)
                record_bytes(r, FTP_COMPLETION_CODE, code, 3);
            cursor_skip(&line, line.left > 0);
        }
        record_bytes(r, FTP_REPLY, line.at, line.left);
    }
}

static void reply_heed(struct record *r, struct ftp_state *s)
{
    struct cursor text = cursor_over(s->reply.at, s->reply.len);
    cursor_skip(&text, text.left < 4 ? text.left : 4);
    if (s->want == WANT_PASV && s->code == 227)
        name_port(r, s, port_of_six(text), true);
    else if (s->want == WANT_EPSV && s->code == 229)
        name_port(r, s, port_of_bars(text), true);
    s->encrypted |= s->auth && s->code == 234;
}

/* A greeting comes before any command; a preliminary reply (1yz) leaves its command open (RFC 959, 4.2). */
static void tell_reply(struct conversation *conv, bool whole)
{
    struct ftp_state *s = state_of(conv);
    struct record *r = conversation_record(conv, &ftp_schema);
    r->transaction = s->answered;
    record_uint(r, FTP_TYPE, 1);
    reply_rows(r, s);
    record_bytes(r, FTP_REPLY_RECEIVED, "yes", 3);
    if (!whole)
        record_anomaly(r, FTP_RESPONSE_TOO_LONG);
    reply_heed(r, s);
    if (s->code >= 200 && s->answered < s->asked)
        s->answered++;
    s->code = 0;
    conversation_emit(conv, r);
    s->reply.len = 0;
}

/* "123-" begins a reply that ends with "123 ". */
static void take_reply_line(struct conversation *conv, const struct cursor *line, bool whole)
{
    struct ftp_state *s = state_of(conv);
    int code = line_reply_code(line);
    (void)buffer_add(&s->reply, conv->store, conv->account, line->at, line->left, REPLY_MAX - 1);
    (void)buffer_add(&s->reply, conv->store, conv->account, "\n", 1, REPLY_MAX);
    if (s->code == 0 && code >= 0)
        s->code = (uint16_t)code;
    bool last = s->code == 0 || (code == s->code && cursor_peek(line, 3) != '-');
    if (last || !whole)
        tell_reply(conv, whole);
}

/* ---- the contract ---- */

static enum dissect ftp_pdu(struct conversation *conv, struct cursor *in)
{
    struct ftp_state *s = state_of(conv);
    struct cursor line;
    size_t eol;
    enum line took = line_take(in, LINE_MAX, &line, &eol);
    if (took == LINE_MORE)
        return DISSECT_MORE;
    bool skipped = s->skipping[conv->dir];
    s->skipping[conv->dir] = took == LINE_PIECE;
    if (skipped)
        return DISSECT_PDU;
    if (conv->dir == FROM_SERVER)
        take_reply_line(conv, &line, took == LINE_WHOLE);
    else if (line.left > 0)
        tell_command(conv, line, took == LINE_WHOLE);
    conv->next = s->encrypted ? "tls" : NULL;
    return s->encrypted ? DISSECT_NEXT : DISSECT_PDU;
}

static bool ftp_gap(struct conversation *conv, size_t missing)
{
    struct ftp_state *s = state_of(conv);
    (void)missing;
    s->skipping[conv->dir] = true;
    s->code = 0;
    s->reply.len = 0;
    s->answered = s->asked;
    return true;
}

static void ftp_end(struct conversation *conv)
{
    buffer_free(&state_of(conv)->reply, conv->store, conv->account);
}

/* SMTP greets with 220 as well, POP3 begins with USER too: one side alone is never sure. */
static enum probe ftp_probe(const struct conversation *conv, struct cursor c)
{
    static const char *const words[] = { "USER ", "PASS ", "AUTH TLS", "AUTH SSL", "FEAT\r\n", "SYST\r\n", "OPTS UTF8", "PORT ", "PASV\r\n",
                                         "EPSV", "EPRT ", "HOST " };
    if (conv->dir == FROM_SERVER) {
        int code = line_reply_code(&c);
        if (c.left < 4)
            return PROBE_MORE;
        return code == 220 || code == 120 || code == 421 || code == 530 ? PROBE_MAYBE : PROBE_NO;
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (line_begins(&c, words[i]))
            return PROBE_MAYBE;
    return c.left < 5 ? PROBE_MORE : PROBE_NO;
}

const struct dissector dissector_ftp = {
    .schema = &ftp_schema,
    .source = "RFC 959, RFC 2228, RFC 2428",
    .over = OVER_TCP,
    .ports = { 21, 2121 },
    .ndpi = "FTP_CONTROL",
    .state_size = sizeof(struct ftp_state),
    .probe = ftp_probe,
    .pdu = ftp_pdu,
    .gap = ftp_gap,
    .end = ftp_end,
};
