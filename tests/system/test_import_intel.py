#!/usr/bin/env python3
"""`fengsui import indicators` with a real Redis and correlator: CSV, JSON lines and STIX are proposed and activated and go down to
the sensors' stream; bad lines are named and nothing of them is applied; the same import again posts nothing; what the file says
otherwise is renewed, and what it takes back is revoked.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

from test_workflow import REGION, Checks, World, until

YEAR = time.gmtime().tm_year + 1
HEADING = "type,value,name,severity,source,expires,tlp,confidence\n"
GOOD = ["domain,evil.example,C2,1,CNCERT,%d-01-31,amber,80" % YEAR, "ip,203.0.113.7,扫描源,2,CNCERT,%d-01-31" % YEAR,
        "url,hxxp://bad[.]example/" + "a" * 200 + ",long,3,x,%d-01-31" % YEAR]
BAD = {"address,8.8.8.8,resolver,1,CNCERT,%d-01-31" % YEAR: "a public resolver", "domain,com.cn,all,1,x,%d-01-31" % YEAR: "suffix",
       "ip,10.0.0.0/8,ours,1,x,%d-01-31" % YEAR: "too wide", "domain,no.end.example,n,2,x,": "expires", "sha256,abc,short,2,x,%d-01-31" % YEAR: "64 hex digits",
       "domain,old.example,n,2,x,2020-01-31": "expired", "domain,evil.example,C2,4,CNCERT,%d-01-31,amber,80" % YEAR: "line 2 says otherwise"}
BUNDLE = {"type": "bundle", "id": "bundle--1", "objects": [
    {"type": "indicator", "id": "indicator--1", "name": "from STIX", "pattern": "[domain-name:value = 'stix.example']", "pattern_type": "stix",
     "valid_until": "%d-01-31T00:00:00Z" % YEAR},
    {"type": "malware", "id": "malware--1"},
    {"type": "indicator", "id": "indicator--2", "name": "two", "pattern": "[domain-name:value = 'a.example'] AND [url:value = 'b']"}]}


class Centre(World):
    def file(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w") as out:
            out.write(text)
        return path

    def bring(self, path, *words, role="duty_officer"):
        """Exit code, the bad lines, the sum, and how many commands went out."""
        before = self.redis.ask("XLEN", self.redis.key("commands"))
        done = subprocess.run([os.path.join(self.build, "fengsui"), "import", "indicators", path, "--role", role, "--region", REGION, *words,
                               "-c", self.config], capture_output=True, text=True, timeout=120)
        lines = (done.stdout + done.stderr).splitlines()
        return done.returncode, lines[:-1], lines[-1], self.redis.ask("XLEN", self.redis.key("commands")) - before

    def down(self):
        return [json.loads(e["json"]) for e in self.redis.entries("intel")]

    def states(self):
        """The newest of each, by value."""
        kept = [json.loads(v)["indicator"] for k, v in self.redis.hash("state:desk").items() if k.startswith("T-")]
        return {m["value"]: m["state"] for m in kept}


def bad_lines(w, check):
    text = HEADING + "\n".join(GOOD + list(BAD)) + "\n"
    path = w.file("feed.csv", text)
    check.that("a dry run posts nothing", w.bring(path, "--dry-run")[3], 0)
    code, bad, total, posted = w.bring(path)
    check.that("bad lines make the exit status", (code, total), (65, "3 new, 0 changed, 0 retired, 0 unchanged, %d bad" % len(BAD)))
    for n, (line, why) in enumerate(BAD.items(), 2 + len(GOOD)):
        check.that("line %d is named with its reason: %s" % (n, why), any(said.startswith("%s:%d: " % (path, n)) and why in said for said in bad))
    check.that("the good ones are proposed, and nothing is sent down yet", (posted, set(w.states().values()), w.down()), (3, {"proposed"}, []))


def activated(w, check):
    path = w.file("good.csv", HEADING + "\n".join(GOOD) + "\n")
    code, bad, total, posted = w.bring(path)
    check.that("again: nothing is posted", (code, bad, total, posted), (0, [], "0 new, 0 changed, 0 retired, 3 unchanged, 0 bad", 0))
    check.that("an analyst may not bring them into force, said once", (w.bring(path, "--activate", role="analyst")[0], len(w.down())), (77, 0))
    check.that("activated when asked", w.bring(path, "--activate")[2:], ("0 new, 3 changed, 0 retired, 0 unchanged, 0 bad", 3))
    until(lambda: len(w.down()) == 3, "the sensors' stream")
    check.that("all are in force", set(w.states().values()), {"active"})
    check.that("again: nothing", w.bring(path, "--activate")[2:], ("0 new, 0 changed, 0 retired, 3 unchanged, 0 bad", 0))


def changed(w, check):
    later = GOOD[0].replace("%d-01-31" % YEAR, "%d-02-28" % YEAR)
    path = w.file("later.csv", HEADING + "\n".join([later] + GOOD[1:]) + "\n")
    check.that("a later end is a renewal", w.bring(path, "--activate")[2:], ("0 new, 1 changed, 0 retired, 2 unchanged, 0 bad", 1))
    until(lambda: len(w.down()) == 4, "the renewal")
    check.that("that the sensors hear of", w.down()[-1]["expires"].startswith("%d-02-28" % YEAR) or w.down()[-1]["expires"].startswith("%d-03-01" % YEAR))


def lines_of_json(w, check):
    lines = [{"id": "x1", "kind": "domain", "value": "json.example", "name": "n"}, {"id": "x2", "kind": "ip", "value": "203.0.113.7", "revoked": True}]
    path = w.file("feed.jsonl", "\n".join(json.dumps(x) for x in lines) + "\n{broken\n")
    code, bad, total, posted = w.bring(path, "--activate", "--days", "30")
    check.that("JSON lines: one new with an end that is given, one taken back", (code, total), (65, "1 new, 0 changed, 1 retired, 0 unchanged, 1 bad"))
    check.that("each with what follows", (posted, bad[0].startswith(path + ":3:")), (3, True))
    until(lambda: len(w.down()) == 6, "the sensors' stream")
    check.that("what is taken back goes down as revoked", [x["value"] for x in w.down() if x.get("revoked")], ["203.0.113.7"])
    check.that("again: only the broken line", w.bring(path, "--activate", "--days", "30")[2:], ("0 new, 0 changed, 0 retired, 2 unchanged, 1 bad", 0))


def stix(w, check):
    path = w.file("bundle.json", json.dumps(BUNDLE))
    code, bad, total, posted = w.bring(path, "--activate")
    check.that("STIX: the good one is in force", (total, w.states().get("stix.example")), ("1 new, 0 changed, 0 retired, 0 unchanged, 1 bad", "active"))
    check.that("the other is named", "object 3 (indicator--2)" in bad[0])


def many(w, check):
    path = w.file("many.csv", HEADING + "".join("domain,h%d.example,many,2,x,%d-01-31\n" % (n, YEAR) for n in range(3000)))
    check.that("3,000 at once", w.bring(path, "--activate")[2:], ("3000 new, 0 changed, 0 retired, 0 unchanged, 0 bad", 6000))
    check.that("again: nothing", w.bring(path, "--activate")[2:], ("0 new, 0 changed, 0 retired, 3000 unchanged, 0 bad", 0))


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--build", default="build")
    o = p.parse_args()
    check = Checks()
    with tempfile.TemporaryDirectory(prefix="import-") as folder, Centre(os.path.abspath(o.build), folder) as w:
        w.redis.ask("SADD", "fengsui:regions", REGION)
        w.start("correlator")
        for step in (bad_lines, activated, changed, lines_of_json, stix, many):
            step(w, check)
        check.that("the program ends well", w.end(), [0])
    print("%d passed, %d failed" % (check.good, check.bad))
    return check.bad != 0


if __name__ == "__main__":
    sys.exit(main())
