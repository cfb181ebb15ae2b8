#!/usr/bin/env python3
"""What `stream_size` counts as a packet goes by: sequence numbers from the SYN on, this packet's included."""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "traffic"))

import capture
import session

RULES = """alert tcp any any -> any any (msg:"only its SYN"; stream_size:client,=,1; sid:1;)
alert tcp any any -> any any (msg:"and its question"; stream_size:client,=,41; sid:2;)
alert tcp any any -> any any (msg:"a bare answer"; flow:to_client; stream_size:client,<,5; dsize:>0; sid:3;)
alert tcp any any -> any any (msg:"the answer too"; stream_size:both,>,40; sid:4;)
"""
# 1 SYN, 2 its answer, 3 ACK, 4 question of 40 bytes, 5 answer of 60, 6 ACK
WANTED = {1: [1, 2, 3], 2: [4, 5, 6], 3: [], 4: [5, 6]}


def conversation(path):
    tap = capture.Tap()
    s = session.Tcp(session.Path(tap), ("10.20.0.5", 40000), ("192.0.2.7", 7007), at=1_795_000_000 * capture.SECOND)
    s.open()
    s.send(b"q" * 40)
    s.reply(b"a" * 60)
    s.acknowledge()
    capture.write(path, tap)


def packets_by_rule(sensor, folder):
    """{sid: numbers of the packets that fired it}"""
    tap, rules, out = folder / "tap.pcap", folder / "my.rules", folder / "out.json"
    conversation(tap)
    rules.write_text(RULES)
    subprocess.run([sensor, "-r", tap, "-S", rules, "--json", out], check=True, stderr=subprocess.DEVNULL)
    alerts = [e for e in map(json.loads, out.read_text().splitlines()) if e["event_type"] == "alert"]
    return {sid: [e["pcap_cnt"] for e in alerts if e["alert"]["signature_id"] == sid] for sid in WANTED}


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--build", type=pathlib.Path, default="build")
    with tempfile.TemporaryDirectory() as folder:
        seen = packets_by_rule(options.parse_args().build / "fengsui-sensor", pathlib.Path(folder))
    failed = [sid for sid in WANTED if seen[sid] != WANTED[sid]]
    for sid in failed:
        print(f"rule {sid} fires at packets {seen[sid]}, expected {WANTED[sid]}")
    print(f"{len(WANTED) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
