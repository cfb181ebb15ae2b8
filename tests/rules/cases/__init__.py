"""For each rule a conversation that fires it and one that looks alike and does not.

A rule file has a module of its name here (ot/s7.rules: ot_s7) with CASES: {sid: Case}. MARKS lists the rules that only set a mark on
the flow: they never alert, and are held by the rules that ask for the mark.
"""
import importlib
import pathlib
import sys
from dataclasses import dataclass
from typing import Callable

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "traffic"))

import session
from apps import http
from capture import SECOND

START = 1_795_000_000 * SECOND

INSIDE, INSIDE2, SERVER = "10.20.0.5", "10.20.0.6", "10.20.0.80"
OUTSIDE, OUTSIDE2 = "203.0.113.9", "198.51.100.40"
PLC, PLC2, PLC3 = "10.20.9.21", "10.20.9.22", "10.20.9.23"

FILES = ("scan", "guessing", "web", "dns", "malware", "intrusion", "botnet", "mining", "ransomware", "tampering", "fraud", "crypto",
         "egress", "ot/modbus", "ot/s7", "ot/iec104", "ot/dnp3", "ot/enip", "ot/iec61850", "ot/bacnet",
         "ot/profinet", "ot/opcua", "ot/others", "ot/scan")


@dataclass(frozen=True)
class Case:
    fires: Callable         # plays on a path what the rule must see
    spares: Callable        # plays what looks alike
    alerts: int = 1         # how many alerts the first one gives, exactly
    also: tuple = ()        # other rules, of any file, that rightly alert on what looks alike


def tcp(path, client, server, port, *, at=START, sport=40000, **rest):
    return session.Tcp(path, (client, sport), (server, port), at, **rest)


def dialogue(s, *messages):
    """Opens, says the messages in turn, the client first, closes. None: that side is silent."""
    s.open()
    for turn, message in enumerate(messages):
        if message is not None:
            (s.reply if turn % 2 else s.send)(message)
    s.close()


def requests(path, client, server, *pairs, **rest):
    """HTTP requests and their responses on one connection; None: a page, and 200."""
    messages = [part for request, response in pairs for part in (request, response or http.response(200, b"<html>ok</html>"))]
    dialogue(tcp(path, client, server, 80, **rest), *messages)


def uri(text, response=None, **rest):
    """A case's play: one GET for `text` from outside."""
    return lambda path: requests(path, OUTSIDE, SERVER, (http.get(text, "www.example", **rest), response))


def cases(name):
    module = importlib.import_module("cases." + name.replace("/", "_"))
    return module.CASES, getattr(module, "MARKS", ())
