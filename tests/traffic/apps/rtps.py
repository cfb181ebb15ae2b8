"""RTPS, the wire protocol of DDS (OMG DDSI-RTPS 2.5): participants, topics and samples, little endian."""
import struct

PORT_DISCOVERY, PORT_META, PORT_USER = 7400, 7410, 7411          # domain 0, participant 0
MULTICAST = "239.255.0.1"
CYCLONE, FAST, RTI = 0x0110, 0x010F, 0x0101
PARTICIPANT, PUBLICATIONS, SUBSCRIPTIONS, PARTICIPANT_READER = 0x000100C2, 0x000003C2, 0x000004C2, 0x000100C7
DISPOSED = 1


def prefix(vendor, host=1, process=1):
    return struct.pack(">HHII", vendor, 0x1234, host, process)


def message(vendor, guid_prefix, *submessages):
    return b"RTPS" + struct.pack(">BBH", 2, 3, vendor) + guid_prefix + b"".join(submessages)


def submessage(kind, body, flags=0):
    return struct.pack("<BBH", kind, flags | 1, len(body)) + body


def when(seconds, fraction=0):
    return submessage(0x09, struct.pack("<II", seconds, fraction))


def to(guid_prefix):
    return submessage(0x0E, guid_prefix)


def parameter(pid, value):
    value += bytes(-len(value) % 4)
    return struct.pack("<HH", pid, len(value)) + value


def text(value):
    encoded = value.encode() + b"\0"
    encoded = struct.pack("<I", len(encoded)) + encoded
    return encoded + bytes(-len(encoded) % 4)


def parameters(*made):
    return b"".join(made) + struct.pack("<HH", 1, 0)


def sequence(number):
    return struct.pack("<II", number >> 32, number & 0xFFFFFFFF)


def sample(writer, number, payload, reader=0, representation=1, qos=b""):
    """DATA: a sample behind its encapsulation; `qos` is a parameter list before it."""
    body = struct.pack("<HH", 0, 16) + struct.pack(">II", reader, writer) + sequence(number) + qos
    return submessage(0x15, body + struct.pack(">HH", representation, 0) + payload, flags=0x04 | (0x02 if qos else 0))


def dispose(writer, number):
    """The writer's instance is gone."""
    qos = parameters(struct.pack("<HH", 0x0071, 4) + struct.pack(">I", DISPOSED))
    return submessage(0x15, struct.pack("<HH", 0, 16) + struct.pack(">II", 0, writer) + sequence(number) + qos, flags=0x02)


def heartbeat(writer, first, last, count, reader=0):
    return submessage(0x07, struct.pack(">II", reader, writer) + sequence(first) + sequence(last) + struct.pack("<I", count))


def acknack(writer, reader, base, count):
    return submessage(0x06, struct.pack(">II", reader, writer) + sequence(base) + struct.pack("<II", 0, count), flags=0x02)


def locator(pid, address, port):
    return parameter(pid, struct.pack("<iI", 1, port) + bytes(12) + bytes(int(n) for n in address.split(".")))


def participant(vendor, guid_prefix, address, name="", lease=20):
    made = [parameter(0x0015, bytes([2, 3])), parameter(0x0016, struct.pack(">H", vendor)),
            parameter(0x0050, guid_prefix + struct.pack(">I", 0x000001C1)), parameter(0x0002, struct.pack("<II", lease, 0)),
            locator(0x0032, address, PORT_META), locator(0x0031, address, PORT_USER)]
    if name:
        made.append(parameter(0x0062, text(name)))
    if vendor == RTI:
        made.append(parameter(0x8000, bytes([7, 3, 0, 0])))
    return sample(PARTICIPANT, 1, parameters(*made), reader=PARTICIPANT_READER, representation=3)


def endpoint(kind, number, guid, topic, type_name, reliable=True):
    made = [parameter(0x005A, guid), parameter(0x0005, text(topic)), parameter(0x0007, text(type_name)),
            parameter(0x001A, struct.pack("<III", 2 if reliable else 1, 0, 100000000)), parameter(0x001D, struct.pack("<I", 0))]
    return sample(kind, number, parameters(*made), representation=3)


class Peer:
    """One participant at `address`."""

    def __init__(self, vendor, address, host, name=""):
        self.vendor, self.address, self.name = vendor, address, name
        self.prefix = prefix(vendor, host)
        self.written = {}

    def guid(self, entity):
        return self.prefix + struct.pack(">I", entity)

    def announce(self):
        return message(self.vendor, self.prefix, when(1795000000), participant(self.vendor, self.prefix, self.address, self.name))

    def offers(self, entity, topic, type_name, number=1):
        return message(self.vendor, self.prefix, endpoint(PUBLICATIONS, number, self.guid(entity), topic, type_name),
                       heartbeat(PUBLICATIONS, 1, number, number))

    def wants(self, entity, topic, type_name, number=1):
        return message(self.vendor, self.prefix, endpoint(SUBSCRIPTIONS, number, self.guid(entity), topic, type_name))

    def writes(self, entity, payload, seconds=1795000001):
        self.written[entity] = self.written.get(entity, 0) + 1
        return message(self.vendor, self.prefix, when(seconds, 1 << 31), sample(entity, self.written[entity], payload))

    def lacks(self, other, writer, reader, base=1):
        return message(self.vendor, self.prefix, to(other.prefix), acknack(writer, reader, base, 1))

    def leaves(self):
        return message(self.vendor, self.prefix, dispose(PARTICIPANT, 2))
