"""OMRON FINS."""
from counting import Counted, Nested, Total, between

WRITES = {0x0102, 0x0103, 0x0105, 0x0202, 0x0203, 0x0221, 0x0304, 0x0305, 0x0307, 0x0308, 0x0401, 0x0402, 0x0403, 0x0702, 0x2101, 0x2103,
          0x2203, 0x2204, 0x2205, 0x2206, 0x2207, 0x2208, 0x220a, 0x220b, 0x220c, 0x2211, 0x2301, 0x2302, 0x2601, 0x2602}


def command(e, r):
    return ("rsp" if r["type"] else "req", f"0x{r['command']:04x}") if "command" in r else None


def write(e, r):
    wrote = r.get("type") == 0 and r.get("command") in WRITES
    return (e["dest_ip"], f"0x{r['command']:04x}") if wrote else None


def tcp_command(e, r):
    return r.get("tcp_command")


TRUTH = {
    "fins": {
        "pdus": Total(lambda e, r: 1),
        "commands": Nested(command),
        "writes": Nested(write),
        "tcp_commands": Counted(tcp_command),
        "pairs": Counted(between),
    },
}
