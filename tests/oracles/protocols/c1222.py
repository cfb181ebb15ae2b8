"""ANSI C12.22."""
from counting import Counted, Every, Total, between


def commands(e, r):
    return [f"0x{s:02x}" for s in r.get("service", [])] if r.get("type_name") == "request" else []


def responses(e, r):
    return [f"0x{c:02x}" for c in r.get("response_code", [])]


TRUTH = {
    "c1222": {
        "pdus": Total(lambda e, r: 1),
        "commands": Every(commands),
        "responses": Every(responses),
        "pairs": Counted(between),
    },
}
