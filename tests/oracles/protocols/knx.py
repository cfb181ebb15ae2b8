"""KNXnet/IP. The truth calls it knxip."""
from counting import Counted, Total, between


def hexadecimal(field, digits):
    return lambda e, r: f"0x{r[field]:0{digits}x}" if field in r else None


class Knx:
    """Counts records of `knx` under the truth's name."""

    def __init__(self, inner):
        self.inner = inner

    def of(self, events, name):
        return self.inner.of(events, "knx")


TRUTH = {
    "knxip": {
        "pdus": Knx(Total(hexadecimal("service", 4))),
        "services": Knx(Counted(hexadecimal("service", 4))),
        "cemi_mc": Knx(Counted(hexadecimal("message_code", 2))),
        "cemi_apci": Knx(Counted(hexadecimal("apci", 3))),
        "pairs": Knx(Counted(between)),
    },
}

CARRIERS = {"knxip": ("knx",)}

EXPLAINED = {
    ("knxip", "mixed/emre__rtps_cooked.pcapng"): "frame 10 begins with 52 54 50 53, RTPS, and only its source port is 3671: KNXnet/IP begins with "
        "06 10, and 5053 is no service of it",
}
