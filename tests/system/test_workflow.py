#!/usr/bin/env python3
"""What people decide, with a real Redis, correlator, archiver and `fengsui command`: a red warning with its second person, a
notice to its end and one that goes overdue, a merge, refusals, a stale version, the same command twice; everything in the
archive. Then 500 commands while the correlator is killed -9 again and again: state, answers and events are those of a run that
nobody disturbed.
"""
import argparse
import glob
import hashlib
import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

REGION = "430100"
PATIENCE = 60                   # seconds in which nothing moves
NOW = int(time.time())


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S.000000+0000", time.gmtime(NOW + seconds))


def until(done, what, moving=lambda: None):
    since, last = time.monotonic(), None
    while not done():
        here = moving()
        if here != last:
            since, last = time.monotonic(), here
        if time.monotonic() - since > PATIENCE:
            sys.exit("test_workflow: waited in vain for " + what)
        time.sleep(0.05)


class Redis:
    """The server, and as much of its protocol as a test needs."""

    def __init__(self, folder):
        self.socket = os.path.join(folder, "redis.sock")
        os.makedirs(folder)
        self.process = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", self.socket, "--dir", folder, "--appendonly", "yes",
                                         "--save", "", "--maxmemory-policy", "noeviction", "--logfile", os.path.join(folder, "log")])
        self.link = socket.socket(socket.AF_UNIX)
        until(lambda: self.link.connect_ex(self.socket) == 0, "Redis")
        self.file = self.link.makefile("rb")

    def ask(self, *words):
        words = [w if isinstance(w, bytes) else str(w).encode() for w in words]
        self.link.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in words))
        return self.reply()

    def reply(self):
        line = self.file.readline()[:-2]
        kind, rest = line[:1], line[1:]
        if kind == b"$":
            return None if rest == b"-1" else self.file.read(int(rest) + 2)[:-2].decode()
        if kind == b"*":
            return [self.reply() for _ in range(int(rest))]
        if kind == b"-":
            sys.exit("test_workflow: Redis says " + rest.decode())
        return int(rest) if kind == b":" else rest.decode()

    def key(self, name):
        return "fengsui:{%s}:%s" % (REGION, name)

    def hash(self, name):
        flat = self.ask("HGETALL", self.key(name))
        return dict(zip(flat[::2], flat[1::2]))

    def entries(self, stream):
        return [dict(zip(f[::2], f[1::2])) for _, f in self.ask("XRANGE", self.key(stream), "-", "+")]

    def add(self, stream, ident, kind, event):
        self.ask("SADD", "fengsui:regions", REGION)
        self.ask("XADD", self.key(stream), "*", "id", ident, "type", kind, "v", "1", "json", json.dumps(event))

    def stop(self):
        self.process.terminate()
        self.process.wait()


class World:
    def __init__(self, build, folder):
        self.build, self.folder = build, folder
        self.redis = Redis(os.path.join(folder, "redis"))
        self.config = os.path.join(folder, "fengsui.yaml")
        with open(self.config, "w") as out:
            out.write('bus: { redis: "unix:%s" }\narchive: { store: "%s/archive" }\n' % (self.redis.socket, folder))
        self.programs, self.count = {}, 0
        self.log = open(os.path.join(folder, "log"), "ab")

    def start(self, name):
        self.programs[name] = subprocess.Popen([os.path.join(self.build, "fengsui-" + name), "-c", self.config], stdout=self.log,
                                               stderr=self.log)

    def end(self):
        for p in self.programs.values():
            p.terminate()
        codes = [p.wait(PATIENCE) for p in self.programs.values()]
        self.programs.clear()
        return codes

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        for p in self.programs.values():
            p.kill()
            p.wait()
        self.redis.stop()

    def ctl(self, *words):
        done = subprocess.run([os.path.join(self.build, "fengsui"), "command", *words, "-c", self.config], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    def post(self, kind, name, who, role="duty_officer", subject="", version=0, of="", ident=None, at=0, **args):
        self.count += 1
        ident = ident or "test-%d" % self.count
        self.redis.add("commands", ident, "command", {
            "id": ident, "timestamp": stamp(at), "event_type": "command", "region": REGION,
            "command": {"kind": kind, "name": name, "subject": subject, "version": version, "who": who, "role": role,
                        "scope": {"region": "430000", "sector": "", "unit": of}, "args": args}})
        return ident

    def answer(self, ident):
        until(lambda: self.redis.ask("HGET", self.redis.key("state:answers"), ident) is not None, "an answer to " + ident)
        return json.loads(self.redis.ask("HGET", self.redis.key("state:answers"), ident).split("{", 1)[1].join(["{", ""]))

    def decide(self, *words, **more):
        answer = self.answer(self.post(*words, **more))
        return answer["applied"] if "applied" in answer else answer["refused"]["code"]

    def newest(self, ident):
        versions = [json.loads(e["json"]) for e in self.redis.entries("warnings") + self.redis.entries("incidents") if e["id"].startswith(ident + ":")]
        return versions[-1][versions[-1]["event_type"]]


class Checks:
    def __init__(self):
        self.good = self.bad = 0

    def that(self, sentence, got, want=True):
        if got == want:
            self.good += 1
        else:
            self.bad += 1
            print("FAILED %s: expected %r, got %r" % (sentence, want, got))


def alert(number, src, dest, sid, severity=2):
    return {"id": "s:1:%d" % number, "timestamp": stamp(-600), "event_type": "alert", "region": REGION, "status": "actual", "src_ip": src,
            "dest_ip": dest, "direction": "to_server", "src_asset": {}, "dest_asset": {},
            "alert": {"gid": 1, "signature_id": sid, "severity": severity, "signature": "something", "metadata": {}}}


def red_warning(w, check):
    code, said = w.ctl("warning", "draft", "title=洪水", "measures=修补", "importance=1", "severity=1", "valid_until=" + stamp(86400),
                       "--role", "analyst", "--region", REGION)
    ident = said.split()[0]
    check.that("a draft is answered with its id and version", (code, said.split()[1:4]), (0, ["version", "1", "draft"]))
    check.that("an analyst may not issue", w.ctl("warning", "issue", ident, "--role", "analyst", "--version", "1")[0], 77)
    check.that("red waits", w.ctl("warning", "issue", ident, "--role", "duty_officer", "--version", "1")[1].split()[3], "pending")
    code, said = w.ctl("warning", "approve", ident, "--role", "supervisor", "--version", "2")
    check.that("who put it forward may not approve", (code, "second_person" in said), (77, True))
    check.that("somebody else may", w.decide("warning", "approve", "second", subject=ident, version=2)["state"], "issued")
    check.that("a stale version is refused", w.ctl("warning", "lift", ident, "note=x", "--role", "duty_officer", "--version", "2")[0], 75)
    check.that("a note is needed", w.ctl("warning", "lift", ident, "--role", "duty_officer", "--version", "3")[0], 65)
    check.that("lifted", w.ctl("warning", "lift", ident, "note=over", "--role", "duty_officer", "--version", "3")[0], 0)
    check.that("an unknown argument is a wrong command line", w.ctl("warning", "lift", ident, "wind=x", "--role", "admin")[0], 64)


def same_id_twice(w, check):
    words = ("warning", "draft", "title=t", "measures=m", "importance=4", "severity=4", "valid_until=" + stamp(86400), "--role", "analyst",
             "--region", REGION, "--id", "asked-again")
    first, second = w.ctl(*words), w.ctl(*words)
    check.that("the same command again has the same answer", second, first)
    versions = [e for e in w.redis.entries("warnings") if e["id"].startswith(first[1].split()[0])]
    check.that("and no effect", len(versions), 1)


def notice(w, check, sign_by=3600):
    draft = w.decide("notice", "draft", "ann", title="t", unit="水厂", about="risk", body="b", sign_by=stamp(sign_by), feedback_by=stamp(7200))
    ident = draft["id"]
    w.decide("notice", "approve", "bo", subject=ident, version=1)
    check.that("issued", w.decide("notice", "issue", "bo", subject=ident, version=2)["state"], "issued")
    return ident


def notice_to_its_end(w, check):
    ident = notice(w, check)
    check.that("another unit may not sign", w.decide("notice", "sign", "cy", role="unit", of="电厂", subject=ident, version=3, signer="c"), "out_of_scope")
    steps = (("sign", "unit", dict(signer="c")), ("feedback", "unit", dict(findings="f", measures="m")), ("review", "duty_officer", {}),
             ("archive", "supervisor", {}))
    for version, (name, role, args) in enumerate(steps, 3):
        state = w.decide("notice", name, "cy", role=role, of="水厂" if role == "unit" else "", subject=ident, version=version, **args)
        check.that(name + " is applied", isinstance(state, dict))
    check.that("it is archived", w.newest(ident)["state"], "archived")


def overdue(w, check):
    ident = notice(w, check, sign_by=int(time.time()) - NOW + 3)
    until(lambda: "supervision" in w.newest(ident), "supervision")
    check.that("an unsigned notice comes under supervision", w.newest(ident)["supervision"]["because"], "sign_by")
    check.that("and can still be signed by who saw it before",
               w.decide("notice", "sign", "cy", role="unit", of="水厂", subject=ident, version=3, signer="c")["state"], "signed")


def merge(w, check):
    for n, (src, dest) in enumerate((("198.51.100.7", "10.0.0.1"), ("203.0.113.9", "10.0.0.9"))):
        w.redis.add("alerts", "s:1:%d" % n, "alert", alert(n, src, dest, 10 + n))
    until(lambda: len(w.redis.entries("incidents")) >= 2, "two incidents")
    whole, part = (e["id"].rsplit(":", 1)[0] for e in w.redis.entries("incidents")[:2])
    code, said = w.ctl("incident", "merge", whole, "part=" + part, "note=one hand", "--role", "analyst", "--version", "1")
    check.that("merged", code, 0)
    check.that("the part says into what", w.newest(part)["merged_into"], whole)
    check.that("the whole has both", w.newest(whole)["alert_count"], 2)
    check.that("the reason stays", any("one hand" in j["reason"]["en"] for j in w.newest(whole)["joins"]))
    check.that("triage", w.ctl("incident", "triage", whole, "--role", "analyst", "--version", "2")[0], 0)
    code, said = w.ctl("incident", "confirm", whole, "--role", "analyst", "--version", "3")
    check.that("confirmed", (code, "aware_at" in w.newest(whole)), (0, True))
    check.that("who did it stands in the event", json.loads(w.redis.entries("incidents")[-1]["json"])["by"]["command"], "confirm")


def unreadable(w, check):
    w.redis.add("commands", "broken", "command", {"id": "broken"})
    until(lambda: any(e["id"] == "broken" for e in w.redis.entries("dead")), "the dead stream")
    check.that("what cannot be read goes to :dead", True)


def archived(w):
    ids = set()
    for path in glob.glob(os.path.join(w.folder, "archive", "*.db")):
        with sqlite3.connect(path) as db:
            for table, in db.execute("SELECT name FROM sqlite_master WHERE name IN ('event', 'version')").fetchall():
                ids |= {row[0] for row in db.execute("SELECT id FROM " + table)}
    return ids


def everything_is_archived(w, check):
    want = {e["id"] for s in ("warnings", "incidents", "commands") for e in w.redis.entries(s) if e["id"] != "broken"}
    until(lambda: want <= archived(w), "the archive", lambda: len(archived(w)))
    check.that("refusals, versions and commands are in the archive", True)


def audit(w, *words):
    done = subprocess.run([os.path.join(w.build, "fengsui"), "audit", *words, "-c", w.config], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def by_hand(entry):
    """As fengsui(1) tells people to check an entry."""
    region, event = entry["region"].encode(), entry["event"].encode()
    return hashlib.new("sm3", bytes.fromhex(entry["prev"]) + entry["seq"].to_bytes(8, "big") + len(region).to_bytes(2, "big") + region
                       + event).hexdigest()


def everything_is_audited(w, check):
    code, text = audit(w, "--all", "--json")
    entries = [json.loads(line) for line in text.splitlines()]
    begin = lambda e: hashlib.new("sm3", b"fengsui chain" + e["month"].encode()).hexdigest()
    check.that("the audit is readable", code, 0)
    check.that("each entry follows the one before", all(e["prev"] == (begin(e) if e["seq"] == 1 else b["sm3"]) for b, e in zip([None] + entries, entries)))
    check.that("a person who computes the links by hand finds them", [e["seq"] for e in entries if not e["masked"] and by_hand(e) != e["sm3"]], [])
    check.that("something could be checked by hand", sum(not e["masked"] for e in entries) > 20)
    posted = {e["id"] for e in w.redis.entries("commands") if e["id"] != "broken"}
    check.that("every command is in it", {e["command"] for e in entries if e["type"] == "command"}, posted)
    links = {(e["month"], e["seq"]): e["sm3"] for e in entries}
    with open(os.path.join(w.folder, "archive", "checkpoints.jsonl")) as lines:
        heads = [h for line in lines for h in json.loads(line).get("heads", [])]
    check.that("what checkpoints say of the chains is what is listed", bool(heads) and all(links.get((h["month"], h["seq"])) == h["link"] for h in heads))
    refused = [e for e in entries if e["type"] == "refusal"]
    code, text = audit(w, "--what", "refusal")
    check.that("refusals alone, for people", (code, text.count("refused (")), (0, len(refused)))
    who = refused[0]["who"]
    code, text = audit(w, "--who", who, "--csv")
    check.that("one person's alone, for a spreadsheet", (code, text.count("\n") - 1), (0, sum(e["who"] == who and e["type"] != "alert" for e in entries)))


def scenario(o, check):
    with tempfile.TemporaryDirectory(prefix="workflow-") as folder, World(o.build, folder) as w:
        w.start("correlator")
        w.start("archiver")
        for step in (red_warning, same_id_twice, notice_to_its_end, overdue, merge, unreadable, everything_is_archived):
            step(w, check)
        check.that("the programs end well", w.end(), [0, 0])
        everything_is_audited(w, check)


# ---- killed again and again ----

def bulk(w, chance, pause):
    """500 commands: 100 drafts, then what becomes of them; every tenth again, under its own id."""
    drafts = [w.post("warning", "draft", "ann", ident="d-%d" % i, title="t%d" % i, measures="m", importance=1 + i % 4, severity=1 + i // 4 % 4,
                     valid_until=stamp(86400)) for i in range(100)]
    ids = []
    for ident in drafts:
        ids.append(w.answer(ident)["applied"]["id"])
    for i in range(400):
        subject, step = ids[i % 100], i // 100
        name, who, version, args = (("issue", "bo", 1, {}), ("approve", "cy", 2, {}), ("comment", "dee", 0, {"note": "n%d" % i}),
                                    ("lift", "bo", 3 if i % 3 else 1, {"note": "over"}))[step]
        w.post("warning", name, who, ident="c-%d" % i, subject=subject, version=version, **args)
        if i % 10 == 0:
            w.post("warning", name, who, ident="c-%d" % i, subject=subject, version=version, **args)
        if pause:
            time.sleep(chance.uniform(0, 0.02))
    return ["c-%d" % i for i in range(400)]


def outcome(redis):
    """Without the moment at which an answer was put down, which is the only thing that may differ."""
    answers = {k: v.split(" ", 2)[::2] for k, v in redis.hash("state:answers").items()}
    return redis.hash("state:desk"), answers, redis.entries("warnings")


def run_bulk(o, chance, kills):
    with tempfile.TemporaryDirectory(prefix="workflow-") as folder, World(o.build, folder) as w:
        w.start("correlator")
        child = None
        if kills:
            child = os.fork()
            if child == 0:              # the killer; the parent posts
                try:
                    killer(w, chance, kills)
                finally:
                    os._exit(0)
        posted = bulk(w, chance, bool(kills))
        if child:
            os.waitpid(child, 0)
            w.start("correlator")       # whichever the killer left is under the same name and gives way
        until(lambda: len(w.redis.hash("state:answers")) == 500, "500 answers", lambda: len(w.redis.hash("state:answers")))
        for ident in posted:
            w.answer(ident)
        return outcome(w.redis)


def killer(w, chance, kills):
    current = w.programs["correlator"].pid
    for _ in range(kills):
        time.sleep(chance.uniform(0.1, 0.6))
        os.kill(current, signal.SIGKILL)
        w.start("correlator")
        current = w.programs["correlator"].pid
    os.kill(current, signal.SIGKILL)


def disturbed(o, check):
    seed = o.seed if o.seed is not None else random.randrange(1 << 32)
    calm, wild = run_bulk(o, random.Random(seed), 0), run_bulk(o, random.Random(seed), o.kills)
    for what, a, b in zip(("matters", "answers", "events"), calm, wild):
        check.that("%s are those of an undisturbed run (seed %d)" % (what, seed), a == b)
    check.that("each version went out once", len({e["id"] for e in wild[2]}), len(wild[2]))


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--build", default="build")
    p.add_argument("--kills", type=int, default=8)
    p.add_argument("--seed", type=int)
    o = p.parse_args()
    o.build = os.path.abspath(o.build)
    check = Checks()
    scenario(o, check)
    disturbed(o, check)
    print("%d passed, %d failed" % (check.good, check.bad))
    return check.bad != 0


if __name__ == "__main__":
    sys.exit(main())
