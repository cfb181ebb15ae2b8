#!/usr/bin/env python3
"""Holds the sensor's events against what is known: python3 tests/pcap/run.py --sensor build/fengsui-sensor

*golden*: each capture in this folder's subfolders gives exactly the events in the `.expect` beside it (`--accept` writes
them anew; then read the difference before you commit it). *forms*: the conversation of the decode zoo is found in each
of its link, tunnel and fragment forms. *moods*: so is the request of the TCP zoo, however TCP behaves. One line for
each failure; the last line counts.
"""
import argparse
import difflib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).parent
RULES = HERE.parents[1] / "rules"
sys.path.insert(0, str(HERE.parent / "traffic"))

import capture
from scenarios import SCENARIOS

START = 1_795_000_000 * capture.SECOND
FLEETING = {"id", "flow_id", "sensor", "region", "status", "in_iface", "pcap_cnt", "ndpi", "event_type", "timestamp",
            "src_ip", "src_port", "dest_ip", "dest_port"}


def events(sensor, pcap, folder):
    """Every event but the statistics, as dictionaries; raises RuntimeError with what the sensor said when it fails."""
    rules, out = folder / "all.rules", folder / "events.json"
    rules.write_text("".join(path.read_text() for path in sorted(RULES.glob("*.rules"))))
    out.unlink(missing_ok=True)
    call = [sensor, "-k", "none", "-r", pcap, "-S", rules, "--json", out]
    ran = subprocess.run(call, capture_output=True, text=True, timeout=120, env={**os.environ, "TZ": "UTC"})
    if ran.returncode != 0:
        raise RuntimeError("the sensor exits with %d: %s" % (ran.returncode, ran.stderr.strip()[-300:]))
    return [event for event in map(json.loads, out.read_text().splitlines()) if event["event_type"] != "stats"]


def line(event):
    """One event for a golden file: kind, parties, and what does not change from run to run."""
    def end(name):
        return "%s:%s" % (event.get(name + "_ip", "-"), event.get(name + "_port", "-"))
    rest = {key: value for key, value in event.items() if key not in FLEETING}
    if "alert" in rest:
        rest = {"alert": rest["alert"]["signature_id"]}
    return "%s %s %s > %s %s" % (event["timestamp"], event["event_type"], end("src"), end("dest"),
                                 json.dumps(rest, ensure_ascii=False, sort_keys=True, separators=(",", ":")))


def values(thing):
    """Every single value in nested dictionaries and lists."""
    if isinstance(thing, (dict, list)):
        for inner in thing.values() if isinstance(thing, dict) else thing:
            yield from values(inner)
    else:
        yield thing


def told(found, kind, value):
    """In how many events of a kind a value stands somewhere."""
    return sum(value in values(event.get(kind, {})) for event in found if event["event_type"] == kind)


class Bench:
    def __init__(self, sensor, folder):
        self.sensor, self.folder = sensor, pathlib.Path(folder)
        self.passed, self.failed = 0, 0

    def hold(self, good, sentence):
        self.passed, self.failed = self.passed + good, self.failed + (not good)
        if not good:
            print(sentence, flush=True)

    def events(self, name, pcap):
        try:
            return events(self.sensor, pcap, self.folder)
        except (RuntimeError, OSError, ValueError) as error:
            self.hold(False, "%s: %s" % (name, error))
            return None


def try_golden(bench, accept):
    for pcap in sorted(HERE.glob("*/*.pcap*")):
        name, expect = pcap.relative_to(HERE), pcap.with_suffix(".expect")
        found = bench.events(name, pcap)
        if found is None:
            continue
        lines = sorted(map(line, found))
        if accept:
            expect.write_text("".join(text + "\n" for text in lines))
        known = expect.read_text().splitlines() if expect.exists() else []
        difference = [text for text in difflib.unified_diff(known, lines, "expected", "seen", lineterm="", n=0)]
        bench.hold(not difference, "%s: differs\n  %s" % (name, "\n  ".join(text[:200] for text in difference[:8])))


def generated(bench, scenario):
    """Name and events of each capture of a scenario."""
    for name, tap in SCENARIOS[scenario](START).items():
        pcap = bench.folder / "capture.pcap"
        capture.write(pcap, tap)
        found = bench.events("%s/%s" % (scenario, name), pcap)
        if found is not None:
            yield name, found


def try_forms(bench):
    for name, found in generated(bench, "decode-zoo"):
        seen = (told(found, "dns", "zoo.example"), told(found, "http", "/form?which=zoo"), told(found, "http", 200))
        bench.hold(seen[0] >= 2 and seen[1] >= 1 and seen[2] >= 1,
                   "decode-zoo/%s: %d DNS messages, %d requests, %d responses; expected 2, 1, 1" % (name, *seen))


def try_moods(bench):
    for name, found in generated(bench, "tcp-zoo"):
        if not name.startswith("no-"):
            times = 2 if name == "reused-ports" else 1
            seen = (told(found, "http", "/form?which=tcp"), told(found, "http", 200))
            bench.hold(seen[0] >= times and seen[1] == times,
                       "tcp-zoo/%s: %d requests, %d responses; expected %d of each" % (name, *seen, times))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sensor", type=pathlib.Path, required=True, help="the program that is tried")
    parser.add_argument("--accept", action="store_true", help="write the golden files anew")
    given = parser.parse_args()
    if not given.sensor.is_file():
        parser.error("%s: there is no such program; build it first" % given.sensor)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(given.sensor.resolve(), folder)
        try_golden(bench, given.accept)
        try_forms(bench)
        try_moods(bench)
    print("%d passed, %d failed" % (bench.passed, bench.failed))
    return 1 if bench.failed else 0


if __name__ == "__main__":
    sys.exit(main())
