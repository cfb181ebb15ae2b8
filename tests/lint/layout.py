#!/usr/bin/env python3
"""layout.py [TREE]: holds every #include "..." against the table of rooms below.

The table is the house's plan: which room may look into which. A program's folder is looked into by nobody. Tests may
look anywhere. Exit 1 and one line per departure: file:line: what it includes and from where it may.
"""
import os
import re
import sys

# room: rooms whose headers it may include, beside its own. "common" is lib/common, and so on.
MAY_INCLUDE = {
    "common": "",
    "events": "common",
    "bus": "common events",
    "exchange": "common events",
    "dissectors": "common events",
    "capture": "common",
    "decode": "common capture",
    "flow": "common events decode",
    "classify": "common events flow decode",
    "dissect": "common events flow decode classify dissectors",
    "detect": "common events dissectors",
    "behave": "common events flow dissectors",
    "emit": "common events bus",
    "sensor": "common events bus dissectors capture decode flow classify dissect detect behave emit",
    "correlator": "common events bus",
    "notifier": "common events bus exchange",
    "archive": "common events bus",
    "report": "common events archive",
    "ctl": "common events bus archive exchange",
    "dashboards": "common events bus archive",
}
# One door for each library: only these rooms may include its headers.
DOORS = {
    "pcap": "capture", "pcap/": "capture",
    "ndpi/": "classify", "ndpi_": "classify",
    "hiredis/": "bus dashboards",
    "sqlite3.h": "archive", "libpq-fe.h": "archive",
    "maxminddb.h": "emit",
    "hs": "detect", "hs/": "detect", "hs.h": "detect", "pcre2.h": "detect",
    "curl/": "notifier", "openssl/ssl.h": "notifier",
    "seccomp.h": "capture", "cap-ng.h": "capture",
}
ROOM_OF_FOLDER = [
    ("lib/common/", "common"), ("lib/events/", "events"), ("lib/bus/", "bus"),
    ("lib/exchange/", "exchange"), ("dissectors/", "dissectors"),
    *((f"sensor/{r}/", r) for r in ("capture", "decode", "flow", "classify", "dissect", "detect", "behave", "emit")),
    ("sensor/", "sensor"),
    *((f"platform/{r}/", r) for r in ("correlator", "notifier", "archive", "report", "ctl")),
    ("dashboards/", "dashboards"),
]
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')


def room_of(path):
    for folder, room in ROOM_OF_FOLDER:
        if path.startswith(folder):
            return room
    return None


def room_of_include(name, room):
    """"flow/table.h" names its room; "server/hub.h" or "worker.h" is the room's own."""
    first = name.split("/")[0] if "/" in name else None
    return first if first in MAY_INCLUDE else room


def check(tree, path, out):
    room = room_of(path)
    allowed = set(MAY_INCLUDE[room].split()) | {room}
    for number, line in enumerate(open(os.path.join(tree, path), encoding="utf-8"), 1):
        found = INCLUDE.match(line)
        if not found:
            continue
        kind, name = found.groups()
        if kind == '"':
            other = room_of_include(name, room)
            if other not in allowed:
                out.append(f'{path}:{number}: {room} includes "{name}"; it may include {" ".join(sorted(allowed))}')
            continue
        for prefix, rooms in DOORS.items():
            hit = name == prefix or (prefix.endswith(("/", "_")) and name.startswith(prefix)) or name == prefix + ".h"
            if hit and room not in rooms.split():
                out.append(f"{path}:{number}: {room} includes <{name}>; the door to it is {rooms}")


def main():
    tree = sys.argv[1] if len(sys.argv) > 1 else "."
    out, files = [], 0
    for top in ("lib", "dissectors", "sensor", "platform", "dashboards/server"):
        for folder, _, names in os.walk(os.path.join(tree, top)):
            for name in sorted(names):
                if name.endswith((".c", ".h")):
                    files += 1
                    check(tree, os.path.relpath(os.path.join(folder, name), tree), out)
    print("\n".join(sorted(out)) if out else f"layout: {files} files, every include is allowed")
    return 1 if out else 0


if __name__ == "__main__":
    sys.exit(main())
