/* telnet - options come out of the stream as commands behind IAC; what is left is text, looked at for a login alone. */
#include "dissectors/telnet/telnet.h"

#include <string.h>
#include <strings.h>

enum telnet_row { TELNET_TYPE, TELNET_COMMAND, TELNET_OPTION, TELNET_TERMINAL_TYPE, TELNET_SPEED, TELNET_DISPLAY, TELNET_USER, TELNET_ROWS };
enum telnet_kind { NEGOTIATION, SUBNEGOTIATION, LOGIN };

enum { IAC = 255, SB = 250, SE = 240, WILL = 251, DONT = 254, IS = 0, NEGOTIATIONS_MAX = 64, SUB_MAX = 512, TAIL_MAX = 16, USER_MAX = 64,
       OPT_TERMINAL_TYPE = 24, OPT_SPEED = 32, OPT_DISPLAY = 35 };

static const struct field_name kinds[] = { { NEGOTIATION, "negotiation" }, { SUBNEGOTIATION, "subnegotiation" }, { LOGIN, "login" }, { 0, NULL } };
static const struct field_name commands[] = { { 251, "will" }, { 252, "wont" }, { 253, "do" }, { 254, "dont" }, { 0, NULL } };
static const struct field_name options[] = {        /* IANA, TELNET Options */
    { 0, "binary" }, { 1, "echo" }, { 3, "suppress_go_ahead" }, { 5, "status" }, { 6, "timing_mark" }, { 24, "terminal_type" },
    { 31, "window_size" }, { 32, "terminal_speed" }, { 33, "remote_flow_control" }, { 34, "linemode" }, { 35, "x_display_location" },
    { 36, "environment" }, { 37, "authentication" }, { 38, "encryption" }, { 39, "new_environment" }, { 40, "tn3270e" },
    { 44, "com_port_control" }, { 46, "start_tls" }, { 0, NULL }
};

static const struct field fields[] = {
    [TELNET_TYPE]    = { .name = "type", .flags = FIELD_NAMED, .names = kinds, .about = "What the record is about." },
    [TELNET_COMMAND] = { .name = "command", .flags = FIELD_NAMED, .names = commands, .about = "Offer or wish: will, wont, do, dont." },
    [TELNET_OPTION]  = { .name = "option", .flags = FIELD_NAMED, .names = options, .about = "The option it is about." },
    [TELNET_TERMINAL_TYPE] = { .name = "terminal_type", .type = FIELD_TEXT, .about = "The client's terminal." },
    [TELNET_SPEED]   = { .name = "terminal_speed", .type = FIELD_TEXT, .about = "Its speed." },
    [TELNET_DISPLAY] = { .name = "display", .type = FIELD_TEXT, .about = "Its X display: often names the client's host." },
    [TELNET_USER]    = { .name = "user", .type = FIELD_TEXT, .about = "Who logs in: what was typed behind the prompt." },
};

_Static_assert(sizeof fields / sizeof fields[0] == TELNET_ROWS, "a row for each field");

static const struct schema telnet_schema = { "telnet", fields, TELNET_ROWS, NULL, 0 };

struct telnet_state {
    uint64_t told;              /* negotiations */
    uint8_t  tail[TAIL_MAX];    /* the server's last octets of text, in lower case */
    uint8_t  tail_len;
    char     user[USER_MAX];
    uint8_t  user_len;
    bool     asked;             /* the server wants to know who */
};

static struct record *record_of(struct conversation *conv, enum telnet_kind kind)
{
    struct record *r = conversation_record(conv, &telnet_schema);
    record_uint(r, TELNET_TYPE, kind);
    return r;
}

/* ---- options ---- */

static void negotiation_told(struct conversation *conv, uint8_t command, uint8_t option)
{
    struct telnet_state *s = conv->state;
    if (s->told++ >= NEGOTIATIONS_MAX)
        return;
    struct record *r = record_of(conv, NEGOTIATION);
    record_uint(r, TELNET_COMMAND, command);
    record_uint(r, TELNET_OPTION, option);
    conversation_emit(conv, r);
}

/* "IAC SB option IS text IAC SE" (RFC 1091 and its like). */
static void subnegotiation_told(struct conversation *conv, struct cursor c)
{
    struct telnet_state *s = conv->state;
    uint8_t option = cursor_u8(&c), verb = cursor_u8(&c);
    uint16_t row = option == OPT_TERMINAL_TYPE ? TELNET_TERMINAL_TYPE : option == OPT_SPEED ? TELNET_SPEED
                 : option == OPT_DISPLAY ? TELNET_DISPLAY : TELNET_ROWS;
    if (c.status != CURSOR_OK || row == TELNET_ROWS || verb != IS || s->told++ >= NEGOTIATIONS_MAX)
        return;
    struct record *r = record_of(conv, SUBNEGOTIATION);
    record_uint(r, TELNET_OPTION, option);
    record_bytes(r, row, c.at, c.left);
    conversation_emit(conv, r);
}

/* Behind SB everything up to IAC SE. One that has no end soon is none. */
static enum dissect take_sub(struct conversation *conv, struct cursor *in, struct cursor c)
{
    for (size_t n = 0; n + 1 < c.left && n < SUB_MAX; n++) {
        if (c.at[n] != IAC)
            continue;
        if (c.at[n + 1] == SE) {
            subnegotiation_told(conv, cursor_sub(&c, n));
            cursor_skip(&c, 2);
            *in = c;
            return DISSECT_PDU;
        }
        n++;
    }
    if (c.left < SUB_MAX)
        return DISSECT_MORE;
    *in = c;
    return DISSECT_PDU;
}

static enum dissect take_command(struct conversation *conv, struct cursor *in)
{
    struct cursor c = *in;
    cursor_skip(&c, 1);
    uint8_t command = cursor_u8(&c);
    if (c.status == CURSOR_OK && command == SB)
        return take_sub(conv, in, c);
    bool negotiates = command >= WILL && command <= DONT;
    uint8_t option = negotiates ? cursor_u8(&c) : 0;
    if (c.status != CURSOR_OK)
        return DISSECT_MORE;
    if (negotiates)
        negotiation_told(conv, command, option);
    *in = c;
    return DISSECT_PDU;
}

/* ---- text ---- */

static bool tail_is(const struct telnet_state *s, const char *word)
{
    size_t n = strlen(word);
    return s->tail_len >= n && memcmp(s->tail + s->tail_len - n, word, n) == 0;
}

static void prompted(struct telnet_state *s)
{
    if (tail_is(s, "ogin:") || tail_is(s, "sername:") || tail_is(s, "user:")) {
        s->asked = true;
        s->user_len = 0;
    } else if (tail_is(s, "assword:")) {
        s->asked = false;
    }
}

/* Keeps the end of what the server said. A line that goes on behind its colon was no prompt: "Last login: Mon ...". */
static void heard(struct telnet_state *s, const struct cursor *text)
{
    for (size_t i = 0; i < text->left; i++) {
        uint8_t c = text->at[i];
        if (s->tail_len == TAIL_MAX)
            memmove(s->tail, s->tail + 1, --s->tail_len);
        s->tail[s->tail_len++] = c >= 'A' && c <= 'Z' ? (uint8_t)(c + 0x20) : c;
        if (c == ':')
            prompted(s);
        else if (c == '\n' && s->user_len == 0)
            s->asked = false;
    }
}

static void login_told(struct conversation *conv)
{
    struct telnet_state *s = conv->state;
    struct record *r = record_of(conv, LOGIN);
    s->asked = false;
    if (s->user_len == 0)
        return;
    record_bytes(r, TELNET_USER, s->user, s->user_len);
    conversation_emit(conv, r);
}

static void typed(struct conversation *conv, const struct cursor *text)
{
    struct telnet_state *s = conv->state;
    for (size_t i = 0; i < text->left && s->asked; i++) {
        uint8_t c = text->at[i];
        if (c == '\r' || c == '\n')
            login_told(conv);
        else if ((c == 8 || c == 127) && s->user_len > 0)
            s->user_len--;
        else if (c >= ' ' && c < 127 && s->user_len < USER_MAX)
            s->user[s->user_len++] = (char)c;
    }
}

static enum dissect telnet_pdu(struct conversation *conv, struct cursor *in)
{
    if (in->at[0] == IAC)
        return take_command(conv, in);
    const uint8_t *iac = memchr(in->at, IAC, in->left);
    struct cursor text = cursor_sub(in, iac != NULL ? (size_t)(iac - in->at) : in->left);
    if (conv->dir == FROM_SERVER)
        heard(conv->state, &text);
    else
        typed(conv, &text);
    return DISSECT_PDU;
}

static bool telnet_gap(struct conversation *conv, size_t missing)
{
    struct telnet_state *s = conv->state;
    (void)missing;
    s->asked = false;
    s->tail_len = 0;
    return true;
}

/* Options in a row are sure; a single one needs a hint. */
static enum probe telnet_probe(const struct conversation *conv, struct cursor c)
{
    unsigned count = 0;
    (void)conv;
    while (c.left >= 3 && c.at[0] == IAC && c.at[1] >= WILL && c.at[1] <= DONT && c.at[2] < 64) {
        cursor_skip(&c, 3);
        count++;
    }
    if (count >= 2)
        return PROBE_YES;
    if (count == 1)
        return c.left == 0 || c.at[0] == IAC || c.at[0] < 0x80 ? PROBE_MAYBE : PROBE_NO;
    return c.left < 3 && (c.left == 0 || c.at[0] == IAC) ? PROBE_MORE : PROBE_NO;
}

const struct dissector dissector_telnet = {
    .schema = &telnet_schema,
    .source = "RFC 854, RFC 855, RFC 1091",
    .over = OVER_TCP,
    .ports = { 23, 2323 },
    .ndpi = "Telnet",
    .state_size = sizeof(struct telnet_state),
    .probe = telnet_probe,
    .pdu = telnet_pdu,
    .gap = telnet_gap,
};
