/* Niagara Fox, a frame of text:
 *
 *   fox  a  1  -1  fox  hello \n            kind, sequence, sequence that is answered or -1, channel, command
 *   {\n
 *   hostName=s:station7\n                   name, type (s text, i integer, b octets, o object), value
 *   nonce=b:44[ ... ]\n                     octets and objects: their number, then so many
 *   };;\n
 *
 * Of a frame longer than ours the end is found by ";;\n" behind a brace; octets are jumped over by their number, as they may hold anything.
 */
#include "dissectors/fox/fox.h"

#include <ctype.h>
#include <string.h>

#include "dissectors/framing/asked.h"
#include "events/access.h"

enum { FRAME_MAX = 32 * 1024, LINES_MAX = 256, WORDS = 6, WORD_MAX = 64, BLOB_TYPE_MAX = 16 };

enum row { KIND, SEQUENCE, ANSWERS, CHANNEL, COMMAND, ACCESS, FOX_VERSION, HOST_NAME, HOST_ADDRESS, APPLICATION, APPLICATION_VERSION, STATION, VM, VM_VERSION,
           SYSTEM, SYSTEM_VERSION, HOST_ID, VM_UUID, BRAND, TIME_ZONE, LANGUAGE, METHOD, USER, PROPERTIES, NAME, TYPE, VALUE, RESPONSE_TIME, ROWS };
enum odd { INVALID_FRAME, ANOMALIES };

static const struct field fields[] = {
    [KIND]                = { .name = "kind", .type = FIELD_TEXT, .about = "Kind of frame: a asynchronous, s synchronous request, r response, e error." },
    [SEQUENCE]            = { .name = "sequence", .type = FIELD_INT, .about = "Sequence number of the frame." },
    [ANSWERS]             = { .name = "answers", .type = FIELD_INT, .about = "Sequence number of the frame that is answered; -1 none." },
    [CHANNEL]             = { .name = "channel", .means = MEANS_FUNCTION, .type = FIELD_TEXT, .about = "Channel: fox, station, history, file ..." },
    [COMMAND]             = { .name = "command", .means = MEANS_FUNCTION, .type = FIELD_TEXT, .about = "Command on the channel." },
    [ACCESS]              = { ACCESS_FIELD },
    [FOX_VERSION]         = { .name = "fox_version", .type = FIELD_TEXT, .about = "Version of the protocol." },
    [HOST_NAME]           = { .name = "host_name", .type = FIELD_TEXT, .about = "Host name of the sender." },
    [HOST_ADDRESS]        = { .name = "host_address", .type = FIELD_TEXT, .about = "Its address, as it knows it itself." },
    [APPLICATION]         = { .name = "application", .means = MEANS_PRODUCT, .type = FIELD_TEXT, .about = "Program that speaks: Station or Workbench." },
    [APPLICATION_VERSION] = { .name = "application_version", .means = MEANS_VERSION, .type = FIELD_TEXT, .about = "Its version." },
    [STATION]             = { .name = "station_name", .means = MEANS_NAME, .type = FIELD_TEXT, .about = "Name of the station." },
    [VM]                  = { .name = "vm_name", .type = FIELD_TEXT, .about = "Java machine it runs on." },
    [VM_VERSION]          = { .name = "vm_version", .type = FIELD_TEXT, .about = "Version of that." },
    [SYSTEM]              = { .name = "os_name", .type = FIELD_TEXT, .about = "Operating system." },
    [SYSTEM_VERSION]      = { .name = "os_version", .type = FIELD_TEXT, .about = "Version of that." },
    [HOST_ID]             = { .name = "host_id", .means = MEANS_SERIAL, .type = FIELD_TEXT, .about = "Host id, to which the licence is bound." },
    [VM_UUID]             = { .name = "vm_uuid", .type = FIELD_TEXT, .about = "Identifier of the running machine." },
    [BRAND]               = { .name = "brand", .means = MEANS_VENDOR, .type = FIELD_TEXT, .about = "Brand it is sold under." },
    [TIME_ZONE]           = { .name = "time_zone", .type = FIELD_TEXT, .about = "Time zone." },
    [LANGUAGE]            = { .name = "language", .type = FIELD_TEXT, .about = "Language." },
    [METHOD]              = { .name = "method", .type = FIELD_TEXT, .about = "How users are to prove who they are." },
    [USER]                = { .name = "user", .type = FIELD_TEXT, .about = "User name." },
    [PROPERTIES]          = { .name = "properties", .type = FIELD_LIST, .about = "What else the frame says, without what proves who a user is; at most 256 lines are read." },
    [NAME]                = { .name = "name", .in = PROPERTIES + 1, .type = FIELD_TEXT, .about = "Name of the property." },
    [TYPE]                = { .name = "type", .in = PROPERTIES + 1, .type = FIELD_TEXT, .about = "Its type, a letter." },
    [VALUE]               = { .name = "value", .in = PROPERTIES + 1, .means = MEANS_VALUE, .type = FIELD_TEXT, .about = "Its value, as written." },
    [RESPONSE_TIME]       = { .name = "response_time", .unit = "us", .about = "Packet time from the frame that is answered to this one." },
};

static const struct anomaly anomalies[] = {
    [INVALID_FRAME] = { "invalid_frame", "A line that is no property, or more lines than are read." },
};

static const struct schema schema = {
    .name = "fox", .fields = fields, .count = ROWS, .anomalies = anomalies, .anomaly_count = ANOMALIES
};

struct fox_state {
    struct asked asked;
    bool         searching[2];
};

static const char magic[] = "fox ";
static const char end[] = "};;\n";

/* Bytes up to `stop`, or NULL when it does not come; takes the stop too. */
static const uint8_t *until(struct cursor *c, char stop, size_t *n)
{
    const uint8_t *at = c->at, *found = memchr(c->at, stop, c->left);
    if (found == NULL)
        return NULL;
    *n = (size_t)(found - at);
    cursor_skip(c, *n + 1);
    return at;
}

static bool number_read(const uint8_t *at, size_t n, int64_t *out)
{
    bool minus = n > 0 && at[0] == '-';
    int64_t value = 0;
    if (n == minus || n > 10)
        return false;
    for (size_t i = minus; i < n; i++) {
        if (!isdigit(at[i]))
            return false;
        value = value * 10 + (at[i] - '0');
    }
    *out = minus ? -value : value;
    return true;
}

/* "fox a 1 -1 fox hello": six words, of which two are numbers. */
struct opening {
    const uint8_t *word[WORDS];
    size_t         length[WORDS];
    int64_t        sequence, answers;
};

static bool opening_read(struct cursor *c, struct opening *o)
{
    size_t n = 0;
    const uint8_t *line = until(c, '\n', &n);
    if (line == NULL)
        return false;
    struct cursor words = cursor_over(line, n);
    for (unsigned i = 0; i < WORDS; i++) {
        o->word[i] = i + 1 < WORDS ? until(&words, ' ', &o->length[i]) : words.at;
        if (o->word[i] == NULL)
            return false;
        if (i + 1 == WORDS)
            o->length[i] = words.left;
        if (o->length[i] == 0 || o->length[i] > WORD_MAX)
            return false;
    }
    return o->length[0] == 3 && memcmp(o->word[0], magic, 3) == 0 && o->length[1] == 1 && isalpha(o->word[1][0]) &&
           number_read(o->word[2], o->length[2], &o->sequence) && number_read(o->word[3], o->length[3], &o->answers);
}

static enum probe fox_probe(const struct conversation *conv, struct cursor c)
{
    struct opening o;
    (void)conv;
    size_t n = c.left < 4 ? c.left : 4;
    if (memcmp(c.at, magic, n) != 0)
        return PROBE_NO;
    struct cursor ahead = c;
    if (opening_read(&ahead, &o))
        return PROBE_YES;
    return memchr(c.at, '\n', c.left) == NULL && c.left < WORDS * (WORD_MAX + 1) ? PROBE_MORE : PROBE_NO;
}

/* The octets of "44[...]" or "bog 61[...]" behind its type, in a line that has begun; gives how many to jump over, brackets and all. */
static size_t blob_length(const struct cursor *c)
{
    size_t i = 0, n = 0;
    while (i < c->left && i < BLOB_TYPE_MAX && !isdigit(c->at[i]) && c->at[i] != '\n')
        i++;
    size_t digits = i;
    while (i < c->left && i < digits + 6 && isdigit(c->at[i]))
        n = n * 10 + (size_t)(c->at[i++] - '0');
    return i > digits && i < c->left && c->at[i] == '[' ? i + 1 + n + 1 : 0;
}

/* One property's line, its octets jumped over. False: not all here. */
static bool line_skip(struct cursor *c)
{
    size_t n;
    const uint8_t *name = until(c, '\n', &n);
    const uint8_t *sign = name != NULL ? memchr(name, '=', n) : NULL;
    if (sign == NULL || n - (size_t)(sign - name) < 4 || (sign[1] != 'b' && sign[1] != 'o') || sign[2] != ':')
        return name != NULL;
    size_t before = (size_t)(sign - name) + 3;
    struct cursor value = cursor_over(name + before, c->left + n + 1 - before);
    size_t blob = blob_length(&value);
    if (blob == 0)
        return true;
    cursor_skip(&value, blob);
    if (value.status != CURSOR_OK || until(&value, '\n', &n) == NULL)
        return false;
    *c = value;
    return true;
}

static bool at_end(const struct cursor *c)
{
    return c->left >= sizeof end - 1 && memcmp(c->at, end, sizeof end - 1) == 0;
}

/* The frame behind its opening: stands behind ";;\n" when it is all here. */
static bool body_skip(struct cursor *c)
{
    for (unsigned i = 0; i < LINES_MAX; i++) {
        if (at_end(c)) {
            cursor_skip(c, sizeof end - 1);
            return true;
        }
        if (!line_skip(c))
            return false;
    }
    const uint8_t *found = memmem(c->at, c->left, end, sizeof end - 1);
    if (found != NULL)
        cursor_skip(c, (size_t)(found - c->at) + sizeof end - 1);
    return found != NULL;
}

static uint16_t row_of(const uint8_t *name, size_t n)
{
    static const struct { const char *name; uint8_t row; } known[] = {
        { "fox.version", FOX_VERSION }, { "hostName", HOST_NAME }, { "hostAddress", HOST_ADDRESS }, { "app.name", APPLICATION },
        { "app.version", APPLICATION_VERSION }, { "station.name", STATION }, { "vm.name", VM }, { "vm.version", VM_VERSION },
        { "os.name", SYSTEM }, { "os.version", SYSTEM_VERSION }, { "hostId", HOST_ID }, { "vmUuid", VM_UUID }, { "brandId", BRAND },
        { "timeZone", TIME_ZONE }, { "lang", LANGUAGE }, { "method", METHOD }, { "username", USER }, { "user", USER }
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strlen(known[i].name) == n && memcmp(known[i].name, name, n) == 0)
            return known[i].row;
    return PROPERTIES;
}

/* What proves who a user is stays out of the record. */
static bool is_secret(const uint8_t *name, size_t n)
{
    static const char *const secrets[] = { "credentials", "password", "nonce", "digest", "token" };
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++)
        if (memmem(name, n, secrets[i], strlen(secrets[i])) != NULL)
            return true;
    return false;
}

static void property_record(struct record *r, const uint8_t *line, size_t n)
{
    const uint8_t *sign = memchr(line, '=', n);
    size_t name = sign != NULL ? (size_t)(sign - line) : 0;
    if (name == 0 || n - name < 3 || sign[2] != ':') {
        record_anomaly(r, INVALID_FRAME);
        return;
    }
    uint16_t row = row_of(line, name);
    if (is_secret(line, name))
        return;
    if (row == PROPERTIES) {
        record_item(r, PROPERTIES);
        record_bytes(r, NAME, line, name);
        record_bytes(r, TYPE, sign + 1, 1);
        row = VALUE;
    }
    record_bytes(r, row, sign + 3, n - name - 3);
}

static void body_record(struct record *r, struct cursor body)
{
    for (unsigned i = 0; i < LINES_MAX && body.left > 0 && !at_end(&body); i++) {
        struct cursor line = body;
        if (!line_skip(&body))
            return;
        size_t n = line.left - body.left - 1;
        bool brace = n == 1 && (line.at[0] == '{' || line.at[0] == '}');
        if (n > 0 && !brace)
            property_record(r, line.at, n);
    }
    if (!at_end(&body))
        record_anomaly(r, INVALID_FRAME);
}

static bool word_is(const struct opening *o, unsigned i, const char *word)
{
    return o->length[i] == strlen(word) && memcmp(o->word[i], word, o->length[i]) == 0;
}

static enum access access_of(const struct opening *o)
{
    static const char *const proofs[] = { "challenge", "login", "authenticate", "loginSuccess", "rejected" };
    if (!word_is(o, 4, "fox"))
        return word_is(o, 4, "file") ? ACCESS_FILE : ACCESS_OTHER;
    if (word_is(o, 5, "hello"))
        return ACCESS_IDENTIFY;
    for (size_t i = 0; i < sizeof proofs / sizeof proofs[0]; i++)
        if (word_is(o, 5, proofs[i]))
            return ACCESS_AUTHENTICATE;
    return ACCESS_SESSION;
}

/* A station's hello answers the workbench's; else the sequence number says what is answered. */
static void paired(struct conversation *conv, struct record *r, const struct opening *o)
{
    struct fox_state *s = conv->state;
    bool hello = word_is(o, 5, "hello");
    bool answers = o->answers >= 0 || (hello && conv->dir == FROM_SERVER);
    struct asked_one q;
    if (!answers) {
        r->transaction = asked_put(&s->asked, conv, hello ? UINT64_MAX : (uint64_t)o->sequence)->transaction;
        return;
    }
    bool known = asked_take(&s->asked, conv, hello ? UINT64_MAX : (uint64_t)o->answers, &q);
    asked_answer(r, conv, &q, known, RESPONSE_TIME);
    r->refused = o->word[1][0] == 'e' || word_is(o, 5, "rejected");
}

static void frame_tell(struct conversation *conv, const struct opening *o, struct cursor body)
{
    struct record *r = conversation_record(conv, &schema);
    record_bytes(r, KIND, o->word[1], 1);
    record_int(r, SEQUENCE, o->sequence);
    record_int(r, ANSWERS, o->answers);
    record_bytes(r, CHANNEL, o->word[4], o->length[4]);
    record_bytes(r, COMMAND, o->word[5], o->length[5]);
    record_uint(r, ACCESS, access_of(o));
    body_record(r, body);
    paired(conv, r, o);
    conversation_emit(conv, r);
}

/* After a gap, and in front of each frame: the next "fox ". */
static enum dissect search(struct conversation *conv, struct cursor *in)
{
    struct fox_state *s = conv->state;
    const uint8_t *at = memmem(in->at, in->left, magic, sizeof magic - 1);
    size_t skip = at != NULL ? (size_t)(at - in->at) : in->left > 3 ? in->left - 3 : 0;
    s->searching[conv->dir] = at == NULL;
    cursor_skip(in, skip);
    return skip > 0 ? DISSECT_PDU : DISSECT_MORE;
}

static enum dissect fox_pdu(struct conversation *conv, struct cursor *in)
{
    struct fox_state *s = conv->state;
    struct opening o;
    if (s->searching[conv->dir]) {
        enum dissect verdict = search(conv, in);
        if (s->searching[conv->dir] || verdict == DISSECT_PDU)
            return verdict;
    }
    size_t n = in->left < 4 ? in->left : 4;
    if (memcmp(in->at, magic, n) != 0)
        return DISSECT_LOST;
    struct cursor c = *in;
    if (!opening_read(&c, &o))
        return memchr(in->at, '\n', in->left) != NULL || in->left > WORDS * (WORD_MAX + 1) ? DISSECT_LOST : DISSECT_MORE;
    struct cursor body = c;
    if (!body_skip(&c))
        return in->left > FRAME_MAX ? DISSECT_LOST : DISSECT_MORE;
    frame_tell(conv, &o, cursor_sub(&body, body.left - c.left));
    *in = c;
    return DISSECT_PDU;
}

static bool fox_gap(struct conversation *conv, size_t missing)
{
    struct fox_state *s = conv->state;
    (void)missing;
    s->searching[conv->dir] = true;
    return true;
}

const struct dissector dissector_fox = {
    .schema = &schema,
    .device = "device",
    .source = "Niagara Fox as in Redpoint's fox-info.nse (Digital Bond); no text of its maker's is public",
    .over = OVER_TCP,
    .ports = { 1911, 3011 },
    .state_size = sizeof(struct fox_state),
    .pdu_max = FRAME_MAX,
    .probe = fox_probe,
    .pdu = fox_pdu,
    .gap = fox_gap,
};
