#!/usr/bin/env python3
"""Makes captures: python3 tests/traffic/make.py SCENARIO --out PATH [--start RFC3339] [--format NAME]

A scenario with one capture is written to the file PATH, one with several into the folder PATH. The same
arguments always give the same bytes. `--list` says what there is.
"""
import argparse
import datetime
import pathlib
import sys

sys.dont_write_bytecode = True                   # nothing is written beside the sources

import capture
from scenarios import SCENARIOS, sentence

START = "2026-11-18T09:00:00+08:00"


def nanoseconds(text):
    """An RFC 3339 time as nanoseconds since the epoch; without an offset it would mean nothing."""
    try:
        when = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        when = None
    if when is None or when.tzinfo is None:
        raise argparse.ArgumentTypeError("%r is no RFC 3339 time with an offset, like %s" % (text, START))
    since = when - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    return since // datetime.timedelta(microseconds=1) * 1000


def suffix(form):
    return ("pcapng" if form.startswith("pcapng") else "pcap") + (".gz" if form.endswith("gz") else "")


def write(taps, out, form):
    """One capture to the file `out`, several into the folder `out`; gives what was written."""
    if len(taps) == 1:
        out.parent.mkdir(parents=True, exist_ok=True)
        paths = {out: tap for tap in taps.values()}
    else:
        out.mkdir(parents=True, exist_ok=True)
        paths = {out / ("%s.%s" % (stem, suffix(form))): tap for stem, tap in taps.items()}
    for path, tap in paths.items():
        capture.write(path, tap, form)
    return paths


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenario", nargs="?", choices=sorted(SCENARIOS), metavar="SCENARIO")
    parser.add_argument("--out", type=pathlib.Path, help="file, or folder for a scenario of several captures")
    parser.add_argument("--start", type=nanoseconds, default=nanoseconds(START), help="time of the first packet (%s)" % START)
    parser.add_argument("--format", choices=capture.FORMATS, default="pcap")
    parser.add_argument("--list", action="store_true", help="the scenarios, one a line")
    given = parser.parse_args()
    if not given.list and (given.scenario is None or given.out is None):
        parser.error("a SCENARIO and --out PATH are needed (or --list)")
    return given


def main():
    given = arguments()
    if given.list:
        for name in sorted(SCENARIOS):
            print("%-12s %s" % (name, sentence(name)))
        return 0
    try:
        for path, tap in write(SCENARIOS[given.scenario](given.start), given.out, given.format).items():
            print("%s: %d packets" % (path, len(tap.frames)))
    except OSError as error:
        print("%s: %s" % (error.filename, error.strerror), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
