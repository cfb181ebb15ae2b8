#!/usr/bin/env python3
"""`fengsui archive` as an operator has it, on both stores: what is there, a copy, the drill, a damaged copy, the real thing.

bench_archive fills the archive with made-up events; a real PostgreSQL server is started and ended by the test."""
import argparse
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from test_durability import Postgres  # noqa: E402

# What bench_archive makes of 4000: flows, a quarter as many alerts, and incidents in one version that names 24 alerts.
EVENTS, INCIDENTS, LINKS = 4000 + 1000, 100, 24 * 100


class Archive:
    def __init__(self, build, folder, store, empty):
        self.build, self.folder, self.store, self.empty = build, folder, store, empty

    def path(self, name):
        return os.path.join(self.folder, name)

    def fengsui(self, *words, env=None):
        done = subprocess.run([os.path.join(self.build, "fengsui"), "archive", *words, "-c", "/dev/null", "--set",
                               "archive.store=" + self.store], capture_output=True, text=True, timeout=300,
                              env={**os.environ, "TMPDIR": self.folder, **(env or {})})
        return done.returncode, done.stdout, done.stderr

    def fill(self):
        done = subprocess.run([os.path.join(self.build, "tests/bench/bench_archive"), self.store, "4000"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    def the_status_shows_every_month_and_the_oldest_event(self):
        code, out, err = self.fengsui("status")
        assert code == 0, err
        months = [line.split() for line in out.splitlines() if line[:2] == "20"]
        assert sum(int(m[1]) for m in months) == EVENTS, out
        assert "the oldest event is" in out, out

    def a_backup_is_made_and_comes_back_in_a_drill(self):
        code, out, err = self.fengsui("backup", self.path("copy"))
        assert code == 0, err
        with open(self.path("copy/manifest.json")) as text:
            manifest = json.load(text)
        held = [(p["rows"], p["versions"]) for p in manifest["parts"]]
        assert held == [(EVENTS, INCIDENTS), (INCIDENTS, LINKS)], manifest
        before = set(os.listdir(self.folder))
        code, out, err = self.fengsui("drill", self.path("copy"))
        assert code == 0 and "可完整恢复" in out.splitlines()[-1], (code, out, err)
        assert set(os.listdir(self.folder)) == before, "the drill left something behind"

    def a_changed_byte_is_named_and_the_exit_code_says_so(self):
        victim = max((p for p in glob.glob(self.path("copy/**"), recursive=True) if os.path.isfile(p)), key=os.path.getsize)
        with open(victim, "r+b") as file:
            file.seek(os.path.getsize(victim) * 2 // 3)
            byte = file.read(1)[0]
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte ^ 4]))
        code, out, err = self.fengsui("drill", self.path("copy"))
        assert code == 65 and os.path.basename(victim) in out, (code, out, err)
        with open(victim, "r+b") as file:
            file.seek(os.path.getsize(victim) * 2 // 3)
            file.write(bytes([byte]))

    def a_lost_file_is_named(self):
        lost = sorted(glob.glob(self.path("copy/*.db")) + glob.glob(self.path("copy/dump/*.gz")))[0]
        os.rename(lost, self.path("aside"))
        code, out, err = self.fengsui("drill", self.path("copy"))
        assert code == 65 and os.path.basename(lost) in out, (code, out, err)
        os.rename(self.path("aside"), lost)

    def it_is_restored_and_goes_on(self):
        code, out, err = self.fengsui("restore", self.path("copy"), self.empty)
        assert code == 0, (out, err)
        other = Archive(self.build, self.folder, self.empty, None)
        other.the_status_shows_every_month_and_the_oldest_event()
        other.fill()                    # the same events again: nothing changes
        other.the_status_shows_every_month_and_the_oldest_event()
        code, out, err = self.fengsui("restore", self.path("copy"), self.empty)
        assert code == 73, (code, err)

    def what_cannot_be_is_said_in_one_sentence(self):
        for words, code, part in (((), 64, "expected archive status"), (("backup",), 64, "expected"),
                                  (("drill", "/nonexistent"), 66, "/nonexistent/manifest.json"),
                                  (("backup", self.path("copy")), 73, "expected an empty folder")):
            got, out, err = self.fengsui(*words)
            assert got == code and part in err and len(err.splitlines()) == 1, (words, got, err)


def run(archive, name):
    archive.fill()
    passed = failed = 0
    for test in [f for f in vars(Archive) if not f.startswith("_") and f not in ("path", "fengsui", "fill")]:
        try:
            getattr(archive, test)()
            passed += 1
        except (AssertionError, OSError, subprocess.SubprocessError) as why:
            failed += 1
            print("test_archive: FAILED on %s: %s: %s" % (name, test.replace("_", " "), why))
    return passed, failed


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--build", default="build")
    o = options.parse_args()
    folder = tempfile.mkdtemp(prefix="archive-")
    results = []
    os.mkdir(os.path.join(folder, "sqlite"))
    path = os.path.join(folder, "sqlite")
    results.append(run(Archive(o.build, path, os.path.join(path, "archive"), os.path.join(path, "restored")), "SQLite"))
    postgres = Postgres(os.path.join(folder, "postgres"))
    try:
        if postgres.there:
            postgres.make()
            subprocess.run([postgres.bin + "/createdb", "-h", postgres.folder, "-U", "tester", "empty"], check=True, **postgres.user)
            os.mkdir(os.path.join(folder, "server"))
            results.append(run(Archive(o.build, os.path.join(folder, "server"), postgres.store,
                                       postgres.store.replace("dbname=fengsui", "dbname=empty")), "PostgreSQL"))
        else:
            print("PostgreSQL: skipped, it is not installed")
    finally:
        if postgres.process is not None and postgres.process.poll() is None:
            postgres.die()
    passed, failed = (sum(r[i] for r in results) for i in (0, 1))
    if not failed:
        shutil.rmtree(folder)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
