#!/usr/bin/env python3
"""kill -9 of the correlator, the archiver and Redis at random moments while alerts come and people decide: what stands at the end
in the archive is what an undisturbed run of the same alerts and commands leaves there, and `fengsui verify` finds nothing.

The same stories are told twice, to a disturbed platform and to an undisturbed one: in each a source attacks a few hosts, and when
all of it has arrived, people take the incident in hand, handle it and close it; beside that, warnings are drafted, issued and
lifted. A Redis that dies loses up to a second of what it had answered for (see test_durability.py), so alerts of the last seconds
are sent again, as sensors do, and what people find undone they do again. Compared are all alerts and commands, every incident with
its parties, rules, counts, state, history and alerts, and every warning. What may differ: how many versions there were, when the
machine noticed, and the sentences on why alerts joined, since a correlator that was killed has less to go by.

And: a flood of one rule is one incident, all of it is in the archive, and the correlator grows no more (--flood N: only that, of so
many alerts).
"""
import argparse
import glob
import json
import os
import random
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

from test_durability import Program, Redis, settled, until

REGION = "430100"
KEY = "fengsui:{%s}:" % REGION
BEGAN = (int(time.time()) // 86400 - 3) * 86400     # seconds; the alerts' own time, so that both runs tell the same
AGAIN = 3                           # seconds before Redis' last answer: what was sent since is sent again when it was gone
PER_STORY = 200                     # alerts; as many stories as it takes


STEPS = (("triage", {}), ("comment", {"note": "第一次研判"}), ("confirm", {}), ("handle", {}), ("contain", {"note": "已隔离"}),
         ("close", {"note": "已处置"}))
WARNING_STEPS = (("issue", {}), ("comment", {"note": "已通知"}), ("lift", {"note": "已消除"}))


class Gone(Exception):
    """Redis is not there, or went away."""


class Line:
    """A connection that says many commands at once and hears all answers."""

    def __init__(self, path):
        try:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(20)
            self.socket.connect(path)
            self.answers = self.socket.makefile("rb")
        except OSError as e:
            raise Gone from e

    def say(self, commands):
        words = lambda c: b"*%d\r\n" % len(c) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in c)
        try:
            self.socket.sendall(b"".join(words([w if isinstance(w, bytes) else str(w).encode() for w in c]) for c in commands))
            return [self.hear() for _ in commands]
        except OSError as e:
            raise Gone from e

    def hear(self):
        line = self.answers.readline()
        kind, rest = line[:1], line[1:-2]
        if kind == b"-" or not line.endswith(b"\r\n"):
            raise Gone(rest)            # loading its file, or closed
        if kind == b"$":
            return self.answers.read(int(rest) + 2)[:-2] if int(rest) >= 0 else None
        if kind == b"*":
            return [self.hear() for _ in range(int(rest))]
        return rest

    def close(self):
        self.answers.close()
        self.socket.close()


def moment(us):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(us // 1000000)) + ".%06d+0000" % (us % 1000000)


def alert(n, flood):
    """The nth of all alerts. Each story has a source, hosts and rules of its own, so that nothing but itself can join it."""
    story, step = (0, 0) if flood else divmod(n, PER_STORY)
    source, host, sid = "198.51.%d.%d" % divmod(story, 250), "10.%d.%d.%d" % (1 + story // 250, story % 250, 1 + step % 3), 100000 + 10 * story + step % 5
    stages = ("TA0043", "TA0001", "TA0002", "TA0008", "TA0011")
    event = {"id": "tower-1:1795300000000000:%d" % n, "timestamp": moment(BEGAN * 1000000 + n * 5000), "event_type": "alert",
             "sensor": "tower-1", "region": REGION, "status": "actual", "src_ip": source, "src_port": 1024 + n % 60000, "dest_ip": host,
             "dest_port": 443, "proto": "TCP", "direction": "to_server",
             "alert": {"action": "allowed", "gid": 1, "signature_id": sid, "rev": 1, "signature": "rule %d of its story" % (step % 5),
                       "category": "Attempted Administrator Privilege Gain", "severity": 1 + step % 3,
                       "metadata": {"mitre_tactic_id": [stages[step % 5]]}},
             "dest_asset": {"name": "host %d" % (1 + step % 3), "unit": "第%d供电所" % story, "sector": "energy", "region": REGION, "mlps_level": 3}}
    return event["id"], json.dumps(event, ensure_ascii=False).encode()


def command(name, kind, subject, version, at, **args):
    said = {"id": name, "timestamp": moment(at), "event_type": "command", "region": REGION, "command": {
        "kind": kind, "name": name.rsplit("-", 1)[1], "subject": subject, "version": version, "who": "li.na", "role": "duty_officer",
        "scope": {"region": "430000"}, "args": args}}
    return name, json.dumps(said, ensure_ascii=False).encode()


def decided_at(n, step):
    return (BEGAN + 86400) * 1000000 + n * 60000000 + step * 1000000


def step(n, name, kind, of, args, again=""):
    steps = STEPS if kind == "incident" else WARNING_STEPS
    return command("%s%d-%s%s" % (kind[0], n, again, name), kind, of.get("id", "?"), of.get("version", 0),
                   decided_at(n, [s for s, _ in steps].index(name)), **args)


def draft(n):
    at = decided_at(n, 0)
    return command("w%d-draft" % n, "warning", "", 0, at, title="预警 %d" % n, measures="加强监测", importance=4, severity=4,
                   valid_until=moment(at + 86400 * 1000000 * 365))


class Teller:
    """Sends alerts and commands, and again what a Redis that died may have forgotten."""

    def __init__(self, path, count, commands, rate, flood):
        self.path, self.count, self.commands, self.rate, self.flood = path, count, commands, rate, flood
        self.line, self.next, self.sent = None, 0, []       # sent: (when, next then)
        self.failures, self.heard, self.again, self.warnings = [], time.monotonic(), 0, {}

    def connect(self):
        while self.line is None:
            try:
                self.line = Line(self.path)
                since = self.heard - AGAIN
                self.next = min([n for when, n in self.sent if when >= since] + [self.next])
                self.sent = [(when, n) for when, n in self.sent if n < self.next]
                self.line.say([["SADD", "fengsui:regions", REGION]])
            except Gone:
                self.line = None
                time.sleep(0.05)

    def entry(self, stream, kind, event):
        return ["XADD", KEY + stream, "*", "id", event[0], "type", kind, "v", "1", "json", event[1]]

    def say(self, commands):
        self.connect()
        try:
            answers = self.line.say(commands)
            self.heard = time.monotonic()
            return answers
        except Gone:
            self.line.close()
            self.line = None
            return None

    def tell_alerts(self, upto):
        """True: all before `upto` are sent, as far as Redis remembers."""
        while self.next < upto:
            self.connect()              # first: it may have to begin again further back
            few = range(self.next, min(self.next + 50, upto))
            self.sent.append((time.monotonic(), self.next))
            if self.say([self.entry("alerts", "alert", alert(n, self.flood)) for n in few]) is not None:
                self.next = few.stop
            if self.rate:
                time.sleep(len(few) / self.rate)

    def state(self, of):
        """The saved incident whose first alert is this one, once it counts all of its story."""
        found = self.say([["HVALS", KEY + "state:correlator"]])
        for text in found[0] if found else []:
            i = json.loads(text)["incident"]
            if i["attackers"] and i["attackers"][0]["address"] == of and i["alert_count"] >= PER_STORY:
                return i
        return None

    def decide(self, event):
        """Posts and waits for the answer, again whenever Redis was gone: {id, state, version}, or {} when it was refused."""
        deadline = time.monotonic() + 120
        posted = False
        while time.monotonic() < deadline:
            if not posted:
                posted = self.say([self.entry("commands", "command", event)]) is not None
            answer = self.say([["HGET", KEY + "state:answers", event[0]]]) if posted else None
            if answer and answer[0]:
                answer = json.loads(answer[0][answer[0].index(b"{"):])
                if "applied" not in answer and self.rate == 0:
                    self.failures.append("%s was refused though nobody was killed: %s" % (event[0], answer))
                return answer.get("applied", {})
            posted = posted and answer is not None
            time.sleep(0.01)
        self.failures.append("%s was never answered" % event[0])
        return {}

    def whole(self, n):
        """The story's incident, once it counts all of its alerts; what Redis forgot of them is sent again."""
        deadline = time.monotonic() + 120
        while (i := self.state("198.51.%d.%d" % divmod(n, 250))) is None:
            self.tell_alerts((n + 1) * PER_STORY)
            if time.monotonic() > deadline:
                self.failures.append("the incident of story %d was never whole" % n)
                return {}
            time.sleep(0.05)
        return i

    def warning(self, n):
        found = self.say([["HGET", KEY + "state:desk", self.warnings.get(n, "?")]])
        return json.loads(found[0])["warning"] if found and found[0] else {}

    def handle_incident(self, n):
        done = self.whole(n)
        for name, args in STEPS:
            done = done | self.decide(step(n, name, "incident", done, args))

    def handle_warning(self, n):
        done = self.decide(draft(n))
        self.warnings[n] = done.get("id", self.warnings.get(n))
        for name, args in WARNING_STEPS:
            done = done | self.decide(step(n, name, "warning", done, args))

    def again_if_undone(self, n, kind, steps, look):
        """What a Redis that died has forgotten, and what then no longer fitted, is decided once more, as a person would who looks."""
        for name, args in steps:
            if name in {said["command"] for said in look(n).get("history", [])}:
                continue
            self.again += 1
            if not self.decide(step(n, name, kind, look(n), args)):          # refused before, so it stays refused by that name
                if not self.decide(step(n, name, kind, look(n), args, "again%d-" % self.again)):
                    self.failures.append("%s of story %d cannot be done: %s" % (name, n, look(n)))

    def handle_again(self, n):
        self.whole(n)
        self.again_if_undone(n, "incident", STEPS, self.whole)
        if not self.warning(n):
            self.warnings[n] = self.decide(draft(n)).get("id", "?")
        self.again_if_undone(n, "warning", WARNING_STEPS, self.warning)

    def run(self):
        stories = 0 if self.flood else self.count // PER_STORY
        handled = min(self.commands // 10, stories)
        for n in range(stories):
            self.tell_alerts((n + 1) * PER_STORY)
            if n < handled:
                self.handle_incident(n)
                self.handle_warning(n)
        self.tell_alerts(self.count)


class Platform:
    def __init__(self, o, name):
        self.o, self.folder = o, os.path.join(o.folder, name)
        self.redis = Redis(os.path.join(self.folder, "redis"))
        self.store, self.keys = os.path.join(self.folder, "archive"), os.path.join(self.folder, "keys")
        bus = ["-c", "/dev/null", "--set", "bus.redis=unix:" + self.redis.socket]
        make = lambda program, *more: Program(program, [os.path.join(o.build, "fengsui-" + program), *bus, *more],
                                              os.path.join(self.folder, program + ".log"))
        self.correlator = make("correlator")
        self.archiver = make("archiver", "--set", "archive.store=" + self.store, "--set", "archive.keys=" + self.keys)
        self.fengsui("keys", "init", "--keys", self.keys)
        self.over = threading.Event()
        self.kills = dict.fromkeys(("correlator", "archiver", "redis"), 0)

    def fengsui(self, *words):
        return subprocess.run([os.path.join(self.o.build, "fengsui"), *words, "-c", "/dev/null"], capture_output=True, text=True)

    def disturb(self, kills, chance):
        """Until so many are killed, or all is told."""
        for _ in range(kills):
            time.sleep(chance.uniform(0.1, self.o.every))
            victim = chance.choice(list(self.kills))
            self.kills[victim] += 1
            if victim == "redis":
                self.redis.die(chance)
                time.sleep(chance.uniform(0, 0.5))
                self.redis.start()
            else:
                program = getattr(self, victim)
                program.kill()
                time.sleep(chance.uniform(0, 0.3))
                program.start()
        self.over.set()

    def standing(self):
        keys = [KEY + s for s in ("alerts", "commands", "incidents", "warnings")]
        return [(self.redis.ask("XLEN", k), self.redis.ask("XINFO", "GROUPS", k)) for k in keys]

    def run(self, kills, seed):
        failures = []
        self.redis.start()
        self.correlator.start()
        self.archiver.start()
        teller = Teller(self.redis.socket, self.o.alerts, self.o.commands, self.o.rate if kills else 0, self.o.flood)
        disturber = threading.Thread(target=self.disturb, args=(kills, random.Random(seed)))
        disturber.start()
        teller.run()
        disturber.join()
        if kills:                       # the last kill may have come after the last word
            teller.line = None
            teller.connect()
            teller.tell_alerts(self.o.alerts)
            for n in range(min(self.o.commands // 10, self.o.alerts // PER_STORY)):
                teller.handle_again(n)
        self.again = teller.again
        groups = [("archiver", s) for s in ("alerts", "commands", "incidents", "warnings")] + [("correlator", s) for s in ("alerts", "commands")]
        if self.o.commands == 0:
            groups = [g for g in groups if g[1] in ("alerts", "incidents")]
        if not until(lambda: settled(self.redis, groups), self.standing):
            failures.append("the consumers did not come to the end of the streams")
        self.rss = int(re.search(r"VmRSS:\s+(\d+)", open("/proc/%d/status" % self.correlator.process.pid).read()).group(1)) // 1024
        dead = self.redis.ask("XLEN", KEY + "dead")
        if dead != "0":
            failures.append("%s entries went to :dead" % dead)
        for program in (self.correlator, self.archiver):
            if program.stop() != 0:
                failures.append("the %s did not end cleanly" % program.name)
        return failures + teller.failures

    def end(self):
        for p in (self.correlator.process, self.archiver.process, self.redis.process):
            if p is not None and p.poll() is None:
                p.kill()
                p.wait()


MACHINES = ("version", "decided", "detected_at", "joins", "alert_ids")


def bare(thing):
    """What people see of an incident or a warning, without what the machine's own course gave it. What was said is compared by
    when it was said: a remark that Redis forgot may stand before the decision that it followed."""
    if isinstance(thing, dict):
        return {k: sorted((said["at"], said["command"], said["who"], said.get("note")) for said in v) if k == "history" else bare(v)
                for k, v in thing.items() if k not in MACHINES}
    return [bare(v) for v in thing] if isinstance(thing, list) else thing


def what_stands(store):
    """{(type, id): what it says} of all that the archive has, and the alerts of each incident."""
    found = {}
    for path in glob.glob(os.path.join(store, "????-??.db")):
        with sqlite3.connect(path) as db:
            for kind, name, text in db.execute("SELECT type, id, json FROM event WHERE type IN ('alert', 'command')"):
                if "-again" not in name:
                    found[kind, name] = bare(json.loads(text)) if kind == "command" else text
    with sqlite3.connect(os.path.join(store, "incidents.db")) as db:
        for kind, name, text in db.execute("SELECT type, id, json FROM event"):
            found[kind, name] = bare(json.loads(text)[kind])
        for name, in db.execute("SELECT DISTINCT incident FROM alert_of"):
            found["alerts of", name] = sorted(a for a, in db.execute("SELECT DISTINCT alert FROM alert_of WHERE incident = ?", (name,)))
    return found


def differences(one, other):
    said = []
    for key in sorted(one.keys() | other.keys()):
        a, b = one.get(key), other.get(key)
        if a == b:
            continue
        if isinstance(a, dict) and isinstance(b, dict):
            parts = ["%s is %s and not %s" % (k, json.dumps(a.get(k), ensure_ascii=False)[:200], json.dumps(b.get(k), ensure_ascii=False)[:200])
                     for k in sorted(a.keys() | b.keys()) if a.get(k) != b.get(k)]
            said.append("%s %s: %s" % (*key, "; ".join(parts)))
        elif isinstance(a, list) and isinstance(b, list):
            said.append("%s %s: %d and not %d" % (*key, len(a), len(b)))
        else:
            said.append("%s %s is only in the %s run" % (*key, "undisturbed" if a is None else "disturbed" if b is None else "one or other"))
    return said


def compare(o):
    seed = o.seed if o.seed is not None else random.randrange(1 << 32)
    stands, failures = {}, []
    for name, kills in (("undisturbed", 0), ("disturbed", o.kills)):
        platform = Platform(o, name)
        try:
            failures += ["%s: %s" % (name, f) for f in platform.run(kills, seed)]
            stands[name] = what_stands(platform.store)
        finally:
            platform.end()
        verify = platform.fengsui("verify", "--archive", platform.store, "--keys", platform.keys)
        verdict = (verify.stdout.strip().split("\n") or [""])[-1]
        if verify.returncode != 0:
            failures.append("%s: fengsui verify: %s" % (name, (verify.stdout + verify.stderr)[-600:]))
    kinds = lambda k: sum(1 for kind, _ in stands["undisturbed"] if kind == k)
    print("seed %d: %s; %d alerts, %d commands, %d incidents, %d warnings; verify said: %s" % (
        seed, ", ".join("%s killed %d times" % k for k in platform.kills.items()), kinds("alert"), kinds("command"), kinds("incident"),
        kinds("warning"), verdict))
    print("%d decisions that a dying Redis had forgotten were decided again" % platform.again)
    if kinds("alert") != o.alerts or kinds("incident") != o.alerts // PER_STORY:
        failures.append("undisturbed: %d alerts and %d incidents of %d and %d" % (
            kinds("alert"), kinds("incident"), o.alerts, o.alerts // PER_STORY))
    return failures + differences(stands["disturbed"], stands["undisturbed"])[:20]


def flood(o):
    platform = Platform(o, "flood")
    try:
        failures = platform.run(0, 0)
        stands = what_stands(platform.store)
    finally:
        platform.end()
    incidents = [v for (kind, _), v in stands.items() if kind == "incident"]
    alerts = sum(1 for kind, _ in stands if kind == "alert")
    linked = sum(len(v) for (kind, _), v in stands.items() if kind == "alerts of")
    print("%d alerts of one rule: %d in the archive, %d incidents with %d alerts, %d of them by id; correlator %d MB" % (
        o.alerts, alerts, len(incidents), sum(i["alert_count"] for i in incidents), linked, platform.rss))
    if (alerts, len(incidents), sum(i["alert_count"] for i in incidents), linked) != (o.alerts, 1, o.alerts, o.alerts):
        failures.append("not all of %d alerts are in one incident and in the archive" % o.alerts)
    if platform.rss > 200:
        failures.append("the correlator has %d MB" % platform.rss)
    return failures


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--build", default="build")
    options.add_argument("--kills", type=int, default=10, help="50 is what is asked of it")
    options.add_argument("--alerts", type=int, default=10000, help="100000 is")
    options.add_argument("--commands", type=int, default=50, help="500 are")
    options.add_argument("--every", type=float, default=0.7, help="seconds between kills, at most")
    options.add_argument("--rate", type=float, default=2000, help="alerts a second while there are kills")
    options.add_argument("--seed", type=int, default=None)
    options.add_argument("--flood", type=int, default=None, metavar="N", help="only the flood, of so many alerts")
    options.add_argument("--keep", action="store_true", help="keep the files")
    o = options.parse_args()
    o.folder = tempfile.mkdtemp(prefix="same-end-")
    results = []
    for what, count, commands, run in (("the same end", o.alerts, o.commands, compare), ("a flood", o.flood or 20000, 0, flood)):
        if o.flood and run is not flood:
            continue
        failures = run(argparse.Namespace(**{**vars(o), "alerts": count, "commands": commands, "flood": run is flood}))
        for text in failures:
            print("test_same_end: FAILED: %s: %s" % (what, text))
        results.append(not failures)
    if o.keep or not all(results):
        print("files in " + o.folder)
    else:
        shutil.rmtree(o.folder)
    print("%d passed, %d failed" % (results.count(True), results.count(False)))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
