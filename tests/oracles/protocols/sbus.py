"""SAIA Ether-S-Bus."""
from counting import Counted, Total, between, only

TRUTH = {
    "sbus": {
        "pdus": Total(only("type")),
        "types": Counted(only("type")),
        "commands": Counted(lambda e, r: f"0x{r['command']:02x}" if r.get("type") == 0 and "command" in r else None),
        "pairs": Counted(between),
    },
}
