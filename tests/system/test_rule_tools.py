#!/usr/bin/env python3
"""What rule authors are given: python3 tests/system/test_rule_tools.py --build build

`fengsui rules test` says of each rule whether it held, or what stopped it; `fengsui rules check` what is wrong with rules and what they
cost too much for; `--profile-rules` what each cost; `rules.limits` silences, with an owner and a last day; `--list-keywords` has a
sentence for every keyword. One small capture and a handful of rules tell whether all that is so.
"""
import argparse
import collections
import io
import json
import os
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from test_reload import Conversation, Feed, udp

RULES = """
alert tcp any any -> any 8080 (msg:"holds"; content:"knock knock"; sid:1;)
alert tcp any any -> any 8080 (msg:"nearly"; content:"knock"; content:"who"; distance:0; sid:2;)
alert tcp any any -> any 8080 (msg:"never saw its content"; content:"open sesame"; sid:3;)
alert tcp any any -> any 8080 (msg:"stopped by its bit"; content:"knock"; flowbits:isset,expected; sid:4;)
alert icmp any any -> any any (msg:"nothing of its protocol"; itype:8; sid:5;)
alert udp any any -> any any (msg:"stopped by its size"; dsize:>100; sid:6;)
"""

# wrong or costly, and what is to be said of it: line, and a piece of the sentence
CHECKED = """alert tcp any any -> any any (msg:"slow"; pcre:"/a+b/"; sid:1;)
alert udp any any -> any any (msg:"broad"; sid:2;)
alert tcp any any -> any any (msg:"no fast pattern"; content:!"x"; sid:3;)
alert tcp any any -> any any (msg:"short"; content:"a"; sid:4;)
alert tcp any any -> any 80 (msg:"fine"; content:"longer than that"; sid:5;)
alert tcp any any -> any 80 (msg:"twice"; content:"longer than this"; sid:5;)
alert tcp any any -> any 80 (msg:"wrong"; frob:1; sid:6;)
"""
SAID = [(1, "its regular expression runs on every packet"), (2, "too broad"), (3, "it is tried on every packet"), (4, "shorter than 3 bytes"),
        (6, "sid 5 with rev 0 is already at"), (7, "unknown keyword `frob`")]


class Trial:
    def __init__(self, build, folder):
        self.build, self.folder = build, folder
        self.capture = os.path.join(folder, "capture.pcap")
        self.passed = self.failed = 0
        pcap = io.BytesIO()
        feed, talk = Feed(pcap), Conversation(40001, 8080)
        feed.send(talk.opened() + talk.says(b"knock knock, ") + talk.says(b"anybody at home?") + [udp(5000, b"small")])
        with open(self.capture, "wb") as out:
            out.write(pcap.getvalue())

    def hold(self, good, sentence):
        self.passed, self.failed = self.passed + bool(good), self.failed + (not good)
        if not good:
            print("FAILED: " + sentence, flush=True)

    def file(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w") as out:
            out.write(text)
        return path

    def run(self, program, *words):
        ran = subprocess.run([os.path.join(self.build, program), *words], capture_output=True, text=True, timeout=60)
        self.hold(ran.returncode == 0, "%s %s ends with %d: %s" % (program, " ".join(words), ran.returncode, ran.stderr[-300:]))
        return ran.stdout, ran.stderr

    def alerts(self, rules, *more):
        out = os.path.join(self.folder, "events.json")
        if os.path.exists(out):
            os.remove(out)
        self.run("fengsui-sensor", "-c", "/dev/null", "-k", "none", "-r", self.capture, "-S", rules, "--json", out, *more)
        with open(out) as lines:
            events = [json.loads(line) for line in lines]
        return collections.Counter(e["alert"]["signature_id"] for e in events if e["event_type"] == "alert")


def what_held_and_what_stopped_the_others(t):
    said, _ = t.run("fengsui", "rules", "test", t.file("a.rules", RULES), t.capture)
    of = {int(m[1]): m[2] for m in re.finditer(r"sid (\d+): (.*)", said)}
    t.hold(sorted(of) == [1, 2, 3, 4, 5, 6], "rules told about: %s" % sorted(of))
    for sid, want in ((1, r"held 1 times"), (2, r"tried \d+ times, stopped \d+ times by content:\"who\""),
                      (3, r"not tried: never saw content:\"open sesame\""), (4, r"tried \d+ times, stopped \d+ times by flowbits:isset,expected"),
                      (5, r"not tried: nothing of its protocol, ports or addresses"), (6, r"tried 1 times, stopped 1 times by dsize:>100")):
        t.hold(re.fullmatch(want, of.get(sid, "")), "sid %d: %r, not %r" % (sid, of.get(sid), want))


def what_is_wrong_and_what_costs_too_much(t):
    path = t.file("b.rules", CHECKED)
    out, err = t.run("fengsui", "rules", "check", path)
    said = {int(m[1]): m[2] for m in re.finditer(re.escape(path) + r":(\d+):\d+: (.*)", out + err)}
    for line, piece in SAID:
        t.hold(piece in said.get(line, ""), "line %d: %r, not %r" % (line, said.get(line), piece))
    t.hold(5 not in said, "a good rule: %r" % said.get(5))


def what_each_rule_cost(t):
    out, _ = t.run("fengsui-sensor", "-c", "/dev/null", "-k", "none", "-r", t.capture, "-S", t.file("a.rules", RULES), "--profile-rules")
    rows = [line.split() for line in out.splitlines()]
    t.hold(rows and rows[0][:3] == ["sid", "tried", "held"], "the head is %r" % (rows[:1],))
    cost = {int(r[0]): r for r in rows[1:]}
    t.hold(set(cost) == {1, 2, 4, 6}, "rules that were tried: %s" % sorted(cost))
    t.hold(cost.get(1, ["", "", ""])[2] == "1" and cost.get(6, ["", "", ""])[2] == "0", "how often they held: %s" % cost)
    spent = [int(r[3]) for r in rows[1:]]
    t.hold(spent == sorted(spent, reverse=True), "the costliest is not the first: %s" % spent)


def what_is_suppressed_has_an_owner_and_an_end(t):
    rules = t.file("a.rules", RULES)
    t.hold(t.alerts(rules) == {1: 1}, "without limits: %s" % t.alerts(rules))
    for text, want in (('suppress gen_id 1, sig_id 1, owner "Li Na", until 2030-01-01\n', {}),
                       ('suppress gen_id 1, sig_id 1, owner "Li Na", until 2020-01-01\n', {1: 1}),
                       ('suppress gen_id 1, sig_id 1, track by_src, ip 10.43.1.9\n', {}),
                       ('suppress gen_id 1, sig_id 1, track by_src, ip 10.43.1.20\n', {1: 1})):
        got = t.alerts(rules, "--set", "rules.limits=" + t.file("limits", text))
        t.hold(got == want, "%s: %s" % (text.strip(), dict(got)))


def every_keyword_has_a_sentence(t):
    out, _ = t.run("fengsui-sensor", "--list-keywords")
    lines = [line.split(None, 1) for line in out.splitlines()]
    bare = [line for line in lines if len(line) != 2 or not line[1].rstrip().endswith(".")]
    t.hold(len(lines) > 1000 and not bare, "%d keywords, without a sentence: %s" % (len(lines), bare[:5]))
    known = {line[0] for line in lines}
    t.hold({"content", "frame", "iprep", "asn1", "modbus.function_code", "tls.sni"} <= known, "some keyword is not told of")


def every_event_of_every_dissector_can_be_asked_for(t):
    """As its page lists them: a heading for each dissector, then tables, that of events being the one without types."""
    page, _ = t.run("fengsui-sensor", "--list-fields")
    rules, schema = [], ""
    for line in page.splitlines():
        heading, row = re.match(r"## (\w+)$", line), re.match(r"\| `(\w+)` \| [^|]*\|$", line)
        schema = heading.group(1) if heading else schema
        if row and schema:
            rules.append('alert %s any any -> any any (msg:"e"; app-layer-event:%s.%s; sid:%d;)' % (schema, schema, row.group(1), len(rules) + 1))
    _, said = t.run("fengsui-sensor", "-k", "none", "-T", "-S", t.file("events.rules", "\n".join(rules) + "\n"))
    wrong = [line for line in said.splitlines() if "events.rules:" in line]
    t.hold(len(rules) > 300 and not wrong, "%d events: %s" % (len(rules), wrong[:5]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build")
    with tempfile.TemporaryDirectory() as folder:
        t = Trial(os.path.abspath(parser.parse_args().build), folder)
        for trial in (what_held_and_what_stopped_the_others, what_is_wrong_and_what_costs_too_much, what_each_rule_cost,
                      what_is_suppressed_has_an_owner_and_an_end, every_keyword_has_a_sentence,
                      every_event_of_every_dissector_can_be_asked_for):
            trial(t)
    print("%d passed, %d failed" % (t.passed, t.failed))
    return 1 if t.failed else 0


if __name__ == "__main__":
    sys.exit(main())
