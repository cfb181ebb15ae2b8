"""OPC UA binary (OPC 10000-6), security policy None."""
import struct

PORT = 4840
POLICY = "http://opcfoundation.org/UA/SecurityPolicy#"
VALUE = 13
BAD_USER_ACCESS_DENIED, BAD_NOT_WRITABLE = 0x801F0000, 0x803B0000
(OPEN_CHANNEL, CLOSE_CHANNEL, CREATE_SESSION, ACTIVATE_SESSION, CLOSE_SESSION, GET_ENDPOINTS, BROWSE, READ, WRITE, CALL,
 ADD_NODES) = 446, 452, 461, 467, 473, 428, 527, 631, 673, 712, 488
FAULT = 397


def string(s):
    if s is None:
        return struct.pack("<i", -1)
    octets = s if isinstance(s, bytes) else s.encode()
    return struct.pack("<i", len(octets)) + octets


def array(items):
    return struct.pack("<i", len(items)) + b"".join(items)


def node(namespace, identifier):
    """A node by number or by name."""
    if isinstance(identifier, int):
        return struct.pack("<BHI", 2, namespace, identifier)
    return struct.pack("<BH", 3, namespace) + string(identifier)


def type_id(number):
    return struct.pack("<BBH", 1, 0, number)


def extension(number=None, body=b""):
    return b"\0\0\0" if number is None else type_id(number) + b"\1" + string(body)


def localized(text):
    return b"\2" + string(text)


def variant(value):
    if isinstance(value, bool):
        return b"\x01" + bytes((value,))
    if isinstance(value, int):
        return b"\x06" + struct.pack("<i", value)
    if isinstance(value, float):
        return b"\x0b" + struct.pack("<d", value)
    return b"\x0c" + string(value)


def data_value(value, status=None):
    return (b"\x01" if status is None else b"\x03") + variant(value) + (b"" if status is None else struct.pack("<I", status))


def description(uri, product, name, kind):
    return string(uri) + string(product) + localized(name) + struct.pack("<I", kind) + string(None) + string(None) + array([])


def endpoint(url, uri, product, name, mode=1, policy="None", tokens=(0,)):
    policies = array([string("p") + struct.pack("<I", t) + string(None) * 3 for t in tokens])
    return (string(url) + description(uri, product, name, 0) + string(None) + struct.pack("<I", mode) + string(POLICY + policy)
            + policies + string("http://opcfoundation.org/UA-Profile/Transport/uatcp-uasc-uabinary") + b"\0")


def hello(url):
    return frame(b"HELF", struct.pack("<5I", 0, 65536, 65536, 0, 0) + string(url))


def acknowledge():
    return frame(b"ACKF", struct.pack("<5I", 0, 65536, 65536, 0, 0))


def error(code, reason):
    return frame(b"ERRF", struct.pack("<I", code) + string(reason))


def frame(letters, body):
    return letters + struct.pack("<I", len(body) + 8) + body


def request(service, handle, body):
    return type_id(service) + node(1, 77) + struct.pack("<QII", 0, handle, 0) + string(None) + struct.pack("<I", 10000) + extension() + body


def response(service, handle, body, status=0):
    return type_id(service) + struct.pack("<QII", 0, handle, status) + b"\0" + array([]) + extension() + body


def read_node(n, attribute=VALUE):
    return n + struct.pack("<I", attribute) + string(None) + struct.pack("<H", 0) + string(None)


def read(nodes):
    return READ, struct.pack("<dI", 0, 0) + array([read_node(n) for n in nodes])


def values(*of):
    return array([data_value(v) for v in of]) + array([])


def write(n, value):
    return WRITE, array([n + struct.pack("<I", VALUE) + string(None) + data_value(value)])


def statuses(*codes):
    return array([struct.pack("<I", code) for code in codes]) + array([])


def call(obj, method, arguments=()):
    return CALL, array([obj + method + array([variant(a) for a in arguments])])


def called(status=0):
    return array([struct.pack("<I", status) + array([]) * 3]) + array([])


def browse(n):
    return BROWSE, node(0, 0) + struct.pack("<QII", 0, 0, 0) + array([n + struct.pack("<I", 0) + node(0, 31) + b"\1" + struct.pack("<II", 0, 63)])


def browsed(*found):
    references = [node(0, 35) + b"\1" + n + struct.pack("<H", 1) + string(name) + localized(name) + struct.pack("<I", 2) + node(0, 63)
                  for n, name in found]
    return array([struct.pack("<I", 0) + string(None) + array(references)]) + array([])


class Client:
    """One connection: channel and session are opened, then requests are asked and answered as told."""

    def __init__(self, s, url="opc.tcp://plc:4840", user=None, session=True):
        self.s, self.requests, self.numbers = s, 0, [0, 0]
        s.open()
        s.send(hello(url))
        s.reply(acknowledge())
        self.ask((OPEN_CHANNEL, struct.pack("<III", 0, 0, 1) + string(None) + struct.pack("<I", 3600000)),
                 struct.pack("<IIIQI", 0, 5, 9, 0, 3600000) + string(None), letters=b"OPNF")
        if session:
            self.create_session(url)
            self.activate(user)

    def create_session(self, url):
        self.ask((CREATE_SESSION, description("urn:hmi", "urn:maker:scada", "HMI", 1) + string(None) + string(url) + string("s1") + string(None) * 2
                  + struct.pack("<dI", 60000, 0)),
                 node(1, 7) + node(1, 77) + struct.pack("<d", 60000) + string(None) * 2
                 + array([endpoint(url, "urn:plc", "urn:maker:plc", "PLC", tokens=(0, 1))]) + array([]) + string(None) * 2 + struct.pack("<I", 0))

    def activate(self, user):
        token = extension(321, string("p")) if user is None else extension(324, string("p") + string(user) + string("secret") + string(None))
        self.ask((ACTIVATE_SESSION, string(None) * 2 + array([]) + array([]) + token + string(None) * 2), string(None) + array([]) * 2)

    def chunk(self, side, letters, body):
        self.numbers[side] += 1
        head = struct.pack("<I", 5) + (string(POLICY + "None") + string(None) * 2 if letters == b"OPNF" else struct.pack("<I", 9))
        return frame(letters, head + struct.pack("<II", self.numbers[side], self.requests) + body)

    def ask(self, what, answer=None, status=0, letters=b"MSGF"):
        """`what` is (service, parameters); no answer when `answer` is None; a fault when `status` is bad."""
        service, parameters = what
        self.requests += 1
        self.s.send(self.chunk(0, letters, request(service, self.requests, parameters)))
        if answer is not None:
            kind, body = (service + 3, answer) if status < 0x80000000 else (FAULT, b"")
            self.s.reply(self.chunk(1, letters, response(kind, self.requests, body, status)))
        self.s.acknowledge()
