#!/usr/bin/env python3
"""What `make install` puts in place, and whether it holds: the units, the pages, the access lists under a real Redis with
every program signed in as itself, and the archive read by another user than the one that writes it.
"""
import argparse
import glob
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PATIENCE = 60
UNITS = ("fengsui-sensor@eth0.service", "fengsui-correlator.service", "fengsui-notifier.service", "fengsui-archiver.service",
         "fengsui-dashboard.service", "fengsui-report.service")
EXPOSURE_MAX = 2.0
NOBODY = 65534

A, E, I, S = (("fengsui:{430100}:" + name) for name in ("alerts", "events", "incidents", "sensors"))
LEASE, MARK = "fengsui:{430100}:lease:%s", "fengsui:{430100}:mark:%s"
ENTRY = ("*", "id", "x", "type", "alert", "v", "1", "json", "{}")

# What each user must not be able to do, beside what the programs show that it can.
REFUSED = {
    "sensor": [("XADD", "fengsui:{430100}:commands", *ENTRY), ("XRANGE", A, "-", "+"), ("XREAD", "STREAMS", A, "0"), ("XTRIM", A, "MAXLEN", "0"), ("DEL", A),
               ("XADD", I, *ENTRY), ("HGETALL", S), ("HSET", MARK % "archiver", "a", "1"), ("SMEMBERS", "fengsui:regions"),
               ("SREM", "fengsui:regions", "430100"), ("CONFIG", "GET", "dir"), ("KEYS", "*"), ("FLUSHALL",),
               ("EVAL", "return 1", "0"), ("SUBSCRIBE", "x"), ("ACL", "LIST"), ("DEBUG", "SLEEP", "0")],
    "correlator": [("XADD", A, *ENTRY), ("XTRIM", A, "MAXLEN", "0"), ("DEL", I), ("SET", LEASE % "archiver", "x"),
                   ("HSET", S, "a", "1"), ("XREAD", "STREAMS", E, "0"), ("FLUSHALL",)],
    "archiver": [("XADD", A, *ENTRY), ("XADD", I, *ENTRY), ("DEL", A), ("SET", LEASE % "correlator", "x"),
                 ("HSET", MARK % "correlator", "a", "1"), ("FLUSHALL",)],
    "notifier": [("XADD", I, *ENTRY), ("XADD", "fengsui:{430100}:warnings", *ENTRY), ("XTRIM", I, "MAXLEN", "0"), ("DEL", I), ("XREAD", "STREAMS", A, "0"),
                 ("SET", LEASE % "archiver", "x"), ("HSET", MARK % "archiver", "a", "1"),
                 ("HSET", "fengsui:{430100}:state:correlator", "a", "1"), ("FLUSHALL",)],
    "dashboard": [("XADD", A, *ENTRY), ("XADD", "fengsui:{430100}:warnings", *ENTRY), ("HSET", "fengsui:{430100}:state:answers", "a", "1"),
                  ("HGETALL", "fengsui:{430100}:state:desk"), ("XREAD", "STREAMS", E, "0"),
                  ("XGROUP", "CREATE", A, "x", "0"), ("HSET", S, "a", "1"), ("HGETALL", MARK % "archiver"),
                  ("XTRIM", A, "MAXLEN", "0"), ("DEL", A), ("FLUSHALL",)],
    "operator": [("XADD", A, *ENTRY), ("XADD", "fengsui:{430100}:warnings", *ENTRY), ("HSET", "fengsui:{430100}:state:answers", "a", "1"), ("XTRIM", A, "MAXLEN", "0"), ("DEL", A), ("CONFIG", "GET", "dir"), ("FLUSHALL",)],
    "default": [("PING",), ("INFO",), ("XLEN", A)],
}


def run(*words, **more):
    return subprocess.run(words, capture_output=True, text=True, **more)


class Cases:
    def __init__(self, build, folder):
        self.build, self.folder, self.children = build, folder, []
        self.dest, self.prefix = os.path.join(folder, "dest"), "/opt/fengsui"
        done = run("make", "-C", ROOT, "--no-print-directory", "BUILD=" + build, "DESTDIR=" + self.dest, "PREFIX=" + self.prefix,
                   "install")
        assert done.returncode == 0, done.stderr[-2000:]
        self.root = self.dest + self.prefix
        self.share = os.path.join(self.root, "share/fengsui")

    # ---- files ----

    def every_program_has_its_page_unit_and_completion(self):
        for path in sorted(os.listdir(self.root + "/bin")):
            done = run(os.path.join(self.root, "bin", path), "--version")
            assert done.returncode == 0 and done.stdout.startswith(path + " "), done
            assert glob.glob("%s/share/man/man[18]/%s.[18]" % (self.root, path)), "no page of " + path
            assert os.path.exists("%s/share/bash-completion/completions/%s" % (self.root, path))
        for unit in UNITS:
            assert os.path.exists("%s/lib/systemd/system/%s" % (self.root, unit.replace("eth0", ""))), unit

    def nothing_installed_names_another_place(self):
        for path in glob.glob(self.root + "/**", recursive=True):
            if os.path.isfile(path) and "/bin/" not in path and "/web/" not in path:
                with open(path) as text:
                    for word in re.findall(r"@[A-Z]+@|/usr/local\S*", text.read()):
                        assert path.endswith("README.md"), "%s: %s" % (path, word)

    def pages_are_well_formed_and_name_every_option(self):
        if shutil.which("groff") is None:
            return "no groff here"
        for page in glob.glob(self.root + "/share/man/man*/*"):
            done = run("groff", "-man", "-Tutf8", "-Kutf8", "-ww", "-z", page)
            assert done.returncode == 0 and done.stderr == "", (page, done.stderr[:500])
        for path in sorted(os.listdir(self.root + "/bin")):
            with open(glob.glob("%s/share/man/man[18]/%s.[18]" % (self.root, path))[0]) as text:
                page = text.read().replace("\\-", "-")
            for option in set(re.findall(r"--[a-z][a-z-]+", run(os.path.join(self.root, "bin", path), "--help").stdout)):
                assert option in page or path == "fengsui-report", "%s: %s is not in its page" % (path, option)
        return None

    def page_of_settings_has_every_setting_once(self):
        with open(self.root + "/share/man/man5/fengsui.yaml.5") as text:
            page = text.read()
        for name in ("sensor", "bus", "correlator", "archiver", "report", "dashboard"):
            assert page.count(".SS %s\n" % name) == 1, name
        for setting in ("flow.midstream", "incident.window", "stream_keep", "sensor_silent", "redis"):
            assert page.count(".B %s\n" % setting) == 1, setting

    def the_example_settings_are_accepted_by_all(self):
        path = os.path.join(self.share, "deploy/fengsui.yaml")
        for name in ("sensor", "correlator", "archiver", "report", "dashboard"):
            done = run(os.path.join(self.root, "bin/fengsui-" + name), "-c", path, "--dump-config")
            assert done.returncode == 0, done.stderr
        assert "midstream: rules" in run(self.root + "/bin/fengsui-sensor", "-c", path, "--dump-config").stdout

    def units_are_understood_and_shut_in(self):
        if shutil.which("systemd-analyze") is None:
            return "no systemd-analyze here"
        top = os.path.join(self.folder, "top")
        units = top + "/etc/systemd/system"
        os.makedirs(units)
        for name in ("sysinit", "basic", "network", "shutdown", "multi-user", "timers"):
            if os.path.exists("/lib/systemd/system/%s.target" % name):
                shutil.copy("/lib/systemd/system/%s.target" % name, units)
        shutil.copytree(self.root + "/lib/systemd/system", units, dirs_exist_ok=True)
        shutil.copytree(self.root + "/bin", top + self.prefix + "/bin")
        for unit in UNITS:
            done = run("systemd-analyze", "security", "--offline=true", "--no-pager", "--root=" + top, unit)
            exposure = float(re.findall(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)[0])
            assert exposure <= EXPOSURE_MAX, (unit, exposure)
        said = run("systemd-analyze", "verify", "--root=" + top, *UNITS, "fengsui-report.timer")
        wrong = [line for line in (said.stdout + said.stderr).splitlines() if "fengsui" in line
                 and "Command 'man" not in line and not re.search(r"Command /(usr/)?s?bin/\S+ is not exec", line)]
        assert not wrong, wrong
        return None

    def sysusers_and_tmpfiles_are_understood(self):
        if shutil.which("systemd-sysusers") is None or shutil.which("systemd-tmpfiles") is None:
            return "no systemd-sysusers or systemd-tmpfiles here"
        users = run("systemd-sysusers", "--dry-run", "--root=" + self.dest, self.root + "/lib/sysusers.d/fengsui.conf")
        assert users.returncode == 0, users.stderr
        for name in ("sensor", "correlator", "archiver", "dashboard", "report"):
            assert "fengsui-" + name in users.stdout + users.stderr, users
        return None

    def completion_offers_commands_options_and_settings(self):
        words = '. "$1"; COMP_CWORD=%d; compopt() { :; }; _fengsui %s; printf "%%s\\n" "${COMPREPLY[@]}"'
        path, bin = self.root + "/share/bash-completion/completions/fengsui", self.root + "/bin/"
        cases = ((1, bin + "fengsui 'st' ''", ["status"]),
                 (1, bin + "fengsui-sensor '--js' ''", ["--json"]),
                 (2, bin + "fengsui-sensor 'sensor.flow.mid' --set", ["sensor.flow.midstream="]),
                 (2, bin + "fengsui-archiver 'archiver.ke' --set", ["archiver.keep="]),
                 (2, bin + "fengsui-report 'ex' --status", ["exercise"]))
        for at, call, want in cases:
            done = run("bash", "-c", words % (at, call), "bash", path)
            assert done.stdout.split() == want, (call, done.stdout, done.stderr)

    # ---- Redis ----

    def cli(self, user, *words):
        password = self.password(user)
        return run("redis-cli", "-s", self.socket, "--no-auth-warning", *(("--user", user, "--pass", password) if password
                                                                         else ()), *words).stdout.strip()

    def password(self, user):
        path = os.path.join(self.credentials, user + ".yaml")
        if not os.path.exists(path):
            return None
        with open(path) as lines:
            return re.findall(r"password: (\S+)", lines.read())[0]

    def make_acl(self):
        done = run(self.share + "/deploy/make-acl.sh", self.share + "/deploy/fengsui.acl.in", self.credentials, self.acl)
        assert done.returncode == 0, done.stderr

    def start(self, name, *words, **more):
        log = open(os.path.join(self.folder, name + ".log"), "ab")
        self.children.append(subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **more))
        return self.children[-1]

    def end_all(self):
        for child in reversed(self.children):
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
                child.wait(PATIENCE)
        self.children.clear()

    def log(self, name):
        with open(os.path.join(self.folder, name + ".log")) as text:
            return text.read()

    def until(self, what, check):
        end = time.monotonic() + PATIENCE
        while not check():
            assert time.monotonic() < end, "waited in vain: " + what
            time.sleep(0.1)

    def start_redis(self):
        """With the very file that is installed; only its places are below our folder."""
        self.socket, self.credentials = os.path.join(self.folder, "redis.sock"), os.path.join(self.folder, "credentials")
        self.acl = os.path.join(self.folder, "fengsui.acl")
        self.make_acl()
        conf = os.path.join(self.folder, "redis.conf")
        with open(self.share + "/deploy/redis-fengsui.conf") as given, open(conf, "w") as out:
            text = given.read()
            for name, value in (("unixsocket", self.socket), ("aclfile", self.acl), ("dir", self.folder), ("supervised", "no")):
                text, n = re.subn(r"(?m)^%s .*" % name, "%s %s" % (name, value), text)
                assert n == 1, name
            out.write(text)
        self.start("redis", "redis-server", conf)
        self.until("redis answers", lambda: self.cli("admin", "PING") == "PONG")

    def program(self, name, *more):
        """As its unit starts it: the common settings, and its own password over them."""
        return (os.path.join(self.root, "bin/fengsui-" + name), "-c", self.config, "-c",
                os.path.join(self.credentials, name + ".yaml"), *more)

    def write_config(self):
        self.config = os.path.join(self.folder, "fengsui.yaml")
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        with open(self.share + "/deploy/fengsui.yaml") as given, open(self.config, "w") as out:
            text = given.read().replace(self.prefix, self.root)
            text = text.replace("unix:/run/fengsui/redis.sock", "unix:" + self.socket)
            text = text.replace("/var/lib/fengsui/archive", self.folder + "/archive")
            text = text.replace("archive:\n", "archive:\n  keys: \"%s/keys\"\n" % self.folder, 1)
            text = text.replace("/var/cache/fengsui-sensor", "").replace(', "/etc/fengsui/rules"', "")
            out.write(text.replace("127.0.0.1:8600", "127.0.0.1:%d" % self.port).replace("actual", "exercise"))

    def every_program_works_as_its_own_redis_user_and_can_do_no_more(self):
        self.start_redis()
        self.write_config()
        capture = os.path.join(self.folder, "drill")
        start = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 95 * 60))
        subprocess.run([sys.executable, ROOT + "/tests/traffic/make.py", "exercise", "--out", capture, "--start", start],
                       check=True, stdout=subprocess.DEVNULL)
        self.start("correlator", *self.program("correlator"))
        told = os.path.join(self.folder, "told")
        os.mkdir(told)
        self.start("notifier", *self.program("notifier", "--set", "dir=" + self.folder, "--set",
                                             "targets.here=file %s status=exercise" % told))
        made = run(self.root + "/bin/fengsui", "keys", "init", "-c", self.config)
        assert made.returncode == 0, made.stderr
        self.start("archiver", *self.program("archiver"))
        self.start("dashboard", *self.program("dashboard"))
        sensor = run(*self.program("sensor", "--set", "spool.dir=" + self.folder + "/spool", "-r",
                                   capture + "/430100-changsha.pcap"))
        assert sensor.returncode == 0, sensor.stderr
        raised = int(re.findall(r"(\d+) alerts", sensor.stderr)[-1])
        assert raised > 0 and "stay in" not in sensor.stderr, sensor.stderr
        self.until("alerts are archived", lambda: self.status_left() == 0)
        self.until("the console shows the sensor", lambda: (self.asked("sensors") or {}).get("sensors"))
        assert self.asked("alerts")["alerts"] and self.asked("incidents")["incidents"]
        self.until("the incidents were told", lambda: os.listdir(told))
        assert self.cli("admin", "XLEN", A) == str(raised)
        assert int(self.cli("admin", "XLEN", I)) > 0, self.log("correlator")
        denied = self.cli("admin", "ACL", "LOG")
        assert denied == "", denied
        for name in ("correlator", "notifier", "archiver", "dashboard"):
            assert "NOPERM" not in self.log(name) and "error" not in self.log(name), self.log(name)
        for user, commands in REFUSED.items():
            for words in commands:
                said = self.cli(user, *words) if user == "default" else self.cli("admin", "ACL", "DRYRUN", user, *words)
                assert said != "OK" and ("permission" in said or "NOAUTH" in said), (user, words, said)

    def status_left(self):
        done = run(self.root + "/bin/fengsui", "status", "-c", self.config, "-c", self.credentials + "/operator.yaml")
        assert done.returncode == 0, done.stderr
        table = done.stdout.split("\n\n")[0]       # behind it stands what the correlators saw
        rows = [line.split() for line in table.splitlines()[1:]]
        return sum(int(row[4]) + int(row[5]) for row in rows) if rows else -1

    def asked(self, path):
        try:
            with urllib.request.urlopen("http://127.0.0.1:%d/api/v1/%s" % (self.port, path), timeout=PATIENCE) as answer:
                return json.load(answer)
        except OSError:
            return None

    def passwords_stay_when_the_list_is_made_again(self):
        before = {user: self.password(user) for user in REFUSED if user != "default"}
        assert len(set(before.values())) == len(before) and all(len(p) == 64 for p in before.values())
        self.make_acl()
        assert before == {user: self.password(user) for user in before}
        for path in glob.glob(self.credentials + "/*"):
            assert os.stat(path).st_mode & 0o077 == 0, path
        assert self.cli("admin", "ACL", "LOAD") == "OK"

    def another_user_reads_the_archive_that_nobody_writes(self):
        """As in the units: the archiver's files, its group's to read, and the report by somebody of that group."""
        if os.geteuid() != 0:
            return "needs root"
        self.end_all()
        archive = self.folder + "/archive"
        os.chmod(archive, 0o750)
        for path in [archive, *glob.glob(archive + "/*")]:
            os.chown(path, -1, NOBODY)
            if path != archive:
                os.chmod(path, 0o640)
        out = os.path.join(self.folder, "out")
        os.mkdir(out)
        os.chown(out, NOBODY, NOBODY)
        done = run(self.root + "/bin/fengsui-report", "-c", self.config, "--status", "exercise", "--out",
                   out + "/week", user=NOBODY, group=NOBODY, extra_groups=[])
        assert done.returncode == 0, done.stderr
        with open(out + "/week.json") as report:
            alerts = json.load(report)["alerts"]
        assert alerts["now"] + alerts["before"] > 0     # a drill may begin in the week before
        return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default=os.path.join(ROOT, "build"), help="folder with the programs and web/")
    given = parser.parse_args()
    passed = failed = skipped = 0
    with tempfile.TemporaryDirectory(prefix="fengsui-deploy-") as folder:
        os.chmod(folder, 0o755)
        cases = Cases(os.path.abspath(given.build), folder)
        try:
            for name in [n for n in vars(Cases) if n.count("_") > 3 and not n.startswith("_")]:
                try:
                    missing = getattr(cases, name)()
                    skipped, passed = skipped + bool(missing), passed + (not missing)
                    print(("skipped %s: " + missing if missing else "ok      %s") % name.replace("_", " "), flush=True)
                except AssertionError as why:
                    print("FAILED  %s: %s" % (name.replace("_", " "), why), flush=True)
                    failed += 1
        finally:
            cases.end_all()
    print("%d passed, %d failed%s" % (passed, failed, ", %d skipped" % skipped if skipped else ""))
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
