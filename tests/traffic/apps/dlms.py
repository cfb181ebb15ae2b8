"""DLMS/COSEM in the wrapper over TCP (IEC 62056-4-7, 62056-5-3)."""
import struct

PORT = 4059
ASSOCIATE, ASSOCIATED = ("601d a109060760857405080101 be10040e01000000065f1f0400007016ffff",
                         "6129 a109060760857405080101 a203020100 a305a103020100 be10040e0800065f1f040000101404000007")
REGISTER, CLOCK, DISCONNECT_CONTROL = 3, 8, 70
ENERGY, SWITCH, TIME = bytes.fromhex("0100010800ff"), bytes.fromhex("000060030aff"), bytes.fromhex("0000010000ff")


def wrapped(source, destination, apdu):
    octets = bytes.fromhex(apdu) if isinstance(apdu, str) else apdu
    return struct.pack(">HHHH", 1, source, destination, len(octets)) + octets


def asked(apdu):
    return wrapped(1, 16, apdu)


def answered(apdu):
    return wrapped(16, 1, apdu)


def get(invoke, kind, obis, attribute=2):
    return struct.pack(">BBBH", 0xC0, 1, 0xC0 | invoke, kind) + obis + bytes((attribute, 0))


def got(invoke, data):
    return bytes((0xC4, 1, 0xC0 | invoke, 0)) + data


def put(invoke, kind, obis, data, attribute=2):
    return struct.pack(">BBBH", 0xC1, 1, 0xC0 | invoke, kind) + obis + bytes((attribute, 0)) + data


def was_put(invoke, result=0):
    return bytes((0xC5, 1, 0xC0 | invoke, result))


def action(invoke, kind, obis, method):
    return struct.pack(">BBBH", 0xC3, 1, 0xC0 | invoke, kind) + obis + bytes((method, 1, 0x0F, 0))


def acted(invoke, result=0):
    return bytes((0xC7, 1, 0xC0 | invoke, result, 0))


def unsigned(n):
    return b"\x06" + struct.pack(">I", n)
