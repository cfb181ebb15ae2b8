"""S7comm over COTP over TPKT (RFC 1006; the protocol itself is known from its users: Wireshark, snap7)."""
import struct

JOB, ACK_DATA, USERDATA = 1, 3, 7
READ_VAR, WRITE_VAR, REQUEST_DOWNLOAD, DOWNLOAD_BLOCK, DOWNLOAD_ENDED = 0x04, 0x05, 0x1A, 0x1B, 0x1C
START_UPLOAD, PI_SERVICE, PLC_STOP, SETUP = 0x1D, 0x28, 0x29, 0xF0
AREA_DB, AREA_MERKER = 0x84, 0x83
CYCLIC, CPU_FUNCTIONS, TIME = 2, 4, 7


def tpkt(body):
    return struct.pack("!BBH", 3, 0, len(body) + 4) + body


def data(body):
    """A whole S7 message in one COTP data TPDU."""
    return tpkt(b"\x02\xf0\x80" + body)


def connection(kind):
    """COTP connection request (0xE0) or confirm (0xD0), with the usual TSAPs."""
    source, called = (b"\x01\x00", b"\x01\x02") if kind == 0xE0 else (b"\x01\x02", b"\x01\x00")
    variable = b"\xc0\x01\x0a\xc1\x02" + source + b"\xc2\x02" + called
    return tpkt(struct.pack("!BBHHB", len(variable) + 6, kind, 0 if kind == 0xE0 else 1, 1, 0) + variable)


def message(kind, reference, parameter, payload=b""):
    error = b"\0\0" if kind == ACK_DATA else b""
    return data(struct.pack("!BBHHHH", 0x32, kind, 0, reference, len(parameter), len(payload)) + error + parameter + payload)


def item(db, address, count, area=AREA_DB):
    """A variable of `count` bytes."""
    return struct.pack("!BBBBHHB", 0x12, 10, 0x10, 2, count, db, area) + struct.pack("!I", address * 8)[1:]


def values(octets):
    return struct.pack("!BBH", 0xFF, 4, len(octets) * 8) + octets


def written(octets):
    return struct.pack("!BBH", 0, 4, len(octets) * 8) + octets


def read(*items):
    return bytes((READ_VAR, len(items))) + b"".join(items)


def write(one):
    return bytes((WRITE_VAR, 1)) + one


def stop():
    return struct.pack("!B5xB", PLC_STOP, 9) + b"P_PROGRAM"


def start():
    """Warm restart of the program."""
    return struct.pack("!B6xBHB", PI_SERVICE, 0xFD, 0, 9) + b"P_PROGRAM"


def block_name(kind, number, filesystem):
    return b"_" + kind + b"%05d" % number + filesystem


def request_download(kind=b"08", number=1):
    """Block of a kind (08: OB, 0A: DB) into the passive file system."""
    name = block_name(kind, number, b"P")
    lengths = b"\x0d1" + b"000256" + b"000120"
    return struct.pack("!BBHI", REQUEST_DOWNLOAD, 0, 0, 0)[:8] + bytes((len(name),)) + name + lengths


def start_upload(kind=b"0A", number=1):
    name = block_name(kind, number, b"A")
    return struct.pack("!BBHI", START_UPLOAD, 0, 0, 0)[:8] + bytes((len(name),)) + name


def userdata(group, subfunction, sequence=0, request=True):
    return bytes((0, 1, 0x12, 4, 0x11, (0x40 if request else 0x80) | group, subfunction, sequence))


class Programmer:
    """One connection, from its setup on; numbers its jobs."""

    def __init__(self, s):
        self.s, self.reference = s, 0
        s.open()
        s.send(connection(0xE0))
        s.reply(connection(0xD0))
        self.job(struct.pack("!BBHHH", SETUP, 0, 1, 1, 480), answer=struct.pack("!BBHHH", SETUP, 0, 1, 1, 240))

    def job(self, parameter, payload=b"", answer=None, back=b""):
        """A job and its answer, whose parameter is the function alone unless given."""
        self.reference = self.reference % 0xFFFF + 1
        self.s.send(message(JOB, self.reference, parameter, payload))
        self.s.reply(message(ACK_DATA, self.reference, answer if answer is not None else parameter[:1], back))
        self.s.acknowledge()

    def poll(self, db, address, octets):
        self.job(read(item(db, address, len(octets))), answer=bytes((READ_VAR, 1)), back=values(octets))

    def put(self, db, address, octets):
        self.job(write(item(db, address, len(octets))), written(octets), answer=bytes((WRITE_VAR, 1)), back=b"\xff")

    def ask(self, group, subfunction, payload=b"\x0a\0\0\0", back=b"\xff\x09\0\0"):
        self.reference = self.reference % 0xFFFF + 1
        self.s.send(message(USERDATA, self.reference, userdata(group, subfunction), payload))
        self.s.reply(message(USERDATA, self.reference, bytes((0, 1, 0x12, 8, 0x12, 0x80 | group, subfunction, 1, 0, 0, 0, 0)), back))
        self.s.acknowledge()
