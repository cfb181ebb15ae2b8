"""MQTT 3.1.1, and Sparkplug B in it (Eclipse Sparkplug 3.0.0)."""
import struct

PORT = 1883
INT32, FLOAT, BOOLEAN, STRING, UINT64 = 3, 9, 11, 12, 8


def packet(kind, body=b"", flags=0):
    n, length = len(body), b""
    while True:
        length += bytes([n % 128 | (0x80 if n > 127 else 0)])
        n //= 128
        if n == 0:
            return bytes([kind << 4 | flags]) + length + body


def text(value):
    encoded = value.encode() if isinstance(value, str) else value
    return struct.pack(">H", len(encoded)) + encoded


def connect(client, will=None):
    """`will`: topic and message that the server publishes when the client is lost."""
    flags, rest = (0x02 | 0x0C, text(will[0]) + text(will[1])) if will else (0x02, b"")
    return packet(1, text("MQTT") + bytes([4, flags]) + struct.pack(">H", 60) + text(client) + rest)


def accepted():
    return packet(2, b"\0\0")


def publish(topic, message, ident=None):
    return packet(3, text(topic) + (b"" if ident is None else struct.pack(">H", ident)) + message, flags=0 if ident is None else 2)


def published(ident):
    return packet(4, struct.pack(">H", ident))


def subscribe(ident, *filters):
    return packet(8, struct.pack(">H", ident) + b"".join(text(f) + b"\1" for f in filters), flags=2)


def subscribed(ident, filters=1):
    return packet(9, struct.pack(">H", ident) + b"\1" * filters)


# ---- Sparkplug B ----

def varint(n):
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def number(field, n):
    return varint(field << 3) + varint(n)


def octets(field, value):
    return varint(field << 3 | 2) + varint(len(value)) + value


def value_of(kind, value):
    if kind == FLOAT:
        return varint(12 << 3 | 5) + struct.pack("<f", value)
    if kind == BOOLEAN:
        return number(14, int(value))
    if kind == STRING:
        return octets(15, value.encode())
    return number(11, value) if kind == UINT64 else number(10, value & 0xFFFFFFFF)


def metric(name, kind, value, alias=None, at=1795000000000):
    """Without a name the alias stands for it."""
    made = octets(1, name.encode()) if name else b""
    made += number(2, alias) if alias is not None else b""
    return octets(2, made + number(3, at) + number(4, kind) + value_of(kind, value))


def payload(*metrics, seq=None, at=1795000000000):
    return number(1, at) + b"".join(metrics) + (number(3, seq) if seq is not None else b"")


def topic(group, kind, node, device=None):
    return "/".join(["spBv1.0", group, kind, node] + ([device] if device else []))
