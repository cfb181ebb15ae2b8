"""Beckhoff ADS, as tshark decodes it: over TCP. Discovery over UDP is ours alone."""
from counting import Counted, Nested, Total, between

NAMES = {0: "Invalid", 1: "ReadDeviceInfo", 2: "Read", 3: "Write", 4: "ReadState", 5: "WriteControl", 6: "AddNotification",
         7: "DelNotification", 8: "Notification", 9: "ReadWrite"}


def command(e, r):
    return ("rsp" if r["type"] else "req", NAMES.get(r["command"], r["command"])) if "command" in r else None


def write(e, r):
    wrote = r.get("type") == 0 and r.get("command") in (3, 5, 9)
    return (e["dest_ip"], NAMES[r["command"]]) if wrote else None


def error(e, r):
    return f"0x{r['error']:08x}" if r.get("error") else None


TRUTH = {
    "ads": {
        "pdus": Total(lambda e, r: r.get("command")),
        "commands": Nested(command),
        "writes": Nested(write),
        "errors": Counted(error),
        "pairs": Counted(lambda e, r: between(e, r) if "command" in r else None),
    },
}
