#!/usr/bin/env python3
"""A Redis that is full: 64 MB, and the archiver, who alone makes room, is away. The real sensor plays a drill, a publisher floods;
both stop at nine tenths of the memory and keep the rest in their spools. The correlator goes on in what is left, and stops before it
is gone, so that the archiver, once back, can work: it drains the streams, the spools drain after them, and in the end everything that
was offered is in the archive once, every alert is counted in an incident once, nothing is in :dead, and who waited has said so in its log.
Then full to the brim, by somebody else's key: nobody dies of it, a command is refused with a sentence, and with the key gone all go on by
themselves.
"""
import argparse
import glob
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time

from cases import hold

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
REGION, MOST, PATIENCE = "430100", 64 << 20, 40
FLOOD = 90000                       # alerts, and as many flows: more than fits


class World:
    def __init__(self, build, folder):
        self.build, self.folder, self.socket, self.children = build, folder, folder + "/redis.sock", {}
        self.bus = ["-c", "/dev/null", "--set", "bus.redis=unix:" + self.socket]
        self.run("redis", "redis-server", "--port", "0", "--unixsocket", self.socket, "--dir", folder, "--appendonly", "yes", "--save", "",
                 "--maxmemory", str(MOST), "--maxmemory-policy", "noeviction")
        self.until("Redis answers", lambda: self.ask("PING") == "PONG")

    def run(self, name, *command):
        with open("%s/%s.log" % (self.folder, name), "ab") as log:
            self.children[name] = subprocess.Popen(command, stdout=log, stderr=log)

    def program(self, name, *more):
        """Batches are as small as this Redis: one that is read is held there twice, as a reply and as what is not acknowledged."""
        batch = () if name == "sensor" else ("--set", "batch=128")
        self.run(name, "%s/fengsui-%s" % (self.build, name), *self.bus, *batch, *more)

    def archiver(self):
        self.program("archiver", "--set", "archive.store=%s/archive" % self.folder)

    def log(self, name):
        with open("%s/%s.log" % (self.folder, name), errors="replace") as text:
            return text.read()

    def ask(self, *words):
        return subprocess.run(["redis-cli", "-s", self.socket, *words], capture_output=True, text=True).stdout.strip()

    def used(self):
        return int([line for line in self.ask("INFO", "memory").splitlines() if line.startswith("used_memory:")][0].split(":")[1])

    def until(self, what, done, moving=lambda: 0):
        """As long as something moves, and not for ever."""
        began = since = time.monotonic()
        last = None
        while not done():
            here = moving() if time.monotonic() - began < 5 * PATIENCE else None
            if here != last:
                since, last = time.monotonic(), here
            if time.monotonic() - since > PATIENCE:
                raise AssertionError("waited in vain until %s; %.1f MB are used" % (what, self.used() / 1e6))
            time.sleep(0.1)

    def rests(self, seconds=1.5):
        """Until the streams have stood still for a while."""
        seen = [None, time.monotonic()]

        def still():
            here = [self.ask("XINFO", "STREAM", self.key(s)) for s in ("alerts", "events", "incidents")]
            if here != seen[0]:
                seen[:] = [here, time.monotonic()]
            return time.monotonic() - seen[1] > seconds
        self.until("the streams stand still", still, lambda: str(seen[0]))

    def key(self, name):
        return "fengsui:{%s}:%s" % (REGION, name)

    def rows(self, path, sql):
        """Nothing, while the archiver is making the file."""
        try:
            with sqlite3.connect(path) as db:
                return db.execute(sql).fetchall()
        except sqlite3.OperationalError:
            return []

    def archived(self):
        return [row for path in glob.glob(self.folder + "/archive/????-??.db") for row in self.rows(path, "SELECT type, id FROM event")]

    def incident_alerts(self):
        """Alerts that the newest versions of all incidents count."""
        newest = [json.loads(text)["incident"] for text, in self.rows(self.folder + "/archive/incidents.db", "SELECT json FROM event WHERE type = 'incident'")]
        return sum(i["alert_count"] for i in newest if not i.get("merged_into"))

    def offered(self):
        """What the publishers' own files say that they offered."""
        ids = set()
        for name in ("sensor", "flood"):
            with open("%s/%s.json" % (self.folder, name)) as lines:
                ids |= {(event["event_type"], event["id"]) for event in map(json.loads, lines)}
        return ids

    def end(self):
        for child in reversed(list(self.children.values())):
            child.kill()
            child.wait()


class Cases:
    def __init__(self, world):
        self.w = world
        drill = world.folder + "/drill"
        subprocess.run([sys.executable, ROOT + "/tests/traffic/make.py", "exercise", "--out", drill], check=True, stdout=subprocess.DEVNULL)
        self.capture = max(glob.glob(drill + "/*.pcap"), key=os.path.getsize)

    def publishers_stop_at_nine_tenths_and_say_so(self):
        w = self.w
        w.program("correlator")
        w.program("sensor", "-r", self.capture, "--json", w.folder + "/sensor.json", "--set", "name=tower-1", "--set", "region=" + REGION,
                  "--set", "spool.dir=%s/spool-1" % w.folder, "--set", "rules.files=%s/rules" % ROOT, "--set", "spool.close_wait=1800 s")
        w.run("flood", w.build + "/tests/system/durable", "publish", "unix:" + w.socket, w.folder + "/spool-2", REGION, "tower-2", str(FLOOD),
              w.folder + "/flood.json")
        w.until("the memory is used", lambda: "nine tenths of its memory" in w.log("flood"), lambda: w.ask("XLEN", w.key("events")))
        w.rests()
        assert "nine tenths of its memory are used; events wait in the spool" in w.log("flood"), w.log("flood")
        assert w.children["flood"].poll() is None, "the publisher has ended"

    def the_correlator_leaves_room_for_the_archiver_and_says_so(self):
        w = self.w
        assert w.used() < 0.98 * MOST, w.used() / MOST
        assert w.children["correlator"].poll() is None, w.log("correlator")
        said = "what is new waits until the archiver has made room" in w.log("correlator")
        assert said or w.used() < 0.955 * MOST, (w.used() / MOST, w.log("correlator"))

    def everything_offered_is_archived_once_when_the_archiver_is_back(self):
        w = self.w
        w.archiver()
        w.until("the publishers have delivered all", lambda: all(w.children[n].poll() is not None for n in ("sensor", "flood")), lambda: len(w.archived()))
        assert [w.children[n].returncode for n in ("sensor", "flood")] == [0, 0], (w.log("sensor"), w.log("flood"))
        offered = w.offered()
        w.until("all is archived", lambda: offered <= set(w.archived()), lambda: len(w.archived()))
        archived = w.archived()
        assert len(archived) == len(set(archived)), "something is there twice"
        assert w.ask("XLEN", w.key("dead")) == "0", w.ask("XRANGE", w.key("dead"), "-", "+")
        alerts = sum(kind == "alert" for kind, _ in offered)
        w.until("every alert is in an incident", lambda: w.incident_alerts() == alerts, w.incident_alerts)

    def full_to_the_brim_nobody_dies_and_all_go_on(self):
        w = self.w
        size = 1 << 20
        while size > 64:
            if w.ask("APPEND", "brim", "x" * min(size, 100000)).startswith(("OOM", "(error) OOM")):
                size //= 4
        w.run("more", w.build + "/tests/system/durable", "publish", "unix:" + w.socket, w.folder + "/spool-3", REGION, "tower-3", "200",
              w.folder + "/more.json")
        told = subprocess.run([w.build + "/fengsui", "command", "report", "receive", "title=t", "what=w", "channel=phone", "severity=2",
                               "occurred_at=2026-11-22T00:00:00Z", "--role", "analyst", "--region", REGION, *w.bus], capture_output=True, text=True)
        assert told.returncode == 69 and "OOM" in told.stderr, told
        time.sleep(2)
        assert all(w.children[n].poll() is None for n in ("correlator", "archiver")), (w.log("correlator"), w.log("archiver"))
        w.ask("DEL", "brim")
        w.until("the last have arrived", lambda: sum("tower-3" in ident for _, ident in w.archived()) == 400, lambda: len(w.archived()))
        assert w.children["more"].wait(PATIENCE) == 0
        assert w.ask("XLEN", w.key("dead")) == "0", w.ask("XRANGE", w.key("dead"), "-", "+")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default=os.path.join(ROOT, "build"), help="folder with the programs")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fengsui-full-") as folder:
        world = World(os.path.abspath(given.build), folder)
        try:
            return hold(Cases(world))
        finally:
            world.end()


if __name__ == "__main__":
    sys.exit(main())
