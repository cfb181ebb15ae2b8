#!/usr/bin/env python3
"""`fengsui verify` over an archive that the real programs made: whole as it is, also while it is written to; one byte
changed at each of a hundred places in archive, checkpoints, keys, evidence and report is found and named; and so is what
somebody does who knows SQLite: rows changed, swapped, taken out, put in, chained anew; files cut, or put back as they
were; checkpoints taken away; keys exchanged.
"""
import argparse
import glob
import json
import os
import pathlib
import random
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATIENCE = 300
WHOLE, FINDINGS, BROKEN = 0, 1, 2


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class World:
    """What one run of everything left behind."""

    def __init__(self, build, folder):
        self.build, self.folder, self.run = build, folder, folder / "run"
        exercise, web = folder / "exercise", folder / "web"
        web.mkdir()
        (web / "index.html").write_text("<!doctype html>\n")
        start = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 95 * 60))
        subprocess.run([sys.executable, ROOT / "tests/traffic/make.py", "exercise", "--out", exercise, "--start", start],
                       check=True, stdout=subprocess.DEVNULL)
        shutil.copy(ROOT / "deploy/exercise/sensors.csv", exercise)
        self.up = [build / "fengsui", "up", "--dir", self.run, "--share", ROOT, "--web", web, "--leave"]
        self.start("--exercise", exercise)

    def start(self, *more):
        done = subprocess.run([*self.up, "--port", str(free_port()), *more], capture_output=True, text=True, timeout=PATIENCE)
        if done.returncode != 0:
            sys.exit("test_verify: fengsui up: " + done.stderr)

    def verify(self, *more, run=None, report=False):
        """Exit code and findings."""
        run = run or self.run
        what = ["--report", *glob.glob(str(run / "report/*.sig"))] if report else ["--evidence", run / "evidence"]
        if "--keys" not in more:
            more = ("--keys", run / "keys", *more)
        done = subprocess.run([self.build / "fengsui", "verify", "-c", "/dev/null", "--json", "--archive", run / "archive",
                               *what, *more], capture_output=True, text=True, timeout=PATIENCE)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        if done.returncode in (WHOLE, FINDINGS, BROKEN) and (not lines or lines[-1].get("verdict") is None):
            raise AssertionError("no verdict: " + done.stderr)
        return done.returncode, lines

    def copy(self):
        to = self.folder / "copy"
        shutil.rmtree(to, ignore_errors=True)
        to.mkdir()
        for part in ("archive", "keys", "report"):
            shutil.copytree(self.run / part, to / part)
        os.symlink(self.run / "evidence", to / "evidence")
        return to


def said(lines):
    return "\n".join(json.dumps(line) for line in lines)


def check(good, *why):
    if not good:
        raise AssertionError(" ".join(str(w) for w in why))


# ---- one byte ----

def places(world):
    """Every file that is proved, and the word by which a change of it has to be named."""
    archive, found = world.run / "archive", []
    found += [(p, p.stem, False) for p in archive.glob("*.db")]
    found += [(archive / "checkpoints.jsonl", "checkpoint", False), (world.run / "keys/keys.jsonl", "keys", False)]
    evidence = [(p, p.name, False) for p in (world.run / "evidence").rglob("*.pcap")]
    report = [(p, p.name, True) for p in (world.run / "report").iterdir()]
    return [found, evidence, report]


def one_byte_anywhere_is_found_and_named(world, chance, rounds):
    kinds = places(world)
    for _ in range(rounds):
        path, word, report = chance.choice(chance.choice(kinds))
        at, mask = chance.randrange(path.stat().st_size), chance.randrange(1, 256)
        with open(path, "r+b") as file:
            file.seek(at)
            was = file.read(1)[0]
            file.seek(at)
            file.write(bytes([was ^ mask]))
        code, lines = world.verify(report=report)
        with open(path, "r+b") as file:
            file.seek(at)
            file.write(bytes([was]))
        named = [x for x in lines if x.get("grade") == "broken" and word in x["place"] + " " + x["sentence"]]
        check(code == BROKEN and named, "%s: byte %d from %#x by %#x:" % (path, at, was, mask), code, said(lines))


# ---- rows ----

def month_of(run):
    return max((run / "archive").glob("????-??.db"), key=lambda p: p.stat().st_size)


def row(db, where="type = 'alert'"):
    return db.execute("SELECT n, id FROM event WHERE %s ORDER BY n LIMIT 1 OFFSET 40" % where).fetchone()


def a_changed_event(db):
    n, name = row(db)
    db.execute("UPDATE event SET json = replace(json, '\"severity\":', '\"severity\": ') WHERE n = ?", (n,))
    return "link", name


def a_changed_column(db):
    n, name = row(db)
    db.execute("UPDATE event SET severity = severity + 1 WHERE n = ?", (n,))
    return "column", name


def a_changed_address(db):
    n, name = row(db)
    db.execute("UPDATE event SET src = dest, dest = src WHERE n = ?", (n,))
    return "column", name


def a_changed_time(db):
    n, name = row(db)
    db.execute("UPDATE event SET time = time + 1 WHERE n = ?", (n,))
    return "column", name


def two_swapped_events(db):
    (a, name), (b, _) = row(db), row(db, "type = 'flow'")
    one, other = (db.execute("SELECT json FROM event WHERE n = ?", (n,)).fetchone()[0] for n in (a, b))
    db.execute("UPDATE event SET json = ? WHERE n = ?", (other, a))
    db.execute("UPDATE event SET json = ? WHERE n = ?", (one, b))
    return "link", None


def two_swapped_links(db):
    a, b = db.execute("SELECT link FROM chain WHERE seq IN (70, 71) ORDER BY seq").fetchall()
    db.execute("UPDATE chain SET link = ? WHERE seq = 70", b)
    db.execute("UPDATE chain SET link = ? WHERE seq = 71", a)
    return "link", None


def an_event_taken_out(db):
    n, _ = row(db)
    db.execute("DELETE FROM event WHERE n = ?", (n,))
    return "row", None


def an_event_and_its_link_taken_out(db):
    n, _ = row(db)
    db.execute("DELETE FROM event WHERE n = ?", (n,))
    db.execute("DELETE FROM chain WHERE row = ?", (n,))
    return "number", None


def the_last_event_and_its_link_taken_out(db):
    n, = db.execute("SELECT row FROM chain ORDER BY seq DESC LIMIT 1").fetchone()
    db.execute("DELETE FROM event WHERE n = ?", (n,))
    db.execute("DELETE FROM chain WHERE row = ?", (n,))
    return "head", None


def an_event_put_in(db):
    db.execute("INSERT INTO event(id, time, type, json) SELECT 'forged:1:1', time, type, json FROM event LIMIT 1")
    return "stray", "forged:1:1"


def an_event_put_in_with_a_link(db):
    db.execute("INSERT INTO event(id, time, type, json) SELECT 'forged:1:1', time, type, json FROM event LIMIT 1")
    db.execute("INSERT INTO chain(seq, row, link) SELECT max(seq) + 1, (SELECT max(n) FROM event), randomblob(32) FROM chain")
    return "link", "forged:1:1"


def a_version_changed(db):
    db.execute("UPDATE version SET json = replace(json, '\"level\":', '\"level\": ') WHERE rowid = 1")
    return "link", None


def a_version_and_its_link_taken_out(db):
    db.execute("DELETE FROM version WHERE rowid = 3")
    db.execute("DELETE FROM chain WHERE row = -3")
    return "number", None


def chained_anew(db):
    """By somebody who has read chain.h: everything after the change follows, as far as it goes."""
    n, name = row(db)
    db.execute("UPDATE event SET json = replace(json, '\"severity\":', '\"severity\": ') WHERE n = ?", (n,))
    rows = db.execute("SELECT c.seq, c.row, c.link, e.region, coalesce(e.json, v.json) FROM chain c LEFT JOIN event e ON e.n = c.row"
                      " LEFT JOIN version v ON v.rowid = -c.row ORDER BY c.seq").fetchall()
    before, begun = None, False
    for seq, number, link, region, text in rows:
        begun = begun or number == n
        if begun:
            region = (region or "").encode() if number > 0 else b""
            link = sm3(before + seq.to_bytes(8, "big") + len(region).to_bytes(2, "big") + region + text.encode())
            db.execute("UPDATE chain SET link = ? WHERE seq = ?", (link, seq))
        before = link
    return "head", None


def sm3(data):
    import hashlib
    return hashlib.new("sm3", data).digest()


ROWS = (a_changed_event, a_changed_column, a_changed_address, a_changed_time, two_swapped_events, two_swapped_links, an_event_taken_out,
        an_event_and_its_link_taken_out, the_last_event_and_its_link_taken_out, an_event_put_in, an_event_put_in_with_a_link,
        a_version_changed, a_version_and_its_link_taken_out, chained_anew)


def tampered(path, change):
    with sqlite3.connect(path) as db:
        kind, name = change(db)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return kind, name


def whoever_changes_rows_is_found_and_the_row_is_named(world):
    for change in ROWS:
        run = world.copy()
        kind, name = tampered(month_of(run), change)
        code, lines = world.verify(run=run)
        first = [x for x in lines if x.get("what") == kind]
        check(code == BROKEN and first, change.__name__, code, said(lines))
        check(name is None or name == first[0].get("id"), change.__name__, "named", first[0].get("id"), "and not", name)
        check(any(x.get("what") == "seal" for x in lines) or "put_in_with_a_link" in change.__name__, change.__name__, "no seal", said(lines))


def newest_changed(db):
    db.execute("UPDATE event SET json = replace(json, '\"level\":', '\"level\": ') WHERE n = 1")
    return "version", None


def newest_taken_out(db):
    db.execute("DELETE FROM event WHERE n = 1")
    return "version", None


def whoever_changes_the_newest_versions_is_found(world):
    for change in (newest_changed, newest_taken_out):
        run = world.copy()
        kind, _ = tampered(run / "archive/incidents.db", change)
        code, lines = world.verify(run=run)
        check(code == BROKEN and any(x.get("what") == kind for x in lines), change.__name__, code, said(lines))


# ---- files ----

def cut(path, by):
    os.truncate(path, path.stat().st_size - by)


def a_file_cut_short_is_found(world):
    for name, by in (("archive/????-??.db", 4096), ("archive/????-??.db", 1), ("archive/checkpoints.jsonl", 1),
                     ("archive/checkpoints.jsonl", 40), ("archive/incidents.db", 100), ("keys/keys.jsonl", 10)):
        run = world.copy()
        path, = run.glob(name)
        cut(path, by)
        code, lines = world.verify(run=run)
        check(code == BROKEN, name, by, code, said(lines))


def a_month_put_back_as_it_was_before_is_found(world):
    run, old = world.copy(), world.folder / "older.db"
    check(old.exists(), "no older copy")
    shutil.copy(old, month_of(run))
    code, lines = world.verify(run=run)
    check(code == BROKEN and any(x.get("what") == "head" for x in lines), code, said(lines))


def a_month_taken_away_is_found(world):
    run = world.copy()
    month = month_of(run)
    month.unlink()
    code, lines = world.verify(run=run)
    check(code == BROKEN and any(x.get("what") == "missing" and x["place"] == month.stem for x in lines), code, said(lines))


def a_log_laid_beside_a_sealed_month_is_found(world):
    run = world.copy()
    with open(str(month_of(run)) + "-wal", "wb") as log:
        log.write(b"\x37\x7f\x06\x82" + bytes(60))
    code, lines = world.verify(run=run)
    check(code == BROKEN and any(x.get("what") == "seal" for x in lines), code, said(lines))


def checkpoints_taken_away_are_missed(world):
    for count, least in ((1, FINDINGS), (2, BROKEN), (3, BROKEN), (None, BROKEN)):
        run = world.copy()
        path = run / "archive/checkpoints.jsonl"
        lines = path.read_bytes().splitlines(keepends=True)
        if count is None:
            path.unlink()
        else:
            path.write_bytes(b"".join(lines[:-count]))
        code, found = world.verify(run=run)
        check(code >= least, count, "taken away:", code, said(found))


# ---- keys, evidence, report ----

def keys(world, word, folder):
    return subprocess.run([world.build / "fengsui", "keys", word, "-c", "/dev/null", "--keys", folder], capture_output=True, text=True)


def exchanged_keys_are_found(world):
    other = world.folder / "other-keys"
    check(keys(world, "init", other).returncode == 0, "no other keys")
    code, lines = world.verify("--keys", other)
    check(code == BROKEN and any(x.get("what") == "signature" for x in lines), "other keys:", code, said(lines))
    code, lines = world.verify("--key", other / "sm2.pub")
    check(code == BROKEN and any(x.get("what") == "keys" for x in lines), "another's key:", code, said(lines))
    code, lines = world.verify("--key", world.folder / "first.pub")
    check(code == WHOLE, "the first key:", code, said(lines))
    code, lines = world.verify("--key", world.run / "keys/sm2.pub")
    check(code == FINDINGS and any(x.get("what") == "unsigned" for x in lines), "a key that is newer:", code, said(lines))
    run = world.copy()
    shutil.copy(other / "sm2.pub", run / "keys/sm2.pub")
    code, lines = world.verify(run=run)
    check(code == BROKEN and any(x.get("what") == "keys" for x in lines), "an exchanged file:", code, said(lines))


def evidence_that_is_gone_is_a_finding_and_grown_is_broken(world):
    path = next((world.run / "evidence").rglob("*.pcap"))
    bytes_ = path.read_bytes()
    path.unlink()
    code, lines = world.verify()
    path.write_bytes(bytes_ + b"\0")
    grown, more = world.verify()
    path.write_bytes(bytes_)
    check(code == FINDINGS and any(x.get("what") == "lost" and path.name in x["sentence"] for x in lines), "gone:", code, said(lines))
    check(grown == BROKEN and any(x.get("what") == "evidence" and path.name in x["sentence"] for x in more), "grown:", grown, said(more))


def an_untouched_world_is_whole(world):
    code, lines = world.verify()
    check(code == WHOLE, code, said(lines))
    check(lines[-1]["sealed_files"] >= 2 and lines[-1]["open_files"] == 0 and lines[-1]["evidence_files"] > 100, lines[-1])
    code, lines = world.verify(report=True)
    check(code == WHOLE and lines[-1]["sealed_files"] == 2, code, said(lines))


def after_another_start_and_a_new_key_it_is_whole(world):
    """The older copy is from before it, too."""
    shutil.copy(month_of(world.run), world.folder / "older.db")
    shutil.copy(world.run / "keys/sm2.pub", world.folder / "first.pub")
    check(keys(world, "rotate", world.run / "keys").returncode == 0, "no new key")
    world.start()
    code, lines = world.verify()
    check(code == WHOLE and lines[-1]["keys"] == 2, code, said(lines))


# ---- while it is written to ----

def while_the_archiver_writes_it_is_whole(world, times=12):
    run = world.folder / "live"
    for part in ("redis", "evidence", "keys"):
        (run / part).mkdir(parents=True)
    (run / "keys").rmdir()
    check(keys(world, "init", run / "keys").returncode == 0, "no keys")
    address = "unix:%s" % (run / "redis/r.sock")
    started = [subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", run / "redis/r.sock", "--dir", run / "redis", "--appendonly",
                                 "yes", "--save", "", "--maxmemory-policy", "noeviction", "--logfile", run / "redis/log"])]
    try:
        while subprocess.run(["redis-cli", "-s", run / "redis/r.sock", "PING"], capture_output=True).stdout != b"PONG\n":
            check(started[0].poll() is None, "no Redis")
            time.sleep(0.05)
        log = open(run / "log", "wb")
        archiver = subprocess.Popen([world.build / "fengsui-archiver", "-c", "/dev/null", "--set", "bus.redis=" + address,
                                     "--set", "archive.store=%s" % (run / "archive"), "--set", "archive.keys=%s" % (run / "keys"),
                                     "--set", "archiver.checkpoint_every=1 s"], stderr=log)
        publisher = subprocess.Popen([world.build / "tests/system/durable", "publish", address, run / "spool", "430100", "tower-1",
                                      "60000", run / "ledger"], stderr=log)
        started += [publisher, archiver]
        while not (run / "archive/checkpoints.jsonl").exists() or not (run / "archive/checkpoints.jsonl").stat().st_size:
            check(archiver.poll() is None, "no archiver")
            time.sleep(0.05)
        rows, until = [], time.monotonic() + 60
        while len(rows) < times or (rows[-1] == rows[0] and time.monotonic() < until):   # a transaction may be longer than all of them
            check(archiver.poll() is None, "no archiver")
            code, lines = world.verify(run=run)
            check(code == WHOLE, "while it is written to:", code, said(lines))
            rows.append(lines[-1]["rows"])
        check(rows[-1] > rows[0], "nothing was written meanwhile:", rows)
        archiver.kill()
        archiver.wait()
        code, lines = world.verify(run=run)
        check(code == WHOLE and lines[-1]["open_files"] > 0, "killed:", code, said(lines))
    finally:
        for program in reversed(started):
            program.kill()
            program.wait()


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build"))
    options.add_argument("--rounds", type=int, default=100, help="bytes to change")
    options.add_argument("--seed", type=int, default=None)
    options.add_argument("--keep", action="store_true", help="keep the files")
    o = options.parse_args()
    seed = o.seed if o.seed is not None else random.randrange(1 << 32)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="verify-"))
    world, failed = World(o.build.resolve(), folder), 0
    tests = [an_untouched_world_is_whole, after_another_start_and_a_new_key_it_is_whole,
             lambda w: one_byte_anywhere_is_found_and_named(w, random.Random(seed), o.rounds),
             whoever_changes_rows_is_found_and_the_row_is_named, whoever_changes_the_newest_versions_is_found, a_file_cut_short_is_found,
             a_month_put_back_as_it_was_before_is_found, a_month_taken_away_is_found, a_log_laid_beside_a_sealed_month_is_found,
             checkpoints_taken_away_are_missed, exchanged_keys_are_found, evidence_that_is_gone_is_a_finding_and_grown_is_broken,
             while_the_archiver_writes_it_is_whole]
    for test in tests:
        try:
            test(world)
        except AssertionError as why:
            failed += 1
            print("FAILED: %s (seed %d, files in %s)\n  %s" % (test.__name__, seed, folder, why))
    if not o.keep and failed == 0:
        shutil.rmtree(folder)
    print("%d passed, %d failed" % (len(tests) - failed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
