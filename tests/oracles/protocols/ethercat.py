"""EtherCAT."""
from counting import Counted, Every, Sum, Total


def datagrams(e, r):
    return r.get("datagrams", [])


def counter(d):
    return str(d["working_counter"]) if d["working_counter"] < 8 else ">=8"


def mac_pair(e, r):
    return "%s>%s" % (e["ether"]["src_mac"], e["ether"]["dest_mac"]) if "ether" in e else "%s>%s" % (e["src_ip"], e["dest_ip"])


TRUTH = {
    "ethercat": {
        "frames": Total(lambda e, r: 1),
        "pdus": Sum(lambda e, r: r.get("count", 0)),
        "commands": Every(lambda e, r: [d["command_name"].upper() for d in datagrams(e, r)]),
        "working_counter": Every(lambda e, r: [counter(d) for d in datagrams(e, r)]),
        "pairs": Counted(mac_pair),
        "coe_sdo_req": Every(lambda e, r: [str(d["sdo_command"]) for d in datagrams(e, r) if d.get("coe_service_name") == "sdo_request"]),
    },
}

EXPLAINED = {
    ("ethercat", "ethercat/ethercrab__twincat_akd_nc_mode.pcapng"): "five frames carry Ethernet frames in their mailboxes (EoE): the truth names the inner "
        "frame's addresses, 02:01:05:30:03:e9 to all, ours are those of the frame on the wire; and as below",
    ("ethercat", "ethercat/ethercrab__twincat_scan_boxes.pcapng"): "one frame came over UDP: the truth names its Ethernet addresses, our event its IP addresses",
}
