"""Conversations on a tap: TCP with its handshake and acknowledgements, UDP datagrams, pings.

A conversation has its own clock, `now`, in nanoseconds; each call puts frames on the tap and moves it on.
The tap sits beside the client: what the server sends is seen one round trip after what it answers.

    s = session.Tcp(path, ("10.0.0.5", 40000), ("192.0.2.1", 80), at=now)
    s.open(); s.send(b"GET / HTTP/1.1\\r\\n\\r\\n"); s.reply(b"HTTP/1.1 204 No Content\\r\\n\\r\\n"); s.close()
"""
import ipaddress
import zlib

import wire
from capture import MICROSECOND, MILLISECOND

INSIDE = [ipaddress.ip_network(n) for n in
          ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fd00::/8", "fe80::/10")]


def inside(address):
    parsed = ipaddress.ip_address(address)
    return any(parsed in net for net in INSIDE if net.version == parsed.version)


def over_ethernet(gateway):
    """A carrier: outside addresses are reached by the gateway's hardware address."""
    def mac(address):
        return wire.hardware(address if inside(address) else gateway)

    def carry(src, dst, packet):
        return wire.ethernet(mac(src), mac(dst), packet)
    return carry


class Path:
    """A tap and the way in which packets are carried past it.

    `carry(src, dst, ip_packet)` gives the frame that the tap sees.
    """

    def __init__(self, tap, carry=None):
        self.tap = tap
        self.carry = carry or over_ethernet("10.255.255.1")
        self.sent = {}                           # IPv4 identification, counted by each sender

    def ident(self, src):
        self.sent[src] = self.sent.get(src, zlib.crc32(src.encode())) + 1
        return self.sent[src] & 0xFFFF

    def put(self, at, src, dst, protocol, payload):
        ttl = 64 if inside(src) else 51
        self.put_packet(at, src, dst, wire.ip(src, dst, protocol, payload, ident=self.ident(src), ttl=ttl))

    def put_packet(self, at, src, dst, packet):
        self.tap.put(at, self.carry(src, dst, packet))


class Side:
    """One end of a TCP connection: `seq` is the next octet it sends, `due` how far it owes an ACK."""

    def __init__(self, endpoint, peer):
        self.ip, self.port = endpoint
        self.seq = zlib.crc32(repr((endpoint, peer)).encode())
        self.acked = 0


class Tcp:
    """One TCP connection, `client` and `server` as (address, port)."""

    def __init__(self, path, client, server, at, *, rtt=8 * MILLISECOND, mss=1460):
        self.path, self.rtt, self.mss, self.now = path, rtt, mss, at
        self.client, self.server = Side(client, server), Side(server, client)
        self.owing = None                        # the side that has data not yet acknowledged

    def other(self, side):
        return self.server if side is self.client else self.client

    def segment(self, side, flags, payload=b"", *, seq=None, options=b"", at=None):
        """One segment as it is, with no change of state: for tests of odd flags and numbers too."""
        peer = self.other(side)
        ack = peer.seq if flags & wire.ACK else 0
        raw = wire.tcp(side.ip, peer.ip, side.port, peer.port, side.seq if seq is None else seq, ack,
                       flags, payload, options=options)
        self.path.put(self.now if at is None else at, side.ip, peer.ip, wire.TCP, raw)

    def open(self):
        options = wire.tcp_options_syn(self.mss)
        self.segment(self.client, wire.SYN, options=options)
        self.client.seq += 1
        self.now += self.rtt
        self.segment(self.server, wire.SYN | wire.ACK, options=options)
        self.server.seq += 1
        self.now += 60 * MICROSECOND
        self.segment(self.client, wire.ACK)
        self.now += 90 * MICROSECOND

    def acknowledge(self):
        """The pure ACK of a side that has nothing to say."""
        if self.owing is not None:
            self.now += 40 * MICROSECOND
            self.segment(self.owing, wire.ACK)
            self.owing = None

    def burst(self, side, data, order):
        if self.owing is not side:
            self.acknowledge()
        pieces = [data[at:at + self.mss] for at in range(0, len(data), self.mss)]
        starts = [side.seq + at for at in range(0, len(data), self.mss)]
        for index in range(len(pieces)) if order is None else order:
            last = index == len(pieces) - 1
            self.segment(side, wire.ACK | (wire.PSH if last else 0), pieces[index], seq=starts[index])
            self.now += 30 * MICROSECOND
        side.seq += len(data)
        self.owing = self.other(side)
        if len(pieces) > 2:
            self.acknowledge()

    def send(self, data, order=None):
        """Data from the client. `order` lists the segments to show, by index: (0, 2, 1) is reordered,
        (0, 1, 1, 2) retransmits, (0, 2) was lost by the tap though the server had it."""
        self.burst(self.client, data, order)

    def reply(self, data, order=None):
        """Data from the server, a round trip after what came before."""
        self.now += self.rtt
        self.burst(self.server, data, order)

    def wait(self, duration):
        self.acknowledge()
        self.now += duration

    def close(self, first=None):
        """An orderly end; `first` is the side that closes first, the client unless told."""
        self.acknowledge()
        side = first or self.client
        for closing in (side, self.other(side)):
            self.now += self.rtt // 2
            self.segment(closing, wire.FIN | wire.ACK)
            closing.seq += 1
        self.now += 60 * MICROSECOND
        self.segment(side, wire.ACK)

    def reset(self, side=None):
        self.acknowledge()
        self.segment(side or self.client, wire.RST | wire.ACK)


def probe(path, client, server, at, *, answer="closed", flags=wire.SYN, rtt=8 * MILLISECOND):
    """One scanning segment. `answer`: "closed" (reset), "open" (accepted, then reset), "silent"."""
    s = Tcp(path, client, server, at, rtt=rtt)
    s.segment(s.client, flags, options=wire.tcp_options_syn(1460) if flags & wire.SYN else b"")
    s.client.seq += 1 if flags & (wire.SYN | wire.FIN) else 0
    s.now += rtt
    if answer == "closed":
        s.server.seq = 0
        s.segment(s.server, wire.RST | wire.ACK)
    if answer == "open":
        s.segment(s.server, wire.SYN | wire.ACK, options=wire.tcp_options_syn(1460))
        s.now += 50 * MICROSECOND
        s.segment(s.client, wire.RST)


def datagram(path, src, dst, at, payload, *, fragment=None):
    """One UDP datagram between (address, port) pairs, in fragments of `fragment` octets if given."""
    raw = wire.udp(src[0], dst[0], src[1], dst[1], payload)
    if fragment is None:
        path.put(at, src[0], dst[0], wire.UDP, raw)
        return
    cut = wire.fragments6 if wire.version(src[0]) == 6 else wire.fragments4
    for packet in cut(src[0], dst[0], wire.UDP, raw, size=fragment, ident=path.ident(src[0])):
        path.put_packet(at, src[0], dst[0], packet)
        at += 20 * MICROSECOND


def ask(path, client, server, at, query, answer, *, rtt=4 * MILLISECOND):
    """A datagram and its answer."""
    datagram(path, client, server, at, query)
    datagram(path, server, client, at + rtt, answer)


class Udp:
    """A conversation of datagrams: send() is the client's, reply() the server's; open, acknowledge and close are nothing."""

    def __init__(self, path, client, server, at, *, rtt=4 * MILLISECOND):
        self.path, self.client, self.server, self.now, self.rtt = path, client, server, at, rtt

    def send(self, payload):
        datagram(self.path, self.client, self.server, self.now, payload)
        self.now += self.rtt

    def reply(self, payload):
        datagram(self.path, self.server, self.client, self.now, payload)
        self.now += 50 * MICROSECOND

    def wait(self, duration):
        self.now += duration

    def open(self):
        pass

    acknowledge = close = open


def ping(path, src, dst, at, *, ident=1, sequence=1, answered=True, payload=bytes(range(56)),
         rtt=3 * MILLISECOND):
    rest = ident << 16 | sequence
    if wire.version(src) == 6:
        pair = [wire.icmp6(src, dst, 128, 0, rest, payload), wire.icmp6(dst, src, 129, 0, rest, payload)]
        protocol = wire.ICMP6
    else:
        pair = [wire.icmp(8, 0, rest, payload), wire.icmp(0, 0, rest, payload)]
        protocol = wire.ICMP
    path.put(at, src, dst, protocol, pair[0])
    if answered:
        path.put(at + rtt, dst, src, protocol, pair[1])
