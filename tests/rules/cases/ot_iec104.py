"""Cases of rules/ot/iec104.rules."""
from apps import iec104
from capture import SECOND
from cases import INSIDE, OUTSIDE, PLC, START, Case, tcp


def talk(*plays, client=INSIDE, every=SECOND, station=PLC, sport=40000, at=START):
    def play(path):
        link = iec104.Link(tcp(path, client, station, 2404, sport=sport, at=at))
        for one in plays:
            one(link)
            link.s.wait(every)
        link.s.close()
    return play


def command(address, on=True):
    return lambda link: link.order(iec104.SINGLE_COMMAND, iec104.command(address, on))


def interrogate(link):
    link.interrogate((iec104.SINGLE_POINT, [iec104.point(1, True)]))


def set_point(link):
    link.order(iec104.SET_POINT_SHORT, iec104.set_point(40, 1.5))


def reset(link):
    link.order(iec104.RESET, (0, b"\1"), ends=False)


def clock(link):
    link.order(iec104.CLOCK, iec104.clock(START // SECOND), ends=False)


def parameter(link):
    link.order(iec104.PARAMETER_SHORT, (40, b"\0\0\0\x3f\x01"), ends=False)


def control(code):
    def play(link):
        link.s.send(iec104.u(code))
        link.s.reply(iec104.u(code << 1 & 0xA8 | 3))
    return play


def unknown(link):
    """A command to an address that the station does not know."""
    link.say(iec104.SINGLE_COMMAND, iec104.ACTIVATION, iec104.command(9999, True))
    link.report(iec104.SINGLE_COMMAND, iec104.UNKNOWN_ADDRESS, iec104.command(9999, True), negative=True)
    link.s.acknowledge()


def stations(count, every):
    """One master asks one station after another for all it has."""
    def play(path):
        for n in range(count):
            talk(interrogate, station="10.20.9.%d" % (30 + n), sport=40000 + n, at=START + n * every)(path)
    return play


sweep = [command(4000 + n) for n in range(20)]

CASES = {
    9102201: Case(talk(command(1), client=OUTSIDE), talk(interrogate, client=OUTSIDE), also=(9102203,)),
    9102202: Case(talk(*sweep), talk(*sweep, every=12 * SECOND)),
    9102203: Case(talk(interrogate, client=OUTSIDE), talk(interrogate)),
    9102204: Case(stations(10, SECOND), stations(10, 20 * SECOND)),
    9102205: Case(talk(control(0x13)), talk(control(0x43))),
    9102206: Case(talk(reset), talk(clock, interrogate)),
    9102207: Case(talk(clock, client=OUTSIDE), talk(clock)),
    9102208: Case(talk(*[unknown] * 8), talk(*[unknown] * 3)),
    9102209: Case(talk(parameter), talk(set_point)),
}
