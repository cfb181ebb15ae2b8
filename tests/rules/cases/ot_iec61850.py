"""Cases of rules/ot/iec61850.rules."""
from apps import iec61850
from capture import MILLISECOND, SECOND
from cases import INSIDE, OUTSIDE, PLC, START, Case, tcp

SECONDS = START // SECOND
RELAY, OTHER = "00:30:a7:01:02:03", "00:30:a7:0a:0b:0c"
GOOSE_GROUP, SV_GROUP = "01:0c:cd:01:00:01", "01:0c:cd:04:00:01"
BREAKER = "IED1CTRL", "CSWI1$CO$Pos"


def talk(*plays, client=INSIDE, every=SECOND):
    def play(path):
        c = iec61850.Client(tcp(path, client, PLC, 102))
        for one in plays:
            one(c)
            c.s.wait(every)
        c.close()
    return play


def ask(service, answer):
    return lambda c: c.ask(service, answer)


def operate(check="11", **origin):
    return lambda c: c.operate(*BREAKER, iec61850.boolean(True), SECONDS, check=check, **origin)


def select(c):
    c.select(*BREAKER, iec61850.boolean(True), SECONDS)


def acknowledged(tag):
    """An answer that has nothing but its name."""
    return iec61850.tlv(tag)


POSITION = "IED1CTRL", "XCBR1$ST$Pos"
READ = ask(iec61850.read(POSITION), iec61850.values(iec61850.bits("10")))
NAMES = ask(iec61850.get_name_list(9), iec61850.name_list("IED1CTRL", "IED1PROT"))
STOP = ask(iec61850.program(41, "PROG1"), acknowledged(0xBF29))
ABOUT = ask(iec61850.tlv(0xBF2D, iec61850.visible("PROG1", 0x80)), iec61850.error(1, 7, 2))
DELETE_PROGRAM = ask(iec61850.delete_program("PROG1"), acknowledged(0x9F27))
DELETE_FILE = ask(iec61850.file_delete("COMTRADE/f1.cfg"), acknowledged(0x9F4C))
LIST_FILES = ask(iec61850.file_directory("COMTRADE"), iec61850.error(1, 11, 0))


def publisher(path, source=RELAY, **fixed):
    return iec61850.Publisher(path.tap, source, GOOSE_GROUP, 0x3001, "IED1PROT/LLN0$GO$gcbTrip", **fixed)


def switched(p, n):
    """The change number `n`, with data of its own."""
    p.change(START + n * SECOND, iec61850.boolean(n % 2 == 1), iec61850.integer(n))


def goose(*steps, every=SECOND, **fixed):
    """A control block that says a state, then each step's oddity (None: the honest repetition)."""
    def play(path):
        p = publisher(path, **fixed)
        p.change(START, iec61850.boolean(False))
        for n, odd in enumerate(steps, 1):
            at = START + n * every
            if odd is None:
                p.repeat(at)
            else:
                odd(p, at)
    return play


def put(**odd):
    return lambda p, at: p.put(at, **odd)


def change(p, at):
    p.change(at, iec61850.boolean(p.st_num % 2 == 1))


def restart(p, at):
    p.st_num, p.sq_num = 1, 0
    p.put(at)


def injected(number):
    """A message between the device's own, with a number higher than its own."""
    return lambda p, at: (p.put(at, st_num=number, sq_num=0), p.repeat(at + 100 * MILLISECOND))


def unnumbered(p, at):
    p.sq_num += 1
    p.data = (iec61850.boolean(True),)
    p.put(at)


def without(tag):
    """The frame with one of its fields left out."""
    def play(p, at):
        p.sq_num += 1
        whole = iec61850.goose_pdu(p.gocb_ref, p.data, p.st_num, p.sq_num)
        p.tap.put(at, p.ends + b"\x88\xb8" + iec61850.header(p.appid, iec61850.tlv(0x61, *[f for f in fields(whole) if f[0] != tag])))
    return play


def fields(pdu):
    """The fields of a goosePdu, each with its tag and its length (all below 128 octets)."""
    at, end = (2 if pdu[1] < 128 else 3), len(pdu)
    while at < end:
        size = 2 + pdu[at + 1]
        yield pdu[at:at + size]
        at += size


def overlong(p, at):
    """The control block's name claims more than the message has."""
    p.sq_num += 1
    whole = bytearray(iec61850.goose_pdu(p.gocb_ref, p.data, p.st_num, p.sq_num))
    whole[(2 if whole[1] < 128 else 3) + 1] = 0x7F
    p.tap.put(at, p.ends + b"\x88\xb8" + iec61850.header(p.appid, bytes(whole)))


def two_senders(gap):
    """The relay, and another one that says it is the relay: `gap` after the relay's last word."""
    def play(path):
        p = publisher(path)
        p.change(START, iec61850.boolean(False))
        p.repeat(START + SECOND)
        fake = publisher(path, OTHER)
        fake.change(START + SECOND + gap, iec61850.boolean(False))
        fake.repeat(START + 2 * SECOND + gap)
    return play


def power_failure(path):
    """Four relays restart at once, each with its own control block."""
    for n in range(4):
        p = iec61850.Publisher(path.tap, RELAY[:-2] + "%02x" % n, GOOSE_GROUP, 0x3001, "IED%dPROT/LLN0$GO$gcbTrip" % n)
        p.st_num = 9
        p.change(START + n * SECOND, iec61850.boolean(False))
        restart(p, START + (n + 5) * SECOND)


def sampled(*steps, source=RELAY, every=250_000, at=START):
    def play(path):
        s = iec61850.Sampler(path.tap, source, SV_GROUP, 0x4001, "MU01")
        for n, odd in enumerate(steps):
            skip, rest = odd
            s.count += skip
            s.put(at + n * every, bytes(64), **rest)
    return play


def both(*plays):
    return lambda path: [play(path) for play in plays] and None


STEADY = [(0, {})] * 20
LATER = START + 60 * SECOND

CASES = {
    9102601: Case(talk(operate(), client=OUTSIDE), talk(READ, client=OUTSIDE)),
    9102602: Case(talk(*[operate()] * 12), talk(*[operate()] * 4)),
    9102603: Case(talk(operate("00")), talk(select, operate("11"), operate("00", test=True))),
    9102604: Case(talk(*[NAMES] * 30), talk(*[NAMES] * 6, READ)),
    9102605: Case(talk(STOP), talk(ABOUT)),
    9102606: Case(talk(DELETE_PROGRAM), talk(ABOUT)),
    9102607: Case(talk(DELETE_FILE), talk(LIST_FILES)),
    9102611: Case(two_senders(SECOND), two_senders(120 * SECOND)),
    9102612: Case(goose(None, put(st_num=40, sq_num=0)), goose(None, change, None, change, put(st_num=3, sq_num=5))),
    9102613: Case(goose(*[injected(50 + n) for n in range(5)]), power_failure),
    9102614: Case(goose(None, unnumbered), goose(None, change)),
    9102615: Case(goose(None, *[put()] * 14), goose(*[None, put()] * 4)),
    9102616: Case(goose(None, simulation=True, frame_simulated=True), goose(None)),
    9102617: Case(goose(None, without(0x88)), goose(None, None)),
    9102618: Case(goose(None, overlong), goose(None, None)),
    9102619: Case(goose(*[change] * 150, every=20 * MILLISECOND), goose(*[change] * 12, every=500 * MILLISECOND)),
    9102621: Case(both(sampled(*STEADY), sampled(*STEADY, source=OTHER)), both(sampled(*STEADY), sampled(*STEADY, source=OTHER, at=LATER))),
    9102622: Case(sampled(*STEADY, *[(7, {})] * 30), sampled(*STEADY, (3, {}), *STEADY)),
    9102623: Case(sampled(*STEADY, *[(0, {"synch": 0})] * 20), sampled(*[(0, {"synch": 1})] * 20, *STEADY)),
    9102624: Case(lambda path: simulated(path), sampled(*STEADY)),
}


def simulated(path):
    """A test set's samples: the frame says so."""
    s = iec61850.Sampler(path.tap, RELAY, SV_GROUP, 0x4001, "MU01")
    for n in range(20):
        frame = iec61850.header(s.appid, iec61850.sv_pdu(iec61850.sv_asdu(s.sv_id, n, bytes(64))), simulated=True)
        path.tap.put(START + n * 250_000, s.ends + b"\x88\xba" + frame)
