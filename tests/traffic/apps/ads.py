"""Beckhoff ADS in AMS/TCP (TwinCAT ADS/AMS specification)."""
import struct

PORT, DISCOVERY_PORT = 48898, 48899
INFO, READ, WRITE, READ_STATE, WRITE_CONTROL, NOTIFY, UNNOTIFY, NOTIFICATION, READ_WRITE = range(1, 10)
PLC, SYSTEM = 851, 10000
HANDLE_BY_NAME, VALUE_BY_HANDLE, PLC_MEMORY = 0xF003, 0xF005, 0x4020
RESET, RUN, STOP, CONFIG = 2, 5, 6, 15


def net_id(text):
    return bytes(int(n) for n in text.split("."))


def packet(target, port, source, command, invoke, data=b"", answer=False, error=0, source_port=40000):
    ports = (source_port, port) if answer else (port, source_port)
    head = net_id(target) + struct.pack("<H", ports[0]) + net_id(source) + struct.pack("<H", ports[1])
    body = head + struct.pack("<HHIII", command, 5 if answer else 4, len(data), error, invoke) + data
    return struct.pack("<HI", 0, len(body)) + body


def read(group, offset, length):
    return READ, struct.pack("<III", group, offset, length)


def was_read(data, result=0):
    return struct.pack("<II", result, len(data)) + data


def write(group, offset, data):
    return WRITE, struct.pack("<III", group, offset, len(data)) + data


def handle_of(name):
    return READ_WRITE, struct.pack("<IIII", HANDLE_BY_NAME, 0, 4, len(name) + 1) + name.encode() + b"\0"


def control(state, device=0):
    return WRITE_CONTROL, struct.pack("<HHI", state, device, 0)


def info(name, version=(3, 1, 4024)):
    return struct.pack("<IBBH", 0, *version) + name.encode().ljust(16, b"\0")


def discovery(service, source, *tags, invoke=0, answer=False):
    body = struct.pack("<II", invoke, service | (0x80000000 if answer else 0)) + net_id(source) + struct.pack("<HI", SYSTEM, len(tags))
    return b"\x03\x66\x14\x71" + body + b"".join(struct.pack("<HH", tag, len(data)) + data for tag, data in tags)


class Client:
    """A router that asks one target over one connection."""

    def __init__(self, s, target="10.20.0.31.1.1", source="10.20.0.5.1.1", port=PLC):
        self.s, self.target, self.source, self.port, self.invoke = s, target, source, port, 0
        s.open()

    def ask(self, question, answer=b"\0\0\0\0", error=0):
        command, data = question
        self.invoke += 1
        self.s.send(packet(self.target, self.port, self.source, command, self.invoke, data))
        if answer is not None:
            self.s.reply(packet(self.source, self.port, self.target, command, self.invoke, answer, answer=True, error=error))
        self.s.acknowledge()
