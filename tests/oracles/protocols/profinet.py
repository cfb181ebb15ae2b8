"""PROFINET on Ethernet: real-time frames and DCP."""
from counting import Counted, Every, Total, only

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


TRUTH = {
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

CARRIERS = {"profinet_rt": ("profinet",), "pn_dcp": ("profinet",)}
