#!/usr/bin/env python3
"""Every wrong rule gets a sentence: python3 tests/system/test_broken_rules.py --build build

tests/rules/broken.rules holds wrong rules, each wrong in its own way, and above each the column and the sentence that refuse
it. The sensor is given the file with `-T`; what it says is held against that, by file, line and column. Then the file is
cut and spoilt anywhere: there is always an answer, and it always names a place that is there.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RULES = os.path.join(ROOT, "tests/rules/broken.rules")
AT_LEAST = 200
CUTS = 60


def expected(path):
    """(line, column, sentence) of each wrong rule, in the file's order."""
    said, where = None, []
    with open(path) as lines:
        for number, line in enumerate(lines, 1):
            note = re.fullmatch(r"#> (\d+): (.*)\n", line)
            if note:
                said = (int(note[1]), note[2])
            elif said and line.strip() and not line.startswith("#"):
                where.append((number, *said))
                said = None
    return where


def refusals(build, path):
    ran = subprocess.run([os.path.join(build, "fengsui-sensor"), "-c", "/dev/null", "-T", "-S", path], capture_output=True, timeout=60)
    found = re.findall(r"^%s:(\d+):(\d+): (.*)$" % re.escape(path), ran.stderr.decode(errors="replace"), re.M)
    return ran.returncode, [(int(line), int(column), why) for line, column, why in found]


class Count:
    passed = failed = 0

    def hold(self, good, sentence):
        self.passed, self.failed = self.passed + bool(good), self.failed + (not good)
        if not good:
            print("FAILED: " + sentence, flush=True)


def each_rule_has_its_sentence(build, count):
    want = expected(RULES)
    code, got = refusals(build, RULES)
    count.hold(code == 0, "the sensor ends with %d" % code)
    count.hold(len(want) >= AT_LEAST, "only %d wrong rules" % len(want))
    count.hold(len({why for _, _, why in want}) == len(want), "two wrong rules have one sentence")
    for line in sorted({w[0] for w in want} | {g[0] for g in got}):
        wanted, found = [w for w in want if w[0] == line], [g for g in got if g[0] == line]
        count.hold(wanted == found, "%s:%d: %s, not %s" % (RULES, line, found, wanted))


def a_spoilt_file_is_answered_too(build, count):
    with open(RULES, "rb") as text:
        whole = text.read()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "spoilt.rules")
        for n in range(CUTS):
            at = len(whole) * n // CUTS
            spoilt = whole[:at] if n % 2 else whole[:at] + bytes([n * 37 % 256]) + whole[at + 1:]
            with open(path, "wb") as out:
                out.write(spoilt)
            code, got = refusals(build, path)
            lines = spoilt.count(b"\n") + 1
            good = code == 0 and all(1 <= line <= lines and column >= 1 and why for line, column, why in got)
            count.hold(good, "spoilt at %d: exit %d, %s" % (at, code, [g for g in got if g[0] > lines][:3]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build")
    build = os.path.abspath(parser.parse_args().build)
    count = Count()
    each_rule_has_its_sentence(build, count)
    a_spoilt_file_is_answered_too(build, count)
    print("%d passed, %d failed" % (count.passed, count.failed))
    return 1 if count.failed else 0


if __name__ == "__main__":
    sys.exit(main())
