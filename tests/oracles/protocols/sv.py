"""Sampled values."""
from counting import Counted, Every, Total, only


def sender(e, r):
    return e.get("src_ip") or r.get("source_mac", "?")


def streams(e, r):
    """One key per sample."""
    return [f"{sender(e, r)}|{a['sv_id']}" for a in r.get("asdus", []) if "sv_id" in a]


class Samples(Counted):
    def of(self, events, name):
        return sum(len(e[name].get("asdus", [])) for e in events)


TRUTH = {
    "sv": {
        "pdus": Total(only("appid")),
        "asdus": Samples(None),
        "svids": Every(streams),
        "smpSynch": Every(lambda e, r: [str(a["smp_synch"]) for a in r.get("asdus", []) if "smp_synch" in a]),
        "smpcnt_repeats": Every(lambda e, r: streams(e, r) if "sample_repeat" in r.get("anomalies", []) else []),
    },
}
