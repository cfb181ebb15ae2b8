"""EtherNet/IP and CIP (ODVA CIP Networks Library, volumes 1 and 2; Rockwell 1756-PM020 and 1770-6.5.16)."""
import ipaddress
import struct

PORT, IO_PORT = 44818, 2222
LIST_SERVICES, LIST_IDENTITY, REGISTER, UNREGISTER, SEND_RR, SEND_UNIT = 4, 0x63, 0x65, 0x66, 0x6F, 0x70
GET_ALL, GET_LIST, SET_LIST, RESET, START, STOP, MULTIPLE, GET_SINGLE, SET_SINGLE = 1, 3, 4, 5, 6, 7, 10, 14, 16
PCCC, READ_TAG, WRITE_TAG, MODIFY_TAG = 0x4B, 0x4C, 0x4D, 0x4E
FORWARD_CLOSE, UNCONNECTED_SEND, FORWARD_OPEN = 0x4E, 0x52, 0x54
IDENTITY, ROUTER, ASSEMBLY, MANAGER, PCCC_OBJECT, CLOCK, CONTROLLER, FIRMWARE, TCPIP = 1, 2, 4, 6, 0x67, 0x8B, 0x8E, 0xA1, 0xF5
BOOL, INT, DINT, REAL = 0xC1, 0xC3, 0xC4, 0xCA
FORMS = {BOOL: "B", INT: "<h", DINT: "<i", REAL: "<f"}
REMOTE_PROGRAM, REMOTE_RUN = 1, 6


def encapsulated(command, data=b"", session=0, status=0, context=b""):
    return struct.pack("<HHII8sI", command, len(data), session, status, context, 0) + data


def items(*pairs):
    return struct.pack("<H", len(pairs)) + b"".join(struct.pack("<HH", kind, len(data)) + data for kind, data in pairs)


def unconnected(message, session, context=b"", status=0):
    return encapsulated(SEND_RR, bytes(6) + items((0, b""), (0xB2, message)), session, status, context)


def connected(message, session, connection, sequence):
    data = bytes(6) + items((0xA1, struct.pack("<I", connection)), (0xB1, struct.pack("<H", sequence) + message))
    return encapsulated(SEND_UNIT, data, session)


def io(connection, sequence, data):
    """Implicit I/O: items alone, over UDP."""
    return items((0x8002, struct.pack("<II", connection, sequence)), (0xB1, struct.pack("<H", sequence & 0xFFFF) + data))


def logical(kind, number):
    return struct.pack("<BB", kind, number) if number < 256 else struct.pack("<BBH", kind | 1, 0, number)


def path(class_id, instance=None, attribute=None):
    steps = ((0x20, class_id), (0x24, instance), (0x30, attribute))
    return b"".join(logical(kind, n) for kind, n in steps if n is not None)


def tag(name):
    """"Pump.Level" as ANSI extended symbols; "Pump.Level[3]" with a member."""
    out = b""
    for part in name.split("."):
        symbol, _, member = part.partition("[")
        out += struct.pack("BB", 0x91, len(symbol)) + symbol.encode() + bytes(len(symbol) % 2)
        out += logical(0x28, int(member[:-1])) if member else b""
    return out


def request(service, at, data=b""):
    return struct.pack("BB", service, len(at) // 2) + at + data


def answer(service, data=b"", status=0, extended=()):
    return struct.pack("<BBBB%dH" % len(extended), service | 0x80, 0, status, len(extended), *extended) + data


def multiple(*messages, answers=False):
    at, offsets = 2 + 2 * len(messages), []
    for message in messages:
        offsets.append(at)
        at += len(message)
    body = struct.pack("<%dH" % (1 + len(messages)), len(messages), *offsets) + b"".join(messages)
    return answer(MULTIPLE, body) if answers else request(MULTIPLE, path(ROUTER, 1), body)


def through(message, slot=0):
    """An unconnected send to a slot of the backplane."""
    body = struct.pack("<BBH", 7, 249, len(message)) + message + bytes(len(message) % 2) + struct.pack("BBBB", 1, 0, 1, slot)
    return request(UNCONNECTED_SEND, path(MANAGER, 1), body)


def read_tag(name, elements=1):
    return request(READ_TAG, tag(name), struct.pack("<H", elements))


def values(kind, numbers):
    return b"".join(struct.pack(FORMS[kind], n) for n in numbers)


def tag_read(kind, numbers):
    return answer(READ_TAG, struct.pack("<H", kind) + values(kind, numbers))


def write_tag(name, kind, numbers):
    return request(WRITE_TAG, tag(name), struct.pack("<HH", kind, len(numbers)) + values(kind, numbers))


def identity(name, vendor=1, device=14, product=55, revision=(20, 11), serial=0x00C0FFEE, status=0x0060):
    return struct.pack("<HHHBBHIB", vendor, device, product, *revision, status, serial, len(name)) + name.encode()


def listed(address, name, **rest):
    """The item in the answer to List Identity."""
    socket = struct.pack(">HH4s8x", 2, PORT, ipaddress.ip_address(address).packed)
    return items((0x0C, struct.pack("<H", 1) + socket + identity(name, **rest) + b"\x03"))


def forward_open(serial, target, connection=0x00010001, interval_us=10000, size=500):
    body = struct.pack("<BBIIHHIB3xIHIHBB", 10, 14, 0, connection, serial, 0x004D, 0x0000BEEF, 1, interval_us,
                       0x4200 | size, interval_us, 0x4200 | size, 0xA3, len(target) // 2)
    return request(FORWARD_OPEN, path(MANAGER, 1), body + target)


def opened(serial, ot, to, interval_us=10000):
    return answer(FORWARD_OPEN, struct.pack("<IIHHIIIBB", ot, to, serial, 0x004D, 0x0000BEEF, interval_us, interval_us, 0, 0))


def forward_close(serial, target):
    body = struct.pack("<BBHHIBB", 10, 14, serial, 0x004D, 0x0000BEEF, len(target) // 2, 0)
    return request(FORWARD_CLOSE, path(MANAGER, 1), body + target)


def closed(serial):
    return answer(FORWARD_CLOSE, struct.pack("<HHIBB", serial, 0x004D, 0x0000BEEF, 0, 0))


REQUESTER = struct.pack("<BHI", 7, 0x004D, 0x0000BEEF)


def pccc(command, transaction, data):
    return request(PCCC, path(PCCC_OBJECT, 1), REQUESTER + struct.pack("<BBH", command, 0, transaction) + data)


def pccc_answer(command, transaction, data=b"", status=0):
    return answer(PCCC, REQUESTER + struct.pack("<BBH", command | 0x40, status, transaction) + data)


def logical_write(transaction, file, element, numbers, kind=0x89):
    """Protected typed logical write with three address fields: N7:0 and so on."""
    body = struct.pack("<BBBBBB", 0xAA, 2 * len(numbers), file, kind, element, 0) + struct.pack("<%dh" % len(numbers), *numbers)
    return pccc(0x0F, transaction, body)


def logical_read(transaction, file, element, count=1, kind=0x89):
    return pccc(0x0F, transaction, struct.pack("<BBBBBB", 0xA2, 2 * count, file, kind, element, 0))


def change_mode(transaction, mode):
    return pccc(0x0F, transaction, struct.pack("BB", 0x80, mode))


def reset(kind=0):
    return request(RESET, path(IDENTITY, 1), struct.pack("B", kind))


def set_clock(microseconds):
    return request(SET_LIST, path(CLOCK, 1), struct.pack("<HHQ", 1, 6, microseconds))


def program_mode():
    return request(STOP, path(CONTROLLER, 1))


def run_mode():
    return request(START, path(CONTROLLER, 1))


def firmware(block):
    return request(WRITE_TAG, path(FIRMWARE, 1), block)


def set_ip(address, mask="255.255.255.0"):
    body = b"".join(ipaddress.ip_address(a).packed[::-1] for a in (address, mask)) + bytes(14)
    return request(SET_SINGLE, path(TCPIP, 1, 5), body)


class Client:
    """An originator on one connection: registers, asks unconnected or on a connection, and the target answers as told."""

    def __init__(self, s, session=0x02AF1234):
        self.s, self.session, self.asked, self.sequence = s, session, 0, 0
        s.open()
        hello = struct.pack("<HH", 1, 0)
        s.send(encapsulated(REGISTER, hello))
        s.reply(encapsulated(REGISTER, hello, session))
        s.acknowledge()

    def exchange(self, question, reply):
        self.s.send(question)
        if reply is not None:
            self.s.reply(reply)
        self.s.acknowledge()

    def ask(self, message, reply=None):
        """Unconnected; no answer when `reply` is None."""
        self.asked += 1
        context = struct.pack("<Q", self.asked)
        self.exchange(unconnected(message, self.session, context), reply and unconnected(reply, self.session, context))

    def ask_connected(self, ids, message, reply=None):
        """On a connection whose two ids are `ids`: originator to target, and back."""
        self.sequence += 1
        self.exchange(connected(message, self.session, ids[0], self.sequence),
                      reply and connected(reply, self.session, ids[1], self.sequence))

    def leave(self):
        self.s.send(encapsulated(UNREGISTER, session=self.session))
        self.s.close()
