/* GOOSE and GSE management.
 *
 *   0       2        4            6            8
 *   +-------+--------+------------+------------+-----------------------------
 *   | APPID | length | reserved 1 | reserved 2 | 61 LI goosePdu, 60 LI gseMngtPdu
 *   +-------+--------+------------+------------+-----------------------------
 *                      bit 15: simulated          length counts from the APPID on
 */
#include "dissectors/goose/goose.h"

#include "dissectors/framing/mac.h"
#include "dissectors/framing/routable.h"
#include "dissectors/goose/publisher.h"

enum { GOOSE_PDU = 0x61, MANAGEMENT_PDU = 0x60, PAYLOADS_MAX = 16 };
enum { GOCB_REF = 0x80, TIME_ALLOWED, DAT_SET, GO_ID, T, ST_NUM, SQ_NUM, SIMULATION, CONF_REV, NDS_COM, NUM_ENTRIES, ALL_DATA = 0xab,
       SECURITY = 0x8c, SECURITY_CONSTRUCTED = 0xac };

struct goose_state {
    struct publishers publishers;
};

/* The fields that every goosePdu must have, by tag number. */
static const unsigned mandatory = 1u << 0 | 1u << 1 | 1u << 2 | 1u << 4 | 1u << 5 | 1u << 6 | 1u << 8 | 1u << 10 | 1u << 11;

static void text_row(struct record *r, uint16_t row, const struct ber *e)
{
    record_bytes(r, row, e->value.at, e->value.left);
}

static uint32_t number_row(struct record *r, uint16_t row, const struct ber *e)
{
    uint64_t n = mmsdata_natural(e->value);
    record_uint(r, row, n);
    return (uint32_t)n;
}

static bool flag_row(struct record *r, uint16_t row, const struct ber *e)
{
    bool set = cursor_peek(&e->value, 0) > 0;
    record_uint(r, row, set);
    return set;
}

static void instant(struct record *r, const struct ber *e)
{
    uint64_t us;
    uint8_t quality;
    if (!mmsdata_utc(e->value, &us, &quality)) {
        record_anomaly(r, GOOSE_INVALID_PDU);
        return;
    }
    record_uint(r, GOOSE_T, us);
    mmsdata_quality(r, GOOSE_T_QUALITY, quality);
}

static unsigned count(struct cursor c)
{
    struct ber e;
    unsigned n = 0;
    while (c.left > 0 && ber_next(&c, &e))
        n++;
    return n;
}

static void part(struct record *r, const struct ber *e, struct publication *p, bool *simulated)
{
    switch (e->tag) {
    case GOCB_REF:     text_row(r, GOOSE_GOCB_REF, e); p->gocb_ref = e->value; break;
    case TIME_ALLOWED: p->time_allowed_ms = number_row(r, GOOSE_TIME_ALLOWED, e); break;
    case DAT_SET:      text_row(r, GOOSE_DAT_SET, e); break;
    case GO_ID:        text_row(r, GOOSE_GO_ID, e); break;
    case T:            instant(r, e); break;
    case ST_NUM:       p->st_num = number_row(r, GOOSE_ST_NUM, e); break;
    case SQ_NUM:       p->sq_num = number_row(r, GOOSE_SQ_NUM, e); break;
    case SIMULATION:   *simulated = flag_row(r, GOOSE_SIMULATION, e); break;
    case CONF_REV:     p->conf_rev = number_row(r, GOOSE_CONF_REV, e); break;
    case NDS_COM:      (void)flag_row(r, GOOSE_NDS_COM, e); break;
    case NUM_ENTRIES:  (void)number_row(r, GOOSE_NUM_ENTRIES, e); break;
    case ALL_DATA:     p->all_data = e->value; break;
    case SECURITY: case SECURITY_CONSTRUCTED: text_row(r, GOOSE_SECURITY, e); break;
    default:           record_anomaly(r, GOOSE_INVALID_PDU);
    }
}

static void simulation_check(struct record *r, bool header, bool told)
{
    if (header || told)
        record_anomaly(r, GOOSE_SIMULATED_MESSAGE);
    if (header && !told)
        record_anomaly(r, GOOSE_SIMULATION_MISMATCH);
}

static void event_read(struct conversation *conv, struct record *r, struct cursor c, bool header_simulated)
{
    struct goose_state *s = conv->state;
    struct publication p = { .gocb_ref = cursor_over(NULL, 0), .all_data = cursor_over(NULL, 0),
                             .mac = conv->ether != NULL ? conv->ether + 6 : NULL };
    unsigned seen = 0;
    bool simulated = false;
    struct ber e;
    record_uint(r, GOOSE_PDU_TYPE, GOOSE_EVENT);
    record_uint(r, GOOSE_ACCESS, ACCESS_REPORT);
    while (c.left > 0 && ber_next(&c, &e)) {
        seen |= 1u << (e.tag & 0x1f);
        part(r, &e, &p, &simulated);
    }
    if (c.left > 0)
        record_anomaly(r, GOOSE_INVALID_PDU);
    if (mandatory & ~seen)
        record_anomaly(r, GOOSE_MISSING_FIELD);
    const struct value *entries = record_find(r, GOOSE_NUM_ENTRIES);
    if (entries != NULL && entries->uint != count(p.all_data))
        record_anomaly(r, GOOSE_COUNT_MISMATCH);
    simulation_check(r, header_simulated, simulated);
    if (p.gocb_ref.left > 0)
        publisher_check(&s->publishers, conv, &p, r);
    if (!mmsdata_read(r, GOOSE_ALL_DATA, GOOSE_DATA, p.all_data))
        record_anomaly(r, GOOSE_INVALID_DATA);
}

/* ---- management ---- */

enum { REQUESTS = 0xa1, RESPONSES = 0xa2, IDENT = 0x80, LIST = 0xa1, POSITIVE = 0xa2, NEGATIVE = 0x83, RESULT_OFFSET = 0x80,
       RESULT_REFERENCE, RESULT_ERROR };

static void list_read(struct record *r, struct cursor c)
{
    struct ber e;
    while (!r->cut && c.left > 0 && ber_next(&c, &e)) {
        if (e.tag == BER_INTEGER || e.tag == RESULT_OFFSET)
            (void)number_row(r, GOOSE_OFFSETS, &e);
        else if (e.tag == RESULT_ERROR)
            (void)number_row(r, GOOSE_ERROR, &e);
        else
            text_row(r, GOOSE_REFERENCES, &e);
    }
}

static void positive(struct record *r, struct cursor c)
{
    struct ber e;
    while (c.left > 0 && ber_next(&c, &e)) {
        if (e.tag == 0x80)
            text_row(r, GOOSE_DAT_SET, &e);
        else if (e.tag == LIST)
            list_read(r, e.value);
    }
}

static void service_read(struct record *r, struct cursor c, bool asks)
{
    struct ber e;
    while (c.left > 0 && ber_next(&c, &e)) {
        if (e.tag == IDENT)
            text_row(r, GOOSE_IDENT, &e);
        else if (asks && e.tag == LIST)
            list_read(r, e.value);
        else if (!asks && e.tag == 0x81)
            (void)number_row(r, GOOSE_CONF_REV, &e);
        else if (!asks && e.tag == POSITIVE)
            positive(r, e.value);
        else if (!asks && e.tag == NEGATIVE) {
            (void)number_row(r, GOOSE_ERROR, &e);
            r->refused = true;
        }
    }
}

static void management_read(struct record *r, struct cursor c)
{
    struct ber e, service;
    if (ber_take(&c, 0x80, &e))
        (void)number_row(r, GOOSE_STATE_ID, &e);
    if (!ber_next(&c, &e) || (e.tag != REQUESTS && e.tag != RESPONSES) || !ber_next(&e.value, &service)) {
        record_anomaly(r, GOOSE_INVALID_PDU);
        return;
    }
    bool asks = e.tag == REQUESTS;
    record_uint(r, GOOSE_PDU_TYPE, asks ? GOOSE_MANAGEMENT_REQUEST : GOOSE_MANAGEMENT_RESPONSE);
    record_uint(r, GOOSE_ACCESS, ACCESS_BROWSE);
    record_uint(r, GOOSE_SERVICE, service.tag & 0x1f);
    r->answer = !asks;
    service_read(r, service.value, asks);
}

/* ---- frames and datagrams ---- */

static void apdu_read(struct conversation *conv, struct record *r, const struct routable_item *h)
{
    struct cursor c = h->apdu;
    struct ber pdu;
    struct mac_text source, destination;
    if (conv->ether != NULL) {
        source = mac_text(conv->ether + 6);
        destination = mac_text(conv->ether);
        record_bytes(r, GOOSE_SOURCE_MAC, source.at, MAC_TEXT);
        record_bytes(r, GOOSE_DESTINATION_MAC, destination.at, MAC_TEXT);
    }
    record_uint(r, GOOSE_APPID, h->appid);
    record_uint(r, GOOSE_LENGTH, h->length);
    record_uint(r, GOOSE_SIMULATED, h->simulation);
    if (!ber_next(&c, &pdu))
        record_anomaly(r, GOOSE_INVALID_PDU);
    else if (pdu.tag == GOOSE_PDU)
        event_read(conv, r, pdu.value, h->simulation);
    else if (pdu.tag == MANAGEMENT_PDU)
        management_read(r, pdu.value);
    else
        record_anomaly(r, GOOSE_INVALID_PDU);
    conversation_emit(conv, r);
}

static enum dissect frame_pdu(struct conversation *conv, struct cursor *in)
{
    struct routable_item item;
    bool consistent;
    if (!routable_frame(*in, &item, &consistent))
        return DISSECT_MORE;
    struct record *r = conversation_record(conv, &goose_schema);
    if (!consistent)
        record_anomaly(r, GOOSE_INVALID_LENGTH);
    apdu_read(conv, r, &item);
    cursor_skip(in, in->left);
    return DISSECT_PDU;
}

static enum dissect datagram_pdu(struct conversation *conv, struct cursor *in)
{
    struct routable session;
    struct routable_item item;
    if (!routable_read(*in, &session) || session.session != ROUTABLE_GOOSE)
        return DISSECT_LOST;
    for (unsigned i = 0; i < PAYLOADS_MAX && routable_next(&session.payloads, &item); i++) {
        struct record *r = conversation_record(conv, &goose_schema);
        if (!session.consistent)
            record_anomaly(r, GOOSE_INVALID_LENGTH);
        record_uint(r, GOOSE_SPDU_NUMBER, session.spdu_number);
        record_uint(r, GOOSE_KEY, session.key);
        apdu_read(conv, r, &item);
    }
    cursor_skip(in, in->left);
    return DISSECT_PDU;
}

static enum dissect goose_pdu(struct conversation *conv, struct cursor *in)
{
    return conv->over == OVER_ETHERNET ? frame_pdu(conv, in) : datagram_pdu(conv, in);
}

static enum probe goose_probe(const struct conversation *conv, struct cursor c)
{
    (void)conv;
    return routable_is(c, ROUTABLE_GOOSE, ROUTABLE_PAYLOAD_GOOSE, GOOSE_PDU) ? PROBE_YES : PROBE_NO;
}

static void goose_end(struct conversation *conv)
{
    struct goose_state *s = conv->state;
    publishers_free(&s->publishers, conv);
}

const struct dissector dissector_goose = {
    .schema = &goose_schema,
    .device = "ied",
    .source = "IEC 61850-8-1:2011, section 18, annexes A and C; IEC 61850-90-5:2012",
    .over = OVER_ETHERNET | OVER_UDP,
    .ports = { 102 },
    .ethertypes = { 0x88b8, 0x88b9 },
    .state_size = sizeof(struct goose_state),
    .probe = goose_probe,
    .pdu = goose_pdu,
    .end = goose_end,
};
