#!/usr/bin/env python3
"""correlator.py --build DIR [--alerts N]: what `fengsui-correlator --replay` makes of a busy region: alerts a second and memory.

A hundred hosts say what they always say, one is attacked now and then. The same at a tenth of the size shows what an alert
costs in memory: replay keeps eight bytes of each, the correlator itself nothing.
"""
import argparse
import os
import random
import subprocess
import sys
import tempfile


def alerts(count, out):
    """A day: usual chatter of sensors on hosts, network alerts with attackers, a burst against one host each hour."""
    rng = random.Random(7)
    for n in range(count):
        second = 86400 * n // count
        host, kind = rng.randrange(100), rng.random()
        if kind < 0.9:
            src = dest = f"10.20.{host}.1"
            sid = 1000 + (host * 7 + rng.randrange(3)) % 40
        elif kind < 0.97:
            src, dest, sid = f"198.51.100.{rng.randrange(250)}", f"10.20.{host}.1", 3000 + rng.randrange(200)
        else:
            src = dest = f"10.20.{second // 3600}.1"
            sid = 5000 + rng.randrange(400)
        out.write('{"id":"bench:1:%d","timestamp":"2026-11-20T%02d:%02d:%02d.000000+0000","event_type":"alert","region":"430100",'
                  '"src_ip":"%s","dest_ip":"%s","alert":{"gid":1,"signature_id":%d,"signature":"rule %d","category":"","severity":%d}}\n'
                  % (n + 1, second // 3600, second // 60 % 60, second % 60, src, dest, sid, sid, 2 + rng.randrange(2)))


def measured(program, path):
    process = subprocess.Popen([program, "--replay", path, "--groups", os.devnull], stderr=subprocess.PIPE, text=True)
    said = process.stderr.read()
    _, status, use = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(said)
    return use.ru_utime + use.ru_stime, use.ru_maxrss / 1024, said.split(" info ")[-1].strip()


def main():
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--build", required=True)
    args.add_argument("--alerts", type=int, default=1000000)
    args = args.parse_args()
    program = os.path.join(args.build, "fengsui-correlator")
    print("correlator, alerts from a file")
    for count in (args.alerts // 10, args.alerts):
        with tempfile.NamedTemporaryFile("w", suffix=".ndjson") as file:
            alerts(count, file)
            file.flush()
            seconds, mb, said = measured(program, file.name)
        print("%9d alerts %7.2f s CPU %9.0f alerts/s %6.1f MB  %s" % (count, seconds, count / seconds, mb, said))


if __name__ == "__main__":
    main()
