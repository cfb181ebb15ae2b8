#!/usr/bin/env python3
"""A connection whose beginning was not seen, under each value of flow.midstream (docs/decisions/midstream.md)."""
import argparse
import json
import os
import struct
import subprocess
import sys
import tempfile

RULES = """alert modbus any any -> any any (msg:"message"; modbus.function_code:>0; sid:1;)
alert tcp any any -> any any (msg:"established"; flow:established,to_server; content:"|00 00|"; sid:2;)
alert tcp any any -> any 502 (msg:"packet"; dsize:>0; sid:3;)
"""
WANTED = {      # records, then which rules fire
    "off": (False, {3}),
    "records": (True, {3}),
    "rules": (True, {1, 2, 3}),
}


def without_handshake(capture):
    """The Modbus capture without the first three frames: SYN, SYN and ACK, ACK."""
    data = open(capture, "rb").read()
    at = 24
    for _ in range(3):
        at += 16 + struct.unpack_from("<I", data, at + 8)[0]
    open(capture, "wb").write(data[:24] + data[at:])


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--build", default="build")
    build = options.parse_args().build
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        capture, rules, out = (os.path.join(folder, n) for n in ("modbus.pcap", "my.rules", "out.json"))
        subprocess.run([sys.executable, "-B", os.path.join(root, "tests/traffic/make.py"), "modbus", "--out", capture],
                       check=True, stdout=subprocess.DEVNULL)
        without_handshake(capture)
        open(rules, "w").write(RULES)
        for mode, (records, fired) in WANTED.items():
            if os.path.exists(out):
                os.unlink(out)
            subprocess.run([os.path.join(build, "fengsui-sensor"), "-r", capture, "-S", rules, "--json", out, "--set",
                            "flow.midstream=" + mode], check=True, stderr=subprocess.DEVNULL)
            events = [json.loads(line) for line in open(out, encoding="utf-8")]
            seen = (any(e["event_type"] == "modbus" for e in events),
                    {e["alert"]["signature_id"] for e in events if e["event_type"] == "alert"})
            good = seen == (records, fired)
            passed, failed = passed + good, failed + (not good)
            if not good:
                print(f"midstream {mode}: records and rules {seen}, expected {(records, fired)}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
