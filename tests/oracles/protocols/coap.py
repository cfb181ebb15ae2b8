"""CoAP."""
from counting import Counted, Total, between, only

TYPES = ("CON", "NON", "ACK", "RST")

TRUTH = {
    "coap": {
        "pdus": Total(only("code")),
        "types": Counted(lambda e, r: TYPES[r["type"]] if "type" in r else None),
        "codes": Counted(lambda e, r: f"{r['code'] >> 5}.{r['code'] & 31:02d}" if "code" in r else None),
        "pairs": Counted(between),
    },
}
