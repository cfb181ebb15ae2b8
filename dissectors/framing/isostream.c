#include "dissectors/framing/isostream.h"

#include "dissectors/framing/tpkt.h"

enum {
    DT_HEADER = 3,              /* length 2, f0, EOT: class 0 */
    DT_LENGTH = 2, DT_CODE = 0xf0, EOT_BIT = 0x80,
    PROBE_TPDUS = 8, FOREIGN_MAX = 4
};

enum probe iso_probe(const struct iso_upper *u, struct cursor c)
{
    for (unsigned i = 0; i < PROBE_TPDUS; i++) {
        struct cursor tpdu;
        struct cotp_tpdu t;
        size_t need;
        enum tpkt got = tpkt_take(&c, &tpdu, &need);
        if (got != TPKT_WHOLE)
            return got == TPKT_SHORT ? PROBE_MORE : PROBE_NO;
        if (!cotp_read(tpdu, &t))
            return PROBE_NO;
        if (t.type == COTP_DT && t.data.left > 0)
            return u->begins(t.data, true, t.eot) ? PROBE_YES : PROBE_NO;
    }
    return PROBE_NO;
}

/* A TPKT that is not all here, but whose data TPDU begins like a message. */
static bool may_begin(const struct iso_upper *u, struct cursor at)
{
    cursor_skip(&at, TPKT_HEADER);
    uint8_t length = cursor_u8(&at), code = cursor_u8(&at), number = cursor_u8(&at);
    return at.status == CURSOR_OK && length == DT_LENGTH && code == DT_CODE && u->begins(at, false, number & EOT_BIT);
}

static bool convinces(const struct iso_upper *u, struct cursor tpdu)
{
    struct cotp_tpdu t;
    return cotp_read(tpdu, &t) && t.type == COTP_DT && t.data.left > 0 && u->begins(t.data, true, t.eot);
}

/* After a gap: drops what cannot begin a message. */
static enum dissect search(const struct iso_upper *u, struct iso_stream *s, enum direction dir, struct cursor *in)
{
    struct cursor at = *in;
    for (; at.left >= TPKT_HEADER + DT_HEADER + u->header_min; cursor_skip(&at, 1)) {
        struct cursor c = at, tpdu;
        size_t need;
        enum tpkt got = tpkt_take(&c, &tpdu, &need);
        if (got == TPKT_SHORT && may_begin(u, at))
            break;
        if (got == TPKT_WHOLE && convinces(u, tpdu)) {
            s->searching[dir] = false;
            break;
        }
    }
    bool moved = at.left < in->left;
    *in = at;
    return moved ? DISSECT_PDU : DISSECT_MORE;
}

static void tell(const struct iso_upper *u, struct conversation *conv, const struct cotp_tpdu *t, bool valid)
{
    struct record *r = u->record(conv);
    if (valid)
        cotp_record(r, t);
    else
        record_anomaly(r, u->invalid_tpdu);
    conversation_emit(conv, r);
}

static void tpdu_read(const struct iso_upper *u, struct iso_stream *s, struct conversation *conv, struct cursor tpdu)
{
    struct cotp_join *j = &s->join[conv->dir];
    struct cotp_tpdu t;
    struct cursor message;
    bool valid = cotp_read(tpdu, &t);
    if (!valid || t.type != COTP_DT)
        tell(u, conv, &t, valid);
    else if (cotp_join_add(j, conv->store, conv->account, &t, &message)) {
        bool own = u->message(conv, message, j->pieces, j->lost);
        s->foreign = own ? 0 : s->foreign + !j->lost;
    }
}

enum dissect iso_pdu(const struct iso_upper *u, struct iso_stream *s, struct conversation *conv, struct cursor *in)
{
    struct cursor tpdu;
    size_t need;
    if (s->searching[conv->dir]) {
        enum dissect verdict = search(u, s, conv->dir, in);
        if (s->searching[conv->dir] || verdict == DISSECT_PDU)
            return verdict;
    }
    enum tpkt got = tpkt_take(in, &tpdu, &need);
    if (got == TPKT_SHORT) {
        conv->need = need;
        return DISSECT_MORE;
    }
    if (got == TPKT_FOREIGN || s->foreign > FOREIGN_MAX)
        return DISSECT_LOST;
    tpdu_read(u, s, conv, tpdu);
    return DISSECT_PDU;
}

void iso_gap(struct iso_stream *s, struct conversation *conv)
{
    cotp_join_drop(&s->join[conv->dir], conv->store, conv->account);
    s->searching[conv->dir] = true;
}

/* Pieces whose message never ended: the S7-300 closes with an empty one. */
static void unfinished(const struct iso_upper *u, const struct cotp_join *j, struct conversation *conv)
{
    if (j->closed || j->pieces == 0)
        return;
    struct record *r = u->record(conv);
    record_uint(r, COTP_TPDU, COTP_DT);
    record_uint(r, COTP_PIECES, j->pieces);
    r->incomplete = j->len > 0;
    conversation_emit(conv, r);
}

void iso_end(const struct iso_upper *u, struct iso_stream *s, struct conversation *conv)
{
    for (unsigned i = 0; i < 2; i++) {
        conv->dir = i;
        unfinished(u, &s->join[i], conv);
        cotp_join_drop(&s->join[i], conv->store, conv->account);
    }
}
