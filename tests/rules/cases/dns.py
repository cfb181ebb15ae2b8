"""Cases of rules/dns.rules."""
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

CASES = {
    9100401: Case(tunnel(100), questions(LONG_HOST, dns.A, 30, values=["192.0.2.16"])),
    9100402: Case(questions("k%d.dkim.example", dns.TXT, 150, values=["v=1"]), questions("k%d.dkim.example", dns.A, 150, values=["192.0.2.1"])),
    9100403: Case(questions("dnscat.0f1e2d3c4b5a69788796a5b4.example", dns.TXT, 3), questions("dnscat.wiki.example", dns.A, 3)),
    9100404: Case(questions("qzx%dvk.example", dns.A, 80, code=dns.NX_DOMAIN), questions("qzx%dvk.example", dns.A, 80, values=["192.0.2.1"])),
    9100405: Case(zone(OUTSIDE, dns.AXFR), zone(OUTSIDE, dns.NS)),
    9100406: Case(questions("xingcheng.example", dns.ANY, 80, every=50 * MILLISECOND, client=OUTSIDE, server=OUR_SERVER),
                  questions("xingcheng.example", dns.ANY, 20, every=SECOND, client=OUTSIDE, server=OUR_SERVER)),
}
