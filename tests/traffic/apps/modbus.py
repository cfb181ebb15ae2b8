"""Modbus/TCP (MODBUS Messaging on TCP/IP V1.0b; Application Protocol V1.1b3)."""
import struct

(READ_COILS, READ_DISCRETE, READ_HOLDING, READ_INPUT, WRITE_COIL, WRITE_REGISTER, READ_EXCEPTION_STATUS,
 DIAGNOSTICS) = range(1, 9)
WRITE_COILS, WRITE_REGISTERS, REPORT_SERVER_ID, ENCAPSULATED = 15, 16, 17, 43
ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE, DEVICE_FAILURE = 1, 2, 3, 4
RESTART_COMMUNICATIONS, FORCE_LISTEN_ONLY, CLEAR_COUNTERS = 1, 4, 10
UMAS_READ_ID, UMAS_RESERVE, UMAS_RELEASE, UMAS_READ_MEMORY, UMAS_WRITE_MEMORY = 0x02, 0x10, 0x11, 0x20, 0x21
UMAS_BEGIN_PROGRAM, UMAS_PROGRAM_BLOCK, UMAS_END_PROGRAM, UMAS_START, UMAS_STOP = 0x30, 0x31, 0x32, 0x40, 0x41
UMAS_DONE, UMAS_REFUSED = 0xFE, 0xFD


def adu(transaction, unit, pdu, protocol=0):
    return struct.pack("!HHHB", transaction, protocol, len(pdu) + 1, unit) + pdu


def rtu(unit, pdu):
    """A serial line's frame, as plain gateways carry it: the CRC in place of the header."""
    frame, n = bytes((unit,)) + pdu, 0xFFFF
    for octet in frame:
        n ^= octet
        for _ in range(8):
            n = n >> 1 ^ 0xA001 if n & 1 else n >> 1
    return frame + struct.pack("<H", n)


def umas(session, function, body=b""):
    """Schneider's UMAS within function 90; an answer has 0xFE (done) or 0xFD (refused) in the function's place."""
    return bytes((90, session, function)) + body


def read(code, address, quantity):
    return struct.pack("!BHH", code, address, quantity)


def registers(code, values):
    """The answer to a read of registers."""
    return struct.pack("!BB%dH" % len(values), code, 2 * len(values), *values)


def coils(code, states):
    """The answer to a read of coils or discrete inputs, first state in the lowest bit."""
    packed = packed_bits(states)
    return bytes((code, len(packed))) + packed


def packed_bits(states):
    octets = (states[at:at + 8] for at in range(0, len(states), 8))
    return bytes(sum(bool(state) << bit for bit, state in enumerate(octet)) for octet in octets)


def write_coil(address, on):
    """Request and answer are the same octets."""
    return struct.pack("!BHH", WRITE_COIL, address, 0xFF00 if on else 0)


def write_register(address, value):
    return struct.pack("!BHH", WRITE_REGISTER, address, value)


def write_coils(address, states):
    packed = packed_bits(states)
    return struct.pack("!BHHB", WRITE_COILS, address, len(states), len(packed)) + packed


def write_registers(address, values):
    return struct.pack("!BHHB%dH" % len(values), WRITE_REGISTERS, address, len(values), 2 * len(values), *values)


def written(code, address, quantity):
    """The answer to a write of several."""
    return struct.pack("!BHH", code, address, quantity)


def diagnostics(sub_function, data=0):
    return struct.pack("!BHH", DIAGNOSTICS, sub_function, data)


def identify(level=1, first=0):
    """Read Device Identification (function 43, MEI type 14)."""
    return struct.pack("!BBBB", ENCAPSULATED, 14, level, first)


def identification(level, *objects):
    body = b"".join(struct.pack("!BB", at, len(text)) + text.encode() for at, text in enumerate(objects))
    return struct.pack("!BBBBBBB", ENCAPSULATED, 14, level, 0x81, 0, 0, len(objects)) + body


def exception(code, reason):
    return struct.pack("!BB", code | 0x80, reason)


class Master:
    """The client of one connection: numbers its transactions, and the server answers as told."""

    def __init__(self, s, unit=1):
        self.s, self.unit, self.transaction = s, unit, 0
        s.open()

    def ask(self, request, answer=None):
        """One request; no answer when `answer` is None."""
        self.transaction = self.transaction % 0xFFFF + 1
        self.s.send(adu(self.transaction, self.unit, request))
        if answer is not None:
            self.s.reply(adu(self.transaction, self.unit, answer))
        self.s.acknowledge()

    def poll(self, values, address=0, code=READ_HOLDING):
        self.ask(read(code, address, len(values)), registers(code, values))

    def command(self, request):
        """A write of one coil or register: the answer echoes it."""
        self.ask(request, request)
