"""DNP3."""
import collections

from counting import Counted, Every, Nested, Sum, Total, between


class Frames(Counted):
    """As Counted, but each record counts for the link frames that it came in."""

    def of(self, events, name):
        counts = collections.Counter()
        for e in events:
            key = self.key(e, e[name])
            if key is not None and e[name].get("frames", 0):
                counts[str(key)] += e[name]["frames"]
        return dict(counts)


WRITES = set(range(2, 23)) | {24, 25, 27, 30, 31}        # what changes something


def application(r):
    return r.get("application", {}) if not r.get("incomplete") else {}


def function(e, r):
    return application(r).get("function_code")


def link_function(primary):
    return lambda e, r: r["control"]["function_code"] if r.get("control", {}).get("pri") == primary else None


def pair(e, r):
    return f"{between(e, r)}|{r['src']}|{r['dst']}" if "src" in r else None


# tshark 4.0 reads nothing behind these functions (initialise to save configuration, assign class, activate, authentication) ...
UNREAD = (15, 16, 17, 18, 19, 22, 31, 32, 33, 131)
# ... and no further than the values of these, which it cannot step over: unsynchronised time, authentication
STOPS = ((51, 2), (120, 3))


def headers(e, r):
    """The object headers as far as tshark reads them."""
    told = application(r).get("objects", []) if function(e, r) not in UNREAD else []
    for i, o in enumerate(told):
        if (o["group"], o["variation"]) in STOPS and o.get("points"):
            return told[:i + 1]
    return told


def objects(e, r):
    """tshark names octet strings without their variation, which is their length."""
    return [f"0x{o['group']:02x}{0 if o['group'] in (110, 111) else o['variation']:02x}" for o in headers(e, r)]


def points(e, r):
    return [p for o in headers(e, r) for p in o.get("points", [])]


def write(e, r):
    code = function(e, r)
    return (f"{e['dest_ip']}#{r['dst']}", code) if code in WRITES else None


INDICATIONS = {
    "device_restart": "rst", "parameter_error": "pioor", "no_func_code_support": "fcni", "object_unknown": "obju",
    "event_buffer_overflow": "ebo", "already_executing": "oae", "config_corrupt": "cc", "device_trouble": "dt",
}


def indications(e, r):
    seen = r.get("iin", {}).get("indicators", []) if function(e, r) not in UNREAD else []
    return [INDICATIONS[i] for i in seen if i in INDICATIONS]


TRUTH = {
    "dnp3": {
        "link_frames": Sum(lambda e, r: r.get("frames", 0)),
        "pdus": Total(function),
        "function_codes": Counted(function),
        "pairs": Frames(pair),
        "link_prifunc": Frames(link_function(True)),
        "link_secfunc": Frames(link_function(False)),
        "objects": Every(objects),
        "writes": Nested(write),
        "iin_set": Every(indications),
        "control_status": Every(lambda e, r: [str(p["status_code"]) for p in points(e, r) if "status_code" in p]),
        "file_names": Every(lambda e, r: [p["file_name"] for p in points(e, r) if "file_name" in p and "file_mode" in p]),
    },
}

REPEATS = ("retransmission", "spurious_retransmission", "lost_segment", "out_of_order")


def trusted(truth, protocol):
    """Where segments were repeated or lost tshark counts what came twice; the recount of the stream has the link frames only."""
    recount = truth.get("crosscheck_stream_recount", {}).get("dnp3_link_frames")
    exact = truth.get("protocols", {}).get("dnp3", {}).get("link_frames")
    unsure = any(truth.get("tcp_analysis", {}).get(k) for k in REPEATS) or truth["malformed"]["frames"] > 0
    return {"link_frames": recount} if exact is not None and unsure and recount not in (None, exact) else None


EXPLAINED = {
    ("dnp3", "dnp3/iti__conformance_6.6.2.2.pcap"): "frames of the reserved link functions 5 and 10 (control c5, ca) with octets behind them, which an "
        "outstation must ignore: tshark reads them as user data all the same",
    ("dnp3", "dnp3/iti__write_vto_empty_string.pcap"): "285 objects 70 00 01 0000 ffff, virtual terminal strings of no length: tshark stops at the first",
    ("dnp3", "dnp3/emre__dnp3dataset_capturerem_to_cite_the_paper.pcap"): "12227 link frames, 11134 of them with a transport FIR: 5021 responses, 546 "
        "unsolicited ones, 546 confirmations; tshark joins segments of different fragments and tells 11110",
    ("dnp3", "dnp3/qut__MITM_training_frequent_cut.pcap"): "5033 link frames were captured, 3333 different ones, each seen on its way to and from the "
        "man in the middle who changed some: which copy of an octet counts is the overlap policy's (tshark 2343, the recount 1818)",
    ("dnp3", "dnp3/qut__flooding_testing_infrequent_cut.pcap"): "10908 link frames, six of them on octets that came before with other content "
        "and around the one lost segment; ours leaves four out, the recount six, tshark none",
    ("dnp3", "dnp3/qut__injection_training_frequent_cut.pcap"): "541 link frames, 484 different ones, injected with sequence numbers outside the "
        "window: those are told as stream events and not dissected (tshark 376)",
    ("dnp3", "dnp3/qut__masquerading_testing_frequent_cut.pcap"): "8249 link frames, 8194 different ones, 19 lost segments (tshark 8168)",
    ("dnp3", "dnp3/qut__replay_testing_frequent_cut.pcap"): "1347 link frames, 1293 different ones, replayed into the connections, 11 lost segments (tshark 1237)",
    ("dnp3", "dnp3/shark2pit__dnp3.pcap"): "the recount of the stream has 62 link frames, as we do; the other two of tshark's are no frames: their headers' CRCs are wrong",
    ("dnp3", "dnp3/iti__conformance_6.6.2.4.pcap"): "four headers, each with a wrong CRC (d07b, cf7b, d17b for 05 64 05 c4 00 04 01 00): frames that no "
        "outstation takes",
}
