"""One HTTP request and its response over TCP that behaves in every lawful way, and in a few unlawful ones.

Only what is under HTTP differs between the captures. All but those whose name begins with `no-` let a reader see
GET /form?which=tcp and status 200; the `no-` ones say in their name what is missing.
"""
import session
import wire
from apps import http
from capture import MILLISECOND, SECOND, Tap

CLIENT, SERVER = ("10.20.0.5", 40080), ("192.0.2.80", 80)
REQUEST = http.get("/form?which=tcp", "zoo.example", headers={"X-Padding": "p" * 300})
RESPONSE = http.response(200, http.page("tcp", 1200))
MSS = 100


def count(data):
    return -(-len(data) // MSS)


def ordered(request=None, response=None):
    """A play in which the segments come in the given orders."""
    def play(s):
        s.open()
        s.send(REQUEST, request)
        s.reply(RESPONSE, response)
        s.close()
    return play


plain = ordered()


def wrapping(s):
    """Sequence numbers pass 2^32 in the middle of both messages."""
    s.client.seq, s.server.seq = 0xFFFFFFFF - 150, 0xFFFFFFFF - 700
    plain(s)


def keep_alive(s):
    """Four silent minutes, kept open by probes of one old octet."""
    s.open()
    for _ in range(4):
        s.now += 60 * SECOND
        s.segment(s.client, wire.ACK, b"\0", seq=s.client.seq - 1)
        s.segment(s.server, wire.ACK)
    s.send(REQUEST)
    s.reply(RESPONSE)
    s.close()


def overlapping(first, second):
    """The request in three segments of which the middle one covers `first` octets before its own beginning; what it
    repeats is the same, or `second` when that is given."""
    def play(s):
        s.open()
        base, third = s.client.seq, len(REQUEST) // 3
        s.segment(s.client, wire.ACK, REQUEST[:third], seq=base)
        again = REQUEST[third - first:third] if second is None else second
        s.segment(s.client, wire.ACK, again + REQUEST[third:2 * third], seq=base + third - first)
        s.segment(s.client, wire.ACK | wire.PSH, REQUEST[2 * third:], seq=base + 2 * third)
        s.client.seq, s.owing = base + len(REQUEST), s.server
        s.reply(RESPONSE)
        s.close()
    return play


def fin_with_data(s):
    """The last of the response comes in the segment with FIN, as many servers do."""
    s.open()
    s.send(REQUEST)
    s.acknowledge()
    s.segment(s.server, wire.ACK, RESPONSE[:-50])
    s.segment(s.server, wire.ACK | wire.PSH | wire.FIN, RESPONSE[-50:], seq=s.server.seq + len(RESPONSE) - 50)
    s.server.seq += len(RESPONSE) + 1
    s.segment(s.client, wire.FIN | wire.ACK)
    s.client.seq += 1
    s.segment(s.server, wire.ACK)


def half_closed(s):
    """The client closes its side first and still reads the answer."""
    s.open()
    s.send(REQUEST)
    s.segment(s.client, wire.FIN | wire.ACK)
    s.client.seq += 1
    s.reply(RESPONSE)
    s.segment(s.server, wire.FIN | wire.ACK)
    s.server.seq += 1
    s.segment(s.client, wire.ACK)


def reset(s):
    """Ends with the client's reset, after everything was said."""
    s.open()
    s.send(REQUEST)
    s.reply(RESPONSE)
    s.reset()


def stray_reset(s):
    """A reset whose number lies far outside of the window: nobody obeys it (RFC 5961)."""
    s.open()
    s.segment(s.server, wire.RST, seq=s.server.seq + 1_000_000)
    s.send(REQUEST)
    s.reply(RESPONSE)
    s.close()


def syn_again(s):
    """The SYN and its answer were lost once and sent again."""
    s.segment(s.client, wire.SYN)
    s.now += SECOND
    s.segment(s.client, wire.SYN)
    s.client.seq += 1
    s.now += s.rtt
    for _ in range(2):
        s.segment(s.server, wire.SYN | wire.ACK)
    s.server.seq += 1
    s.segment(s.client, wire.ACK)
    s.send(REQUEST)
    s.reply(RESPONSE)
    s.close()


def reused(s):
    """The same ports again after two minutes: a second conversation, not more of the first."""
    plain(s)
    s.now += 120 * SECOND
    s.client.seq += 5_000_000
    s.server.seq += 7_000_000
    plain(s)


def midstream(s):
    """The handshake was before the capture began."""
    s.send(REQUEST)
    s.reply(RESPONSE)
    s.close()


def one_way(s):
    """Only the client's side passes this tap."""
    seen, unseen = s.path, session.Path(Tap())
    everything = s.segment

    def segment(side, *values, **named):
        s.path = seen if side is s.client else unseen
        everything(side, *values, **named)
    s.segment = segment
    plain(s)


def unfinished(s):
    """The server goes silent in the middle of the response."""
    s.open()
    s.send(REQUEST)
    s.reply(RESPONSE[:200])


PLAYS = {
    "plain": plain,
    "reordered": ordered((1, 0, *range(2, count(REQUEST))), tuple(reversed(range(count(RESPONSE))))),
    "retransmitted": ordered((0, 0, *range(count(REQUEST)), 0), tuple(n for n in range(count(RESPONSE)) for _ in range(2))),
    "wrapping": wrapping,
    "keep-alive": keep_alive,
    "overlap-same": overlapping(40, None),
    "overlap-different": overlapping(40, b"?" * 40),
    "fin-with-data": fin_with_data,
    "half-closed": half_closed,
    "reset": reset,
    "stray-reset": stray_reset,
    "syn-again": syn_again,
    "reused-ports": reused,
    "no-handshake": midstream,
    "no-server": one_way,
    "no-end": unfinished,
    "no-first-segment": ordered(tuple(range(1, count(REQUEST)))),
    "no-middle-of-response": ordered(None, (0, 1, *range(6, count(RESPONSE)))),
}


def played(play, start):
    tap = Tap()
    play(session.Tcp(session.Path(tap), CLIENT, SERVER, start, rtt=5 * MILLISECOND, mss=MSS))
    return tap


def scenario(start):
    """The same HTTP request over TCP reordered, repeated, overlapping, wrapping, reset, cut short (a folder)."""
    return {name: played(play, start) for name, play in PLAYS.items()}
