"""DNS messages (RFC 1035), names without compression in questions, with a pointer in answers."""
import ipaddress
import struct

A, NS, CNAME, MX, TXT, AAAA, ANY, AXFR = 1, 2, 5, 15, 16, 28, 255, 252
NO_ERROR, NX_DOMAIN, REFUSED = 0, 3, 5
TO_QUESTION = b"\xc0\x0c"                        # a pointer to the name at octet 12


def name(text):
    labels = [part.encode("idna" if not part.isascii() else "ascii") for part in text.rstrip(".").split(".") if part]
    return b"".join(bytes((len(label),)) + label for label in labels) + b"\0"


def query(ident, question, kind=A):
    return struct.pack("!HHHHHH", ident, 0x0100, 1, 0, 0, 0) + name(question) + struct.pack("!HH", kind, 1)


def data(kind, value):
    if kind in (A, AAAA):
        return ipaddress.ip_address(value).packed
    if kind == TXT:
        raw = value if isinstance(value, bytes) else value.encode()
        pieces = [raw[at:at + 255] for at in range(0, len(raw), 255)]
        return b"".join(bytes((len(piece),)) + piece for piece in pieces)
    if kind == MX:
        return struct.pack("!H", 10) + name(value)
    return name(value)


def answer(ident, question, kind=A, values=(), *, code=NO_ERROR, ttl=300):
    """A recursive answer with one record of the question's type for each value."""
    head = struct.pack("!HHHHHH", ident, 0x8180 | code, 1, len(values), 0, 0)
    out = head + name(question) + struct.pack("!HH", kind, 1)
    for value in values:
        raw = data(kind, value)
        out += TO_QUESTION + struct.pack("!HHIH", kind, 1, ttl, len(raw)) + raw
    return out


def over_tcp(message):
    return struct.pack("!H", len(message)) + message
