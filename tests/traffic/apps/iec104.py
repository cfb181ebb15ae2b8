"""IEC 60870-5-104: APDUs and information objects (60870-5-101, clause 7; 60870-5-104, clause 5)."""
import datetime
import struct

SINGLE_POINT, MEASURED_SHORT = 1, 13
SINGLE_COMMAND, DOUBLE_COMMAND, SET_POINT_SHORT = 45, 46, 50
INTERROGATION, COUNTER_INTERROGATION, READ, CLOCK, RESET = 100, 101, 102, 103, 105
PARAMETER_SHORT, CALL_FILE = 112, 122
PERIODIC, SPONTANEOUS, REQUEST, ACTIVATION, CONFIRMATION, TERMINATION, FILE, STATION = 1, 3, 5, 6, 7, 10, 13, 20
UNKNOWN_ADDRESS = 47
STARTDT, STARTDT_CON, TESTFR, TESTFR_CON = 0x07, 0x0B, 0x43, 0x83


def u(control):
    return struct.pack("<BBBBBB", 0x68, 4, control, 0, 0, 0)


def telegram(kind, cause, *objects, negative=False, station=1):
    """An ASDU; `objects` are (address, octets)."""
    body = b"".join(struct.pack("<I", at)[:3] + octets for at, octets in objects)
    return struct.pack("<BBBBH", kind, len(objects), cause | (0x40 if negative else 0), 0, station) + body


def point(address, on):
    return address, bytes((int(on),))


def measured(address, value):
    return address, struct.pack("<fB", value, 0)


def command(address, on, select=False):
    return address, bytes((int(on) | (0x80 if select else 0),))


def set_point(address, value):
    return address, struct.pack("<fB", value, 0)


def clock(seconds):
    """CP56Time2a of a time in seconds since the epoch, in the +08:00 of the stations."""
    t = datetime.datetime.fromtimestamp(seconds, datetime.timezone(datetime.timedelta(hours=8)))
    return 0, struct.pack("<HBBBBB", t.second * 1000, t.minute, t.hour, t.day | t.isoweekday() << 5, t.month, t.year % 100)


class Link:
    """One connection: numbers the telegrams of both sides; the station is the server."""

    def __init__(self, s):
        self.s, self.sent, self.got = s, 0, 0
        s.open()
        s.send(u(STARTDT))
        s.reply(u(STARTDT_CON))

    def apdu(self, body, ours):
        first, second = (self.sent, self.got) if ours else (self.got, self.sent)
        raw = struct.pack("<BBHH", 0x68, len(body) + 4, first % 32768 << 1, second % 32768 << 1) + body
        if ours:
            self.sent += 1
        else:
            self.got += 1
        return raw

    def say(self, kind, cause, *objects, **rest):
        """The controlling station's telegram."""
        self.s.send(self.apdu(telegram(kind, cause, *objects, **rest), True))

    def report(self, kind, cause, *objects, **rest):
        """The controlled station's telegram."""
        self.s.reply(self.apdu(telegram(kind, cause, *objects, **rest), False))

    def order(self, kind, item, refused=False, ends=True):
        """A command with its confirmation and termination."""
        self.say(kind, ACTIVATION, item)
        self.report(kind, CONFIRMATION, item, negative=refused)
        if ends and not refused:
            self.report(kind, TERMINATION, item)
        self.s.acknowledge()

    def interrogate(self, *reports):
        self.say(INTERROGATION, ACTIVATION, (0, b"\x14"))
        self.report(INTERROGATION, CONFIRMATION, (0, b"\x14"))
        for kind, items in reports:
            self.report(kind, STATION, *items)
        self.report(INTERROGATION, TERMINATION, (0, b"\x14"))
        self.s.acknowledge()
