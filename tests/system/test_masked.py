#!/usr/bin/env python3
"""No way out of the house shows what is nobody's business: a resident id, a bank card, a mobile number, a password and a mail
address are planted in an alert, an incident, a warning, a notice and a report, and looked for in everything that the exports, the
notifier, the console, the weekly report and the audit give. Then `export --reveal`: refused without role, reason, correlator or
archive, and with them a decision that stands in the archive before the clear text does.
"""
import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

from cases import hold

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
REGION, PATIENCE = "430100", 60
SECRETS = {"resident id": "11010519491231002X", "bank card": "6222021234567894", "mobile number": "13812345678",
           "password": "Tr0ub4dor", "mail address": "wang.fang@example.com"}
PLANTED = "张 11010519491231002X，卡 6222021234567894，电话 13812345678，password=Tr0ub4dor，wang.fang@example.com"
FORMS = ("stix", "iodef", "gbt36643", "csv", "json", "text")


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S.000000+0000", time.gmtime(time.time() + seconds))


def until(what, done):
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end, "waited in vain until " + what
        time.sleep(0.05)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def alert():
    return {"id": "s:1:1", "timestamp": stamp(-60), "event_type": "alert", "region": REGION, "status": "actual", "src_ip": "198.51.100.7",
            "dest_ip": "10.0.0.1", "direction": "to_server", "src_asset": {}, "dest_asset": {"unit": "某水厂", "sector": "water"},
            "alert": {"gid": 1, "signature_id": 7, "severity": 1, "signature": "something", "metadata": {}},
            "payload": "VHIwdWI0ZG9y", "payload_printable": PLANTED, "http": {"url": "/login?" + PLANTED, "http_request_body": PLANTED},
            "ftp": {"user": "li", "password": SECRETS["password"]}, "email": {"from": SECRETS["mail address"], "to": [SECRETS["mail address"]]}}


class World:
    def __init__(self, build, folder):
        self.build, self.folder, self.socket, self.programs = build, folder, folder + "/redis.sock", {}
        self.config, self.port, self.out = folder + "/fengsui.yaml", free_port(), folder + "/out"
        os.makedirs(folder + "/web")
        with open(folder + "/web/index.html", "w") as page:
            page.write("<!doctype html>\n")
        targets = "".join("    %s: \"file %s/%s form=%s changes=every\"\n" % (form, self.out, form, form) for form in FORMS)
        with open(self.config, "w") as out:
            out.write("bus: { redis: \"unix:%s\" }\narchive: { store: \"%s/archive\" }\nreport: { regions: \"%s/deploy/data/hunan_regions.csv\" }\n"
                      "dashboard: { listen: \"127.0.0.1:%d\", web: \"%s/web\", regions: \"%s/deploy/data/hunan_regions.csv\",\n"
                      "             map: \"%s/deploy/data/hunan-prefectures.geojson\" }\n"
                      "notifier:\n  dir: %s\n  targets:\n%s" % (self.socket, folder, ROOT, self.port, folder, ROOT, ROOT, folder, targets))
        for form in FORMS:
            os.makedirs("%s/%s" % (self.out, form))
        self.programs["redis"] = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", self.socket, "--dir", folder, "--appendonly", "yes",
                                                   "--save", "", "--maxmemory-policy", "noeviction", "--logfile", folder + "/redis.log"])
        until("Redis answers", lambda: self.ask("PING") == "PONG")
        for name in ("correlator", "archiver", "notifier", "dashboard"):
            self.start(name)

    def ask(self, *words):
        return subprocess.run(["redis-cli", "-s", self.socket, *words], capture_output=True, text=True).stdout.strip()

    def start(self, name):
        with open("%s/%s.log" % (self.folder, name), "ab") as log:
            self.programs[name] = subprocess.Popen([self.build + "/fengsui-" + name, "-c", self.config], stdout=log, stderr=log)

    def stop(self, name):
        self.programs[name].terminate()
        self.programs.pop(name).wait(PATIENCE)

    def end(self):
        for child in reversed(list(self.programs.values())):
            child.kill()
            child.wait()

    def fengsui(self, *words):
        done = subprocess.run([self.build + "/fengsui", *words, "-c", self.config], capture_output=True)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def decide(self, kind, command, *words, role="duty_officer"):
        """As another person than who sits here, so that a second one is there."""
        code, out, err = self.fengsui("command", kind, command, *words, "--role", role, "--region", REGION, "--wait", "20")
        assert code == 0, (kind, command, err)
        return out.split()[0], out.split()[2]

    def approve(self, subject, version):
        """By somebody else: straight into the stream, as the console would."""
        ident = "other-" + subject
        event = {"id": ident, "timestamp": stamp(0), "event_type": "command", "region": REGION, "command": {
            "kind": "notice", "name": "approve", "subject": subject, "version": version, "who": "zhao", "role": "supervisor",
            "scope": {"region": REGION, "sector": "", "unit": ""}, "args": {}}}
        self.ask("XADD", "fengsui:{%s}:commands" % REGION, "*", "id", ident, "type", "command", "v", "1", "json", json.dumps(event))
        until("it is approved", lambda: self.ask("HGET", "fengsui:{%s}:state:answers" % REGION, ident) != "")

    def get(self, path):
        try:
            with urllib.request.urlopen("http://127.0.0.1:%d%s" % (self.port, path), timeout=PATIENCE) as answer:
                return answer.read().decode()
        except OSError:
            return ""

    def live(self):
        """What the live stream says at once of what has been."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as s:
            s.sendall(b"GET /api/v1/stream?recent=1000 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            said, end = b"", time.monotonic() + 3
            s.settimeout(0.5)
            while time.monotonic() < end:
                try:
                    said += s.recv(1 << 16)
                except TimeoutError:
                    pass
        return said.decode()

    def plant(self):
        self.ask("SADD", "fengsui:regions", REGION)
        self.ask("XADD", "fengsui:{%s}:alerts" % REGION, "*", "id", "s:1:1", "type", "alert", "v", "1", "json", json.dumps(alert()))
        until("there is an incident", lambda: self.ask("XLEN", "fengsui:{%s}:incidents" % REGION) not in ("", "0"))
        entries = self.ask("XRANGE", "fengsui:{%s}:incidents" % REGION, "-", "+")
        incident = json.loads([line for line in entries.splitlines() if line.startswith("{")][0])["incident"]["id"]
        self.decide("incident", "comment", incident, "note=" + PLANTED)
        warning, _ = self.decide("warning", "draft", "title=" + PLANTED, "measures=" + PLANTED, "importance=4", "severity=4", "colour=blue",
                                 "valid_until=" + stamp(86400))
        self.decide("warning", "issue", warning, "--version", "1")
        notice, _ = self.decide("notice", "draft", "title=t", "unit=某水厂", "about=risk", "body=" + PLANTED, "sign_by=" + stamp(3600),
                                "feedback_by=" + stamp(7200))
        self.approve(notice, 1)
        self.decide("notice", "issue", notice, "--version", "2")
        report, _ = self.decide("report", "receive", "title=r", "what=" + PLANTED, "channel=12387", "occurred_at=" + stamp(-60), "severity=2",
                                "contact=" + SECRETS["mobile number"])
        self.ids = {"incident": incident, "warning": warning, "notice": notice, "report": report}
        until("everything is archived", lambda: all(self.fengsui("export", i)[0] == 0 for i in self.ids.values())
              and '"state":"issued"' in self.fengsui("export", notice)[1] and '"command":"comment"' in self.fengsui("export", incident)[1])
        until("the console listens", lambda: self.get("/healthz") != "")
        until("everything was sent", lambda: all(len(os.listdir("%s/%s" % (self.out, form))) >= 3 for form in FORMS))


class Cases:
    def __init__(self, world):
        self.w = world
        world.plant()

    def outputs(self):
        """Every way out: its name and what it gives."""
        w = self.w
        for kind, ident in w.ids.items():
            for form in FORMS if kind != "report" else ("json",):
                yield "export %s %s" % (form, kind), w.fengsui("export", ident, "--format", form)[1]
                yield "export %s of all %ss" % (form, kind), w.fengsui("export", "--since", "2026-01-01", "--kind", kind, "--format", form)[1]
        yield "export cap", w.fengsui("export", w.ids["warning"], "--format", "cap")[1]
        for form in FORMS:
            for name in os.listdir("%s/%s" % (w.out, form)):
                with open("%s/%s/%s" % (w.out, form, name), encoding="utf-8") as text:
                    yield "notifier %s %s" % (form, name), text.read()
        for path in ("/api/v1/alerts", "/api/v1/incidents", "/api/v1/incidents/" + w.ids["incident"], "/api/v1/incidents?id=" + w.ids["incident"]):
            yield "console " + path, w.get(path)
        yield "console's live stream", w.live()
        for form in ((), ("--csv",), ("--json",), ("--all", "--json")):
            yield "audit " + " ".join(form), w.fengsui("audit", *form)[1]
        week = time.strftime("%G-W%V")
        subprocess.run([w.build + "/fengsui-report", "-c", w.config, "--week", week, "--out", w.folder + "/week"], check=True, capture_output=True)
        for name in os.listdir(w.folder):
            if name.startswith("week."):
                with open(w.folder + "/" + name, errors="replace") as text:
                    yield "report " + name, text.read()

    # ---- truths ----

    def nothing_planted_leaves_by_any_way(self):
        seen = 0
        for name, text in self.outputs():
            assert len(text) > 20, (name, "is empty:", text)
            seen += 1
            for what, secret in SECRETS.items():
                at = text.find(secret)
                assert at < 0 and "VHIwdWI0ZG9y" not in text, "%s shows the %s: ...%s..." % (name, what, text[max(0, at - 60):at + 40])
        assert seen > 60, seen

    def what_is_masked_says_so_and_the_rest_is_readable(self):
        text = self.w.fengsui("export", self.w.ids["notice"])[1]
        assert "110105************" in text and "138****5678" in text and "password=***" in text and "w***@example.com" in text, text
        alerts = self.w.get("/api/v1/alerts")
        assert "[masked: 12 bytes]" in alerts and "198.51.100.7" in alerts, alerts

    def nobody_reveals_without_role_and_reason(self):
        for kind, ident in self.w.ids.items():
            for words, code, why in ((("--reveal", "case 7"), 64, "--role"), (("--reveal", "", "--role", "duty_officer"), 64, "expected why"),
                                     (("--reveal", "case 7", "--role", "analyst"), 77, "refused (forbidden_role)"),
                                     (("--reveal", "case 7", "--role", "unit"), 77, "refused (forbidden_role)"),
                                     (("--reveal", "case 7", "--role", "admin"), 77, "refused (forbidden_role)"),
                                     (("--reveal", "case 7", "--role", "system"), 64, "--role"),
                                     (("--reveal", "case 7", "--role", "duty_officer", "--scope", "430200"), 77, "refused (out_of_scope)")):
                got, out, err = self.w.fengsui("export", ident, *words)
                assert (got, out) == (code, "") and why in err, (kind, words, got, out, err)
        got, out, err = self.w.fengsui("export", "--since", "2026-01-01", "--reveal", "all", "--role", "supervisor")
        assert (got, out) == (64, "") and "one ID" in err, (got, err)
        until("refusals are archived", lambda: self.w.fengsui("audit", "--what", "refusal")[1].count("reveal") == 4 * len(self.w.ids))

    def a_reveal_is_in_the_archive_before_the_text_is_shown(self):
        for kind, ident in self.w.ids.items():
            code, out, err = self.w.fengsui("export", ident, "--reveal", "case 7, " + kind, "--role", "supervisor")
            assert code == 0, err
            event = json.loads(out)
            by = event["by"]
            assert (by["command"], by["role"], by["reason"]) == ("reveal", "supervisor", "case 7, " + kind) and by["who"], by
            assert all(secret in out for secret in SECRETS.values()), (kind, out)
            listed = [json.loads(line) for line in self.w.fengsui("audit", "--what", "%s/%s" % (kind, ident), "--json")[1].splitlines()]
            reveals = [e for e in listed if e["deed"] == "reveal" and e["type"] == kind]
            assert [(e["who"], e["note"], e["time"], e["follows"]) for e in reveals] == [(by["who"], "case 7, " + kind, by["at"], True)], reveals

    def a_file_of_clear_text_is_no_exception(self):
        path = self.w.folder + "/clear.json"
        code, _, err = self.w.fengsui("export", self.w.ids["notice"], "--reveal", "x", "--role", "unit", "--out", path)
        assert code == 77 and not os.path.exists(path), err

    def without_the_archive_nothing_is_shown(self):
        self.w.stop("archiver")
        code, out, err = self.w.fengsui("export", self.w.ids["notice"], "--reveal", "x", "--role", "supervisor", "--wait", "1")
        self.w.start("archiver")
        assert (code, out) == (75, "") and "is not in the archive after 1 s" in err, (code, out, err)

    def without_the_correlator_nothing_is_shown(self):
        self.w.stop("correlator")
        code, out, err = self.w.fengsui("export", self.w.ids["notice"], "--reveal", "x", "--role", "supervisor", "--wait", "1")
        assert (code, out) == (75, "") and "no answer within 1 s" in err, (code, out, err)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default=os.path.join(ROOT, "build"), help="folder with the programs")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fengsui-masked-") as folder:
        world = World(os.path.abspath(given.build), folder)
        try:
            return hold(Cases(world))
        finally:
            world.end()


if __name__ == "__main__":
    sys.exit(main())
