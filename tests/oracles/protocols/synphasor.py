"""C37.118 synchrophasors."""
from counting import Counted, Total, between, only


def counted(e, r):
    """tshark 4.0 has no header frames among its types."""
    return r.get("frame_type") if r.get("frame_type_name") != "header" else None


def pair(e, r):
    return f"{between(e, r)}|{r['idcode']}" if counted(e, r) is not None else None


TRUTH = {
    "synphasor": {
        "pdus": Total(counted),
        "frame_types": Counted(lambda e, r: r["frame_type_name"] if counted(e, r) is not None else None),
        "commands": Counted(only("command")),
        "pairs": Counted(pair),
    },
}

TWICE = "two segments with a data frame each came twice, the second time long after (packets 13 and 107, 3891 and 3893 by sequence number): tshark counts both"
EXPLAINED = {
    ("synphasor", "mixed/arkime__arkime_synthetic.pcap"): "made by hand: a command (aa41 0012 002a) and a configuration, both whole and with right CRCs, on "
        "4712; tshark tells neither",
    ("synphasor", "synphasor/iti__c37_pmu_clean.pcap"): TWICE,
    ("synphasor", "synphasor/iti__c37_pmu_unclean.pcap"): TWICE,
}
