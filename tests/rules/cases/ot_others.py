"""Cases of rules/ot/others.rules."""
import struct

import session
from apps import ads, bsap, codesys, fetchwrite, fins, fox, genisys, modbus, mqtt, rtps, synphasor
from capture import MILLISECOND, SECOND
from cases import INSIDE, OUTSIDE, PLC, SERVER, START, Case, tcp

SECONDS = START // SECOND


def over_tcp(port, *messages, client=INSIDE, server=PLC, every=SECOND, sport=40000, at=START):
    """The client's messages, each with its answer (None: none comes)."""
    def play(path):
        s = tcp(path, client, server, port, sport=sport, at=at)
        s.open()
        for asked, answered in messages:
            s.send(asked)
            if answered is not None:
                s.reply(answered)
            s.wait(every)
        s.close()
    return play


def over_udp(port, *messages, client=INSIDE, server=PLC, every=SECOND, sport=40000):
    def play(path):
        s = session.Udp(path, (client, sport), (server, port), START)
        for asked, answered in messages:
            s.send(asked)
            if answered is not None:
                s.reply(answered)
            s.wait(every)
    return play


def alone(*messages):
    return [(bytes(message), None) for message in messages]


# ---- FINS ----

def omron(*asks, client=INSIDE):
    """Commands over TCP: (how it is made, its code, what it is given, the answer's data)."""
    def play(path):
        c = fins.Client(tcp(path, client, PLC, fins.PORT))
        for make, code, given, data in asks:
            c.ask(make, code, *given, data=data)
            c.s.wait(SECOND)
        c.s.close()
    return play


def fins_plain(code, data=b""):
    return lambda **rest: fins.command(code, data, **rest)


FINS_READ = fins.read, fins.READ, (fins.DM, 100, 2), fins.words([1, 2])
FINS_STATUS = fins_plain(fins.STATUS), fins.STATUS, (), bytes(26)
FINS_WRITE = fins.write, fins.WRITE, (fins.DM, 100, [7]), b""
FINS_STOP = fins.stop, fins.STOP, (), b""
FINS_PROGRAM = fins.program, fins.PROGRAM_WRITE, (0, b"\1\2\3\4"), bytes(8)
FINS_PROGRAM_READ = fins_plain(0x0306, bytes.fromhex("ffff 00000000 0080")), 0x0306, (), bytes(10)
FINS_FORCE = fins.force, fins.FORCED, (fins.CIO_BIT, 3, 1, True), b""


# ---- C37.118 ----

def phasors(*orders, client=INSIDE):
    def play(path):
        c = synphasor.Concentrator(tcp(path, client, PLC, 4712), SECONDS)
        c.start()
        c.stream(5)
        for order in orders:
            c.order(order)
            c.s.wait(SECOND)
        c.s.close()
    return play


# ---- TriStation ----

def tristation(function, data=b""):
    """A command: kind 5, length, direction, channel, function, sequence, its own sum and length, data, CRC."""
    size = len(data) + 10
    body = struct.pack("<BBBBHHH", 0, 0, function, 1, 0, (function + 1 + 2 * size) & 0xFFFF, size) + data
    return struct.pack("<HH", 5, len(body)) + body + modbus.rtu(5, body)[-2:]


CP_STATUS, GET_PROGRAM, RUN_PROGRAM, ALLOCATE_PROGRAM, END_CHANGE = 19, 65, 20, 55, 11


def safety(*functions):
    return over_udp(1502, *alone(*[tristation(function, data) for function, data in functions]))


# ---- ADS ----

def beckhoff(*asks, client=INSIDE, port=ads.PLC):
    def play(path):
        c = ads.Client(tcp(path, client, PLC, ads.PORT), port=port)
        for question, answer in asks:
            c.ask(question, answer)
            c.s.wait(SECOND)
        c.s.close()
    return play


IDENTIFY, ADD_ROUTE = 1, 6
ADS_NAME, ADS_HOST, ADS_NET_ID, ADS_USER, ADS_PASSWORD = 12, 5, 7, 13, 2
ROUTE = ads.discovery(ADD_ROUTE, "10.20.0.5.1.1", (ADS_NAME, b"office\0"), (ADS_NET_ID, ads.net_id("10.20.0.5.1.1")),
                      (ADS_USER, b"Administrator\0"), (ADS_PASSWORD, b"1\0"), (ADS_HOST, b"10.20.0.5\0"))
ADDED = ads.discovery(ADD_ROUTE, "10.20.0.31.1.1", (1, bytes(4)), answer=True)
WHO = ads.discovery(IDENTIFY, "10.20.0.5.1.1")
ME = ads.discovery(IDENTIFY, "10.20.0.31.1.1", (ADS_HOST, b"CX-123456\0"), answer=True)
ADS_READ = ads.read(ads.PLC_MEMORY, 0, 4), ads.was_read(bytes(4))
ADS_WRITE = ads.write(ads.PLC_MEMORY, 0, b"\1"), bytes(4)


# ---- CODESYS, gauges, Fox ----

GATEWAY = codesys.open_channel(), codesys.opened()


def searches(rounds):
    """Each round is one broadcast on each of the four ports."""
    def play(path):
        for n in range(4 * rounds):
            session.datagram(path, (INSIDE, 1740), ("10.20.9.255", 1740 + n % 4), START + n * SECOND, codesys.notify())
    return play


INVENTORY = b"\1I20100\r\n", b"\1I20100\r\nIN-TANK INVENTORY\r\n  1  REGULAR  4213\r\n\3"
SET_NAME = b"\1S602011REGULAR\r\n", b"\1S60201\r\n\3"
SCRIPT, WORKBENCH = (fox.hello(host, "Workbench", 1, ("hostAddress", "s", "192.168.1.125")) for host in ("xpvm-0omdc01xmy", "engineer-3"))
GREETED = fox.hello("10.20.9.21", "Station", 0)


# ---- MQTT ----

def text(s):
    return struct.pack("!H", len(s)) + s.encode()


def packet(first, *parts):
    body = b"".join(parts)
    return bytes((first, len(body))) + body     # all below 128 octets


def connect(user=None, password=None):
    flags = 2 | (0x80 if user else 0) | (0x40 if password else 0)
    return packet(0x10, text("MQTT"), bytes((4, flags, 0, 60)), text("pump-1"), text(user) if user else b"", text(password) if password else b"")


def subscribe(topic):
    return packet(0x82, b"\0\1", text(topic), b"\0"), packet(0x90, b"\0\1\0")


def broker(*exchanges, server=SERVER, hello=connect(), client=INSIDE):
    return over_tcp(1883, (hello, packet(0x20, b"\0\0")), *exchanges, server=server, client=client)


GUID = "6a1f0c2e-91b4-4d1c-8a55-0f6b1e2d3c4a"


# ---- KNX ----

def tunnelled(number, frame):
    """A bus frame in a tunnel that is open."""
    body = bytes((4, 7, number, 0)) + bytes.fromhex(frame)
    return b"\x06\x10\x04\x20" + struct.pack("!H", len(body) + 6) + body


KNX_OPEN = (bytes.fromhex("06100205001a0801c0a8010a0e570801c0a8010a0e5704040200"), bytes.fromhex("06100206001407000801c0a8010a0e57040411fa"))
LAMP, RESTART, MEMORY, KEY = ("1100bce000000a03010081", "1100b06000001105010380", "1100b060000011050502834000aabb", "1100b06000001105 06 03d3 00 11223344")


def knx(*frames, client=INSIDE):
    return over_udp(3671, KNX_OPEN, *alone(*[tunnelled(n, frame) for n, frame in enumerate(frames)]), client=client)


# ---- DLMS ----

def wrapped(source, destination, apdu):
    octets = bytes.fromhex(apdu)
    return struct.pack("!HHHH", 1, source, destination, len(octets)) + octets


def meter(*requests, server=PLC, sport=40000, at=START):
    pairs = [(wrapped(1, 16, asked), wrapped(16, 1, answered)) for asked, answered in requests]
    return over_tcp(4059, *pairs, server=server, sport=sport, at=at)


ASSOCIATE = ("601d a109060760857405080101 be10040e01000000065f1f0400007016ffff",
             "6129 a109060760857405080101 a203020100 a305a103020100 be10040e0800065f1f040000101404000007")
DISCONNECT = "c301c3 0046 000060030aff 01 01 0f00", "c701c3 00 00"
SWITCH_STATE = "c001c1 0046 000060030aff 02 00", "c401c1 00 03 01"
REGISTER = "c001c1 0003 0100010800ff 02 00", "c401c1 00 06 0001e240"


def cut_off(count, every):
    """One meter after another."""
    def play(path):
        for n in range(count):
            meter(ASSOCIATE, DISCONNECT, server="10.20.9.%d" % (30 + n), sport=40000 + n, at=START + n * every)(path)
    return play


# ---- HART-IP ----

HART_OPEN = bytes.fromhex("010000000001000d010000ea60"), bytes.fromhex("010100000001000d010000ea60")
HART_READ = (bytes.fromhex("010003000003001182a695eb27b80300c6"), bytes.fromhex("010103000003001c86a695eb27b8030b0000414800002041aa00000b"))
HART_TAG = (bytes.fromhex("010003000004003182a695eb27b8162046542d3130310000000000000000000000000000000000000000000000000000fc"),
            bytes.fromhex("010103000004001386a695eb27b816020700d2"))
HART_RESET = bytes.fromhex("010003000005001182a695eb27b82a00ef"), None


# ---- OPC, M-Bus, SMB ----

OPC_ENUM, OTHER_CLASS = (bytes.fromhex("506d48132148d211a4943cb306c10000"), bytes.fromhex("01a8f0d5c0f6d211a4943cb306c10000"))


def rpc(kind, call, body):
    return struct.pack("<BBBBIHHI", 5, 0, kind, 3, 0x10, 16 + len(body), 0, call) + body


def activation(clsid):
    """RemoteCreateInstance at the machine's activator, with the class in its properties."""
    return rpc(0, 2, struct.pack("<IHH", 120, 0, 4) + bytes(72) + clsid + bytes(32)), rpc(2, 2, bytes(24))


RPC_BIND = rpc(11, 1, struct.pack("<HHI", 5840, 5840, 0) + b"\1\0\0\0\0\0\1\0" + bytes.fromhex("a001000000000000c000000000000046") + b"\0\0\0\0"
               + bytes.fromhex("045d888aeb1cc9119fe808002b104860") + b"\2\0\0\0")
POLL_METER = bytes.fromhex("105b015c16"), bytes.fromhex("680303680801000916")


def smb1(words, data, answer=False):
    """A transaction (command 25 hex)."""
    head = b"\xffSMB\x25" + bytes(4) + (b"\x98" if answer else b"\x18") + b"\x01\x28" + bytes(12) + struct.pack("<HHHH", 1, 2, 3, 64)
    body = head + bytes((len(words) // 2,)) + words + struct.pack("<H", len(data)) + data
    return struct.pack("!I", len(body)) + body


def transact(call):
    """A call through a pipe that is open."""
    name = "\\PIPE\\\0".encode("utf-16-le")
    offset = 32 + 1 + 32 + 2 + 1 + len(name)
    words = struct.pack("<HHHHBBHIHHHHHBBHH", 0, len(call), 0, 1024, 0, 0, 0, 0, 0, 0, offset, len(call), offset, 2, 0, 0x26, 0x4001)
    return smb1(words, b"\0" + name + call)


def transacted(answer):
    words = struct.pack("<HHHHHHHHHBB", 0, len(answer), 0, 0, 56, 0, len(answer), 56, 0, 0, 0)
    return smb1(words, b"\0" + answer, answer=True)


SRVSVC = bytes.fromhex("c84f324b7016d30112785a47bf6ee188") + b"\3\0\0\0"
NDR = bytes.fromhex("045d888aeb1cc9119fe808002b104860") + b"\2\0\0\0"
BIND = rpc(11, 1, struct.pack("<HHI", 4280, 4280, 0) + b"\1\0\0\0\0\0\1\0" + SRVSVC + NDR)
BOUND = rpc(12, 1, struct.pack("<HHI", 4280, 4280, 1) + b"\x0d\0\\PIPE\\ntsvcs\0\0" + b"\1\0\0\0" + bytes(4) + NDR)


def canonicalize(path):
    """NetPathCanonicalize (operation 31) by the pipe BROWSER."""
    raw = path.encode("utf-16-le") + b"\0\0"
    stub = struct.pack("<IIII", 0, len(raw) // 2, 0, len(raw) // 2) + raw + bytes(-len(raw) % 4) + bytes(20)
    call, answer = rpc(0, 2, struct.pack("<IHH", len(stub), 0, 31) + stub), rpc(2, 2, struct.pack("<IHH", 8, 0, 0) + bytes(8))
    return over_tcp(445, (transact(BIND), transacted(BOUND)), (transact(call), transacted(answer)))


# ---- Sparkplug B, FETCH/WRITE, BSAP, GENISYS, DDS ----

def sparkplug(kind, name, kept, value):
    return mqtt.publish(mqtt.topic("water", kind, "edge7"), mqtt.payload(mqtt.metric(name, kept, value))), None


SPARKPLUG_WRITE, SPARKPLUG_REBOOT = sparkplug("NCMD", "Valve", mqtt.BOOLEAN, True), sparkplug("NCMD", "Node Control/Reboot", mqtt.BOOLEAN, True)
SPARKPLUG_DATA = sparkplug("NDATA", "Valve", mqtt.BOOLEAN, True)
FETCHED = fetchwrite.fetch(fetchwrite.DB, 5, 0, 1), fetchwrite.answer(fetchwrite.FETCH, b"\0\1")
DB_WRITTEN = fetchwrite.write(fetchwrite.DB, 5, 0, b"\0\1"), fetchwrite.answer(fetchwrite.WRITE)
SIGNAL_READ = bsap.request(1, bsap.read("@GV.Level.")), bsap.answer(1, bsap.was_read(bytes(4)))
SIGNAL_WRITTEN = bsap.request(2, bsap.write("@GV.Pump.", True)), bsap.answer(2, bytes(3))
FLASH = bsap.request(3, b"\1", to=bsap.FLASH_DOWNLOAD), None
SIGNAL_POLL = genisys.message(genisys.POLL, 1), genisys.message(genisys.ACKNOWLEDGE, 1)
SIGNALS_SET = genisys.message(genisys.CONTROLS, 1, (2, 0x81)), genisys.message(genisys.CHECKBACK, 1, (2, 0x81))


def topics(client, *messages):
    return over_udp(rtps.PORT_USER, *alone(*messages), client=client)


DDS = rtps.Peer(rtps.CYCLONE, "203.0.113.9", 1)


CASES = {
    9103001: Case(omron(FINS_STOP), omron(FINS_READ, FINS_STATUS)),
    9103002: Case(omron(FINS_PROGRAM), omron(FINS_PROGRAM_READ)),
    9103003: Case(omron(FINS_WRITE, client=OUTSIDE), omron(FINS_WRITE)),
    9103004: Case(omron(FINS_FORCE), omron(FINS_WRITE)),
    9103011: Case(phasors(synphasor.DATA_OFF), phasors(synphasor.DATA_ON)),
    9103012: Case(phasors(client=OUTSIDE), phasors()),
    9103021: Case(safety((ALLOCATE_PROGRAM, bytes(20)), (END_CHANGE, bytes(8))), safety((CP_STATUS, b""), (GET_PROGRAM, bytes(8)))),
    9103022: Case(safety((RUN_PROGRAM, bytes(4))), safety((CP_STATUS, b""))),
    9103031: Case(over_udp(ads.DISCOVERY_PORT, (ROUTE, ADDED)), over_udp(ads.DISCOVERY_PORT, (WHO, ME))),
    9103032: Case(beckhoff((ads.control(ads.STOP), bytes(4)), port=ads.SYSTEM), beckhoff((ads.control(ads.RUN), bytes(4)), port=ads.SYSTEM)),
    9103033: Case(beckhoff(ADS_WRITE, client=OUTSIDE), beckhoff(ADS_READ, ADS_WRITE)),
    9103041: Case(searches(4), searches(1)),
    9103042: Case(over_tcp(codesys.PORT_TCP, GATEWAY, client=OUTSIDE), over_tcp(codesys.PORT_TCP, GATEWAY)),
    9103051: Case(over_tcp(10001, INVENTORY, SET_NAME), over_tcp(10001, INVENTORY)),
    9103052: Case(over_tcp(10001, INVENTORY, client=OUTSIDE), over_tcp(10001, INVENTORY)),
    9103053: Case(over_tcp(10001, INVENTORY, server=OUTSIDE), over_tcp(10001, INVENTORY)),
    9103061: Case(over_tcp(1911, (SCRIPT, GREETED)), over_tcp(1911, (WORKBENCH, GREETED))),
    9103062: Case(over_tcp(1911, (WORKBENCH, GREETED), client=OUTSIDE), over_tcp(1911, (WORKBENCH, GREETED))),
    9103071: Case(broker(subscribe("#")), broker(subscribe("plant/7/#"))),
    9103072: Case(broker(server=OUTSIDE, hello=connect("pump", "secret")), broker(hello=connect("pump", "secret"))),
    9103073: Case(broker(subscribe(GUID + "/push"), server=OUTSIDE), broker(subscribe("pumps/7/push"), server=OUTSIDE)),
    9103081: Case(knx(KEY), knx(LAMP)),
    9103082: Case(knx(RESTART), knx(LAMP)),
    9103083: Case(knx(LAMP, client=OUTSIDE), knx(LAMP)),
    9103084: Case(knx(MEMORY), knx(LAMP)),
    9103091: Case(meter(ASSOCIATE, DISCONNECT), meter(ASSOCIATE, SWITCH_STATE, REGISTER)),
    9103092: Case(cut_off(12, SECOND), cut_off(3, SECOND), also=(9103091,)),
    9103101: Case(over_udp(5094, HART_OPEN, HART_TAG), over_udp(5094, HART_OPEN, HART_READ)),
    9103102: Case(over_udp(5094, HART_OPEN, HART_RESET), over_udp(5094, HART_OPEN, HART_READ)),
    9103111: Case(over_tcp(135, (RPC_BIND, None), activation(OPC_ENUM)), over_tcp(135, (RPC_BIND, None), activation(OTHER_CLASS))),
    9103121: Case(over_tcp(4001, *[POLL_METER] * 300, every=10 * MILLISECOND), over_tcp(4001, *[POLL_METER] * 60, every=500 * MILLISECOND)),
    9103131: Case(canonicalize("\\A\\..\\..\\NNNN"), canonicalize("\\shares\\plans\\pump.dwg")),
    9103141: Case(broker(SPARKPLUG_WRITE, server=SERVER, client=OUTSIDE), broker(SPARKPLUG_DATA, client=OUTSIDE)),
    9103142: Case(broker(SPARKPLUG_REBOOT), broker(SPARKPLUG_WRITE)),
    9103151: Case(over_tcp(fetchwrite.PORT, DB_WRITTEN, client=OUTSIDE), over_tcp(fetchwrite.PORT, FETCHED, client=OUTSIDE)),
    9103161: Case(over_udp(bsap.PORT, SIGNAL_WRITTEN, client=OUTSIDE), over_udp(bsap.PORT, SIGNAL_READ, SIGNAL_WRITTEN)),
    9103162: Case(over_udp(bsap.PORT, FLASH), over_udp(bsap.PORT, SIGNAL_WRITTEN)),
    9103171: Case(over_tcp(genisys.PORT, SIGNAL_POLL, SIGNALS_SET, client=OUTSIDE), over_tcp(genisys.PORT, SIGNAL_POLL, SIGNALS_SET)),
    9103181: Case(topics(OUTSIDE, DDS.writes(0x102, b"\1\0\0\0")), topics(OUTSIDE, DDS.announce(), DDS.wants(0x107, "rt/level", "Level"))),
}
