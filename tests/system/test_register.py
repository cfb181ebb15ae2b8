#!/usr/bin/env python3
"""Units and assets, with a real Redis, correlator, `fengsui import` and the sensor's reader: every kind of bad line with its place and
nothing of it applied; the same file again posts nothing; what is exported the sensor takes whole; an incident on a host that only the
register knows, with its unit, sector and weight; who may act on it; changes, retiring, and a correlator that is killed in between.
"""
import argparse
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from test_workflow import Checks, World, alert, stamp, until      # noqa: E402

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CITY = "430100"

UNITS = """单位名称,行业,区划代码,统一社会信用代码,上级单位,联系人,有效期自,有效期至,注销
省电力公司,电力,430000,91350100M000100Y43,,张三 13800138000；李四 li@example.cn,2020-01-01,,
长沙供电公司,power,430102,,省电力公司,,,2099-12-31,
岳阳水厂,water,430600,,,,,,
旧水厂,water,430100,,,,,2020-01-01,
"""

BAD_UNITS = (
    ("a sector that is none", "a,fire,430100,,,,,,", "2:3: sector: expected one of finance, energy"),
    ("a region that is none", "a,power,439900,,,,,,", "2:9: district: expected a region's code"),
    ("no region", "a,power,,,,,,,", "2:9: district: it is empty"),
    ("no name", ",power,430100,,,,,,", "2:1: unit: it is empty"),
    ("a credit code that is none", "a,power,430100,91350100M000100Y44,,,,,", "2:16: code: expected a unified social credit code"),
    ("a parent that is not there", "a,power,430100,,b,,,,", "2:17: parent: \"b\" is registered neither in 430100 nor above it"),
    ("its own parent", "a,power,430100,,a,,,,", "2:17: parent: a unit cannot be its own parent"),
    ("a parent that has lapsed", "a,power,430100,,旧水厂,,,,", "2:17: parent: \"旧水厂\" is not valid any more"),
    ("a day that is none", "a,power,430100,,,,2026-02-30,,", "2:19: valid_from: expected a day such as 2026-11-22"),
    ("an end before its beginning", "a,power,430100,,,,2026-02-01,2026-01-01,", "2:30: valid_to: it lies before valid_from"),
    ("neither yes nor no", "a,power,430100,,,,,,perhaps", "2:21: retired: expected yes or no"),
    ("the same unit twice", "a,power,430100,,,,,,\na,power,430100,,,,,,", "3:1: unit: line 2 says something of \"a\" already"),
    ("too few cells", "a,power", "2:3: expected 9 cells as in the heading, found 2"),
    ("quotes that do not end", "\"a,power,430100,,,,,,", "2:1: the quotes that begin here do not end in this line"),
    ("a name that is too long", "a" * 121 + ",power,430100,,,,,,", "2: `unit`: expected one line of 1 to 120 bytes"),
)

HEADING = "name,unit,addresses,sector,district,mlps_level,data_grade,cii,importance,role,owner,retired\n"
ASSETS = HEADING + """主站网段,长沙供电公司,10.1.0.0/16,,,3,,否,,network,,
调度主站,长沙供电公司,10.1.2.3；fd00::3,,,4,重要,是,1,server,王五,
远动装置,长沙供电公司,10.1.2.4,,,3,一般,no,2,rtu,,
水泵,岳阳水厂,10.1.2.3,,,2,,,3,plc,,
省调,省电力公司,10.9.0.0/16,,,2,核心,yes,1,,,
"""

BAD_ASSETS = (
    ("a unit that is none", "a,没有,10.2.0.1,,,,,,,,,", "2:3: unit: \"没有\" is not registered"),
    ("a unit of elsewhere", "a,岳阳水厂,10.2.0.1,,430100,,,,,,,", "2:3: unit: \"岳阳水厂\" is registered neither in 430100 nor above it"),
    ("a unit whose time is over", "a,旧水厂,10.2.0.1,,,,,,,,,", "2:3: unit: \"旧水厂\" is not valid now"),
    ("MLPS 6", "a,长沙供电公司,10.2.0.1,,,6,,,,,,", "2:21: mlps_level: expected 1 to 5, not \"6\""),
    ("MLPS 0", "a,长沙供电公司,10.2.0.1,,,0,,,,,,", "2:21: mlps_level: expected 1 to 5, not \"0\""),
    ("an importance of 5", "a,长沙供电公司,10.2.0.1,,,,,,5,,,", "importance: expected 1 to 4, not \"5\""),
    ("a grade that is none", "a,长沙供电公司,10.2.0.1,,,,绝密,,,,,", "data_grade: expected one of core|important|general (核心|重要|一般)"),
    ("host bits", "a,长沙供电公司,10.2.0.1/8,,,,,,,,,", "2:10: addresses: \"10.2.0.1/8\" has bits behind its prefix; expected 10.0.0.0/8"),
    ("no address", "a,长沙供电公司,10.2.0,,,,,,,,,", "2:10: addresses: expected an address or prefix, not \"10.2.0\""),
    ("an empty address", "a,长沙供电公司,,,,,,,,,,", "2:10: addresses: it is empty"),
    ("the same prefix as a line", "a,长沙供电公司,10.2.0.1,,,,,,,,,\nb,长沙供电公司,10.2.0.1/32,,,,,,,,,",
     "3:10: addresses: 10.2.0.1 overlaps with 10.2.0.1/32 of line 2"),
    ("the same prefix as one registered", "a,长沙供电公司,10.1.2.4,,,,,,,,,", "2:10: addresses: 10.1.2.4 overlaps with 10.1.2.4/32, registered as A-430100-"),
    ("within another unit's", "a,省电力公司,10.1.77.1,,430102,,,,,,,", "overlaps with 10.1.0.0/16, registered as A-430100-"),
    ("around another unit's", "a,省电力公司,10.0.0.0/8,,430102,,,,,,,", "overlaps with 10.1.0.0/16, registered as A-430100-"),
    ("the same asset twice", "a,长沙供电公司,10.2.0.1,,,,,,,,,\na,长沙供电公司,10.2.0.2,,,,,,,,,", "3:1: name: line 2 says something of \"a\""),
    ("an unknown column", None, "1:6: \"colour\" is no column"),
    ("UTF-16", b"\xff\xfea\0", "it is UTF-16; save it as \"CSV UTF-8\""),
)


class Register(World):
    def __init__(self, build, folder):
        super().__init__(build, folder)
        with open(self.config, "a") as out:
            out.write('organisation: { regions: "%s/deploy/data/hunan_regions.csv", sectors: "%s/deploy/data/sectors.csv" }\n' % (TREE, TREE))
            out.write('correlator: { desk: { clocks: "%s/deploy/data/reporting_clocks.csv" } }\n' % TREE)

    def run(self, *words):
        done = subprocess.run([os.path.join(self.build, "fengsui"), *words, "-c", self.config], capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    def load(self, what, text, *words):
        path = os.path.join(self.folder, what + ".csv")
        with open(path, "wb") as out:
            out.write(text if isinstance(text, bytes) else text.encode())
        code, said, complaint = self.run("import", what, path, *words)
        return code, said.replace(path + ":", ""), complaint.replace(path + ": ", "")

    def tail(self, what, text, *words):
        code, said, _ = self.load(what, text, *words)
        return code, said.strip().split("\n")[-1]

    def registered(self, name):
        import json
        found = [json.loads(v) for v in self.redis.hash("state:desk").values()]
        return [m["asset"] for m in found if m["event_type"] == "asset" and m["asset"]["name"] == name][0]


def bad_lines(w, check):
    for what, heading, table in (("units", UNITS.split("\n")[0] + "\n", BAD_UNITS), ("assets", HEADING, BAD_ASSETS)):
        for name, line, says in table:
            text = line if isinstance(line, bytes) else "name,colour\n" if line is None else heading + line + "\n"
            code, said, complaint = w.load(what, text, "--dry-run")
            check.that("%s: %s ends with 65" % (what, name), code, 65)
            check.that("%s: %s is said (%r)" % (what, name, said + complaint), says in said + complaint)


def both_encodings(w, check):
    check.that("units are imported", w.tail("units", UNITS), (0, "4 new, 0 changed, 0 retired, 0 unchanged, 0 bad"))
    check.that("the same again posts nothing", w.tail("units", UNITS), (0, "0 new, 0 changed, 0 retired, 4 unchanged, 0 bad"))
    gb = UNITS.replace("\n", "\r\n").encode("gb18030")
    code, said, note = w.load("units", gb)
    check.that("GB18030 with CRLF is the same file", (code, said.split(",")[3]), (0, " 4 unchanged"))
    check.that("and that is said", note, "it is read as GB18030\n")
    check.that("with a byte order mark, too", w.tail("units", b"\xef\xbb\xbf" + UNITS.encode())[0], 0)
    until(lambda: '"state":"lapsed"' in "".join(w.redis.hash("state:desk").values()), "a unit to lapse")


def good_lines_count(w, check):
    broken = ASSETS + "坏,长沙供电公司,10.1.2.5,,,9,,,,,,\n"
    check.that("a dry run does nothing", w.tail("assets", ASSETS, "--dry-run"), (0, "dry run, nothing posted: 5 new, 0 changed, 0 retired, 0 unchanged, 0 bad"))
    check.that("the good lines of a file are applied", w.tail("assets", broken), (65, "5 new, 0 changed, 0 retired, 0 unchanged, 1 bad"))
    check.that("and nothing of the bad one", "坏" in "".join(w.redis.hash("state:desk").values()), False)
    check.that("the same again posts nothing", w.tail("assets", ASSETS), (0, "0 new, 0 changed, 0 retired, 5 unchanged, 0 bad"))


def sensors_read_it(w, check):
    path = os.path.join(w.folder, "sensor.csv")
    check.that("assets are exported", w.run("export", "assets", "--out", path)[0], 0)
    lines = open(path).read().strip().split("\n")
    check.that("a line for each address", len(lines), 1 + 6)
    check.that("with what is registered", "10.1.2.3,调度主站,长沙供电公司,power,430102,4,yes,server" in lines)
    done = subprocess.run([os.path.join(w.build, "fengsui-sensor"), "-c", "/dev/null", "--set", "places.assets=" + path, "-T"], capture_output=True, text=True)
    check.that("the sensor takes it whole", (done.returncode, "sensor.csv" in done.stderr, "6 assets" in done.stderr), (0, False, True))
    check.that("one region's alone", w.run("export", "assets", "--region", "430600")[1].split("\n")[1], "10.1.2.3,水泵,岳阳水厂,water,430600,2,no,plc")


def incident_on(w, number, address):
    """Its newest version, once there is one."""
    w.redis.add("alerts", "s:1:%d" % number, "alert", alert(number, "198.51.100.%d" % number, address, 7000 + number, 1))
    import json

    def found():
        events = [json.loads(e["json"])["incident"] for e in w.redis.entries("incidents")]
        return [i for i in events if any(v["address"] == address for v in i["victims"])]
    until(lambda: found(), "an incident on " + address)
    return found()[-1]


def incidents_know_it(w, check):
    i = incident_on(w, 1, "10.1.2.3")
    victim = i["victims"][0]
    check.that("its victim is the one registered", (victim["name"], victim["unit"], victim["sector"]), ("调度主站", "长沙供电公司", "power"))
    check.that("and its sector", i["sector"], "power")
    check.that("importance weighs", i["score_parts"]["asset"], 0.95)
    other = incident_on(w, 2, "10.9.1.1")
    check.that("what is registered above is known below", other["victims"][0]["unit"], "省电力公司")
    check.that("core data weighs most", other["score_parts"]["asset"], 1.0)
    check.that("its own unit may speak", w.run("command", "incident", "comment", i["id"], "note=x", "--role", "unit", "--unit", "长沙供电公司")[0], 0)
    check.that("another may not", w.run("command", "incident", "comment", i["id"], "note=x", "--role", "unit", "--unit", "岳阳水厂")[0], 77)
    check.that("nor another sector", w.run("command", "incident", "triage", i["id"], "--role", "analyst", "--sector", "water", "--version", "1")[0], 77)
    check.that("its own sector may", w.run("command", "incident", "confirm", i["id"], "--role", "analyst", "--sector", "power", "--version", "1", "level=2")[0], 0)
    check.that("the clocks are a CII operator's", all("cii" in name for name in w.newest(i["id"])["clocks"]["reports"]))
    return i


def changes(w, check):
    level = ASSETS.replace("远动装置,长沙供电公司,10.1.2.4,,,3,一般", "远动装置,长沙供电公司,10.1.2.4,,,,重要")
    check.that("a changed line is a change", w.tail("assets", level), (0, "0 new, 1 changed, 0 retired, 4 unchanged, 0 bad"))
    rtu = w.registered("远动装置")
    check.that("an emptied cell empties the field", ("mlps_level" in rtu, rtu["data_grade"], rtu["version"]), (False, "important", 2))
    check.that("and stands in the history", [h["command"] for h in rtu["history"]], ["register", "change"])
    taken = "name,unit,addresses\n新装置,长沙供电公司,10.1.2.4\n"
    check.that("an address that somebody has is refused", w.tail("assets", taken), (65, "0 new, 0 changed, 0 retired, 0 unchanged, 1 bad"))
    gone = "name,unit,addresses,retired\n远动装置,长沙供电公司,10.1.2.4,是\n新装置,长沙供电公司,10.1.2.4,\n"
    check.that("once it is retired it is free", w.tail("assets", gone), (0, "1 new, 0 changed, 1 retired, 0 unchanged, 0 bad"))
    check.that("retired, and not deleted", w.registered("远动装置")["state"], "retired")
    check.that("the address is its successor's", incident_on(w, 3, "10.1.2.4")["victims"][0]["name"], "新装置")


def refused_by_hand(w, check):
    unit = [k for k, v in w.redis.hash("state:desk").items() if k.startswith("U-") and "长沙供电公司" in v and '"state":"registered"' in v][0]
    for name, words, says in (
            ("a unit with assets stays", ("unit", "retire", unit, "note=x", "--version", "1"), "assets of it are registered"),
            ("a name is one unit's", ("unit", "register", "unit=长沙供电公司", "sector=power", "district=430100", "--region", CITY), "has that name already"),
            ("a sector is of the list", ("unit", "register", "unit=x", "sector=fire", "district=430100", "--region", CITY), "there is no \"fire\""),
            ("a unit is in its region", ("unit", "register", "unit=x", "sector=power", "district=430600", "--region", CITY), "430600 is not in 430100"),
            ("a unit is not above itself", ("unit", "change", unit, "parent=长沙供电公司", "--version", "1"), "cannot be above itself"),
            ("an asset's unit is there", ("asset", "register", "name=x", "unit=y", "addresses=10.3.0.1", "--region", CITY), "is not registered here"),
            ("an address is one asset's", ("asset", "register", "name=x", "unit=长沙供电公司", "addresses=10.1.2.3", "--region", CITY), "overlaps with A-430100-"),
            ("host bits are said", ("asset", "register", "name=x", "unit=长沙供电公司", "addresses=10.1.2.3/8", "--region", CITY), "has bits behind its prefix"),
            ("a needed field is not cleared", ("unit", "change", unit, "clear=sector", "--version", "1"), "sector cannot be empty")):
        code, said, complaint = w.run("command", *words, "--role", "admin")
        check.that("%s (%s)" % (name, said + complaint), (code, says in complaint), (65, True))
    check.that("an analyst keeps no register", w.run("command", "unit", "retire", unit, "note=x", "--version", "1", "--role", "analyst")[0], 77)


def after_a_kill(w, check):
    w.programs["correlator"].kill()
    w.programs.pop("correlator").wait()
    w.start("correlator")
    check.that("the register is there again", incident_on(w, 4, "fd00::3")["victims"][0]["name"], "调度主站")
    check.that("and its names are taken still", w.tail("assets", ASSETS.split("\n")[0] + "\n主站网段,长沙供电公司,10.1.0.0/16,,,3,,否,,network,,\n"),
               (0, "0 new, 0 changed, 0 retired, 1 unchanged, 0 bad"))


def contacts_are_masked(w, check):
    """Who exports what is archived sees that there are contacts, and not whose."""
    import json
    unit = [json.loads(v) for v in w.redis.ask("HVALS", "fengsui:{430000}:state:desk")]
    contacts = [m["unit"]["contacts"] for m in unit if m["event_type"] == "unit"][0]
    check.that("the register itself knows them", contacts, ["张三 13800138000", "李四 li@example.cn"])


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--build", default="build")
    o = p.parse_args()
    check = Checks()
    with tempfile.TemporaryDirectory(dir="/tmp") as folder, Register(os.path.abspath(o.build), folder) as w:
        w.start("correlator")
        both_encodings(w, check)
        good_lines_count(w, check)
        bad_lines(w, check)
        sensors_read_it(w, check)
        incidents_know_it(w, check)
        changes(w, check)
        refused_by_hand(w, check)
        contacts_are_masked(w, check)
        after_a_kill(w, check)
        check.that("everything ends well", set(w.end()), {0})
    print("%d passed, %d failed" % (check.good, check.bad))
    return check.bad != 0


if __name__ == "__main__":
    sys.exit(main())
