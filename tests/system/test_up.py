#!/usr/bin/env python3
"""`fengsui up` as a newcomer meets it: the drill made once, played once, everything that was raised in the archive; a
second start finds its data; what stands in the way is one sentence; and nothing is left running.
"""
import argparse
import glob
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

from cases import hold

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PATIENCE = 180                  # seconds that one `fengsui up` may take
SERVICES = ("redis-server", "fengsui-correlator", "fengsui-archiver", "fengsui-dashboard")
INCIDENT = re.compile(r"^  (\S+) +level (\d)  score +([\d.]+) +(\d+) alerts", re.MULTILINE)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def running(folder):
    """Processes that name the folder, on their command line or as where they work: what `up` started in it."""
    found = {}
    for at in glob.glob("/proc/[0-9]*"):
        try:
            with open(at + "/cmdline", "rb") as line:
                words = line.read()
            if folder.encode() in words + os.readlink(at + "/cwd").encode():
                found[int(os.path.basename(at))] = words.replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue            # gone meanwhile
    found.pop(os.getpid(), None)
    return found


class Cases:
    def __init__(self, build, folder):
        self.build, self.folder = build, folder
        self.dir, self.exercise = os.path.join(folder, "run"), os.path.join(folder, "exercise")
        start = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 95 * 60))
        subprocess.run([sys.executable, os.path.join(ROOT, "tests/traffic/make.py"), "exercise", "--out", self.exercise,
                        "--start", start], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["perl", os.path.join(ROOT, "deploy/exercise/countries.pl"), "flat",
                        os.path.join(ROOT, "deploy/exercise/countries.csv"), self.exercise + "/countries.mmdb"], check=True)
        with open(os.path.join(ROOT, "deploy/exercise/sensors.csv")) as given, open(self.exercise + "/sensors.csv", "w") as to:
            to.write(given.read())
        self.first = None

    def command(self, *more, port=None):
        return [os.path.join(self.build, "fengsui"), "up", "--dir", self.dir, "--share", ROOT, "--web",
                os.path.join(self.build, "web"), "--port", str(port or free_port()), *more]

    def up(self, *more, port=None):
        return subprocess.run(self.command(*more, port=port), capture_output=True, text=True, timeout=PATIENCE)

    def sensors(self):
        with open(self.exercise + "/sensors.csv") as rows:
            return [line.split(",")[1] for line in rows.read().split("\n")[1:] if line]

    def raised(self):
        """What each sensor says, in its log's last line, that it raised."""
        said = {}
        for name in self.sensors():
            with open(os.path.join(self.dir, "log", name + ".log")) as log:
                said[name] = int(re.findall(r"(\d+) alerts", log.read())[-1])
        return said

    def archived(self):
        kept = {}
        for path in glob.glob(os.path.join(self.dir, "archive", "????-??.db")):
            with sqlite3.connect(path) as db:
                for name, n in db.execute("SELECT json_extract(json, '$.sensor'), count(*) FROM event WHERE type = 'alert' "
                                          "GROUP BY 1"):
                    kept[name] = kept.get(name, 0) + n
        return kept

    def first_start_shows_incidents_and_keeps_every_alert(self):
        done = self.up("--exercise", self.exercise, "--leave")
        assert done.returncode == 0, done.stderr
        assert "Playing the drill" in done.stdout, done.stdout
        self.first = INCIDENT.findall(done.stdout)
        assert self.first, done.stdout
        raised = self.raised()
        assert len(raised) == 3 and all(raised.values()), raised
        assert self.archived() == raised, (self.archived(), raised)
        assert not running(self.folder), running(self.folder)

    def report_of_the_week_is_there_and_adds_up(self):
        pages = sorted(glob.glob(os.path.join(self.dir, "report", "*.html")))
        assert len(pages) == 1 and os.path.getsize(pages[0]) > 1000, pages
        with open(pages[0][:-5] + ".json") as model:
            report = json.load(model)
        total = report["alerts"]["now"] + report["alerts"]["before"]        # a drill may begin in the week before
        assert total == sum(self.raised().values()), (total, self.raised())

    def second_start_finds_its_data(self):
        done = self.up("--exercise", self.exercise, "--leave")
        assert done.returncode == 0, done.stderr
        assert "was played before" in done.stdout and "Playing the drill" not in done.stdout, done.stdout
        assert INCIDENT.findall(done.stdout) == self.first, done.stdout
        assert self.archived() == self.raised(), (self.archived(), self.raised())
        assert not running(self.folder), running(self.folder)

    def taken_port_is_one_sentence_that_names_it(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            done = self.up("--leave", port=port)
        assert done.returncode == 69, (done.returncode, done.stderr)
        assert done.stderr.count("\n") == 1 and str(port) in done.stderr, done.stderr
        assert not running(self.folder), running(self.folder)

    def second_one_beside_the_first_is_refused_and_the_first_goes_on(self):
        with subprocess.Popen(self.command(), stdout=subprocess.PIPE, text=True) as one:
            for line in one.stdout:
                if line.startswith("Console:"):
                    break
            other = self.up("--leave")
            services = running(self.folder)
            one.send_signal(signal.SIGINT)
            one.stdout.read()
            code = one.wait(PATIENCE)
        assert other.returncode == 69 and other.stderr.count("\n") == 1 and "already" in other.stderr, other.stderr
        for name in SERVICES:
            assert any(name in words for words in services.values()), (name, services)
        assert code == 0, code
        assert not running(self.folder), running(self.folder)

    def settings(self, text):
        path = os.path.join(self.folder, "own.yaml")
        with open(path, "w") as out:
            out.write(text)
        return ["-c", path]

    def whom_the_settings_name_is_told_and_status_shows_the_notifier(self):
        sent, seen = os.path.join(self.folder, "sent"), ""
        os.makedirs(sent)
        own = self.settings("notifier:\n  targets: { soc: \"file %s status=exercise\" }\n" % sent)
        fresh = os.path.join(self.folder, "drill")
        os.makedirs(fresh)
        for name in os.listdir(self.exercise):
            if name != "played":
                os.symlink(os.path.join(self.exercise, name), os.path.join(fresh, name))
        with subprocess.Popen(self.command("--exercise", fresh, *own), stdout=subprocess.PIPE, text=True) as one:
            for line in one.stdout:
                if line.startswith("Console:"):
                    break
            services = running(self.folder)
            until = time.monotonic() + PATIENCE
            while not (os.listdir(sent) and "outbox.sent" in seen) and time.monotonic() < until:
                seen = subprocess.run([os.path.join(self.build, "fengsui"), "status", "-c", os.path.join(self.dir, "fengsui.yaml")],
                                      capture_output=True, text=True).stdout
                time.sleep(0.5)
            one.send_signal(signal.SIGINT)
            one.stdout.read()
            code = one.wait(PATIENCE)
        assert any("fengsui-notifier" in words for words in services.values()), services
        assert os.listdir(sent) and "notifier-1" in seen and "outbox.sent" in seen, (os.listdir(sent), seen)
        assert os.path.exists(os.path.join(self.dir, "notifier", "journal")), os.listdir(self.dir)
        assert code == 0 and not running(self.folder), (code, running(self.folder))

    def a_wrong_target_is_one_sentence_and_nothing_is_left_running(self):
        done = self.up("--leave", *self.settings("notifier:\n  targets: { soc: \"pigeon /x\" }\n"))
        assert done.returncode == 69 and done.stderr.count("\n") == 1 and "soc" in done.stderr, (done.returncode, done.stderr)
        assert not running(self.folder), running(self.folder)

    def without_anybody_to_tell_there_is_no_notifier(self):
        log = os.path.join(self.dir, "log", "fengsui-notifier.log")
        before = os.path.getsize(log)
        done = self.up("--leave", *self.settings("notifier:\n  batch: 8\n"))
        assert done.returncode == 0 and os.path.getsize(log) == before, done.stderr

    def killed_outright_it_takes_its_programs_along(self):
        with subprocess.Popen(self.command(), stdout=subprocess.PIPE, text=True) as one:
            for line in one.stdout:
                if line.startswith("Console:"):
                    break
            one.kill()
        until = time.monotonic() + PATIENCE
        while running(self.folder) and time.monotonic() < until:
            time.sleep(0.1)
        assert not running(self.folder), running(self.folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default=os.path.join(ROOT, "build"), help="folder with the programs and web/")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fengsui-up-") as folder:
        return hold(Cases(os.path.abspath(given.build), folder))


if __name__ == "__main__":
    sys.exit(main())
