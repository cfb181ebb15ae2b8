#!/usr/bin/env python3
"""captures.py --corpus DIR --build DIR: every capture of the oracles through the sensor, to its end.

What must hold for each: the sensor ends by itself with code 0 (65 for what is no capture), says nothing a sanitizer says
(the sanitized build is used when it is there), stays below a ceiling of memory, and has read as many frames as capinfos
counts. For ten captures the TCP and UDP flows are counted against tshark's conversations too.
The last line is "N passed, N failed".
"""
import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

RULES = """alert tcp any any -> any any (msg:"payload"; content:"GET"; sid:1;)
alert ip any any -> any any (msg:"regex"; pcre:"/passw(or)?d/i"; sid:2;)
alert dns any any -> any any (msg:"name"; dns.query; content:"."; sid:3;)
alert http any any -> any any (msg:"uri"; http.uri; content:"/"; sid:4;)
alert tls any any -> any any (msg:"sni"; tls.sni; content:"."; sid:5;)
"""
MEMORY_MAX_KB = {"plain": 400_000, "sanitized": 1_600_000}
# Ordinary TCP and UDP, IPv4 and IPv6, without fragments or tunnels: there tshark and we mean the same by "conversation".
FLOWS_OF = ["ndpi/443-git.pcap", "ndpi/zabbix.pcap", "ndpi/kerberos.pcap", "ndpi/mining.pcapng", "ndpi/rdp.pcap",
            "ndpi/whatsapp_login_call.pcap", "ndpi/quic_q46.pcap", "ndpi/pgsql.pcap",
            "ot/captures/modbus/zeek__modbus_eit.pcap", "ot/captures/modbus/iti__ModbusTCP.pcap"]


def captures(corpus):
    for top in ("ndpi", "ot/captures"):
        for folder, _, names in os.walk(os.path.join(corpus, top)):
            yield from (os.path.join(folder, n) for n in sorted(names))


def frames_of(path):
    if not shutil.which("capinfos"):
        return None
    out = subprocess.run(["capinfos", "-T", "-r", "-c", path], capture_output=True, text=True)
    found = out.stdout.strip().split("\t")
    return int(found[1]) if len(found) > 1 and found[1].isdigit() else None


def run(sensor, rules, path, out):
    process = subprocess.Popen([sensor, "-k", "none", "--set", "sandbox=false", "-r", path, "-S", rules, "--json", out],
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, said, usage.ru_maxrss


def check_one(sensor, kind, rules, path, folder):
    out = os.path.join(folder, re.sub(r"\W", "_", path)[-120:] + ".json")
    code, said, memory = run(sensor, rules, path, out)
    expected = frames_of(path)
    wrong = []
    with open(path, "rb") as capture:
        foreign = capture.read(3) == b"../"        # a link of the repository the captures came from, stored as text
    if code != (65 if foreign else 0):
        wrong.append(f"exit code {code}")
    if "Sanitizer" in said or "runtime error" in said:
        wrong.append(said[said.find("ERROR"):][:2000] or said[:2000])
    if memory > MEMORY_MAX_KB[kind]:
        wrong.append(f"{memory} KB of memory")
    counted = re.search(r": (\d+) packets,", said)
    if not foreign and expected is not None and (not counted or int(counted.group(1)) != expected):
        wrong.append(f"{counted.group(1) if counted else 'no'} frames, capinfos has {expected}")
    try:
        for line in open(out, encoding="utf-8"):
            json.loads(line, object_pairs_hook=no_repeats)
    except (ValueError, OSError) as why:
        if not foreign:
            wrong.append(f"an event is not JSON: {why}")
    if os.path.exists(out):
        os.unlink(out)
    return path, wrong, memory


def no_repeats(pairs):
    if len({k for k, _ in pairs}) != len(pairs):
        raise ValueError("a name occurs twice: " + ", ".join(sorted({k for k, _ in pairs if [p for p, _ in pairs].count(k) > 1})))
    return dict(pairs)


def conversations(path, proto):
    out = subprocess.run(["tshark", "-r", path, "-q", "-z", f"conv,{proto}"], capture_output=True, text=True).stdout
    return sum("<->" in line for line in out.splitlines())


def flows(sensor, rules, path, folder):
    """A conversation of tshark's is one 5-tuple for the whole capture; ours ends by FIN or idling and may begin again. So
    distinct 5-tuples are what can be compared."""
    out = os.path.join(folder, "flows.json")
    if os.path.exists(out):
        os.unlink(out)
    run(sensor, rules, path, out)
    ends = {"TCP": set(), "UDP": set()}
    for line in open(out, encoding="utf-8"):
        e = json.loads(line)
        if e["event_type"] == "flow" and e.get("proto") in ends:
            ends[e["proto"]].add(frozenset([(e["src_ip"], e.get("src_port")), (e["dest_ip"], e.get("dest_port"))]))
    return len(ends["TCP"]), len(ends["UDP"])


def main():
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--corpus", required=True)
    args.add_argument("--build", required=True)
    args.add_argument("-j", type=int, default=os.cpu_count())
    args = args.parse_args()
    sanitized = os.path.join(args.build, "san", "fengsui-sensor")
    kind = "sanitized" if os.path.exists(sanitized) else "plain"
    sensor = os.path.abspath(sanitized if kind == "sanitized" else os.path.join(args.build, "fengsui-sensor"))
    passed = failed = 0
    peak = 0
    with tempfile.TemporaryDirectory() as folder:
        rules = os.path.join(folder, "all.rules")
        open(rules, "w").write(RULES)
        with ThreadPoolExecutor(args.j) as pool:
            for path, wrong, memory in pool.map(lambda p: check_one(sensor, kind, rules, p, folder), captures(args.corpus)):
                peak = max(peak, memory)
                passed, failed = passed + (not wrong), failed + bool(wrong)
                if wrong:
                    print(os.path.relpath(path, args.corpus), "; ".join(wrong))
        for name in FLOWS_OF if shutil.which("tshark") else []:
            path = os.path.join(args.corpus, name)
            ours, theirs = flows(sensor, rules, path, folder), (conversations(path, "tcp"), conversations(path, "udp"))
            passed, failed = passed + (ours == theirs), failed + (ours != theirs)
            print(f"{name}: TCP and UDP flows {ours}, tshark's conversations {theirs}")
    print(f"{kind} build, at most {peak} KB in one run")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.exit(main())
