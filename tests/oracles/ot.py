#!/usr/bin/env python3
"""Counts what the sensor says of OT captures and holds it against a truth that somebody else counted.

    tests/oracles/ot.py --corpus DIR --sensor build/fengsui-sensor [--protocol modbus] [--only NAME] [-j 2]

DIR has captures/FOLDER/NAME and truth/FOLDER__NAME.json (see its README). Each capture is read once:
    SENSOR -k none -r CAPTURE -S EMPTY --json OUT
and the records of each protocol are counted into the same shape as the truth's. A protocol that the truth does not
name in a capture must not be seen there at all, the captures of negative/ included.

A protocol is one entry of PROTOCOLS: truth key -> what an event adds to it. Prints `protocol: equal/all` and each
difference; exit 0 when all are equal, 1 otherwise. Without the corpus it says "skipped" and exits 0.
"""
import argparse
import collections
import concurrent.futures
import json
import pathlib
import subprocess
import sys
import tempfile

REPEATS = ("retransmission", "spurious_retransmission", "lost_segment", "out_of_order")


class Counted:
    """A protocol's truth key and how one event counts towards it: `key(event, record)` gives a key, or None for not at all."""

    def __init__(self, key):
        self.key = key

    def of(self, events, name):
        keys = (self.key(e, e[name]) for e in events)
        return dict(collections.Counter(str(k) for k in keys if k is not None))


class Total(Counted):
    def of(self, events, name):
        return sum(1 for e in events if self.key(e, e[name]) is not None)


class Sum(Counted):
    def of(self, events, name):
        return sum(self.key(e, e[name]) or 0 for e in events)


class Nested(Counted):
    """The same with an outer key: `key` gives (outer, inner)."""

    def of(self, events, name):
        counts = collections.defaultdict(collections.Counter)
        for e in events:
            pair = self.key(e, e[name])
            if pair is not None:
                counts[str(pair[0])][str(pair[1])] += 1
        return {outer: dict(inner) for outer, inner in counts.items()}


def only(field, **where):
    """The record's value of `field` where its other fields are as said."""
    return lambda e, r: r.get(field) if all(r.get(k) == v for k, v in where.items()) else None


MODBUS_WRITES = (5, 6, 15, 16, 21, 22, 23)


def modbus_direction(e, r):
    return ("req" if r["type"] == 0 else "rsp", r["function_code"]) if "function_code" in r else None


def modbus_pair(e, r):
    return f"{e['src_ip']}>{e['dest_ip']}|{r['unit_id']}" if "unit_id" in r else None


def modbus_exception(e, r):
    return f"{r['function_code']}|{r['exception_code']}" if "exception_code" in r else None


def modbus_write(e, r):
    wrote = r.get("type") == 0 and r.get("function_code") in MODBUS_WRITES
    return (f"{e['dest_ip']}#{r['unit_id']}", r["function_code"]) if wrote else None


U_FUNCTIONS = {1: "STARTDT_act", 2: "STARTDT_con", 4: "STOPDT_act", 8: "STOPDT_con", 16: "TESTFR_act", 32: "TESTFR_con"}


def iec104_u(e, r):
    return U_FUNCTIONS.get(r["u_function"], r["u_function"]) if "u_function" in r else None


def iec104_type_cause(e, r):
    return (r["type_id"], r.get("cause_of_transmission", "?")) if "type_id" in r else None


def iec104_pair(e, r):
    return f"{e['src_ip']}>{e['dest_ip']}|{r.get('common_address', '?')}" if "type_id" in r else None


def iec104_command(e, r):
    commands = r.get("type_id", 0) >= 45 and r.get("cause_of_transmission") in (6, 8)
    return (f"{e['dest_ip']}#{r['common_address']}", r["type_id"]) if commands else None


def iec104_negative(e, r):
    return f"{r['type_id']}|{r['cause_of_transmission']}" if r.get("negative") else None


class Every(Counted):
    """`key` gives any number of keys for one event."""

    def of(self, events, name):
        return dict(collections.Counter(k for e in events for k in self.key(e, e[name])))


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


def between(e, r):
    return f"{e['src_ip']}>{e['dest_ip']}"


PROTOCOLS = {
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
    "iec104": {
        "pdus": Total(only("apci_type")),
        "apci_types": Counted(lambda e, r: r["apci_type_name"].upper() if "apci_type" in r else None),
        "u_types": Counted(iec104_u),
        "asdus": Total(only("type_id")),
        "information_objects": Sum(only("number_of_objects")),
        "type_ids": Counted(only("type_id")),
        "type_id_cot": Nested(iec104_type_cause),
        "cots": Counted(only("cause_of_transmission")),
        "pairs": Counted(iec104_pair),
        "commands": Nested(iec104_command),
        "negative": Counted(iec104_negative),
        "test_flag": Counted(lambda e, r: r["type_id"] if r.get("test") else None),
    },
    "modbus": {
        "pdus": Total(only("function_code")),
        "function_codes": Counted(only("function_code")),
        "function_codes_by_dir": Nested(modbus_direction),
        "exceptions": Counted(modbus_exception),
        "writes": Nested(modbus_write),
        "pairs": Counted(modbus_pair),
    },
}


CARRIERS = {"cotp": ("s7comm", "s7comm_plus")}     # whose records tell of it

# Where the truths contradict each other, and why ours is what it is. Printed, and not held against the sensor.
EXPLAINED = {
    ("modbus", "modbus/iti__fuzz_72.pcap"): "a mutated capture with eleven holes: tshark reads each segment alone and counts "
        "17 PDUs, the recount of the stream 2; ours are the PDUs of the stream with the holes as they were given up, 3",
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


def events_of(sensor, capture, empty_rules, scratch):
    """The sensor's events for one capture, and its complaint when it failed."""
    out = pathlib.Path(scratch) / (capture.parent.name + "__" + capture.name + ".json")
    run = subprocess.run([sensor, "-k", "none", "-r", capture, "-S", empty_rules, "--json", out],
                         capture_output=True, text=True, errors="replace", timeout=300)
    events = []
    if out.exists():
        with out.open(encoding="utf-8", errors="replace") as lines:
            events = [json.loads(line) for line in lines if line.strip()]
        out.unlink()
    complaint = f"exit {run.returncode}: {run.stderr.strip()[-300:]}" if run.returncode != 0 else None
    return events, complaint


def plus_trusted(truth):
    """S7comm-plus: tshark has no dissector for it, the truth is a recount of the stream."""
    recount = truth.get("mini_oracle", {}).get("s7commplus")
    if recount is None or not recount["counts"].get("cotp_sdus"):
        return {"pdus": 0}
    return {"pdus": recount["counts"].get("pdus", 0), "functions": recount["functions"], "versions": recount["versions"]}


def trusted(truth, protocol):
    """What to compare with: {key: expected}. Where segments were repeated or lost, or the tool called frames malformed, its
    counts per key are not to be trusted, and the recount of the stream has only the total."""
    if protocol == "s7comm_plus":
        return plus_trusted(truth)
    if protocol == "cotp" and not {"s7comm"} & set(truth.get("protocols", {})) and plus_trusted(truth) == {"pdus": 0}:
        return {"pdus": 0}      # other protocols' transport tells of itself in their own records
    exact = truth.get("protocols", {}).get(protocol)
    other_port = truth.get("nonstandard_port", {}).get("protocols", {}).get(protocol)
    recount = truth.get("crosscheck_stream_recount", {}).get(protocol)
    if other_port is not None:
        return other_port
    if exact is None:
        return {"pdus": 0}
    if recount is not None and recount != exact["pdus"]:
        unsure = any(truth.get("tcp_analysis", {}).get(k) for k in REPEATS) or truth["malformed"]["frames"] > 0
        return {"pdus": recount} if unsure else exact
    return exact


def differences(protocol, events, expected):
    found = []
    mine = [e for e in events if e.get("event_type") in CARRIERS.get(protocol, (protocol,))]
    for key, counted in PROTOCOLS[protocol].items():
        if key not in expected and len(expected) <= 1:      # only a total is known, or that there is none
            continue
        got, want = counted.of(mine, protocol), expected.get(key, {})
        if got != want:
            found.append(f"{key}: {compact(got, want)}")
    return found


def compact(got, want):
    """Two counts, only where they differ."""
    if not isinstance(got, dict) or not isinstance(want, dict):
        return f"{got}, expected {want}"
    got, want = flat(got), flat(want)
    keys = [k for k in sorted(set(got) | set(want)) if got.get(k) != want.get(k)]
    shown = ", ".join(f"{k}: {got.get(k, 0)}, expected {want.get(k, 0)}" for k in keys[:6])
    return shown + (f", and {len(keys) - 6} more" if len(keys) > 6 else "")


def flat(counts):
    if not any(isinstance(v, dict) for v in counts.values()):
        return counts
    return {f"{outer} {k}": n for outer, inner in counts.items() for k, n in inner.items()}


def measure(job):
    sensor, capture, truth_path, protocols, empty_rules, scratch = job
    truth = json.loads(truth_path.read_text())
    try:
        events, complaint = events_of(sensor, capture, empty_rules, scratch)
    except subprocess.TimeoutExpired:
        events, complaint = [], "did not end within 300 s"
    result = []
    for protocol in protocols:
        expected = trusted(truth, protocol)
        found = differences(protocol, events, expected)
        if complaint:
            found.append(complaint)
        result.append((protocol, expected != {"pdus": 0}, f"{capture.parent.name}/{capture.name}", found))
    return result


def jobs_of(args, empty_rules, scratch):
    corpus = pathlib.Path(args.corpus)
    protocols = args.protocol or sorted(PROTOCOLS)
    for truth_path in sorted((corpus / "truth").glob("*.json")):
        folder, name = truth_path.name[:-len(".json")].split("__", 1)
        capture = corpus / "captures" / folder / name
        if capture.exists() and (args.only is None or args.only in truth_path.name):
            yield args.sensor, capture, truth_path, protocols, empty_rules, scratch


def report(results):
    tally = collections.defaultdict(lambda: [0, 0, 0, 0])    # carrying: equal, all; without: silent, all
    explained = 0
    for protocol, carries, capture, found in results:
        at = 0 if carries else 2
        tally[protocol][at] += not found
        tally[protocol][at + 1] += 1
        for line in found:
            print(f"{protocol}: {capture}: {line}")
        if found and (protocol, capture) in EXPLAINED:
            explained += 1
            print("    explained: " + EXPLAINED[protocol, capture])
    for protocol, (equal, total, silent, others) in sorted(tally.items()):
        print(f"{protocol}: {equal}/{total}, and none in {silent}/{others} captures without it")
    equal = sum(t[0] + t[2] for t in tally.values())
    failed = sum(t[1] + t[3] for t in tally.values()) - equal - explained
    print(f"{equal + explained} passed, {failed} failed")
    return failed == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--sensor", required=True)
    parser.add_argument("--protocol", action="append", choices=sorted(PROTOCOLS))
    parser.add_argument("--only", help="captures whose name holds this")
    parser.add_argument("-j", "--jobs", type=int, default=2)
    args = parser.parse_args()
    if not (pathlib.Path(args.corpus) / "truth").is_dir():
        print(f"skipped: no corpus at {args.corpus}")
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        empty_rules = pathlib.Path(scratch) / "empty.rules"
        empty_rules.write_text("")
        with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
            results = [r for batch in pool.map(measure, jobs_of(args, empty_rules, scratch)) for r in batch]
    return 0 if report(results) else 1


if __name__ == "__main__":
    sys.exit(main())
