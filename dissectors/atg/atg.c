/* A question is SOH, perhaps six characters of security code, a letter and five digits: what, of which tank. The console repeats
 * the code and then writes a page of text for people, of which only the beginning is read; where it ends depends on the console.
 */
#include "dissectors/atg/atg.h"

#include <ctype.h>
#include <string.h>

#include "dissectors/framing/asked.h"
#include "events/access.h"

enum { SOH = 1, ETX = 3, CODE = 6, FUNCTION = 4, QUESTION = 1 + CODE, LINE_MAX = 256, REFUSAL = 8 };

enum row { ATG_TYPE, ATG_FUNCTION, ATG_ACCESS, ATG_TANK, ATG_SECURITY_CODE, ATG_VALUE, ATG_REFUSED, ATG_RESPONSE_TIME, ATG_ROWS };
enum { ATG_UNSOLICITED, ATG_ANOMALIES };

static const struct field_name type_names[] = { { 0, "request" }, { 1, "response" }, { 0, NULL } };

static const struct field fields[] = {
    [ATG_TYPE]          = { .name = "type", .names = type_names, .about = "Question, or the beginning of its answer." },
    [ATG_FUNCTION]      = { .name = "function", .means = MEANS_FUNCTION, .type = FIELD_TEXT, .about = "Function code: I201 in-tank inventory, S602 sets a tank's name; i and s for programs." },
    [ATG_ACCESS]        = { ACCESS_FIELD },
    [ATG_TANK]          = { .name = "tank", .means = MEANS_TARGET, .about = "Tank or device that is asked about; 0 is all." },
    [ATG_SECURITY_CODE] = { .name = "security_code_sent", .type = FIELD_FLAG, .about = "A security code went with it; it is not kept." },
    [ATG_VALUE]         = { .name = "value", .means = MEANS_VALUE, .type = FIELD_TEXT, .about = "What is set." },
    [ATG_REFUSED]       = { .name = "refused", .type = FIELD_FLAG, .about = "The console does not know the function, or does not allow it." },
    [ATG_RESPONSE_TIME] = { .name = "response_time", .unit = "us", .about = "Packet time from the question to its answer." },
};

static const struct anomaly anomalies[] = {
    [ATG_UNSOLICITED] = { "unsolicited_response", "An answer that repeats another function than was asked for." },
};

static const struct schema schema = {
    .name = "atg", .fields = fields, .count = ATG_ROWS, .anomalies = anomalies, .anomaly_count = ATG_ANOMALIES
};

struct atg_state {
    struct asked asked;
    uint64_t     last;          /* key of the newest question: a refusal does not repeat it */
    unsigned     waiting;       /* questions without an answer */
};

/* A letter and five digits. */
static bool is_code(const uint8_t *at)
{
    bool letter = at[0] == 'I' || at[0] == 'S' || at[0] == 'i' || at[0] == 's';
    for (unsigned i = 1; i < CODE; i++)
        letter = letter && isdigit(at[i]);
    return letter;
}

/* Where the code stands behind SOH: at once, or behind the security code. 0: nowhere. */
static size_t code_at(const struct cursor *c)
{
    if (c->left >= QUESTION && c->at[0] == SOH && is_code(c->at + 1))
        return 1;
    return c->left >= QUESTION + CODE && c->at[0] == SOH && is_code(c->at + 1 + CODE) ? 1 + CODE : 0;
}

static enum probe atg_probe(const struct conversation *conv, struct cursor c)
{
    (void)conv;
    if (cursor_peek(&c, 0) != SOH)
        return PROBE_NO;
    if (code_at(&c) > 0)
        return PROBE_YES;
    return c.left < QUESTION + CODE ? PROBE_MORE : PROBE_NO;
}

static enum access access_of(const uint8_t *code)
{
    if (toupper(code[0]) == 'S')
        return code[1] == '0' ? ACCESS_CONTROL : code[1] == '5' ? ACCESS_SET_TIME : ACCESS_CONFIGURE;
    return code[1] == '9' ? ACCESS_IDENTIFY : code[1] == '1' ? ACCESS_DIAGNOSE : ACCESS_READ;
}

static unsigned tank_of(const uint8_t *code)
{
    return (unsigned)(code[FUNCTION] - '0') * 10 + (unsigned)(code[FUNCTION + 1] - '0');
}

static uint64_t key_of(const uint8_t *code)
{
    uint64_t key = 0;
    for (unsigned i = 0; i < CODE; i++)
        key = key << 8 | code[i];
    return key;
}

static void code_record(struct record *r, const uint8_t *code)
{
    record_bytes(r, ATG_FUNCTION, code, FUNCTION);
    record_uint(r, ATG_ACCESS, access_of(code));
    record_uint(r, ATG_TANK, tank_of(code));
}

static size_t line_length(const struct cursor *c, size_t from)
{
    while (from < c->left && from < LINE_MAX && c->at[from] != '\r' && c->at[from] != '\n' && c->at[from] != ETX && c->at[from] != SOH)
        from++;
    return from;
}

static void question_tell(struct conversation *conv, const struct cursor *c, size_t at, size_t end)
{
    struct atg_state *s = conv->state;
    struct record *r = conversation_record(conv, &schema);
    const uint8_t *code = c->at + at;
    r->transaction = asked_put(&s->asked, conv, key_of(code))->transaction;
    s->waiting++;
    s->last = key_of(code);
    record_uint(r, ATG_TYPE, 0);
    code_record(r, code);
    if (at > 1)
        record_uint(r, ATG_SECURITY_CODE, 1);
    if (end > at + CODE)
        record_bytes(r, ATG_VALUE, code + CODE, end - at - CODE);
    conversation_emit(conv, r);
}

static enum dissect question_pdu(struct conversation *conv, struct cursor *in)
{
    const uint8_t *soh = memchr(in->at, SOH, in->left);
    size_t before = soh != NULL ? (size_t)(soh - in->at) : in->left;
    if (before > 0) {           /* line ends, and what telnet clients send */
        cursor_skip(in, before);
        return DISSECT_PDU;
    }
    size_t at = code_at(in);
    if (at == 0 && in->left < QUESTION + CODE)
        return DISSECT_MORE;
    if (at == 0)
        return DISSECT_LOST;
    size_t end = line_length(in, at + CODE);
    if (end == in->left && end < LINE_MAX)
        return DISSECT_MORE;
    question_tell(conv, in, at, end);
    cursor_skip(in, end);
    return DISSECT_PDU;
}

static bool refuses(const struct cursor *c)
{
    return c->left >= REFUSAL && memcmp(c->at, "9999FF1B", REFUSAL) == 0;
}

static void answer_tell(struct conversation *conv, const uint8_t *code)
{
    struct atg_state *s = conv->state;
    struct record *r = conversation_record(conv, &schema);
    struct asked_one q;
    bool known = asked_take(&s->asked, conv, code != NULL ? key_of(code) : s->last, &q);
    record_uint(r, ATG_TYPE, 1);
    if (code != NULL)
        code_record(r, code);
    else
        record_uint(r, ATG_REFUSED, 1);
    r->refused = code == NULL;
    asked_answer(r, conv, &q, known, ATG_RESPONSE_TIME);
    if (!known && !s->asked.blind)
        record_anomaly(r, ATG_UNSOLICITED);
    conversation_emit(conv, r);
}

/* The first bytes behind a question; everything else is the page. */
static enum dissect answer_pdu(struct conversation *conv, struct cursor *in)
{
    struct atg_state *s = conv->state;
    if (s->waiting == 0) {
        cursor_skip(in, in->left);
        return DISSECT_PDU;
    }
    if (in->left < REFUSAL) {
        conv->need = REFUSAL;
        return DISSECT_MORE;
    }
    s->waiting = 0;
    if (refuses(in) || is_code(in->at + 1))
        answer_tell(conv, refuses(in) ? NULL : in->at + 1);
    cursor_skip(in, REFUSAL);
    return DISSECT_PDU;
}

static enum dissect atg_pdu(struct conversation *conv, struct cursor *in)
{
    struct atg_state *s = conv->state;
    s->asked.blind |= conv->midstream;
    return conv->dir == FROM_CLIENT ? question_pdu(conv, in) : answer_pdu(conv, in);
}

/* Questions are found by their SOH, whatever is missing before. */
static bool atg_gap(struct conversation *conv, size_t missing)
{
    struct atg_state *s = conv->state;
    (void)missing;
    s->asked.blind = true;
    return true;
}

const struct dissector dissector_atg = {
    .schema = &schema,
    .device = "device",
    .source = "Veeder-Root 576013-635, TLS-3XX serial interface",
    .over = OVER_TCP,
    .ports = { 10001 },
    .state_size = sizeof(struct atg_state),
    .pdu_max = 1024,
    .probe = atg_probe,
    .pdu = atg_pdu,
    .gap = atg_gap,
};
