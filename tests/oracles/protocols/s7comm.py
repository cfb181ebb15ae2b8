"""S7comm, S7comm-plus and the COTP below them."""
import collections

from counting import Counted, Every, Nested, Total, between, only

class Tpdus(Counted):
    """Transport TPDUs as the protocols above tell them: a message in data TPDUs says how many it took."""

    def of(self, events, name):
        counts = collections.Counter()
        for e in events:
            record = e[e["event_type"]]
            if "tpdu" in record:
                counts[str(record["tpdu"])] += record.get("tpdus", 1)
        return dict(counts)


S7_ROSCTR = {1: "Job", 2: "Ack", 3: "Ack_Data", 7: "Userdata"}
S7_KINDS = {"request": 4, "response": 8, "push": 0}
S7_WRITES = (0x05, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f, 0x28, 0x29)


def s7_function(e, r):
    return f"0x{r['function_code']:02x}" if "function_code" in r else None


def s7_userdata(e, r):
    if "group" not in r:
        return None
    return f"{S7_KINDS[r['type_name']]}|{r['group']}|{r['subfunction'] if r['group'] else '?'}"


def s7_rosctr_function(e, r):
    return (S7_ROSCTR[r["rosctr"]], s7_function(e, r)) if "function_code" in r else None


def s7_areas(e, r):
    asked = r.get("items", []) if r.get("type_name") == "request" else []
    return [f"0x{i['area']:02x}" for i in asked if "area" in i]


def s7_return_codes(e, r):
    codes = [i["return_code"] for i in r.get("items", []) if "return_code" in i]
    return [f"0x{c:02x}" for c in codes + ([r["return_code"]] if "return_code" in r else [])]


def s7_header_error(e, r):
    named = r.get("error_class", 0) or r.get("error_code", 0)
    return f"0x{r['error_class']:02x}/0x{r['error_code']:02x}" if named else None


def s7_write(e, r):
    wrote = r.get("rosctr") == 1 and r.get("function_code") in S7_WRITES
    return (e["dest_ip"], s7_function(e, r)) if wrote else None


def s7_plus_function(e, r):
    if "function_code" not in r:
        return None
    name = "".join(word.capitalize() for word in r.get("function_code_name", "").split("_"))
    unnamed = not name or r["function_code"] == 0x057c      # this one is not in the recount's table
    return f"{r['opcode_name']}:" + (f"0x{r['function_code']:04x}" if unnamed else name)


TRUTH = {
    "cotp": {"types": Tpdus(None)},
    "s7comm": {
        "pdus": Total(only("rosctr")),
        "rosctr": Counted(lambda e, r: S7_ROSCTR.get(r.get("rosctr"))),
        "functions": Counted(s7_function),
        "functions_by_rosctr": Nested(s7_rosctr_function),
        "userdata": Counted(s7_userdata),
        "areas": Every(s7_areas),
        "item_return_codes": Every(s7_return_codes),
        "header_errors": Counted(s7_header_error),
        "param_errors": Counted(lambda e, r: f"0x{r['error']:04x}" if "error" in r else None),
        "writes": Nested(s7_write),
        "pairs": Counted(lambda e, r: between(e, r) if "rosctr" in r else None),
    },
    "s7comm_plus": {
        "pdus": Total(only("opcode")),
        "functions": Counted(s7_plus_function),
        "versions": Counted(lambda e, r: f"v{r['version']}" if "version" in r else None),
    },
}

CARRIERS = {"cotp": ("s7comm", "s7comm_plus")}     # whose records tell of it

EXPLAINED = {
    ("s7comm", "s7comm/iti__s7comm_clean.pcap"): "2637 jobs, each with its answer; tshark passes over 12 answers that only came in segments it calls "
        "retransmissions",
    ("cotp", "s7comm/iti__s7comm_clean.pcap"): "the same 12 answers",
    ("cotp", "s7comm/iti__wincc_s300_setup_alarm_read_2.pcap"): "a job whose empty first piece we count: 487; tshark has 486, in a capture with a repeated segment",
    ("cotp", "s7commplus/emre__cotp.pcap"): "tshark counts 1956 data TPDUs, the recount of the stream 1960, as we do",
    ("s7comm", "s7comm/arkime__s7comm_synthetic.pcap"): "made by hand: an ACK with a function, which tshark does not read, and an answer "
        "without its error bytes, in which tshark reads items over the end",
    ("s7comm_plus", "s7comm/arkime__s7comm_synthetic.pcap"): "made by hand: opcode 4, which does not exist",
    ("s7comm_plus", "mixed/arkime__arkime_synthetic.pcap"): "made by hand: one S7comm-plus message, opcode 0, in a stream of S7comm",
    ("s7comm", "mixed/arkime__arkime_synthetic.pcap"): "made by hand: a stream whose first message is the one byte 32; it is not taken up",
    ("cotp", "mixed/arkime__arkime_synthetic.pcap"): "the same stream, and RDP's connection, which is RDP's to tell",
}


def plus_trusted(truth):
    """S7comm-plus: tshark has no dissector for it, the truth is a recount of the stream."""
    recount = truth.get("mini_oracle", {}).get("s7commplus")
    if recount is None or not recount["counts"].get("cotp_sdus"):
        return {"pdus": 0}
    return {"pdus": recount["counts"].get("pdus", 0), "functions": recount["functions"], "versions": recount["versions"]}


def trusted(truth, protocol):
    if protocol == "s7comm_plus":
        return plus_trusted(truth)
    if protocol == "cotp" and not {"s7comm"} & set(truth.get("protocols", {})) and plus_trusted(truth) == {"pdus": 0}:
        return {"pdus": 0}      # other protocols' transport tells of itself in their own records
    return None
