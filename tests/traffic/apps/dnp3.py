"""DNP3 (IEEE 1815-2012): link frames with their CRCs, transport segments, application fragments, and a master with its outstation."""
import struct

(CONFIRM, READ, WRITE, SELECT, OPERATE, DIRECT_OPERATE, DIRECT_OPERATE_NR, FREEZE) = range(8)
FREEZE_CLEAR, COLD_RESTART, WARM_RESTART, INITIALIZE_DATA = 9, 13, 14, 15
START_APPLICATION, STOP_APPLICATION, SAVE_CONFIGURATION = 17, 18, 19
ENABLE_UNSOLICITED, DISABLE_UNSOLICITED, ASSIGN_CLASS, DELAY_MEASURE, RECORD_TIME = 20, 21, 22, 23, 24
OPEN_FILE, CLOSE_FILE, DELETE_FILE, GET_FILE_INFO, AUTHENTICATE_FILE, ABORT_FILE = 25, 26, 27, 28, 29, 30
RESPONSE, UNSOLICITED = 129, 130
RESET_LINK, TEST_LINK, CONFIRMED_DATA, UNCONFIRMED_DATA, LINK_STATUS = 0, 2, 3, 4, 9
NUL, PULSE_ON, PULSE_OFF, LATCH_ON, LATCH_OFF = range(5)
CLOSE, TRIP = 0x40, 0x80
RESTARTED, NEED_TIME, NO_FUNCTION, OBJECT_UNKNOWN, PARAMETER_ERROR = 0x8000, 0x1000, 1, 2, 4
FROM_MASTER, PRIMARY = 0x80, 0x40
SEGMENT = 249
CLASSES = bytes.fromhex("3c0206 3c0306 3c0406 3c0106")


def crc(octets):
    n = 0
    for octet in octets:
        n ^= octet
        for _ in range(8):
            n = n >> 1 ^ 0xA6BC if n & 1 else n >> 1
    return struct.pack("<H", ~n & 0xFFFF)


def frame(src, dst, control, user=b""):
    head = struct.pack("<BBBBHH", 5, 0x64, 5 + len(user), control, dst, src)
    blocks = (user[at:at + 16] for at in range(0, len(user), 16))
    return head + crc(head) + b"".join(block + crc(block) for block in blocks)


def segments(src, dst, fragment, control, number=0):
    """A fragment as link frames; `number` is the first segment's."""
    pieces = [fragment[at:at + SEGMENT] for at in range(0, len(fragment), SEGMENT)]
    last = len(pieces) - 1
    heads = (0x40 * (i == 0) | 0x80 * (i == last) | (number + i) & 0x3F for i in range(len(pieces)))
    return b"".join(frame(src, dst, control, bytes((head,)) + piece) for head, piece in zip(heads, pieces))


def fragment(function, objects=b"", sequence=0, indications=None, confirm=False, unsolicited=False, first=True, final=True):
    control = 0x80 * first | 0x40 * final | 0x20 * confirm | 0x10 * unsolicited | sequence & 15
    said = b"" if indications is None else struct.pack("!H", indications)
    return bytes((control, function)) + said + objects


def header(group, variation, qualifier, *numbers):
    """Object header: the numbers as wide as the qualifier says."""
    width = {0: "B", 1: "H", 2: "I", 7: "B", 8: "H", 9: "I", 11: "B"}.get(qualifier & 15, "B")
    return bytes((group, variation, qualifier)) + struct.pack("<%d%s" % (len(numbers), width), *numbers)


def control_block(index, operation=LATCH_ON, times=1, on=100, off=100, status=0):
    """One control relay output block (12, 1), its index in two octets."""
    return header(12, 1, 0x28, 1) + struct.pack("<HBBIIB", index, operation, times, on, off, status)


def set_point(index, value, status=0):
    """One analogue output (41, 3), single float."""
    return header(41, 3, 0x28, 1) + struct.pack("<HfB", index, value, status)


def time_and_date(ms):
    return header(50, 1, 7, 1) + struct.pack("<Q", ms)[:6]


def clear_restart():
    return header(80, 1, 0, 7, 7) + b"\0"


def binaries(states, first=0):
    return header(1, 2, 0, first, first + len(states) - 1) + bytes(0x81 if on else 1 for on in states)


def analogs(values, first=0):
    return header(30, 1, 0, first, first + len(values) - 1) + b"".join(struct.pack("<Bi", 1, v) for v in values)


def counters(values, first=0):
    return header(20, 1, 0, first, first + len(values) - 1) + b"".join(struct.pack("<BI", 1, v) for v in values)


def binary_event(index, on, ms):
    return header(2, 2, 0x28, 1) + struct.pack("<HB", index, 0x81 if on else 1) + struct.pack("<Q", ms)[:6]


def attribute(number, text):
    return header(0, number, 0, 0, 0) + bytes((1, len(text))) + text.encode()


def sized(group, variation, body):
    """One object in free format."""
    return header(group, variation, 0x5B, 1) + struct.pack("<H", len(body)) + body


def file_command(name, mode=1, size=0, request=1, key=0):
    """(70, 3): mode 0 delete, 1 read, 2 write, 3 append."""
    fixed = struct.pack("<HH6sHIIHHH", 26, len(name), bytes(6), 0o644, key, size, mode, 1024, request)
    return sized(70, 3, fixed + name.encode())


def file_status(handle, size, status=0, request=1):
    return sized(70, 4, struct.pack("<IIHHB", handle, size, 1024, request, status))


def file_block(handle, number, octets, last=False):
    return sized(70, 5, struct.pack("<II", handle, number | last << 31) + octets)


class Master:
    """The client of one connection (session.Tcp, or session.Udp with the same calls), and the outstation that answers."""

    def __init__(self, s, master=1, outstation=10, is_open=False):
        self.s, self.master, self.outstation, self.sequence, self.number = s, master, outstation, 0, [0, 0]
        if not is_open:
            s.open()

    def say(self, octets):
        self.s.send(segments(self.master, self.outstation, octets, FROM_MASTER | PRIMARY | UNCONFIRMED_DATA, self.number[0]))
        self.number[0] += -(-len(octets) // SEGMENT)

    def hear(self, octets):
        self.s.reply(segments(self.outstation, self.master, octets, PRIMARY | UNCONFIRMED_DATA, self.number[1]))
        self.number[1] += -(-len(octets) // SEGMENT)

    def ask(self, function, objects=b"", answer=b"", indications=0):
        """A request and its response; no response when `answer` is None."""
        self.sequence = self.sequence + 1 & 15
        self.say(fragment(function, objects, self.sequence))
        if answer is not None:
            self.hear(fragment(RESPONSE, answer, self.sequence, indications))

    def poll(self, values, states=()):
        self.ask(READ, CLASSES, (binaries(states) if states else b"") + analogs(values))

    def select_operate(self, objects):
        self.ask(SELECT, objects, objects)
        self.ask(OPERATE, objects, objects)

    def direct_operate(self, objects):
        self.ask(DIRECT_OPERATE, objects, objects)

    def set_time(self, ms):
        self.ask(WRITE, time_and_date(ms))

    def restart(self, cold=True):
        self.ask(COLD_RESTART if cold else WARM_RESTART, b"", header(52, 2, 7, 1) + struct.pack("<H", 5000))

    def stop(self):
        self.ask(STOP_APPLICATION, sized(90, 1, b"control"))

    def download(self, name, octets):
        """A file into the outstation."""
        self.ask(OPEN_FILE, file_command(name, mode=2, size=len(octets)), file_status(7, len(octets)))
        self.ask(WRITE, file_block(7, 0, octets, last=True), sized(70, 6, struct.pack("<IIB", 7, 1 << 31, 0)))
        self.ask(CLOSE_FILE, file_status(7, 0), file_status(7, 0))

    def unsolicited(self, objects, sequence=0, indications=0):
        self.hear(fragment(UNSOLICITED, objects, sequence, indications, confirm=True, unsolicited=True))
        self.say(fragment(CONFIRM, b"", sequence, unsolicited=True))
