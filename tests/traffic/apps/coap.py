"""CoAP (RFC 7252)."""
import struct

PORT = 5683
CONFIRMABLE, ACKNOWLEDGEMENT = 0, 2
GET, POST, PUT, DELETE, CONTENT, CHANGED, FORBIDDEN = 1, 2, 3, 4, 0x45, 0x44, 0x83
OBSERVE, PATH, FORMAT = 6, 11, 12


def message(kind, code, ident, token=b"", options=(), payload=b""):
    """`options` ascend: (number, octets), both differences and lengths below 13."""
    made, before = b"", 0
    for number, value in options:
        made += bytes(((number - before) << 4 | len(value),)) + value
        before = number
    head = struct.pack(">BBH", 1 << 6 | kind << 4 | len(token), code, ident)
    return head + token + made + (b"\xff" + payload if payload else b"")


def request(code, ident, path, payload=b"", observe=None):
    options = [(OBSERVE, b"")] if observe is not None else []
    options += [(PATH, part.encode()) for part in path.split("/")]
    return message(CONFIRMABLE, code, ident, struct.pack(">H", ident), options, payload)


def answer(code, ident, payload=b""):
    return message(ACKNOWLEDGEMENT, code, ident, struct.pack(">H", ident), payload=payload)
