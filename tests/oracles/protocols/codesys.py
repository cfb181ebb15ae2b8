"""CODESYS V3: discovery on UDP, as an independent recount of the datagrams has it."""
from counting import Counted, Total

TRUTH = {
    "codesys": {
        "pdus": Total(lambda e, r: 1 if e["proto"].lower() == "udp" else None),
        "ports": Counted(lambda e, r: f"dport:{e['dest_port']}" if e["proto"].lower() == "udp" else None),
    },
}


def trusted(truth, protocol):
    counted = truth.get("mini_oracle", {}).get("codesys_v3_udp")
    if counted is None:
        return {"pdus": 0}
    return {"pdus": counted["udp_datagrams"], "ports": {k: n for k, n in counted.items() if k.startswith("dport:")}}
