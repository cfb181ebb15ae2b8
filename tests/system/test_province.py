#!/usr/bin/env python3
"""Two prefectures and their province on a real Redis: one attacker in both is one campaign of the province, which names its
parts, follows what becomes of them, and counts nobody's alerts twice; drills and actual events stay apart. The correlator is
killed at random moments meanwhile; what stands in the end equals what an undisturbed run gives. Habits survive.
"""
import argparse
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time

CHANGSHA, ZHUZHOU, PROVINCE = "430100", "430200", "430000"
PATIENCE = 30       # seconds in which nothing moves


ACCESS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../deploy/redis/fengsui.acl.in")


def access_list(path):
    """As it is deployed, with each user's name as its password: what is not allowed there, fails here."""
    with open(ACCESS, encoding="utf-8") as source, open(path, "w", encoding="utf-8") as out:
        for line in source:
            if line.startswith("user "):
                out.write(re.sub(r"#@(\w+)@", r">\1", line))


class Redis:
    def __init__(self, folder):
        access_list(os.path.join(folder, "users.acl"))
        self.socket = os.path.join(folder, "redis.sock")
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.socket, "--dir", folder, "--appendonly", "yes", "--save", "",
             "--maxmemory-policy", "noeviction", "--aclfile", os.path.join(folder, "users.acl"), "--logfile", os.path.join(folder, "redis.log")])
        end = time.monotonic() + PATIENCE
        while self.ask("PING") != "PONG":
            if time.monotonic() > end:
                sys.exit("redis-server does not answer; see " + folder)
            time.sleep(0.05)

    def ask(self, *words):
        done = subprocess.run(["redis-cli", "-s", self.socket, "--user", "admin", "--pass", "admin", "--no-auth-warning",
                               "--raw", *words], capture_output=True, text=True, errors="replace")
        return done.stdout.strip()

    def entries(self, region, stream):
        words = self.ask("XRANGE", "fengsui:{%s}:%s" % (region, stream), "-", "+").split("\n")
        return [json.loads(words[i + 1]) for i, word in enumerate(words[:-1]) if word == "json"]

    def newest(self, region):
        last = {}
        for event in self.entries(region, "incidents"):
            last[event["incident"]["id"]] = event["incident"]
        return last

    def settled(self):
        for region in self.ask("SMEMBERS", "fengsui:regions").split():
            for stream in ("alerts", "incidents", "parts", "commands"):
                lines = self.ask("XINFO", "GROUPS", "fengsui:{%s}:%s" % (region, stream)).split("\n")
                groups = dict(zip(lines[::2], lines[1::2])) if len(lines) > 1 else {}
                if groups.get("pending", "0") != "0" or groups.get("lag", "0") not in ("0", ""):
                    return False
        return True

    def close(self):
        self.process.terminate()
        self.process.wait()


class Correlator:
    def __init__(self, build, redis, log):
        self.command = [os.path.join(build, "fengsui-correlator"), "-c", "/dev/null", "--set", "bus.redis=unix:" + redis.socket,
                        "--set", "bus.user=correlator", "--set", "bus.password=correlator", "--set", "region=" + PROVINCE, "--set", "children=%s, %s" % (CHANGSHA, ZHUZHOU), "--set", "claim_idle=1 s",
                        "--set", "usual.save=0 s", "--set", "figures=0 s"]
        self.log = open(log, "ab")
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.command, stdout=self.log, stderr=self.log)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.terminate()
        return self.process.wait(PATIENCE)


class World:
    def __init__(self, build, folder, name):
        self.folder = os.path.join(folder, name)
        os.mkdir(self.folder)
        self.redis = Redis(self.folder)
        self.seq = 0
        for region in (CHANGSHA, ZHUZHOU):
            self.redis.ask("SADD", "fengsui:regions", region)
        self.correlator = Correlator(build, self.redis, os.path.join(self.folder, "correlator.log"))

    def alert(self, region, minute, src, dest, sid, severity=2, status="actual", **more):
        self.seq += 1
        event = {"id": "tower:1:%d" % self.seq, "timestamp": "2026-11-20T%02d:%02d:00.000000+08:00" % (8 + minute // 60, minute % 60),
                 "event_type": "alert", "region": region, "status": status, "sensor": "tower", "src_ip": src, "dest_ip": dest,
                 "alert": {"gid": 1, "signature_id": sid, "rev": 1, "signature": "rule %d" % sid, "severity": severity}, **more}
        self.redis.ask("XADD", "fengsui:{%s}:alerts" % region, "*", "id", event["id"], "type", "alert", "v", "1", "json",
                       json.dumps(event))

    def wait(self, what, true):
        end = time.monotonic() + PATIENCE
        while not true():
            if time.monotonic() > end:
                raise AssertionError(what + ": not within %d s of nothing else to do; see %s" % (PATIENCE, self.folder))
            time.sleep(0.05)

    def quiet(self):
        """All is taken in, and what that wrote too."""
        def still():
            if not self.redis.settled():
                return False
            time.sleep(0.3)
            return self.redis.settled()
        self.wait("everything read", still)

    def campaigns(self):
        return [i for i in self.redis.newest(PROVINCE).values() if i.get("parts")]

    def close(self):
        rc = self.correlator.stop()
        self.redis.close()
        return rc


def story(world, disturb=lambda: None):
    """A day: an attacker in both prefectures, an account in both, a drill with the same attacker, somebody in one only, and in
    both the same private address, which is not the same machine."""
    for minute in range(12):
        world.alert(CHANGSHA, minute, "203.0.113.66", "10.1.0.%d" % (minute % 3), 1 + minute % 2)
        world.alert(CHANGSHA, minute, "10.9.9.9", "10.1.7.7", 40)
        disturb()
        world.alert(CHANGSHA, minute, "192.0.2.1", "10.5.5.5", 8, app_proto="smb", smb={"ntlmssp": {"user": "zhang.san"}})
    world.quiet()       # which of two regions comes first nobody promises; here it is to be the same each time
    for minute in range(12):
        world.alert(ZHUZHOU, minute + 20, "203.0.113.66", "10.1.0.%d" % (minute % 2), 3, severity=1 + minute % 3)
        world.alert(ZHUZHOU, minute + 20, "10.9.9.9", "10.1.8.8", 41)
        world.alert(ZHUZHOU, minute, "203.0.113.66", "10.2.2.2", 5, status="exercise")
        disturb()
        world.alert(ZHUZHOU, minute, "198.51.100.200", "10.3.3.3", 6)
        disturb()
        world.alert(ZHUZHOU, minute + 5, "192.0.2.9", "10.6.6.6", 9, app_proto="smb", smb={"ntlmssp": {"user": "zhang.san"}})
    world.quiet()


def without_times(i):
    """What does not depend on how the alerts were cut into batches: versions count those."""
    i = {k: v for k, v in i.items() if k not in ("version", "detected_at", "alert_ids", "joins", "parts")}
    return i


def final(world):
    campaigns = []
    for c in world.campaigns():
        parts = sorted((p["id"], p["region"], p["state"], p["alert_count"]) for p in c["parts"])
        campaigns.append((json.dumps(without_times(c), sort_keys=True), parts))
    others = sorted(json.dumps(without_times(i), sort_keys=True) for region in (CHANGSHA, ZHUZHOU) for i in world.redis.newest(region).values())
    return sorted(campaigns), others


def one_attacker_in_two_regions_is_one_campaign_with_its_parts_named(world):
    found = [c for c in world.campaigns() if any(a["address"] == "203.0.113.66" for a in c["attackers"])]
    assert len(found) == 1, found
    c = found[0]
    children = {r: world.redis.newest(r) for r in (CHANGSHA, ZHUZHOU)}
    assert sorted(p["region"] for p in c["parts"]) == [CHANGSHA, ZHUZHOU], c["parts"]
    for p in c["parts"]:
        mine = children[p["region"]][p["id"]]
        assert (p["version"], p["alert_count"], p["state"]) == (mine["version"], mine["alert_count"], mine["state"]), (p, mine)
        assert "merged_into" not in mine and mine["state"] == "new"
    assert c["region"] == PROVINCE and c["id"].startswith("I-430000-") and c["status"] == "actual"
    assert c["alert_count"] == sum(p["alert_count"] for p in c["parts"]) == 24
    assert c["level"] == min(p["level"] for p in c["parts"])
    assert len(c["victims"]) == 5, c["victims"]       # 10.1.0.0 and 10.1.0.1 are other machines in the other prefecture
    assert sum(r["count"] for r in c["rules"]) == 24
    said = " ".join(j["reason"]["en"] for j in c["joins"])
    assert "same attacker 203.0.113.66" in said and CHANGSHA in said and ZHUZHOU in said, said
    assert all(j["reason"]["zh"] for j in c["joins"])


def one_account_in_two_regions_is_one_too_and_nothing_else_is(world):
    by_account = [c for c in world.campaigns() if c.get("accounts") == ["zhang.san"]]
    assert len(by_account) == 1 and "same account zhang.san" in " ".join(j["reason"]["en"] for j in by_account[0]["joins"])
    assert len(world.campaigns()) == 2, [c["title"] for c in world.campaigns()]


def drills_never_mix_with_what_is_real(world):
    for c in world.campaigns():
        assert c["status"] == "actual"
        assert not any(v["address"] == "10.2.2.2" for v in c["victims"])


def post(world, region, command, incident, **args):
    world.seq += 1
    body = {"id": "desk-%d" % world.seq, "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.000000+0000", time.gmtime()),
            "event_type": "command", "region": region,
            "command": {"kind": "incident", "name": command, "subject": incident["id"], "version": incident["version"], "who": "duty",
                        "role": "duty_officer", "scope": {"region": "43", "sector": "", "unit": ""}, "args": args}}
    world.redis.ask("XADD", "fengsui:{%s}:commands" % region, "*", "id", body["id"], "type", "command", "v", "1", "json", json.dumps(body))
    world.quiet()


def a_part_judged_false_counts_no_more_and_a_campaign_ends_with_its_parts(world):
    c = [c for c in world.campaigns() if c.get("accounts") == ["zhang.san"]][0]
    first, second = c["parts"]
    post(world, first["region"], "triage", world.redis.newest(first["region"])[first["id"]])
    post(world, first["region"], "false_positive", world.redis.newest(first["region"])[first["id"]], note="a test of ours")
    after = world.redis.newest(PROVINCE)[c["id"]]
    assert {p["id"]: p["state"] for p in after["parts"]}[first["id"]] == "false_positive", world.redis.entries(first["region"], "warnings")[-2:]
    assert after["alert_count"] == second["alert_count"] and after["state"] == "new"
    post(world, second["region"], "triage", world.redis.newest(second["region"])[second["id"]])
    post(world, second["region"], "false_positive", world.redis.newest(second["region"])[second["id"]], note="likewise")
    assert world.redis.newest(PROVINCE)[c["id"]]["state"] == "closed"


def habits_and_figures_stand_in_redis(world, build):
    assert int(world.redis.ask("HLEN", "fengsui:{%s}:state:habits" % CHANGSHA)) == 1
    assert "parts:actual" in world.redis.ask("HKEYS", "fengsui:{%s}:state:habits" % PROVINCE)
    figures = json.loads(world.redis.ask("HVALS", "fengsui:{%s}:state:figures" % CHANGSHA))
    assert figures["counts"]["correlator"]["alerts"] > 0 and any(v["value"] == "anonymous" for v in figures["stop_values"])
    said = subprocess.run([os.path.join(build, "fengsui-correlator"), "-c", "/dev/null", "--set", "bus.redis=unix:" + world.redis.socket,
                           "--set", "bus.user=correlator", "--set", "bus.password=correlator", "--stop-values"], capture_output=True, text=True, check=True).stdout
    assert "anonymous" in said and "given in the settings" in said, said


def after_a_restart_everything_goes_on(world):
    before = final(world)
    post(world, PROVINCE, "triage", [c for c in world.campaigns() if any(a["address"] == "203.0.113.66" for a in c["attackers"])][0])
    world.correlator.kill()
    world.correlator.start()
    world.alert(CHANGSHA, 50, "203.0.113.66", "10.1.0.0", 1)
    world.quiet()
    c = [c for c in world.campaigns() if any(a["address"] == "203.0.113.66" for a in c["attackers"])]
    assert c[0]["state"] == "triaged", world.redis.entries(PROVINCE, "warnings")      # what people decided stays
    assert len(c) == 1 and c[0]["alert_count"] == 25, (before[0], [(x["id"], x["alert_count"]) for x in c])


def main():
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--build", required=True)
    args.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    args.add_argument("--kills", type=int, default=12)
    args = args.parse_args()
    chance = random.Random(args.seed)
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        calm, rough = World(args.build, folder, "calm"), World(args.build, folder, "rough")
        kills = [0]

        def disturb():
            if kills[0] < args.kills and chance.random() < 0.6:
                kills[0] += 1
                time.sleep(chance.uniform(0, 0.3))
                rough.correlator.kill()
                rough.correlator.start()
                time.sleep(chance.uniform(0, 0.5))

        def habits_and_figures_are_there_to_be_seen(world):
            habits_and_figures_stand_in_redis(world, args.build)

        def killed_at_random_the_end_is_the_same(world):
            assert final(rough) == final(world), "seed %d, %d kills:\n%s\n%s" % (args.seed, kills[0], final(rough), final(calm))

        def the_day_goes_by(world):
            story(world)
            story(rough, disturb)

        tests = [(the_day_goes_by, calm),
                 (one_attacker_in_two_regions_is_one_campaign_with_its_parts_named, calm),
                 (one_account_in_two_regions_is_one_too_and_nothing_else_is, calm), (drills_never_mix_with_what_is_real, calm),
                 (killed_at_random_the_end_is_the_same, calm), (habits_and_figures_are_there_to_be_seen, calm),
                 (after_a_restart_everything_goes_on, rough), (a_part_judged_false_counts_no_more_and_a_campaign_ends_with_its_parts, calm)]
        for test, world in tests:
            try:
                test(world)
                print("ok      " + test.__name__)
                passed += 1
            except (AssertionError, KeyError, IndexError, ValueError, subprocess.CalledProcessError) as why:
                print("not ok  %s: %r" % (test.__name__, why), flush=True)
                failed += 1
        for world in (calm, rough):
            if world.close() != 0:
                print("not ok  the correlator ends cleanly: " + world.folder)
                failed += 1
        if failed:
            for world in (calm, rough):
                print(open(os.path.join(world.folder, "correlator.log"), errors="replace").read()[-3000:])
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
