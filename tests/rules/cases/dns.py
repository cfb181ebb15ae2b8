"""Cases of rules/dns.rules."""
import random
import struct

import session
from apps import dns
from capture import MILLISECOND, SECOND
from cases import INSIDE, OUTSIDE, SERVER, START, Case, dialogue, tcp
from scenarios import attacks

RESOLVER, OUR_SERVER = "10.20.0.53", "10.20.0.54"


def questions(name, kind, count, *, every=200 * MILLISECOND, client=INSIDE, server=RESOLVER, code=0, values=()):
    """`count` questions; %d in the name is their number."""
    def play(path):
        for number in range(count):
            text = name % number if "%" in name else name
            session.ask(path, (client, 30000 + number), (server, 53), START + number * every, dns.query(number, text, kind),
                        dns.answer(number, text, kind, values, code=code))
    return play


def tunnel(count):
    return lambda path: attacks.dns_tunnel(path, INSIDE, RESOLVER, "t.metrics-relay.example", START, count=count)


def zone(client, kind):
    query = dns.over_tcp(dns.query(1, "xingcheng.example", kind))
    return lambda path: dialogue(tcp(path, client, OUR_SERVER, 53), query, dns.over_tcp(dns.answer(1, "xingcheng.example", kind, code=dns.REFUSED)))


LONG_HOST = "d111111abcdef8e3b0c44298fc1c149afbf4c8996fb92427ae.edge.cdn.example"

def told(name, values, *, server=OUTSIDE, client=INSIDE, kind=dns.A, ttl=300, code=0):
    """One answer of a resolver."""
    answer = dns.answer(7, name, kind, values, ttl=ttl, code=code)
    return lambda path: session.ask(path, (client, 30000), (server, 53), START, dns.query(7, name, kind), answer)


def generated(count, code):
    """Names of consonants from a seed, each asked for once."""
    rng = random.Random(11)
    names = ["".join(rng.choices("bcdfghjklmnpqrstvwxz", k=14)) + ".com" for _ in range(count)]
    def play(path):
        for number, name in enumerate(names):
            session.ask(path, (INSIDE, 30000 + number), (RESOLVER, 53), START + number * SECOND, dns.query(number, name),
                        dns.answer(number, name, dns.A, [] if code else ["192.0.2.7"], code=code))
    return play


def flood(source, target, count, octets):
    """Answers of `octets` from port 53 that nobody asked for."""
    answer = dns.answer(1, "any.example", dns.TXT, [b"x" * 200] * (octets // 200))
    def play(path):
        for number in range(count):
            session.datagram(path, (source, 53), (target, 1024 + number), START + number * 50 * MILLISECOND, answer)
    return play


def served(count, octets):
    """A host outside asks our server the same again and again."""
    query, answer = dns.query(1, "xingcheng.example", dns.TXT), dns.answer(1, "xingcheng.example", dns.TXT, [b"x" * 200] * (octets // 200))
    def play(path):
        for number in range(count):
            session.ask(path, (OUTSIDE, 1024 + number), (OUR_SERVER, 53), START + number * 50 * MILLISECOND, query, answer)
    return play


def given(count, code=0):
    answer = dns.answer(1, "xingcheng.example", dns.AXFR, ["h%d.xingcheng.example" % n for n in range(count)], code=code)
    return lambda path: dialogue(tcp(path, OUTSIDE, OUR_SERVER, 53), dns.over_tcp(dns.query(1, "xingcheng.example", dns.AXFR)), dns.over_tcp(answer))


def asked(message, client=OUTSIDE):
    return lambda path: session.datagram(path, (client, 30000), (OUR_SERVER, 53), START, message)


def chaos(name):
    return asked(dns.query(7, name, dns.TXT)[:-1] + b"\3")


def opcode(number):
    return asked(struct.pack("!HHHHHH", 7, number << 11, 1, 0, 0, 0) + dns.name("xingcheng.example") + struct.pack("!HH", 6, 1))


LONG_NAME = ".".join(["a%d" % n + "b" * 40 for n in range(4)]) + ".t.example"

CASES = {
    9100401: Case(tunnel(100), questions(LONG_HOST, dns.A, 30, values=["192.0.2.16"])),
    9100402: Case(questions("k%d.dkim.example", dns.TXT, 150, values=["v=1"]), questions("k%d.dkim.example", dns.A, 150, values=["192.0.2.1"])),
    9100403: Case(questions("dnscat.0f1e2d3c4b5a69788796a5b4.example", dns.TXT, 3), questions("dnscat.wiki.example", dns.A, 3)),
    9100404: Case(questions("qzx%dvk.example", dns.A, 80, code=dns.NX_DOMAIN), questions("qzx%dvk.example", dns.A, 80, values=["192.0.2.1"])),
    9100405: Case(zone(OUTSIDE, dns.AXFR), zone(OUTSIDE, dns.NS)),
    9100406: Case(questions("xingcheng.example", dns.ANY, 80, every=50 * MILLISECOND, client=OUTSIDE, server=OUR_SERVER),
                  questions("xingcheng.example", dns.ANY, 20, every=SECOND, client=OUTSIDE, server=OUR_SERVER)),
    9100407: Case(questions("%dabc.t.example", 10, 30), questions("%dabc.t.example", 10, 8)),
    9100408: Case(questions("%d" + LONG_NAME, dns.A, 40), questions("%d" + LONG_NAME, dns.A, 10)),
    9100409: Case(generated(12, dns.NX_DOMAIN), generated(12, dns.NO_ERROR)),
    9100410: Case(told("a.rebind.example", ["192.168.1.1"]), told("2.0.0.127.zen.example", ["127.0.0.2"])),
    9100411: Case(told("flux.example", ["203.0.113.%d" % n for n in range(24)], ttl=60), told("www.example", ["203.0.113.%d" % n for n in range(13)], ttl=60)),
    9100412: Case(questions("drill.f3322.net", dns.A, 1), questions("www.3322.example", dns.A, 1)),
    9100413: Case(flood(OUTSIDE, SERVER, 80, 1000), flood(OUTSIDE, SERVER, 20, 1000)),
    9100414: Case(served(80, 1200), served(80, 400)),
    9100415: Case(given(5), given(0, dns.REFUSED), also=(9100405,)),
    9100416: Case(chaos("version.bind"), asked(dns.query(7, "version.bind", dns.TXT))),
    9100417: Case(opcode(5), opcode(0)),
    9100418: Case(questions("%d.20.10.10.in-addr.arpa", 12, 200), questions("%d.113.0.203.in-addr.arpa", 12, 200)),
}
