"""OPC UA binary."""
from counting import Counted, Every, Nested, Total, between, only

TYPES = ("HEL", "ACK", "ERR", "RHE", "OPN", "MSG", "CLO")
# Requests that change the server; the truth counts the write response with them.
WRITES = {488, 673, 676, 700, 712}


def write(e, r):
    return (e["dest_ip"], r["service"]) if r.get("service") in WRITES else None


def bad_results(e, r):
    codes = [r.get("service_result", 0)]
    return [f"0x{code:08x}" for code in codes if code >> 30 >= 2]


TRUTH = {
    "opcua": {
        "pdus": Total(only("message_type")),
        "message_types": Counted(lambda e, r: TYPES[r["message_type"]] if "message_type" in r else None),
        "chunks": Counted(lambda e, r: "FCA"[r["chunk"]] if "chunk" in r else None),
        "services": Counted(only("service")),
        "security_policies": Counted(only("security_policy")),
        "writes": Nested(write),
        "bad_results": Every(bad_results),
        "pairs": Counted(between),
    },
}

WITH_GAP = ("the create session response of 192.168.11.34 (stream octet 164, three segments and a fourth) is whole only after its lost segments "
            "were sent again; tshark does not put such segments in order and misses the one message, whose request id 2 is that of the "
            "create session request before it")
EXPLAINED = {
    ("opcua", "opcua/icsnpp_opcua-binary__opcua_with_gap.pcap"): WITH_GAP,
    ("opcua", "opcua/icsnpp_opcua-binary__opcua_with_gap_with_handshake.pcapng"): WITH_GAP + " (the same conversation)",
}
