"""Capture files: pcap (microseconds or nanoseconds, either byte order), pcapng, and both inside gzip.

A `Tap` collects frames in any order, as sessions that overlap in time produce them, and gives them back
by time; frames of one instant keep the order in which they were put. Times are nanoseconds since the
epoch. The same frames give the same file, byte for byte.

Sources  draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng
"""
import gzip
import struct

NULL, ETHERNET, PPP, RAW, CHDLC, SLL, SLL2 = 0, 1, 9, 101, 104, 113, 276

SECOND = 1_000_000_000
MILLISECOND = 1_000_000
MICROSECOND = 1_000

SNAP_LENGTH = 262144


class Tap:
    """Where frames are seen. Not for threads."""

    def __init__(self, link=ETHERNET):
        self.link = link
        self.frames = []

    def put(self, at, frame):
        self.frames.append((at, frame))

    def in_order(self):
        return sorted(self.frames, key=lambda seen: seen[0])


def pcap(tap, *, order="<", nano=False, snap=SNAP_LENGTH):
    """A pcap file; `order` is struct's sign for the byte order, frames are cut at `snap` octets."""
    unit = 1 if nano else MICROSECOND
    out = [struct.pack(order + "IHHiIII", 0xA1B23C4D if nano else 0xA1B2C3D4, 2, 4, 0, 0, snap, tap.link)]
    for at, frame in tap.in_order():
        kept = frame[:snap]
        out.append(struct.pack(order + "IIII", at // SECOND, at % SECOND // unit, len(kept), len(frame)))
        out.append(kept)
    return b"".join(out)


def block(order, kind, body):
    body = body.ljust(-(-len(body) // 4) * 4, b"\0")
    length = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + length + body + length


def pcapng(tap, *, order="<", nano=False, snap=SNAP_LENGTH):
    """A pcapng file of one section with one interface."""
    unit = 1 if nano else MICROSECOND
    resolution = struct.pack(order + "HHB3xHH", 9, 1, 9 if nano else 6, 0, 0)
    out = [block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1)),
           block(order, 1, struct.pack(order + "HHI", tap.link, 0, snap) + resolution)]
    for at, frame in tap.in_order():
        kept, ticks = frame[:snap], at // unit
        head = struct.pack(order + "IIIII", 0, ticks >> 32, ticks & 0xFFFFFFFF, len(kept), len(frame))
        out.append(block(order, 6, head + kept))
    return b"".join(out)


FORMATS = {
    "pcap":         lambda tap: pcap(tap),
    "pcap-big":     lambda tap: pcap(tap, order=">"),
    "pcap-ns":      lambda tap: pcap(tap, nano=True),
    "pcap-ns-big":  lambda tap: pcap(tap, order=">", nano=True),
    "pcapng":       lambda tap: pcapng(tap),
    "pcapng-big":   lambda tap: pcapng(tap, order=">"),
    "pcapng-ns":    lambda tap: pcapng(tap, nano=True),
    "pcap-gz":      lambda tap: gzip.compress(pcap(tap), mtime=0),
    "pcapng-gz":    lambda tap: gzip.compress(pcapng(tap), mtime=0),
}


def write(path, tap, form="pcap"):
    path.write_bytes(FORMATS[form](tap))
