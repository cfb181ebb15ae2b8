#!/usr/bin/env python3
"""The OT policy on the whole road: a week of polling is learned, then replayed in silence; then each kind of departure is put into an
honest hour, and the sensor says that one and nothing else.

The plant: an operator station polls two Modbus controllers and a Siemens one, changes set points and switches in working hours; a
telecontrol master talks to an IEC 104 station that reports by itself.
"""
import argparse
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "traffic"))

import capture
import session
import wire
from apps import iec104, modbus, s7
from capture import MILLISECOND, SECOND, Tap

HMI, MASTER, PLC, PLC2, SIEMENS, STATION = "10.20.0.5", "10.20.0.6", "10.20.0.21", "10.20.0.22", "10.20.0.31", "10.20.0.41"
STRANGER, UNKNOWN = "10.20.0.99", "10.20.0.77"
MONDAY = 1793548800 * SECOND            # 2026-11-02 00:00 +08:00
MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86400 * SECOND
GID = 9003
NAMES = dict(enumerate(
    "- new_device new_talker new_pair new_protocol new_function target value hours program stop restart set_time configure control write upload "
    "file discovery access rhythm burst refusals mac".split()))


class Plant:
    """The honest traffic from `at` on, with the conversations kept open for whoever wants to misuse them."""

    def __init__(self, at):
        self.tap = Tap()
        self.path = session.Path(self.tap)
        self.random = random.Random(at)
        self.plcs = [self.modbus(HMI, device, at, 50200 + n) for n, device in enumerate((PLC, PLC2))]
        self.siemens = self.s7(HMI, SIEMENS, at, 50300)
        self.station = iec104.Link(self.tcp(MASTER, STATION, 2404, at, 50400))
        self.began = at
        self.skip = ()

    def tcp(self, client, server, port, at, sport):
        return session.Tcp(self.path, (client, sport), (server, port), at, rtt=3 * MILLISECOND)

    def modbus(self, client, server, at, sport):
        return modbus.Master(self.tcp(client, server, 502, at, sport))

    def s7(self, client, server, at, sport):
        return s7.Programmer(self.tcp(client, server, 102, at, sport))

    def minute(self, at):
        hour = (at - MONDAY) // HOUR % 24
        working = 8 <= hour < 18
        for n, m in enumerate(self.plcs):
            if n in self.skip:
                continue
            m.s.now = at + n * SECOND
            m.poll([self.random.randrange(1000) for _ in range(10)])
            if working and self.random.random() < 0.05:
                m.command(modbus.write_register(100, self.random.choice([0, 10, 25, 50])))
            if working and self.random.random() < 0.02:
                m.command(modbus.write_coil(3, self.random.random() < 0.5))
        self.siemens.s.now = at + 5 * SECOND
        self.siemens.poll(1, 0, bytes(self.random.randrange(256) for _ in range(8)))
        self.telecontrol(at + 10 * SECOND, hour, working)

    def telecontrol(self, at, hour, working):
        link = self.station
        link.s.now = at
        for n in range(2):
            link.report(iec104.MEASURED_SHORT, iec104.SPONTANEOUS, iec104.measured(40 + n, self.random.uniform(0, 100)))
            link.s.wait(10 * SECOND)
        if at // MINUTE % 60 == 0:
            link.interrogate((iec104.SINGLE_POINT, [iec104.point(n, n % 2) for n in range(1, 5)]))
        if hour == 2 and at // MINUTE % 60 == 30:
            link.order(iec104.CLOCK, iec104.clock(at // SECOND), ends=False)
        if working and self.random.random() < 0.03:
            link.order(iec104.SINGLE_COMMAND, iec104.command(4001, self.random.random() < 0.5))

    def run(self, until):
        at = self.began
        while at < until:
            self.minute(at)
            at += MINUTE
        self.began = until
        for talk in (*self.plcs, self.siemens, self.station):
            talk.s.now = max(talk.s.now, until)
        return self


# ---- departures: each is given the plant half an hour into an honest one ----

def stranger(p):
    p.modbus(STRANGER, PLC, p.began, 51000).poll([1] * 10)


def unknown(p):
    p.modbus(HMI, UNKNOWN, p.began, 51001).poll([1] * 10)


def pair(p):
    p.modbus(MASTER, PLC, p.began, 51002).poll([1] * 10)


def protocol(p):
    p.s7(HMI, PLC, p.began, 51003).poll(1, 0, b"\1\2")


def coils(p):
    p.plcs[0].ask(modbus.read(modbus.READ_COILS, 0, 8), modbus.coils(modbus.READ_COILS, [0] * 8))


def other_registers(p):
    p.plcs[0].poll([1] * 4, address=400)


def overdriven(p):
    p.plcs[0].command(modbus.write_register(100, 9000))


def at_night(p):
    p.plcs[0].command(modbus.write_register(100, 25))


def download(p):
    p.siemens.job(s7.request_download())


def stop(p):
    p.siemens.job(s7.stop())


def restart(p):
    p.station.order(iec104.RESET, (0, b"\1"), ends=False)


def clock(p):
    p.siemens.ask(s7.TIME, 2, b"\xff\x09\0\x0a" + bytes.fromhex("00192611090200000002"))


def configure(p):
    p.station.order(iec104.PARAMETER_SHORT, (40, b"\0\0\0\x3f\x01"), ends=False)


def control(p):
    p.siemens.job(s7.start())


def write(p):
    p.siemens.put(1, 4, b"\0\5")


def upload(p):
    p.siemens.job(s7.start_upload(), answer=bytes((0x1D, 0, 1, 0, 0, 0, 0, 7)) + b"\x070000120")


def file(p):
    p.station.say(iec104.CALL_FILE, iec104.FILE, (0, b"\1\0\0\1"))


def identify(p):
    p.plcs[0].ask(modbus.identify(), modbus.identification(1, "Drill", "PLC-1", "V1.0"))


def subscribe(p):
    p.siemens.ask(s7.CYCLIC, 1, bytes.fromhex("ff090010000101020120a1002000400018400000000"[:40]))


def silence(p):
    p.skip = (0,)


def burst(p):
    for n in range(60):
        p.station.report(iec104.MEASURED_SHORT, iec104.SPONTANEOUS, iec104.measured(40, n))


def refusals(p):
    for _ in range(20):
        p.plcs[0].ask(modbus.read(modbus.READ_HOLDING, 0, 10), modbus.exception(modbus.READ_HOLDING, modbus.DEVICE_FAILURE))


def another_card(p):
    """The first controller's address is answered for by somebody else's network card."""
    honest = p.path.carry
    p.path.carry = lambda src, dst, packet: wire.ethernet(wire.hardware(STRANGER if src == PLC else src), wire.hardware(dst), packet) \
        if PLC in (src, dst) else honest(src, dst, packet)


MORNING, NIGHT = MONDAY + 8 * DAY + 10 * HOUR, MONDAY + 8 * DAY + 3 * HOUR
DEPARTURES = [
    ("new_talker", stranger, MORNING), ("new_device", unknown, MORNING), ("new_pair", pair, MORNING), ("new_protocol", protocol, MORNING),
    ("new_function", coils, MORNING), ("target", other_registers, MORNING), ("value", overdriven, MORNING), ("hours", at_night, NIGHT),
    ("program", download, MORNING), ("stop", stop, MORNING), ("restart", restart, MORNING), ("set_time", clock, MORNING),
    ("configure", configure, MORNING), ("control", control, MORNING), ("write", write, MORNING), ("upload", upload, MORNING),
    ("file", file, MORNING), ("discovery", identify, MORNING), ("access", subscribe, MORNING), ("rhythm", silence, MORNING),
    ("burst", burst, MORNING), ("refusals", refusals, MORNING), ("mac", another_card, MORNING),
]


class Trial:
    def __init__(self, sensor, folder):
        self.sensor, self.folder = sensor, pathlib.Path(folder)
        self.policy = self.folder / "policy.yaml"
        self.passed, self.failed = 0, 0

    def hold(self, good, sentence):
        self.passed, self.failed = self.passed + bool(good), self.failed + (not good)
        if not good:
            print("FAILED: " + sentence, flush=True)

    def read(self, plant, *options):
        """What the policy says of a capture: the names of its alerts, and their reasons."""
        pcap, out = self.folder / "capture.pcap", self.folder / "events.json"
        capture.write(pcap, plant.tap)
        out.unlink(missing_ok=True)
        ran = subprocess.run([self.sensor, "-r", pcap, "--json", out, "--set", "events.records=false", *options], capture_output=True, text=True,
                             timeout=600, env={**os.environ, "TZ": "Asia/Shanghai"})
        self.hold(ran.returncode == 0, "the sensor exits with %d: %s" % (ran.returncode, ran.stderr.strip()[-300:]))
        alerts = [e for e in map(json.loads, out.read_text().splitlines()) if e["event_type"] == "alert"]
        return [(NAMES[e["alert"]["signature_id"]], e["why"]) for e in alerts if e["alert"]["gid"] == GID]


def trials(t):
    week = Plant(MONDAY).run(MONDAY + 7 * DAY)
    said = t.read(week, "--learn", str(t.policy))
    t.hold(said == [], "learning alerts: %s" % said)
    enforce = ("--set", "behaviour.policy=%s" % t.policy)
    said = t.read(week, *enforce)
    t.hold(said == [], "the learned week alerts: %s" % said[:5])
    text = t.policy.read_text()
    t.hold('"100 = 0..50"' in text and 'hours: "08-17"' in text and "every: 60 s" in text, "the policy is wider than the week: %s" % text[:3000])
    for name, play, at in DEPARTURES:
        plant = Plant(at).run(at + 30 * MINUTE)
        play(plant)
        plant.began += MINUTE
        said = t.read(plant.run(at + 60 * MINUTE), *enforce)
        t.hold([n for n, _ in said] == [name], "%s: came %s" % (name, said))
    quiet = t.read(Plant(MORNING).run(MORNING + HOUR), *enforce)
    t.hold(quiet == [], "an honest hour of another week alerts: %s" % quiet)
    off = t.read(Plant(MORNING), *enforce, "--set", "behaviour.enabled=false")
    t.hold(off == [], "switched off it alerts: %s" % off)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default=str(ROOT / "build"))
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        t = Trial(pathlib.Path(args.build) / "fengsui-sensor", folder)
        trials(t)
    print("%d passed, %d failed" % (t.passed, t.failed))
    return t.failed > 0


if __name__ == "__main__":
    sys.exit(main())
