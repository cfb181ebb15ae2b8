"""IEC 61850 on the wire: MMS (ISO 9506 over TPKT, COTP, session, presentation, ACSE), GOOSE and sampled values.

MMS: `Client` opens an association and asks; requests and answers are built by the functions of the same names. GOOSE and sampled
values: `Publisher` and `Sampler` put frames on a tap.
"""
import struct


ETHERTYPE_GOOSE, ETHERTYPE_SV = 0x88B8, 0x88BA
OBJECT_ACCESS_DENIED, OBJECT_NON_EXISTENT = 3, 10
STATION_CONTROL, REMOTE_CONTROL, MAINTENANCE = 2, 3, 7


# ---- BER ----

def tlv(tag, *parts):
    """`tag` above 255 is a high tag number: its octets in order."""
    body = b"".join(parts)
    head = bytes([tag]) if tag < 256 else tag.to_bytes((tag.bit_length() + 7) // 8, "big")
    size = len(body)
    length = bytes([size]) if size < 128 else (b"\x81" + bytes([size]) if size < 256 else b"\x82" + struct.pack("!H", size))
    return head + length + body


def number(value, tag=0x02):
    size = max(1, (value.bit_length() + 8) // 8)
    return tlv(tag, value.to_bytes(size, "big", signed=True))


def visible(text, tag=0x1A):
    return tlv(tag, text.encode())


# ---- Data ----

def boolean(value):
    return tlv(0x83, bytes([1 if value else 0]))


def bits(text):
    """A bit string as "01", "1100000000000"."""
    unused = -len(text) % 8
    return tlv(0x84, bytes([unused]) + int(text + "0" * unused, 2).to_bytes((len(text) + unused) // 8, "big"))


def integer(value):
    return number(value, 0x85)


def unsigned(value):
    return number(value, 0x86)


def real(value):
    return tlv(0x87, b"\x08", struct.pack("!f", value))


def octets(value):
    return tlv(0x89, value)


def string(text):
    return visible(text, 0x8A)


def utc(seconds, quality=0x0A):
    whole = int(seconds)
    return tlv(0x91, struct.pack("!I", whole), int((seconds - whole) * (1 << 24)).to_bytes(3, "big"), bytes([quality]))


def binary_time(milliseconds, days):
    return tlv(0x8C, struct.pack("!IH", milliseconds, days))


def structure(*members):
    return tlv(0xA2, *members)


# ---- below MMS ----

def tpdu(data, eot=True):
    """A data TPDU in its TPKT."""
    return struct.pack("!BBHBBB", 3, 0, len(data) + 7, 2, 0xF0, 0x80 if eot else 0) + data


def connection(code, source=1):
    """Connection request (e0) and confirm (d0)."""
    body = struct.pack("!BHHB", code, 0 if code == 0xE0 else 1, source, 0) + bytes.fromhex("c0010dc2020001c1020001")
    return struct.pack("!BBHB", 3, 0, len(body) + 5, len(body)) + body


def presented(pdu, context=3):
    return tlv(0x61, tlv(0x30, number(context), tlv(0xA0, pdu)))


def message(pdu):
    """An MMS PDU as data transfer."""
    return tpdu(bytes.fromhex("01000100") + presented(pdu))


def _session(code, value):
    """A unit of the session: its length is one octet up to 254."""
    return bytes([code]) + (bytes([len(value)]) if len(value) < 255 else b"\xff" + struct.pack("!H", len(value))) + value


def _spdu(si, user_data):
    return tpdu(_session(si, bytes.fromhex("0506130100160102140200023302000134020001") + _session(0xC1, user_data)))


def associate_request(title="1.3.9999.33", password=None):
    detail = tlv(0xA4, number(1, 0x80), bytes.fromhex("810305f100820c03ee1c00000408000079ef18"))
    initiate = tlv(0xA8, number(65000, 0x80), number(5, 0x81), number(5, 0x82), number(10, 0x83), detail)
    arcs = [int(arc) for arc in title.split(".")]
    oid = bytes([arcs[0] * 40 + arcs[1]]) + b"".join(bytes([0x80 | arc >> 7, arc & 0x7F]) if arc > 127 else bytes([arc]) for arc in arcs[2:])
    secret = tlv(0x8A, b"\x07\x80") + tlv(0x8B, bytes.fromhex("520301")) + tlv(0xAC, visible(password, 0x80)) if password else b""
    aarq = tlv(0x60, tlv(0x80, b"\x07\x80"), tlv(0xA1, tlv(0x06, bytes.fromhex("28ca220203"))), tlv(0xA6, tlv(0x06, oid)), tlv(0xA7, number(12)), secret,
               tlv(0xBE, tlv(0x28, number(3), tlv(0xA0, initiate))))
    contexts = tlv(0xA4, tlv(0x30, number(1), tlv(0x06, bytes.fromhex("52010001")), tlv(0x30, tlv(0x06, bytes.fromhex("5101")))),
                   tlv(0x30, number(3), tlv(0x06, bytes.fromhex("28ca2202 01")), tlv(0x30, tlv(0x06, bytes.fromhex("5101")))))
    normal = tlv(0xA2, tlv(0x81, struct.pack("!I", 1)), tlv(0x82, struct.pack("!I", 1)), contexts, presented(aarq, 1))
    return _spdu(13, tlv(0x31, tlv(0xA0, number(1, 0x80)), normal))


def associate_response():
    detail = tlv(0xA4, number(1, 0x80), bytes.fromhex("810305f100820c03ee1c00000408000079ef18"))
    initiate = tlv(0xA9, number(65000, 0x80), number(5, 0x81), number(5, 0x82), number(10, 0x83), detail)
    aare = tlv(0x61, tlv(0x80, b"\x07\x80"), tlv(0xA1, tlv(0x06, bytes.fromhex("28ca220203"))), tlv(0xA2, number(0)), tlv(0xA3, tlv(0xA1, number(0))),
               tlv(0xBE, tlv(0x28, number(3), tlv(0xA0, initiate))))
    results = tlv(0xA5, *[tlv(0x30, number(0, 0x80), tlv(0x81, bytes.fromhex("5101")))] * 2)
    return _spdu(14, tlv(0x31, tlv(0xA0, number(1, 0x80)), tlv(0xA2, tlv(0x83, struct.pack("!I", 1)), results, presented(aare, 1))))


# ---- MMS ----

def domain_name(domain, item):
    return tlv(0xA1, visible(domain), visible(item))


def named(*names):
    """listOfVariable of (domain, item)."""
    return tlv(0xA0, *[tlv(0x30, tlv(0xA0, domain_name(*name))) for name in names])


def request(invoke, service):
    return message(tlv(0xA0, number(invoke), service))


def response(invoke, service):
    return message(tlv(0xA1, number(invoke), service))


def error(invoke, error_class, code):
    return message(tlv(0xA2, number(invoke, 0x80), tlv(0xA2, tlv(0xA0, number(code, 0x80 | error_class)))))


def reject(invoke, pdu, reason):
    return message(tlv(0xA4, number(invoke, 0x80), number(reason, 0x80 | pdu)))


def identify():
    return tlv(0x82)


def identity(vendor, model, revision):
    return tlv(0xA2, visible(vendor, 0x80), visible(model, 0x81), visible(revision, 0x82))


def get_name_list(object_class, domain=None):
    return tlv(0xA1, tlv(0xA0, number(object_class, 0x80)), tlv(0xA1, visible(domain, 0x81) if domain else tlv(0x80)))


def name_list(*names, more=False):
    return tlv(0xA1, tlv(0xA0, *map(visible, names)), tlv(0x81, bytes([more])))


def read(*names):
    return tlv(0xA4, tlv(0xA1, named(*names)))


def values(*data):
    """The answer to a read."""
    return tlv(0xA4, tlv(0xA1, *data))


def failure(code):
    return number(code, 0x80)


def write(names, *data):
    return tlv(0xA5, named(*names), tlv(0xA0, *data))


def written(*codes):
    """The answer to a write: None for each that went well."""
    return tlv(0xA5, *[tlv(0x81) if code is None else failure(code) for code in codes])


def operate(value, seconds, ctl_num=1, category=REMOTE_CONTROL, ident=b"scada", test=False, check="00"):
    """Data of Oper and SBOw; of Cancel without `check`."""
    tail = () if check is None else (bits(check),)
    return structure(value, structure(integer(category), octets(ident)), unsigned(ctl_num), utc(seconds), boolean(test), *tail)


def information_report(specification, *results):
    return message(tlv(0xA3, tlv(0xA0, specification, tlv(0xA0, *results))))


def report(rpt_id, data_set, seq_num, *members, reason="010000"):
    """A report with sequence number, data set and reasons."""
    head = string(rpt_id), bits("0101100000"), unsigned(seq_num), string(data_set), bits("1" * len(members))
    return information_report(tlv(0xA1, visible("RPT", 0x80)), *head, *members, *[bits(reason)] * len(members))


def last_error(control_object, cause, category=REMOTE_CONTROL, ident=b"scada", ctl_num=1):
    specification = tlv(0xA0, tlv(0x30, tlv(0xA0, visible("LastApplError", 0x80))))
    return information_report(specification, structure(string(control_object), integer(0), structure(integer(category), octets(ident)), unsigned(ctl_num),
                                                       integer(cause)))


def file_name(text, tag):
    return tlv(tag, visible(text, 0x19))


def file_open(name):
    return tlv(0xBF48, file_name(name, 0xA0), number(0, 0x81))


def file_delete(name):
    return tlv(0xBF4C, visible(name, 0x19))


def file_directory(name):
    return tlv(0xBF4D, file_name(name, 0xA0))


def program(service, name):
    """start 40, stop 41, resume 42, reset 43, kill 44."""
    return tlv(0xBF00 | service, visible(name, 0x80))


def delete_program(name):
    return tlv(0x9F27, name.encode())


def initiate_download(domain):
    return tlv(0xBA, visible(domain, 0x80), tlv(0xA1), tlv(0x82, b"\0"))


CONCLUDE, CONCLUDED = tlv(0x8B), tlv(0x8C)


class Client:
    """The client of one association over an unopened session.Tcp."""

    def __init__(self, s):
        self.s, self.invoke = s, 0
        s.open()
        self._turn(connection(0xE0), connection(0xD0))
        self._turn(associate_request(), associate_response())

    def _turn(self, asked, answered):
        self.s.send(asked)
        if answered is not None:
            self.s.reply(answered)
        self.s.acknowledge()

    def ask(self, service, answer):
        """One request; `answer` is a service's, or whole bytes made by error() or reject()."""
        self.invoke += 1
        whole = answer if answer is None or answer[:1] == b"\x03" else response(self.invoke, answer)
        self._turn(request(self.invoke, service), whole)

    def told(self, report_bytes):
        self.s.reply(report_bytes)
        self.s.acknowledge()

    def select(self, domain, item, value, seconds, refuse=None):
        self.ask(write([(domain, item + "$SBOw")], operate(value, seconds)), written(refuse))

    def operate(self, domain, item, value, seconds, refuse=None, **origin):
        self.ask(write([(domain, item + "$Oper")], operate(value, seconds, **origin)), written(refuse))

    def cancel(self, domain, item, value, seconds):
        self.ask(write([(domain, item + "$Cancel")], operate(value, seconds, check=None)), written(None))

    def close(self):
        self._turn(message(CONCLUDE), message(CONCLUDED))
        self.s.close()


# ---- layer 2 ----

def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def header(appid, apdu, simulated=False):
    return struct.pack("!HHHH", appid, len(apdu) + 8, 0x8000 if simulated else 0, 0) + apdu


def goose_pdu(gocb_ref, data, st_num, sq_num, *, seconds=0, data_set="", go_id="", time_allowed=2000, conf_rev=1, simulation=False, entries=None):
    return tlv(0x61, visible(gocb_ref, 0x80), number(time_allowed, 0x81), visible(data_set, 0x82), visible(go_id, 0x83), b"\x84\x08" + utc(seconds)[2:],
               number(st_num, 0x85), number(sq_num, 0x86), tlv(0x87, bytes([simulation])), number(conf_rev, 0x88), tlv(0x89, b"\0"),
               number(len(data) if entries is None else entries, 0x8A), tlv(0xAB, *data))


def sv_asdu(sv_id, count, sample, *, conf_rev=1, synch=2):
    return tlv(0x30, visible(sv_id, 0x80), tlv(0x82, struct.pack("!H", count)), tlv(0x83, struct.pack("!I", conf_rev)), tlv(0x85, bytes([synch])),
               tlv(0x87, sample))


def sv_pdu(*asdus):
    return tlv(0x60, number(len(asdus), 0x80), tlv(0xA2, *asdus))


class Publisher:
    """A control block that sends GOOSE: keeps stNum and sqNum as the standard says."""

    def __init__(self, tap, source, destination, appid, gocb_ref, **fixed):
        self.tap, self.ends, self.appid, self.gocb_ref, self.fixed = tap, mac(destination) + mac(source), appid, gocb_ref, fixed
        self.st_num, self.sq_num, self.data = 1, 0, ()

    def put(self, at, **odd):
        """One frame as it stands; `odd` replaces what the standard would send."""
        told = {"st_num": self.st_num, "sq_num": self.sq_num, **self.fixed, **odd}
        simulated = told.pop("frame_simulated", False)
        apdu = goose_pdu(self.gocb_ref, self.data, told.pop("st_num"), told.pop("sq_num"), **told)
        self.tap.put(at, self.ends + struct.pack("!H", ETHERTYPE_GOOSE) + header(self.appid, apdu, simulated))

    def change(self, at, *data):
        self.st_num, self.sq_num, self.data = self.st_num + (self.data != ()), 0, data
        self.put(at)

    def repeat(self, at):
        self.sq_num += 1
        self.put(at)


class Sampler:
    """A merging unit's stream, `rate` samples a second."""

    def __init__(self, tap, source, destination, appid, sv_id, rate=4000):
        self.tap, self.ends, self.appid, self.sv_id, self.rate, self.count = tap, mac(destination) + mac(source), appid, sv_id, rate, 0

    def put(self, at, sample, asdus=1, **odd):
        parts = []
        for _ in range(asdus):
            parts.append(sv_asdu(self.sv_id, self.count, sample, **odd))
            self.count = (self.count + 1) % self.rate
        self.tap.put(at, self.ends + struct.pack("!H", ETHERTYPE_SV) + header(self.appid, sv_pdu(*parts)))
