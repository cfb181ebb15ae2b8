"""TriStation of Triconex safety controllers, over UDP."""
import struct

PORT = 1502
CONNECT, CONNECTED, EXECUTE = 1, 2, 5
START_DOWNLOAD_CHANGE, STATUS, HALT, ALLOCATE_PROGRAM, RUN = 1, 19, 21, 55, 20
STATUS_IS, HALTED = 108, 110


def crc(octets):
    value = 0
    for octet in octets:
        value ^= octet
        for _ in range(8):
            value = value >> 1 ^ (0xA001 if value & 1 else 0)
    return value


def message(kind, body=b""):
    head = struct.pack("<BBH", kind, 0, len(body)) + body
    return head + struct.pack("<H", crc(head))


def command(code, number, data=b"", from_controller=False):
    size = 10 + len(data)
    return message(EXECUTE, struct.pack("<BBBBHHH", int(from_controller), int(from_controller), code, number, 0, 0, size) + data)
