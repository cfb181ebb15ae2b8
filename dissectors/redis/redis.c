/* redis - commands and what became of them.
 *
 *     *3\r\n $6\r\nCONFIG\r\n $3\r\nSET\r\n $3\r\ndir\r\n      a command: an array of strings; or a plain line, "PING\r\n"
 *     +OK\r\n   -ERR no\r\n   :7\r\n   $3\r\nabc\r\n   *2\r\n...  replies, which may nest
 *
 * Values are read as they come: of a command the first octets of its first arguments are kept, of a reply only what it is and,
 * when it is an error or a status, its text. Replies come in the order of commands; RESP3's pushes (>) answer nothing.
 */
#include "dissectors/redis/redis.h"

#include <string.h>

#include "common/buffer.h"
#include "dissectors/framing/line.h"

enum redis_row {
    REDIS_TYPE, REDIS_COMMAND, REDIS_ARGS, REDIS_ARG_COUNT, REDIS_USER, REDIS_PASSWORD, REDIS_EFFECT, REDIS_REPLY, REDIS_STATUS, REDIS_ERROR,
    REDIS_ROWS
};

enum redis_anomaly { REDIS_MALFORMED, REDIS_TOO_DEEP, REDIS_ANOMALIES };

enum {
    LINE_MAX = 16 * 1024, DEPTH_MAX = 8, ARGS_MAX = 16, ARG_KEPT = 1024, KEPT_MAX = 8 * 1024, NUMBER_DIGITS = 12, WORD_MAX = 32,
    STATUS_MAX = 512
};
static const uint64_t ELEMENTS_MAX = 1024 * 1024 * 1024, BULK_MAX = 512 * 1024 * 1024;

enum effect {
    EFFECT_NONE, EFFECT_CONFIG, EFFECT_REPLICATION, EFFECT_MODULE, EFFECT_SCRIPT, EFFECT_WIPE, EFFECT_SAVE, EFFECT_ACCESS, EFFECT_MOVE, EFFECT_STOP
};

static const struct field_name types[] = { { 0, "request" }, { 1, "response" }, { 2, "push" }, { 0, NULL } };

static const struct field_name effects[] = {
    { EFFECT_CONFIG, "config" }, { EFFECT_REPLICATION, "replication" }, { EFFECT_MODULE, "module" }, { EFFECT_SCRIPT, "script" },
    { EFFECT_WIPE, "wipe" }, { EFFECT_SAVE, "save" }, { EFFECT_ACCESS, "access" }, { EFFECT_MOVE, "move" }, { EFFECT_STOP, "stop" }, { 0, NULL }
};

static const struct field_name replies[] = {
    { '+', "status" }, { '-', "error" }, { ':', "integer" }, { '$', "string" }, { '*', "array" }, { '_', "null" }, { '#', "boolean" },
    { ',', "double" }, { '(', "big_number" }, { '!', "error" }, { '=', "verbatim" }, { '%', "map" }, { '~', "set" }, { '>', "push" }, { 0, NULL }
};

static const struct field fields[] = {
    [REDIS_TYPE]      = { .name = "type", .flags = FIELD_NAMED, .names = types, .about = "Request, its response, or a message nobody asked for." },
    [REDIS_COMMAND]   = { .name = "command", .type = FIELD_TEXT, .about = "The command's name as sent." },
    [REDIS_ARGS]      = { .name = "args", .type = FIELD_TEXT, .flags = FIELD_MANY, .about = "First octets of an argument; not of a password." },
    [REDIS_ARG_COUNT] = { .name = "arg_count", .about = "Arguments behind the name." },
    [REDIS_USER]      = { .name = "user", .type = FIELD_TEXT, .about = "Who logs on (AUTH, HELLO)." },
    [REDIS_PASSWORD]  = { .name = "password", .type = FIELD_FLAG, .about = "The command carries a password in the clear." },
    [REDIS_EFFECT]    = { .name = "effect", .flags = FIELD_NAMED, .names = effects, .about = "What a command changes beyond data: what intruders use." },
    [REDIS_REPLY]     = { .name = "reply", .flags = FIELD_NAMED, .names = replies, .about = "Kind of the reply." },
    [REDIS_STATUS]    = { .name = "status", .type = FIELD_TEXT, .about = "Text of a status reply." },
    [REDIS_ERROR]     = { .name = "error", .type = FIELD_TEXT, .about = "Text of an error." },
};

_Static_assert(sizeof fields / sizeof fields[0] == REDIS_ROWS, "a row for each field");

static const struct anomaly anomalies[] = {
    [REDIS_MALFORMED] = { "malformed_data", "Octets that are no value, or a command that is no array of strings." },
    [REDIS_TOO_DEEP]  = { "too_deep", "Replies nested deeper than any command answers." },
};

static const struct schema redis_schema = { "redis", fields, REDIS_ROWS, anomalies, REDIS_ANOMALIES };

struct redis_arg { uint16_t at, len; };     /* in .kept */

struct redis_side {
    uint64_t left[DEPTH_MAX];       /* values still to come, of each array that is open */
    uint64_t bulk;                  /* octets of a string still to come, its line end with them; 0: none is open */
    uint64_t arg_left;              /* octets of it that may still be kept */
    uint64_t count;                 /* strings of the command so far */
    struct redis_arg args[ARGS_MAX];
    uint8_t  arg_count;
    uint8_t  depth;
    uint8_t  kind;                  /* of the outermost value */
    bool     error;                 /* the string that is open is an error's text */
    struct buffer kept;
};

struct redis_state {
    struct redis_side side[2];
    uint64_t          asked, answered;
    bool              stream;       /* the server sends no replies any more: SYNC, PSYNC, MONITOR */
};

static struct redis_side *side_of(const struct conversation *conv)
{
    return &((struct redis_state *)conv->state)->side[conv->dir];
}

/* ---- what a command means ---- */

static struct cursor arg_at(const struct redis_side *s, unsigned i)
{
    return i < s->arg_count && s->kept.len > 0 ? cursor_over(s->kept.at + s->args[i].at, s->args[i].len) : cursor_over("", 0);
}

static bool arg_is(const struct redis_side *s, unsigned i, const char *word)
{
    struct cursor c = arg_at(s, i);
    return c.left == strlen(word) && line_begins(&c, word);
}

static enum effect effect_of(const struct redis_side *s)
{
    static const struct { const char *command, *second; enum effect effect; } known[] = {
        { "CONFIG", "SET", EFFECT_CONFIG }, { "CONFIG", "REWRITE", EFFECT_CONFIG }, { "SLAVEOF", NULL, EFFECT_REPLICATION },
        { "REPLICAOF", NULL, EFFECT_REPLICATION }, { "PSYNC", NULL, EFFECT_REPLICATION }, { "SYNC", NULL, EFFECT_REPLICATION },
        { "MODULE", "LOAD", EFFECT_MODULE }, { "MODULE", "LOADEX", EFFECT_MODULE }, { "EVAL", NULL, EFFECT_SCRIPT }, { "EVALSHA", NULL, EFFECT_SCRIPT },
        { "EVAL_RO", NULL, EFFECT_SCRIPT }, { "SCRIPT", "LOAD", EFFECT_SCRIPT }, { "FUNCTION", "LOAD", EFFECT_SCRIPT },
        { "FUNCTION", "RESTORE", EFFECT_SCRIPT }, { "FLUSHALL", NULL, EFFECT_WIPE }, { "FLUSHDB", NULL, EFFECT_WIPE }, { "SAVE", NULL, EFFECT_SAVE },
        { "BGSAVE", NULL, EFFECT_SAVE }, { "BGREWRITEAOF", NULL, EFFECT_SAVE }, { "ACL", "SETUSER", EFFECT_ACCESS }, { "ACL", "DELUSER", EFFECT_ACCESS },
        { "ACL", "LOAD", EFFECT_ACCESS }, { "MIGRATE", NULL, EFFECT_MOVE }, { "RESTORE", NULL, EFFECT_MOVE }, { "SHUTDOWN", NULL, EFFECT_STOP },
        { "DEBUG", NULL, EFFECT_STOP }, { "FAILOVER", NULL, EFFECT_REPLICATION }, { "CLUSTER", "RESET", EFFECT_WIPE }
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (arg_is(s, 0, known[i].command) && (known[i].second == NULL || arg_is(s, 1, known[i].second)))
            return known[i].effect;
    return EFFECT_NONE;
}

/* AUTH [user] password; HELLO 3 AUTH user password; MIGRATE ... AUTH password, AUTH2 user password. Gives where the password
 * stands, 0: there is none; `user`: where the user does, 0: nowhere. */
static unsigned logon_of(const struct redis_side *s, unsigned *user)
{
    *user = 0;
    if (arg_is(s, 0, "AUTH")) {
        *user = s->count > 2 ? 1 : 0;
        return s->count > 2 ? 2 : 1;
    }
    bool hello = arg_is(s, 0, "HELLO");
    for (unsigned i = 1; (hello || arg_is(s, 0, "MIGRATE")) && i + 1 < s->arg_count; i++) {
        bool named = arg_is(s, i, "AUTH2") || (hello && arg_is(s, i, "AUTH"));
        *user = named ? i + 1 : 0;
        if (named || arg_is(s, i, "AUTH"))
            return named ? i + 2 : i + 1;
    }
    return 0;
}

static bool is_secret(const struct redis_side *s, unsigned i, unsigned password)
{
    struct cursor c = arg_at(s, i);
    int first = cursor_peek(&c, 0);
    if (password > 0 && i == password)
        return true;
    if (i > 2 && arg_is(s, 0, "CONFIG") && arg_is(s, 1, "SET"))
        return arg_is(s, i - 1, "REQUIREPASS") || arg_is(s, i - 1, "MASTERAUTH");
    return i > 2 && arg_is(s, 0, "ACL") && arg_is(s, 1, "SETUSER") && (first == '>' || first == '<' || first == '#' || first == '!');
}

static void command_told(struct conversation *conv, struct redis_side *s, bool whole)
{
    struct redis_state *st = conv->state;
    struct record *r = conversation_record(conv, &redis_schema);
    unsigned user, password = logon_of(s, &user);
    bool secret = password > 0;
    struct cursor word = arg_at(s, 0), name = arg_at(s, user);
    r->transaction = st->asked++;
    r->incomplete = !whole;
    record_uint(r, REDIS_TYPE, 0);
    record_bytes(r, REDIS_COMMAND, word.at, word.left);
    for (unsigned i = 1; i < s->arg_count; i++) {
        struct cursor arg = arg_at(s, i);
        if (is_secret(s, i, password))
            secret = true;
        else
            record_bytes(r, REDIS_ARGS, arg.at, arg.left);
    }
    record_uint(r, REDIS_ARG_COUNT, s->count > 0 ? s->count - 1 : 0);
    if (user > 0 && name.left > 0)
        record_bytes(r, REDIS_USER, name.at, name.left);
    if (secret)
        record_uint(r, REDIS_PASSWORD, 1);
    enum effect effect = effect_of(s);
    if (effect != EFFECT_NONE)
        record_uint(r, REDIS_EFFECT, effect);
    st->stream |= arg_is(s, 0, "PSYNC") || arg_is(s, 0, "SYNC") || arg_is(s, 0, "MONITOR");
    conversation_emit(conv, r);
}

static void reply_told(struct conversation *conv, const struct redis_side *s, bool whole)
{
    struct redis_state *st = conv->state;
    struct record *r = conversation_record(conv, &redis_schema);
    bool push = s->kind == '>', error = s->kind == '-' || s->kind == '!';
    r->transaction = st->answered;
    r->incomplete = !whole;
    record_uint(r, REDIS_TYPE, push ? 2 : 1);
    record_uint(r, REDIS_REPLY, s->kind);
    if (error || s->kind == '+')
        record_bytes(r, error ? REDIS_ERROR : REDIS_STATUS, s->kept.at, s->kept.len);
    if (!push && st->answered < st->asked)
        st->answered++;
    conversation_emit(conv, r);
}

static void lost_told(struct conversation *conv, enum redis_anomaly why)
{
    struct redis_state *st = conv->state;
    struct record *r = conversation_record(conv, &redis_schema);
    r->transaction = conv->dir == FROM_CLIENT ? st->asked : st->answered;
    record_uint(r, REDIS_TYPE, conv->dir == FROM_SERVER);
    record_anomaly(r, why);
    conversation_emit(conv, r);
}

/* ---- values ---- */

static void message_begins(struct redis_side *s, int kind)
{
    s->kind = (uint8_t)kind;
    s->kept.len = 0;
    s->arg_count = 0;
    s->count = 0;
}

/* A value is here: so may be the arrays around it. True: the outermost one is. */
static bool value_ends(struct redis_side *s)
{
    while (s->depth > 0 && --s->left[s->depth - 1] == 0)
        s->depth--;
    return s->depth == 0;
}

static void arg_begins(struct redis_side *s)
{
    s->count++;
    s->arg_left = s->arg_count < ARGS_MAX ? ARG_KEPT : 0;
    if (s->arg_count < ARGS_MAX)
        s->args[s->arg_count++] = (struct redis_arg){ (uint16_t)s->kept.len, 0 };
}

static void arg_keep(struct conversation *conv, struct redis_side *s, const uint8_t *at, size_t n)
{
    if (n > s->arg_left)
        n = (size_t)s->arg_left;
    size_t kept = buffer_add(&s->kept, conv->store, conv->account, at, n, KEPT_MAX);
    s->arg_left = kept < n ? 0 : s->arg_left - kept;
    s->args[s->arg_count - 1].len = (uint16_t)(s->args[s->arg_count - 1].len + kept);
}

/* Digits behind a value's first octet; -1 in them means nothing (RESP2). False: no number. */
static bool number_of(struct cursor line, uint64_t *n, bool *nothing)
{
    *n = 0;
    *nothing = line.left == 2 && line.at[0] == '-' && line.at[1] == '1';
    if (*nothing)
        return true;
    for (size_t i = 0; i < line.left; i++) {
        if (line.at[i] < '0' || line.at[i] > '9')
            return false;
        *n = *n * 10 + (uint64_t)(line.at[i] - '0');
    }
    return line.left > 0 && line.left <= NUMBER_DIGITS;
}

enum step { STEP_ON, STEP_MESSAGE, STEP_BAD, STEP_DEEP };

static enum step array_begins(struct redis_side *s, struct cursor line, bool pairs)
{
    uint64_t n;
    bool nothing;
    if (!number_of(line, &n, &nothing) || n > ELEMENTS_MAX)
        return STEP_BAD;
    if (nothing || n == 0)
        return value_ends(s) ? STEP_MESSAGE : STEP_ON;
    if (s->depth == DEPTH_MAX)
        return STEP_DEEP;
    s->left[s->depth++] = pairs ? n * 2 : n;
    return STEP_ON;
}

static enum step string_begins(struct redis_side *s, struct cursor line, bool command)
{
    uint64_t n;
    bool nothing;
    if (!number_of(line, &n, &nothing) || n > BULK_MAX)
        return STEP_BAD;
    if (nothing)
        return value_ends(s) ? STEP_MESSAGE : STEP_ON;
    if (command)
        arg_begins(s);
    s->bulk = n + 2;
    return STEP_ON;
}

static enum step reply_value(struct conversation *conv, struct redis_side *s, struct cursor line)
{
    int kind = cursor_u8(&line);
    if (s->depth == 0)
        message_begins(s, kind);
    switch (kind) {
    case '*': case '~': case '>': return array_begins(s, line, false);
    case '%': case '|':           return array_begins(s, line, true);
    case '$': case '=': case '!': return string_begins(s, line, false);
    case '+': case '-':
        if (s->depth == 0)
            (void)buffer_add(&s->kept, conv->store, conv->account, line.at, line.left, STATUS_MAX);
        break;
    case ':': case '_': case '#': case ',': case '(': break;
    default: return STEP_BAD;
    }
    return value_ends(s) ? STEP_MESSAGE : STEP_ON;
}

/* A plain line, as people type it. */
static enum step inline_command(struct conversation *conv, struct redis_side *s, struct cursor line)
{
    message_begins(s, 0);
    while (line.left > 0 && s->count < ARGS_MAX) {
        struct cursor word = line_word(&line);
        arg_begins(s);
        arg_keep(conv, s, word.at, word.left);
    }
    struct cursor name = arg_at(s, 0);
    for (size_t i = 0; i < name.left; i++)
        if (name.at[i] <= ' ' || name.at[i] >= 0x7f)
            return STEP_BAD;
    return s->count > 0 ? STEP_MESSAGE : STEP_ON;
}

static enum step command_value(struct conversation *conv, struct redis_side *s, struct cursor line)
{
    int first = cursor_peek(&line, 0);
    if (s->depth == 0 && first != '*')
        return inline_command(conv, s, line);
    if (s->depth > 0 && first != '$')
        return STEP_BAD;
    cursor_skip(&line, 1);
    if (first == '$')
        return string_begins(s, line, true);
    message_begins(s, first);
    enum step step = array_begins(s, line, false);
    return step == STEP_MESSAGE ? STEP_ON : step;       /* an empty command says nothing */
}

/* More of a string; its line end is part of it. */
static enum step string_goes_on(struct conversation *conv, struct redis_side *s, struct cursor *in)
{
    size_t n = in->left < s->bulk ? in->left : (size_t)s->bulk;
    size_t text = s->bulk <= 2 ? 0 : n < s->bulk - 2 ? n : (size_t)(s->bulk - 2);
    const uint8_t *bytes = cursor_bytes(in, n);
    if (conv->dir == FROM_CLIENT)
        arg_keep(conv, s, bytes, text);
    else if (s->kind == '!' && s->depth == 0)
        (void)buffer_add(&s->kept, conv->store, conv->account, bytes, text, STATUS_MAX);
    s->bulk -= n;
    return s->bulk == 0 && value_ends(s) ? STEP_MESSAGE : STEP_ON;
}

/* ---- the contract ---- */

static enum dissect gives_up(struct conversation *conv, enum step why)
{
    lost_told(conv, why == STEP_DEEP ? REDIS_TOO_DEEP : REDIS_MALFORMED);
    return DISSECT_LOST;
}

static enum dissect message_ends(struct conversation *conv, struct redis_side *s)
{
    const struct redis_state *st = conv->state;
    if (conv->dir == FROM_CLIENT) {
        command_told(conv, s, true);
        return DISSECT_PDU;
    }
    reply_told(conv, s, true);
    return st->stream && st->answered == st->asked ? DISSECT_DONE : DISSECT_PDU;
}

static enum dissect redis_pdu(struct conversation *conv, struct cursor *in)
{
    struct redis_side *s = side_of(conv);
    size_t had = in->left;
    struct cursor line;
    size_t eol;
    while (in->left > 0) {
        enum step step = STEP_ON;
        if (s->bulk > 0)
            step = string_goes_on(conv, s, in);
        else if (line_take(in, LINE_MAX, &line, &eol) != LINE_WHOLE)
            break;
        else if (line.left > 0)
            step = conv->dir == FROM_CLIENT ? command_value(conv, s, line) : reply_value(conv, s, line);
        if (step == STEP_BAD || step == STEP_DEEP)
            return gives_up(conv, step);
        if (step == STEP_MESSAGE)
            return message_ends(conv, s);
    }
    return in->left < had ? DISSECT_PDU : DISSECT_MORE;
}

/* Inside of a string nothing is lost but its octets; anywhere else it is unknown what the next line belongs to. */
static bool redis_gap(struct conversation *conv, size_t missing)
{
    struct redis_side *s = side_of(conv);
    if (missing < s->bulk) {
        s->bulk -= missing;
        return true;
    }
    return false;
}

static void redis_end(struct conversation *conv)
{
    struct redis_state *st = conv->state;
    for (enum direction dir = FROM_CLIENT; dir <= FROM_SERVER; dir++) {
        struct redis_side *s = &st->side[dir];
        conv->dir = dir;
        if (dir == FROM_CLIENT && (s->depth > 0 || s->bulk > 0) && s->arg_count > 0)
            command_told(conv, s, false);
        buffer_free(&s->kept, conv->store, conv->account);
    }
}

/* ---- probe ---- */

/* "*2\r\n$4\r\nPING": an array whose first string is a word. */
static enum probe probe_command(struct cursor c)
{
    struct cursor line;
    size_t eol;
    uint64_t n;
    bool nothing;
    if (line_take(&c, NUMBER_DIGITS, &line, &eol) != LINE_WHOLE)
        return c.left < NUMBER_DIGITS ? PROBE_MORE : PROBE_NO;
    cursor_skip(&line, 1);
    if (eol != 2 || !number_of(line, &n, &nothing) || nothing || n == 0)
        return PROBE_NO;
    if (c.left == 0)
        return PROBE_MORE;
    if (line_take(&c, NUMBER_DIGITS, &line, &eol) != LINE_WHOLE)
        return c.left < NUMBER_DIGITS ? PROBE_MORE : PROBE_NO;
    if (cursor_u8(&line) != '$' || eol != 2 || !number_of(line, &n, &nothing) || nothing || n < 2 || n > WORD_MAX)
        return PROBE_NO;
    for (size_t i = 0; i < n; i++) {
        int letter = cursor_peek(&c, i);
        if (letter == -1)
            return PROBE_MORE;
        if (!((letter | 0x20) >= 'a' && (letter | 0x20) <= 'z') && letter != '_' && letter != '.')
            return PROBE_NO;
    }
    return PROBE_YES;
}

static enum probe probe_line(struct cursor c)
{
    static const char *const words[] = { "PING\r\n", "INFO\r\n", "INFO ", "CONFIG ", "SLAVEOF ", "REPLICAOF ", "FLUSHALL\r\n", "KEYS ", "MODULE ", "EVAL ",
                                         "HELLO 3", "HELLO 2", "DBSIZE\r\n", "CLIENT " };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (line_begins(&c, words[i]))
            return PROBE_MAYBE;
    return c.left < 4 ? PROBE_MORE : PROBE_NO;
}

static enum probe probe_reply(struct cursor c)
{
    static const char *const words[] = { "+OK\r\n", "+PONG\r\n", "-ERR ", "-NOAUTH ", "-WRONGPASS ", "-DENIED " };
    struct cursor line;
    size_t eol;
    uint64_t n;
    bool nothing;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (line_begins(&c, words[i]))
            return PROBE_MAYBE;
    int kind = cursor_peek(&c, 0);
    if (kind != '$' && kind != '*' && kind != ':' && kind != '%')
        return c.left < 5 ? PROBE_MORE : PROBE_NO;
    if (line_take(&c, NUMBER_DIGITS, &line, &eol) != LINE_WHOLE)
        return c.left < NUMBER_DIGITS ? PROBE_MORE : PROBE_NO;
    cursor_skip(&line, 1);
    return eol == 2 && number_of(line, &n, &nothing) ? PROBE_MAYBE : PROBE_NO;
}

static enum probe redis_probe(const struct conversation *conv, struct cursor c)
{
    if (c.left == 0)
        return PROBE_MORE;
    if (conv->dir == FROM_SERVER)
        return probe_reply(c);
    return c.at[0] == '*' ? probe_command(c) : probe_line(c);
}

const struct dissector dissector_redis = {
    .schema = &redis_schema,
    .source = "Redis serialization protocol specification, RESP2 and RESP3",
    .over = OVER_TCP,
    .client_first = true,
    .ports = { 6379, 26379 },
    .ndpi = "Redis",
    .state_size = sizeof(struct redis_state),
    .probe = redis_probe,
    .pdu = redis_pdu,
    .gap = redis_gap,
    .end = redis_end,
};
