/* DLMS over TCP: the wrapper or HDLC frames, messages in several frames, requests and what answers them.
 *
 *   wrapper   version 0001, source, destination, length (2 octets each), APDU
 *   HDLC      7e  a LLL (4 bits type, S, 11 bits length)  destination  source  control  HCS  [e6 e6|e7 00 APDU]  FCS  7e
 *
 * Addresses of HDLC have 1, 2 or 4 octets, the last one odd. S says that the message goes on in the next frame. A meter answers one
 * request at a time, so the last one is what an answer belongs to.
 */
#include "dissectors/dlms/dlms.h"

#include "common/buffer.h"
#include "dissectors/dlms/apdu.h"

enum { FLAG = 0x7e, FORMAT = 0xa000, FORMAT_MASK = 0xf000, SEGMENTED = 0x0800, LENGTH_MASK = 0x07ff, FRAME_MIN = 7, FLAGS = 2, CHECK = 2 };
enum { WRAPPER_VERSION = 1, WRAPPER_HEADER = 8, APDU_MAX = 16384, ADDRESS_MAX = 4, NOISE_MAX = 4096 };
enum { LLC_DESTINATION = 0xe6, LLC_COMMAND = 0xe6, LLC_RESPONSE = 0xe7 };
enum hdlc_kind { HDLC_I, HDLC_RR, HDLC_RNR = 5, HDLC_UI = 0x03, HDLC_DM = 0x0f, HDLC_DISC = 0x43, HDLC_UA = 0x63, HDLC_SNRM = 0x83, HDLC_FRMR = 0x87 };
enum { POLL_BIT = 0x10 };

struct dlms_state {
    uint64_t          transactions, asked_us, asked_transaction;
    struct dlms_named named;
    struct buffer     body[2];      /* a message in several frames, per direction */
    unsigned          noise;        /* octets passed over, in a row */
    uint8_t           asker;
    uint8_t           access;
    bool              open, blind;
    bool              settled, hdlc;    /* which carrier it is, once a whole one was seen: a connection keeps to one */
};

struct frame {
    uint32_t      destination, source;
    uint8_t       control;
    bool          more, right;      /* the message goes on; its checksum is right */
    struct cursor info;
};

/* ISO/IEC 13239: the remainder over everything and its FCS is always the same. */
static bool checksum_right(struct cursor c)
{
    uint16_t fcs = 0xffff;
    while (c.left > 0) {
        fcs ^= cursor_u8(&c);
        for (unsigned i = 0; i < 8; i++)
            fcs = fcs & 1 ? (uint16_t)(fcs >> 1 ^ 0x8408) : (uint16_t)(fcs >> 1);
    }
    return fcs == 0xf0b8;
}

static uint32_t address(struct cursor *c)
{
    uint32_t n = 0;
    for (unsigned i = 0; i < ADDRESS_MAX; i++) {
        uint8_t octet = cursor_u8(c);
        n = n << 7 | octet >> 1;
        if (octet & 1)
            break;
    }
    return n;
}

/* What `length` octets between the flags hold. */
static bool frame_read(struct cursor c, struct frame *f)
{
    *f = (struct frame){ .right = checksum_right(c) };
    f->more = (cursor_be16(&c) & SEGMENTED) != 0;
    f->destination = address(&c);
    f->source = address(&c);
    f->control = cursor_u8(&c);
    if (c.left > CHECK)
        cursor_skip(&c, CHECK);         /* the header's own */
    if (c.status != CURSOR_OK || c.left < CHECK)
        return false;
    f->info = cursor_sub(&c, c.left - CHECK);
    return true;
}

static enum hdlc_kind kind_of(uint8_t control)
{
    if ((control & 1) == 0)
        return HDLC_I;
    if ((control & 3) == 1)
        return (control & 0x0f) == 1 ? HDLC_RR : HDLC_RNR;
    return (enum hdlc_kind)(control & ~POLL_BIT);
}

static bool control_known(uint8_t control)
{
    enum hdlc_kind k = kind_of(control);
    return k == HDLC_I || k == HDLC_RR || k == HDLC_RNR || k == HDLC_UI || k == HDLC_DM || k == HDLC_DISC || k == HDLC_UA || k == HDLC_SNRM ||
           k == HDLC_FRMR;
}

/* The octets between two flags, or how many are missing. */
enum cut { CUT_WHOLE, CUT_SHORT, CUT_FOREIGN };

static enum cut hdlc_cut(struct cursor c, struct cursor *frame, size_t *size)
{
    if (cursor_u8(&c) != FLAG)
        return CUT_FOREIGN;
    struct cursor ahead = c;
    uint16_t format = cursor_be16(&ahead);
    if (ahead.status != CURSOR_OK)
        return CUT_SHORT;
    size_t length = format & LENGTH_MASK;
    if ((format & FORMAT_MASK) != FORMAT || length < FRAME_MIN)
        return CUT_FOREIGN;
    *size = length + FLAGS;
    *frame = cursor_sub(&c, length);
    int end = cursor_peek(&c, 0);
    if (c.status != CURSOR_OK || end < 0)
        return CUT_SHORT;
    return end == FLAG ? CUT_WHOLE : CUT_FOREIGN;
}

static enum cut wrapper_cut(struct cursor c, struct cursor *apdu, size_t *size, uint16_t ports[2])
{
    uint16_t version = cursor_be16(&c);
    ports[0] = cursor_be16(&c);
    ports[1] = cursor_be16(&c);
    size_t length = cursor_be16(&c);
    if (version != WRAPPER_VERSION && c.status == CURSOR_OK)
        return CUT_FOREIGN;
    if (c.status != CURSOR_OK)
        return CUT_SHORT;
    if (length == 0 || length > APDU_MAX)
        return CUT_FOREIGN;
    *size = length + WRAPPER_HEADER;
    *apdu = cursor_sub(&c, length);
    return c.status == CURSOR_OK ? CUT_WHOLE : CUT_SHORT;
}

static struct record *record_new(struct conversation *conv)
{
    struct dlms_state *s = conv->state;
    struct record *r = conversation_record(conv, &dlms_schema);
    r->transaction = s->transactions;
    return r;
}

static void ends_record(struct record *r, enum dlms_carrier carrier, uint32_t source, uint32_t destination)
{
    record_uint(r, DLMS_CARRIER, carrier);
    record_uint(r, DLMS_SOURCE, source);
    record_uint(r, DLMS_DESTINATION, destination);
}

static void answer(struct conversation *conv, struct dlms_apdu *a)
{
    struct dlms_state *s = conv->state;
    bool asked = s->open && s->asker != (uint8_t)conv->dir;
    a->record->answer = true;
    if (!asked) {
        s->transactions++;
        if (!s->blind)
            record_anomaly(a->record, DLMS_UNSOLICITED_RESPONSE);
        return;
    }
    a->access = (enum access)s->access;
    a->record->transaction = s->asked_transaction;
    s->open = false;
    if (conv->now_us >= s->asked_us)
        record_uint(a->record, DLMS_RESPONSE_TIME, conv->now_us - s->asked_us);
}

static void ask(struct conversation *conv, const struct dlms_apdu *a)
{
    struct dlms_state *s = conv->state;
    s->open = true;
    s->asker = (uint8_t)conv->dir;
    s->access = (uint8_t)a->access;
    s->asked_us = conv->now_us;
    s->asked_transaction = s->transactions++;
}

static void apdu_read(struct conversation *conv, struct record *r, struct cursor c)
{
    struct dlms_state *s = conv->state;
    struct dlms_apdu a = { .record = r, .named = &s->named };
    s->blind |= conv->midstream;
    dlms_apdu_read(&a, c);
    if (a.answers)
        answer(conv, &a);
    record_uint(r, DLMS_ACCESS, a.access);
    if (a.asks)
        ask(conv, &a);
    else if (!a.answers)
        s->transactions++;
    conversation_emit(conv, r);
}

static void supervision(struct conversation *conv, struct record *r, const struct frame *f, enum hdlc_kind kind)
{
    record_uint(r, DLMS_FRAME, kind);
    if (kind != HDLC_RR && kind != HDLC_RNR)
        record_uint(r, DLMS_ACCESS, ACCESS_SESSION);
    if (!f->right)
        record_anomaly(r, DLMS_INVALID_CHECKSUM);
    conversation_emit(conv, r);
}

/* An information frame: the first of a message has the LLC's three octets before the APDU. */
static void information(struct conversation *conv, const struct frame *f)
{
    struct dlms_state *s = conv->state;
    struct buffer *b = &s->body[conv->dir];
    struct cursor c = f->info;
    bool cut_short = buffer_add(b, conv->store, conv->account, c.at, c.left, APDU_MAX) < c.left;
    if (f->more && !cut_short)
        return;
    struct record *r = record_new(conv);
    ends_record(r, DLMS_HDLC, f->source, f->destination);
    record_uint(r, DLMS_FRAME, HDLC_I);
    if (!f->right)
        record_anomaly(r, DLMS_INVALID_CHECKSUM);
    if (cut_short)
        record_anomaly(r, DLMS_MESSAGE_TOO_LONG);
    struct cursor whole = cursor_over(b->at, b->len);
    whole.at_end = CURSOR_BAD;
    uint8_t llc = cursor_u8(&whole), from = cursor_u8(&whole);
    cursor_skip(&whole, 1);
    if (llc == LLC_DESTINATION && (from == LLC_COMMAND || from == LLC_RESPONSE) && whole.left > 0) {
        apdu_read(conv, r, whole);
    } else {
        record_anomaly(r, DLMS_INVALID_FRAME);
        conversation_emit(conv, r);
    }
    buffer_free(b, conv->store, conv->account);
}

static void frame_take(struct conversation *conv, struct cursor c)
{
    struct frame f;
    if (!frame_read(c, &f)) {
        struct record *r = record_new(conv);
        record_anomaly(r, DLMS_INVALID_FRAME);
        conversation_emit(conv, r);
        return;
    }
    enum hdlc_kind kind = kind_of(f.control);
    if ((kind == HDLC_I || kind == HDLC_UI) && f.info.left > 0) {
        information(conv, &f);
        return;
    }
    struct record *r = record_new(conv);
    ends_record(r, DLMS_HDLC, f.source, f.destination);
    supervision(conv, r, &f, kind);
}

static bool may_begin(const struct dlms_state *s, uint8_t octet)
{
    return (octet == FLAG && (s->hdlc || !s->settled)) || (octet == 0 && !s->hdlc);
}

/* Neither carrier begins here: passes over to the next flag or version that could. */
static enum dissect pass_over(struct conversation *conv, struct cursor *in)
{
    struct dlms_state *s = conv->state;
    size_t before = in->left;
    if (s->noise == 0) {
        struct record *r = record_new(conv);
        record_anomaly(r, DLMS_INVALID_FRAME);
        conversation_emit(conv, r);
    }
    do
        cursor_skip(in, 1);
    while (in->left > 0 && !may_begin(s, (uint8_t)cursor_peek(in, 0)));
    s->noise += (unsigned)(before - in->left);
    return s->noise > NOISE_MAX ? DISSECT_LOST : DISSECT_PDU;
}

static enum dissect dlms_pdu(struct conversation *conv, struct cursor *in)
{
    struct dlms_state *s = conv->state;
    struct cursor inside;
    uint16_t ports[2];
    size_t size = 0;
    bool hdlc = s->settled ? s->hdlc : cursor_peek(in, 0) == FLAG;
    enum cut cut = hdlc ? hdlc_cut(*in, &inside, &size) : wrapper_cut(*in, &inside, &size, ports);
    if (cut == CUT_SHORT) {
        conv->need = size;
        return DISSECT_MORE;
    }
    if (cut == CUT_FOREIGN)
        return pass_over(conv, in);
    s->noise = 0;
    s->settled = true;
    s->hdlc = hdlc;
    if (hdlc)
        frame_take(conv, inside);
    else {
        struct record *r = record_new(conv);
        ends_record(r, DLMS_WRAPPER, ports[0], ports[1]);
        apdu_read(conv, r, inside);
    }
    cursor_skip(in, size);
    return DISSECT_PDU;
}

static enum probe dlms_probe(const struct conversation *conv, struct cursor c)
{
    struct cursor inside;
    struct frame f;
    uint16_t ports[2];
    size_t size;
    (void)conv;
    if (cursor_peek(&c, 0) == FLAG) {
        enum cut cut = hdlc_cut(c, &inside, &size);
        if (cut != CUT_WHOLE)
            return cut == CUT_SHORT ? PROBE_MORE : PROBE_NO;
        return frame_read(inside, &f) && f.right && control_known(f.control) ? PROBE_YES : PROBE_NO;
    }
    enum cut cut = wrapper_cut(c, &inside, &size, ports);
    if (cut == CUT_SHORT) {
        int high = cursor_peek(&c, 0), low = cursor_peek(&c, 1), tag = cursor_peek(&c, WRAPPER_HEADER);
        bool so_far = high <= 0 && (low < 0 || low == WRAPPER_VERSION) && (tag < 0 || dlms_apdu_known((uint8_t)tag));
        return so_far ? PROBE_MORE : PROBE_NO;
    }
    if (cut == CUT_FOREIGN)
        return PROBE_NO;
    return dlms_apdu_possible(inside) ? PROBE_YES : PROBE_NO;
}

static bool dlms_gap(struct conversation *conv, size_t missing)
{
    struct dlms_state *s = conv->state;
    (void)missing;
    buffer_free(&s->body[conv->dir], conv->store, conv->account);
    s->open = false;
    s->blind = true;
    return true;
}

static void dlms_end(struct conversation *conv)
{
    struct dlms_state *s = conv->state;
    for (unsigned i = 0; i < 2; i++)
        buffer_free(&s->body[i], conv->store, conv->account);
}

const struct dissector dissector_dlms = {
    .schema = &dlms_schema,
    .device = "device",
    .source = "IEC 62056-5-3, 62056-6-1, 62056-6-2, 62056-46, 62056-47",
    .over = OVER_TCP,
    .ports = { 4059 },
    .state_size = sizeof(struct dlms_state),
    .pdu_max = APDU_MAX + WRAPPER_HEADER,
    .probe = dlms_probe,
    .pdu = dlms_pdu,
    .gap = dlms_gap,
    .end = dlms_end,
};
