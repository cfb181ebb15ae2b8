#!/usr/bin/env python3
"""kill -9 of publisher, archiver, a counting consumer and Redis at random moments; afterwards every event that was
offered is in the archive once, and what a consumer counted is what there was.

Redis runs with appendfsync everysec, under which a Redis that dies may forget the last two seconds that it had
answered for. That is rare on an idle disk, so the test does it itself: it cuts the append-only file back to some point
of its last second. The publisher's holding time is what makes that harmless. Nothing is waited for by the clock alone:
as long as something moves, a slow machine has the time that it needs.

Three times: with tests/system/durable.c as publisher and as a consumer that counts, which offers far more than a sensor would;
and with the real sensor, which replays the drill again and again, and the real correlator, whose incidents must count
every alert once; and the first again with the archive in a PostgreSQL server, which is killed as well. The sensor's JSON
file is the ledger of what was offered.
"""
import argparse
import glob
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

REGION, KEYS = "430100", ("alerts", "events")
PATIENCE, CEILING = 60, 1800        # seconds in which nothing moves; seconds in all, against what moves and never ends
AWAY = 4                            # seconds, more than the publisher's holding time: it must not matter


def until(done, standing):
    """Waits for done(), as long as standing() changes."""
    began = moved = time.monotonic()
    last = None
    while not done():
        now, here = time.monotonic(), standing()
        if here != last:
            last, moved = here, now
        if now - moved > PATIENCE or now - began > CEILING:
            return False
        time.sleep(0.1)
    return True


class Redis:
    def __init__(self, folder):
        self.folder, self.socket = folder, os.path.join(folder, "redis.sock")
        os.makedirs(folder, exist_ok=True)
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.socket, "--dir", self.folder, "--appendonly", "yes",
             "--appendfsync", "everysec", "--save", "", "--maxmemory-policy", "noeviction",
             "--logfile", os.path.join(self.folder, "redis.log")])
        if not until(lambda: self.ask("PING") == "PONG", lambda: self.ask("INFO", "persistence")):
            sys.exit("test_durability: redis-server does not answer; see " + self.folder)

    def log_size(self):
        logs = sorted(glob.glob(os.path.join(self.folder, "appendonlydir", "*.incr.aof")), key=os.path.getmtime)
        return (logs[-1], os.path.getsize(logs[-1])) if logs else (None, 0)

    def die(self, chance):
        """Killed, and without what it wrote in up to a second before, by the clock that it died by."""
        sizes, end = [], time.monotonic() + chance.uniform(0.1, 1.0)
        while not sizes or time.monotonic() < end:
            sizes.append((time.monotonic(), *self.log_size()))
            time.sleep(0.02)
        self.process.kill()
        died = time.monotonic()
        self.process.wait()
        log, end = self.log_size()
        least = min((size for when, path, size in sizes if path == log and when > died - 1), default=end)
        if end > least:
            self.cut(log, chance.randint(least, end))

    def cut(self, log, size):
        """To the end of a transaction, as a killed Redis loses what it had not written, and it writes whole ones. A
        torn one, which only a power cut leaves, Redis 7.0 carries out in part at its next start but one."""
        os.truncate(log, size)
        manifest = os.path.join(self.folder, "appendonlydir", "appendonly.aof.manifest")
        subprocess.run(["redis-check-aof", "--fix", manifest], input="y\n", text=True, capture_output=True, check=True)

    def ask(self, *words):
        done = subprocess.run(["redis-cli", "-s", self.socket, *words], capture_output=True, text=True)
        return done.stdout.strip()


class Postgres:
    """A private server on a Unix socket. It refuses to run as root; then it is the user whom Debian's package makes."""

    def __init__(self, folder):
        self.folder, self.data = folder, os.path.join(folder, "data")
        places = sorted(glob.glob("/usr/lib/postgresql/*/bin")) or [os.path.dirname(shutil.which("postgres") or "")]
        self.bin, self.process = places[-1], None
        self.user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        os.makedirs(folder, exist_ok=True)

    @property
    def there(self):
        return bool(self.bin)

    @property
    def store(self):
        return "postgresql:host=%s user=tester dbname=fengsui" % self.folder

    def make(self):
        if self.user:
            os.chmod(os.path.dirname(self.folder), 0o755)       # mkdtemp's is the owner's alone
            shutil.chown(self.folder, "postgres", "postgres")
        subprocess.run([self.bin + "/initdb", "-D", self.data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-locale"],
                       check=True, stdout=subprocess.DEVNULL, **self.user)
        self.start()
        subprocess.run([self.bin + "/createdb", "-h", self.folder, "-U", "tester", "fengsui"], check=True, **self.user)

    def start(self):
        """Until it answers: the processes of a killed one may still be on their way out."""
        def up():
            if self.process is None or self.process.poll() is not None:
                self.process = subprocess.Popen([self.bin + "/postgres", "-D", self.data, "-k", self.folder, "-c",
                                                 "listen_addresses=", "-c", "shared_buffers=32MB"], stderr=self.log(), **self.user)
                time.sleep(0.2)
            return subprocess.run([self.bin + "/pg_isready", "-q", "-h", self.folder]).returncode == 0
        if not until(up, lambda: os.path.getsize(os.path.join(self.folder, "log"))):
            sys.exit("test_durability: postgres does not answer; see " + self.folder)

    def log(self):
        return open(os.path.join(self.folder, "log"), "ab")

    def die(self):
        self.process.kill()
        self.process.wait()

    def rows(self):
        done = subprocess.run(["psql", "-h", self.folder, "-U", "tester", "-At", "-F", " ", "-c", "SELECT type, id FROM fengsui.event",
                               "fengsui"], capture_output=True, text=True, check=True)
        return [tuple(line.split(" ", 1)) for line in done.stdout.splitlines()]


class Program:
    """A command that is started again whenever it was killed."""

    def __init__(self, name, command, log):
        self.name, self.command, self.log = name, command, open(log, "ab")
        self.process = None

    def start(self):
        self.process = subprocess.Popen(self.command, stdout=self.log, stderr=self.log)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.terminate()
        return self.process.wait(60)


def ledger_ids(path):
    """Ids by type; a line that a kill cut short is none."""
    ids = set()
    with open(path, "rb") as lines:
        for line in lines:
            try:
                event = json.loads(line)
                ids.add((event["event_type"], event["id"]))
            except ValueError:
                continue
    return ids


def archived_ids(folder):
    rows = []
    for path in glob.glob(os.path.join(folder, "????-??.db")):
        with sqlite3.connect(path) as db:
            rows += db.execute("SELECT type, id FROM event").fetchall()
    return rows


def stream_ids(redis, stream):
    words = redis.ask("XRANGE", "fengsui:{%s}:%s" % (REGION, stream), "-", "+").split("\n")
    return [words[i + 1] for i, word in enumerate(words[:-1]) if word == "id"]


def pairs(text):
    words = text.split("\n")
    return list(zip(words[::2], words[1::2]))


def settled(redis, groups):
    """Everything delivered and acknowledged. The `lag` of XINFO is no help: after a restart it may be unknown."""
    for group, stream in groups:
        key = "fengsui:{%s}:%s" % (REGION, stream)
        end = dict(pairs(redis.ask("XINFO", "STREAM", key))).get("last-generated-id")
        mine = {}
        for name, value in pairs(redis.ask("XINFO", "GROUPS", key)):
            if name == "name":
                this = value
            elif this == group:
                mine[name] = value
        if end is None or mine.get("pending") != "0" or mine.get("last-delivered-id") != end:
            return False
    return True


def standing(redis):
    """What changes with every batch that anybody adds, reads or acknowledges."""
    keys = ["fengsui:{%s}:%s" % (REGION, stream) for stream in (*KEYS, "incidents")]
    return [(redis.ask("XLEN", key), redis.ask("XINFO", "GROUPS", key)) for key in keys]


def incident_alerts(folder):
    """Alerts that the newest version of each incident counts, together."""
    with sqlite3.connect(os.path.join(folder, "incidents.db")) as db:
        rows = db.execute("SELECT json FROM event WHERE type = 'incident'").fetchall()
    newest = {}
    for (text,) in rows:
        i = json.loads(text)["incident"]
        if i["version"] >= newest.get(i["id"], (0, 0))[0]:
            newest[i["id"]] = (i["version"], i["alert_count"])
    return sum(count for _, count in newest.values())


def make_capture(folder):
    """The drill's largest capture: long enough to be killed in its middle."""
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    subprocess.run([sys.executable, os.path.join(root, "tests/traffic/make.py"), "exercise", "--out", folder],
                   check=True, stdout=subprocess.DEVNULL)
    return root, max(glob.glob(os.path.join(folder, "*.pcap")), key=os.path.getsize)


def gaps(ids, offered):
    """Numbers missing below the highest that the ledger has of their (sensor, epoch). The ledger is written after the
    spool: what is missing above may be the rest of a write that a kill cut in two, and nobody was told of it."""
    seen, told = {}, {}
    for _, text in ids:
        sensor, epoch, seq = text.rsplit(":", 2)
        seen.setdefault((sensor, epoch), set()).add(int(seq))
    for _, text in offered:
        sensor, epoch, seq = text.rsplit(":", 2)
        told[sensor, epoch] = max(told.get((sensor, epoch), 0), int(seq))
    return sum(len(set(range(last + 1)) - seen.get(which, set())) for which, last in told.items())


def trial(o, real, server=False):
    seed = o.seed if o.seed is not None else random.randrange(1 << 32)
    chance = random.Random(seed)
    folder = tempfile.mkdtemp(prefix="durability-")
    path = lambda name: os.path.join(folder, name)
    redis = Redis(path("redis"))
    address, ledger = "unix:" + redis.socket, path("ledger.json")
    durable, program_of = os.path.join(o.build, "tests/system/durable"), lambda name: os.path.join(o.build, name)
    bus = ["-c", "/dev/null", "--set", "bus.redis=" + address]
    if real:
        root, capture = make_capture(path("drill"))
        publishing = [program_of("fengsui-sensor"), *bus, "-r", capture, "--json", ledger, "--set", "name=tower-1",
                      "--set", "region=" + REGION, "--set", "spool.dir=" + path("spool"),
                      "--set", "rules.files=" + os.path.join(root, "rules"),
                      "--set", "places.indicators=" + os.path.join(root, "deploy/exercise/indicators.csv"),
                      "--set", "spool.close_wait=1800 s"]
        consuming = [program_of("fengsui-correlator"), *bus]
        names, group = ("sensor", "correlator"), "correlator"
    else:
        publishing = [durable, "publish", address, path("spool"), REGION, "tower-1", str(o.alerts), ledger]
        consuming = [durable, "count", address, "counter-1"]
        names, group = ("publisher", "counter"), "drill"
    publisher = Program(names[0], publishing, path("publisher.log"))
    counter = Program(names[1], consuming, path("counter.log"))
    archiver = Program("archiver", [program_of("fengsui-archiver"), *bus, "--set", "archive.store=" + path("archive")],
                       path("archiver.log"))
    victims = {names[0]: publisher, names[1]: counter, "archiver": archiver, "redis": redis}
    postgres = Postgres(path("postgres")) if server else None
    if server:
        victims["postgres"] = postgres
        archiver.command[-1] = "archive.store=" + postgres.store
    started, kills = [], dict.fromkeys(victims, 0)
    failures = []
    try:
        redis.start()
        if server:
            postgres.make()
        for program in (archiver, counter, publisher):
            program.start()
            started.append(program)
        for _ in range(o.rounds):
            time.sleep(chance.uniform(0.05, 1.2))
            victim = chance.choice(list(victims))
            kills[victim] += 1
            if victim == "redis":
                redis.die(chance)
                time.sleep(chance.choice((chance.uniform(0, 0.5), AWAY)))
                redis.start()
            elif victim == "postgres":
                postgres.die()
                time.sleep(chance.uniform(0, 2))
                postgres.start()
            else:
                program = victims[victim]
                program.kill()
                time.sleep(chance.uniform(0, 0.3))
                program.start()
            if publisher.process.poll() is not None:
                publisher.start()
        if not until(lambda: publisher.process.poll() is not None, lambda: standing(redis)) or publisher.process.poll():
            failures.append("the publisher could not deliver everything")
        groups = [("archiver", "alerts"), ("archiver", "events"), (group, "alerts")]
        if real:
            groups.append(("archiver", "incidents"))
        if not until(lambda: settled(redis, groups), lambda: standing(redis)):
            failures.append("the consumers did not come to the end of the streams")
        for program in (archiver, counter):
            if program.process.poll() is not None:
                failures.append("the %s ended by itself with %d" % (program.name, program.process.returncode))
            elif program.stop() != 0:
                failures.append("the %s did not end cleanly" % program.name)
        offered, archived = ledger_ids(ledger), postgres.rows() if server else archived_ids(path("archive"))
        unique = set(archived)
        alerts = sum(1 for kind, _ in unique if kind == "alert")
        if real:
            counted = incident_alerts(path("archive"))
        else:
            counted = int(redis.ask("HGET", "fengsui:{%s}:drill" % REGION, "alerts") or 0)
        in_streams = sum(len(stream_ids(redis, key)) for key in KEYS)
        dead = redis.ask("XLEN", "fengsui:{%s}:dead" % REGION)
        for text, bad in (
                ("%d offered events are not in the archive" % len(offered - unique), offered - unique),
                ("%d events are in the archive more than once" % (len(archived) - len(unique)), len(archived) != len(unique)),
                ("%d numbers are missing between others" % gaps(unique, offered), gaps(unique, offered)),
                ("the %s counted %d alerts of %d" % (names[1], counted, alerts), counted != alerts),
                ("no alert was offered", alerts == 0),
                ("%s entries went to :dead" % dead, dead != "0")):
            if bad:
                failures.append(text)
        print("seed %d: %s; %d events offered, %d archived, %d repeats in the streams, %d alerts counted" % (
            seed, ", ".join("%s killed %d times" % pair for pair in kills.items()), len(offered), len(unique),
            in_streams - len(unique), counted))
    finally:
        for program in started:
            if program.process.poll() is None:
                program.kill()
        for process in (redis.process, postgres.process if server else None):
            if process and process.poll() is None:
                process.kill()
                process.wait()
        if not o.keep and not failures:
            shutil.rmtree(folder)
    for text in failures:
        print("test_durability: FAILED: %s (seed %d, files in %s)" % (text, seed, folder))
    return not failures


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--build", default="build")
    options.add_argument("--rounds", type=int, default=20)
    options.add_argument("--alerts", type=int, default=4000, help="offered in each round by the made-up publisher")
    options.add_argument("--seed", type=int, default=None)
    options.add_argument("--only", choices=("real", "made-up", "server"))
    options.add_argument("--keep", action="store_true", help="keep the files")
    o = options.parse_args()
    trials = {"made-up": (False, False), "real": (True, False), "server": (False, True)}
    if not Postgres(tempfile.gettempdir()).there:
        print("server: skipped, PostgreSQL is not installed")
        del trials["server"]
    results = [trial(o, *how) for name, how in trials.items() if o.only in (None, name)]
    print("%d passed, %d failed" % (results.count(True), results.count(False)))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
