#!/usr/bin/env python3
"""A drill from its plan to its score, with a real Redis, sensors, correlator and archiver: a capture is played past a sensor as an
exercise and past another one as actual traffic. Only the exercise is in the score; the score is on record by a second person
and can be computed again; and nothing of it is in clocks, reports and exports of what is actual.
"""
import argparse
import csv
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(ROOT, "tests/system"), os.path.join(ROOT, "tests/traffic")]

import capture                              # noqa: E402
import session                              # noqa: E402
import test_workflow                        # noqa: E402
from scenarios import attacks               # noqa: E402
from scenarios.exercise import SCAN_PORTS   # noqa: E402
from test_workflow import REGION, Checks, World, until      # noqa: E402

HOUR_AGO = int(time.time()) - 3600          # when the capture was taken
SCANNED, PORTAL, QUIET = ["10.1.10.80", "10.1.10.90", "10.1.10.53"], "10.1.10.81", "10.1.10.99"
SCANNER, INJECTOR, PROBER = "203.0.113.77", "198.51.100.23", "203.0.113.88"
MINUTES = {"scan": 0, "injection": 10, "probe": 20}


def moment(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(seconds))


def played(minute):
    return moment(HOUR_AGO + 60 * minute)


def make_capture(path):
    to = session.Path(capture.Tap(), session.over_ethernet("10.1.255.1"))
    at = lambda name: (HOUR_AGO + 60 * MINUTES[name]) * capture.SECOND
    attacks.port_scan(to, SCANNER, SCANNED, SCAN_PORTS, at("scan"))
    attacks.sql_injection(to, INJECTOR, PORTAL, "tax.example", at("injection"))
    attacks.port_scan(to, PROBER, [QUIET], [80], at("probe"))      # one knock: nobody should see more in it
    capture.write(pathlib.Path(path), to.tap)


class Drill(World):
    def __init__(self, build, folder):
        super().__init__(build, folder)
        with open(self.config, "a") as out:
            out.write('correlator: { desk: { clocks: "%s/deploy/data/reporting_clocks.csv" } }\n' % ROOT)
        self.pcap = os.path.join(folder, "attack.pcap")
        make_capture(self.pcap)
        self.id, self.version = "", 0

    def play(self, sensor, status):
        """The capture past one more sensor."""
        done = subprocess.run([os.path.join(self.build, "fengsui-sensor"), "-c", self.config, "-k", "none", "-r", self.pcap, "-s", ROOT + "/rules",
                               "--set", "name=" + sensor, "--set", "region=" + REGION, "--set", "status=" + status, "--set",
                               "spool.dir=%s/spool-%s" % (self.folder, sensor)], stdout=self.log, stderr=self.log)
        return done.returncode

    def do(self, name, who="ann", **args):
        """A command about the drill, with the version as it stands."""
        if self.id:
            self.version = self.newest(self.id)["version"]
        said = self.decide("drill", name, who, subject=self.id, version=self.version, at=int(time.time()) - test_workflow.NOW, **args)
        return said["state"] if isinstance(said, dict) else said

    def handle(self, incident, *names, **args):
        for name in names:
            said = self.decide("incident", name, "bo", subject=incident, version=self.newest(incident)["version"],
                               at=int(time.time()) - test_workflow.NOW, note="n", **(args if name == "confirm" else {}))
            if not isinstance(said, dict):
                return said
        return said["state"]

    def incidents(self, status):
        """The newest of each: by what was attacked."""
        newest = {}
        for entry in self.redis.entries("incidents"):
            event = json.loads(entry["json"])
            if event["status"] == status:
                newest[event["incident"]["id"]] = event["incident"]
        return {("portal" if any(p["address"] == PORTAL for p in i["victims"] + i["attackers"]) else "scan"): i for i in newest.values()}

    def run(self, *words):
        done = subprocess.run([os.path.join(self.build, words[0]), *words[1:], "-c", self.config], capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    def score(self, *words):
        return self.run("fengsui", "drill", "score", self.id, *words)

    def archived(self):
        want = {e["id"] for s in ("warnings", "incidents", "commands", "alerts") for e in self.redis.entries(s)}
        until(lambda: want <= test_workflow.archived(self), "the archive", lambda: len(test_workflow.archived(self)))


def plan(w, check):
    now = int(time.time())
    said = w.decide("drill", "plan", "ann", title="城市门户攻防演练", owner="lee", begins_at=moment(now), ends_at=moment(now + 3600), sensors=["tap-drill"])
    w.id = said["id"]
    check.that("it begins as a plan", said["state"], "planned")
    check.that("it is an exercise", w.newest(w.id)["status"], "exercise")
    limits = dict(detect_within=300, acknowledge_within=600, contain_within=600, resolve_within=600)
    for name, args in (("scan", dict(attack="端口扫描", victims=SCANNED, rule=9100101, **limits)),
                       ("injection", dict(attack="SQL 注入", victims=[PORTAL], attackers=[INJECTOR], stage="TA0001", **limits)),
                       ("probe", dict(attack="试探", victims=[QUIET], detect_within=1)), ("spare", dict(attack="备用", victims=["10.1.10.1"]))):
        check.that(name + " is in the plan", w.do("inject", inject=name, planned_at=moment(now + 60), **args), "planned")
    w.archived()
    check.that("a plan has no score", w.score()[0], 65)
    check.that("it begins", w.do("start"), "running")
    check.that("its plan stands then", w.do("inject", inject="late", planned_at=moment(now + 60), attack="a", victims=[QUIET]), "wrong_state")


def attack(w, check):
    check.that("actual traffic is played", w.play("tap-actual", "actual"), 0)
    until(lambda: len(w.incidents("actual")) == 2, "the actual incidents")
    for name in ("scan", "injection", "probe"):
        check.that(name + " is carried out", w.do("injected", inject=name, capture_at=played(MINUTES[name])), "running")
    check.that("the same as an exercise", w.play("tap-drill", "exercise"), 0)
    until(lambda: len(w.incidents("exercise")) == 2, "the drill's incidents")
    actual, drill = w.incidents("actual"), w.incidents("exercise")
    check.that("no incident holds both", {i["id"] for i in actual.values()} & {i["id"] for i in drill.values()}, set())
    check.that("the scan was blocked", w.do("outcome", inject="scan", outcome="blocked"), "running")
    check.that("the injection succeeded", w.do("outcome", inject="injection", outcome="succeeded"), "running")


def handle(w, check):
    actual, drill = w.incidents("actual"), w.incidents("exercise")
    grave = dict(level=1, operator="cii_operator")
    time.sleep(1.1)                     # commands here are dated by the whole second, and nobody handles what was not seen yet
    check.that("the scan is handled to its end", w.handle(drill["scan"]["id"], "triage", "confirm", "handle", "contain", "close", **grave), "closed")
    check.that("the injection is misjudged", w.handle(drill["portal"]["id"], "triage", "false_positive"), "false_positive")
    check.that("the actual one is confirmed", w.handle(actual["portal"]["id"], "confirm", **grave), "confirmed")
    check.that("a statutory clock runs for what is actual", bool(w.newest(actual["portal"]["id"])["clocks"]["reports"]), True)
    check.that("and none for the drill", w.newest(drill["scan"]["id"]).get("clocks", {}).get("reports", {}), {})
    draft = dict(title="t", unit="门户运维", about="incident", body="b", incidents=[drill["scan"]["id"]], sign_by=moment(time.time() + 600),
                 feedback_by=moment(time.time() + 7200))
    check.that("no actual notice rests on a drill", w.decide("notice", "draft", "ann", **draft), "against_rule")
    ident = w.decide("notice", "draft", "ann", status="exercise", **draft)["id"]
    for version, (name, who, role, of, args) in enumerate((("approve", "bo", "duty_officer", "", {}), ("issue", "bo", "duty_officer", "", {}),
                                                           ("sign", "cy", "unit", "门户运维", dict(signer="c"))), 1):
        check.that("the notice: " + name, isinstance(w.decide("notice", name, who, role=role, of=of, subject=ident, version=version, **args), dict))
    return ident


def figures(document):
    return {m["counted"]: m for m in document["measures"]}


def evaluate(w, check, notice):
    check.that("it ends", w.do("stop"), "stopped")
    time.sleep(1.1)                     # the probe's second is over, and the score is of a moment after the end
    w.archived()
    path = os.path.join(w.folder, "score.json")
    check.that("a score is computed", w.score("--json", "--out", path)[0], 0)
    with open(path) as f:
        document = json.load(f)
    by = figures(document)
    check.that("of three injects two were seen", [by["detected"][k] for k in ("met", "of", "met_by", "missed_by")], [2, 3, ["scan", "injection"], ["probe"]])
    check.that("in their time", [by["detected_in_time"][k] for k in ("met_by", "missed_by")], [["scan", "injection"], ["probe"]])
    check.that("one was judged as what it was", [by["judged"][k] for k in ("met_by", "missed_by")], [["scan"], ["injection"]])
    check.that("one was blocked", by["blocked"]["met_by"], ["scan"])
    check.that("both were taken up", by["acknowledged_in_time"]["met"], 2)
    check.that("one was resolved", by["resolve_mean"]["from"], ["scan"])
    check.that("the notice was signed in time", by["signed_in_time"]["met_by"], [notice])
    check.that("its answer is not due yet", by["feedback_in_time"]["of"], 0)
    check.that("all incidents belong to an inject", document["incidents_beside"], 0)
    seen = {i["inject"]: i.get("incident") for i in document["injects"]}
    drill = w.incidents("exercise")
    check.that("the incidents are the exercise's", seen, {"scan": drill["scan"]["id"], "injection": drill["portal"]["id"], "probe": None, "spare": None})
    check.that("the alert is the drill's sensor's", all(i["alert"].startswith("tap-drill:") for i in document["injects"] if "alert" in i))
    check.that("every ability has points", [a["ability"] for a in document["abilities"] if a["points"] is not None], ["discover", "protect", "handle"])
    check.that("who leads it may not evaluate", w.do("evaluate", who="lee", score=document), "second_person")
    check.that("nor who began it", w.do("evaluate", who="ann", score=document), "second_person")
    wrong = dict(document, drill="D-430100-20261122-aaaaaaaa")
    check.that("nor with another drill's score", w.do("evaluate", who="dee", score=wrong), "bad_argument")
    code, said = w.ctl("drill", "evaluate", w.id, "score=@" + path, "--role", "supervisor", "--version", str(w.newest(w.id)["version"]))
    check.that("somebody else puts it on record", (code, said.split()[3:4]), (0, ["evaluated"]))
    check.that("with its digest", len(w.newest(w.id)["score_sm3"]), 64)
    w.archived()


def on_record(w, check):
    digest = w.newest(w.id)["score_sm3"]
    time.sleep(1.1)
    for turn in ("at once", "after the incident was handled further"):
        code, text, _ = w.score()
        check.that("the same score is computed " + turn, (code, digest in text, "the same as on record" in text), (0, True, True))
        check.that("the incident is opened again", w.handle(w.incidents("exercise")["portal"]["id"], "reopen", "confirm"), "confirmed") if turn == "at once" else None
        w.archived()
    check.that("as of now it is another one", "the same as on record" in w.score("--as-of", moment(time.time() - 0.5))[1], False)
    check.that("text says what it is of first", text.startswith("【演练】城市门户攻防演练"), True)
    rows = list(csv.DictReader(io.StringIO(w.score("--csv")[1].lstrip("\ufeff"))))
    check.that("rows can be counted", {r["counted"]: r["missed_by"] for r in rows}["detected"], "probe")
    check.that("it is closed", w.do("close"), "closed")


def bad_tables(w, check):
    path = os.path.join(w.folder, "table.csv")
    with open(path, "w") as out:
        out.write("id,ability,counted,weight,target,name_zh,name_en\na,discover,detected,1,90 %,甲,a\nb,discover,guessed,1,90 %,乙,b\n")
    code, _, said = w.score("--table", path)
    check.that("a bad line is named", (code, path + ":3: " in said), (65, True))
    check.that("an id that is none is a wrong command line", w.run("fengsui", "drill", "score", "I-430100-20261122-aaaaaaaa")[0], 64)
    check.that("a drill that is not there", w.run("fengsui", "drill", "score", "D-430100-20261122-aaaaaaaa")[0], 66)


def apart(w, check):
    """What goes out and what is counted of what is actual has nothing of the drill in it."""
    drill = {i["id"] for i in w.incidents("exercise").values()}
    actual = {i["id"] for i in w.incidents("actual").values()}
    exported = {json.loads(line)["incident"]["id"] for line in w.run("fengsui", "export", "--since", moment(HOUR_AGO - 86400))[1].splitlines()}
    check.that("an export has what is actual alone", (exported >= actual, exported & drill), (True, set()))
    text = w.run("fengsui", "export", next(iter(drill)), "--format", "text")[1]
    check.that("the drill's own says so first", text.startswith("【演练】"), True)
    check.that("and in the body", "标题：【演练】" in text and "Title: [Exercise] " in text, True)
    counts = {}
    for status in ("actual", "exercise"):
        out = os.path.join(w.folder, "report-" + status)
        week = time.strftime("%G-W%V", time.gmtime(HOUR_AGO))
        check.that("a report of what is " + status, w.run("fengsui-report", "--week", week, "--status", status, "--out", out)[0], 0)
        with open(out + ".json") as report:
            counts[status] = json.load(report)["incidents"]["now"]
    check.that("each report counts its own", counts, {"actual": 2, "exercise": 2})


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--build", default="build")
    o = p.parse_args()
    check = Checks()
    with tempfile.TemporaryDirectory(prefix="drill-") as folder, Drill(os.path.abspath(o.build), folder) as w:
        w.start("correlator")
        w.start("archiver")
        plan(w, check)
        attack(w, check)
        notice = handle(w, check)
        evaluate(w, check, notice)
        on_record(w, check)
        bad_tables(w, check)
        apart(w, check)
        check.that("the programs end well", w.end(), [0, 0])
    print("%d passed, %d failed" % (check.good, check.bad))
    return check.bad != 0


if __name__ == "__main__":
    sys.exit(main())
