"""Cases of rules/ot/bacnet.rules."""
import session
from apps import bacnet
from capture import SECOND
from cases import INSIDE, OUTSIDE, PLC, START, Case


def talk(*plays, client=INSIDE, every=SECOND):
    def play(path):
        c = bacnet.Client(session.Udp(path, (client, bacnet.PORT), (PLC, bacnet.PORT), START))
        for one in plays:
            one(c)
            c.s.wait(every)
    return play


def ask(request, answer=b""):
    return lambda c: c.ask(request, answer)


def link(request, answer):
    """A message of the virtual link, and its result."""
    def play(c):
        c.s.send(request)
        c.s.reply(answer)
    return play


def search(c):
    c.tell(bacnet.who_is(0, 100))


def poll(c):
    c.poll(bacnet.ANALOG_INPUT, 1, 21.5)


def refused(c):
    c.refused(bacnet.read_property(bacnet.ANALOG_VALUE, 99, bacnet.PRESENT_VALUE), 1, 31)


WRITE = ask(bacnet.write_property(bacnet.ANALOG_VALUE, 1, bacnet.PRESENT_VALUE, bacnet.real(22.0), priority=8))
REGISTER, READ_TABLE = bacnet.register_foreign_device(300), bacnet.bvlc(2, b"")
TABLE = bytes.fromhex("0a140050bac0ffffffff")
WRITE_FILE = ask(bacnet.write_file(1, 0, b"program"), bacnet.tag(0, b"\0"))
READ_FILE = (6, bacnet.tag(12, bacnet.object_id(bacnet.FILE, 1), context=False) + bacnet.inside(0, bacnet.tag(3, b"\0", context=False) + b"\x21\x40"))

CASES = {
    9102701: Case(talk(ask(bacnet.reinitialize(bacnet.COLDSTART, "secret"))), talk(ask(bacnet.reinitialize(bacnet.START_BACKUP, "secret")))),
    9102702: Case(talk(ask(bacnet.communication_control(bacnet.DISABLE, 60))), talk(ask(bacnet.communication_control(bacnet.ENABLE)))),
    9102703: Case(talk(link(REGISTER, bacnet.result(0)), client=OUTSIDE), talk(link(REGISTER, bacnet.result(0)))),
    9102704: Case(talk(link(REGISTER, bacnet.result(0x30))), talk(link(REGISTER, bacnet.result(0)))),
    9102705: Case(talk(link(bacnet.bvlc(1, TABLE), bacnet.result(0))), talk(link(READ_TABLE, bacnet.bvlc(3, TABLE)))),
    9102706: Case(talk(WRITE, client=OUTSIDE), talk(WRITE, poll)),
    9102707: Case(talk(*[search] * 14), talk(*[search] * 3, poll)),
    9102708: Case(talk(*[WRITE] * 40), talk(*[WRITE] * 10)),
    9102709: Case(talk(*[refused] * 20), talk(poll, refused, poll)),
    9102710: Case(talk(WRITE_FILE), talk(lambda c: c.refused(READ_FILE, 5, 0))),
}
