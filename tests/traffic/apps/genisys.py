"""GENISYS between a control office and a signalling location."""

PORT = 10001
ACKNOWLEDGE, INDICATIONS, CHECKBACK = 0xF1, 0xF2, 0xF3
COMMON, ACKNOWLEDGE_AND_POLL, POLL, CONTROLS, RECALL, EXECUTE = 0xF9, 0xFA, 0xFB, 0xFC, 0xFD, 0xFE


def crc(octets):
    value = 0
    for octet in octets:
        value ^= octet
        for _ in range(8):
            value = value >> 1 ^ (0xA001 if value & 1 else 0)
    return value


def message(header, station, *pairs, checked=True):
    """`pairs` of address and data."""
    body = bytes((station,)) + b"".join(bytes(p) for p in pairs)
    if checked and header != ACKNOWLEDGE:
        body += crc(bytes((header,)) + body).to_bytes(2, "little")
    escaped = b"".join(bytes((0xF0, o & 15)) if o >= 0xF0 else bytes((o,)) for o in body)
    return bytes((header,)) + escaped + b"\xf6"
