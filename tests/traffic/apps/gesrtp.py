"""GE-SRTP: Series 90, RX3i and RX7i controllers (Denton et al., Digital Investigation 22, 2017)."""
import struct

PORT = 18245
INITIATE, INITIATED, REQUEST, REPLY = 0, 1, 2, 3
READ_MEMORY, WRITE_MEMORY, SET_STATE, SET_TIME, PROGRAM_STORE, IDENTIFY = 0x04, 0x07, 0x23, 0x24, 0x3F, 0x43
R_WORDS, Q_BITS = 0x08, 0x48
CONTROLLER = 0x0E10


def opening():
    return bytes(56)


def opened():
    return b"\1" + bytes(55)


def message(kind, number, mailbox, body, text=b""):
    """`body` of fourteen octets."""
    head = struct.pack("<HHH", kind, number, len(text)) + bytes(20) + bytes.fromhex("30150900")
    return head + struct.pack("<BBIIBB", number & 0xFF, mailbox, 0, CONTROLLER, 1, 1) + body.ljust(14, b"\0") + text


def request(number, service, selector=0, offset=0, count=0, data=b""):
    """What does not fit beside the service goes behind the message."""
    body = struct.pack("<BBHH", service, selector, offset, count)
    if len(data) > 8:
        return message(REQUEST, number, 0x80, bytes(8) + body, data)
    return message(REQUEST, number, 0xC0, body + data)


def reply(number, data=b"", status=0, minor=0, state=0):
    body = bytes((status, minor)) + data[:6].ljust(6, b"\0") + struct.pack("<BBHH", 255, 1, 20, state << 12)
    return message(REPLY, number, 0xD4, body) if len(data) <= 6 else message(REPLY, number, 0x94, bytes((status, minor)) + bytes(6)
                                                                             + struct.pack("<BBHH", 255, 1, 20, state << 12), data)
