#!/usr/bin/env python3
"""Counts what the sensor says of OT captures and holds it against a truth that somebody else counted.

    tests/oracles/ot.py --corpus DIR --sensor build/fengsui-sensor [--protocol modbus] [--only NAME] [-j 2]

DIR has captures/FOLDER/NAME and truth/FOLDER__NAME.json (see its README). Each capture is read once:
    SENSOR -k none -r CAPTURE -S EMPTY --json OUT
and the records of each protocol are counted into the same shape as the truth's. A protocol that the truth does not
name in a capture must not be seen there at all, the captures of negative/ included.

A protocol is a file in protocols/ with TRUTH (truth's protocol -> truth's key -> how records are counted, counting.py) and, where needed,
CARRIERS (whose records tell of it, when the event has another name), EXPLAINED (differences where the truth is wrong: printed, not held
against the sensor), trusted(truth, protocol) (what to compare with, when it is not tshark's count). Prints `protocol: equal/all` and each
difference; exit 0 when all are equal, 1 otherwise. Without the corpus it says "skipped" and exits 0.
"""
import argparse
import collections
import concurrent.futures
import importlib
import json
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True                   # nothing is written beside the sources
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

REPEATS = ("retransmission", "spurious_retransmission", "lost_segment", "out_of_order")

PROTOCOLS, CARRIERS, EXPLAINED, TRUSTED = {}, {}, {}, {}


def load_protocols():
    for path in sorted((pathlib.Path(__file__).resolve().parent / "protocols").glob("*.py")):
        module = importlib.import_module("protocols." + path.stem)
        PROTOCOLS.update(module.TRUTH)
        CARRIERS.update(getattr(module, "CARRIERS", {}))
        EXPLAINED.update(getattr(module, "EXPLAINED", {}))
        TRUSTED.update(dict.fromkeys(module.TRUTH, module.trusted) if hasattr(module, "trusted") else {})


load_protocols()


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


def trusted(truth, protocol):
    """What to compare with: {key: expected}. Where segments were repeated or lost, or the tool called frames malformed, its
    counts per key are not to be trusted, and the recount of the stream has only the total."""
    own = TRUSTED.get(protocol, lambda truth, protocol: None)(truth, protocol)
    if own is not None:
        return own
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
    carriers = CARRIERS.get(protocol, (protocol,))
    mine = [e for e in events if e.get("event_type") in carriers]
    record = carriers[0] if len(carriers) == 1 else protocol        # with several carriers the counters look for themselves
    for key, counted in PROTOCOLS[protocol].items():
        if key not in expected and len(expected) <= 1:      # only a total is known, or that there is none
            continue
        got, want = counted.of(mine, record), expected.get(key, {})
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
