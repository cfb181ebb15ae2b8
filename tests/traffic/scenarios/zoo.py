"""One small conversation, carried in every way that the decoder knows.

Each capture holds the same DNS query and answer and the same HTTP request and response; only what is
around the IP packets differs. A decoder is right when it finds the same two flows in all of them.
"""
import random

import capture
import session
import tunnel
import wire
from apps import dns, http
from capture import MILLISECOND, Tap

CLIENT4, SERVER4, RESOLVER4 = "10.20.0.5", "192.0.2.80", "192.0.2.53"
CLIENT6, SERVER6, RESOLVER6 = "fd00:20::5", "2001:db8::80", "2001:db8::53"
OUTER, REMOTE = "198.51.100.1", "203.0.113.1"
OUTER6, REMOTE6 = "2001:db8:a::1", "2001:db8:b::1"
HOST = "zoo.example"
ME, YOU = wire.hardware(CLIENT4), wire.hardware("10.20.0.1")


def talk(path, start, six=False):
    """The conversation itself."""
    client, server, resolver = (CLIENT6, SERVER6, RESOLVER6) if six else (CLIENT4, SERVER4, RESOLVER4)
    kind = dns.AAAA if six else dns.A
    session.ask(path, (client, 40053), (resolver, 53), start, dns.query(0x2A2A, HOST, kind),
                dns.answer(0x2A2A, HOST, kind, [server]))
    s = session.Tcp(path, (client, 40080), (server, 80), start + 20 * MILLISECOND)
    s.open()
    s.send(http.get("/form?which=zoo", HOST))
    s.reply(http.response(200, http.page("zoo", 400)))
    s.close()


class Fragmenting(session.Path):
    """Sends every packet that has room for it in fragments of 24 octets."""

    def __init__(self, tap, backwards=False):
        super().__init__(tap)
        self.backwards = backwards

    def put(self, at, src, dst, protocol, payload):
        cut = wire.fragments6 if wire.version(src) == 6 else wire.fragments4
        pieces = cut(src, dst, protocol, payload, size=24, ident=self.ident(src))
        for place, packet in enumerate(reversed(pieces) if self.backwards else pieces):
            self.put_packet(at + place * 1000, src, dst, packet)


def extended(src, dst, packet):
    """The IPv6 packet again, with hop-by-hop options, a routing header and destination options."""
    after, payload = packet[6], packet[40:]
    chain = (wire.option_header(wire.ROUTING) + wire.routing_header(wire.DEST_OPTIONS, dst)
             + wire.option_header(after))
    return wire.ethernet(ME, YOU, wire.ip6(src, dst, wire.HOP_BY_HOP, chain + payload))


def inner_frame(packet):
    return wire.ethernet(ME, YOU, packet)


def outside(packet):
    """The frame of the outer packet of a tunnel."""
    return wire.ethernet(wire.hardware(OUTER), wire.hardware(REMOTE), packet)


def over_ip(protocol, six=False):
    src, dst = (OUTER6, REMOTE6) if six else (OUTER, REMOTE)
    return lambda inner: outside(wire.ip(src, dst, protocol, inner))


def over_udp(sport, dport):
    return lambda inner: outside(tunnel.udp_between(OUTER, REMOTE, sport, dport, inner))


def erspan():
    """ERSPAN numbers its packets, so this carrier counts."""
    count = iter(range(1 << 30))
    return lambda packet: over_ip(wire.GRE)(tunnel.erspan2(inner_frame(packet), sequence=next(count)))


def carriers():
    """Name, link type, carrier of one IP packet."""
    gre, plain = over_ip(wire.GRE), wire.ethertype
    return [
        ("ethernet", capture.ETHERNET, inner_frame),
        ("vlan", capture.ETHERNET, lambda p: tunnel.vlan(ME, YOU, p, 100)),
        ("qinq", capture.ETHERNET, lambda p: tunnel.vlan(ME, YOU, p, 200, 100, outer=0x88A8)),
        ("qinq-8100", capture.ETHERNET, lambda p: tunnel.vlan(ME, YOU, p, 200, 100)),
        ("mpls", capture.ETHERNET, lambda p: tunnel.mpls(ME, YOU, p, 16001)),
        ("mpls-stack", capture.ETHERNET, lambda p: tunnel.mpls(ME, YOU, p, 16001, 24007, 30)),
        ("pppoe", capture.ETHERNET, lambda p: tunnel.pppoe(ME, YOU, p)),
        ("sll", capture.SLL, lambda p: tunnel.sll(YOU, p)),
        ("sll2", capture.SLL2, lambda p: tunnel.sll2(YOU, p)),
        ("raw", capture.RAW, lambda p: p),
        ("null", capture.NULL, tunnel.null),
        ("ppp", capture.PPP, tunnel.ppp_hdlc),
        ("chdlc", capture.CHDLC, tunnel.chdlc),
        ("gre", capture.ETHERNET, lambda p: gre(tunnel.gre(p, plain(p)))),
        ("gre-key", capture.ETHERNET, lambda p: gre(tunnel.gre(p, plain(p), key=42, sequence=1))),
        ("gre-bridge", capture.ETHERNET, lambda p: gre(tunnel.gre(inner_frame(p), 0x6558, key=42))),
        ("erspan", capture.ETHERNET, erspan()),
        ("vxlan", capture.ETHERNET, lambda p: over_udp(49152, tunnel.VXLAN_PORT)(tunnel.vxlan(inner_frame(p)))),
        ("geneve", capture.ETHERNET, lambda p: over_udp(49153, tunnel.GENEVE_PORT)(
            tunnel.geneve(inner_frame(p), options=bytes.fromhex("0102000100000000")))),
        ("ipip", capture.ETHERNET, over_ip(wire.IPIP)),
        ("4in6", capture.ETHERNET, over_ip(wire.IPIP, six=True)),
    ]


def carriers6():
    """The same for the conversation over IPv6."""
    return [
        ("ip6", capture.ETHERNET, inner_frame),
        ("ip6-vlan", capture.ETHERNET, lambda p: tunnel.vlan(ME, YOU, p, 100)),
        ("ip6-sll2", capture.SLL2, lambda p: tunnel.sll2(YOU, p)),
        ("ip6-null", capture.NULL, tunnel.null),
        ("6in4", capture.ETHERNET, over_ip(wire.IPV6)),
        ("6in6", capture.ETHERNET, over_ip(wire.IPV6, six=True)),
        ("teredo", capture.ETHERNET, over_udp(51413, tunnel.TEREDO_PORT)),
    ]


def carried(start, link, carrier, six):
    tap = Tap(link)
    talk(session.Path(tap, lambda src, dst, packet: carrier(packet)), start, six)
    return tap


def fragmented(start, six, backwards):
    tap = Tap()
    talk(Fragmenting(tap, backwards), start, six)
    return tap


def with_extensions(start):
    tap = Tap()
    talk(session.Path(tap, extended), start, six=True)
    return tap


def disturbed(start):
    """The same over a bad line: segments out of order, twice, and answers in small segments."""
    tap = Tap()
    path = session.Path(tap)
    session.ask(path, (CLIENT4, 40053), (RESOLVER4, 53), start, dns.query(0x2A2A, HOST),
                dns.answer(0x2A2A, HOST, dns.A, [SERVER4]))
    s = session.Tcp(path, (CLIENT4, 40080), (SERVER4, 80), start + 20 * MILLISECOND, mss=64)
    s.open()
    s.send(http.get("/form?which=zoo", HOST), order=(1, 0, 2, 1))
    body = http.response(200, http.page("zoo", 400))
    count = -(-len(body) // s.mss)
    order = list(range(count))
    random.Random("disturbed").shuffle(order)
    s.reply(body, order=order + [0, count - 1])
    s.close()
    return tap


def scenario(start):
    """The same DNS query and HTTP request in every link, tunnel and fragment form (a folder)."""
    taps = {name: carried(start, link, carrier, False) for name, link, carrier in carriers()}
    taps |= {name: carried(start, link, carrier, True) for name, link, carrier in carriers6()}
    for six, family in ((False, "ip4"), (True, "ip6")):
        taps[family + "-fragments"] = fragmented(start, six, False)
        taps[family + "-fragments-backwards"] = fragmented(start, six, True)
    taps["ip6-extensions"] = with_extensions(start)
    taps["tcp-disturbed"] = disturbed(start)
    return taps
