"""SAIA S-Bus over UDP."""
import struct

PORT = 5050
READ_REGISTER, WRITE_REGISTER, STOP, READ_FIRMWARE = 0x06, 0x0E, 0x3C, 0x20


def crc(octets):
    value = 0
    for octet in octets:
        value ^= octet << 8
        for _ in range(8):
            value = (value << 1 ^ (0x1021 if value & 0x8000 else 0)) & 0xFFFF
    return value


def telegram(number, attribute, body):
    head = struct.pack(">IBBHB", 9 + len(body) + 2, 1, 0, number, attribute) + body
    return head + struct.pack(">H", crc(head))


def request(number, command, data=b"", station=10):
    return telegram(number, 0, bytes((station, command)) + data)


def read(number, first, count):
    return request(number, READ_REGISTER, struct.pack(">BH", count - 1, first))


def write(number, first, *values):
    """The octet before the address counts what follows it, less one."""
    return request(number, WRITE_REGISTER, struct.pack(">BH", len(values) * 4 + 1, first) + struct.pack(">%dI" % len(values), *values))


def values(number, *numbers):
    return telegram(number, 1, struct.pack(">%dI" % len(numbers), *numbers))


def acknowledged(number, code=0):
    return telegram(number, 2, struct.pack(">H", code))
