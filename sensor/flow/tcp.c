/* tcp - how far a connection has come, as an observer can know it.
 *
 * It is not RFC 9293's machine: an observer sees both ends, may miss segments, and must not be moved by a
 * segment that the ends would refuse. Only four things matter here: is the handshake complete,
 * where do the streams begin, is it over, may its 5-tuple begin anew.
 * Source  RFC 9293 sections 3.4 (sequence arithmetic), 3.5 (handshake), 3.5.3 (resets); RFC 5961 section 3
 *         (a reset must hit the exact number); RFC 7323 section 2 (window scale).
 */
#include "common/cursor.h"
#include "flow/internal.h"

enum {
    TCP_HEADER_MIN = 20, OPTION_END = 0, OPTION_NOP = 1, OPTION_SCALE = 3, OPTION_TIMESTAMP = 8, SCALE_MAX = 14, SCALE_UNKNOWN = 8,
    WINDOW_SLACK = 65536    /* an observer may be this far behind what the ends know */
};

/* The next option of a header, NOPs passed over. False: no more. */
static bool next_option(struct cursor *c, uint8_t *kind, struct cursor *value)
{
    do
        *kind = cursor_u8(c);
    while (*kind == OPTION_NOP && c->status == CURSOR_OK);
    if (*kind == OPTION_END)
        return false;
    uint8_t length = cursor_u8(c);
    if (length < 2)
        return false;
    *value = cursor_sub(c, length - 2u);
    return value->status == CURSOR_OK;
}

static struct cursor options_of(const struct packet *p)
{
    struct cursor c = cursor_over(p->transport, p->transport_len);
    cursor_skip(&c, TCP_HEADER_MIN);
    return c;
}

static uint8_t scale_option(const struct packet *p)
{
    struct cursor c = options_of(p), value;
    uint8_t kind;
    while (next_option(&c, &kind, &value))
        if (kind == OPTION_SCALE) {
            uint8_t scale = cursor_u8(&value);
            return scale > SCALE_MAX ? SCALE_MAX : scale;
        }
    return 0;
}

/* RFC 7323 section 3.2: the sender's clock and the one it echoes. False: no such option. */
static bool timestamp_option(const struct packet *p, uint32_t *value, uint32_t *echo)
{
    struct cursor c = options_of(p), inside;
    uint8_t kind;
    while (next_option(&c, &kind, &inside)) {
        if (kind != OPTION_TIMESTAMP)
            continue;
        *value = cursor_be32(&inside);
        *echo = cursor_be32(&inside);
        return inside.status == CURSOR_OK;
    }
    return false;
}

/* What answers may echo: from the first SYN's clock to that of the last. */
static void learn_clock(struct flow *f, const struct packet *p)
{
    uint32_t value, echo;
    bool again = f->tcp_clock_known;
    if (!timestamp_option(p, &value, &echo))
        return;
    f->tcp_clock_known = true;
    f->tcp_clock[0] = again ? f->tcp_clock[0] : value;
    f->tcp_clock[1] = value;
}

/* An answer to a SYN that echoes a clock which the SYN never showed is not from who got it; the client refuses it, be it
 * a reset or not, as Linux does. Where the SYN showed no clock at all, only an end is refused, as Windows does: a box in
 * between may have taken the option out of the SYN. */
bool tcp_false_echo(const struct flow *f, const struct packet *p, enum direction dir)
{
    uint32_t value, echo;
    if (f->state != FLOW_NEW || dir != FROM_SERVER || !f->side[FROM_CLIENT].tcp_syn || !(p->tcp_flags & TCP_ACK) ||
        !timestamp_option(p, &value, &echo) || echo == 0)
        return false;
    if (!f->tcp_clock_known)
        return (p->tcp_flags & (TCP_RST | TCP_FIN)) && !(p->tcp_flags & TCP_SYN);
    return (int32_t)(echo - f->tcp_clock[0]) < 0 || (int32_t)(f->tcp_clock[1] - echo) < 0;
}

static void learn_start(struct flow_side *side, const struct packet *p)
{
    side->tcp_isn = p->tcp_seq;
    side->tcp_next = side->tcp_acked = p->tcp_seq + 1;
    side->tcp_scale = scale_option(p);
    side->tcp_known = side->tcp_syn = true;
}

static void learn_position(struct flow_side *side, uint32_t seq)
{
    side->tcp_isn = seq - 1;
    side->tcp_next = side->tcp_acked = seq;
    side->tcp_known = true;
}

/* The first packet of a flow. */
void tcp_begin(struct flow *f, const struct packet *p)
{
    f->midstream = (p->tcp_flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) != TCP_SYN;
}

/* How far beyond what is settled the sender may be: the window the other side announced. */
static uint32_t reach(const struct flow *f, enum direction dir)
{
    const struct flow_side *peer = &f->side[!dir];
    uint32_t window = (uint32_t)peer->tcp_window << (peer->tcp_syn ? peer->tcp_scale : SCALE_UNKNOWN);
    return window + WINDOW_SLACK;
}

/* Could a segment of this side begin here? With only one side on the tap nobody can say: yes. */
bool tcp_plausible(const struct flow *f, uint32_t seq, enum direction dir)
{
    const struct flow_side *me = &f->side[dir];
    if (!me->tcp_known || f->side[!dir].packets == 0)
        return true;
    uint32_t base = (int32_t)(me->tcp_acked - me->tcp_next) > 0 ? me->tcp_acked : me->tcp_next;
    int32_t ahead = (int32_t)(seq - base);
    return ahead <= (int64_t)reach(f, dir) && -(int64_t)ahead <= (int64_t)reach(f, dir);
}

/* Which of several SYNs counts, the server's answer says; until then the newest does. */
static void take_syn(struct flow *f, const struct packet *p, enum direction dir)
{
    struct flow_side *me = &f->side[dir], *peer = &f->side[!dir];
    if (f->state != FLOW_NEW || me->stream_at > 0 || me->tcp_fin)
        return;
    if ((p->tcp_flags & TCP_ACK) == 0) {
        if (!peer->tcp_syn)
            learn_start(me, p);
        if (dir == FROM_CLIENT)
            learn_clock(f, p);
        return;
    }
    /* With data in the SYN (RFC 7413) the answer acknowledges more than the SYN alone. */
    bool fits = peer->tcp_syn && p->tcp_ack - (peer->tcp_isn + 1) <= WINDOW_SLACK;
    if (!fits && (peer->stream_at > 0 || (peer->tcp_syn && peer->packets < 2)))
        return;
    learn_start(me, p);
    if (fits)
        peer->tcp_acked = p->tcp_ack;
    else
        learn_position(peer, p->tcp_ack);
}

/* The client's SYN or the server's answer was not on the tap: begin where we stand. */
static void take_up(struct flow *f, const struct packet *p, enum direction dir)
{
    struct flow_side *me = &f->side[dir], *peer = &f->side[!dir];
    if (!me->tcp_known) {
        f->midstream = true;
        learn_position(me, p->tcp_seq);
    }
    if (!peer->tcp_known && (p->tcp_flags & TCP_ACK)) {
        f->midstream = true;
        learn_position(peer, p->tcp_ack);
    }
}

static void take_ack(struct flow *f, const struct packet *p, enum direction dir)
{
    struct flow_side *peer = &f->side[!dir];
    if ((int32_t)(p->tcp_ack - peer->tcp_acked) <= 0)
        return;
    /* A segment too far ahead that the receiver acknowledges was real: the capture lost what
     * lies before it. */
    bool far = f->tcp_far[!dir] != 0 && p->tcp_ack - f->tcp_far[!dir] <= reach(f, !dir);
    if (!far && !tcp_plausible(f, p->tcp_ack, !dir))
        return;
    peer->tcp_acked = p->tcp_ack;
    f->tcp_far[!dir] = 0;
}

/* The segment that makes a half-open connection whole. */
static bool completes(const struct flow *f, const struct packet *p, enum direction dir, bool midstream)
{
    const struct flow_side *me = &f->side[dir], *peer = &f->side[!dir];
    if ((p->tcp_flags & (TCP_ACK | TCP_RST)) != TCP_ACK)
        return false;
    if (!f->midstream)
        return me->tcp_syn && peer->tcp_syn && tcp_plausible(f, p->tcp_seq, dir) &&
               p->tcp_ack - (peer->tcp_isn + 1) <= reach(f, !dir);
    return midstream || (me->packets > 0 && peer->packets > 0);
}

/* RFC 5961: exactly the next number. What the other side acknowledged is as good as what we
 * saw; the refusal of a SYN carries no number of its own and must acknowledge that SYN. */
static bool reset_counts(const struct flow *f, const struct packet *p, enum direction dir)
{
    const struct flow_side *me = &f->side[dir], *peer = &f->side[!dir];
    /* Whoever gets a wrong answer to its SYN refuses that one and goes on waiting (RFC 9293 section 3.10.7.3). */
    if (f->state == FLOW_NEW && dir == FROM_CLIENT && me->tcp_syn && !peer->tcp_known)
        return false;
    if (!me->tcp_known)
        return !peer->tcp_known || ((p->tcp_flags & TCP_ACK) && p->tcp_ack == peer->tcp_next);
    return p->tcp_seq == me->tcp_next || p->tcp_seq == me->tcp_acked;
}

static void take_end(struct flow *f, const struct packet *p, enum direction dir)
{
    const struct flow_side *me = &f->side[dir], *peer = &f->side[!dir];
    if ((p->tcp_flags & TCP_RST) && reset_counts(f, p, dir)) {
        f->state = FLOW_CLOSED;
        f->reset = true;
    } else if (me->tcp_flags & peer->tcp_flags & TCP_FIN) {
        f->state = FLOW_CLOSED;
    }
}

void tcp_track(struct flow *f, const struct packet *p, enum direction dir, bool midstream)
{
    struct flow_side *me = &f->side[dir];
    f->odd = tcp_odd(f, p, dir);
    f->established = f->established || (f->state == FLOW_ESTABLISHED && (midstream || !f->midstream));
    if (tcp_false_echo(f, p, dir))
        return;
    if (p->tcp_flags & TCP_SYN)
        take_syn(f, p, dir);
    else if (p->tcp_flags & TCP_RST)
        ;       /* teaches nothing about positions */
    else if (!me->tcp_known || !f->side[!dir].tcp_known)
        take_up(f, p, dir);
    if (!tcp_plausible(f, p->tcp_seq, dir)) {
        f->tcp_far[dir] = p->tcp_seq;
        return;
    }
    me->tcp_flags |= p->tcp_flags;
    me->tcp_window = p->tcp_window;
    if (p->tcp_flags & TCP_ACK)
        take_ack(f, p, dir);
    if (f->state == FLOW_NEW && (p->tcp_flags & TCP_SYN) == 0 && completes(f, p, dir, midstream))
        f->state = FLOW_ESTABLISHED;
    if (f->state != FLOW_CLOSED && (p->tcp_flags & (TCP_RST | TCP_FIN)))
        take_end(f, p, dir);
    tcp_phase(f, p, dir);
}

/* May this packet's SYN begin a new connection on the same 5-tuple? */
bool tcp_reopens(const struct flow *f, const struct packet *p)
{
    if ((p->tcp_flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) != TCP_SYN)
        return false;
    if (f->state == FLOW_CLOSED || f->midstream)
        return true;
    /* An end that we half saw, or lost, is over once a new number is chosen. */
    unsigned seen = f->side[0].tcp_flags | f->side[1].tcp_flags;
    return f->state == FLOW_ESTABLISHED && (seen & (TCP_FIN | TCP_RST)) && p->tcp_seq != f->side[0].tcp_isn;
}
