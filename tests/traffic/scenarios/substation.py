"""A bay of a substation: its station client by MMS, its protection by GOOSE, its merging unit by sampled values."""
import session
from apps import iec61850 as iec
from capture import MILLISECOND, SECOND, Tap

STATION, BAY = "10.61.0.10", "10.61.0.21"
DOMAIN = "BAY7CTRL"
PROTECTION, INTRUDER, MERGING_UNIT = "00:30:a7:61:00:21", "00:30:a7:61:00:99", "00:30:a7:61:00:31"
GOOSE_GROUP, SV_GROUP = "01:0c:cd:01:00:01", "01:0c:cd:04:00:01"


def control(path, start):
    """MMS: who are you, names, values, reports, a breaker selected and operated, another refused, a file deleted."""
    seconds = start // SECOND
    c = iec.Client(session.Tcp(path, (STATION, 41102), (BAY, 102), start, rtt=3 * MILLISECOND))
    c.ask(iec.identify(), iec.identity("Drill", "Bay unit 7", "3.2.1"))
    c.ask(iec.get_name_list(9), iec.name_list(DOMAIN, "BAY7PROT"))
    c.ask(iec.get_name_list(0, DOMAIN), iec.name_list("LLN0", "CSWI1", "CSWI1$ST$Pos", "CSWI1$CO$Pos", more=True))
    c.ask(iec.read((DOMAIN, "CSWI1$ST$Pos"), (DOMAIN, "MMXU1$MX$TotW")),
          iec.values(iec.structure(iec.bits("01"), iec.bits("0" * 13), iec.utc(seconds)), iec.structure(iec.structure(iec.real(1250.5)), iec.bits("0" * 13))))
    c.ask(iec.write([(DOMAIN, "LLN0$BR$events$RptEna")], iec.boolean(True)), iec.written(None))
    c.told(iec.report("BAY7/LLN0$BR$events", DOMAIN + "/LLN0$positions", 1, iec.structure(iec.bits("01"), iec.bits("0" * 13), iec.utc(seconds))))
    c.select(DOMAIN, "CSWI1$CO$Pos", iec.boolean(True), seconds)
    c.operate(DOMAIN, "CSWI1$CO$Pos", iec.boolean(True), seconds)
    c.told(iec.last_error(DOMAIN + "/CSWI2$CO$Pos$Oper", 10))
    c.operate(DOMAIN, "CSWI2$CO$Pos", iec.boolean(False), seconds, refuse=iec.OBJECT_ACCESS_DENIED, category=iec.MAINTENANCE, ident=b"laptop")
    c.ask(iec.program(41, "Automation"), iec.error(c.invoke + 1, 7, 3))
    c.ask(iec.file_delete("COMTRADE/0042.cfg"), iec.tlv(0x9F4C))
    c.close()


def single(play, name):
    def scenario(start):
        tap = Tap()
        play(session.Path(tap), start)
        return {name: tap}
    scenario.__doc__ = play.__doc__
    return scenario


def protection(start):
    """GOOSE: repetitions, a trip, and a second sender that repeats, jumps and simulates."""
    tap = Tap()
    fixed = {"data_set": "BAY7PROT/LLN0$trips", "go_id": "trips", "seconds": start // SECOND, "time_allowed": 4000}
    p = iec.Publisher(tap, PROTECTION, GOOSE_GROUP, 0x3001, "BAY7PROT/LLN0$GO$trips", **fixed)
    p.change(start, iec.boolean(False), iec.bits("0" * 13))
    for at in (1, 2):
        p.repeat(start + at * SECOND)
    p.change(start + 2500 * MILLISECOND, iec.boolean(True), iec.bits("0" * 13))
    p.repeat(start + 2504 * MILLISECOND)
    q = iec.Publisher(tap, INTRUDER, GOOSE_GROUP, 0x3001, "BAY7PROT/LLN0$GO$trips", **fixed)
    q.st_num = 200
    q.change(start + 3 * SECOND, iec.boolean(False), iec.bits("0" * 13))
    q.put(start + 3100 * MILLISECOND)
    q.put(start + 3200 * MILLISECOND, sq_num=1, simulation=True, frame_simulated=True)
    p.sq_num = 9
    p.put(start + 8 * SECOND)
    return {"capture": tap}


def sampling(start):
    """Sampled values: a stream, two frames lost, then its clock."""
    tap = Tap()
    s = iec.Sampler(tap, MERGING_UNIT, SV_GROUP, 0x4001, "BAY7MU01")
    sample = bytes.fromhex("0000010000000000" * 8)
    for at in range(6):
        if at == 3:
            s.count += 2
        s.put(start + at * 250_000, sample, synch=2 if at < 5 else 0)
    return {"capture": tap}


SCENARIOS = {"mms": single(control, "capture"), "goose": protection, "sv": sampling}
