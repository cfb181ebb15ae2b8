#!/usr/bin/env python3
"""The real notifier with real peers: Redis, an HTTP server, a mail server with STARTTLS, syslog over TLS, UDP and a Unix
socket, folders. Who is told of what, in which form; targets that are away, slow or refuse; what waits, is summed up or
dropped; and kill -9 in the middle of it all.
"""
import argparse
import base64
import email
import email.policy
import hashlib
import hmac
import http.server
import json
import os
import random
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PATIENCE = 60
REGION = "430100"
SECRET = "a key of the two of us"


def until(what, check, patience=PATIENCE):
    end = time.monotonic() + patience
    while True:
        got = check()
        if got:
            return got
        assert time.monotonic() < end, "waited in vain: " + what
        time.sleep(0.05)


# ---- things to send ----

def warning(number, colour="orange", state="issued", version=1, status="actual", **more):
    wid = "W-%s-20261120-%08d" % (REGION, number)
    body = {"id": wid, "version": version, "region": REGION, "status": status, "state": state, "title": "供水系统勒索风险 %d" % number,
            "colour": colour, "measures": "断开远程维护通道；联系 wang@example.com", "sector": "water",
            "created": {"at": "2026-11-20T20:00:00.000000+0800", "by": "li"},
            "changed": {"at": "2026-11-20T20:%02d:00.000000+0800" % version, "by": "li"}, "history": [], "history_gone": 0, **more}
    return {"id": "%s:%d" % (wid, version), "timestamp": "2026-11-20T20:%02d:00.000000+0800" % version, "event_type": "warning",
            "region": REGION, "status": status, "warning": body}


def incident(number, level=2, state="new", version=1, status="actual"):
    iid = "I-%s-20261120-%08d" % (REGION, number)
    party = {"name": "", "unit": "", "sector": "", "region": "", "country": ""}
    body = {"id": iid, "version": version, "title": {"zh": "PLC 写入", "en": "PLC written"}, "region": REGION, "sector": "water",
            "status": status, "state": state, "level": level, "category": "02003", "first": "2026-11-20T19:00:00+08:00",
            "last": "2026-11-20T19:%02d:00+08:00" % (version % 60), "detected_at": "2026-11-20T19:00:01+08:00", "alert_count": version,
            "score": 60, "score_parts": {"severity": 1, "asset": 1, "spread": 1, "confidence": 1}, "owner": "",
            "victims": [dict(party, address="10.0.0.1")], "attackers": [dict(party, address="198.51.100.7")], "rules": [],
            "tactics": ["TA0106"], "joins": [], "alert_ids": []}
    return {"id": "%s:%d" % (iid, version), "timestamp": "2026-11-20T19:00:00+08:00", "event_type": "incident", "region": REGION,
            "status": status, "incident": body}


def key_of(event):
    return event["id"].replace(":", ".")


# ---- peers ----

class Web:
    """Answers what `answer` says: a status, or a function of (key, how often it came) that gives one; keeps all."""

    def __init__(self, answer=200, certificate=None):
        self.answer, self.got, self.lock, self.certificate = answer, [], threading.Lock(), certificate
        self.port, self.server = 0, None
        self.start()

    def start(self):
        web = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                key = self.headers["Idempotency-Key"]
                with web.lock:
                    times = sum(k == key for k, _, _, _ in web.got)
                    status = web.answer(key, times) if callable(web.answer) else web.answer
                    web.got.append((key, status, dict(self.headers), body))
                if status is None:
                    return
                self.send_response(status)
                if status == 503:
                    self.send_header("Retry-After", "1")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        http.server.ThreadingHTTPServer.allow_reuse_address = True
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.server.daemon_threads = True
        if self.certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*self.certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def line(self, words=""):
        return "webhook http%s://localhost:%d/in %s %s" % ("s" if self.certificate else "", self.port, "" if self.certificate else "tls=no", words)

    def keys(self, status=200):
        with self.lock:
            return [key for key, said, _, _ in self.got if said == status]


class Stream:
    """A syslog receiver over TLS: keeps what comes on each connection."""

    def __init__(self, certificate):
        self.got, self.context = [], ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*certificate)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            raw, _ = self.socket.accept()
            try:
                with self.context.wrap_socket(raw, server_side=True) as tls:
                    whole = b""
                    while True:
                        piece = tls.recv(65536)
                        if not piece:
                            break
                        whole += piece
                    self.got.append(whole)
            except OSError:
                pass


class Datagrams:
    def __init__(self, family, where):
        self.got, self.socket = [], socket.socket(family, socket.SOCK_DGRAM)
        self.socket.bind(where)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            self.got.append(self.socket.recv(65536))


class Mail:
    def __init__(self, folder, certificate):
        self.folder = folder
        os.makedirs(folder)
        self.process = subprocess.Popen([python_with("aiosmtpd"), ROOT + "/tests/support/smtp_peer.py", folder, *certificate])
        until("the mail server listens", lambda: os.path.exists(folder + "/port"))
        with open(folder + "/port") as text:
            self.port = int(text.read())

    def mails(self):
        out = []
        for name in sorted(os.listdir(self.folder)):
            if name.endswith(".eml"):
                with open(os.path.join(self.folder, name), "rb") as data:
                    out.append(email.message_from_binary_file(data, policy=email.policy.default))
        return out

    def stop(self):
        self.process.kill()
        self.process.wait()


def python_with(module):
    """Debian's packages are Debian's Python's, which need not be the first one in the path."""
    for python in (sys.executable, "/usr/bin/python3"):
        if subprocess.run([python, "-c", "import " + module], stderr=subprocess.DEVNULL).returncode == 0:
            return python
    sys.exit("test_notifier: no Python here has " + module + "; make deps installs it")


# ---- the world of one case ----

class World:
    def __init__(self, build, folder):
        self.build, self.folder, self.children, self.notifier = build, folder, [], None
        os.makedirs(folder)
        self.socket = os.path.join(folder, "redis.sock")
        self.start_redis()

    def start_redis(self):
        self.redis = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", self.socket, "--dir", self.folder, "--appendonly",
                                       "yes", "--appendfsync", "always", "--save", "", "--maxmemory-policy", "noeviction", "--logfile",
                                       self.folder + "/redis.log"])
        self.children.append(self.redis)
        until("Redis answers", lambda: self.ask("PING") == "PONG")

    def ask(self, *words, data=None):
        done = subprocess.run(["redis-cli", "-s", self.socket, *words], capture_output=True, text=True, input=data)
        return done.stdout.strip()

    def tell(self, *events):
        lines = []
        for event in events:
            stream = "incidents" if event["event_type"] == "incident" else "warnings"
            text = json.dumps(event, ensure_ascii=False)
            words = ["XADD", "fengsui:{%s}:%s" % (REGION, stream), "*", "id", event["id"], "type", event["event_type"], "v", "1", "json", text]
            lines.append(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w.encode()), w.encode()) for w in words))
        lines.append(b"*3\r\n$4\r\nSADD\r\n$15\r\nfengsui:regions\r\n$6\r\n430100\r\n")
        done = subprocess.run(["redis-cli", "-s", self.socket, "--pipe"], input=b"".join(lines), capture_output=True)
        assert b"errors: 0" in done.stdout, done

    def start(self, targets, secrets=None, **settings):
        path = os.path.join(self.folder, "fengsui.yaml")
        with open(path, "w") as out:
            out.write("bus:\n  redis: \"unix:%s\"\nexchange:\n  name_zh: 指挥中心\n  domain: csirt.example.cn\nnotifier:\n  dir: %s\n" % (
                self.socket, self.folder))
            for name, value in {"retry.least": "50 ms", "retry.most": "500 ms", "timeout": "5 s", **settings}.items():
                section, _, rest = name.partition(".")
                out.write("  %s: %s\n" % (name, value) if not rest else "")
            for section in ("retry", "queue", "seen"):
                rows = {n.partition(".")[2]: v for n, v in {"retry.least": "50 ms", "retry.most": "500 ms", **settings}.items()
                        if n.startswith(section + ".")}
                if rows:
                    out.write("  %s:\n" % section + "".join("    %s: %s\n" % row for row in rows.items()))
            for name, rows in (("targets", targets), ("secrets", secrets or {})):
                if rows:
                    out.write("  %s:\n" % name + "".join("    %s: \"%s\"\n" % row for row in rows.items()))
        log = open(self.folder + "/notifier.log", "ab")
        self.notifier = subprocess.Popen([self.build + "/fengsui-notifier", "-c", path], stderr=log, stdin=subprocess.DEVNULL)
        self.children.append(self.notifier)

    def again(self):
        log = open(self.folder + "/notifier.log", "ab")
        self.notifier = subprocess.Popen([self.build + "/fengsui-notifier", "-c", self.folder + "/fengsui.yaml"], stderr=log,
                                         stdin=subprocess.DEVNULL)
        self.children.append(self.notifier)

    def stop(self, how=signal.SIGTERM):
        self.notifier.send_signal(how)
        self.notifier.wait(PATIENCE)

    def log(self):
        with open(self.folder + "/notifier.log") as text:
            return text.read()

    def queued(self):
        return [f for f in self.ask("HKEYS", "fengsui:{%s}:state:notifier" % REGION).splitlines() if f.startswith("q|")]

    def facts(self, *words):
        lines = self.ask(*words).splitlines()
        return dict(zip(lines[0::2], lines[1::2]))

    def is_read(self, stream):
        key = "fengsui:{%s}:%s" % (REGION, stream)
        if self.ask("XLEN", key) == "0":
            return True
        group = self.facts("XINFO", "GROUPS", key)
        return (group.get("name"), group.get("pending"), group.get("last-delivered-id")) == (
            "notifier", "0", self.facts("XINFO", "STREAM", key).get("last-generated-id"))

    def rest(self):
        """Everything was read, and nothing waits."""
        until("nothing waits any more", lambda: self.is_read("warnings") and self.is_read("incidents") and not self.queued())

    def end(self):
        """In order where it can be, so that a sanitizer may have its word."""
        if self.notifier is not None and self.notifier.poll() is None:
            self.stop()
        for child in reversed(self.children):
            if child.poll() is None:
                child.kill()
                child.wait()
        assert self.notifier is None or "Sanitizer" not in self.log(), self.log()[-3000:]


class Cases:
    def __init__(self, build, folder):
        self.build, self.folder, self.worlds = build, folder, 0
        self.certificate = (folder + "/peer.pem", folder + "/peer.key")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
                        "subjectAltName=DNS:localhost,IP:127.0.0.1", "-out", self.certificate[0], "-keyout", self.certificate[1]],
                       check=True, stderr=subprocess.DEVNULL)

    def world(self):
        self.worlds += 1
        return World(self.build, "%s/%d" % (self.folder, self.worlds))

    # ---- forms ----

    def a_webhook_is_signed_and_names_its_message(self):
        w, sha, sm3 = self.world(), Web(certificate=self.certificate), Web()
        try:
            w.start({"sha": sha.line("ca=" + self.certificate[0]), "sm3": sm3.line("sign=hmac-sm3 form=stix things=incident")},
                    {"sha": SECRET, "sm3": SECRET})
            w.tell(warning(1), incident(1))
            until("both came", lambda: len(sha.got) == 2 and len(sm3.got) == 1)
            for key, _, headers, body in sha.got:
                said = headers["X-Fengsui-Signature"]
                text = headers["X-Fengsui-Timestamp"].encode() + b"." + body
                assert said == "hmac-sha256=" + hmac.new(SECRET.encode(), text, hashlib.sha256).hexdigest(), said
                assert abs(int(headers["X-Fengsui-Timestamp"]) - time.time()) < PATIENCE
                assert headers["Content-Type"] == "application/json" and json.loads(body)["id"].replace(":", ".") == key
            assert {key for key, *_ in sha.got} == {key_of(warning(1)), key_of(incident(1))}
            assert b"wang@example.com" not in sha.got[0][3] + sha.got[1][3] and "w***@example.com".encode() in sha.got[0][3] + sha.got[1][3]
            _, _, headers, body = sm3.got[0]
            text = headers["X-Fengsui-Timestamp"].encode() + b"." + body
            done = subprocess.run(["openssl", "dgst", "-sm3", "-hmac", SECRET], input=text, capture_output=True, check=True)
            assert headers["X-Fengsui-Signature"] == "hmac-sm3=" + done.stdout.decode().split()[-1]
            assert json.loads(body)["type"] == "bundle" and headers["Content-Type"].startswith("application/stix+json")
            w.rest()
        finally:
            w.end()

    def a_mail_goes_by_starttls_in_both_languages(self):
        w, mail = self.world(), Mail(self.folder + "/mail", self.certificate)
        try:
            w.start({"duty": "mail smtp://localhost:%d to=duty@example.cn,chief@example.cn from=fengsui@example.cn ca=%s" % (
                mail.port, self.certificate[0])})
            w.tell(warning(1, colour="red", status="actual"))
            got = until("the mail came", mail.mails)[0]
            assert got["X-Peer-Tls"] == "True" and got["X-Peer-To"] == "duty@example.cn,chief@example.cn"
            assert got["Subject"].startswith("【红色预警】供水系统勒索风险 1"), got["Subject"]
            assert got["Message-ID"] == "<%s@csirt.example.cn>" % key_of(warning(1))
            text = got.get_content()
            assert "等级：红色" in text and "Level: red" in text and "w***@example.com" in text, text
            w.rest()
            w.tell(warning(1, colour="red", state="lifted", version=2))
            until("the second came", lambda: len(mail.mails()) == 2)
            assert mail.mails()[0]["References"] == mail.mails()[1]["References"]
        finally:
            w.end()
            mail.stop()

    def syslog_goes_by_tls_udp_and_unix_sockets(self):
        w, tls = self.world(), Stream(self.certificate)
        udp, unix = Datagrams(socket.AF_INET, ("127.0.0.1", 0)), Datagrams(socket.AF_UNIX, w.folder + "/log")
        try:
            w.start({"tls": "syslog tls:localhost:%d ca=%s" % (tls.port, self.certificate[0]),
                     "json": "syslog tls:127.0.0.1:%d ca=%s form=json" % (tls.port, self.certificate[0]),
                     "udp": "syslog udp:127.0.0.1:%d" % udp.socket.getsockname()[1], "unix": "syslog unix:%s/log" % w.folder})
            w.tell(warning(1, colour="red"))
            until("all came", lambda: len(tls.got) == 2 and udp.got and unix.got)
            for framed in tls.got:
                length, _, rest = framed.partition(b" ")
                assert int(length) == len(rest), framed[:60]
            for line in [g.partition(b" ")[2] for g in tls.got] + udp.got + unix.got:
                found = re.fullmatch(rb'<129>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \S+ fengsui - warning \[fengsui@32473( \w+="[^"]*")+\] '
                                     rb'\xef\xbb\xbf(.*)', line, re.S)
                assert found and b'version="1"' in line and b'level="red"' in line, line
                assert "供水系统勒索风险 1".encode() in found.group(2)
            w.rest()
        finally:
            w.end()

    def a_peer_that_cannot_prove_its_name_is_told_nothing(self):
        w, tls, web = self.world(), Stream(self.certificate), Web(certificate=self.certificate)
        try:
            w.start({"tls": "syslog tls:localhost:%d" % tls.port, "web": web.line()})       # without ca= nobody vouches for it
            w.tell(warning(1))
            until("it was tried", lambda: "web: " in w.log() and "tls: " in w.log())
            assert "certificate" in w.log() and not tls.got and not web.got, w.log()
            assert len(w.queued()) == 2
        finally:
            w.end()

    def a_file_is_whole_or_not_there(self):
        w = self.world()
        try:
            os.mkdir(w.folder + "/out")
            w.start({"parent": "file %s/out form=cap things=warning" % w.folder})
            w.tell(warning(1), incident(1))
            path = "%s/out/%s.xml" % (w.folder, key_of(warning(1)))
            until("the file is there", lambda: os.path.exists(path))
            subprocess.run(["xmllint", "--noout", path], check=True)
            w.rest()
            assert os.listdir(w.folder + "/out") == [os.path.basename(path)]
        finally:
            w.end()

    # ---- who is told of what ----

    def a_drill_goes_only_where_that_is_said(self):
        w, outside, inside, grave = self.world(), Web(), Web(), Web()
        try:
            w.start({"outside": outside.line(), "inside": inside.line("status=actual,exercise"), "grave": grave.line("level=red")})
            w.tell(warning(1, status="exercise"), warning(2, colour="blue"), warning(3, colour="red"), warning(4, state="draft"),
                   {"id": "c-1", "event_type": "refusal", "refusal": {"reason": "x"}})
            w.rest()
            assert sorted(outside.keys()) == [key_of(warning(n)) for n in (2, 3)]
            assert sorted(inside.keys()) == [key_of(warning(n)) for n in (1, 2, 3)]
            assert grave.keys() == [key_of(warning(3))]
        finally:
            w.end()

    def what_says_nothing_new_is_not_sent(self):
        w, web = self.world(), Web()
        try:
            w.start({"web": web.line("level=orange"), "first": web.line("changes=first"), "every": web.line("changes=every things=notice")})
            w.tell(incident(1))
            w.rest()
            w.tell(*(incident(1, version=n) for n in range(2, 40)), incident(1, state="confirmed", version=40))
            w.rest()
            w.tell(warning(1), warning(1, version=2, comment="x"), warning(1, version=3, colour="blue", state="lowered"))
            w.rest()
            keys = web.keys()
            # twice the first of each (two targets); what was told of a warning is told of its end too, below orange as it is
            assert sorted(keys) == sorted([key_of(incident(1))] * 2 + [key_of(incident(1, version=40))] + [key_of(warning(1))] * 2 +
                                          [key_of(warning(1, version=3))]), keys
        finally:
            w.end()

    # ---- away, slow, refusing ----

    def a_target_that_was_away_gets_all_and_holds_nobody_up(self):
        w, here, away = self.world(), Web(), Web()
        try:
            away.stop()
            w.start({"here": here.line(), "away": away.line()})
            w.tell(*(warning(n) for n in range(30)))
            until("who is there has all", lambda: len(here.keys()) == 30)
            assert not away.got and len(w.queued()) >= 30
            away.start()
            w.rest()
            assert sorted(away.keys()) == sorted(here.keys()) == [key_of(warning(n)) for n in range(30)]
            assert w.log().count("away: Failed to connect") == 1 and "away: works again" in w.log(), w.log()
        finally:
            w.end()

    def answers_of_500_and_503_are_tried_again(self):
        w, web = self.world(), Web(lambda key, times: (500, 503, 429, 200)[min(times, 3)])
        try:
            w.start({"web": web.line()})
            w.tell(*(warning(n) for n in range(3)))
            w.rest()
            assert sorted(web.keys()) == [key_of(warning(n)) for n in range(3)]
        finally:
            w.end()

    def a_message_that_is_refused_lets_the_others_pass(self):
        w, mail = self.world(), Mail(self.folder + "/refusing", self.certificate)
        bad = key_of(warning(1))
        web = Web(lambda key, times: 422 if key == bad and times < 3 else 200)
        try:
            w.start({"web": web.line(), "mail": "mail smtp://localhost:%d to=a@example.cn from=b@example.cn ca=%s" % (
                mail.port, self.certificate[0])})
            with open(mail.folder + "/refuse", "w") as why:
                why.write("554 no")
            w.tell(*(warning(n) for n in range(5)))
            until("the others passed", lambda: len(web.keys()) == 5)
            assert web.keys()[-1] == bad and web.keys(422) == [bad] * 3
            until("the mail was refused", lambda: "mail: " in w.log())
            os.remove(mail.folder + "/refuse")
            w.rest()
            assert len(mail.mails()) == 5
        finally:
            w.end()
            mail.stop()

    def a_slow_target_is_given_up_in_time_and_holds_nobody_up(self):
        w, here = self.world(), Web()
        deaf = socket.create_server(("127.0.0.1", 0))       # takes connections and never says a word
        port = deaf.getsockname()[1]
        try:
            w.start({"slow": "webhook http://127.0.0.1:%d/ tls=no" % port, "mute": "mail smtp://127.0.0.1:%d to=a@b.cn from=c@d.cn tls=no" % port,
                     "still": "syslog tls:127.0.0.1:%d" % port, "here": here.line()}, timeout="500 ms")
            w.tell(*(warning(n) for n in range(10)))
            until("who answers has all", lambda: len(here.keys()) == 10)
            until("all three were given up", lambda: all(name + ": " in w.log() for name in ("slow", "mute", "still")))
        finally:
            w.end()

    # ---- too much ----

    def beyond_the_limit_one_message_sums_up(self):
        w, web = self.world(), Web()
        try:
            w.tell(*(warning(n, colour="red" if n == 7 else "blue") for n in range(20)))
            w.start({"web": web.line("limit=3/1h"), "text": web.line("limit=1/1h form=text")}, batch="512")
            until("four came", lambda: len(web.got) == 4)
            one, two, three = [json.loads(body) for _, _, headers, body in web.got if headers["Content-Type"] == "application/json"]
            assert one["warning"]["colour"] == "red" and two["event_type"] == "warning"     # the gravest goes first
            assert three["event_type"] == "summary" and three["count"] == 18 == len(three["things"])
            text = [body.decode() for _, _, headers, body in web.got if headers["Content-Type"].startswith("text/plain")]
            assert len(text) == 1 and text[0].count("【蓝色预警】") == 19 and "20 条" in text[0], text
            w.rest()
            w.tell(warning(30))
            until("it waits", lambda: len(w.queued()) == 2)
            assert len(web.got) == 4
        finally:
            w.end()

    def a_full_queue_drops_the_least_grave_and_says_so(self):
        w, away = self.world(), Web()
        try:
            away.stop()
            w.start({"away": away.line()}, **{"queue.max": 5})
            w.tell(warning(0, colour="red"))
            w.tell(*(warning(n, colour="blue") for n in range(1, 21)))
            until("fifteen are dropped", lambda: w.ask("XLEN", "fengsui:{%s}:dead" % REGION) == "16")
            dead = w.ask("XREVRANGE", "fengsui:{%s}:dead" % REGION, "+", "-", "COUNT", "1")
            assert "its queue is full" in dead and '"target":"away"' in dead.replace("\\", ""), dead
            assert len(w.queued()) == 5
            away.start()
            w.rest()
            assert sorted(away.keys()) == [key_of(warning(n)) for n in (0, 17, 18, 19, 20)]
        finally:
            w.end()

    def incidents_that_change_meanwhile_are_sent_as_they_are_last(self):
        w, away = self.world(), Web()
        try:
            away.stop()
            w.start({"away": away.line()})
            states = ["new", "triaged", "confirmed", "handling", "contained", "closed"]
            w.tell(*(incident(1, state=s, version=n + 1) for n, s in enumerate(states)))
            w.tell(*(warning(1, state=s, version=n + 1) for n, s in enumerate(["issued", "raised", "lifted"])))
            until("four wait", lambda: len(w.queued()) == 4)
            away.start()
            w.rest()
            assert away.keys()[1:] == [key_of(warning(1, version=n)) for n in (1, 2, 3)] or len(away.keys()) == 4
            assert [k for k in away.keys() if k[0] == "I"] == [key_of(incident(1, version=6))]
            assert [k for k in away.keys() if k[0] == "W"] == [key_of(warning(1, version=n)) for n in (1, 2, 3)]
        finally:
            w.end()

    # ---- deaths ----

    def what_was_confirmed_is_not_sent_again_after_a_restart(self):
        w, web = self.world(), Web()
        try:
            os.mkdir(w.folder + "/out")
            w.start({"web": web.line(), "file": "file %s/out" % w.folder})
            w.tell(*(warning(n) for n in range(10)))
            until("all came", lambda: len(web.keys()) == 10)
            w.stop(signal.SIGKILL)
            w.again()
            w.tell(warning(10))
            w.rest()
            w.stop()
            w.again()
            w.tell(warning(11))
            w.rest()
            assert sorted(web.keys()) == [key_of(warning(n)) for n in range(12)], web.keys()
        finally:
            w.end()

    def killed_again_and_again_all_arrives_and_a_repeat_has_its_key(self):
        w, web, chance = self.world(), Web(lambda key, times: 200 if random.random() < 0.8 else 500), random.Random(5)
        kills, count = 12, 240
        try:
            os.mkdir(w.folder + "/out")
            w.start({"web": web.line(), "file": "file %s/out" % w.folder})
            for n in range(kills):
                w.tell(*(warning(i) for i in range(n * count // kills, (n + 1) * count // kills)))
                time.sleep(chance.uniform(0.05, 0.5))
                w.stop(signal.SIGKILL)
                if n % 4 == 3:
                    w.redis.kill()
                    w.redis.wait()
                    w.start_redis()
                w.again()
            w.rest()
            wanted = [key_of(warning(n)) for n in range(count)]
            keys = web.keys()
            assert sorted(set(keys)) == wanted, set(wanted) - set(keys)
            assert len(keys) - count <= kills, "%d were confirmed twice" % (len(keys) - count)   # one on its way at each death
            assert sorted(os.listdir(w.folder + "/out")) == [k + ".json" for k in wanted]
        finally:
            w.end()

    def redis_goes_and_comes_back(self):
        w, web = self.world(), Web()
        try:
            w.start({"web": web.line()})
            w.tell(warning(1))
            w.rest()
            w.redis.kill()
            w.redis.wait()
            until("it is noticed", lambda: "waiting for it" in w.log())
            w.start_redis()
            w.tell(warning(2))
            w.rest()
            assert web.keys() == [key_of(warning(1)), key_of(warning(2))]
        finally:
            w.end()

    def what_people_decide_goes_out_as_they_decided(self):
        """With the real correlator: each message names by sender, identifier and time what went out before it."""
        w = self.world()
        try:
            os.mkdir(w.folder + "/out")
            w.start({"parent": "file %s/out form=cap things=warning" % w.folder})
            with open(w.folder + "/correlator.log", "w") as log:
                w.children.append(subprocess.Popen([self.build + "/fengsui-correlator", "-c", w.folder + "/fengsui.yaml"], stderr=log))

            def decide(*words):
                done = subprocess.run([self.build + "/fengsui", "command", "warning", *words, "--role", "duty_officer", "--region", REGION,
                                       "-c", w.folder + "/fengsui.yaml"], capture_output=True, text=True)
                assert done.returncode == 0, (done, open(w.folder + "/correlator.log").read())
                return done.stdout.split()[0]
            until_text = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86400))
            wid = decide("draft", "title=供水风险", "measures=断开", "importance=4", "severity=4", "valid_until=" + until_text)
            decide("issue", wid, "--version", "1")
            decide("raise", wid, "colour=yellow", "note=x", "--version", "2")
            decide("comment", wid, "note=nothing new")
            decide("lift", wid, "note=over", "--version", "4")
            until("three came", lambda: len([n for n in os.listdir(w.folder + "/out") if n[0] != "."]) == 3)
            texts = [open("%s/out/%s.%d.xml" % (w.folder, wid, version)).read() for version in (2, 3, 5)]
            assert [re.findall("<msgType>(.*)</msgType>", t)[0] for t in texts] == ["Alert", "Update", "Cancel"]
            names = [",".join(re.findall("<%s>(.*)</%s>" % (e, e), t)[0] for e in ("sender", "identifier", "sent")) for t in texts]
            assert [re.findall("<references>(.*)</references>", t) for t in texts] == [[], [names[0]], [names[0] + " " + names[1]]], texts[2]
            w.rest()
        finally:
            w.end()

    def how_it_stands_is_told(self):
        w, here, away = self.world(), Web(), Web()
        try:
            away.stop()
            w.start({"here": here.line(), "away": away.line()})
            w.tell(warning(1), warning(2))

            def told():
                text = w.ask("HGET", "fengsui:{%s}:state:figures" % REGION, "notifier-1")
                counts = json.loads(text)["counts"] if text else {"outbox": {}}
                return counts["outbox"].get("sent") == 2 and counts["waiting"] == {"here": 0, "away": 2}
            until("the figures are there", told)
            done = subprocess.run([w.build + "/fengsui", "status", "-c", w.folder + "/fengsui.yaml"], capture_output=True, text=True)
            assert "waiting.away 2" in done.stdout or not os.path.exists(w.build + "/fengsui"), done
        finally:
            w.end()

    # ---- bad input ----

    def a_wrong_target_is_one_clear_sentence(self):
        for line, sentence in (
                ("webhook http://x/", "t: \"http://x/\" would go in the clear: https://, or tls=no where the wire is safe"),
                ("pigeon coop", "t: kind: expected one of webhook, mail, syslog, file, not \"pigeon\""),
                ("webhook", "t: expected an address after \"webhook\""),
                ("webhook https://x/ level=9", "t: level: expected 1 to 4, a level or a colour, not \"9\""),
                ("mail smtp://x to=a", "t: mail needs to=ADDRESS[,ADDRESS] and from=ADDRESS"),
                ("file out", "t: expected a folder from / on, not \"out\""),
                ("webhook https://x/ limit=5", "limit: expected none, or a count"),
                ("webhook https://x/ colour", "t: expected word=value, not \"colour\"")):
            path = self.folder + "/wrong.yaml"
            with open(path, "w") as out:
                out.write("bus:\n  redis: \"unix:/x\"\nnotifier:\n  targets:\n    t: %s\n" % json.dumps(line))
            done = subprocess.run([self.build + "/fengsui-notifier", "-T", "-c", path], capture_output=True, text=True)
            assert done.returncode == 78 and sentence in done.stderr, (line, done)

    def what_cannot_be_read_goes_to_dead_and_the_rest_passes(self):
        w, web = self.world(), Web()
        try:
            w.start({"web": web.line()})
            broken = warning(2)
            broken["warning"] = "x"
            w.tell(warning(1), broken, warning(3))
            w.rest()
            assert web.keys() == [key_of(warning(1)), key_of(warning(3))]
            assert w.ask("XLEN", "fengsui:{%s}:dead" % REGION) == "1"
        finally:
            w.end()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default=os.path.join(ROOT, "build"), help="folder with the programs")
    parser.add_argument("--only", default="", help="part of a case's name")
    given = parser.parse_args()
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="fengsui-notifier-") as folder:
        cases = Cases(os.path.abspath(given.build), folder)
        for name in [n for n in vars(Cases) if n.count("_") > 3 and not n.startswith("_") and given.only in n]:
            try:
                getattr(cases, name)()
                passed += 1
                print("ok      " + name.replace("_", " "), flush=True)
            except AssertionError as why:
                print("FAILED  %s: %s" % (name.replace("_", " "), why), flush=True)
                failed += 1
    print("%d passed, %d failed" % (passed, failed))
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
