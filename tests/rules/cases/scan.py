"""Cases of rules/scan.rules."""
import session
import wire
from apps import http
from capture import MILLISECOND, SECOND
from cases import INSIDE, INSIDE2, OUTSIDE, SERVER, START, Case, dialogue, requests, tcp, uri
from scenarios import attacks

PORTS = range(1000, 1045)
HOSTS = ["10.20.1.%d" % n for n in range(1, 60)]


def refused(source, count, every):
    return lambda path: attacks.port_scan(path, source, [SERVER], list(PORTS)[:count], START, every=every)


def reset_when_done(path):
    """Forty connections that the server ends with a reset, as some do instead of FIN."""
    for number in range(40):
        s = tcp(path, OUTSIDE, SERVER, 80, at=START + number * SECOND, sport=40000 + number)
        s.open()
        s.send(http.get("/", "www.example"))
        s.reply(http.response(200, b"ok"))
        s.reset(s.server)


def administration(count, every, source=OUTSIDE):
    def play(path):
        for number in range(count):
            session.probe(path, (source, 41000 + number), (HOSTS[number % 40], (22, 3389)[number % 2]), START + number * every, answer="silent")
    return play


def restless_masters(path):
    """One opens a connection for each question, another knocks at a dead controller every five seconds."""
    attacks.modbus_identify(path, INSIDE, HOSTS[:4] * 10, START)
    for number in range(24):
        session.probe(path, (INSIDE2, 42000 + number), (HOSTS[5], 502), START + number * 5 * SECOND)


def odd_flags(flags):
    return lambda path: attacks.port_scan(path, OUTSIDE, [SERVER], [80, 81, 82], START, flags=flags)


def ordinary(path):
    dialogue(tcp(path, OUTSIDE, SERVER, 80), http.get("/", "www.example"), http.response(200, http.page("x", 4000)))


def sweep(hosts, every):
    return lambda path: attacks.ping_sweep(path, OUTSIDE, hosts, START, every=every)


def unreachable(count, every):
    def play(path):
        for number in range(count):
            datagram = wire.ip4(OUTSIDE, SERVER, wire.UDP, wire.udp(OUTSIDE, SERVER, 40000, 1000 + number, b"\0"))
            path.put_packet(START + number * every, OUTSIDE, SERVER, datagram)
            path.put(START + number * every + MILLISECOND, SERVER, OUTSIDE, wire.ICMP, wire.icmp(3, 3, 0, datagram[:28]))
    return play


def not_found(count):
    return lambda path: attacks.path_search(path, OUTSIDE, SERVER, "www.example", START, count=count, agent=http.BROWSER)


CASES = {
    9100101: Case(refused(OUTSIDE, 40, 50 * MILLISECOND), reset_when_done),
    9100102: Case(refused(INSIDE, 40, 50 * MILLISECOND), refused(INSIDE, 25, 50 * MILLISECOND)),
    9100103: Case(administration(60, 500 * MILLISECOND), administration(60, 3 * SECOND)),
    9100104: Case(lambda path: attacks.modbus_sweep(path, INSIDE, HOSTS[:28], HOSTS[:2], START), restless_masters, also=(9100623, 9102501)),
    9100105: Case(odd_flags(0), ordinary),
    9100106: Case(odd_flags(wire.FIN | wire.PSH | wire.URG), ordinary),
    9100107: Case(odd_flags(wire.SYN | wire.FIN), ordinary),
    9100108: Case(sweep(HOSTS, 100 * MILLISECOND), sweep([SERVER] * 59, 2 * SECOND)),
    9100109: Case(unreachable(40, 200 * MILLISECOND), unreachable(5, SECOND)),
    9100110: Case(uri("/", agent="Mozilla/5.0 zgrab/0.x"), uri("/nikto-review", agent=http.BROWSER)),
    9100111: Case(not_found(60), not_found(12)),
}
