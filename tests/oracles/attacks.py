#!/usr/bin/env python3
"""Which of the techniques against industrial protocols our rules tell, capture by capture.

    tests/oracles/attacks.py --corpus ../shared/oracles/ot --sensor build/fengsui-sensor [--only OT-S7-01] [-j 2]

DIR has attacks.tsv (a row for each technique, with captures that show its traffic) and captures/. rules/ot/README.md says which rules,
or which class of the policy, tell each row. Each example is read alone, with all rules/ot and flow.midstream=rules, as captures begin
amid conversations. A row holds when one of its rules alerts on one of its examples; it is told by the policy alone when it has no rule,
or none that alerts without knowing who is who. Captures of negative/ are of other protocols, and some are recorded as benign: there no
rule alerts.
The last line is "N passed, N failed". Without the corpus it says "skipped" and exits 0.
"""
import argparse
import concurrent.futures
import csv
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
RULES = ROOT / "rules" / "ot"
GID_RULES = 1
EXIT_DAMAGED = 65   # a capture that ends amid a frame: what was whole has been read
# Rows whose captures show no such thing: there silence is right.
HONEST = {"OT-61-07": "its capture has honest streams, on which its rules are silent"}
ROW = re.compile(r"^\| (OT-[A-Z0-9]{2}-\d\d) \| (.*?) \| (.*?) \| (.*?) \|$", re.M)


def table():
    """{id: (title, sids, classes of the policy)}, as rules/ot/README.md has it."""
    rows = ROW.findall((RULES / "README.md").read_text())
    return {name: (title, [int(sid) for sid in re.findall(r"\d{7}", sids)], [word for word in classes.split(", ") if word != "none"])
            for name, title, sids, classes in rows}


def alerting(sensor, capture, rules, scratch):
    """The sids that alert on a capture; None when the sensor failed."""
    out = scratch / (re.sub(r"\W", "_", str(capture)) + ".json")
    ran = subprocess.run([sensor, "-k", "none", "--set", "behaviour.enabled=false", "--set", "flow.midstream=rules",
                          "--set", f"rules.cache={scratch}", "-r", capture, "-S", rules, "--json", out],
                         capture_output=True, text=True, errors="replace", timeout=300)
    if ran.returncode not in (0, EXIT_DAMAGED):
        print(f"{capture.name}: exit {ran.returncode}: {ran.stderr.strip()[-300:]}")
        return None
    with out.open(encoding="utf-8", errors="replace") as lines:
        alerts = [event["alert"] for event in map(json.loads, lines) if event["event_type"] == "alert"]
    out.unlink()
    return {a["signature_id"] for a in alerts if a["gid"] == GID_RULES}


def examples(corpus, only):
    """{id: its captures}, of the rows that are asked for."""
    with (corpus / "attacks.tsv").open(newline="") as rows:
        return {row["id"]: [corpus / "captures" / name for name in re.split(r";\s*", row["dev_examples"]) if name]
                for row in csv.DictReader(rows, delimiter="\t") if not only or row["id"] in only}


def innocent(corpus):
    """Captures on which nothing may alert."""
    captures = corpus / "captures"
    return [path for path in [*captures.glob("negative/*"), *captures.glob("*/*__Benign_*")] if path.is_file()]


def judge(name, captures, seen, told):
    """What is to be said of a row, and whether it holds."""
    if name not in told:
        return "is not in rules/ot/README.md", False
    _, sids, classes = told[name]
    if any(seen[capture] is None for capture in captures):
        return "the sensor failed", False
    fired = {sid: sum(sid in seen[capture] for capture in captures) for sid in sids}
    heard = ["%d (%d of %d)" % (sid, n, len(captures)) for sid, n in fired.items() if n > 0]
    if heard:
        return "rules " + ", ".join(heard), True
    if name in HONEST:
        return HONEST[name], True
    if classes:
        return "policy " + ", ".join(classes), True
    return ("no capture of it is public; its rules are held by their cases" if not captures else "SILENT"), not captures


def all_rules(folder):
    path = folder / "all.rules"
    path.write_text("".join(file.read_text() for file in sorted(RULES.glob("*.rules"))))
    return path


def read_all(args, captures):
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        scratch = pathlib.Path(folder)
        rules = all_rules(scratch)
        ordered = sorted(captures)
        return dict(zip(ordered, pool.map(lambda capture: alerting(args.sensor, capture, rules, scratch), ordered)))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=pathlib.Path, required=True, help="the folder with attacks.tsv and captures/")
    parser.add_argument("--sensor", type=pathlib.Path, required=True, help="the program that is tried")
    parser.add_argument("--only", action="append", help="only this row (may repeat), and not those that must be silent")
    parser.add_argument("-j", "--jobs", type=int, default=2, help="sensors at a time")
    return parser.parse_args()


def main():
    args = arguments()
    if not (args.corpus / "attacks.tsv").is_file():
        print(f"skipped: there is no {args.corpus / 'attacks.tsv'}")
        return 0
    args.sensor = args.sensor.resolve()
    rows, told = examples(args.corpus, args.only), table()
    silent = [] if args.only else innocent(args.corpus)
    seen = read_all(args, {capture for captures in rows.values() for capture in captures} | set(silent))
    passed = failed = 0
    for name, captures in rows.items():
        said, good = judge(name, captures, seen, told)
        passed, failed = passed + good, failed + (not good)
        print("%s  %s" % (name, said))
    for capture in sorted(silent):
        good = seen[capture] == set()
        passed, failed = passed + good, failed + (not good)
        if not good:
            print("%s/%s: rules %s alert" % (capture.parent.name, capture.name, sorted(seen[capture] or {"the sensor failed"})))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
