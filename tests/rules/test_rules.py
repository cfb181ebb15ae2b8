"""What can be said of the rule texts without a sensor: python3 -m unittest discover -s tests/rules -p 'test_*.py'"""
import ipaddress
import pathlib
import re
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))

import cases
import drill
import run
import session
from apps import tls

EXERCISE = run.RULES.parent / "deploy" / "exercise"


def rules():
    """File name, line number and text of every rule."""
    for path in sorted(run.RULES.rglob("*.rules")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if line and not line.startswith("#"):
                yield path.name, number, line


def table(name):
    head, *rows = [line.split(",") for line in (EXERCISE / name).read_text().splitlines()]
    return [dict(zip(head, row, strict=True)) for row in rows]


def option(line, name):
    found = re.search(r"[(;]\s*%s:([^;]*);" % name, line)
    return found and found[1]


class RuleTexts(unittest.TestCase):
    def test_each_sid_is_used_once_and_lies_in_our_range(self):
        seen = [int(option(line, "sid")) for _, _, line in rules()]
        self.assertEqual(len(seen), len(set(seen)))
        self.assertTrue(all(9100001 <= sid <= 9199999 for sid in seen))

    def test_each_class_is_declared(self):
        declared = re.findall(r"^config classification: ([\w-]+),[^,]+,[1-4]$", (run.RULES / "classification.config").read_text(), re.M)
        for name, number, line in rules():
            self.assertIn(option(line, "classtype"), declared, "%s:%d" % (name, number))

    def test_each_rule_that_alerts_says_what_it_means(self):
        for name, number, line in rules():
            if "flowbits:noalert" in line:
                continue
            meant = dict(pair.strip().split(" ", 1) for pair in option(line, "metadata").split(","))
            where = "%s:%d" % (name, number)
            self.assertRegex(meant["gbt20986"], r"^(0[1-9]|10)0\d\d$", where)
            if "mitre_tactic_id" in meant or meant["gbt20986"] < "07":      # a weakness is no step of an attack
                self.assertRegex(meant["mitre_tactic_id"], r"^TA\d{4}$", where)
            if meant["gbt20986"] != "10001":                                # what is told for information, neither
                self.assertRegex(meant["mitre_technique_id"], r"^T\d{4}(\.\d{3})?$", where)
            self.assertIn(meant["confidence"], ("low", "medium", "high"), where)
            self.assertRegex(option(line, "msg"), r'^"FENGSUI [A-Z]+ .*[^\x00-\x7f].* [A-Za-z]', where)

    def test_a_mark_that_is_asked_for_is_set_somewhere(self):
        text = "\n".join(line for _, _, line in rules())
        asked = set(re.findall(r"flowbits:(?:isset|isnotset),([\w.]+)", text))
        self.assertLessEqual(asked, set(re.findall(r"flowbits:set,([\w.]+)", text)))

    def test_the_implants_fingerprint_is_the_generators(self):
        text = (run.RULES / "malware.rules").read_text() + (EXERCISE / "indicators.csv").read_text()
        self.assertEqual(set(re.findall(r"\b[0-9a-f]{32}\b", text)), {tls.ja3(tls.IMPLANT)})


class Techniques(unittest.TestCase):
    """The table of rules/ot/README.md: which rule, or which class of the policy, tells each technique."""

    @classmethod
    def setUpClass(cls):
        cls.page = (run.RULES / "ot" / "README.md").read_text()
        cls.lines = [line for line in cls.page.splitlines() if line.startswith("| OT-")]
        cls.rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in cls.lines]

    def test_each_of_the_69_stands_there_once(self):
        ids = [row[0] for row in self.rows]
        self.assertEqual(len(ids), 69)
        self.assertEqual(len(set(ids)), 69)
        for name in ids:
            self.assertRegex(name, r"^OT-[A-Z0-9]{2}-\d\d$")

    def test_every_sid_named_is_a_rule_that_alerts(self):
        alerting = {option(line, "sid") for _, _, line in rules() if "flowbits:noalert" not in line}
        for name, _, sids, _ in self.rows:
            for sid in sids.split(", "):
                self.assertTrue(sid == "none" or sid in alerting, (name, sid))

    def test_every_class_named_is_one_of_the_policys(self):
        header = (run.RULES.parent / "sensor" / "behave" / "departure.h").read_text()
        classes = {word.lower() for word in re.findall(r"DEPARTURE_([A-Z_]+)\b", header)} - {"why_max"}
        for name, _, _, told in self.rows:
            for word in told.split(", "):
                self.assertTrue(word == "none" or word in classes, (name, word))

    def test_each_is_told_by_something(self):
        for name, _, sids, told in self.rows:
            self.assertNotEqual((sids, told), ("none", "none"), name)

    def test_every_rule_that_alerts_tells_one_or_stands_beside_them(self):
        named = set(re.findall(r"\b91\d{5}\b", self.page))
        for path in (run.RULES / "ot").glob("*.rules"):
            for line in path.read_text().splitlines():
                if line.startswith("alert") and "flowbits:noalert" not in line:
                    self.assertIn(option(line, "sid"), named, path.name)


class Cases(unittest.TestCase):
    def test_every_rule_has_a_case_and_every_case_a_rule(self):
        for name in cases.FILES:
            known, marks = cases.cases(name)
            self.assertEqual(set(run.sids(run.RULES / (name + ".rules"))), set(known) | set(marks), name)

    def test_every_rule_file_has_cases(self):
        self.assertEqual(sorted(str(path.relative_to(run.RULES).with_suffix("")) for path in run.RULES.rglob("*.rules")), sorted(cases.FILES))

    def test_both_plays_of_a_case_put_packets_on_the_tap(self):
        for name in cases.FILES:
            for sid, case in cases.cases(name)[0].items():
                for play in (case.fires, case.spares):
                    self.assertTrue(run.playing(play).frames, sid)


class ExerciseData(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.taps = drill.exercise()

    def addresses(self):
        """Every IPv4 and IPv6 address in the captures, as text."""
        found = set()
        for tap in self.taps.values():
            for _, frame in tap.frames:
                at, size = (26, 4) if frame[12:14] == b"\x08\0" else (22, 16)
                found |= {frame[at:at + size], frame[at + size:at + 2 * size]}
        return {str(ipaddress.ip_address(raw)) for raw in found}

    def test_everybody_inside_is_an_asset(self):
        networks = [ipaddress.ip_network(row["prefix"]) for row in table("assets.csv")]
        for address in filter(session.inside, self.addresses()):
            self.assertTrue(any(ipaddress.ip_address(address) in net for net in networks if net.version == (6 if ":" in address else 4)), address)

    def test_everybody_outside_has_a_country(self):
        networks = [ipaddress.ip_network(row["network"]) for row in table("countries.csv")]
        for address in self.addresses():
            if not session.inside(address):
                self.assertTrue(any(ipaddress.ip_address(address) in net for net in networks), address)

    def test_every_capture_has_a_sensor(self):
        self.assertEqual({row["capture"] for row in table("sensors.csv")}, {name + ".pcap" for name in self.taps})

    def test_each_indicator_is_in_the_traffic(self):
        bytes_seen = b"".join(frame for tap in self.taps.values() for _, frame in tap.frames)
        addresses = self.addresses()
        for row in table("indicators.csv"):
            if row["type"] == "ja3":
                continue
            if row["type"] == "address":
                self.assertIn(row["value"], addresses)
            elif row["type"] == "domain":
                self.assertTrue(b"".join(bytes((len(p),)) + p.encode() for p in row["value"].split(".")) in bytes_seen, row)
            else:
                path = "/" + row["value"].split("/", 3)[3]
                self.assertIn(path.encode(), bytes_seen)


if __name__ == "__main__":
    unittest.main()
