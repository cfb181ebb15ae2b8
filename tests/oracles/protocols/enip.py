"""EtherNet/IP and CIP: both are told by the records of `enip`, one per CIP message, the encapsulation in a PDU's first."""
import collections

from counting import Counted, between


class Enip(Counted):
    """`key` gives the keys of one event: a list, each counted."""

    def of(self, events, name):
        return dict(collections.Counter(str(k) for e in events for k in self.key(e, e["enip"])))


class Sum(Enip):
    def of(self, events, name):
        return sum(len(self.key(e, e["enip"])) for e in events)


class Frames(Sum):
    """The truth does not have the key when there are none."""

    def of(self, events, name):
        return super().of(events, name) or {}


class Pairs(Enip):
    """The keys are (outer, inner)."""

    def of(self, events, name):
        counts = collections.defaultdict(collections.Counter)
        for e in events:
            for outer, inner in self.key(e, e["enip"]):
                counts[outer][inner] += 1
        return {outer: dict(inner) for outer, inner in counts.items()}


WRITES = {0x02, *range(0x04, 0x0a), 0x0d, 0x10, 0x15, 0x16, 0x19, 0x1a, 0x1b, 0x4b, 0x4d, 0x4e, 0x4f, 0x50, 0x51, 0x53, 0x54}


def when(condition, *keys):
    return list(keys) if condition else []


def is_io(r):
    return r.get("type_name") == "io"


def commands(e, r):
    return when("command" in r, f"0x{r.get('command', 0):04x}")


def cpf_types(e, r):
    return [f"0x{t:04x}" for t in r.get("cpf_types", [])]


def first(e, r):
    return when("command" in r or is_io(r), between(e, r))


def status_errors(e, r):
    return when(r.get("status", 0) != 0, f"0x{r.get('status', 0):08x}")


def message(e, r):
    return when("service" in r, between(e, r))


def services(e, r):
    return when("service" in r, ("rsp" if r["type_name"] == "response" else "req", f"0x{r.get('service', 0):02x}"))


class Classes(Enip):
    """tshark counts the connection manager again in the answer to a message in an unconnected send, and the classes in a
    connection's path with each message on it; with a forward close twice when it saw the forward open."""

    def of(self, events, name):
        self.key, self.opened = self.classes, set()
        return super().of(events, name)

    def classes(self, e, r):
        inside = r.get("inside_name") == "unconnected_send" and r.get("type_name") == "response"
        path = r.get("connection_class", [])
        if self.closes(r):
            path = path * 2
        return [f"0x{c:02x}" for c in r.get("class", []) + path + when(inside, 6)]

    def closes(self, r):
        connection = r.get("connection_serial"), r.get("originator_vendor"), r.get("originator_serial")
        if r.get("operation_name") in ("forward_open", "large_forward_open") and r.get("general_status") == 0:
            self.opened.add(connection)
        return r.get("operation_name") == "forward_close" and r["type_name"] == "request" and connection in self.opened


def writes(e, r):
    return when(r.get("type_name") == "request" and r.get("service") in WRITES, (e["dest_ip"], f"0x{r.get('service', 0):02x}"))


def errors(e, r):
    return when(r.get("general_status", 0) != 0, f"0x{r.get('general_status', 0):02x}")


def is_pccc_request(r):
    return "pccc_command" in r and r["type_name"] == "request"


def pccc_commands(e, r):
    return when(is_pccc_request(r), f"0x{r.get('pccc_command', 0):02x}")


def pccc_functions(e, r):
    function = r.get("pccc_function", 0)
    return when(is_pccc_request(r) and function >> 8 in (6, 7, 15), f"0x{function >> 8:02x}|0x{function & 255:02x}")


TRUTH = {
    "enip": {
        "pdus": Sum(commands),
        "commands": Enip(commands),
        "cpf_types": Enip(cpf_types),
        "pairs": Enip(first),
        "cip_io_frames": Frames(lambda e, r: when(is_io(r), 1)),
        "status_errors": Enip(status_errors),
    },
    "cip": {
        "pdus": Sum(message),
        "services": Pairs(services),
        "classes": Classes(None),
        "pairs": Enip(message),
        "writes": Pairs(writes),
        "errors": Enip(errors),
        "pccc_commands": Enip(pccc_commands),
        "pccc_functions": Enip(pccc_functions),
    },
}

CARRIERS = {"cip": ("enip",)}
EXPLAINED = {
    ("cip", "enip/iti__EIP_ChangePortConfigurationAttempt.pcap"): "frame 1275 answers get_attributes_all of the TCP/IP interface; its value has a path, "
        "20 f6 24 01, to the Ethernet link object, and tshark counts that class too",
}
