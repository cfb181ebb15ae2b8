/* Sampled values.
 *
 *   APPID, length, reserved 1, reserved 2      as GOOSE
 *   60 LI  80 LI noASDU  [81 security]  a2 LI  seqASDU
 *     30 LI  80 svID [81 datSet] 82 smpCnt 83 confRev [84 refrTm] 85 smpSynch [86 smpRate] 87 sample [88 smpMod]
 *
 * Streams are remembered by svID and sender. smpCnt begins again with 0 at each second, after as many samples as a second has: 0 is
 * never a loss.
 */
#include "dissectors/sv/sv.h"

#include <string.h>

#include "common/hash.h"
#include "dissectors/framing/mac.h"
#include "dissectors/framing/mmsdata.h"
#include "dissectors/framing/routable.h"
#include "dissectors/sv/fields.h"

enum { SAV_PDU = 0x60, PAYLOADS_MAX = 16, ASDUS_MAX = 64, WAYS = 8, BUCKETS = 128 };
enum { NO_ASDU = 0x80, SECURITY = 0x81, SECURITY_CONSTRUCTED = 0xa1, SEQ_ASDU = 0xa2 };
enum { SV_ID_TAG = 0x80, DAT_SET, SMP_CNT, CONF_REV, REFR_TM, SMP_SYNCH, SMP_RATE, SAMPLE, SMP_MOD };
#define BESIDE_US UINT64_C(10000000)        /* a sender that was silent for longer has been replaced, not imitated */

struct stream {
    uint64_t name, first_us, last_us;
    uint32_t conf_rev;
    uint16_t smp_cnt;
    uint8_t  synch;
    uint8_t  mac[6];
    bool     used;
};

struct sv_state {
    struct hash_key key;        /* so that nobody can choose whom to push out */
    struct stream  *table;
    uint32_t        buckets;
};

struct asdu { struct cursor id; uint32_t conf_rev; uint16_t smp_cnt; uint8_t synch; };

static bool table_ready(struct sv_state *s, struct conversation *conv)
{
    if (s->table != NULL)
        return true;
    s->key = hash_key_random();
    s->buckets = conv->over == OVER_ETHERNET ? BUCKETS : 1;
    s->table = store_take(conv->store, conv->account, s->buckets * WAYS * sizeof *s->table);
    return s->table != NULL;
}

static struct stream *place(struct stream *bucket, uint64_t name, const uint8_t *mac, uint64_t now_us, bool *elder)
{
    struct stream *mine = NULL, *oldest = &bucket[0];
    uint64_t first = UINT64_MAX;
    for (unsigned i = 0; i < WAYS; i++) {
        struct stream *e = &bucket[i];
        bool same = e->used && e->name == name;
        if (same && memcmp(e->mac, mac, sizeof e->mac) == 0)
            mine = e;
        else if (same && now_us - e->last_us < BESIDE_US && e->first_us < first)
            first = e->first_us;
        if (!e->used || (oldest->used && e->last_us < oldest->last_us))
            oldest = e;
    }
    *elder = first != UINT64_MAX && (mine == NULL || first < mine->first_us);
    if (mine == NULL) {
        mine = oldest;
        mine->used = false;
    }
    return mine;
}

static void compare(const struct stream *e, const struct asdu *a, struct record *r)
{
    if (a->smp_cnt == e->smp_cnt)
        record_anomaly(r, SV_SAMPLE_REPEAT);
    else if (a->smp_cnt != 0 && a->smp_cnt != (uint16_t)(e->smp_cnt + 1))
        record_anomaly(r, SV_SAMPLES_LOST);
    if (a->conf_rev != e->conf_rev)
        record_anomaly(r, SV_CONF_REV_CHANGED);
    if (a->synch != e->synch)
        record_anomaly(r, SV_SYNCHRONISATION_CHANGED);
}

static void stream_check(struct conversation *conv, const struct asdu *a, struct record *r)
{
    static const uint8_t unknown[6];
    struct sv_state *s = conv->state;
    const uint8_t *mac = conv->ether != NULL ? conv->ether + 6 : unknown;
    bool elder;
    if (!table_ready(s, conv))
        return;
    uint64_t name = hash_keyed(&s->key, a->id.at, a->id.left);
    struct stream *e = place(&s->table[name % s->buckets * WAYS], name, mac, conv->now_us, &elder);
    if (elder)
        record_anomaly(r, SV_ANOTHER_SOURCE);
    if (e->used)
        compare(e, a, r);
    else
        *e = (struct stream){ .name = name, .first_us = conv->now_us, .used = true };
    memcpy(e->mac, mac, sizeof e->mac);
    e->last_us = conv->now_us;
    e->conf_rev = a->conf_rev;
    e->smp_cnt = a->smp_cnt;
    e->synch = a->synch;
}

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

static void instant(struct record *r, const struct ber *e)
{
    uint64_t us;
    uint8_t quality;
    if (mmsdata_utc(e->value, &us, &quality))
        record_uint(r, SV_REFR_TM, us);
}

static void part(struct record *r, const struct ber *e, struct asdu *a)
{
    switch (e->tag) {
    case SV_ID_TAG: text_row(r, SV_ID, e); a->id = e->value; break;
    case DAT_SET:   text_row(r, SV_DAT_SET, e); break;
    case SMP_CNT:   a->smp_cnt = (uint16_t)number_row(r, SV_SMP_CNT, e); break;
    case CONF_REV:  a->conf_rev = number_row(r, SV_CONF_REV, e); break;
    case REFR_TM:   instant(r, e); break;
    case SMP_SYNCH: a->synch = (uint8_t)number_row(r, SV_SMP_SYNCH, e); break;
    case SMP_RATE:  (void)number_row(r, SV_SMP_RATE, e); break;
    case SAMPLE:    text_row(r, SV_SAMPLE, e); break;
    case SMP_MOD:   (void)number_row(r, SV_SMP_MOD, e); break;
    default:        break;
    }
}

static void asdu_read(struct conversation *conv, struct record *r, struct cursor c)
{
    static const unsigned mandatory = 1u << 0 | 1u << 2 | 1u << 3 | 1u << 5 | 1u << 7;
    struct asdu a = { .id = cursor_over(NULL, 0) };
    unsigned seen = 0;
    struct ber e;
    record_item(r, SV_ASDUS);
    while (c.left > 0 && ber_next(&c, &e)) {
        seen |= 1u << (e.tag & 0x1f);
        part(r, &e, &a);
    }
    if (c.left > 0)
        record_anomaly(r, SV_INVALID_PDU);
    if (mandatory & ~seen)
        record_anomaly(r, SV_MISSING_FIELD);
    else
        stream_check(conv, &a, r);
}

static unsigned asdus_read(struct conversation *conv, struct record *r, struct cursor c)
{
    struct ber e;
    unsigned n = 0;
    for (; n < ASDUS_MAX && c.left > 0 && ber_take(&c, BER_SEQUENCE, &e); n++)
        asdu_read(conv, r, e.value);
    if (c.left > 0)
        record_anomaly(r, SV_INVALID_PDU);
    return n;
}

static void pdu_read(struct conversation *conv, struct record *r, struct cursor c)
{
    uint64_t told = 0;
    unsigned found = 0;
    struct ber e;
    while (c.left > 0 && ber_next(&c, &e)) {
        if (e.tag == NO_ASDU)
            told = number_row(r, SV_NO_ASDU, &e);
        else if (e.tag == SECURITY || e.tag == SECURITY_CONSTRUCTED)
            text_row(r, SV_SECURITY, &e);
        else if (e.tag == SEQ_ASDU)
            found = asdus_read(conv, r, e.value);
    }
    if (c.left > 0)
        record_anomaly(r, SV_INVALID_PDU);
    if (told != found)
        record_anomaly(r, SV_COUNT_MISMATCH);
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
        record_bytes(r, SV_SOURCE_MAC, source.at, MAC_TEXT);
        record_bytes(r, SV_DESTINATION_MAC, destination.at, MAC_TEXT);
    }
    record_uint(r, SV_ACCESS, ACCESS_REPORT);
    record_uint(r, SV_APPID, h->appid);
    record_uint(r, SV_LENGTH, h->length);
    record_uint(r, SV_SIMULATED, h->simulation);
    if (h->simulation)
        record_anomaly(r, SV_SIMULATED_MESSAGE);
    if (!ber_take(&c, SAV_PDU, &pdu))
        record_anomaly(r, SV_INVALID_PDU);
    else
        pdu_read(conv, r, pdu.value);
    conversation_emit(conv, r);
}

static enum dissect frame_pdu(struct conversation *conv, struct cursor *in)
{
    struct routable_item item;
    bool consistent;
    if (!routable_frame(*in, &item, &consistent))
        return DISSECT_MORE;
    struct record *r = conversation_record(conv, &sv_schema);
    if (!consistent)
        record_anomaly(r, SV_INVALID_LENGTH);
    apdu_read(conv, r, &item);
    cursor_skip(in, in->left);
    return DISSECT_PDU;
}

static enum dissect datagram_pdu(struct conversation *conv, struct cursor *in)
{
    struct routable session;
    struct routable_item item;
    if (!routable_read(*in, &session) || session.session != ROUTABLE_SV)
        return DISSECT_LOST;
    for (unsigned i = 0; i < PAYLOADS_MAX && routable_next(&session.payloads, &item); i++) {
        struct record *r = conversation_record(conv, &sv_schema);
        if (!session.consistent)
            record_anomaly(r, SV_INVALID_LENGTH);
        record_uint(r, SV_SPDU_NUMBER, session.spdu_number);
        record_uint(r, SV_KEY, session.key);
        apdu_read(conv, r, &item);
    }
    cursor_skip(in, in->left);
    return DISSECT_PDU;
}

static enum dissect sv_pdu(struct conversation *conv, struct cursor *in)
{
    return conv->over == OVER_ETHERNET ? frame_pdu(conv, in) : datagram_pdu(conv, in);
}

static enum probe sv_probe(const struct conversation *conv, struct cursor c)
{
    (void)conv;
    return routable_is(c, ROUTABLE_SV, ROUTABLE_PAYLOAD_SV, SAV_PDU) ? PROBE_YES : PROBE_NO;
}

static void sv_end(struct conversation *conv)
{
    struct sv_state *s = conv->state;
    store_give(conv->store, conv->account, s->table, s->buckets * WAYS * sizeof *s->table);
    s->table = NULL;
}

const struct dissector dissector_sv = {
    .schema = &sv_schema,
    .device = "ied",
    .source = "IEC 61850-9-2:2011, section 8.5 and annex C; IEC 61850-90-5:2012",
    .over = OVER_ETHERNET | OVER_UDP,
    .ports = { 102 },
    .ethertypes = { 0x88ba },
    .state_size = sizeof(struct sv_state),
    .probe = sv_probe,
    .pdu = sv_pdu,
    .end = sv_end,
};
