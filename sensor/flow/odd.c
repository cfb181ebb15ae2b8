/* odd - what is wrong with a TCP segment, seen from what its flow has been until now: Suricata's stream events.
 *
 * Judged before the segment moves the flow (tcp.c), and changes nothing about what is believed there. After the handshake the
 * phases are those that Suricata's rules are named after; they look at the ends from outside, so "close wait" begins with the
 * client's FIN and "fin 1" with the server's:
 *
 *     established ── client's FIN ──► close wait ── server's FIN ──► last ack ── client's ACK ──► closed
 *          └──────── server's FIN ──► fin 1 ── ACK ──► fin 2 ── client's FIN ──► time wait ── server's ACK ──► closed
 *                                       └─ client's FIN alone ─► closing ── ACK ──┘
 *
 * A flow whose beginning was not seen is judged by nothing: what would be odd in it may only be unknown.
 * Source  RFC 9293 sections 3.3.2 and 3.10.7; Suricata 7.0's stream-events.rules for names and what each of them is about.
 */
#include "flow/events.h"
#include "flow/internal.h"
#include "flow/pieces.h"

enum phase {
    PHASE_ESTABLISHED,      /* also whatever comes before: struct flow.state tells that */
    PHASE_CLOSE_WAIT, PHASE_FIN1, PHASE_FIN2, PHASE_CLOSING, PHASE_LAST_ACK, PHASE_TIME_WAIT, PHASE_CLOSED,
    PHASE_RESET,            /* by a RST that was believed */
    PHASE_DOUBTED           /* and its sender went on: that was said, once */
};

enum { SYNS_MAX = 10, SYNACKS_MAX = 5, FAST_OPEN_MAX = 65536, NOTHING = STREAM_EVENT_COUNT };

struct segment_seen {       /* one segment, what it is judged by */
    struct flow            *f;
    const struct packet    *p;
    const struct flow_side *me, *peer;
    enum direction          dir;
    uint32_t                seq, end, ack;      /* end: behind its payload */
};

/* ---- what numbers mean ---- */

static uint32_t window_of(const struct flow_side *side)
{
    return (uint32_t)side->tcp_window << (side->tcp_syn ? side->tcp_scale : 0);
}

/* It acknowledges what cannot have been sent, or what was settled longer ago than a window. */
static bool ack_wrong(const struct segment_seen *s)
{
    if ((s->p->tcp_flags & TCP_ACK) == 0)
        return false;
    uint32_t window = window_of(s->me);
    int32_t ahead = (int32_t)(s->ack - s->peer->tcp_acked);
    if (ahead <= 0)
        return window != 0 && (uint32_t)-ahead > window;
    return (uint32_t)ahead > window && seq_before(s->peer->tcp_next + 1, s->ack);
}

/* Beyond what its receiver said it would take. */
static bool beyond_window(const struct segment_seen *s, uint32_t at)
{
    uint32_t most = s->me->tcp_acked + window_of(s->peer);
    if (seq_before(most, s->me->tcp_next + 1))
        most = s->me->tcp_next + 1;
    return seq_before(most, at);
}

static bool sent_again(const struct segment_seen *s)
{
    return s->p->payload_claimed > 0 && !seq_before(s->me->tcp_next, s->end);
}

static bool keep_alive(const struct segment_seen *s)
{
    return s->p->payload_claimed <= 1 && s->seq == s->me->tcp_next - 1;
}

/* ---- the handshake ---- */

static uint64_t judge_syn_sent(const struct segment_seen *s)
{
    unsigned flags = s->p->tcp_flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN);
    const struct flow_side *client = &s->f->side[FROM_CLIENT], *server = &s->f->side[FROM_SERVER];
    bool split = s->f->tcp_split;
    if (s->dir == FROM_CLIENT) {
        if (flags == TCP_SYN && s->seq != client->tcp_isn && ++s->f->tcp_tries > SYNS_MAX)
            return stream_bit(STREAM_3WHS_SYN_FLOOD);
        if (flags == TCP_ACK && s->seq != client->tcp_isn + 1)
            return stream_bit(STREAM_3WHS_ASYNC_WRONG_SEQ);
        if (flags != (TCP_SYN | TCP_ACK))
            return 0;
        if (!split)
            return stream_bit(STREAM_3WHS_SYNACK_IN_WRONG_DIRECTION);
        if (s->ack != server->tcp_isn + 1)
            return stream_bit(STREAM_4WHS_SYNACK_WRONG_ACK);
        return s->seq != client->tcp_isn ? stream_bit(STREAM_4WHS_SYNACK_WRONG_SYN) : 0;
    }
    if (flags == TCP_SYN && !split) {       /* simultaneous or split handshake: each side opens (RFC 9293 section 3.5) */
        s->f->tcp_split = true;
        s->f->side[FROM_SERVER].tcp_isn = s->seq;
    }
    if (flags != (TCP_SYN | TCP_ACK))
        return 0;
    bool with_data = client->waiting != NULL;       /* RFC 7413: nothing else can wait in a SYN's flow */
    uint32_t beyond = s->ack - (client->tcp_isn + 1);
    if (with_data && beyond == 0)
        return stream_bit(STREAM_3WHS_FAST_OPEN_IGNORED);
    return beyond > (with_data ? FAST_OPEN_MAX : 0) ? stream_bit(STREAM_3WHS_SYNACK_WRONG_ACK) : 0;
}

static uint64_t judge_syn_again(const struct segment_seen *s)
{
    if (s->dir == FROM_SERVER)
        return s->f->tcp_split ? 0 : stream_bit(STREAM_3WHS_SYN_TO_CLIENT);
    return s->seq != s->me->tcp_isn ? stream_bit(STREAM_3WHS_SYN_DIFFERENT_SEQ) : 0;
}

static uint64_t judge_synack_again(const struct segment_seen *s)
{
    if (s->f->tcp_split)
        return 0;
    if (s->dir == FROM_CLIENT)
        return stream_bit(STREAM_3WHS_SYNACK_TO_SERVER);
    if (s->ack != s->peer->tcp_acked)
        return stream_bit(STREAM_3WHS_SYNACK_DIFFERENT_ACK);
    if (s->seq == s->me->tcp_isn)
        return 0;
    bool flood = ++s->f->tcp_tries > SYNACKS_MAX;
    return stream_bit(STREAM_3WHS_SYNACK_DIFFERENT_SEQ) | (flood ? stream_bit(STREAM_3WHS_SYNACK_FLOOD) : 0);
}

/* The segment that should end the handshake. Data from the server before it is nothing to an observer: the client's ACK may
 * only be missing on the tap. */
static uint64_t judge_first_ack(const struct segment_seen *s)
{
    if (s->f->tcp_split && s->dir == FROM_SERVER) {
        if (s->seq != s->me->tcp_next)
            return stream_bit(STREAM_4WHS_WRONG_SEQ);
        return ack_wrong(s) ? stream_bit(STREAM_4WHS_INVALID_ACK) : 0;
    }
    if (s->dir == FROM_SERVER || s->ack == s->peer->tcp_next)
        return 0;
    if (s->seq == s->me->tcp_next)
        return stream_bit(STREAM_3WHS_RIGHT_SEQ_WRONG_ACK);
    return stream_bit(STREAM_3WHS_WRONG_SEQ_WRONG_ACK);
}

static uint64_t judge_end(const struct segment_seen *s);

static uint64_t judge_syn_received(const struct segment_seen *s)
{
    switch (s->p->tcp_flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) {
    case TCP_SYN:           return judge_syn_again(s);
    case TCP_SYN | TCP_ACK: return judge_synack_again(s);
    case TCP_ACK:           return judge_first_ack(s);
    default:                return judge_end(s);
    }
}

/* ---- established and after ---- */

/* What a wrong segment is called in each phase; NOTHING: it has no name there. */
static const struct verdicts {
    uint8_t ack;            /* an acknowledgement that cannot be */
    uint8_t late;           /* settled long ago */
    uint8_t far;            /* beyond the window; with .exact: not the very next number */
    uint8_t fin_far;        /* a FIN that is not where the stream ends */
    bool    exact;
} by_phase[] = {
    [PHASE_ESTABLISHED] = { STREAM_EST_INVALID_ACK, STREAM_EST_BEFORE_LAST_ACK, NOTHING, STREAM_FIN_OUT_OF_WINDOW, false },
    [PHASE_CLOSE_WAIT]  = { STREAM_CLOSEWAIT_INVALID_ACK, STREAM_CLOSEWAIT_BEFORE_LAST_ACK, STREAM_CLOSEWAIT_ACK_OUT_OF_WINDOW,
                            STREAM_CLOSEWAIT_FIN_OUT_OF_WINDOW, false },
    [PHASE_FIN1]        = { STREAM_FIN1_INVALID_ACK, NOTHING, STREAM_FIN1_ACK_WRONG_SEQ, STREAM_FIN1_FIN_WRONG_SEQ, false },
    [PHASE_FIN2]        = { STREAM_FIN2_INVALID_ACK, NOTHING, STREAM_FIN2_ACK_WRONG_SEQ, STREAM_FIN2_FIN_WRONG_SEQ, false },
    [PHASE_CLOSING]     = { STREAM_CLOSING_INVALID_ACK, NOTHING, STREAM_CLOSING_ACK_WRONG_SEQ, NOTHING, true },
    [PHASE_LAST_ACK]    = { STREAM_LASTACK_INVALID_ACK, NOTHING, STREAM_LASTACK_ACK_WRONG_SEQ, NOTHING, true },
    [PHASE_TIME_WAIT]   = { STREAM_TIMEWAIT_INVALID_ACK, NOTHING, STREAM_TIMEWAIT_ACK_WRONG_SEQ, NOTHING, true },
};

static uint64_t bit_or_none(uint8_t event)
{
    return event != NOTHING ? stream_bit((enum stream_event)event) : 0;
}

static uint64_t judge_reset(const struct segment_seen *s)
{
    return ack_wrong(s) ? stream_bit(STREAM_RST_INVALID_ACK) | stream_bit(STREAM_INVALID_ACK) : 0;
}

/* A FIN that comes again stands where the first one stood: before what is known now, and nothing is wrong with it. */
static uint64_t judge_fin(const struct segment_seen *s, const struct verdicts *v)
{
    bool first = (s->me->tcp_flags & TCP_FIN) == 0;
    if (ack_wrong(s))
        return bit_or_none(v->ack == STREAM_EST_INVALID_ACK ? (uint8_t)STREAM_FIN_INVALID_ACK : v->ack) | stream_bit(STREAM_INVALID_ACK);
    if (sent_again(s) || !first)
        return 0;
    if (seq_before(s->seq, s->me->tcp_next) || beyond_window(s, s->seq))
        return bit_or_none(v->fin_far);
    return s->p->tcp_flags & TCP_SYN ? stream_bit(STREAM_FIN_SYN) : 0;
}

static uint64_t judge_end(const struct segment_seen *s)
{
    if (s->p->tcp_flags & TCP_RST)
        return judge_reset(s);
    return s->p->tcp_flags & TCP_FIN ? judge_fin(s, &by_phase[PHASE_ESTABLISHED]) : 0;
}

static uint64_t judge_reopening(const struct segment_seen *s, enum phase phase)
{
    bool answers = s->p->tcp_flags & TCP_ACK;
    if (phase != PHASE_ESTABLISHED)
        return answers ? 0 : stream_bit(STREAM_SHUTDOWN_SYN_RESEND);
    if (!answers && s->dir == FROM_SERVER)
        return stream_bit(STREAM_EST_SYN_TO_CLIENT);
    if (!answers)
        return stream_bit(s->seq != s->me->tcp_isn ? STREAM_EST_SYN_DIFFERENT_SEQ : STREAM_EST_SYN_RESEND);
    if (s->dir == FROM_CLIENT)
        return stream_bit(STREAM_EST_SYNACK_TO_SERVER);
    if (s->ack != s->peer->tcp_acked)
        return stream_bit(STREAM_EST_SYNACK_DIFFERENT_ACK);
    return stream_bit(s->seq != s->me->tcp_isn ? STREAM_EST_SYNACK_DIFFERENT_SEQ : STREAM_EST_SYNACK_RESEND);
}

/* A smaller window with numbers that neither side has come to yet. */
static bool bad_window_update(const struct segment_seen *s)
{
    uint32_t said = (uint32_t)s->p->tcp_window << s->me->tcp_scale, before = window_of(s->me);
    return said < before && before - said > s->p->payload_claimed && seq_before(s->peer->tcp_next, s->ack) &&
           seq_before(s->me->tcp_next, s->seq);
}

static uint64_t judge_sent_again(const struct segment_seen *s, enum phase phase, const struct verdicts *v)
{
    bool settled = !seq_before(s->me->tcp_acked, s->end), late = phase == PHASE_ESTABLISHED ? seq_before(s->end, s->me->tcp_acked) : settled;
    uint64_t events = settled ? stream_bit(STREAM_SPURIOUS_RETRANSMISSION) : 0;
    if (late && v->late != NOTHING)
        return events | bit_or_none(v->late);
    return events | (settled ? stream_bit(STREAM_BEFORE_BASE) : 0) | (phase != PHASE_ESTABLISHED ? stream_bit(STREAM_RETRANSMISSION) : 0);
}

/* The very next number is the one behind the FIN, which may have been counted in already. What the other side acknowledged
 * counts where the capture lost something. */
static bool misplaced(const struct segment_seen *s, const struct verdicts *v)
{
    uint32_t next = seq_before(s->me->tcp_next, s->me->tcp_acked) ? s->me->tcp_acked : s->me->tcp_next;
    return v->exact ? s->seq - (next - 1) > 3 : beyond_window(s, s->end);
}

static uint64_t judge_segment(const struct segment_seen *s, enum phase phase, const struct verdicts *v)
{
    if (ack_wrong(s))
        return bit_or_none(v->ack) | stream_bit(STREAM_INVALID_ACK);
    if (bad_window_update(s))
        return stream_bit(STREAM_BAD_WINDOW_UPDATE);
    if (keep_alive(s))
        return 0;
    if (sent_again(s))
        return judge_sent_again(s, phase, v);
    if (phase == PHASE_ESTABLISHED && seq_before(s->end, s->me->tcp_acked))
        return stream_bit(STREAM_EST_BEFORE_LAST_ACK);
    return misplaced(s, v) ? bit_or_none(v->far) : 0;
}

static uint64_t judge_connection(const struct segment_seen *s)
{
    enum phase phase = (enum phase)s->f->tcp_phase;
    unsigned flags = s->p->tcp_flags;
    if (phase >= PHASE_CLOSED)
        return 0;
    if (flags & TCP_RST)
        return judge_reset(s);
    if (flags & TCP_FIN)
        return judge_fin(s, &by_phase[phase]);
    if (flags & TCP_SYN)
        return judge_reopening(s, phase);
    return flags & TCP_ACK ? judge_segment(s, phase, &by_phase[phase]) : 0;
}

/* ---- the whole ---- */

/* The usual one: the next bytes, or none, and an acknowledgement of what was sent. */
static bool ordinary(const struct segment_seen *s)
{
    return s->f->state == FLOW_ESTABLISHED && s->f->tcp_phase == PHASE_ESTABLISHED && s->seq == s->me->tcp_next &&
           (s->p->tcp_flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) == TCP_ACK &&
           s->ack - s->peer->tcp_acked <= s->peer->tcp_next - s->peer->tcp_acked;
}

static uint64_t judge_first(const struct packet *p)
{
    if (p->tcp_flags & TCP_SYN)
        return 0;
    return p->tcp_flags & TCP_RST ? stream_bit(STREAM_RST_NO_SESSION) : p->tcp_flags & TCP_FIN ? stream_bit(STREAM_FIN_NO_SESSION) : 0;
}

static uint64_t judge(const struct segment_seen *s)
{
    struct flow *f = s->f;
    if (f->tcp_phase == PHASE_RESET && (s->me->tcp_flags & TCP_RST) && !(s->p->tcp_flags & TCP_RST)) {
        f->tcp_phase = PHASE_DOUBTED;
        return stream_bit(STREAM_SUSPECTED_RST);
    }
    if (f->state != FLOW_NEW)
        return judge_connection(s);
    if (!f->side[FROM_CLIENT].tcp_syn)
        return 0;
    return f->side[FROM_SERVER].tcp_known ? judge_syn_received(s) : judge_syn_sent(s);
}

uint64_t tcp_odd(struct flow *f, const struct packet *p, enum direction dir)
{
    struct segment_seen s = { f, p, &f->side[dir], &f->side[!dir], dir, p->tcp_seq, p->tcp_seq + p->payload_claimed, p->tcp_ack };
    if (ordinary(&s))
        return 0;
    uint64_t broken = p->tcp_ack != 0 && (p->tcp_flags & TCP_ACK) == 0 ? stream_bit(STREAM_BROKEN_ACK) : 0;
    if (s.me->packets + s.peer->packets == 1)
        return broken | judge_first(p);
    return f->midstream ? 0 : broken | judge(&s);
}

/* ---- phases ---- */

static bool fin_acked(const struct flow_side *of, const struct packet *p)
{
    return (p->tcp_flags & TCP_ACK) && seq_before(of->tcp_next, p->tcp_ack);
}

static enum phase phase_after_fin(enum phase phase, const struct flow *f, const struct packet *p, enum direction dir)
{
    switch (phase) {
    case PHASE_ESTABLISHED: return dir == FROM_CLIENT ? PHASE_CLOSE_WAIT : PHASE_FIN1;
    case PHASE_CLOSE_WAIT:  return dir == FROM_SERVER ? PHASE_LAST_ACK : phase;
    case PHASE_FIN1:        return dir == FROM_SERVER ? phase : fin_acked(&f->side[FROM_SERVER], p) ? PHASE_TIME_WAIT : PHASE_CLOSING;
    case PHASE_FIN2:        return dir == FROM_CLIENT ? PHASE_TIME_WAIT : phase;
    default:                return phase;
    }
}

static enum phase phase_after_ack(enum phase phase, const struct flow *f, const struct packet *p, enum direction dir)
{
    if (!fin_acked(&f->side[!dir], p))
        return phase;
    switch (phase) {
    case PHASE_FIN1:      return dir == FROM_CLIENT ? PHASE_FIN2 : phase;
    case PHASE_CLOSING:   return PHASE_TIME_WAIT;
    case PHASE_LAST_ACK:  return dir == FROM_CLIENT ? PHASE_CLOSED : phase;
    case PHASE_TIME_WAIT: return dir == FROM_SERVER ? PHASE_CLOSED : phase;
    default:              return phase;
    }
}

void tcp_phase(struct flow *f, const struct packet *p, enum direction dir)
{
    enum phase phase = (enum phase)f->tcp_phase;
    if (f->state == FLOW_NEW || phase >= PHASE_CLOSED)
        return;
    if (f->reset)
        phase = PHASE_RESET;
    else if (p->tcp_flags & TCP_FIN)
        phase = phase_after_fin(phase, f, p, dir);
    else if (phase != PHASE_ESTABLISHED)
        phase = phase_after_ack(phase, f, p, dir);
    f->tcp_phase = (uint8_t)phase;
}
