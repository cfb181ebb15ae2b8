"""OMRON FINS over UDP and TCP (W342 section 5, W421 section 7-4)."""
import struct

PORT = 9600
READ, WRITE, FILL, RUN, STOP, PROGRAM_WRITE = 0x0101, 0x0102, 0x0103, 0x0401, 0x0402, 0x0307
CONTROLLER_DATA, STATUS, CLOCK_READ, CLOCK_WRITE, FORCED = 0x0501, 0x0601, 0x0701, 0x0702, 0x2301
DM, CIO, CIO_BIT = 0x82, 0xB0, 0x30
MONITOR, RUN_MODE = 2, 4


def command(code, data=b"", sid=1, node=(1, 10)):
    """From the first node to the second one's CPU unit."""
    return struct.pack(">BBBBBBBBBBH", 0x80, 0, 2, 0, node[1], 0, 0, node[0], 0, sid, code) + data


def response(code, data=b"", sid=1, node=(1, 10), end=0):
    return struct.pack(">BBBBBBBBBBHH", 0xC0, 0, 2, 0, node[0], 0, 0, node[1], 0, sid, code, end) + data


def over_tcp(frame, kind=2, error=0):
    return b"FINS" + struct.pack(">III", len(frame) + 8, kind, error) + frame


def place(area, address, bit=0):
    return struct.pack(">BHB", area, address, bit)


def read(area, address, count, **rest):
    return command(READ, place(area, address) + struct.pack(">H", count), **rest)


def words(values):
    return struct.pack(">%dH" % len(values), *values)


def write(area, address, values, **rest):
    return command(WRITE, place(area, address) + struct.pack(">H", len(values)) + words(values), **rest)


def run(mode=RUN_MODE, **rest):
    return command(RUN, struct.pack(">HB", 0xFFFF, mode), **rest)


def stop(**rest):
    return command(STOP, struct.pack(">H", 0xFFFF), **rest)


def set_clock(year, month, day, hour, minute, second, **rest):
    return command(CLOCK_WRITE, bytes(int("%02d" % (n % 100), 16) for n in (year, month, day, hour, minute, second)) + b"\0", **rest)


def force(area, address, bit, on, **rest):
    return command(FORCED, struct.pack(">HH", 1, 1 if on else 0) + place(area, address, bit), **rest)


def program(address, code, **rest):
    return command(PROGRAM_WRITE, struct.pack(">HIH", 0xFFFF, address, len(code)) + code, **rest)


def model(name, version):
    return name.encode().ljust(20) + version.encode().ljust(20) + bytes(52)


class Client:
    """One client that asks a controller over TCP or, with `session.ask`, over UDP."""

    def __init__(self, s, node=(1, 10)):
        self.s, self.node, self.sid = s, node, 0
        s.open()
        s.send(over_tcp(struct.pack(">I", 0), kind=0))
        s.reply(over_tcp(struct.pack(">II", *node), kind=1))

    def ask(self, make, code, *given, data=b"", end=0):
        """make(*given) with the next service id; the answer has `data`."""
        self.sid = self.sid % 255 + 1
        self.s.send(over_tcp(make(*given, sid=self.sid, node=self.node)))
        self.s.reply(over_tcp(response(code, data, sid=self.sid, node=self.node, end=end)))
        self.s.acknowledge()
