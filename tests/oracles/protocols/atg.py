"""Veeder-Root tank gauges: questions, as a recount of the stream has them."""
from counting import Counted


def question(e, r):
    return f"req:{r['function']}{r['tank']:02d}" if r["type"] == 0 else None


class Questions(Counted):
    def of(self, events, name):
        return super().of(events, name) or 0


TRUTH = {"atg": {"pdus": Questions(question)}}


def trusted(truth, protocol):
    return {"pdus": truth.get("mini_oracle", {}).get("atg") or 0}

EXPLAINED = {
    ("atg", "atg/ndpi__atg.pcap"): "a question that nobody acknowledges is sent again 37 seconds after the last time (frames 15 and 16), when a flow that "
        "never was answered is over; the recount takes both for one",
}
