#!/usr/bin/env python3
"""The rule language on whole conversations: python3 tests/system/test_language.py --build build

Each row is a keyword or a form of it as the manuals of Suricata 7 and 8 have it, one rule, a conversation that fires it and one
that looks alike and does not. All packets go through the sensor as from a tap; what the parts say among themselves is
held by the unit tests.
"""
import argparse
import base64
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests/rules"))
sys.dont_write_bytecode = True

from cases import INSIDE, OUTSIDE, SERVER, START, dialogue, requests, tcp

import capture
import session
import tunnel
import wire
from apps import http

SIP_PORT, SSH_PORT, MAIL_PORT = 5060, 22, 25
RANDOM = bytes((i * 167 + 13) % 256 for i in range(256))       # every octet once


def web(*pairs, **rest):
    return lambda path: requests(path, OUTSIDE, SERVER, *pairs, **rest)


def bare(*headers):
    return b"GET / HTTP/1.1\r\nHost: www.example\r\n" + b"".join(h + b"\r\n" for h in headers) + b"\r\n"


def page(body):
    return web((http.get("/", "www.example"), http.response(200, body)))


def labels(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


def names(cname):
    """A question, and an answer that leads to another name."""
    data, question = labels(cname), labels("www.example") + struct.pack(">HH", 1, 1)
    answer = struct.pack(">HHHHHH", 7, 0x8180, 1, 1, 0, 0) + question + b"\xc0\x0c" + struct.pack(">HHIH", 5, 1, 60, len(data)) + data
    asked = struct.pack(">HHHHHH", 7, 0x0100, 1, 0, 0, 0) + question
    return lambda path: session.ask(path, (INSIDE, 30000), (SERVER, 53), START, asked, answer)


def banner(version):
    return lambda path: dialogue(tcp(path, OUTSIDE, SERVER, SSH_PORT), b"SSH-%s-client\r\n" % version, b"SSH-2.0-server\r\n")


def websocket(payload, opcode=1, key=b"\x37\xfa\x21\x3d"):
    """An upgrade and one frame of the client's."""
    masked = bytes(octet ^ key[i % 4] for i, octet in enumerate(payload))
    asks = bare(b"Upgrade: websocket", b"Connection: Upgrade", b"Sec-WebSocket-Version: 13", b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
    takes = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    frame = bytes([0x80 | opcode, 0x80 | len(payload)]) + key + masked
    return lambda path: dialogue(tcp(path, OUTSIDE, SERVER, 80), asks, takes, frame, b"\x81\x02ok")


def tagged(*numbers):
    def carry(src, dst, packet):
        return tunnel.vlan(wire.hardware(src), wire.hardware(dst), packet, *numbers)
    return lambda path: session.datagram(session.Path(path.tap, carry), (INSIDE, 4000), (SERVER, 4001), START, b"hello")


def invite(body):
    head = "INVITE sip:b@example SIP/2.0\r\nVia: SIP/2.0/UDP a\r\nFrom: <sip:a@example>\r\nTo: <sip:b@example>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n" \
           "Content-Type: application/sdp\r\nContent-Length: %d\r\n\r\n" % len(body)
    return lambda path: session.datagram(path, (INSIDE, SIP_PORT), (SERVER, SIP_PORT), START, (head + body).encode())


def mail(text):
    def play(path):
        s = tcp(path, OUTSIDE, SERVER, MAIL_PORT)
        dialogue(s, None, b"220 mx\r\n", b"EHLO a\r\n", b"250 mx\r\n", b"MAIL FROM:<a@b.cn>\r\n", b"250 ok\r\n", b"RCPT TO:<c@d.cn>\r\n", b"250 ok\r\n",
                 b"DATA\r\n", b"354 go\r\n", b"From: a@b.cn\r\nSubject: x\r\n\r\n" + text + b"\r\n.\r\n", b"250 ok\r\n")
    return play


def talk(count):
    """So many requests on one connection."""
    return web(*[(http.get("/%d" % i, "www.example"), None) for i in range(count)])


HIDDEN = base64.b64encode(b"cmd.exe /c whoami").decode()
AGENT = b"User-Agent: curl/8"
CASES = (
    ("http.user_agent; absent", "http", web((bare(), None)), web((bare(AGENT), None))),
    ("http.user_agent; absent:or_else; content:!\"curl\"", "http", web((bare(b"User-Agent: x"), None)), web((bare(AGENT), None))),
    ("http.server; absent", "http", web((bare(), b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")), web((bare(), None))),
    ("file.data; entropy:value > 7.5", "http", page(RANDOM * 4), page(b"It was a bright cold day in April. " * 30)),
    ("http.uri; pcrexform:\"q=([^&]+)\"; from_base64; content:\"cmd.exe\"", "http", web((http.get("/?q=" + HIDDEN, "www.example"), None)),
     web((http.get("/?q=cmd.exe", "www.example"), None))),
    ("dns.response.rrname; content:\"evil\"", "dns", names("cdn.evil.example"), names("cdn.good.example")),
    ("dns.queries.rrname; content:\"www.example\"; dns.answers.rrname; content:\"www\"; dns.response.rrname; content:\"evil\"", "dns",
     names("evil.example"), names("other.example")),
    ("ssh.protoversion:2_compat", "ssh", banner(b"1.99"), None),
    ("flow:to_server; ssh.protoversion:2_compat", "ssh", banner(b"2.0"), banner(b"1.5")),
    ("flow:to_server; ssh.protoversion:1.5", "ssh", banner(b"1.5"), banner(b"2.0")),
    ("flow:to_server; ssh.softwareversion:\"lien\"", "ssh", banner(b"2.0"), None),
    ("vlan.id:300", "ip", tagged(300), tagged(301)),
    ("vlan.id:20,-1; vlan.layers:2", "ip", tagged(10, 20), tagged(20)),
    ("websocket.payload; content:\"whoami\"", "websocket", websocket(b"whoami && id"), websocket(b"hello")),
    ("websocket.opcode:binary; websocket.flags:fin,!comp; websocket.mask:>0", "websocket", websocket(b"x", opcode=2), websocket(b"x")),
    ("websocket.flags:&0x80=0x80; websocket.mask:0", "websocket", websocket(b"x", key=bytes(4)), websocket(b"x")),
    ("sdp.media.media; content:\"video\"", "sip", invite("v=0\r\no=- 1 1 IN IP4 a\r\nm=video 9 RTP/AVP 31\r\n"), invite("v=0\r\nm=audio 9 RTP/AVP 0\r\n")),
    ("email.url; content:\"bad.example/\"; startswith", "smtp", mail(b"go to https://bad.example/x now"), mail(b"bad.example/ is bad")),
    ("flow.pkts:both,>20; flowbits:isnotset,many; flowbits:set,many", "tcp", talk(30), talk(3)),
    ("flow.bytes:either,>4kb; flowbits:isnotset,told; flowbits:set,told", "tcp", page(b"x" * 6000), page(b"x" * 100)),
    ("tcp.wscale:>=0; flags:S", "tcp", web((bare(), None)), None),
)


def rule_of(row):
    options, protocol, _, _ = CASES[row]
    return "alert %s any any -> any any (msg:\"%d\"; %s; sid:%d;)\n" % (protocol, row, options, row + 1)


def alerts(build, folder, play):
    """The sids that the conversation draws with all rules loaded."""
    tap, path, out = capture.Tap(), os.path.join(folder, "c.pcap"), os.path.join(folder, "events.json")
    if os.path.exists(out):
        os.remove(out)
    play(session.Path(tap))
    capture.write(pathlib.Path(path), tap)
    ran = subprocess.run([os.path.join(build, "fengsui-sensor"), "-c", "/dev/null", "-k", "none", "-r", path, "-S", os.path.join(folder, "all.rules"),
                          "--json", out], capture_output=True, text=True, timeout=60)
    if ran.returncode != 0 or " 0 refused" not in ran.stderr:
        raise RuntimeError(ran.stderr.strip())
    with open(out) as events:
        return {e["alert"]["signature_id"] for e in map(json.loads, events) if e["event_type"] == "alert"}


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--build", required=True)
    build, passed, failed = arguments.parse_args().build, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "all.rules"), "w") as out:
            out.write("".join(map(rule_of, range(len(CASES)))))
        for row, (options, _, fires, spares) in enumerate(CASES):
            for play, want in ((fires, True), (spares, False)):
                if play is None:
                    continue
                good = ((row + 1) in alerts(build, folder, play)) == want
                passed, failed = passed + good, failed + (not good)
                if not good:
                    print("FAILED: `%s` %s" % (options, "does not fire" if want else "fires on what looks alike"), flush=True)
    print("%d passed, %d failed" % (passed, failed))
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
