"""BSAP: a serial line's frames, one to a UDP datagram (Emerson D4052)."""
import struct

PORT = 1234
PEI, RDB, FLASH_DOWNLOAD, TIME = 0x03, 0xA0, 0x68, 0x88
READ_BY_NAME, WRITE_BY_NAME = 0x04, 0x84
ON, OFF, ANALOG = 0x09, 0x0A, 0x0B


def crc(octets):
    value = 0xFFFF
    for octet in octets:
        value ^= octet
        for _ in range(8):
            value = value >> 1 ^ (0x8408 if value & 1 else 0)
    return value


def frame(address, serial, to, sequence, source, data, status=0):
    body = struct.pack("<BBBHBB", address, serial, to, sequence, source, status) + data
    return b"\x10\x02" + body.replace(b"\x10", b"\x10\x10") + b"\x10\x03" + struct.pack("<H", crc(body + b"\x03"))


def request(sequence, data, to=RDB, address=1):
    return frame(address, sequence & 0xFF, to, sequence, PEI, data)


def answer(sequence, data, source=RDB):
    return frame(0, sequence & 0xFF, PEI, sequence, source, data)


def read(*names):
    return bytes((READ_BY_NAME, 0x01, 0x40, 0x0F, len(names))) + b"".join(n.encode() + b"\0" for n in names)


def was_read(data, count=1, error=0):
    return bytes((error, count)) + data


def write(name, value):
    """True and False switch a logical signal, a number sets an analog one."""
    data = bytes((ON if value else OFF,)) if isinstance(value, bool) else bytes((ANALOG,)) + struct.pack("<f", value)
    return bytes((WRITE_BY_NAME, 0x0F, 1)) + name.encode() + b"\0" + data
