"""Cases of rules/ot/dnp3.rules."""
from apps import dnp3
from capture import MILLISECOND, SECOND
from cases import INSIDE, OUTSIDE, PLC, Case, tcp


def talk(*plays, client=INSIDE, every=SECOND, outstation=10):
    def play(path):
        m = dnp3.Master(tcp(path, client, PLC, 20000), outstation=outstation)
        for one in plays:
            one(m)
            m.s.wait(every)
        m.s.close()
    return play


def poll(m):
    m.poll([1, 2, 3])


def function(code, answer=b""):
    return lambda m: m.ask(code, b"", answer)


def switch(index):
    return lambda m: m.direct_operate(dnp3.control_block(index))


def select_operate(m):
    m.select_operate(dnp3.control_block(3))


def operate_alone(m):
    m.ask(dnp3.OPERATE, dnp3.control_block(3), dnp3.control_block(3))


def set_time(m):
    m.set_time(1_795_000_000_000)


def download(m):
    m.download("/config.xml", b"<x/>" * 20)


def open_to_read(m):
    m.ask(dnp3.OPEN_FILE, dnp3.file_command("/log.txt"), dnp3.file_status(7, 100))


def broken(m):
    """A frame whose header's checksum is wrong."""
    good = bytearray(dnp3.frame(1, 10, dnp3.FROM_MASTER | dnp3.PRIMARY | dnp3.UNCONFIRMED_DATA, b"\xc0\xc0\x01\x3c\x02\x06"))
    good[9] ^= 0xFF
    m.s.send(bytes(good))


def skipping(m):
    """A long answer whose second segment has another one's number."""
    answer = dnp3.fragment(dnp3.RESPONSE, dnp3.analogs(range(80)), m.sequence, 0)
    numbered = [dnp3.segments(m.outstation, m.master, answer, dnp3.PRIMARY | dnp3.UNCONFIRMED_DATA, n) for n in (0, 4)]
    m.ask(dnp3.READ, dnp3.CLASSES, None)
    m.s.reply(numbered[0][:FRAME_MAX] + numbered[1][FRAME_MAX:])


def to_all(play):
    """As it stands, with nobody answering."""
    return talk(play, outstation=0xFFFF)


def silent(code, objects=b""):
    return lambda m: m.ask(code, objects, None)


FRAME_MAX = 292
burst = [switch(n) for n in range(16)]

CASES = {
    9102301: Case(talk(lambda m: m.restart()), talk(poll, lambda m: m.restart(cold=False)), also=(9102302,)),
    9102302: Case(talk(lambda m: m.restart(cold=False)), talk(poll, lambda m: m.restart()), also=(9102301,)),
    9102303: Case(talk(function(21)), talk(function(20))),
    9102304: Case(talk(lambda m: m.stop()), talk(poll)),
    9102305: Case(talk(switch(1), client=OUTSIDE), talk(poll, client=OUTSIDE)),
    9102306: Case(talk(*burst), talk(*burst, every=12 * SECOND)),
    9102307: Case(talk(operate_alone), talk(select_operate, switch(2))),
    9102308: Case(talk(set_time, client=OUTSIDE), talk(set_time)),
    9102309: Case(talk(download), talk(open_to_read)),
    9102310: Case(talk(*[poll] * 230, every=5 * MILLISECOND), talk(*[poll] * 100, every=200 * MILLISECOND)),
    9102311: Case(talk(*[poll, broken] * 7, poll), talk(poll, broken, poll)),
    9102312: Case(to_all(silent(dnp3.COLD_RESTART)), to_all(silent(dnp3.WRITE, dnp3.time_and_date(1_795_000_000_000)))),
    9102313: Case(talk(poll, *[skipping] * 8), talk(poll, skipping, poll)),
}
