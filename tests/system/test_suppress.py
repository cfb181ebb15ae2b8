#!/usr/bin/env python3
"""Suppressions with a real Redis, correlator and archiver: what is hidden begins no incident and is archived and counted; what is
grave is hidden when two people say so; over time it is seen again. Then 3,000 alerts while the correlator is killed -9 again and
again: the count is exact, and every alert is named once by the suppression that hid it.
"""
import argparse
import glob
import json
import os
import random
import signal
import sqlite3
import sys
import tempfile
import time

from test_workflow import NOW, Checks, World, alert, stamp, until

SID, MANY = 7700, 3000


def moment(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + ".%06d+0000" % (seconds % 1 * 1000000)


class Quiet(World):
    """Alerts are of this moment: a suppression hides from when it came into force."""

    def __init__(self, build, folder, tell="1 s"):
        super().__init__(build, folder)
        with open(self.config, "a") as out:
            out.write("correlator: { suppress: { tell: %s } }\n" % tell)
        self.alerts = 0

    def suppress(self, who="ann", **args):
        args = {"title": "our scanner", "reason": "approved scan", "expires": stamp(3600), **args}
        ident = self.decide("suppression", "propose", who, **args)["id"]
        return ident, self.decide("suppression", "activate", who, subject=ident, version=1)["state"]

    def alarm(self, at=None, **more):
        self.alerts += 1
        event = alert(self.alerts, "198.51.100.7", "10.0.0.1", more.pop("sid", SID), more.pop("severity", 3))
        event.update(timestamp=moment(time.time() if at is None else NOW + at), **more)
        self.redis.add("alerts", event["id"], "alert", event)
        return event["id"]

    def taken(self):
        """Alerts that the correlator has acknowledged: none is under way when this is all of them."""
        groups = self.redis.ask("XINFO", "GROUPS", self.redis.key("alerts"))
        group = [dict(zip(g[::2], g[1::2])) for g in groups if "correlator" in g]
        return group[0]["entries-read"] - group[0]["pending"] if group and group[0]["entries-read"] else 0

    def settle(self):
        until(lambda: self.taken() == self.alerts, "the correlator", self.taken)

    def figures(self, ident):
        m = json.loads(self.redis.ask("HGET", self.redis.key("state:desk"), ident))["suppression"]
        return m.get("hits", 0), m.get("spared", 0)

    def said(self, ident):
        """What its versions named, in all."""
        ids = []
        for e in self.redis.entries("warnings"):
            if e["id"].startswith(ident + ":"):
                ids += json.loads(e["json"])["suppression"].get("alert_ids", [])
        return ids

    def incidents(self):
        return len({e["id"].rsplit(":", 1)[0] for e in self.redis.entries("incidents")})


def rows(w, sql, *args):
    found = []
    for path in glob.glob(os.path.join(w.folder, "archive", "*.db")):
        with sqlite3.connect(path) as db:
            try:
                found += db.execute(sql, args).fetchall()
            except sqlite3.OperationalError:       # a file without that table
                pass
    return found


def hidden_and_kept(w, check):
    ident, state = w.suppress(rule="1:%d" % SID, source="198.51.100.0/24")
    check.that("one person brings an ordinary one into force", state, "active")
    sent = [w.alarm() for _ in range(100)]
    w.settle()
    check.that("no incident begins", w.incidents(), 0)
    check.that("each is counted", w.figures(ident), (100, 0))
    until(lambda: len(w.said(ident)) == 100, "the last word", lambda: len(w.said(ident)))
    check.that("each is named", sorted(w.said(ident)), sorted(sent))
    check.that("and the newest version has the count", w.newest(ident)["hits"], 100)
    until(lambda: len(rows(w, "SELECT 1 FROM event WHERE type = 'alert'")) == 100, "the archive")
    until(lambda: len(rows(w, "SELECT 1 FROM alert_of WHERE incident = ?", ident)) == 100, "the archive's links")
    check.that("the archive has every alert, and which suppression hid it", True)
    w.alarm(severity=1)
    w.settle()
    check.that("severity 1 has its incident", w.incidents(), 1)
    check.that("and is counted as spared", w.figures(ident), (100, 1))
    return ident


def withdrawn(w, check, ident):
    code, said = w.ctl("suppression", "withdraw", ident, "note=scan is over", "--role", "analyst", "--version", "2")
    check.that("whoever watches may take it back; hits make no version stale", (code, "withdrawn" in said), (0, True))
    w.alarm(src_ip="203.0.113.5", dest_ip="10.0.0.8")
    w.settle()
    check.that("then it is seen", w.incidents(), 2)


def expires(w, check):
    began = int(time.time()) - NOW
    ident, _ = w.suppress(rule=str(SID), destination="10.0.7.0/24", expires=stamp(began + 4))
    w.alarm(dest_ip="10.0.7.1", src_ip="203.0.113.7")
    w.settle()
    check.that("hidden while it lasts", (w.figures(ident)[0], w.incidents()), (1, 2))
    w.alarm(at=began + 4, dest_ip="10.0.7.1", src_ip="203.0.113.7")
    w.settle()
    check.that("an alert of the moment of its end is seen", (w.figures(ident)[0], w.incidents()), (1, 3))
    until(lambda: w.newest(ident)["state"] == "expired", "its end")
    w.alarm(at=began + 5, dest_ip="10.0.7.2", src_ip="203.0.113.8")
    w.alarm(at=began + 3.5, dest_ip="10.0.7.3", src_ip="203.0.113.9")
    w.settle()
    check.that("after its end there is an incident, and a late alert of its time is still hidden", (w.figures(ident)[0], w.incidents()), (2, 4))


def second_person(w, check):
    asset = {"name": "SCADA", "unit": "水厂", "mlps_level": 4}
    before = w.incidents()
    ident, state = w.suppress(asset="SCADA", reach="grave")
    check.that("a grave one waits", state, "pending")
    w.alarm(sid=SID + 1, dest_asset=asset, dest_ip="10.0.9.1", src_ip="192.0.2.1")
    w.settle()
    check.that("and hides nothing meanwhile", w.incidents(), before + 1)
    code, said = w.ctl("suppression", "approve", ident, "--role", "supervisor", "--version", "2")
    check.that("somebody else says yes", (code, "active" in said), (0, True))
    w.alarm(sid=SID + 2, dest_asset=asset, dest_ip="10.0.9.2", src_ip="192.0.2.2", severity=1)
    w.settle()
    check.that("then it hides even severity 1", (w.figures(ident)[0], w.incidents()), (1, before + 1))
    late = w.decide("suppression", "renew", "ann", subject=ident, version=3, expires=stamp(40 * 86400), note="more")
    check.that("nobody renews it beyond the longest", late, "bad_time")
    check.that("a renewal waits, too", w.decide("suppression", "renew", "ann", subject=ident, version=3, expires=stamp(86400), note="more")["state"], "pending_renew")


def killed(w, check, chance, kills):
    ident, _ = w.suppress(rule=str(SID))
    sent, left = [], kills
    for n in range(MANY):
        sent.append(w.alarm(dest_ip="10.1.%d.%d" % (n // 250, n % 250)))
        if left and chance.random() < 1.2 * kills / MANY:
            w.programs["correlator"].send_signal(signal.SIGKILL)
            w.programs["correlator"].wait()
            w.start("correlator")
            left -= 1
        time.sleep(0.001)
    w.settle()
    check.that("no alert got through", w.incidents(), 0)
    check.that("the count is exact (%d times killed)" % (kills - left), w.figures(ident), (MANY, 0))
    until(lambda: len(w.said(ident)) == MANY, "the last word", lambda: len(w.said(ident)))
    check.that("each alert is named once", sorted(w.said(ident)), sorted(sent))
    versions = [e["id"] for e in w.redis.entries("warnings")]
    check.that("each version went out once", len(set(versions)), len(versions))
    check.that("and they are few", len(versions) < MANY / 10)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--build", default="build")
    p.add_argument("--kills", type=int, default=6)
    p.add_argument("--seed", type=int)
    o = p.parse_args()
    o.build = os.path.abspath(o.build)
    seed = o.seed if o.seed is not None else random.randrange(1 << 32)
    check = Checks()
    with tempfile.TemporaryDirectory(prefix="suppress-") as folder, Quiet(o.build, folder) as w:
        w.start("correlator")
        w.start("archiver")
        withdrawn(w, check, hidden_and_kept(w, check))
        expires(w, check)
        second_person(w, check)
        check.that("the programs end well", w.end(), [0, 0])
    with tempfile.TemporaryDirectory(prefix="suppress-") as folder, Quiet(o.build, folder, "2 s") as w:
        print("killed at random, seed %d" % seed)
        w.start("correlator")
        killed(w, check, random.Random(seed), o.kills)
        check.that("the program ends well", w.end(), [0])
    print("%d passed, %d failed" % (check.good, check.bad))
    return check.bad != 0


if __name__ == "__main__":
    sys.exit(main())
