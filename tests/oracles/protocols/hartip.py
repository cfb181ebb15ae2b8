"""HART-IP. tshark 4.0 knows the message ids 0 to 3 and passes over direct PDUs (4) and the audit log (5), which ours and Zeek's parser see."""
from counting import Counted, Every, Total, between, only

TYPES = {0: "request", 1: "response", 2: "publish", 15: "error"}
IDS = {0: "session_init", 1: "session_close", 2: "keep_alive", 3: "pass_through"}


def known(value):
    """`value` of what tshark reads too."""
    return lambda e, r: value(e, r) if r.get("message_id", 9) in IDS else None


def commands(e, r):
    return [str(c) for c in r.get("command", [])] if r.get("message_id", 9) in IDS else []


def type_id(e, r):
    return f"{TYPES.get(r['message_type'], r['message_type'])}|{IDS.get(r['message_id'], r['message_id'])}" if "message_type" in r else None


TRUTH = {
    "hartip": {
        "pdus": Total(known(only("message_type"))),
        "type_id": Counted(known(type_id)),
        "hart_commands": Every(commands),
        "pairs": Counted(known(between)),
    },
}

EXPLAINED = {
    ("hartip", "hartip/iti__hart_ip.pcapng"): "frame 27 is an ICMP port unreachable that quotes the session close of frame 26: tshark counts the quotation too",
}
