"""BACnet/IP (ANSI/ASHRAE 135, annex J; clauses 6, 20, 21)."""
import struct

PORT = 47808
(ANALOG_INPUT, ANALOG_OUTPUT, ANALOG_VALUE, BINARY_INPUT, BINARY_OUTPUT, BINARY_VALUE) = range(6)
DEVICE, FILE = 8, 10
PRESENT_VALUE, OBJECT_NAME, VENDOR_NAME, MODEL_NAME, FIRMWARE_REVISION = 85, 77, 121, 70, 44
READ_PROPERTY, WRITE_PROPERTY, COMMUNICATION_CONTROL, REINITIALIZE = 12, 15, 17, 20
ATOMIC_WRITE_FILE, SUBSCRIBE_COV = 7, 5
COLDSTART, WARMSTART, START_BACKUP, END_BACKUP, START_RESTORE, END_RESTORE = range(6)
ENABLE, DISABLE, DISABLE_INITIATION = range(3)
UNICAST, BROADCAST = 10, 11


def bvlc(function, body):
    return struct.pack("!BBH", 0x81, function, len(body) + 4) + body


def npdu(apdu, reply=False):
    return bytes((1, 4 if reply else 0)) + apdu


def tag(number, contents, context=True):
    first = number << 4 | (8 if context else 0)
    if len(contents) < 5:
        return bytes((first | len(contents),)) + contents
    return bytes((first | 5, len(contents))) + contents


def inside(number, contents):
    return bytes((number << 4 | 14,)) + contents + bytes((number << 4 | 15,))


def number(n):
    return n.to_bytes(max(1, (n.bit_length() + 7) // 8), "big")


def object_id(kind, instance):
    return struct.pack("!I", kind << 22 | instance)


def real(x):
    return tag(4, struct.pack("!f", x), context=False)


def enumerated(n):
    return tag(9, number(n), context=False)


def text(s):
    return tag(7, b"\0" + s.encode(), context=False)


def target(kind, instance, prop):
    return tag(0, object_id(kind, instance)) + tag(1, number(prop))


def read_property(kind, instance, prop):
    return READ_PROPERTY, target(kind, instance, prop)


def property_read(kind, instance, prop, value):
    return target(kind, instance, prop) + inside(3, value)


def write_property(kind, instance, prop, value, priority=None):
    body = target(kind, instance, prop) + inside(3, value)
    return WRITE_PROPERTY, body + (tag(4, number(priority)) if priority else b"")


def reinitialize(state, password=None):
    return REINITIALIZE, tag(0, number(state)) + (tag(1, b"\0" + password.encode()) if password else b"")


def communication_control(state, minutes=None):
    return COMMUNICATION_CONTROL, (tag(0, number(minutes)) if minutes else b"") + tag(1, number(state))


def write_file(instance, start, octets):
    body = tag(3, struct.pack("!i", start)[-4:], context=False) + tag(6, octets, context=False)
    return ATOMIC_WRITE_FILE, tag(12, object_id(FILE, instance), context=False) + inside(0, body)


def i_am(instance, vendor):
    return b"\x10\x00" + tag(12, object_id(DEVICE, instance), False) + tag(2, number(1476), False) + enumerated(3) + tag(2, number(vendor), False)


def who_is(low=None, high=None):
    return b"\x10\x08" + (tag(0, number(low)) + tag(1, number(high)) if low is not None else b"")


def time_synchronization(year, month, day, hour, minute, second):
    return b"\x10\x06" + tag(10, bytes((year - 1900, month, day, 255)), False) + tag(11, bytes((hour, minute, second, 0)), False)


def register_foreign_device(seconds):
    return bvlc(5, struct.pack("!H", seconds))


def result(code):
    return bvlc(0, struct.pack("!H", code))


class Client:
    """Asks one device over a conversation of datagrams; answers as told."""

    def __init__(self, s):
        self.s, self.invoke = s, 0

    def ask(self, request, answer=None):
        """`request` is (service, parameters); `answer` None: nobody answers, b"": a simple ack, else a complex one."""
        service, parameters = request
        self.invoke = self.invoke % 255 + 1
        self.s.send(bvlc(UNICAST, npdu(bytes((0, 5, self.invoke, service)) + parameters, reply=True)))
        if answer is not None:
            kind = 0x30 if answer else 0x20
            self.s.reply(bvlc(UNICAST, npdu(bytes((kind, self.invoke, service)) + answer)))

    def refused(self, request, error_class, code):
        self.ask(request)
        service = request[0]
        self.s.reply(bvlc(UNICAST, npdu(bytes((0x50, self.invoke, service)) + enumerated(error_class) + enumerated(code))))

    def tell(self, apdu):
        self.s.send(bvlc(UNICAST, npdu(apdu)))

    def poll(self, kind, instance, value):
        self.ask(read_property(kind, instance, PRESENT_VALUE), property_read(kind, instance, PRESENT_VALUE, real(value)))
