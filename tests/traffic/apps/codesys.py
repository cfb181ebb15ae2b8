"""CODESYS V3: naming over UDP, channels and services over TCP (as Kaspersky ICS CERT and Microsoft describe it)."""
import struct

PORT, PORT_TCP = 1740, 11740
NOTIFY, RESOLVE, TELL, CHANNEL = 1, 3, 4, 64
APP_STOP, APP_DOWNLOAD, DEVICE_LOGIN = (2, 0x11), (2, 0x05), (1, 0x02)
CLIENT, CONTROLLER = bytes.fromhex("2dddc0a80105"), bytes.fromhex("2dddc0a80106")


def notify():
    """A gateway looks for controllers."""
    return bytes.fromhex("c50b40010010014b")


def resolve(ident):
    return bytes.fromhex("c50b40030010014b02c20004") + struct.pack("<I", ident)


def tell(ident, node, device, vendor, serial, version=(3, 5, 7, 20)):
    """A controller tells about itself."""
    names = b"".join(name.encode("utf-16-le") + b"\0\0" for name in (node, device, vendor))
    lengths = struct.pack("<HHH", len(node), len(device), len(vendor))
    head = struct.pack("<HBBH", 4, 1, 0, 0) + lengths + struct.pack("<II", 0x1000, 1234) + bytes(reversed(version))
    return (bytes.fromhex("c50b40040011014b014b000080c20004") + struct.pack("<I", ident) + head + struct.pack("<I", len(serial)) + bytes(4) * 3
            + names + serial.encode())


def over_tcp(datagram):
    return struct.pack("<II", 0xE8170100, 8 + len(datagram)) + datagram


def datagram(service, body, addresses=bytes.fromhex("2dddc0a801052dddc0a801050000")):
    return bytes((0xC5, 0x0B, 0x40, service, 0x00, 0x33)) + addresses + body


def open_channel(ident=9):
    return over_tcp(datagram(CHANNEL, bytes.fromhex("c3000101") + bytes(4) + struct.pack("<I", ident) + bytes.fromhex("00401f0005000000")))


def opened(channel=3, ident=9):
    return over_tcp(datagram(CHANNEL, bytes.fromhex("83000101") + bytes(4) + struct.pack("<IHH", ident, 0, channel) + bytes.fromhex("00401f0004000000")))


def block(number, acknowledged, service, from_client=True, channel=3):
    """The first and only block of a service; its check sum is not counted."""
    kind = bytes((1, 0x81 if from_client else 0x01))
    return over_tcp(datagram(CHANNEL, kind + struct.pack("<HIII", channel, number, acknowledged, len(service)) + bytes(4) + service))


def service(code, session, *tags, answer=False):
    """`code` is group and command; tags are (number, octets)."""
    data = b"".join(bytes((number, len(value))) + value for number, value in tags)
    group, command = code
    return struct.pack("<HHHHIII", 0xCD55, 12, group | (0x80 if answer else 0), command, session, len(data), 0) + data
