"""PROFINET: real-time frames, DCP, IO context management."""
from counting import Counted, Every, Nested, Total, only

TYPES = {0: "req", 1: "rsp_ok", 5: "rsp_unsupported"}


def service(e, r):
    return "%s|%s" % (r["service_name"].capitalize(), TYPES.get(r["service_type"], r["service_type"])) if "service" in r else None


def options(e, r):
    """Each option that is named: of blocks, and of what is supported."""
    found = []
    for b in r.get("blocks", []):
        found += [b["option"]] + [s["option"] for s in b.get("supported", [])]
    return [str(o) for o in found]


def macs(e):
    return "%s>%s" % (e["ether"]["src_mac"], e["ether"]["dest_mac"])


NAMED = {"ping", "request", "response", "fack"}      # the truth gives other packet types by number
WRITES = ("write", "control")


def words(name):
    return "".join(w.capitalize() for w in name.split("_"))


def call(e, r):
    kind = r["packet_type_name"]
    return (kind if kind in NAMED else r["packet_type"]), words(r["operation_name"])


TRUTH = {
    "pn_io_cm": {
        "pdus": Total(only("operation")),
        "frames": Total(only("operation")),
        "ops": Nested(call),
        "block_types": Every(lambda e, r: ["0x%04x" % b["type"] for b in r.get("blocks", [])]),
        "errors": Counted(lambda e, r: "0x%02x" % r["error_code"] if "error_code" in r else None),
        "pairs": Counted(lambda e, r: "%s>%s" % (e["src_ip"], e["dest_ip"])),
        "writes": Nested(lambda e, r: (e["dest_ip"], words(r["operation_name"]))
                         if r["packet_type_name"] == "request" and r["operation_name"] in WRITES else None),
    },
    "profinet_rt": {
        "frames": Total(lambda e, r: 1),
        "pdus": Total(lambda e, r: 1),
        "frame_ids": Counted(lambda e, r: "0x%04x" % r["frame_id"]),
    },
    "pn_dcp": {
        "pdus": Total(only("service")),
        "services": Counted(service),
        "options": Every(options),
        "pairs": Counted(lambda e, r: macs(e) if "service" in r else None),
        "set_targets": Counted(lambda e, r: e["ether"]["dest_mac"] if r.get("service_name") == "set" and r.get("service_type") == 0 else None),
    },
}

CARRIERS = {"pn_io_cm": ("profinet_cm",), "profinet_rt": ("profinet",), "pn_dcp": ("profinet",)}
