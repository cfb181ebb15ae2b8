"""Cases of rules/ot/enip.rules."""
import session
from apps import enip
from capture import SECOND
from cases import INSIDE, OUTSIDE, PLC, START, Case, tcp


def talk(*pairs, client=INSIDE, every=SECOND):
    """Requests, each with its answer (None: none comes)."""
    def play(path):
        c = enip.Client(tcp(path, client, PLC, 44818))
        for request, reply in pairs:
            c.ask(request, reply)
            c.s.wait(every)
        c.leave()
    return play


def ok(request):
    return request, enip.answer(request[0])


def refused(request):
    return request, enip.answer(request[0], status=5)


def asked(devices, every):
    """List identity to one device after another."""
    def play(path):
        for n in range(devices):
            where = "10.20.9.%d" % (30 + n)
            session.ask(path, (INSIDE, 40000 + n), (where, 44818), START + n * every, enip.encapsulated(enip.LIST_IDENTITY),
                        enip.encapsulated(enip.LIST_IDENTITY, enip.listed(where, "1756-L61/B LOGIX5561")))
    return play


PROGRAM_FILE = 0xAC                             # where Logix keeps routines
FORCES = 0x69
LOAD = enip.request(8, enip.path(PROGRAM_FILE, 1), b"routine")
FORCE = enip.request(enip.WRITE_TAG, enip.path(FORCES, 1), b"\1\0")
READ_FORCE = enip.request(enip.GET_ALL, enip.path(FORCES, 1))
READ_NET = enip.request(enip.GET_ALL, enip.path(enip.TCPIP, 1))
RESET_ROUTER = enip.request(enip.RESET, enip.path(enip.ROUTER, 1), b"\0")
READ = enip.read_tag("Pump.Level"), enip.tag_read(enip.DINT, [7])
WRITE = ok(enip.write_tag("Pump.Level", enip.DINT, [9]))

CASES = {
    9102401: Case(talk(ok(enip.program_mode())), talk(READ, ok(enip.reset())), also=(9102403,)),
    9102402: Case(talk((enip.change_mode(1, enip.REMOTE_PROGRAM), enip.pccc_answer(0x0F, 1))),
                  talk((enip.logical_read(1, 7, 0), enip.pccc_answer(0x0F, 1, b"\1\0")))),
    9102403: Case(talk(ok(enip.reset())), talk(ok(RESET_ROUTER))),
    9102404: Case(talk(ok(enip.firmware(b"block"))), talk(READ)),
    9102405: Case(talk(ok(enip.set_ip("10.20.9.99"))), talk(ok(READ_NET))),
    9102406: Case(talk(WRITE, client=OUTSIDE), talk(READ, client=OUTSIDE)),
    9102407: Case(talk(ok(FORCE)), talk(ok(READ_FORCE))),
    9102408: Case(asked(8, SECOND), asked(8, 20 * SECOND)),
    9102409: Case(talk(*[refused(READ[0])] * 20), talk(*[refused(READ[0])] * 5)),
}
