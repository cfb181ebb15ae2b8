"""Cases of rules/ot/s7.rules."""
from apps import s7
from capture import SECOND
from cases import INSIDE, OUTSIDE, PLC, Case, tcp


def jobs(*plays, client=INSIDE, every=SECOND):
    """A programmer at work: each play is given the connection."""
    def play(path):
        p = s7.Programmer(tcp(path, client, PLC, 102))
        for one in plays:
            one(p)
            p.s.wait(every)
        p.s.close()
    return play


def job(parameter, **rest):
    return lambda p: p.job(parameter, **rest)


def ask(group, subfunction, payload=b"\x0a\0\0\0"):
    return lambda p: p.ask(group, subfunction, payload)


def read(p):
    p.poll(1, 0, b"\1\2\3\4")


def write(p):
    p.put(1, 4, b"\0\5")


def pi(name, argument=b""):
    """A program invocation service with one argument."""
    return job(bytes((s7.PI_SERVICE,)) + bytes(6) + b"\xfd" + len(argument).to_bytes(2, "big") + argument + bytes((len(name),)) + name)


def plus(*functions):
    """S7comm-plus requests, version 1, in the usual frame."""
    def play(path):
        s = tcp(path, INSIDE, PLC, 102)
        s.open()
        s.send(s7.connection(0xE0))
        s.reply(s7.connection(0xD0))
        for n, function in enumerate(functions):
            body = bytes((0x31, 0, 0)) + function.to_bytes(2, "big") + b"\0\0" + n.to_bytes(2, "big") + bytes(4) + b"\x36" + bytes(12)
            s.send(s7.data(b"\x72\x01" + len(body).to_bytes(2, "big") + body + b"\x72\x01\0\0"))
            s.acknowledge()
            s.wait(SECOND)
        s.close()
    return play


PROGRAMMER, BLOCKS, CPU, SECURITY = 1, 3, 4, 5
SZL = bytes.fromhex("ff090004 0011 0001")
SUBSCRIBE = bytes.fromhex("ff090004 0100 0000")
MODULE, DIAGNOSTICS = ask(CPU, 1, SZL), ask(CPU, 1, bytes.fromhex("ff090004 00a0 0000"))
DOWNLOAD, UPLOAD = job(s7.request_download()), job(s7.start_upload(), answer=bytes((0x1D, 0, 1, 0, 0, 0, 0, 7)) + b"\x070000120")

CASES = {
    9102101: Case(jobs(job(s7.stop())), jobs(read, job(s7.start())), also=(9102102,)),
    9102102: Case(jobs(job(s7.start())), jobs(job(s7.stop())), also=(9102101,)),
    9102103: Case(jobs(DOWNLOAD), jobs(UPLOAD, ask(BLOCKS, 1)), also=(9102105,)),
    9102104: Case(jobs(pi(b"_INSE", b"\x01\x0008001P")), jobs(pi(b"_GARB"), DOWNLOAD), also=(9102103,)),
    9102105: Case(jobs(UPLOAD), jobs(ask(BLOCKS, 1), DOWNLOAD), also=(9102103,)),
    9102106: Case(jobs(ask(PROGRAMMER, 9)), jobs(ask(PROGRAMMER, 1), write)),
    9102107: Case(jobs(*[MODULE] * 10), jobs(*[MODULE] * 3)),
    9102108: Case(jobs(*[ask(SECURITY, 1)] * 4), jobs(ask(SECURITY, 1))),
    9102109: Case(jobs(ask(s7.TIME, 2, bytes.fromhex("ff09000a 00192611090200000002"))), jobs(ask(s7.TIME, 1))),
    9102110: Case(jobs(read, client=OUTSIDE), jobs(read)),
    9102111: Case(jobs(write, client=OUTSIDE), jobs(read, client=OUTSIDE), also=(9102110,)),
    9102112: Case(plus(*[0x04CA] * 4, *[0x04D4] * 4), plus(0x04CA, 0x0542, 0x054C, 0x04D4)),
}
