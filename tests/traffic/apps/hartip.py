"""HART-IP (FieldComm HCF_SPEC-085): sessions, and HART commands passed through."""
import struct

PORT = 5094
REQUEST, RESPONSE, PUBLISH = 0, 1, 2
INITIATE, CLOSE, KEEP_ALIVE, PASS = 0, 1, 2, 3
READ_ID, READ_VARIABLES, WRITE_LONG_TAG, RESET = 0, 3, 22, 42
DEVICE = bytes.fromhex("a695eb27b8")


def message(kind, ident, number, body=b"", status=0):
    return struct.pack(">BBBBHH", 1, kind, ident, status, number, 8 + len(body)) + body


def initiate(number=1, kind=REQUEST, inactivity_ms=60000):
    return message(kind, INITIATE, number, struct.pack(">BI", 1, inactivity_ms))


def checked(frame):
    value = 0
    for octet in frame:
        value ^= octet
    return frame + bytes((value,))


def command(number, code, data=b"", device=DEVICE):
    return message(REQUEST, PASS, number, checked(b"\x82" + device + bytes((code, len(data))) + data))


def answer(number, code, data=b"", response=0, device=DEVICE):
    """The response code and the device's status come before the data."""
    return message(RESPONSE, PASS, number, checked(b"\x86" + device + bytes((code, len(data) + 2, response, 0)) + data))


def variables(current, *values):
    """Loop current, then each variable's unit and value."""
    return struct.pack(">f", current) + b"".join(struct.pack(">Bf", unit, value) for unit, value in values)
