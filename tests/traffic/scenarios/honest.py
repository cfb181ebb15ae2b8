"""What people and machines do on an ordinary morning, one function a habit.

Each takes the path, a random generator and a span of time, and fills the span. The habits hold traps on
purpose: a search for "select committee", a mistyped password, a long host name of a content network, an
operator who switches a pump. A rule that alerts on these is a bad rule.
"""
import random

import session
from apps import der, dns, http, modbus, ntp, ssh, tls
from capture import MILLISECOND, SECOND

SITES = [("news.example", "192.0.2.10"), ("mail.example", "192.0.2.11"), ("docs.example", "192.0.2.12"),
         ("video.example", "192.0.2.13"), ("weather.example", "192.0.2.14"), ("maps.example", "192.0.2.15"),
         ("e3b0c44298fc1c149afbf4c8996fb924.edge.cdn.example", "192.0.2.16"), ("图书馆.example", "192.0.2.17")]
SITES6 = [("news.example", "2001:db8:80::10"), ("mail.example", "2001:db8:80::11"), ("six.example", "2001:db8:80::12")]
PAGES = ["/", "/index.html", "/list?page=2", "/search?q=european+union+select+committee", "/article/20261118",
         "/img/../logo.png", "/search?q=rock+%27n%27+roll+or+jazz", "/download/readme.txt"]
PORTAL = ["/", "/notice/", "/query.php?id=1024", "/query.php?id=77", "/search?q=drop+box+table+tennis", "/login",
          "/static/app.js", "/static/app.css", "/guide/2026.html", "/query.php?id=O%27Brien"]


class Ports:
    """Client ports, each used once until they come round."""

    def __init__(self, first=49152):
        self.first, self.taken = first, 0

    def next(self):
        self.taken += 1
        return self.first + (self.taken - 1) % (65536 - self.first)


def moments(rng, start, end, mean):
    """Times between start and end, at random with `mean` between them."""
    at = start + int(rng.expovariate(1 / mean))
    while at < end:
        yield at
        at += int(rng.expovariate(1 / mean))


def ask_name(path, rng, ports, client, resolver, name, address, at):
    kind = dns.AAAA if ":" in address else dns.A
    ident = rng.randrange(65536)
    session.ask(path, (client, ports.next()), (resolver, 53), at, dns.query(ident, name, kind),
                dns.answer(ident, name, kind, [address]), rtt=rng.randrange(1, 30) * MILLISECOND)
    return at + 35 * MILLISECOND


def visit_clear(s, rng, name):
    s.open()
    for _ in range(rng.randrange(1, 4)):
        s.send(http.get(rng.choice(PAGES), name))
        body = http.page(name, rng.randrange(500, 9000))
        s.reply(http.chunked(body, 2000) if rng.random() < 0.3 else http.response(200, body))
        s.wait(rng.randrange(50, 2000) * MILLISECOND)
    s.close()


def visit_secure(s, rng, name):
    s.open()
    if rng.random() < 0.3:
        tls.handshake12(s, rng, name, [der.certificate(name, issuer="Example Trust CA")])
    else:
        tls.handshake13(s, rng, name)
    for _ in range(rng.randrange(1, 4)):
        s.send(tls.data(rng, rng.randrange(100, 900)))
        s.reply(tls.data(rng, rng.randrange(400, 12000)))
        s.wait(rng.randrange(100, 3000) * MILLISECOND)
    s.close()


def browse(path, rng, client, resolver, start, end, *, mean=100 * SECOND, sites=SITES):
    """A person at an office computer; `resolver` is of the client's address family or not, as it is."""
    ports = Ports()
    for at in moments(rng, start, end, mean):
        name, address = rng.choice(sites)
        at = ask_name(path, rng, ports, client, resolver, name.encode("idna").decode(), address, at)
        clear = rng.random() < 0.2
        s = session.Tcp(path, (client, ports.next()), (address, 80 if clear else 443), at, rtt=rng.randrange(5, 60) * MILLISECOND)
        (visit_clear if clear else visit_secure)(s, rng, name.encode("idna").decode())


def citizens(path, rng, server, host, start, end, *, addresses, mean=25 * SECOND):
    """People from outside at a public portal; some mistype their password."""
    ports = Ports()
    for at in moments(rng, start, end, mean):
        s = session.Tcp(path, (rng.choice(addresses), ports.next()), (server, 80), at, rtt=rng.randrange(1, 9) * MILLISECOND)
        s.open()
        for _ in range(rng.randrange(1, 5)):
            s.send(http.get(rng.choice(PORTAL), host))
            s.reply(http.response(200, http.page("财税服务", rng.randrange(400, 6000))))
            s.wait(rng.randrange(200, 4000) * MILLISECOND)
        if rng.random() < 0.1:
            s.send(http.form("/login", host, "user=u%d&password=drill" % rng.randrange(1000)))
            s.reply(http.response(401, http.page("密码错误", 200)))
        s.close()


def keep_time(path, client, server, start, end, *, every=64 * SECOND):
    for at in range(start, end, every):
        session.ask(path, (client, 123), (server, 123), at, ntp.request(at), ntp.answer(at, at + 5 * MILLISECOND))


def watch(path, source, targets, start, end, *, every=60 * SECOND):
    """A monitoring server that pings its devices."""
    for sequence, at in enumerate(range(start, end, every)):
        for number, target in enumerate(targets):
            session.ping(path, source, target, at + number * 20 * MILLISECOND, ident=number + 1, sequence=sequence)


def administer(path, rng, client, server, moments_of_login, *, mistakes=1):
    """A person who logs in, not always at the first try."""
    ports = Ports()
    for at in moments_of_login:
        for _ in range(rng.randrange(mistakes + 1)):
            s = session.Tcp(path, (client, ports.next()), (server, 22), at)
            ssh.failed_login(s, rng, client=ssh.CLIENT)
            at = s.now + 3 * SECOND
        ssh.login(session.Tcp(path, (client, ports.next()), (server, 22), at), rng)


def supervise(path, rng, master, device, start, end, *, every, port, switches=()):
    """A control system that polls one device all the time, and switches a coil at the moments in `switches`
    (places in the run, 0 to 1). The first switch comes with the session's start, as when a panel is synchronised."""
    m = modbus.Master(session.Tcp(path, (master, port), (device, 502), start, rtt=rng.randrange(2, 6) * MILLISECOND))
    level = 500
    m.command(modbus.write_coil(0, True))
    due = sorted(start + int(place * (end - start)) for place in switches)
    while m.s.now < end:
        level += rng.randrange(-5, 6)
        m.poll([level, 220 + rng.randrange(-3, 4), 50, rng.randrange(100)])
        if due and m.s.now >= due[0]:
            m.command(modbus.write_coil(due.pop(0) % 4, rng.random() < 0.5))
        m.s.now += every
    m.s.close()


def observe(path, rng, laptop, device, start, end, *, every=20 * SECOND, port=51502):
    """A maintenance laptop that only reads. Gives the connection, still open."""
    m = modbus.Master(session.Tcp(path, (laptop, port), (device, 502), start, rtt=3 * MILLISECOND))
    while m.s.now < end:
        m.poll([rng.randrange(400, 600) for _ in range(8)])
        m.s.now += every
    return m
