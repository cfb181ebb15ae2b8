#!/usr/bin/env python3
"""What an industrial message costs the whole sensor: tests/bench/ot.py --sensor build/fengsui-sensor --captures DIR

DIR has a folder of captures per protocol. Each folder is read in one run of the sensor (capture, decoding, flows, nDPI, dissection;
no events written), the least CPU of some runs counts, and what an empty run costs is taken off. So the figure is more than dissection alone.
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile


def cpu(command):
    """CPU seconds, and what the program said."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)
        _, status, use = os.wait4(process.pid, 0)
        said.seek(0)
        return use.ru_utime + use.ru_stime, said.read().decode(errors="replace")


def least(command, turns):
    return min(cpu(command)[0] for _ in range(turns))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sensor", required=True)
    parser.add_argument("--captures", type=pathlib.Path, required=True)
    parser.add_argument("--turns", type=int, default=3)
    args = parser.parse_args()
    quiet = [args.sensor, "-k", "none", "--set", "behaviour.enabled=false", "--json", "/dev/null"]
    counted = [args.sensor, "-k", "none", "--set", "behaviour.enabled=false", "--json"]
    with tempfile.TemporaryDirectory() as folder:
        empty = pathlib.Path(folder) / "empty.pcap"
        empty.write_bytes(bytes.fromhex("d4c3b2a1020004000000000000000000ffff000001000000"))
        start = least([*quiet, "-r", str(empty)], args.turns)
        total_cpu = total = 0
        print("industrial messages, whole sensor without writing events (start-up of %.3f s taken off)" % start)
        for path in sorted(p for p in args.captures.iterdir() if p.is_dir() and p.name not in ("negative", "mixed")):
            out = pathlib.Path(folder) / "events.json"
            out.unlink(missing_ok=True)
            subprocess.run([*counted, str(out), "-r", str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
            kinds = re.findall(r'"event_type":"(\w+)"', out.read_text(errors="replace")) if out.exists() else []
            messages = sum(k not in ("flow", "stats", "asset", "anomaly", "alert") for k in kinds)
            seconds = max(0.0, least([*quiet, "--set", "events.records=false", "--set", "events.flows=false", "-r", str(path)], args.turns) - start)
            if messages < 1000:
                continue
            total_cpu, total = total_cpu + seconds, total + messages
            print("  %-14s %8d messages  %6.2f us CPU each" % (path.name, messages, seconds / messages * 1e6))
        if total:
            print("  %-14s %8d messages  %6.2f us CPU each (budget for dissection alone: 2 us)" % ("all of these", total, total_cpu / total * 1e6))


if __name__ == "__main__":
    sys.exit(main())
