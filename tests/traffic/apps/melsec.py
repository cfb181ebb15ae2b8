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
