"""Ethernet POWERLINK."""
from counting import Counted, Total, only

TRUTH = {
    "epl": {
        "pdus": Total(only("type")),
        "types": Counted(only("type")),
        "pairs": Counted(lambda e, r: "%s>%s" % (e["ether"]["src_mac"], e["ether"]["dest_mac"])),
    },
}

CARRIERS = {"epl": ("powerlink",)}
