#!/usr/bin/env python3
"""Rules and policy changed while packets pass: python3 tests/system/test_reload.py --build build

A capture is written into the sensor's standard input. In the middle the rule file is replaced, as an
updater does it (a new file renamed over the old one), and the sensor is told so on its control socket, while packets go on
coming. Afterwards: every packet met exactly one of the two rule sets, and what the old one knew of a flow (its bits, its
counters, its stream so far, what was told already) the new one knows. The sensor runs in its sandbox throughout.
"""
import argparse
import collections
import contextlib
import json
import os
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import threading
import time

PATIENCE = 60                   # seconds that anything may take before the test gives up
CLIENT, SERVER = "10.43.1.9", "10.43.1.20"
BULK, BULKS = b"nothing " * 7500, 64        # the sensor reads a pipe in large pieces: so much pushes through what came before

# Both sets count every packet, each under a sid of its own; the rest asks what survives.
EVERY = "alert ip any any -> any any (msg:\"every packet\"; sid:%d;)\n"
LIMITED = "alert tcp any any -> any 8080 (msg:\"told once\"; content:\"tick\"; threshold:type limit, track by_src, count 1, seconds 3600; sid:1;)\n"
BEFORE = EVERY % 100 + LIMITED + """
alert tcp any any -> any 8080 (msg:"sets a bit"; content:"knock"; flowbits:set,knocked; flowint:knocks,+,1; noalert; sid:2;)
alert udp any any -> any any (msg:"marks a host"; content:"mark"; xbits:set,marked,track ip_src,expire 3600; noalert; sid:3;)
alert tcp any any -> any 8080 (msg:"only the old set has it"; content:"question"; sid:4;)
"""
AFTER = EVERY % 101 + LIMITED + """
alert tcp any any -> any 8080 (msg:"the bit is there"; content:"enter"; flowbits:isset,knocked; sid:10;)
alert tcp any any -> any 8080 (msg:"the counter is there"; content:"enter"; flowint:knocks,==,1; sid:11;)
alert udp any any -> any any (msg:"the mark is there"; content:"enter"; xbits:isset,marked,track ip_src; sid:12;)
alert tcp any any -> any 8080 (msg:"the stream's beginning is there"; content:"half a sentence and its other half"; sid:13;)
alert tcp any any -> any 8080 (msg:"only the new set has it"; content:"question"; sid:14;)
alert http any any -> any any (msg:"the request's beginning is there"; http.uri; content:"/begun-before"; http.user_agent; content:"after"; sid:15;)
this is no rule
"""


# ---- packets ----

def ipv4(source, target, proto, payload):
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0, 64, proto, 0, socket.inet_aton(source), socket.inet_aton(target))
    return bytes.fromhex("020000000001" "020000000002" "0800") + head + payload


def udp(port, payload):
    return ipv4(CLIENT, SERVER, 17, struct.pack(">HHHH", port, 4000, 8 + len(payload), 0) + payload)


class Conversation:
    """A TCP connection to one port, both ends of it."""

    def __init__(self, client_port, server_port):
        self.ports, self.next = (client_port, server_port), [1000, 5000]

    def segment(self, side, flags, payload=b"", ack=True):
        ends, ports = (CLIENT, SERVER), self.ports
        tcp = struct.pack(">HHIIBBHHH", ports[side], ports[1 - side], self.next[side], self.next[1 - side] if ack else 0,
                          0x50, flags, 60000, 0, 0) + payload
        self.next[side] += len(payload) + (flags & 3 != 0)
        return ipv4(ends[side], ends[1 - side], 6, tcp)

    def opened(self):
        return [self.segment(0, 0x02, ack=False), self.segment(1, 0x12), self.segment(0, 0x10)]

    def says(self, text, side=0):
        return [self.segment(side, 0x18, text), self.segment(1 - side, 0x10)]


class Feed:
    """A capture that is still being written, into the sensor's standard input."""

    def __init__(self, pipe):
        self.pipe, self.count, self.micros = pipe, 0, 0
        pipe.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        pipe.flush()

    def push(self):
        self.send([udp(5002, BULK)] * BULKS)

    def send(self, frames):
        for frame in frames:
            self.micros += 1000
            self.count += 1
            self.pipe.write(struct.pack("<IIII", 1700000000 + self.micros // 1000000, self.micros % 1000000, len(frame), len(frame)) + frame)
        self.pipe.flush()


# ---- the sensor ----

class Trial:
    def __init__(self, build, folder):
        self.build, self.folder = build, folder
        self.rules, self.out = os.path.join(folder, "set.rules"), os.path.join(folder, "events.json")
        self.policy = os.path.join(folder, "policy.yaml")
        self.socket, self.errors = os.path.join(folder, "control.sock"), os.path.join(folder, "errors")
        self.passed, self.failed = 0, 0

    def hold(self, good, sentence):
        self.passed, self.failed = self.passed + bool(good), self.failed + (not good)
        if not good:
            print("FAILED: " + sentence, flush=True)

    def write_rules(self, text):
        fresh = self.rules + ".new"
        with open(fresh, "w") as out:
            out.write(text)
        os.replace(fresh, self.rules)

    def write_policy(self, text):
        fresh = self.policy + ".new"
        with open(fresh, "w") as out:
            out.write(text)
        os.replace(fresh, self.policy)

    def start(self, *more):
        self.write_rules(BEFORE)
        call = [os.path.join(self.build, "fengsui-sensor"), "-c", "/dev/null", "-k", "none", "-r", "-", "-S", self.rules, "--json", self.out,
                "--set", "control.socket=" + self.socket, *(more or ("--set", "behaviour.enabled=false"))]
        with open(self.errors, "wb") as errors:         # nobody reads it meanwhile: a pipe would fill
            return subprocess.Popen(call, stdin=subprocess.PIPE, stderr=errors)

    def complaints(self):
        with open(self.errors, errors="replace") as lines:
            return lines.read()

    def wait_for_socket(self):
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with socket.socket(socket.AF_UNIX) as s:
                if s.connect_ex(self.socket) == 0:
                    return
            time.sleep(0.02)

    def call(self, word):
        ran = subprocess.run([os.path.join(self.build, "fengsui"), "sensor", word, "--socket", self.socket], capture_output=True, text=True,
                             timeout=PATIENCE)
        return ran.returncode, ran.stdout

    def raw(self, text):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(PATIENCE)
            s.connect(self.socket)
            s.sendall(text)
            answer = b""
            while piece := s.recv(65536):
                answer += piece
        return answer.decode()

    def events(self, kind):
        with open(self.out) as lines:
            return [e for e in map(json.loads, lines) if e["event_type"] == kind]


def reload_under_way(t, feed, conversation):
    """Packets go on while the sensor reads the rules again."""
    answer = []
    asking = threading.Thread(target=lambda: answer.append(t.call("reload")))
    asking.start()
    until = time.monotonic() + PATIENCE
    while asking.is_alive() and time.monotonic() < until:
        feed.send(conversation.says(b"tick") + [udp(5002, BULK)])
        time.sleep(0.001)
    asking.join()
    return answer[0]


def a_reload_loses_no_packet_and_no_state(t):
    sensor = t.start()
    feed = Feed(sensor.stdin)
    steady, talk, web = Conversation(40001, 8080), Conversation(40002, 8080), Conversation(40003, 80)
    feed.send(steady.opened() + talk.opened() + web.opened())
    feed.send(talk.says(b"knock question ") + talk.says(b"half a sentence ") + [udp(5000, b"mark")])
    feed.send(web.says(b"GET /begun-before HTTP/1.1\r\nHost: a.example\r\nUser-Ag"))
    feed.send(steady.says(b"tick"))
    feed.push()
    t.wait_for_socket()
    code, said = t.call("status")
    t.hold(code == 0 and said.startswith("ok: 5 rules in force, read again 0 times"), "status before: %r" % said)
    t.hold(stat.S_IMODE(os.stat(t.socket).st_mode) == 0o600, "the socket is open to others: %o" % os.stat(t.socket).st_mode)
    t.write_rules(AFTER)
    code, said = reload_under_way(t, feed, steady)
    lines = said.splitlines()
    t.hold(code == 0 and lines[-1:] == ["ok: 8 rules in force, 1 refused"], "the answer is %r" % said)
    t.hold(len(lines) == 2 and lines[0].startswith(t.rules + ":10:16: "), "the refusal is %r" % lines)
    feed.send(talk.says(b"and its other half. ") + talk.says(b"enter question ") + [udp(5001, b"enter")])
    feed.send(web.says(b"ent: after\r\n\r\n") + steady.says(b"tick"))
    sensor.stdin.close()
    t.hold(sensor.wait(PATIENCE) == 0, "the sensor ends with %s: %s" % (sensor.returncode, t.complaints()[-500:]))
    judge(t, feed)


def judge(t, feed):
    alerts = collections.Counter(e["alert"]["signature_id"] for e in t.events("alert"))
    flows = {e["src_port"]: e["flow"] for e in t.events("flow")}
    stats = t.events("stats")[-1]["stats"]
    t.hold(stats["capture"]["frames"] == feed.count, "%s packets of %d" % (stats["capture"]["frames"], feed.count))
    seen = sum(f["pkts_toserver"] + f["pkts_toclient"] for f in flows.values())
    t.hold(seen == feed.count and len(flows) == 6, "%d flows with %d packets, of 6 with %d" % (len(flows), seen, feed.count))
    t.hold(alerts[1] == 1, "what is told once an hour was told %d times" % alerts[1])
    for sid, why in ((4, "the old set"), (10, "the flow's bit"), (11, "the flow's counter"), (12, "the host's mark"), (13, "the stream so far"),
                     (14, "the new set"), (15, "the request so far")):
        t.hold(alerts[sid] == 1, "%s: sid %d alerts %d times" % (why, sid, alerts[sid]))
    # a rule of nothing but addresses is told once per flow and direction: before the reload all but the last flow had begun
    t.hold((alerts[100], alerts[101]) == (8, 1), "first packets: %d under the old set and %d under the new one" % (alerts[100], alerts[101]))


def modbus(conversation, transaction, *body):
    adu = bytes((1, *body))
    return conversation.says(struct.pack(">HHH", transaction, 0, len(adu)) + adu)


WRITE, READ = (6, 0, 5, 0, 7), (3, 0, 5, 0, 1)


def a_policy_is_read_again_whole_or_not_at_all(t):
    entry = "  - { from: %s, to: %s, protocol: modbus, access: %%s }\n" % (CLIENT, SERVER)
    t.write_policy("version: 1\nallow:\n" + entry % "write" + entry % "read")
    sensor = t.start("--set", "behaviour.policy=" + t.policy)
    feed, plc, steady = Feed(sensor.stdin), Conversation(40004, 502), Conversation(40001, 8080)
    feed.send(steady.opened() + plc.opened() + modbus(plc, 1, *READ) + modbus(plc, 2, *WRITE))
    feed.push()
    t.wait_for_socket()
    for wrong in ("version: 1\nallow:\n  - { from: nowhere }\n", ""):
        t.write_policy(wrong)
        code, said = reload_under_way(t, feed, steady)
        t.hold(code == 78 and said.splitlines()[-1].startswith("error: the old policy stays: %s:" % t.policy) and "rules in force" in said,
               "a wrong policy is answered by %d %r" % (code, said))
    feed.send(modbus(plc, 3, *WRITE))
    feed.push()
    t.write_policy("version: 1\nallow:\n" + entry % "read")
    code, said = reload_under_way(t, feed, steady)
    t.hold(code == 0 and "policy of 1 entries in force\n" in said, "a new policy is answered by %d %r" % (code, said))
    feed.send(modbus(plc, 4, *READ) + modbus(plc, 5, *WRITE))
    sensor.stdin.close()
    t.hold(sensor.wait(PATIENCE) == 0, "the sensor ends with %s: %s" % (sensor.returncode, t.complaints()[-500:]))
    told = [e for e in t.events("alert") if e["alert"]["gid"] == 9003]
    t.hold([e["modbus"]["transaction_id"] for e in told] == [5], "departures: %r" % [e["alert"] for e in told])
    stats = t.events("stats")[-1]["stats"]
    t.hold(stats["capture"]["frames"] == feed.count, "%s packets of %d" % (stats["capture"]["frames"], feed.count))


def wrong_words_are_answered_and_change_nothing(t):
    sensor = t.start()
    feed = Feed(sensor.stdin)
    feed.push()
    t.wait_for_socket()
    for word in (b"relaod\n", b"\n", b"x" * 500 + b"\n", b"\0\xff\n"):
        answer = t.raw(word)
        t.hold(answer.startswith("error: expected reload or status") and answer.endswith("\n"), "%r is answered by %r" % (word, answer))
    os.remove(t.rules)
    code, said = t.call("reload")
    t.hold(code == 78 and said.startswith("error: the old rules stay: ") and t.rules in said, "without its rules: %d %r" % (code, said))
    code, said = t.call("status")
    t.hold(code == 0 and said.startswith("ok: 5 rules in force, read again 0 times"), "afterwards: %r" % said)
    t.write_rules("\n".join("alert tcp any any -> any any (frob:%d; sid:%d;)" % (n, n) for n in range(1, 5000)))
    code, said = reload_under_way(t, feed, Conversation(40001, 8080))
    lines = said.splitlines()
    t.hold(lines[-1] == "ok: 0 rules in force, 4999 refused" and lines[-2].startswith("and ") and lines[-2].endswith(" more refusals"),
           "many refusals end in %r" % lines[-2:])
    again = t.start()
    with contextlib.suppress(BrokenPipeError):      # it may be gone before it has read all
        Feed(again.stdin).push()
    t.hold(again.wait(PATIENCE) == 74 and "another sensor listens" in t.complaints(), "a second sensor ends with %s" % again.returncode)
    sensor.stdin.close()
    t.hold(sensor.wait(PATIENCE) == 0, "the sensor ends with %s" % sensor.returncode)
    ran = subprocess.run([os.path.join(t.build, "fengsui"), "sensor", "status", "--socket", t.socket], capture_output=True, text=True)
    t.hold(ran.returncode == 69 and "no sensor answers there" in ran.stderr, "without a sensor: %d %r" % (ran.returncode, ran.stderr))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build")
    build = os.path.abspath(parser.parse_args().build)
    passed = failed = 0
    for trial in (a_reload_loses_no_packet_and_no_state, a_policy_is_read_again_whole_or_not_at_all, wrong_words_are_answered_and_change_nothing):
        with tempfile.TemporaryDirectory() as folder:
            t = Trial(build, folder)
            trial(t)
            passed, failed = passed + t.passed, failed + t.failed
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
