#!/usr/bin/env python3
"""Wrong input to the real programs: each must end within seconds with one clear sentence and the right exit code, and
lose nothing of what was good.

A case is a function named after what is true; `say()` runs a program and holds its exit code and its words.
Last line: N passed, N failed.
"""
import argparse
import gzip
import json
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
TREE = HERE.parent.parent
MODBUS = TREE / "tests/pcap/modbus/reads-writes-and-a-refusal.pcap"
RULE = 'alert ip any any -> any any (msg:"any packet"; sid:%d; rev:1;)\n'
EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_UNAVAILABLE, EX_CANTCREAT, EX_IOERR, EX_NOPERM, EX_CONFIG = 64, 65, 66, 69, 73, 74, 77, 78
PATIENCE = 20
# In a build with sanitizers: the leak checker wants calls that the sandbox has locked away.
ENVIRONMENT = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}


class Wrong(Exception):
    """What a case found."""


class Skip(Exception):
    """Why a case cannot be run here."""


class World:
    """A folder for one case, the programs, and a Redis when it is asked for."""

    def __init__(self, build, folder):
        self.build, self.folder, self.redis_options = build, pathlib.Path(folder), None
        self.prefix = []

    def path(self, name):
        return str(self.folder / name)

    def file(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    def run(self, program, *words, patience=PATIENCE):
        command = [*self.prefix, os.path.join(self.build, program), *map(str, words)]
        try:
            done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=patience, cwd=self.folder, env=ENVIRONMENT)
        except subprocess.TimeoutExpired as late:
            raise Wrong("%s did not end within %d s: %s" % (program, patience, (late.stderr or b"").decode()[-300:]))
        text = done.stderr.decode(errors="replace")
        if done.returncode < 0 or "Sanitizer" in text:
            raise Wrong("%s ended by signal or sanitizer (%d): %s" % (program, done.returncode, text[-600:]))
        return done.returncode, text

    def say(self, code, *expected, program="fengsui-sensor", words=(), times=1):
        """Runs it; the exit code and all expected words must be there, the words in exactly one line."""
        got, text = self.run(program, *words)
        if got != code:
            raise Wrong("exit code %d, expected %d; it said: %s" % (got, code, text.strip()[-400:]))
        hits = [line for line in text.splitlines() if all(part in line for part in expected)]
        if len(hits) != times:
            raise Wrong("%d lines with %s, expected %d; it said: %s" % (len(hits), expected, times, text.strip()[-400:]))
        return text

    def sensor(self, *words, settings=()):
        options = ["-c", "/dev/null", "--set", "events.flows=false"]
        for setting in settings:
            options += ["--set", setting]
        return [*options, *words]

    def events(self, path):
        with open(path) as lines:
            return [json.loads(line) for line in lines]

    def alerts(self, path):
        return [e for e in self.events(path) if e["event_type"] == "alert"]


class Redis:
    def __init__(self, folder, *options):
        self.folder, self.socket, self.options = folder, os.path.join(folder, "redis.sock"), options
        self.address = "unix:" + self.socket

    def __enter__(self):
        os.makedirs(self.folder, exist_ok=True)
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.socket, "--dir", self.folder, "--appendonly", "yes", "--save", "",
             "--logfile", os.path.join(self.folder, "redis.log"), *self.options], stdout=subprocess.DEVNULL)
        for _ in range(400):
            if self.ask("PING") == "PONG":
                return self
            time.sleep(0.05)
        raise Wrong("redis-server does not answer")

    def __exit__(self, *unused):
        self.process.terminate()
        self.process.wait()

    def ask(self, *words):
        return subprocess.run(["redis-cli", "-s", self.socket, *words], capture_output=True, text=True).stdout.strip()


def unprivileged():
    if os.geteuid() != 0:
        return []
    if not shutil.which("setpriv"):
        raise Skip("setpriv is not installed")
    nobody = pwd.getpwnam("nobody")
    return ["setpriv", "--reuid", str(nobody.pw_uid), "--regid", str(nobody.pw_gid), "--clear-groups", "--inh-caps=-all"]


def as_nobody(w):
    """From now on programs run without rights; the folder and the programs must then be open to all."""
    w.prefix = unprivileged()
    for path in (w.folder, *w.folder.parents):
        if path != pathlib.Path("/") and not os.stat(path).st_mode & 0o001:
            if path == w.folder:
                os.chmod(path, 0o777)
    if w.prefix and subprocess.run([*w.prefix, "test", "-x", os.path.join(w.build, "fengsui-sensor")]).returncode != 0:
        raise Skip("the programs lie where another user cannot reach them")


# ---- captures ----

def a_missing_capture_is_named(w):
    w.say(EX_NOINPUT, "nothing.pcap", "No such file", words=w.sensor("-r", "nothing.pcap"))


def an_empty_file_is_no_capture(w):
    w.say(EX_DATAERR, "empty.pcap", words=w.sensor("-r", w.file("empty.pcap", b"")))


def a_foreign_file_is_no_capture(w):
    w.say(EX_DATAERR, "letter.txt", words=w.sensor("-r", w.file("letter.txt", "Dear sir,\n" * 50)))


def a_foreign_gzip_is_no_capture(w):
    w.say(EX_DATAERR, "letter.gz", words=w.sensor("-r", w.file("letter.gz", gzip.compress(b"Dear sir,\n" * 50))))


def a_corrupt_capture_is_said_after_its_good_frames(w):
    whole = MODBUS.read_bytes()
    first = 16 + int.from_bytes(whole[32:36], "little")
    bad = whole[:24 + first] + whole[24 + first:24 + first + 8] + b"\xff\xff\xff\x7f" * 2 + whole[24 + first + 16:]
    w.say(EX_DATAERR, "corrupt.pcap", words=w.sensor("-r", w.file("corrupt.pcap", bad), "-S", w.file("a.rules", RULE % 1), "--json", "out.json"))
    if len(w.alerts(w.path("out.json"))) != 1:
        raise Wrong("the frame before the damage was not read")


def frames_of(data):
    at, count = 24, 0
    while at + 16 <= len(data) and at + 16 + int.from_bytes(data[at + 8:at + 12], "little") <= len(data):
        at += 16 + int.from_bytes(data[at + 8:at + 12], "little")
        count += 1
    return count


def a_truncated_capture_is_read_to_its_last_whole_frame(w):
    whole = MODBUS.read_bytes()
    for cut in (1, 7, 20, len(whole) // 2):
        data = whole[:-cut]
        text = w.say(0, "cut.pcap", "warning", "truncated", words=w.sensor("-r", w.file("cut.pcap", data)))
        if " %d packets," % frames_of(data) not in text:
            raise Wrong("%d bytes less: not %d whole frames; %s" % (cut, frames_of(data), text))


def a_bad_file_in_a_folder_does_not_stop_the_others(w):
    for name in ("1.pcap", "3.pcap"):
        w.file("in/" + name, MODBUS.read_bytes())
    w.file("in/2.pcap", "no capture")
    text = w.say(EX_DATAERR, "2.pcap", words=w.sensor("-r", "in"))
    if " %d packets," % (2 * frames_of(MODBUS.read_bytes())) not in text:
        raise Wrong(text)


def an_empty_folder_is_said(w):
    os.mkdir(w.path("none"))
    w.say(EX_NOINPUT, "none", "holds no files", words=w.sensor("-r", "none"))


def an_unreadable_folder_is_said(w):
    os.mkdir(w.path("closed"), 0o700)
    as_nobody(w)
    if not w.prefix:
        os.chmod(w.path("closed"), 0)
    w.say(EX_NOPERM, "closed", "Permission denied", words=w.sensor("-r", "closed"))


def an_unreadable_file_is_said(w):
    os.chmod(w.file("closed.pcap", MODBUS.read_bytes()), 0o600)
    as_nobody(w)
    if not w.prefix:
        os.chmod(w.path("closed.pcap"), 0)
    w.say(EX_NOPERM, "closed.pcap", "Permission denied", words=w.sensor("-r", "closed.pcap"))


def a_wrong_filter_is_said_with_its_words(w):
    w.say(EX_USAGE, "porrt 80", words=w.sensor("-r", MODBUS, "porrt", "80"))


# ---- interfaces ----

def a_missing_interface_is_named(w):
    w.say(EX_NOINPUT, "nosuchif0", words=w.sensor("-i", "nosuchif0"))


def capturing_without_rights_is_refused(w):
    as_nobody(w)
    w.say(EX_NOPERM, "interface lo", "no permission", words=w.sensor("-i", "lo"))


# ---- the command line ----

def both_a_file_and_an_interface_are_refused(w):
    w.say(EX_USAGE, "-r and -i", words=w.sensor("-r", MODBUS, "-i", "lo"))


def nothing_to_read_is_refused(w):
    w.say(EX_USAGE, "-r FILE or -i INTERFACE", words=w.sensor())


def an_unknown_option_is_refused(w):
    for program in ("fengsui-sensor", "fengsui-correlator", "fengsui-archiver", "fengsui-dashboard", "fengsui-report", "fengsui"):
        w.say(EX_USAGE, "nonsense", program=program, words=["--nonsense"])


# ---- settings ----

def an_unknown_setting_is_refused_with_the_nearest_name(w):
    w.say(EX_CONFIG, "flow.mx", "did you mean \"flow.max\"?", words=["-c", "/dev/null", "--set", "flow.mx=3", "-T"])


def a_setting_out_of_range_is_refused_with_its_bounds(w):
    w.say(EX_CONFIG, "flow.max", "outside 16 to 16777216", words=["-c", "/dev/null", "--set", "flow.max=3", "-T"])


def a_setting_of_the_wrong_kind_is_refused_with_what_was_expected(w):
    w.say(EX_CONFIG, "sandbox", "expected true or false", words=["-c", "/dev/null", "--set", "sandbox=maybe", "-T"])


def broken_yaml_is_named_with_line_and_column(w):
    broken = w.file("f.yaml", "sensor:\n  name: x\n region: 430100\n")
    w.say(EX_CONFIG, "f.yaml:3:2: not YAML", words=["-c", broken, "-T"])


def every_program_names_the_place_of_a_wrong_setting(w):
    for program, section in (("fengsui-sensor", "sensor"), ("fengsui-correlator", "correlator"), ("fengsui-archiver", "archiver"),
                             ("fengsui-dashboard", "dashboard"), ("fengsui-report", "report")):
        wrong = w.file("f.yaml", "other: 1\n%s:\n  nonsense: 1\n" % section)
        w.say(EX_CONFIG, "f.yaml:3:3: ", "nonsense", program=program, words=["-c", wrong, "-T"])


def a_missing_settings_file_is_named(w):
    w.say(EX_CONFIG, "none.yaml", "No such file", words=["-c", "none.yaml", "-T"])


def a_name_that_would_break_events_is_refused(w):
    for name in ("a:b", 'a"b', "", "a b"):
        w.say(EX_CONFIG, "name: expected", words=w.sensor("-T", settings=["name=" + name]))
    w.say(EX_CONFIG, "region: expected", words=w.sensor("-T", settings=["region=changsha"]))


# ---- rules, knowledge ----

def a_missing_rule_file_is_named(w):
    w.say(EX_CONFIG, "none.rules", "No such file", words=w.sensor("-r", MODBUS, "-S", "none.rules"))


def a_broken_rule_is_named_and_the_others_fire(w):
    rules = w.file("a.rules", RULE % 1 + 'alert tcp any any -> any any (msg:"x"; contnet:"y"; sid:2;)\n' + RULE % 3)
    w.say(0, "a.rules:2:", "contnet", words=w.sensor("-r", MODBUS, "-S", rules, "--json", "out.json"))
    if {a["alert"]["signature_id"] for a in w.alerts(w.path("out.json"))} != {1, 3}:
        raise Wrong("the good rules did not fire")


def a_rule_file_that_is_no_text_is_refused_line_by_line(w):
    code, text = w.run("fengsui-sensor", *w.sensor("-r", MODBUS, "-S", w.file("a.rules", bytes(range(256)) * 20)))
    if code not in (0, EX_CONFIG) or "a.rules:1:" not in text:
        raise Wrong("%d: %s" % (code, text[-300:]))


def a_duplicate_sid_is_said(w):
    rules = w.file("a.rules", RULE % 1 + RULE % 1)
    w.say(0, "a.rules:2:", words=w.sensor("-r", MODBUS, "-S", rules, "--json", "twice.json"))
    w.run("fengsui-sensor", *w.sensor("-r", MODBUS, "-S", w.file("b.rules", RULE % 1), "--json", "once.json"))
    twice, once = len(w.alerts(w.path("twice.json"))), len(w.alerts(w.path("once.json")))
    if twice != once or once == 0:
        raise Wrong("%d alerts, expected %d" % (twice, once))


def a_wrong_classification_path_is_named(w):
    w.say(EX_CONFIG, "none.config", "No such file", words=w.sensor("-r", MODBUS, settings=["rules.classification=none.config"]))


def missing_knowledge_is_named(w):
    for setting in ("places.assets", "places.indicators", "places.countries"):
        w.say(EX_CONFIG, "none.x", words=w.sensor("-r", MODBUS, settings=[setting + "=none.x"]))
    w.say(EX_CONFIG, "letter", "expected a MaxMind DB", words=w.sensor("-r", MODBUS, settings=["places.countries=" + w.file("letter", "x")]))


def bad_lines_of_knowledge_are_said_and_the_others_count(w):
    assets = w.file("assets.csv", "prefix,name,unit,sector,region,mlps_level,cii,role\nnonsense,a,,,,,,\n10.0.0.0/8,b,,,,,,\n")
    text = w.say(0, "assets.csv:2: expected an address", words=w.sensor("-r", MODBUS, settings=["places.assets=" + assets]))
    if "1 assets" not in text:
        raise Wrong(text)
    intel = w.file("intel.csv", "type,value,name,severity,source,expires\ncolour,red,x,1,s,\ndomain,a.example,x,1,s,2020-01-01\n")
    text = w.say(0, "intel.csv:2: expected address, domain", words=w.sensor("-r", MODBUS, settings=["places.indicators=" + intel]))
    if "intel.csv:3:" not in text or "expired" not in text:
        raise Wrong(text)


# ---- where things go ----

def a_json_path_that_cannot_be_written_is_named(w):
    w.say(EX_NOINPUT, "nofolder", words=w.sensor("-r", MODBUS, "--json", "nofolder/out.json"))


def a_spool_that_cannot_be_written_is_named(w):
    as_nobody(w)
    os.mkdir(w.path("closed"), 0o755)
    if not w.prefix:
        os.chmod(w.path("closed"), 0o500)
    w.say(EX_NOPERM, "closed", "Permission denied",
          words=w.sensor("-r", MODBUS, settings=["bus.redis=unix:/nonexistent.sock", "spool.dir=" + w.path("closed/spool")]))


def a_wrong_redis_address_is_said(w):
    for program in ("fengsui-correlator", "fengsui-archiver"):
        dirs = ["--set", "archive.store=" + w.path("archive")] if "archiver" in program else []
        code, text = w.run(program, "-c", "/dev/null", "--set", "bus.redis=redis://x", *dirs)
        if code == 0 or "redis address `redis://x`: expected" not in text:
            raise Wrong("%s %d: %s" % (program, code, text[-300:]))
    code, text = w.run("fengsui-sensor", *w.sensor("-r", MODBUS, settings=["bus.redis=redis://x", "spool.dir=" + w.path("spool")]))
    if code == 0 or "redis address `redis://x`: expected" not in text:
        raise Wrong("fengsui-sensor %d: %s" % (code, text[-300:]))


def no_redis_at_all_is_said_by_who_needs_one(w):
    for program in ("fengsui-correlator", "fengsui-archiver"):
        w.say(EX_CONFIG, "bus.redis: expected unix:", program=program, words=["-c", "/dev/null"])


def a_redis_that_evicts_is_refused_or_warned_of(w):
    with Redis(w.path("redis"), "--maxmemory", "50mb", "--maxmemory-policy", "allkeys-lru") as redis:
        for program in ("fengsui-correlator", "fengsui-archiver"):
            process = subprocess.Popen([os.path.join(w.build, program), "-c", "/dev/null", "--set", "bus.redis=" + redis.address,
                                        *(["--set", "archive.store=" + w.path("archive")] if "archiver" in program else [])],
                                       stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
            try:
                text = process.communicate(timeout=3)[1].decode()
            except subprocess.TimeoutExpired:
                process.terminate()
                text = process.communicate(timeout=PATIENCE)[1].decode()
            if "maxmemory-policy is allkeys-lru" not in text:
                raise Wrong("%s: %s" % (program, text[-300:]))


FOREIGN = {"timestamp": "2026-11-20T12:00:00.000000+0000", "event_type": "alert", "src_ip": "198.51.100.7", "dest_ip": "10.0.0.1",
           "proto": "TCP", "alert": {"gid": 1, "signature_id": 2250001, "rev": 2, "signature": "from another sensor", "severity": 1}}


def what_is_no_alert_goes_to_the_dead_letters_and_the_others_become_incidents(w):
    entries = [json.dumps(FOREIGN), "no JSON", "[]", "{}", json.dumps({**FOREIGN, "timestamp": "noon"}),
               json.dumps({**FOREIGN, "src_ip": "a\u0000b", "flow_id": 2 ** 64 - 1, "dest_ip": "10.0.0.2"})]
    with Redis(w.path("redis"), "--maxmemory-policy", "noeviction") as redis:
        redis.ask("SADD", "fengsui:regions", "430100")
        for i, entry in enumerate(entries):
            redis.ask("XADD", "fengsui:{430100}:alerts", "*", "id", "other-%d" % i, "type", "alert", "v", "1", "json", entry)
        process = subprocess.Popen([os.path.join(w.build, "fengsui-correlator"), "-c", "/dev/null", "--set", "bus.redis=" + redis.address],
                                   stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
        for _ in range(PATIENCE * 10):
            dead = redis.ask("XLEN", "fengsui:{430100}:dead")
            if dead == "4" and redis.ask("XPENDING", "fengsui:{430100}:alerts", "correlator").splitlines()[:1] == ["0"]:
                break
            time.sleep(0.1)
        process.terminate()
        text = process.communicate(timeout=PATIENCE)[1].decode()
        incidents = redis.ask("XRANGE", "fengsui:{430100}:incidents", "-", "+")
    if dead != "4" or "from another sensor" not in incidents or '"region":"430100"' not in incidents or "10.0.0.2" not in incidents:
        raise Wrong("%s dead letters, expected 4; incidents: %s; it said: %s" % (dead, incidents[:300], text[-300:]))


def without_redis_the_sensor_keeps_its_events_and_the_next_run_delivers_them(w):
    rules = w.file("a.rules", RULE % 1)
    socket_path = w.path("redis/redis.sock")
    os.mkdir(w.path("redis"))
    settings = ["bus.redis=unix:" + socket_path, "spool.dir=" + w.path("spool"), "spool.close_wait=500 ms", "region=430100"]
    text = w.say(0, "events stay in", words=w.sensor("-r", MODBUS, "-S", rules, "--json", "out.json", settings=settings))
    want = len(w.alerts(w.path("out.json")))
    away = [line for line in text.splitlines() if socket_path in line and "stay in" not in line]
    if len(away) != 1:
        raise Wrong("Redis' absence should be said once, not %d times: %s" % (len(away), text[-600:]))
    with Redis(w.path("redis"), "--maxmemory-policy", "noeviction") as redis:
        settings[2] = "spool.close_wait=15 s"
        w.run("fengsui-sensor", *w.sensor("-r", MODBUS, "-S", rules, settings=settings))
        got = int(redis.ask("XLEN", "fengsui:{430100}:alerts") or 0)
        if got != 2 * want or want == 0:
            raise Wrong("%d alerts in the stream, expected %d of two runs" % (got, 2 * want))


def a_full_disk_ends_nothing_and_is_said(w):
    if os.geteuid() != 0 or subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode != 0:
        raise Skip("needs root and mount namespaces")
    os.mkdir(w.path("small"))
    rules = w.file("a.rules", "".join(RULE % sid for sid in range(1, 200)))
    words = w.sensor("-r", str(MODBUS), "-S", rules, settings=[
        "bus.redis=unix:" + w.path("none.sock"), "spool.dir=" + w.path("small/spool"), "spool.close_wait=0", "events.payload=4096"])
    script = 'mount -t tmpfs -o size=64k none "$1" && shift && exec "$@"'
    w.prefix = ["unshare", "-m", "sh", "-c", script, "sh", w.path("small")]
    code, text = w.run("fengsui-sensor", *words)
    if "No space left" not in text:
        raise Wrong("%d: %s" % (code, text[-400:]))
    if sum("No space left" in line for line in text.splitlines()) > 3:
        raise Wrong("said too often: %s" % text[-400:])


def a_port_in_use_is_said(w):
    with socket.socket() as taken, Redis(w.path("redis")) as redis:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        os.mkdir(w.path("archive"))
        w.file("web/index.html", "<!doctype html>")
        code, text = w.run("fengsui-dashboard", "-c", "/dev/null", "--set", "listen=127.0.0.1:%d" % port, "--set", "bus.redis=" + redis.address,
                           "--set", "archive.store=" + w.path("archive"), "--set", "web=" + w.path("web"),
                           "--set", "regions=" + str(TREE / "deploy/data/hunan_regions.csv"),
                           "--set", "map=" + str(TREE / "deploy/data/hunan-prefectures.geojson"))
        if code == 0 or str(port) not in text or "another program listens there" not in text:
            raise Wrong("%d: %s" % (code, text[-300:]))


# ---- the report ----

def a_wrong_week_is_refused(w):
    for week in ("2026", "2025-W53", "2026-W00", "yesterday"):
        w.say(EX_USAGE, "--week: ", program="fengsui-report", words=["-c", "/dev/null", "--week", week, "--archive", w.path("x")])


def a_missing_archive_is_named(w):
    w.say(EX_NOINPUT, "nosuch", program="fengsui-report", words=["-c", "/dev/null", "--week", "2026-W47", "--archive", w.path("nosuch")])


def a_report_that_cannot_be_written_is_named(w):
    os.mkdir(w.path("archive"))
    w.say(EX_CANTCREAT, "nofolder/x.html", program="fengsui-report",
          words=["-c", "/dev/null", "--week", "2026-W47", "--archive", w.path("archive"), "--out", w.path("nofolder/x")])


def a_stray_word_is_refused(w):
    for program in ("fengsui-report", "fengsui-correlator", "fengsui-archiver", "fengsui-dashboard"):
        w.say(EX_USAGE, "stray", program=program, words=["-c", "/dev/null", "stray"])


def cases():
    first = unprivileged.__code__.co_firstlineno
    found = [f for f in globals().values() if callable(f) and getattr(f, "__code__", None) and f.__code__.co_varnames[:1] == ("w",)
             and f.__code__.co_argcount == 1 and f is not as_nobody and f.__code__.co_firstlineno > first]
    return sorted(found, key=lambda f: f.__code__.co_firstlineno)


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--build", default="build")
    options.add_argument("--only", help="cases whose name holds this")
    o = options.parse_args()
    passed = failed = skipped = 0
    for case in cases():
        if o.only and o.only not in case.__name__:
            continue
        name = case.__name__.replace("_", " ")
        folder = tempfile.mkdtemp(prefix="bad-input-")
        try:
            case(World(os.path.abspath(o.build), folder))
            passed += 1
        except Skip as why:
            print("skipped: %s: %s" % (name, why))
            skipped += 1
        except Wrong as why:
            print("FAILED: %s: %s" % (name, why))
            failed += 1
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    print("%d passed, %d failed%s" % (passed, failed, ", %d skipped" % skipped if skipped else ""))
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
