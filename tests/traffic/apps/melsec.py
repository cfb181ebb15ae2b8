"""Mitsubishi Electric SLMP in binary 3E and 4E frames (SH-080956)."""
import struct

PORT = 5007
READ, WRITE, READ_RANDOM, WRITE_RANDOM, TYPE_NAME = 0x0401, 0x1401, 0x0403, 0x1402, 0x0101
RUN, STOP, PAUSE, RESET = 0x1001, 0x1002, 0x1003, 0x1006
WORDS, BITS = 0, 1
D, M, X, Y = 0xA8, 0x90, 0x9C, 0x9D


def head(mark, serial):
    return struct.pack("<H", mark) if serial is None else struct.pack("<HHH", mark + 4, serial, 0)


def request(command, subcommand=0, data=b"", serial=None):
    body = struct.pack("<HHH", 16, command, subcommand) + data
    return head(0x50, serial) + struct.pack("<BBHBH", 0, 0xFF, 0x03FF, 0, len(body)) + body


def response(data=b"", end=0, serial=None):
    body = struct.pack("<H", end) + data
    return head(0xD0, serial) + struct.pack("<BBHBH", 0, 0xFF, 0x03FF, 0, len(body)) + body


def device(code, number):
    return number.to_bytes(3, "little") + bytes((code,))


def read(code, number, points, bits=False, serial=None):
    return request(READ, BITS if bits else WORDS, device(code, number) + struct.pack("<H", points), serial)


def words(values):
    return struct.pack("<%dH" % len(values), *values)


def packed(states):
    """Two bits an octet, the first one in the upper half."""
    padded = list(states) + [0] * (len(states) % 2)
    return bytes(a << 4 | b for a, b in zip(padded[::2], padded[1::2]))


def write(code, number, values, bits=False, serial=None):
    data = packed(values) if bits else words(values)
    return request(WRITE, BITS if bits else WORDS, device(code, number) + struct.pack("<H", len(values)) + data, serial)


def remote(command, mode=1, serial=None):
    data = struct.pack("<HH", mode, 0) if command == RUN else struct.pack("<H", mode)
    return request(command, 0, data, serial)


def type_name(name, code=0x0263, serial=None):
    return response(name.encode().ljust(16) + struct.pack("<H", code), serial=serial)


class Client:
    """One client on one connection, 3E frames."""

    def __init__(self, s):
        self.s = s
        s.open()

    def ask(self, question, answer=None):
        self.s.send(question)
        self.s.reply(response() if answer is None else answer)
        self.s.acknowledge()


# ---- the same in ASCII code ----

def ascii_request(command, subcommand=0, data=""):
    body = "0010%04X%04X%s" % (command, subcommand, data)
    return ("500000FF03FF00%04X%s" % (len(body), body)).encode()


def ascii_response(data="", end=0):
    body = "%04X%s" % (end, data)
    return ("D00000FF03FF00%04X%s" % (len(body), body)).encode()


def ascii_read(device, points, bits=False):
    """`device` as it stands in the frame: "D*000100"."""
    return ascii_request(READ, BITS if bits else WORDS, "%s%04X" % (device, points))


def ascii_write(device, values):
    return ascii_request(WRITE, WORDS, "%s%04X%s" % (device, len(values), "".join("%04X" % v for v in values)))


# ---- 1E frames ----

READ_WORDS_1E, WRITE_BITS_1E, WRITE_WORDS_1E, RUN_1E, STOP_1E, MODEL_1E = 0x01, 0x02, 0x03, 0x13, 0x14, 0x15
D_1E, M_1E, Y_1E = 0x4420, 0x4D20, 0x5920


def request_1e(command, data=b""):
    return struct.pack("<BBH", command, 0xFF, 10) + data


def place_1e(device, number, points):
    return struct.pack("<IHBB", number, device, points, 0)


def read_1e(device, number, points):
    return request_1e(READ_WORDS_1E, place_1e(device, number, points))


def write_1e(device, number, values):
    return request_1e(WRITE_WORDS_1E, place_1e(device, number, len(values)) + words(values))


def response_1e(command, data=b"", error=None):
    return bytes((command | 0x80, 0)) + data if error is None else bytes((command | 0x80, 0x5B, error, 0))
