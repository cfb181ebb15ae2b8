"""GOOSE, on Ethernet and routable."""
from counting import Counted, Total, only


class Some(Total):
    """A total that the truth leaves out where there is none."""

    def of(self, events, name):
        return super().of(events, name) or {}


def sender(e, r):
    """The truth's: of routable GOOSE the address, else the Ethernet address, which cooked captures do not have."""
    return e.get("src_ip") or r.get("source_mac", "?")


def block(e, r):
    return f"{sender(e, r)}|{r['gocb_ref']}"


def where(test):
    return Counted(lambda e, r: block(e, r) if r.get("pdu_type") == "goose" and "gocb_ref" in r and test(r) else None)


def departs(anomaly):
    return where(lambda r: anomaly in r.get("anomalies", []))


TRUTH = {
    "goose": {
        "pdus": Total(only("pdu_type", pdu_type="goose")),
        "mgmt_pdus": Total(lambda e, r: 1 if r.get("pdu_type", "").startswith("management") else None),
        "appids": Counted(lambda e, r: f"0x{r['appid']:04x}" if "src_ip" not in e else None),
        "gocb": where(lambda r: True),
        "confRev": Counted(only("conf_rev")),
        "pairs": Counted(lambda e, r: f"{r.get('source_mac', '?')}>{r.get('destination_mac', '?')}"),
        "simulation_set": Some(lambda e, r: 1 if r.get("simulation") else None),
        "stnum_changes": where(lambda r: r.get("state_change")),
        "sqnum_gaps": departs("sequence_gap"),
        "sqnum_repeats": departs("sequence_repeat"),
        "sqnum_decreases": departs("sequence_decrease"),
    },
}
EXPLAINED = {
    ("goose", "rgoose/robidev__RGOOSE2.pcapng"): "the capture pauses for 394 s (second 1172 to 1566): the UDP flows have ended by then, and with them what was "
        "remembered of their publishers; the first message after it is compared with none",
}
