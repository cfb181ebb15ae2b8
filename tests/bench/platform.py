#!/usr/bin/env python3
"""platform.py --build DIR [--rate N] [--alerts N | --long]: what the platform sustains. A real Redis as deployed (append-only file,
everysec, noeviction), the real correlator and archiver, and alerts of a busy day offered at a rate by tests/bench/platform.c.

Says how far behind each alert's incident and its row in the archive were, what each process cost and kept in memory, what it took on
the disk, and whether that is what was asked for; with --curve FILE the same every second as CSV. --long is ten million alerts: nine
minutes and 21 GB below --dir, which are given back. CPU is what counts on a machine that does other things too: the sum of the
microseconds for one alert says how many a second two cores take.
"""
import argparse
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

TICKS = os.sysconf("SC_CLK_TCK")
BYTES_AN_ALERT, BYTES_BESIDE = 2200, 4 << 30        # in the archive with its versions; Redis' files and logs
LAG_MOST_MS, LONG, FLAT_MB, FLAT_FROM = 2000, 10000000, 64, 200       # the last: seconds; streams first fill what they may
STOP_MOST = 600         # seconds; the archiver reads all of its files once more, to seal them
NAMES = ("redis", "correlator", "archiver", "publisher")


def cpu_of(pid):
    """Seconds of a process and of its children that have ended (Redis writes its file anew in a child)."""
    with open("/proc/%d/stat" % pid) as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return sum(int(n) for n in fields[11:15]) / TICKS


def rss_of(pid):
    with open("/proc/%d/status" % pid) as status:
        found = re.search(r"VmRSS:\s+(\d+)", status.read())
    return int(found.group(1)) / 1024 if found else 0       # it has just ended


def size_of(folder):
    """MB of the files below it; one may go while we look."""
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(root, name)).st_size
            except FileNotFoundError:
                pass
    return total / 1e6


class Redis:
    def __init__(self, folder):
        self.folder, self.socket = folder, os.path.join(folder, "redis.sock")
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.socket, "--dir", folder, "--appendonly", "yes", "--appendfsync",
             "everysec", "--save", "", "--auto-aof-rewrite-min-size", "1gb", "--maxmemory", "2gb", "--maxmemory-policy", "noeviction", "--logfile", folder + "/redis.log"])
        while self.ask("PING") != "PONG":
            time.sleep(0.05)

    def ask(self, *words):
        return subprocess.run(["redis-cli", "-s", self.socket, *words], capture_output=True, text=True).stdout.strip()

    def memory(self):
        return int(re.search(r"used_memory:(\d+)", self.ask("INFO", "memory")).group(1)) / 1048576


class Run:
    def __init__(self, o, folder):
        self.o, self.folder = o, folder
        self.redis = Redis(self.make("redis"))
        address = "unix:" + self.redis.socket
        bus = ["-c", "/dev/null", "--set", "bus.redis=" + address]
        self.processes = {
            "redis": self.redis.process,
            "correlator": self.start("fengsui-correlator", *bus, *o.correlator),
            "archiver": self.start("fengsui-archiver", *bus, "--set", "archive.store=" + self.make("archive"), *o.archiver)}
        self.processes["publisher"] = subprocess.Popen(
            [os.path.join(o.build, "tests/bench/platform"), address, self.make("spool"), str(o.regions), str(o.rate), str(o.alerts),
             *(["flood"] if o.flood else [])], stdout=subprocess.PIPE, text=True)
        self.cpu, self.curve, self.aof, self.told = dict.fromkeys(NAMES, 0.0), None, 0.0, 0.0

    def make(self, name):
        os.makedirs(os.path.join(self.folder, name))
        return os.path.join(self.folder, name)

    def start(self, program, *words):
        log = open(os.path.join(self.folder, program + ".log"), "w")
        return subprocess.Popen([os.path.join(self.o.build, program), *words], stdout=log, stderr=log)

    def look(self):
        for name, process in self.processes.items():
            if process.poll() is None:
                self.cpu[name] = cpu_of(process.pid)
            elif process.returncode != 0:
                sys.exit("platform: the %s ended with %d; see %s" % (name, process.returncode, self.folder))
        return {name: rss_of(p.pid) for name, p in self.processes.items() if p.poll() is None}

    def row(self, line):
        """second offered archived, and p50 p99 of incident and archive"""
        second, offered, archived, _, incident, _, archive = line.split()
        rss, memory = self.look(), self.redis.memory()
        self.aof = max(self.aof, size_of(self.redis.folder))
        if float(second) >= self.told + 30:
            self.told = float(second)
            print("%5.0f s: %s offered, %s archived; p99 of this second: incident %s ms, archive %s ms; MB: %s" % (
                self.told, offered, archived, incident, archive, ", ".join("%s %.0f" % pair for pair in rss.items())), flush=True)
        if self.curve is None and self.o.curve:
            self.curve = open(self.o.curve, "w")
            self.curve.write("second,offered,archived,incident_p99_ms,archive_p99_ms,redis_mb,%s,%s\n" % (
                ",".join(n + "_rss_mb" for n in NAMES), ",".join(n + "_cpu_s" for n in NAMES)))
        if self.curve:
            self.curve.write("%s,%s,%s,%s,%s,%.0f,%s,%s\n" % (
                second, offered, archived, incident, archive, memory, ",".join("%.0f" % rss.get(n, 0) for n in NAMES),
                ",".join("%.1f" % self.cpu[n] for n in NAMES)))
            self.curve.flush()
        return rss, memory

    def follow(self):
        """To the end; gives the total line and the highest memory of each in the first and the last third."""
        seen = []
        for line in self.processes["publisher"].stdout:
            if line.startswith("total"):
                return line.split()[1:], seen
            seen.append(self.row(line))
        sys.exit("platform: the publisher ended; see " + self.folder)

    def stop(self):
        for name in ("publisher", "correlator", "archiver", "redis"):
            p = self.processes[name]
            if p.poll() is None:
                p.send_signal(signal.SIGTERM)
                p.wait(STOP_MOST)


def tell(o, run, total, seen):
    count, seconds = int(total[0]), float(total[1])
    run.cpu["publisher"] = float(total[6])
    cost = {n: 1e6 * run.cpu[n] / count for n in NAMES}
    third = max(1, len(seen) // 3)
    peak = lambda part, n: max((rss.get(n, 0) for rss, _ in part), default=0)
    print("%d alerts offered at %.0f/s into %d regions, all in incidents and archive after %.1f s: %.0f/s" % (
        count, o.rate, o.regions, seconds, count / seconds))
    print("lag from due to incident p50 %s ms, p99 %s ms; to archive p50 %s ms, p99 %s ms" % tuple(total[2:6]))
    for n in NAMES:
        print("  %-12s %6.1f us CPU an alert   %5.0f MB in the first third, %5.0f MB in the last" % (
            n, cost[n], peak(seen[:third], n), peak(seen[-third:], n)))
    print("  %-12s %6.1f us CPU an alert: two cores take %.0f/s, without the publisher %.0f/s" % (
        "together", sum(cost.values()), 2e6 / sum(cost.values()), 2e6 / (sum(cost.values()) - cost["publisher"])))
    print("  Redis' data  %.0f MB at most in the first third, %.0f MB in the last" % (
        max(m for _, m in seen[:third]), max(m for _, m in seen[-third:])))


def judge(o, total, seen):
    """What was asked for, one line each. Memory is flat when the last third needs no more than the second (the first fills caches)."""
    third = max(1, len(seen) // 3)
    peak = lambda part, n: max((rss.get(n, 0) for rss, _ in part), default=0)
    grown = ["%s by %.0f MB" % (n, peak(seen[-third:], n) - peak(seen[third:-third], n)) for n in ("redis", "correlator", "archiver")
             if peak(seen[-third:], n) > peak(seen[third:-third], n) + FLAT_MB]
    late = float(total[1]) - int(total[0]) / o.rate
    for good, what in ((late <= LAG_MOST_MS / 1000, "%.0f/s are taken in and kept (all was there %.1f s after the last was due)" % (o.rate, late)),
                       (int(total[3]) <= LAG_MOST_MS, "incidents within 2 s at p99 (%s ms)" % total[3]),
                       (int(total[5]) <= LAG_MOST_MS, "the archive within 2 s at p99 (%s ms)" % total[5]),
                       (not grown if len(seen) >= FLAT_FROM else None, "memory is flat" + "".join("; grew: " + g for g in grown))):
        print("  %-3s  %s" % ("?" if good is None else "yes" if good else "NO", what))


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--build", required=True)
    options.add_argument("--rate", type=float, default=20000)
    options.add_argument("--alerts", type=int, default=600000)
    options.add_argument("--long", action="store_const", dest="alerts", const=LONG, help="%d alerts" % LONG)
    options.add_argument("--dir", help="where the files go meanwhile (default: where temporary files go)")
    options.add_argument("--regions", type=int, default=2)
    options.add_argument("--flood", action="store_true", help="one rule, one pair")
    options.add_argument("--curve", help="CSV of memory, CPU and lag over time")
    options.add_argument("--correlator", type=shlex.split, default=[], metavar="OPTIONS", help="more options for the correlator")
    options.add_argument("--archiver", type=shlex.split, default=[], metavar="OPTIONS", help="the same for the archiver")
    options.add_argument("--keep", action="store_true", help="keep the files")
    o = options.parse_args()
    folder = tempfile.mkdtemp(prefix="platform-", dir=o.dir)
    needed, free = o.alerts * BYTES_AN_ALERT + BYTES_BESIDE, shutil.disk_usage(folder).free
    if free < needed:
        os.rmdir(folder)
        sys.exit("platform: %d alerts need %.0f GB, and %s has %.0f; give another place by --dir" % (
            o.alerts, needed / 1e9, os.path.dirname(folder), free / 1e9))
    run = Run(o, folder)
    try:
        total, seen = run.follow()
        run.look()
        tell(o, run, total, seen)
        archive = size_of(os.path.join(folder, "archive"))
        print("  on disk      archive %.0f MB: %.0f bytes an alert; Redis' files %.0f MB at most" % (
            archive, 1e6 * archive / int(total[0]), run.aof))
        judge(o, total, seen)
    finally:
        run.stop()
        if o.keep:
            print("files in " + folder)
        else:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
