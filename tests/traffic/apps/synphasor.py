"""C37.118 synchrophasors (IEEE C37.118.2-2011): frames with their CRC, and a concentrator with its measurement unit."""
import struct

DATA, HEADER, CONFIG_1, CONFIG_2, COMMAND, CONFIG_3 = range(6)
DATA_OFF, DATA_ON, SEND_HEADER, SEND_CONFIG_1, SEND_CONFIG_2, SEND_CONFIG_3, EXTENDED = 1, 2, 3, 4, 5, 6, 8
TIME_BASE = 1000000


def crc(octets):
    n = 0xFFFF
    for octet in octets:
        n ^= octet << 8
        for _ in range(8):
            n = (n << 1 ^ 0x1021 if n & 0x8000 else n << 1) & 0xFFFF
    return struct.pack("!H", n)


def frame(kind, idcode, soc, body=b"", fraction=0, version=2):
    octets = struct.pack("!BBHHII", 0xAA, kind << 4 | version, 16 + len(body), idcode, soc, fraction) + body
    return octets + crc(octets)


def command(idcode, soc, code, extended=b""):
    return frame(COMMAND, idcode, soc, struct.pack("!H", code) + extended)


def configuration(idcode, soc, station, phasors=("VA", "IA"), analogs=("P",), digitals=1, rate=50, kind=CONFIG_2, fmt=0):
    """One measurement unit; whole numbers, rectangular, unless `fmt` says else."""
    names = list(phasors) + list(analogs) + ["BIT%d" % bit for bit in range(16 * digitals)]
    body = struct.pack("!IH16sHHHHH", TIME_BASE, 1, station.ljust(16).encode(), idcode, fmt, len(phasors), len(analogs), digitals)
    body += b"".join(name.ljust(16).encode() for name in names)
    body += struct.pack("!I", 915527) * len(phasors) + struct.pack("!I", 1) * len(analogs) + struct.pack("!HH", 0, 0xFFFF) * digitals
    return frame(kind, idcode, soc, body + struct.pack("!HHh", 1, 3, rate))


def data(idcode, soc, fraction, phasors=((14635, 0), (500, -20)), deviation=10, rocof=0, analogs=(100,), digitals=(0,), stat=0):
    body = struct.pack("!H", stat) + b"".join(struct.pack("!hh", *p) for p in phasors) + struct.pack("!hh", deviation, rocof)
    body += b"".join(struct.pack("!h", a) for a in analogs) + b"".join(struct.pack("!H", d) for d in digitals)
    return frame(DATA, idcode, soc, body, fraction)


class Concentrator:
    """The client of one TCP connection, and the unit that answers."""

    def __init__(self, s, soc, idcode=7, station="XIANG 500KV"):
        self.s, self.soc, self.idcode, self.station = s, soc, idcode, station
        s.open()

    def order(self, code, extended=b""):
        self.s.send(command(self.idcode, self.soc, code, extended))

    def start(self):
        self.order(SEND_CONFIG_2)
        self.s.reply(configuration(self.idcode, self.soc, self.station))
        self.order(DATA_ON)

    def stream(self, count, rate=50):
        for i in range(count):
            self.s.reply(data(self.idcode, self.soc + i // rate, i % rate * (TIME_BASE // rate)))

    def stop(self):
        self.order(DATA_OFF)
