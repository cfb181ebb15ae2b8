/* mysql - packets, commands and answers.
 *
 *   0                 3         4
 *   +-----------------+---------+--------------
 *   | length, little  | number  | a packet; one of 16 MiB - 1 goes on in the next
 *   +-----------------+---------+--------------
 *
 * An answer is OK, an error, a result set (columns, then rows, each a packet), or the wish for a file of the client's. Of
 * a packet the first KEPT octets are read, of rows only that they are there.
 */
#include "dissectors/mysql/message.h"

#include <string.h>

enum {
    HEADER = 4, KEPT = 8192, LENGTH_MAX = 0xffffff, ERR_CODE_MIN = 1000, ERR_CODE_MAX = 10000, EOF_MAX = 9, SQL_STATE = 5, MORE_RESULTS = 1 << 3
};

static struct mysql_state *state_of(const struct conversation *conv)
{
    return conv->state;
}

/* ---- commands ---- */

/* With query attributes a statement has a count of them in front, nearly always none. */
static void add_query(struct record *r, const struct mysql_state *s, struct cursor *c)
{
    if (s->capabilities & CAP_QUERY_ATTRIBUTES && cursor_peek(c, 0) == 0 && cursor_peek(c, 1) == 1)
        cursor_skip(c, 2);
    record_bytes(r, MYSQL_QUERY, c->at, c->left);
}

static void add_arguments(struct record *r, const struct mysql_state *s, struct cursor *c)
{
    switch (s->command) {
    case MYSQL_COM_QUERY:
        add_query(r, s, c);
        break;
    case MYSQL_STMT_PREPARE:
        record_bytes(r, MYSQL_QUERY, c->at, c->left);
        break;
    case MYSQL_INIT_DB: case MYSQL_CREATE_DB: case MYSQL_DROP_DB:
        record_bytes(r, MYSQL_DATABASE, c->at, c->left);
        break;
    case MYSQL_PROCESS_KILL:
        record_uint(r, MYSQL_PROCESS_ID, cursor_le32(c));
        break;
    case MYSQL_STMT_EXECUTE: case MYSQL_STMT_SEND_LONG_DATA: case MYSQL_STMT_CLOSE: case MYSQL_STMT_RESET: case MYSQL_STMT_FETCH:
        record_uint(r, MYSQL_STATEMENT_ID, cursor_le32(c));
        break;
    case MYSQL_CHANGE_USER:
        mysql_change_user(r, c);
        break;
    default:
        break;
    }
}

static enum mysql_answer answer_to(uint8_t command)
{
    switch (command) {
    case MYSQL_QUIT: case MYSQL_STMT_CLOSE: case MYSQL_STMT_SEND_LONG_DATA: return ANSWER_NONE;
    case MYSQL_FIELD_LIST: case MYSQL_STATISTICS: case MYSQL_STMT_FETCH: case MYSQL_BINLOG_DUMP: case MYSQL_BINLOG_DUMP_GTID: return ANSWER_IGNORED;
    default: return ANSWER_FIRST;
    }
}

static void command_told(struct conversation *conv, struct mysql_packet *p)
{
    struct mysql_state *s = state_of(conv);
    struct record *r = conversation_record(conv, &mysql_schema);
    s->command = cursor_u8(&p->body);
    s->answer = (uint8_t)answer_to(s->command);
    r->transaction = ++s->asked;
    r->incomplete = p->length > KEPT;
    record_uint(r, MYSQL_TYPE, MYSQL_REQUEST);
    record_uint(r, MYSQL_COMMAND, s->command);
    add_arguments(r, s, &p->body);
    if (p->body.status != CURSOR_OK || s->command >= MYSQL_COMMANDS)
        record_anomaly(r, MYSQL_MALFORMED);
    conversation_emit(conv, r);
}

/* ---- answers ---- */

static struct record *answer_begin(struct conversation *conv, enum mysql_status status)
{
    struct record *r = conversation_record(conv, &mysql_schema);
    r->transaction = state_of(conv)->asked;
    record_uint(r, MYSQL_TYPE, MYSQL_RESPONSE);
    record_uint(r, MYSQL_STATUS, status);
    return r;
}

static void error_told(struct conversation *conv, struct cursor c)
{
    struct record *r = answer_begin(conv, MYSQL_ERR);
    cursor_skip(&c, 1);
    uint16_t code = cursor_le16(&c);
    if (c.status == CURSOR_OK)
        record_uint(r, MYSQL_ERROR_CODE, code);
    if (cursor_peek(&c, 0) == '#') {
        cursor_skip(&c, 1);
        struct cursor state = cursor_sub(&c, SQL_STATE);
        if (state.status == CURSOR_OK)
            record_bytes(r, MYSQL_SQL_STATE, state.at, state.left);
    }
    if (c.status != CURSOR_OK)
        record_anomaly(r, MYSQL_MALFORMED);
    else if (c.left > 0)
        record_bytes(r, MYSQL_ERROR, c.at, c.left);
    conversation_emit(conv, r);
}

/* True: another answer to the same command follows. */
static bool ok_told(struct conversation *conv, struct cursor c)
{
    struct record *r = answer_begin(conv, MYSQL_OK);
    cursor_skip(&c, 1);
    if (state_of(conv)->command == MYSQL_STMT_PREPARE) {
        record_uint(r, MYSQL_STATEMENT_ID, cursor_le32(&c));
        conversation_emit(conv, r);
        return false;
    }
    uint64_t affected = mysql_number(&c), id = mysql_number(&c);
    uint16_t flags = cursor_le16(&c);
    record_uint(r, MYSQL_AFFECTED_ROWS, affected);
    if (id > 0)
        record_uint(r, MYSQL_INSERT_ID, id);
    conversation_emit(conv, r);
    return c.status == CURSOR_OK && flags & MORE_RESULTS;
}

static void file_told(struct conversation *conv, struct cursor c)
{
    struct record *r = answer_begin(conv, MYSQL_WANTS_FILE);
    cursor_skip(&c, 1);
    record_bytes(r, MYSQL_LOCAL_FILE, c.at, c.left);
    conversation_emit(conv, r);
}

static void rows_told(struct conversation *conv, bool whole)
{
    struct mysql_state *s = state_of(conv);
    struct record *r = answer_begin(conv, MYSQL_RESULT);
    r->incomplete = !whole;
    record_uint(r, MYSQL_COLUMNS, s->columns);
    record_uint(r, MYSQL_RESULT_ROWS, s->rows);
    conversation_emit(conv, r);
}

static enum mysql_answer first_packet(struct conversation *conv, struct cursor c)
{
    struct mysql_state *s = state_of(conv);
    int kind = cursor_peek(&c, 0);
    switch (kind) {
    case 0x00:
        return ok_told(conv, c) ? ANSWER_FIRST : s->command == MYSQL_STMT_PREPARE ? ANSWER_IGNORED : ANSWER_NONE;
    case 0xff:
        error_told(conv, c);
        return ANSWER_NONE;
    case 0xfb:
        file_told(conv, c);
        return ANSWER_FILE;
    default:
        s->columns = s->columns_left = mysql_number(&c);
        s->rows = 0;
        return c.status == CURSOR_OK && s->columns > 0 && s->columns <= UINT16_MAX ? ANSWER_COLUMNS : ANSWER_IGNORED;
    }
}

/* EOF, or OK in its place: flags behind the warnings, or behind two numbers. */
static bool more_results(const struct mysql_state *s, struct cursor c)
{
    cursor_skip(&c, 1);
    if (s->capabilities & CAP_DEPRECATE_EOF) {
        (void)mysql_number(&c);
        (void)mysql_number(&c);
    } else
        cursor_skip(&c, 2);
    uint16_t flags = cursor_le16(&c);
    return c.status == CURSOR_OK && flags & MORE_RESULTS;
}

static enum mysql_answer row_packet(struct conversation *conv, const struct mysql_packet *p)
{
    struct mysql_state *s = state_of(conv);
    int kind = cursor_peek(&p->body, 0);
    bool deprecated = (s->capabilities & CAP_DEPRECATE_EOF) != 0;
    if (kind == 0xff) {
        rows_told(conv, false);
        error_told(conv, p->body);
        return ANSWER_NONE;
    }
    if (kind != 0xfe || (p->length >= EOF_MAX && !deprecated) || p->length == LENGTH_MAX) {
        s->rows++;
        return ANSWER_ROWS;
    }
    rows_told(conv, true);
    return more_results(s, p->body) ? ANSWER_FIRST : ANSWER_NONE;
}

/* Columns, and unless it is deprecated the EOF behind them. */
static enum mysql_answer column_packet(struct mysql_state *s)
{
    if (--s->columns_left > 0)
        return ANSWER_COLUMNS;
    return s->capabilities & CAP_DEPRECATE_EOF ? ANSWER_ROWS : ANSWER_COLUMNS_END;
}

static void answer_packet(struct conversation *conv, const struct mysql_packet *p)
{
    struct mysql_state *s = state_of(conv);
    switch ((enum mysql_answer)s->answer) {
    case ANSWER_FIRST: case ANSWER_FILE: s->answer = (uint8_t)first_packet(conv, p->body); break;
    case ANSWER_COLUMNS: s->answer = (uint8_t)column_packet(s); break;
    case ANSWER_COLUMNS_END: s->answer = ANSWER_ROWS; break;
    case ANSWER_ROWS:    s->answer = (uint8_t)row_packet(conv, p); break;
    case ANSWER_NONE: case ANSWER_IGNORED: break;
    }
}

/* Until the server says yes or no: its wishes for another proof, and the client's proofs, are not told. */
static void auth_packet(struct conversation *conv, const struct mysql_packet *p)
{
    struct mysql_state *s = state_of(conv);
    int kind = cursor_peek(&p->body, 0);
    if (kind == 0xff)
        error_told(conv, p->body);
    if (kind != 0)
        return;
    (void)ok_told(conv, p->body);
    s->phase = PHASE_COMMANDS;
    s->compressed = (s->capabilities & CAP_COMPRESS) != 0;
}

/* ---- packets ---- */

static void server_packet(struct conversation *conv, struct mysql_packet *p)
{
    struct mysql_state *s = state_of(conv);
    bool error = cursor_peek(&p->body, 0) == 0xff;
    if (s->phase == PHASE_GREETING && error)
        error_told(conv, p->body);
    else if (s->phase == PHASE_GREETING)
        mysql_greeting(conv, p);
    else if (s->phase == PHASE_AUTH)
        auth_packet(conv, p);
    else if (s->phase == PHASE_COMMANDS)
        answer_packet(conv, p);
}

static void client_packet(struct conversation *conv, struct mysql_packet *p)
{
    struct mysql_state *s = state_of(conv);
    bool command = p->sequence == 0 && p->length > 0;
    if (s->phase <= PHASE_LOGIN && !command) {
        mysql_login(conv, p);
        return;
    }
    if (!command || s->answer == ANSWER_FILE)
        return;                         /* a proof, or the file that was asked for */
    s->phase = PHASE_COMMANDS;
    command_told(conv, p);
}

static enum dissect packet_pdu(struct conversation *conv, struct cursor *in)
{
    struct mysql_state *s = state_of(conv);
    struct cursor c = *in;
    struct mysql_packet p = { .length = cursor_le24(&c) };
    p.sequence = cursor_u8(&c);
    bool goes_on = s->continues[conv->dir];
    size_t kept = goes_on ? 0 : p.length < KEPT ? p.length : KEPT;
    conv->need = HEADER + (c.status == CURSOR_OK ? kept : 0);
    p.body = cursor_sub(&c, kept);
    if (c.status != CURSOR_OK)
        return DISSECT_MORE;
    *in = c;
    s->skip[conv->dir] = p.length - kept;
    s->continues[conv->dir] = p.length == LENGTH_MAX;
    if (!goes_on)
        (conv->dir == FROM_CLIENT ? client_packet : server_packet)(conv, &p);
    return DISSECT_PDU;
}

static enum dissect mysql_pdu(struct conversation *conv, struct cursor *in)
{
    struct mysql_state *s = state_of(conv);
    uint64_t *skip = &s->skip[conv->dir];
    if (s->compressed) {
        cursor_skip(in, in->left);
        return DISSECT_DONE;
    }
    if (*skip > 0) {
        size_t n = *skip < in->left ? (size_t)*skip : in->left;
        cursor_skip(in, n);
        *skip -= n;
        return n > 0 ? DISSECT_PDU : DISSECT_MORE;
    }
    enum dissect verdict = packet_pdu(conv, in);
    conv->next = s->tls ? "tls" : NULL;
    return verdict == DISSECT_PDU && s->tls ? DISSECT_NEXT : verdict;
}

static bool mysql_gap(struct conversation *conv, size_t missing)
{
    struct mysql_state *s = state_of(conv);
    if (missing > s->skip[conv->dir])
        return false;
    s->skip[conv->dir] -= missing;
    return true;
}

static void mysql_end(struct conversation *conv)
{
    const struct mysql_state *s = state_of(conv);
    conv->dir = FROM_SERVER;
    if (s->answer == ANSWER_ROWS)
        rows_told(conv, false);
}

/* ---- probe ---- */

/* A logon of protocol 4.1: 23 zeros behind flags that must be there. */
static enum probe probe_login(struct cursor c, uint32_t length)
{
    uint32_t capabilities = cursor_le32(&c);
    cursor_skip(&c, 5);
    if (c.status == CURSOR_OK && (!(capabilities & CAP_PROTOCOL_41) || length < 32))
        return PROBE_NO;
    for (unsigned i = 0; i < 19; i++)
        if (cursor_u8(&c) != 0)
            return PROBE_NO;
    return c.status == CURSOR_OK ? PROBE_MAYBE : PROBE_MORE;
}

static enum probe mysql_probe(const struct conversation *conv, struct cursor c)
{
    uint32_t length = cursor_le24(&c);
    uint8_t sequence = cursor_u8(&c);
    if (c.status != CURSOR_OK)
        return PROBE_MORE;
    if (conv->dir == FROM_CLIENT)
        return sequence == 1 ? probe_login(c, length) : PROBE_NO;
    if (sequence != 0)
        return PROBE_NO;
    if (cursor_peek(&c, 0) != 0xff)
        return mysql_greeting_probe(c, length);
    cursor_skip(&c, 1);
    uint16_t code = cursor_le16(&c);
    if (c.status != CURSOR_OK)
        return PROBE_MORE;
    return length < 512 && code >= ERR_CODE_MIN && code < ERR_CODE_MAX ? PROBE_MAYBE : PROBE_NO;
}

const struct dissector dissector_mysql = {
    .schema = &mysql_schema,
    .source = "MySQL 8.4 source documentation, Client/Server Protocol; MariaDB knowledge base, Client/Server Protocol",
    .over = OVER_TCP,
    .ports = { 3306 },
    .ndpi = "MySQL",
    .state_size = sizeof(struct mysql_state),
    .pdu_max = HEADER + KEPT,
    .probe = mysql_probe,
    .pdu = mysql_pdu,
    .gap = mysql_gap,
    .end = mysql_end,
};
