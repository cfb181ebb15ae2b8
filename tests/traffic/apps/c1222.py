"""ANSI C12.22 over TCP: services in clear text between two titles."""
import struct

PORT = 1153
IDENTIFY, READ_PART, WRITE, LOGON = 0x20, 0x3F, 0x40, 0x50
CLOCK_TABLE, PROCEDURE_TABLE, REGISTERS = 52, 7, 23
SET_TIME, REMOTE_RESET = 10, 9
METER, COLLECTOR = bytes.fromhex("2b0601040107"), bytes.fromhex("2b0601040108")


def element(tag, value):
    return bytes((tag, len(value))) + value


def message(service, ident, answers=None):
    """`service` without its length; `answers` names the invocation that it answers."""
    epsem = element(0x28, element(0x81, b"\x80" + bytes((len(service),)) + service))
    titles = element(0xA2, element(6, METER)) + element(0xA6, element(6, COLLECTOR))
    answered = element(0xA4, element(2, bytes((answers,)))) if answers is not None else b""
    return element(0x60, titles + answered + element(0xA8, element(2, bytes((ident,)))) + element(0xBE, epsem))


def identify():
    return bytes((IDENTIFY,))


def read(table, offset, count):
    return struct.pack(">BH", READ_PART, table) + offset.to_bytes(3, "big") + struct.pack(">H", count)


def with_sum(data):
    return struct.pack(">H", len(data)) + data + bytes((-sum(data) & 0xFF,))


def write(table, data):
    return struct.pack(">BH", WRITE, table) + with_sum(data)


def procedure(number, data=b""):
    return write(PROCEDURE_TABLE, struct.pack("<HB", number, 1) + data)


def ok(data=b""):
    return b"\0" + (with_sum(data) if data else b"")
