#!/usr/bin/env python3
"""Holds our rules against traffic: python3 tests/rules/run.py --sensor build/fengsui-sensor

Three trials. *cases*: each rule sees a capture that fires it exactly as often as said, and one that looks alike, on which
neither it nor any other rule alerts but those that the case names. *quiet*: all rules together see an honest morning and say nothing. *exercise*: all rules together
see the drill and say exactly what the drill holds. One line for each failure; the last line counts.
"""
import argparse
import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).parent
RULES = HERE.parents[1] / "rules"
EXERCISE = HERE.parents[1] / "deploy" / "exercise"
sys.path.insert(0, str(HERE))

import cases
import capture
import drill
import session


GID_INDICATORS = 9001


class Bench:
    """A sensor and a folder to work in; counts what held."""

    def __init__(self, sensor, folder):
        self.sensor, self.folder = sensor, pathlib.Path(folder)
        self.passed, self.failed = 0, 0
        countries = self.folder / "countries.mmdb"
        subprocess.run(["perl", EXERCISE / "countries.pl", "flat", EXERCISE / "countries.csv", countries], check=True)
        self.places = ["--set", "places.assets=%s" % (EXERCISE / "assets.csv"), "--set", "places.countries=%s" % countries,
                       "--set", "places.indicators=%s" % (EXERCISE / "indicators.csv")]

    def hold(self, good, sentence):
        self.passed, self.failed = self.passed + good, self.failed + (not good)
        if not good:
            print(sentence, flush=True)

    def alerts(self, taps, rules):
        """How often each rule alerts on a capture, by sid, and each indicator, by value; None when the sensor failed."""
        pcap, out = self.folder / "capture.pcap", self.folder / "events.json"
        out.unlink(missing_ok=True)
        capture.write(pcap, taps)
        call = [self.sensor, "-k", "none", "-r", pcap, "-S", rules, "--json", out, "--set",
                "rules.cache=%s" % self.folder, *self.places]
        ran = subprocess.run(call, capture_output=True, text=True, timeout=120)
        if ran.returncode != 0:
            self.hold(False, "the sensor exits with %d: %s" % (ran.returncode, ran.stderr.strip()[-300:]))
            return None
        events = map(json.loads, out.read_text().splitlines())
        return collections.Counter(known_as(event["alert"]) for event in events if event["event_type"] == "alert")


def known_as(alert):
    return alert["metadata"]["indicator"][0] if alert["gid"] == GID_INDICATORS else alert["signature_id"]


def playing(play):
    tap = capture.Tap()
    play(session.Path(tap))
    return tap


def sids(path):
    return [int(sid) for sid in re.findall(r"^\w.*\bsid:(\d+);", path.read_text(), re.MULTILINE)]


def try_fires(bench, path, sid, case):
    seen = bench.alerts(playing(case.fires), path)
    if seen is not None:
        bench.hold(seen[sid] == case.alerts, "%s: rule %d alerts %d times on what fires it, expected %d" % (path.name, sid, seen[sid], case.alerts))


def try_spares(bench, path, sid, case, rules):
    seen = bench.alerts(playing(case.spares), rules)
    if seen is not None:
        told = sorted(what for what in seen if isinstance(what, int))       # indicators are not rules
        bench.hold(told == sorted(case.also), "%s: what looks alike to rule %d: alerts %s, expected %s"
                   % (path.name, sid, told, sorted(case.also)))


def try_cases(bench, only):
    everything = all_rules(bench.folder)
    for name in cases.FILES:
        path = RULES / (name + ".rules")
        known, marks = cases.cases(name)
        for sid in sids(path):
            bench.hold(sid in known or sid in marks, "%s: rule %d has no case" % (path.name, sid))
        for sid, case in known.items():
            if not only or sid in only:
                try_fires(bench, path, sid, case)
                try_spares(bench, path, sid, case, everything)


def all_rules(folder):
    path = pathlib.Path(folder) / "all.rules"
    path.write_text("".join((RULES / (name + ".rules")).read_text() for name in cases.FILES))
    return path


def try_quiet(bench):
    rules = all_rules(bench.folder)
    for name, tap in drill.honest_morning().items():
        seen = bench.alerts(tap, rules)
        if seen is not None:
            bench.hold(not seen, "honest traffic of %s: alerts %s" % (name, dict(seen)))


def try_exercise(bench):
    rules = all_rules(bench.folder)
    for name, tap in drill.exercise().items():
        seen, expected = bench.alerts(tap, rules), drill.EXPECTED[name]
        if seen is None:
            continue
        for what in sorted(expected | set(seen), key=str):
            bench.hold(what in seen and what in expected, "exercise %s: %s alerts %d times, expected %s"
                       % (name, what, seen[what], "some" if what in expected else "none"))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sensor", type=pathlib.Path, required=True, help="the program that is tried")
    parser.add_argument("--sid", type=int, action="append", help="only these rules' cases (may repeat)")
    given = parser.parse_args()
    if not given.sensor.is_file():
        parser.error("%s: there is no such program; build it first" % given.sensor)
    return given


def main():
    given = arguments()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(given.sensor.resolve(), folder)
        try_cases(bench, given.sid)
        if not given.sid:
            try_quiet(bench)
            try_exercise(bench)
    print("%d passed, %d failed" % (bench.passed, bench.failed))
    return 1 if bench.failed else 0


if __name__ == "__main__":
    sys.exit(main())
