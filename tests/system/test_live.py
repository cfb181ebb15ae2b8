#!/usr/bin/env python3
"""The sensor on a wire: two network namespaces with a veth pair, our own replayer on one end, the sensor in its
sandbox on the other. What it says live has to be what it says of the same packets in a file.

The drill's three captures are put on one clock, a packet every 250 us (4,000 a second), and given to both: once as a
file, once sent. Times differ by when the sending began and by its jitter, so rules lose what they count in time; then
the numbers of alerts by rule and of events by type are equal to the last one.
"""
import argparse
import collections
import ctypes
import glob
import json
import os
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

from cases import hold

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RATE, BURST = 4000, 8
PATIENCE = 60                   # seconds that anything may take before the test gives up
COUNTING = re.compile(r"\b(threshold|detection_filter):[^;]*;")
HOME = "rules.vars=HOME_NET=[10.0.0.0/8,fd00::/8]"
MARK_PORT = 47899               # no rule and no capture of ours knows it


# ---- captures ----

def packets(path):
    with open(path, "rb") as f:
        data = f.read()
    at = 24
    while at < len(data):
        seconds, micros, caplen, _ = struct.unpack_from("<IIII", data, at)
        yield (seconds * 1000000 + micros, data[at + 16:at + 16 + caplen])
        at += 16 + caplen


def write_capture(path, frames):
    """The frames a 1/RATE apart, from now on: the file that the wire is compared with."""
    start = int(time.time() * 1000000)
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        for n, frame in enumerate(frames):
            at = start + n * 1000000 // RATE
            out.write(struct.pack("<IIII", at // 1000000, at % 1000000, len(frame), len(frame)) + frame)


def drill(folder):
    subprocess.run([sys.executable, os.path.join(ROOT, "tests/traffic/make.py"), "exercise", "--out", folder], check=True,
                   stdout=subprocess.DEVNULL)
    everything = sorted(p for path in sorted(glob.glob(folder + "/*.pcap")) for p in packets(path))
    return [frame for _, frame in everything]


def marks(count):
    """Ethernet, IPv4, UDP: a flow each, so that no rule sees two of them as one."""
    made = []
    for n in range(count):
        payload = b"a beacon is lit"
        udp = struct.pack(">HHHH", 20000 + n, MARK_PORT, 8 + len(payload), 0) + payload
        head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), n, 0, 64, 17, 0,
                           socket.inet_aton("198.51.100.7"), socket.inet_aton("10.43.1.9"))
        total = sum(struct.unpack(">10H", head))
        total = (total & 0xFFFF) + (total >> 16)
        head = head[:10] + struct.pack(">H", 0xFFFF & ~(total + (total >> 16))) + head[12:]
        made.append(bytes.fromhex("020000000001" "020000000002" "0800") + head + udp)
    return made


def timeless_rules(path):
    """Our own rules, each without what it counts in time: they all fire at once, and often."""
    with open(path, "w") as out:
        for name in sorted(glob.glob(os.path.join(ROOT, "rules/*.rules"))):
            with open(name) as rules:
                out.write(COUNTING.sub("", rules.read()))


# ---- the wire ----

def ip(*words):
    subprocess.run(["ip", *words], check=True)


class Wire:
    """Two namespaces and a cable; nothing on it but what we send: no IPv6 of the kernel's, no address at all."""

    def __init__(self):
        self.send, self.tap = "fs-send-%d" % os.getpid(), "fs-tap-%d" % os.getpid()

    def __enter__(self):
        try:
            for name in (self.send, self.tap):
                ip("netns", "add", name)
            ip("-n", self.send, "link", "add", "send0", "type", "veth", "peer", "name", "tap0", "netns", self.tap)
            for name, link in ((self.send, "send0"), (self.tap, "tap0")):
                with InNamespace(name), open("/proc/sys/net/ipv6/conf/%s/disable_ipv6" % link, "w") as quiet:
                    quiet.write("1")
                ip("-n", name, "link", "set", link, "mtu", "9216", "up")
        except (OSError, subprocess.CalledProcessError):
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for name in (self.send, self.tap):
            subprocess.run(["ip", "netns", "del", name], stderr=subprocess.DEVNULL)

    def down(self):
        ip("-n", self.tap, "link", "set", "tap0", "down")

    def remove(self):
        ip("-n", self.tap, "link", "del", "tap0")


class InNamespace:
    """This thread in another network namespace for a while: sockets made there stay there."""

    def __init__(self, name):
        self.name = name

    def __enter__(self):
        self.back = os.open("/proc/self/ns/net", os.O_RDONLY)
        there = os.open("/run/netns/" + self.name, os.O_RDONLY)
        self.enter(there)
        os.close(there)

    def __exit__(self, *_):
        self.enter(self.back)
        os.close(self.back)

    @staticmethod
    def enter(fd):
        if ctypes.CDLL(None, use_errno=True).setns(fd, 0x40000000) != 0:
            raise OSError(ctypes.get_errno(), "setns")


class Replayer:
    """Frames in their order, BURST at a time, RATE a second; never faster to catch up than twice that."""

    def __init__(self, wire):
        with InNamespace(wire.send):
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            self.socket.bind(("send0", 0))
        self.sent = 0

    def __call__(self, frames):
        due = time.monotonic()
        for at in range(0, len(frames), BURST):
            for frame in frames[at:at + BURST]:
                self.socket.send(frame)
                self.sent += 1
            due = max(due + BURST / RATE, time.monotonic() - BURST / RATE)
            time.sleep(max(0, due - time.monotonic()))


# ---- the sensor ----

def summed(path):
    """Alerts by rule, other events by type, and the last counters."""
    alerts, types, stats = collections.Counter(), collections.Counter(), {}
    with open(path) as lines:
        for line in lines:
            if not line.endswith("\n"):
                break
            event = json.loads(line)
            kind = event["event_type"]
            if kind == "alert":
                alerts["%d:%d" % (event["alert"]["gid"], event["alert"]["signature_id"])] += 1
            elif kind == "stats":
                stats = event["stats"]
            elif kind != "asset":       # each worker tells of the devices that it sees, when it has seen enough
                types[kind] += 1
    return alerts, types, stats


class Sensor:
    def __init__(self, build, folder, wire, rules, workers=1, more=(), wrapper=()):
        self.json, self.folder = os.path.join(folder, "live.json"), folder
        if os.path.exists(self.json):
            os.remove(self.json)
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", wire.tap, *wrapper, os.path.join(build, "fengsui-sensor"), "-i", "tap0", "-S", rules, "--json",
             self.json, "--set", HOME, "--set", "status=exercise", "--set", "capture.workers=%d" % workers,
             "--set", "events.stats=200 ms", *more], stderr=subprocess.PIPE)
        self.said = b""

    def wait_for(self, words):
        """Its log up to these words."""
        until = time.monotonic() + PATIENCE
        while words.encode() not in self.said:
            ready, _, _ = select.select([self.process.stderr], [], [], max(0, until - time.monotonic()))
            more = os.read(self.process.stderr.fileno(), 65536) if ready else b""
            self.said += more
            if not more:
                raise AssertionError("never said \"%s\" but: %s" % (words, self.said.decode()))
        self.said = self.said.split(words.encode(), 1)[1]

    def stats(self):
        return summed(self.json)[2] if os.path.exists(self.json) else {}

    def wait_frames(self, count):
        until, seen = time.monotonic() + PATIENCE, -1
        while seen < count and time.monotonic() < until:
            time.sleep(0.1)
            seen = self.stats().get("capture", {}).get("frames", 0)
        return seen

    def end(self, number=signal.SIGTERM):
        if number is not None:
            self.process.send_signal(number)
        _, rest = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, (self.said + rest).decode()


def from_file(build, capture, rules, out):
    subprocess.run([os.path.join(build, "fengsui-sensor"), "-r", capture, "-S", rules, "--json", out, "--set", HOME, "--set",
                    "status=exercise"], check=True, stderr=subprocess.DEVNULL)
    return summed(out)


# ---- what is true ----

class Cases:
    def __init__(self, build, folder):
        self.build, self.folder = build, folder
        self.rules, self.capture = os.path.join(folder, "timeless.rules"), os.path.join(folder, "drill.pcap")
        timeless_rules(self.rules)
        self.frames = drill(os.path.join(folder, "drill"))
        write_capture(self.capture, self.frames)
        self.alerts, self.types, _ = from_file(build, self.capture, self.rules, os.path.join(folder, "file.json"))
        assert sum(self.alerts.values()) > 1000 and len(self.alerts) > 25, self.alerts

    def same_as_file(self, path, alerts=None, types=None):
        got_alerts, got_types, stats = summed(path)
        assert got_alerts == (alerts or self.alerts), "alerts: %s" % differences(self.alerts, got_alerts)
        assert got_types == (types or self.types), "events: %s" % differences(self.types, got_types)
        dropped = {k: v for k, v in stats["capture"].items() if "drop" in k}
        assert not any(dropped.values()), dropped

    def live(self, workers):
        with Wire() as wire:
            sensor = Sensor(self.build, self.folder, wire, self.rules, workers)
            sensor.wait_for("capturing")
            replay = Replayer(wire)
            replay(self.frames)
            seen = sensor.wait_frames(len(self.frames))
            code, said = sensor.end()
        assert seen == len(self.frames), "%d of %d frames" % (seen, len(self.frames))
        assert code == 0, said
        assert ", 0 packets dropped by the kernel" in said, said
        self.same_as_file(sensor.json)

    def one_worker_says_what_the_file_says(self):
        self.live(1)

    def two_workers_say_what_the_file_says(self):
        self.live(2)

    def ending_reads_what_the_kernel_has_taken(self):
        with Wire() as wire:
            sensor = Sensor(self.build, self.folder, wire, self.rules, 2)
            sensor.wait_for("capturing")
            Replayer(wire)(self.frames[:2000])
            code, said = sensor.end()
        assert code == 0 and " 2000 packets" in said, said

    def rules_read_again_lose_no_packet(self):
        """Rules change under traffic, twice; what is sent after they are in force meets them, what came before did not."""
        rules = os.path.join(self.folder, "growing.rules")
        shutil.copy(self.rules, rules)
        half = len(self.frames) // 2
        with Wire() as wire:
            sensor = Sensor(self.build, self.folder, wire, rules, 2)
            sensor.wait_for("capturing")
            replay = Replayer(wire)
            replay(marks(20) + self.frames[:half])
            with open(rules, "a") as more:
                more.write('alert udp any any -> any %d (msg:"A mark"; content:"beacon"; sid:9000001;)\n' % MARK_PORT)
            sensor.process.send_signal(signal.SIGHUP)
            replay(self.frames[half:])
            sensor.wait_for("rules in force, 0 refused")
            replay(marks(20))
            with open(rules, "a") as more:
                more.write("alert this is none\n")
            sensor.process.send_signal(signal.SIGHUP)
            sensor.wait_for("rules in force, 1 refused")
            replay(marks(20))
            seen = sensor.wait_frames(replay.sent)
            code, said = sensor.end()
        assert seen == replay.sent, "%d of %d frames" % (seen, replay.sent)
        assert code == 0, said
        # the marks of one port are one flow: idle for less than a minute
        self.same_as_file(sensor.json, self.alerts + collections.Counter({"1:9000001": 40}),
                              self.types + collections.Counter({"flow": 20}))

    def a_missing_rules_file_leaves_the_old_in_force(self):
        rules = os.path.join(self.folder, "gone.rules")
        with open(rules, "w") as out:
            out.write('alert udp any any -> any %d (msg:"A mark"; sid:9000001;)\n' % MARK_PORT)
        with Wire() as wire:
            sensor = Sensor(self.build, self.folder, wire, rules)
            sensor.wait_for("capturing")
            os.remove(rules)
            sensor.process.send_signal(signal.SIGHUP)
            sensor.wait_for("the old ones stay")
            Replayer(wire)(marks(20))
            sensor.wait_frames(20)
            code, said = sensor.end()
        assert code == 0, said
        assert summed(sensor.json)[0] == {"1:9000001": 20}, summed(sensor.json)[0]

    def lost(self, workers, how):
        with Wire() as wire:
            sensor = Sensor(self.build, self.folder, wire, self.rules, workers)
            sensor.wait_for("capturing")
            Replayer(wire)(marks(20))
            sensor.wait_frames(20)
            how(wire)
            code, said = sensor.end(None)
        assert code == 74, (code, said)
        assert said.count("interface tap0") == 1 and "capture stopped after" in said, said
        assert summed(sensor.json)[1]["flow"] == 20, "what was seen before is lost"

    def an_interface_that_goes_down_is_one_sentence(self):
        self.lost(1, Wire.down)

    def an_interface_that_is_removed_is_one_sentence_for_all_workers(self):
        self.lost(2, Wire.remove)

    def an_interface_that_is_not_there_is_one_sentence(self):
        done = subprocess.run([os.path.join(self.build, "fengsui-sensor"), "-i", "nothere0"], capture_output=True, text=True)
        assert done.returncode == 66, (done.returncode, done.stderr)
        assert "nothere0: there is no such interface" in done.stderr, done.stderr

    def the_one_capability_is_enough_and_is_given_up(self):
        """As its unit starts it: another user, CAP_NET_RAW and nothing else."""
        folder = os.path.join(self.folder, "unit")
        os.mkdir(folder)
        shutil.copy(os.path.join(self.build, "fengsui-sensor"), folder)
        shutil.copy(self.rules, folder)
        os.chown(folder, 65534, 65534)
        unit = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all,+net_raw",
                "--ambient-caps=-all,+net_raw", "--bounding-set=-all,+net_raw", "--no-new-privs")
        with Wire() as wire:
            sensor = Sensor(folder, folder, wire, os.path.join(folder, "timeless.rules"), 2, wrapper=unit)
            sensor.wait_for("capturing")
            with open("/proc/%d/status" % sensor.process.pid) as lines:
                status = dict(line.rstrip("\n").split(":\t") for line in lines if ":\t" in line)
            Replayer(wire)(self.frames[:2000])
            code, said = sensor.end()
        assert code == 0 and " 2000 packets" in said, said
        for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            assert int(status[name], 16) == 0, (name, status[name])
        assert status["Uid"].split()[0] == "65534" and status["Seccomp"] == "2", status

    def without_permission_it_says_what_to_do(self):
        """As nobody: no right to open a packet socket."""
        copy = os.path.join(self.folder, "fengsui-sensor")
        shutil.copy(os.path.join(self.build, "fengsui-sensor"), copy)
        done = subprocess.run([copy, "-i", "lo"], capture_output=True, text=True, user=65534, group=65534, extra_groups=[])
        assert done.returncode == 77, (done.returncode, done.stderr)
        assert "no permission to capture" in done.stderr and "cap_net_raw" in done.stderr, done.stderr


def differences(want, got):
    return ", ".join("%s: %d in the file, %d live" % (k, want[k], got[k]) for k in sorted(set(want) | set(got))
                     if want[k] != got[k])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default=os.path.join(ROOT, "build"), help="folder with the programs")
    parser.add_argument("only", nargs="*", help="cases, by name")
    given = parser.parse_args()
    if os.geteuid() != 0:
        print("skipped: needs root, for network namespaces")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    with tempfile.TemporaryDirectory(prefix="fengsui-live-") as folder:
        os.chmod(folder, 0o755)         # the case without rights starts the program from it
        return hold(Cases(os.path.abspath(given.build), folder), given.only)


if __name__ == "__main__":
    sys.exit(main())
