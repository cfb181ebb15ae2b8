"""Cases of rules/ot/opcua.rules."""
import struct

from apps import opcua
from capture import SECOND
from cases import INSIDE, OUTSIDE, PLC, START, Case, tcp


def talk(*plays, client=INSIDE, every=SECOND, sport=40000, at=START, **rest):
    def play(path):
        c = opcua.Client(tcp(path, client, PLC, opcua.PORT, sport=sport, at=at), **rest)
        for one in plays:
            one(c)
            c.s.wait(every)
        c.s.close()
    return play


def ask(what, answer, status=0):
    return lambda c: c.ask(what, answer, status)


PUMP = opcua.node(2, "Pump.Speed")
READ = ask(opcua.read([PUMP]), opcua.values(41.5))
WRITE = ask(opcua.write(PUMP, 50.0), opcua.statuses(0))
CALL = ask(opcua.call(opcua.node(2, "Pump"), opcua.node(2, "Pump.Start")), opcua.called())
BROWSE = ask(opcua.browse(opcua.node(0, 85)), opcua.browsed((opcua.node(2, "Pump"), "Pump")))
ADD = ask((opcua.ADD_NODES, opcua.array([opcua.node(0, 85) + b"\0" + opcua.node(0, 35) + opcua.node(2, "Hidden") + b"\0" + struct.pack("<H", 2)
                                         + opcua.string("Hidden") + struct.pack("<I", 1) + opcua.extension() + opcua.node(0, 58) + b"\0"])),
          opcua.array([struct.pack("<I", 0) + opcua.node(2, "Hidden")]) + opcua.array([]))
ENDPOINTS = ask((opcua.GET_ENDPOINTS, opcua.string("opc.tcp://plc:4840") + opcua.array([]) + opcua.array([])),
                opcua.array([opcua.endpoint("opc.tcp://plc:4840", "urn:plc", "urn:maker:plc", "PLC")]))
REFUSED = ask((opcua.ACTIVATE_SESSION, opcua.string(None) * 2 + opcua.array([]) * 2 + opcua.extension(324, opcua.string("p") + opcua.string("admin")
               + opcua.string("guess") + opcua.string(None)) + opcua.string(None) * 2), b"", opcua.BAD_USER_ACCESS_DENIED)


def enumerated(times, every):
    """One connection after another that only asks for endpoints."""
    return lambda path: [talk(ENDPOINTS, sport=40000 + n, at=START + n * every, session=False)(path) for n in range(times)] and None


CASES = {
    9102902: Case(talk(READ, WRITE), lambda path: (talk(READ, BROWSE)(path), talk(WRITE, sport=40001, user="operator")(path)) and None),
    9102903: Case(talk(CALL), talk(CALL, user="operator")),
    9102904: Case(talk(WRITE, client=OUTSIDE, user="operator"), talk(READ, client=OUTSIDE, user="operator"), also=(9102908,)),
    9102905: Case(talk(ADD, user="operator"), talk(BROWSE, user="operator")),
    9102906: Case(enumerated(8, SECOND), enumerated(3, SECOND)),
    9102907: Case(talk(*[REFUSED] * 8, user="operator"), talk(*[REFUSED] * 2, user="operator")),
    9102908: Case(talk(READ, client=OUTSIDE), talk(READ)),
}
MARKS = (9102901,)
