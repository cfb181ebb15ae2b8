"""Small captures of one protocol each, for a first try and for unit tests."""
import random

import session
from apps import der, dnp3, dns, http, modbus, ntp, smtp, ssh, synphasor, tls
from capture import MILLISECOND, SECOND, Tap

CLIENT, SERVER, RESOLVER = "10.20.0.5", "192.0.2.80", "192.0.2.53"
PLC = "10.20.0.21"


def connect(path, start, sport, server, dport, **rest):
    return session.Tcp(path, (CLIENT, sport), (server, dport), start, **rest)


def web(path, start):
    """Three HTTP requests on one connection, one answer in chunks, one upload."""
    s = connect(path, start, 40080, SERVER, 80)
    s.open()
    s.send(http.get("/", "www.example"))
    s.reply(http.chunked(http.page("首页", 5000), 700))
    s.wait(300 * MILLISECOND)
    s.send(http.get("/missing", "www.example"))
    s.reply(http.response(404, b"not found"))
    s.send(http.form("/login", "www.example", "user=zhang&password=drill"))
    s.reply(http.response(302, headers={"Location": "/"}))
    s.close()


def names(path, start):
    """DNS: A, AAAA, TXT, a name that does not exist, and one query over TCP."""
    cases = [("www.example", dns.A, [SERVER], 0), ("www.example", dns.AAAA, ["2001:db8::80"], 0),
             ("example", dns.TXT, ["v=spf1 -all"], 0), ("nowhere.example", dns.A, [], dns.NX_DOMAIN)]
    for at, (name, kind, values, code) in enumerate(cases):
        session.ask(path, (CLIENT, 40100 + at), (RESOLVER, 53), start + at * SECOND, dns.query(at, name, kind),
                    dns.answer(at, name, kind, values, code=code))
    s = connect(path, start + 5 * SECOND, 40110, RESOLVER, 53)
    s.open()
    s.send(dns.over_tcp(dns.query(9, "big.example", dns.TXT)))
    s.reply(dns.over_tcp(dns.answer(9, "big.example", dns.TXT, ["x" * 900])))
    s.close()


def secure(path, start):
    """TLS 1.2 with a certificate in clear, then TLS 1.3."""
    rng = random.Random("secure")
    s = connect(path, start, 40443, SERVER, 443)
    s.open()
    tls.handshake12(s, rng, "portal.example", [der.certificate("portal.example", issuer="Drill CA 1")])
    s.send(tls.data(rng, 300))
    s.reply(tls.data(rng, 20000))
    s.close()
    s = connect(path, start + 2 * SECOND, 40444, SERVER, 443)
    s.open()
    tls.handshake13(s, rng, "www.example")
    s.send(tls.data(rng, 200))
    s.reply(tls.data(rng, 900))
    s.close()


def industry(path, start):
    """Modbus/TCP: reads, writes of coils and registers, an exception, a device identification."""
    m = modbus.Master(connect(path, start, 40502, PLC, 502, rtt=3 * MILLISECOND))
    m.poll([231, 17, 0, 65535])
    m.ask(modbus.read(modbus.READ_COILS, 0, 10), modbus.coils(modbus.READ_COILS, [1, 0, 0, 1, 1, 0, 0, 0, 1, 1]))
    m.command(modbus.write_coil(3, True))
    m.command(modbus.write_register(40, 1200))
    m.ask(modbus.write_coils(8, [1, 1, 0, 1]), modbus.written(modbus.WRITE_COILS, 8, 4))
    m.ask(modbus.write_registers(100, [1, 2, 3]), modbus.written(modbus.WRITE_REGISTERS, 100, 3))
    m.ask(modbus.read(modbus.READ_HOLDING, 9000, 2), modbus.exception(modbus.READ_HOLDING, modbus.ILLEGAL_ADDRESS))
    m.ask(modbus.identify(), modbus.identification(1, "Drill", "PLC-21", "1.0"))
    m.s.close()


def substation(path, start):
    """DNP3: a poll, a breaker selected and operated, a set point refused, an event, the clock, identity, a file into the outstation."""
    m = dnp3.Master(connect(path, start, 40200, PLC, 20000, rtt=3 * MILLISECOND))
    m.poll([2300, -40], [True, False, True])
    m.select_operate(dnp3.control_block(3, dnp3.PULSE_ON | dnp3.TRIP, on=500))
    m.ask(dnp3.DIRECT_OPERATE, dnp3.set_point(1, 117.5), dnp3.set_point(1, 117.5, status=7))
    m.unsolicited(dnp3.binary_event(3, True, start // 1_000_000))
    m.set_time(start // 1_000_000)
    m.ask(dnp3.READ, dnp3.header(0, 252, 0, 0, 0), dnp3.attribute(252, "Drill Works") + dnp3.attribute(250, "RTU-21") + dnp3.attribute(242, "3.2"))
    m.download("/rtu.cfg", b"points=12")
    m.ask(dnp3.DISABLE_UNSOLICITED, bytes.fromhex("3c0206 3c0306 3c0406"))
    m.restart()
    m.s.close()


def phasors(path, start):
    """C37.118: a configuration asked for, data on, five data frames, data off."""
    c = synphasor.Concentrator(connect(path, start, 40712, PLC, 4712, rtt=3 * MILLISECOND), start // SECOND)
    c.start()
    c.stream(5)
    c.stop()
    c.s.close()


def controller(path, start):
    """UMAS: who are you, reservation, memory, stop refused; then a plain gateway with Modbus RTU."""
    m = modbus.Master(connect(path, start, 40503, PLC, 502, rtt=3 * MILLISECOND), unit=0)
    identity = bytes.fromhex("1000 5a010000007002000001000200030000000000") + b"\0\x08DRILL 10"
    m.ask(modbus.umas(0, modbus.UMAS_READ_ID), modbus.umas(0, modbus.UMAS_DONE, identity))
    m.ask(modbus.umas(0, modbus.UMAS_RESERVE, b"\1\2\0\0\5ENG-7"), modbus.umas(0, modbus.UMAS_DONE, b"\x21"))
    m.ask(modbus.umas(0x21, modbus.UMAS_READ_MEMORY, bytes.fromhex("00 1300 64000000 0400")), modbus.umas(0x21, modbus.UMAS_DONE, b"\0\4\0abcd"))
    m.ask(modbus.umas(0x21, modbus.UMAS_STOP, b"\xff\0"), modbus.umas(0x21, modbus.UMAS_REFUSED, b"\5"))
    m.s.close()
    s = connect(path, start + SECOND, 40504, PLC, 4001, rtt=3 * MILLISECOND)
    s.open()
    for request, answer in ((modbus.read(3, 0, 2), modbus.registers(3, [7, 9])), (modbus.write_register(5, 42),) * 2,
                            (modbus.read(3, 900, 1), modbus.exception(3, modbus.ILLEGAL_ADDRESS))):
        s.send(modbus.rtu(17, request))
        s.reply(modbus.rtu(17, answer))
    s.close()


def shells(path, start):
    """SSH: a person's session, then three failed logins."""
    rng = random.Random("shells")
    ssh.login(connect(path, start, 40022, SERVER, 22), rng)
    for at in range(3):
        ssh.failed_login(connect(path, start + (60 + 3 * at) * SECOND, 40030 + at, SERVER, 22), rng)


def mail(path, start):
    """One message over SMTP."""
    smtp.deliver(connect(path, start, 40025, SERVER, 25), "a@drill.example", "b@mail.example", "Subject: 演练\r\n\r\nhello")


def clocks(path, start):
    """NTP and pings, over IPv4 and IPv6."""
    for at, (client, server) in enumerate((("10.20.0.5", "192.0.2.123"), ("fd00:20::5", "2001:db8::123"))):
        now = start + at * SECOND
        session.ask(path, (client, 40123), (server, 123), now, ntp.request(now), ntp.answer(now, now + 4 * MILLISECOND))
        session.ping(path, client, server, now + 100 * MILLISECOND)


def single(play):
    def scenario(start):
        tap = Tap()
        play(session.Path(tap), start)
        return {"capture": tap}
    scenario.__doc__ = play.__doc__
    return scenario


SCENARIOS = {"http": single(web), "dns": single(names), "tls": single(secure), "modbus": single(industry),
             "dnp3": single(substation), "synphasor": single(phasors), "umas": single(controller),
             "ssh": single(shells), "smtp": single(mail), "ntp": single(clocks)}
